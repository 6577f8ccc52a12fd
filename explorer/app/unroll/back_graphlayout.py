"""Where everything of the unfolded graph lies. Nothing is painted here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF

LEAST, MOST, STUB = 34, 260, 34
"""Least and greatest distance of two copies, and the room for the first state: pixels at scale 1."""

LOWEST = 117
"""Least height in pixels at scale 1."""


@dataclass(frozen=True)
class GraphPlaces:
    """A graph of `steps` copies in `width` × `height` pixels, `offset` of which are scrolled away at the left.

    memory: whether there are two wires from copy to copy, c above h.
    """

    steps: int
    width: float
    height: float
    scale: float = 1.0
    offset: float = 0.0
    memory: bool = False

    def px(self, length: float) -> float:
        """A length at scale 1, at this one."""
        return length * self.scale

    @cached_property
    def pitch(self) -> float:
        """The distance of two copies."""
        room = self.width - 2 * self.px(STUB)
        return min(max(room / max(self.steps, 1), self.px(LEAST)), self.px(MOST))

    @cached_property
    def beyond(self) -> float:
        """How much there is to scroll."""
        return max(self.steps * self.pitch + 2 * self.px(STUB) - self.width, 0.0)

    @cached_property
    def left(self) -> float:
        """Where the first copy's share begins."""
        spare = self.width - self.steps * self.pitch
        return max(spare / 2, self.px(STUB)) - min(self.offset, self.beyond)

    def x(self, step: int) -> float:
        """The middle of a copy."""
        return self.left + (step + 0.5) * self.pitch

    def revealed(self, step: int) -> float:
        """The offset, changed as little as brings a step and its neighbours into sight."""
        margin, x, now = 2 * self.pitch, self.x(step), min(self.offset, self.beyond)
        if x < margin:
            return max(now - (margin - x), 0.0)
        return min(now + max(x - self.width + margin, 0.0), self.beyond)

    @cached_property
    def rows(self) -> tuple[float, float, float, float, float]:
        """Heights: middle of the losses, top and height of the cells, middles of the weights and of the letters."""
        px = self.px
        spare = max(self.height - px(LOWEST), 0)
        top = px(38) + spare * 0.3
        tall = px(34) + min(spare * 0.3, px(30))
        copy = top + tall + px(17) + spare * 0.15
        return px(12), top, tall, copy, copy + px(21) + min(spare * 0.05, px(4))

    def _around(self, step: int, middle: float, wide: float, tall: float) -> QRectF:
        return QRectF(self.x(step) - wide / 2, middle - tall / 2, wide, tall)

    def box(self, step: int) -> QRectF:
        """The cell of a step."""
        _, top, tall, _, _ = self.rows
        return self._around(step, top + tall / 2, min(self.pitch * 0.58, self.px(92)), tall)

    def loss(self, step: int) -> QRectF:
        """The loss of a step."""
        return self._around(step, self.rows[0], min(self.pitch - self.px(6), self.px(132)), self.px(22))

    def copy(self, step: int) -> QRectF:
        """The copy of the weights of a step."""
        return self._around(step, self.rows[3], min(self.pitch * 0.62, self.px(64)), self.px(19))

    def letter(self, step: int) -> QRectF:
        """The input of a step."""
        return self._around(step, self.rows[4], self.pitch - 4, self.px(22))

    def wire(self, part: str) -> float:
        """The height of a state's wire."""
        _, top, tall, _, _ = self.rows
        return top + tall * (0.5 if not self.memory else 0.28 if part == "c" else 0.72)

    @property
    def seen(self) -> range:
        """The copies that are in sight."""
        first = int(-self.left // self.pitch)
        last = int((self.width - self.left) // self.pitch)
        return range(min(max(first, 0), self.steps), max(min(last + 1, self.steps), 0))

    def find(self, at: QPointF) -> tuple[str, int] | None:
        """What lies at a place: `loss` or `step`, and its number."""
        step = int((at.x() - self.left) // self.pitch)
        if not 0 <= step < self.steps:
            return None
        if self.loss(step).contains(at):
            return "loss", step
        return ("step", step) if at.y() >= self.rows[1] else None
