"""What a whole network costs for a batch, and where the figures of each row come from.

Every number comes with the lines of arithmetic that make it, with its real operands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from math import prod

from explorer.arch import receptive
from explorer.arch.analysis import Piece, Report, Row
from explorer.arch.layer import VALUE_BYTES, why_bytes
from explorer.arch.shape import Shape, is_fixed
from explorer.arch.text import amount, number, plural, times
from explorer.arch.tree import Auxiliary, Parallel, Sequence

TERMS = 6
"""Most terms of a sum that are written out; the others are one term together."""

ADAM = 2
"""Numbers that Adam keeps for each parameter: the running means of its gradient and of the gradient's square."""


@dataclass(frozen=True)
class Amount:
    """A number of bytes or multiply-adds, and the lines that show how it comes about."""

    value: int
    why: tuple[str, ...]


@dataclass(frozen=True)
class Totals:
    """What a batch costs: bytes at 4 a value, and multiply-adds. Of sequences of any length: for one time step.

    `forward` and `training` are all bytes together; training is with Adam. The words in `per` say for what the
    figures are: `for 32 samples`, perhaps `a time step`.
    """

    batch: int
    per: str
    activations: Amount
    activation_gradients: Amount
    parameters: Amount
    parameter_gradients: Amount
    optimiser: Amount
    forward: Amount
    training: Amount
    macs: Amount
    backward_macs: Amount
    training_macs: Amount


def totals(report: Report, batch: int) -> Totals:
    """The cost of a forward pass, and of a forward and a backward pass, for `batch` samples (at least 1).

    Backward, every activation and every parameter has a gradient of its own size, and each product of the forward
    pass is made twice: once for the gradient of the layer's input, once for that of its weights. Behind a fault
    nothing is counted.
    """
    step = "" if is_fixed(report.network.input) else " a time step"
    samples = plural(batch, "sample")
    open_end = () if report.fault is None else (f"counted up to {report.fault.path}, which does not fit",)

    values = report.memory_bytes // VALUE_BYTES
    one = report.memory_bytes
    activations = Amount(
        one * batch,
        (
            f"{number(values)} values · {VALUE_BYTES} bytes = {number(one)} bytes a sample{step}",
            f"{number(one)} bytes · {samples} = {_bytes(one * batch)}",
            *open_end,
        ),
    )
    gradients = Amount(
        one * batch, (f"one gradient for each of the activations: {_bytes(one * batch)}{step}", *open_end)
    )
    count = report.parameters
    learned = count * VALUE_BYTES
    parameters = Amount(
        learned, (f"{number(count)} parameters · {VALUE_BYTES} bytes = {_bytes(learned)}", "the same for any batch")
    )
    parameter_gradients = Amount(
        learned, (f"one gradient for each of {number(count)} parameters · {VALUE_BYTES} bytes = {_bytes(learned)}",)
    )
    optimiser = Amount(
        ADAM * learned,
        (
            "Adam keeps a mean of each gradient and of its square",
            f"{number(count)} parameters · {ADAM} means · {VALUE_BYTES} bytes = {_bytes(ADAM * learned)}",
        ),
    )
    macs = report.macs * batch
    forward_macs = Amount(
        macs, (f"{number(report.macs)} multiply-adds a sample{step} · {samples} = {number(macs)}", *open_end)
    )
    backward_macs = Amount(
        2 * macs,
        (
            "one product for the gradient of the input, one for that of the weight",
            f"2 · {number(macs)} = {number(2 * macs)}",
            *open_end,
        ),
    )
    return Totals(
        batch,
        f"for {samples}{step}",
        activations,
        gradients,
        parameters,
        parameter_gradients,
        optimiser,
        _together(("activations", activations), ("parameters", parameters)),
        _together(
            ("activations", activations),
            ("their gradients", gradients),
            ("parameters", parameters),
            ("their gradients", parameter_gradients),
            ("Adam", optimiser),
        ),
        forward_macs,
        backward_macs,
        Amount(
            3 * macs, (f"forward {number(macs)} + backward {number(2 * macs)} = {number(3 * macs)}{step}", *open_end)
        ),
    )


def _bytes(size: int) -> str:
    return f"{number(size)} bytes ({amount(size)})"


def _together(*parts: tuple[str, Amount]) -> Amount:
    size = sum(part.value for _, part in parts)
    terms = " + ".join(f"{name} {number(part.value)}" for name, part in parts)
    return Amount(size, (f"{terms} = {_bytes(size)}",))


