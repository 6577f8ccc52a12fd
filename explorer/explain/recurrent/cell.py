"""Recurrent cells in float64: what a cell is made of, and what it gives at each step.

Equations are those of PyTorch's `RNNCell`, `LSTMCell` and `GRUCell` (Elman 1990; Hochreiter and Schmidhuber 1997 with
the forget gate of Gers et al. 2000; Cho et al. 2014), and the lecture's cell (Linear on input and state joined, no
tanh). Results agree with PyTorch to 1e-5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Kind = Literal["RNN", "LSTM", "GRU", "ConcatRNN"]
Squash = Literal["sigmoid", "tanh", "relu", "none"]


@dataclass(frozen=True)
class Gate:
    """A part of a cell with weights of its own. `name` is its symbol; `says` tells what it does, in words."""

    name: str
    title: str
    squash: Squash
    says: str = ""


GATES: dict[Kind, tuple[Gate, ...]] = {
    "RNN": (Gate("h", "hidden state", "tanh", "The new state: input and old state, mixed."),),
    "ConcatRNN": (Gate("h", "hidden state", "none", "The new state: input and old state, mixed."),),
    "LSTM": (
        Gate("i", "input gate", "sigmoid", "0 lets nothing new in, 1 lets all of it in."),
        Gate("f", "forget gate", "sigmoid", "0 discards the old memory, 1 keeps it."),
        Gate("g", "candidate", "tanh", "What could be written into the memory."),
        Gate("o", "output gate", "sigmoid", "0 shows nothing of the memory, 1 shows all of it."),
    ),
    "GRU": (
        Gate("r", "reset gate", "sigmoid", "0 leaves the old state out of the new one, 1 lets it in."),
        Gate("z", "update gate", "sigmoid", "0 takes the new state, 1 keeps the old one."),
        Gate("n", "new state", "tanh", "What could replace the old state."),
    ),
}
"""The parts with weights, in PyTorch's order of the weights' rows. The candidate c̃ is called g, as there."""

ORDER: dict[Kind, tuple[str, ...]] = {
    "RNN": ("h",),
    "ConcatRNN": ("h",),
    "LSTM": ("f", "i", "g", "c", "o", "h"),
    "GRU": ("r", "z", "n", "h"),
}
"""All parts of a step in the order in which a lecturer walks through them; `c` and `h` follow from the gates."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell's weights. For G gates, H hidden units and I inputs: w (G, H, I), u (G, H, H), b and d (G, H).

    w acts on the input, u on the state; b and d are PyTorch's `bias_ih` and `bias_hh`. `squash` replaces tanh in an
    RNN ("relu" there). Raises `ValueError` for shapes that do not fit together.
    """

    kind: Kind
    w: Values
    u: Values
    b: Values
    d: Values
    squash: Squash | None = None

    def __post_init__(self) -> None:
        gates = len(GATES[self.kind])
        if self.w.ndim != 3 or len(self.w) != gates:
            raise ValueError(f"{self.kind} needs {gates} matrices of input weights, not {self.w.shape}")
        hidden = self.w.shape[1]
        if self.u.shape != (gates, hidden, hidden) or self.b.shape != (gates, hidden) or self.d.shape != self.b.shape:
            raise ValueError(f"weights {self.w.shape}, {self.u.shape}, {self.b.shape}, {self.d.shape} do not fit")

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The parts that have weights."""
        return GATES[self.kind]

    @property
    def hidden(self) -> int:
        """H, the numbers in the state."""
        return int(self.w.shape[1])

    @property
    def features(self) -> int:
        """I, the numbers in the input."""
        return int(self.w.shape[2])

    def squash_of(self, gate: Gate) -> Squash:
        """How the gate squashes its sums."""
        return gate.squash if self.squash is None or gate.squash == "sigmoid" else self.squash

    def squashed(self, gate: Gate, sums: Values) -> Values:
        """What the gate makes of its sums."""
        squash = self.squash_of(gate)
        if squash == "sigmoid":
            return np.asarray(0.5 * (1 + np.tanh(0.5 * sums)))  # never overflows
        return np.tanh(sums) if squash == "tanh" else np.maximum(sums, 0) if squash == "relu" else sums


@dataclass(frozen=True, eq=False)
class Trace:
    """All values of a cell over T steps. x (T, I); `parts` and `sums` map a part's name to (T, H).

    `sums` are what the gates squash. `h0` and `c0` (H,) are the states before the first step. `frozen` are the gates
    held at a value.
    """

    cell: Cell
    x: Values
    h0: Values
    c0: Values
    parts: Mapping[str, Values]
    sums: Mapping[str, Values]
    frozen: Mapping[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.x)

    def before(self, part: Literal["h", "c"], t: int) -> Values:
        """The state (H,) that enters step t, from 0."""
        return (self.h0 if part == "h" else self.c0) if t == 0 else self.parts[part][t - 1]

    @property
    def broken(self) -> tuple[int, str] | None:
        """Step and part where a value first is no finite number."""
        names = ORDER[self.cell.kind]
        whole = np.stack([np.isfinite(self.parts[name]).all(axis=1) for name in names], axis=1)
        if whole.all():
            return None
        t, part = divmod(int(np.argmin(whole)), len(names))  # the first that is false, step by step
        return t, names[part]


