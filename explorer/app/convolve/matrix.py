"""The same wires as a matrix: a row for each output, a column for each input, empty where there is no wire."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from explorer.app.convolve.wires import Colours, Wiring, text_on, weight_colour
from explorer.app.theme import Look, blend, look
from explorer.arch.text import number

SHARP = 4.0
"""Pixels a cell needs to be painted as one; smaller ones are dots of a picture."""


class Matrix(QWidget):
    """Shows a wiring. `pointed` carries (output, input) or `None`, `clicked` an output's index."""

    pointed = Signal(object)
    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wiring: Wiring | None = None
        self._row = 0
        self._column: int | None = None
        self._colours: Colours = "weight"
        self._lit: int | None = None
        self._image: QImage | None = None
        self._layer: QPixmap | None = None
        self._layer_of: tuple[QRectF, Look] | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Matrix of weights, a row for each output, a column for each input")

    def show_wiring(self, wiring: Wiring | None) -> None:
        """Show a wiring; `None` shows none."""
        self._wiring, self._image, self._layer = wiring, None, None
        self.update()

    def show_row(self, row: int, column: int | None = None) -> None:
        """Light the row of an output, and with `column` an input's."""
        self._row, self._column = row, column
        self.update()

    def show_colours(self, colours: Colours, lit: int | None = None) -> None:
        """Colour cells by value or by number; with `lit`, only that weight keeps its full colour."""
        if (colours, lit) == (self._colours, self._lit):
            return
        self._colours, self._lit, self._image, self._layer = colours, lit, None, None
        self.update()

    # Where things are.

    def _pitch(self) -> tuple[float, float]:
        """Width and height of a cell: a square of whole pixels, or where there are too many of them what fits."""
        assert self._wiring is not None
        px = look(self).px
        rows, columns = self._wiring.numbers.shape
        wide, high = (self.width() - px(30)) / columns, (self.height() - px(22)) / rows
        side = float(int(min(wide, high, px(30))))
        return (side, side) if side >= SHARP else (max(wide, 0.05), max(min(high, wide), 0.05))

    def area(self) -> QRectF:
        """Where the cells lie, in the widget."""
        assert self._wiring is not None
        px, (wide, high) = look(self).px, self._pitch()
        rows, columns = self._wiring.numbers.shape
        return QRectF(px(28), px(20), columns * wide, rows * high)

    def _at(self, at: QPointF) -> tuple[int, int] | None:
        if self._wiring is None or not self.area().contains(at):
            return None
        area, (rows, columns) = self.area(), self._wiring.numbers.shape
        row, column = (at.y() - area.y()) / area.height() * rows, (at.x() - area.x()) / area.width() * columns
        return min(int(row), rows - 1), min(int(column), columns - 1)

    # Events.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if at is None else Qt.CursorShape.PointingHandCursor)
        self.pointed.emit(at)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        if at is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(at[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._image = self._layer = None

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(600), px(300))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(200), px(120))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._wiring is None:
            return
        style, painter, wiring = look(self), QPainter(self), self._wiring
        area, (wide, high) = self.area(), self._pitch()
        if wide >= SHARP and high >= SHARP:
            self._paint_cells(painter, style, wiring, area, wide)
        else:
            painter.fillRect(area, style.colour("zero"))
            if self._image is None or self._layer_of != (area, style):
                self._layer_of = (area, style)
                self._image = _small(wiring, style, area, self._colours)
            painter.drawImage(area.topLeft(), self._image)
        painter.setPen(QPen(style.colour("strong_line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5))
        self._paint_words(painter, style, wiring, area)
        around = style.px(1)
        if self._lit is None:
            row = QRectF(area.x(), area.y() + self._row * high, area.width(), max(high, style.px(2)))
            painter.setPen(QPen(style.colour("accent"), style.px(2)))
            painter.drawRoundedRect(row.adjusted(-around, -around, around, around), style.px(2), style.px(2))
        if self._column is not None:
            column = QRectF(area.x() + self._column * wide, area.y(), max(wide, style.px(2)), area.height())
            painter.setPen(QPen(style.colour("accent"), style.px(1)))
            painter.drawRect(column)

    def _paint_cells(self, painter: QPainter, style: Look, wiring: Wiring, area: QRectF, cell: float) -> None:
        """All cells from a picture that is kept, and over it the present row in full colour."""
        if self._layer is None or self._layer_of != (area, style):
            self._layer, self._layer_of = self._make_layer(style, wiring, area, cell), (area, style)
        painter.drawPixmap(area.topLeft(), self._layer)
        if self._lit is None:
            row = QRectF(area.x(), area.y() + self._row * cell, area.width(), cell)
            painter.fillRect(row, style.colour("wash"))
            self._paint_weights(painter, style, wiring, area, cell, (self._row,))

    def _make_layer(self, style: Look, wiring: Wiring, area: QRectF, cell: float) -> QPixmap:
        ratio = self.devicePixelRatioF()
        made = QPixmap((area.size() * ratio).toSize().expandedTo(QSize(1, 1)))
        made.setDevicePixelRatio(ratio)
        made.fill(style.colour("surface"))
        painter, (rows, columns) = QPainter(made), wiring.numbers.shape
        if cell >= 8:
            painter.setPen(QPen(style.colour("line"), 1))
            for k in range(1, columns):
                painter.drawLine(QPointF(k * cell, 0), QPointF(k * cell, area.height()))
            for k in range(1, rows):
                painter.drawLine(QPointF(0, k * cell), QPointF(area.width(), k * cell))
        inner = QRectF(0, 0, area.width(), area.height())
        self._paint_weights(painter, style, wiring, inner, cell, None)
        painter.end()
        return made

    def _paint_weights(
        self, painter: QPainter, style: Look, wiring: Wiring, area: QRectF, cell: float, rows: tuple[int, ...] | None
    ) -> None:
        """The weights of some rows in full colour; of all rows faded, but for those that are lit."""
        painter.setFont(style.font(min(12.0, cell * 0.56) / style.scale, QFont.Weight.Medium, mono=True))
        told = cell >= 15 and _fits(wiring, self._colours)
        places = np.argwhere(wiring.numbers >= 0) if rows is None else _entries(wiring, rows)
        for row, column in places:
            which = int(wiring.numbers[row, column])
            share = 1.0 if rows is not None or which == self._lit else 0.45
            colour = weight_colour(style, wiring, which, self._colours)
            shown = blend(style.theme.surface, colour.name(), share)
            place = QRectF(area.x() + column * cell, area.y() + row * cell, cell, cell).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.fillRect(place, shown)
            if told:
                painter.setPen(text_on(style, shown))
                value = number(float(wiring.weights[which]))
                text = value if self._colours == "weight" else str(which + 1)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_words(self, painter: QPainter, style: Look, wiring: Wiring, area: QRectF) -> None:
        px, (rows, columns), (wide, high) = style.px, wiring.numbers.shape, self._pitch()
        painter.setFont(style.font(11, mono=True))
        across = _every(columns, wide, px(26), wiring.size[-1])
        for index in range(columns):
            if index % across == 0 or index == self._column:
                if self._column is not None and index != self._column and abs(index - self._column) * wide < px(26):
                    continue
                painter.setPen(style.colour("ink" if index == self._column else "third"))
                box = QRectF(area.x() + (index + 0.5) * wide - px(20), area.y() - px(20), px(40), px(18))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(index + 1))
        down = _every(rows, high, px(13), wiring.shape[-1])
        for index in range(rows):
            now = index == self._row and self._lit is None
            if (index % down == 0 and abs(index - self._row) * high >= px(13)) or now:
                painter.setPen(style.colour("accent" if now else "third"))
                box = QRectF(0, area.y() + (index + 0.5) * high - px(9), area.x() - px(6), px(18))
                painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), str(index + 1))


