"""Backpropagation through time: what each step's loss asks of each earlier step, and the gradients as their sum.

The cell is unfolded into T copies that share their weights (Werbos 1990). Each step i with a target has a loss of its
own, E_i = −log softmax(y_i)[target] with y_i = S·h_i + bias. δ_j⁽ⁱ⁾ is the derivative of E_i with respect to the sums
of step j; it is zero for j > i, so all of them form a triangle. With a the sums before squashing:

    ∂E_i/∂U = Σ_j δ_j⁽ⁱ⁾ ⊗ h_{j−1}        ∂E_i/∂W = Σ_j δ_j⁽ⁱ⁾ ⊗ x_j        ∂E/∂U = Σ_i ∂E_i/∂U

All in float64; the gradients agree with PyTorch's autograd to 1e-9 of their size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from explorer.arch.errors import UsageError
from explorer.arch.text import number
from explorer.explain.recurrent.cell import Cell, Gate, Trace, Values

Weight = Literal["w", "u", "b", "d"]
"""A cell's weights, as in `Cell`: w on the input, u on the state, b and d the two biases."""

LARGEST = 2**25
"""Most numbers in a triangle, 256 MB: 200 steps of an LSTM with 128 units are just below."""

TOLERANCE = 1e-5
"""Gradients that differ by less than this share of the largest one are equal."""


@dataclass(frozen=True)
class Readout:
    """The layer that makes logits of the state: y = s·h + bias. s (K, H), bias (K,) for K classes."""

    s: Values
    bias: Values

    def __post_init__(self) -> None:
        if self.s.ndim != 2 or self.bias.shape != self.s.shape[:1]:
            raise ValueError(f"a readout of {self.s.shape} and a bias of {self.bias.shape} do not fit")


@dataclass(frozen=True)
class Slopes:
    """A trace's local derivatives, from which any backward step is made.

    sums (T, G, H): of what a gate acts on (the LSTM's c for i, f and g, else h) with respect to the gate's sum; 0 for
    a gate that is held. keep (T, H): of c_t with respect to c_{t−1} (LSTM) or of h_t to h_{t−1} (GRU) past the gates,
    else 0. shown (T, H): of the LSTM's h with respect to c. reset (T, H): the GRU's r, else None.
    """

    cell: Cell
    sums: Values
    keep: Values
    shown: Values
    reset: Values | None

    def back(self, t: int, dh: Values, dc: Values) -> tuple[Values, Values, Values, Values]:
        """One step back. dh, dc (N, H): derivatives of N things with respect to h_t and c_t (zeros if there is no c).

        Returns those of the gates' sums (N, G, H), of c_t in all (N, H), of h_{t−1} and of c_{t−1} (N, H).
        """
        cell, rows = self.cell, len(dh)
        if cell.kind == "LSTM":
            dc = dc + dh * self.shown[t]
            sums = dc[:, None] * self.sums[t]
            np.multiply(dh, self.sums[t, 3], out=sums[:, 3])
        else:
            sums = dh[:, None] * self.sums[t]
        carried = sums if self.reset is None else self.carried(sums, self.reset[t])
        before = carried.reshape(rows, cell.b.size) @ cell.u.reshape(-1, cell.hidden)
        if cell.kind == "LSTM":
            return sums, dc, before, dc * self.keep[t]
        if cell.kind == "GRU":
            before += dh * self.keep[t]
        return sums, dc, before, dc

    @staticmethod
    def carried(sums: Values, reset: Values) -> Values:
        """Of the state's share U·h + d of the GRU's sums: the reset gate scales the last one, the new state's."""
        scaled = sums.copy()
        scaled[..., 2, :] *= reset
        return scaled


def slope(cell: Cell, gate: Gate, value: Values, sums: Values) -> Values:
    """Derivative of a gate's squashing, from its value where possible: σ' = v(1 − v), tanh' = 1 − v²."""
    squash = gate.squash if cell.squash is None or gate.squash == "sigmoid" else cell.squash
    if squash == "sigmoid":
        return value * (1 - value)
    if squash == "tanh":
        return 1 - value * value
    return np.asarray(sums > 0, np.float64) if squash == "relu" else np.ones_like(value)


