"""The kinds of layers. Adding one means adding one class here, and its explanation."""

from __future__ import annotations

from abc import abstractmethod
from math import prod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta
from msgspec.structs import replace

from explorer.arch.layer import Call, Fix, Kind, Layer, Shape, ShapeError, Window
from explorer.arch.text import number, plural, times

Pair = tuple[Annotated[int, Meta(ge=1, le=4096)], Annotated[int, Meta(ge=1, le=4096)]]
PairFromZero = tuple[Annotated[int, Meta(ge=0, le=4096)], Annotated[int, Meta(ge=0, le=4096)]]


def _about(title: str, description: str, automatic: str = "") -> Meta:
    return Meta(extra_json_schema={"title": title, "description": description}, extra={"automatic": automatic})


def _square(pair: tuple[int, int]) -> int | tuple[int, int]:
    return pair[0] if pair[0] == pair[1] else pair


def _settings(**values: tuple[Any, Any]) -> tuple[tuple[str, Any], ...]:
    """Keyword arguments of a call, those at PyTorch's default left out: name=(value, default)."""
    return tuple((name, value) for name, (value, default) in values.items() if value != default)


def _needs_image(layer: Layer, shape: Shape) -> None:
    if len(shape) != 3:
        fix = Fix(f"Remove this {layer.title.lower()}", remove=True)
        raise ShapeError(
            f"{layer.type} needs an image (channels × height × width); {times(shape)} arrives. "
            "Put it before Flatten, or remove it.",
            fix,
        )


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

    def window(self) -> Window:
        return Window(self.kernel, self.steps, self.spacing)

    def _positions(self, shape: Shape) -> tuple[int, int]:
        _needs_image(self, shape)
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

    filters: Annotated[Annotated[int, Meta(ge=1, le=10**6)], _about("Filters", "How many feature maps come out.")] = 16
    kernel: Annotated[Pair, _about("Kernel", "Height × width of each filter.")] = (3, 3)
    stride: Annotated[Pair, _about("Stride", "Rows × columns from one window to the next.")] = (1, 1)
    padding: Annotated[PairFromZero, _about("Padding", "Rows × columns of zeros added on each side.")] = (
        0,
        0,
    )
    dilation: Annotated[Pair, _about("Dilation", "Distance between neighbours in the kernel; 1 is dense.")] = (1, 1)
    bias: Annotated[bool, _about("Bias", "Whether each filter adds one learned number.")] = True
    in_channels: Annotated[
        Annotated[int, Meta(ge=1, le=10**6)] | None,
        _about("Input channels", "Maps that must arrive. Empty: whatever arrives.", "as arrives"),
    ] = None

    @property
    def steps(self) -> tuple[int, int]:
        return self.stride

    @property
    def spacing(self) -> tuple[int, int]:
        return self.dilation

    def output(self, shape: Shape) -> Shape:
        _needs_image(self, shape)
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

    def macs(self, shape: Shape) -> int:
        return prod(self.output(shape)) * prod(self.kernel) * shape[0]

    def call(self, shape: Shape) -> Call:
        settings = _settings(
            stride=(_square(self.stride), 1),
            padding=(_square(self.padding), 0),
            dilation=(_square(self.dilation), 1),
            bias=(self.bias, True),
        )
        return Call("Conv2d", (shape[0], self.filters), (("kernel_size", _square(self.kernel)), *settings))

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
        return (f"{n}·{h}·{w} outputs · ({rows}·{columns}·{c}) products = {number(self.macs(shape))}",)


