"""What one sees when losses are sent back, in sentences, and where a number of the triangle comes from.

fading(passed, Measure("u"), triangle)      # "Steps 2–4 give 0.4 % of the gradient of U: it vanishes …"
"""

from __future__ import annotations

from math import isfinite, log10

import numpy as np

from explorer.app.unroll.back_task import Measure, Passed, high, low
from explorer.arch.text import number, plural
from explorer.explain.recurrent.bptt import Difference, Triangle
from explorer.explain.recurrent.cell import Values
from explorer.explain.recurrent.edges import write
from explorer.explain.recurrent.flow import power

FADED = 0.01
"""A share of the gradient below which steps count for nothing."""


def fading(passed: Passed, measure: Measure, triangle: Triangle) -> str:
    """What one sees in the column sums: how much of the gradient the early steps give."""
    gate = next((f" of the {gate.title}" for gate in passed.task.trace.cell.gates if gate.name == measure.gate), "")
    name = f"the gradient of {'this weight' if measure.single else f'{measure.weight.upper()}{gate}'}"
    if passed.task.trace.broken is not None:
        step, part = passed.task.trace.broken
        return (
            f"The numbers overflow: {part} of step {number(step + 1)} is no finite number. Nothing can be sent back "
            "through it."
        )
    if passed.back.broken is not None:
        loss, step, part = passed.back.broken
        return (
            f"It explodes: going back from loss {number(loss + 1)}, the derivative of {part} at step "
            f"{number(step + 1)} is the first that is no finite number."
        )
    if not np.isfinite(triangle.values).all():
        return f"It explodes: {name} is no finite number."
    silent = measure.weight == "u" and not bool(passed.known[0])
    note = " Step 1 gives nothing: h₀ is 0." if silent else ""
    first = 1 if silent else 0
    if not np.abs(triangle.values).max(initial=0) > 0:
        return f"{name[0].upper()}{name[1:]} is 0."
    losses, cut = passed.task.losses, passed.back.truncate
    # What was cut off has not faded: only steps that a loss reaches are compared.
    reach = len(triangle.steps) if cut is None else cut
    seen = _by_distance(triangle, losses, first, reach, name) if len(losses) > 1 else ""
    first = max(first, losses[0] - reach) if losses else first
    return (seen or _by_steps(np.abs(triangle.steps), first, name)) + note


def _by_steps(sizes: Values, first: int, name: str) -> str:
    """Of one loss: the share of the steps that count for nothing, else of the first half."""
    shares, count = np.cumsum(sizes / sizes.max()) / (sizes / sizes.max()).sum(), len(sizes)
    if count - first < 2:
        return f"Only step {number(count)} gives a part of {name}."
    faded = int(np.sum(shares <= FADED))
    if faded > first:
        return f"{_steps(first, faded)} {percent(float(shares[faded - 1]))} of {name}: it vanishes on its way back."
    half = first + (count - first) // 2
    share = float(shares[half - 1])
    verdict = "it grows on its way back" if share > 0.75 else "it reaches back" if share > 0.15 else "it fades"
    return f"{_steps(first, half)} {percent(share)} of {name}: {verdict}."


def _by_distance(triangle: Triangle, losses: tuple[int, ...], first: int, reach: int, name: str) -> str:
    """Of several losses: a contribution's size so many steps before its loss against that at its step, on average.

    reach: how many steps a loss goes back at most.
    """
    sizes = np.abs(triangle.values) / np.abs(triangle.values).max()
    means = []
    for back in range(min(losses[-1] - first, reach) + 1):
        there = [float(sizes[i, i - back]) for i in losses if i - back >= first]
        if there:
            means.append(sum(there) / len(there))
    if len(means) < 2 or means[0] == 0:
        return ""
    ratios = [mean / means[0] for mean in means]
    at = next((k for k, ratio in enumerate(ratios) if ratio <= FADED), len(ratios) - 1)
    ratio = ratios[at]
    now, verdict = (
        ("up to", "it grows on its way back") if ratio > 1.5 else
        ("still", "it reaches back") if ratio > 0.15 else
        ("down to", "it fades on its way back") if ratio > FADED else
        ("down to", "it vanishes on its way back")
    )  # fmt: skip
    size = f"{power(log10(ratio))} times as large" if ratio > 10 else f"{now} {percent(ratio)}"
    return f"{plural(at, 'step')} before a loss, its share in {name} is {size}: {verdict}."


