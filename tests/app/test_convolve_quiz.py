"""The Quiz page, through its real widgets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.app.convolve.document import Document
from explorer.app.convolve.quiz import QuizPage
from explorer.explain.example import lecture
from explorer.explain.quiz import task
from explorer.explain.text import figure


@pytest.fixture
def document() -> Document:
    return Document(lecture())


@pytest.fixture
def page(document: Document, qtbot: QtBot) -> Iterator[QuizPage]:
    made = QuizPage(document)
    made.resize(1192, 680)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.stop()
    made.hide()
    made.deleteLater()


def reply(page: QuizPage, text: str) -> None:
    page.answer.clear()
    QTest.keyClicks(page.answer, text)
    QTest.keyClick(page.answer, Qt.Key.Key_Return)


def hidden(page: QuizPage) -> int:
    """How many outputs are covered."""
    assert page._known is not None
    return int((~page._known).sum())


def test_everybody_with_the_seed_gets_the_same(page: QuizPage) -> None:
    for level, name in ((1, "1"), (2, "2"), (3, "3")):
        page.ways.entries[name].click()
        for number in range(4):
            assert page.task == task(1, number, level)  # type: ignore[arg-type]
            reply(page, "0")
            page.check_button.click()


def test_another_seed_begins_anew(page: QuizPage) -> None:
    reply(page, str(page.task.answer))
    edit = page.seed.editors[0]
    edit.selectAll()
    QTest.keyClicks(edit, "77")
    assert page.task == task(77, 0, 1)
    assert page.score.text() == "No answers yet"
    assert page.verdict is None


def test_the_output_is_covered_until_the_answer(page: QuizPage) -> None:
    covered = hidden(page)
    assert covered == page.task.example.count
    assert page.formula.isHidden()
    reply(page, str(page.task.answer))
    assert hidden(page) == covered - 1
    assert page.formula.step is not None
    assert page.formula.step.result == page.task.answer
    assert not page.formula.isHidden()


def test_a_right_answer_and_the_next_task(page: QuizPage) -> None:
    first = page.task
    reply(page, figure(first.answer))
    assert page.words.text() == f"Right: {figure(first.answer)}."
    assert page.score.text() == "1 of 1 right"
    assert page.answer.isReadOnly()
    QTest.keyClick(page.answer, Qt.Key.Key_Return)
    assert page.task != first
    assert page.heading.text().endswith("task 2")
    assert page.answer.text() == ""
    assert page.formula.isHidden()


def test_a_wrong_answer_shows_the_arithmetic(page: QuizPage) -> None:
    reply(page, str(page.task.answer + 50))
    assert f"it is {figure(page.task.answer)}." in page.words.text()
    assert page.words.property("role") == "warning"
    assert page.formula.step is not None
    assert page.score.text() == "0 of 1 right"


def test_the_score_counts_a_row(page: QuizPage) -> None:
    for right in (False, True, True, True):
        reply(page, str(page.task.answer if right else page.task.answer + 1))
        page.check_button.click()
    assert page.score.text() == "3 of 4 right, 3 in a row"


@pytest.mark.parametrize("text", ["", "three", "1/2", "nan", "--1"])
def test_what_is_no_number_costs_nothing(page: QuizPage, text: str) -> None:
    reply(page, text)
    assert page.verdict is None
    assert page.answer.property("wrong") is True
    assert page.words.property("role") == "warning"
    assert page.score.text() == "No answers yet"
    QTest.keyClicks(page.answer, "1")
    assert page.answer.property("wrong") is False


def test_the_window_is_shown_on_request(page: QuizPage) -> None:
    assert not page.input.grids[0]._board.window  # type: ignore[union-attr]
    QTest.keyClick(page.answer, Qt.Key.Key_F2)
    assert len(page.input.grids[0]._board.window) == 4  # type: ignore[union-attr]
    assert page.verdict is None


def test_ones_own_example(page: QuizPage, document: Document) -> None:
    document.edit(lecture().with_weight((0, 0, 0, 0), 0.333), "Weight")
    page.ways.entries["own"].click()
    assert page.task.example == document.example
    reply(page, f"{page.task.example.step(page.task.index).result:.2f}")
    assert page.verdict is not None
    assert page.verdict.right
    left = hidden(page)
    assert left == 15
    page.check_button.click()
    assert hidden(page) == 15
    assert page.verdict is None


def test_every_cell_of_ones_own_example_comes_once(page: QuizPage) -> None:
    page.ways.entries["own"].click()
    seen = set()
    for _ in range(16):
        seen.add(page.task.index)
        reply(page, "0")
        page.check_button.click()
    assert len(seen) == 16
    assert hidden(page) == 16


def test_a_click_asks_for_that_cell(page: QuizPage) -> None:
    page.ways.entries["own"].click()
    index = (0, 3, 3) if page.task.index != (0, 3, 3) else (0, 0, 0)
    page.output.clicked.emit(index)
    assert page.task.index == index
    reply(page, str(int(lecture().output[index])))  # type: ignore[index]
    assert page.verdict is not None
    assert page.verdict.right


def test_the_order_of_ones_own_cells_follows_the_seed(page: QuizPage, document: Document, qtbot: QtBot) -> None:
    other = QuizPage(document)
    qtbot.addWidget(other)
    for quiz in (page, other):
        quiz.ways.entries["own"].click()
    assert page._order == other._order
    assert sorted(page._order) == list(range(16))
    assert page._order != sorted(page._order)


def test_an_edit_of_the_example_asks_anew(page: QuizPage, document: Document) -> None:
    page.ways.entries["own"].click()
    reply(page, "0")
    document.edit(lecture(2), "Two filters")
    assert page.task.example == lecture(2)
    assert page.verdict is None
    assert hidden(page) == 32


def test_a_fault_keeps_the_last_good_example(page: QuizPage, document: Document) -> None:
    page.ways.entries["own"].click()
    document.edit(lecture().with_kernel_size((9, 9)), "Too large")
    assert page.task.example == lecture()


def test_nothing_can_be_changed_here(page: QuizPage) -> None:
    assert not page.input.editable
    assert np.array_equal(page.input.values, page.task.example.image)  # type: ignore[arg-type]
    assert page.shown() == page.task.example


def test_the_tour(page: QuizPage) -> None:
    assert list(page.tour()) == ["asked", "right", "wrong", "own"]
    assert "Enter" in page.hint()
