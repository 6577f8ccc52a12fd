"""A chain: nodes one after the other, the backbone of every layout. And the card of a collapsed block."""

from __future__ import annotations

from explorer.app.build.collect import (
    BESIDE,
    CARD,
    DOT,
    FREE,
    GAP,
    MARGIN,
    SHORT,
    TAP,
    Part,
    Work,
    repeats_of,
)
from explorer.app.build.drawing import LABEL, Slab
from explorer.arch.analysis import Piece
from explorer.arch.layer import Layer
from explorer.arch.text import short, times
from explorer.arch.tree import Auxiliary, Path

WIDER = 12.0
"""What a label beside a tensor has in width besides its own: names then fit at somewhat smaller zooms, too."""


class Chain:
    """Nodes one after the other. A tensor and the thin companions behind it are one column."""

    def __init__(
        self, work: Work, pieces: tuple[Piece, ...], names: tuple[str, ...], at: Path, level: int, first: Slab | None
    ) -> None:
        self.work, self.at, self.pieces = work, at, pieces
        self.entry = 0.0
        self.columns: list[tuple[float, float, float, list[tuple[int, Slab]]]] = []  # u, width, thickness, what
        self.parts: list[tuple[float, int, Part]] = []
        self.sides: list[tuple[float, float, float, int, Part]] = []  # u of the tap, u and v of the part
        self.half = 0.0
        self.widest = 0.0
        self.above = self.below = 0.0
        self.free = level == 0
        self.least = 0.0 if level == 0 else SHORT
        u = 0.0 if level == 0 else 2.0
        column: list[tuple[int, Slab]] = [(-1, first)] if first else []
        for index, piece in enumerate(pieces):
            if isinstance(piece.node, Layer):
                one = work.slab(piece)
                if one.form == "thin" and column:
                    column.append((index, one))
                    continue
                if column:
                    u = self._close(column, u)
                column = [(index, one)]
                continue
            if column:
                u, column = self._close(column, u), []
            part = work.part(piece, names[index], (*at, index), level + 1)
            if isinstance(piece.node, Auxiliary):
                self.sides.append((u + TAP / 2, 0.0, 0.0, index, part))
                u += TAP
                continue
            self.parts.append((u, index, part))
            self.above, self.below = max(self.above, part.above), max(self.below, part.below)
            u += part.length
        if column:
            u = self._close(column, u)
        self.length = max(u, 12.0)
        if self.columns:
            self.above = max(self.above, self.half)
            self.below = max(self.below, self.half + (BESIDE + self.widest + WIDER if work.vertical else LABEL + 4))
        if self.sides:
            self._hang()
        self.exit = self.length

    def _close(self, column: list[tuple[int, Slab]], u: float) -> float:
        """End a column; returns where the next one begins."""
        thick = across = 0.0
        for _, one in column:
            thick += one.along + 2
            if one.across > across:
                across = one.across
        thick -= 2
        label = max(column[0][1].words, self.least)
        units = self.work.units
        if self.work.vertical:
            wide = max(thick + GAP * 0.8, units.spread * LABEL)
        else:
            wide = max(thick + GAP, units.spread * (label + 12))
        self.columns.append((u, wide, thick, column))
        if across / 2 > self.half:
            self.half = across / 2
        if label > self.widest:
            self.widest = label
        return u + wide

    def _hang(self) -> None:
        """Side classifiers go below what stands there, each beginning at its tap."""
        taken = [(u, u + part.length, part.below) for u, _, part in self.parts]
        if self.columns:
            labels = self.half + (BESIDE + self.widest + WIDER if self.work.vertical else LABEL + 4)
            taken += [(u, u + wide, labels) for u, wide, _, _ in self.columns]
        for k, (tap, _, _, index, part) in enumerate(self.sides):
            u = tap + 12
            lowest = max((low for start, end, low in taken if start < u + part.length and end > tap), default=0.0)
            v = lowest + 14 + part.above
            self.sides[k] = (tap, u, v, index, part)
            taken.append((tap - TAP / 2, u + part.length, v + part.below))
            self.below = max(self.below, v + part.below)
            self.length = max(self.length, u + part.length)

    def emit(self, u: float, v: float) -> None:
        work, at, pieces = self.work, self.at, self.pieces
        row = work.rows = work.rows + 1
        vertical = work.vertical
        top = not at
        # Columns, blocks and taps in the order of the flow.
        columns, parts, sides = iter(self.columns), iter(self.parts), iter(self.sides)
        column, part, side = next(columns, None), next(parts, None), next(sides, None)
        end: float | None = None if top else u
        while column or part or side:
            first = min(
                column[0] if column else FREE * FREE, part[0] if part else FREE * FREE, side[0] if side else FREE * FREE
            )
            if column and column[0] == first:
                start, wide, thick, what = column
                middle = u + start + wide / 2
                x = middle - thick / 2
                index = what[0][0]
                if end is not None:
                    if x - MARGIN - end > 4:
                        work.wire(end, v, x - MARGIN, v, pieces[index].input is not None, (*at, index))
                    else:
                        work.spot((x + end) / 2, v, (*at, index))
                room = (
                    (middle, v + self.half + BESIDE, FREE if self.free else self.widest + WIDER, wide - 2)
                    if vertical
                    else (middle, v + self.half + BESIDE, wide - 4, FREE if self.free else LABEL)
                )
                head = True
                for index, one in what:
                    path = (*at, index) if index >= 0 else ()
                    place = (x, v - one.across / 2, one.along, one.across)
                    text = one.label, one.shape
                    work.box(path, one.form, one.kind, place, text, room, row, one.known, one.fault, head)
                    x += one.along + 2
                    head = False
                end = x - 2 + MARGIN
                column = next(columns, None)
            elif part and part[0] == first:
                start, index, one_part = part
                if end is not None:
                    work.wire(end, v, u + start + one_part.entry, v, pieces[index].input is not None, (*at, index))
                one_part.emit(u + start, v)
                end = u + start + one_part.exit
                part = next(parts, None)
            elif side:
                tap, begin, low, index, one_part = side
                known = pieces[index].input is not None
                if end is not None:
                    work.wire(end, v, u + tap - DOT / 2, v, known, (*at, index))
                place = (u + tap - DOT / 2, v - DOT / 2, DOT, DOT)
                work.box((*at, index), "tap", "block", place, ("", ""), (u + tap, v, 0, 0), 0, known)
                # Down from the tap, then along into the side classifier.
                work.wire(u + tap, v + DOT / 2, u + tap, v + low - 12, known)
                work.wire(u + tap, v + low - 12, u + begin + one_part.entry, v + low, known, None, True)
                one_part.emit(u + begin, v + low)
                end = u + tap + DOT / 2
                side = next(sides, None)
        last = (*at, len(pieces))
        if top:
            work.spot(u + self.length if end is None else end + GAP / 4, v, last)
        else:
            assert end is not None
            work.wire(end, v, u + self.length, v, not pieces or pieces[-1].output is not None, last)


