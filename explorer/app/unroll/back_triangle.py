"""The triangle of contributions as a heat map: rows are losses, columns steps, with their sums as bars at its edges.

map = BackTriangle()
map.show_triangle(triangle, losses=(2, 5), labels="Pelaez", signed=False, cut=None)
map.clicked.connect(lambda at: ...)      # (loss, step) from 0; −1 for a sum over all of them
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from explorer.app.unroll.back_triangleview import At, BackTriangleView

NUMBERS = {
    Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
}  # fmt: skip


class BackTriangle(BackTriangleView):
    """Arrow keys move a cursor, Enter chooses its cell; past the edge of the map it is on the sums."""

    pointed = Signal(object)
    """The place (loss, step) that is pointed at, or `None`."""

    clicked = Signal(object)
    """The place (loss, step) that was clicked, or chosen with Enter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _point(self, at: At | None) -> None:
        if at != self._hover:
            self._hover = at
            self.setCursor(Qt.CursorShape.ArrowCursor if at is None else Qt.CursorShape.PointingHandCursor)
            self.pointed.emit(at)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.place_at(event.position())
        if at is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._cursor = at
        self.clicked.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not self._losses:
            super().keyPressEvent(event)
        elif key in NUMBERS:
            self._move(*NUMBERS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit(self._cursor)
        else:
            super().keyPressEvent(event)

    def _move(self, down: int, across: int) -> None:
        loss, step = self._cursor
        steps = len(self._triangle.steps)
        row = len(self._losses) if loss < 0 else self._losses.index(loss)
        column = steps if step < 0 else step
        row = min(max(row + down, 0), len(self._losses))
        if across:
            end = steps - 1 if row == len(self._losses) else self._losses[row]
            beyond = column + across > end and row < len(self._losses)
            column = steps if beyond else min(max(min(column, end + 1) + across, 0), end)
        loss = -1 if row == len(self._losses) else self._losses[row]
        step = -1 if column == steps and loss >= 0 else min(column, steps - 1 if loss < 0 else loss)
        self._cursor = loss, step
        self._tell()
        self._point(self._cursor)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._tell()
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if not self.underMouse():
            self._point(None)
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = self.place_at(QPointF(event.pos()))
            if at is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.words(at), self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in NUMBERS:
            event.accept()
            return True
        return super().event(event)
