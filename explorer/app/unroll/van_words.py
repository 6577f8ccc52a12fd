"""What the picture of vanishing gradients says: its lines, the product behind each point, and what has no place in it.

Sizes are log10, as in `explain.recurrent.flow`: −inf is a size of exactly 0, NaN follows values that are not finite.
Text is in the markup of `explain.recurrent.notation`: `_{…}` stands low, `^{…}` stands high.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, inf, isfinite, isnan, log10
from typing import Literal

import numpy as np

from explorer.arch.text import THIN, number, plural
from explorer.explain.recurrent.cell import Values
from explorer.explain.recurrent.curves import PATHS, PRESETS, Curves, Path, Settings
from explorer.explain.recurrent.flow import Clipping, power

View = Literal["state", "loss"]
"""Which size is drawn: ‖∂h_T/∂h_t‖, from state to state, or ‖∂L/∂h_t‖, from the loss to a state."""

TITLES = {
    "vanish": "Vanishing gradients",
    "explode": "Exploding gradients",
    "constant error carousel": "The constant error carousel",
}
"""Headings of the presets."""

ANY = "Vanishing and exploding gradients"


@dataclass(frozen=True, eq=False)
class Line:
    """One line of the picture: log10 sizes (T + 1,) from t = 0 to T. `cell` marks an LSTM's cell path alone."""

    path: Path
    cell: bool
    logs: Values

    @property
    def key(self) -> tuple[Path, bool]:
        """What tells it from the others."""
        return self.path, self.cell

    @property
    def name(self) -> str:
        """As it is written at the line's end."""
        return f"{self.path} cell" if self.cell else self.path


def lines(curves: Curves, view: View) -> tuple[Line, ...]:
    """The lines of a view; an LSTM's cell path follows the LSTM."""
    found = []
    for curve in curves.curves:
        whole, cell = (curve.state, curve.cell) if view == "state" else (curve.loss, curve.loss_cell)
        found.append(Line(curve.path, False, whole))
        if cell is not None:
            found.append(Line(curve.path, True, cell))
    return tuple(found)


def letter(line: Line, view: View) -> str:
    """The state's letter: c for a cell path, h, or s for the LSTM's whole state (h, c)."""
    return "c" if line.cell else "s" if line.path == "LSTM" and view == "state" else "h"


def _chained(line: Line, view: View) -> str:
    """The state that is multiplied from step to step: an LSTM's loss comes back through h and c together."""
    return "s" if view == "loss" and line.path == "LSTM" else letter(line, view)


def symbol(line: Line, view: View, t: int, last: int) -> str:
    """What a point of a line is, in markup: `‖∂h_{50}/∂h_{12}‖`."""
    state = letter(line, view)
    above = "∂L" if view == "loss" else f"∂{state}_{{{last}}}"
    return f"‖{THIN}{above}/∂{state}_{{{t}}}{THIN}‖"


def rule(line: Line, view: View, t: int, settings: Settings) -> str:
    """The chain rule at step t, in markup: `∂h_{50}/∂h_{1} = Π ∂h_{k}/∂h_{k−1}, k = 2 … 50`."""
    last, state = settings.length, _chained(line, view)
    factor = "1" if line.path == "identity" else f"∂{state}_{{k}}/∂{state}_{{k−1}}"
    if line.cell and view == "state":
        factor = "f_{k}"
    many = f"Π {factor}, k = {t + 1} … {last}" if t < last else "1"
    if view == "state":
        return f"∂{state}_{{{last}}}/∂{state}_{{{t}}} = {many}"
    if settings.each_step:
        return f"∂L/∂{letter(line, view)}_{{{t}}} = Σ_{{i ≥ {t}}} ∂E_{{i}}/∂{letter(line, view)}_{{{t}}}"
    return f"∂L/∂{state}_{{{t}}} = ∂L/∂{state}_{{{last}}} · {many}"


# One point, and the product that makes it.


