"""All stages of a network in one row, each as a small picture of its values; one of them is open.

┌──────┐   ┌──────┐   ┌──────┐
│ ▒▒▒▒ │ → │ ▒▒▒  │ → │ ▒▒   │
│ 1×6×6│   │ 2×4×4│   │ 2×4×4│
└──────┘   └──────┘   └──────┘
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import Look, look
from explorer.app.widgets.scale import colours, shares, span, to_image
from explorer.arch.text import times

Values = NDArray[np.float64]
Index = tuple[int, ...]

GAP, HEAD, FOOT = 22, 28, 24
"""In pixels at scale 1: between tiles, above and below the picture of a tile."""

SHOWN = 4
"""Most maps of a stage that are drawn."""

COLUMN = 16
"""Most values that are drawn as one column."""


@dataclass(frozen=True)
class Tile:
    """One stage: its words, its kind of layer (for the colour), its values, and which of them are marked."""

    title: str
    kind: str
    values: Values
    marked: frozenset[Index] = frozenset()
    now: Index | None = None


class Strip(QWidget):
    """Shows tiles; the first one, the image, cannot be opened. `chosen` carries the index of a tile."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: tuple[Tile, ...] = ()
        self._open, self._hover = 1, -1
        self._pictures: dict[int, tuple[Values, str, list[QImage]]] = {}
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName("Stages of the network")
        self.setAccessibleDescription("Up and down arrow keys open another stage.")

    def show_tiles(self, tiles: tuple[Tile, ...], chosen: int) -> None:
        """Show these stages, of which one is open."""
        self.tiles, self._open = tiles, chosen
        ours = {id(tile.values) for tile in tiles}
        self._pictures = {key: kept for key, kept in self._pictures.items() if key in ours}
        self.setAccessibleDescription(f"{tiles[chosen].title} is open. Up and down arrow keys open another stage.")
        self.update()

    # Where things are.

    def tile_rect(self, index: int) -> QRectF:
        """Where a tile lies."""
        px, count = look(self).px, max(len(self.tiles), 1)
        wide = (self.width() - (count - 1) * px(GAP)) / count
        return QRectF(index * (wide + px(GAP)), 0, wide, self.height())

    def _at(self, at: QPointF) -> int:
        return next((k for k in range(1, len(self.tiles)) if self.tile_rect(k).contains(at)), -1)

    # Events.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if at < 0 else Qt.CursorShape.PointingHandCursor)
        if at != self._hover:
            self._hover = at
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        if at > 0 and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if by:
            self.chosen.emit(min(max(self._open + by, 1), len(self.tiles) - 1))
        else:
            super().keyPressEvent(event)

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(900), px(160))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(560), px(116))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, tile in enumerate(self.tiles):
            self._paint_tile(painter, style, index, tile)
            if index:
                self._paint_arrow(painter, style, index)

    def _paint_arrow(self, painter: QPainter, style: Look, index: int) -> None:
        px = style.px
        before, after = self.tile_rect(index - 1), self.tile_rect(index)
        y = before.center().y()
        start, end = QPointF(before.right() + px(5), y), QPointF(after.left() - px(5), y)
        painter.setPen(QPen(style.colour("third"), 1.4))
        painter.drawLine(start, end)
        for side in (-1, 1):
            painter.drawLine(end, end + QPointF(-px(4), side * px(4)))

    def _paint_tile(self, painter: QPainter, style: Look, index: int, tile: Tile) -> None:
        px, place = style.px, self.tile_rect(index).adjusted(1, 1, -1, -1)
        chosen = index == self._open
        held = chosen and self.hasFocus()
        edge = "accent" if chosen or index == self._hover else "line"
        painter.setPen(QPen(style.colour(edge), px(3) if held else px(2) if chosen else 1))
        painter.setBrush(style.colour("wash" if chosen else "surface"))
        painter.drawRoundedRect(place, px(8), px(8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.kind(tile.kind))
        painter.drawRoundedRect(QRectF(place.x() + px(10), place.y() + px(12), px(8), px(8)), px(2), px(2))
        painter.setPen(style.colour("ink"))
        words = QRectF(place.x() + px(23), place.y() + px(4), place.width() - px(27), px(HEAD - 4))
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        font = style.font(12, QFont.Weight.DemiBold)
        painter.setFont(font)
        title = painter.fontMetrics().elidedText(tile.title, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, left, title)
        painter.setPen(style.colour("second"))
        painter.setFont(style.font(11, mono=True))
        foot = QRectF(place.x(), place.bottom() - px(FOOT), place.width(), px(FOOT - 4))
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, times(tile.values.shape))
        room = place.adjusted(px(8), px(HEAD + 2), -px(8), -px(FOOT))
        _paint_values(painter, style, tile, room, self._maps(style, tile.values))

    def _maps(self, style: Look, values: Values) -> list[QImage]:
        """Pictures of the maps that are drawn, kept for as long as these values are shown."""
        kept = self._pictures.get(id(values))
        if kept is None or kept[0] is not values or kept[1] != style.theme.name:
            rgb = colours(style.theme, shares(_table(values)[:SHOWN], span(values)))
            kept = values, style.theme.name, [to_image(one) for one in rgb]
            self._pictures[id(values)] = kept
        return kept[2]


