"""The whole network of the example: convolution, ReLU, max pooling, flatten, linear, softmax; each with its steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from explorer.arch.errors import UsageError
from explorer.arch.text import number, plural, times
from explorer.explain.example import Example
from explorer.explain.kernels import KERNELS
from explorer.explain.pooling import PoolStep, pool, pool_step
from explorer.explain.scan import Step, Term, Values, check_index, order
from explorer.explain.softmax import Softmax, explain
from explorer.explain.spec import Axes, Spec
from explorer.explain.text import figure

CLASSES = 9
"""Most patterns that get a class of their own, one a filter."""

FOR, AGAINST, NEITHER = 0.5, -0.25, 1.0
"""Weights of the linear layer: a class's own map, all others; and the bias of the class that is none of them."""


@dataclass(frozen=True)
class Trace:
    """Where one value of a stage comes from.

    sources: the places in the stage's input that it depends on; lines: the arithmetic in words; detail: the same as
    data, where there is more to show than one operation.
    """

    index: Axes
    sources: tuple[Axes, ...]
    result: float
    lines: tuple[str, ...]
    detail: Step | PoolStep | Softmax | None = None


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage: its input and output, the names of its outputs if they have some, and where each value comes from."""

    name: str
    title: str
    kind: str
    input: Values
    output: Values
    trace: Callable[[Axes], Trace] = field(repr=False)
    labels: tuple[str, ...] = ()
    note: str = ""

    @property
    def count(self) -> int:
        """How many values, and so how many steps."""
        return self.output.size

    @property
    def places(self) -> tuple[Axes, ...]:
        """All places of the output in reading order."""
        return order(self.output.shape)

    def step(self, index: Axes) -> Trace:
        """Where the value at `index` comes from. Raises `IndexError` for one that is not there."""
        check_index(index, self.output.shape)
        return self.trace(index)


def stages(example: Example) -> tuple[Stage, ...]:
    """The whole network on one image: six stages, each with the output of the one before as its input.

    The filters are the example's, its activation aside; the pooling is 2×2 with stride 2, or as large as fits. The
    linear layer is not trained: each class counts what its own filter found for it, and all else against it.
    Raises `UsageError` if the example has a fault.
    """
    plain = example.with_activation("none")
    if plain.output is None:
        raise UsageError(plain.fault)
    convolved = _convolution(plain, plain.output)
    rectified = _relu(convolved.output)
    pooled = _pooling(rectified.output)
    flat = _flatten(pooled.output)
    linear = _linear(flat.output, len(pooled.output), _names(example))
    return convolved, rectified, pooled, flat, linear, _softmax(linear.output, linear.labels)


def _convolution(example: Example, output: Values) -> Stage:
    def trace(index: Axes) -> Trace:
        step = example.step(index)
        sources = tuple(dict.fromkeys(term.source for term in step.terms if term.source is not None))
        return Trace(index, sources, step.result, step.lines, step)

    filters, kernel = plural(len(example.filters), "filter"), times(example.spec.kernel)
    note = f"{filters} of {kernel}: {times(example.image.shape)} → {times(output.shape)}"
    return Stage("conv", "Convolution", "convolution", example.image, output, trace, note=note)


def _relu(x: Values) -> Stage:
    output = np.maximum(x, 0.0)

    def trace(index: Axes) -> Trace:
        result = float(output[index])
        return Trace(index, (index,), result, (f"max(0, {figure(x[index])}) = {figure(result)}",))

    return Stage("relu", "ReLU", "activation", x, output, trace, note="negative values become 0")


def _pooling(x: Values) -> Stage:
    size = tuple(min(2, n) for n in x.shape[1:])
    spec = Spec(size, size)
    output = pool(x, "max", spec)

    def trace(index: Axes) -> Trace:
        step = pool_step(x, "max", spec, index)
        return Trace(index, tuple(s for s in step.sources if s is not None), step.result, step.lines, step)

    note = f"the largest of each {times(size)} window: {times(x.shape)} → {times(output.shape)}"
    return Stage("pool", "Max pooling", "pooling", x, output, trace, note=note)


def _flatten(x: Values) -> Stage:
    output = x.ravel()

    def trace(index: Axes) -> Trace:
        source = tuple(int(i) for i in np.unravel_index(index[0], x.shape))
        words = ("map", "row", "column") if len(source) == 3 else ("map", "position")
        where = ", ".join(f"{word} {i + 1}" for word, i in zip(words, source, strict=True))
        text = f"value {index[0] + 1} of {number(output.size)} is {where}: {figure(output[index])}"
        return Trace(index, (source,), float(output[index]), (text,))

    note = f"{times(x.shape)} values in one row: {number(output.size)}"
    return Stage("flatten", "Flatten", "reshape", x, output, trace, note=note)


def _linear(x: Values, maps: int, names: tuple[str, ...]) -> Stage:
    own = np.arange(maps).repeat(x.size // maps)
    weights = np.where(own == np.arange(len(names))[:, None], FOR, AGAINST)
    bias = np.zeros(len(names))
    bias[-1], weights[-1] = NEITHER, AGAINST
    output = weights @ x + bias

    def trace(index: Axes) -> Trace:
        row = weights[index[0]]
        terms = tuple(Term((i,), (0, i), (0, i), float(x[i]), float(row[i])) for i in range(x.size))
        step = Step(index, terms, float(bias[index[0]]))
        return Trace(index, tuple((i,) for i in range(x.size)), step.result, step.lines, step)

    note = (
        f"{number(x.size)} values → {len(names)} classes; weights {figure(FOR)} for a class's own map and "
        f"{figure(AGAINST)} for the others, not trained"
    )
    return Stage("linear", "Linear", "linear", x, output, trace, names, note)


def _softmax(x: Values, names: tuple[str, ...]) -> Stage:
    parts = tuple(explain(x, k, names) for k in range(len(x)))
    output = np.array([part.probability for part in parts])

    def trace(index: Axes) -> Trace:
        part = parts[index[0]]
        return Trace(index, tuple((i,) for i in range(len(x))), part.probability, part.lines, part)

    return Stage(
        "softmax", "Softmax", "activation", x, output, trace, names, "scores become probabilities; their sum is 1"
    )


def _names(example: Example) -> tuple[str, ...]:
    """A name for each class: one a filter, and one for what is none of them."""
    known = {"filter1": "diagonal", "filter2": "bar"}
    names = []
    for k, filter in enumerate(example.filters[:CLASSES], 1):
        found = (name for key, name in known.items() if np.array_equal(filter, KERNELS[key].values[None]))
        names.append(next(found, f"pattern {k}"))
    return *names, "neither" if len(names) == 2 else "other"
