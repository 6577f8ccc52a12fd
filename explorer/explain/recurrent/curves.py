"""Gradient sizes over time for an RNN, an LSTM, a GRU and an identity path, from the same seed and the same inputs.

What sliders and presets show: see `flow` for what the sizes are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite
from typing import Literal

import numpy as np

from explorer.arch.errors import UsageError
from explorer.arch.text import number
from explorer.explain.recurrent.bptt import Readout, judge, last_target, slopes
from explorer.explain.recurrent.cell import GATES, Cell, Kind, Values, run
from explorer.explain.recurrent.flow import (
    Clipping,
    Spectrum,
    arrival,
    carousel,
    eigenvalues,
    log_norm,
    stretch,
    trouble,
)

LONGEST = 200
"""Most steps of a curve."""

WIDEST = 128
"""Most units of a curve."""

Path = Literal["RNN", "LSTM", "GRU", "identity"]
PATHS: tuple[Path, ...] = ("RNN", "LSTM", "GRU", "identity")
"""What curves are drawn for; `identity` is h_t = h_{t−1} + tanh(W·x_t + b), whose derivative is 1."""

CLASSES = 4
"""Classes of the readout whose loss flows back."""


@dataclass(frozen=True)
class Settings:
    """What curves are drawn from. Raises `UsageError` for values out of range.

    `length` 1 … 200 steps; `hidden` 1 … 128 units and `features` 1 … 64 inputs; `radius` ≥ 0, the spectral radius of
    each gate's recurrent weights; `forget_bias` of the LSTM's forget gate and of the GRU's update gate, for which 1
    keeps the old state likewise; `clip` > 0, the largest gradient norm, or None; `squash` of the RNN: tanh, relu, or
    none for a linear one; `each_step`: a loss at every step instead of the last alone; `seed` of weights and inputs.
    """

    length: int = 50
    hidden: int = 32
    features: int = 8
    radius: float = 1.0
    forget_bias: float = 1.0
    clip: float | None = None
    squash: Literal["tanh", "relu", "none"] = "tanh"
    each_step: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for what, value, most in (
            ("steps", self.length, LONGEST), ("units", self.hidden, WIDEST), ("inputs", self.features, 64),
        ):  # fmt: skip
            if not 1 <= value <= most:
                raise UsageError(f"There must be 1 to {most} {what}, not {number(value)}.")
        if not (isfinite(self.radius) and self.radius >= 0):
            raise UsageError("The spectral radius must be a finite number, 0 or more.")
        if not isfinite(self.forget_bias):
            raise UsageError("The forget bias must be a finite number.")
        if self.clip is not None and not (isfinite(self.clip) and self.clip > 0):
            raise UsageError("The largest gradient norm must be a finite number above 0.")


@dataclass(frozen=True)
class Preset:
    """Settings that show one thing: `path` is the curve to look at, `notice` says what to see there."""

    name: str
    path: Path
    notice: str
    settings: Settings = field(default_factory=Settings)


PRESETS = (
    Preset(
        "vanish",
        "RNN",
        "The RNN's gradient shrinks by the same factor at each step: early steps learn nothing from the loss.",
        Settings(radius=0.5),
    ),
    Preset(
        "explode",
        "RNN",
        "The RNN's gradient grows at each step back; clipping keeps its direction and cuts its length to 1.",
        Settings(radius=4.0, clip=1.0),
    ),
    Preset(
        "constant error carousel",
        "LSTM",
        "The forget gates are near 1, so the error along the LSTM's cell path stays almost constant, as on the "
        "identity path.",
        Settings(radius=0.5, forget_bias=6.0),
    ),
)


@dataclass(frozen=True)
class Curve:
    """One path's sizes over time, log10, (T + 1,) each from t = 0, the first state, to T.

    `state` is the stretch to step T, `loss` is ‖∂L/∂h_t‖; `cell` and `loss_cell` likewise of an LSTM's cell path and
    cell state. `gradient` is the norm of the gradient of all the cell's weights. `trouble` says where a value first
    is no finite number, and is empty if all are.
    """

    path: Path
    state: Values
    loss: Values
    gradient: Clipping
    cell: Values | None = None
    loss_cell: Values | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Curves:
    """The curves of all `PATHS` from the same seed and inputs, and the spectrum of the RNN's recurrent weights."""

    settings: Settings
    curves: tuple[Curve, ...]
    spectrum: Spectrum

    def __getitem__(self, path: Path) -> Curve:
        return self.curves[PATHS.index(path)]


