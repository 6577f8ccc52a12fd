"""Convolution and pooling: windows that slide over an image."""

from __future__ import annotations

from abc import abstractmethod
from math import prod
from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta
from msgspec.structs import replace

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer, ShapeError, Window
from explorer.arch.layers.base import Pair, PairFromZero, changed, needs_image, square
from explorer.arch.shape import Shape
from explorer.arch.text import number, plural, times


def _slide(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> tuple[int, int]:
    """Positions of a sliding window along one axis, and the rows or columns at the end that it never reaches."""
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    return room // stride + 1, room % stride


def _why_slide(layer: _Sliding, shape: Shape) -> tuple[str, ...]:
    """The output-size formula ⌊(W + 2P − D(K−1) − 1)/S⌋ + 1 with its numbers, one line if both axes agree."""
    lines = []
    axes = list(zip(shape[1:], layer.kernel, layer.steps, layer.padding, layer.spacing, strict=True))
    names = ("height", "width") if axes[0] != axes[1] else ("height and width",)
    for name, (size, k, s, p, d) in zip(names, axes, strict=False):
        positions, unused = _slide(size, k, s, p, d)
        lines.append(f"{name}:")
        lines.append(f"⌊({size}+2·{p}−{d}·({k}−1)−1)/{s}⌋ + 1 = {positions}")
        if unused:
            what = plural(unused, "row or column", "rows or columns")
            lines.append(f"the stride of {s} leaves the last {what} unused")
    return tuple(lines)


class _Sliding(Layer, frozen=True):
    """What convolution and pooling share: a window that slides over height and width.

    They declare `kernel` and `padding` themselves, each with its own default.
    """

    if TYPE_CHECKING:
        kernel: Pair
        padding: PairFromZero

    @property
    @abstractmethod
    def steps(self) -> tuple[int, int]:
        """The stride per axis."""

    @property
    def spacing(self) -> tuple[int, int]:
        """The dilation per axis."""
        return (1, 1)

    def window(self, shape: Shape) -> Window:
        return Window(self.kernel, self.steps, self.spacing)

    def _positions(self, shape: Shape) -> tuple[int, int]:
        needs_image(self, shape)
        axes = zip(shape[1:], self.kernel, self.steps, self.padding, self.spacing, strict=True)
        rows, columns = (_slide(*axis)[0] for axis in axes)
        if rows < 1 or columns < 1:
            padded = tuple(size + 2 * p for size, p in zip(shape[1:], self.padding, strict=True))
            reach = tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.spacing, strict=True))
            after = f" ({times(padded)} after padding)" if any(self.padding) else ""
            raise ShapeError(
                f"The {times(reach)} window does not fit into {times(shape[1:])}{after}. "
                "Make the kernel smaller, or pad the image.",
                *self._smaller(shape),
            )
        return rows, columns

    def _smaller(self, shape: Shape) -> list[Fix]:
        # The largest kernel that fits at this padding and dilation, per axis.
        fitting = tuple(
            min(k, (size + 2 * p - 1) // d + 1)
            for size, k, p, d in zip(shape[1:], self.kernel, self.padding, self.spacing, strict=True)
        )
        return [Fix(f"Reduce the kernel to {times(fitting)}", replacement=replace(self, kernel=fitting))]

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return _why_slide(self, shape)


class Conv2d(_Sliding, frozen=True, tag=True):
    """2-D convolution (cross-correlation: the kernel is not flipped), one bias per filter."""

    title: ClassVar[str] = "Convolution"
    kind: ClassVar[Kind] = "convolution"
    stem: ClassVar[str] = "conv"
    about: ClassVar[str] = "Slides filters over the image. Each filter makes one feature map."

    filters: Annotated[
        Annotated[int, Meta(ge=1, le=10**6)], described("Filters", "How many feature maps come out.")
    ] = 16
    kernel: Annotated[Pair, described("Kernel", "Height × width of each filter.")] = (3, 3)
    stride: Annotated[Pair, described("Stride", "Rows × columns from one window to the next.")] = (1, 1)
    padding: Annotated[PairFromZero, described("Padding", "Rows × columns of zeros added on each side.")] = (
        0,
        0,
    )
    dilation: Annotated[Pair, described("Dilation", "Distance between neighbours in the kernel; 1 is dense.")] = (1, 1)
    bias: Annotated[bool, described("Bias", "Whether each filter adds one learned number.")] = True
    in_channels: Annotated[
        Annotated[int, Meta(ge=1, le=10**6)] | None,
        described("Input channels", "Maps that must arrive. Empty: whatever arrives.", "as arrives"),
    ] = None

    @property
    def steps(self) -> tuple[int, int]:
        return self.stride

    @property
    def spacing(self) -> tuple[int, int]:
        return self.dilation

    def output(self, shape: Shape) -> Shape:
        needs_image(self, shape)
        if self.in_channels not in (None, shape[0]):
            raise ShapeError(
                f"Conv2d needs {plural(self.in_channels or 0, 'channel')}; {times(shape)} arrives. "
                f"Set its input channels to {shape[0]}.",
                Fix(f"Set input channels to {shape[0]}", replacement=replace(self, in_channels=shape[0])),
            )
        return (self.filters, *self._positions(shape))

    def _smaller(self, shape: Shape) -> list[Fix]:
        reach = tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))
        enough = tuple(max(p, (r - size + 1) // 2) for p, r, size in zip(self.padding, reach, shape[1:], strict=True))
        return [
            *super()._smaller(shape),
            Fix(f"Pad by {times(enough)}", replacement=replace(self, padding=enough)),
        ]

    def weights(self, shape: Shape) -> int:
        return prod(self.kernel) * shape[0] * self.filters

    def biases(self, shape: Shape) -> int:
        return self.filters if self.bias else 0

    def macs(self, shape: Shape, output: Shape) -> int:
        return prod(output) * prod(self.kernel) * shape[0]

    def call(self, shape: Shape) -> Call:
        settings = changed(
            stride=(square(self.stride), 1),
            padding=(square(self.padding), 0),
            dilation=(square(self.dilation), 1),
            bias=(self.bias, True),
        )
        return Call("Conv2d", (shape[0], self.filters), (("kernel_size", square(self.kernel)), *settings))

    def detail(self, shape: Shape | None) -> str:
        return f"{plural(self.filters, 'filter')} {times(self.kernel)}"

    def says(self, shape: Shape) -> str:
        maps = "the one map" if shape[0] == 1 else f"all {shape[0]} maps at once"
        look = "filter looks" if self.filters == 1 else "filters look"
        return f"{number(self.filters)} {look} at {maps}."

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return (f"channels: one a filter = {self.filters}", *super().why_output(shape))

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        (k, w), c, n = self.kernel, shape[0], self.filters
        count = number(self.weights(shape) + self.biases(shape))
        one = f"(({k}·{w}·{c}) + 1)·{n}" if self.bias else f"({k}·{w}·{c})·{n}"
        return (f"{one} = {count}",)

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        n, h, w = self.output(shape)
        (rows, columns), c = self.kernel, shape[0]
        return (f"{n}·{h}·{w} outputs · ({rows}·{columns}·{c}) products = {number(n * h * w * rows * columns * c)}",)


class _Pooling(_Sliding, frozen=True):
    """What both poolings share."""

    kind: ClassVar[Kind] = "pooling"
    stem: ClassVar[str] = "pool"

    kernel: Annotated[Pair, described("Window", "Height × width of the window.")] = (2, 2)
    stride: Annotated[
        Pair | None, described("Stride", "Rows × columns from one window to the next.", "as the window")
    ] = None
    padding: Annotated[
        PairFromZero, described("Padding", "Rows × columns added on each side, at most half the window.")
    ] = (0, 0)

    @property
    def steps(self) -> tuple[int, int]:
        return self.stride or self.kernel

    def output(self, shape: Shape) -> Shape:
        needs_image(self, shape)
        half = (self.kernel[0] // 2, self.kernel[1] // 2)
        if self.padding[0] > half[0] or self.padding[1] > half[1]:
            raise ShapeError(
                f"{self.type} pads by {times(self.padding)}; at most half the window, {times(half)}, is possible.",
                Fix(f"Set padding to {times(half)}", replacement=replace(self, padding=half)),
            )
        return (shape[0], *self._positions(shape))

    def call(self, shape: Shape) -> Call:
        settings = changed(stride=(square(self.steps), square(self.kernel)), padding=(square(self.padding), 0))
        return Call(self.type, (square(self.kernel),), settings)

    def detail(self, shape: Shape | None) -> str:
        stride = f" stride {times(self.steps)}" if self.steps != self.kernel else ""
        return f"{times(self.kernel)}{stride}"

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return (f"channels: as many as arrive = {shape[0]}", *super().why_output(shape))


class MaxPool2d(_Pooling, frozen=True, tag=True):
    """Max pooling; a window that overhangs the edge is left out, as PyTorch does."""

    title: ClassVar[str] = "Max pooling"
    about: ClassVar[str] = "Keeps the largest value of each window: a smaller image, as many maps."


class AvgPool2d(_Pooling, frozen=True, tag=True):
    """Average pooling; padded zeros count, as PyTorch does."""

    title: ClassVar[str] = "Average pooling"
    about: ClassVar[str] = "Takes the mean of each window: a smaller image, as many maps."
