"""Cells and inputs to begin a lesson with, and what one may change about them.

    trace = run(random_cell("LSTM", 57, 128, seed=1), letters("Pelaez", LETTERS).x)
    trace = run(blackboard_cell("GRU", 3, 2), own_letters("abc").x)

All functions are pure: what is changed is a new cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from explorer.arch.errors import UsageError
from explorer.arch.text import number, plural
from explorer.explain.recurrent.cell import GATES, Cell, Kind, Squash, Values

LONGEST = 1000
"""Most steps that are unrolled: all are computed anew with each edit, within what an eye takes for at once."""

Which = Literal["w", "u", "b", "d"]

_ROLES: dict[Kind, tuple[int, ...]] = {"RNN": (0,), "ConcatRNN": (0,), "LSTM": (1, 2, 0, 3), "GRU": (1, 2, 0)}
"""What each gate is for, in the order of `GATES`. Equal roles get equal random weights: the candidate of an LSTM, the
new state of a GRU and the state of an RNN are 0."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """A sequence: x (T, I), a label for each step, and a name for each of the I numbers where they have one."""

    x: Values
    labels: tuple[str, ...]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.x)

    def edited(self, t: int, k: int, value: float) -> Inputs:
        """With one number changed. Raises `IndexError` for a place that is not there, `UsageError` for no number."""
        return replace(self, x=_with(self.x, (t, k), value))


# --- cells


def random_cell(kind: Kind, features: int, hidden: int, seed: int = 0, squash: Squash | None = None) -> Cell:
    """Weights as PyTorch begins with: uniform within ±1/√H. The same seed gives cells of all kinds that compare.

    Raises `UsageError` for sizes below 1.
    """
    _sizes(features, hidden)
    bound = hidden**-0.5

    def drawn(which: int, *shape: int) -> Values:
        # Each role and each matrix has a stream of its own: the kinds share what has the same role.
        rows = [np.random.default_rng((seed, role, which)).uniform(-bound, bound, shape) for role in _ROLES[kind]]
        return np.stack(rows)

    w, u = drawn(0, hidden, features), drawn(1, hidden, hidden)
    return Cell(kind, w, u, drawn(2, hidden), drawn(3, hidden), squash)


def blackboard_cell(kind: Kind, features: int, hidden: int, seed: int = 0, *, halves: bool = False) -> Cell:
    """Small whole numbers −2…2, or halves −1…1, for arithmetic by hand; one bias. 2 ≤ hidden ≤ 4.

    Raises `UsageError` for other sizes.
    """
    _sizes(features, hidden)
    if not 2 <= hidden <= 4:
        raise UsageError(f"Arithmetic by hand needs 2 to 4 units, not {number(hidden)}. Choose 2, 3 or 4.")
    random, gates = np.random.default_rng(seed), len(GATES[kind])

    def drawn(*shape: int) -> Values:
        return random.integers(-2, 3, shape).astype(np.float64) * (0.5 if halves else 1.0)

    w, u, b = drawn(gates, hidden, features), drawn(gates, hidden, hidden), drawn(gates, hidden)
    return Cell(kind, w, u, b, np.zeros_like(b))


def simple_rnn(seed: int = 0) -> tuple[Cell, Inputs]:
    """The lecture's RNN in NumPy: 100 steps of 32 numbers, 64 units, all uniform in 0…1.

    Its sums are so large that tanh gives almost 1 everywhere: what random weights must not be.
    """
    random = np.random.default_rng(seed)
    x = random.random((100, 32))
    w, u, b = random.random((1, 64, 32)), random.random((1, 64, 64)), random.random((1, 64))
    return Cell("RNN", w, u, b, np.zeros_like(b)), Inputs(x, _counted(100))


def scaled(cell: Cell, factor: float) -> Cell:
    """All weights on the state times `factor`. The result may overflow: `Trace.broken` says where."""
    _finite(factor)
    with np.errstate(all="ignore"):
        return replace(cell, u=cell.u * factor)


def spectral_radius(cell: Cell) -> tuple[float, ...]:
    """The size of the largest eigenvalue of each gate's weights on the state. NaN if they are not finite."""
    return tuple(float(np.abs(np.linalg.eigvals(u)).max()) if np.isfinite(u).all() else float("nan") for u in cell.u)


def with_spectral_radius(cell: Cell, radius: float) -> Cell:
    """The weights on the state scaled, each gate's for itself, so that their largest eigenvalue has size `radius` ≥ 0.

    Raises `UsageError` for a negative radius, and if a gate has only eigenvalues 0, or weights that are not finite.
    """
    _finite(radius)
    if radius < 0:
        raise UsageError("A spectral radius is not negative. Type 0 or more.")
    now = spectral_radius(cell)
    for gate, size in zip(cell.gates, now, strict=True):
        if not size > 1e-12:
            raise UsageError(
                f"The state's weights of the {gate.title} have no eigenvalue to scale. Change a weight or the seed."
            )
    return replace(cell, u=cell.u * (radius / np.array(now))[:, None, None])


