"""The page Step of the Unroll panel: where it stands, what it explains, and how it answers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.app.unroll.chainlayout import Spot
from explorer.app.unroll.document import Document
from explorer.app.unroll.heatview import Hit
from explorer.app.unroll.step_formula import FormulaCard
from explorer.app.unroll.step_values import Spotlight, broken, position, wire_values
from explorer.app.unroll.stepping import StepPage
from explorer.app.workspace import Workspace
from explorer.explain.recurrent.cell import ORDER, Kind, Output
from explorer.explain.recurrent.layered import Layered
from explorer.explain.recurrent.lesson import random_cell
from explorer.explain.recurrent.notation import NOTATIONS, plain
from explorer.explain.recurrent.study import Study, Trained
from explorer.learn.letters import LANGUAGES, LETTERS

PELAEZ = Study(text="Pelaez", alphabet=LETTERS, hidden=12)
SMALL = Study(text="abca", weights="blackboard", hidden=3)


def trained(kind: Kind = "GRU", layers: int = 2, ways: int = 2, hidden: int = 5) -> Trained:
    """A model of random weights that reads names."""
    cells, width = [], len(LETTERS)
    for layer in range(layers):
        cells.append(tuple(random_cell(kind, width, hidden, seed=2 * layer + way) for way in range(ways)))
        width = hidden * ways
    random = np.random.default_rng(0)
    output = Output(random.normal(size=(18, width)), random.normal(size=18), names=LANGUAGES)
    return Trained("names-random", "/nowhere", Layered(tuple(cells), output), LANGUAGES, tuple(LETTERS))


class Shown:
    """A page in a window of its own, which is not larger than asked."""

    def __init__(self, qtbot: QtBot, workspace: Workspace) -> None:
        self._qtbot, self._workspace = qtbot, workspace
        self._hosts: list[QWidget] = []

    def __call__(self, study: Study, size: tuple[int, int] = (1190, 720)) -> StepPage:
        host = QWidget()
        self._qtbot.addWidget(host)
        self._hosts.append(host)
        page = StepPage(Document(study, host), self._workspace, host)
        host.resize(*size)
        page.setGeometry(0, 0, *size)
        host.show()
        return page


@pytest.fixture
def shown(qtbot: QtBot, workspace: Workspace) -> Shown:
    return Shown(qtbot, workspace)


def click(widget: QWidget, at: QPointF | QPoint) -> None:
    place = at if isinstance(at, QPoint) else at.toPoint()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place)


# Stepping.


@pytest.mark.parametrize("kind", ["RNN", "ConcatRNN", "LSTM", "GRU"])
def test_steps_go_through_the_parts_in_the_order_in_which_a_cell_computes(shown: Shown, kind: Kind) -> None:
    page = shown(replace(PELAEZ, kind=kind, text="ab"))
    seen = []
    for _ in range(2 * len(ORDER[kind])):
        seen.append((page.pinned.step, page.pinned.part))
        assert page.side.card.text().splitlines()[1].startswith("unit 1: ")
        page.step(1)
    assert seen == [(step, part) for step in (0, 1) for part in ORDER[kind]]
    assert page.bar.count == len(seen)
    page.step(-1)
    assert page.document.index == len(seen) - 2


def test_the_heading_says_letter_and_part(shown: Shown) -> None:
    page = shown(PELAEZ)
    page.document.go_to(2, "f")
    assert page.heading.text() == "“Pelaez”, letter 3 of 6: forget gate"
    assert page.side.says.whole == "0 discards the old memory, 1 keeps it."
    page.document.edit(replace(PELAEZ, source="noise", steps=30), "Noise")
    assert page.heading.text() == "Noise, step 3 of 30: forget gate"


def test_keys_step_and_play_stops_by_itself(shown: Shown) -> None:
    page = shown(replace(PELAEZ, kind="RNN", text="ab"))
    QTest.keyClick(page, Qt.Key.Key_Space)
    assert page.document.index == 1
    QTest.keyClick(page, Qt.Key.Key_Home)
    QTest.keyClick(page, Qt.Key.Key_P)
    began = page.bar.playing
    page.bar.advance()
    assert (began, page.bar.playing) == (True, False)
    assert page.document.index == 1


def test_another_notation_writes_another_equation(shown: Shown) -> None:
    page = shown(PELAEZ)
    written = set()
    for index in range(page.side.notations.count()):
        page.side.notations.setCurrentIndex(index)
        page.side.notations.activated.emit(index)
        written.add(page.side.card.text().splitlines()[0])
    assert len(written) == 6
    assert page.document.notation == list(NOTATIONS)[-1]


def test_the_card_writes_long_equations_within_its_edges(qtbot: QtBot) -> None:
    document = Document(replace(PELAEZ, kind="GRU", scale=12345.0))
    document.go_to(2, "n")
    card = FormulaCard()
    qtbot.addWidget(card)
    card.show_story(document.story)
    card.show()
    for width in (220, 380, 900):
        card.resize(width, card.sizeHint().height())
        size, above, _, below = card._placed()
        for one in (*above, *below):
            assert one.box.right() <= width
            assert one.box.top() >= 0
            assert one.box.bottom() <= card.height()
        if width == 900:
            assert size >= 16


# Pointing and clicking.


def test_a_cell_of_a_map_is_explained_while_it_is_pointed_at_and_kept_by_a_click(shown: Shown) -> None:
    page = shown(PELAEZ)
    assert page.heats is not None
    value = float(page.document.unrolled.trace.parts["o"][4, 7])
    page.heats.maps["o"].hovered.emit(Hit(7, 4, value))
    assert page.spotlight == Spotlight(4, "o", 7)
    assert page.pinned == Spotlight(0, "f", 0)
    assert page.side.card.text().splitlines()[1].startswith("unit 8: ")
    page.heats.maps["o"].hovered.emit(None)
    assert page.spotlight == page.pinned
    heat = page.heats.maps["o"]
    click(heat, heat.cell_rect(7, 4).center())
    assert page.pinned == Spotlight(4, "o", 7)
    assert heat.pinned == (7, 4)
    assert page.unit.field.text() == "8"


def test_the_chain_and_the_cell_are_clicked(shown: Shown) -> None:
    page = shown(PELAEZ)
    page.chain.clicked.emit(Spot(3, "c"))
    assert page.pinned == Spotlight(3, "c", 0)
    page.cell.clicked.emit("ig")
    assert page.pinned == Spotlight(3, "c", 0)
    page.cell.clicked.emit("h_prev")
    assert page.pinned == Spotlight(2, "h", 0)
    page.document.go_to(0, "f")
    page.cell.clicked.emit("c_prev")  # there is nothing before the first step
    assert page.pinned == Spotlight(0, "f", 0)


def test_an_operand_leads_to_where_it_comes_from(shown: Shown) -> None:
    page = shown(PELAEZ)
    page.document.go_to(3, "i")
    table = page.side.table
    term = page.side.term
    assert term is not None
    assert term.role == "state"
    products = [abs(one.product) for one in table.operands]
    assert products == sorted(products, reverse=True)
    unit = table.operands[0].place.index[1]
    click(table, table.row_rect(0).center() - QPointF(table.width() / 2 - 10, 0))
    assert page.pinned == Spotlight(2, "h", unit)
    # Of a state both factors are values: the gate and the memory.
    click(table, table.weight_rect(0).center())
    assert page.pinned == Spotlight(2, "c", unit)


def test_a_weight_is_typed_where_it_is_read(shown: Shown) -> None:
    page = shown(PELAEZ)
    page.document.go_to(3, "f")
    before = page.document.unrolled.trace.parts["h"].copy()
    table = page.side.table
    place = table.operands[0].other
    assert place is not None
    click(table, table.weight_rect(0).center())
    QTest.keyClicks(table._edit, "zwei")
    QTest.keyClick(table._edit, Qt.Key.Key_Return)
    assert table._edit.complaint == "not a number"
    table._edit.clear()
    QTest.keyClicks(table._edit, "-2,5")
    QTest.keyClick(table._edit, Qt.Key.Key_Return)
    assert page.document.unrolled.cell.u[place.index] == -2.5
    assert not np.array_equal(page.document.unrolled.trace.parts["h"], before)
    page.document.undo.undo()
    assert np.array_equal(page.document.unrolled.trace.parts["h"], before)


def test_a_share_of_the_sum_is_chosen_in_the_formula(shown: Shown) -> None:
    page = shown(PELAEZ)
    page.document.go_to(3, "f")
    card = page.side.card
    click(card, card.term_rect(0).center())
    term = page.side.term
    assert term is not None
    assert term.role == "input"
    assert page.side.table.operands[0].value == 1  # the letter's own
    roles = []
    page.step(1)
    for _ in range(3):
        term = page.side.term
        assert term is not None
        roles.append(term.role)
        QTest.keyClick(card, Qt.Key.Key_Right)
    assert roles == ["input", "state", "bias"]


def test_of_small_cells_all_units_are_written_out(shown: Shown) -> None:
    page = shown(SMALL)
    page.document.go_to(2, "g")
    made = page.side.whole.whole
    assert made is not None
    assert not page.side.whole.isHidden()
    assert np.allclose(made.result, page.document.unrolled.trace.parts["g"][2])
    spots = page.side.whole._spots(page.side.whole.width())[1]
    last = spots[-1].box
    click(page.side.whole, QPointF(last.center().x(), last.bottom() - 3))
    assert page.document.unit == 2
    page.side.views._choose("unit")
    assert page.side.whole.isHidden()
    page.document.edit(PELAEZ, "Larger")
    assert page.side.views.isHidden()
    assert not page.side.table.isHidden()


def test_the_unit_is_typed(shown: Shown) -> None:
    page = shown(PELAEZ)
    field = page.unit.field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "12")
    assert page.document.unit == 11
    QTest.keyClicks(field, "3")
    assert field.property("wrong")
    assert page.document.unit == 11
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert page.document.unit == 10


# What goes wrong.


def test_the_first_number_that_overflows_is_said(shown: Shown) -> None:
    page = shown(replace(PELAEZ, kind="ConcatRNN", scale=1e80))
    found = page.document.unrolled.trace.broken
    assert found is not None
    assert broken(page.document.unrolled) is not None
    assert page.sentence.text().startswith(f"At letter {found[0] + 1} the hidden state is no finite number any more")
    assert page.chain.words(Spot(found[0], "cell")).endswith("no finite number any more.")
    for index in range(len(page.document.moves)):
        page.document.set_index(index)
    assert "not a number" in page.side.card.text() or "∞" in page.side.card.text()
    page.document.undo.clear()
    page.document.edit(replace(PELAEZ, kind="ConcatRNN"), "Tame")
    assert page.sentence.text().startswith("One cell, copied over time.")


def test_with_nothing_to_read_the_last_stays(shown: Shown) -> None:
    page = shown(PELAEZ)
    page.document.edit(replace(PELAEZ, text=""), "Nothing")
    assert page.sentence.text().startswith("There is nothing to read yet. Type a word.")
    assert page.sentence.property("role") == "warning"
    assert len(page.document.moves) == 36
    page.document.edit(replace(PELAEZ, text="x"), "One")
    assert page.sentence.property("role") == "caption"
    assert page.heading.text() == "“x”, letter 1 of 1: forget gate"


def test_thousands_of_steps_are_shown(shown: Shown) -> None:
    page = shown(replace(PELAEZ, kind="RNN", source="noise", steps=1000, hidden=4))
    page.document.set_index(10**9)
    assert page.heading.text().startswith("Noise, step 1\u2009000 of 1\u2009000")


# Trained models.


def test_layers_and_directions_are_chosen(shown: Shown) -> None:
    page = shown(PELAEZ.with_model(trained()), (1500, 1000))
    assert len(page.chain.shape.rows) == 4
    page.chain.clicked.emit(Spot(1, "cell", 3))
    study, now = page.document.study, page.document.unrolled
    assert (study.layer, study.way) == (1, 1)
    assert page.pinned.step == position(now, 1) == 4
    assert page.heading.text().startswith("“Pelaez”, letter 2 of 6")
    assert now.labels[4] == "e"
    page.ways._choose("0")
    assert page.document.study.way == 0
    page.layers._choose("0")
    assert page.document.study.layer == 0


def test_where_there_is_little_room_the_chain_has_one_layer(shown: Shown) -> None:
    page = shown(PELAEZ.with_model(trained()), (1190, 600))
    assert len(page.chain.shape.rows) == 2
    page.chain.clicked.emit(Spot(1, "cell", 1))
    assert (page.document.study.layer, page.document.study.way) == (0, 1)


def test_the_output_of_two_directions_is_explained_and_leads_into_the_top_layer(shown: Shown) -> None:
    page = shown(PELAEZ.with_model(trained()), (1500, 1000))
    page.chain.clicked.emit(Spot(5, "y", 0))
    done = page.document.unrolled.done
    assert done is not None
    assert done.logits is not None
    best = int(done.logits[5].argmax())
    assert page.pinned == Spotlight(5, "y", best)
    assert page.side.card.text().splitlines()[1].startswith(f"{LANGUAGES[best]}: ")
    page.unit.wanted.emit(3)
    assert page.side.card.text().splitlines()[1].startswith(f"{LANGUAGES[3]}: ")
    place = replace(page.side.table.operands[0].place, index=(5, 7))  # unit 3 of the backward way
    page.side.place_wanted.emit(place)
    study = page.document.study
    assert (study.layer, study.way) == (1, 1)
    assert page.pinned == Spotlight(0, "h", 2)


def test_an_output_of_one_direction_is_a_move(shown: Shown) -> None:
    page = shown(PELAEZ.with_model(trained("LSTM", 1, 1)))
    page.document.go_to(2, "y")
    now = page.document.unrolled
    assert now.logs is not None
    assert page.unit.classes.currentIndex() == int(now.logs[2].argmax())
    assert page.chain.shape.has_output(2)
    term = page.side.term
    assert term is not None
    assert term.total == pytest.approx(sum(one.product for one in term.operands))


# The numbers on the wires.


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_what_flows_on_the_wires_adds_up(kind: Kind) -> None:
    now = Document(replace(PELAEZ, kind=kind)).unrolled
    on = {name: float(np.max(v)) for name, v in wire_values(now.trace, 3, 5, now, 0).items() if name != "x"}
    if kind == "LSTM":
        assert on["fc"] + on["ig"] == pytest.approx(on["c"])
        assert on["o"] * np.tanh(on["c"]) == pytest.approx(on["h"])
    else:
        assert on["zh"] + on["zn"] == pytest.approx(on["h"])
        sums = now.trace.x[3] @ now.cell.w[2, 5] + now.cell.b[2, 5] + on["rh"]
        assert np.tanh(sums) == pytest.approx(on["n"])


# Room.


@pytest.mark.parametrize("size", [(612, 580), (870, 640), (1190, 720), (1500, 960)])
def test_nothing_lies_over_another(shown: Shown, size: tuple[int, int]) -> None:
    page = shown(replace(PELAEZ, kind="LSTM"), size)
    assert page.heats is not None

    def where(part: QWidget) -> tuple[int, int]:
        top = part.mapTo(page, QPoint(0, 0)).y()
        return top, top + part.height()

    parts = [where(part) for part in (page.heading, page.chain, page.cell, page.bar)]
    assert page.heats.isVisible() == (size[1] > 600), "in a low window the maps give way: they have a page of their own"
    if page.heats.isVisible():
        parts += [where(part) for part in (page.over, page.heats)]
    for (_, bottom), (top, _) in pairwise(parts):
        assert bottom <= top
    assert parts[-1][1] <= size[1]
    assert where(page.side)[1] <= where(page.bar)[0]
    assert page.cell.x() + page.cell.width() <= page.side.x()
    assert page.side.x() + page.side.width() <= size[0]


def test_a_state_shows_all_units_as_bars(shown: Shown) -> None:
    page = shown(PELAEZ, (1500, 960))
    page.document.go_to(2, "f")
    assert page.side.bars.isHidden()  # the products need the room
    page.document.go_to(2, "c")
    bars = page.side.bars
    assert not bars.isHidden()
    assert [plain(one.name) for one in page.side.table.operands] == ["f_t", "i_t"]
    assert [plain(one.by) for one in page.side.table.operands] == ["c_{t−1}", "c̃_t"]
    click(bars, bars.bar_rect(9).center())
    assert page.pinned == Spotlight(2, "c", 9)


def test_a_hidden_page_catches_up(shown: Shown) -> None:
    page = shown(PELAEZ)
    page.hide()
    page.document.edit(replace(PELAEZ, kind="GRU", text="Ana"), "Another")
    page.document.go_to(2, "n")
    assert "Pelaez" in page.heading.text()
    page.show()
    assert page.heading.text() == "“Ana”, letter 3 of 3: new state"
    assert page.heats is not None
    assert tuple(page.heats.maps) == ("r", "z", "n", "h")
