"""Several channels as grids beside one another, on one scale.

stack = GridStack()
stack.show_values(maps)              # (C, H, W)
stack.show_lit((1, 0, 3))            # channel, row, column
stack.hovered.connect(lambda place: ...)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import HEAD, look
from explorer.app.widgets.cells import LEAST, MOST
from explorer.app.widgets.grid import TensorGrid
from explorer.app.widgets.scale import span
from explorer.app.widgets.text import label
from explorer.arch.text import times

SHOWN = 16
"""So many channels are shown at most."""

GAP = 16
"""Pixels between two grids at scale 1."""

Place = tuple[int, int, int]
"""Channel, row and column, from 0."""


class GridStack(QWidget):
    """One grid a channel, in as many columns as make the cells largest; all places are (channel, row, column)."""

    hovered = Signal(object)
    clicked = Signal(object)
    edited = Signal(int, int, int, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grids: list[TensorGrid] = []
        """The grids that are shown."""
        self._values: NDArray[np.float64] | None = None
        self._most = 1.0
        self._name: Callable[[int], str] = lambda channel: f"channel {channel + 1}"
        self._editable = False
        self._side: int | None = None
        self._more = label("", "note")
        self._more.setParent(self)
        self._more.hide()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Channels")

    # What it shows.

    @property
    def values(self) -> NDArray[np.float64] | None:
        """(C, H, W) as shown."""
        return self._values

    @property
    def most(self) -> float:
        """The end of the scale that all share."""
        return self._most

    @property
    def more(self) -> str:
        """What is said about the channels that are not shown; empty if all are."""
        return self._more.text()

    @property
    def editable(self) -> bool:
        """Whether values can be changed."""
        return self._editable

    @editable.setter
    def editable(self, on: bool) -> None:
        self._editable = on
        for grid in self.grids:
            grid.editable = on

    def show_names(self, name: Callable[[int], str]) -> None:
        """Caption the channels with what `name` says of each, counted from 0."""
        self._name = name
        for channel, grid in enumerate(self.grids):
            grid.title = name(channel)
        self.updateGeometry()
        self._place()

    def show_values(self, values: NDArray[np.float64] | None, most: float | None = None) -> None:
        """Show (C, H, W), of which the first 16 channels; `None` shows nothing. `most` ends the common scale."""
        if values is None or not np.size(values):
            self._values = None
            self._keep(0)
            self._more.setText("")
            self._more.hide()
            return
        table = np.asarray(values, dtype=np.float64)
        if table.ndim != 3:
            raise ValueError(f"a stack shows channels of rows and columns, not {times(table.shape)}")
        self._values = table.copy()
        self._most = span(table) if most is None or not most > 0 else float(most)
        self._keep(min(len(table), SHOWN))
        for channel, grid in enumerate(self.grids):
            grid.show_values(table[channel], self._most)
        left = len(table) - len(self.grids)
        self._more.setText(f"+ {left} more" if left else "")
        self._more.setVisible(left > 0)
        self._more.setToolTip(f"{len(table)} channels; the first {SHOWN} are shown" if left else "")
        self._place()

    def show_ring(self, before: tuple[int, int], after: tuple[int, int]) -> None:
        """So many of the outer rows and columns are padding."""
        for grid in self.grids:
            grid.show_ring(before, after)

    def show_hatched(self, rows: int, columns: int) -> None:
        """No window reaches so many rows and columns at the end."""
        for grid in self.grids:
            grid.show_hatched(rows, columns)

    def show_window(self, places: Sequence[Place]) -> None:
        """Frame these cells."""
        for channel, grid in enumerate(self.grids):
            grid.show_window([(row, column) for c, row, column in places if c == channel])

    def show_lit(self, place: Place | None) -> None:
        """Light up one cell."""
        for channel, grid in enumerate(self.grids):
            grid.show_lit(place[1:] if place is not None and place[0] == channel else None)

    def show_known(self, known: int | NDArray[np.bool_] | None) -> None:
        """Only the first `known` values, channel by channel in reading order, or those of a mask; `None`: all."""
        if self._values is None:
            return
        size = int(np.prod(self._values.shape[1:]))
        for channel, grid in enumerate(self.grids):
            if isinstance(known, np.ndarray):
                grid.show_known(known.reshape(self._values.shape)[channel])
            else:
                grid.show_known(None if known is None else min(max(known - channel * size, 0), size))

    def show_marks(self, marks: Mapping[Place, str]) -> None:
        """Mark cells with a dot (`•`) or a short text."""
        for channel, grid in enumerate(self.grids):
            grid.show_marks({(row, column): text for (c, row, column), text in marks.items() if c == channel})

    def show_side(self, side: int | None) -> None:
        """Make the cells so many pixels large where they fit; `None`: as they fit."""
        self._side = side
        for grid in self.grids:
            grid.show_side(side)
        self._place()

    def point_at(self, place: Place | None) -> None:
        """Highlight a cell as if it was pointed at, without telling."""
        for channel, grid in enumerate(self.grids):
            grid.point_at(place[1:] if place is not None and place[0] == channel else None)

    def cell_rect(self, place: Place) -> QRectF:
        """The square of a cell, in the widget's coordinates; of a channel that is not shown, where it says so."""
        if place[0] >= len(self.grids):
            return QRectF(self._more.geometry())
        grid = self.grids[place[0]]
        return grid.cell_rect(place[1:]).translated(QPointF(grid.pos()))

    # Where things are.

    def _keep(self, count: int) -> None:
        while len(self.grids) > count:
            grid = self.grids.pop()
            grid.hide()
            grid.deleteLater()
        while len(self.grids) < count:
            channel = len(self.grids)
            grid = TensorGrid(self._name(channel), self)
            grid.captioned = False
            grid.editable = self._editable
            grid.show_side(self._side)
            grid.hovered.connect(lambda cell, c=channel: self.hovered.emit(None if cell is None else (c, *cell)))
            grid.clicked.connect(lambda cell, c=channel: self.clicked.emit((c, *cell)))
            grid.edited.connect(lambda row, column, value, c=channel: self._edited(c, row, column, value))
            grid.show()
            self.grids.append(grid)
        self.updateGeometry()

    def _edited(self, channel: int, row: int, column: int, value: float) -> None:
        if self._values is not None:
            self._values[channel, row, column] = value
        for grid in self.grids:
            grid.pen = value
        self.edited.emit(channel, row, column, value)

    def _caption(self) -> int:
        """The height of a caption; without any there is none."""
        return look(self).px(HEAD + 14) if any(grid.title for grid in self.grids) else 0

    def _needs(self, side: float) -> tuple[int, int]:
        """Width and height of one grid with its caption."""
        assert self._values is not None
        px = look(self).px
        rows, columns = self._values.shape[1:]
        # Captions must fit over a grid of one column too.
        return max(round(columns * side) + 2 * px(2) + 1, px(64)), round(rows * side) + 2 * px(2) + 1 + self._caption()

    def _columns(self, width: int, height: int) -> tuple[int, float]:
        """How many grids stand in a row, and the side of a cell: the largest that fits."""
        assert self._values is not None
        px, count = look(self).px, len(self.grids)
        rows, columns = self._values.shape[1:]
        best = (1, 0.0)
        for across in range(1, count + 1):
            down = -(-count // across)
            wide = (width - (across - 1) * px(GAP)) / across - 2 * px(2) - 1
            high = (height - (down - 1) * px(GAP)) / down - 2 * px(2) - 1 - self._caption()
            side = min(wide / columns, high / rows, float(self._side or px(MOST)))
            if side >= best[1] + 0.5 or (side > 0 and side >= best[1] - 0.01 and best[1] >= px(MOST)):
                best = (across, side)
        return best

    def _place(self) -> None:
        if self._values is None or not self.grids:
            return
        px = look(self).px
        spare = px(20) if self._more.text() else 0
        across, side = self._columns(self.width(), max(1, self.height() - spare))
        side = float(int(side)) if side >= 4 else max(side, 0.5)
        wide, high = self._needs(side)
        bottom = 0
        for channel, grid in enumerate(self.grids):
            row, column = divmod(channel, across)
            where = QRect(column * (wide + px(GAP)), row * (high + px(GAP)), wide, high)
            grid.setGeometry(where)
            bottom = max(bottom, where.bottom())
        self._more.adjustSize()
        self._more.move(px(2), bottom + px(4))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def sizeHint(self) -> QSize:
        px = look(self).px
        if self._values is None:
            return QSize(px(160), px(120))
        count = len(self.grids)
        across = min(count, 4)
        side = px(28) if max(self._values.shape[1:]) <= 12 else px(max(4, 224 // max(self._values.shape[1:])))
        return self._block(across, -(-count // across), min(side, self._side or side))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        if self._values is None:
            return QSize(px(40), px(40))
        count = len(self.grids)
        across = min(count, 4)
        return self._block(across, -(-count // across), max(2, min(px(LEAST), px(64) // max(self._values.shape[1:]))))

    def _block(self, across: int, down: int, side: int) -> QSize:
        px = look(self).px
        wide, high = self._needs(side)
        spare = px(20) if self._more.text() else 0
        return QSize(across * (wide + px(GAP)) - px(GAP), down * (high + px(GAP)) - px(GAP) + spare)
