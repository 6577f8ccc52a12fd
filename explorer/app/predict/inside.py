"""The maps of each layer as small pictures, the units of a linear one as cells; each layer on its own signed scale.

conv1 16×26×26        pool1 16×13×13
┌──┐┌──┐┌──┐┌──┐      ┌──┐┌──┐┌──┐┌──┐
└──┘└──┘└──┘└──┘      └──┘└──┘└──┘└──┘
−2.31 ▒▒▒ 0 ▒▒▒ 2.31  −1.90 ▒▒▒ 0 ▒▒▒ 1.90
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QImage,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from explorer.app.theme import Look, look
from explorer.arch.text import number

if TYPE_CHECKING:
    from explorer.app.predict.probe import Maps

CAPTION, LEGEND, GAP = 22, 26, 16
"""In pixels at scale 1: height of a layer's name, of its scale, the gap between layers."""

LEAST, LEAST_HEIGHT = 90, 116
"""Least width and height of a layer, with its name and its scale."""

LEVELS = 255
FRAME, NOTHING = LEVELS, LEVELS + 1
"""Places in the colour table behind those of the scale."""


@dataclass(frozen=True)
class Grid:
    """Where the maps of one layer lie: `columns` of `cell` pixels, from `x` and `y` on."""

    x: float
    y: float
    width: float
    columns: int
    rows: int
    cell: int
    gap: int

    @property
    def step(self) -> int:
        """From one map to the next."""
        return self.cell + self.gap


