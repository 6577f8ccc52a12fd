"""Precision and recall of each class as a table of numbers with bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import look
from explorer.explain.metrics import Counts, percent, precision, recall

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ClassTable(QWidget):
    """A row a class. `chosen` carries the class that was clicked, or walked to with the arrow keys."""

    chosen = Signal(int)

    def __init__(self, classes: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.classes = tuple(classes)
        self._rates: NDArray[np.float64] | None = None
        self._lit: int | None = None
        self._hovered: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Recall and precision of each class")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_counts(self, counts: Counts | None, classes: Sequence[str] | None = None) -> None:
        """Show the rates of a confusion matrix; `None` empties the table."""
        self.classes = tuple(classes) if classes is not None else self.classes
        # (K, 2): recall and precision, 0…1
        self._rates = None if counts is None else np.column_stack((recall(counts), precision(counts)))
        self.updateGeometry()
        self.update()

    def light(self, k: int | None) -> None:
        """Mark the row of a class."""
        if k != self._lit:
            self._lit = k
            self.update()

    def _row(self) -> float:
        return min(self.height() / (len(self.classes) + 1), look(self).px(30))

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(200), px(16) * (len(self.classes) + 1))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        px, row = style.px, self._row()
        first = max([px(36), *(self.fontMetrics().horizontalAdvance(name) + px(16) for name in self.classes)])
        first = min(first, px(84))
        half = (self.width() - first) / 2
        painter.setFont(style.font(11))
        painter.setPen(style.colour("third"))
        painter.drawText(QRectF(0, 0, first, row), LEFT, "class")
        for column, name in enumerate(("recall", "precision")):
            painter.drawText(QRectF(first + column * half, 0, half - px(8), row), LEFT, name)
        number = style.font(12, mono=True)
        wide = px(62)
        for k, name in enumerate(self.classes):
            top = (k + 1) * row
            if k in (self._lit, self._hovered):
                painter.fillRect(QRectF(0, top, self.width(), row), style.colour("wash"))
            painter.setPen(style.colour("line"))
            painter.drawLine(0, round(top), self.width(), round(top))
            painter.setFont(number)
            painter.setPen(style.colour("accent" if k == self._lit else "ink"))
            text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, first - px(8))
            painter.drawText(QRectF(px(4), top, first, row), LEFT, text)
            for column in range(2):
                left = first + column * half
                bar = QRectF(left, top + row / 2 - px(2), half - wide - px(8), px(4))
                painter.fillRect(bar, style.colour("line"))
                value = None if self._rates is None else float(self._rates[k, column])
                if value is not None:
                    painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * value, bar.height()),
                                     style.colour("accent"))  # fmt: skip
                painter.setPen(style.colour("third" if value is None else "ink"))
                right = QRectF(bar.right(), top, wide - px(2), row)
                painter.drawText(right, RIGHT, "–" if value is None else percent(value))
        if self.hasFocus():
            painter.setPen(style.colour("accent"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _at(self, y: float) -> int | None:
        k = int(y // self._row()) - 1
        return k if 0 <= k < len(self.classes) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hovered = self._at(event.position().y())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = self._at(event.position().y())
        if k is not None:
            self.chosen.emit(k)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down walk through the classes."""
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            k = 0 if self._lit is None else self._lit + by
            self.chosen.emit(min(max(k, 0), len(self.classes) - 1))
