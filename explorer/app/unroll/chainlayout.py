"""A recurrent network over time as a picture: what it consists of, and where everything lies. Nothing is painted here.

shape = wiring("many-to-one", "LSTM", 6)
places = Places(shape, 900, 260, scale=1.0)
places.cell(2, 0)                    # the box of step 2 (from 0) in the lowest row
places.find(QPointF(300, 120))       # what lies there: a Spot, or None
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF

from explorer.app.unroll.ink import distance
from explorer.arch.text import number

Wiring = Literal[
    "one-to-one", "one-to-many", "many-to-one", "many-to-many", "delayed", "bidirectional", "stacked"
]  # fmt: skip

WIRINGS: dict[Wiring, tuple[str, str]] = {
    "one-to-one": ("One to one", "A plain network: one input, one output, no state."),
    "one-to-many": ("One to many", "One input begins a sequence; each output is the next input."),
    "many-to-one": ("Many to one", "A whole sequence is read; only the last output counts."),
    "many-to-many": ("Many to many, in step", "Each input has its output at once."),
    "delayed": ("Encoder–decoder", "All inputs are read into one vector; from it the outputs are made."),
    "bidirectional": ("Both directions", "One row reads forwards, one backwards; each output knows both sides."),
    "stacked": ("Stacked", "The states of one row are the inputs of the row above."),
}
"""The title of each wiring and what it does, in a sentence."""

LEAST, MOST, ROOM = 27, 400, 40
"""Least and greatest distance of two copies, and the room left and right of them: pixels at scale 1."""

BOX = 96, 144
"""Width of a box where copies stand close, and where they have more room than they need."""

GAP = 96
"""The room for the encoding vector between the two halves."""

LEGEND, CAPTION, BAR = 28, 22, 12
"""Heights of the legend above, of the names of the halves, and of the scroll bar below."""


class Label(NamedTuple):
    """What an output says: the most probable class and its log-probability, if there is one."""

    text: str
    value: float | None = None

    def __str__(self) -> str:
        return self.text if self.value is None else f"{self.text} {self.digits}"

    @property
    def digits(self) -> str:
        """The log-probability in two decimals, a zero without a sign; empty for none."""
        return "" if self.value is None else number(round(float(self.value), 2) + 0.0, 2)


class Spot(NamedTuple):
    """A place in the picture: a step and a row from 0, and what lies there.

    `part` is "x" (input and its wire), "cell", "h" or "c" (the state wire that leaves the cell of that step; step −1
    for the state before the first), "y" (output and its wire), "feedback" (the output on its way to become the next
    input) or "encoding" (the vector between encoder and decoder).
    """

    step: int
    part: str
    row: int = 0


@dataclass(frozen=True)
class Row:
    """One row of copies: the name in its boxes, whether it has a memory c, where it reads from, its level from 0.

    Two rows of one level, the second one backward, read the same input and give one output together.
    """

    name: str
    memory: bool = False
    backward: bool = False
    level: int = 0


@dataclass(frozen=True)
class ChainShape:
    """What is drawn. `rows` from the bottom up; `inputs` and `outputs` are the steps that have them (`None`: all).

    feedback: an output is the next step's input wherever that has none of its own. encoder: how many of the steps
    belong to the encoder, 0 where there are no halves. recurrent: whether a state goes from step to step.
    """

    steps: int
    rows: tuple[Row, ...] = (Row("RNN"),)
    inputs: range | None = None
    outputs: range | None = None
    feedback: bool = False
    encoder: int = 0
    recurrent: bool = True

    def has_input(self, step: int) -> bool:
        """Whether something enters from below at that step."""
        return self.inputs is None or step in self.inputs

    def has_output(self, step: int) -> bool:
        """Whether something leaves above at that step."""
        return 0 <= step < self.steps if self.outputs is None else step in self.outputs

    def fed(self, step: int) -> bool:
        """Whether the output of the step before is the input of this one."""
        return self.feedback and 0 < step < self.steps and self.has_output(step - 1) and not self.has_input(step)

    @cached_property
    def levels(self) -> tuple[tuple[int, ...], ...]:
        """The rows of each level, from the bottom up."""
        count = 1 + max(row.level for row in self.rows)
        return tuple(tuple(k for k, row in enumerate(self.rows) if row.level == level) for level in range(count))


def rows(kind: str, layers: int = 1, both: bool = False) -> tuple[Row, ...]:
    """The rows of a network of `layers` layers; with `both`, each reads in two directions."""
    memory = kind == "LSTM"
    ways = (False, True) if both else (False,)
    return tuple(Row(kind, memory, backward, level) for level in range(layers) for backward in ways)


def wiring(which: Wiring, kind: str, steps: int = 6, after: int = 4) -> ChainShape:
    """One of the usual wirings; `after` is how many steps the decoder has."""
    if which == "one-to-one":
        return ChainShape(1, rows(kind), recurrent=False)
    if which == "one-to-many":
        return ChainShape(steps, rows(kind), inputs=range(1), feedback=True)
    if which == "many-to-one":
        return ChainShape(steps, rows(kind), outputs=range(steps - 1, steps))
    if which == "delayed":
        made = range(steps, steps + after)
        return ChainShape(steps + after, rows(kind), range(steps), made, feedback=True, encoder=steps)
    if which == "bidirectional":
        return ChainShape(steps, rows(kind, both=True))
    return ChainShape(steps, rows(kind, 2 if which == "stacked" else 1))


@dataclass(frozen=True)
class Places:
    """Where all of a shape lies in `width` × `height` pixels.

    offset: pixels scrolled away at the left; open: 0 folded … 1 unrolled; lines: lines of an output label (1 or 2).
    """

    shape: ChainShape
    width: float
    height: float
    scale: float = 1.0
    offset: float = 0.0
    open: float = 1.0
    lines: int = 1

    def px(self, length: float) -> float:
        """A length at scale 1, at this one."""
        return length * self.scale

    # Across.

    @cached_property
    def pitch(self) -> float:
        """The distance of two copies."""
        room = self.width - 2 * self.px(ROOM) - self.gap
        return min(max(room / max(self.shape.steps, 1), self.px(LEAST)), self.px(MOST))

    @cached_property
    def gap(self) -> float:
        """The room between encoder and decoder."""
        return self.px(GAP) if 0 < self.shape.encoder < self.shape.steps else 0.0

    @cached_property
    def content(self) -> float:
        """The width of all copies, seen or not."""
        return 2 * self.px(ROOM) + self.shape.steps * self.pitch + self.gap

    @cached_property
    def fold_x(self) -> float:
        """Where the one cell of the folded picture is."""
        return self.width / 2

    @cached_property
    def left(self) -> float:
        """Where the first copy's room begins: few copies stand in the middle."""
        return self.px(ROOM) + max(self.width - self.content, 0.0) / 2 - self.offset

    def final_x(self, step: int) -> float:
        """The middle of a copy when all is unrolled."""
        beyond = self.gap if 0 < self.shape.encoder <= step else 0.0
        return self.left + (step + 0.5) * self.pitch + beyond

    def x(self, step: int) -> float:
        """The middle of a copy now."""
        return self.fold_x + (self.final_x(step) - self.fold_x) * self.open

    def seen(self, left: float = 0.0, right: float | None = None) -> range:
        """The copies that lie between two edges, or partly so; by default those in sight."""
        right = self.width if right is None else right
        first = int((left - self.left - self.gap) // self.pitch) - 1
        last = int((right - self.left) // self.pitch) + 1
        return range(min(max(first, 0), self.shape.steps), max(min(last + 1, self.shape.steps), 0))

    # Down: the legend, the outputs, the rows from the top, the inputs, the halves' names, the scroll bar.

    @cached_property
    def _column(self) -> tuple[float, float, float]:
        """The top of the output labels, the height of a cell, and the length of the wires between rows."""
        count = len(self.shape.rows)
        above, below = self.px(LEGEND), self.px(CAPTION if self.shape.encoder else 0) + self.px(BAR)
        room = self.height - above - below - self.label_height - self.px(30)
        wire = max(min(room / (1.8 * count + count + 1), self.px(38) * self.larger), self.px(12))
        cell = min(max((room - (count + 1) * wire) / count, self.px(22)), self.px(68) * self.larger)
        spare = room - count * cell - (count + 1) * wire
        return above + max(spare, 0.0) / 2, cell, wire

    @property
    def label_height(self) -> float:
        """The height of an output label."""
        return self.px(20) * self.lines

    @cached_property
    def box_width(self) -> float:
        """The width of a cell."""
        return min(self.pitch * 0.6, self.px(BOX[1]))

    @cached_property
    def larger(self) -> float:
        """How much larger than usual boxes are, 1…1.5: more where few copies share much room."""
        return max(self.box_width / self.px(BOX[0]), 1.0)

    def row_top(self, row: int) -> float:
        """The upper edge of a row's cells."""
        top, cell, wire = self._column
        return top + self.label_height + wire + (len(self.shape.rows) - 1 - row) * (cell + wire)

    def shift(self, row: int) -> float:
        """How far a cell of a row of two ways stands aside, so that wires pass by it."""
        level = self.shape.levels[self.shape.rows[row].level]
        by = min(self.px(12), self.pitch * 0.09) if len(level) > 1 else 0.0
        return by if self.shape.rows[row].backward else -by

    def cell(self, step: int, row: int) -> QRectF:
        """The box of a copy."""
        wide = self.box_width
        left = self.x(step) - wide / 2 + self.shift(row)
        return QRectF(left, self.row_top(row), wide, self._column[1])

    def output(self, step: int) -> QRectF:
        """Where the label of an output lies."""
        alone = not self.shape.has_output(step - 1) and not self.shape.has_output(step + 1)
        beside = max(self.pitch - self.px(8), self.px(112) if alone else 0.0)
        return QRectF(self.x(step) - beside / 2, self._column[0], beside, self.label_height)

    def input(self, step: int) -> QRectF:
        """Where the label of an input lies."""
        top = self.row_top(0) + self._column[1] + self._column[2]
        return QRectF(self.x(step) - self.pitch / 2 + self.px(2), top, self.pitch - self.px(4), self.px(30))

    def half(self, decoder: bool) -> QRectF:
        """The band under the encoder or the decoder with its name in it."""
        first, last = (self.shape.encoder, self.shape.steps - 1) if decoder else (0, self.shape.encoder - 1)
        left, right = self.x(first) - self.box_width / 2, self.x(last) + self.box_width / 2
        return QRectF(left, self.input(0).bottom(), right - left, self.px(CAPTION))

    # Wires, each as the corners of a line.

    def state_y(self, row: int, part: str) -> float:
        """The height of a row's state wire: c above h."""
        middle, tall = self.row_top(row) + self._column[1] / 2, self._column[1]
        if not self.shape.rows[row].memory:
            return middle
        return middle + tall * (0.17 if part == "h" else -0.17)

    def state(self, step: int, row: int, part: str) -> tuple[QPointF, QPointF]:
        """The state wire that leaves the copy of a step; before the first and after the last it is a stub."""
        y, stub, steps = self.state_y(row, part), self.px(26) * self.open, self.shape.steps
        backward = self.shape.rows[row].backward
        left, right = (step - 1, step) if backward else (step, step + 1)
        start = self.cell(left, row).right() if left >= 0 else self.cell(0, row).left() - stub
        end = self.cell(right, row).left() if right < steps else self.cell(steps - 1, row).right() + stub
        return (QPointF(end, y), QPointF(start, y)) if backward else (QPointF(start, y), QPointF(end, y))

    def sources(self, row: int) -> range:
        """The steps whose state wires there are: from the one before the first."""
        backward = self.shape.rows[row].backward
        return range(self.shape.steps + 1)[::-1] if backward else range(-1, self.shape.steps)

    def _edges(self, level: int) -> tuple[float, float]:
        """The heights at which the wires of a level begin below it and end above it."""
        _, cell, wire = self._column
        members = self.shape.levels[level]
        low = self.row_top(members[0]) + cell + (wire if level == 0 else wire / 2)
        top = level == len(self.shape.levels) - 1
        return low, self.row_top(members[-1]) - (wire if top else wire / 2)

    def input_wire(self, step: int, row: int) -> tuple[QPointF, ...]:
        """From the input (or the level below) up into a cell."""
        level = self.shape.rows[row].level
        low, x, box = self._edges(level)[0], self.x(step), self.cell(step, row)
        members = self.shape.levels[level]
        if level == 0 and self.shape.fed(step):
            low -= self._column[2] * 0.5  # where the output of the step before comes in
        if row == members[0]:
            return QPointF(x, low), QPointF(x, box.bottom())
        # Past the lower cell on its right.
        fork, into = self.row_top(members[0]) + self._column[1] + self._column[2] * 0.4, x + self.box_width / 2
        return QPointF(x, low), QPointF(x, fork), QPointF(into, fork), QPointF(into, box.bottom())

    def output_wire(self, step: int, row: int) -> tuple[QPointF, ...]:
        """From a cell up to the output (or to the level above)."""
        level = self.shape.rows[row].level
        high, x, box = self._edges(level)[1], self.x(step), self.cell(step, row)
        members = self.shape.levels[level]
        if row == members[-1]:
            return QPointF(x, box.top()), QPointF(x, high)
        # Past the upper cell on its left.
        join, out = self.row_top(members[-1]) - self._column[2] * 0.4, x - self.box_width / 2
        return QPointF(out, box.top()), QPointF(out, join), QPointF(x, join), QPointF(x, high)

    def feedback(self, step: int) -> tuple[QPointF, ...]:
        """From the output of the step before to the input wire of `step`."""
        high = self._edges(len(self.shape.levels) - 1)[1] + self._column[2] * 0.4
        low = self._edges(0)[0] - self._column[2] * 0.5
        before, after = self.x(step - 1), self.x(step)
        middle = (self.cell(step - 1, 0).right() + self.cell(step, 0).left()) / 2
        return QPointF(before, high), QPointF(middle, high), QPointF(middle, low), QPointF(after, low)

    def encoding(self) -> QRectF:
        """The mark on the state between encoder and decoder."""
        one, two = self.cell(self.shape.encoder - 1, 0), self.cell(self.shape.encoder, 0)
        tall = min(one.height() * 0.8, self.px(40))
        box = QRectF(0, 0, min(self.px(84), self.gap), tall)
        box.moveCenter(QPointF((one.right() + two.left()) / 2, one.center().y()))
        return box

    # What lies where.

    def spots(self, steps: range) -> Iterator[tuple[Spot, tuple[QPointF, ...]]]:
        """All wires of some steps."""
        shape, top = self.shape, self.shape.levels[-1]
        for row, made in enumerate(shape.rows):
            states = ("h", "c") if made.memory else ("h",)
            for step in steps:
                if made.level or shape.has_input(step) or shape.fed(step):
                    yield Spot(step, "x", row), self.input_wire(step, row)
                if row not in top or shape.has_output(step):
                    yield Spot(step, "y", row), self.output_wire(step, row)
            if shape.recurrent:
                around = range(steps.start, steps.stop + 1) if made.backward else range(steps.start - 1, steps.stop)
                for step in around:
                    for part in states:
                        yield Spot(step, part, row), self.state(step, row, part)
        for step in steps:
            if shape.fed(step):
                yield Spot(step - 1, "feedback"), self.feedback(step)

    def find(self, at: QPointF, near: float = 6.0) -> Spot | None:
        """What lies at a place: a box, a label, else the wire within `near` pixels at scale 1."""
        around = self.seen(at.x() - self.pitch - self.gap, at.x() + self.pitch + self.gap)
        if self.gap and self.encoding().contains(at):
            return Spot(self.shape.encoder - 1, "encoding")
        top = len(self.shape.rows) - 1
        for step in around:
            for row in range(top + 1):
                if self.cell(step, row).contains(at):
                    return Spot(step, "cell", row)
            if self.shape.has_output(step) and self.output(step).contains(at):
                return Spot(step, "y", top)
            if (self.shape.has_input(step) or self.shape.fed(step)) and self.input(step).contains(at):
                return Spot(step, "x", 0)
        found = min(((distance(line, at), spot) for spot, line in self.spots(around)), default=None)
        return found[1] if found is not None and found[0] <= self.px(near) else None
