"""The unfolded graph without the mouse and the keys: what it shows, where everything lies, how it is painted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import CAPTION, HEAD, Look, advance, look
from explorer.app.unroll.back_graphlayout import LOWEST, GraphPlaces
from explorer.app.unroll.back_task import copy_name, low
from explorer.app.unroll.ink import draw_head, elided
from explorer.arch.text import number
from explorer.explain.recurrent.edges import Place, write

Values = NDArray[np.float64]

DECADES = 6.0
"""Powers of ten over which a wire gets thin."""


@dataclass(frozen=True)
class Graph:
    """What is drawn: the cell's kind, a label for each step, losses (nats) and targets of the steps that have one."""

    kind: str = "RNN"
    labels: Sequence[str] = ()
    losses: Mapping[int, float] = field(default_factory=dict)
    targets: Mapping[int, str] = field(default_factory=dict)


class BackGraphView(QWidget):
    """What `BackGraph` shows; it answers to nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._graph = Graph()
        self._loss = 0
        self._cut: int | None = None
        self._of_h: Values = np.zeros(0)
        self._of_c: Values | None = None
        self._largest = 0.0
        self._source: Place = (0, "E")
        self._target: Place = (0, "y")
        self._path: tuple[int, int] | None = None
        self._hover: tuple[str, int] | None = None
        self._offset = 0.0
        self._places: GraphPlaces | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("The unfolded graph")

    # What is shown.

    @property
    def step(self) -> int:
        """The step at which the walk is."""
        return self._source[0]

    def show_graph(self, graph: Graph) -> None:
        """Draw another network."""
        self._graph, self._hover, self._path, self._places = graph, None, None, None
        self.update()

    def show_flow(self, loss: int, of_h: Values, of_c: Values | None, cut: int | None) -> None:
        """How much of a loss arrives at each state: sizes (T,) of its derivatives by h, and by c if there is one."""
        self._loss, self._of_h, self._of_c, self._cut = loss, of_h, of_c, cut
        way = np.concatenate([of_h, of_c]) if of_c is not None else of_h
        self._largest = float(way[np.isfinite(way)].max(initial=0.0))
        self.update()

    def show_edge(self, source: Place, target: Place) -> None:
        """Light the present edge, and bring it into sight."""
        self._source, self._target = source, target
        self._scroll(self.places.revealed(source[0]))
        self.setAccessibleDescription(
            f"Loss {self._loss + 1} is sent back, now in step {source[0] + 1} of {len(self._graph.labels)}. "
            "Left and right go from step to step, up chooses the loss of the step."
        )
        self.update()

    def show_path(self, path: tuple[int, int] | None) -> None:
        """Light the way from a loss (first) back to the weights of a step; `None`: no way. A −1 stands for all."""
        if path != self._path:
            self._path = path
            self.update()

    # Where things are.

    @property
    def _steps(self) -> int:
        return len(self._graph.labels)

    @property
    def places(self) -> GraphPlaces:
        """Where everything lies now."""
        if self._places is None:
            memory = self._graph.kind == "LSTM"
            scale = look(self).scale
            self._places = GraphPlaces(self._steps, self.width(), self.height(), scale, self._offset, memory)
        return self._places

    def _scroll(self, offset: float) -> None:
        self._offset, self._places = offset, None
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_places"):
            self._places = None

    def place_at(self, at: QPointF) -> tuple[str, int] | None:
        """What lies there: `loss` or `step`, and its number."""
        found = self.places.find(at)
        return None if found is not None and found[0] == "loss" and found[1] not in self._graph.losses else found

    def words(self, what: str, step: int) -> str:
        """A place in words, counted from 1."""
        if what == "loss":
            target = self._graph.targets.get(step, "")
            return f"Loss {number(step + 1)}, target “{target}”: {write(self._graph.losses[step])} nats"
        text = f"Step {number(step + 1)} “{self._graph.labels[step]}”: {self._graph.kind} with its copy of the weights"
        if step > self._loss:
            return f"{text}. Loss {number(self._loss + 1)} does not depend on it."
        if not self._reached(step):
            return f"{text}. Cut off from loss {number(self._loss + 1)}."
        return f"{text}. ‖∂E{low(self._loss + 1)}/∂h{low(step + 1)}‖ = {write(float(self._of_h[step]))}"

    def _reached(self, step: int) -> bool:
        return step <= self._loss and (self._cut is None or self._loss - step <= self._cut)

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(640), px(168))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(320), px(LOWEST))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._steps or len(self._of_h) != self._steps:
            return
        seen = self.places.seen
        if self._path is not None:
            self._paint_path(painter, style)
        for step in seen:
            self._paint_wires(painter, style, step)
        self._paint_lit(painter, style)
        for step in seen:
            self._paint_copy(painter, style, step)
        if self.places.beyond:
            self._paint_more(painter, style, seen)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(style.colour("accent"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _share(self, sizes: Values, step: int) -> float:
        """How thick a state's wire is, 0…1, against the largest state of the way."""
        most, value = self._largest, float(sizes[step])
        if not np.isfinite(value):
            return 1.0
        if most <= 0 or value <= 0:
            return 0.0
        return float(min(max(1 + np.log10(value / most) / DECADES, 0.0), 1.0))

    def _paint_wires(self, painter: QPainter, style: Look, step: int) -> None:
        """The wires of a copy: from the left into it, from below, and up to its loss. Error flows against them."""
        box, px = self.places.box(step), style.px
        quiet = QPen(style.colour("strong_line"), px(1.5))
        x = box.center().x()
        painter.setPen(quiet)
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x, self.places.copy(step).top()))
        if step in self._graph.losses:
            mine = step == self._loss
            painter.setPen(QPen(style.colour("accent"), px(3)) if mine else quiet)
            top, end = self.places.loss(step).bottom(), box.top()
            painter.drawLine(QPointF(x, top), QPointF(x, end - (px(4) if mine else 0)))
            if mine:
                draw_head(painter, QPointF(x, end), QPointF(0, 1), px(9), style.colour("accent"))
        left = self.places.box(step - 1).right() if step else box.left() - px(24)
        for part, sizes in (("h", self._of_h), ("c", self._of_c)):
            if sizes is None:
                continue
            y = self.places.wire(part)
            # The wire into this copy carries back what arrives at the state before it.
            flows = self._reached(step) and (self._cut is None or self._loss - step < self._cut)
            if not flows:
                painter.setPen(QPen(style.colour("strong_line"), px(1.5), Qt.PenStyle.DotLine))
                painter.drawLine(QPointF(left, y), QPointF(box.left(), y))
                continue
            share = self._share(sizes, step - 1) if step else 0.0
            ink = style.colour("accent" if part == "h" else "positive", 0.25 + 0.75 * share)
            painter.setPen(QPen(ink, 1 + share * px(5)) if step else quiet)
            painter.drawLine(QPointF(left + (px(5) if step else 0), y), QPointF(box.left(), y))
            if step and box.left() - left > px(14):
                draw_head(painter, QPointF(left, y), QPointF(-1, 0), px(7 + round(3 * share)), ink)
        if step == 0:
            painter.setFont(style.font(HEAD - 1))
            painter.setPen(style.colour("second"))
            for part in ("h", "c") if self._of_c is not None else ("h",):
                y = self.places.wire(part)
                room = QRectF(left - px(22), y - px(9), px(20), px(18))
                painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{part}₀")
        if self._cut is not None and step == self._loss - self._cut and step > 0:
            self._paint_cut(painter, style, (left + box.left()) / 2)

    def _paint_cut(self, painter: QPainter, style: Look, x: float) -> None:
        """Where a loss goes back no further."""
        _, top, tall, _, _ = self.places.rows
        painter.setPen(QPen(style.colour("warning"), style.px(2)))
        for by in (-style.px(2), style.px(3)):
            painter.drawLine(QPointF(x + by, top - style.px(4)), QPointF(x + by, top + tall + style.px(4)))

    def _line(self) -> tuple[QPointF, QPointF]:
        """The lit edge in this picture."""
        (step, part), (later, end) = self._source, self._target
        x, box = self.places.x(step), self.places.box(step)
        if part in ("E", "y"):
            return QPointF(x, self.places.loss(step).bottom()), QPointF(x, box.top())
        if end.startswith(("U ", "W ")):
            return QPointF(x, box.bottom()), QPointF(x, self.places.copy(step).top())
        if later < step:
            left = self.places.box(later).right() if later >= 0 else box.left() - look(self).px(24)
            y = self.places.wire(end)
            return QPointF(box.left(), y), QPointF(left, y)
        return box.center(), box.center()

    def _paint_lit(self, painter: QPainter, style: Look) -> None:
        start, end = self._line()
        if start == end:
            return
        painter.setPen(QPen(style.colour("wash"), style.px(13), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(start, end)
        painter.setPen(QPen(style.colour("accent"), style.px(4)))
        painter.drawLine(start, end)
        draw_head(painter, end, end - start, style.px(11), style.colour("accent"))

    def _paint_path(self, painter: QPainter, style: Look) -> None:
        assert self._path is not None
        loss, step = self._path
        halo = QPen(style.colour("magnitude", 0.35), style.px(12), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        losses = [loss] if loss >= 0 else [i for i in self._graph.losses if i >= step]
        lowest = step if step >= 0 else 0
        if self._cut is not None and loss >= 0:
            lowest = max(lowest, loss - self._cut)
        last = max(losses, default=-1)
        if last < lowest:
            return
        painter.setPen(halo)
        middle = self.places.box(0).center().y()
        for one in losses:
            painter.drawLine(QPointF(self.places.x(one), self.places.rows[0]), QPointF(self.places.x(one), middle))
        painter.drawLine(QPointF(self.places.x(last), middle), QPointF(self.places.x(lowest), middle))
        for one in range(lowest, last + 1) if step < 0 else [step]:
            painter.drawLine(QPointF(self.places.x(one), middle), QPointF(self.places.x(one), self.places.rows[3]))

    def _paint_copy(self, painter: QPainter, style: Look, step: int) -> None:
        box, px, centre = self.places.box(step), style.px, Qt.AlignmentFlag.AlignCenter
        now, reached = step == self.step, self._reached(step)
        lit = now or self._hover == ("step", step)
        painter.setPen(QPen(style.colour("accent" if lit else "strong_line"), px(2) if now else 1))
        painter.setBrush(style.colour("wash" if now else "surface"))
        painter.drawRoundedRect(box, px(8), px(8))
        font = style.font(CAPTION, QFont.Weight.DemiBold if now else QFont.Weight.Normal)
        while advance(font, self._graph.kind) > box.width() - 4 and font.pixelSize() > px(8):
            font.setPixelSize(font.pixelSize() - 1)
        painter.setFont(font)
        painter.setPen(style.colour("accent" if now else "ink" if reached else "third"))
        if advance(font, self._graph.kind) <= box.width() - 2:
            painter.drawText(box, centre, self._graph.kind)
        self._paint_weights(painter, style, step, reached)
        font = style.font(15, QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(style.colour("accent" if now else "ink" if reached else "third"))
        room = self.places.letter(step)
        painter.drawText(room, centre, elided(font, self._graph.labels[step], room.width()))
        if step in self._graph.losses:
            self._paint_loss(painter, style, step)

    def _paint_weights(self, painter: QPainter, style: Look, step: int, reached: bool) -> None:
        """The copy of the weights below a cell: the same in all of them."""
        copy = self.places.copy(step)
        lit = self._target[0] == step and self._target[1].startswith(("U ", "W "))
        ink = style.colour("magnitude" if reached else "strong_line")
        painter.setPen(QPen(style.colour("accent") if lit else ink, style.px(2) if lit else 1))
        painter.setBrush(style.colour("wash" if lit else "surface"))
        painter.drawRoundedRect(copy, style.px(4), style.px(4))
        weight = self._target[1][0] if lit else "W"
        name, font = copy_name(weight, step), style.font(HEAD - 1)
        if advance(font, name) > copy.width() - 2:
            name = weight
        painter.setFont(font)
        painter.setPen(style.colour("accent" if lit else "second"))
        painter.drawText(copy, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_loss(self, painter: QPainter, style: Look, step: int) -> None:
        box, mine = self.places.loss(step), step == self._loss
        lit = mine or self._hover == ("loss", step)
        painter.setPen(QPen(style.colour("accent" if lit else "strong_line"), style.px(2) if mine else 1))
        painter.setBrush(style.colour("wash" if mine else "surface"))
        painter.drawRoundedRect(box, style.px(6), style.px(6))
        font = style.font(HEAD - 1, QFont.Weight.DemiBold if mine else QFont.Weight.Normal)
        name = f"E{low(step + 1)}"
        target = self._graph.targets.get(step, "")
        loss = self._graph.losses[step]
        value = number(loss, 2) if np.isfinite(loss) else write(loss)
        texts = (f"{name} “{target}” {value}", f"{name} {value}", name)
        fits = [text for text in texts if advance(font, text) <= box.width() - style.px(6)]
        painter.setFont(font)
        painter.setPen(style.colour("accent" if mine else "second"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, fits[0] if fits else "E")

    def _paint_more(self, painter: QPainter, style: Look, seen: range) -> None:
        """How many copies are out of sight at either side."""
        painter.setFont(style.font(HEAD - 1))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        band = QRectF(style.px(4), self.places.rows[4] - style.px(11), self.width() - style.px(8), style.px(22))
        for count, side, text in (
            (seen.start, Qt.AlignmentFlag.AlignLeft, f"◂ {number(seen.start)} more"),
            (self._steps - seen.stop, Qt.AlignmentFlag.AlignRight, f"{number(self._steps - seen.stop)} more ▸"),
        ):
            if count:
                wide = advance(painter.font(), text) + style.px(8)
                left = 0.0 if side == Qt.AlignmentFlag.AlignLeft else self.width() - wide
                painter.fillRect(QRectF(left, band.y(), wide, band.height()), QColor(style.colour("paper")))
                painter.setPen(style.colour("second"))
                painter.drawText(band, middle | int(side), text)
