"""A convolution, one product at a time: every output with its terms, and where each operand comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, product
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.arch.errors import UsageError
from explorer.arch.text import plural
from explorer.explain.spec import Axes, Spec
from explorer.explain.text import added, bracketed, figure

Values = NDArray[np.float64]
Activation = Literal["none", "relu"]

SHOWN = 12
"""Most products of a channel that are written out one by one."""

BLOCK = 1 << 18
"""Values that are gathered at once: 2 MB stay in the processor's cache."""


@dataclass(frozen=True)
class Term:
    """One product. `source` is the operand's place in the input, (channel, …), or `None` where it is padded zero.

    `padded` is its place in the padded input; `place` is the weight's in the filter, (channel of the group, …).
    """

    source: Axes | None
    padded: Axes
    place: Axes
    value: float
    weight: float

    @property
    def product(self) -> float:
        """Value times weight; never −0."""
        return self.value * self.weight + 0.0


@dataclass(frozen=True)
class Step:
    """One output, index (filter, …): its products channel by channel, their sums, the bias and the activation."""

    index: Axes
    terms: tuple[Term, ...]
    bias: float
    activation: Activation = "none"

    @cached_property
    def channels(self) -> tuple[float, ...]:
        """The sum of each input channel's products."""
        sums: dict[int, float] = {}
        for term in self.terms:
            sums[term.padded[0]] = sums.get(term.padded[0], 0.0) + term.product
        return tuple(sums.values())

    @cached_property
    def partial(self) -> tuple[float, ...]:
        """The sum after each term, without the bias."""
        return tuple(accumulate(term.product for term in self.terms))

    @property
    def total(self) -> float:
        """All products and the bias."""
        return sum(self.channels) + self.bias

    @property
    def result(self) -> float:
        """What stands in the output's cell."""
        return max(0.0, self.total) if self.activation == "relu" else self.total

    @property
    def lines(self) -> tuple[str, ...]:
        """The arithmetic written out: a line of products for each channel, then their sum, bias and activation."""
        groups: dict[int, list[Term]] = {}
        for term in self.terms:
            groups.setdefault(term.padded[0], []).append(term)
        bias = f" {added(self.bias, name='bias ')}" if self.bias else ""
        if len(groups) > 1:
            lines = [
                f"channel {channel + 1}: {_products(terms)} = {figure(total)}"
                for (channel, terms), total in zip(groups.items(), self.channels, strict=True)
            ]
            first, *others = self.channels
            lines.append(" ".join([figure(first), *map(added, others)]) + f"{bias} = {figure(self.total)}")
        else:
            lines = [f"{_products(self.terms)}{bias} = {figure(self.total)}"]
        if self.activation == "relu":
            lines.append(f"ReLU: max(0, {figure(self.total)}) = {figure(self.result)}")
        return tuple(lines)


def _products(terms: Sequence[Term]) -> str:
    """The terms as a sum of products: the first ones, and all others together."""
    shown = terms if len(terms) <= SHOWN else terms[: SHOWN - 1]
    text = " + ".join(f"{bracketed(term.value)}·{bracketed(term.weight)}" for term in shown) or "0"
    if more := len(terms) - len(shown):
        text += f" {added(sum(term.product for term in terms[len(shown) :]), name=f'{more} more ')}"
    return text


def sight(spec: Spec, size: Axes) -> tuple[NDArray[np.int64], ...]:
    """What sees what, axis by axis: (outputs, kernel) each, the input's position, −1 where there is none.

    Entry [i, k] of an axis is the position that output i sees k places into its window; for a transposed convolution
    the position whose window has output i at its place k. Padding that repeats the input counts as what it repeats.
    Raises `UsageError` where nothing fits.
    """
    found = []
    axes = zip(size, spec.output(size), spec.kernel, spec.stride, spec.padding, spec.dilation, strict=True)
    for n, outputs, k, s, (before, _), d in axes:
        i, offsets = np.arange(outputs)[:, None], d * np.arange(k)
        if spec.transposed:
            at, left = np.divmod(i + before - offsets, s)
            found.append(np.where((left == 0) & (at >= 0) & (at < n), at, -1))
            continue
        at = i * s + offsets - before
        if spec.mode == "replicate":
            at = at.clip(0, n - 1)
        elif spec.mode == "circular":
            at = at % n
        elif spec.mode == "reflect":
            at = np.abs(at)
            at = np.where(at < n, at, 2 * (n - 1) - at)
        found.append(np.where((at >= 0) & (at < n), at, -1))
    return tuple(found)