def _steps(first: int, stop: int) -> str:
    if stop - first == 1:
        return f"Step {number(stop)} gives"
    return f"Steps {number(first + 1)}–{number(stop)} give"


def percent(share: float) -> str:
    """A share: `42 %`, `0.4 %`, `3.1·10⁻⁶ %`."""
    if share <= 0:
        return "0 %"
    if share < 1e-3:
        return f"{number(float(f'{share * 100:.1g}')) if share >= 1e-5 else power(log10(share) + 2)} %"
    return f"{number(share * 100, 0 if share >= 0.095 else 1)} %"


def lost(passed: Passed) -> str:
    """What a cut loses; empty where nothing is cut."""
    cut = passed.back.truncate
    if cut is None:
        return ""
    if len(passed.task.losses) == 0 or cut >= passed.task.losses[-1]:
        return "Nothing is cut: no loss goes back further."
    if not (isfinite(passed.norm) and isfinite(passed.uncut)):
        return f"Norm of the cell’s gradient: {power(passed.norm)}; uncut {power(passed.uncut)}."
    change = 10 ** (passed.norm - passed.uncut) - 1
    size = f"{percent(abs(change))} {'more' if change > 0 else 'less'}" if abs(change) >= 5e-6 else "the same"
    return f"Norm of the cell’s gradient: {power(passed.norm)}; uncut {power(passed.uncut)} ({size})."


def origin(passed: Passed, measure: Measure, triangle: Triangle, loss: int, step: int) -> str:
    """Where a cell's number comes from. `loss` −1: the sum of a column; `step` −1: of a row."""
    if loss < 0 or step < 0:
        return _sum_of(measure, triangle, loss, step)
    task, cut = passed.task, passed.back.truncate
    where = f"Loss {number(loss + 1)} at step {number(step + 1)}"
    if task.targets[loss] is None:
        return f"Step {number(loss + 1)} has no loss."
    if step > loss:
        return f"{where}: 0. A loss depends on no later step."
    if cut is not None and loss - step > cut:
        return f"{where}: cut off. This loss goes back {number(cut)} steps at most."
    one, other = passed.factors(measure, loss, step)
    value = float(triangle.values[loss, step])
    delta, factor = f"δ{low(step + 1)}{high(loss + 1)}", f"h{low(step)}"
    factor = factor if measure.weight == "u" else f"x{low(step + 1)}"
    if measure.single:
        text = f"{write(one)} · {_bracketed(other)} = {write(value)}"
        return (
            f"{where}, {measure.name} row {measure.row + 1}, column {measure.column + 1}:\n{delta} · {factor} = {text}"
        )
    gates = "" if measure.gate or len(task.trace.cell.gates) == 1 else ", all gates together"
    return f"{where}{gates}:\n‖{delta}‖ · ‖{factor}‖ = {write(one)} · {write(other)} = {write(value)}"


def _sum_of(measure: Measure, triangle: Triangle, loss: int, step: int) -> str:
    row = loss >= 0
    sums, index = (triangle.losses, loss) if row else (triangle.steps, step)
    parts = triangle.values[loss] if row else triangle.values[:, step]
    with np.errstate(all="ignore"):
        plain = float(parts.sum())
    value, count = float(sums[index]), int(np.count_nonzero(parts))
    what = f"Loss {number(loss + 1)}, all steps" if row else f"Step {number(step + 1)}, all losses"
    if measure.single:
        return f"{what}:\nthe sum of {number(count)} contributions = {write(value)}"
    return (
        f"{what}:\nthe size of the sum of {number(count)} matrices = {write(value)}; "
        f"their sizes add up to {write(plain)}"
    )


def _bracketed(value: float) -> str:
    text = write(value)
    return f"({text})" if text.startswith("−") else text


def agreement(differences: tuple[Difference, ...]) -> str:
    """All differences in a sentence: `agrees with autograd to 2.2·10⁻¹⁶`."""
    if not all(isfinite(one.largest) for one in differences):
        return "not compared: it is no finite number"
    worst = max((one.largest for one in differences), default=0.0)
    if all(one.agrees for one in differences):
        return "equal to autograd’s" if worst == 0 else f"agrees with autograd to {tiny(worst)}"
    return f"differs from autograd by {tiny(worst)}"


def tiny(value: float) -> str:
    """A size, with a power of ten where it is small: `2.2·10⁻¹⁶`, `0`."""
    return "0" if value == 0 else power(log10(value)) if value > 0 and isfinite(value) else write(value)
