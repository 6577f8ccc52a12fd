"""Blocks: what makes a list of layers a tree.

Every network of the lectures is series-parallel: a sequence in which one element may be a block with branches.
So three blocks suffice: a sequence (perhaps repeated), branches that are merged again, and a side classifier.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from explorer.arch.fields import described
from explorer.arch.layer import Fix, Kind, Layer, Name, ShapeError
from explorer.arch.layers import AnyLayer, Conv2d, Linear
from explorer.arch.shape import Shape
from explorer.arch.text import times

Path = tuple[int, ...]
"""Where a node stands: its index in the network, then in each block on the way. () is the input."""

DEEPEST = 40
"""Blocks within blocks beyond this depth are refused."""


class Block(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True, kw_only=True):
    """Base of all blocks."""

    title: ClassVar[str]
    kind: ClassVar[Kind] = "block"
    about: ClassVar[str]

    name: Annotated[Name, described("Name", "What the block is called in the network and its code.", "by its kind")] = (
        msgspec.field(default="")
    )

    @property
    def type(self) -> str:
        """The name of the block's class."""
        return type(self).__name__

    @property
    def stem(self) -> str:
        """What the block is called in a network, before its number."""
        return "block"

    def detail(self, shape: Shape | None) -> str:
        """The settings in a few words."""
        return ""


class Sequence(Block, frozen=True, tag=True):
    """Nodes one after the other; repeated, each copy has weights of its own."""

    title: ClassVar[str] = "Sequence"
    about: ClassVar[str] = "Layers one after the other, as one block. Repeated, each copy has its own weights."

    children: tuple[Node, ...] = ()
    repeat: Annotated[
        Annotated[int, Meta(ge=1, le=1000)],
        described("Repeat", "How many copies stand one after the other, each with its own weights."),
    ] = 1

    def detail(self, shape: Shape | None) -> str:
        return f"×{self.repeat}" if self.repeat > 1 else ""


