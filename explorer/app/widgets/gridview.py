"""What a grid of numbers looks like: `TensorGrid` in `grid` is the one to use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import HEAD, Look, look
from explorer.app.widgets.cellpaint import CellPainter, box, paint_frames, thickness
from explorer.app.widgets.cells import LEAST, MOST, Board, Cell, Frame, inside
from explorer.app.widgets.scale import span
from explorer.arch.text import times

HINT, ROW = 40, 30
"""The side of a cell that a grid asks for, and of one with many cells, in pixels at scale 1."""

LINE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class GridView(QWidget):
    """Shows numbers in cells, with frames and marks. All cells are (row, column) from 0."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._board: Board | None = None
        self._painter = CellPainter()
        self._hover: Cell | None = None
        self._cursor: Cell = (0, 0)
        self._side: int | None = None
        self._veiled: Cell | None = None
        self._window_hidden = False
        self._veiled_board: tuple[Board, Board] | None = None
        self.captioned = True
        """Whether the size stands behind the title."""
        self.describe: Callable[[Cell], str] | None = None
        """Says more about a cell in its tooltip."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title or "Numbers")

    # What it shows.

    @property
    def values(self) -> NDArray[np.float64] | None:
        """(H, W) as shown, or `None`."""
        return None if self._board is None else self._board.values

    @property
    def most(self) -> float:
        """The end of the scale."""
        return 1.0 if self._board is None else self._board.most

    @property
    def title(self) -> str:
        """The words above the cells."""
        return self._title

    @title.setter
    def title(self, words: str) -> None:
        self._title = words
        self.setAccessibleName(words or "Numbers")
        self._again()

    def show_values(self, values: NDArray[np.float64] | None, most: float | None = None) -> None:
        """Show (H, W), or (W,) as one row; `None` shows nothing. `most` ends the scale, else the largest size does.

        Frames, marks and the like stay while the shape does; with another shape they are gone.
        """
        old = self._board
        if values is None or not np.size(values):
            self._board, self._hover = None, None
            self._reset()
            self._again()
            return
        table = np.array(values, dtype=np.float64, ndmin=2)
        if table.ndim != 2:
            raise ValueError(f"a grid shows rows and columns, not {times(table.shape)}")
        most = span(table) if most is None or not most > 0 else float(most)
        if old is None or old.shape != table.shape:
            self._board = Board(table, most)
            self._hover = None
            self._cursor = (min(self._cursor[0], table.shape[0] - 1), min(self._cursor[1], table.shape[1] - 1))
            self._reset()
            self._again()
        else:
            self._board = old.with_(values=table, most=most)
            self._tell()
            self.update()

    def show_ring(self, before: tuple[int, int], after: tuple[int, int]) -> None:
        """So many of the outer rows and columns are padding."""
        self._change(before=tuple(before), after=tuple(after))

    def show_window(self, cells: Sequence[Cell]) -> None:
        """Frame these cells."""
        self._change(window=tuple((int(r), int(c)) for r, c in cells))

    def show_lit(self, cell: Cell | None) -> None:
        """Light up one cell."""
        self._change(lit=cell)

    def show_hatched(self, rows: int, columns: int) -> None:
        """No window reaches so many rows and columns at the end."""
        self._change(unused=(rows, columns))

    def show_known(self, known: int | NDArray[np.bool_] | None) -> None:
        """Only the first `known` cells in reading order, or those of an (H, W) mask, are known; `None`: all."""
        if self._board is None:
            return
        mask: NDArray[np.bool_] | None = None
        if isinstance(known, np.ndarray):
            mask = known.astype(np.bool_).reshape(self._board.shape)
        elif known is not None:
            mask = (np.arange(self._board.values.size) < known).reshape(self._board.shape)
        old = self._board.known
        if (mask is None and old is None) or (mask is not None and old is not None and np.array_equal(mask, old)):
            return
        self._change(known=mask)

    def show_marks(self, marks: Mapping[Cell, str]) -> None:
        """Mark cells with a dot (`•`) or a short text."""
        self._change(marks=dict(marks))

    def show_side(self, side: int | None) -> None:
        """Make the cells so many pixels large where they fit, for grids that are to match; `None`: as they fit."""
        self._side = side
        self._again()

    def veil(self, cell: Cell | None, window: bool = False) -> None:
        """Hide a cell's number, and the window's frames, while something is on its way there."""
        self._veiled, self._window_hidden, self._veiled_board = cell, window, None
        self.update()

    def _visible(self) -> Board:
        """The board without what is on its way."""
        assert self._board is not None
        if self._veiled is None and not self._window_hidden:
            return self._board
        if self._veiled_board is None or self._veiled_board[0] is not self._board:
            made = self._board.with_(window=()) if self._window_hidden else self._board
            if self._veiled is not None and inside((self._veiled,), made.shape):
                known = ~made.covered
                known[self._veiled] = False
                made = made.with_(known=known)
            self._veiled_board = (self._board, made)
        return self._veiled_board[1]

    def point_at(self, cell: Cell | None) -> None:
        """Highlight a cell as if it was pointed at, without telling."""
        self._hover = cell
        self.update()

    def _change(self, **changes: object) -> None:
        if self._board is not None:
            self._board = self._board.with_(**changes)
            self._tell()
            self.update()

    def _tell(self) -> None:
        if self._board is None:
            self.setAccessibleDescription("Nothing to show yet.")
            return
        rows, columns = self._board.shape
        self.setAccessibleDescription(f"{rows} × {columns}; {self._board.describe(self._cursor)}.{self._hint()}")

    def _hint(self) -> str:
        """What else can be done here, for those who hear it."""
        return ""

    def _again(self) -> None:
        self._tell()
        self.updateGeometry()
        self.update()

    def _reset(self) -> None:
        """The cells are others now: what was begun with one of them ends."""

    def words(self, cell: Cell) -> str:
        """A cell in words, as its tooltip says it."""
        if self._board is None:
            return ""
        more = self.describe(cell) if self.describe is not None else ""
        return self._board.describe(cell) + (f"\n{more}" if more else "")

    # Where things are.

    @property
    def side(self) -> float:
        """The side of a cell as painted, in pixels."""
        return self._frame().side

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns; (0, 0) when nothing is shown."""
        return (0, 0) if self._board is None else self._board.shape

    def cell_rect(self, cell: Cell) -> QRectF:
        """The square of a cell, in the widget's coordinates."""
        return self._frame().cell(cell)

    def cells_rect(self) -> QRectF:
        """The rectangle of all cells."""
        return self._frame().whole(self.shape)

    def _above(self) -> int:
        return look(self).px(HEAD + 14) if self._title else 0

    def _frame(self) -> Frame:
        style = look(self)
        margin = style.px(2)
        rows, columns = self.shape
        if not rows:
            return Frame(QPointF(margin, margin + self._above()), 0.0)
        room = min(
            (self.width() - 2 * margin) / columns,
            (self.height() - 2 * margin - self._above()) / rows,
            float(style.px(MOST) if self._side is None else self._side),
        )
        # Whole pixels keep the lines sharp; where cells are tiny, a grid rather fills its room.
        side = float(int(room)) if room >= 4 else max(room, 0.5)
        return Frame(QPointF(margin, margin + self._above()), side)

    def _size(self, side: int) -> QSize:
        style = look(self)
        rows, columns = self.shape
        extra = 2 * style.px(2) + 1
        return QSize(max(columns, 1) * side + extra, max(rows, 1) * side + extra + self._above())

    def sizeHint(self) -> QSize:
        style = look(self)
        rows, columns = self.shape
        longest = max(rows, columns)
        side = HINT if longest <= 12 else ROW if longest <= 24 else max(LEAST, 480 // longest)
        return self._size(self._side if self._side is not None else style.px(side))

    def minimumSizeHint(self) -> QSize:
        style = look(self)
        rows, columns = self.shape
        return self._size(max(2, min(style.px(LEAST), style.px(224) // max(rows, columns, 1))))

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        style, painter = look(self), QPainter(self)
        if self._title:
            self._paint_title(painter, style)
        if self._board is None:
            return
        board, frame = self._visible(), self._frame()
        self._painter.paint(painter, style, board, frame, QRectF(event.rect()))
        if self._hover is not None and inside((self._hover,), board.shape):
            box(painter, frame.cell(self._hover), style.colour("ink"), 1)
            if frame.side >= style.px(LEAST):  # so that it shows on every colour
                box(painter, frame.cell(self._hover).adjusted(1, 1, -1, -1), style.colour("surface"), 1)
        paint_frames(painter, style, board, frame)
        if self.hasFocus() and inside((self._cursor,), board.shape):
            wide = thickness(style, frame.side, 2)
            box(painter, frame.cell(self._cursor), style.colour("ink"), wide)
            box(painter, frame.cell(self._cursor).adjusted(wide, wide, -wide, -wide), style.colour("surface"), 1)

    def _paint_title(self, painter: QPainter, style: Look) -> None:
        line = QRectF(style.px(2), 0, self.width() - style.px(2), style.px(HEAD + 6))
        painter.setFont(style.font(HEAD, QFont.Weight.DemiBold if self.captioned else QFont.Weight.Normal))
        painter.setPen(style.colour("second"))
        painter.drawText(line, LINE, self._title)
        if self._board is not None and self.captioned:
            used = painter.fontMetrics().horizontalAdvance(self._title) + style.px(8)
            painter.setFont(style.font(HEAD))
            painter.setPen(style.colour("third"))
            painter.drawText(line.adjusted(used, 0, 0, 0), LINE, f"{self.shape[0]} × {self.shape[1]}")