@dataclass(frozen=True, eq=False)
class Output:
    """What reads K logits out of each step. s (K, H) acts on the state, and bias (K,) is added.

    With w (K, I) it is the lecture's `i2o`, which reads the input joined with the state *before* the step; without, a
    Linear that reads the new state. `names` are the classes, if they have names. Raises `ValueError` for shapes that
    do not fit together.
    """

    s: Values
    bias: Values
    w: Values | None = None
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.s.ndim != 2 or self.bias.shape != self.s.shape[:1]:
            raise ValueError(f"output weights {self.s.shape} and biases {self.bias.shape} do not fit")
        if self.w is not None and (self.w.ndim != 2 or len(self.w) != len(self.s)):
            raise ValueError(f"output weights {self.s.shape} and {self.w.shape} do not fit")

    def logits(self, trace: Trace) -> Values:
        """The logits y (T, K) of all steps."""
        if self.w is None:
            return self.read(trace.parts["h"])
        old = np.concatenate([trace.h0[None], trace.parts["h"]])[: len(trace)]
        return self.read(old, trace.x)

    def read(self, h: Values, x: Values | None = None) -> Values:
        """The logits y (T, K) from states h (T, H), and from inputs x (T, I) where it reads these, too."""
        with np.errstate(all="ignore"):
            total: Values = h @ self.s.T + self.bias
            return total if self.w is None or x is None else total + x @ self.w.T


def run(
    cell: Cell, x: Values, h0: Values | None = None, c0: Values | None = None, frozen: Mapping[str, float] | None = None
) -> Trace:
    """Unroll `cell` over x (T, I), T ≥ 0. States begin as zeros. `frozen` holds gates at a value, whatever their sums.

    Values that overflow become inf or NaN, and `Trace.broken` says where; nothing is raised for them. Raises
    `ValueError` for inputs of another width.
    """
    hold = dict(frozen or {})
    x = np.asarray(x, np.float64)
    if x.ndim != 2 or x.shape[1] != cell.features:
        raise ValueError(f"inputs {x.shape} must be steps × {cell.features}")
    zero = np.zeros(cell.hidden)
    h, c = (zero if h0 is None else np.asarray(h0, np.float64)), (zero if c0 is None else np.asarray(c0, np.float64))
    first = h, c
    steps, gates, hidden = len(x), cell.gates, cell.hidden
    # One array for all gates, and one product a step: a thousand steps are computed anew while a hand moves.
    sums, values = np.empty((steps, len(gates), hidden)), np.empty((steps, len(gates), hidden))
    parts = {gate.name: values[:, k] for k, gate in enumerate(gates)}
    parts |= {name: np.empty((steps, hidden)) for name in ORDER[cell.kind] if name not in parts}
    states, memories = parts["h"], parts.get("c", parts["h"])
    u, squash = cell.u.reshape(-1, hidden), _squash(cell)
    held = [(k, hold[gate.name]) for k, gate in enumerate(gates) if gate.name in hold]
    with np.errstate(all="ignore"):
        # All steps' inputs at once; the state's share has to wait for the state.
        given = (x @ cell.w.reshape(-1, cell.features).T).reshape(steps, *cell.b.shape) + cell.b
        for t, (came, total, now) in enumerate(zip(given, sums, values, strict=True)):
            carried = (u @ h).reshape(cell.d.shape) + cell.d
            np.add(came, carried, out=total)
            squash(total, now)
            for k, value in held:
                now[k] = value
            if cell.kind == "LSTM":
                i, f, g, o = now
                c = np.add(f * c, i * g, out=memories[t])
                h = np.multiply(o, np.tanh(c), out=states[t])
            elif cell.kind == "GRU":
                r, z, n = now
                total[2] = came[2] + r * carried[2]
                n[:] = hold["n"] if "n" in hold else cell.squashed(gates[2], total[2])
                h = np.add((1 - z) * n, z * h, out=states[t])
            else:
                h = now[0]
    return Trace(cell, x, *first, parts, {gate.name: sums[:, k] for k, gate in enumerate(gates)}, hold)


def _squash(cell: Cell) -> Callable[[Values, Values], object]:
    """Fills all gates' values (G, H) from their sums: as `Cell.squashed` does, with one tanh."""
    found = [cell.squash_of(gate) for gate in cell.gates]
    if found == ["tanh"]:
        return np.tanh
    half = np.repeat([[0.5 if name == "sigmoid" else 1.0] for name in found], cell.hidden, axis=1)
    lift = np.repeat([[1.0 if name == "sigmoid" else 0.0] for name in found], cell.hidden, axis=1)
    others = [
        (k, gate) for k, (gate, name) in enumerate(zip(cell.gates, found, strict=True)) if name in ("relu", "none")
    ]

    def squash(sums: Values, values: Values) -> None:
        if len(others) < len(found):
            np.multiply(sums, half, out=values)
            np.tanh(values, out=values)
            np.add(values, lift, out=values)
            np.multiply(values, half, out=values)
        for k, gate in others:
            values[k] = cell.squashed(gate, sums[k])

    return squash
