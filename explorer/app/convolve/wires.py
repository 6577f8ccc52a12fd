"""Inputs on the left, outputs on the right, a wire for each product; and how nine weights are told apart.

1 ○────╮
2 ●───╮│
3 ○──╮││
…    ╰┴┴──(3)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from explorer.app.theme import Look, look
from explorer.arch.text import number

Colours = Literal["weight", "number"]
Values = NDArray[np.float64]

# Nine hues that stay apart for colour-blind eyes (Paul Tol's "muted" set), brought to one lightness a theme.
_HUES = ("#332288", "#CC6677", "#117733", "#88CCEE", "#882255", "#DDCC77", "#44AA99", "#AA4499", "#999933")


@dataclass(frozen=True)
class Wiring:
    """What connects one input channel to one output map.

    numbers: (outputs, inputs), which weight connects them, −1 for none; weights: those numbered, in reading order;
    inputs: (inputs,); outputs: (outputs,); size and shape: rows and columns of both.
    """

    numbers: NDArray[np.int16]
    weights: Values
    inputs: Values
    outputs: Values
    size: tuple[int, ...]
    shape: tuple[int, ...]

    @property
    def most(self) -> float:
        """The end of the scale of the weights."""
        return float(np.abs(self.weights).max(initial=0.0)) or 1.0


def weight_colour(style: Look, wiring: Wiring, which: int, colours: Colours) -> QColor:
    """The colour of a weight: by its value on the diverging scale, or one of its own by its number."""
    dark = style.theme.name == "dark"
    if colours == "number":
        hue = QColor(_HUES[which % len(_HUES)])
        light = min(max(hue.lightnessF(), 0.62), 0.72) if dark else min(hue.lightnessF(), 0.45)
        return QColor.fromHslF(max(hue.hslHueF(), 0.0), hue.hslSaturationF(), light)
    return style.signed(float(wiring.weights[which]) / wiring.most)


def text_on(style: Look, ground: QColor) -> QColor:
    """Ink that is read on a coloured ground."""
    light = 0.2126 * ground.redF() + 0.7152 * ground.greenF() + 0.0722 * ground.blueF()
    ink, paper = ("#1E2227", "#FFFFFF") if style.theme.name == "light" else ("#16181C", "#ECEDEE")
    return QColor(ink if light > 0.48 else paper)


class Wires(QWidget):
    """Shows one wiring. `pointed` carries ("input" | "output", index) or `None`, `clicked` an output's index."""

    pointed = Signal(object)
    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wiring: Wiring | None = None
        self._row, self._known = 0, 0
        self._colours: Colours = "weight"
        self._lit: int | None = None
        self._input: int | None = None
        self._faint: QPixmap | None = None
        self._faint_of: tuple[QSize, Look, int] | None = None
        self._drawn = 0
        self.setMouseTracking(True)
        self.setAccessibleName("Inputs and outputs with the wires between them")

    # What is shown.

    @property
    def input(self) -> int | None:
        """The input whose wires are lit instead of an output's."""
        return self._input

    def show_wiring(self, wiring: Wiring | None) -> None:
        """Show a wiring; `None` shows none."""
        self._wiring = wiring
        self._input = self._faint = None
        self.update()

    def show_row(self, row: int, known: int) -> None:
        """Light the wires of an output; the values of the first `known` outputs are told."""
        self._row, self._known = row, known
        self.update()

    def show_colours(self, colours: Colours, lit: int | None = None) -> None:
        """Colour wires by value or by number; with `lit`, every wire that shares that weight is shown."""
        self._colours, self._lit = colours, lit
        self.update()

    def show_input(self, index: int | None) -> None:
        """Light the wires of an input instead of the present output's."""
        self._input = index
        self.update()

    def lit(self) -> list[tuple[int, int, int]]:
        """(output, input, weight) of each wire that is lit."""
        if self._wiring is None:
            return []
        numbers = self._wiring.numbers
        if self._lit is not None:
            chosen = np.argwhere(numbers == self._lit)
        elif self._input is not None:
            chosen = np.array([(o, self._input) for o in np.flatnonzero(numbers[:, self._input] >= 0)], int)
        else:
            chosen = np.array([(self._row, i) for i in np.flatnonzero(numbers[self._row] >= 0)], int)
        return [(int(o), int(i), int(numbers[o, i])) for o, i in chosen]

    # Where things are.

    def _place(self, index: int, count: int) -> float:
        room = look(self).px(6)
        return room + (self.height() - 2 * room) * (index + 0.5) / count

    def _left(self) -> float:
        return float(look(self).px(40))

    def _right(self) -> float:
        return self.width() - look(self).px(28)

    def input_place(self, index: int) -> QPointF:
        """The middle of an input's dot."""
        assert self._wiring is not None
        return QPointF(self._left(), self._place(index, len(self._wiring.inputs)))

    def output_place(self, index: int) -> QPointF:
        """The middle of an output's dot."""
        assert self._wiring is not None
        return QPointF(self._right(), self._place(index, len(self._wiring.outputs)))

    def _radius(self, count: int, most: float) -> float:
        px = look(self).px
        return max(px(3), min(px(most), (self.height() - px(12)) / count * 0.43))

    def _at(self, at: QPointF) -> tuple[str, int] | None:
        if self._wiring is None:
            return None
        px = look(self).px
        for side, x, count in (
            ("input", self._left(), len(self._wiring.inputs)),
            ("output", self._right(), len(self._wiring.outputs)),
        ):
            if abs(at.x() - x) <= px(36):
                index = int((at.y() - px(6)) / max(self.height() - 2 * px(6), 1) * count)
                return (side, index) if 0 <= index < count else None
        return None

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
        if at is not None and at[0] == "output" and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(at[1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(360), px(520))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(200), px(220))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._wiring is None:
            return
        style, painter, wiring = look(self), QPainter(self), self._wiring
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.lit()
        self._paint_faint(painter, style, wiring)
        for output, source, which in lit:
            self._paint_wire(painter, style, wiring, output, source, which)
        if self._colours == "number" and self._lit is None:
            for output, source, which in lit:
                self._paint_mark(painter, style, wiring, output, source, which)
        self._paint_inputs(painter, style, wiring, {source for _, source, _ in lit})
        self._paint_outputs(painter, style, wiring, {output for output, _, _ in lit})

    def _path(self, output: int, source: int) -> QPainterPath:
        one, two = self.input_place(source), self.output_place(output)
        one.setX(one.x() + self._radius(len(self._wiring.inputs) if self._wiring else 1, 7) + 1)
        path = QPainterPath(one)
        bend = (two.x() - one.x()) * 0.5
        path.cubicTo(one + QPointF(bend, 0), two - QPointF(bend, 0), two)
        return path

    def _paint_faint(self, painter: QPainter, style: Look, wiring: Wiring) -> None:
        """The wires of all outputs told so far, from a picture that grows with them."""
        known, key = min(self._known, len(wiring.outputs)), (self.size(), style, id(wiring))
        if self._faint is None or self._faint_of != key or known < self._drawn:
            ratio = self.devicePixelRatioF()
            self._faint = QPixmap(self.size() * ratio)
            self._faint.setDevicePixelRatio(ratio)
            self._faint.fill(Qt.GlobalColor.transparent)
            self._faint_of, self._drawn = key, 0
        if known > self._drawn:
            inner = QPainter(self._faint)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            inner.setPen(QPen(style.colour("strong_line", 0.55), 1))
            for output in range(self._drawn, known):
                for source in np.flatnonzero(wiring.numbers[output] >= 0):
                    inner.drawPath(self._path(output, int(source)))
            inner.end()
            self._drawn = known
        painter.drawPixmap(0, 0, self._faint)

    def _paint_wire(self, painter: QPainter, style: Look, wiring: Wiring, output: int, source: int, which: int) -> None:
        colour = weight_colour(style, wiring, which, self._colours)
        path, thick = self._path(output, source), style.px(2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._colours == "weight" and abs(float(wiring.weights[which])) < 0.35 * wiring.most:
            # Near zero the scale is as white as the paper: a grey edge keeps the wire to be seen.
            painter.setPen(QPen(style.colour("third", 0.7), thick + style.px(1)))
            painter.drawPath(path)
        painter.setPen(QPen(colour, thick))
        painter.drawPath(path)

    def _paint_mark(self, painter: QPainter, style: Look, wiring: Wiring, output: int, source: int, which: int) -> None:
        # Neighbours stand apart along their wires, where there is no room below one another.
        place = self._path(output, source).pointAtPercent(0.06 + 0.07 * (which % 3))
        radius = float(style.px(7))
        colour = weight_colour(style, wiring, which, self._colours)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(place, radius, radius)
        painter.setFont(_font(style, radius * 1.35))
        painter.setPen(text_on(style, colour))
        box = QRectF(place.x() - 2 * radius, place.y() - radius, 4 * radius, 2 * radius)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(which + 1))

    def _paint_inputs(self, painter: QPainter, style: Look, wiring: Wiring, lit: set[int]) -> None:
        count, px = len(wiring.inputs), style.px
        radius = self._radius(count, 7)
        most = float(np.abs(wiring.inputs).max(initial=0.0)) or 1.0
        pitch = (self.height() - 2 * px(6)) / count
        size = min(px(11), pitch * 0.86)
        every = 1 if size >= px(9) else max(wiring.size[-1], 1)
        for index in range(count):
            place = self.input_place(index)
            painter.setPen(QPen(style.colour("accent" if index == self._input else "third"), 1.2))
            painter.setBrush(style.signed(float(wiring.inputs[index]) / most))
            painter.drawEllipse(place, radius, radius)
            if index % every == 0 or index == self._input:
                strong = index in lit
                weight = QFont.Weight.DemiBold if strong else QFont.Weight.Normal
                painter.setFont(_font(style, max(size, px(9)), weight))
                painter.setPen(style.colour("ink" if strong else "third"))
                box = QRectF(0, place.y() - px(8), place.x() - radius - px(6), px(16))
                side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(box, int(side), str(index + 1))

    def _paint_outputs(self, painter: QPainter, style: Look, wiring: Wiring, lit: set[int]) -> None:
        count, px = len(wiring.outputs), style.px
        radius = self._radius(count, 16)
        most = float(np.abs(wiring.outputs).max(initial=0.0)) or 1.0
        for index in range(count):
            place, known = self.output_place(index), index < self._known or index in lit
            colour = style.signed(float(wiring.outputs[index]) / most) if known else style.colour("paper")
            now = index in lit and self._lit is None and self._input is None
            pen = QPen(style.colour("accent"), px(2.5)) if now else QPen(style.colour("third", 0.8), 1)
            painter.setPen(pen)
            painter.setBrush(colour)
            grown = radius + (px(2) if now else 0)
            painter.drawEllipse(place, grown, grown)
            if radius >= px(7):
                painter.setFont(_font(style, min(px(12), radius * 0.95), QFont.Weight.DemiBold))
                painter.setPen(text_on(style, colour) if known else style.colour("third"))
                text = number(float(wiring.outputs[index])) if known else "·"
                box = QRectF(place.x() - 2 * radius, place.y() - radius, 4 * radius, 2 * radius)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _font(style: Look, pixels: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """A font for numbers of that many pixels on the screen."""
    return style.font(max(pixels, 6.0) / style.scale, weight, mono=True)
