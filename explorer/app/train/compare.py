"""Two models of the same classes: their confusion matrices side by side, and the difference.

┌──────────────────────────────────────────────┐
│ [first model] against [second model]    Back │
│   first         second        difference     │
│   ▦             ▦             ▦              │
│ the arithmetic of the cell that is pointed at│
│ accuracy, mean recall        largest changes │
└──────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import look
from explorer.app.train.runs import Kept
from explorer.app.train.work import Pair
from explorer.app.widgets.confusion import ConfusionMatrix
from explorer.app.widgets.difference import DifferenceMatrix
from explorer.app.widgets.text import Explained, Head, button, label, scrolled
from explorer.arch.text import number
from explorer.explain.metrics import (
    accuracy,
    balanced_accuracy,
    difference,
    largest_differences,
    percent,
    points,
    why_accuracy,
    why_balanced_accuracy,
)

ABOUT = (
    "Both models read the same test part. The third matrix is the first minus the second, each row normalised: orange "
    "where the first model has more, blue where it has less. On the diagonal more is better, elsewhere less is."
)
NONE = "There are no two models of these classes yet. Train another network on these data first."
ASK = "Point at a cell to see its arithmetic in both models."

NARROW = 760
"""Below this width in pixels at scale 1 the matrices stand below one another."""


class Compare(QWidget):
    """`wanted` carries the folders of two models to be tried; `closed`, that one wants to go back."""

    wanted = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: tuple[Kept, ...] = ()
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(32, 20, 32, 12)
        box.setSpacing(8)
        box.addLayout(self._make_top())
        self.note = label("", "caption", wrap=True)
        box.addWidget(self.note)
        self.matrices: tuple[ConfusionMatrix, ConfusionMatrix, DifferenceMatrix] = (
            ConfusionMatrix(()), ConfusionMatrix(()), DifferenceMatrix(()),
        )  # fmt: skip
        self._heads = [Head("First"), Head("Second"), Head("Difference", ABOUT)]
        self._figures = [Explained("", "caption") for _ in self.matrices]
        for figure in self._figures:  # no text makes one column wider than the others
            figure.setWordWrap(True)
            figure.setAlignment(Qt.AlignmentFlag.AlignTop)
            figure.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._across: bool | None = None
        for matrix in self.matrices:
            matrix.changed.connect(partial(self._follow, matrix))
        self._body = QWidget()
        below = QVBoxLayout(self._body)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(8)
        below.addLayout(self._grid)
        self.why = label("", "caption", wrap=True)
        self.why.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.why.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        below.addWidget(self.why)
        below.addWidget(Head("Largest differences", "The cells in which the two differ most, in percentage points."))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        below.addLayout(self._rows)
        self.changes: list[QPushButton] = []
        below.addStretch(1)
        box.addWidget(self._body, 1)
        box.addStretch(0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(inner, across=True))
        self._body.hide()

    def _make_top(self) -> QHBoxLayout:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(label("Compare", "title"))
        self.first, self.second = QComboBox(), QComboBox()
        for combo, name in ((self.first, "First model"), (self.second, "Second model")):
            combo.setAccessibleName(name)
            combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            combo.activated.connect(lambda _: self._choose())
        top.addWidget(self.first, 1)
        top.addWidget(label("with", "caption"))
        top.addWidget(self.second, 1)
        self.back = button("Back to training", self.closed.emit, tip="Escape")
        top.addWidget(self.back)
        return top

    # What it shows.

    def offer(self, models: Sequence[Kept], run: Path | None) -> None:
        """Offer these models. The first is the run that is shown, if it is among them; two are tried at once."""
        self._models = tuple(models)
        for combo in (self.first, self.second):
            combo.clear()
            for kept in self._models:
                combo.addItem(kept.title, kept.folder)
                combo.setItemData(combo.count() - 1, kept.folder.name, Qt.ItemDataRole.ToolTipRole)
            combo.setEnabled(len(self._models) > 1)
        if len(self._models) < 2:
            self.say(NONE)
            return
        folders = [kept.folder for kept in self._models]
        first = folders.index(run) if run in folders else 0
        self.first.setCurrentIndex(first)
        self.second.setCurrentIndex(next(k for k in range(len(folders)) if k != first))
        self._choose()

    def _choose(self) -> None:
        self.say("Trying both models on the test part…")
        self.wanted.emit((self.first.currentData(), self.second.currentData()))

    def say(self, text: str) -> None:
        """Say something instead of matrices."""
        self.note.setText(text)
        self._body.hide()

    def _names(self) -> tuple[str, str]:
        one, two = self._models[self.first.currentIndex()], self._models[self.second.currentIndex()]
        if one.card.network != two.card.network:
            return one.card.network, two.card.network
        return one.folder.name, two.folder.name

    def show_pair(self, pair: Pair, classes: Sequence[str], unit: str) -> None:
        """Show what the two models said."""
        names, (first, second) = self._names(), pair.counts
        self.note.setText(f"Both on the {number(pair.samples)} test {unit}s of {pair.data}.")
        self._body.show()
        for head, name in zip(self._heads, (*names, f"{names[0]} − {names[1]}"), strict=True):
            head.set_text(name)
        self.matrices[0].show_counts(first, classes)
        self.matrices[1].show_counts(second, classes)
        self.matrices[2].show_pair(first, second, names, classes)
        for figure, counts in zip(self._figures, pair.counts, strict=False):
            figure.setText(f"accuracy {percent(accuracy(counts))}, balanced {percent(balanced_accuracy(counts))}")
            figure.setToolTip(f"<p>{why_accuracy(counts)}</p><p>{why_balanced_accuracy(counts)}</p>")
        rates = [(accuracy(counts), balanced_accuracy(counts)) for counts in pair.counts]
        apart = [points(one - two) for one, two in zip(*rates, strict=True)]
        self._figures[2].setText(f"accuracy {apart[0]}, balanced {apart[1]}")
        self._figures[2].setToolTip("<p>The first model's figure minus the second's.</p>")
        self._show_changes(pair, classes)
        self._arrange()

    def _show_changes(self, pair: Pair, classes: Sequence[str]) -> None:
        for old in self.changes:
            self._rows.removeWidget(old)
            old.hide()
            old.deleteLater()
        apart = difference(*pair.counts)
        self.changes = []
        for true, read in largest_differences(*pair.counts):
            what = "read right" if true == read else f"read as {classes[read]}"
            text = f"{points(float(apart[true, read]))}: {classes[true]} {what}"
            self.changes.append(button(text, partial(self.matrices[2].pin, (true, read)), "link"))
            self._rows.addWidget(self.changes[-1], 0, Qt.AlignmentFlag.AlignLeft)

    def _follow(self, source: ConfusionMatrix) -> None:
        """The same cell is marked in all three."""
        for matrix in self.matrices:
            if matrix is not source and matrix.classes == source.classes:
                matrix.follow(source)
        self.why.setText(self.matrices[2].words() or ASK)
        self.why.setFixedHeight(2 * self.why.fontMetrics().lineSpacing() + 2)

    def _arrange(self) -> None:
        across = self.width() >= look(self).px(NARROW)
        if across != self._across:
            self._across = across
            for k, parts in enumerate(zip(self._heads, self.matrices, self._figures, strict=True)):
                for step, part in enumerate(parts):
                    row, column = (step, k) if across else (3 * k + step, 0)
                    self._grid.addWidget(part, row, column)
            for column in range(3):
                self._grid.setColumnStretch(column, 1 if across or not column else 0)
        margins = self._grid.horizontalSpacing()
        room = self.width() - look(self).px(64)
        wide = (room - 2 * margins) // 3 if across else room
        for matrix in self.matrices:
            matrix.setFixedHeight(min(matrix.height_for(wide), look(self).px(640)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
