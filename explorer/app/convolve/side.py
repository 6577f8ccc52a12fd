"""The values that enter or leave a stage, whatever their shape: maps as grids, numbers in a column, classes by name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from explorer.app.theme import Look, look
from explorer.app.widgets.scale import ScaleBar, colours, ink_on_scale, shares, span, tidy, to_image
from explorer.app.widgets.stack import GridStack

Values = NDArray[np.float64]
Index = tuple[int, ...]

ROW, LEAST, CELL, NAME = 40, 14, 64, 88
"""In pixels at scale 1: height of a row of a column of numbers at most and at least, its cell, a class's name."""

MANY, FRAMED = 128, 64
"""More values than the first are a picture without numbers, in which at most so many sources are framed."""


class Side(QWidget):
    """Shows values of any shape. `hovered` carries an index into them or `None`, `clicked` an index."""

    hovered = Signal(object)
    clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grids, self.column = GridStack(), Column()
        self.scale = ScaleBar()
        """The scale of what is shown, to be put where there is room for it."""
        self.scale.setMaximumWidth(240)
        self._values: Values = np.zeros(1)
        box = QStackedLayout(self)
        box.addWidget(self.grids)
        box.addWidget(self.column)
        self._box = box
        # Many maps make their cells small rather than the page larger than the window.
        self.grids.setMinimumSize(96, 88)
        self.grids.hovered.connect(lambda place: self.hovered.emit(None if place is None else self._index(place)))
        self.grids.clicked.connect(lambda place: self.clicked.emit(self._index(place)))
        self.column.hovered.connect(self.hovered)
        self.column.clicked.connect(self.clicked)

    def show_values(
        self, values: Values, labels: tuple[str, ...] = (), name: str = "Map", most: float | None = None
    ) -> None:
        """Show (C, H, W), (C, L) or (N,), the latter with a name for each where there is one. `most` ends the scale."""
        self._values = values
        most = most or span(values)
        self.scale.show_most(most)
        if values.ndim == 1:
            self._box.setCurrentWidget(self.column)
            self.column.show_values(values, labels, most)
        else:
            self._box.setCurrentWidget(self.grids)
            self.grids.show_values(values if values.ndim == 3 else values[:, None], most)
            self.grids.show_names(lambda channel: f"{name} {channel + 1}")

    def mark(
        self,
        sources: frozenset[Index] = frozenset(),
        lit: Index | None = None,
        known: int | None = None,
        dots: Mapping[Index, str] | None = None,
    ) -> None:
        """Frame sources, light one value; only the first `known` are told; `dots` mark values."""
        if self._values.ndim == 1:
            self.column.mark({index[0] for index in sources}, None if lit is None else lit[0], known)
            return
        self.grids.show_window([self._place(index) for index in sources])
        self.grids.show_lit(None if lit is None else self._place(lit))
        self.grids.show_known(known)
        self.grids.show_marks({self._place(index): text for index, text in (dots or {}).items()})

    def _place(self, index: Index) -> tuple[int, int, int]:
        return (index[0], 0, index[1]) if self._values.ndim == 2 else (index[0], index[1], index[2])

    def _index(self, place: tuple[int, int, int]) -> Index:
        return (place[0], place[2]) if self._values.ndim == 2 else place


