"""The Quiz page: the output is covered, one cell is asked for, and the arithmetic is shown after the answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from explorer.app.convolve.bench import Bench
from explorer.app.convolve.document import Document
from explorer.app.convolve.page import Page
from explorer.app.theme import look, sized
from explorer.app.widgets.formula import FormulaStrip
from explorer.app.widgets.numbers import NumberRow
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import button, label, row, style_again
from explorer.arch.errors import UsageError
from explorer.arch.text import number, plural, times
from explorer.explain.quiz import LEVELS, Task, Verdict, check, task
from explorer.explain.scan import pad

if TYPE_CHECKING:
    from explorer.explain.example import Example
    from explorer.explain.quiz import Level

OWN = "own"
WAYS = {"1": "Easy", "2": "Stride, padding", "3": "Channels, dilation", OWN: "Your example"}

DIGITS = 2
"""Decimals to which an answer on the user's own example counts."""


class QuizPage(Page):
    """Asks for one cell after the other. The tasks follow from the level and the seed: a class gets the same."""

    name = "quiz"
    title = "Predict, then reveal"
    about = (
        "Work out the marked cell of the covered output before the app does. The same level and seed give everybody "
        "the same tasks, in the same order. “Your example” asks for the cells of the image and filter that you made."
    )

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        # Tasks are not stepped through: the keys are for the answer.
        self.removeEventFilter(self.bar)
        self.bar.hide()
        self.number = 0
        """The present task, from 0."""
        self.right: list[bool] = []
        """Of the tasks so far, which were answered rightly."""
        self.verdict: Verdict | None = None
        self._known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None = None
        self._order: list[int] = []
        self.ways = Tabs(WAYS)
        self.seed = NumberRow("Seed", 0, 9999, tip="The same level and seed give everybody the same tasks")
        self.seed.show_numbers((1,))
        sized(self.seed, wide=190)
        self.score = label("", "caption")
        self.bench = Bench()
        self.input, self.output = self.bench.input, self.bench.map
        self.bench.input.editable = self.bench.filter.editable = False
        self.answer = QLineEdit()
        self.answer.setAccessibleName("Your answer")
        self.answer.setPlaceholderText("?")
        self.answer.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sized(self.answer, wide=112)
        self.check_button = button("Check", self.go_on, "primary", "Check the answer (Enter)")
        self.window_button = button("Show the window", self.show_window, "quiet", "Which cells of the input count (F2)")
        self.words = label("", "text", wrap=True)
        self.words.setAccessibleName("Verdict")
        self.formula = FormulaStrip()
        kept = self.formula.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # nothing moves when it comes
        self.formula.setSizePolicy(kept)
        self._lay_out()
        self.ways.chosen.connect(lambda _: self.restart())
        self.seed.edited.connect(self._another_seed)
        self.answer.returnPressed.connect(self.go_on)
        self.answer.textEdited.connect(lambda _: self._wrong_text(""))
        self.output.clicked.connect(self._clicked)
        document.changed.connect(lambda _: self._example_changed())
        self.restart()

    def _lay_out(self) -> None:
        self.body.addWidget(row(self.ways, 16, self.seed, None, self.score))
        self.body.addSpacing(8)
        self.body.addWidget(self.bench, 1)
        ask = QHBoxLayout()
        ask.setSpacing(12)
        for part in (self.answer, self.check_button, self.window_button):
            ask.addWidget(part)
        ask.addWidget(self.words, 1)
        self.body.addLayout(ask)
        below = QWidget()
        box = QVBoxLayout(below)
        box.setContentsMargins(0, 4, 0, 0)
        box.addWidget(self.formula)
        self.body.addWidget(below)

    # Tasks.

    @property
    def level(self) -> str:
        """`1`, `2`, `3`, or `own`."""
        return self.ways.name

    @property
    def seed_shown(self) -> int:
        """The seed of the tasks."""
        return self.seed.numbers[0]

    def _another_seed(self, numbers: tuple[int, ...]) -> None:
        self.seed.show_numbers(numbers)
        self.restart()

    def restart(self) -> None:
        """Begin anew with the first task of the level and the seed."""
        self.number, self.right, self._known = 0, [], None
        self._ask()

    def _task(self) -> Task:
        if self.level == OWN:
            example = self.document.good
            if self.number == 0 or len(self._order) != example.count:
                self._order = list(range(example.count))
                random.Random(f"{self.seed_shown}").shuffle(self._order)
            return _own(example, self._order[self.number % example.count])
        levels: dict[str, Level] = {"1": 1, "2": 2, "3": 3}
        return task(self.seed_shown, self.number, levels[self.level])

    def _ask(self, wanted: Task | None = None) -> None:
        """Cover the output and ask for a cell."""
        self.task = wanted or self._task()
        example = self.task.example
        self.verdict = None
        shape = example.shape
        if self.level != OWN or self._known is None or self._known.shape != shape or self._known.all():
            self._known = np.zeros(shape, np.bool_)
        spec = example.spec
        padded = not spec.transposed and any(map(any, spec.padding))
        image = _table(pad(example.image, spec) if padded else example.image)
        self.bench.show_values(
            image, _table(example.filters[self.task.index[0]]), _table(example.output), _bound(example)
        )
        before, after = ((spec.padding[0][k], spec.padding[-1][k]) for k in (0, 1))
        self.input.show_ring(*((before, after) if padded and len(spec.padding) == 2 else ((0, 0), (0, 0))))
        self.input.show_window(())
        self._show_output()
        self.bench.input_head.set_caption(
            times(example.image.shape if example.channels > 1 else example.size, spaced=True)
        )
        self.bench.filter_head.set_caption(times(spec.kernel, spaced=True))
        self.bench.map_head.set_caption(times(shape[1:] if shape[0] == 1 else shape, spaced=True))
        self.bench.sign = "∗" if spec.flipped else "⋆"
        self.say(f"{self.title}: task {number(self.number + 1)}", self.task.question)
        self.answer.clear()
        self.answer.setReadOnly(False)
        self.check_button.setText("Check")
        self.window_button.setEnabled(True)
        self.formula.show_step(None)
        self.formula.hide()
        self._say(LEVELS[self.task.level] + "." if self.level != OWN else self._about_own(), "caption")
        self._wrong_text("", keep=True)
        self._show_score()
        if self.isVisible():
            self.answer.setFocus()

    def _about_own(self) -> str:
        return f"Click another covered cell to be asked for that. Answers count to {DIGITS} decimals."

    def _show_output(self) -> None:
        place, known = _place(self.task.index), self._known
        assert known is not None
        self.output.show_known(_table(known).astype(np.bool_))
        self.output.show_lit(place)

    def _clicked(self, place: tuple[int, int, int]) -> None:
        """On one's own example every covered cell can be asked for."""
        if self.level != OWN or self._known is None:
            return
        index = place if len(self.task.index) == 3 else (place[0], place[2])
        if not self._known[index]:
            self._ask(_own(self.document.good, self.document.good.number(index)))

    def _example_changed(self) -> None:
        if self.level == OWN:
            self.restart()

    # Answers.

    def go_on(self) -> None:
        """Check the answer, or go to the next task where that is done."""
        if self.verdict is not None:
            self.number += 1
            self._ask()
            return
        try:
            verdict = check(self.task, self.answer.text())
        except UsageError as error:
            self._wrong_text(str(error))
            return
        self.verdict = verdict
        self.right.append(verdict.right)
        assert self._known is not None
        self._known[self.task.index] = True
        self._show_output()
        self.show_window()
        self.formula.show_step(verdict.step)
        self.formula.show()
        self._say(verdict.sentence, "good" if verdict.right else "warning")
        self.answer.setReadOnly(True)
        self.check_button.setText("Next")
        self._show_score()
        self.answer.setFocus()

    def show_window(self) -> None:
        """Frame the cells of the input that count."""
        step = self.task.example.step(self.task.index)
        self.input.show_window([_place(term.padded) for term in step.terms])
        self.window_button.setEnabled(False)

    def _wrong_text(self, why: str, keep: bool = False) -> None:
        """Say what is wrong with what was typed."""
        if why:
            self._say(why, "warning")
        elif not keep and self.words.property("role") == "warning" and self.verdict is None:
            self._say("", "caption")
        if self.answer.property("wrong") != bool(why):
            self.answer.setProperty("wrong", bool(why))
            style_again(self.answer)

    def _say(self, words: str, role: str) -> None:
        self.words.setText(words)
        good = look(self).theme.good
        self.words.setStyleSheet(f"color: {good}; font-weight: 600" if role == "good" else "")
        if self.words.property("role") != role:
            self.words.setProperty("role", role)
            style_again(self.words)

    def _show_score(self) -> None:
        done, right = len(self.right), sum(self.right)
        streak = next((k for k, good in enumerate(reversed(self.right)) if not good), done)
        words = f"{number(right)} of {number(done)} right" if done else "No answers yet"
        self.score.setText(words + (f", {plural(streak, 'in a row', 'in a row')}" if streak > 2 else ""))

    def shown(self) -> Example:
        """What is shown, as an example."""
        return self.task.example

    # The page.

    def hint(self) -> str:
        """Keys that work here."""
        return "Enter check, then next · F2 show the window"

    def tour(self) -> Iterator[str]:
        """Bring the page into each state worth a picture, and name it."""
        self.ways.show_chosen("1")
        self.restart()
        yield "asked"
        self.answer.setText(str(int(self.task.answer)))
        self.go_on()
        yield "right"
        self.ways.show_chosen("3")
        self.restart()
        self.answer.setText(str(int(self.task.answer) + 1))
        self.go_on()
        yield "wrong"
        self.ways.show_chosen(OWN)
        self.restart()
        for _ in range(5):
            self.answer.setText(f"{self.task.answer:.{DIGITS}f}")
            self.go_on()
            self.go_on()
        yield "own"

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.answer.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self.show_window()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # A field does what Enter means there, and then passes it on.
            if not isinstance(self.focusWidget(), QLineEdit):
                self.go_on()
        else:
            super().keyPressEvent(event)


def _own(example: Example, which: int) -> Task:
    """A task on the user's own example: its output `which`, in reading order."""
    index = example.place(which)
    place = f"row {index[1] + 1}, column {index[2] + 1}" if len(index) == 3 else f"position {index[1] + 1}"
    of = f" of map {index[0] + 1}" if example.shape[0] > 1 else ""
    # Half a unit of the last decimal: whichever way one rounds, it is right.
    return Task(example, index, example.step(index).result, 1, f"What stands in {place}{of}?", 0.5 * 10**-DIGITS)


def _bound(example: Example) -> float:
    """What no output can exceed in size, whatever stands in the cells: it tells nothing of those that are covered."""
    weights = np.abs(example.filters).sum(axis=tuple(range(1, example.filters.ndim)))
    return float((np.abs(example.image).max() * weights + np.abs(example.bias)).max()) or 1.0


def _place(index: tuple[int, ...]) -> tuple[int, int, int]:
    """(channel, row, column); a signal is one row."""
    return (index[0], index[1], index[2]) if len(index) == 3 else (index[0], 0, index[1])


def _table(values: np.ndarray | None) -> np.ndarray:
    """(C, H, W); a signal is one row."""
    assert values is not None
    return values if values.ndim == 3 else values[:, None]
