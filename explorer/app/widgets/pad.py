"""A pad to draw on, with mouse, pen, finger or keys. What is drawn is kept as data: strokes that can be undone.

pad = Pad()
pad.changed.connect(lambda: look_at(pad.ink()))

ink()     (SIDE, SIDE) uint8, 0 for nothing to 255 for full ink: what was drawn, whatever the pad's size
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget

from explorer.app.theme import look
from explorer.app.widgets.pixels import ARROWS, HAZE, LIT, paint_ground, to_image

SIDE = 560
"""Pixels at a side of what the pad gives away."""

WIDTH = 0.06
"""Usual width of the pen, as a part of the pad's side: about what people write with in a box."""

NUDGE = 1 / 28
"""How far an arrow key moves the pen; with Shift a quarter of it."""


@dataclass(frozen=True)
class Point:
    """Where the pen was: x to the right and y down in 0…1 of the pad, and how hard it pressed, 0…1."""

    x: float
    y: float
    pressure: float = 1.0


@dataclass(frozen=True)
class Stroke:
    """One line of the pen. `width` is a part of the pad's side."""

    points: tuple[Point, ...]
    width: float = WIDTH


@dataclass(frozen=True, eq=False)
class Drawing:
    """All that is on the pad: perhaps a picture underneath, (H, W) uint8 ink, and strokes on it."""

    strokes: tuple[Stroke, ...] = ()
    picture: NDArray[np.uint8] | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing at all."""
        return not self.strokes and self.picture is None


class Pad(QWidget):
    """Draws white on dark in both themes. `changed` is sent at every movement of the pen that leaves ink."""

    changed = Signal()

    def __init__(self, invitation: str = "Draw here", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.invitation = invitation
        self.pen_width = WIDTH
        self._past: list[Drawing] = []
        self._future: list[Drawing] = []
        self._drawing = Drawing()
        self._open: list[Point] = []
        self._fixed, self._shown = _blank(SIDE), _blank(1)
        self._hover: Point | None = None
        self._keys: Point | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Drawing pad")
        self.setAccessibleDescription("Arrow keys move the pen, Space puts it down and lifts it.")

    # What is drawn.

    @property
    def drawing(self) -> Drawing:
        """What is on the pad, with the stroke that is being drawn."""
        if not self._open:
            return self._drawing
        stroke = Stroke(tuple(self._open), self.pen_width)
        return replace(self._drawing, strokes=(*self._drawing.strokes, stroke))

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._past)

    def ink(self) -> NDArray[np.uint8]:
        """What is drawn: (SIDE, SIDE) uint8, ink bright; an untouched picture as it came, (H, W)."""
        drawing = self.drawing
        if drawing.picture is not None and not drawing.strokes:
            return drawing.picture
        image = self._fixed.copy() if self._open else self._fixed
        if self._open:
            _finish(image, self._open, self.pen_width)
        # White on nothing: each of a pixel's four bytes is its opacity, which is the ink.
        opacity = np.frombuffer(image.constBits(), np.uint8).reshape(SIDE, SIDE, 4)[:, :, 3]
        return np.ascontiguousarray(opacity)

    def begin(self, x: float, y: float, pressure: float = 1.0) -> None:
        """Put the pen down."""
        if self._open:
            self.end()
        self._open = [Point(x, y, pressure)]
        self._moved()

    def go_on(self, x: float, y: float, pressure: float = 1.0) -> None:
        """Move the pen that is down."""
        last = self._open[-1]
        if abs(x - last.x) + abs(y - last.y) < 1e-3:
            return
        self._open.append(Point(x, y, pressure))
        for image in (self._fixed, self._shown):
            _draw_last(image, self._open, self.pen_width)
        self._moved()

    def end(self) -> None:
        """Lift the pen: the stroke is done."""
        if self._open:
            for image in (self._fixed, self._shown):
                _finish(image, self._open, self.pen_width)
            after = self.drawing
            self._open = []
            self._past.append(self._drawing)
            self._future.clear()
            self._drawing = after
            self._moved()

    def draw(self, *strokes: Stroke) -> None:
        """Add whole strokes, each a step that can be undone."""
        for stroke in strokes:
            self._go_to(replace(self._drawing, strokes=(*self._drawing.strokes, stroke)))

    def show_picture(self, ink: NDArray[np.uint8]) -> None:
        """Show (H, W) ink in place of what is drawn; one can draw on it."""
        self._go_to(Drawing((), ink))

    def clear(self) -> None:
        """Begin anew."""
        self.end()
        if not self._drawing.empty:
            self._go_to(Drawing())

    def undo(self) -> None:
        """Take back the last stroke, or the last `clear` or picture."""
        self.end()
        if self._past:
            self._future.append(self._drawing)
            self._drawing = self._past.pop()
            self._redraw()

    def redo(self) -> None:
        """Bring back what was undone last."""
        self.end()
        if self._future:
            self._past.append(self._drawing)
            self._drawing = self._future.pop()
            self._redraw()

    def _go_to(self, drawing: Drawing) -> None:
        self.end()
        self._past.append(self._drawing)
        self._future.clear()
        self._drawing = drawing
        self._redraw()

    def _redraw(self) -> None:
        self._fixed = _rendered(self._drawing, SIDE)
        self._shown = _rendered(self._drawing, self._shown.width())
        self._moved()

    def _moved(self) -> None:
        self.update()
        self.changed.emit()

    # Mouse, pen, finger, keys.

    def _place(self, at: QPointF) -> tuple[float, float]:
        side = max(1, min(self.width(), self.height()))
        return min(max(at.x() / side, 0.0), 1.0), min(max(at.y() / side, 0.0), 1.0)

    def _pen(self, at: QPointF, down: bool, begins: bool = False, pressure: float = 1.0) -> None:
        self._keys = None
        x, y = self._place(at)
        self._hover = Point(x, y)
        if begins:
            self.begin(x, y, pressure)
        elif down and self._open:
            self.go_on(x, y, pressure)
        elif self._open:
            self.end()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pen(event.position(), down=True, begins=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pen(event.position(), bool(event.buttons() & Qt.MouseButton.LeftButton))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pen(event.position(), down=False)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen draws wider the harder it presses; its other end rubs out."""
        begins = event.type() == QEvent.Type.TabletPress
        if begins and event.pointerType() == QPointingDevice.PointerType.Eraser:
            self.clear()
        else:
            drawing = begins or (event.type() == QEvent.Type.TabletMove and bool(self._open))
            self._pen(event.position(), drawing, begins, min(1.0, 0.4 + 0.8 * event.pressure()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QTouchEvent) and event.points():
            kind = event.type()
            down = kind in (QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate)
            self._pen(event.points()[0].position(), down, kind == QEvent.Type.TouchBegin)
            self._hover = None
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None and event.key() != Qt.Key.Key_Space:
            super().keyPressEvent(event)
            return
        at = self._keys or Point(0.5, 0.3)
        if step is None:
            self._keys = at
            if self._open:
                self.end()
            else:
                self.begin(at.x, at.y)
            return
        far = NUDGE / 4 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else NUDGE
        self._keys = Point(min(max(at.x + far * step[0], 0.0), 1.0), min(max(at.y + far * step[1], 0.0), 1.0))
        if self._open:
            self.go_on(self._keys.x, self._keys.y)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._keys = self._keys or Point(0.5, 0.3)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._keys = None
        self.end()
        super().focusOutEvent(event)

    # Painting.

    def sizeHint(self) -> QSize:
        side = look(self).px(320)
        return QSize(side, side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = max(1, round(min(self.width(), self.height()) * self.devicePixelRatioF()))
        if side != self._shown.width():
            self._shown = _rendered(self.drawing, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height())
        where = QRectF(0, 0, side, side)
        with_keys = self.hasFocus() and self._keys is not None
        paint_ground(painter, style, where, style.px(10))
        shape = QPainterPath()
        shape.addRoundedRect(where.adjusted(1, 1, -1, -1), style.px(10), style.px(10))
        painter.setClipPath(shape)
        painter.drawImage(where, self._shown)
        if self._open:
            painter.scale(side, side)
            _stroke_to(painter, _tail(self._open), self._open[-1], self.pen_width)
            painter.resetTransform()
        elif self.drawing.empty:
            painter.setPen(HAZE)
            painter.setFont(style.font(17))
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.invitation)
        mark = self._keys if with_keys else self._hover if self.underMouse() else None
        if mark is not None:
            painter.setPen(QPen(LIT if with_keys else HAZE, style.px(1.5)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            radius = self.pen_width * side / 2
            painter.drawEllipse(QPointF(mark.x * side, mark.y * side), radius, radius)
        painter.setClipping(False)
        if with_keys:
            painter.setPen(QPen(style.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(where.adjusted(1, 1, -1, -1), style.px(10), style.px(10))


def _blank(side: int) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    return image


def _rendered(drawing: Drawing, side: int) -> QImage:
    image = _blank(side)
    if drawing.picture is not None:
        height, width = drawing.picture.shape
        scale = side / max(height, width)
        where = QRectF((side - width * scale) / 2, (side - height * scale) / 2, width * scale, height * scale)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(where, to_image(drawing.picture))
        painter.end()
    for stroke in drawing.strokes:
        points = list(stroke.points)
        for end in range(2, len(points) + 1):
            _draw_last(image, points[:end], stroke.width)
        _finish(image, points, stroke.width)
    return image


# A stroke runs in curves through the middles between its points; from the last middle to the pen it is straight,
# and that tail is only fixed when the pen is lifted.


def _middle(a: Point, b: Point) -> QPointF:
    return QPointF((a.x + b.x) / 2, (a.y + b.y) / 2)


def _painter(image: QImage) -> QPainter:
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(image.width(), image.width())
    return painter


def _stroke_to(painter: QPainter, path: QPainterPath, at: Point, width: float) -> None:
    cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    painter.strokePath(path, QPen(Qt.GlobalColor.white, width * at.pressure, Qt.PenStyle.SolidLine, cap, join))


def _draw_last(image: QImage, points: list[Point], width: float) -> None:
    """Draw the newest curve of a stroke: that around the last but one of its points."""
    if len(points) < 2:
        return
    before = points[-3] if len(points) > 2 else points[-2]
    path = QPainterPath(_middle(before, points[-2]))
    path.quadTo(QPointF(points[-2].x, points[-2].y), _middle(points[-2], points[-1]))
    painter = _painter(image)
    _stroke_to(painter, path, points[-2], width)
    painter.end()


def _tail(points: list[Point]) -> QPainterPath:
    last = points[-1]
    path = QPainterPath(_middle(points[-2] if len(points) > 1 else last, last))
    # A line of no length would not be drawn: a dot is a very short one.
    path.lineTo(last.x + (1e-4 if len(points) == 1 else 0), last.y)
    return path


def _finish(image: QImage, points: list[Point], width: float) -> None:
    painter = _painter(image)
    _stroke_to(painter, _tail(points), points[-1], width)
    painter.end()