def reasons(row: Row, report: Report) -> dict[str, tuple[str, ...]]:
    """How each figure of a row comes about: lines for `output`, `parameters`, `memory`, `macs` and `receptive`.

    `row` is one of the report's, of its `rows` or its `outline`. Behind a fault the lines say that it is not known.
    """
    if row.node is None:
        return _input(row)
    if row.output is None or row.input is None:
        return dict.fromkeys(("output", "parameters", "memory", "macs", "receptive"), (_unknown(row, report),))
    layer = row.layer
    if layer is not None:
        before, after = row.field_before, row.field
        assert before is not None
        assert after is not None
        return {
            "output": layer.why_output(row.input),
            "parameters": layer.why_parameters(row.input),
            "memory": layer.why_memory(row.input),
            "macs": layer.why_macs(row.input),
            "receptive": receptive.why(before, after, layer, row.input),
        }
    if row.piece is None:
        return _merge(row, report)
    return _block(row, row.piece, report)


def _unknown(row: Row, report: Report) -> str:
    fault = report.fault
    if fault is None:
        return "not known"
    if fault.at == row.at:
        return f"not known: {fault.message}"
    inside = fault.at[: len(row.at)] == row.at
    return f"not known: {fault.path} {'inside it' if inside else 'before it'} does not fit"


def _input(row: Row) -> dict[str, tuple[str, ...]]:
    assert row.output is not None
    return {
        "output": (f"what enters the network: {times(row.output)}",),
        "parameters": ("nothing to learn here: 0",),
        "memory": why_bytes(row.output, row.memory_bytes or 0),
        "macs": ("nothing is computed here: 0",),
        "receptive": ("each value sees itself: 1",),
    }


def _merge(row: Row, report: Report) -> dict[str, tuple[str, ...]]:
    """The row at the end of branches, as they run."""
    assert isinstance(row.node, Parallel)
    assert row.output is not None
    block = report.places[row.at]
    # Copies of a repeated block share the first one's line: where theirs is another shape, only the result is known.
    known = block.piece is not None and block.piece.output == row.output and block.piece.input == row.input
    return {
        "output": _merged(row.node, block.piece) if known and block.piece else (f"= {times(row.output)}",),
        "parameters": ("nothing to learn here: 0",),
        "memory": why_bytes(row.output, row.memory_bytes or 0),
        "macs": ("no products here: 0",),
        "receptive": _widest(row, report),
    }


def _block(row: Row, piece: Piece, report: Report) -> dict[str, tuple[str, ...]]:
    assert piece.input is not None
    assert piece.output is not None
    step = "" if is_fixed(piece.input) else " a time step"
    own: tuple[str, ...] = ()
    extra: tuple[tuple[str, int], ...] = ()
    if isinstance(piece.node, Parallel):
        (line,) = why_bytes(piece.output, size := prod(piece.output) * VALUE_BYTES)
        done = "sum" if piece.node.merge == "add" else "joined"
        own, extra = (f"{done}: {line}",), ((done, size),)
    memory = sums(piece, lambda part: part.memory_bytes, extra)
    if memory:
        memory = (*memory[:-1], f"{memory[-1]} bytes ({amount(piece.memory_bytes)}){step}")
    macs = sums(piece, lambda part: part.macs)
    if macs:
        macs = (*macs[:-1], macs[-1] + step)
    return {
        "output": _output(piece),
        "parameters": sums(piece, lambda part: part.parameters) or ("nothing to learn inside: 0",),
        "memory": (*own, *memory) or ("no copy is made inside: 0 bytes",),
        "macs": macs or ("no products of convolutions and linear layers inside: 0",),
        "receptive": _fields(row, report),
    }


def sums(piece: Piece, count: Callable[[Piece], int], extra: tuple[tuple[str, int], ...] = ()) -> tuple[str, ...]:
    """Lines that add up what a block holds, the last one ending in the total; none if all of it is 0.

    conv1 9 408 + norm 128 = 9 536. Copies that cost the same are one line with their number; `extra` are terms of
    the block itself. Parts that cost nothing are left out.
    """
    copies = [tuple(count(part) for part in parts) for parts in piece.parts]
    runs = [(values, len(list(run))) for values, run in groupby(copies)]
    if len(runs) == 1:
        values, again = runs[0]
        terms = [*_terms(piece.names, values), *extra]
        if not terms:
            return ()
        one = sum(value for _, value in terms)
        total = number(one * again)
        if again > 1:
            return (f"each copy: {_sum(terms)}", f"{again} copies · {number(one)} = {total}")
        return (_sum(terms),)
    lines, parts, first = [], [], 1
    for values, again in runs:
        if sum(values):
            last = first + again - 1
            name = f"copy {first}" if again == 1 else f"copies {first} to {last}, each"
            lines.append(f"{name}: {_sum(_terms(piece.names, values))}")
            parts.append((f"{again} ·" if again > 1 else "", sum(values), again))
        first += again
    if not lines:
        return ()
    together = " + ".join(f"{name} {number(value)}".strip() for name, value, _ in parts[:TERMS])
    more = f" + {len(parts) - TERMS} more" if len(parts) > TERMS else ""
    return (*_some(lines), f"{together}{more} = {number(sum(value * again for _, value, again in parts))}")


