"""What convolution and pooling share: a window that slides over an image or a signal."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace

from explorer.arch.layer import Fix, Layer, ShapeError, Window
from explorer.arch.layers.base import MOST, is_open, per_axis, removal, square
from explorer.arch.layers.needs import needs_image, needs_signal
from explorer.arch.shape import Shape
from explorer.arch.text import number, plural, times

Edges = tuple[tuple[int, int], ...]
"""What is added before and behind, per axis."""

SAME = "same"
"""The padding that keeps the size."""


def slide(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> tuple[int, int]:
    """Positions of a sliding window along one axis, and the rows or columns at the end that it never reaches.

    `padding` is that of both sides together. No window fits where the positions are below 1.
    """
    room = size + padding - dilation * (kernel - 1) - 1
    return room // stride + 1, room % stride


class Sliding(Layer, frozen=True):
    """A window that slides over height and width, or over the length.

    The kinds declare their settings themselves, each with its own defaults: pairs for images, numbers for signals.
    """

    image: ClassVar[bool]
    """Whether it slides over images; else over signals."""

    if TYPE_CHECKING:
        kernel: int | tuple[int, int]
        padding: Any

    @property
    @abstractmethod
    def steps(self) -> tuple[int, ...]:
        """The stride per axis."""

    @property
    def windows(self) -> tuple[int, ...]:
        """The kernel per axis."""
        return per_axis(self.kernel)

    @property
    def spacing(self) -> tuple[int, ...]:
        """The dilation per axis."""
        return (1, 1) if self.image else (1,)

    @property
    def edges(self) -> Edges:
        """What is added before and behind, per axis; “same” adds an odd number's larger half behind, as PyTorch."""
        padding = self.padding
        if isinstance(padding, tuple):
            rows, columns = padding
            return ((rows, rows), (columns, columns))
        if isinstance(padding, int):
            return ((padding, padding),)
        spans = [d * (k - 1) for k, d in zip(self.windows, self.spacing, strict=True)]
        return tuple((span // 2, span - span // 2) for span in spans)

    @abstractmethod
    def other(self) -> Layer:
        """The kin for the other number of axes, with the same settings."""

    def arrives(self, shape: Shape) -> None:
        """Raise `ShapeError` unless what arrives has the axes that the window slides over."""
        if self.image:
            if len(shape) != 3:
                needs_image(self, shape, self.other)
        elif len(shape) != 2 or is_open(shape[0]):
            needs_signal(self, shape, self.other)

    def window(self, shape: Shape) -> Window:
        return Window(self.windows, self.steps, self.spacing)

    def positions(self, shape: Shape) -> tuple[int, ...]:
        """How often the window fits, per axis. Raises `ShapeError`."""
        if not self.image and is_open(shape[1]):
            return (self.open_length(shape),)
        found = []
        axes = zip(shape[1:], self.windows, self.steps, self.edges, self.spacing, strict=True)
        for size, kernel, stride, (before, behind), dilation in axes:
            count, _ = slide(size, kernel, stride, before + behind, dilation)
            if count < 1:
                raise self.too_large(shape)
            found.append(count)
        return tuple(found)

    def open_length(self, shape: Shape) -> int:
        """The length behind the layer where it is not fixed: the same, or `ShapeError`."""
        (kernel,), (stride,), ((before, behind),), (dilation,) = self.windows, self.steps, self.edges, self.spacing
        if stride == 1 and before + behind == dilation * (kernel - 1):
            return shape[1]
        raise ShapeError(
            f"{self.type} changes the length of {times(shape)}, and the number of time steps is not fixed. "
            "Keep the length, or set the number of steps in the input.",
            *self.keeping(),
            removal(),
        )

    def keeping(self) -> list[Fix]:
        """The repair that keeps the length, with the padding and a stride of 1."""
        span = self.spacing[0] * (self.windows[0] - 1)
        if span % 2 or span // 2 > MOST:
            return []
        changes: dict[str, Any] = {"padding": span // 2, "stride": 1}
        return [Fix("Keep the length, with padding and a stride of 1", replacement=replace(self, **changes))]

    def too_large(self, shape: Shape) -> ShapeError:
        """The error of a window that does not fit."""
        padded = tuple(size + sum(edge) for size, edge in zip(shape[1:], self.edges, strict=True))
        reach = tuple(d * (k - 1) + 1 for k, d in zip(self.windows, self.spacing, strict=True))
        after = f" ({times(padded)} after padding)" if padded != shape[1:] else ""
        what = "image" if self.image else "signal"
        return ShapeError(
            f"The {_window(reach)} does not fit into {_room(shape)}{after}. "
            f"Make the kernel smaller, or pad the {what}.",
            *self.smaller(shape),
        )

    def smaller(self, shape: Shape) -> list[Fix]:
        """The repairs of a window that does not fit: the largest kernel that does at this padding and dilation."""
        fitting = tuple(
            min(k, (size + sum(edge) - 1) // d + 1)
            for size, k, edge, d in zip(shape[1:], self.windows, self.edges, self.spacing, strict=True)
        )
        changes: dict[str, Any] = {"kernel": fitting if self.image else fitting[0]}
        return [Fix(f"Reduce the kernel to {times(fitting)}", replacement=replace(self, **changes))]

    def why_slide(self, shape: Shape, ceil: bool = False) -> tuple[str, ...]:
        """The output-size formula ⌊(W + 2P − D(K−1) − 1)/S⌋ + 1 with its numbers, one line if both axes agree."""
        axes = list(zip(shape[1:], self.windows, self.steps, self.edges, self.spacing, strict=True))
        names: tuple[str, ...] = ("height", "width") if self.image else ("length",)
        words = {"height": "row", "width": "column", "length": "position"}
        if self.image and axes[0] == axes[1]:
            names, words = ("height and width",), {"height and width": "row or column"}
        lines = []
        results = self.positions(shape)
        for name, (size, k, s, (before, behind), d), result in zip(names, axes, results, strict=False):
            padded = f"2·{before}" if before == behind else f"{before}+{behind}"
            lines.append(f"{name}:")
            if is_open(size):
                lines.append(f"{size}+{padded}−{d}·({k}−1) = {size}")
                continue
            left, right = "⌈⌉" if ceil else "⌊⌋"
            positions, unused = slide(size, k, s, before + behind, d)
            reached = positions + bool(ceil and unused)
            lines.append(f"{left}({size}+{padded}−{d}·({k}−1)−1)/{s}{right} + 1 = {number(reached)}")
            if ceil:
                if reached > result:
                    lines.append(f"the last window would begin behind the edge, and is left out: {number(result)}")
            elif unused:
                lines.append(_unused(words[name], s, unused, behind))
        return tuple(lines)


def _unused(word: str, stride: int, unused: int, behind: int) -> str:
    """What the stride never reaches: of the image itself, or of its padding only."""
    many = " or ".join(f"{one}s" for one in word.split(" or "))
    real = unused - behind
    if real > 0:
        return f"the stride of {stride} leaves the last {plural(real, word, many)} unused"
    return f"the stride of {stride} leaves the last {plural(unused, word, many)} of padding unused"


def _window(reach: tuple[int, ...]) -> str:
    return f"{times(reach)} window" if len(reach) > 1 else f"window of {number(reach[0])}"


def _room(shape: Shape) -> str:
    return times(shape[1:]) if len(shape) > 2 else f"a length of {number(shape[1])}"


def needed_padding(layer: Sliding, shape: Shape) -> tuple[int, ...]:
    """The least padding, per axis, with which the window fits."""
    reach = [d * (k - 1) + 1 for k, d in zip(layer.windows, layer.spacing, strict=True)]
    return tuple(max(edge[0], (r - size + 1) // 2) for edge, r, size in zip(layer.edges, reach, shape[1:], strict=True))


def shown(value: Any) -> str:
    """A setting in few characters: 3, 3×5 or same."""
    value = square(value)
    return times(value) if isinstance(value, tuple) else str(value)
