"""The size of the gradient against the step, on a logarithmic axis: one line a path, named where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, isfinite

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import CAPTION, HEAD, Look, look
from explorer.app.unroll.ink import readable
from explorer.app.unroll.van_words import Line
from explorer.app.widgets.ticks import SUPERSCRIPTS, ticks
from explorer.arch.text import number
from explorer.explain.recurrent.curves import Path
from explorer.explain.recurrent.flow import power

Spot = tuple[Path, bool, int]
"""A point: its line's path, whether it is the cell path, and the step."""

ROUND = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Decades between two labels of the axis."""

GUTTER, TIGHT, AXIS, AFTER, BELOW, ABOVE = 168, 96, 52, 64, 40, 10
"""Pixels at scale 1: for names with values and without, for the axis, and after, below and above the lines."""

REACH = 36
"""How near in pixels at scale 1 the pointer has to come to a line."""


def ink_of(style: Look, path: Path) -> QColor:
    """A path's colour, here and wherever it is named."""
    if path == "identity":
        return style.colour("second")
    return style.colour("accent") if path == "LSTM" else style.kind("activation" if path == "RNN" else "recurrent")


def bounds(lines: Sequence[Line]) -> tuple[float, float, int]:
    """The axis, log10: its ends, and the decades between two labels. 10⁰ is always on it, and some room around it."""
    logs = [line.logs[np.isfinite(line.logs)] for line in lines]
    values = np.concatenate([[0.0], *logs])
    low, high = float(values.min()), float(values.max())
    step = next((step for step in ROUND if high - low <= 8 * step), ROUND[-1])
    return min(-2 * step, floor(low / step - 1e-9) * step), max(step, ceil(high / step + 1e-9) * step), step


