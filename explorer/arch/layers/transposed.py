"""Transposed convolutions: each input value paints its filter into a larger image."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec.structs import replace

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Layer, ShapeError, Window
from explorer.arch.layers.base import (
    MOST,
    Pair,
    PairFromZero,
    Size,
    SizeFromZero,
    changed,
    each_step,
    is_open,
    per_axis,
    removal,
    square,
    turned,
)
from explorer.arch.layers.convolution import Bias, Filtering, Filters, Groups, InChannels
from explorer.arch.shape import Shape
from explorer.arch.text import number, plural, times


class _Transposed(Filtering, frozen=True):
    """The size is (W − 1)·S − 2P + D(K − 1) + output padding + 1."""

    stem: ClassVar[str] = "deconv"

    if TYPE_CHECKING:
        output_padding: int | tuple[int, int]

    @property
    def added(self) -> tuple[int, ...]:
        """The output padding per axis."""
        return per_axis(self.output_padding)

    def output(self, shape: Shape) -> Shape:
        self.arrives(shape)
        self.check_channels(shape)
        if any(self.added):
            self._check_added()
        return (self.filters, *self.positions(shape))

    def _check_added(self) -> None:
        most = tuple(max(s, d) - 1 for s, d in zip(self.steps, self.spacing, strict=True))
        if all(a <= m for a, m in zip(self.added, most, strict=True)):
            return
        limited = tuple(min(a, m) for a, m in zip(self.added, most, strict=True))
        changes: dict[str, Any] = {"output_padding": limited if self.image else limited[0]}
        raise ShapeError(
            f"{self.type} adds {times(self.added)} at the end; this output padding must be less than the stride or "
            f"the dilation, at most {times(most)}. Set it to {times(limited)}.",
            Fix(f"Set output padding to {times(limited)}", replacement=replace(self, **changes)),
        )

    def positions(self, shape: Shape) -> tuple[int, ...]:
        if not self.image and is_open(shape[1]):
            return (self.open_length(shape),)
        axes = zip(shape[1:], self.windows, self.steps, self.edges, self.spacing, self.added, strict=True)
        found = tuple((w - 1) * s - 2 * p + d * (k - 1) + a + 1 for w, k, s, (p, _), d, a in axes)
        if min(found) >= 1:
            return found
        fitting = tuple(
            min(p, ((w - 1) * s + d * (k - 1) + a) // 2)
            for w, k, s, (p, _), d, a in zip(
                shape[1:], self.windows, self.steps, self.edges, self.spacing, self.added, strict=True
            )
        )
        changes: dict[str, Any] = {"padding": fitting if self.image else fitting[0]}
        raise ShapeError(
            f"{self.type} would turn {times(shape[1:])} into {times(found)}: its padding takes away all there is. "
            f"Set its padding to {times(fitting)}.",
            Fix(f"Set padding to {times(fitting)}", replacement=replace(self, **changes)),
        )

    def open_length(self, shape: Shape) -> int:
        if any(self.added):
            raise ShapeError(
                f"{self.type} changes the length of {times(shape)}, and the number of time steps is not fixed. "
                "Keep the length, or set the number of steps in the input.",
                *self.keeping(),
                removal(),
            )
        return super().open_length(shape)

    def keeping(self) -> list[Fix]:
        span = self.spacing[0] * (self.windows[0] - 1)
        if span % 2 or span // 2 > MOST:
            return []
        changes: dict[str, Any] = {"padding": span // 2, "stride": 1, "output_padding": 0}
        return [Fix("Keep the length, with padding and a stride of 1", replacement=replace(self, **changes))]

    def window(self, shape: Shape) -> Window:
        return Window(self.windows, (1,) * len(self.steps), self.spacing, self.steps)

    def macs(self, shape: Shape, output: Shape) -> int:
        return prod(shape) * prod(self.windows) * (self.filters // self.groups)

    def call(self, shape: Shape) -> Call:
        settings = changed(
            stride=(square(self.stride), 1),
            padding=(square(self.padding), 0),
            output_padding=(square(self.output_padding), 0),
            groups=(self.groups, 1),
            bias=(self.bias, True),
            dilation=(square(self.dilation), 1),
        )
        return Call(self.type, (shape[0], self.filters), (("kernel_size", square(self.kernel)), *settings))

    def says(self, shape: Shape) -> str:
        return (
            f"Each of {plural(prod(shape), 'value')} paints its {times(self.windows)} patch into "
            f"{plural(self.filters // self.groups, 'map')}: {times(shape)} become {times(self.output(shape))}."
            if len(shape) == 3
            else f"Each value paints its filter into the output: {times(shape)} become {times(self.output(shape))}."
        )

    def why_size(self, shape: Shape) -> tuple[str, ...]:
        axes = list(zip(shape[1:], self.windows, self.steps, self.edges, self.spacing, self.added, strict=True))
        names: tuple[str, ...] = ("height", "width") if self.image else ("length",)
        if self.image and axes[0] == axes[1]:
            names = ("height and width",)
        lines = []
        for name, (w, k, s, (p, _), d, a), result in zip(names, axes, self.positions(shape), strict=False):
            lines += [f"{name}:", f"({w}−1)·{s}−2·{p}+{d}·({k}−1)+{a}+1 = {number(result)}"]
        return tuple(lines)

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        inputs = "·".join(map(str, shape))
        each = "·".join(map(str, (*self.windows, self.filters))) + (f"/{self.groups}" if self.groups > 1 else "")
        return (f"{inputs} inputs · ({each}) products = {number(self.macs(shape, ()))}{each_step(shape)}",)


class ConvTranspose1d(_Transposed, frozen=True, tag=True):
    """1-D transposed convolution: the way back of a convolution's gradient, which makes a signal longer."""

    title: ClassVar[str] = "1-D transposed convolution"
    about: ClassVar[str] = "Makes a signal longer: each value paints its filter into the output."
    image: ClassVar[bool] = False

    filters: Filters = 16
    kernel: Annotated[Size, described("Kernel", "Length of each filter.")] = 3
    stride: Annotated[Size, described("Stride", "Positions from one painted window to the next.")] = 1
    padding: Annotated[SizeFromZero, described("Padding", "Positions of the output cut away on each side.")] = 0
    output_padding: Annotated[
        SizeFromZero, described("Output padding", "Positions added at the end, less than the stride or dilation.")
    ] = 0
    groups: Groups = 1
    bias: Bias = True
    in_channels: InChannels = None
    dilation: Annotated[Size, described("Dilation", "Distance between neighbours in the kernel; 1 is dense.")] = 1

    def other(self) -> Layer:
        return turned(self, ConvTranspose2d)


class ConvTranspose2d(_Transposed, frozen=True, tag=True):
    """2-D transposed convolution: the way back of a convolution's gradient, which makes an image larger."""

    title: ClassVar[str] = "Transposed convolution"
    about: ClassVar[str] = "Makes an image larger: each value paints its filter into the output."
    image: ClassVar[bool] = True

    filters: Filters = 16
    kernel: Annotated[Pair, described("Kernel", "Height × width of each filter.")] = (3, 3)
    stride: Annotated[Pair, described("Stride", "Rows × columns from one painted window to the next.")] = (1, 1)
    padding: Annotated[PairFromZero, described("Padding", "Rows × columns of the output cut away on each side.")] = (
        0,
        0,
    )
    output_padding: Annotated[
        PairFromZero,
        described("Output padding", "Rows × columns added at the end, less than the stride or dilation."),
    ] = (0, 0)
    groups: Groups = 1
    bias: Bias = True
    in_channels: InChannels = None
    dilation: Annotated[Pair, described("Dilation", "Distance between neighbours in the kernel; 1 is dense.")] = (1, 1)

    def other(self) -> Layer:
        return turned(self, ConvTranspose1d)