class KernelKey(QWidget):
    """The kernel's weights as the legend of wires and matrix. `pointed` carries a weight's number, −1 for none."""

    pointed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wiring: Wiring | None = None
        self._kernel = (1, 1)
        self._colours: Colours = "weight"
        self._lit: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("The weights that all outputs share")
        self.setAccessibleDescription("Arrow keys go from weight to weight; all wires with that weight are lit.")

    def show_weights(self, wiring: Wiring | None, kernel: tuple[int, int], colours: Colours, lit: int | None) -> None:
        """Show the weights of a (rows, columns) kernel; `lit` is framed."""
        self._wiring, self._kernel, self._colours, self._lit = wiring, kernel, colours, lit
        self.updateGeometry()
        self.update()

    def _cell(self) -> float:
        rows, columns = self._kernel
        return min(self.width() / columns, self.height() / rows, float(look(self).px(34)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell, (rows, columns) = self._cell(), self._kernel
        row, column = int(event.position().y() // cell), int(event.position().x() // cell)
        self.pointed.emit(row * columns + column if row < rows and column < columns else -1)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._kernel[1]
        step = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self._lit is not None:
            self.pointed.emit(-1)
        elif step is not None:
            count = self._kernel[0] * columns
            self.pointed.emit(0 if self._lit is None else min(max(self._lit + step, 0), count - 1))
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.pointed.emit(-1)
        super().focusOutEvent(event)

    def sizeHint(self) -> QSize:
        cell = look(self).px(34)
        return QSize(cell * self._kernel[1] + 2, cell * self._kernel[0] + 2)

    def minimumSizeHint(self) -> QSize:
        cell = look(self).px(22)
        return QSize(cell * self._kernel[1] + 2, cell * self._kernel[0] + 2)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._wiring is None:
            return
        style, painter, cell = look(self), QPainter(self), int(self._cell())
        painter.setFont(style.font(min(14.0, cell * 0.42) / style.scale, QFont.Weight.Medium, mono=True))
        for which in range(len(self._wiring.weights)):
            row, column = divmod(which, self._kernel[1])
            place = QRectF(column * cell, row * cell, cell, cell)
            colour = weight_colour(style, self._wiring, which, self._colours)
            painter.setPen(QPen(style.colour("strong_line"), 1))
            painter.setBrush(colour)
            painter.drawRect(place.translated(0.5, 0.5))
            painter.setPen(text_on(style, colour))
            value = number(float(self._wiring.weights[which]))
            painter.drawText(
                place, Qt.AlignmentFlag.AlignCenter, value if self._colours == "weight" else str(which + 1)
            )
        if self._lit is not None:
            row, column = divmod(self._lit, self._kernel[1])
            painter.setPen(QPen(style.colour("accent"), style.px(3)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(column * cell, row * cell, cell, cell).adjusted(1.5, 1.5, -0.5, -0.5))


def _every(count: int, cell: float, room: float, line: int) -> int:
    """How many cells there are from one number to the next: one, or a whole line of the image."""
    if cell >= room:
        return 1
    step = max(line, 1)
    while step * cell < room and step < count:
        step += max(line, 1)
    return step


def _fits(wiring: Wiring, colours: Colours) -> bool:
    """Whether each weight is short enough to be written into a cell."""
    return colours == "number" or all(len(number(float(w))) <= 2 for w in wiring.weights)


def _entries(wiring: Wiring, rows: tuple[int, ...]) -> list[tuple[int, int]]:
    return [(row, int(column)) for row in rows for column in np.flatnonzero(wiring.numbers[row] >= 0)]


def _small(wiring: Wiring, style: Look, area: QRectF, colours: Colours) -> QImage:
    """A matrix of many cells as a picture in which every weight leaves at least one dot."""
    height, width = max(1, round(area.height())), max(1, round(area.width()))
    table = np.array([weight_colour(style, wiring, k, colours).rgba() for k in range(len(wiring.weights))], np.uint32)
    pixels: NDArray[np.uint32] = np.full((height, width), style.colour("surface").rgba(), np.uint32)
    rows, columns = np.nonzero(wiring.numbers >= 0)
    across, down = wiring.numbers.shape[1], wiring.numbers.shape[0]
    pixels[rows * height // down, columns * width // across] = table[wiring.numbers[rows, columns]]
    return QImage(pixels.data, width, height, QImage.Format.Format_RGB32).copy()
