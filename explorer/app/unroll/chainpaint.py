"""How a recurrent network over time is painted: wires first, boxes upon them, words last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPaintDevice, QPainter, QPainterPath, QPen

from explorer.app.theme import CAPTION, HEAD, Look, advance, blend
from explorer.app.unroll.chainlayout import LEGEND, Label, Places, Spot
from explorer.app.unroll.ink import draw_head, draw_symbol, elided, head, readable, rounded, symbol_width

CENTRE = Qt.AlignmentFlag.AlignCenter
BOLD = QFont.Weight.DemiBold

LEGIBLE = 4
"""An output of which no more signs are left, the … among them, is left away."""

PALE = 0.3
"""Opacity of what is still to come."""


_Wire = tuple[Spot, tuple[QPointF, ...]]


def wire_colour(style: Look, part: str) -> QColor:
    """The one colour of all wires of a part: inputs grey-blue, h teal, c orange, outputs rose."""
    if part == "c":
        return style.colour("positive")
    return style.kind({"x": "block", "h": "recurrent", "y": "activation", "feedback": "activation"}[part])


@dataclass(frozen=True)
class ChainPicture:
    """One state of the picture. See `Chain` for what the parts mean."""

    style: Look
    places: Places
    inputs: Sequence[str]
    outputs: Sequence[Label | None]
    weights: tuple[str, str, str]
    step: int
    row: int
    known: int | None
    marks: Mapping[int, str]
    hover: Spot | None
    focused: bool

    def paint(self, device: QPaintDevice) -> None:
        """Paint all that is in sight."""
        painter = QPainter(device)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places, shape = self.places, self.places.shape
        if not shape.steps:
            painter.setFont(self.style.font(CAPTION))
            painter.setPen(self.style.colour("second"))
            box = QRectF(0, 0, places.width, places.height)
            painter.drawText(box, CENTRE, "Nothing to read yet. Type a word.")
            painter.end()
            return
        seen = places.seen()
        if places.open > 0:
            self._wires(painter, seen)
        if places.open < 1:
            self._loops(painter, 1 - min(places.open * 2.5, 1))
        # From the last to the first: while it folds, the present copy lies on top.
        for step in [k for k in seen if k != self.step] + [k for k in seen if k == self.step]:
            if places.open > 0 or step == seen.start or step == self.step:
                self._cells(painter, step)
        self._words(painter, seen, min(max((places.open - 0.5) * 2, 0), 1))
        if places.gap and places.open > 0.5:
            self._halves(painter)
        self._legend(painter)
        painter.end()

    @property
    def _type(self) -> float:
        """How much larger the names are: they grow with the boxes, but less."""
        return 1 + (self.places.larger - 1) / 2

    def _share(self, step: int) -> float:
        return PALE if self.known is not None and step >= self.known else 1.0

    # Wires.

    def _wires(self, painter: QPainter, seen: range) -> None:
        # Upright wires that pass by another row cross its state wires: they lie above, with a gap around them.
        states, upright, bent = list[_Wire](), list[_Wire](), list[_Wire]()
        for spot, line in self.places.spots(seen):
            (bent if len(line) > 2 else states if spot.part in ("h", "c") else upright).append((spot, line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._straight(painter, states, heads=self.places.pitch - self.places.box_width > self.style.px(18))
        self._straight(painter, upright)
        for spot, line in bent:
            self._bent(painter, spot, line)
        self._ends(painter, seen)

    def _ink(self, spot: Spot) -> tuple[QColor, float]:
        """The colour of a wire and its width."""
        style = self.style
        share = self._share(max(spot.step, 0) if spot.part != "feedback" else spot.step + 1)
        # What leaves a row that is not the top one enters the next one.
        part = "x" if spot.part == "y" and spot.row not in self.places.shape.levels[-1] else spot.part
        # Solid, but mixed with the paper: wires that share a trunk must not add up.
        return _mixed(style, wire_colour(style, part), share), style.px(3.5 if spot == self.hover else 2)

    def _straight(self, painter: QPainter, wires: Sequence[_Wire], heads: bool = False) -> None:
        """All straight wires of one ink at once: one by one they take most of the time."""
        inks: dict[tuple[str, float], list[tuple[QPointF, ...]]] = {}
        for spot, line in wires:
            colour, wide = self._ink(spot)
            inks.setdefault((colour.name(), wide), []).append(line)
        for (name, wide), lines in inks.items():
            painter.setPen(QPen(QColor(name), wide))
            painter.drawLines([QLineF(*line) for line in lines])
            if heads:
                path = QPainterPath()
                for line in lines:
                    path.addPolygon(head(line[-1], line[-1] - line[0], self.style.px(7)))
                painter.fillPath(path, QColor(name))

    def _bent(self, painter: QPainter, spot: Spot, line: tuple[QPointF, ...]) -> None:
        style, (colour, wide) = self.style, self._ink(spot)
        # Only around the part that passes by: its trunk is shared.
        first = {"x": 2, "y": 0}.get(spot.part, 1)
        painter.setPen(QPen(style.colour("paper"), style.px(7), Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(line[first], line[first + 1])
        pen = QPen(colour, wide)
        if spot.part == "feedback":
            pen.setDashPattern([3, 2.5])
        painter.setPen(pen)
        painter.drawPath(rounded(line, style.px(8)))
        if spot.part == "feedback":
            draw_head(painter, line[-1], QPointF(1, 0), style.px(8), colour)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _ends(self, painter: QPainter, seen: range) -> None:
        """Names of the states where the wires begin and end."""
        shape, style = self.places.shape, self.style
        if not shape.recurrent or self.places.open < 1:
            return
        for row, made in enumerate(shape.rows):
            for part in ("h", "c") if made.memory else ("h",):
                painter.setPen(readable(style, wire_colour(style, part)))
                # In a low row the two wires are closer than their names are high.
                between = self.places.state_y(row, "h") - self.places.state_y(row, "c")
                apart, sign = max(style.px(15) - between, 0) / 2 if made.memory else 0.0, 1 if part == "h" else -1
                for step in (self.places.sources(row)[0], self.places.sources(row)[-1]):
                    if not seen or not seen.start - 1 <= step <= seen.stop:
                        continue
                    line = self.places.state(step, row, part)
                    first = step == self.places.sources(row)[0]
                    end = line[0] if first else line[1]
                    left = end.x() <= min(line[0].x(), line[1].x())
                    by = style.px(5) * (-1 if left else 1)
                    text = f"{part}_0" if first else part
                    draw_symbol(painter, style, end + QPointF(by, apart * sign), text, HEAD, 1.0 if left else 0.0)

    def _loops(self, painter: QPainter, share: float) -> None:
        """The arrow from a cell back to itself, and the wires of the folded picture."""
        style, places, shape = self.style, self.places, self.places.shape
        if share <= 0:
            return
        for row, made in enumerate(shape.rows):
            box = places.cell(self.step, row)
            if places.open == 0:
                for part, line in (("x", places.input_wire(0, row)), ("y", places.output_wire(0, row))):
                    inner = part == "y" and row not in shape.levels[-1]
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.setPen(QPen(wire_colour(style, "x" if inner else part), style.px(2)))
                    painter.drawPath(rounded(line, style.px(8)))
                    if len(line) == 2 and not inner:
                        middle, down = (line[0] + line[1]) / 2, style.px(2) if part == "x" else -style.px(10)
                        aside = -style.px(18) if part == "x" and len(shape.levels[0]) > 1 else style.px(6)
                        beside = middle + QPointF(aside, down)
                        self._weight(painter, part, beside)
            if not shape.recurrent:
                continue
            for nth, part in enumerate(("h", "c") if made.memory else ("h",)):
                colour = _mixed(style, wire_colour(style, part), share)
                out, up = style.px(22 + 12 * nth), style.px(9 + 5 * nth)
                y = places.state_y(row, part)
                left, right, high = box.left() - out, box.right() + out, box.top() - up
                start, end = QPointF(box.right(), y), QPointF(box.left(), y)
                way = [start, QPointF(right, y), QPointF(right, high), QPointF(left, high), QPointF(left, y), end]
                if made.backward:
                    way = [QPointF(2 * box.center().x() - p.x(), p.y()) for p in way]
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(colour, style.px(2)))
                painter.drawPath(rounded(way, style.px(8)))
                draw_head(painter, way[-1], way[-1] - way[-2], style.px(9), colour)
                painter.setPen(_mixed(style, readable(style, wire_colour(style, part)), share))
                draw_symbol(painter, style, QPointF(right + style.px(5), y), part, HEAD, 0.0)
                if part == "h" and places.open == 0:
                    self._weight(painter, "h", QPointF(left - style.px(26 if made.memory else 14), high + style.px(4)))

    def _weight(self, painter: QPainter, part: str, at: QPointF) -> None:
        painter.setPen(readable(self.style, wire_colour(self.style, part)))
        draw_symbol(painter, self.style, at, self.weights["xhy".index(part)], HEAD, 0.0, BOLD)

    # Boxes.

    def _cells(self, painter: QPainter, step: int) -> None:
        style, shape = self.style, self.places.shape
        for row, made in enumerate(shape.rows):
            box = self.places.cell(step, row)
            now = step == self.step and self.row in (-1, row)
            share = self._share(step)
            warned = step in self.marks
            lit = now or self.hover == Spot(step, "cell", row)
            quiet = blend(style.theme.strong_line, style.theme.third, 0.3)
            edge = style.colour("warning") if warned else style.colour("accent") if lit else quiet
            thick = style.px(2) if now or warned else 1.2
            painter.setPen(QPen(_mixed(style, edge, max(share, 0.6)), thick))
            painter.setBrush(style.colour("warning_wash" if warned else "wash" if now else "surface"))
            corner = min(style.px(9), box.width() * 0.22)
            painter.drawRoundedRect(box, corner, corner)
            if self.focused and now:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(style.colour("accent", 0.45), 1))
                painter.drawRoundedRect(box.adjusted(-4, -4, 4, 4), corner + 4, corner + 4)
            if not now and self.places.pitch * self.places.open < box.width():
                continue  # another box lies upon it
            font = style.font((CAPTION + 1) * self._type, BOLD if now else QFont.Weight.Normal)
            while advance(font, made.name) > box.width() - style.px(6):
                if font.pixelSize() <= style.px(10):
                    break
                font.setPixelSize(font.pixelSize() - 1)
            if advance(font, made.name) > box.width() - 2:
                continue
            painter.setFont(font)
            ink = style.colour("warning" if warned else "accent" if now else "ink" if share == 1.0 else "third")
            painter.setPen(ink)
            painter.drawText(box, CENTRE, made.name)

    # Words.

    def _words(self, painter: QPainter, seen: range, share: float) -> None:
        style, places, shape = self.style, self.places, self.places.shape
        if places.open == 0:
            painter.setPen(style.colour("ink"))
            below, above = places.input(0).center(), places.output(0)
            draw_symbol(painter, style, below, "x_t", 18, weight=BOLD)
            painter.setPen(style.colour("second"))
            draw_symbol(painter, style, QPointF(above.center().x(), above.bottom() - style.px(14)), "y_t", 15)
            return
        painter.setOpacity(share)
        for step in seen:
            if step < len(self.inputs) and (shape.has_input(step) or shape.fed(step)):
                self._input(painter, step)
        # The hovered (else the present) output is told in full, in the room of its neighbours.
        told = self.hover.step if self.hover is not None and self.hover.part in ("cell", "y") else self.step
        room = self._room(told) if self._label(told) is not None and told in seen else QRectF()
        for step in seen:
            if self._label(step) is not None:
                box = room if step == told else places.output(step)
                if step == told or not box.intersects(room):
                    self._output(painter, step, box, told=step == told)
        painter.setOpacity(1.0)

    def _input(self, painter: QPainter, step: int) -> None:
        style, text, box = self.style, self.inputs[step], self.places.input(step)
        size = min(22.0, max(12.0, self.places.pitch / style.scale * 0.42)) if len(text) <= 2 else 15.0
        font = style.font(size * self._type, BOLD)
        while advance(font, text) > box.width() and font.pixelSize() > style.px(11):
            font.setPixelSize(font.pixelSize() - 1)
        painter.setFont(font)
        fed = self.places.shape.fed(step)
        future = self._share(step) < 1
        painter.setPen(style.colour("accent" if step == self.step else "third" if future or fed else "ink"))
        painter.drawText(box, CENTRE, elided(font, text, box.width()))

    def _label(self, step: int) -> Label | None:
        there = 0 <= step < len(self.outputs) and self.places.shape.has_output(step)
        return self.outputs[step] if there else None

    def _fonts(self, step: int) -> tuple[QFont, QFont]:
        weight = BOLD if step == self.step else QFont.Weight.Normal
        return self.style.font(CAPTION, weight), self.style.font(HEAD, mono=True)

    def _room(self, step: int) -> QRectF:
        """As much room for an output as its words need."""
        box, label = self.places.output(step), self._label(step)
        assert label is not None
        value = label.digits
        words, digits = self._fonts(step)
        widest = max(advance(words, label.text), advance(digits, value))
        wide = widest + self.style.px(12)
        if self.places.lines == 1 or wide <= box.width():
            return box
        left = min(max(box.center().x() - wide / 2, 0), self.places.width - wide)
        return QRectF(left, box.y(), wide, box.height())

    def _output(self, painter: QPainter, step: int, box: QRectF, told: bool) -> None:
        style, label = self.style, self._label(step)
        assert label is not None
        words, digits = self._fonts(step)
        value = label.digits
        painter.setPen(
            style.colour("ink" if told or step == self.step else "third" if self._share(step) < 1 else "second")
        )
        if self.places.lines == 2:
            upper = QRectF(box.x(), box.y(), box.width(), box.height() / 2)
            lower = upper.translated(0, box.height() / 2)
            text = elided(words, label.text, box.width())
            if text != label.text and len(text) <= LEGIBLE and not told:
                return  # “E…” says nothing
            painter.setFont(words)
            painter.drawText(lower if not value else upper, CENTRE, text)
            if value and advance(digits, value) <= box.width() + style.px(6):
                painter.setFont(digits)
                painter.drawText(lower.adjusted(-8, 0, 8, 0), CENTRE, value)
            return
        gap = style.px(5) if value else 0
        tail = advance(digits, value)
        text = elided(words, label.text, box.width() - tail - gap)
        wide = advance(words, text)
        left = box.center().x() - (wide + gap + tail) / 2
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(words)
        painter.drawText(QRectF(left, box.y(), wide + 4, box.height()), middle, text)
        painter.setFont(digits)
        painter.drawText(QRectF(left + wide + gap, box.y(), tail + 4, box.height()), middle, value)

    def _halves(self, painter: QPainter) -> None:
        """The names of encoder and decoder, and the vector between them."""
        style = self.style
        for decoder in (False, True):
            band = self.places.half(decoder)
            painter.setPen(QPen(style.colour("strong_line"), 1))
            y = band.top() + style.px(4)
            painter.drawLine(QPointF(band.left(), y), QPointF(band.right(), y))
            painter.setPen(style.colour("third"))
            painter.setFont(style.font(HEAD))
            painter.drawText(band.adjusted(0, style.px(6), 0, 0), CENTRE, "decoder" if decoder else "encoder")
        box = self.places.encoding()
        lit = self.hover is not None and self.hover.part == "encoding"
        painter.setPen(QPen(style.colour("accent"), style.px(2 if lit else 1)))
        painter.setBrush(style.colour("wash"))
        painter.drawRoundedRect(box, style.px(6), style.px(6))
        painter.setPen(style.colour("accent"))
        painter.setFont(style.font(HEAD - 1, BOLD))
        painter.drawText(box, CENTRE, "encoding\nvector")

    def _legend(self, painter: QPainter) -> None:
        """The weights, once, each in the colour of its wires."""
        style, shape = self.style, self.places.shape
        px, x = style.px, float(style.px(2))
        middle = px(LEGEND) * 0.36
        items = [("x", self.weights[0], "input")]
        if shape.recurrent:
            items.append(("h", self.weights[1], "state"))
        if shape.outputs is None or len(shape.outputs):
            items.append(("y", self.weights[2], "output"))
        for part, symbol, word in items:
            painter.setPen(QPen(wire_colour(style, part), px(3), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(x + px(2), middle), QPointF(x + px(18), middle))
            x += px(25)
            painter.setPen(readable(style, wire_colour(style, part)))
            draw_symbol(painter, style, QPointF(x, middle), symbol, CAPTION, 0.0, BOLD)
            x += symbol_width(style, symbol, CAPTION, BOLD) + px(5)
            painter.setPen(style.colour("second"))
            x += draw_symbol(painter, style, QPointF(x, middle), word, HEAD, 0.0).width() + px(18)
        if shape.recurrent and shape.steps > 1:
            text = "the same at each step" + (" of a half" if shape.encoder else " of a row" if shape.rows[1:] else "")
            more = " · c has no weights of its own" if any(row.memory for row in shape.rows) else ""
            font, room = style.font(HEAD), self.places.width - x
            fits = advance(font, text + more) <= room
            painter.setPen(style.colour("third"))
            draw_symbol(
                painter, style, QPointF(x, middle), text + more if fits else elided(font, text, room), HEAD, 0.0
            )


def _mixed(style: Look, colour: QColor, share: float) -> QColor:
    """`share` of a colour on the paper."""
    return blend(style.theme.paper, colour.name(), share)
