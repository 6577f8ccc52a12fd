"""Where everything in the diagram lies: a pure function from a report to a drawing.

Lengths are measured along the flow (u) and across it (v); only the boxes that come out know what is x and what is y.
Each part first measures itself, then says where its boxes go: a chain of nodes, a collapsed block, a frame around a
chain, branches, a side classifier.

    ▯─▭▏─┬─▭▏▭─⊕─▏      a thin ▏ belongs to the tensor in front of it
         └─────┘
"""

from __future__ import annotations

from explorer.app.build.branches import Branches, Framed
from explorer.app.build.chain import Card, Chain
from explorer.app.build.collect import Part, Work, copy_of
from explorer.app.build.drawing import Drawing, Slab, Units, sized
from explorer.arch.analysis import Piece, Report
from explorer.arch.text import times
from explorer.arch.tree import Parallel, Path


def lay_out(
    report: Report,
    collapsed: frozenset[Path] = frozenset(),
    vertical: bool = False,
    units: Units = Units(),  # noqa: B008  (frozen)
) -> Drawing:
    """Where the boxes, wires and frames of a network lie; blocks in `collapsed` are one card.

    The input's box comes first and has the path (). Behind a fault boxes are not `known`.
    """

    def part(work: Work, piece: Piece, name: str, at: Path, level: int) -> Part:
        if at in collapsed:
            return Card(work, piece, name, at)
        if isinstance(piece.node, Parallel):
            return Branches(work, piece, name, at, level, collapsed)
        return Framed(work, piece, name, at, level)

    work = Work(report, vertical, units, part)
    chain = Chain(work, copy_of(report.root), report.root.names, (), 0, _input(report, work))
    chain.emit(0.0, 0.0)
    left, top = (-chain.above, 0.0) if vertical else (0.0, -chain.above)
    width, height = chain.length, chain.above + chain.below
    if vertical:
        width, height = height, width
    return Drawing(
        tuple(work.boxes),
        tuple(work.wires),
        tuple(work.frames),
        tuple(work.spots),
        (left, top, width, height),
        vertical,
    )


def _input(report: Report, work: Work) -> Slab:
    shape = report.network.input
    form, along, across = sized(shape, "input", work.scale, work.units)
    text = times(shape)
    words = max(5 * work.units.word, len(text) * work.units.digit)
    return Slab(form, "input", along, across, "input", text, words, True, False)