def _table(values: Values) -> Values:
    """Values of any shape as maps of rows and columns; a long column goes on in the next."""
    if values.ndim == 1:
        rows = _rows(len(values))
        columns = -(-len(values) // rows)
        padded = np.zeros(rows * columns)
        padded[: len(values)] = values
        return padded.reshape(1, columns, rows).swapaxes(1, 2)
    return values if values.ndim == 3 else values[:, None]


def _rows(count: int) -> int:
    """Rows in which so many values in a column are drawn."""
    return count if count <= COLUMN else ceil(count**0.5)


def _paint_values(painter: QPainter, style: Look, tile: Tile, room: QRectF, images: list[QImage]) -> None:
    """The maps of a stage behind one another, or its numbers as one column."""
    values, gap = tile.values, style.px(4)
    table = _table(values)
    maps = table[:SHOWN]
    rows, columns = table.shape[1:]
    best = max(
        (
            min(
                (room.width() - (across - 1) * gap) / (across * columns),
                (room.height() - (ceil(len(maps) / across) - 1) * gap) / (ceil(len(maps) / across) * rows),
            ),
            -across,
        )
        for across in range(1, len(maps) + 1)
    )
    across = -best[1]
    cell = min(best[0], float(style.px(26)))
    cell = float(int(cell)) if cell >= 3 else cell
    down = ceil(len(maps) / across)
    wide, high = across * columns * cell + (across - 1) * gap, down * rows * cell + (down - 1) * gap
    left, top = room.center().x() - wide / 2, room.center().y() - high / 2
    for number in range(len(maps)):
        x = left + (number % across) * (columns * cell + gap)
        y = top + (number // across) * (rows * cell + gap)
        painter.drawImage(QRectF(x, y, columns * cell, rows * cell), images[number])
        _paint_grid(painter, style, QRectF(x, y, columns * cell, rows * cell), rows, columns)
        for index in (*tile.marked, *((tile.now,) if tile.now else ())) if cell >= 3 else ():
            channel, row, column = index if values.ndim == 3 else _spread(index, len(values))
            if channel == number:
                place = QRectF(x + column * cell, y + row * cell, cell, cell)
                painter.setPen(QPen(style.colour("accent"), style.px(2) if index == tile.now else 1.4))
                painter.drawRect(place.adjusted(1, 1, -1, -1))


def _spread(index: Index, count: int) -> Index:
    """The place of a value of a signal, (channel, position), or of `count` in a column, (position,), as in a map."""
    rows = _rows(count)
    return (index[0], 0, index[1]) if len(index) == 2 else (0, index[0] % rows, index[0] // rows)


def _paint_grid(painter: QPainter, style: Look, place: QRectF, rows: int, columns: int) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(style.colour("strong_line"), 1))
    painter.drawRect(place)
    cell = place.width() / columns
    if cell < 5:
        return
    for k in range(1, columns):
        painter.drawLine(QPointF(place.x() + k * cell, place.y()), QPointF(place.x() + k * cell, place.bottom()))
    for k in range(1, rows):
        painter.drawLine(QPointF(place.x(), place.y() + k * cell), QPointF(place.right(), place.y() + k * cell))
