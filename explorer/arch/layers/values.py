"""Layers that change values or their arrangement, and learn nothing or little: activations, flatten, dropout, norm."""

from __future__ import annotations

from math import prod
from typing import Annotated, ClassVar

from msgspec import Meta

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer, ShapeError
from explorer.arch.layers.base import needs_image
from explorer.arch.shape import Shape
from explorer.arch.text import number, times


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


class Dropout(Layer, frozen=True, tag=True):
    """Switches units off at random while training, and scales the rest by 1/(1 − p)."""

    title: ClassVar[str] = "Dropout"
    kind: ClassVar[Kind] = "normalisation"
    stem: ClassVar[str] = "dropout"
    about: ClassVar[str] = "Switches values off at random while training; does nothing when predicting."
    view: ClassVar[bool] = True

    p: Annotated[
        Annotated[float, Meta(ge=0.0, le=0.99)],
        described("Probability", "Share of values switched off, 0…0.99."),
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
        needs_image(self, shape)
        return shape

    def weights(self, shape: Shape) -> int:
        return shape[0]

    def biases(self, shape: Shape) -> int:
        return shape[0]

    def call(self, shape: Shape) -> Call:
        return Call("BatchNorm2d", (shape[0],))

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        return (f"(1 scale + 1 shift)·{shape[0]} maps = {number(2 * shape[0])}",)
