"""One step of the walk, from the inside: the derivatives at each place of a step, and the edges between them.

inside = BackInside()
inside.show_step("LSTM", edges, 3, {"h": 0.2, "c": 0.1})     # edges 0…3 of the step are walked, 3 is lit
inside.chosen.connect(lambda k: ...)                         # an edge of the step
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.app.theme import HEAD, Look, look
from explorer.app.unroll.back_triangleview import short
from explorer.app.unroll.ink import distance, draw_head, draw_symbol, rounded
from explorer.app.widgets.scale import ink_of_sign
from explorer.explain.recurrent.edges import Edge, sign, write

PLACES: dict[str, dict[str, tuple[float, float]]] = {
    "RNN": {
        "E": (1, 0), "y": (1, 1), "h": (1, 2), "sum h": (0.5, 2), "old h": (0, 2), "U": (0.4, 3), "W": (0.6, 3),
    },
    "LSTM": {
        "E": (1, 0), "y": (1, 1.25), "h": (1, 2.5), "c": (0.76, 0), "old c": (0, 0), "old h": (0, 1.5),
        "f": (0.52, 1), "i": (0.52, 2), "g": (0.52, 3), "o": (0.52, 4),
        "sum f": (0.27, 1), "sum i": (0.27, 2), "sum g": (0.27, 3), "sum o": (0.27, 4), "U": (0, 3), "W": (0, 4),
    },
    "GRU": {
        "E": (1, 0), "y": (1, 1), "h": (1, 2), "old h": (0, 1.5), "z": (0.7, 1.1), "sum z": (0.44, 1.1),
        "n": (0.7, 2.3), "sum n": (0.44, 2.3), "r": (0.44, 3.6), "sum r": (0.22, 3.6), "U": (0, 2.75), "W": (0, 4),
    },
}  # fmt: skip
"""Where each place of a step lies: share of the width, and lane from the top. `old` is the state of the step before."""

DETOURS = {("GRU", "h", "old h"): ((0.86, 0.05), (0.14, 0.05))}
"""Corners of edges that go around others."""

WIDE, TALL = 62, 30
"""A place in pixels at scale 1."""


def place(edge: Edge, source: bool) -> str:
    """The name in `PLACES` of an edge's beginning or end."""
    step, part = edge.source if source else edge.target
    if step < edge.source[0]:
        return f"old {part}"
    return part[0] if part.startswith(("U ", "W ")) else part


@dataclass(frozen=True)
class StepPlaces:
    """Where the places and edges of a step lie in `width` × `height` pixels."""

    kind: str
    width: float
    height: float
    scale: float

    @cached_property
    def grown(self) -> float:
        """How much larger than at scale 1 places and their texts are."""
        scale = self.scale
        return scale * min(max(min(self.width / (430 * scale), self.height / (230 * scale)), 1.0), 1.6)

    @cached_property
    def _frame(self) -> tuple[float, float, float, float]:
        """The middle of the outermost places: left, top, width, and the height of a lane."""
        grown, lanes = self.grown, max(lane for _, lane in PLACES[self.kind].values())
        wide = min(self.width - WIDE * grown - 4, 600 * grown)
        tall = min(self.height - TALL * grown - 4, 76 * grown * lanes)
        return (self.width - wide) / 2, (self.height - tall) / 2, wide, tall / lanes

    def at(self, spot: tuple[float, float]) -> QPointF:
        """A spot as in `PLACES`."""
        left, top, wide, lane = self._frame
        return QPointF(left + spot[0] * wide, top + spot[1] * lane)

    def box(self, name: str) -> QRectF:
        """A place."""
        box = QRectF(0, 0, WIDE * self.grown, TALL * self.grown)
        box.moveCenter(self.at(PLACES[self.kind][name]))
        return box

    def line(self, edge: Edge) -> list[QPointF]:
        """An edge from the rim of one place to that of the other."""
        start, end = place(edge, True), place(edge, False)
        one, two = self.box(start), self.box(end)
        points = [one.center(), *(self.at(spot) for spot in DETOURS.get((self.kind, start, end), ())), two.center()]
        points[0], points[-1] = _port(one, points[1], edge.source[1] == "c"), _port(two, points[-2])
        return points


