"""The difference of two confusion matrices, on the diverging scale.

matrix = DifferenceMatrix(("cat", "dog"))
matrix.show_pair(((48, 2), (5, 45)), ((49, 1), (9, 41)), ("RNN", "LSTM"))
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from explorer.app.theme import Look
from explorer.app.widgets.confusion import ConfusionMatrix
from explorer.arch.text import number
from explorer.explain.metrics import Counts, difference, why_difference


def difference_of(style: Look, share: float) -> QColor:
    """The diverging scale for a difference of shares, −1…1: it, too, grows with the root."""
    size = sqrt(min(abs(share), 1.0))
    return style.signed(size if share >= 0 else -size)


class DifferenceMatrix(ConfusionMatrix):
    """By how many percentage points one model has more of a row in each cell than another; orange is more."""

    def __init__(self, classes: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(classes, parent)
        self._pair: tuple[Counts, Counts] | None = None
        self._names = ("first", "second")
        self.setAccessibleName("Difference of the confusion matrices")

    def show_pair(
        self, first: Counts, second: Counts, names: tuple[str, str], classes: Sequence[str] | None = None
    ) -> None:
        """Show the first minus the second, each row normalised."""
        self._pair, self._names = (first, second), names
        self._show(difference(first, second), classes)

    def words(self) -> str:
        """The arithmetic of the current cell; of a class, that of its recall."""
        if self._pair is None or self.current is None:
            return ""
        true, read = self.current
        return why_difference(*self._pair, self.classes, self._names, true, true if read is None else read)

    def _colour(self, style: Look, share: float) -> QColor:
        return difference_of(style, share)

    def _text(self, row: int, column: int) -> str:
        points = round(100 * float(self._shares[row, column]))
        return f"{'+' if points > 0 else ''}{number(points)}" if points else ""

    def _ramp(self) -> tuple[str, str, float]:
        return "−100", "+100 points", -1.0