@dataclass(frozen=True)
class _Draw:
    """Random numbers that only sizes and seed decide, so that a slider changes one thing alone.

    w (4, H, I); u (4, H, H), each of spectral radius 1; x (LONGEST, I); `goals` a class for each step.
    """

    w: Values
    u: Values
    x: Values
    readout: Readout
    goals: tuple[int, ...]
    spectrum: Spectrum


@lru_cache(maxsize=8)
def _draw(hidden: int, features: int, seed: int) -> _Draw:
    random = np.random.default_rng([seed % 2**63, hidden, features])
    u = random.normal(size=(4, hidden, hidden))
    u /= np.abs(np.linalg.eigvals(u)).max(1)[:, None, None]
    w = random.normal(size=(4, hidden, features)) * 0.5 / features**0.5
    s = random.normal(size=(CLASSES, hidden)) / hidden**0.5
    x = random.normal(size=(LONGEST, features))
    goals = tuple(int(k) for k in random.integers(0, CLASSES, LONGEST))
    return _Draw(w, u, x, Readout(s, np.zeros(CLASSES)), goals, eigenvalues(u[0]))


def cell_of(settings: Settings, kind: Kind) -> Cell:
    """The cell that a curve is drawn for: random weights, recurrent ones scaled, biases 0 but for forgetting."""
    drawn, gates = _draw(settings.hidden, settings.features, settings.seed), len(GATES[kind])
    bias = np.zeros((gates, settings.hidden))
    if kind in ("LSTM", "GRU"):
        bias[1] = settings.forget_bias  # f or z
    squash = settings.squash if kind == "RNN" else None
    return Cell(kind, drawn.w[:gates], drawn.u[:gates] * settings.radius, bias, np.zeros_like(bias), squash)


def task_of(settings: Settings) -> tuple[Values, Readout, tuple[int | None, ...]]:
    """What all curves share: inputs (T, I), the readout to `CLASSES` classes, and the targets."""
    drawn, length = _draw(settings.hidden, settings.features, settings.seed), settings.length
    goals = drawn.goals[:length]
    return drawn.x[:length], drawn.readout, goals if settings.each_step else last_target(length, goals[-1])


def curve(settings: Settings, path: Path) -> Curve:
    """One path's curve, a pure function of the settings."""
    if path == "identity":
        return _identity(settings)
    x, readout, targets = task_of(settings)
    trace = run(cell_of(settings, path), x)
    local = slopes(trace)
    arrived = arrival(trace, readout, targets, local)
    return Curve(
        path,
        stretch(trace, local=local),
        arrived.h,
        Clipping(arrived.weights, settings.clip),
        carousel(trace) if path == "LSTM" else None,
        arrived.c,
        trouble(trace),
    )


def spectrum(settings: Settings) -> Spectrum:
    """The eigenvalues of the RNN's recurrent weights."""
    unit = _draw(settings.hidden, settings.features, settings.seed).spectrum
    return Spectrum(unit.values * settings.radius, unit.radius * settings.radius)


def curves(settings: Settings) -> Curves:
    """All curves for these settings, a pure function of them: about 10 ms for 50 steps of 32 units."""
    return Curves(settings, tuple(curve(settings, path) for path in PATHS), spectrum(settings))


def _identity(settings: Settings) -> Curve:
    """h_t = h_{t−1} + tanh(W·x_t): each loss arrives at all earlier states as it is (He et al. 2016)."""
    x, readout, targets = task_of(settings)
    added = np.tanh(x @ cell_of(settings, "RNN").w[0].T)
    enters = judge(np.cumsum(added, axis=0), readout, targets)[2] @ readout.s
    arrived = np.cumsum(enters[::-1], axis=0)[::-1]
    sums = arrived * (1 - added * added)
    sizes = np.linalg.norm(arrived, axis=1)
    with np.errstate(divide="ignore"):
        loss = np.log10(np.append(sizes[:1], sizes))
    gradient = log_norm((sums.T @ x, sums.sum(0)))
    return Curve("identity", np.zeros(settings.length + 1), loss, Clipping(gradient, settings.clip))
