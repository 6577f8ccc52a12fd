"""Where a network breaks first, and which repairs help there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from explorer.arch.layer import Fix, ShapeError
from explorer.arch.text import number
from explorer.arch.tree import Path, Sequence

if TYPE_CHECKING:
    from explorer.arch.analysis import Piece
    from explorer.arch.network import Network


class Fault(msgspec.Struct, frozen=True):
    """Where and why a network cannot be: `at` leads to the node that cannot take its input, `path` names it."""

    at: Path
    path: str
    message: str
    fixes: tuple[Fix, ...]


def fault_of(network: Network, root: Piece, again: Callable[[Network], Piece]) -> Fault | None:
    """The first fault of a network whose pieces are `root`; `again` makes those of a mended network."""
    if not root.broken:
        return None
    at, names, error = _first(root)
    repeated = _repeated(names)
    if repeated is not None:
        error = _of_a_copy(network, error, at, *repeated, again)
    return Fault(at, ".".join(names), str(error), error.fixes)


def _first(piece: Piece) -> tuple[Path, tuple[str, ...], ShapeError]:
    """Where the first fault stands, what leads there (with the copy in front of a name), and what is wrong."""
    repeated = isinstance(piece.node, Sequence) and piece.node.repeat > 1
    for copy, parts in enumerate(piece.parts, 1):
        for index, part in enumerate(parts):
            if not part.broken:
                continue
            name = f"{copy}.{piece.names[index]}" if repeated else piece.names[index]
            if part.fault is not None:
                return (index,), (name,), part.fault
            at, names, error = _first(part)
            return (index, *at), (name, *names), error
    raise AssertionError("a broken piece has a fault inside")


def _repeated(names: tuple[str, ...]) -> tuple[int, int] | None:
    """The outermost block on a path of which a later copy is meant: how many indices lead to it, and which copy."""
    for level, name in enumerate(names):
        count, dot, _ = name.partition(".")
        if dot and int(count) > 1:
            return level, int(count)
    return None


def _of_a_copy(
    network: Network, error: ShapeError, at: Path, level: int, copy: int, again: Callable[[Network], Piece]
) -> ShapeError:
    """The fault of a later copy. All copies share the node: only a repair that fits all of them is offered."""
    block = network.node(at[:level])
    assert isinstance(block, Sequence)

    def helps(fix: Fix) -> bool:
        root = again(network.mend(at, fix))
        return not root.broken or _first(root)[0][:level] != at[:level]

    fewer = replace(block, repeat=copy - 1)
    fixes = [fix for fix in error.fixes if not fix.remove and helps(fix)]
    fixes.append(Fix(f"Set repeat to {number(copy - 1)}", replacement=fewer, above=len(at) - level))
    last = [fix for fix in error.fixes if fix.remove]
    if error.fixes[: len(fixes) - 1] == tuple(fixes[:-1]) and len(fixes) > 1:
        return ShapeError(str(error), *fixes, *last)
    what, _, _ = str(error).rpartition(". ")
    return ShapeError(f"{what}. It is copy {number(copy)} that does not fit. {fixes[0].text}.", *fixes, *last)
