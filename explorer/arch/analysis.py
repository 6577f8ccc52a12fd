"""What a network costs and where it breaks: one pure pass over the tree.

Each layer and block, together with the shape that enters it, makes one `Piece`: what leaves, what it costs. A piece
knows nothing of where it stands, so the copies of a repeated block, equal layers, and everything that an edit left
alone share theirs. From the pieces come two lists: `rows`, where every copy counts, and `outline`, as one reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from math import prod

import msgspec

from explorer.arch.faults import Fault, fault_of
from explorer.arch.layer import VALUE_BYTES, Fix, Layer, ShapeError
from explorer.arch.limits import refusal, too_many
from explorer.arch.naming import node_names
from explorer.arch.network import Network
from explorer.arch.receptive import Field
from explorer.arch.shape import Shape
from explorer.arch.tree import Auxiliary, Node, Parallel, Path, Sequence, children


class Piece(msgspec.Struct, frozen=True):
    """A layer or block and the shape that enters it. Counts are of all that is inside, all copies together.

    `output` is `None` at a fault and behind it. `parts` are the pieces of what a block holds, copy by copy;
    `names` what its nodes are called.
    """

    node: Node
    input: Shape | None
    output: Shape | None
    weights: int = 0
    biases: int = 0
    memory_bytes: int = 0
    macs: int = 0
    parts: tuple[tuple[Piece, ...], ...] = ()
    names: tuple[str, ...] = ()
    fault: ShapeError | None = None
    """Why this very node cannot take its input; what is wrong inside a block stands there."""
    broken: bool = False
    """Whether there is a fault here or inside."""

    @property
    def parameters(self) -> int:
        """Weights and biases together."""
        return self.weights + self.biases


class Row(msgspec.Struct, frozen=True):
    """One line of figures. Shapes and counts are `None` from the fault on: they are not known there.

    `at` leads to the node in the document, () is the input; the copies of a repeated block share it. `piece` is
    `None` for the input and for the merge at the end of branches.
    """

    path: str
    type: str
    at: Path
    node: Node | None
    piece: Piece | None = None
    input: Shape | None = None
    output: Shape | None = None
    weights: int | None = None
    biases: int | None = None
    memory_bytes: int | None = None
    macs: int | None = None
    field: Field | None = None
    """What one output sees of the input."""
    field_before: Field | None = None

    @property
    def layer(self) -> Layer | None:
        """The layer, if the row is one's."""
        return self.node if isinstance(self.node, Layer) else None

    @property
    def kind(self) -> str:
        """The kind of layer; `input` in the first row."""
        return self.node.kind if self.node else "input"

    @property
    def parameters(self) -> int | None:
        """Weights and biases together."""
        return None if self.weights is None or self.biases is None else self.weights + self.biases

    @property
    def receptive_field(self) -> tuple[int, ...] | None:
        """How many rows and columns of the input (or how many input features) one output sees."""
        return self.field.size if self.field else None


