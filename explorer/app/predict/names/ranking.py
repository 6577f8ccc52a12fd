"""The last answer, sorted: the three likeliest classes as the lecture prints them, then the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from explorer.app.predict.names.words import nats, order_of, printed, share
from explorer.app.theme import Look, look
from explorer.arch.text import number

FIRST = 3
"""Rows that are printed larger."""

LARGE, SMALL = 26, 15
"""Least heights of a row in pixels at scale 1: of the first ones, and of the others."""

MORE = 18
"""What a row grows at most where there is room, in pixels at scale 1."""

NAME = 112
"""Greatest width of a class's name in pixels at scale 1."""

MOST = 40
"""Most rows: of more classes, the last ones are counted together."""


@dataclass(frozen=True)
class _Columns:
    """Where a row's parts stand, in pixels: widths of the number in brackets, the name, and the probability."""

    log: float
    name: float
    share: float

    @classmethod
    def of(cls, style: Look, classes: Sequence[str]) -> _Columns:
        mono = QFontMetricsF(style.font(14, mono=True))
        bold = QFontMetricsF(style.font(14, QFont.Weight.DemiBold))
        name = min(max(map(bold.horizontalAdvance, classes), default=0.0), float(style.px(NAME)))
        return cls(mono.horizontalAdvance("(−10.00)") + style.px(6), name, mono.horizontalAdvance("0.000"))


class Ranking(QWidget):
    """`chosen` carries the class of a row that is clicked, or chosen with Enter."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: tuple[str, ...] = ()
        self._logs: NDArray[np.float64] | None = None
        self._order: tuple[int, ...] = ()
        self._key, self._hover, self._pin = 0, -1, -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Classes, the likeliest first")

    # What is shown.

    @property
    def order(self) -> tuple[int, ...]:
        """The classes from the top; empty while there is no answer."""
        return self._order

    @property
    def lines(self) -> tuple[str, ...]:
        """The first three as the lecture prints them."""
        logs = self._logs
        return () if logs is None else tuple(printed(float(logs[k]), self._classes[k]) for k in self._order[:FIRST])

    def show_classes(self, classes: Sequence[str]) -> None:
        """Name the classes."""
        if tuple(classes) != self._classes:
            self._classes = tuple(classes)
            self.show_logs(None)
            self.updateGeometry()

    def show_logs(self, logs: NDArray[np.float64] | None) -> None:
        """Show (K,) log-probabilities, or `None` while there are none."""
        self._logs = logs
        self._order = () if logs is None else order_of(logs)
        self._key = min(self._key, max(self._rows - 1, 0))
        self.setAccessibleDescription(". ".join(self.lines) + "." if self.lines else "Nothing to read yet.")
        self.update()

    def pin(self, index: int) -> None:
        """Mark the class that is explained; −1 for none."""
        self._pin = index
        self.update()

    @property
    def _rows(self) -> int:
        return min(len(self._classes), MOST)

    # Where things are.

    def _row(self, style: Look, row: int) -> QRectF:
        large, small = style.px(LARGE), style.px(SMALL)
        first = min(FIRST, self._rows)
        rest = max(self._rows - first, 0) + (len(self._classes) > MOST)
        spare = max(self.height() - first * large - rest * small, 0) / max(first + rest, 1)
        large, small = large + min(spare, style.px(MORE)), small + min(spare, style.px(MORE))  # type: ignore[assignment]
        top = row * large if row < first else first * large + (row - first) * small
        return QRectF(0, top, self.width(), large if row < first else small)

    def _row_at(self, y: float) -> int:
        style = look(self)
        return next((row for row in range(len(self._order[:MOST])) if self._row(style, row).bottom() > y >= 0), -1)

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(280), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        px, rows = look(self).px, max(self._rows, 10)
        more = px(SMALL) if len(self._classes) > MOST else 0
        return QSize(px(200), min(FIRST, rows) * px(LARGE) + max(rows - FIRST, 0) * px(SMALL) + more)

    # Events.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._row_at(event.position().y())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._key = row
            self.chosen.emit(self._order[row])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._order and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._key = (self._key + (1 if key == Qt.Key.Key_Down else -1)) % self._rows
            self.setAccessibleDescription(self._said(self._key))
            self.update()
        elif self._order and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self._order[self._key])
        else:
            super().keyPressEvent(event)

    def _said(self, row: int) -> str:
        if self._logs is None:
            return ""
        index = self._order[row]
        log = float(self._logs[index])
        return f"{number(row + 1)}: {printed(log, self._classes[index])}, probability {share(log)}"

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._logs is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("line", 0.35))
            painter.drawRect(self.rect())
            painter.setPen(style.colour("second"))
            painter.setFont(style.font(13))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "The likeliest first")
            return
        columns = _Columns.of(style, self._classes)
        for row, index in enumerate(self._order[:MOST]):
            self._paint_row(painter, style, columns, row, index)
        left_over = self._order[MOST:]
        if left_over:
            together = float(np.exp(self._logs[list(left_over)]).sum())
            painter.setFont(style.font(12))
            painter.setPen(style.colour("second"))
            text = f"{number(len(left_over))} more, together {number(together, 3)}"
            painter.drawText(self._row(style, MOST), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_row(self, painter: QPainter, style: Look, columns: _Columns, row: int, index: int) -> None:
        assert self._logs is not None
        log = float(self._logs[index])
        px, box, large = style.px, self._row(style, row), row < FIRST
        held = self.hasFocus() and row == self._key
        if index == self._pin or row == self._hover or held:
            painter.setPen(QPen(style.colour("accent"), 2) if held else Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("wash", 1.0 if index == self._pin else 0.6))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), px(4), px(4))
        weight = QFont.Weight.DemiBold if row == 0 else QFont.Weight.Normal
        number_font = style.font(14 if large else 11, weight, mono=True)
        name_font = style.font(14 if large else 12, weight)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        first, name = columns.log, columns.name
        painter.setFont(number_font)
        painter.setPen(style.colour("ink" if large else "second"))
        right = int(Qt.AlignmentFlag.AlignRight) | middle
        painter.drawText(QRectF(0, box.y(), first, box.height()), right, f"({nats(log)})")
        painter.setFont(name_font)
        text = self._classes[index]
        if columns.name >= px(NAME):
            text = QFontMetricsF(name_font).elidedText(text, Qt.TextElideMode.ElideRight, name)
        painter.drawText(QRectF(first + px(8), box.y(), name, box.height()), middle, text)
        left = first + px(8) + name + px(6)
        room = box.right() - left - columns.share - px(10)
        if room > px(16):
            thick = min(max(box.height() * 0.4, px(6)), px(16))
            track = QRectF(left, box.center().y() - thick / 2, room, thick)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("line", 0.6))
            painter.drawRoundedRect(track, px(3), px(3))
            painter.setBrush(style.colour("accent", 1.0 if row == 0 else 0.5))
            length = max(px(2), room * float(np.exp(log)))
            painter.drawRoundedRect(QRectF(track.x(), track.y(), length, thick), px(3), px(3))
        painter.setFont(number_font)
        painter.setPen(style.colour("accent" if row == 0 else "second"))
        place = QRectF(0, box.y(), box.right() - px(6), box.height())
        painter.drawText(place, right, share(log))
