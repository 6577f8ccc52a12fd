"""How much of the input one output sees: r' = r + Σ (kernel − 1)·dilation·jump, jump' = jump·stride."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import msgspec

from explorer.arch.layer import Layer, Window
from explorer.arch.shape import Shape
from explorer.arch.text import times


class Field(msgspec.Struct, frozen=True):
    """The receptive field so far: its size, and the distance of two neighbours (jump) in input values, per axis.

    The axes are height and width of an image, else one: positions of a signal, time steps, or features.
    """

    size: tuple[int, ...]
    jump: tuple[float, ...]
    whole: bool = False
    """Whether an output depends on all of the input; `size` is then the input's."""

    @staticmethod
    def of_input(shape: Shape) -> Field:
        """Each value of the input sees itself."""
        axes = 2 if len(shape) == 3 else 1
        return Field((1,) * axes, (1,) * axes)

    def through(self, layer: Layer, shape: Shape, whole: Shape) -> Field:
        """The field behind a layer that `shape` enters; `whole` is the shape of the network's input."""
        if self.whole:
            return self
        if layer.sees_all(shape):
            return Field(whole[1:] if len(whole) == 3 else whole, self.jump, whole=True)
        window = layer.window(shape)
        if window is None or len(window.kernel) != len(self.size):
            return self
        size, jump = [], []
        for r, j, k, s, d, u in _axes(self, window):
            size.append(r + ceil(d * (k - 1) * j))
            jump.append(j * s / u if u != 1 else j * s)
        return Field(tuple(size), tuple(jump))

    @staticmethod
    def of_branches(before: Field, ends: Sequence[Field]) -> Field:
        """Behind a merge: the widest of the branches."""
        whole = next((end for end in ends if end.whole), None)
        if whole is not None or not ends:
            return whole or before
        size = tuple(max(sizes) for sizes in zip(*(end.size for end in ends), strict=True))
        return Field(size, max(end.jump for end in ends))


def _axes(field: Field, window: Window) -> zip[tuple[int, float, int, int, int, int]]:
    return zip(
        field.size, field.jump, window.kernel, window.stride, window.dilation, window.enlarged, strict=False
    )


def why(before: Field, after: Field, layer: Layer | None, shape: Shape | None) -> tuple[str, ...]:
    """Lines that show how a layer that `shape` enters widens the field."""
    if layer is None or shape is None:
        return ("each value sees itself: 1",)
    size = times(after.size, spaced=True)
    if after.whole:
        return (f"every output depends on the whole input: {size}",)
    window = layer.window(shape)
    if window is None or len(window.kernel) != len(before.size):
        return (f"as in the layer before: {size}",)
    names = ("height", "width") if len(before.size) == 2 else ("length",)
    lines = []
    for name, (r, j, k, _, d, _), now in zip(names, _axes(before, window), after.size, strict=True):
        lines.append(f"{name}: {r} + {d}·({k}−1)·{j:g} = {now}")
    if len(lines) == 2 and lines[0].partition(":")[2] == lines[1].partition(":")[2]:
        lines = [lines[0].replace("height", "height and width")]
    return tuple(lines)
