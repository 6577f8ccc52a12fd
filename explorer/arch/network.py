"""The network: a frozen, versioned tree of layers, and the edits of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr, replace

from explorer.arch.layer import Fix
from explorer.arch.shape import Shape, T
from explorer.arch.tree import DEEPEST, Auxiliary, Node, Parallel, Path, Sequence, children, depth, with_children

FORMAT = 2
"""Version of the network file that this program writes, and the newest it reads. Version 1 had no blocks."""

if TYPE_CHECKING:
    InputShape = Shape
else:
    Size = Annotated[int, Meta(ge=1, le=10**9)]
    InputShape = Annotated[tuple[Size | Literal["T"], ...], Meta(min_length=1, max_length=3)]


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A network: what enters it, and its layers and blocks in their order.

    `input` is the shape of one sample without the batch: (channels, height, width), (features,), or for sequences
    (T, features) and (T,) of tokens, where T is a number or the symbol T: any number of time steps.
    """

    input: InputShape
    layers: tuple[Node, ...] = ()
    name: str = "Untitled"
    about: str = ""
    format: int = FORMAT

    def __post_init__(self) -> None:
        # A file says "T"; in the program it is the symbol, which counts as 1.
        sizes: tuple[object, ...] = self.input
        if "T" in sizes:
            force_setattr(self, "input", tuple(T if size == "T" else size for size in sizes))

    # Edits: each returns a new document. A path's last index is a place in the list that it leads to. What would lie
    # deeper than a file may be is not put in: the document then stays as it is.

    def node(self, at: Path) -> Node:
        """The layer or block at a path."""
        inside = self.layers
        for index in at[:-1]:
            inside = children(inside[index])
        return inside[at[-1]]

    def inside(self, at: Path) -> tuple[Node, ...]:
        """What the block at a path holds; () is the network itself."""
        return children(self.node(at)) if at else self.layers

    def holds(self, at: Path, *nodes: Node) -> bool:
        """Whether `nodes` can stand at a path: blocks lie within blocks at most `DEEPEST` deep."""
        return len(at) - 1 + max(map(depth, nodes), default=0) <= DEEPEST

    def insert(self, at: Path, *nodes: Node) -> Network:
        """With `nodes` put in front of what stands at a path, or at the end of its list."""
        if not self.holds(at, *nodes):
            return self
        return self._with(at, lambda inside, i: (*inside[:i], *nodes, *inside[i:]))

    def remove(self, at: Path) -> Network:
        """Without the layer or block at a path."""
        return self._with(at, lambda inside, i: (*inside[:i], *inside[i + 1 :]))

    def remove_all(self, above: Path, places: set[int]) -> Network:
        """Without the nodes at these places of the list in the block at `above`; () is the network."""
        return self._with((*above, 0), lambda inside, _: tuple(n for k, n in enumerate(inside) if k not in places))

    def put(self, at: Path, node: Node) -> Network:
        """With the layer or block at a path replaced."""
        if not self.holds(at, node):
            return self
        return self._with(at, lambda inside, i: (*inside[:i], node, *inside[i + 1 :]))

    def move(self, at: Path, to: Path) -> Network:
        """With the node at a path put in front of what now stands at `to`. Nothing moves into itself."""
        if to[: len(at)] == at:
            return self
        node = self.node(at)
        return self.remove(at).insert(moved(at, to), node) if self.holds(to, node) else self

    def mend(self, at: Path, fix: Fix) -> Network:
        """With the repair of a fault at a path carried out."""
        at = at[: len(at) - fix.above]
        if fix.remove:
            return self.remove(at)
        network = self.put(at, fix.replacement) if fix.replacement else self
        return network.insert(at, *fix.before)

    def _with(self, at: Path, change: Callable[[tuple[Node, ...], int], tuple[Node, ...]]) -> Network:
        return replace(self, layers=_changed(self.layers, at, change))

    def with_input(self, shape: Shape) -> Network:
        """With another input shape."""
        return replace(self, input=shape)

    def named(self, name: str) -> Network:
        """With another name."""
        return replace(self, name=name)


def _changed(inside: tuple[Node, ...], at: Path, change: Callable[[Any, int], tuple[Node, ...]]) -> tuple[Node, ...]:
    index = at[0]
    if len(at) == 1:
        return change(inside, index)
    block = inside[index]
    return (
        *inside[:index],
        with_children(block, _changed(children(block), at[1:], change)),
        *inside[index + 1 :],
    )


def moved(at: Path, to: Path) -> Path:
    """Where `to` leads once the node at `at` has been taken away: the new path of a node that is moved there."""
    level = len(at) - 1
    if len(to) > level and to[:level] == at[:level] and to[level] > at[level]:
        return (*to[:level], to[level] - 1, *to[level + 1 :])
    return to


def end_path(network: Network) -> Path | None:
    """Where the last layer of the main path stands, in a block at the end or not; `None` if branches are the end."""
    return _end(network.layers, ())


def _end(inside: tuple[Node, ...], at: Path) -> Path | None:
    for index in reversed(range(len(inside))):
        node = inside[index]
        if isinstance(node, Sequence):
            found = _end(node.children, (*at, index))
            if found is not None or node.children:
                return found
        elif isinstance(node, Parallel):
            return None
        elif not isinstance(node, Auxiliary):
            return (*at, index)
    return None


def before(at: Path) -> Path | None:
    """The node in front of a path in its list, or in front of its block where it is the first; `None` at the start."""
    while at and at[-1] == 0:
        at = at[:-1]
    return (*at[:-1], at[-1] - 1) if at else None


def ending(network: Network) -> Node | None:
    """The layer that makes the values which leave the network: what only picks or keeps them is passed over."""
    at = end_path(network)
    while at is not None and network.node(at).stem in ("last", "dropout", "flatten"):
        at = before(at)
    return None if at is None else network.node(at)
