"""The page Over time: maps that belong together, orders of units, and what marks a stretch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.app.unroll import time_finds, timeline
from explorer.app.unroll.document import Document
from explorer.app.unroll.heatview import Hit, fewer
from explorer.app.unroll.time_find import (
    Place,
    Places,
    beside,
    marker_words,
    order_of,
    reader,
    sample,
    search,
    stretch_words,
    title_of,
    unrolled_at,
)
from explorer.app.unroll.time_maps import of_cell, of_three
from explorer.app.unroll.timeline import TimePage
from explorer.app.workspace import Workspace
from explorer.arch.errors import UsageError
from explorer.explain.recurrent.cell import ORDER, Kind, Output
from explorer.explain.recurrent.layered import Layered
from explorer.explain.recurrent.lesson import random_cell
from explorer.explain.recurrent.patterns import Marker, alike
from explorer.explain.recurrent.study import Study, Trained, resolve
from explorer.learn.letters import LETTERS
from explorer.learn.lists import Word, WordLists

STUDY = Study(text="Pelaez", alphabet=LETTERS, hidden=8)
NAMES = ("Pelzer", "Laeza", "Bo", "Pelaez")


@pytest.fixture
def make(workspace: Workspace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Study], TimePage]]:
    made: list[TimePage] = []
    monkeypatch.setattr(timeline, "names", lambda: NAMES)
    monkeypatch.setattr(time_finds, "REST", 0)

    def page(study: Study = STUDY) -> TimePage:
        one = TimePage(Document(study), workspace)
        qtbot.addWidget(one)
        one.resize(1190, 720)
        one.show()
        made.append(one)
        return one

    yield page
    for one in made:
        one.stop()


def signs(page: TimePage) -> list[str]:
    return [key[1] for key in page.atlas.maps]


# Pure.


def test_cells_side_by_side_read_the_same_with_as_many_units() -> None:
    found = beside(resolve(STUDY))
    assert list(found) == ["RNN", "LSTM", "GRU"]
    assert {one.cell.hidden for one in found.values()} == {8}
    assert {one.labels for one in found.values()} == {tuple("Pelaez")}
    assert found["GRU"].trace.parts["h"].tolist() == resolve(STUDY.with_kind("GRU")).trace.parts["h"].tolist()
    with pytest.raises(UsageError, match="Choose a word"):
        beside(resolve(Study(source="simple")))


def trained(kind: Kind = "GRU") -> Trained:
    cell = random_cell(kind, 3, 5, seed=2)
    output = Output(np.ones((2, 5)), np.zeros(2))
    return Trained("abc", "", Layered(((cell,),), output), ("one", "two"), ("a", "b", "c"))


def test_a_trained_cell_beside_others() -> None:
    unrolled = resolve(replace(STUDY, text="abcab").with_model(trained()))
    found = beside(unrolled)
    assert found["GRU"] is unrolled
    assert {one.cell.hidden for one in found.values()} == {5}


def test_orders() -> None:
    values = np.array([[0.0, 2.0, 1.0, 2.1], [5.0, 0.0, np.nan, 0.1]])
    assert order_of(values, "number", 0) is None
    assert order_of(values, "value", 0).tolist() == [3, 1, 2, 0]  # type: ignore[union-attr]
    assert order_of(values, "value", 1).tolist() == [0, 3, 1, 2]  # type: ignore[union-attr]
    assert order_of(values, "alike", 0).tolist() == list(alike(values))  # type: ignore[union-attr]


def test_words() -> None:
    assert title_of("LSTM", "g") == "c̃: candidate"
    assert title_of("GRU", "h") == "h: hidden state"
    assert title_of("RNN", "h") == "h: hidden state"
    assert stretch_words("Pelaez", (4, 5), "letter") == "“ez”"
    assert stretch_words("a" * 99, (4, 60), "letter") == "letters 5 to 61"
    assert stretch_words([], (4, 4), "step") == "step 5"
    clear = marker_words(Marker(16, "high", 0.91, 0.12, 0.3), "“ez”")
    assert clear == "unit 17 is high only at “ez”: 0.91 inside, 0.12 elsewhere"
    assert "is lower at “ez”" in marker_words(Marker(0, "low", 0.1, 0.2, -0.3), "“ez”")


def test_the_sample_is_spread_over_all_words() -> None:
    words = tuple(Word(text, tuple(LETTERS.index(c) for c in text), 0) for text in ("ab", "ac", "ab", "ad", "ae"))
    assert sample(WordLists(("x", "y"), words, ())) == ("ab", "ac", "ad", "ae")
    assert sample(WordLists(("x", "y"), words, ()), 2) == ("ab", "ad")


@pytest.mark.parametrize("way", [0, 1])
def test_a_trained_model_reads_other_texts(way: int) -> None:
    model = trained()
    if way:
        cells = (random_cell("GRU", 3, 5, 2), random_cell("GRU", 3, 5, 3))
        model = replace(model, layered=Layered((cells,)))
    study = replace(STUDY, text="abca").with_model(model)
    unrolled = resolve(replace(study, way=way))
    read, known = reader(unrolled, "z")
    assert known == frozenset("abc")
    assert np.array_equal(read("abca"), unrolled.trace.parts["z"])
    events = list(search(unrolled, "z", 1, (1, 1), lambda: ("cabcab", "Bo", "abca", "bca")))
    found = events[-1]
    assert isinstance(found, Places)
    assert found.read == 2  # not the text itself, nor one with letters that the model lacks
    for place in found.places:
        after, steps = unrolled_at(unrolled.study, place)
        letters = resolve(after).labels[steps[0] : steps[1] + 1]
        assert "".join(letters) == place.text[place.start : place.stop]


def test_the_same_text_is_found_again() -> None:
    """A text that goes on after the stretch's neighbours has the very same values up to there."""
    unrolled = resolve(STUDY)
    kept: dict[str, np.ndarray] = {}
    *counts, found = search(unrolled, "h", 3, (1, 2), lambda: ("Bo", "Pelaezzz", "Pelaez"), kept)
    assert isinstance(found, Places)
    assert found.places[0] == Place("Pelaezzz", 1, 3, 0.0)
    assert set(kept) == {"Bo", "Pelaezzz"}
    assert counts == [0]


