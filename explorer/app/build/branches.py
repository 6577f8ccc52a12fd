"""Blocks as they are drawn when one sees what they hold: in a frame, or branches beside one another."""

from __future__ import annotations

from explorer.app.build.chain import Chain
from explorer.app.build.collect import BESIDE, DOT, LANES, MERGE, PAD, Part, Work, copy_of, repeats_of
from explorer.app.build.drawing import HEADER, LABEL, Form, Units
from explorer.arch.analysis import Piece
from explorer.arch.text import times
from explorer.arch.tree import Auxiliary, Parallel, Path, children


class Framed:
    """A sequence or side classifier in its frame, with a header."""

    def __init__(self, work: Work, piece: Piece, name: str, at: Path, level: int) -> None:
        self.work, self.piece, self.name, self.at, self.level = work, piece, name, at, level
        self.inside = Chain(work, copy_of(piece), piece.names, at, level, None)
        self.empty = not children(piece.node)
        head = head_width(work.units, piece, name)
        inner = max(self.inside.length, 56.0 if self.empty else 0.0)
        above, below = self.inside.above, self.inside.below
        if self.empty:
            above = below = 16.0
        if work.vertical:
            self.before = HEADER + 2
            above = max(above, head + 14)  # the wire comes in beside the name
            self.length = inner + self.before + PAD + 12
        else:
            self.before = PAD
            inner = max(inner, head - 2 * PAD)
            above += HEADER - PAD + 4
            self.length = inner + 2 * PAD + 12
        self.shift = (inner - self.inside.length) / 2
        self.above, self.below = above + PAD + 4, below + PAD + 4
        self.entry, self.exit = 6.0, self.length - 6.0
        self.inner = inner

    def emit(self, u: float, v: float) -> None:
        work, piece = self.work, self.piece
        along, across = self.exit - self.entry, self.above + self.below - 8
        place = (u + self.entry, v - self.above + 4, along, across)
        work.frame(piece, self.name, self.at, self.level, place)
        start = u + self.entry + self.before
        known = piece.input is not None
        if start + self.shift > u + self.entry:
            work.wire(u + self.entry, v, start + self.shift, v, known)
        self.inside.emit(start + self.shift, v)
        end = start + self.shift + self.inside.length
        if isinstance(piece.node, Auxiliary):
            work.wire(end, v - 5, end, v + 5, piece.output is not None)  # here it ends
        else:
            work.wire(end, v, u + self.exit, v, piece.output is not None)


def head_width(units: Units, piece: Piece, name: str) -> float:
    """The width of a frame's header."""
    return len(name) * units.word * 1.08 + 34 + (26 if repeats_of(piece) > 1 else 0)


