"""What the signal page shows: the numbers it works on, and how they become lanes for each of its modes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from explorer.app.convolve.lane import Lane, Spot
from explorer.arch.text import plural
from explorer.explain.example import SIGNAL
from explorer.explain.scan import Step, Values, convolve, pad, step, turned
from explorer.explain.spec import Spec, causal_padding

Mode = Literal["dot", "slide", "causal", "spread", "spread2"]

Joints = tuple[tuple[Spot, Spot, float], ...]


@dataclass(frozen=True)
class Sliding:
    """A signal, a kernel, and how one goes over the other; for the mode in 2-D an image, a square kernel
    and its own stride and padding.
    """

    signal: tuple[float, ...] = tuple(SIGNAL.tolist())
    kernel: tuple[float, ...] = (-1.0, 2.0, -1.0)
    image: tuple[tuple[float, ...], ...] = ((1.0, 0.0, 2.0), (0.0, 3.0, 0.0), (-1.0, 0.0, 1.0))
    square: tuple[tuple[float, ...], ...] = ((1.0, 2.0, 1.0), (2.0, 4.0, 2.0), (1.0, 2.0, 1.0))
    stride: int = 1
    padding: int = 0
    wide_stride: int = 2
    wide_padding: int = 0
    dilation: int = 1
    flipped: bool = False
    mode: Mode = "slide"

    @property
    def spec(self) -> Spec:
        """How the kernel slides in this mode."""
        if self.mode == "spread2":
            side, p, s = len(self.square), self.wide_padding, self.wide_stride
            return Spec((side, side), (s, s), ((p, p), (p, p)), (1, 1), transposed=True)
        kernel, dilation = (len(self.kernel),), (self.dilation,)
        if self.mode == "dot":
            return Spec(kernel, (1,), ((0, 0),), (1,), flipped=self.flipped)
        if self.mode == "causal":
            return Spec(kernel, (1,), causal_padding(kernel, dilation), dilation, flipped=self.flipped)
        padding = ((self.padding, self.padding),)
        spread = self.mode == "spread"
        return Spec(kernel, (self.stride,), padding, dilation, flipped=self.flipped, transposed=spread)

    @property
    def input(self) -> Values:
        """(1, …): what the kernel goes over; for a dot product only the first window."""
        if self.mode == "spread2":
            return np.array([self.image])
        count = len(self.kernel) if self.mode == "dot" else len(self.signal)
        values = (*self.signal, *(0.0,) * count)[:count]
        return np.array([values])

    @property
    def filters(self) -> Values:
        """(1, 1, …): the kernel."""
        return np.array([[self.square if self.mode == "spread2" else self.kernel]])

    @property
    def output(self) -> Values:
        """All outputs, (…). Raises `UsageError` where the kernel does not fit."""
        found: Values = convolve(self.input, self.filters, np.zeros(1), self.spec)[0]
        return found

    @property
    def count(self) -> int:
        """Steps to go through: products of a dot product, else outputs."""
        return len(self.kernel) if self.mode == "dot" else int(np.prod(self.spec.output(self.input.shape[1:])))

    def step(self, index: int) -> Step:
        """The arithmetic of an output, counted in reading order."""
        shape = self.spec.output(self.input.shape[1:])
        at = (0,) if self.mode == "dot" else tuple(int(i) for i in np.unravel_index(index, shape))
        return step(self.input, self.filters, np.zeros(1), self.spec, (0, *at))

    def with_lengths(self, signal: int | None = None, kernel: int | None = None) -> Sliding:
        """The same with more or fewer values; new ones are zero."""
        values = (*self.signal, *(0.0,) * 32)[: signal or len(self.signal)]
        weights = (*self.kernel, *(0.0,) * 32)[: kernel or len(self.kernel)]
        return replace(self, signal=values, kernel=weights)

    def with_stride(self, stride: int) -> Sliding:
        """The same with the stride of its mode."""
        return replace(self, wide_stride=stride) if self.mode == "spread2" else replace(self, stride=stride)

    def with_padding(self, padding: int) -> Sliding:
        """The same with the padding of its mode."""
        return replace(self, wide_padding=padding) if self.mode == "spread2" else replace(self, padding=padding)

    def with_value(self, lane: str, index: int, value: float) -> Sliding:
        """The same with another value in the signal ("x") or the kernel ("w"), as the lanes show them."""
        if lane == "x":
            at = index - (0 if self.mode in ("dot", "spread") else self.spec.padding[0][0])
            # A dot product may be longer than the signal; what it adds is zeros, until they are edited.
            longer = (*self.signal, *(0.0,) * (at + 1 - len(self.signal)))
            return replace(self, signal=_changed(longer, at, value))
        at = len(self.kernel) - 1 - index if self.flipped and self.mode != "spread" else index
        return replace(self, kernel=_changed(self.kernel, at, value))


def _changed(values: tuple[float, ...], at: int, value: float) -> tuple[float, ...]:
    return (*values[:at], value, *values[at + 1 :])


def lanes(s: Sliding, index: int, reached: int) -> tuple[tuple[Lane, ...], Joints]:
    """The lanes of a mode, and the lines between them, at a step; outputs up to `reached` are told."""
    if s.mode == "dot":
        return _dot(s, index)
    return _spread(s, index, reached) if s.mode == "spread" else _slide(s, index, reached)


def _dot(s: Sliding, index: int) -> tuple[tuple[Lane, ...], Joints]:
    terms, partial = s.step(0).terms, s.step(0).partial
    now, done = frozenset((index,)), index + 1
    weights = tuple(t.weight for t in terms)
    return (
        Lane("x", "First vector", tuple(t.value for t in terms), note="x", lit=now, editable=True),
        Lane("w", "Second vector", weights, note="y", lit=now, editable=True),
        Lane("p", "Products", tuple(t.product for t in terms), note="x · y", now=index, known=done),
        Lane("s", "Sum so far", partial, note="added up", now=index, known=done),
    ), ((("x", index), ("w", index), 0.0), (("w", index), ("p", index), 0.0), (("p", index), ("s", index), 0.0))


def _slide(s: Sliding, index: int, reached: int) -> tuple[tuple[Lane, ...], Joints]:
    spec, found = s.spec, s.step(index)
    (before, after), stride, d = spec.padding[0], spec.stride[0], spec.dilation[0]
    padded = pad(s.input, spec)[0]
    causal = s.mode == "causal"
    centre = spec.reach[0] - 1.0 if causal else (spec.reach[0] - 1) / 2
    seen = frozenset(t.padded[1] for t in found.terms)
    unused = frozenset(range(len(padded) - spec.unreached(s.input.shape[1:])[0], len(padded)))
    future = frozenset(range(max(seen) + 1, len(padded))) if causal else unused
    weights = tuple(float(w) for w in turned(s.filters, spec)[0, 0])
    output = tuple(float(v) for v in s.output)
    note = f"{plural(before + after, 'zero')} around" if before + after and not causal else ""
    note = plural(before, "zero") + " in front" if causal and before else note
    most = max(map(abs, weights)) or 1.0
    made = (
        Lane(
            "x",
            "Signal",
            tuple(map(float, padded)),
            note=note,
            ring=(before, after),
            lit=seen,
            pale=future,
            editable=True,
        ),
        Lane(
            "w",
            "Kernel",
            weights,
            at=index * stride,
            pitch=d,
            note="turned around" if s.flipped else f"at position {index + 1}",
            editable=True,
            glides=True,
        ),
        Lane(
            "y",
            "Feature map",
            output,
            at=centre,
            pitch=stride,
            note=f"{len(output)} values",
            now=index,
            known=reached + 1,
        ),
    )
    joints = tuple((("w", k), ("y", index), w / most) for k, w in enumerate(weights) if w)
    return made, joints


def _spread(s: Sliding, index: int, reached: int) -> tuple[tuple[Lane, ...], Joints]:
    spec, signal = s.spec, s.input[0]
    before, stride, d = spec.padding[0][0], spec.stride[0], spec.dilation[0]
    steps = [s.step(k) for k in range(s.count)]
    copies = np.full((len(signal), len(steps)), np.nan)
    for k, found in enumerate(steps):
        for term in found.terms:
            assert term.source is not None
            copies[term.source[1], k] = term.product
    shift = float(before) if before else 0.0
    seen = frozenset(t.source[1] for t in steps[index].terms if t.source is not None)
    most = float(np.nanmax(np.abs(copies))) or 1.0
    weights = tuple(float(w) for w in s.kernel)
    made = [
        Lane(
            "x", "Signal", tuple(map(float, signal)), at=(spec.reach[0] - 1) / 2, pitch=stride, lit=seen, editable=True
        ),
        Lane("w", "Kernel", weights, pitch=d, bars=False, editable=True),
    ]
    for k in range(len(signal)):
        lit = frozenset((index,)) if not np.isnan(copies[k, index]) else frozenset()
        made.append(
            Lane(
                f"c{k}",
                f"{_figure(signal[k])} × kernel",
                tuple(float(v) for v in np.nan_to_num(copies[k])),
                at=shift,
                bars=False,
                scale=most,
                lit=lit,
                missing=frozenset(int(j) for j in np.flatnonzero(np.isnan(copies[k]))),
            )
        )
    made.append(
        Lane("y", "Sum", tuple(map(float, s.output)), at=shift, note="column by column", now=index, known=reached + 1)
    )
    return tuple(made), ()


def _figure(value: float) -> str:
    return f"{value:g}".replace("-", "−")
