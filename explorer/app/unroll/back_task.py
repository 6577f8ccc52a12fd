"""What the page of backpropagation asks: which losses, read by what, and what the answers say. No Qt, no torch.

task = task_of(unrolled, every=True)
passed = work(task, truncate=None)              # a Backward, and what the cut loses
triangle = passed.measure(Measure("u"))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np

from explorer.explain.recurrent.bptt import Backward, Readout, Triangle, Weight, backward, last_target
from explorer.explain.recurrent.cell import Cell, Output, Trace, Values
from explorer.explain.recurrent.edges import Edge, explain_edges, sign
from explorer.explain.recurrent.flow import arrival, log_norm
from explorer.explain.recurrent.study import Unrolled

CLASSES = 5
"""Classes of a random output where the inputs have no names."""

SMALL = 60_000
"""Steps² × units up to which a backward pass is done at once: about 5 ms."""

TAPE = 3000
"""Most steps that autograd repeats for a truncated pass: more would take seconds."""

LIKELIEST = (
    "What is right for a sentence of your own is not known here: each step asks for the class that the model itself "
    "finds likeliest."
)
"""Said where each step of a tagger has a loss."""

CELL: tuple[Weight, ...] = ("w", "u", "b", "d")
"""The cell's own weights."""

_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_HIGH = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def high(count: int) -> str:
    """A number in brackets as an exponent: `12` → `⁽¹²⁾`."""
    return f"⁽{str(count).translate(_HIGH)}⁾"


def low(count: int) -> str:
    """A number as an index: `12` → `₁₂`."""
    return str(count).translate(_LOW)


def copy_name(weight: str, step: int) -> str:
    """A copy of the weights, `U⁽³⁾`; `step` from 0."""
    return f"{weight.upper()}{high(step + 1)}"


# --- the task


@dataclass(frozen=True, eq=False)
class Task:
    """What is sent back. `labels` (T,) are the trace's, `classes` (K,) the readout's, `says` tells whose it is.

    `chosen` is the class asked for at the last step; `every`: whether each step has a loss. It is that of the class in
    `targets`: what `asks` says, else `chosen`.
    """

    trace: Trace
    readout: Readout
    targets: tuple[int | None, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]
    chosen: int
    every: bool
    says: str
    asks: str = ""
    """What each step asks for, where that is another class at each step."""
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
    """The losses of what is unrolled. `chosen`: the class asked for, else the one that the model's output finds
    likeliest, the first one of a random output.

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
            last = len(trace)
            says = (
                f"The model’s own output reads the last letter and the state before it, {_state(last)}: its loss is "
                f"E{low(last)} here, and the last letter has no copy of the weights."
            )
    else:
        classes = letters or _counted(CLASSES)
        readout = _random(unrolled, len(classes))
        says = _why(unrolled)
    if chosen is None or not 0 <= chosen < len(classes):
        with np.errstate(all="ignore"):
            logits = trace.parts["h"][-1] @ readout.s.T + readout.bias
        chosen = int(np.argmax(np.nan_to_num(logits))) if own else 0
    targets, asks = last_target(len(trace), chosen), ""
    if every and len(trace) > 1 and own and unrolled.study.unit == "word":
        # The tags that are right are known only of the sentences it was trained on.
        assert unrolled.logs is not None
        targets = tuple(np.nan_to_num(unrolled.logs).argmax(1).tolist())
        asks, says, plain = "for the likeliest class", LIKELIEST, False
    elif every and len(trace) > 1:
        index = {name: k for k, name in enumerate(classes)}
        follow: tuple[int | None, ...] = tuple(index.get(after) for _, after in pairwise(labels))
        if letters and any(target is not None for target in follow):
            targets, asks = (*follow, None), "next letter"
        else:
            targets = (chosen,) * len(trace)
    return Task(trace, readout, targets, labels, tuple(classes), chosen, every, says, asks, plain)


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
    """The lecture's output at the last step, S·h_{T−1} + V·x_T + bias, as one that reads the last of T − 1 states."""
    assert output.w is not None
    last = len(trace) - 1
    parts = {name: values[:last] for name, values in trace.parts.items()}
    sums = {name: values[:last] for name, values in trace.sums.items()}
    cut = Trace(trace.cell, trace.x[:last], trace.h0, trace.c0, parts, sums, trace.frozen)
    return cut, Readout(output.s, output.bias + output.w @ trace.x[last])


# --- the answer


@dataclass(frozen=True)
class Measure:
    """What the triangle shows: sizes for a weight (w or u) of one gate or of all; with `single` one weight, signed.

    `row` and `column` count only there.
    """

    weight: Weight = "u"
    gate: str | None = None
    single: bool = False
    row: int = 0
    column: int = 0

    def fitted(self, cell: Cell, unit: int) -> Measure:
        """The nearest measure that a cell has; the row of a single weight is the unit."""
        names = [gate.name for gate in cell.gates]
        gate = self.gate if self.gate in names and len(names) > 1 else None
        if not self.single:
            return Measure(self.weight, gate)
        most = cell.hidden if self.weight == "u" else cell.features
        return Measure(self.weight, gate or names[0], True, min(unit, cell.hidden - 1), min(self.column, most - 1))

    @property
    def name(self) -> str:
        """The weight's symbol: `U`, `U_f`."""
        return sign(f"{self.weight.upper()} {self.gate}").replace(" ", "_") if self.gate else self.weight.upper()


@dataclass(frozen=True, eq=False)
class Passed:
    """A backward pass. `norm` and `uncut` are log10 of the norm of all the cell's gradients, with and without a cut."""

    task: Task
    back: Backward
    norm: float
    uncut: float
    made: dict[Measure, Triangle] = field(default_factory=dict)

    def measure(self, measure: Measure) -> Triangle:
        """The triangle of contributions; made once."""
        if measure not in self.made:
            self.made[measure] = (
                self.back.single(measure.weight, self.gate(measure), measure.row, measure.column)
                if measure.single
                else self.back.contributions(measure.weight, measure.gate)
            )
        return self.made[measure]

    def ready(self, measure: Measure) -> bool:
        """Whether a triangle is there, or made at once."""
        return measure.single or self.task.small or measure in self.made

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
        return np.asarray(error * self.task.trace.parts["r"][step] if scaled else error)

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

    def enters(self, step: int) -> dict[str, float]:
        """What arrives at a step's states from the step after it."""
        if step == self.loss:
            return {}
        states = self.passed.back.states
        found = {"h": float(states["h"][self.loss, step, self.unit])}
        if "c" in states:
            own = sum(edge.product for edge in self.edges(step) if edge.target == (step, "c"))
            found["c"] = float(states["c"][self.loss, step, self.unit]) - own
        return found
