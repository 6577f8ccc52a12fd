"""Blocks: what makes a list of layers a tree.

Every network of the lectures is series-parallel: a sequence in which one element may be a block with branches.
So three blocks suffice: a sequence (perhaps repeated), branches that are merged again, and a side classifier.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from explorer.arch import merging
from explorer.arch.fields import described
from explorer.arch.layer import Kind, Layer, Name
from explorer.arch.layers import AnyLayer
from explorer.arch.shape import Shape

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
        """The shape that the branches' outputs make.

        Raises `ShapeError`, whose repairs are worth a try: whether one helps shows only when it is carried out.
        """
        return merging.merged(self, shapes)

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