@dataclass(frozen=True)
class Reading:
    """A point in words, in markup: `what` is its symbol, `size` its value, `product` what makes it.

    `factors` counts the product's factors and gives their mean, or says why there is no product; `between` is the
    least and the largest of them. `product` and `between` are empty where there is none.
    """

    where: str
    what: str
    size: str
    product: str = ""
    factors: str = ""
    between: str = ""


def reading(line: Line, view: View, t: int, settings: Settings) -> Reading:
    """What a line has at step t, and the factors between t and T whose product that is."""
    last = settings.length
    where, what, size = f"{line.name}, step {number(t)}", symbol(line, view, t, last), power(float(line.logs[t]))
    if isnan(line.logs[t]):
        return Reading(where, what, "not finite", factors="a value on the way is not finite")
    if view == "loss" and settings.each_step:
        return Reading(where, what, size, factors="each step from here on adds its own loss")
    if t == last:
        return Reading(where, what, size, factors="no factor yet" if view == "state" else "as it comes from the loss")
    steps = line.logs[t:]
    finite = np.isfinite(steps)
    if not finite.all():
        return Reading(where, what, size, factors=_broken(steps, t))
    start, count = float(steps[-1]), last - t
    factors = np.power(10.0, np.clip(steps[:-1] - steps[1:], -300, 300))
    mean, shown = mean_factor(float(steps[0]) - start, count, start)
    begin = "" if view == "state" else f"{power(start)} · "
    product = f"{begin}{mean}^{{{count}}} = {power(start + count * shown)}"
    low, high = power(log10(factors.min())), power(log10(factors.max()))
    between = f"each from {low} to {high}" if low != high else "all alike"
    what_of = plural(count, "forget gate" if line.cell and view == "state" else "factor")
    joint = "; s = (h, c)" if _chained(line, view) == "s" else ""
    return Reading(where, what, size, product, f"{what_of}, mean {mean}{joint}", between)


def mean_factor(log: float, count: int, start: float = 0.0) -> tuple[str, float]:
    """The geometric mean of `count` factors whose product is 10^`log`, as written, and the log10 of what is written.

    It has as many digits as it takes for 10^`start` times its power to be written as with the product itself.
    """
    mean = log / count
    if not -300 < mean < 300:
        return power(mean), mean
    value, wanted = 10**mean, power(start + log)
    for digits in range(2, 12):
        rounded = float(f"{value:.{digits}g}")
        if power(start + count * log10(rounded)) == wanted:
            break
    exponent = floor(log10(rounded))
    decimals = max(0, digits - 1 - exponent)
    text = power(mean) if not -4 < exponent < 5 else f"{rounded:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text and "·" not in text else text, log10(rounded)


def constant(t: int, settings: Settings) -> str:
    """The identity path beside it, in markup."""
    last = settings.length
    short = "identity path h_{k} = h_{k−1} + F(x_{k}): "
    return f"{short}1^{{{last - t}}} = 1" if t < last else f"{short}1"


def _broken(steps: Values, t: int) -> str:
    """Why there is no product: the latest step at which a factor was 0 or no number."""
    at = int(np.flatnonzero(~np.isfinite(steps))[-1])
    if steps[at] == -inf:
        if at == len(steps) - 1:
            return "the loss itself asks for nothing"
        return f"exactly 0 from step {number(t + at + 1)} back to {number(t + at)}"
    return f"step {number(t + at)} is not finite"


# What has no place on the axis.


