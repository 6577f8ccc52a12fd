"""Backpropagation through time on its page: the losses, the walk, the triangle, the sums beside autograd's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.app.theme import LIGHT, look
from explorer.app.unroll.back_controls import Count
from explorer.app.unroll.back_graph import BackGraph
from explorer.app.unroll.back_graphview import Graph
from explorer.app.unroll.back_inside import PLACES, place
from explorer.app.unroll.back_task import Measure, Walk, compared, task_of, work
from explorer.app.unroll.back_triangle import BackTriangle
from explorer.app.unroll.back_triangleview import decades, shares, short
from explorer.app.unroll.back_words import fading, lost, origin, percent
from explorer.app.unroll.backwards import BackwardsPage
from explorer.app.unroll.document import Document
from explorer.app.workspace import Workspace
from explorer.explain.recurrent.bptt import compare
from explorer.explain.recurrent.cell import Kind, Output
from explorer.explain.recurrent.edges import write
from explorer.explain.recurrent.study import Study, Unrolled, resolve

KINDS: tuple[Kind, ...] = ("RNN", "ConcatRNN", "LSTM", "GRU")
WORD = Study(text="Pelaez")

Make = Callable[..., BackwardsPage]


@pytest.fixture
def make(qtbot: QtBot, workspace: Workspace) -> Make:
    def made(study: Study = WORD, torch: str = "", size: tuple[int, int] = (870, 668)) -> BackwardsPage:
        workspace.torch = torch
        page = BackwardsPage(Document(study), workspace)
        qtbot.addWidget(page)
        page.resize(*size)
        page.show()
        return page

    return made


def lecture(text: str = "Pelaez") -> Unrolled:
    """The lecture's cell with its own output, which reads the input and the state before."""
    plain = resolve(Study(kind="ConcatRNN", text=text))
    random = np.random.default_rng(3)
    output = Output(random.normal(size=(4, 16)), random.normal(size=4), random.normal(size=(4, plain.cell.features)))
    return replace(plain, output=output, classes=("a", "b", "c", "d"))


# --- the losses


def test_targets_are_the_next_letters_or_one_class() -> None:
    unrolled = resolve(WORD)
    every = task_of(unrolled)
    assert [every.target_name(i) for i in every.losses] == list("elaez")
    assert every.targets[-1] is None
    last = task_of(unrolled, every=False, chosen=2)
    assert last.losses == (5,)
    assert last.target_name(5) == unrolled.inputs.names[2]
    sine = task_of(resolve(Study(source="sine", steps=4)), chosen=1)
    assert sine.targets == (1, 1, 1, 1)
    assert task_of(resolve(Study(text="a"))).losses == (0,)


def test_the_lectures_output_is_sent_back_exactly_from_the_last_step() -> None:
    unrolled = lecture()
    task = task_of(unrolled, every=False)
    assert unrolled.output is not None
    logits = task.trace.parts["h"][-1] @ task.readout.s.T + task.readout.bias
    np.testing.assert_allclose(logits, unrolled.output.logits(unrolled.trace)[-1])
    assert len(task) == 5
    assert "own output" in task.says
    assert not task.plain
    assert "random" in task_of(unrolled, every=True).says


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(KINDS), st.integers(0, 99), st.booleans(), st.sampled_from([None, 0, 1, 3]))
def test_sums_are_autograds(kind: Kind, seed: int, every: bool, cut: int | None) -> None:
    passed = work(task_of(resolve(Study(kind=kind, hidden=4, seed=seed, text="banana")), every), cut)
    others = compared(passed)
    assert others is not None
    assert all(one.agrees for one in compare(passed.back.gradients, others))


# --- the walk


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(KINDS), st.integers(0, 99), st.integers(0, 3), st.sampled_from([None, 0, 2]))
def test_edges_that_end_in_a_state_add_up_to_its_derivative(kind: Kind, seed: int, unit: int, cut: int | None) -> None:
    passed = work(task_of(resolve(Study(kind=kind, hidden=4, seed=seed, text="banana"))), cut)
    walk = Walk(passed, 4, unit, 0)
    whole = [walk.edges(walk.at(k)[0])[walk.at(k)[1]] for k in range(len(walk))]
    assert whole[0].source == (4, "E")
    assert len(walk) == sum(len(walk.edges(step)) for step in range(walk.first, 5))
    for step in range(walk.first, 4):
        for part, values in passed.back.states.items():
            arrives = [edge.product for edge in whole if edge.target == (step, part)]
            np.testing.assert_allclose(sum(arrives), values[4, step, unit], rtol=1e-9, atol=1e-300)
        found = walk.edges(step)[walk.at(walk.find(step, "W " + passed.task.trace.cell.gates[0].name))[1]]
        assert found.target[1].startswith("W ")
    for step in range(walk.first, 5):
        names = PLACES["RNN" if kind == "ConcatRNN" else kind]
        assert all(place(edge, end) in names for edge in walk.edges(step) for end in (True, False))


