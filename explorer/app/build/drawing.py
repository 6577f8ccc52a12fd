"""What the diagram is made of before it is painted: boxes, wires, frames, and how large a tensor's box is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import log1p, sqrt
from typing import Literal, NamedTuple

import msgspec

from explorer.arch.analysis import Piece
from explorer.arch.layer import Layer
from explorer.arch.shape import Shape, Symbol
from explorer.arch.text import times
from explorer.arch.tree import Path

Form = Literal["slab", "steps", "thin", "card", "add", "concat", "branch", "tap"]
"""How a box is drawn: a tensor, a tensor of time steps, a companion of a tensor, a collapsed block, the two merges,
the beginning of a branch, and the point where a side classifier leaves."""

Bend = Literal["straight", "curve", "turn"]
"""A wire's way: straight, from one lane to another, or first across the flow and then along it."""

LABEL, HEADER, CORNER = 34.0, 24.0, 8.0
"""Heights of a box's label and of a frame's header, and the radius of frames, in pixels at scale 1."""


@dataclass(frozen=True)
class Units:
    """Lengths in pixels at scale 1.

    `tall` is the longest side of a tensor, `deep` the largest thickness; `spread` is the share of the labels' width
    that is kept free for them, more than 1 where there is room; `word` and `digit` are the widths of a letter and of
    a monospaced digit.
    """

    tall: float = 140.0
    deep: float = 44.0
    spread: float = 1.0
    word: float = 6.7
    digit: float = 6.7


class Box(msgspec.Struct, frozen=True, gc=False):
    """One node as it is drawn. `label` and `shape` are its two lines of text, `note` what a card says besides.

    The text has its anchor at (`tx`, `ty`): the middle of its upper edge, in a vertical drawing the middle of its
    left one; `tw` and `th` are the room it has. Boxes of one `row` have their texts in one line.
    """

    at: Path
    form: Form
    kind: str
    x: float
    y: float
    w: float
    h: float
    label: str
    shape: str
    tx: float
    ty: float
    tw: float
    th: float
    row: int
    known: bool = True
    fault: bool = False
    head: bool = True
    """Whether the box is the first of its column, whose text is shown; the others' only while they are chosen."""
    note: str = ""
    stacked: bool = False
    """Whether a card stands for several copies."""

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the box."""
        return self.x + self.w / 2, self.y + self.h / 2


class Wire(msgspec.Struct, frozen=True, gc=False):
    """A line from one point to another. `before` is the place in the document that it leads to: drops go there."""

    x1: float
    y1: float
    x2: float
    y2: float
    bend: Bend = "straight"
    known: bool = True
    before: Path | None = None


class Frame(msgspec.Struct, frozen=True, gc=False):
    """The frame around an expanded block; `quiet` ones have no border. `level` counts the frames around it."""

    at: Path
    name: str
    note: str
    x: float
    y: float
    w: float
    h: float
    level: int
    quiet: bool = False
    known: bool = True
    fault: bool = False


class Spot(NamedTuple):
    """A place where something can be put: in front of what stands at `before`."""

    x: float
    y: float
    before: Path
    across: bool = False
    """Whether the mark lies along the flow, as between two branches."""


@dataclass(frozen=True)
class Drawing:
    """A network laid out. Frames come before what they hold; x to the right, y down, in pixels at scale 1."""

    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    frames: tuple[Frame, ...]
    branch_spots: tuple[Spot, ...]
    bounds: tuple[float, float, float, float]
    """Left, top, width and height of everything, labels included."""
    vertical: bool

    @cached_property
    def places(self) -> dict[Path, int]:
        """The boxes by their paths."""
        return {box.at: index for index, box in enumerate(self.boxes)}

    @cached_property
    def framed(self) -> dict[Path, int]:
        """The frames by their paths."""
        return {frame.at: index for index, frame in enumerate(self.frames)}

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """All places where something can be put."""
        return tuple(self._spots())

    def _spots(self) -> Iterator[Spot]:
        for wire in self.wires:
            if wire.before is not None:
                yield Spot((wire.x1 + wire.x2) / 2, (wire.y1 + wire.y2) / 2, wire.before)
        for box in self.boxes:
            if not box.head:
                x, y = (box.x, box.y + box.h / 2) if not self.vertical else (box.x + box.w / 2, box.y)
                yield Spot(x, y, box.at)
        yield from self.branch_spots

    def shown(self, at: Path) -> Path:
        """The path itself if it is drawn, else that of the collapsed block that hides it."""
        while at and at not in self.places and at not in self.framed:
            at = at[:-1]
        return at

    def area(self, at: Path) -> tuple[float, float, float, float]:
        """Left, top, width and height of what is drawn for a path: the frame of an expanded block, else the box."""
        at = self.shown(at)
        one = self.frames[self.framed[at]] if at in self.framed else self.boxes[self.places[at]]
        return one.x, one.y, one.w, one.h


class Slab(NamedTuple):
    """A layer's box by itself: along and across the flow, its words, and the width of those."""

    form: Form
    kind: str
    along: float
    across: float
    label: str
    shape: str
    words: float
    known: bool
    fault: bool


