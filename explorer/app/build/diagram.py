"""The network drawn as a tree of tensors, on a canvas that one moves and zooms.

diagram = Diagram()
diagram.show_report(report)                  # again after each edit: the view stays where it is
diagram.chosen.connect(lambda at: …)         # Path; () is the input
diagram.moved.connect(lambda at, to: …)      # as for Network.move
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QVBoxLayout, QWidget

from explorer.app.build.canvas import Canvas
from explorer.app.build.corner import Corner
from explorer.app.build.drawing import Spot
from explorer.app.build.folding import blocks, opening, still_collapsed
from explorer.app.build.hits import Hit, hit, nearest, tip
from explorer.app.build.paint import paint
from explorer.app.build.palette import LAYER_TYPE
from explorer.app.build.view import Marks, Texts, View
from explorer.app.build.walk import across, along
from explorer.app.build.words import words
from explorer.app.theme import Look, look
from explorer.arch.analysis import Report
from explorer.arch.editing import step_place
from explorer.arch.tree import Path

STEP = 1.25
"""What a key or button zooms by."""


@dataclass(frozen=True)
class _Press:
    """A pressed mouse button: where, the view then, and what lay there."""

    at: QPointF
    view: View
    hit: Hit | None
    dragging: bool = False
    panning: bool = False


class Diagram(Canvas):
    """Shows a report. It changes nothing itself: wishes leave as signals.

    `chosen(at)`, `removed(at)` and `toggled(at)` carry a node's path; `inserted(kind, to)` the name of a kind of
    layer and the place in front of which it goes; `moved(at, to)` is meant as in `Network.move`.
    """

    chosen = Signal(object)
    inserted = Signal(str, object)
    moved = Signal(object, object)
    removed = Signal(object)
    toggled = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._at: Path = ()
        self._hovered: Path | None = None
        self._press: _Press | None = None
        self._spot: Spot | None = None
        self._pointer = QPointF()
        self._style: Look | None = None
        self._texts: Texts | None = None
        self.setAccessibleName("Diagram of the network")
        self.setAccessibleDescription(
            "Arrow keys go along the flow and across branches, Enter expands or collapses a block, Delete removes a "
            "node, Alt with arrows moves it, Home and End go to its ends, plus and minus zoom, 0 shows all."
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.corner = Corner(
            ("fit", "Show all", "0", self.fit),
            ("in", "Zoom in", "+", lambda: self.zoom(STEP)),
            ("out", "Zoom out", "−", lambda: self.zoom(1 / STEP)),
            ("turn", "Turn the drawing", "", lambda: self.set_vertical(not self._vertical)),
            ("expand", "Expand all blocks", "", self.expand_all),
            ("collapse", "Collapse all blocks", "", self.collapse_all),
        )
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 6, 8, 6)
        box.addWidget(self.corner, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(640), px(220))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(320), px(150))

    # What is shown.

    @property
    def at(self) -> Path:
        """The node that is marked as chosen; () is the input."""
        return self._at

    def show_report(self, report: Report) -> None:
        """Draw a network. Blocks stay collapsed as they are; in another document those that make it readable do."""
        before, self._report = self._report, report
        self._collapsed = opening(report) if before is None else still_collapsed(before, report, self._collapsed)
        if report.fault is not None:  # it is never hidden
            self._collapsed -= {report.fault.at[:k] for k in range(len(report.fault.at))}
        has = bool(blocks(report))
        self.corner.buttons["expand"].setVisible(has)
        self.corner.buttons["collapse"].setVisible(has)
        self._lay_out()
        self._hovered = None
        if before is None:
            self.fit()

    def show_chosen(self, at: Path) -> None:
        """Mark a node; () is the input. It is brought into view if it lies outside."""
        self._at = at
        if self._drawing is not None:
            self._bring(at)
        self.update()

    def set_vertical(self, vertical: bool) -> None:
        """Let the flow go from top to bottom, or from left to right."""
        if vertical != self._vertical:
            self._vertical = vertical
            self._lay_out()
            self.fit()

    def collapse_all(self) -> None:
        """Make each block one card."""
        self._collapse(frozenset(at for at, _ in blocks(self._report)) if self._report else frozenset())
        self.fit()

    def expand_all(self) -> None:
        """Show what all blocks hold."""
        self._collapse(frozenset())
        self.fit()

    def toggle(self, at: Path) -> None:
        """Expand or collapse the block at a path; along the flow its beginning stays where it is."""
        drawing = self._drawing
        if drawing is None or self._report is None or at not in {path for path, _ in blocks(self._report)}:
            return
        before = drawing.area(at)
        self._collapse(self._collapsed ^ {at})
        assert self._drawing is not None
        after, view = self._drawing.area(at), self._view
        if self._vertical:
            self._view = replace(view, dy=view.dy + (before[1] - after[1]) * view.zoom)
        else:
            self._view = replace(view, dx=view.dx + (before[0] - after[0]) * view.zoom)
        self._keep_in_view()
        self._fitted = False
        self.toggled.emit(at)

    # Mouse.

    def _hit(self, point: QPointF) -> Hit | None:
        if self._scene is None or self._report is None:
            return None
        return hit(self._scene, self._report.network, self._view, point, look(self).scale)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            found = self._hit(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
            self._press = _Press(event.position(), self._view, found)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        press = self._press
        if press is None:
            self._hover(self._hit(event.position()))
            return
        if not press.dragging and not press.panning:
            if (event.position() - press.at).manhattanLength() < QApplication.startDragDistance():
                return
            grabbed = press.hit is not None and press.hit.part != "inside" and press.hit.at != ()
            press = self._press = replace(press, dragging=grabbed, panning=not grabbed)
            shape = Qt.CursorShape.DragMoveCursor if grabbed else Qt.CursorShape.ClosedHandCursor
            self.setCursor(shape)
        if press.panning:
            moved = event.position() - press.at
            self._view = replace(press.view, dx=press.view.dx + moved.x(), dy=press.view.dy + moved.y())
            self._fitted = False
            self._keep_in_view()
        else:
            assert press.hit is not None
            self._point_at(event.position(), press.hit.at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        press, spot = self._press, self._spot
        self._stop()
        if press is None or press.panning:
            return
        if press.dragging:
            assert press.hit is not None
            at = press.hit.at
            if spot is not None and spot.before not in (at, (*at[:-1], at[-1] + 1)):
                self.moved.emit(at, spot.before)
        elif press.hit is not None:
            if press.hit.part == "glyph":
                self.toggle(press.hit.at)
            self.chosen.emit(press.hit.at)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self._hit(event.position())
        if found is not None and found.part != "glyph":
            self.toggle(found.at)
        elif found is not None:
            self.mousePressEvent(event)

    def _stop(self) -> None:
        self._press = self._spot = None
        self.unsetCursor()
        self.update()

    def _point_at(self, point: QPointF, dragged: Path | None) -> None:
        """Show where something that is dragged would go."""
        assert self._drawing is not None
        self._pointer = point
        self._spot = nearest(self._drawing, self._view, point, dragged)
        self.update()

    def _hover(self, found: Hit | None) -> None:
        at = found.at if found is not None and found.part != "inside" else None
        if at != self._hovered:
            self._hovered = at
            self.setCursor(Qt.CursorShape.PointingHandCursor if at is not None else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        fine, coarse = event.pixelDelta(), event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turn = coarse.y() or coarse.x()
            self.pan(*((0.0, turn) if self._vertical else (turn, 0.0)))
        elif not fine.isNull() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.pan(fine.x(), fine.y())
        else:
            self.zoom(1.0015 ** (coarse.y() or 4 * fine.y()), event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._report is not None:
            found = self._hit(QPointF(event.pos()))
            if found is not None and found.part != "inside":
                QToolTip.showText(event.globalPos(), tip(self._report, found.at), self)
            else:
                QToolTip.hideText()
            return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1 + event.value(), event.position())
            return True
        return super().event(event)

    # Drops from the palette.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(LAYER_TYPE) and self._drawing is not None:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._point_at(event.position(), None)
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002
        self._stop()

    def dropEvent(self, event: QDropEvent) -> None:
        self._point_at(event.position(), None)
        spot = self._spot
        self._stop()
        if spot is not None:
            event.acceptProposedAction()
            self.inserted.emit(bytes(event.mimeData().data(LAYER_TYPE).data()).decode(), spot.before)

    # Keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, report, drawing = Qt.Key(event.key()), self._report, self._drawing
        if report is None or drawing is None:
            super().keyPressEvent(event)
        elif key in _ARROWS:
            flow, step = _ARROWS[key]
            if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                to = step_place(report.network, self._at, step) if self._at else None
                if to is not None:
                    self.moved.emit(self._at, to)
                return
            go = along if flow != self._vertical else across
            wanted = go(report.network, drawing, self._at, step)
            if wanted is not None:
                self.chosen.emit(wanted)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.toggle(self._at)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_Home:
            self.chosen.emit(())
        elif key == Qt.Key.Key_End and report.network.layers:
            self.chosen.emit(drawing.shown((len(report.network.layers) - 1,)))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._at:
            self.removed.emit(self._at)
        elif key == Qt.Key.Key_Escape and self._press is not None:
            self._stop()
        else:
            super().keyPressEvent(event)

    # Painting.

    def _prepared(self) -> tuple[Look, Texts]:
        style = look(self)
        if self._texts is None or self._style != style:
            self._style, self._texts = style, Texts(style)
        return style, self._texts

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, texts = self._prepared()
        painter = QPainter(self)
        window = QRectF(self.rect())
        if self._scene is not None:
            paint(painter, style, self._scene, self._view, window, texts, Marks(self._at, self._hovered))
            if self._spot is not None:
                self._paint_spot(painter, style, self._spot)
                if self._press is not None and self._press.hit is not None:
                    self._paint_dragged(painter, style, texts, self._press.hit.at)
        if self.hasFocus():
            painter.setPen(QPen(style.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(window.adjusted(1, 1, -1, -1), style.px(4), style.px(4))

    def _paint_spot(self, painter: QPainter, style: Look, spot: Spot) -> None:
        """Where what is dragged would go, and a line to it from the pointer."""
        at = self._view.point(spot.x, spot.y)
        painter.setPen(QPen(style.colour("accent", 0.5), 1, Qt.PenStyle.DotLine))
        painter.drawLine(self._pointer, at)
        half = QPointF(0, style.px(24)) if spot.across == self._vertical else QPointF(style.px(24), 0)
        pen = QPen(style.colour("accent"), style.px(3))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(at - half, at + half)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("accent"))
        painter.drawEllipse(at, style.px(4), style.px(4))

    def _paint_dragged(self, painter: QPainter, style: Look, texts: Texts, at: Path) -> None:
        """The name of what is dragged, at the pointer."""
        row = self._report.places.get(at) if self._report is not None else None
        if row is None:
            return
        name, px = words(row), style.px
        high = texts.metrics["label"].height()
        corner = self._pointer + QPointF(px(12), px(10))
        chip = QRectF(corner.x(), corner.y(), texts.width(name, "label") + px(16), high + px(6))
        painter.setPen(QPen(style.colour("accent"), 1))
        painter.setBrush(style.colour("surface"))
        painter.drawRoundedRect(chip, px(6), px(6))
        painter.setPen(style.colour("ink"))
        texts.draw(painter, chip.left() + px(8), chip.top() + px(3), name, "label")


_ARROWS = {
    Qt.Key.Key_Left: (True, -1),
    Qt.Key.Key_Right: (True, 1),
    Qt.Key.Key_Up: (False, -1),
    Qt.Key.Key_Down: (False, 1),
}
"""Whether an arrow points along a horizontal flow, and which way."""
