"""From a chain of layers and branches to the nodes of a network, in blocks that are named as the modules were."""

from __future__ import annotations

import re
from collections import Counter

from msgspec.structs import replace

from explorer.arch.layer import Layer
from explorer.arch.tree import Node, Parallel, Sequence
from explorer.learn.tracing.series import Fork, Item, Step

LONGEST = 40
"""Characters that a name has at most."""


def nodes(items: tuple[Item, ...]) -> tuple[tuple[Node, ...], list[Step]]:
    """The nodes of a network, and where each of its layers, in their order, comes from.

    What happened in one module, and stands together, becomes a block with its name.
    """
    steps: list[Step] = []
    made = _inside(items, (), steps)
    if len(made) == 1 and isinstance(made[0], Sequence):  # one block around everything says nothing
        made = made[0].children
    return made, steps


def _inside(items: tuple[Item, ...], prefix: tuple[str, ...], steps: list[Step]) -> tuple[Node, ...]:
    made: list[Node] = []
    at = 0
    while at < len(items):
        item, end = items[at], at + 1
        part = item.path[len(prefix)] if len(item.path) > len(prefix) else ""
        if isinstance(item, Step) and (not part or _is_leaf(item, prefix)):
            steps.append(item)
            made.append(replace(item.layer, name=_name(part)))
        elif isinstance(item, Fork) and not part:
            branches = tuple(_branch(_inside(branch, prefix, steps)) for branch in item.branches)
            made.append(Parallel(branches, merge=item.merge, along=item.along))
        else:
            while end < len(items) and _continues(items[end], prefix, part):
                end += 1
            made.append(_block(_inside(items[at:end], (*prefix, part), steps), _name(part)))
        at = end
    return _once(made)


def _is_leaf(step: Step, prefix: tuple[str, ...]) -> bool:
    return step.module is not None and len(step.path) == len(prefix) + 1


def _continues(item: Item, prefix: tuple[str, ...], part: str) -> bool:
    within = len(item.path) > len(prefix) and item.path[len(prefix)] == part
    return within and not (isinstance(item, Step) and _is_leaf(item, prefix))


def _block(inside: tuple[Node, ...], name: str) -> Node:
    """What a module held, as one node: a block around a single node is that node."""
    if len(inside) == 1:
        only = inside[0]
        return replace(only, name=name or only.name)
    return Sequence(inside, name=name)


def _branch(inside: tuple[Node, ...]) -> Sequence:
    if len(inside) == 1 and isinstance(inside[0], Sequence):
        return inside[0]
    return Sequence(inside)


def _name(part: str) -> str:
    """A module's name as an identifier; a number, which only says the place, is none."""
    if part.isdigit():
        return ""
    return re.sub(r"^(?=\d)", "_", re.sub(r"\W", "_", part, flags=re.ASCII))[:LONGEST]


def _once(made: list[Node]) -> tuple[Node, ...]:
    """A name that occurs again, such as that of an activation used everywhere, is left to the kind."""
    counts = Counter(node.name for node in made)
    return tuple(replace(node, name="") if counts[node.name] > 1 and isinstance(node, Layer) else node for node in made)
