"""How gradients fade or grow on their way back through time, and what keeps them alive.

A small change of the state at step k reaches step T through a product of local matrices (Hochreiter 1991, Bengio et al.
1994, Pascanu et al. 2013):

    ∂h_T/∂h_k = J_T · J_{T−1} · … · J_{k+1}        J_t = ∂h_t/∂h_{t−1}

Its size is given as the **stretch** ‖∂h_T/∂h_k‖_F / √H, the Frobenius norm over the identity's: the factor (root mean
square) by which a change in a random direction grows. It is 1 at k = T, and always 1 for an identity path. For an LSTM
the state is (h, c) together; its cell path c_T ← c_k alone is the product of forget gates, the constant error carousel.

All sizes are log10, from products that are rescaled at each step: nothing under- or overflows on the way. −inf is
a size of exactly 0; NaN follows values that are no finite numbers, which `trouble` puts into words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, log10, sqrt

import numpy as np

from explorer.arch.errors import UsageError
from explorer.arch.text import number
from explorer.explain.recurrent.bptt import Readout, Slopes, judge, slopes, states_before
from explorer.explain.recurrent.cell import GATES, ORDER, Trace, Values


def stretch(trace: Trace, end: int | None = None, local: Slopes | None = None) -> Values:
    """log10 of the stretch from the state at each k = 0 … end to that at `end`, (end + 1,). k = 0 is the first state.

    `end` counts steps from 1, T if not given. `local` are the trace's `slopes`, if the caller has them.
    """
    cell, end = trace.cell, len(trace) if end is None else end
    if not 0 <= end <= len(trace):
        raise ValueError(f"step {end} is not among {len(trace)}")
    local = slopes(trace) if local is None else local
    both = cell.kind == "LSTM"
    rows = cell.hidden * (2 if both else 1)
    dh, dc = np.eye(rows, cell.hidden), np.eye(rows, cell.hidden, -cell.hidden)  # zeros without c
    found, exponent = np.zeros(end + 1), 0.0
    with np.errstate(all="ignore"):
        for t in reversed(range(end)):
            _, _, dh, dc = local.back(t, dh, dc)
            size = _size(dh, dc) / rows**0.5
            found[t] = exponent + _log(size)
            if isfinite(size) and size > 0:
                dh, dc, exponent = dh / size, dc / size, exponent + log10(size)
    return found


def carousel(trace: Trace, end: int | None = None) -> Values:
    """log10 of the stretch along an LSTM's cell path alone, c_end ← c_k, (end + 1,): the product of forget gates.

    Raises `ValueError` for other cells.
    """
    if trace.cell.kind != "LSTM":
        raise ValueError(f"{trace.cell.kind} has no cell state")
    kept = trace.parts["f"][:end]
    with np.errstate(all="ignore"):
        logs = np.cumsum(np.log10(kept[::-1]), axis=0)[::-1]
        top = logs.max(1, keepdims=True)
        means = np.square(np.power(10.0, np.where(np.isneginf(top), -inf, logs - top))).mean(1)
        return np.append(top.ravel() + 0.5 * np.log10(means), 0.0)


@dataclass(frozen=True)
class Arrival:
    """How much of the loss arrives at each state: log10 of ‖∂L/∂h_t‖, (T + 1,), from t = 0, the first state.

    `c` likewise of an LSTM's ‖∂L/∂c_t‖. `weights` is log10 of the norm of the gradient of all the cell's weights.
    """

    h: Values
    c: Values | None
    weights: float


def arrival(trace: Trace, readout: Readout, targets: Sequence[int | None], local: Slopes | None = None) -> Arrival:
    """Send the summed cross-entropies of all steps with a target back. `targets` as for `bptt.backward`."""
    cell, length = trace.cell, len(trace)
    local = slopes(trace) if local is None else local
    with np.errstate(all="ignore"):
        enters = judge(trace.parts["h"], readout, targets)[2] @ readout.s
        adds = [target is not None for target in targets]
        both = cell.kind == "LSTM"
        dh, dc = np.zeros((1, cell.hidden)), np.zeros((1, cell.hidden))
        of_h, of_c, exponents = np.empty(length + 1), np.empty(length + 1), np.zeros(length)
        sums, exponent = np.zeros((length, *cell.b.shape)), 0.0
        for t in reversed(range(length)):
            if adds[t]:
                if exponent < 0:  # what comes from later has faded: the new loss sets the scale
                    dh, dc, exponent = dh * 10**exponent, dc * 10**exponent, 0.0
                dh = dh + enters[t] * 10**-exponent
            of_h[t + 1] = exponent + _log(_size(dh))
            step, whole, dh, dc = local.back(t, dh, dc)
            of_c[t + 1] = exponent + _log(_size(whole))
            sums[t], exponents[t] = step[0], exponent
            size = _size(dh, dc)
            if isfinite(size) and size > 0:
                dh, dc, exponent = dh / size, dc / size, exponent + log10(size)
        of_h[0], of_c[0] = exponent + _log(_size(dh)), exponent + _log(_size(dc))
        top = float(exponents.max(initial=0))
        sums *= np.power(10.0, exponents - top)[:, None, None]
        carried = sums if local.reset is None else local.carried(sums, local.reset)
        gradients = (
            np.tensordot(sums, trace.x, (0, 0)),
            np.tensordot(carried, states_before(trace), (0, 0)),
            sums.sum(0),
            carried.sum(0),
        )
        return Arrival(of_h, of_c if both else None, top + log_norm(gradients))


def _size(*arrays: Values) -> float:
    """The Frobenius norm of all arrays together."""
    square = sum(float(np.vdot(values, values)) for values in arrays)
    if 1e-200 < square < inf:
        return sqrt(square)
    top = max((float(np.abs(values).max(initial=0)) for values in arrays), default=0.0)
    if not (isfinite(top) and top > 0):
        return top
    return top * sqrt(sum(float(np.square(values / top).sum()) for values in arrays))  # squares out of range


def _log(size: float) -> float:
    return log10(size) if size > 0 else -inf if size == 0 else size  # NaN stays


def log_norm(gradients: Sequence[Values]) -> float:
    """log10 of the norm of all arrays together, as if they were one vector; −inf for none."""
    with np.errstate(all="ignore"):
        return _log(_size(*gradients))


@dataclass(frozen=True)
class Clipping:
    """A gradient's norm, log10, before and after clipping (Pascanu et al. 2013): its direction stays.

    `limit` is the largest norm allowed, None for no clipping.
    """

    before: float
    limit: float | None

    @property
    def after(self) -> float:
        """log10 of the norm that is used."""
        return self.before if self.limit is None or not self.clipped else log10(self.limit)

    @property
    def clipped(self) -> bool:
        """Whether the norm was above the limit."""
        return self.limit is not None and self.before > log10(self.limit)

    @property
    def text(self) -> str:
        """In words: `The gradient's norm is 3.2·10⁵; it is clipped to 1.`."""
        norm = f"The gradient's norm is {power(self.before)}"
        if self.limit is None:
            return f"{norm}. Nothing is clipped."
        if self.clipped:
            return f"{norm}; it is clipped to {power(log10(self.limit))}."
        return f"{norm}. The limit {power(log10(self.limit))} is not reached." if isfinite(self.before) else f"{norm}."


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power(log: float) -> str:
    """A size from its log10: `0`, `0.25`, `3.2·10⁵`, `1.4·10⁻³⁰`; `not a number` for NaN."""
    if not isfinite(log):
        return "0" if log == -inf else "∞" if log == inf else "not a number"
    if -3 <= log < 2.9997:  # below 999.5, which would be rounded up
        return number(10**log)
    exponent = int(np.floor(log))
    lead = f"{10 ** (log - exponent):.1f}"
    if lead == "10.0":
        lead, exponent = "1.0", exponent + 1
    return f"{lead}·10{str(exponent).translate(_RAISED)}"


def clip(gradients: Mapping[str, Values], limit: float) -> dict[str, Values]:
    """All gradients times the one factor that brings their common norm down to `limit`, if it is above."""
    excess = log_norm(tuple(gradients.values())) - log10(limit)
    with np.errstate(all="ignore"):
        return {name: values * 10**-excess if excess > 0 else values for name, values in gradients.items()}


@dataclass(frozen=True)
class Spectrum:
    """The eigenvalues (H,), complex, of recurrent weights, largest first; `radius` is the largest absolute value."""

    values: np.ndarray[tuple[int], np.dtype[np.complex128]]
    radius: float

    @property
    def written(self) -> str:
        """The radius as it is read: three digits, or the next whole number."""
        if not 999.5 <= self.radius < inf:
            return number(self.radius)
        return number(round(self.radius)) if self.radius < 1e6 else power(log10(self.radius))

    @property
    def text(self) -> str:
        """What the radius means for a linear cell, in words."""
        size = f"The largest eigenvalue has size {self.written}"
        if abs(self.radius - 1) < 0.005:
            return f"{size}: repeated products keep their size, as on the unit circle."
        return f"{size}: repeated products {'shrink' if self.radius < 1 else 'grow'}."


def eigenvalues(u: Values) -> Spectrum:
    """Eigenvalues of recurrent weights u (H, H). Raises `UsageError` if a weight is no finite number."""
    wrong = np.argwhere(~np.isfinite(u))
    if len(wrong):
        row, column = wrong[0]
        raise UsageError(
            f"The recurrent weight in row {row + 1}, column {column + 1} is no finite number, so there are no "
            "eigenvalues. Give it a number."
        )
    values = np.linalg.eigvals(u).astype(np.complex128)
    values = values[np.argsort(-np.abs(values), kind="stable")]
    return Spectrum(values, float(np.abs(values).max(initial=0)))


def first_trouble(trace: Trace) -> tuple[int, str, bool] | None:
    """Step (from 0), part, and whether it is the part's sum, where a value first is no finite number."""
    order = [(part, sums) for part in ORDER[trace.cell.kind] for sums in (True, False)]
    found = []
    for place, (part, sums) in enumerate(order):
        values = (trace.sums if sums else trace.parts).get(part)
        if values is None or np.isfinite(values).all():
            continue
        found.append((int(np.flatnonzero(~np.isfinite(values).all(1))[0]), place))
    if not found:
        return None
    step, place = min(found)
    return step, *order[place]


def trouble(trace: Trace) -> str:
    """Where a value first is no finite number, in words that count steps from 1; empty if there is none."""
    first = first_trouble(trace)
    if first is None:
        return ""
    step, part, sums = first
    titles = {gate.name: gate.title for gate in GATES[trace.cell.kind]} | {"h": "hidden state", "c": "cell state"}
    return (
        f"At step {number(step + 1)} {'a sum of ' if sums else ''}the {titles[part]} {part} first is no finite number. "
        "Make the weights or inputs smaller, or the sequence shorter."
    )