# --- the triangle and its words


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("measure", [Measure("u"), Measure("w"), Measure("u", single=True, row=1, column=2)])
def test_a_cell_is_the_product_of_its_factors(kind: Kind, measure: Measure) -> None:
    passed = work(task_of(resolve(replace(WORD, kind=kind))))
    fitted = measure.fitted(passed.task.trace.cell, 1)
    triangle = passed.measure(fitted)
    for loss, step in ((4, 1), (4, 4), (2, 0)):
        one, other = passed.factors(fitted, loss, step)
        np.testing.assert_allclose(one * other, triangle.values[loss, step], rtol=1e-9)
    assert passed.measure(fitted) is triangle


def test_origins_are_told_with_their_numbers() -> None:
    passed = work(task_of(resolve(replace(WORD, kind="RNN"))), 2)
    measure = Measure("u")
    triangle = passed.measure(measure)
    told = origin(passed, measure, triangle, 4, 3)
    assert "‖δ₄⁽⁵⁾‖ · ‖h₃‖" in told
    assert "cut off" in origin(passed, measure, triangle, 4, 1)
    assert "no later step" in origin(passed, measure, triangle, 1, 3)
    assert "has no loss" in origin(passed, measure, triangle, 5, 3)
    assert "3 matrices" in origin(passed, measure, triangle, 4, -1)
    one = Measure("u", "h", True, 0, 1)
    assert "row 1, column 2" in origin(passed, one, passed.measure(one), 4, 3)


def test_sentences_tell_what_one_sees() -> None:
    def told(study: Study, cut: int | None = None, every: bool = True) -> str:
        passed = work(task_of(resolve(study), every), cut)
        return f"{fading(passed, Measure('w'), passed.measure(Measure('w')))} {lost(passed)}"

    rnn = Study(kind="RNN", text="abcabcabcabc", seed=1)
    assert "vanishes" in told(replace(rnn, scale=0.1), every=False)
    assert "grows" in told(replace(rnn, kind="ConcatRNN", scale=4.0), every=False)
    near = told(replace(rnn, scale=0.05))
    assert "vanishes" in near
    assert "before a loss" in near
    assert "reaches back" in told(replace(rnn, kind="ConcatRNN", scale=1.8))
    assert "grows" in told(replace(rnn, kind="ConcatRNN", scale=4.0))
    assert "overflow" in told(replace(rnn, kind="ConcatRNN", scale=1e200))
    assert "uncut" in told(rnn, 1)
    assert "Nothing is cut" in told(rnn, 50)
    for every in (True, False):  # what a cut takes away has not faded by itself
        cut = told(replace(rnn, kind="ConcatRNN", scale=1.8), 2, every)
        assert "vanishes" not in cut
        assert "uncut" in cut
    alone = work(task_of(resolve(Study(kind="RNN", text="a"))))
    assert "is 0" in fading(alone, Measure("u"), alone.measure(Measure("u")))


def test_shares_are_written_however_small() -> None:
    assert (percent(0.42), percent(0.004), percent(0)) == ("42 %", "0.4 %", "0 %")
    assert percent(6.67e-4) == "0.07 %"
    assert percent(3.1e-9) == "3.1·10⁻⁷ %"
    assert (short(4.2e-12), short(0.0), short(0.0625)) == ("4.2e−12", "0", "0.062")


def test_the_scale_spans_what_there_is() -> None:
    values = np.array([1.0, 0.1, 1e-3, 0.0, -1.0, np.nan])
    assert decades(values, 1.0) == 4
    assert decades(np.array([1.0, 1e-30]), 1.0) == 8
    np.testing.assert_allclose(shares(values, 1.0, 4), [1, 0.75, 0.25, 0, -1, 0])
    np.testing.assert_allclose(shares(values, 2.0, None), [0.5, 0.05, 5e-4, 0, -0.5, 0])


# --- widgets


