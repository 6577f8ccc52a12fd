"""What the parts of a layout have in common: lengths along (u) and across (v) the flow, and where boxes are put."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from explorer.app.build.drawing import Bend, Box, Form, Frame, Scale, Slab, Spot, Units, Wire, slab
from explorer.arch.analysis import Piece, Report
from explorer.arch.tree import Path, Sequence

GAP, MARGIN, PAD, BESIDE = 26.0, 3.0, 10.0, 8.0
"""Between tensors, between a tensor and its wire, around what a frame holds, between a tensor and its label."""

MERGE, DOT, TAP, LANES = 18.0, 8.0, 20.0, 16.0
"""Sizes of the merge mark, of a branch's beginning and of a side classifier's; between two branches."""

SHORT, CARD = 58.0, 64.0
"""The least width that is kept for a label inside a block; the height of a collapsed block's card."""

FREE = 1e6
"""Room without a limit."""


def copy_of(piece: Piece) -> tuple[Piece, ...]:
    """What a block holds: of its copies the first, or the one with a fault in it."""
    if not piece.broken:
        return piece.parts[0] if piece.parts else ()
    return next((copy for copy in piece.parts if any(part.broken for part in copy)), piece.parts[0])


def repeats_of(piece: Piece) -> int:
    """How many copies of a block stand one after the other."""
    return piece.node.repeat if isinstance(piece.node, Sequence) else 1


class Part(Protocol):
    """Something measured: `length` along, `above` and `below` its axis across; its wires end at `entry` and `exit`."""

    length: float
    above: float
    below: float
    entry: float
    exit: float

    def emit(self, u: float, v: float) -> None:
        """Put its boxes, with its beginning at u and its axis at v."""


Measure = Callable[["Work", Piece, str, Path, int], Part]
"""Measures a block: its piece, name, path and how many frames are around it."""


class Work:
    """Collects the boxes, wires and frames; `part` measures a block."""

    def __init__(self, report: Report, vertical: bool, units: Units, part: Measure) -> None:
        self.vertical, self.units, self._part = vertical, units, part
        self.scale = Scale.of(report.network.input, report.root)
        self.boxes: list[Box] = []
        self.wires: list[Wire] = []
        self.frames: list[Frame] = []
        self.spots: list[Spot] = []
        self.rows = 0
        self._slabs: dict[int, Slab] = {}

    def slab(self, piece: Piece) -> Slab:
        """A layer's box; equal layers share their piece."""
        made = self._slabs.get(id(piece))
        if made is None:
            made = self._slabs[id(piece)] = slab(piece, self.scale, self.units)
        return made

    def part(self, piece: Piece, name: str, at: Path, level: int) -> Part:
        """A block, measured; `level` counts the frames around it."""
        return self._part(self, piece, name, at, level)

    def box(
        self,
        at: Path,
        form: Form,
        kind: str,
        place: tuple[float, float, float, float],
        text: tuple[str, str],
        room: tuple[float, float, float, float],
        row: int,
        known: bool = True,
        fault: bool = False,
        head: bool = True,
        note: str = "",
        stacked: bool = False,
    ) -> None:
        """Put a box at u, v with its extents along and across; the label's anchor likewise."""
        u, v, along, across = place
        tu, tv, tw, th = room
        if self.vertical:
            u, v, along, across, tu, tv = v, u, across, along, tv, tu
        self.boxes.append(
            Box(at, form, kind, u, v, along, across, *text, tu, tv, tw, th, row, known, fault, head, note, stacked)
        )

    def wire(
        self,
        u1: float,
        v1: float,
        u2: float,
        v2: float,
        known: bool = True,
        before: Path | None = None,
        turn: bool = False,
    ) -> None:
        """Put a wire. One that changes lanes is bent; with `turn` it starts across the flow."""
        bend: Bend = "straight" if u1 == u2 or v1 == v2 else "turn" if turn else "curve"
        if self.vertical:
            self.wires.append(Wire(v1, u1, v2, u2, bend, known, before))
        else:
            self.wires.append(Wire(u1, v1, u2, v2, bend, known, before))

    def spot(self, u: float, v: float, before: Path, across: bool = False) -> None:
        """Put a place where something can be inserted."""
        self.spots.append(Spot(v, u, before, across) if self.vertical else Spot(u, v, before, across))

    def frame(self, piece: Piece, name: str, at: Path, level: int, place: tuple[float, float, float, float]) -> None:
        """Put a frame at u, v with its extents along and across."""
        u, v, along, across = place
        if self.vertical:
            u, v, along, across = v, u, across, along
        quiet = not isinstance(piece.node, Sequence)
        note = f"×{repeats_of(piece)}" if repeats_of(piece) > 1 else ""
        self.frames.append(
            Frame(at, name, note, u, v, along, across, level, quiet, piece.input is not None, piece.fault is not None)
        )
