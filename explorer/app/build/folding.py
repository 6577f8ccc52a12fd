"""Which blocks are collapsed to a card: when a network is opened, and after an edit."""

from __future__ import annotations

from explorer.app.build.collect import copy_of, repeats_of
from explorer.arch.analysis import Piece, Report
from explorer.arch.layer import Layer
from explorer.arch.tree import Parallel, Path

MANY, FEW = 40, 12
"""A network of more boxes than this is opened with blocks collapsed, but not to fewer than this if it can be."""


def blocks(report: Report) -> tuple[tuple[Path, Piece], ...]:
    """All blocks that can be collapsed, with their paths: all but the branches that are no repeated sequences."""
    found: list[tuple[Path, Piece]] = []

    def walk(piece: Piece, at: Path) -> None:
        branches = isinstance(piece.node, Parallel)
        for index, part in enumerate(copy_of(piece)):
            if part.parts:
                if not branches or repeats_of(part) > 1:
                    found.append(((*at, index), part))
                walk(part, (*at, index))

    walk(report.root, ())
    return tuple(found)


def opening(report: Report) -> frozenset[Path]:
    """The blocks to collapse when a network is opened, so that it can be read: none in a small one.

    Of the depths to collapse from, the outermost that still leaves a dozen boxes.
    """
    all_blocks = blocks(report)
    deepest = max((len(at) for at, _ in all_blocks), default=0)
    best: frozenset[Path] = frozenset()
    most = _count(report.root, (), best)
    if most <= MANY:
        return best
    for level in range(deepest, 0, -1):
        wanted = frozenset(at for at, _ in all_blocks if len(at) >= level)
        count = _count(report.root, (), wanted)
        if count >= FEW or most > MANY:
            best, most = wanted, count
    return best


def _count(piece: Piece, at: Path, collapsed: frozenset[Path]) -> int:
    count = 0
    for index, part in enumerate(copy_of(piece)):
        path = (*at, index)
        if not part.parts or path in collapsed:
            kept = isinstance(part.node, Layer) and part.node.kind in ("activation", "normalisation")
            count += not kept
        else:
            count += _count(part, path, collapsed) + isinstance(part.node, Parallel)
    return count


def still_collapsed(before: Report, now: Report, collapsed: frozenset[Path]) -> frozenset[Path]:
    """The collapsed blocks after an edit: the same ones, wherever they have come to stand.

    A network that has no node in common with the one before is another document, and begins anew.
    """
    old = {id(node) for node in before.network.layers}
    if before.network.layers and not any(id(node) in old for node in now.network.layers):
        return opening(now) if before.network.name != now.network.name else collapsed & {at for at, _ in blocks(now)}
    earlier = {at: piece.node for at, piece in blocks(before)}
    where = {id(node): at for at, node in earlier.items()}
    present = blocks(now)
    alive = {id(piece.node) for _, piece in present}
    kept = set()
    for at, piece in present:
        node = piece.node
        if earlier.get(at) is node:
            source: Path | None = at
        elif id(node) in where:
            source = where[id(node)]
        else:  # it was changed in its place, unless what stood there has moved
            source = at if at in earlier and id(earlier[at]) not in alive else None
        if source in collapsed:
            kept.add(at)
    return frozenset(kept)
