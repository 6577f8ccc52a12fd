"""A matrix as a grid of coloured numbers, to be looked at, pointed at and edited.

grid = TensorGrid("Input")
grid.show_values(image)              # (H, W)
grid.show_window([(0, 0), (0, 1)])   # accent frames
grid.editable = True
grid.edited.connect(lambda row, column, value: ...)
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from explorer.app.widgets.celledit import CellEdit
from explorer.app.widgets.cells import Cell, inside
from explorer.app.widgets.gridview import GridView

ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
"""Steps down and to the right."""

STARTS = "0123456789.,-−+"
"""What begins a number."""


class TensorGrid(GridView):
    """Numbers in cells, blue below 0 and orange above. The cells are as large as the room allows.

    All cells are (row, column) from 0. In an editable grid one types into the cell of the cursor, changes it by one
    with the wheel or Ctrl and an arrow key, or drags across cells to give them all the last value.
    """

    hovered = Signal(object)
    """The cell that is pointed at, with the mouse or the arrow keys, or `None`."""

    clicked = Signal(object)
    """The cell that was clicked, or chosen with Enter."""

    edited = Signal(int, int, float)
    """A row, a column and the new value. The grid shows it already."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._pressed: Cell | None = None
        self._dragged = False
        self._editable = False
        self.pen = 1.0
        """What dragging paints: the last value that was typed."""
        self.stroke = 0
        """Counts the presses of the mouse: edits of one stroke belong together."""
        self._edit = CellEdit(self)
        self._edit.committed.connect(self._typed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    # Editing.

    @property
    def editable(self) -> bool:
        """Whether its values can be changed."""
        return self._editable

    @editable.setter
    def editable(self, on: bool) -> None:
        self._editable = on
        self._edit.cancel()
        # A click on a grid that only shows must not take the arrow keys away from what they step through.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.TabFocus)
        self._tell()

    @property
    def editing(self) -> bool:
        """Whether a cell is being typed into."""
        return self._edit.is_open

    @property
    def complaint(self) -> str:
        """What is said about the text being typed; empty while it is fine."""
        return self._edit.complaint

    def _typed(self, value: float) -> None:
        self.stroke += 1
        self._put(self._cursor, value)

    def _put(self, cell: Cell, value: float) -> None:
        if self._board is None or not inside((cell,), self._board.shape):
            return
        self.pen = value
        if self._board.values[cell] == value:
            return
        values = self._board.values.copy()
        values[cell] = value
        self._board = self._board.with_(values=values, most=max(self._board.most, abs(value)))
        self._tell()
        self.update()
        self.edited.emit(*cell, value)

    def _shift(self, by: float) -> None:
        if self._board is not None:
            value = round(float(self._board.values[self._cursor]) + by, 9)
            if np.isfinite(value):
                self._put(self._cursor, value)

    def _open(self, text: str) -> None:
        if self._editable and self._board is not None:
            self._edit.open(self.cell_rect(self._cursor), text)

    def _reset(self) -> None:
        self._edit.cancel()

    def _hint(self) -> str:
        return " Type a number to change it." if self._editable else ""

    # Events.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, board = Qt.Key(event.key()), self._board
        if self._edit.is_open:
            self._edit.forward(event)
            return
        if board is None:
            super().keyPressEvent(event)
            return
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in ARROWS:
            step = ARROWS[key]
            if control and self._editable and step[0]:
                self.stroke += 1
                self._shift(-step[0])
            else:
                self._go(step)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit(self._cursor)
        elif self._editable and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.stroke += 1
            self._put(self._cursor, 0.0)
        elif self._editable and key == Qt.Key.Key_F2:
            self._open(f"{board.values[self._cursor]:.6g}")
        elif self._editable and not control and event.text() and event.text() in STARTS:
            self._open(event.text())
        else:
            super().keyPressEvent(event)

    def _go(self, step: Cell) -> None:
        rows, columns = self.shape
        row, column = self._cursor
        self._cursor = min(max(row + step[0], 0), rows - 1), min(max(column + step[1], 0), columns - 1)
        self._tell()
        self._set_hover(self._cursor)
        self.update()

    @property
    def cursor_cell(self) -> Cell:
        """The cell that typing changes."""
        return self._cursor

    def _set_hover(self, cell: Cell | None) -> None:
        if cell != self._hover:
            self._hover = cell
            self.update()
            self.hovered.emit(cell)

    def _at(self, place: QPointF) -> Cell | None:
        return None if self._board is None else self._frame().find(place, self._board.shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._at(event.position())
        left = event.button() == Qt.MouseButton.LeftButton
        if cell is None or not left:
            super().mousePressEvent(event)
            return
        self._edit.finish()
        self.stroke += 1
        self._cursor, self._pressed, self._dragged = cell, cell, False
        self._tell()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self._at(event.position())
        self._set_hover(cell)
        if self._editable and self._pressed is not None and cell is not None and cell != self._pressed:
            pen = self.pen
            for one in between(self._pressed, cell)[1 if self._dragged else 0 :]:
                self._put(one, pen)
            self._pressed, self._dragged, self._cursor = cell, True, cell

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            pressed, dragged = self._pressed, self._dragged
            self._pressed, self._dragged = None, False
            if not dragged and self._at(event.position()) == pressed:
                self.clicked.emit(pressed)
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        cell = self._at(event.position())
        if cell is not None and self._editable and self._board is not None:
            self._cursor = cell
            self._open(f"{self._board.values[cell]:.6g}")
        else:
            super().mouseDoubleClickEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Only where one works already: a page that scrolls below the pointer must not change numbers.
        if self._editable and self.hasFocus() and self._at(event.position()) == self._cursor:
            turned = event.angleDelta().y()
            if turned:
                self._shift(1 if turned > 0 else -1)
            event.accept()
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if not self.underMouse():
            self._set_hover(None)
        self.update()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._edit.cancel()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            cell = self._at(QPointF(event.pos()))
            if cell is None or self._edit.is_open:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.words(cell), self, self.cell_rect(cell).toRect())
            return True
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab and self._edit.is_open:
                self._edit.forward(event)
                return True
            wanted = Qt.Key(event.key()) in ARROWS or (self._editable and event.text() and event.text() in STARTS)
            if event.type() == QEvent.Type.ShortcutOverride and wanted:
                event.accept()  # what moves and types here is no shortcut of the page
                return True
        return super().event(event)


def between(one: Cell, two: Cell) -> list[Cell]:
    """The cells on the straight way from one to another, both included: a fast pen leaves no gaps."""
    steps = max(abs(two[0] - one[0]), abs(two[1] - one[1]), 1)
    return [
        (round(one[0] + (two[0] - one[0]) * k / steps), round(one[1] + (two[1] - one[1]) * k / steps))
        for k in range(steps + 1)
    ]