class Parallel(Block, frozen=True, tag=True):
    """Branches that all get the input; their outputs are joined or added."""

    title: ClassVar[str] = "Branches"
    about: ClassVar[str] = "Several paths get the same input. Their outputs are joined, or added."

    branches: tuple[Sequence, ...] = ()
    merge: Annotated[
        Literal["concat", "add"],
        described("Merge", "concat puts the branches' maps behind one another; add sums them value by value."),
    ] = "concat"
    along: Annotated[
        Literal["channels", "features"],
        described("Join along", "channels: the first axis of a sample; features: the last. Only for concat."),
    ] = "channels"

    @property
    def stem(self) -> str:
        return "residual" if self.merge == "add" else "branches"

    def detail(self, shape: Shape | None) -> str:
        return f"{len(self.branches)} branches, {'added' if self.merge == 'add' else 'joined'}"

    def merged(self, shapes: tuple[Shape, ...]) -> Shape:
        """The shape that the branches' outputs make. Raises `ShapeError`."""
        if not shapes:
            raise ShapeError("A block of branches needs at least one branch. Add a branch, or remove it.", _GONE)
        if any(len(s) != len(shapes[0]) for s in shapes):
            raise ShapeError(
                f"The branches give {_all(shapes)}: these cannot be {self._done}. Give each as many axes.", _GONE
            )
        if self.merge == "add":
            return self._sum(shapes)
        return self._joined(shapes)

    @property
    def _done(self) -> str:
        return "added" if self.merge == "add" else "joined"

    def _sum(self, shapes: tuple[Shape, ...]) -> Shape:
        wanted = shapes[0]
        for index, other in enumerate(shapes):
            if other != wanted:
                fixes = [*self._project(shapes, index), *self._project(shapes, 0), self._other_merge()]
                raise ShapeError(
                    f"Adding needs equal shapes; branch 1 gives {times(wanted)}, branch {index + 1} {times(other)}. "
                    f"{fixes[0].text}.",
                    *fixes,
                )
        return wanted

    def _project(self, shapes: tuple[Shape, ...], index: int) -> list[Fix]:
        """Make branch `index` end in the shape of another one, if a single layer at its end does it."""
        mine = shapes[index]
        wanted = next((s for s in shapes if s != mine), mine)
        if len(mine) == 1:
            layer: AnyLayer = Linear(wanted[0])
        elif len(mine) == 3 and all(m % w == 0 for m, w in zip(mine[1:], wanted[1:], strict=True)):
            stride = (mine[1] // wanted[1], mine[2] // wanted[2])
            layer = Conv2d(filters=wanted[0], kernel=(1, 1), stride=stride, bias=False)
            if any(-(-m // s) != w for m, s, w in zip(mine[1:], stride, wanted[1:], strict=True)):
                return []
        else:
            return []
        branch = self.branches[index]
        longer = replace(branch, children=(*branch.children, layer))
        what = f"a Linear of {wanted[0]} units" if len(mine) == 1 else f"a 1×1 convolution to {times(wanted)}"
        return [Fix(f"Add {what} to branch {index + 1}", replacement=self.with_branch(index, longer))]

    def _other_merge(self) -> Fix:
        merge: Literal["concat", "add"] = "concat" if self.merge == "add" else "add"
        return Fix("Join the branches instead of adding them", replacement=replace(self, merge=merge))

    def _joined(self, shapes: tuple[Shape, ...]) -> Shape:
        axis = 0 if self.along == "channels" else len(shapes[0]) - 1

        def rest(one: Shape) -> Shape:
            return (*one[:axis], *one[axis + 1 :])

        if any(rest(s) != rest(shapes[0]) for s in shapes):
            fixes = [*self._padded(), *self._other_axis(shapes, axis)]
            what = "height and width" if len(shapes[0]) == 3 and axis == 0 else f"all sizes but the {_NTH[axis]}"
            advice = fixes[0].text if fixes else "Pad their layers, or give them the same stride"
            raise ShapeError(
                f"Joining along {self.along} needs equal {what}; the branches give {_all(shapes)}. {advice}.", *fixes
            )
        size = sum(s[axis] for s in shapes)
        return (*shapes[0][:axis], size, *shapes[0][axis + 1 :])

    def _padded(self) -> list[Fix]:
        """Pad each sliding layer of stride 1 so that it keeps the size."""
        changed = tuple(replace(b, children=tuple(_keeping(c) for c in b.children)) for b in self.branches)
        if changed == self.branches:
            return []
        return [Fix("Pad each branch so that it keeps its size", replacement=replace(self, branches=changed))]

    def _other_axis(self, shapes: tuple[Shape, ...], axis: int) -> list[Fix]:
        other: Literal["channels", "features"] = "features" if self.along == "channels" else "channels"
        at = 0 if other == "channels" else len(shapes[0]) - 1
        first = shapes[0]
        fits = at != axis and all((*s[:at], *s[at + 1 :]) == (*first[:at], *first[at + 1 :]) for s in shapes)
        return [Fix(f"Join along {other}", replacement=replace(self, along=other))] if fits else []

    def with_branch(self, index: int, branch: Sequence) -> Parallel:
        """With the branch at `index` replaced."""
        return replace(self, branches=(*self.branches[:index], branch, *self.branches[index + 1 :]))


class Auxiliary(Block, frozen=True, tag=True):
    """A classifier at the side: it learns from what arrives, and passes it on untouched."""

    title: ClassVar[str] = "Auxiliary head"
    about: ClassVar[str] = "A classifier at the side, used in training only. The main path passes untouched."

    children: tuple[Node, ...] = ()

    @property
    def stem(self) -> str:
        return "aux"


Node = AnyLayer | Sequence | Parallel | Auxiliary
"""A layer or a block: what a network is made of."""

BLOCKS: tuple[type[Block], ...] = (Sequence, Parallel, Auxiliary)

_GONE = Fix("Remove the block", remove=True)
_NTH = ("first", "second", "third")


def _all(shapes: tuple[Shape, ...]) -> str:
    return ", ".join(times(s) for s in shapes)


def _keeping(node: Node) -> Node:
    """A sliding layer of stride 1 with the padding that keeps the size; anything else as it is."""
    kernel, padding = getattr(node, "kernel", None), getattr(node, "padding", None)
    steps = getattr(node, "steps", None)
    if not (isinstance(kernel, tuple) and isinstance(padding, tuple)) or steps is None or set(steps) != {1}:
        return node
    spread: tuple[int, ...] = getattr(node, "spacing", (1,) * len(kernel))
    if any(k % 2 == 0 for k in kernel):
        return node
    kept = tuple(d * (k - 1) // 2 for k, d in zip(kernel, spread, strict=True))
    changed: dict[str, Any] = {"padding": kept}
    return replace(node, **changed)


def children(node: Node) -> tuple[Node, ...]:
    """What a block holds: its nodes, or its branches. A layer holds nothing."""
    if isinstance(node, Parallel):
        return node.branches
    return node.children if isinstance(node, Sequence | Auxiliary) else ()


def with_children(node: Node, inside: tuple[Node, ...]) -> Node:
    """The block with other nodes in it; a node that becomes a branch is put into a sequence."""
    if isinstance(node, Parallel):
        return replace(node, branches=tuple(n if isinstance(n, Sequence) else Sequence((n,)) for n in inside))
    assert isinstance(node, Sequence | Auxiliary), "only blocks hold nodes"
    return replace(node, children=inside)


def depth(node: Node) -> int:
    """Blocks within blocks: 0 for a layer."""
    inside = children(node)
    return 0 if isinstance(node, Layer) else 1 + max((depth(n) for n in inside), default=0)