class Report:
    """All that is known about a network. Faults are values in it."""

    def __init__(self, network: Network, root: Piece, cache: dict[object, Piece]) -> None:
        self.network = network
        self.root = root
        """The piece of the whole: a sequence of the network's layers."""
        self.cache = cache

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every layer as it runs: `rows[0]` is the input; each copy of a block and each merge has its own.

        Their columns sum to the totals.
        """
        return tuple(row for row in self._walk(copies=True) if row.piece is None or isinstance(row.node, Layer))

    @cached_property
    def outline(self) -> tuple[Row, ...]:
        """Every layer, block and branch of the document once, in the order of reading; first the input."""
        return tuple(self._walk(copies=False))

    @cached_property
    def places(self) -> dict[Path, Row]:
        """The lines of the outline by their paths."""
        return {row.at: row for row in self.outline}

    @cached_property
    def fault(self) -> Fault | None:
        """The first place where the network cannot be."""
        return fault_of(self.network, self.root, lambda mended: analyse(mended, self).root)

    @property
    def parameters(self) -> int:
        """All learned numbers, up to the fault if there is one."""
        return self.root.parameters

    @cached_property
    def main_path(self) -> int:
        """Learned numbers without those of auxiliary heads."""
        return self.parameters - sum(_auxiliary(self.root))

    @property
    def memory_bytes(self) -> int:
        """Bytes of all activations of one sample, the input included, at 4 bytes a value."""
        return self.root.memory_bytes + prod(self.network.input) * VALUE_BYTES

    @property
    def macs(self) -> int:
        """Multiply-adds for one sample."""
        return self.root.macs

    @property
    def output(self) -> Shape | None:
        """What leaves the last layer, or `None` behind a fault."""
        return self.root.output

    def _walk(self, copies: bool) -> Iterator[Row]:
        shape = self.network.input
        field = Field.of_input(shape)
        size = prod(shape) * VALUE_BYTES
        yield Row("input", "Input", (), None, None, None, shape, 0, 0, size, 0, field, field)
        yield from _Walk(copies, shape).inside(self.root, "", (), field)


class _Walk:
    """Makes the rows of a tree of pieces; `fields` go along."""

    def __init__(self, copies: bool, whole: Shape) -> None:
        self.copies = copies
        self.whole = whole
        self.field = Field.of_input(whole)

    def inside(self, piece: Piece, prefix: str, at: Path, field: Field) -> Iterator[Row]:
        """The rows of what a block holds. Leaves the field at its end in `self.field`."""
        repeated = isinstance(piece.node, Sequence) and piece.node.repeat > 1
        branches = isinstance(piece.node, Parallel)
        ends: list[Field] = []
        self.field = field
        for number, copy in enumerate(piece.parts, 1):
            if number > 1 and not self.copies:
                self.field = self.behind(copy, self.field)
                continue
            before = f"{prefix}{number}." if repeated and self.copies else prefix
            for index, (name, part) in enumerate(zip(piece.names, copy, strict=True)):
                start = field if branches else self.field
                yield from self.one(part, before + name, (*at, index), start)
                ends.append(self.field)
        if branches:
            self.field = Field.of_branches(field, ends)

    def behind(self, parts: tuple[Piece, ...], field: Field) -> Field:
        """The field behind pieces that stand one after the other, without their rows."""
        for part in parts:
            node = part.node
            if isinstance(node, Layer):
                if part.output is not None and part.input is not None:
                    field = field.through(node, part.input, self.whole)
            elif isinstance(node, Parallel):
                field = Field.of_branches(field, [self.behind((branch,), field) for branch in part.parts[0]])
            elif not isinstance(node, Auxiliary):
                for copy in part.parts:
                    field = self.behind(copy, field)
        return field

    def one(self, piece: Piece, path: str, at: Path, field: Field) -> Iterator[Row]:
        """The rows of a layer, or of a block and what it holds."""
        node = piece.node
        if isinstance(node, Layer):
            self.field = field
            if piece.output is None or piece.input is None:
                yield Row(path, node.type, at, node, piece, piece.input)
                return
            self.field = field.through(node, piece.input, self.whole)
            yield _row(piece, path, at, self.field, field)
            return
        # The row of a block comes first, but its field is known only behind it.
        inside = list(self.inside(piece, f"{path}.", at, field))
        end = field if isinstance(node, Auxiliary) else self.field
        yield (
            _row(piece, path, at, end, field)
            if not piece.broken
            else Row(path, node.type, at, node, piece, piece.input)
        )
        yield from inside
        self.field = end
        if isinstance(node, Parallel) and self.copies:
            yield _merge(piece, node, path, at, end, field)


def _row(piece: Piece, path: str, at: Path, field: Field, before: Field) -> Row:
    return Row(
        path,
        piece.node.type,
        at,
        piece.node,
        piece,
        piece.input,
        piece.output,
        piece.weights,
        piece.biases,
        piece.memory_bytes,
        piece.macs,
        field,
        before,
    )


def _merge(piece: Piece, node: Parallel, path: str, at: Path, field: Field, before: Field) -> Row:
    kind = "Add" if node.merge == "add" else "Concat"
    path = f"{path}.{node.merge}"
    if piece.output is None:
        return Row(path, kind, at, node)
    size = prod(piece.output) * VALUE_BYTES
    return Row(path, kind, at, node, None, piece.input, piece.output, 0, 0, size, 0, field, before)


def analyse(network: Network, before: Report | None = None) -> Report:
    """Shapes, counts and costs of every layer and block, up to the first fault.

    Never raises for a network that can be read: a fault is a value in the report. What `before` already knows of
    the same nodes is taken from there.
    """
    work = _Pass(before.cache if before else {})
    layers = network.layers
    last, room = too_many(layers)
    if last < 0:
        parts, output = work.sequence(layers, network.input)
    else:
        fitting, _ = work.sequence(layers[:last], network.input)
        beyond = work.refused(layers[last], fitting[-1].output if fitting else network.input, room)
        behind, output = work.sequence(layers[last + 1 :], None)
        parts = (*fitting, beyond, *behind)
    root = _sum(Sequence(layers), network.input, output, (parts,), node_names(layers))
    return Report(network, root, work.cache)


class _Pass:
    """One pass: layers are known by value, blocks by identity, each with the shape that enters."""

    def __init__(self, old: dict[object, Piece], trial: bool = False) -> None:
        """`trial` only asks whether something fits: the repairs of what does not are not tried in turn."""
        self.old, self.trial = old, trial
        self.cache: dict[object, Piece] = {}

    def sequence(self, nodes: Iterable[Node], shape: Shape | None) -> tuple[tuple[Piece, ...], Shape | None]:
        pieces = []
        for node in nodes:
            piece = self.piece(node, shape)
            pieces.append(piece)
            shape = piece.output
        return tuple(pieces), shape

    def piece(self, node: Node, shape: Shape | None) -> Piece:
        # The piece keeps its node alive, so that an identity in the cache stays that node's.
        key = (type(node), node, shape) if isinstance(node, Layer) else (id(node), shape)
        found = self.cache.get(key)
        if found is None:
            found = self.old.get(key)
            if found is None:
                found = _layer(node, shape) if isinstance(node, Layer) else self.block(node, shape)
            self.cache[key] = found
        return found

    def block(self, node: Node, shape: Shape | None) -> Piece:
        if isinstance(node, Parallel):
            return self.branches(node, shape)
        names = node_names(children(node))
        if isinstance(node, Auxiliary):
            parts, _ = self.sequence(node.children, shape)
            return _sum(node, shape, shape, (parts,), names)
        assert isinstance(node, Sequence)
        copies: list[tuple[Piece, ...]] = []
        output = shape
        # Where nothing is known, there is nothing to say of further copies.
        for _ in range(node.repeat if shape is not None else 1):
            parts, output = self.sequence(node.children, entering := output)
            copies.append(parts)
            if output is None:
                break
            if output == entering:  # all further copies are the same
                copies += [parts] * (node.repeat - len(copies))
                break
        return _sum(node, shape, output, tuple(copies), names)

    def refused(self, node: Node, shape: Shape | None, room: int) -> Piece:
        """The piece of a node with which there are too many layers: nothing in it is worked out."""
        inside, stem = children(node), "branch" if isinstance(node, Parallel) else ""
        parts = tuple(self.piece(one, None) for one in inside)
        copies = () if isinstance(node, Layer) else (parts,)
        fault = None if shape is None else refusal(node, room)
        names = node_names(inside, stem)
        return Piece(node, shape, None, parts=copies, names=names, fault=fault, broken=fault is not None)

    def branches(self, node: Parallel, shape: Shape | None) -> Piece:
        parts = tuple(self.piece(branch, shape) for branch in node.branches)
        names = node_names(node.branches, "branch")
        outputs = tuple(part.output for part in parts if part.output is not None)
        output = fault = None
        if shape is not None and len(outputs) == len(parts):
            try:
                output = node.merged(outputs)
            except ShapeError as error:
                fault = error if self.trial else self.tried(error, shape)
        return _sum(node, shape, output, (parts,), names, fault)

    def tried(self, error: ShapeError, shape: Shape) -> ShapeError:
        """The fault of a merge, with those of its repairs that repair it; the first is also said."""
        fixes: dict[str, Fix] = {}
        for fix in error.fixes:
            if fix.remove or not _Pass(self.cache, trial=True).piece(fix.replacement, shape).broken:
                fixes.setdefault(fix.text, fix)
        kept = tuple(fixes.values())
        return ShapeError(f"{error} {kept[0].text}.", *kept)


def _layer(layer: Node, shape: Shape | None) -> Piece:
    assert isinstance(layer, Layer)
    if shape is None:
        return Piece(layer, None, None)
    try:
        output = layer.output(shape)
    except ShapeError as error:
        return Piece(layer, shape, None, fault=error, broken=True)
    return Piece(
        layer,
        shape,
        output,
        layer.weights(shape),
        layer.biases(shape),
        layer.memory(output),
        layer.macs(shape, output),
    )


def _sum(
    node: Node,
    shape: Shape | None,
    output: Shape | None,
    copies: tuple[tuple[Piece, ...], ...],
    names: tuple[str, ...],
    fault: ShapeError | None = None,
) -> Piece:
    weights = biases = memory = macs = 0
    broken = fault is not None
    for parts in copies:
        for part in parts:
            weights += part.weights
            biases += part.biases
            memory += part.memory_bytes
            macs += part.macs
            broken = broken or part.broken
    if isinstance(node, Parallel) and output is not None:
        memory += prod(output) * VALUE_BYTES  # the merge makes a tensor of its own
    return Piece(node, shape, output, weights, biases, memory, macs, copies, names, fault, broken)


def _auxiliary(piece: Piece) -> Iterator[int]:
    for copy in piece.parts:
        for part in copy:
            if isinstance(part.node, Auxiliary):
                yield part.parameters
            elif part.parts:
                yield from _auxiliary(part)
