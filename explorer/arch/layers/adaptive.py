"""Pooling to a given size, whatever arrives: adaptive and global."""

from __future__ import annotations

from abc import abstractmethod
from math import gcd
from typing import TYPE_CHECKING, Annotated, ClassVar

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer, ShapeError, Window
from explorer.arch.layers.base import Pair, Size, coming, earlier, is_open, per_axis, removal, square, turned
from explorer.arch.layers.needs import needs_image, needs_signal
from explorer.arch.layers.reshape import SwapAxes
from explorer.arch.shape import Shape, is_fixed
from explorer.arch.text import number, plural, times


def _reduced(size: int, parts: int) -> tuple[int, int]:
    """Size and parts without their common divisor."""
    common = gcd(size, parts)
    return size // common, parts // common


def _widest(size: int, parts: int) -> int:
    """The longest of the windows ⌊i·size/parts⌋ … ⌈(i+1)·size/parts⌉."""
    size, parts = _reduced(size, parts)
    return -(-(size - 1) // parts) + 1 if parts > 1 else size


class _Adaptive(Layer, frozen=True):
    kind: ClassVar[Kind] = "pooling"
    stem: ClassVar[str] = "pool"
    image: ClassVar[bool]
    what: ClassVar[str]

    if TYPE_CHECKING:
        size: int | tuple[int, int]

    @property
    def parts(self) -> tuple[int, ...]:
        """How many windows there are per axis."""
        return per_axis(self.size)

    @abstractmethod
    def other(self) -> Layer:
        """The kin for the other number of axes."""

    def output(self, shape: Shape) -> Shape:
        if self.image:
            needs_image(self, shape, self.other)
        else:
            needs_signal(self, shape, self.other)
        return (shape[0], *self.parts)

    def sees_all(self, shape: Shape) -> bool:
        return not is_fixed(shape)

    def window(self, shape: Shape) -> Window | None:
        if not is_fixed(shape):
            return None
        # As if each value were repeated `parts` times, and each window took as many as there are values.
        axes = [_reduced(size, parts) for size, parts in zip(shape[1:], self.parts, strict=True)]
        return Window(
            tuple(size + parts - 1 for size, parts in axes),
            tuple(size for size, _ in axes),
            (1,) * len(axes),
            tuple(parts for _, parts in axes),
        )

    def call(self, shape: Shape) -> Call:
        return Call(self.type, (square(self.size),))

    def detail(self, shape: Shape | None) -> str:
        return f"to {times(self.parts)}"

    def says(self, shape: Shape) -> str:
        values = "values" if set(self.parts) != {1} else "value"
        return f"{self.what} of windows that cover the whole map: {times(self.parts)} {values} of each."

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        lines = []
        names = ("height", "width") if self.image else ("length",)
        axes = list(zip(shape[1:], self.parts, strict=True))
        if self.image and axes[0] == axes[1]:
            names = ("height and width",)
        for name, (size, parts) in zip(names, axes, strict=False):
            if is_open(size):
                lines.append(f"{name}: always = {number(parts)}")
            else:
                widest = _widest(size, parts)
                window = number(widest) if size % parts == 0 else f"up to {number(widest)}"
                lines.append(f"{name}: {number(size)} in windows of {window} = {number(parts)}")
        return (f"channels: as many as arrive = {number(shape[0])}", *lines)

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        return ("there are no learned weights here: 0",)


class AdaptiveAvgPool1d(_Adaptive, frozen=True, tag=True):
    """Means of as many windows as asked for."""

    title: ClassVar[str] = "1-D adaptive average pooling"
    about: ClassVar[str] = "Takes means so that a signal of the given length comes out, whatever arrives."
    image: ClassVar[bool] = False
    what: ClassVar[str] = "Takes the means"

    size: Annotated[Size, described("Size", "The length that comes out.")] = 1

    def other(self) -> Layer:
        return turned(self, AdaptiveAvgPool2d)


class AdaptiveAvgPool2d(_Adaptive, frozen=True, tag=True):
    """Means of as many windows as asked for."""

    title: ClassVar[str] = "Adaptive average pooling"
    about: ClassVar[str] = "Takes means so that maps of the given size come out, whatever arrives."
    image: ClassVar[bool] = True
    what: ClassVar[str] = "Takes the means"

    size: Annotated[Pair, described("Size", "Height × width that come out.")] = (1, 1)

    def other(self) -> Layer:
        return turned(self, AdaptiveAvgPool1d)


class AdaptiveMaxPool1d(_Adaptive, frozen=True, tag=True):
    """The largest values of as many windows as asked for."""

    title: ClassVar[str] = "1-D adaptive max pooling"
    about: ClassVar[str] = "Keeps the largest values so that a signal of the given length comes out."
    image: ClassVar[bool] = False
    what: ClassVar[str] = "Keeps the largest values"

    size: Annotated[Size, described("Size", "The length that comes out.")] = 1

    def other(self) -> Layer:
        return turned(self, AdaptiveMaxPool2d)


class AdaptiveMaxPool2d(_Adaptive, frozen=True, tag=True):
    """The largest values of as many windows as asked for."""

    title: ClassVar[str] = "Adaptive max pooling"
    about: ClassVar[str] = "Keeps the largest values so that maps of the given size come out."
    image: ClassVar[bool] = True
    what: ClassVar[str] = "Keeps the largest values"

    size: Annotated[Pair, described("Size", "Height × width that come out.")] = (1, 1)

    def other(self) -> Layer:
        return turned(self, AdaptiveMaxPool1d)


class _Global(Layer, frozen=True):
    """One number for each channel, of all its places."""

    kind: ClassVar[Kind] = "pooling"
    stem: ClassVar[str] = "pool"
    way: ClassVar[str]
    method: ClassVar[str]
    """What reduces the places of a channel, in Python code."""

    def output(self, shape: Shape) -> Shape:
        if len(shape) == 1:
            raise ShapeError(
                f"{self.type} needs an image or a signal; {coming(shape)}. {earlier(shape)}.",
                removal(),
            )
        if is_open(shape[0]):
            raise ShapeError(
                f"{self.type} needs channels × length; {coming(shape)}. Add SwapAxes before it.",
                Fix("Insert SwapAxes", before=(SwapAxes(),)),
                removal(),
            )
        return (shape[0],)

    def sees_all(self, shape: Shape) -> bool:
        return not is_fixed(shape)

    def window(self, shape: Shape) -> Window | None:
        if not is_fixed(shape):
            return None
        one = (1,) * (len(shape) - 1)
        return Window(shape[1:], one, one, one)

    def applied(self, module: str, values: str) -> str:
        return f"{values}.flatten(2).{self.method}(2)"

    def says(self, shape: Shape) -> str:
        places = " × ".join(map(str, shape[1:]))
        return f"{self.way} of the {places} values of each of {plural(shape[0], 'channel')}."

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return (f"one number a channel = {number(shape[0])}",)

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        return ("there are no learned weights here: 0",)


class GlobalAvgPool(_Global, frozen=True, tag=True):
    """The mean of each channel (Lin et al. 2013)."""

    title: ClassVar[str] = "Global average pooling"
    about: ClassVar[str] = "Takes the mean of each whole map: one number a channel."
    way: ClassVar[str] = "Takes the mean"
    method: ClassVar[str] = "mean"


class GlobalMaxPool(_Global, frozen=True, tag=True):
    """The largest value of each channel."""

    title: ClassVar[str] = "Global max pooling"
    about: ClassVar[str] = "Keeps the largest value of each whole map: one number a channel."
    way: ClassVar[str] = "Keeps the largest"
    method: ClassVar[str] = "amax"