def slopes(trace: Trace) -> Slopes:
    """All local derivatives of a trace. A gate in `trace.frozen` has none."""
    cell, parts = trace.cell, trace.parts
    nothing = np.zeros_like(parts["h"])
    with np.errstate(all="ignore"):
        squashed = np.stack(
            [
                nothing if gate.name in trace.frozen else slope(cell, gate, parts[gate.name], trace.sums[gate.name])
                for gate in cell.gates
            ],
            axis=1,
        )
        if cell.kind == "LSTM":
            shown = np.tanh(parts["c"])
            old = np.concatenate([trace.c0[None], parts["c"]])[:-1]
            on = np.stack([parts["g"], old, parts["i"], shown], axis=1)  # what i, f, g and o are multiplied with
            return Slopes(cell, squashed * on, parts["f"], parts["o"] * (1 - shown * shown), None)
        if cell.kind == "GRU":
            old = states_before(trace)
            new = 1 - parts["z"]
            carried = old @ cell.u[2].T + cell.d[2]
            through = new * squashed[:, 2]
            on = np.stack([through * carried, old - parts["n"], new], axis=1)
            return Slopes(cell, squashed * on, parts["z"], nothing, parts["r"])
    return Slopes(cell, squashed, nothing, nothing, None)


def states_before(trace: Trace) -> Values:
    """The hidden states (T, H) that enter the steps."""
    return np.concatenate([trace.h0[None], trace.parts["h"]])[:-1]


@dataclass(frozen=True)
class Triangle:
    """Contributions values[i, j] of loss i at step j, (T, T), with what they come to.

    `losses` (T,) is over all steps, a row's; `steps` (T,) over all losses, a column's; `total` over everything. For a
    single weight these are sums, `total` its gradient. For norms they are norms of the summed matrices: contributions
    that point in opposite ways make them smaller than the sum of norms.
    """

    values: Values
    losses: Values
    steps: Values
    total: float


