"""Where an edit goes in the tree: places next to a node, groups of nodes, steps up and down. All pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from explorer.arch.analysis import Report
from explorer.arch.network import Network
from explorer.arch.shape import Shape
from explorer.arch.tree import Auxiliary, Node, Parallel, Path, Sequence, children


def is_branch(network: Network, at: Path) -> bool:
    """Whether a path leads to a branch of a block of branches."""
    return len(at) > 1 and isinstance(network.node(at[:-1]), Parallel)


def place_after(network: Network, at: Path) -> Path:
    """Where something new goes when the node at a path is chosen: behind it, or into a branch or an empty block.

    () is the input: then it goes to the front.
    """
    if not at:
        return (0,)
    node = network.node(at)
    inside = children(node)
    if is_branch(network, at) or (isinstance(node, Sequence | Auxiliary) and not inside):
        return (*at, len(inside))
    return (*at[:-1], at[-1] + 1)


def place_inside(network: Network, at: Path) -> Path:
    """The end of the block at a path; () is the network. A layer takes nothing inside: the place is behind it."""
    if at and not isinstance(network.node(at), Sequence | Parallel | Auxiliary):
        return (*at[:-1], at[-1] + 1)
    return (*at, len(network.inside(at)))


def step_place(network: Network, at: Path, step: int) -> Path | None:
    """Where the node at a path goes one step up (−1) or down (+1), as for `Network.move`; `None` at the end.

    At the end of a block it leaves the block; a branch stays among its branches.
    """
    count = len(network.inside(at[:-1]))
    index = at[-1] + (2 if step > 0 else -1)
    if 0 <= index <= count:
        return (*at[:-1], index)
    if len(at) == 1 or is_branch(network, at):
        return None
    block = at[:-2] if is_branch(network, at[:-1]) else at[:-1]
    return block if step < 0 else (*block[:-1], block[-1] + 1)


def topmost(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Paths without those that lie inside another one of them, in the order of the document. The input is left out."""
    kept: list[Path] = []
    for path in sorted(set(paths)):
        if path and not (kept and path[: len(kept[-1])] == kept[-1]):  # what lies inside follows directly
            kept.append(path)
    return tuple(kept)


def in_one_run(paths: tuple[Path, ...]) -> bool:
    """Whether the nodes stand directly one after the other in one list."""
    first = paths[0] if paths else ()
    return bool(paths) and all(path == (*first[:-1], first[-1] + k) for k, path in enumerate(paths))


def without(network: Network, paths: Iterable[Path]) -> Network:
    """With all these nodes removed."""
    lists: dict[Path, set[int]] = {}
    for path in topmost(paths):
        lists.setdefault(path[:-1], set()).add(path[-1])
    for above in sorted(lists, key=len, reverse=True):  # from the inside out: no path changes under one's feet
        network = network.remove_all(above, lists[above])
    return network


def grouped(network: Network, paths: tuple[Path, ...], block: Sequence | Parallel | Auxiliary | None = None) -> Network:
    """With neighbouring nodes put into one sequence (or another block), where the first one stood."""
    nodes: tuple[Node, ...] = tuple(network.node(path) for path in paths)
    made = replace(block or Sequence(), children=nodes) if not isinstance(block, Parallel) else block
    return without(network, paths).insert(paths[0], made) if network.holds(paths[0], made) else network


def ungrouped(network: Network, at: Path) -> Network:
    """With the block at a path replaced by what it holds, once; of branches only the first stays."""
    node = network.node(at)
    inside = children(node)
    if isinstance(node, Parallel):
        inside = children(inside[0]) if inside else ()
    return network.remove(at).insert(at, *inside)


def arriving(report: Report, place: Path) -> Shape | None:
    """The shape that would enter something put at a place; `None` if it is not known."""
    here = report.places.get(place)
    if here is not None and here.node is not None:
        return here.input
    above = place[:-1]
    holder = report.places[above]
    if place[-1] > 0 and not isinstance(holder.node, Parallel):
        return report.places[(*above, place[-1] - 1)].output
    return holder.input if above else report.network.input
