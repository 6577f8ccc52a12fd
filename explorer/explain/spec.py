"""How a kernel slides: its size, stride, padding and dilation, per axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from explorer.arch.errors import UsageError
from explorer.arch.text import plural, times

Mode = Literal["zeros", "reflect", "replicate", "circular"]
Axes = tuple[int, ...]
"""One number for each spatial axis: rows and columns of an image, or only positions of a signal."""


@dataclass(frozen=True)
class Spec:
    """How a kernel slides over one or two spatial axes; each setting has one entry an axis.

    kernel, stride, dilation: at least 1; padding: (before, after) of each axis, at least 0. Left empty, a stride and a
    dilation are 1 and a padding 0 on each axis. `groups` divides the channels; as many groups as channels is a
    depthwise convolution. `flipped` turns the kernel around, which is what mathematics calls convolution; networks do
    not. `transposed` spreads each input over a window of the output instead of gathering a window into each output;
    its padding is then taken away from the output's edges.
    Raises `UsageError` for numbers out of range or settings that do not belong to the same axes.
    """

    kernel: Axes
    stride: Axes = ()
    padding: tuple[tuple[int, int], ...] = ()
    dilation: Axes = ()
    mode: Mode = "zeros"
    groups: int = 1
    flipped: bool = False
    transposed: bool = False

    def __post_init__(self) -> None:
        axes = len(self.kernel)
        object.__setattr__(self, "stride", self.stride or (1,) * axes)
        object.__setattr__(self, "padding", self.padding or ((0, 0),) * axes)
        object.__setattr__(self, "dilation", self.dilation or (1,) * axes)
        if not axes == len(self.stride) == len(self.padding) == len(self.dilation):
            raise UsageError("Kernel, stride, padding and dilation need one number for each axis.")
        least = (("kernel", self.kernel), ("stride", self.stride), ("dilation", self.dilation))
        for name, values in (*least, ("number of groups", (self.groups,))):
            if not values or min(values) < 1:
                raise UsageError(f"The {name} must be at least 1.")
        if min(map(min, self.padding)) < 0:
            raise UsageError("The padding must be at least 0.")

    @property
    def reach(self) -> Axes:
        """Rows and columns from the first to the last value that a window sees: d·(k − 1) + 1."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))

    def padded(self, size: Axes) -> Axes:
        """The input's size with its padding (a transposed convolution pads nothing)."""
        if self.transposed:
            return size
        return tuple(n + before + after for n, (before, after) in zip(size, self.padding, strict=True))

    def output(self, size: Axes) -> Axes:
        """Positions along each axis: ⌊(W + 2P − D(K−1) − 1)/S⌋ + 1. Raises `UsageError` where nothing fits."""
        if self.transposed:
            found = tuple(
                (n - 1) * s + r - sum(p) for n, s, r, p in zip(size, self.stride, self.reach, self.padding, strict=True)
            )
            if min(found) < 1:
                raise UsageError(f"The padding takes all of the output away: {times(found)}. Make it smaller.")
            return found
        for n, around in zip(size, self.padding, strict=True):
            # What lies outside is taken from inside, once around, as in PyTorch.
            most = {"reflect": n - 1, "circular": n}.get(self.mode, max(around))
            if max(around) > most:
                raise UsageError(f"{self.mode.capitalize()} padding reaches at most {most} here. Pad less.")
        whole = self.padded(size)
        if any(r > n for r, n in zip(self.reach, whole, strict=True)):
            after = f" ({times(whole)} after padding)" if whole != size else ""
            raise UsageError(
                f"The {times(self.reach)} window does not fit into {times(size)}{after}. "
                "Make the kernel smaller, or pad more."
            )
        return tuple((n - r) // s + 1 for n, r, s in zip(whole, self.reach, self.stride, strict=True))

    def unreached(self, size: Axes) -> Axes:
        """Rows and columns at the end of the padded input that no window reaches, because the stride does not fit."""
        if self.transposed:
            return tuple(0 for _ in size)
        return tuple((n - r) % s for n, r, s in zip(self.padded(size), self.reach, self.stride, strict=True))

    def why_output(self, size: Axes) -> tuple[str, ...]:
        """The output-size formula with its numbers, a line for each axis that differs."""
        lines = []
        values = list(zip(size, self.kernel, self.stride, self.padding, self.dilation, self.output(size), strict=True))
        names = ("length",) if len(size) == 1 else ("height", "width")
        if len(set(values)) == 1 and len(values) == 2:
            names, values = ("height and width",), values[:1]
        for name, (n, k, s, (before, after), d, out) in zip(names, values, strict=True):
            around = f"2·{before}" if before == after else f"{before} + {after}"
            if self.transposed:
                lines.append(f"{name}: ({n}−1)·{s} + {d}·({k}−1) + 1 − {around} = {out}")
            else:
                lines.append(f"{name}: ⌊({n} + {around} − {d}·({k}−1) − 1)/{s}⌋ + 1 = {out}")
        left = self.unreached(size)
        if any(left):
            what = [plural(count, word) for count, word in zip(left, ("row", "column"), strict=False) if count]
            lines.append(f"the stride leaves {' and '.join(what)} unused" if len(size) == 2 else f"{left[0]} unused")
        return tuple(lines)


def same_padding(kernel: Axes, dilation: Axes) -> tuple[tuple[int, int], ...]:
    """The padding that keeps the size at stride 1; an even kernel gets one more at the end, as in PyTorch."""
    spans = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return tuple((span // 2, span - span // 2) for span in spans)


def causal_padding(kernel: Axes, dilation: Axes) -> tuple[tuple[int, int], ...]:
    """All padding in front: an output sees only what came before it."""
    return tuple((d * (k - 1), 0) for k, d in zip(kernel, dilation, strict=True))
