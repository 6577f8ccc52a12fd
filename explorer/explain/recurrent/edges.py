"""Backpropagation through time edge by edge: which derivative times which number arrives where, with real operands.

Places of the unfolded graph are (step, part), steps from 0 and −1 for the first state. Parts are `E` (the loss), `y`
(the logits), `h`, `c`, a gate's name, `sum f` for a gate's sums, and `U f`, `W f` for its weights. All edges that end
in one place add up to the derivative there, `Backward.states` or `Backward.sums`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10

import numpy as np
from numpy.typing import ArrayLike

from explorer.explain.recurrent.bptt import Backward, slope
from explorer.explain.recurrent.cell import Gate, Values
from explorer.explain.recurrent.flow import power
from explorer.explain.text import figure

SHOWN = 6
"""Most products that are written out one by one."""

Place = tuple[int, str]


@dataclass(frozen=True)
class Edge:
    """One edge, walked backwards: product = Σ upstream · local, for one unit of the place it arrives at.

    `local` and `upstream` are (N,): one number for an edge within a unit, one for each class or unit where weights
    mix them. `symbol` is the local derivative's name, `rule` its formula, `operands` the formula's values.
    """

    source: Place
    target: Place
    unit: int
    symbol: str
    rule: str
    operands: tuple[tuple[str, float], ...]
    local: Values
    upstream: Values
    says: str

    @property
    def product(self) -> float:
        """What arrives."""
        with np.errstate(all="ignore"):
            return float(self.upstream @ self.local)

    @property
    def lines(self) -> tuple[str, ...]:
        """What the edge does in words, its local derivative with numbers, and the product that arrives."""
        if len(self.local) == 1:
            given = ", ".join(f"{name} = {figure(value)}" for name, value in self.operands if name != self.rule)
            derivative = f"{self.symbol} = {self.rule} = {write(self.local[0])}{f' with {given}' if given else ''}"
            return (
                self.says,
                derivative,
                f"{write(self.upstream[0])}·{_bracketed(self.local[0])} = {write(self.product)}",
            )
        with np.errstate(all="ignore"):
            products = self.upstream * self.local
        order = np.argsort(-np.abs(products), kind="stable")
        text = " + ".join(f"{_bracketed(self.upstream[k])}·{_bracketed(self.local[k])}" for k in order[:SHOWN])
        if (more := len(order) - SHOWN) > 0:
            text += f" + {more} more {_bracketed(products[order[SHOWN:]].sum())}"
        return (
            self.says,
            f"{self.symbol} = {self.rule}",
            f"{len(order)} products error·weight{', largest first' if len(order) > 1 else ''}: "
            f"{text} = {write(self.product)}",
        )


def write(value: float) -> str:
    """A derivative: `−0.25`, `0.012`, and `3.1·10⁻⁵` where decimals would hide it."""
    size = abs(float(value))
    if size == 0 or 0.01 <= size < 1e6 or not np.isfinite(size):
        return figure(float(value))
    return f"{'−' if value < 0 else ''}{power(log10(size))}"


def _bracketed(value: float) -> str:
    text = write(value)
    return f"({text})" if text.startswith("−") else text


_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _at(name: str, step: int) -> str:
    """`h₃`: steps are written from 1, and the first state is h₀."""
    return f"{name}{str(step + 1).translate(_LOW)}"


_SIGNS = {"g": "c̃", "sum g": "sum c̃", "U g": "U c", "W g": "W c"}


def sign(part: str) -> str:
    """How a part is written: the candidate, g in the arrays, is c̃ as in the equations, and its weights W_c and U_c."""
    return _SIGNS.get(part, part)


def _symbol(source: Place, target: Place) -> str:
    """`∂h₃/∂c₃`; a gate's sums are written a: `∂f₃/∂a_f₃`."""

    def name(place: Place) -> str:
        step, part = place
        kind, _, gate = sign(part).rpartition(" ")
        return _at(f"a_{gate}" if kind == "sum" else f"{kind}_{gate}" if kind else gate, step)

    return f"∂{name(source)}/∂{name(target)}"


RULES = {"sigmoid": "{0}·(1 − {0})", "tanh": "1 − {0}²", "relu": "1 if the sum is above 0, else 0", "none": "1"}
"""Derivatives of the squashing functions, written with the value."""


