"""How the diagram of a recurrent cell is painted: what flows now is lit, what is known is inked, the rest is pale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPaintDevice, QPainter, QPen

from explorer.app.theme import Look, advance, blend
from explorer.app.unroll.celllayout import Diagram, Node, Wire
from explorer.app.unroll.chainpaint import wire_colour
from explorer.app.unroll.ink import distance, draw_head, draw_lock, draw_symbol, elided, readable, rounded, symbol_width
from explorer.app.widgets.scale import colours, magnitudes, shares, span, tidy, to_image

Values = NDArray[np.float64]
CENTRE = Qt.AlignmentFlag.AlignCenter
BOLD = QFont.Weight.DemiBold

PALE = 0.3
"""Opacity of what is not known yet."""

STRIP = (46, 9)
"""Width and height of a vector's strip of colours, in pixels at scale 1."""


@dataclass(frozen=True)
class CellView:
    """Where a diagram lies in a widget. Lengths of the diagram are stretched by `zoom`."""

    diagram: Diagram
    width: float
    height: float
    scale: float

    @cached_property
    def zoom(self) -> float:
        """Pixels of the widget for one of the diagram."""
        wide, tall = self.diagram.size
        return max(min((self.width - 4) / wide, (self.height - 4) / tall, 1.9 * self.scale), 0.1)

    def at(self, x: float, y: float) -> QPointF:
        """A point of the diagram in the widget."""
        wide, tall = self.diagram.size
        return QPointF(
            (self.width - wide * self.zoom) / 2 + x * self.zoom, (self.height - tall * self.zoom) / 2 + y * self.zoom
        )

    def line(self, wire: Wire) -> tuple[QPointF, ...]:
        """The corners of a wire."""
        return tuple(self.at(*point) for point in wire.points)

    def box(self, node: Node) -> QRectF:
        """A node's box; a port's is where its symbol and number stand."""
        middle, zoom = self.at(*node.at), self.zoom
        wide, tall = (node.size[0] * zoom, node.size[1] * zoom) if node.shape != "port" else (58 * zoom, 48 * zoom)
        box = QRectF(middle.x() - wide / 2, middle.y() - tall / 2, wide, tall)
        if node.shape != "port":
            return box
        if node.at[1] in (0, 12) or node.at[1] >= self.diagram.size[1] - 18:  # x from below, y at the top
            return QRectF(middle.x() - 6 * zoom, middle.y() - 14 * zoom, 96 * zoom, 30 * zoom)
        return box.translated(wide / 2 * (1 if node.side == "left" else -1), 0)

    def find(self, at: QPointF) -> str | None:
        """The value whose node lies there, else that of the wire near by."""
        for node in self.diagram.nodes:
            if self.box(node).adjusted(-3, -3, 3, 3).contains(at):
                return node.name
        near = [(distance(self.line(wire), at), k) for k, wire in enumerate(self.diagram.wires)]
        gap, k = min(near)
        return self.diagram.wires[k].carries if gap <= 6 * self.scale else None