@dataclass(frozen=True)
class Scale:
    """The largest sizes in a network: side of an image, channels, features."""

    side: float
    channels: float
    features: float

    @staticmethod
    def of(first: Shape, root: Piece) -> Scale:
        """The largest sizes of all tensors in a tree of pieces."""
        shapes: set[Shape] = {first}
        seen: set[int] = set()
        stack = [root]
        while stack:
            for copy in stack.pop().parts:
                for part in copy:
                    if id(part) not in seen:
                        seen.add(id(part))
                        if part.output is not None:
                            shapes.add(part.output)
                        if part.parts:
                            stack.append(part)
        images = [s for s in shapes if len(s) > 2]
        return Scale(
            max((max(s[1:]) for s in images), default=1),
            max((s[0] for s in images), default=1),
            max((s[-1] for s in shapes if len(s) < 3), default=1),
        )


def sized(shape: Shape | None, maker: str, scale: Scale, units: Units) -> tuple[Form, float, float]:
    """How a tensor is drawn: its form, its thickness and its length."""
    if shape is None:
        return "slab", 12.0, 40.0
    if len(shape) > 2:
        thick = 8 + (units.deep - 8) * sqrt(shape[0] / scale.channels)
        return "slab", thick, max(12.0, units.tall * sqrt(max(shape[1:]) / scale.side))
    signal = len(shape) == 2 and (
        isinstance(shape[-1], Symbol) or (maker in ("convolution", "pooling") and not isinstance(shape[0], Symbol))
    )
    if signal:
        side = 0.6 if isinstance(shape[-1], Symbol) else log1p(shape[-1]) / log1p(max(scale.features, shape[-1]))
        return "slab", 8 + 12 * sqrt(min(1.0, shape[0] / 512)), max(14.0, units.tall * side)
    length = 1 if len(shape) == 1 and isinstance(shape[0], Symbol) else shape[-1]
    across = max(14.0, units.tall * 0.9 * log1p(length) / log1p(max(scale.features, 1)))
    if len(shape) == 2 or isinstance(shape[0], Symbol):
        return "steps", 24.0, across
    return "slab", 8.0, across


def words(layer: Layer, shape: Shape | None) -> str:
    """What a layer is called in the drawing: `conv 5×5`."""
    stem = "linear" if layer.stem == "fc" else layer.stem
    window = layer.window(shape) if shape is not None else None
    return f"{stem} {times(window.kernel)}" if window else stem


def slab(piece: Piece, scale: Scale, units: Units) -> Slab:
    """The box of a layer. One that keeps the shape of its input is a thin companion."""
    layer, shape = piece.node, piece.output
    assert isinstance(layer, Layer)
    form, along, across = sized(shape, layer.kind, scale, units)
    fault = piece.fault is not None
    if layer.kind in ("activation", "normalisation") and not fault and shape == piece.input:
        form, along = "thin", 5.0
    # A layer that cannot be asked about its input is called by its kind alone.
    label = words(layer, piece.input if not fault else None)
    text = times(shape) if shape is not None else "?"
    width = max(len(label) * units.word, len(text) * units.digit)
    return Slab(form, layer.kind, along, across, label, text, width, shape is not None, fault)