def pad(x: Values, spec: Spec) -> Values:
    """The input x (C, …) with the padding of `spec` around its spatial axes; a transposed convolution pads nothing."""
    if spec.transposed or not any(any(p) for p in spec.padding):
        return x
    around = ((0, 0), *spec.padding)
    if spec.mode == "zeros":
        return np.pad(x, around)
    names: dict[str, Literal["reflect", "edge", "wrap"]]
    names = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    return np.pad(x, around, mode=names[spec.mode])


def turned(filters: Values, spec: Spec) -> Values:
    """The weights (…, K, L) as they meet the window: turned around on each spatial axis if `spec.flipped`."""
    return np.flip(filters, tuple(range(-len(spec.kernel), 0))) if spec.flipped else filters


def window(x: Values, spec: Spec, at: Axes) -> Values:
    """(C, K, L): what the window over the output at `at`, a spatial position, sees of x (C, …); padded zeros are 0.

    Not for transposed convolutions. Raises `IndexError` for an output that is not there.
    """
    check_index(at, spec.output(x.shape[1:]))
    seen = [axis[i] for axis, i in zip(sight(spec, x.shape[1:]), at, strict=True)]
    values = x[:, *np.ix_(*seen)]
    for axis, places in enumerate(seen, 1):
        values = np.where((places >= 0).reshape((-1,) + (1,) * (x.ndim - 1 - axis)), values, 0.0)
    return values


