"""How large the cells of three stacks of grids can be beside one another. Plain arithmetic, in pixels."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

Sides = tuple[int, int, int]


@dataclass(frozen=True)
class Stack:
    """Grids of `rows` × `columns` cells, `count` of them; `room` is how high they may stand together."""

    count: int
    rows: int
    columns: int
    room: float


@dataclass(frozen=True)
class Measures:
    """What is fixed: around each grid, above it, between two grids, the least width of one with a name."""

    edge: int
    caption: int
    gap: int
    named: int


def block(stack: Stack, side: int, measures: Measures) -> tuple[int, int] | None:
    """Width and height of a stack with cells of this side, as narrow as its room allows; `None`: it is too high."""
    wide = max(stack.columns * side + measures.edge, measures.named if stack.count > 1 else 0)
    high = stack.rows * side + measures.edge + measures.caption
    down = min(int((stack.room + measures.gap) // (high + measures.gap)), stack.count)
    if down < 1:
        return None
    across = -(-stack.count // down)
    down = -(-stack.count // across)
    return across * (wide + measures.gap) - measures.gap, down * (high + measures.gap) - measures.gap


@dataclass(frozen=True)
class Row:
    """Three stacks beside one another, in `width`, of which `between` is left free; columns have least widths."""

    stacks: tuple[Stack, Stack, Stack]
    least: tuple[int, int, int]
    between: int
    width: int
    measures: Measures

    def blocks(self, sides: Sides) -> list[tuple[int, int]] | None:
        """Width and height of each stack; `None` where one is too high."""
        found = [block(stack, side, self.measures) for stack, side in zip(self.stacks, sides, strict=True)]
        made = [one for one in found if one is not None]
        return made if len(made) == len(found) else None

    def columns(self, blocks: list[tuple[int, int]]) -> list[int]:
        """The width of each column."""
        return [max(one[0], least) for one, least in zip(blocks, self.least, strict=True)]

    def fits(self, sides: Sides) -> bool:
        """Whether there is room for cells of these sides."""
        blocks = self.blocks(sides)
        return blocks is not None and sum(self.columns(blocks)) + self.between <= self.width

    def best(self, fewest: int, largest: int, readable: int, comfortable: int) -> Sides:
        """The largest side for all; the middle one's cells stay `readable` if they can.

        The last two then grow to `comfortable` where room is left.
        """

        def larger(side: int) -> bool:
            return self.fits((side, max(side, readable), side)) or self.fits((side, side, side))

        side = _largest(larger, fewest, largest)
        middle = max(side, readable)
        found = (side, middle if self.fits((side, middle, side)) else side, side)
        last = _largest(lambda n: self.fits((found[0], found[1], n)), found[2], max(comfortable, found[2]))
        middle = _largest(lambda n: self.fits((found[0], n, last)), found[1], max(comfortable, found[1]))
        return side, middle, last


def _largest(fits: Callable[[int], bool], low: int, high: int) -> int:
    """The largest number of low…high that fits, if all smaller ones do; `low` where none does."""
    return low + max(0, bisect_left(range(low, high + 1), True, key=lambda n: not fits(n)) - 1)