def shown(qtbot: QtBot, cut: int | None = None) -> BackTriangle:
    passed = work(task_of(resolve(WORD)), cut)
    made = BackTriangle()
    made.show_triangle(passed.measure(Measure("u")), passed.task.losses, passed.task.labels, False, cut)
    qtbot.addWidget(made)
    made.resize(420, 300)
    made.show()
    return made


def test_triangle_answers_to_mouse_and_keys(qtbot: QtBot) -> None:
    made = shown(qtbot)
    found: list[object] = []
    made.clicked.connect(found.append)
    for at in ((4, 2), (3, -1), (-1, 4)):
        QTest.mouseClick(made, Qt.MouseButton.LeftButton, pos=made._cell(at).center().toPoint())
    assert made.place_at(made._cell((4, 4)).center() - QPointF(0, made._cell((4, 4)).height())) is None
    made.setFocus()
    made._cursor = (4, 4)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Return):
        QTest.keyClick(made, key)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Return, *[Qt.Key.Key_Down] * 3, Qt.Key.Key_Return):
        QTest.keyClick(made, key)
    assert found == [(4, 2), (3, -1), (-1, 4), (3, 3), (3, -1), (-1, 5)]


def test_triangle_shows_the_band_that_is_left(qtbot: QtBot) -> None:
    image = shown(qtbot, 1).grab().toImage()
    made = shown(qtbot, 1)

    def colour(at: tuple[int, int]) -> str:
        corner = made._cell(at).topLeft() + QPointF(4, 4)
        return image.pixelColor(corner.toPoint()).name()

    assert colour((4, 1)) == LIGHT.line.lower()
    assert colour((4, 4)) != LIGHT.line.lower()
    assert "cut off" in made.words((4, 1))


def test_graph_tells_and_scrolls(qtbot: QtBot) -> None:
    made = BackGraph()
    made.show_graph(Graph("RNN", "ab" * 60, {119: 1.5}, {119: "x"}))
    made.show_flow(119, np.geomspace(1e-9, 1, 120), None, 100)
    made.show_edge((119, "E"), (119, "y"))
    qtbot.addWidget(made)
    made.resize(700, 160)
    made.show()
    steps: list[int] = []
    losses: list[int] = []
    made.step_chosen.connect(steps.append)
    made.loss_chosen.connect(losses.append)
    assert 119 in made.places.seen
    QTest.mouseClick(made, Qt.MouseButton.LeftButton, pos=made.places.box(118).center().toPoint())
    QTest.mouseClick(made, Qt.MouseButton.LeftButton, pos=made.places.loss(119).center().toPoint())
    QTest.keyClick(made, Qt.Key.Key_Left)
    assert (steps, losses) == ([118, 118], [119])
    made.show_edge((3, "h"), (2, "h"))
    assert 3 in made.places.seen
    assert "Cut off" in made.words("step", 3)
    assert not made.grab().isNull()


def test_a_number_that_does_not_fit_is_marked(qtbot: QtBot) -> None:
    made = Count("Unit")
    qtbot.addWidget(made)
    made.show_value(2, 16)
    found: list[int] = []
    made.chosen.connect(found.append)
    made.selectAll()
    QTest.keyClicks(made, "x")
    assert made.property("wrong")
    made.selectAll()
    QTest.keyClicks(made, "16")
    assert not made.property("wrong")
    QTest.keyClick(made, Qt.Key.Key_Up)
    QTest.keyClick(made, Qt.Key.Key_Down)
    assert found == [0, 15, 14]


# --- the page


def test_stepping_goes_back_in_time(make: Make) -> None:
    page = make()
    assert page.edge.source == (4, "E")
    assert page.heading.text() == "Loss 5 goes back: step 5 of 6"
    page.bar.end()
    assert page.edge.source[0] == 0
    assert page.graph.step == 0
    page.step(-1)
    page.graph.step_chosen.emit(2)
    assert page.edge.source[0] == 2
    assert page.edges.rule.text() == page.edge.lines[1]
    page.edges.chosen.emit(1)
    assert page.edge is page.walk.edges(2)[1]  # type: ignore[union-attr]


def test_a_click_in_the_triangle_walks_there(make: Make) -> None:
    page = make()
    page.measures.triangle.clicked.emit((3, 1))
    assert page.walk is not None
    assert page.walk.loss == 3
    assert page.edge.target == (1, "U i")
    assert "Loss 4 at step 2" in page.measures.origin.text()
    page.measures.triangle.pointed.emit((2, 1))
    assert page.graph._path == (2, 1)
    assert "Loss 3" in page.measures.origin.text()
    page.measures.triangle.pointed.emit(None)
    assert "Loss 4" in page.measures.origin.text()