class Column(QWidget):
    """Numbers below one another, each a coloured cell with its name or its number beside it."""

    hovered = Signal(object)
    clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: Values = np.zeros(0)
        self._labels: tuple[str, ...] = ()
        self._most = 1.0
        self._sources: set[int] = set()
        self._lit: int | None = None
        self._known: int | None = None
        self._hover = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Values")

    def show_values(self, values: Values, labels: tuple[str, ...], most: float) -> None:
        """Show (N,), with a name for each, or their numbers from 1; `most` ends the scale."""
        self._values, self._labels, self._most = values, labels, most
        self.updateGeometry()
        self.update()

    def mark(self, sources: set[int], lit: int | None, known: int | None) -> None:
        """Frame the sources, light one; only the first `known` are told."""
        self._sources, self._lit, self._known = sources, lit, known
        self.update()

    # Where things are.

    def _grid(self) -> tuple[int, int]:
        """Columns and rows of numbers: more than one column where the rows of a single one could not be read."""
        px, count = look(self).px, max(len(self._values), 1)
        rows = min(count, max(1, int(self.height() / px(LEAST + 4))))
        if count > MANY:  # as near to square cells as the room allows
            rows = min(count, max(1, round((count * self.height() / max(self.width(), 1)) ** 0.5)))
        columns = -(-count // rows)
        return columns, -(-count // columns)

    def _names(self) -> int:
        """Room for the name or the number before each cell."""
        return look(self).px(0.01 if len(self._values) > MANY else NAME if self._labels else 32)

    def cell_rect(self, index: int) -> QRectF:
        """Where a number's cell lies."""
        px, names, (columns, rows) = look(self).px, self._names(), self._grid()
        high = min(self.height() / rows, float(px(ROW)))
        pitch = self.width() / columns
        column, row = divmod(index, rows)
        if len(self._values) > MANY:
            side = min(high, pitch)
            return QRectF(column * side, row * side, side, side)
        wide = min(float(px(CELL)), pitch - names - px(4))
        return QRectF(column * pitch + names, row * high, max(wide, 4.0), high).adjusted(0, 1, 0, -1)

    def _at(self, at: QPointF) -> int:
        columns, rows = self._grid()
        many = len(self._values) > MANY
        first = self.cell_rect(0).adjusted(0, 0, 0, 0 if many else 2)
        pitch = first.width() if many else self.width() / columns
        row, column = int(at.y() // first.height()), int(at.x() // pitch)
        index = column * rows + row
        inside = 0 <= row < rows and 0 <= column < columns and index < len(self._values)
        return index if inside and at.x() <= self.cell_rect(index).right() + 4 else -1

    # Events.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        if at != self._hover:
            self._hover = at
            self.hovered.emit(None if at < 0 else (at,))
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.hovered.emit(None)
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        if at >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit((at,))

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px((NAME if self._labels else 32) + CELL + 4), px(ROW) * len(self._values))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px((NAME if self._labels else 32) + 32), px(LEAST + 4) * min(len(self._values), 5))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        if not len(self._values):
            return
        if len(self._values) > MANY:
            self._paint_many(painter, style)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, value in enumerate(self._values):
            self._paint_row(painter, style, index, float(value), self._most)

    def _paint_many(self, painter: QPainter, style: Look) -> None:
        """Cells too small for their numbers, as one picture."""
        (columns, rows), side = self._grid(), self.cell_rect(0).width()
        table = np.zeros(columns * rows)
        told = len(self._values) if self._known is None else min(self._known, len(self._values))
        table[:told] = self._values[:told]
        parts = shares(table.reshape(columns, rows).T, self._most)
        painter.drawImage(QRectF(0, 0, columns * side, rows * side), to_image(colours(style.theme, parts)))
        painter.setPen(QPen(style.colour("strong_line"), 1))
        painter.drawRect(QRectF(0, 0, columns * side, rows * side))
        painter.setPen(QPen(style.colour("accent"), style.px(2)))
        framed = {self._lit, *(self._sources if len(self._sources) <= FRAMED else ())} - {None}
        for index in framed:
            painter.drawRect(self.cell_rect(index or 0).adjusted(-1, -1, 1, 1))

    def _paint_row(self, painter: QPainter, style: Look, index: int, value: float, most: float) -> None:
        px, cell = style.px, self.cell_rect(index)
        known = self._known is None or index < self._known
        size = min(14.0, cell.height() / style.scale * 0.62)
        now = index == self._lit
        name = self._labels[index] if self._labels else str(index + 1)
        font = style.font(min(13.0, size) if self._labels else min(11.0, size), mono=not self._labels)
        if now:
            font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(style.colour("ink" if now or self._labels else "third"))
        ahead = self._names()
        before = QRectF(cell.x() - ahead, cell.y(), ahead - px(8), cell.height())
        name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(before.width()))
        painter.drawText(before, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), name)
        share = value / most if np.isfinite(value) else 0.0
        painter.setPen(QPen(style.colour("strong_line"), 1))
        painter.setBrush(style.signed(share) if known else style.colour("surface"))
        painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5))
        if size >= 8:
            painter.setFont(style.font(size, QFont.Weight.DemiBold if now else QFont.Weight.Normal, mono=True))
            painter.setPen(ink_on_scale(style, share) if known else style.colour("third"))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, tidy(value) if known else "·")
        if self._labels and known:  # a class is compared with the others by its length
            room = self.width() - cell.right() - px(16)
            bar = QRectF(cell.right() + px(8), cell.center().y() - px(5), max(room, 0.0) * abs(share), px(10))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("positive" if share >= 0 else "negative", 0.7))
            painter.drawRoundedRect(bar, px(2), px(2))
        if index in self._sources or now or index == self._hover:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            framed = index in self._sources or now
            painter.setPen(QPen(style.colour("accent" if framed else "second"), px(3) if now else px(1.5)))
            painter.drawRect(cell.adjusted(1, 1, -1, -1))
