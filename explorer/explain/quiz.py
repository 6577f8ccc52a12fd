"""Predict, then reveal: tasks from a seed, the same for a whole class, and what is wrong with a wrong answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

import numpy as np

from explorer.arch.errors import UsageError
from explorer.arch.text import times
from explorer.explain.example import Example
from explorer.explain.scan import Step, Values, step
from explorer.explain.spec import Axes, Spec
from explorer.explain.text import bracketed, figure

Level = Literal[1, 2, 3]

LEVELS: dict[Level, str] = {
    1: "4×4 image, 2×2 kernel",
    2: "5×5 image, 3×3 kernel, with stride and padding",
    3: "two channels, or a dilated kernel, and a bias",
}
"""What the tasks of each level are."""

ROUNDING = 1e-9
"""By so much of its size a sum may be off: decimals are not exact in a machine."""


@dataclass(frozen=True)
class Task:
    """One cell to be found: the example, the index (filter, …) of the covered output, and what stands there.

    An answer counts as right if it is at most `within` away from what stands there, rounding of the machine aside.
    """

    example: Example
    index: Axes
    answer: float
    level: Level
    question: str
    within: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, the arithmetic of the cell, and a sentence that says what went wrong if one knows."""

    right: bool
    step: Step
    sentence: str


def task(seed: int | str, number: int, level: Level) -> Task:
    """The task of this number, counted from 0, in the row that belongs to the seed.

    Whole numbers throughout, at most 3 in an image and ±2 in a kernel. The same seed, number and level give the same
    task on every machine.
    """
    # Python promises the same numbers from `random()` for the same text in all its versions; NumPy does not.
    draw = random.Random(f"{seed}/{number}/{level}").random

    def whole(least: int, most: int) -> int:
        return least + int(draw() * (most - least + 1))

    def values(shape: Axes, least: int, most: int) -> Values:
        return np.array([whole(least, most) for _ in range(int(np.prod(shape)))], np.float64).reshape(shape)

    bias: Values = np.zeros(1)
    if level == 1:
        image, filters, spec = values((1, 4, 4), 0, 2), values((1, 1, 2, 2), -1, 1), Spec((2, 2))
    elif level == 2:
        stride, padding = (2, whole(0, 1)) if draw() < 0.5 else (1, 1)
        image, filters = values((1, 5, 5), 0, 3), values((1, 1, 3, 3), -1, 1)
        spec = Spec((3, 3), (stride,) * 2, ((padding,) * 2,) * 2)
    elif draw() < 0.5:
        image, filters, spec = values((2, 4, 4), 0, 3), values((1, 2, 2, 2), -2, 2), Spec((2, 2))
        bias = values((1,), -2, 2)
    else:
        image, filters = values((1, 6, 6), 0, 3), values((1, 1, 3, 3), -1, 1)
        spec, bias = Spec((3, 3), dilation=(2, 2)), values((1,), -2, 2)
    example = Example(image, filters, bias, spec, name=f"Task {number + 1}")
    # A window that is nearly empty asks nothing: take the first one, from a place drawn, that holds three products.
    start = whole(0, example.count - 1)
    turns = [example.step(example.place((start + k) % example.count)) for k in range(example.count)]
    found = max(turns, key=lambda turn: min(3, sum(term.product != 0 for term in turn.terms)))
    return Task(example, found.index, found.result, level, _question(example, found.index))


def check(task: Task, text: str) -> Verdict:
    """What to say of an answer typed as text. Raises `UsageError` for one that is not a number."""
    plain = "".join(text.split()).replace("−", "-").replace(",", ".")
    try:
        answer = float(plain)
        if not np.isfinite(answer) or "_" in plain:  # Python would read 1_0
            raise ValueError
    except ValueError:
        said = f"“{text.strip()}” is not a number. Type one, such as −3." if plain else "Type a number."
        raise UsageError(said) from None
    step = task.example.step(task.index)

    def meant(value: float) -> bool:
        return abs(value - answer) <= task.within + ROUNDING * max(1.0, abs(value))

    if meant(step.result):
        return Verdict(True, step, f"Right: {figure(task.answer)}.")
    known = next((words for words, value in _slips(task, step) if meant(value)), "")
    sentence = f"{figure(answer)} is not right; it is {figure(task.answer)}."
    return Verdict(False, step, f"{sentence} {known}".rstrip())


def _question(example: Example, index: Axes) -> str:
    spec, words = example.spec, []
    if max(spec.stride) > 1:
        words.append(f"stride {spec.stride[0]}")
    if any(any(around) for around in spec.padding):
        words.append(f"padding {spec.padding[0][0]} with zeros")
    if max(spec.dilation) > 1:
        words.append(f"dilation {spec.dilation[0]}")
    if example.bias[0]:
        words.append(f"bias {figure(example.bias[0])}")
    shape = example.image.shape if example.channels > 1 else example.size
    settings = f", {', '.join(words)}" if words else ""
    return (
        f"{times(shape)} image, {times(spec.kernel)} kernel{settings}: what stands in row {index[1] + 1}, "
        f"column {index[2] + 1} of the output?"
    )


def _slips(task: Task, right: Step) -> Iterator[tuple[str, float]]:
    """What one gets by the usual slips, the most telling first."""
    example, index = task.example, task.index

    def other(index: Axes, **changes: object) -> float | None:
        spec = replace(example.spec, **changes)  # type: ignore[arg-type]
        try:
            return step(example.image, example.filters, example.bias, spec, index).result
        except (UsageError, IndexError):
            return None

    if right.bias:
        yield "The bias is missing.", right.total - right.bias
    if len(right.channels) > 1:
        for k, total in enumerate(right.channels, 1):
            yield f"That is channel {k} alone; the channels are added.", total
            yield f"That is channel {k} alone with the bias; the channels are added.", total + right.bias
    yield "The sign is the wrong way round.", -right.total
    others: tuple[tuple[str, Axes, dict[str, object]], ...] = (
        ("That is with the kernel turned around; networks do not turn it.", index, {"flipped": True}),
        ("That is with stride 1.", index, {"stride": (1, 1)}),
        ("That is without padding.", index, {"padding": ((0, 0), (0, 0))}),
        ("That is without dilation: the window has gaps.", index, {"dilation": (1, 1)}),
        ("That is the cell with row and column swapped.", (index[0], index[2], index[1]), {}),
        ("That is the cell to the right.", (index[0], index[1], index[2] + 1), {}),
        ("That is the cell to the left.", (index[0], index[1], index[2] - 1), {}),
        ("That is the cell below.", (index[0], index[1] + 1, index[2]), {}),
        ("That is the cell above.", (index[0], index[1] - 1, index[2]), {}),
    )
    for words, at, changes in others:
        value = other(at, **changes)
        if value is not None:
            yield words, value
    yield "The weights' signs are missing.", sum(abs(term.product) for term in right.terms) + right.bias
    for k, total in enumerate(accumulate(term.product for term in right.terms), 1):
        if k < len(right.terms):
            yield f"That is the sum of the first {k} of {len(right.terms)} products.", total
    for k, term in enumerate(right.terms, 1):
        if term.product:
            yield (
                f"Product {k} is missing: {bracketed(term.value)}·{bracketed(term.weight)}.",
                right.total - term.product,
            )
