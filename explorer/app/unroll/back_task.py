"""What the page of backpropagation asks: which losses, read by what, and what the answers say. No Qt, no torch.

task = task_of(unrolled, every=True)
passed = work(task, truncate=None)              # a Backward, and what the cut loses
triangle = passed.measure(Measure("u"))
text = fading(passed, Measure("u"), triangle)   # "Steps 2–4 give 0.4 % of the gradient of U: …"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import isfinite, log10

import numpy as np

from explorer.arch.text import number
from explorer.explain.recurrent.bptt import Backward, Difference, Readout, Triangle, Weight, backward, last_target
from explorer.explain.recurrent.cell import Output, Trace, Values
from explorer.explain.recurrent.edges import Edge, explain_edges, write
from explorer.explain.recurrent.flow import arrival, log_norm, power
from explorer.explain.recurrent.study import Unrolled

CLASSES = 5
"""Classes of a random output where the inputs have no names."""

SMALL = 60_000
"""Steps² × units up to which a backward pass is done at once: about 5 ms."""

TAPE = 3000
"""Most steps that autograd repeats for a truncated pass: more would take seconds."""

FADED = 0.01
"""A share of the gradient below which steps count for nothing."""

CELL: tuple[Weight, ...] = ("w", "u", "b", "d")
"""The cell's own weights."""

_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_HIGH = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def low(count: int) -> str:
    """A number as an index: `12` → `₁₂`."""
    return str(count).translate(_LOW)


def copy_name(weight: str, step: int) -> str:
    """A copy of the weights, `U⁽³⁾`; `step` from 0."""
    return f"{weight.upper()}⁽{str(step + 1).translate(_HIGH)}⁾"


# --- the task


