"""What is read: a word, a sentence, the rows of a picture, noise, a sine, or the lecture's sequence."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QMenu, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.latest import Latest
from explorer.app.theme import look
from explorer.app.unroll.document import Document
from explorer.app.widgets.numbers import NumberRow
from explorer.app.widgets.scale import magnitudes, to_image
from explorer.app.widgets.text import button, column, label, row, style_again
from explorer.app.workspace import Workspace
from explorer.arch.errors import ExplorerError
from explorer.explain.recurrent.lesson import LONGEST, Inputs, rows
from explorer.explain.recurrent.study import Source, Study
from explorer.learn.letters import LETTERS, fold
from explorer.learn.letters import LONGEST as LETTERS_READ
from explorer.learn.samples import SAMPLES, sample
from explorer.learn.toys import TOYS, tagger

Choice = Source | Literal["sentence"]
"""What can be chosen: a sentence is text that a model of words reads."""

SOURCES: dict[Choice, str] = {
    "word": "A word",
    "sentence": "A sentence",
    "rows": "A picture’s rows",
    "noise": "Random noise",
    "sine": "A sine",
    "simple": "The lecture’s RNN in NumPy",
}

SENTENCES = TOYS["many-to-many"].tries
"""Sentences to begin with."""

SLID = 200
"""Most steps that the slider reaches; more can be typed."""


def with_source(study: Study, source: Source) -> Study:
    """The same cell on another sequence. A model reads words alone; what was changed belongs to the old inputs."""
    kept = tuple(change for change in study.changes if change.which not in ("w", "x"))
    study = replace(study, source=source, changes=kept if source != "simple" else ())
    if study.weights == "model" and source != "word":
        study = replace(study, weights="random", trained=None, layer=0, way=0, changes=())
    if source == "simple":  # it is one cell with its own sequence
        study = replace(study, kind="RNN", weights="random", frozen=(), forget_bias=None)
    return study


def read_word(study: Study, typed: str) -> tuple[str, str]:
    """What of a typed word is read, and a sentence on what is not, or is read otherwise."""
    if study.unit == "word":
        return typed, ""
    known = study.trained.signs if study.weights == "model" and study.trained is not None else tuple(LETTERS)
    if not set(known) <= set(LETTERS):  # a model of another script reads its own letters
        cut = len(typed) > LETTERS_READ
        return typed[:LETTERS_READ], f"Only the first {LETTERS_READ} letters are read." if cut else ""
    folded = fold(typed)
    remark = folded.remark
    if folded.text != typed.strip()[: len(folded.text)] or (folded.unknown and folded.text):
        shown = folded.text if len(folded.text) <= 24 else folded.text[:23] + "…"
        remark = f"Read as “{shown}”. {remark}".strip()
    return folded.text, remark


class RowsPicture(QWidget):
    """A small picture whose present row is marked."""

    clicked = Signal(int)
    """The row that was clicked, from 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[np.float64] | None = None
        self._row = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Picture")

    def show_values(self, values: NDArray[np.float64] | None) -> None:
        """Show a picture (rows, columns) of 0…1."""
        self._values = values
        self.update()

    def show_row(self, at: int) -> None:
        """Mark a row."""
        self._row = at
        self.setAccessibleDescription(f"Row {at + 1} is read.")
        self.update()

    def sizeHint(self) -> QSize:
        side = look(self).px(96)
        return QSize(side, side)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        values = self._values
        if values is not None:
            self.clicked.emit(min(max(int(event.position().y() / self.height() * len(values)), 0), len(values) - 1))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._values is not None:
            shares = np.clip(self._values, 0, 1)
            painter.drawImage(box, to_image(magnitudes(style.theme, shares)))
            tall = box.height() / len(self._values)
            painter.fillRect(
                QRectF(box.x(), box.y() + self._row * tall, box.width(), tall), style.colour("accent", 0.5)
            )
        painter.setPen(style.colour("strong_line"))
        painter.drawRect(box)


