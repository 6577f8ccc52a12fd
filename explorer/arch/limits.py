"""How large a network may become: its layers are counted with all copies, before any of them is looked at."""

from __future__ import annotations

from msgspec.structs import replace

from explorer.arch.layer import Fix, Layer, ShapeError
from explorer.arch.text import number, plural
from explorer.arch.tree import Node, Parallel, Sequence, children, with_children

MOST_LAYERS = 20_000
"""Layers and merges of one network, all copies counted. (ResNet-152 has 515.)"""


def running(node: Node) -> int:
    """How many layers and merges run in a layer or block, all copies counted; of a copy of nothing, one."""
    if isinstance(node, Layer):
        return 1
    inside = sum(map(running, children(node)))
    if isinstance(node, Sequence):
        return max(inside, 1) * node.repeat if node.repeat > 1 else inside
    return inside + isinstance(node, Parallel)


def too_many(nodes: tuple[Node, ...]) -> tuple[int, int]:
    """The first node with which there are too many layers, and how many layers it may have; (−1, 0) if all fit."""
    room = MOST_LAYERS
    if len(nodes) <= room and all(isinstance(node, Layer) for node in nodes):
        return -1, 0
    for index, node in enumerate(nodes):
        count = running(node)
        if count > room:
            return index, room
        room -= count
    return -1, 0


def refusal(node: Node, room: int) -> ShapeError:
    """Why there can be no such network, and the repairs: fewer copies, or without the node."""
    what = "layer" if isinstance(node, Layer) else "block"
    fixes = [Fix(f"Remove this {what}", remove=True)]
    if isinstance(node, Sequence) and node.repeat > 1:
        copies = room // running(replace(node, repeat=1))
        single = _once(node)
        if copies:
            fixes.insert(0, Fix(f"Set repeat to {number(copies)}", replacement=replace(node, repeat=copies)))
        elif running(single) <= room:
            fixes.insert(0, Fix("Set every repeat in it to 1", replacement=single))
    elif node != _once(node) and running(_once(node)) <= room:
        fixes.insert(0, Fix("Set every repeat in it to 1", replacement=_once(node)))
    copies_of = "" if isinstance(node, Layer) else f", all copies counted: {plural(running(node), 'layer')} here alone"
    return ShapeError(
        f"With this {what} the network has more than {number(MOST_LAYERS)} layers{copies_of}. {fixes[0].text}.", *fixes
    )


def _once(node: Node) -> Node:
    """The node with each repeat in it set to 1."""
    if isinstance(node, Layer):
        return node
    made = with_children(node, tuple(map(_once, children(node))))
    return replace(made, repeat=1) if isinstance(made, Sequence) else made