def test_what_is_no_text_has_no_others() -> None:
    with pytest.raises(UsageError, match="Choose a word"):
        list(search(resolve(replace(STUDY, source="sine")), "h", 0, (1, 2), lambda: NAMES))
    with pytest.raises(UsageError, match="random weights"):
        list(search(resolve(replace(STUDY, alphabet="")), "h", 0, (1, 2), lambda: ("Bo",)))


def test_edited_inputs_do_not_go_to_another_text() -> None:
    study = STUDY.change("x", (0, 0), 3.0).change("u", (0, 0, 0), 1.0)
    after, steps = unrolled_at(study, Place("Bo", 0, 2, 0.0))
    assert (after.text, steps, [change.which for change in after.changes]) == ("Bo", (0, 1), ["u"])


def test_fewer_rows_are_means() -> None:
    values = np.arange(10.0).reshape(5, 2)
    assert fewer(values, 5) is values
    assert fewer(values, 2).tolist() == [[1.0, 2.0], [6.0, 7.0]]
    many = np.arange(22.0).reshape(11, 2)
    assert fewer(many, 3).tolist() == [[3.0, 4.0], [11.0, 12.0], [18.0, 19.0]]
    assert fewer(many[:8], 2).tolist() == [[3.0, 4.0], [11.0, 12.0]]


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU", "ConcatRNN"])
def test_plans_have_every_part(kind: Kind) -> None:
    assert {one.key for one in of_cell(kind).maps} == {(kind, part) for part in ORDER[kind]}
    states = {one.key for one in of_three().maps if one.row == 0}
    assert states == {("RNN", "h"), ("LSTM", "h"), ("GRU", "h")}


# The page.


def test_maps_of_the_present_cell(make: Callable[..., TimePage]) -> None:
    page = make()
    assert signs(page) == ["f", "i", "o", "g", "c", "h"]
    trace = page.document.unrolled.trace
    for (_, part), made in page.atlas.maps.items():
        assert made.values is trace.parts[part]
    page.document.edit(STUDY.with_kind("GRU"), "GRU")
    assert signs(page) == ["r", "z", "n", "h"]
    assert page.heading.text() == "“Pelaez” over time, GRU"
    page.document.edit(replace(STUDY, kind="RNN", source="noise", steps=3), "noise")
    assert page.heading.text() == "3 steps over time, RNN"
    assert [made.values.shape for made in page.atlas.maps.values()] == [(3, 8)]


def test_three_cells(make: Callable[..., TimePage]) -> None:
    page = make()
    page.cells.entries["three"].click()
    maps = page.atlas.maps
    assert maps["LSTM", "h"].values is page.document.unrolled.trace.parts["h"]
    ends = {maps[kind, "h"].most for kind in ("RNN", "LSTM", "GRU")}  # type: ignore[index]
    assert len(ends) == 1
    maps["GRU", "z"].clicked.emit(Hit(5, 2, 0.0))
    assert (page.document.unit, page.document.move.step, page.key) == (5, 2, ("GRU", "z"))
    assert page.part.currentText() == "GRU z"
    assert "Update gate, unit 6 at “l”" in page.strip.head.findChildren(type(page.sentence))[0].text()
    page.document.edit(Study(source="simple"), "the lecture's")
    assert list(page.kinds) == ["RNN"]
    assert "Choose a word" in page.warning.text()


def test_long_cells_are_computed_in_the_background(
    make: Callable[..., TimePage], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "MUCH", 10)
    page = make()
    assert page.order is None
    qtbot.waitUntil(lambda: page.order is not None)
    page.cells.entries["three"].click()
    assert "Computing" in page.warning.text()
    qtbot.waitUntil(lambda: len(page.kinds) == 3)
    assert not page.warning.isVisible()


