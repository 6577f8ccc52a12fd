"""Convolutions, and transposed ones that make the image larger."""

from __future__ import annotations

from abc import abstractmethod
from math import gcd, prod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta
from msgspec.structs import replace

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer, ShapeError
from explorer.arch.layers.base import (
    MOST,
    Pair,
    PairFromZero,
    Size,
    SizeFromZero,
    changed,
    coming,
    divisor,
    each_step,
    is_open,
    per_axis,
    square,
    turned,
)
from explorer.arch.layers.sliding import SAME, Sliding, needed_padding, shown
from explorer.arch.shape import Shape
from explorer.arch.text import number, plural, times

Filters = Annotated[Annotated[int, Meta(ge=1, le=10**6)], described("Filters", "How many feature maps come out.")]
Groups = Annotated[
    Annotated[int, Meta(ge=1, le=10**6)],
    described("Groups", "Filters and channels are divided into so many groups; a filter sees only its own."),
]
PaddingMode = Annotated[
    Literal["zeros", "reflect", "replicate", "circular"],
    described("Padding with", "zeros, the mirror image, the edge repeated, or the other side."),
]
Bias = Annotated[bool, described("Bias", "Whether each filter adds one learned number.")]
InChannels = Annotated[
    Annotated[int, Meta(ge=1)] | None,
    described("Input channels", "Maps that must arrive. Empty: whatever arrives.", "as arrives"),
]