class GradientPlot(QWidget):
    """`pointed` carries the `Spot` under the pointer or the arrow keys, `pinned` one that was clicked; or `None`."""

    pointed = Signal(object)
    pinned = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()
        self._main: Path = "RNN"
        self._at: Spot | None = None
        self._pin: Spot | None = None
        self._waits = False
        self._framed = False
        self._range: tuple[float, float, int] = (-2.0, 1.0, 1)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Size of the gradient at each step")

    # What is shown.

    @property
    def spot(self) -> Spot | None:
        """The point that is read: the one pointed at, else the pinned one."""
        return self._at or self._pin

    def show_lines(self, lines: Sequence[Line], main: Path) -> None:
        """Show lines of one length; `main` is the path to look at, and is drawn strongest."""
        self._lines, self._main = tuple(lines), main
        self._range = bounds(self._lines)
        self._at, self._pin = self._kept(self._at), self._kept(self._pin)
        said = ", ".join(f"{line.name} {power(float(line.logs[0]))}" for line in self._lines)
        self.setAccessibleDescription(f"At step 0: {said}. Arrow keys go along a line and to the next; Enter pins.")
        self.update()

    def show_waiting(self, waits: bool) -> None:
        """Whether these lines are about to be replaced: they are then pale."""
        if waits != self._waits:
            self._waits = waits
            self.update()

    def pin(self, spot: Spot | None) -> None:
        """Keep a point marked, or none."""
        self._pin = self._kept(spot)
        self.update()

    def _kept(self, spot: Spot | None) -> Spot | None:
        """A point that there still is; the last step of a line that became shorter."""
        line = self._line(spot) if spot else None
        return (*line.key, min(spot[2], len(line.logs) - 1)) if line and spot else None

    def _line(self, spot: Spot) -> Line | None:
        return next((line for line in self._lines if line.key == spot[:2]), None)

    # Where things are.

    def _area(self) -> QRectF:
        px = look(self).px
        left = px(AXIS) + (px(GUTTER) if self._wordy else px(TIGHT))
        return QRectF(
            left, px(ABOVE), max(self.width() - left - px(AFTER), 20), max(self.height() - px(ABOVE + BELOW), 20)
        )

    @property
    def _wordy(self) -> bool:
        """Whether there is room for values beside the lines' names."""
        return self.width() > look(self).px(560)

    def _x(self, area: QRectF, step: float) -> float:
        return area.x() + area.width() * step / max(len(self._lines[0].logs) - 1, 1)

    def _y(self, area: QRectF, log: float) -> float:
        low, high, _ = self._range
        if not isfinite(log):
            return area.bottom() if log < 0 else area.top()
        return area.bottom() - area.height() * (log - low) / (high - low)

    def place(self, spot: Spot) -> QPointF:
        """Where a point lies; one that is 0 or not finite lies on the edge."""
        line, area = self._line(spot), self._area()
        assert line is not None
        return QPointF(self._x(area, spot[2]), self._y(area, float(line.logs[spot[2]])))

    def _near(self, at: QPointF) -> Spot | None:
        """The point of the pointer's step that lies nearest to it."""
        area = self._area()
        if not self._lines or not area.adjusted(-8, -8, 8, 8).contains(at):
            return None
        last = len(self._lines[0].logs) - 1
        step = min(max(round((at.x() - area.x()) / area.width() * last), 0), last)
        gaps = [abs(self._y(area, float(line.logs[step])) - at.y()) for line in self._lines]
        best = int(np.argmin(gaps))
        return (*self._lines[best].key, step) if gaps[best] <= look(self).px(REACH) else None

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(520), px(220))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(360), px(150))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter, area = look(self), QPainter(self), self._area()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._lines:
            return
        self._paint_axes(painter, style, area)
        painter.setOpacity(0.35 if self._waits else 1.0)
        for line in sorted(self._lines, key=lambda line: (line.path == self._main, line.cell)):
            self._paint_line(painter, style, area, line)
        self._paint_names(painter, style, area)
        painter.setOpacity(1.0)
        self._paint_spot(painter, style, area)
        if self._framed:
            painter.setPen(QPen(style.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_axes(self, painter: QPainter, style: Look, area: QRectF) -> None:
        low, high, step = self._range
        px, small = style.px, style.font(HEAD)
        painter.setFont(small)
        tall = QFontMetricsF(small).height()
        room = area.height() * step / (high - low)
        every = step * max(1, ceil(1.6 * tall / room))
        for log in range(ceil(low / every) * every, floor(high) + 1, every):
            y = round(self._y(area, log)) + 0.5
            painter.setPen(QPen(style.colour("strong_line" if log == 0 else "line"), px(2) if log == 0 else 1))
            painter.drawLine(QPointF(px(AXIS), y), QPointF(area.right(), y))
            painter.setPen(style.colour("second"))
            words = QRectF(0, y - tall / 2, px(AXIS - 8), tall)
            painter.drawText(words, Qt.AlignmentFlag.AlignRight, f"10{str(log).translate(SUPERSCRIPTS)}")
        last = len(self._lines[0].logs) - 1
        places = [(at, text) for at, text in ticks(0, last, max(1, int(area.width() / px(64)))) if at == int(at)]
        for at, text in places:
            x = self._x(area, at)
            painter.drawText(QRectF(x - 40, area.bottom() + px(6), 80, tall), Qt.AlignmentFlag.AlignHCenter, text)
        below = QRectF(area.x(), area.bottom() + px(6) + tall, area.width(), tall)
        painter.setPen(style.colour("third"))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, "step t")
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "← the gradient flows back")
        zero = self._y(area, 0.0)
        for said, top in (("↑ grows", zero - tall), ("↓ shrinks", zero)):
            painter.drawText(QRectF(area.right() + px(5), top, px(AFTER), tall), Qt.AlignmentFlag.AlignLeft, said)

    def _paint_line(self, painter: QPainter, style: Look, area: QRectF, line: Line) -> None:
        ink = ink_of(style, line.path)
        pen = QPen(ink, style.scale * (2.6 if self._is_main(line) else 1.6))
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if line.cell:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        piece = QPolygonF()
        for step, log in enumerate(line.logs):
            if isfinite(log):
                piece.append(QPointF(self._x(area, step), self._y(area, float(log))))
            else:
                painter.drawPolyline(piece)
                piece = QPolygonF()
        painter.drawPolyline(piece)
        if piece.size() == 1:
            painter.drawPoint(piece.at(0))
        self._paint_edge(painter, style, area, line, ink)

    def _is_main(self, line: Line) -> bool:
        """Whether it is the line to look at: of an LSTM, its cell path."""
        return line.key == (self._main, self._main == "LSTM")

    def _paint_edge(self, painter: QPainter, style: Look, area: QRectF, line: Line, ink: QColor) -> None:
        """Marks at the edge: triangles at the foot for exact zeros, crosses at the top for what is not finite."""
        size = style.px(4)
        gap = max(1, ceil(style.px(12) / (area.width() / max(len(line.logs) - 1, 1))))
        painter.setPen(QPen(ink, style.px(1.5)))
        painter.setBrush(ink)
        steps = np.flatnonzero(~np.isfinite(line.logs))
        for step in steps[::gap]:
            x, log = self._x(area, int(step)), line.logs[step]
            if log < 0:
                y = area.bottom()
                painter.drawPolygon(
                    QPolygonF([QPointF(x - size, y - size), QPointF(x + size, y - size), QPointF(x, y)])
                )
            else:
                y = area.top() + size
                painter.drawLine(QPointF(x - size, y - size), QPointF(x + size, y + size))
                painter.drawLine(QPointF(x - size, y + size), QPointF(x + size, y - size))

    def _paint_names(self, painter: QPainter, style: Look, area: QRectF) -> None:
        """Names at the left ends, apart from one another, each led to its line."""
        font, px = style.font(CAPTION, QFont.Weight.Medium), style.px
        strong, light = style.font(CAPTION, QFont.Weight.DemiBold), style.font(CAPTION)
        tall = QFontMetricsF(font).height()
        order = sorted(self._lines, key=lambda line: self._y(area, float(line.logs[0])))
        ends = [self._y(area, float(line.logs[0])) for line in order]
        for line, end, y in zip(order, ends, spread(ends, tall, 0.0, area.bottom() + tall), strict=True):
            ink = readable(style, ink_of(style, line.path))
            right = area.x() - px(16)
            pen = QPen(ink, 1)
            painter.setPen(pen)
            painter.drawPolyline([QPointF(right + px(3), y), QPointF(area.x() - px(2), end)])
            value = _value(float(line.logs[0])) if self._wordy else ""
            wide = QFontMetricsF(light).horizontalAdvance(value)
            chosen = strong if self._is_main(line) else font
            name = QFontMetricsF(chosen).horizontalAdvance(line.name)
            total = wide + name + (px(8) if value else 0)
            box = QRectF(right - total, y - tall / 2, total, tall)
            painter.fillRect(box.adjusted(-px(4), 0, px(2), 0), style.colour("paper"))
            painter.setFont(chosen)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line.name)
            painter.setFont(light)
            painter.setPen(style.colour("second"))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)

    def _paint_spot(self, painter: QPainter, style: Look, area: QRectF) -> None:
        for spot, filled in ((self._pin, True), (self._at, False)):
            line = self._line(spot) if spot else None
            if spot is None or line is None:
                continue
            at, ink = self.place(spot), ink_of(style, line.path)
            painter.setPen(QPen(style.colour("third"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(at.x(), area.top()), QPointF(at.x(), area.bottom()))
            painter.setPen(QPen(ink, style.px(2)))
            painter.setBrush(ink if filled else style.colour("paper"))
            painter.drawEllipse(at, style.px(5), style.px(5))
        spot = self.spot
        line = self._line(spot) if spot else None
        if spot is not None and line is not None:
            self._paint_flag(painter, style, area, line, spot)

    def _paint_flag(self, painter: QPainter, style: Look, area: QRectF, line: Line, spot: Spot) -> None:
        """The point's line, step and value beside it."""
        font, px = style.font(CAPTION), style.px
        text = f"{line.name}, step {number(spot[2])}: {_value(float(line.logs[spot[2]]))}"
        size = QFontMetricsF(font).boundingRect(text).size()
        wide, tall, at = size.width() + px(18), size.height() + px(8), self.place(spot)
        left = at.x() + px(12) if at.x() + px(12) + wide < self.width() else at.x() - px(12) - wide
        top = at.y() - tall - px(8) if at.y() - tall - px(8) > 0 else at.y() + px(10)
        box = QRectF(left, min(top, area.bottom() - tall), wide, tall)
        painter.setPen(QPen(style.colour("strong_line"), 1))
        painter.setBrush(style.colour("surface"))
        painter.drawRoundedRect(box, px(6), px(6))
        painter.setFont(font)
        painter.setPen(readable(style, ink_of(style, line.path), "surface"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    # What it answers to.

    def _point(self, spot: Spot | None) -> None:
        if spot != self._at:
            self._at = spot
            self.pointed.emit(spot)
            self.update()

    def _turn_pin(self, spot: Spot | None) -> None:
        self._pin = None if spot == self._pin else spot
        self.pinned.emit(self._pin)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._near(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._turn_pin(self._near(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._framed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._framed = False
        self.update()
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go along a line, up and down to the next one, Enter pins, Escape lets go."""
        key = Qt.Key(event.key())
        along = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key, 0)
        across = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(key, 0)
        if self._lines and (along or across):
            keys = [line.key for line in self._lines]
            last = len(self._lines[0].logs) - 1
            if self.spot is None:
                self._point((self._main, False, 0))
                return
            path, cell, step = self.spot
            path, cell = keys[(keys.index((path, cell)) + across) % len(keys)]
            self._point((path, cell, min(max(step + along, 0), last)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._at is not None:
            self._turn_pin(self._at)
        elif key == Qt.Key.Key_Escape and self.spot is not None:
            self._point(None)
            self._turn_pin(None)
        else:
            super().keyPressEvent(event)


def _value(log: float) -> str:
    return "exactly 0" if log == -np.inf else "not finite" if not isfinite(log) else power(log)


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Middles of labels, in rising order, at least `gap` apart and as near to `places` as can be, within low…high."""

    def inside(middle: float, count: int) -> float:
        return min(max(middle, low + gap * count / 2), high - gap * count / 2)

    groups: list[tuple[float, int]] = []  # the middle of each bunch, and how many are in it
    for place in places:
        groups.append((place, 1))
        while len(groups) > 1:
            (one, many), (two, few) = groups[-2:]
            if inside(two, few) - inside(one, many) >= gap * (many + few) / 2:
                break
            groups[-2:] = [((one * many + two * few) / (many + few), many + few)]
    return [inside(middle, n) + gap * (k - (n - 1) / 2) for middle, n in groups for k in range(n)]