class Branches:
    """Branches beside one another, from where they part to where they are merged.

    Where they are added, the first one that does something goes on straight; a shortcut goes around it.
    """

    def __init__(self, work: Work, piece: Piece, name: str, at: Path, level: int, collapsed: frozenset[Path]) -> None:
        self.work, self.piece, self.name, self.at, self.level = work, piece, name, at, level
        node = piece.node
        assert isinstance(node, Parallel)
        self.adds = node.merge == "add"
        lanes: list[Part | None] = []
        for index, branch in enumerate(copy_of(piece)):
            path = (*at, index)
            if path in collapsed or repeats_of(branch) > 1:
                lanes.append(work.part(branch, piece.names[index], path, level + 1))
            elif branch.parts and branch.parts[0]:
                lanes.append(Chain(work, branch.parts[0], branch.names, path, level + 1, None))
            else:
                lanes.append(None)
        self.lanes = lanes
        self.order = list(range(len(lanes)))
        main = 0
        if self.adds and lanes:
            main = next((k for k, lane in enumerate(lanes) if lane is not None), 0)
            self.order = [k for k in reversed(self.order) if k != main] + [main]
        self.axes: dict[int, float] = {}
        v = 0.0
        for k in self.order:
            lane = lanes[k]
            v += lane.above if lane else 7.0
            self.axes[k] = v
            v += (lane.below if lane else 7.0) + LANES
        if self.adds or not lanes:
            middle = self.axes.get(main, 0.0)
        else:
            middle = (self.axes[self.order[0]] + self.axes[self.order[-1]]) / 2
        self.axes = {k: value - middle for k, value in self.axes.items()}
        self.above, self.below = middle, max(v - LANES, 0.0) - middle
        self.above, self.below = max(self.above, MERGE), max(self.below, MERGE)
        self._measure(work)

    def _measure(self, work: Work) -> None:
        units, piece = work.units, self.piece
        far = max((abs(value) for value in self.axes.values()), default=0.0)
        self.lead = min(56.0, 20.0 + far * 0.22)
        self.longest = max((lane.length if lane else 12.0 for lane in self.lanes), default=0.0)
        self.shape = times(piece.output) if piece.output is not None else "?"
        self.words = max(len(self.shape) * units.digit, len(self.label) * units.word)
        if work.vertical:
            self.tail = MERGE + 12
            self.before = HEADER
            self.below = max(self.below, MERGE / 2 + BESIDE + self.words)
            self.above = max(self.above, head_width(units, piece, self.name) + 14)
        else:
            self.tail = MERGE + max(12.0, units.spread * (self.words - MERGE + 8))
            self.before = 4.0
            self.above += HEADER - 4
            self.below = max(self.below, MERGE / 2 + LABEL + 4)
            inner = self.lead * 2 + self.longest + self.tail + self.before
            self.longest += max(0.0, head_width(units, piece, self.name) - inner)
        self.above += PAD
        self.below += PAD - 2
        self.length = 12 + self.before + self.lead * 2 + DOT + self.longest + self.tail
        self.entry, self.exit = 6.0, self.length - 6.0

    @property
    def label(self) -> str:
        """What the merge is called."""
        return "add" if self.adds else "concat"

    def emit(self, u: float, v: float) -> None:
        work, piece, at = self.work, self.piece, self.at
        place = (u + self.entry, v - self.above + 3, self.exit - self.entry, self.above + self.below - 6)
        work.frame(piece, self.name, at, self.level, place)
        known = piece.input is not None
        split = u + self.entry + self.before
        start = split + self.lead
        merge = start + DOT + self.longest + self.lead
        work.wire(u + self.entry, v, split, v, known)
        for k in self.order:
            self._lane(k, split, start, merge, v)
        self._between(start, v)
        across = v - MERGE / 2
        row = work.rows = work.rows + 1
        room: tuple[float, float, float, float]
        if work.vertical:
            room = (merge + MERGE / 2, v + MERGE / 2 + BESIDE, self.words + 4, LABEL)
        else:
            room = (merge + max(self.words / 2, MERGE / 2), v + MERGE / 2 + 5, self.tail + 6, LABEL)
        form: Form = "add" if self.adds else "concat"
        done, fault = piece.output is not None, piece.fault is not None
        box = (merge, across, MERGE, MERGE)
        work.box(at, form, "block", box, (self.label, self.shape), room, row, done, fault)
        work.wire(merge + MERGE, v, u + self.exit, v, done)

    def _lane(self, k: int, split: float, start: float, merge: float, v: float) -> None:
        work, lane, branch = self.work, self.lanes[k], copy_of(self.piece)[k]
        path, axis = (*self.at, k), v + self.axes[k]
        known, done = branch.input is not None, branch.output is not None
        work.wire(split, v, start, axis, known)
        place = (start, axis - DOT / 2, DOT, DOT)
        end = start + DOT + self.longest
        if lane is None:
            middle = (split + self.lead + end) / 2
            place = (middle - DOT / 2, axis - DOT / 2, DOT, DOT)
            work.box(path, "branch", "block", place, ("", ""), (start, axis, 0, 0), 0, known)
            work.wire(start, axis, end, axis, known, (*path, 0))
        else:
            if isinstance(lane, Chain):
                work.box(path, "branch", "block", place, ("", ""), (start, axis, 0, 0), 0, known)
            else:
                work.wire(start, axis, start + DOT, axis, known)
            begin = start + DOT + (self.longest - lane.length) / 2
            if begin + lane.entry > start + DOT:
                work.wire(start + DOT, axis, begin + lane.entry, axis, known)
            lane.emit(begin, axis)
            work.wire(begin + lane.exit, axis, end, axis, done)
        work.wire(end, axis, merge, v, done)

    def _between(self, start: float, v: float) -> None:
        """Places for new branches: outside of the outermost and between two."""
        work, order = self.work, self.order
        count = len(order)
        if not count:
            work.spot(start, v, (*self.at, 0), True)
            return
        middle = start + (DOT + self.longest) / 2
        for k in range(count + 1):
            if k == 0:
                lane = self.lanes[order[0]]
                axis = self.axes[order[0]] - (lane.above if lane else 7.0) - LANES / 3
            else:
                lane = self.lanes[order[k - 1]]
                axis = self.axes[order[k - 1]] + (lane.below if lane else 7.0) + LANES / 2
            if self.adds:  # the first branch is the lowest
                index = 0 if k == count else count if k == 0 else max(order[k - 1], order[k])
            else:
                index = k
            work.spot(middle, v + axis, (*self.at, index), True)