class Filtering(Sliding, frozen=True):
    """What convolutions and transposed convolutions share: filters with weights, in groups."""

    kind: ClassVar[Kind] = "convolution"
    stem: ClassVar[str] = "conv"

    if TYPE_CHECKING:
        filters: int
        stride: int | tuple[int, int]
        dilation: int | tuple[int, int]
        groups: int
        bias: bool
        in_channels: int | None

    @property
    def steps(self) -> tuple[int, ...]:
        return per_axis(self.stride)

    @property
    def spacing(self) -> tuple[int, ...]:
        return per_axis(self.dilation)

    def check_channels(self, shape: Shape) -> None:
        """Raise `ShapeError` if other channels are needed, or the groups do not divide them."""
        channels = shape[0]
        if self.in_channels not in (None, channels):
            raise ShapeError(
                f"{self.type} needs {plural(self.in_channels or 0, 'channel')}; {coming(shape)}. "
                f"Set its input channels to {number(channels)}.",
                Fix(f"Set input channels to {number(channels)}", replacement=replace(self, in_channels=channels)),
                Fix("Take as many channels as arrive", replacement=replace(self, in_channels=None)),
            )
        if self.groups == 1 or not (channels % self.groups or self.filters % self.groups):
            return
        both = gcd(channels, self.filters)
        near = divisor(both, min(self.groups, both))
        fixes = [Fix(f"Set groups to {number(near)}", replacement=replace(self, groups=near))]
        if not channels % self.groups:  # only the filters do not fit
            filters = max(self.groups, round(self.filters / self.groups) * self.groups)
            filters -= self.groups if filters > 10**6 else 0
            fixes.append(Fix(f"Set filters to {number(filters)}", replacement=replace(self, filters=filters)))
        what = f"{plural(channels, 'channel')} and {plural(self.filters, 'filter')}"
        raise ShapeError(
            f"{self.type} divides {what} into {number(self.groups)} equal groups, which is not possible. "
            f"{fixes[0].text}.",
            *fixes,
        )

    def weights(self, shape: Shape) -> int:
        return prod(self.windows) * (shape[0] // self.groups) * self.filters

    def biases(self, shape: Shape) -> int:
        return self.filters if self.bias else 0

    def detail(self, shape: Shape | None) -> str:
        wide = times(self.windows) if self.image else f"{number(self.windows[0])} wide"
        words = [f"{plural(self.filters, 'filter')} {wide}"]
        if set(self.steps) != {1}:
            words.append(f"stride {shown(self.stride)}")
        if set(self.spacing) != {1}:
            words.append(f"dilation {shown(self.dilation)}")
        if self.groups > 1:
            words.append(plural(self.groups, "group"))
        return ", ".join(words)

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return (f"channels: one a filter = {number(self.filters)}", *self.why_size(shape))

    @abstractmethod
    def why_size(self, shape: Shape) -> tuple[str, ...]:
        """Lines that show how the height and width, or the length, come about."""

    def why_one(self, shape: Shape) -> str:
        """The weights of one filter as a product: 3·3·32, with 4 groups 3·3·32/4."""
        return "·".join(map(str, (*self.windows, shape[0]))) + (f"/{self.groups}" if self.groups > 1 else "")

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        count = number(self.weights(shape) + self.biases(shape))
        one = f"(({self.why_one(shape)}) + 1)" if self.bias else f"({self.why_one(shape)})"
        return (f"{one}·{self.filters} = {count}",)


class _Convolution(Filtering, frozen=True):
    """2-D and 1-D convolution."""

    if TYPE_CHECKING:
        padding_mode: str

    def output(self, shape: Shape) -> Shape:
        self.arrives(shape)
        self.check_channels(shape)
        if self.padding == SAME and any(step > 1 for step in self.steps):
            self._refuse_same(shape)
        if self.padding_mode != "zeros":
            self._check_mode(shape)
        return (self.filters, *self.positions(shape))

    def _refuse_same(self, shape: Shape) -> None:
        one: Any = (1, 1) if self.image else 1
        spans = [d * (k - 1) // 2 for k, d in zip(self.windows, self.spacing, strict=True)]
        half: Any = tuple(min(MOST, span) for span in spans) if self.image else min(MOST, spans[0])
        raise ShapeError(
            f"{self.type} with padding “same” keeps the size, which needs a stride of 1; its stride is "
            f"{shown(self.stride)}. Set its stride to 1.",
            Fix("Set stride to 1", replacement=replace(self, stride=one)),
            Fix(f"Pad by {times(per_axis(half))}", replacement=replace(self, padding=half)),
        )

    def _check_mode(self, shape: Shape) -> None:
        """Mirrored and circular padding take their values from the image, which must be large enough."""
        if self.padding_mode == "replicate":
            return
        less = 1 if self.padding_mode == "reflect" else 0
        sizes = shape[1:]
        if all(max(edge) <= size - less for edge, size in zip(self.edges, sizes, strict=True) if not is_open(size)):
            return
        most = tuple(
            min(max(edge), edge[0] if is_open(size) else size - less)
            for edge, size in zip(self.edges, sizes, strict=True)
        )
        need = "less than the size" if less else "at most the size"
        limited: Any = most if self.image else most[0]
        raise ShapeError(
            f"{self.type} with padding mode “{self.padding_mode}” needs padding of {need}; {coming(shape)}, "
            f"and it pads by {times([max(edge) for edge in self.edges])}. Pad with zeros, or by {times(most)}.",
            Fix("Pad with zeros", replacement=replace(self, padding_mode="zeros")),
            Fix(f"Pad by {times(most)}", replacement=replace(self, padding=limited)),
        )

    def smaller(self, shape: Shape) -> list[Fix]:
        fixes = super().smaller(shape)
        enough = needed_padding(self, shape)
        if max(enough) <= MOST:
            padding: Any = enough if self.image else enough[0]
            fixes.append(Fix(f"Pad by {times(enough)}", replacement=replace(self, padding=padding)))
        return fixes

    def keeping(self) -> list[Fix]:
        changes: dict[str, Any] = {"padding": SAME, "stride": 1}
        return [Fix("Keep the length: padding “same”, stride 1", replacement=replace(self, **changes))]

    def macs(self, shape: Shape, output: Shape) -> int:
        return prod(output) * prod(self.windows) * (shape[0] // self.groups)

    def call(self, shape: Shape) -> Call:
        settings = changed(
            stride=(square(self.stride), 1),
            padding=(square(self.padding), 0),
            dilation=(square(self.dilation), 1),
            groups=(self.groups, 1),
            padding_mode=(self.padding_mode, "zeros"),
            bias=(self.bias, True),
        )
        return Call(self.type, (shape[0], self.filters), (("kernel_size", square(self.kernel)), *settings))

    def says(self, shape: Shape) -> str:
        if self.groups > 1:
            seen = plural(shape[0] // self.groups, "map")
            return f"Each of {plural(self.filters, 'filter')} looks at the {seen} of its group."
        maps = "the one map" if shape[0] == 1 else f"all {number(shape[0])} maps at once"
        return f"{number(self.filters)} {'filter looks' if self.filters == 1 else 'filters look'} at {maps}."

    def why_size(self, shape: Shape) -> tuple[str, ...]:
        return self.why_slide(shape)

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        output = self.output(shape)
        sizes = "·".join(map(str, output))
        count = number(self.macs(shape, output))
        return (f"{sizes} outputs · ({self.why_one(shape)}) products = {count}{each_step(shape)}",)


class Conv1d(_Convolution, frozen=True, tag=True):
    """1-D convolution of channels × length (cross-correlation: the kernel is not flipped), one bias per filter."""

    title: ClassVar[str] = "1-D convolution"
    about: ClassVar[str] = "Slides filters along a signal. Each filter makes one channel."
    image: ClassVar[bool] = False

    filters: Filters = 16
    kernel: Annotated[Size, described("Kernel", "Length of each filter.")] = 3
    stride: Annotated[Size, described("Stride", "Positions from one window to the next.")] = 1
    padding: Annotated[
        SizeFromZero | Literal["same"],
        described("Padding", "Positions added on each side; same: as many as keep the length."),
    ] = 0
    dilation: Annotated[Size, described("Dilation", "Distance between neighbours in the kernel; 1 is dense.")] = 1
    groups: Groups = 1
    padding_mode: PaddingMode = "zeros"
    bias: Bias = True
    in_channels: InChannels = None

    def other(self) -> Layer:
        return turned(self, Conv2d)


class Conv2d(_Convolution, frozen=True, tag=True):
    """2-D convolution (cross-correlation: the kernel is not flipped), one bias per filter."""

    title: ClassVar[str] = "Convolution"
    about: ClassVar[str] = "Slides filters over the image. Each filter makes one feature map."
    image: ClassVar[bool] = True

    filters: Filters = 16
    kernel: Annotated[Pair, described("Kernel", "Height × width of each filter.")] = (3, 3)
    stride: Annotated[Pair, described("Stride", "Rows × columns from one window to the next.")] = (1, 1)
    padding: Annotated[
        PairFromZero | Literal["same"],
        described("Padding", "Rows × columns added on each side; same: as many as keep the size."),
    ] = (0, 0)
    dilation: Annotated[Pair, described("Dilation", "Distance between neighbours in the kernel; 1 is dense.")] = (1, 1)
    groups: Groups = 1
    padding_mode: PaddingMode = "zeros"
    bias: Bias = True
    in_channels: InChannels = None

    @property
    def margins(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The padding in front (above, left) and behind (below, right)."""
        (above, below), (left, right) = self.edges
        return (above, left), (below, right)

    def other(self) -> Layer:
        return turned(self, Conv1d)
