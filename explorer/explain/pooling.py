"""Pooling, one window at a time: the largest value or the mean, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.arch.errors import UsageError
from explorer.arch.text import times
from explorer.explain.scan import Values, check_index, sight
from explorer.explain.spec import Axes, Spec
from explorer.explain.text import bracketed, figure

Pooling = Literal["max", "average"]

SHOWN = 18
"""Most values that are written out one by one."""


@dataclass(frozen=True)
class PoolStep:
    """One output of a pooling, index (channel, …).

    values: what counts in the window, in reading order; sources: the places (channel, …) in the input that they come
    from, `None` for a padded zero. chosen: of a maximum the first value that is it, as PyTorch takes it; of a mean
    `None`. digits: decimals in the `lines`, or `None` for as many as are needed.
    """

    index: Axes
    kind: Pooling
    values: tuple[float, ...]
    sources: tuple[Axes | None, ...]
    digits: int | None = None

    @property
    def chosen(self) -> int | None:
        """Which of the values is the maximum."""
        return int(np.argmax(self.values)) if self.kind == "max" else None

    @property
    def result(self) -> float:
        """What stands in the output's cell."""
        return float(np.max(self.values) if self.kind == "max" else np.mean(self.values))

    @property
    def lines(self) -> tuple[str, ...]:
        """The maximum or the mean written out."""
        shown, more = self.values[:SHOWN], len(self.values) - SHOWN
        rest = f" and {more} more" if more > 0 else ""
        result = figure(self.result, self.digits)
        if self.kind == "max":
            return (f"the largest of {', '.join(figure(v, self.digits) for v in shown)}{rest} = {result}",)
        terms = " + ".join(bracketed(v, self.digits) for v in shown)
        return (f"({terms}{rest}) / {len(self.values)} = {result}",)


def pool(x: Values, kind: Pooling, spec: Spec, *, ceil: bool = False, counted: bool = True) -> Values:
    """Pool each channel of x (C, …): (C, …), as PyTorch does.

    Of `spec` kernel, stride, padding and dilation are used. Padding takes no part in a maximum and counts as zeros in
    a mean, unless `counted` is false. With `ceil` the last window may reach beyond the padding; what lies there never
    counts. Raises `UsageError` where nothing fits, or where the padding is more than half a window.
    """
    axes = _axes(spec, x.shape[1:], ceil, counted and kind == "average")
    out = np.full((len(x), *(len(axis.seen) for axis in axes)), -np.inf if kind == "max" else 0.0)
    for offset in product(*map(range, spec.kernel)):
        places = [axis.seen[:, o] for axis, o in zip(axes, offset, strict=True)]
        here: tuple[Any, ...] = (slice(None), *np.ix_(*places))
        values = x[here]
        inside = prod(np.meshgrid(*(at >= 0 for at in places), indexing="ij", sparse=True), start=np.True_)
        if kind == "max":
            np.maximum(out, values, out=out, where=inside)
        else:
            np.add(out, values, out=out, where=inside)
    if kind == "average":
        out /= prod(np.meshgrid(*(axis.counts.sum(axis=1) for axis in axes), indexing="ij", sparse=True))
    return out


def pool_step(
    x: Values, kind: Pooling, spec: Spec, index: Axes, *, ceil: bool = False, counted: bool = True
) -> PoolStep:
    """Where one output, index (channel, …), of `pool` comes from. Raises `IndexError` for one that is not there."""
    axes = _axes(spec, x.shape[1:], ceil, counted and kind == "average")
    check_index(index, (len(x), *(len(axis.seen) for axis in axes)))
    seen = [axis.seen[i].tolist() for axis, i in zip(axes, index[1:], strict=True)]
    counts = [axis.counts[i].tolist() for axis, i in zip(axes, index[1:], strict=True)]
    sources = tuple(
        (index[0], *spot) if min(spot) >= 0 else None
        for spot, here in zip(product(*seen), product(*counts), strict=True)
        if all(here)
    )
    return PoolStep(index, kind, tuple(float(x[s]) if s else 0.0 for s in sources), sources)


class _Axis(NamedTuple):
    """One axis of a pooling, (outputs, kernel) each: the positions that are seen, −1 for none; what takes part."""

    seen: NDArray[np.int64]
    counts: NDArray[np.bool_]


def _axes(spec: Spec, size: Axes, ceil: bool, zeros: bool) -> list[_Axis]:
    """How the windows lie; with `zeros` padded ones take part."""
    plain = replace(spec, mode="zeros", transposed=False)
    if any(max(around) > r // 2 for around, r in zip(spec.padding, spec.reach, strict=True)):
        raise UsageError("A pooling may be padded by at most half its window. Pad less, or make the window larger.")
    outputs = _rounded_up(plain, size) if ceil else plain.output(size)
    whole, padding = plain.padded(size), []
    for n, out, r, s, (before, after) in zip(whole, outputs, spec.reach, spec.stride, spec.padding, strict=True):
        padding.append((before, after + max(0, (out - 1) * s + r - n)))
    seen = sight(replace(plain, padding=tuple(padding)), size)
    made = []
    for axis, out, n, k, s, d in zip(seen, outputs, whole, spec.kernel, spec.stride, spec.dilation, strict=True):
        place = np.arange(out)[:, None] * s + d * np.arange(k)
        made.append(_Axis(axis[:out], place < n if zeros else axis[:out] >= 0))
    return made


def _rounded_up(spec: Spec, size: Axes) -> Axes:
    """Positions along each axis if the last window may overhang, but starts in the input or the padding before it."""
    found = []
    axes = zip(size, spec.padded(size), spec.reach, spec.stride, spec.padding, strict=True)
    for n, whole, r, s, (before, _) in axes:
        out = (whole - r + s - 1) // s + 1
        found.append(out - 1 if (out - 1) * s >= n + before else out)
    if min(found) < 1:
        raise UsageError(f"The {times(spec.reach)} window does not fit into {times(size)}. Make it smaller.")
    return tuple(found)
