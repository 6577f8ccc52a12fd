"""All units of one part at one step, as bars: where the unit that is written out stands among the others.

bars = UnitBars()
bars.show_values(trace.parts["c"][2], unit=6, title="All units of c")
bars.unit_wanted.connect(...)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.app.theme import HEAD, look
from explorer.app.widgets.scale import span, tidy
from explorer.arch.text import number, plural

TITLE, LEAST, MOST = 20, 72, 190
"""Height of the title, least and greatest height of it all, in pixels at scale 1."""


class UnitBars(QWidget):
    """A bar a unit, up from zero or down from it; a click chooses the unit."""

    unit_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[np.float64] = np.zeros(0)
        self._unit, self._title = 0, ""
        self._hover = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(look(self).px(MOST))

    def show_values(self, values: NDArray[np.float64], unit: int, title: str) -> None:
        """Show one value a unit, (H,), with one unit marked."""
        self._values, self._unit, self._title, self._hover = values, unit, title, -1
        self.setAccessibleName(title)
        finite = values[np.isfinite(values)]
        reach = f" from {tidy(float(finite.min()))} to {tidy(float(finite.max()))}" if finite.size else ""
        self.setAccessibleDescription(f"{plural(len(values), 'value')}{reach}.")
        self.update()

    def bar_rect(self, unit: int) -> QRectF:
        """The column of a unit, bar and all."""
        top = look(self).px(TITLE)
        wide = self.width() / max(len(self._values), 1)
        return QRectF(unit * wide, top, wide, self.height() - top)

    def _find(self, at: QPointF) -> int:
        if not len(self._values) or not self.rect().contains(at.toPoint()):
            return -1
        return min(int(at.x() / self.width() * len(self._values)), len(self._values) - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._find(event.position())
        if found != self._hover:
            self._hover = found
            self.setCursor(Qt.CursorShape.PointingHandCursor if found >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._find(event.position())
        if found >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.unit_wanted.emit(found)
        else:
            super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self._find(QPointF(event.pos()))
            if found >= 0:
                text = f"unit {number(found + 1)}: {tidy(float(self._values[found]), 4)}"
                QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(look(self).px(240), look(self).px(LEAST))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(120), look(self).px(LEAST))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setFont(style.font(HEAD))
        painter.setPen(style.colour("second"))
        middle = Qt.AlignmentFlag.AlignVCenter
        head = QRectF(0, 0, self.width(), style.px(TITLE))
        painter.drawText(head, middle | Qt.AlignmentFlag.AlignLeft, self._title)
        units = len(self._values)
        if not units:
            return
        shown = self._hover if self._hover >= 0 else self._unit
        if shown < units:
            painter.setFont(style.font(HEAD - 1, mono=True))
            painter.setPen(style.colour("ink"))
            text = f"unit {number(shown + 1)} {tidy(float(self._values[shown]))}"
            painter.drawText(head, middle | Qt.AlignmentFlag.AlignRight, text)
        low, high = min(float(np.nanmin(self._values)), 0.0), max(float(np.nanmax(self._values)), 0.0)
        if not (np.isfinite(low) and np.isfinite(high)) or high == low:
            low, high = -span(self._values), span(self._values)
        room = self.bar_rect(0)
        zero = room.y() + room.height() * high / (high - low)
        gap = 1.0 if room.width() > 4 else 0.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("wash"))
        for unit in {self._unit, self._hover}:
            if 0 <= unit < units:
                painter.drawRect(self.bar_rect(unit))
        scale, wide = room.height() / (high - low), room.width()
        for sign, name in ((1, "positive"), (-1, "negative")):
            painter.setBrush(style.colour(name))
            painter.drawRects(
                [
                    QRectF(unit * wide, zero - max(value, 0.0) * scale, max(wide - gap, 1), abs(value) * scale)
                    for unit, value in enumerate(self._values.tolist())
                    if value * sign > 0 and np.isfinite(value)
                ]
            )
        painter.setPen(QPen(style.colour("strong_line"), 1))
        painter.drawLine(QPointF(0, zero), QPointF(self.width(), zero))
        if self._unit < units:
            painter.setPen(QPen(style.colour("accent"), style.px(1.5)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.bar_rect(self._unit).adjusted(0, 1, 0, -1))
