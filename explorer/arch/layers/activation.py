"""Activations: functions of each single value, and softmax over the classes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer, ShapeError
from explorer.arch.layers.base import changed, coming, is_open, removal
from explorer.arch.layers.embedding import Embedding
from explorer.arch.layers.reshape import Flatten, SwapAxes
from explorer.arch.shape import Shape
from explorer.arch.text import number

Positive = Annotated[float, Meta(ge=0.001, le=1000.0)]


class _Activation(Layer, frozen=True):
    kind: ClassVar[Kind] = "activation"

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        return ("each value by itself, without learned weights: 0",)


class ReLU(_Activation, frozen=True, tag=True):
    """max(0, x)."""

    title: ClassVar[str] = "ReLU"
    stem: ClassVar[str] = "relu"
    about: ClassVar[str] = "max(0, x): negative values become 0."


class LeakyReLU(_Activation, frozen=True, tag=True):
    """x where it is positive, else slope·x."""

    title: ClassVar[str] = "Leaky ReLU"
    stem: ClassVar[str] = "leaky"
    about: ClassVar[str] = "Negative values are made small instead of 0: x, or slope·x."

    slope: Annotated[
        Annotated[float, Meta(ge=0.0, le=1000.0)], described("Slope", "The factor of negative values.")
    ] = 0.01

    def call(self, shape: Shape) -> Call:
        return Call("LeakyReLU", (), changed(negative_slope=(self.slope, 0.01)))

    def detail(self, shape: Shape | None) -> str:
        return f"slope {self.slope:g}"

    def says(self, shape: Shape) -> str:
        return f"Negative values are multiplied by {self.slope:g}; positive ones pass."


class ELU(_Activation, frozen=True, tag=True):
    """x where it is positive, else α(eˣ − 1) (Clevert et al. 2015)."""

    title: ClassVar[str] = "ELU"
    stem: ClassVar[str] = "elu"
    about: ClassVar[str] = "x where it is positive, else α·(eˣ − 1): a soft bend to −α."

    alpha: Annotated[Positive, described("α", "Very negative values become −α.")] = 1.0

    def call(self, shape: Shape) -> Call:
        return Call("ELU", (), changed(alpha=(self.alpha, 1.0)))

    def detail(self, shape: Shape | None) -> str:
        return f"α {self.alpha:g}"


class Softplus(_Activation, frozen=True, tag=True):
    """ln(1 + e^(βx))/β: a smooth ReLU."""

    title: ClassVar[str] = "Softplus"
    stem: ClassVar[str] = "softplus"
    about: ClassVar[str] = "ln(1 + e^(βx)) / β: a smooth ReLU, always above 0."

    beta: Annotated[Positive, described("β", "How sharp the bend is; large values come near ReLU.")] = 1.0

    def call(self, shape: Shape) -> Call:
        return Call("Softplus", (), changed(beta=(self.beta, 1.0)))

    def detail(self, shape: Shape | None) -> str:
        return f"β {self.beta:g}"


class GELU(_Activation, frozen=True, tag=True):
    """x·Φ(x), with the normal distribution's Φ (Hendrycks and Gimpel 2016)."""

    title: ClassVar[str] = "GELU"
    stem: ClassVar[str] = "gelu"
    about: ClassVar[str] = "x·Φ(x): each value times the share of a normal distribution below it."


class Sigmoid(_Activation, frozen=True, tag=True):
    """1/(1 + e⁻ˣ)."""

    title: ClassVar[str] = "Sigmoid"
    stem: ClassVar[str] = "sigmoid"
    about: ClassVar[str] = "1 / (1 + e⁻ˣ): squeezes each value into 0…1."


class Tanh(_Activation, frozen=True, tag=True):
    """(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)."""

    title: ClassVar[str] = "Tanh"
    stem: ClassVar[str] = "tanh"
    about: ClassVar[str] = "Squeezes each value into −1…1."


class ScaledTanh(_Activation, frozen=True, tag=True):
    """2/(1 + e^(−2sx)) − 1, which is tanh(s·x)."""

    title: ClassVar[str] = "Scaled tanh"
    stem: ClassVar[str] = "tanh"
    about: ClassVar[str] = "2 / (1 + e^(−2sx)) − 1: tanh with a slope of s at 0."
    source: ClassVar[str] = '''\
class ScaledTanh(nn.Module):
    """2/(1 + exp(-2*s*x)) - 1, which is tanh(s*x)."""

    def __init__(self, s=1.0):
        super().__init__()
        self.s = s

    def forward(self, x):
        return torch.tanh(self.s * x)
'''

    s: Annotated[Positive, described("Slope s", "The slope at 0; 1 is tanh itself.")] = 1.0

    def call(self, shape: Shape) -> Call:
        return Call("ScaledTanh", (), (("s", self.s),))

    def detail(self, shape: Shape | None) -> str:
        return f"slope {self.s:g}"


class _Normaliser(_Activation, frozen=True):
    """Softmax and log-softmax, over the classes: the last axis of a vector or a sequence."""

    def output(self, shape: Shape) -> Shape:
        if len(shape) == 3:
            raise ShapeError(
                f"{self.type} needs a vector of class scores; {coming(shape)}. Add Flatten before it.",
                Fix("Insert Flatten", before=(Flatten(),)),
                removal(),
            )
        if is_open(shape[-1]):
            fix = (
                Fix("Insert Embedding", before=(Embedding(),))
                if len(shape) == 1
                else Fix("Insert SwapAxes", before=(SwapAxes(),))
            )
            raise ShapeError(
                f"{self.type} needs a fixed number of class scores; {coming(shape)}. {fix.text} before it.",
                fix,
                removal(),
            )
        return shape

    def sees_all(self, shape: Shape) -> bool:
        return len(shape) == 1

    def call(self, shape: Shape) -> Call:
        return Call(self.type, (), (("dim", len(shape)),))

    def says(self, shape: Shape) -> str:
        where = "" if len(shape) == 1 else ", at each step by itself"
        return f"{self.about[:-1]}, over {number(shape[-1])} classes{where}."

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        return ("there are no learned weights here: 0",)


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
