"""Two networks side by side: which rows belong together, and what differs in them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from explorer.arch.analysis import Report, Row
from explorer.arch.fields import Field, fields
from explorer.arch.layer import Layer
from explorer.arch.shape import Shape
from explorer.arch.text import amount, number, times
from explorer.arch.tree import Node, Parallel, Path, children

EQUAL, ALIKE, KIN = 9, 4, 2
"""How much it is worth to put two nodes beside each other: equal ones, two of a class, two of a kind. One more if the
same shape enters both."""

LEFT, RIGHT = "only on the left", "only on the right"
"""What is said of a row that has nothing beside it."""

Nodes = tuple[Node, ...]
Match = tuple[int | None, int | None]


@dataclass(frozen=True)
class Pair:
    """A line of the comparison: one row of each outline, or of one only.

    `same` says that all agrees but the names; `differs` says in words what does not: `filters 6 → 16`.
    """

    left: Row | None
    right: Row | None
    same: bool
    differs: tuple[str, ...] = ()


def compare(a: Report, b: Report) -> tuple[Pair, ...]:
    """The two outlines aligned, in the order of reading; blocks stand beside blocks, and then their contents.

    Names do not count. The pairs are those of the best alignment of each two lists of nodes: equal ones first, then
    those of one class, then those of one kind. Takes time in proportion to the product of two lists' lengths, less
    what they share at their beginnings.
    """
    return tuple(_Comparison(a, b).all())


def differences(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """The pairs that differ, and the blocks around them."""
    pairs = tuple(pairs)
    wanted = {
        (side, row.at[:depth])
        for pair in pairs
        if not pair.same
        for side, row in enumerate((pair.left, pair.right))
        if row is not None
        for depth in range(1, len(row.at) + 1)
    }
    return tuple(
        pair
        for pair in pairs
        if not pair.same
        or any(row is not None and (side, row.at) in wanted for side, row in enumerate((pair.left, pair.right)))
    )


class _Comparison:
    """Two reports while they are compared. Nodes that do the same have the same number, whatever they are called."""

    def __init__(self, a: Report, b: Report) -> None:
        self.a, self.b = a, b
        self._numbers: dict[Hashable, int] = {}
        self._known: dict[int, int] = {}  # by identity: both networks live as long as the comparison

    def all(self) -> Iterator[Pair]:
        yield _pair(self.a.places[()], self.b.places[()])
        yield from self.lists(self.a.network.layers, self.b.network.layers, (), ())

    def lists(self, left: Nodes, right: Nodes, at: Path, to: Path) -> Iterator[Pair]:
        """The pairs of two lists of nodes, which stand inside `at` and `to`, and of all that is in them."""
        for i, j in self.aligned(self.keys(left, self.a, at), self.keys(right, self.b, to)):
            if i is None:
                assert j is not None
                yield from _alone(right[j], self.b, (*to, j), on_left=False)
            elif j is None:
                yield from _alone(left[i], self.a, (*at, i), on_left=True)
            else:
                yield _pair(self.a.places[(*at, i)], self.b.places[(*to, j)])
                yield from self.lists(children(left[i]), children(right[j]), (*at, i), (*to, j))

    def number(self, node: Node) -> int:
        """Stands for what a node does: its class, its settings without the name, and what is inside."""
        found = self._known.get(id(node))
        if found is None:
            settings = tuple(getattr(node, one.name) for one in _settings(type(node)))
            inside = tuple(self.number(inner) for inner in children(node))
            found = self._numbers.setdefault((type(node), settings, inside), len(self._numbers))
            self._known[id(node)] = found
        return found

    def keys(self, nodes: Nodes, report: Report, at: Path) -> list[Key]:
        """What counts of each node of a list when it is put beside another one."""
        return [
            Key(
                self.number(node),
                (type(node), node.merge) if isinstance(node, Parallel) else type(node),
                node.kind if isinstance(node, Layer) else type(node),
                report.places[(*at, index)].input,
            )
            for index, node in enumerate(nodes)
        ]

    def aligned(self, left: list[Key], right: list[Key]) -> list[Match]:
        """Which nodes of two lists stand beside each other, in order; `None` where one stands alone."""
        head = _shared(left, right)
        worth = [[_worth(x, y) for y in right[head:]] for x in left[head:]]
        return [
            *((i, i) for i in range(head)),
            *((i if i is None else i + head, j if j is None else j + head) for i, j in _best(worth, len(right) - head)),
        ]


class Key(NamedTuple):
    """A node when it is put beside another: what it does, its class (of branches with their merge), its kind."""

    number: int
    family: Hashable
    kind: Hashable
    input: Shape | None


def _worth(x: Key, y: Key) -> int:
    """How much it is worth to put two nodes beside each other; 0: they do not go together."""
    worth = EQUAL if x.number == y.number else ALIKE if x.family == y.family else KIN if x.kind == y.kind else 0
    return worth + (worth > 0 and x.input == y.input)


def _shared(ones: list[Key], others: list[Key]) -> int:
    """How many nodes at the beginning are equal."""
    count = 0
    for one, other in zip(ones, others, strict=False):
        if one != other:
            break
        count += 1
    return count


def _best(worth: list[list[int]], width: int) -> list[Match]:
    """The alignment that is worth most; of several the one that pairs early and puts the left ones first."""
    height = len(worth)
    # most[i][j]: what the best alignment from i and j on is worth
    most = [[0] * (width + 1) for _ in range(height + 1)]
    for i in range(height - 1, -1, -1):
        here, below, row = most[i], most[i + 1], worth[i]
        for j in range(width - 1, -1, -1):
            best = below[j] if below[j] >= here[j + 1] else here[j + 1]
            both = row[j] + below[j + 1]
            here[j] = both if row[j] and both > best else best
    matches: list[Match] = []
    i = j = 0
    while i < height and j < width:
        if worth[i][j] and most[i][j] == worth[i][j] + most[i + 1][j + 1]:
            matches.append((i, j))
            i, j = i + 1, j + 1
        elif most[i][j] == most[i + 1][j]:
            matches.append((i, None))
            i += 1
        else:
            matches.append((None, j))
            j += 1
    return [*matches, *((k, None) for k in range(i, height)), *((None, k) for k in range(j, width))]


def _alone(node: Node, report: Report, at: Path, on_left: bool) -> Iterator[Pair]:
    row = report.places[at]
    yield Pair(row, None, False, (LEFT,)) if on_left else Pair(None, row, False, (RIGHT,))
    for index, inner in enumerate(children(node)):
        yield from _alone(inner, report, (*at, index), on_left)


def _pair(left: Row, right: Row) -> Pair:
    differs = (*_changed(left, right), *_figures(left, right))
    return Pair(left, right, not differs, differs)


@lru_cache
def _settings(kind: type[Struct]) -> tuple[Field, ...]:
    return tuple(one for one in fields(kind) if one.name != "name")


def _changed(left: Row, right: Row) -> Iterator[str]:
    """The settings that differ."""
    if left.node is None or right.node is None:
        return
    if type(left.node) is not type(right.node):
        yield f"{left.type} → {right.type}"
        return
    for one in _settings(type(left.node)):
        before, after = getattr(left.node, one.name), getattr(right.node, one.name)
        if before != after:
            yield f"{one.title.lower()} {one.show(before) or one.automatic} → {one.show(after) or one.automatic}"


def _figures(left: Row, right: Row) -> Iterator[str]:
    """The figures that differ."""
    if left.output != right.output:
        yield f"output {_shape(left)} → {_shape(right)}"
    for name, before, after, write in (
        ("parameters", left.parameters, right.parameters, number),
        ("memory", left.memory_bytes, right.memory_bytes, amount),
        ("multiply-adds", left.macs, right.macs, number),
    ):
        if before != after:
            one, other = ("unknown" if value is None else write(value) for value in (before, after))
            if one == other:  # rounded to the same
                assert before is not None
                assert after is not None
                one, other = f"{number(before)} bytes", f"{number(after)} bytes"
            yield f"{name} {one} → {other}"


def _shape(row: Row) -> str:
    return "unknown" if row.output is None else times(row.output)