class _Pooling(_Sliding, frozen=True):
    """What both poolings share."""

    kind: ClassVar[Kind] = "pooling"
    stem: ClassVar[str] = "pool"

    kernel: Annotated[Pair, _about("Window", "Height × width of the window.")] = (2, 2)
    stride: Annotated[Pair | None, _about("Stride", "Rows × columns from one window to the next.", "as the window")] = (
        None
    )
    padding: Annotated[
        PairFromZero, _about("Padding", "Rows × columns added on each side, at most half the window.")
    ] = (0, 0)

    @property
    def steps(self) -> tuple[int, int]:
        return self.stride or self.kernel

    def output(self, shape: Shape) -> Shape:
        _needs_image(self, shape)
        half = (self.kernel[0] // 2, self.kernel[1] // 2)
        if self.padding[0] > half[0] or self.padding[1] > half[1]:
            raise ShapeError(
                f"{self.type} pads by {times(self.padding)}; at most half the window, {times(half)}, is possible.",
                Fix(f"Set padding to {times(half)}", replacement=replace(self, padding=half)),
            )
        return (shape[0], *self._positions(shape))

    def call(self, shape: Shape) -> Call:
        settings = _settings(stride=(_square(self.steps), _square(self.kernel)), padding=(_square(self.padding), 0))
        return Call(self.type, (_square(self.kernel),), settings)

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


class _Activation(Layer, frozen=True):
    kind: ClassVar[Kind] = "activation"


class ReLU(_Activation, frozen=True, tag=True):
    """max(0, x)."""

    title: ClassVar[str] = "ReLU"
    stem: ClassVar[str] = "relu"
    about: ClassVar[str] = "max(0, x): negative values become 0."


class Tanh(_Activation, frozen=True, tag=True):
    """(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)."""

    title: ClassVar[str] = "Tanh"
    stem: ClassVar[str] = "tanh"
    about: ClassVar[str] = "Squeezes each value into −1…1."


class Sigmoid(_Activation, frozen=True, tag=True):
    """1/(1 + e⁻ˣ)."""

    title: ClassVar[str] = "Sigmoid"
    stem: ClassVar[str] = "sigmoid"
    about: ClassVar[str] = "1 / (1 + e⁻ˣ): squeezes each value into 0…1."


class _Normaliser(_Activation, frozen=True):
    """Softmax and log-softmax, over the classes of a vector."""

    def output(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ShapeError(
                f"{self.type} needs a vector of class scores; {times(shape)} arrives. Add Flatten before it.",
                Fix("Insert Flatten", before=(Flatten(),)),
            )
        return shape

    def call(self, shape: Shape) -> Call:
        return Call(self.type, (), (("dim", 1),))


class Softmax(_Normaliser, frozen=True, tag=True):
    """eˣ divided by the sum of all eˣ."""

    title: ClassVar[str] = "Softmax"
    stem: ClassVar[str] = "softmax"
    about: ClassVar[str] = "Turns scores into probabilities that sum to 1."


class LogSoftmax(_Normaliser, frozen=True, tag=True):
    """The logarithm of softmax."""

    title: ClassVar[str] = "Log-softmax"
    stem: ClassVar[str] = "logsoftmax"
    about: ClassVar[str] = "Turns scores into logarithms of probabilities."


class Flatten(Layer, frozen=True, tag=True):
    """All values in one row."""

    title: ClassVar[str] = "Flatten"
    kind: ClassVar[Kind] = "reshape"
    stem: ClassVar[str] = "flatten"
    about: ClassVar[str] = "Writes all values of all maps into one row."
    view: ClassVar[bool] = True

    def output(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return (f"{'·'.join(map(str, shape))} = {number(prod(shape))}",)


class Linear(Layer, frozen=True, tag=True):
    """A fully connected layer: x Wᵀ + b."""

    title: ClassVar[str] = "Linear"
    kind: ClassVar[Kind] = "linear"
    stem: ClassVar[str] = "fc"
    about: ClassVar[str] = "Fully connected: every output is a weighted sum of all inputs."

    units: Annotated[Annotated[int, Meta(ge=1, le=10**9)], _about("Units", "How many numbers come out.")] = 10
    bias: Annotated[bool, _about("Bias", "Whether each unit adds one learned number.")] = True
    in_features: Annotated[
        Annotated[int, Meta(ge=1, le=10**9)] | None,
        _about("Input features", "Numbers that must arrive. Empty: whatever arrives.", "as arrives"),
    ] = None

    def sees_all(self) -> bool:
        return True

    def output(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            need = f"{number(self.in_features)} features" if self.in_features else "a vector of features"
            raise ShapeError(
                f"Linear needs {need}; {times(shape)} arrives. Add Flatten before it.",
                Fix("Insert Flatten", before=(Flatten(),)),
            )
        if self.in_features not in (None, shape[0]):
            raise ShapeError(
                f"Linear needs {number(self.in_features or 0)} features; {number(shape[0])} arrive. "
                f"Set its input features to {number(shape[0])}.",
                Fix(
                    f"Set input features to {number(shape[0])}",
                    replacement=replace(self, in_features=shape[0]),
                ),
            )
        return (self.units,)

    def weights(self, shape: Shape) -> int:
        return shape[0] * self.units

    def biases(self, shape: Shape) -> int:
        return self.units if self.bias else 0

    def macs(self, shape: Shape) -> int:
        return shape[0] * self.units

    def call(self, shape: Shape) -> Call:
        return Call("Linear", (shape[0], self.units), _settings(bias=(self.bias, True)))

    def detail(self, shape: Shape | None) -> str:
        return plural(self.units, "unit")

    def says(self, shape: Shape) -> str:
        outputs = (
            "The one output is a weighted sum"
            if self.units == 1
            else f"Each of {number(self.units)} outputs is a weighted sum"
        )
        return f"{outputs} of all {number(shape[0])} inputs."

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return (f"one number a unit = {number(self.units)}",)

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        count = number(self.weights(shape) + self.biases(shape))
        one = f"({shape[0]} + 1)·{self.units}" if self.bias else f"{shape[0]}·{self.units}"
        return (f"{one} = {count}",)

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        return (f"{shape[0]} inputs · {self.units} outputs = {number(self.macs(shape))}",)


class Dropout(Layer, frozen=True, tag=True):
    """Switches units off at random while training, and scales the rest by 1/(1 − p)."""

    title: ClassVar[str] = "Dropout"
    kind: ClassVar[Kind] = "normalisation"
    stem: ClassVar[str] = "dropout"
    about: ClassVar[str] = "Switches values off at random while training; does nothing when predicting."
    view: ClassVar[bool] = True

    p: Annotated[
        Annotated[float, Meta(ge=0.0, le=0.99)],
        _about("Probability", "Share of values switched off, 0…0.99."),
    ] = 0.5

    def call(self, shape: Shape) -> Call:
        return Call("Dropout", (), (("p", self.p),))

    def detail(self, shape: Shape | None) -> str:
        return f"{100 * self.p:g} %"


class BatchNorm2d(Layer, frozen=True, tag=True):
    """Batch normalisation of each map, with a learned scale and shift (Ioffe and Szegedy 2015)."""

    title: ClassVar[str] = "Batch norm"
    kind: ClassVar[Kind] = "normalisation"
    stem: ClassVar[str] = "norm"
    about: ClassVar[str] = "Brings each map to mean 0 and variance 1 over the batch, then scales and shifts it."

    def output(self, shape: Shape) -> Shape:
        _needs_image(self, shape)
        return shape

    def weights(self, shape: Shape) -> int:
        return shape[0]

    def biases(self, shape: Shape) -> int:
        return shape[0]

    def call(self, shape: Shape) -> Call:
        return Call("BatchNorm2d", (shape[0],))

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        return (f"(1 scale + 1 shift)·{shape[0]} maps = {number(2 * shape[0])}",)


AnyLayer = (
    Conv2d
    | MaxPool2d
    | AvgPool2d
    | ReLU
    | Tanh
    | Sigmoid
    | Softmax
    | LogSoftmax
    | Flatten
    | Linear
    | Dropout
    | BatchNorm2d
)

PALETTE: tuple[type[Layer], ...] = (
    Conv2d,
    MaxPool2d,
    AvgPool2d,
    ReLU,
    Tanh,
    Sigmoid,
    Flatten,
    Linear,
    Dropout,
    BatchNorm2d,
    Softmax,
    LogSoftmax,
)
"""All kinds in the order in which one would look for them."""