def with_forget_bias(cell: Cell, value: float) -> Cell:
    """An LSTM whose forget gate has this bias in all units. Raises `UsageError` for other cells."""
    _finite(value)
    if cell.kind != "LSTM":
        raise UsageError(f"Only an LSTM has a forget gate; this is a {cell.kind}. Choose LSTM.")
    b, d = cell.b.copy(), cell.d.copy()
    b[1], d[1] = value, 0.0
    return replace(cell, b=b, d=d)


def forget_bias(cell: Cell) -> float | None:
    """The mean bias of an LSTM's forget gate; `None` for other cells."""
    return float((cell.b[1] + cell.d[1]).mean()) if cell.kind == "LSTM" else None


def edited(cell: Cell, which: Which, index: Sequence[int], value: float) -> Cell:
    """With one weight changed: w, u (gate, row, column), b, d (gate, row); see `story.Place`.

    Raises `IndexError` for a place that is not there, and `UsageError` for no finite number.
    """
    values = _with({"w": cell.w, "u": cell.u, "b": cell.b, "d": cell.d}[which], tuple(index), value)
    if which == "w":
        return replace(cell, w=values)
    if which == "u":
        return replace(cell, u=values)
    return replace(cell, b=values) if which == "b" else replace(cell, d=values)


# --- inputs


def letters(text: str, alphabet: str) -> Inputs:
    """One-hot rows (T, len(alphabet)). Raises `UsageError` for no letter, too many, or one not in the alphabet."""
    _steps(len(text), "letter")
    unknown = dict.fromkeys(letter for letter in text if letter not in alphabet)
    if unknown:
        shown = ", ".join(f"“{letter}”" for letter in list(unknown)[:5])
        are = "is" if len(unknown) == 1 else "are"
        raise UsageError(f"{shown} {are} not among the {plural(len(alphabet), 'letter')}. Leave it out.")
    x = np.zeros((len(text), len(alphabet)))
    x[np.arange(len(text)), [alphabet.index(letter) for letter in text]] = 1
    return Inputs(x, tuple(text), tuple(alphabet))


def own_letters(text: str) -> Inputs:
    """One-hot rows over the letters that the text itself has, in the order in which they come: `aba` is 3×2."""
    return letters(text, "".join(dict.fromkeys(text)))


def rows(image: ArrayLike) -> Inputs:
    """An image's rows from top to bottom, one a step: (28, 28) is 28 steps of 28 pixels.

    Raises `UsageError` for what has not two axes, is empty or too high.
    """
    x = np.asarray(image, np.float64)
    if x.ndim != 2 or not x.shape[1]:
        raise UsageError("Rows are read from one grey picture. Choose another picture.")
    _steps(len(x), "row")
    return Inputs(x, _counted(len(x)))


def noise(steps: int, features: int = 5, seed: int = 0) -> Inputs:
    """Random numbers, normal with mean 0 and deviation 1. Raises `UsageError` for sizes below 1 or too many steps."""
    _steps(steps, "step")
    _sizes(features, 1)
    return Inputs(np.random.default_rng(seed).standard_normal((steps, features)), _counted(steps))


def sine(steps: int, period: float = 20.0, features: int = 1) -> Inputs:
    """sin(2πt / period); of several features each begins a part of the period later.

    Raises `UsageError` for sizes below 1, too many steps, or a period that is not positive.
    """
    _steps(steps, "step")
    _sizes(features, 1)
    if not (isfinite(period) and period > 0):
        raise UsageError("A period is longer than 0 steps. Type a positive number.")
    later = np.arange(features) * period / features
    return Inputs(np.sin(2 * np.pi * (np.arange(steps)[:, None] - later) / period), _counted(steps))


# --- what both need


def _with(values: Values, index: tuple[int, ...], value: float) -> Values:
    _finite(value)
    if len(index) != values.ndim or any(not 0 <= k < n for k, n in zip(index, values.shape, strict=True)):
        raise IndexError(f"{index} of {values.shape}")
    changed = values.copy()
    changed[index] = value
    return changed


def _finite(value: float) -> None:
    if not isfinite(value):
        raise UsageError("That is not a finite number. Type one such as −0.5.")


def _counted(steps: int) -> tuple[str, ...]:
    return tuple(str(step + 1) for step in range(steps))


def _steps(count: int, what: str) -> None:
    if count < 1:
        raise UsageError(f"There is nothing to read. Give at least one {what}.")
    if count > LONGEST:
        raise UsageError(f"{plural(count, what)} are too many. Give at most {number(LONGEST)}.")


def _sizes(features: int, hidden: int) -> None:
    if features < 1 or hidden < 1:
        raise UsageError("A cell needs at least one input and one unit. Type 1 or more.")
