"""Pooling: the largest or the mean of each window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec.structs import replace

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer, ShapeError
from explorer.arch.layers.base import Pair, PairFromZero, Size, SizeFromZero, changed, per_axis, square, turned
from explorer.arch.layers.sliding import Sliding, shown, slide
from explorer.arch.shape import Shape, is_fixed
from explorer.arch.text import number, times

Ceil = Annotated[
    bool, described("Round up", "Whether a last window that overhangs the edge counts (ceil_mode), or is left out.")
]
Counted = Annotated[
    bool, described("Padding counts", "Whether padded zeros are part of the mean (count_include_pad), or left out.")
]
Dilation1d = Annotated[Size, described("Dilation", "Distance between neighbours in the window; 1 is dense.")]
Dilation2d = Annotated[Pair, described("Dilation", "Distance between neighbours in the window; 1 is dense.")]
Window1d = Annotated[Size, described("Window", "Length of the window.")]
Window2d = Annotated[Pair, described("Window", "Height × width of the window.")]
Stride1d = Annotated[Size | None, described("Stride", "Positions from one window to the next.", "as the window")]
Stride2d = Annotated[Pair | None, described("Stride", "Rows × columns from one window to the next.", "as the window")]
Padding1d = Annotated[SizeFromZero, described("Padding", "Positions added on each side, at most half the window.")]
Padding2d = Annotated[PairFromZero, described("Padding", "Rows × columns added on each side, at most half the window.")]


class Pooling(Sliding, frozen=True):
    """What all poolings share."""

    kind: ClassVar[Kind] = "pooling"
    stem: ClassVar[str] = "pool"

    if TYPE_CHECKING:
        stride: int | tuple[int, int] | None
        ceil_mode: bool

    @property
    def steps(self) -> tuple[int, ...]:
        return per_axis(self.kernel if self.stride is None else self.stride)

    def output(self, shape: Shape) -> Shape:
        self.arrives(shape)
        padding = per_axis(self.padding)
        if any(padding):
            self._check_padding(padding)
        return (shape[0], *self.positions(shape))

    def _check_padding(self, padding: tuple[int, ...]) -> None:
        half = tuple(k // 2 for k in self.windows)  # PyTorch does not count the dilation
        if all(p <= h for p, h in zip(padding, half, strict=True)):
            return
        limited = tuple(min(p, h) for p, h in zip(padding, half, strict=True))
        changes: dict[str, Any] = {"padding": limited if self.image else limited[0]}
        raise ShapeError(
            f"{self.type} pads by {times(padding)}; at most half the window, {times(half)}, is possible. "
            f"Set its padding to {times(limited)}.",
            Fix(f"Set padding to {times(limited)}", replacement=replace(self, **changes)),
        )

    def positions(self, shape: Shape) -> tuple[int, ...]:
        if not self.ceil_mode or not is_fixed(shape):
            return super().positions(shape)
        found = []
        axes = zip(shape[1:], self.windows, self.steps, self.edges, self.spacing, strict=True)
        for size, kernel, stride, (before, behind), dilation in axes:
            count, unused = slide(size, kernel, stride, before + behind, dilation)
            # One window more may overhang the end, if it does not begin behind it.
            count += bool(unused) and count * stride < size + before
            if count < 1:
                raise self.too_large(shape)
            found.append(count)
        return tuple(found)

    def keeping(self) -> list[Fix]:
        # Only a dense window of odd length can be padded so that the length stays.
        kernel = self.windows[0] - (self.windows[0] + 1) % 2
        changes: dict[str, Any] = {"kernel": kernel, "stride": 1, "padding": kernel // 2}
        if set(self.spacing) != {1}:
            changes["dilation"] = 1
        text = f"Keep the length: window {kernel}, padding {kernel // 2}, stride 1"
        return [Fix(text, replacement=replace(self, **changes))]

    def call(self, shape: Shape) -> Call:
        settings = changed(
            stride=(square(self.kernel if self.stride is None else self.stride), square(self.kernel)),
            padding=(square(self.padding), 0),
            ceil_mode=(self.ceil_mode, False),
        )
        return Call(self.type, (square(self.kernel),), (*settings, *self.more()))

    def more(self) -> tuple[tuple[str, Any], ...]:
        """Further keyword arguments of the call."""
        return ()

    def detail(self, shape: Shape | None) -> str:
        stride = f" stride {times(self.steps)}" if self.steps != self.windows else ""
        return f"{times(self.windows)}{'' if self.image else ' wide'}{stride}"

    def says(self, shape: Shape) -> str:
        what = "Keeps the largest value" if self.type.startswith("Max") else "Takes the mean"
        step = "" if set(self.steps) == {1} else f", {shown(self.steps)} apart"
        return f"{what} of each {times(self.windows)} window{step}: {times(shape)} become {times(self.output(shape))}."

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return (f"channels: as many as arrive = {number(shape[0])}", *self.why_slide(shape, self.ceil_mode))

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        return ("there are no learned weights here: 0",)


class _MaxPooling(Pooling, frozen=True):
    if TYPE_CHECKING:
        dilation: int | tuple[int, int]

    @property
    def spacing(self) -> tuple[int, ...]:
        return per_axis(self.dilation)

    def more(self) -> tuple[tuple[str, Any], ...]:
        return changed(dilation=(square(self.dilation), 1))


class _AvgPooling(Pooling, frozen=True):
    if TYPE_CHECKING:
        count_include_pad: bool

    def more(self) -> tuple[tuple[str, Any], ...]:
        return changed(count_include_pad=(self.count_include_pad, True))


class MaxPool1d(_MaxPooling, frozen=True, tag=True):
    """Max pooling of a signal."""

    title: ClassVar[str] = "1-D max pooling"
    about: ClassVar[str] = "Keeps the largest value of each window: a shorter signal, as many channels."
    image: ClassVar[bool] = False

    kernel: Window1d = 2
    stride: Stride1d = None
    padding: Padding1d = 0
    dilation: Dilation1d = 1
    ceil_mode: Ceil = False

    def other(self) -> Layer:
        return turned(self, MaxPool2d)


class MaxPool2d(_MaxPooling, frozen=True, tag=True):
    """Max pooling; a window that overhangs the edge is left out, unless `ceil_mode` is set."""

    title: ClassVar[str] = "Max pooling"
    about: ClassVar[str] = "Keeps the largest value of each window: a smaller image, as many maps."
    image: ClassVar[bool] = True

    kernel: Window2d = (2, 2)
    stride: Stride2d = None
    padding: Padding2d = (0, 0)
    dilation: Dilation2d = (1, 1)
    ceil_mode: Ceil = False

    @property
    def steps(self) -> tuple[int, int]:
        return self.stride or self.kernel

    def other(self) -> Layer:
        return turned(self, MaxPool1d)


class AvgPool1d(_AvgPooling, frozen=True, tag=True):
    """Average pooling of a signal."""

    title: ClassVar[str] = "1-D average pooling"
    about: ClassVar[str] = "Takes the mean of each window: a shorter signal, as many channels."
    image: ClassVar[bool] = False

    kernel: Window1d = 2
    stride: Stride1d = None
    padding: Padding1d = 0
    ceil_mode: Ceil = False
    count_include_pad: Counted = True

    def other(self) -> Layer:
        return turned(self, AvgPool2d)


class AvgPool2d(_AvgPooling, frozen=True, tag=True):
    """Average pooling; padded zeros count, unless `count_include_pad` is off."""

    title: ClassVar[str] = "Average pooling"
    about: ClassVar[str] = "Takes the mean of each window: a smaller image, as many maps."
    image: ClassVar[bool] = True

    kernel: Window2d = (2, 2)
    stride: Stride2d = None
    padding: Padding2d = (0, 0)
    ceil_mode: Ceil = False
    count_include_pad: Counted = True

    @property
    def steps(self) -> tuple[int, int]:
        return self.stride or self.kernel

    def other(self) -> Layer:
        return turned(self, AvgPool1d)
