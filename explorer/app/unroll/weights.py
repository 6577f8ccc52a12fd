"""A table of numbers of any size, in which each can be typed: weights and inputs.

table = NumberTable("Weights")
table.show_numbers(cell.u[0], rows=("1", "2"), columns=("1", "2"), changed={(0, 1)})
table.edited.connect(lambda row, column, value: ...)
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from explorer.app.theme import HEAD, look
from explorer.app.widgets.celledit import CellEdit
from explorer.app.widgets.scale import ink_on_scale, span, tidy
from explorer.arch.text import number

WIDE, TALL, HEAD_WIDE = 56, 24, 34
"""A number's cell, and the width of the names of the rows, in pixels at scale 1."""

ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}

STARTS = "0123456789.,-−+"
"""What begins a number."""

Name = Callable[[int], str]


class NumberTable(QAbstractScrollArea):
    """Paints only what is in sight. A click opens a number to be typed; changed ones have a dot."""

    edited = Signal(int, int, float)
    """A row, a column and the new number."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[np.float64] = np.zeros((0, 0))
        self._rows: Name = lambda row: number(row + 1)
        self._columns: Name = lambda column: number(column + 1)
        self._changed: Collection[tuple[int, int]] = ()
        self._row = -1
        self._cursor = (0, 0)
        self._hover: tuple[int, int] | None = None
        self._edit = CellEdit(self.viewport())
        self._edit.committed.connect(self._typed)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(lambda _: self._edit.finish())

    # What is shown.

    @property
    def values(self) -> NDArray[np.float64]:
        """What is shown: (rows, columns)."""
        return self._values

    @property
    def editing(self) -> bool:
        """Whether a number is being typed."""
        return self._edit.is_open

    @property
    def complaint(self) -> str:
        """What is wrong with what is being typed; empty if nothing is."""
        return self._edit.complaint

    def show_numbers(
        self,
        values: NDArray[np.float64],
        rows: Name | None = None,
        columns: Name | None = None,
        changed: Collection[tuple[int, int]] = (),
    ) -> None:
        """Show (rows, columns) with a name for each; `changed` are marked with a dot."""
        if values.shape != self._values.shape:
            self._edit.cancel()
            self._cursor = (0, 0)
        self._values, self._changed = values, changed
        self._rows = rows or (lambda row: number(row + 1))
        self._columns = columns or (lambda column: number(column + 1))
        self._arrange()
        self._tell()
        self.viewport().update()

    def show_row(self, row: int) -> None:
        """Mark a row, and bring it into sight."""
        if row != self._row:
            self._row = row
            if 0 <= row < len(self._values):
                self._reveal(row, None)
            self.viewport().update()

    def words(self, row: int, column: int) -> str:
        """A cell in words."""
        changed = ", changed by hand" if (row, column) in self._changed else ""
        return (
            f"Row {self._rows(row)}, column {self._columns(column)}: {self._values[row, column]:.6g}{changed}".replace(
                "-", "−"
            )
        )

    def _tell(self) -> None:
        at = f"{self.words(*self._cursor)}. " if self._values.size else ""
        self.setAccessibleDescription(f"{at}Arrow keys go from number to number, typing changes it.")

    # Where things are.

    def _arrange(self) -> None:
        px = look(self).px
        rows, columns = self._values.shape
        room = self.viewport().size()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setRange(0, max(0, px(HEAD_WIDE) + columns * self._wide() - room.width()))
        down.setRange(0, max(0, (rows + 1) * px(TALL) - room.height()))
        across.setPageStep(room.width())
        down.setPageStep(room.height())
        across.setSingleStep(self._wide())
        down.setSingleStep(px(TALL))

    def _wide(self) -> int:
        """The width of a cell: few columns share the room."""
        px, columns = look(self).px, self._values.shape[1]
        room = self.viewport().width() - px(HEAD_WIDE)
        return int(max(px(WIDE), min(room // max(columns, 1), px(84))))

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where a cell lies in the viewport."""
        px = look(self).px
        wide = self._wide()
        x = px(HEAD_WIDE) + column * wide - self.horizontalScrollBar().value()
        y = (row + 1) * px(TALL) - self.verticalScrollBar().value()
        return QRectF(x, y, wide, px(TALL))

    def _find(self, at: QPointF) -> tuple[int, int] | None:
        px = look(self).px
        if at.x() < px(HEAD_WIDE) or at.y() < px(TALL):
            return None
        column = int((at.x() - px(HEAD_WIDE) + self.horizontalScrollBar().value()) // self._wide())
        row = int((at.y() + self.verticalScrollBar().value()) // px(TALL)) - 1
        rows, columns = self._values.shape
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    def _reveal(self, row: int, column: int | None) -> None:
        px = look(self).px
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        top = row * px(TALL)
        low = top + 2 * px(TALL) - self.viewport().height()
        down.setValue(min(max(down.value(), low), top))
        if column is not None:
            left = column * self._wide()
            right = left + self._wide() + px(HEAD_WIDE) - self.viewport().width()
            across.setValue(min(max(across.value(), right), left))

    def sizeHint(self) -> QSize:
        px = look(self).px
        rows = min(max(len(self._values), 1), 6)
        bar = px(12) if self.horizontalScrollBar().maximum() else 0
        return QSize(px(240), (rows + 1) * px(TALL) + bar + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(160), self.sizeHint().height())

    # Editing.

    def _open(self, text: str) -> None:
        row, column = self._cursor
        if self._values.size:
            self._reveal(row, column)
            self._edit.open(self.cell_rect(row, column), text)
            self._edit.selectAll() if len(text) > 1 else self._edit.end(False)

    def _typed(self, value: float) -> None:
        row, column = self._cursor
        rows, columns = self._values.shape
        if row < rows and column < columns and self._values[row, column] != value:
            self.edited.emit(row, column, value)

    # Events.

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self._find(QPointF(event.pos()))
            if found is None or self._edit.is_open:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), f"{self.words(*found)}. Click to type another number.", self)
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover = None
            self.viewport().update()
        return super().viewportEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._find(event.position())
        if found != self._hover:
            self._hover = found
            shape = Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.PointingHandCursor
            self.viewport().setCursor(shape)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        found = self._find(event.position())
        self._edit.finish()
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._cursor = found
            self._tell()
            self._open(f"{self._values[found]:.6g}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        rows, columns = self._values.shape
        if self._edit.is_open:
            self._edit.forward(event)
        elif not rows or not columns:
            super().keyPressEvent(event)
        elif key in ARROWS:
            by = ARROWS[key]
            self._cursor = (
                min(max(self._cursor[0] + by[0], 0), rows - 1),
                min(max(self._cursor[1] + by[1], 0), columns - 1),
            )
            self._reveal(*self._cursor)
            self._tell()
            self.viewport().update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self._open(f"{self._values[self._cursor]:.6g}")
        elif event.text() and event.text() in STARTS:
            self._open(event.text())
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            wanted = Qt.Key(event.key()) in ARROWS or bool(event.text() and event.text() in STARTS)
            if event.type() == QEvent.Type.ShortcutOverride and wanted:
                event.accept()  # what moves and types here is no shortcut of the page
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab and self._edit.is_open:
                self._edit.forward(event)
                return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()
        super().focusOutEvent(event)

    def resizeEvent(self, event: object) -> None:  # noqa: ARG002
        self._edit.cancel()
        self._arrange()

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rows, columns = self._values.shape
        tall, head, wide = style.px(TALL), style.px(HEAD_WIDE), self._wide()
        top = self.verticalScrollBar().value() // tall
        left = self.horizontalScrollBar().value() // wide
        last_row = min(rows, top + self.viewport().height() // tall + 2)
        last_column = min(columns, left + self.viewport().width() // wide + 2)
        most = span(self._values)
        numbers = style.font(HEAD, mono=True)
        painter.setClipRect(QRectF(head, tall, self.viewport().width(), self.viewport().height()))
        for row in range(top, last_row):
            for column in range(left, last_column):
                value = float(self._values[row, column])
                box = self.cell_rect(row, column).adjusted(1, 1, -1, -1)
                share = value / most if np.isfinite(value) else 0.0
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(style.signed(share))
                painter.drawRect(box)
                painter.setPen(QPen(style.colour("line"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(box)
                ink = ink_on_scale(style, share)
                painter.setFont(numbers)
                painter.setPen(ink)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tidy(value))
                if (row, column) in self._changed:
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(ink)
                    painter.drawEllipse(box.topRight() + QPointF(-style.px(5), style.px(5)), 2.2, 2.2)
        for cell, colour in ((self._hover, "ink"), (self._cursor if self.hasFocus() else None, "accent")):
            if cell is not None and cell[0] < rows and cell[1] < columns:
                painter.setPen(QPen(style.colour(colour), style.px(2)))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.cell_rect(*cell).adjusted(1, 1, -1, -1))
        painter.setClipping(False)
        painter.setFont(style.font(HEAD - 1, mono=True))
        for row in range(top, last_row):
            box = QRectF(0, self.cell_rect(row, 0).y(), head - style.px(6), tall)
            if box.y() >= tall - 1:
                painter.setPen(style.colour("accent" if row == self._row else "second"))
                painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._rows(row))
        for column in range(left, last_column):
            box = QRectF(self.cell_rect(0, column).x(), 0, wide, tall)
            if box.x() >= head - wide / 2:
                painter.setPen(style.colour("second"))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._columns(column))
