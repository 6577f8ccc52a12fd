"""What a layer is in Keras: the steps that do the same.

Keras has the channels last. Two axes may be steps × features, which stay in their order, or channels × length, which
are `turned`: what they hold is length × channels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.arch.errors import ArchitectureError
from explorer.arch.export.code import NEEDED, Arg, Make, Part, Slot
from explorer.arch.layer import Layer
from explorer.arch.layers import (
    ELU,
    GRU,
    LSTM,
    RNN,
    AvgPool1d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    ConcatRNN,
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    ConvTranspose2d,
    Dropout,
    Embedding,
    Flatten,
    GroupNorm,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool1d,
    MaxPool2d,
    ScaledTanh,
    Softplus,
    Upsample,
)
from explorer.arch.layers.base import square
from explorer.arch.shape import Shape, Symbol, is_fixed

X = "\x00"
"""In a step: the values that it is applied to."""

Step = tuple[Part, ...]

PADDING = '''\
class EdgePadding(layers.Layer):
    """Padding made of the values themselves: mirrored (reflect), the edge (replicate) or the other side (circular)."""

    def __init__(self, padding, mode, **kwargs):
        super().__init__(**kwargs)
        self.padding, self.mode = padding, mode

    def call(self, x):
        for axis, (before, behind) in enumerate(self.padding, 1):
            size = x.shape[axis]
            places = range(-before, size + behind)
            if self.mode == "reflect":
                places = [size - 1 - abs(size - 1 - abs(place)) for place in places]
            elif self.mode == "replicate":
                places = [min(max(place, 0), size - 1) for place in places]
            else:
                places = [place % size for place in places]
            x = ops.take(x, places, axis=axis)
        return x
'''

AVERAGE = '''\
class PaddedAverage(layers.Layer):
    """Average pooling of a padded input; only the input and the `counted` part of its padding are in the mean."""

    def __init__(self, pool_size, strides, padding, counted, **kwargs):
        super().__init__(**kwargs)
        self.window = {"pool_size": pool_size, "strides": strides, "data_format": "channels_last"}
        self.padding, self.counted = padding, counted

    def call(self, x):
        rest = [(p - c, q - d) for (p, q), (c, d) in zip(self.padding, self.counted, strict=True)]
        share = ops.pad(ops.pad(ops.ones_like(x), self.counted, constant_values=1.0), rest)
        sums = ops.average_pool(ops.pad(x, self.padding), **self.window)
        return sums / ops.average_pool(share, **self.window)
'''

RESPONSE = '''\
class LocalResponseNorm(layers.Layer):
    """Each value divided by (k + alpha * mean of the squares of `size` neighbouring channels) ** beta."""

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0, **kwargs):
        super().__init__(**kwargs)
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def call(self, x):
        around = [(0, 0)] * (len(x.shape) - 1) + [(self.size // 2, (self.size - 1) // 2)]
        squares = ops.pad(ops.square(x), around)
        total = sum(squares[..., i : i + x.shape[-1]] for i in range(self.size))
        return x / ops.power(self.k + self.alpha * total / self.size, self.beta)
'''

CELL = '''\
class ConcatCell(layers.Layer):
    """Input and hidden state joined; i2h makes the next state, i2o the output."""

    def __init__(self, hidden, outputs, **kwargs):
        super().__init__(**kwargs)
        self.state_size, self.output_size = hidden, outputs
        self.i2h, self.i2o = layers.Dense(hidden), layers.Dense(outputs)

    def build(self, input_shape):
        joined = (input_shape[0], input_shape[-1] + self.state_size)
        self.i2h.build(joined)
        self.i2o.build(joined)

    def call(self, x, states, **_):
        joined = ops.concatenate([x, states[0]], axis=-1)
        return self.i2o(joined), [self.i2h(joined)]
'''

TURNED = {
    "Conv1d", "ConvTranspose1d", "MaxPool1d", "AvgPool1d", "AdaptiveAvgPool1d", "AdaptiveMaxPool1d", "GlobalAvgPool",
    "GlobalMaxPool", "Dropout1d", "LocalResponseNorm", "Upsample",
}  # fmt: skip
"""Layers that take two axes as channels × length."""

STRAIGHT = {"Linear", "RNN", "LSTM", "GRU", "ConcatRNN", "LastStep", "Softmax", "LogSoftmax"}
"""Layers that take two axes as steps × features."""

TURN: Step = (Make("layers.Permute", (Arg("", Slot((2, 1), "dims")),)), f"({X})")
"""Exchanges two axes."""


class UnknownError(ArchitectureError):
    """Keras has no such layer, and there is no short way to write it."""


class Translator:
    """Turns layers into steps; `sources` are the classes that they need, `notes` where they differ."""

    def __init__(self) -> None:
        self.sources: dict[str, str] = {}
        self.fewer: dict[Layer, int] = {}

    def steps(self, layer: Layer, shape: Shape, output: Shape, turned: bool, of: str) -> tuple[list[Step], bool]:
        """The steps of a layer, and whether what leaves is turned. No step: there is nothing to do.

        Raises `UnknownError` in a sentence that begins with the layer's type.
        """
        before: list[Step] = []
        if len(shape) == 2 and turned != (layer.type in TURNED) and layer.type in TURNED | STRAIGHT:
            before, turned = [TURN], not turned
        if layer.type == "SwapAxes":
            return [], not turned
        if isinstance(layer, Flatten):
            return self.flatten(layer, shape, output, turned)
        make = _SIMPLE.get(layer.type)
        if make is not None:
            return [*before, _call(make[0], *(Arg(k, Slot(v, k)) for k, v in make[1].items()))], turned
        found: Callable[..., list[Step]] = getattr(self, _METHODS.get(type(layer), "other"))
        return [*before, *found(layer, shape, output, turned, of)], turned

    def flatten(self, layer: Flatten, shape: Shape, output: Shape, turned: bool) -> tuple[list[Step], bool]:
        if output == shape:
            return [], turned
        if len(output) == 1:
            return [_call("Flatten")], turned
        c, h, w = shape
        if layer.start == 2:
            return [_call("Reshape", Arg("", Slot((h * w, c), "target_shape")))], True
        channels_first = [_call("Permute", Arg("", Slot((3, 1, 2), "dims")))] if c > 1 else []
        return [*channels_first, _call("Reshape", Arg("", Slot((c * h, w), "target_shape")))], False

    def convolution(self, layer: Conv1d | Conv2d, shape: Shape, output: Shape, turned: bool, of: str) -> list[Step]:
        k, s, d, edges = layer.windows, layer.steps, layer.spacing, layer.edges
        spans = [d_ * (k_ - 1) for d_, k_ in zip(d, k, strict=True)]
        keeps = all(edge == (span // 2, span - span // 2) for edge, span in zip(edges, spans, strict=True))
        same = keeps and set(s) == {1} and layer.padding_mode == "zeros"
        steps: list[Step] = []
        if any(map(any, edges)) and not same:
            steps.append(self.padded(edges, layer.padding_mode, shape, layer.type))
        late = max(s) > 1 and max(d) > 1  # Keras takes only one of the two
        dims = f"{len(k)}D"
        args = (
            Arg("", Slot(layer.filters, "filters", of)),
            Arg("", Slot(square(k), "kernel_size", of)),
            Arg("strides", Slot(1 if late else square(s), "strides", of), 1),
            Arg("padding", Slot("same" if same and any(spans) else "valid", "padding", of), "valid"),
            Arg("dilation_rate", Slot(square(d), "dilation_rate", of), 1),
            Arg("groups", Slot(layer.groups, "groups", of), 1),
            Arg("use_bias", Slot(layer.bias, "use_bias", of), True),
        )
        steps.append(_call(f"Conv{dims}", *args))
        if late:
            steps.append((f"{X}[:, {', '.join(f'::{step}' for step in s)}]",))
        return steps

    def padded(self, edges: tuple[tuple[int, int], ...], mode: str, shape: Shape, kind: str) -> Step:
        dims = f"{len(edges)}D"
        if mode == "zeros":
            # Zeros are as many before as behind: “same” with an odd number is Keras's own.
            return _call(f"ZeroPadding{dims}", Arg("", Slot(square(tuple(before for before, _ in edges)), "padding")))
        if not is_fixed(shape):
            raise UnknownError(f"{kind} that pads with {mode} has no like in Keras where the number of steps is open.")
        self.sources["EdgePadding"] = PADDING
        return (Make("EdgePadding", (Arg("", Slot(edges, "padding")), Arg("", Slot(mode, "mode")))), f"({X})")

    def transposed(
        self, layer: ConvTranspose1d | ConvTranspose2d, shape: Shape, output: Shape, turned: bool, of: str
    ) -> list[Step]:
        if layer.groups > 1:
            raise UnknownError(f"{layer.type} with groups has no like in Keras.")
        reach = [d * (k - 1) + 1 for k, d in zip(layer.windows, layer.spacing, strict=True)]
        added, crops = [], []
        for size, out, k, s, (p, _) in zip(shape[1:], output[1:], reach, layer.steps, layer.edges, strict=True):
            made = (size - 1) * s + max(k, s)
            more = max(0, p + out - made)
            added.append(p + out - (size - 1) * s - k if more else max(k, s) - k)
            crops.append((p, made + more - p - out))
        needs = any(a > max(k, s) - k for a, k, s in zip(added, reach, layer.steps, strict=True))
        dims = f"{len(reach)}D"
        steps = [
            _call(
                f"Conv{dims}Transpose",
                Arg("", Slot(layer.filters, "filters", of)),
                Arg("", Slot(square(layer.windows), "kernel_size", of)),
                Arg("strides", Slot(square(layer.steps), "strides", of), 1),
                Arg("output_padding", Slot(square(tuple(added)) if needs else None, "output_padding", of), None),
                Arg("dilation_rate", Slot(square(layer.spacing), "dilation_rate", of), 1),
                Arg("use_bias", Slot(layer.bias, "use_bias", of), True),
            )
        ]
        if any(map(any, crops)):
            value: Any = tuple(crops) if len(crops) > 1 else crops[0]
            steps.append(_call(f"Cropping{dims}", Arg("", Slot(value, "cropping"))))
        return steps

    def pooling(
        self, layer: MaxPool1d | MaxPool2d | AvgPool1d | AvgPool2d, shape: Shape, output: Shape, turned: bool, of: str
    ) -> list[Step]:
        if set(layer.spacing) != {1}:
            raise UnknownError(f"{layer.type} with dilation has no like in Keras.")
        widths, own = [], []
        for size, out, k, s, (p, q) in zip(shape[1:], output[1:], layer.windows, layer.steps, layer.edges, strict=True):
            over = (out - 1) * s + k - (size + p + q)
            widths.append((p, q + max(0, over)))
            own.append((p, q))
        dims = f"{len(widths)}D"
        window = (
            Arg("", Slot(square(layer.windows), "pool_size", of)),
            Arg("strides", Slot(square(layer.steps), "strides", of), square(layer.windows)),
        )
        around = ((0, 0), *widths, (0, 0))
        if isinstance(layer, MaxPool1d | MaxPool2d):
            pool = _call(f"MaxPooling{dims}", *window)
            if not any(map(any, widths)):
                return [pool]
            whole = all(p == q == (k - 1) / 2 for (p, q), k in zip(widths, layer.windows, strict=True))
            if whole and set(layer.steps) == {1}:
                return [_call(f"MaxPooling{dims}", *window, Arg("padding", Slot("same", "padding")))]
            return [(f"ops.pad({X}, ", Slot(around, "padding", of), ', constant_values=float("-inf"))'), pool]
        pool = _call(f"AveragePooling{dims}", *window)
        if not any(map(any, widths)):
            return [pool]
        if layer.count_include_pad and own == widths:
            return [self.padded(tuple(widths), "zeros", shape, layer.type), pool]
        self.sources["PaddedAverage"] = AVERAGE
        none = ((0, 0),) * len(own)
        counted = ((0, 0), *(own if layer.count_include_pad else none), (0, 0))
        args = (
            Arg("", Slot(square(layer.windows), "pool_size", of)),
            Arg("", Slot(square(layer.steps), "strides", of)),
            Arg("padding", Slot(around, "padding", of)),
            Arg("counted", Slot(counted, "counted", of)),
        )
        return [(Make("PaddedAverage", args), f"({X})")]

    def norm(self, layer: BatchNorm1d | BatchNorm2d, shape: Shape, output: Shape, turned: bool, of: str) -> list[Step]:
        momentum = round(1 - layer.momentum, 6)
        settings = {"axis": _channel_axis(shape, turned), "momentum": momentum, "epsilon": layer.eps}
        defaults = {"axis": -1, "momentum": 0.99, "epsilon": 1e-3}
        return [_call("BatchNormalization", *_keywords(settings, defaults))]

    def layer_norm(self, layer: LayerNorm, shape: Shape, output: Shape, turned: bool, of: str) -> list[Step]:
        axes: Any = list(range(1, len(shape) + 1)) if layer.over == "all" and len(shape) > 1 else -1
        if layer.over == "features" and turned and len(shape) == 2:
            axes = 1
        return [_call("LayerNormalization", *_keywords({"axis": axes, "epsilon": layer.eps}, {"axis": -1}))]

    def group_norm(self, layer: GroupNorm, shape: Shape, output: Shape, turned: bool, of: str) -> list[Step]:
        settings = {"axis": _channel_axis(shape, turned), "epsilon": layer.eps}
        groups = Arg("", Slot(layer.groups, "groups", of))
        return [_call("GroupNormalization", groups, *_keywords(settings, {"axis": -1, "epsilon": 1e-3}))]

    def response_norm(self, layer: LocalResponseNorm, shape: Shape, output: Shape, turned: bool, of: str) -> list[Step]:
        self.sources["LocalResponseNorm"] = RESPONSE
        settings = {"alpha": layer.alpha, "beta": layer.beta, "k": layer.k}
        more = _keywords(settings, {"alpha": 1e-4, "beta": 0.75, "k": 1.0})
        return [(Make("LocalResponseNorm", (Arg("", Slot(layer.size, "size", of)), *more)), f"({X})")]

    def recurrent(self, layer: RNN | LSTM | GRU, shape: Shape, output: Shape, turned: bool, of: str) -> list[Step]:
        if isinstance(layer, LSTM) and layer.projection:
            raise UnknownError("LSTM with a projection has no like in Keras.")
        if layer.bias and not isinstance(layer, GRU):
            self.fewer[layer] = layer.biases(shape) // 2
        args = [Arg("", Slot(layer.hidden, "units", of))]
        if isinstance(layer, RNN):
            args.append(Arg("activation", Slot(layer.nonlinearity, "activation", of), "tanh"))
        args.append(Arg("use_bias", Slot(layer.bias, "use_bias", of), True))
        args.append(Arg("return_sequences", Slot(True, "return_sequences", of)))
        made = Make("layers.SimpleRNN" if isinstance(layer, RNN) else f"layers.{layer.type}", tuple(args))
        steps: list[Step] = []
        for number in range(layer.layers):
            if number and layer.dropout:
                steps.append(_call("Dropout", Arg("", Slot(layer.dropout, "rate", of))))
            both: Step = ("layers.Bidirectional(", made, f")({X})")
            steps.append(both if layer.bidirectional else (made, f"({X})"))
        return steps

    def concat_rnn(self, layer: ConcatRNN, shape: Shape, output: Shape, turned: bool, of: str) -> list[Step]:
        self.sources["ConcatCell"] = CELL
        args = (Arg("", Slot(layer.hidden, "hidden", of)), Arg("", Slot(layer.outputs, "outputs", of)))
        return [("layers.RNN(", Make("ConcatCell", args), f", return_sequences=True)({X})")]

    def upsample(self, layer: Upsample, shape: Shape, output: Shape, turned: bool, of: str) -> list[Step]:
        scale = Slot(layer.scale, "size", of)
        if len(shape) == 3:
            mode = Arg("interpolation", Slot(layer.mode, "interpolation", of), "nearest")
            return [_call("UpSampling2D", Arg("", scale), mode)]
        if layer.mode == "nearest":
            return [_call("UpSampling1D", Arg("", scale))]
        large = _call(
            "UpSampling2D",
            Arg("", Slot((layer.scale, 1), "size", of)),
            Arg("interpolation", Slot("bilinear", "interpolation", of)),
        )
        return [(f"ops.expand_dims({X}, 2)",), large, (f"ops.squeeze({X}, 2)",)]

    def other(self, layer: Layer, shape: Shape, output: Shape, turned: bool, of: str) -> list[Step]:
        """Layers of one step and one setting."""
        dims = f"{len(shape) - 1}D"
        if isinstance(layer, Linear):
            return [_call("Dense", Arg("", Slot(layer.units, "units", of)), Arg("use_bias", Slot(layer.bias), True))]
        if isinstance(layer, Embedding):
            return [_call("Embedding", Arg("", Slot(layer.words, "words", of)), Arg("", Slot(layer.size, "size", of)))]
        if isinstance(layer, Dropout) or layer.type in ("Dropout1d", "Dropout2d"):
            kind = "Dropout" if isinstance(layer, Dropout) else f"SpatialDropout{dims}"
            return [_call(kind, Arg("", Slot(layer.call(shape).kwargs[0][1], "rate", of)))]
        if isinstance(layer, LeakyReLU):
            return [_call("LeakyReLU", Arg("negative_slope", Slot(layer.slope, "negative_slope", of)))]
        if isinstance(layer, ELU):
            return [_call("ELU", Arg("alpha", Slot(layer.alpha, "alpha", of), 1.0))]
        if isinstance(layer, Softplus):
            if layer.beta == 1.0:
                return [_call("Activation", Arg("", Slot("softplus", "activation")))]
            return [("ops.softplus(", Slot(layer.beta, "beta", of), f" * {X}) / ", Slot(layer.beta, "beta", of))]
        if isinstance(layer, ScaledTanh):
            return [("ops.tanh(", Slot(layer.s, "slope", of), f" * {X})")]
        if layer.type == "LastStep":
            return [(f"{X}[:, -1]",)]
        way = "Average" if "Avg" in layer.type else "Max"
        if layer.type.startswith("Global"):
            return [_call(f"Global{way}Pooling{dims}")]
        if layer.type.startswith("Adaptive"):
            size = square(output[1:])
            if size in (1, (1,)):
                return [_call(f"Global{way}Pooling{dims}", Arg("keepdims", Slot(True, "keepdims")))]
            if any(isinstance(side, Symbol) for side in shape):
                raise UnknownError(f"{layer.type} has no like in Keras where the number of steps is open.")
            return [_call(f"Adaptive{way}Pooling{dims}", Arg("", Slot(size, "output_size", of)))]
        raise UnknownError(f"{layer.type} has no like in Keras.")


_METHODS: dict[type, str] = {
    Conv1d: "convolution",
    Conv2d: "convolution",
    ConvTranspose1d: "transposed",
    ConvTranspose2d: "transposed",
    MaxPool1d: "pooling",
    MaxPool2d: "pooling",
    AvgPool1d: "pooling",
    AvgPool2d: "pooling",
    BatchNorm1d: "norm",
    BatchNorm2d: "norm",
    LayerNorm: "layer_norm",
    GroupNorm: "group_norm",
    LocalResponseNorm: "response_norm",
    RNN: "recurrent",
    LSTM: "recurrent",
    GRU: "recurrent",
    ConcatRNN: "concat_rnn",
    Upsample: "upsample",
}

_SIMPLE: dict[str, tuple[str, dict[str, Any]]] = {
    "ReLU": ("ReLU", {}),
    "GELU": ("Activation", {"": "gelu"}),
    "Sigmoid": ("Activation", {"": "sigmoid"}),
    "Tanh": ("Activation", {"": "tanh"}),
    "Softmax": ("Softmax", {}),
    "LogSoftmax": ("Activation", {"": "log_softmax"}),
}


def _call(name: str, *args: Arg) -> Step:
    return (Make(f"layers.{name}", args), f"({X})")


def _keywords(settings: dict[str, Any], defaults: dict[str, Any]) -> tuple[Arg, ...]:
    return tuple(Arg(key, Slot(value, key), defaults.get(key, NEEDED)) for key, value in settings.items())


def _channel_axis(shape: Shape, turned: bool) -> int:
    return 1 if len(shape) == 2 and not turned else -1
