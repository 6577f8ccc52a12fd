"""Probabilities as bars, one row a class. A click on a row, or Enter, asks where its number comes from.

bars = Bars(tuple("0123456789"))
bars.show_values(probabilities)      # (K,) in 0…1, or None
bars.chosen.connect(lambda k: ...)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from explorer.app.theme import Look, look
from explorer.arch.text import number

LEAST = 20
"""Least height of a row in pixels at scale 1."""

FRAME = 16
"""Milliseconds between two pictures of a bar on its way; the numbers do not wait for it."""

DIGITS = 3
"""Decimals of a probability."""


class Bars(QWidget):
    """`chosen` carries the index of a row, −1 when none is chosen any more."""

    chosen = Signal(int)

    def __init__(self, labels: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = tuple(labels)
        self._values: NDArray[np.float64] | None = None
        self._lengths = np.zeros(len(self._labels))
        self._index, self._hover, self._key = -1, -1, 0
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(self.advance)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Probabilities")

    # What is shown.

    @property
    def values(self) -> NDArray[np.float64] | None:
        """What is shown: (K,) in 0…1, or `None`."""
        return self._values

    @property
    def best(self) -> int:
        """The most probable row; −1 while nothing is shown."""
        return -1 if self._values is None else int(self._values.argmax())

    @property
    def index(self) -> int:
        """The chosen row; −1 for none."""
        return self._index

    def text(self, index: int) -> str:
        """The number of a row as shown."""
        return "–" if self._values is None else number(float(self._values[index]), DIGITS)

    def show_values(self, values: NDArray[np.float64] | None) -> None:
        """Show (K,) probabilities; `None` while there are none. The bars glide there within a few frames."""
        self._values = values
        if values is None:
            self.settle()
        elif not self._timer.isActive():
            self._timer.start()
        best = self.best
        self.setAccessibleDescription(
            "Nothing to read yet." if best < 0 else f"Most probable: {self._labels[best]}, {self.text(best)}."
        )
        self.update()

    def choose(self, index: int) -> None:
        """Choose a row; −1, or the chosen one again, chooses none."""
        self._index = -1 if index == self._index else index
        self._key = max(self._index, 0)
        self.chosen.emit(self._index)
        self.update()

    def advance(self) -> None:
        """Bring the bars one frame closer to their values."""
        goal = self._goal()
        self._lengths += 0.6 * (goal - self._lengths)
        if np.abs(goal - self._lengths).max() < 0.003:
            self.settle()
        self.update()

    def settle(self) -> None:
        """Bring the bars to their values at once."""
        self._timer.stop()
        self._lengths = self._goal()
        self.update()

    def _goal(self) -> NDArray[np.float64]:
        return np.zeros(len(self._labels)) if self._values is None else self._values.copy()

    # Events.

    def _row_at(self, y: float) -> int:
        return min(max(int(y * len(self._labels) / max(self.height(), 1)), 0), len(self._labels) - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._row_at(event.position().y())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.choose(self._row_at(event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._key = (self._key + (1 if key == Qt.Key.Key_Down else -1)) % len(self._labels)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.choose(self._key)
        elif event.text() and event.text() in self._labels:
            self._key = self._labels.index(event.text())
            self.choose(self._key)
        else:
            super().keyPressEvent(event)

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(320), px(34 * len(self._labels)))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(200), px(LEAST * len(self._labels)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self.height() / len(self._labels)
        for index in range(len(self._labels)):
            self._paint_row(painter, style, index, QRectF(0, index * height, self.width(), height))

    def _paint_row(self, painter: QPainter, style: Look, index: int, row: QRectF) -> None:
        px = style.px
        best, chosen = index == self.best, index == self._index
        held = self.hasFocus() and index == self._key
        if chosen or index == self._hover or held:
            painter.setPen(QPen(style.colour("accent"), 2) if held else Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("wash", 1.0 if chosen else 0.6))
            painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), px(6), px(6))
        size = 17 if row.height() >= px(28) else 15
        weight = QFont.Weight.DemiBold if best else QFont.Weight.Normal
        painter.setFont(style.font(size, weight, mono=True))
        painter.setPen(style.colour("ink" if best or self._values is not None else "second"))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(px(8), row.y(), px(24), row.height()), middle, self._labels[index])

        font = style.font(14, weight, mono=True)
        words = QFontMetricsF(font).horizontalAdvance("0.000")
        left = float(px(36))
        most = max(row.width() - left - px(16) - words, 1.0)
        thick = min(max(row.height() * 0.42, px(8)), px(20))
        length = max(px(3), most * float(self._lengths[index])) if self._values is not None else 0.0
        track = QRectF(left, row.center().y() - thick / 2, most, thick)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("line", 0.6))
        painter.drawRoundedRect(track, px(3), px(3))
        if length:
            painter.setBrush(style.colour("accent", 1.0 if best else 0.5))
            painter.drawRoundedRect(QRectF(track.topLeft(), QPointF(left + length, track.bottom())), px(3), px(3))
        painter.setFont(font)
        painter.setPen(style.colour("accent" if best else "second"))
        place = QRectF(row.right() - words - px(8), row.y(), words + px(2), row.height())
        painter.drawText(place, middle | int(Qt.AlignmentFlag.AlignRight), self.text(index))