def test_settings_are_followed(make: Make) -> None:
    page = make()
    page.losses.cut.chosen.emit(1)
    assert "uncut" in page.sentence.text()
    assert page.walk is not None
    assert page.walk.first == 3
    page.losses.when.entries["last"].click()
    assert page.walk.loss == 5
    assert page.losses.loss.isHidden()
    page.losses.target.chosen.emit(1)
    assert page.passed is not None
    assert page.passed.task.targets[-1] == 1
    page.measures.what.chosen.emit(True)
    page.measures.weight.chosen.emit("w")
    page.measures.column.chosen.emit(3)
    page.document.set_unit(2)
    assert page._shown == Measure("w", "i", True, 2, 3)
    assert "row 3, column 4" in page.measures.measured.whole
    page.document.edit(replace(WORD, kind="RNN", text="Pel"), "edit")
    assert page.passed.task.trace.cell.kind == "RNN"
    assert page._shown.name == "W_h"


def test_a_longer_word_keeps_the_place(make: Make) -> None:
    page = make()
    page.losses.loss.chosen.emit(3)
    page._go(page.walk.find(1, "c"))  # type: ignore[union-attr]
    before = page.edge
    page.document.edit(replace(WORD, text="Pelaezo"), "edit")
    assert (page.edge.source, page.edge.target) == (before.source, before.target)


def test_too_long_a_text_is_said_in_place(make: Make) -> None:
    page = make(replace(WORD, text="ab" * 500, hidden=32))
    page.later.wait()
    assert "too large" in page.refusal.text()
    assert page.content.isHidden()
    page.document.edit(WORD, "edit")
    assert page.refused.isHidden()
    assert not page.content.isHidden()


def test_sums_are_compared_once_pytorch_is_there(make: Make, workspace: Workspace) -> None:
    page = make()
    assert page.measures.sums.status == "loading PyTorch…"
    workspace.set_torch("PyTorch")
    page.later.wait()
    sums = page.measures.sums
    assert len(sums.differences) == 6
    assert all(one.agrees for one in sums.differences)
    assert sums.status.startswith(("agrees", "equal"))
    assert sums.cells["sum", "u"].text() == sums.cells["autograd", "u"].text()
    page.measures.what.chosen.emit(True)
    one = sums.other("u", (0, 0, 0))
    assert one is not None
    assert f"autograd: {write(one)}" in page.measures.agrees.text()
    page.losses.cut.chosen.emit(2)
    page.later.wait()
    assert len(sums.differences) == 6


def test_long_work_is_done_on_the_worker(make: Make) -> None:
    page = make(replace(WORD, text="Pelaez" * 5, hidden=128))
    assert page.heading.text() == "Sending the losses back…"
    page.later.wait()
    assert page.heading.text().startswith("Loss 29")
    page.measures.weight.chosen.emit("w")
    page.later.wait()
    assert page._shown.weight == "w"
    page.document.edit(replace(WORD, text="Pelaez" * 6, hidden=128), "edit")
    page.hide()
    page.later.wait()
    page.show()
    page.later.wait()
    assert page.passed is not None
    assert len(page.passed.task) == 36


@pytest.mark.parametrize("size", [(870, 668), (936, 576), (1830, 980)])
def test_everything_fits(make: Make, size: tuple[int, int]) -> None:
    page = make(size=size)
    for kind in KINDS:
        page.document.edit(replace(WORD, kind=kind), "edit")
        page.measures.what.chosen.emit(True)
        QApplication.processEvents()
        area = page.content
        assert area.horizontalScrollBar().maximum() == 0
        assert area.verticalScrollBar().maximum() == 0
    roomy = page.height() >= look(page).px(840)
    assert page.measures.sums.isVisible() == roomy


def test_steps_and_edits_are_quick(make: Make) -> None:
    page = make(replace(WORD, text="Pelaez" * 3 + "ab", hidden=128))
    page.grab()
    times = []
    for k in range(9):
        begin = perf_counter()
        page.bar.advance()
        page.content.grab()
        times.append(perf_counter() - begin)
        assert page.bar.index == k + 1
    assert median(times) < 0.05


def test_the_tour_shows_each_state(make: Make) -> None:
    page = make()
    names = list(page.tour())
    assert names == ["backwards", "backwards-edge", "backwards-truncated", "backwards-last"]
    assert page.asked.every
    assert page.hint()