class BackInside(QWidget):
    """What is walked shows its derivative; the rest is pale. A click on an edge or a place goes to it."""

    chosen = Signal(int)
    """The number of an edge within the step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = "RNN"
        self._edges: Sequence[Edge] = ()
        self._index = 0
        self._enters: Mapping[str, float] = {}
        self._hover: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Inside the step, backwards")

    def show_step(self, kind: str, edges: Sequence[Edge], index: int, enters: Mapping[str, float]) -> None:
        """Show a step's edges, of which `index` is lit. enters: what arrives at h and c from the step after it."""
        self._kind = "RNN" if kind == "ConcatRNN" else kind
        self._edges, self._index, self._enters = edges, index, enters
        self._hover = None
        self.setAccessibleDescription(" ".join(edges[index].lines) if edges else "")
        self.update()

    @property
    def values(self) -> dict[str, float]:
        """The derivatives at the places that are reached so far."""
        found = dict(self._enters)
        for edge in self._edges[: self._index + 1]:
            if edge.source[1] == "E":
                found["E"] = 1.0
            end = place(edge, False)
            # Each gate has weights of its own: they are shown one at a time.
            found[end] = edge.product + (0.0 if end in ("U", "W") else found.get(end, 0.0))
        return found

    # Where things are.

    def _there(self) -> dict[str, tuple[float, float]]:
        there = {place(edge, side) for edge in self._edges for side in (True, False)}
        return {name: at for name, at in PLACES[self._kind].items() if name in there}

    @property
    def places(self) -> StepPlaces:
        """Where everything lies now."""
        return StepPlaces(self._kind, self.width(), self.height(), look(self).scale)

    def edge_at(self, at: QPointF) -> int | None:
        """The edge that is near, or the first one that leads to the place there."""
        places = self.places
        for name in self._there():
            if places.box(name).contains(at):
                ends = [k for k, edge in enumerate(self._edges) if place(edge, False) == name]
                starts = [k for k, edge in enumerate(self._edges) if place(edge, True) == name]
                return next(iter([*ends, *starts]), None)
        found = min(((distance(places.line(edge), at), k) for k, edge in enumerate(self._edges)), default=None)
        return found[1] if found is not None and found[0] <= look(self).px(6) else None

    # Events.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.edge_at(event.position())
        if found != self._hover:
            self._hover = found
            self.setCursor(Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.PointingHandCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.edge_at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(found)
        else:
            super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self.edge_at(QPointF(event.pos()))
            if found is None:
                QToolTip.hideText()
            else:
                edge = self._edges[found]
                QToolTip.showText(
                    event.globalPos(), f"{edge.symbol} = {edge.rule}\n{write(edge.product)} arrives", self
                )
            return True
        return super().event(event)

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(430), px(240))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(330), px(5 * TALL - 2))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._edges:
            return
        order = sorted(range(len(self._edges)), key=lambda k: (k == self._index, k == self._hover, k <= self._index))
        places = self.places
        for k in order:
            self._paint_edge(painter, style, places, k)
        values = self.values
        lit = self._edges[self._index]
        ends = (place(lit, True), place(lit, False))
        for name in self._there():
            self._paint_place(painter, style, places, name, values.get(name), ends)

    def _paint_edge(self, painter: QPainter, style: Look, places: StepPlaces, k: int) -> None:
        edge, now = self._edges[k], k == self._index
        if self._kind != "RNN" and place(edge, False) in ("U", "W") and not now and k != self._hover:
            return  # of four gates they would be a thicket
        colour = style.colour("accent") if now else style.colour("third") if k <= self._index else style.colour("line")
        if k == self._hover and not now:
            colour = style.colour("ink")
        line = places.line(edge)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, style.px(3) if now else style.px(1.5)))
        painter.drawPath(rounded(line, style.px(10)))
        draw_head(painter, line[-1], line[-1] - line[-2], style.px(10 if now else 7), colour)

    def _paint_place(
        self, painter: QPainter, style: Look, places: StepPlaces, name: str, value: float | None, edge: tuple[str, str]
    ) -> None:
        """`edge`: where the lit edge begins and ends."""
        box, lit, ends = places.box(name), name in edge, name == edge[1]
        painter.setPen(QPen(style.colour("accent" if lit else "strong_line"), style.px(2) if ends else 1))
        painter.setBrush(style.colour("wash" if ends else "surface"))
        painter.drawRoundedRect(box, style.px(7), style.px(7))
        painter.setPen(style.colour("accent" if ends else "ink" if value is not None else "third"))
        middle = box.center() if value is None else box.center() - QPointF(0, box.height() * 0.21)
        weight = QFont.Weight.DemiBold if ends else QFont.Weight.Normal
        size = places.grown / style.scale
        draw_symbol(painter, style, middle, self._symbol(name), HEAD * size, weight=weight)
        if value is not None:
            painter.setFont(style.font(10 * size, mono=True))
            painter.setPen(ink_of_sign(style, value, "wash" if ends else "surface"))
            under = QRectF(box.x(), box.center().y(), box.width(), box.height() / 2)
            painter.drawText(under, Qt.AlignmentFlag.AlignCenter, short(value, 2 if abs(value) < 1e-3 else 3))

    def _symbol(self, name: str) -> str:
        """The symbol of a place with its step, or a gate with its weights."""
        step = self._edges[0].source[0] + 1
        lit = self._edges[self._index]
        if name in ("U", "W"):
            gate = sign(lit.target[1]).partition(" ")[2] if place(lit, False) == name else ""
            return f"{name}_{gate if gate and self._kind != 'RNN' else ''}"
        if name.startswith("old "):
            return f"{name[4:]}_{step - 1}"
        name = sign(name)
        return f"a_{name[4:]}" if name.startswith("sum ") else f"{name}_{step}"


def _port(box: QRectF, towards: QPointF, under: bool = False) -> QPointF:
    """Where a wire towards a place leaves a box: at the middle of a side, above and below only for what stands there.

    `under`: at the bottom for all that is lower.
    """
    by = towards - box.center()
    if abs(by.x()) < box.width() * 0.8 or (under and by.y() > box.height() / 2):
        return QPointF(box.center().x(), box.bottom() if by.y() > 0 else box.top())
    return QPointF(box.right() if by.x() > 0 else box.left(), box.center().y())
