"""How much of the input one output sees: r' = r + Σ (kernel − 1)·dilation·jump, jump' = jump·stride."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from explorer.arch.layer import Layer, Window
from explorer.arch.shape import Shape
from explorer.arch.text import times

Length = int | Fraction
Level = tuple[int, int, int]
"""A grid that a layer has enlarged: how far an output reaches on it beyond one place, the distance of neighbours there,
and how many of its places make one of the grid before."""


class Field(msgspec.Struct, frozen=True):
    """The receptive field so far: its size, and the distance of two neighbours (jump) in input values, per axis.

    The axes are height and width of an image, else one: positions of a signal, time steps, or features. Where a layer
    enlarges, outputs differ in what they see; the size is that of the widest that the windows allow.
    """

    size: tuple[int, ...]
    jump: tuple[Length, ...]
    whole: bool = False
    """Whether an output depends on all of the input; `size` is then the input's."""
    levels: tuple[tuple[Level, ...], ...] = ()
    """Per axis the grids that were gone through, the input's first; empty while there is only that."""

    @staticmethod
    def of_input(shape: Shape) -> Field:
        """Each value of the input sees itself."""
        axes = 2 if len(shape) == 3 else 1
        return Field((1,) * axes, (1,) * axes)

    @property
    def grids(self) -> tuple[tuple[Level, ...], ...]:
        """Per axis the grids that were gone through, the input's first."""
        # Before anything enlarges, the distances are whole numbers.
        return self.levels or tuple(((r - 1, int(j), 1),) for r, j in zip(self.size, self.jump, strict=True))

    def through(self, layer: Layer, shape: Shape, whole: Shape) -> Field:
        """The field behind a layer that `shape` enters; `whole` is the shape of the network's input."""
        if self.whole:
            return self
        if layer.sees_all(shape):
            return Field(whole[1:] if len(whole) == 3 else whole, self.jump, whole=True)
        window = layer.window(shape)
        if window is None or len(window.kernel) != len(self.size):
            return self
        if self.levels:
            return self._onwards(window)
        size, jump = [], []
        for r, j, k, s, d, u in zip(
            self.size, self.jump, window.kernel, window.stride, window.dilation, window.enlarged, strict=False
        ):
            if u != 1:
                return self._onwards(window)
            size.append(r + d * (k - 1) * j)
            jump.append(j * s)
        return Field(tuple(size), tuple(jump))

    def _onwards(self, window: Window) -> Field:
        axes = zip(self.grids, window.kernel, window.stride, window.dilation, window.enlarged, strict=False)
        return _of_grids(tuple(_slid(*axis) for axis in axes))

    @staticmethod
    def of_branches(before: Field, ends: Sequence[Field]) -> Field:
        """Behind a merge: the widest of the branches."""
        whole = next((end for end in ends if end.whole), None)
        if whole is not None or not ends:
            return whole or before
        if any(end.levels for end in ends):
            per_axis = zip(*(zip(end.size, end.jump, end.grids, strict=True) for end in ends), strict=True)
            return _of_grids(tuple(max(axis)[2] for axis in per_axis))
        size = tuple(max(sizes) for sizes in zip(*(end.size for end in ends), strict=True))
        return Field(size, max(end.jump for end in ends))


def _slid(levels: tuple[Level, ...], k: int, s: int, d: int, u: int) -> tuple[Level, ...]:
    """The grids behind a window that slides over the last one, or over that one enlarged."""
    if u != 1:
        levels = (*levels, (0, 1, u))
    *before, (reach, jump, places) = levels
    return (*before, (reach + d * (k - 1) * jump, jump * s, places))


def _of_grids(levels: tuple[tuple[Level, ...], ...]) -> Field:
    size, jump = [], []
    for axis in levels:
        reach, step = 0, Fraction(1)
        for own, distance, places in reversed(axis):
            reach = (own + distance * reach) // places
            step *= Fraction(distance, places)
        size.append(reach + 1)
        jump.append(step)
    return Field(tuple(size), tuple(jump), False, levels)


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
    axes = zip(names, before.grids, window.kernel, window.dilation, window.enlarged, after.size, strict=False)
    for name, levels, k, d, u, now in axes:
        lines.append(f"{name}: {_formula(levels, k, d, u)} = {now}")
    if len(lines) == 2 and lines[0].partition(":")[2] == lines[1].partition(":")[2]:
        lines = [lines[0].replace("height", "height and width")]
    return tuple(lines)


def _formula(levels: tuple[Level, ...], k: int, d: int, u: int) -> str:
    """The size as r + d·(k−1)·j; on an enlarged grid r + j·⌊(n + d·(k−1)·i)/u⌋, where u places make one."""
    if u != 1:
        levels = (*levels, (0, 1, u))
    text = ""
    for depth, (reach, jump, places) in reversed(tuple(enumerate(levels))):
        own = reach if depth else reach + 1
        text = f"{own} + {jump}·{text}" if text else f"{own} + {d}·({k}−1)·{jump}"
        if depth:
            text = f"⌊({text})/{places}⌋"
    return text
