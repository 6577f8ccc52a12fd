"""The right column: the confusion matrix, what it adds up to, and each class."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.train.classes import ClassTable
from explorer.app.train.record import Shown
from explorer.app.train.words import counted_on
from explorer.app.widgets.confusion import ConfusionMatrix
from explorer.app.widgets.text import Figure, Head, label
from explorer.arch.text import number
from explorer.explain.metrics import accuracy, balanced_accuracy, percent, precision, recall, why_accuracy

MATRIX = (
    "Each row is a true digit, each column what the network reads. A cell is the share of its row in percent; right "
    "answers lie on the diagonal."
)
CLASSES = (
    "Recall: of the images of a class, the share that is read right. Precision: of the images read as a class, the "
    "share that is of it."
)
ASK = "Point at a cell to see its counts; click to keep it."


class Results(QWidget):
    """All that follows from one confusion matrix."""

    def __init__(self, classes: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown | None = None
        self.setProperty("role", "side")
        self.setProperty("edge", "left")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._box = box = QVBoxLayout(self)
        box.setContentsMargins(20, 20, 20, 12)
        box.setSpacing(4)
        box.addWidget(Head("Confusion matrix", MATRIX))
        self._on = label("", "note")
        self._on.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.addWidget(self._on)
        box.addSpacing(4)
        self.matrix = ConfusionMatrix(classes)
        self.matrix.changed.connect(self._explain)
        box.addWidget(self.matrix, 5)
        self.why = label("", "caption", wrap=True)
        self.why.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.why.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.addWidget(self.why)
        figures = QHBoxLayout()
        figures.setContentsMargins(0, 4, 0, 8)
        figures.setSpacing(8)
        self.figures = [Figure("accuracy"), Figure("mean recall"), Figure("mean precision")]
        for place, figure in enumerate(self.figures):
            if place:
                figures.addStretch(1)
            figures.addWidget(figure)
        box.addLayout(figures)
        box.addWidget(Head("Classes", CLASSES))
        self.table = ClassTable(classes)
        self.table.chosen.connect(lambda k: self.matrix.pin((k, None)))
        box.addWidget(self.table, 4)
        self.show_matrix(None, classes)

    def show_matrix(self, shown: Shown | None, classes: Sequence[str]) -> None:
        """Show a confusion matrix, or that there is none yet."""
        self._on.setText(counted_on(shown))
        if shown is self._shown and shown is not None and tuple(classes) == self.matrix.classes:
            return
        self._shown = shown
        counts = shown.counts if shown else None
        self.matrix.show_counts(counts, classes)
        self.table.show_counts(counts, classes)
        if counts is None:
            for figure in self.figures:
                figure.show_value("–")
            return
        right, precise = recall(counts), precision(counts)
        there = [float(rate) for rate, row in zip(right, counts, strict=True) if sum(row)]
        self.figures[0].show_value(percent(accuracy(counts)), why_accuracy(counts))
        self.figures[1].show_value(percent(balanced_accuracy(counts)), _mean("recalls", there))
        read = [float(rate) for rate in precise]
        self.figures[2].show_value(percent(sum(read) / len(read)), _mean("precisions", read))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The matrix stays square: what height it cannot use, the table below takes."""
        super().resizeEvent(event)
        margins = self.contentsMargins() + self._box.contentsMargins()
        self.matrix.setMaximumHeight(self.matrix.height_for(self.width() - margins.left() - margins.right()))

    def _explain(self) -> None:
        current = self.matrix.current
        self.table.light(current[0] if current and current[1] is None else None)
        text = self.matrix.words() or (ASK if self.matrix.counts is not None else "")
        self.why.setText(text)
        # Room for two lines, so that nothing below jumps.
        self.why.setFixedHeight(2 * self.why.fontMetrics().lineSpacing() + 2)


def _mean(name: str, rates: Sequence[float]) -> str:
    """`mean of 10 recalls: (97.1 + 98.2 + …) / 10 = 97.4 %`."""
    if not rates:
        return ""
    terms = " + ".join(number(100 * rate, 1) for rate in rates)
    return f"mean of the {len(rates)} {name}: ({terms}) / {len(rates)} = {percent(sum(rates) / len(rates))}"