def _terms(names: tuple[str, ...], values: tuple[int, ...]) -> list[tuple[str, int]]:
    return [(name, value) for name, value in zip(names, values, strict=True) if value]


def _sum(terms: list[tuple[str, int]]) -> str:
    if len(terms) == 1:
        return f"all in {terms[0][0]}: {number(terms[0][1])}"
    shown = terms if len(terms) <= TERMS else terms[: TERMS - 1]
    words = [f"{name} {number(value)}" for name, value in shown]
    rest = terms[len(shown) :]
    if rest:
        words.append(f"… {len(rest)} more {number(sum(value for _, value in rest))}")
    return f"{' + '.join(words)} = {number(sum(value for _, value in terms))}"


def _some(lines: list[str]) -> list[str]:
    """At most so many lines: the first ones, how many more, and the last."""
    if len(lines) <= TERMS:
        return lines
    return [*lines[: TERMS - 2], f"… {len(lines) - TERMS + 1} more", lines[-1]]


def _output(piece: Piece) -> tuple[str, ...]:
    assert piece.input is not None
    assert piece.output is not None
    node = piece.node
    if isinstance(node, Parallel):
        return _merged(node, piece)
    if isinstance(node, Auxiliary):
        return (f"the main path passes untouched: {times(piece.output)}",)
    if not any(piece.parts):
        return (f"nothing is done here: what enters leaves, {times(piece.output)}",)
    assert isinstance(node, Sequence)
    lines, shape = [], piece.input
    for index, parts in enumerate(piece.parts, 1):
        for name, part in zip(piece.names, parts, strict=True):
            if part.output is not None and part.output != shape:
                where = f"{name} of copy {index}" if node.repeat > 1 else name
                lines.append(f"{where}: {times(shape)} → {times(part.output)}")
                shape = part.output
    if not lines:
        return (f"the same shape as the input: {times(shape)}",)
    return tuple(_some(lines))


def _merged(node: Parallel, piece: Piece) -> tuple[str, ...]:
    outputs: list[Shape] = [part.output for part in piece.parts[0] if part.output is not None]
    assert piece.output is not None
    if node.merge == "add":
        who = "both branches give" if len(outputs) == 2 else "all branches give"
        return (f"{who} {times(piece.output)}: added value by value",)
    axis = 0 if node.along == "channels" else len(piece.output) - 1
    sizes = [number(shape[axis]) for shape in outputs]
    if len(sizes) > 2 * TERMS:
        sizes = [*sizes[: TERMS - 2], f"… {len(sizes) - TERMS + 1} more", sizes[-1]]
    what = {1: "features", 2: "features" if axis else "channels"}.get(len(piece.output), "channels" if not axis else "")
    line = f"{' + '.join(sizes)} = {number(piece.output[axis])} {what}".strip()
    others = (*piece.output[:axis], *piece.output[axis + 1 :])
    if not others:
        return (line,)
    rest = "height and width" if len(others) == 2 and axis == 0 else "the other sizes" if len(others) > 1 else "length"
    return (line, f"{rest} as in every branch: {times(others)}")


def _fields(row: Row, report: Report) -> tuple[str, ...]:
    """How a block widens the receptive field."""
    node, field, before = row.node, row.field, row.field_before
    assert field is not None
    assert before is not None
    size = times(field.size, spaced=True)
    if isinstance(node, Auxiliary):
        return (f"the main path passes untouched: {size}",)
    if field == before:
        return (f"as in the layer before: {size}",)
    if isinstance(node, Parallel):
        return _widest(row, report)
    if field.whole:
        return (f"every output depends on the whole input: {size}",)
    lines, seen = [f"before: {times(before.size, spaced=True)}"], before.size
    for index in range(len(row.piece.names) if row.piece else 0):
        inner = report.places[(*row.at, index)]
        if inner.field is not None and inner.field.size != seen:
            seen = inner.field.size
            lines.append(f"behind {inner.path.rpartition('.')[2]}: {times(seen, spaced=True)}")
    lines = _some(lines)
    if seen != field.size:
        lines.append(f"behind the last copy: {size}")
    return tuple(lines)


def _widest(row: Row, report: Report) -> tuple[str, ...]:
    """The branches' fields, of which the widest is the block's."""
    assert row.field is not None
    size = times(row.field.size, spaced=True)
    if row.field.whole:
        return (f"every output depends on the whole input: {size}",)
    block = report.places[row.at]
    ends = [report.places[(*row.at, index)].field for index in range(len(block.piece.names) if block.piece else 0)]
    if block.field != row.field or None in ends:  # a later copy of a repeated block
        return (f"the widest of the branches: {size}",)
    each = [times(end.size, spaced=True) for end in ends if end is not None]
    listed = ", ".join(each if len(each) <= TERMS else [*each[:TERMS], "…"])
    return (f"the widest of the branches: {listed}", f"= {size}")