class Inside(QWidget):
    """Shows layers; `pointed` carries a sentence on the value that is pointed at, empty for none.

    `chosen` carries the layer's name, the map, the row and the column (from 0) of a cell that is clicked.
    """

    pointed = Signal(str)
    chosen = Signal(str, int, int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[Maps, ...] = ()
        self._grids: list[Grid] = []
        self._images: list[QImage] = []
        self._pinned: tuple[str, int, int, int] | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Inside, layer by layer")

    def show_layers(self, layers: Sequence[Maps]) -> None:
        """Show what leaves each layer; layers without values show empty maps."""
        same = [layer.shape for layer in layers] == [layer.shape for layer in self._layers]
        self._layers = tuple(layers)
        if not same:
            self._place()
        self._paint_maps()

    @property
    def layers(self) -> tuple[Maps, ...]:
        """What is shown."""
        return self._layers

    # Geometry.

    def _across(self, width: int) -> int:
        px = look(self).px
        return max(1, (width + px(GAP)) // (px(LEAST) + px(GAP)))

    def least_height(self, width: int) -> int:
        """The height that all layers need in this width."""
        rows = max(1, ceil(len(self._layers) / self._across(width)))
        return look(self).px(rows * LEAST_HEIGHT + (rows - 1) * GAP / 2)

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(600), px(160))

    def _place(self) -> None:
        """Lay the layers out in the number of rows in which their maps become largest."""
        px, count = look(self).px, len(self._layers)
        self._grids = []
        if not count:
            return
        options = []
        for rows in range(1, count + 1):
            columns = min(ceil(count / rows), self._across(self.width()))
            if rows > 1 and columns * (rows - 1) >= count:
                continue
            width = (self.width() - (columns - 1) * px(GAP)) / columns
            height = (self.height() - (rows - 1) * px(GAP) / 2) / rows
            grids = [
                self._grid(layer, index, columns, width, height)
                for index, layer in enumerate(self._layers[: rows * columns])
            ]
            shown = len(grids)
            options.append((shown, sum(grid.cell * grid.cell * grid.columns * grid.rows for grid in grids), grids))
        # All layers first, then the largest maps.
        best = max(options, key=lambda option: (option[0], option[1]))
        self._grids = [grid for grid in best[2] if grid.cell > 2]

    def _grid(self, layer: Maps, index: int, columns: int, width: float, height: float) -> Grid:
        px = look(self).px
        gap = 1 if layer.kind == "linear" else max(2, px(3))
        room = max(height - px(CAPTION) - px(LEGEND), 1.0)
        maps = layer.shape[0]

        def cell(across: int) -> int:
            down = ceil(maps / across)
            return int(min((width - (across - 1) * gap) / across, (room - (down - 1) * gap) / down))

        def worth(across: int) -> tuple[float, int]:
            # Large maps, but a last row that is nearly empty looks like a mistake.
            return max(cell(across), 0) ** 2 * (maps / (across * ceil(maps / across))) ** 4, across

        across = max(range(1, maps + 1), key=worth)
        size = max(0, min(cell(across), px(24 if layer.kind == "linear" else 96)))
        x = (index % columns) * (width + px(GAP))
        y = (index // columns) * (height + px(GAP) / 2)
        return Grid(x, y + px(CAPTION), width, across, ceil(maps / across), size, gap)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
        self._paint_maps()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._place()
            self._paint_maps()

    # Painting.

    def _paint_maps(self) -> None:
        style, ratio = look(self), self.devicePixelRatioF()
        table = _table(style)
        self._images = [
            _montage(layer, grid, ratio, table) for layer, grid in zip(self._layers, self._grids, strict=False)
        ]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        for layer, grid, image in zip(self._layers, self._grids, self._images, strict=False):
            self._paint_words(painter, style, layer, grid)
            painter.drawImage(QPointF(grid.x, grid.y), image)
            if self._pinned is not None and self._pinned[0] == layer.name:
                self._mark(painter, style, layer, grid, *self._pinned[1:])

    def _mark(self, painter: QPainter, style: Look, layer: Maps, grid: Grid, index: int, row: int, column: int) -> None:
        inner, (height, width) = grid.cell - 2, layer.shape[1:]
        x = grid.x + (index % grid.columns) * grid.step + 1 + column * inner / width
        y = grid.y + (index // grid.columns) * grid.step + 1 + row * inner / height
        least = style.px(4)
        mark = QRectF(0, 0, max(inner / width, least), max(inner / height, least))
        mark.moveCenter(QPointF(x + inner / width / 2, y + inner / height / 2))
        painter.setPen(style.colour("accent"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(mark.adjusted(-1, -1, 1, 1))
        painter.drawRect(mark.adjusted(-2, -2, 2, 2))

    def _paint_words(self, painter: QPainter, style: Look, layer: Maps, grid: Grid) -> None:
        px = style.px
        font = style.font(12, QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(style.colour("ink"))
        line = QRectF(grid.x, grid.y - px(CAPTION), grid.width, px(CAPTION))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(line, middle, layer.name)
        shape = QRectF(line)
        shape.setLeft(line.left() + QFontMetricsF(font).horizontalAdvance(layer.name) + px(6))
        font = style.font(12)
        painter.setFont(font)
        painter.setPen(style.colour("second"))
        if QFontMetricsF(font).horizontalAdvance(layer.size) <= shape.width() + px(GAP) / 2:
            shape.setRight(shape.right() + px(GAP) / 2)
            painter.drawText(shape, middle, layer.size)
        wide = min(grid.columns * grid.step - grid.gap, grid.width)
        legend = QRectF(
            grid.x,
            grid.y + grid.rows * grid.step - grid.gap + px(6),
            max(wide, min(grid.width, px(96))),
            px(LEGEND - 6),
        )
        _paint_legend(painter, style, legend, _most(layer))

    # Pointing.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self._value_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit("")
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._cell_at(event.position())
        if found is not None and found[0].values is not None:
            layer, *place = found
            self.chosen.emit(layer.name, *place)

    def pin(self, cell: tuple[str, int, int, int] | None) -> None:
        """Mark one cell: the layer's name, map, row and column; `None` for none."""
        self._pinned = cell
        self.update()

    def _value_at(self, at: QPointF) -> str:
        found = self._cell_at(at)
        if found is None:
            return ""
        layer, index, i, j = found
        place = f"{layer.name} {layer.size}, {layer.place(index, i, j)}"
        if layer.values is None:
            return place
        value = number(float(layer.values[index, i, j]), 3)
        return f"{place}: {value}. Click it to see why."

    def _cell_at(self, at: QPointF) -> tuple[Maps, int, int, int] | None:
        """The layer, and the map, row and column in it."""
        for layer, grid in zip(self._layers, self._grids, strict=False):
            x, y = at.x() - grid.x, at.y() - grid.y
            column, row = int(x // grid.step), int(y // grid.step)
            index = row * grid.columns + column
            inside = 0 <= column < grid.columns and 0 <= row < grid.rows and index < layer.shape[0]
            x, y = x - column * grid.step, y - row * grid.step
            if not inside or max(x, y) >= grid.cell:
                continue
            height, width = layer.shape[1:]
            return layer, index, int(y * height / grid.cell), int(x * width / grid.cell)
        return None


def _most(layer: Maps) -> float:
    """The largest magnitude: the end of the layer's scale."""
    return 0.0 if layer.values is None else float(np.abs(layer.values).max())


def _table(style: Look) -> NDArray[np.uint32]:
    """The colours of the scale, then those of a frame and of the gaps, as 0xAARRGGBB."""
    half = LEVELS // 2
    colours = [style.signed((level - half) / half).rgba() for level in range(LEVELS)]
    return np.array([*colours, style.colour("strong_line").rgba(), 0], np.uint32)


def _montage(layer: Maps, grid: Grid, ratio: float, table: NDArray[np.uint32]) -> QImage:
    """All maps of a layer in one picture, each framed by a hair line."""
    cell, step = max(3, round(grid.cell * ratio)), max(3, round(grid.step * ratio))
    maps, height, width = layer.shape
    levels = np.full((grid.rows * grid.columns, step, step), NOTHING, np.uint16)
    levels[:maps, :cell, :cell] = FRAME
    inner = cell - 2
    if layer.values is None:
        levels[:maps, 1 : cell - 1, 1 : cell - 1] = LEVELS // 2
    else:
        most = _most(layer) or 1.0
        shades = np.rint((layer.values / most + 1) * (LEVELS // 2)).astype(np.uint16)
        down, across = np.arange(inner) * height // inner, np.arange(inner) * width // inner
        levels[:maps, 1 : cell - 1, 1 : cell - 1] = shades[:, down[:, None], across]
    whole = levels.reshape(grid.rows, grid.columns, step, step).swapaxes(1, 2).reshape(grid.rows * step, -1)
    pixels = np.ascontiguousarray(table[whole])
    made = QImage(pixels.data, pixels.shape[1], pixels.shape[0], QImage.Format.Format_ARGB32).copy()
    made.setDevicePixelRatio(ratio)
    return made


def _paint_legend(painter: QPainter, style: Look, where: QRectF, most: float) -> None:
    px = style.px
    bar = QRectF(where.left(), where.top(), where.width(), px(4))
    colours = QLinearGradient(bar.topLeft(), bar.topRight())
    for part in (0.0, 0.5, 1.0):
        colours.setColorAt(part, style.signed(2 * part - 1))
    painter.fillRect(bar, colours)
    painter.setFont(style.font(11, mono=True))
    painter.setPen(style.colour("second"))
    words = QRectF(where.left(), bar.bottom(), where.width(), where.height() - px(4))
    top = int(Qt.AlignmentFlag.AlignTop)
    sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
    end = number(most, 1 if most >= 10 else 2) if most else ""
    for side, text in zip(sides, (f"−{end}" if end else "", "0", end), strict=True):
        painter.drawText(words, top | int(side), text)
