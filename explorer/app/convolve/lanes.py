"""Signals below one another on one axis: each value a bar with its number, so that one sees what slides over what.

lanes = Lanes()
lanes.show_lanes((Lane("x", "Signal", (1.0, 2.0), editable=True), Lane("y", "Result", (3.0,), at=0.5)))
lanes.edited.connect(lambda name, index, value: ...)
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil, inf, isfinite

from PySide6.QtCore import QEasingCurve, QEvent, QPointF, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from explorer.app.convolve.lane import (
    CELL,
    GAP,
    LEAST_CELL,
    NAMES,
    NUMBER,
    SLIT,
    WIDEST,
    Lane,
    Spot,
    paint_bar,
    paint_name,
    paint_number,
)
from explorer.app.theme import Look, look


class Lanes(QWidget):
    """`pointed` carries a `Spot` or `None`, `clicked` a `Spot`; `edited` lane, index, value; `refused` a sentence."""

    pointed = Signal(object)
    clicked = Signal(object)
    edited = Signal(str, int, float)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lanes: tuple[Lane, ...] = ()
        self._joints: tuple[tuple[Spot, Spot, float], ...] = ()
        self._chosen: Spot | None = None
        self._typed = ""
        self._dragged: Spot | None = None
        self._start = (0.0, 0.0)
        self._hover: Spot | None = None
        self._shift = 0.0
        self._slide = QVariantAnimation(self)
        self._slide.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._slide.valueChanged.connect(self._glide)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Signals")
        self.setAccessibleDescription("Enter chooses a value; arrows move and change it, digits type it.")

    # What is shown.

    @property
    def chosen(self) -> Spot | None:
        """The value that keys change."""
        return self._chosen

    @property
    def typed(self) -> str:
        """What has been typed for it so far."""
        return self._typed

    def show_lanes(
        self, lanes: tuple[Lane, ...], joints: tuple[tuple[Spot, Spot, float], ...] = (), glide: int = 0
    ) -> None:
        """Show lanes, with lines between spots, each of a weight −1…1; what slides takes `glide` milliseconds."""
        before = next((lane.at for lane in self.lanes if lane.glides), None)
        after = next((lane.at for lane in lanes if lane.glides), None)
        shown = before + self._shift if before is not None else None
        self.lanes, self._joints = lanes, joints
        if self._chosen is not None and self._lane(self._chosen) is None:
            self._chosen, self._typed = None, ""
        self._slide.stop()
        self._shift = 0.0
        if glide and shown is not None and after is not None and shown != after and self.isVisible():
            self._shift = shown - after
            self._slide.setDuration(glide)
            self._slide.setStartValue(self._shift)
            self._slide.setEndValue(0.0)
            self._slide.start()
        self.updateGeometry()
        self.update()

    def choose(self, spot: Spot | None) -> None:
        """Choose the value that keys change."""
        self._chosen, self._typed = spot, ""
        self.update()

    def settle(self) -> None:
        """Let all be where it belongs."""
        self._slide.stop()
        self._shift = 0.0
        self.update()

    def _glide(self, shift: float) -> None:
        self._shift = float(shift)
        self.update()

    def _lane(self, spot: Spot) -> Lane | None:
        found = next((lane for lane in self.lanes if lane.name == spot[0]), None)
        return found if found is not None and 0 <= spot[1] < len(found.values) else None

    # Where things are.

    @property
    def _columns(self) -> int:
        return max((ceil(lane.at + (len(lane.values) - 1) * lane.pitch) + 1 for lane in self.lanes), default=1)

    def _pitch(self) -> float:
        px = look(self).px
        return min(float(px(WIDEST)), (self.width() - px(NAMES) - px(8)) / self._columns)

    def _gaps(self) -> list[int]:
        """The gap below each lane but the last."""
        px = look(self).px
        return [px(GAP if one.bars or two.bars else SLIT) for one, two in pairwise(self.lanes)]

    def _heights(self) -> list[float]:
        """Height of each lane with its numbers."""
        px = look(self).px
        bars = sum(lane.bars for lane in self.lanes)
        rows = len(self.lanes) - bars
        free = self.height() - sum(self._gaps())
        cell = min(max((free - bars * px(56)) / rows, px(LEAST_CELL)), px(CELL)) if rows else 0.0
        tall = min(max((free - rows * cell) / bars, px(44)), px(220)) if bars else 0.0
        return [tall if lane.bars else cell for lane in self.lanes]

    def band(self, name: str) -> QRectF:
        """The room of a lane, without its name."""
        px, heights, gaps = look(self).px, self._heights(), self._gaps()
        y = 0.0
        for lane, height, gap in zip(self.lanes, heights, [*gaps, 0], strict=True):
            if lane.name == name:
                return QRectF(px(NAMES), y, self.width() - px(NAMES), height)
            y += height + gap
        raise KeyError(name)

    def spot_rect(self, spot: Spot) -> QRectF:
        """The column of a value, over the whole height of its lane."""
        lane, band, pitch = self._lane(spot), self.band(spot[0]), self._pitch()
        assert lane is not None
        shift = self._shift if lane.glides else 0.0
        x = band.x() + (lane.at + shift + spot[1] * lane.pitch) * pitch
        return QRectF(x, band.y(), pitch, band.height())

    def _spot_at(self, at: QPointF) -> Spot | None:
        for lane in self.lanes:
            if self.band(lane.name).adjusted(0, -1, 0, 1).contains(at):
                for index in range(len(lane.values)):
                    if index not in lane.missing and self.spot_rect((lane.name, index)).adjusted(0, -4, 0, 4).contains(
                        at
                    ):
                        return lane.name, index
        return None

    def _zero(self, lane: Lane, band: QRectF) -> tuple[float, float]:
        """Where zero lies, and how many pixels one whole scale is long."""
        over = look(self).px(6)
        room = band.height() - look(self).px(NUMBER) - 2 * over
        low = min((v for v in lane.values if isfinite(v)), default=0.0)
        high = max((v for v in lane.values if isfinite(v)), default=0.0)
        low, high = min(low, 0.0), max(high, 0.0)
        span = (high - low) or 1.0
        return band.y() + over + room * (high / span if high or low else 1.0), room * lane.most / span

    # Events.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            self._drag(event.position())
            return
        spot = self._spot_at(event.position())
        lane = None if spot is None else self._lane(spot)
        ours = lane is not None and lane.editable
        self.setCursor(
            Qt.CursorShape.SizeVerCursor if ours and lane is not None and lane.bars else Qt.CursorShape.ArrowCursor
        )
        if spot != self._hover:
            self._hover = spot
            self.pointed.emit(spot)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self._spot_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if spot is None:
            self.choose(None)
            return
        lane = self._lane(spot)
        assert lane is not None
        if lane.editable and lane.ring[0] <= spot[1] < len(lane.values) - lane.ring[1]:
            self.choose(spot)
            self._dragged = spot
            self._start = (event.position().y(), lane.values[spot[1]])
        else:
            self.clicked.emit(spot)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None
        super().mouseReleaseEvent(event)

    def _drag(self, at: QPointF) -> None:
        """Move a bar's end: a whole number a quarter of the usual bar."""
        assert self._dragged is not None
        y, value = self._start
        moved = round((y - at.y()) / look(self).px(12))
        lane = self._lane(self._dragged)
        if lane is not None and lane.values[self._dragged[1]] != value + moved:
            self.edited.emit(self._dragged[0], self._dragged[1], value + moved)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.pointed.emit(None)
        self.update()
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._commit()
        super().focusOutEvent(event)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        self.settle()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = Qt.Key(event.key()), event.text()
        if self._chosen is None:
            first = next((lane for lane in self.lanes if lane.editable), None)
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and first is not None:
                self.choose((first.name, first.ring[0]))
            else:
                super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._commit()
            self._walk(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._typed = ""
            self._change(1.0 if key == Qt.Key.Key_Up else -1.0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._typed:
                self._commit()
            else:
                self._next_lane()
        elif key == Qt.Key.Key_Escape:
            self._chosen, self._typed = (self._chosen, "") if self._typed else (None, "")
            self.update()
        elif key == Qt.Key.Key_Backspace:
            self._typed = self._typed[:-1]
            self.update()
        elif text and text in "0123456789-−.,e":
            self._typed += text.replace(",", ".")
            self.update()
        else:
            super().keyPressEvent(event)

    def _walk(self, by: int) -> None:
        assert self._chosen is not None
        lane = self._lane(self._chosen)
        if lane is not None:
            index = min(max(self._chosen[1] + by, lane.ring[0]), len(lane.values) - lane.ring[1] - 1)
            self.choose((lane.name, index))

    def _next_lane(self) -> None:
        assert self._chosen is not None
        ours = [lane for lane in self.lanes if lane.editable]
        names = [lane.name for lane in ours]
        lane = ours[(names.index(self._chosen[0]) + 1) % len(ours)]
        self.choose((lane.name, lane.ring[0]))

    def _change(self, by: float) -> None:
        assert self._chosen is not None
        lane = self._lane(self._chosen)
        if lane is not None:
            self.edited.emit(lane.name, self._chosen[1], lane.values[self._chosen[1]] + by)

    def _commit(self) -> None:
        """Take what has been typed."""
        typed, self._typed = self._typed, ""
        if not typed or self._chosen is None:
            return
        try:
            value = float(typed.replace("−", "-"))
        except ValueError:
            value = inf
        if isfinite(value):
            self.edited.emit(*self._chosen, value)
        else:
            self.refused.emit(f"“{typed}” is not a number; the value stays.")
        self.update()

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(560), sum(px(150) if lane.bars else px(CELL) for lane in self.lanes) + sum(self._gaps()))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(320), sum(px(44) if lane.bars else px(LEAST_CELL) for lane in self.lanes) + sum(self._gaps()))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_joints(painter, style)
        for lane in self.lanes:
            self._paint_lane(painter, style, lane)

    def _paint_joints(self, painter: QPainter, style: Look) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for one, two, weight in self._joints:
            upper, lower = self.spot_rect(one), self.spot_rect(two)
            start, end = QPointF(upper.center().x(), upper.bottom()), QPointF(lower.center().x(), lower.top())
            path = QPainterPath(start)
            bend = QPointF(0, (end.y() - start.y()) * 0.5)
            path.cubicTo(start + bend, end - bend, end)
            if weight:  # a small weight still has to be seen on the paper
                share = max(abs(weight), 0.45)
                painter.setPen(QPen(style.signed(share if weight > 0 else -share), style.px(2)))
            else:
                painter.setPen(QPen(style.colour("strong_line"), style.px(1)))
            painter.drawPath(path)

    def _paint_lane(self, painter: QPainter, style: Look, lane: Lane) -> None:
        px, band = style.px, self.band(lane.name)
        paint_name(painter, style, lane, band)
        zero, scale = self._zero(lane, band) if lane.bars else (band.bottom(), 0.0)
        if lane.bars:
            first, last = self.spot_rect((lane.name, 0)), self.spot_rect((lane.name, len(lane.values) - 1))
            painter.setPen(QPen(style.colour("strong_line"), 1))
            painter.drawLine(QPointF(first.left(), zero), QPointF(last.right(), zero))
        for index, value in enumerate(lane.values):
            if index in lane.missing:
                continue
            box = self.spot_rect((lane.name, index))
            known = lane.known is None or index < lane.known
            padding = not lane.ring[0] <= index < len(lane.values) - lane.ring[1]
            pale = padding or index in lane.pale
            share = value / lane.most if isfinite(value) else 0.0
            cell = box.adjusted(px(2), 0, -px(2), 0)
            if index in lane.lit or index == lane.now:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(style.colour("wash"))
                painter.drawRoundedRect(cell, px(4), px(4))
            if lane.bars:
                paint_bar(painter, style, cell, zero, scale * share, share, known, pale)
                number = QRectF(box.x() - px(6), band.bottom() - px(NUMBER), box.width() + 2 * px(6), px(NUMBER))
            else:
                number = QRectF(cell)
                painter.setPen(QPen(style.colour("line"), 1))
                painter.setBrush(style.signed(share) if known else style.colour("surface"))
                painter.drawRoundedRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), px(3), px(3))
            typed = self._typed if (lane.name, index) == self._chosen else ""
            paint_number(painter, style, lane, index, number, known, pale, share, typed)
            if index in lane.lit or index == lane.now:
                now = index == lane.now
                painter.setPen(QPen(style.colour("accent"), px(3) if now else px(1.5)))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), px(4), px(4))
            elif padding:
                painter.setPen(QPen(style.colour("third", 0.7), 1, Qt.PenStyle.DashLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), px(4), px(4))
            if (lane.name, index) == self._chosen:
                painter.setPen(QPen(style.colour("ink"), px(2)))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(number.adjusted(px(4), 0, -px(4), 0), px(4), px(4))
