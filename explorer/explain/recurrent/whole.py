"""A whole part of a step as vectors and matrices: for small cells, all of the arithmetic as on a blackboard.

for line in whole(trace, "f", 0).lines:
    print(line)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explorer.arch.text import plural
from explorer.explain.recurrent.cell import ORDER, Output, Trace, Values
from explorer.explain.recurrent.notation import NOTATIONS, equation, plain, symbol, symbols
from explorer.explain.recurrent.words import said

SMALL = 4
"""Most units of a cell whose matrices are written out."""

WIDE = 8
"""Most inputs that are written out; of more, only what they give together."""


@dataclass(frozen=True, eq=False)
class Block:
    """A sign such as `+` (then `values` is empty), or a matrix (rows, columns) that is called `name` (markup)."""

    text: str = ""
    name: str = ""
    values: Values | None = None


@dataclass(frozen=True, eq=False)
class Whole:
    """All units of a part at a step. `blocks` follow one another, and the last one is the result (H,)."""

    part: str
    step: int
    equation: str
    blocks: tuple[Block, ...]
    result: Values

    @property
    def small(self) -> bool:
        """Whether it is written out."""
        return len(self.result) <= SMALL

    @property
    def lines(self) -> tuple[str, ...]:
        """The matrices row by row, for a monospaced face; of a large cell, one line about its values."""
        if not self.small:
            return (summary(self.result),)
        columns = [_column(block) for block in self.blocks]
        high = max(map(len, columns))
        placed = [_centred(column, high) for column in columns]
        return tuple("".join(column[row] for column in placed).rstrip() for row in range(high))


def summary(values: Values) -> str:
    """One line about many values: `128 values from −0.98 to 0.97, mean 0.02.`"""
    finite = values[np.isfinite(values)]
    broken = len(values) - len(finite)
    count = plural(len(values), "value")
    if not len(finite):
        return f"{count}, none of them a finite number."
    text = f"{count} from {said(finite.min())} to {said(finite.max())}, mean {said(finite.mean())}."
    return f"{text} {broken} {'is' if broken == 1 else 'are'} no finite number." if broken else text


def whole(
    trace: Trace,
    part: str,
    t: int,
    *,
    notation: str = "gates",
    labels: Sequence[str] = (),
    output: Output | None = None,
) -> Whole:
    """All units of `part` at step `t`, with every operand. Raises as `story.explain` does."""
    if not 0 <= t < len(trace):
        raise IndexError(f"step {t} of {len(trace)}")
    kind, cell = trace.cell.kind, trace.cell
    label = labels[t] if t < len(labels) else ""
    if part == "y" and output is not None:
        result = output.logits(trace)[t]
        state = trace.parts["h"][t] if output.w is None else trace.before("h", t)
        n = NOTATIONS[notation]
        blocks = [*_product(n.s, output.s, symbol(kind, "h", notation), state), PLUS, _vector(n.e, output.bias)]
        if output.w is not None:
            blocks = [*_product("V", output.w, symbol(kind, "x", notation), trace.x[t], label), PLUS, *blocks]
        written = equation(kind, "logits", notation, biased=True)
        return Whole(part, t, written, (*blocks, EQUALS, _vector("logits", result)), result)
    if part not in ORDER[kind]:
        raise KeyError(part)
    result = trace.parts[part][t]
    last = _vector(symbol(kind, part, notation), result)
    if part not in trace.sums:
        return Whole(part, t, equation(kind, part, notation), (*_mixed(trace, part, t, notation), EQUALS, last), result)
    g = [gate.name for gate in cell.gates].index(part)
    gate, named = cell.gates[g], symbols(kind, part, notation)
    given = _product(named.w, cell.w[g], symbol(kind, "x", notation), trace.x[t], label)
    carried = _product(named.u, cell.u[g], symbol(kind, "h", notation), trace.before("h", t))
    bias = [PLUS, _vector(named.b, cell.b[g])] if cell.b[g].any() else []
    second = [PLUS, _vector(named.d, cell.d[g])] if cell.d[g].any() else []
    if kind == "GRU" and part == "n":
        reset = _vector(symbol(kind, "r", notation), trace.parts["r"][t])
        carried = [reset, Block(" ∘ ("), *carried, *second, Block(")")]
        second = []
    total = [*given, PLUS, *carried, *bias, *second]
    squash = gate.squash if cell.squash is None or gate.squash == "sigmoid" else cell.squash
    biased = bool(cell.b.any() or cell.d.any()) or None
    written = equation(kind, part, notation, biased=biased, squash=cell.squash)
    if squash != "none":
        sign = {"sigmoid": "σ", "tanh": "tanh", "relu": "ReLU"}[squash]
        sums = _vector("sum", trace.sums[part][t])
        total = [Block(f"{sign}("), *total, Block(f") = {sign} "), sums]
    held = trace.frozen.get(part)
    if held is not None:
        return Whole(part, t, written, (*total, Block(f", but held at {said(held)}: "), last), result)
    return Whole(part, t, written, (*total, EQUALS, last), result)


PLUS, EQUALS = Block(" + "), Block(" = ")


def _vector(name: str, values: Values) -> Block:
    return Block(name=name, values=values[:, None])


def _product(name: str, matrix: Values, of: str, vector: Values, label: str = "") -> list[Block]:
    """Matrix and vector; of many inputs the column that a one-hot vector picks, or what they give together."""
    if len(vector) <= WIDE:
        return [Block(name=name, values=matrix), Block(" "), _vector(of, vector)]
    hot = np.flatnonzero(vector)
    if len(hot) == 1 and vector[hot[0]] == 1:
        who = f"“{label}”" if label else f"{hot[0] + 1}"
        return [_vector(f"{name}, column {who}", matrix[:, hot[0]])]
    with np.errstate(all="ignore"):
        return [_vector(f"{name} {of}", matrix @ vector)]


def _mixed(trace: Trace, part: str, t: int, notation: str) -> Iterable[Block]:
    """The blocks of a part that follows from the gates."""
    kind = trace.cell.kind
    now = {name: _vector(symbol(kind, name, notation), values[t]) for name, values in trace.parts.items()}
    by = Block(" ∘ ")
    if kind == "LSTM" and part == "c":
        old = _vector(symbol(kind, "c", notation), trace.before("c", t))
        return now["f"], by, old, PLUS, now["i"], by, now["g"]
    if kind == "LSTM":
        return now["o"], Block(" ∘ tanh "), now["c"]
    turned = replace(now["z"], name=f"1 − {now['z'].name}", values=1 - trace.parts["z"][t][:, None])
    return turned, by, now["n"], PLUS, now["z"], by, _vector(symbol(kind, "h", notation), trace.before("h", t))


def _column(block: Block) -> list[str]:
    """A block as lines of the same width: a sign has one, a matrix one a row."""
    if block.values is None:
        return [block.text]
    texts = [[said(value) for value in row] for row in block.values]
    wide = [max(map(len, column)) for column in zip(*texts, strict=True)]
    inner = [" ".join(text.rjust(width) for text, width in zip(row, wide, strict=True)) for row in texts]
    if len(inner) == 1:
        return [f"[{inner[0]}]"]
    edges = [("⎡", "⎤"), *[("⎢", "⎥")] * (len(inner) - 2), ("⎣", "⎦")]
    return [f"{left}{text}{right}" for (left, right), text in zip(edges, inner, strict=True)]


def _centred(lines: list[str], high: int) -> list[str]:
    """The lines in the middle of `high` ones."""
    empty = " " * len(lines[0])
    above = (high - len(lines)) // 2
    return [*[empty] * above, *lines, *[empty] * (high - len(lines) - above)]


def legend(made: Whole) -> tuple[str, ...]:
    """The names of the matrices in their order: `W_f`, `x`, `U_f`, `h`, …"""
    return tuple(plain(block.name) for block in made.blocks if block.name)