@dataclass(frozen=True)
class CellPicture:
    """One state of the diagram. See `CellDiagram` for what the parts mean."""

    style: Look
    view: CellView
    part: str | None
    values: Mapping[str, float | Values]
    held: Mapping[str, float]
    labels: Mapping[str, str]
    symbols: Mapping[str, str]
    hover: str | None
    pinned: str | None
    focused: bool

    @property
    def diagram(self) -> Diagram:
        """What is drawn."""
        return self.view.diagram

    @cached_property
    def now(self) -> int:
        """The place of the present part in the order: −1 before the first, beyond the last when all is known."""
        order = self.diagram.order
        return len(order) if self.part is None else order.index(self.part) if self.part in order else -1

    def lit(self, wire: Wire) -> bool:
        """Whether it feeds the present part."""
        return self.part in wire.lights and self.carried(wire) <= self.now

    def carried(self, wire: Wire) -> int:
        """The place in the order at which what flows on a wire is known."""
        return self._known_at.get(wire.carries, -1)

    @cached_property
    def _known_at(self) -> dict[str, int]:
        """For each value the place in the order at which it is known; −1: from the beginning."""
        found: dict[str, int] = {}
        for node in self.diagram.nodes:
            found[node.name] = min(found.get(node.name, len(self.diagram.order)), self.diagram.ready(node))
        return {name: max(place, -1) for name, place in found.items()}

    def paint(self, device: QPaintDevice) -> None:
        """Paint all of it."""
        painter, style = QPainter(device), self.style
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, top, wide, tall = self.diagram.frame
        zoom = self.view.zoom
        frame = QRectF(self.view.at(left, top), self.view.at(left + wide, top + tall))
        painter.setPen(
            QPen(style.colour("accent" if self.focused else "strong_line"), style.px(2 if self.focused else 1))
        )
        painter.setBrush(style.colour("surface"))
        painter.drawRoundedRect(frame, 14 * zoom, 14 * zoom)
        for wire in sorted(self.diagram.wires, key=self.lit):
            self._wire(painter, wire)
        for wire in self.diagram.wires:
            if wire.dot:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._colour(self._brightest(wire)))
                painter.drawEllipse(self.view.at(*wire.points[0]), 3.4 * zoom, 3.4 * zoom)
        for node in self.diagram.nodes:
            self._node(painter, node)
        last = {node.name: node for node in self.diagram.nodes}
        for node in last.values():
            if node.name in self.values and self.diagram.ready(node) <= self.now:
                self._value(painter, node, self.values[node.name])
        painter.end()

    def _size(self, size: float) -> float:
        """A type size of the diagram, at scale 1: never too small to be read."""
        return min(max(size * self.view.zoom / self.style.scale, 10.0), size * 1.4)

    # Wires.

    def _colour(self, wire: Wire) -> QColor:
        style = self.style
        full = wire_colour(style, wire.hue) if wire.hue else style.colour("accent" if self.lit(wire) else "second")
        known = self.carried(wire) <= self.now and self.diagram.since(wire) <= self.now
        dim = self._idle(wire)
        return full if known and not dim else blend(style.theme.surface, full.name(), PALE)

    def _brightest(self, wire: Wire) -> Wire:
        """Of the wires that meet where this one branches off, the one that is seen best."""
        meeting = [w for w in self.diagram.wires if w.carries == wire.carries and wire.points[0] in w.points]
        return max(meeting, key=lambda w: (self.lit(w), -self.diagram.since(w)))

    def _idle(self, wire: Wire) -> bool:
        """Whether it feeds only gates that are held, whatever flows there."""
        return all(part in self.held for part in wire.lights)

    def _wire(self, painter: QPainter, wire: Wire) -> None:
        style, zoom = self.style, self.view.zoom
        line = self.view.line(wire)
        path = rounded(line, 8 * zoom)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if wire.over:
            ends = line[0] + (line[-1] - line[0]) * 0.15, line[-1] - (line[-1] - line[0]) * 0.15
            painter.setPen(QPen(style.colour("surface"), 8 * zoom, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLine(*ends)
        lit = self.lit(wire) and not self._idle(wire)
        if lit:
            painter.setPen(QPen(style.colour("accent", 0.22), 9 * zoom, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawPath(path)
        looked = wire.carries in (self.hover, self.pinned)
        wide = (3.2 if lit or looked else 2.4 if wire.hue else 1.6) * zoom
        colour = self._colour(wire)
        pen = QPen(colour, max(wide, 1.0))
        if self._idle(wire):
            pen.setDashPattern([2, 2])
        painter.setPen(pen)
        painter.drawPath(path)
        if wire.arrow:
            draw_head(painter, line[-1], line[-1] - line[-2], 9 * zoom, colour)

    # Nodes.

    def _node(self, painter: QPainter, node: Node) -> None:
        style, zoom, box = self.style, self.view.zoom, self.view.box(node)
        if node.shape == "port":
            self._port(painter, node)
            return
        ready = self.diagram.ready(node)
        lit, known = ready == self.now, ready <= self.now
        looked = node.name in (self.hover, self.pinned)
        held = node.name in self.held
        edge = style.colour("accent" if lit or looked else "third" if known else "strong_line")
        painter.setPen(QPen(edge, (2 if lit or looked else 1.2) * max(zoom, 0.8)))
        painter.setBrush(style.colour("wash" if lit else "surface"))
        if node.shape == "gate":
            painter.drawRoundedRect(box, 6 * zoom, 6 * zoom)
        elif box.width() > box.height() * 1.2:
            painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        else:
            painter.drawEllipse(box)
        ink = style.colour("accent" if lit else "ink" if known else "third")
        painter.setPen(ink)
        text = self.symbols.get(node.name, node.text)
        if not node.squash:
            size = self._size(16 if text in "×+" else 11.5)
            if text in "×+":
                # Drawn, not written: their place in a font's line is never quite the middle.
                arm = 4.2 * zoom
                turn = [(arm, 0), (0, arm)] if text == "+" else [(arm * 0.75, arm * 0.75), (arm * 0.75, -arm * 0.75)]
                painter.setPen(QPen(ink, 1.7 * zoom, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                for x, y in turn:
                    painter.drawLine(box.center() - QPointF(x, y), box.center() + QPointF(x, y))
            else:
                draw_symbol(painter, style, box.center(), text, size, weight=BOLD if lit else QFont.Weight.Normal)
            return
        one, two = self._size(14), self._size(11.5)
        gap = 5 * zoom
        first = advance(style.font(one, BOLD), text.partition("_")[0])
        second = advance(style.font(two), node.squash)
        left = box.center().x() - (first + gap + second) / 2
        draw_symbol(painter, style, QPointF(left, box.center().y()), text, one, 0.0, BOLD)
        painter.setPen(style.colour("accent" if lit else "second" if known else "third"))
        draw_symbol(painter, style, QPointF(left + first + gap, box.center().y()), node.squash, two, 0.0)
        if held:
            self._held(painter, node, box)

    def _held(self, painter: QPainter, node: Node, box: QRectF) -> None:
        style, zoom = self.style, self.view.zoom
        ink = style.colour("warning")
        at = QPointF(box.center().x() + 8 * zoom, box.bottom() + 11 * zoom)
        draw_lock(painter, at + QPointF(4 * zoom, -zoom), max(11 * zoom, 9), ink)
        painter.setPen(ink)
        painter.setFont(style.font(self._size(10.5)))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        text = f"held at {tidy(float(self.held[node.name]))}"
        painter.drawText(QRectF(at.x() + 11 * zoom, at.y() - 10, 90 * zoom, 20), middle, text)

    def _port(self, painter: QPainter, node: Node) -> None:
        style, zoom = self.style, self.view.zoom
        at, known = self.view.at(*node.at), self.diagram.ready(node) <= self.now
        hue = {"c_prev": "c", "c": "c", "h_prev": "h", "h": "h", "x": "x", "y": "y"}[node.name]
        ink = readable(style, wire_colour(style, hue)) if known else style.colour("third")
        painter.setPen(ink)
        looked = node.name in (self.hover, self.pinned)
        weight = BOLD if looked or self.diagram.ready(node) == self.now else QFont.Weight.Medium
        text, size = self.symbols.get(node.name, node.text), self._size(14)
        caption = self.labels.get(node.name, "")
        font = style.font(self._size(11))
        if node.name in ("x", "y"):
            where, font = self._beside(node), self._caption_font(node)
            box = draw_symbol(painter, style, where, text, size, 0.0, weight)
            painter.setPen(style.colour("ink"))
            painter.setFont(font)
            room = QRectF(box.right() + 6 * zoom, where.y() - 12 * zoom, 110 * zoom, 24 * zoom)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), elided(font, caption, room.width()))
            return
        left = node.side == "left"
        x = at.x() + (1 if left else -1) * 2 * zoom
        if not left:
            x -= 6 * zoom
        draw_symbol(painter, style, QPointF(x, at.y() - 13 * zoom), text, size, 0.0 if left else 1.0, weight)
        if caption:
            painter.setPen(style.colour("second"))
            painter.setFont(font)
            side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
            room = QRectF(x if left else x - 60 * zoom, at.y() - 36 * zoom, 60 * zoom, 16 * zoom)
            painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, elided(font, caption, room.width()))

    def _beside(self, node: Node) -> QPointF:
        """Where the symbol of x or y begins, beside its wire."""
        return self.view.at(*node.at) + QPointF(9, -2 if node.name == "x" else 6) * self.view.zoom

    def _caption_font(self, node: Node) -> QFont:
        return self.style.font(self._size(14 if node.name == "x" else 12), BOLD)

    # Numbers.

    def _value(self, painter: QPainter, node: Node, value: float | Values) -> None:
        style, zoom, lit = self.style, self.view.zoom, self.diagram.ready(node) == self.now
        at = self._place(node)
        if not isinstance(value, float | int):
            wide, tall = STRIP[0] * zoom, max(STRIP[1] * zoom, 7)
            box = QRectF(at.x() - (wide if self._ends_there(node) else 0), at.y() - tall / 2, wide, tall)
            if node.shape == "op" and node.side == "above":
                box.moveCenter(at)
            self._strip(painter, box, node, np.asarray(value, dtype=np.float64))
            return
        font = style.font(self._size(11.5), BOLD if lit else QFont.Weight.Normal, mono=True)
        text = tidy(float(value))
        metrics = QFontMetricsF(font)
        wide, tall = metrics.horizontalAdvance(text) + 6 * zoom, metrics.height()
        left = at.x() - (wide if self._ends_there(node) else 0)
        box = QRectF(left, at.y() - tall / 2, wide, tall)
        if node.shape == "op" and node.side == "above":
            box.moveCenter(at)
        painter.setPen(Qt.PenStyle.NoPen)
        inside = self.diagram.frame[0] < node.at[0] < self.diagram.frame[0] + self.diagram.frame[2]
        ground = "wash" if lit else "surface" if inside and node.name not in "xy" else "paper"
        painter.setBrush(style.colour(ground))
        painter.drawRoundedRect(box, 4 * zoom, 4 * zoom)
        painter.setPen(style.colour("accent" if lit else "ink"))
        painter.setFont(font)
        painter.drawText(box.adjusted(-4, 0, 4, 0), CENTRE, text)

    @staticmethod
    def _ends_there(node: Node) -> bool:
        """Whether a node's number ends at its place; others begin there."""
        return node.name in ("h", "c") if node.shape == "port" else node.side == "left"

    def _place(self, node: Node) -> QPointF:
        """Where a node's number stands: its left end, or for an operation with it above, its middle."""
        zoom, box, at = self.view.zoom, self.view.box(node), self.view.at(*node.at)
        if node.shape == "port" and node.name in ("x", "y"):
            text, caption = self.symbols.get(node.name, node.text), self.labels.get(node.name, "")
            wide = symbol_width(self.style, text, self._size(14), BOLD)
            said = advance(self._caption_font(node), caption)
            return self._beside(node) + QPointF(wide + 12 * zoom + min(said, 110 * zoom), 0)
        if node.shape == "port":
            return QPointF(at.x() + (2 if node.side == "left" else -2) * zoom, at.y() + 14 * zoom)
        if node.shape == "gate" and node.side == "right":
            return QPointF(at.x() + 4 * zoom, box.top() - 11 * zoom)
        if node.side == "above":
            return QPointF(at.x() if node.shape == "op" else box.left(), box.top() - 11 * zoom)
        return QPointF(box.left() - 4 * zoom if node.side == "left" else box.right() + 4 * zoom, at.y())

    def _strip(self, painter: QPainter, box: QRectF, node: Node, vector: Values) -> None:
        """A vector as a strip of colours, one a unit."""
        theme, row = self.style.theme, np.atleast_2d(vector)
        if node.squash == "σ" or node.name == "keep":
            rgb = magnitudes(theme, np.clip(np.nan_to_num(row), 0, 1))
        else:
            rgb = colours(theme, shares(row, max(1.0, span(row))))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, row.shape[1] > box.width())
        painter.drawImage(box, to_image(rgb))
        painter.setPen(QPen(self.style.colour("third"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