def runs(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Iterator[tuple[int, int]]:
    """First and last index of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        yield int(first), int(after) - 1


def notes(curves: Curves, view: View) -> tuple[str, ...]:
    """Sentences about exact zeros and values that are not finite; none if all can be drawn."""
    found = []
    for line in lines(curves, view):
        for mask, what in ((np.isneginf(line.logs), "exactly 0"), (~_known(line.logs), "not finite")):
            spans = [_span(first, last, len(line.logs) - 1) for first, last in runs(mask)]
            if spans:
                found.append(f"{line.name}: {what} {', '.join(spans)}.")
        if not line.cell and curves[line.path].trouble:
            trouble = curves[line.path].trouble
            found.append(f"{line.path}: {trouble[0].lower()}{trouble[1:]}")
    return tuple(found)


def _known(logs: Values) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Where there is a place, or an exact zero."""
    return np.asarray(np.isfinite(logs) | np.isneginf(logs))


def _span(first: int, last: int, end: int) -> str:
    if first == 0 and last == end:
        return "at all steps"
    if first == 0:
        return f"from step {number(last)} back"
    return f"at step {number(first)}" if first == last else f"from step {number(last)} back to {number(first)}"


# Heading, sentence, and clipping.


def preset_of(settings: Settings) -> str:
    """The name of the preset that these settings are; empty if they are none."""
    return next((preset.name for preset in PRESETS if preset.settings == settings), "")


def heading(curves: Curves, view: View = "state") -> tuple[str, str]:
    """The page's heading and what to notice, for a preset in its words, else from the numbers in `view`."""
    for preset in PRESETS:
        if preset.settings == curves.settings:
            return TITLES[preset.name], preset.notice
    sizes = {line.name: line.logs[0] for line in lines(curves, view) if not line.cell}
    said = ", ".join(f"{name} {_size(float(log))}" for name, log in sizes.items())
    end = number(curves.settings.length)
    what = (
        f"A change of 1 at step 0 has this size at step {end}" if view == "state" else "The loss’s gradient at step 0"
    )
    return ANY, f"{what}: {said}."


def _size(log: float) -> str:
    return "exactly 0" if log == -inf else "no finite number" if not isfinite(log) else power(log)


@dataclass(frozen=True)
class Clip:
    """One path's gradient of all weights before and after clipping: the texts, and their log10 for the bars."""

    path: Path
    clipping: Clipping

    @property
    def text(self) -> str:
        """`2.2·10⁸ → 1`, or the norm alone where nothing is clipped."""
        before = power(self.clipping.before) if isfinite(self.clipping.before) else _plain(self.clipping.before)
        return f"{before} → {power(self.clipping.after)}" if self.clipping.clipped else before

    @property
    def why(self) -> str:
        """Where the numbers come from."""
        of = f"{self.path}: the norm √Σ g² over the gradients g of all its weights is {power(self.clipping.before)}. "
        if not isfinite(self.clipping.before):
            return of + "Clipping cannot mend what is not finite."
        limit = self.clipping.limit
        if limit is None:
            return of + "No limit is set."
        if not self.clipping.clipped:
            return of + f"That is below the limit of {power(log10(limit))}: nothing is changed."
        factor = power(log10(limit) - self.clipping.before)
        return of + f"All g are multiplied by {power(log10(limit))} / {power(self.clipping.before)} = {factor}."


def _plain(log: float) -> str:
    return "0" if log == -inf else "not finite"


def clips(curves: Curves) -> tuple[Clip, ...]:
    """All paths' gradients before and after clipping."""
    return tuple(Clip(path, curves[path].gradient) for path in PATHS)


# Eigenvalues.


def eigen_words(value: complex, length: int) -> str:
    """An eigenvalue, its size, and what as many factors as there are steps come to, in markup."""
    size = abs(value)
    real, imaginary = number(float(value.real)), number(abs(float(value.imag)))
    written = real if abs(value.imag) < 1e-12 else f"{real} {'−' if value.imag < 0 else '+'} {imaginary}i"
    if size == 0:
        return f"λ = {written}: exactly 0 after one step"
    mean, log = mean_factor(length * log10(size), length)
    fate = "shrinks" if size < 1 - 1e-9 else "grows" if size > 1 + 1e-9 else "stays"
    return f"λ = {written}, |λ| = {mean} {fate}: {mean}^{{{length}}} = {power(length * log)}"