class Card:
    """A collapsed block: its name, how often it stands there, what it costs and what leaves it."""

    def __init__(self, work: Work, piece: Piece, name: str, at: Path) -> None:
        self.work, self.piece, self.at = work, piece, at
        units = work.units
        repeats = repeats_of(piece)
        self.name = f"{name} ×{repeats}" if repeats > 1 else name
        self.note = f"{short(piece.parameters)} parameters" if piece.parameters else ""
        inside = piece.parts[-1][-1].output if isinstance(piece.node, Auxiliary) and piece.parts[-1] else piece.output
        self.shape = times(inside) if inside is not None else "?"
        self.wide = max(
            len(self.name) * units.word * 1.08 + 24, len(self.note) * units.word, len(self.shape) * units.digit
        )
        self.wide += 20
        self.stacked = repeats > 1
        along, across = (CARD, self.wide) if work.vertical else (self.wide, CARD)
        self.along = along
        self.entry, self.exit = 9.0, 9.0 + along
        self.length = along + 18 + (4 if self.stacked else 0)
        self.above = self.below = across / 2 + 6

    def emit(self, u: float, v: float) -> None:
        across = 2 * (self.above - 6)
        place = (u + self.entry, v - across / 2, self.along, across)
        work, piece = self.work, self.piece
        known = piece.input is not None
        text, room = (self.name, self.shape), (u, v, self.wide, CARD)
        work.box(self.at, "card", "block", place, text, room, 0, known, piece.broken, True, self.note, self.stacked)