class _Walk:
    """Makes the edges of one loss and one unit."""

    def __init__(self, back: Backward, loss: int, unit: int) -> None:
        self.back, self.trace, self.cell, self.loss, self.unit = back, back.trace, back.trace.cell, loss, unit

    def edge(
        self,
        source: Place,
        target: Place,
        rule: str,
        local: ArrayLike,
        upstream: ArrayLike,
        says: str,
        **operands: float,
    ) -> Edge:
        """An edge with its arrays (N,)."""
        return Edge(
            source, target, self.unit, _symbol(source, target), rule, tuple(operands.items()),
            np.atleast_1d(np.asarray(local, np.float64)), np.atleast_1d(np.asarray(upstream, np.float64)), says,
        )  # fmt: skip

    def output(self, i: int) -> Iterator[Edge]:
        """From the loss to the logits, and on to the state."""
        goal, errors = self.back.targets[i], self.back.errors[i]
        assert goal is not None
        chance = float(self.back.probabilities[i, goal])
        says = "Each class's error is its probability; the target's is its probability minus 1."
        yield Edge(
            (i, "E"), (i, "y"), goal, _symbol((i, "E"), (i, "y")), "p − onehot",
            (("p", chance), ("onehot", 1.0)), errors[goal : goal + 1], np.ones(1), says,
        )  # fmt: skip
        says = "Each class sends its error back through its weight of the readout."
        yield self.edge((i, "y"), (i, "h"), "Sᵀ", self.back.readout.s[:, self.unit], errors, says)

    def step(self, j: int, column: int | None, state: bool) -> Iterator[Edge]:
        """All edges within step j and on to the state before it, if that is to be reached."""
        at = self.back.states["h"][self.loss, j, self.unit]
        value = {name: float(values[j, self.unit]) for name, values in self.trace.parts.items()}
        if self.cell.kind == "LSTM":
            yield from self.lstm(j, at, value, state)
        elif self.cell.kind == "GRU":
            yield from self.gru(j, at, value, state)
        else:
            yield self.squash(j, self.cell.gates[0], at, value["h"])
        for gate in self.cell.gates:
            if state:
                yield self.carry(j, gate)
            if column is not None:
                yield from self.weights(j, gate, column)

    def lstm(self, j: int, at: float, value: dict[str, float], state: bool) -> Iterator[Edge]:
        whole = self.back.states["c"][self.loss, j, self.unit]
        shown, old = float(np.tanh(value["c"])), float(self.trace.before("c", j)[self.unit])
        i, f, g, o = (value[gate.name] for gate in self.cell.gates)
        yield self.edge((j, "h"), (j, "o"), "tanh(c)", shown, at, "h = o·tanh(c).", c=value["c"])
        says = "h = o·tanh(c): the output gate decides how much error enters the memory."
        yield self.edge((j, "h"), (j, "c"), "o·(1 − tanh²(c))", o * (1 - shown * shown), at, says, o=o, c=value["c"])
        if state:
            says = "The forget gate alone stands between one memory and the one before."
            yield self.edge((j, "c"), (j - 1, "c"), "f", f, whole, says, f=f)
        into = {"f": (_at("c", j - 1), old), "i": (sign("g"), g), "g": ("i", i)}
        says = f"c = f·{_at('c', j - 1)} + i·{sign('g')}."
        for name, (factor, number) in into.items():
            yield self.edge((j, "c"), (j, name), factor, number, whole, says, **{factor: number})
        for gate in self.cell.gates:
            upstream = at * shown if gate.name == "o" else whole * into[gate.name][1]
            yield self.squash(j, gate, upstream, value[gate.name])

    def gru(self, j: int, at: float, value: dict[str, float], state: bool) -> Iterator[Edge]:
        cell, before = self.cell, self.trace.before("h", j)
        z, n, r, old = value["z"], value["n"], value["r"], float(before[self.unit])
        of = _at("h", j - 1)
        says = f"h = (1 − z)·n + z·{of}."
        if state:
            yield self.edge((j, "h"), (j - 1, "h"), "z", z, at, f"{says} The update gate keeps the old state.", z=z)
        yield self.edge((j, "h"), (j, "z"), f"{of} − n", old - n, at, says, **{of: old, "n": n})
        yield self.edge((j, "h"), (j, "n"), "1 − z", 1 - z, at, says, z=z)
        reset, update, new = cell.gates
        yield self.squash(j, new, at * (1 - z), n)
        inner, sums = self.back.sums["n"][self.loss, j, self.unit], float(cell.u[2, self.unit] @ before)
        carried = sums + float(cell.d[2, self.unit])
        says = f"The reset gate scales what the old state adds: r·(U·{of} + d)."
        yield self.edge((j, "sum n"), (j, "r"), f"U·{of} + d", carried, inner, says, **{f"U·{of} + d": carried})
        yield self.squash(j, reset, inner * carried, r)
        yield self.squash(j, update, at * (old - n), z)

    def squash(self, j: int, gate: Gate, upstream: float, value: float) -> Edge:
        """From a gate's value to its sum."""
        source, target = (j, gate.name), (j, f"sum {gate.name}")
        if gate.name in self.trace.frozen:
            says = f"{sign(gate.name)} is held at {figure(value)}: no gradient passes."
            return self.edge(source, target, "0", 0.0, upstream, says)
        squash = gate.squash if self.cell.squash is None or gate.squash == "sigmoid" else self.cell.squash
        sums = self.trace.sums[gate.name][j, self.unit]
        local = slope(self.cell, gate, np.array(value), np.array(sums))
        words = "Nothing is squashed." if squash == "none" else f"Back through the {squash} of the {gate.title}."
        operands = {} if squash == "none" else {"sum": float(sums)} if squash == "relu" else {sign(gate.name): value}
        return self.edge(source, target, RULES[squash].format(sign(gate.name)), local, upstream, words, **operands)

    def carry(self, j: int, gate: Gate) -> Edge:
        """From a gate's sums, of all units, to the state before."""
        k = self.cell.gates.index(gate)
        column, upstream = self.cell.u[k, :, self.unit], self.back.sums[gate.name][self.loss, j]
        if self.cell.kind == "GRU" and gate.name == "n":
            column = column * self.trace.parts["r"][j]
            rule, says = "Uᵀ·r", "Each unit sends its error back through its recurrent weight and its reset gate."
        else:
            rule, says = "Uᵀ", "Each unit sends its error back through its recurrent weight."
        return self.edge((j, f"sum {gate.name}"), (j - 1, "h"), rule, column, upstream, says)

    def weights(self, j: int, gate: Gate, column: int) -> Iterator[Edge]:
        """From a gate's sum to this unit's weight on state `column`, and on the input of that number, if there is."""
        source = (j, f"sum {gate.name}")
        state, of = float(self.trace.before("h", j)[column]), _at("h", j - 1)
        place = f"row {self.unit + 1}, column {column + 1}"
        says = f"This step's share in the gradient of U, {place}: the error times the old state of unit {column + 1}."
        upstream = self.back.sums[gate.name][self.loss, j, self.unit]
        if self.cell.kind == "GRU" and gate.name == "n":
            r = float(self.trace.parts["r"][j, self.unit])
            yield self.edge(source, (j, f"U {gate.name}"), f"r·{of}", r * state, upstream, says, r=r, **{of: state})
        else:
            yield self.edge(source, (j, f"U {gate.name}"), of, state, upstream, says, **{of: state})
        if column < self.cell.features:
            seen = float(self.trace.x[j, column])
            says = f"This step's share in the gradient of W, {place}: the error times input {column + 1}."
            yield self.edge(source, (j, f"W {gate.name}"), _at("x", j), seen, upstream, says, **{_at("x", j): seen})


def explain_edges(
    back: Backward, loss: int, unit: int, steps: Sequence[int] | None = None, column: int | None = None
) -> tuple[Edge, ...]:
    """The walk of loss `loss` back through time, as hidden unit `unit` sees it, the latest edge first.

    `steps` (from 0) narrows it to some steps; else all that the loss reaches, fewer with truncation. With `column`
    each step also has its edges to weights: row `unit`, that column, of every gate's U and W.
    Raises `ValueError` where that step has no target.
    """
    if back.targets[loss] is None:
        raise ValueError(f"step {loss} has no target")
    walk = _Walk(back, loss, unit)
    first = 0 if back.truncate is None else max(0, loss - back.truncate)
    found: list[Edge] = []
    for j in range(loss, first - 1, -1):
        if steps is not None and j not in steps:
            continue
        if j == loss:
            found += walk.output(j)
        reached = back.truncate is None or loss - j < back.truncate
        found += walk.step(j, column, reached)
    return tuple(found)