def test_one_order_in_all_maps(make: Callable[..., TimePage]) -> None:
    page = make()
    page.sorts.entries["value"].click()
    page.document.go_to(3)
    expected = np.argsort(-page.document.unrolled.trace.parts["h"][3], kind="stable")
    for made in page.atlas.maps.values():
        assert np.array_equal(made._order, expected)
    page.part.setCurrentIndex(0)
    page.part.activated.emit(0)
    assert page.key == ("LSTM", "f")
    assert "sorted by value at “a” of the forget gate" in page.sentence.text()
    page.sorts.entries["number"].click()
    assert page.order is None


def test_a_cell_tells_where_it_comes_from(make: Callable[..., TimePage]) -> None:
    page = make()
    page.atlas.maps["LSTM", "f"].clicked.emit(Hit(4, 2, 0.0))
    document = page.document
    assert (document.move.part, document.move.step, document.unit) == ("f", 2, 4)
    assert document.story.lines[1] in page.strip.card.text()
    page.strip.details.linkActivated.emit("h/1/7")
    assert (page.key, document.move.step, document.unit) == (("LSTM", "h"), 1, 7)
    assert all(made.pinned == (7, 1) for made in page.atlas.maps.values())
    assert 'href="o/1/7"' in page.strip.details.text()
    page.step(-5)
    assert document.move.step == 0
    assert 'href="c/-1' not in page.strip.details.text()


def test_keys_of_the_page(make: Callable[..., TimePage], qtbot: QtBot) -> None:
    page = make()
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert page.document.move.step == 1
    heat = page.atlas.maps["LSTM", "c"]
    heat.setFocus()
    for _ in range(2):
        qtbot.keyClick(heat, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert page.selection == (0, 2)
    assert page.key == ("LSTM", "c")
    assert page.finds.isVisible()
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert page.selection is None
    assert not page.finds.isVisible()


def test_a_stretch_finds_units_and_other_texts(make: Callable[..., TimePage], qtbot: QtBot) -> None:
    page = make()
    page.select((1, 2))
    finds = page.finds
    assert len(finds.units.markers) == 8
    assert finds.units.words(0).endswith("elsewhere.")
    finds.settle()
    assert "of 3 names" in finds.said.text()
    qtbot.keyClick(finds.units, Qt.Key.Key_Down)
    qtbot.keyClick(finds.units, Qt.Key.Key_Return)
    assert page.document.unit == finds.units.markers[1].unit
    finds.settle()
    finds.texts.show_places([Place("Pelzer", 1, 3, 0.02)])
    assert finds.texts.words(0) == "“el” in Pelzer. It differs by 0.02 on average. Click to unroll it."
    page.grab()
    qtbot.mouseClick(finds.texts, Qt.MouseButton.LeftButton, pos=finds.texts.row_rect(0).center().toPoint())
    assert page.document.study.text == "Pelzer"
    assert page.selection == (1, 2)
    assert page.document.move.step == 1
    page.document.undo.undo()
    assert page.document.study == STUDY
    page.select((0, 5))
    assert "Select fewer" in finds.about.text()


def test_reading_names_can_be_stopped(make: Callable[..., TimePage]) -> None:
    page = make()
    page.select((1, 2))
    page.finds.stop_button.click()
    assert not page.finds.work.busy
    assert page.finds.again_button.isVisible()
    page.finds.again_button.click()
    page.finds.settle()
    assert "names" in page.finds.said.text()


def test_a_shorter_text_lets_go(make: Callable[..., TimePage]) -> None:
    page = make()
    page.select((4, 5))
    page.document.edit(replace(STUDY, text="Bo"), "Bo")
    assert page.selection is None
    assert not page.finds.isVisible()


def test_the_first_value_that_is_no_number_is_said(make: Callable[..., TimePage]) -> None:
    with np.errstate(all="ignore"):
        page = make(replace(STUDY, kind="ConcatRNN", scale=1e200))
        assert "first is no finite number" in page.warning.text()
        page.select((0, 1))
        page.grab()
    page.document.edit(STUDY, "back")
    assert not page.warning.isVisible()


def test_a_fault_is_said(make: Callable[..., TimePage]) -> None:
    page = make()
    page.document.edit(replace(STUDY, text=""), "nothing")
    assert page.warning.text() == page.document.fault != ""
    assert len(page.atlas.maps["LSTM", "h"].values) == 6


def test_hidden_pages_follow_when_they_are_shown(make: Callable[..., TimePage]) -> None:
    page = make()
    page.hide()
    page.document.edit(STUDY.with_kind("GRU"), "GRU")
    page.document.set_index(3)
    assert "f" in signs(page)
    page.show()
    assert "z" in signs(page)


def test_the_tour(make: Callable[..., TimePage]) -> None:
    page = make()
    assert list(page.tour()) == ["time", "time-marks", "time-three"]
    assert len(page.kinds) == 1


@pytest.mark.parametrize("study", [replace(STUDY, text="a"), replace(STUDY, text="ab" * 500), replace(STUDY, hidden=1)])
def test_any_size(make: Callable[..., TimePage], study: Study) -> None:
    page = make(study)
    page.select((0, 0))
    page.resize(860, 620)
    assert not page.grab().isNull()
    assert page.minimumSizeHint().height() <= 620