@dataclass(frozen=True)
class Backward:
    """Everything a backward pass through time gives. T steps, K classes, H units; steps count from 0.

    `losses` (T,) in nats, 0 at steps without a target; `probabilities` (T, K); `errors` (T, K) is probabilities minus
    one-hot target, ∂E_i/∂y_i, 0 without a target. `sums[gate]` (T, T, H) is the triangle δ_j⁽ⁱ⁾ at [i, j]: derivatives
    of loss i with respect to the gate's sums at step j. `states["h"]`, and `states["c"]` of an LSTM, likewise of the
    states. `gradients` has w, u, b, d in the cell's shapes, s and bias of the readout, x (T, I), h0 and c0 (H,).
    """

    trace: Trace
    readout: Readout
    targets: tuple[int | None, ...]
    truncate: int | None
    losses: Values
    probabilities: Values
    errors: Values
    sums: Mapping[str, Values]
    states: Mapping[str, Values]
    gradients: Mapping[str, Values]

    @property
    def loss(self) -> float:
        """The sum of all losses, in nats."""
        return float(self.losses.sum())

    @cached_property
    def broken(self) -> tuple[int, int, str] | None:
        """Loss, step and part (a gate's sum, or h or c) where a derivative first is no finite number, going back."""
        if all(np.isfinite(values).all() for values in (*self.states.values(), *self.sums.values())):
            return None
        for i in range(len(self.losses)):
            bad = {k: ~np.isfinite(v[i]).all(1) for k, v in {**self.states, **self.sums}.items()}
            steps = {k: int(np.flatnonzero(v)[-1]) for k, v in bad.items() if v.any()}
            if steps:
                part = max(steps, key=lambda k: steps[k])
                return i, steps[part], part
        return None

    def carried(self, gate: str) -> Values:
        """Derivatives (T, T, H) with respect to the state's share U·h_{j−1} + d of the gate's sums.

        They are `sums`, but for the GRU's n, whose share the reset gate scales.
        """
        scaled = self.trace.cell.kind == "GRU" and gate == "n"
        return self.sums[gate] * self.trace.parts["r"] if scaled else self.sums[gate]

    def contributions(self, weight: Weight, gate: str | None = None) -> Triangle:
        """Sizes of the contributions to a weight's gradient: Frobenius norms ‖δ_j⁽ⁱ⁾ ⊗ h_{j−1}‖ for u, ⊗ x_j for w.

        The norm of an outer product is the product of the norms. All gates' matrices together, unless one is named.
        """
        gates = [g.name for g in self.trace.cell.gates if gate in (None, g.name)]
        other = self._other(weight)
        squares = gram = np.zeros(self.losses.shape)
        with np.errstate(all="ignore"):
            errors = [self._errors(weight, name) for name in gates]
            # Squares of exploded or vanished numbers would leave the range of floats: those are scaled.
            scale = max((float(max(e.max(initial=0), -e.min(initial=0))) for e in errors), default=0.0)
            if not np.isfinite(scale) or scale == 0 or 1e-100 < scale < 1e100:
                scale = 1.0
            else:
                errors = [e / scale for e in errors]
            squares = sum((np.einsum("ijh,ijh->ij", e, e) for e in errors), squares)
            # ‖Σ_j a_j ⊗ b_j‖² = Σ_jk (a_j·a_k)(b_j·b_k): no matrix of weights is made.
            both = other @ other.T
            gram = sum((np.einsum("ijk,jk->i", e @ e.transpose(0, 2, 1), both) for e in errors), gram)
            length = np.sqrt(np.diagonal(both))
            columns = np.sqrt(sum((np.square(e.sum(0)).sum(1) for e in errors), np.zeros(len(other))))
            total = np.sqrt(sum(np.square(e.sum(0).T @ other).sum() for e in errors))
            values, steps = np.sqrt(squares) * length, columns * length
            return Triangle(values * scale, np.sqrt(np.maximum(gram, 0)) * scale, steps * scale, float(total * scale))

    def single(self, weight: Weight, gate: str, row: int, column: int = 0) -> Triangle:
        """Signed contributions to one weight's gradient, to which they sum. `column` counts inputs or units.

        For the biases b and d it is 0.
        """
        with np.errstate(all="ignore"):
            values = self._errors(weight, gate)[:, :, row] * self._other(weight)[:, column]
            return Triangle(values, values.sum(1), values.sum(0), float(values.sum()))

    def _errors(self, weight: Weight, gate: str) -> Values:
        return self.carried(gate) if weight in ("u", "d") else self.sums[gate]

    def _other(self, weight: Weight) -> Values:
        """What the weight is multiplied with at each step, (T, ·)."""
        if weight in ("b", "d"):
            return np.ones((len(self.trace), 1))
        return states_before(self.trace) if weight == "u" else self.trace.x


def last_target(length: int, target: int) -> tuple[int | None, ...]:
    """Targets of many-to-one: only the last of `length` steps has one."""
    return (None,) * (length - 1) + (target,) if length else ()


def judge(states: Values, readout: Readout, targets: Sequence[int | None]) -> tuple[Values, Values, Values]:
    """Cross-entropies (T,), probabilities and errors (T, K) of states (T, H), as in `Backward`.

    Raises `ValueError` for targets that are no class, or not as many as states.
    """
    classes, hidden = readout.s.shape
    if states.shape != (len(targets), hidden):
        raise ValueError(f"a readout of {hidden} units and {len(targets)} targets do not fit states {states.shape}")
    if any(target is not None and not 0 <= target < classes for target in targets):
        raise ValueError(f"targets must be 0 … {classes - 1} or None")
    at = [i for i, target in enumerate(targets) if target is not None]
    goals = [target for target in targets if target is not None]
    with np.errstate(all="ignore"):
        logits = states @ readout.s.T + readout.bias
        shifted = logits - logits.max(1, keepdims=True)  # e^logit would overflow
        logarithms = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    probabilities = np.exp(logarithms)
    losses, errors = np.zeros(len(targets)), np.zeros_like(logits)
    losses[at] = -logarithms[at, goals]
    errors[at] = probabilities[at]
    errors[at, goals] -= 1
    return losses, probabilities, errors