def check_filters(x: Axes, filters: Axes, bias: Axes, spec: Spec) -> None:
    """Raise `UsageError` unless filters of this shape, with this bias, can go over an input of this shape."""
    channels, groups = x[0], spec.groups
    if channels % groups or filters[0] % groups:
        raise UsageError(
            f"{plural(groups, 'group')} cannot share {plural(channels, 'channel')} and {plural(filters[0], 'filter')} "
            "equally."
        )
    if filters[1:] != (channels // groups, *spec.kernel):
        raise UsageError(f"Filters of shape {filters} do not fit {plural(channels, 'channel')} and {spec.kernel}.")
    if bias != filters[:1]:
        raise UsageError("There must be one bias for each filter.")


def convolve(x: Values, filters: Values, bias: Values, spec: Spec, activation: Activation = "none") -> Values:
    """All outputs at once: (F, …).

    x: (C, …); filters: (F, C/groups, …), also for a transposed convolution; bias: (F,). Agrees with PyTorch to
    rounding. Raises `UsageError` where the shapes do not fit.
    """
    check_filters(x.shape, filters.shape, bias.shape, spec)
    out = np.empty((len(filters), *spec.output(x.shape[1:])))
    weights = turned(filters, spec)
    inputs, outputs = len(x) // spec.groups, len(filters) // spec.groups
    work = _spread if spec.transposed else _gather
    padded = pad(x, spec)
    # Infinity and NaN are what they are; some BLAS also warn without a reason.
    with np.errstate(all="ignore"):
        for g in range(spec.groups):
            mine = slice(g * outputs, (g + 1) * outputs)
            work(padded[g * inputs : (g + 1) * inputs], weights[mine], spec, out[mine])
        out += bias.reshape(-1, *(1,) * (x.ndim - 1))
    return np.maximum(out, 0.0) if activation == "relu" else out


def _gather(x: Values, weights: Values, spec: Spec, out: Values) -> None:
    """Fill out (F, …): the windows of some rows side by side, then one product of matrices for all filters."""
    rows = out.shape[1]
    width, height = prod(out.shape[2:]), prod(weights.shape[1:])
    many = max(1, BLOCK // max(1, width * height))
    matrix = np.ascontiguousarray(weights).reshape(len(weights), -1)
    for first in range(0, rows, many):
        last = min(rows, first + many)
        spans = ((first, last), *((0, n) for n in out.shape[2:]))
        windows = np.empty((len(x), *spec.kernel, last - first, *out.shape[2:]))
        for offset in order(spec.kernel):
            place: Any = (slice(None), *offset)
            windows[place] = x[_cut(spec, offset, spans)]
        out[:, first:last] = (matrix @ windows.reshape(height, -1)).reshape(len(out), last - first, *out.shape[2:])


def _cut(spec: Spec, offset: Axes, spans: Iterable[tuple[int, int]]) -> tuple[Any, ...]:
    """All channels, and on each axis what lies under the kernel's place `offset` for the windows of a span."""
    axes = zip(spans, spec.stride, spec.dilation, offset, strict=True)
    return slice(None), *(slice(a * s + d * o, (b - 1) * s + d * o + 1, s) for (a, b), s, d, o in axes)


def _spread(x: Values, weights: Values, spec: Spec, out: Values) -> None:
    """Fill out (F, …): each input times the kernel, added up where the windows overlap."""
    size = x.shape[1:]
    whole = np.zeros((len(out), *((n - 1) * s + r for n, s, r in zip(size, spec.stride, spec.reach, strict=True))))
    flat = x.reshape(len(x), -1)
    for offset in order(spec.kernel):
        place: Any = (..., *offset)
        whole[_cut(spec, offset, [(0, n) for n in size])] += (weights[place] @ flat).reshape(-1, *size)
    kept = tuple(slice(before, before + n) for (before, _), n in zip(spec.padding, out.shape[1:], strict=True))
    out[:] = whole[:, *kept]


def step(x: Values, filters: Values, bias: Values, spec: Spec, index: Axes, activation: Activation = "none") -> Step:
    """Where one output comes from.

    x: (C, …); filters: (F, C/groups, …); bias: (F,); index: (filter, …) counted from 0. As in PyTorch the filter is
    not flipped unless `spec.flipped`. The terms follow the input's reading order; of a transposed convolution they are
    the inputs whose windows hold the output, so there may be none. Raises `IndexError` for an output that is not there.
    """
    check_filters(x.shape, filters.shape, bias.shape, spec)
    check_index(index, (len(filters), *spec.output(x.shape[1:])))
    number, at = index[0], index[1:]
    first = number // (len(filters) // spec.groups) * filters.shape[1]
    seen = [axis[i].tolist() for axis, i in zip(sight(spec, x.shape[1:]), at, strict=True)]
    # A window that an input is spread over passes the output from its end to its start.
    offsets = list(product(*(range(k)[:: -1 if spec.transposed else 1] for k in spec.kernel)))
    terms = []
    for channel in range(filters.shape[1]):
        for offset in offsets:
            spot = tuple(axis[o] for axis, o in zip(seen, offset, strict=True))
            inside = min(spot) >= 0
            if spec.transposed and not inside:
                continue
            place = tuple(k - 1 - o for k, o in zip(spec.kernel, offset, strict=True)) if spec.flipped else offset
            around = spot
            if not spec.transposed:
                axes = zip(at, spec.stride, spec.dilation, offset, strict=True)
                around = tuple(a * s + d * o for a, s, d, o in axes)
            source = (first + channel, *spot)
            terms.append(
                Term(
                    source if inside else None,
                    (first + channel, *around),
                    (channel, *place),
                    float(x[source]) if inside else 0.0,
                    float(filters[(number, channel, *place)]),
                )
            )
    return Step(index, tuple(terms), float(bias[number]), activation)


def order(shape: Axes) -> tuple[Axes, ...]:
    """The reading order of all places of an array of this shape: filter by filter, row by row."""
    return tuple(product(*map(range, shape)))


def receivers(spec: Spec, size: Axes, source: Axes) -> tuple[Axes, ...]:
    """The spatial positions of all outputs that see the input at `source`, a spatial position, in reading order.

    Raises `UsageError` where nothing fits and `IndexError` for a source that is not there.
    """
    check_index(source, size)
    found = [
        np.flatnonzero((axis == i).any(axis=1)).tolist() for axis, i in zip(sight(spec, size), source, strict=True)
    ]
    return tuple(product(*found))


def check_index(index: Axes, shape: Axes) -> None:
    """Raise `IndexError` unless an array of this shape has this place."""
    if len(index) != len(shape) or any(not 0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise IndexError(f"there is no place {index} in {shape}")