@dataclass(frozen=True, eq=False)
class Task:
    """What is sent back. `labels` (T,) are the trace's, `classes` (K,) the readout's, `says` tells whose it is.

    `chosen` is the class asked for at the last step; `every`: whether each step asks for the next letter, where there
    is one, else for `chosen`.
    """

    trace: Trace
    readout: Readout
    targets: tuple[int | None, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    chosen: int
    every: bool
    says: str
    plain: bool = True
    """Whether `says` is no more than one expects, and need not stand in the way."""

    def __len__(self) -> int:
        return len(self.trace)

    @property
    def losses(self) -> tuple[int, ...]:
        """The steps that have a loss, from 0."""
        return tuple(i for i, target in enumerate(self.targets) if target is not None)

    @property
    def small(self) -> bool:
        """Whether the backward pass is quick enough to be made at once."""
        return len(self.trace) ** 2 * self.trace.cell.hidden <= SMALL

    def target_name(self, step: int) -> str:
        """The class that a step asks for; empty for none."""
        target = self.targets[step]
        return "" if target is None else self.classes[target]


def task_of(unrolled: Unrolled, every: bool = True, chosen: int | None = None) -> Task:
    """The losses of what is unrolled. `chosen`: the class asked for, else the one that the output finds likeliest.

    A trained model's own output is used where it reads the state that is looked at; else one of random weights.
    """
    trace, labels, output = unrolled.trace, unrolled.labels, unrolled.output
    letters = unrolled.inputs.names
    own = output is not None and (output.w is None or (not every and len(trace) > 1))
    plain = output is None or output.w is None
    if output is not None and own:
        classes = output.names or unrolled.classes or _counted(len(output.bias))
        if output.w is None:
            readout, says = Readout(output.s, output.bias), "The model’s own output reads each state."
        else:
            trace, readout = _before(trace, output)
            labels = labels[:-1]
            says = (
                f"The model’s own output reads the last letter, and the state before it: {_state(len(trace))}. "
                "The last letter so has no copy of the weights here."
            )
    else:
        classes = letters or _counted(CLASSES)
        readout = _random(unrolled, len(classes))
        says = _why(unrolled)
    if chosen is None or not 0 <= chosen < len(classes):
        logits = trace.parts["h"][-1] @ readout.s.T + readout.bias
        chosen = int(np.argmax(np.nan_to_num(logits)))
    targets = last_target(len(trace), chosen)
    if every and len(trace) > 1:
        index = {name: k for k, name in enumerate(classes)}
        follow: tuple[int | None, ...] = tuple(index.get(after) for _, after in pairwise(labels))
        if letters and any(target is not None for target in follow):
            targets = (*follow, None)
        else:
            targets = (chosen,) * len(trace)
    return Task(trace, readout, targets, labels, tuple(classes), chosen, every, says, plain)


def _counted(count: int) -> tuple[str, ...]:
    return tuple(f"class {k + 1}" for k in range(count))


def _state(step: int) -> str:
    return f"h{low(step)}"


def _random(unrolled: Unrolled, classes: int) -> Readout:
    hidden = unrolled.cell.hidden
    random = np.random.default_rng((unrolled.study.seed, hidden, classes))
    bound = hidden**-0.5
    return Readout(random.uniform(-bound, bound, (classes, hidden)), random.uniform(-bound, bound, classes))


def _why(unrolled: Unrolled) -> str:
    if unrolled.output is not None:
        return (
            "The lecture’s output reads the letter, and the state before the step. Here a random one reads the new "
            "state, so that each step has a loss."
        )
    if unrolled.done is not None:
        return "The model’s output does not read this state alone. Here a random one reads it."
    return "The output has random weights from the seed: it reads each state and names a class."


def _before(trace: Trace, output: Output) -> tuple[Trace, Readout]:
    """The lecture's output at the last step, y = S·h_{T−1} + V·x_T + bias, as one that reads the last of T − 1 states."""
    assert output.w is not None
    last = len(trace) - 1
    parts = {name: values[:last] for name, values in trace.parts.items()}
    sums = {name: values[:last] for name, values in trace.sums.items()}
    cut = Trace(trace.cell, trace.x[:last], trace.h0, trace.c0, parts, sums, trace.frozen)
    return cut, Readout(output.s, output.bias + output.w @ trace.x[last])


# --- the answer


@dataclass(frozen=True)
class Measure:
    """What the triangle shows: sizes for a weight (w or u) of one gate or of all; with `single` one weight, signed."""

    weight: Weight = "u"
    gate: str | None = None
    single: bool = False
    row: int = 0
    column: int = 0

    @property
    def name(self) -> str:
        """The weight's symbol: `U`, `U_f`."""
        return self.weight.upper() + (f"_{self.gate}" if self.gate else "")


@dataclass(frozen=True, eq=False)
class Passed:
    """A backward pass. `norm` and `uncut` are log10 of the norm of all the cell's gradients, with and without a cut."""

    task: Task
    back: Backward
    norm: float
    uncut: float

    def measure(self, measure: Measure) -> Triangle:
        """The triangle of contributions."""
        if measure.single:
            return self.back.single(measure.weight, self.gate(measure), measure.row, measure.column)
        return self.back.contributions(measure.weight, measure.gate)

    def gate(self, measure: Measure) -> str:
        """The gate of a measure, the first one where it names none."""
        return measure.gate or self.task.trace.cell.gates[0].name

    def factors(self, measure: Measure, loss: int, step: int) -> tuple[float, float]:
        """The two factors of a contribution: ‖δ‖ and ‖h‖ (or ‖x‖); of a single weight the two numbers themselves."""
        other = self.task.trace.before("h", step) if measure.weight == "u" else self.task.trace.x[step]
        with np.errstate(all="ignore"):
            if measure.single:
                return float(self._error(measure.weight, self.gate(measure), loss, step)[measure.row]), float(
                    other[measure.column]
                )
            gates = [gate.name for gate in self.task.trace.cell.gates if measure.gate in (None, gate.name)]
            errors = np.concatenate([self._error(measure.weight, gate, loss, step) for gate in gates])
            return _norm(errors), _norm(other)

    def _error(self, weight: str, gate: str, loss: int, step: int) -> Values:
        error = self.back.sums[gate][loss, step]
        scaled = weight == "u" and gate == "n" and self.task.trace.cell.kind == "GRU"
        return error * self.task.trace.parts["r"][step] if scaled else error

    @cached_property
    def known(self) -> Values:
        """(T,): whether a step's old state is no zero vector, so that it can contribute to U."""
        old = np.concatenate([self.task.trace.h0[None], self.task.trace.parts["h"]])[:-1]
        return np.asarray(np.abs(old).max(1) > 0)


def _norm(values: Values) -> float:
    size = log_norm((values,))
    with np.errstate(all="ignore"):
        return float(np.power(10.0, size))


def work(task: Task, truncate: int | None = None) -> Passed:
    """Send all losses back. Raises `UsageError` if there are too many steps."""
    back = backward(task.trace, task.readout, task.targets, truncate)
    norm = log_norm(tuple(back.gradients[name] for name in CELL))
    uncut = norm if truncate is None else arrival(task.trace, task.readout, task.targets).weights
    return Passed(task, back, norm, uncut)


def compared(passed: Passed) -> Mapping[str, Values] | None:
    """Autograd's gradients, or `None` where they would take too long. Loads PyTorch: for the background thread only."""
    from explorer.learn.unrolled import autograd

    task, cut = passed.task, passed.back.truncate
    if cut is not None and len(task.losses) * (cut + 1) > TAPE:
        return None
    return autograd(task.trace, task.readout, task.targets, cut)


# --- the walk


class Walk:
    """The edges of one loss and one unit, latest first; those of a step are made when they are asked for."""

    def __init__(self, passed: Passed, loss: int, unit: int, column: int) -> None:
        self.passed, self.loss, self.unit, self.column = passed, loss, unit, column
        cut = passed.back.truncate
        self.first = 0 if cut is None else max(0, loss - cut)
        """The earliest step that the loss reaches."""
        self._made: dict[int, tuple[Edge, ...]] = {}
        self._starts = [0]
        middle = len(self.edges(loss - 1)) if loss - 1 > self.first else 0
        for step in range(loss, self.first - 1, -1):
            inner = self.first < step < loss
            self._starts.append(self._starts[-1] + (middle if inner else len(self.edges(step))))

    def __len__(self) -> int:
        return self._starts[-1]

    def edges(self, step: int) -> tuple[Edge, ...]:
        """All edges of a step."""
        if step not in self._made:
            self._made[step] = explain_edges(self.passed.back, self.loss, self.unit, [step], self.column)
        return self._made[step]

    def at(self, index: int) -> tuple[int, int]:
        """The step of an edge, and its number within it."""
        order = int(np.searchsorted(self._starts, index, "right")) - 1
        return self.loss - order, index - self._starts[order]

    def start(self, step: int) -> int:
        """The first edge of a step."""
        return self._starts[self.loss - min(max(step, self.first), self.loss)]

    def find(self, step: int, part: str) -> int:
        """The edge of a step that ends at a part, such as `U f`; the step's first where there is none."""
        start = self.start(step)
        return start + next((k for k, edge in enumerate(self.edges(step)) if edge.target == (step, part)), 0)


# --- words


def fading(passed: Passed, measure: Measure, triangle: Triangle) -> str:
    """What one sees in the column sums: how much of the gradient the early steps give."""
    name = f"the gradient of {'this weight' if measure.single else measure.name.replace('_', ' of ')}"
    if passed.task.trace.broken is not None:
        step, part = passed.task.trace.broken
        return f"The numbers overflow: {part} of step {number(step + 1)} is no finite number. Nothing after it can be sent back."
    if passed.back.broken is not None:
        loss, step, part = passed.back.broken
        return (
            f"It explodes: going back from loss {number(loss + 1)}, the derivative of {part} at step "
            f"{number(step + 1)} is the first that is no finite number."
        )
    sizes = np.abs(triangle.steps)
    top = float(sizes.max(initial=0))
    if not isfinite(top):
        return f"It explodes: {name} is no finite number."
    if top == 0:
        return f"{name[0].upper()}{name[1:]} is 0."
    shares = np.cumsum(sizes / top) / (sizes / top).sum()
    silent = measure.weight == "u" and not bool(passed.known[0])
    first = 1 if silent else 0
    note = " Step 1 gives nothing to U: h₀ is 0." if silent else ""
    count = len(shares)
    if count - first < 2:
        return f"Only step {number(count)} gives a part of {name}.{note}"
    faded = int(np.sum(shares <= FADED))
    if faded > first:
        return (
            f"{_steps(first, faded)} {percent(float(shares[faded - 1]))} of {name}: it vanishes on its way back.{note}"
        )
    half = first + (count - first) // 2
    share = float(shares[half - 1])
    verdict = "it grows on its way back" if share > 0.75 else "it reaches back" if share > 0.15 else "it fades"
    return f"{_steps(first, half)} {percent(share)} of {name}: {verdict}.{note}"


def _steps(first: int, stop: int) -> str:
    if stop - first == 1:
        return f"Step {number(stop)} gives"
    return f"Steps {number(first + 1)}–{number(stop)} give"


def percent(share: float) -> str:
    """A share: `42 %`, `0.4 %`, `3.1·10⁻⁶ %`."""
    if share <= 0:
        return "0 %"
    return f"{power(log10(share) + 2) if share < 1e-3 else number(share * 100, 0 if share >= 0.095 else 1)} %"


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
        return _sum_of(passed, measure, triangle, loss, step)
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
    delta, factor = f"δ{low(step + 1)}⁽{str(loss + 1).translate(_HIGH)}⁾", f"h{low(step)}"
    factor = factor if measure.weight == "u" else f"x{low(step + 1)}"
    if measure.single:
        text = f"{write(one)} · {_bracketed(other)} = {write(value)}"
        return (
            f"{where}, {measure.name} row {measure.row + 1}, column {measure.column + 1}:\n{delta} · {factor} = {text}"
        )
    gates = "" if measure.gate or len(task.trace.cell.gates) == 1 else ", all gates together"
    return f"{where}{gates}:\n‖{delta}‖ · ‖{factor}‖ = {write(one)} · {write(other)} = {write(value)}"


def _sum_of(passed: Passed, measure: Measure, triangle: Triangle, loss: int, step: int) -> str:
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
    worst = max((one.largest for one in differences), default=0.0)
    if all(one.agrees for one in differences):
        return "equal to autograd’s" if worst == 0 else f"agrees with autograd to {tiny(worst)}"
    return f"differs from autograd by {tiny(worst)}"


def tiny(value: float) -> str:
    """A size, with a power of ten where it is small: `2.2·10⁻¹⁶`, `0`."""
    return "0" if value == 0 else power(log10(value)) if value > 0 and isfinite(value) else write(value)