class SourceBox(QWidget):
    """Chooses the sequence. Each edit is one step back; typing a word is one, too."""

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document, self._folder = document, workspace.data_folder
        self._digits: list[tuple[Inputs, int, int]] = []
        self.kinds = QComboBox()
        self.kinds.setAccessibleName("What is read")
        for name, words in SOURCES.items():
            self.kinds.addItem(words, name)
        self.word = QLineEdit()
        self.word.setProperty("role", "words")
        self.word.setAccessibleName("Word")
        self.word.setPlaceholderText("Type a word")
        self.tries = button("Examples", tip="Sentences to begin with")
        menu = QMenu(self.tries)
        for text in SENTENCES:
            menu.addAction(text).triggered.connect(partial(self._try, text))
        self.tries.setMenu(menu)
        self.sentences = row(self.tries, None)
        self.said = label("", "note", wrap=True)
        self.steps = NumberRow("Steps", 1, LONGEST)
        self.steps.slider.setRange(1, SLID)
        self.picture, self.which = RowsPicture(), label("", "note", wrap=True)
        self.back = button("◀", lambda: self._turn(-1), tip="The picture before")
        self.on = button("▶", lambda: self._turn(1), tip="The next picture")
        self.back.setAccessibleName("Picture before")
        self.on.setAccessibleName("Next picture")
        self.simple = label(
            "100 steps of 32 numbers, 64 units, all weights and numbers uniform in 0…1. The sums get so large that "
            "tanh gives almost 1 everywhere.", "note", wrap=True,
        )  # fmt: skip
        beside = column(row(self.back, self.on, None, gap=6), self.which, None, gap=6)
        self.pictures = row(self.picture, beside, gap=12)
        self.fault = label("", "warning", wrap=True)
        self._later = Latest("draw-digits", self, "The picture cannot be read: {error}.")
        self._wanted = -1
        self._before = document.study if document.study.unit != "word" else Study()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for part in (
            self.kinds,
            self.word,
            self.sentences,
            self.said,
            self.steps,
            self.pictures,
            self.simple,
            self.fault,
        ):
            box.addWidget(part)
        self.kinds.activated.connect(lambda _: self._choose(self.kinds.currentData()))
        self.word.textEdited.connect(self._typed)
        self.steps.edited.connect(self._set_steps)
        self.picture.clicked.connect(lambda at: document.go_to(at))
        self._later.came.connect(self._read)
        self._later.ended.connect(self._not_read)
        document.stepped.connect(lambda _: self._show_row())

    # What it shows.

    @property
    def chosen(self) -> Choice:
        """What the document reads."""
        study = self.document.study
        return "sentence" if study.unit == "word" else "word" if study.weights == "model" else study.source

    @property
    def spelled(self) -> Study:
        """The study, or while a sentence is read, the one before it: the tagger reads nothing else."""
        return self._before if self.chosen == "sentence" else self.document.study

    def show_study(self) -> None:
        """Show what the document reads, and what is wrong with it."""
        study = self.document.study
        if study.unit != "word":
            self._before = study
        source = self.chosen
        self.kinds.setCurrentIndex(self.kinds.findData(source))
        what = "sentence" if source == "sentence" else "word"
        self.word.setAccessibleName(what.capitalize())
        self.word.setPlaceholderText(f"Type a {what}")
        text, remark = read_word(study, self.word.text())
        if text != study.text:
            self.word.setText(study.text)
            remark = read_word(study, study.text)[1]
        self.said.setText(remark)
        for part, on in (
            (self.word, source in ("word", "sentence")), (self.sentences, source == "sentence"),
            (self.said, source == "word" and bool(remark)),
            (self.steps, source in ("noise", "sine")), (self.pictures, source == "rows"),
            (self.simple, source == "simple"),
        ):  # fmt: skip
            part.setVisible(on)
        if source in ("noise", "sine"):
            self.steps.show_numbers((study.steps,))
        if source == "rows" and study.given is not None:
            self.picture.show_values(study.given.x)
            self._show_row()
            number, digit = self._shown()
            about = f"{len(study.given)} rows of {study.given.x.shape[1]} pixels, one row a step."
            self.which.setText(f"Digit {number + 1}: a {digit}. {about}" if number >= 0 else about)
        self._say_fault(self.document.fault)

    def _show_row(self) -> None:
        if self.document.study.source == "rows":
            self.picture.show_row(self.document.move.step)

    def _say_fault(self, words: str) -> None:
        self.fault.setText(words)
        self.fault.setVisible(bool(words))
        wrong = bool(words) and not self.word.isHidden()
        if bool(self.word.property("wrong")) != wrong:
            self.word.setProperty("wrong", wrong)
            style_again(self.word)

    # Edits.

    def _choose(self, source: Choice) -> None:
        if source == "rows":
            self._ask(0)
            return
        self._later.forget()
        if source != "sentence":
            study = self.spelled
            after = study if study.source == source else with_source(study, source)
            self.document.edit(after, SOURCES[source])
        elif self.chosen != "sentence":
            try:
                trained = tagger()
            except ExplorerError as error:
                self.show_study()
                self._say_fault(str(error))
                return
            self.document.edit(replace(self.document.study.with_model(trained), text=SENTENCES[0]), SOURCES[source])

    def _try(self, text: str, *_: object) -> None:
        self.word.setText(text)
        self._typed(text)

    def _typed(self, text: str) -> None:
        self._take(self.document.study, text)

    def choose_word(self, word: str) -> None:
        """Read a word, as if it was typed; one word is no sentence."""
        self.word.setText(word)
        self._take(self.spelled, word)

    def _take(self, study: Study, typed: str) -> None:
        text, remark = read_word(study, typed)
        self.said.setText(remark)
        self.said.setVisible(bool(remark))
        what = "Sentence" if study.unit == "word" else "Word"
        self.document.edit(replace(study, source="word", text=text), what, what)

    def _set_steps(self, numbers: tuple[int, ...]) -> None:
        self.document.edit(replace(self.document.study, steps=numbers[0]), "Steps", "steps")

    # Pictures: drawing the first ones takes a second, so that is done beside the window.

    def _shown(self) -> tuple[int, int]:
        """The number and the class of the digit that is read; −1 if it is none of those."""
        given = self.document.study.given
        return next(((number, digit) for made, number, digit in self._digits if made is given), (-1, -1))

    def _turn(self, by: int) -> None:
        now = self._wanted if self._wanted >= 0 else max(self._shown()[0], 0)
        self._ask((now + by) % SAMPLES)

    def _ask(self, number: int) -> None:
        self._wanted = number
        self.which.setText("Drawing the digits…")
        folder = self._folder
        self._later.ask(lambda: [_digit(folder, number)])

    def _read(self, found: tuple[Inputs, int, int]) -> None:
        given, number, digit = found
        self._wanted = -1
        self._digits.append((given, number, digit))
        study = with_source(self.spelled, "rows")
        self.document.edit(replace(study, given=given), "Picture", "picture")

    def _not_read(self, why: str) -> None:
        if why:
            self._wanted = -1
            self._say_fault(why)

    @property
    def busy(self) -> bool:
        """Whether a picture is on its way."""
        return self._later.busy

    def close_down(self) -> None:
        """Stop reading, and wait for it."""
        self._later.stop()


def _digit(folder: Path, number: int) -> tuple[Inputs, int, int]:
    pixels, digit = sample("strokes", folder, number)
    return rows(pixels[0] / 255), number, digit