def backward(trace: Trace, readout: Readout, targets: Sequence[int | None], truncate: int | None = None) -> Backward:
    """Backpropagate the losses at all steps that have a target, 0 … K − 1, through the trace's states.

    The whole loss is their sum. With `truncate` = k ≥ 0 each loss goes back at most k steps: loss i reaches the
    weights of steps i − k … i (truncated BPTT; Williams and Peng 1990), and the first state if i < k.
    Raises `UsageError` if the triangle would be too large, `ValueError` for arguments that do not fit together.
    """
    cell, length, hidden = trace.cell, len(trace), trace.cell.hidden
    if truncate is not None and truncate < 0:
        raise ValueError("gradients cannot go back fewer than 0 steps")
    _check_size(cell, length)
    at = np.array([i for i, target in enumerate(targets) if target is not None], np.intp)
    reach = length if truncate is None else truncate
    states = trace.parts["h"]
    with np.errstate(all="ignore"):
        losses, probabilities, errors = judge(states, readout, targets)
        local = slopes(trace)
        # Steps come first here: what one step writes lies together.
        sums = np.zeros((length, length, len(cell.gates), hidden))
        of_h = np.zeros((length, length, hidden))
        of_c = np.zeros((length, length, hidden)) if cell.kind == "LSTM" else None
        summed = np.zeros((length, len(cell.gates), hidden))
        dh, dc = errors[at] @ readout.s, np.zeros((len(at), hidden))
        for j in reversed(range(length)):
            low, high = np.searchsorted(at, j), np.searchsorted(at, j + reach, "right")
            now, rows = slice(low, high), at[low:high]
            of_h[j, rows] = dh[now]
            step, whole, dh[now], dc[now] = local.back(j, dh[now], dc[now])
            sums[j, rows] = step
            summed[j] = step.sum(0)
            if of_c is not None:
                of_c[j, rows] = whole
        first = slice(0, np.searchsorted(at, reach))  # the first state is one step further
        carried = (
            summed
            if local.reset is None
            else np.stack([summed[:, 0], summed[:, 1], summed[:, 2] * local.reset], axis=1)
        )
        old = states_before(trace)
        gradients = {
            "w": np.tensordot(summed, trace.x, (0, 0)),
            "u": np.tensordot(carried, old, (0, 0)),
            "b": summed.sum(0),
            "d": carried.sum(0),
            "s": errors[at].T @ states[at],
            "bias": errors.sum(0),
            "x": np.tensordot(summed, cell.w, 2),
            "h0": dh[first].sum(0),
            "c0": dc[first].sum(0),
        }
    adjoints = {"h": of_h.transpose(1, 0, 2)} | ({} if of_c is None else {"c": of_c.transpose(1, 0, 2)})
    triangle = {gate.name: sums[:, :, k].transpose(1, 0, 2) for k, gate in enumerate(cell.gates)}
    return Backward(
        trace, readout, tuple(targets), truncate, losses, probabilities, errors, triangle, adjoints, gradients
    )


def _check_size(cell: Cell, length: int) -> None:
    """Refuse what would not fit the memory."""
    parts = len(cell.gates) + (2 if cell.kind == "LSTM" else 1)
    longest = int((LARGEST / (parts * cell.hidden)) ** 0.5)
    if length > longest:
        raise UsageError(
            f"{number(length)} steps of {number(cell.hidden)} units make a triangle that is too large. "
            f"Take at most {number(longest)} steps, or fewer units."
        )


@dataclass(frozen=True)
class Difference:
    """How far two gradients of `name` are apart: `largest` absolute difference, `size` the largest absolute value."""

    name: str
    largest: float
    size: float

    @property
    def agrees(self) -> bool:
        """Whether they are equal to `TOLERANCE` of their size. Never so for values that are not finite."""
        return self.largest <= max(TOLERANCE * self.size, 1e-12)


def compare(gradients: Mapping[str, Values], others: Mapping[str, ArrayLike]) -> tuple[Difference, ...]:
    """The differences from another's gradients, such as autograd's, for every name that both have.

    Raises `ValueError` where two arrays differ in shape.
    """
    found = []
    for name in (name for name in gradients if name in others):
        one, two = gradients[name], np.asarray(others[name], np.float64)
        if one.shape != two.shape:
            raise ValueError(f"{name}: {one.shape} and {two.shape} cannot be compared")
        with np.errstate(all="ignore"):
            largest = float(np.abs(one - two).max(initial=0))
        found.append(Difference(name, largest, float(np.abs(two).max(initial=0))))
    return tuple(found)
