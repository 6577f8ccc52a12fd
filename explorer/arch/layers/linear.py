"""Fully connected layers."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta
from msgspec.structs import replace

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer, ShapeError
from explorer.arch.layers.base import changed, coming, each_step, is_open, removal
from explorer.arch.layers.embedding import Embedding
from explorer.arch.layers.reshape import Flatten, SwapAxes
from explorer.arch.shape import Shape
from explorer.arch.text import number, plural, times


class Linear(Layer, frozen=True, tag=True):
    """A fully connected layer: x Wᵀ + b. At each step of a sequence, with the same weights."""

    title: ClassVar[str] = "Linear"
    kind: ClassVar[Kind] = "linear"
    stem: ClassVar[str] = "fc"
    about: ClassVar[str] = "Fully connected: every output is a weighted sum of all inputs."

    units: Annotated[Annotated[int, Meta(ge=1, le=10**9)], described("Units", "How many numbers come out.")] = 10
    bias: Annotated[bool, described("Bias", "Whether each unit adds one learned number.")] = True
    in_features: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        described("Input features", "Numbers that must arrive. Empty: whatever arrives.", "as arrives"),
    ] = None

    def sees_all(self, shape: Shape) -> bool:
        return len(shape) == 1

    def output(self, shape: Shape) -> Shape:
        features = shape[-1]
        if len(shape) > 2 or is_open(features):
            need = f"{number(self.in_features)} features" if self.in_features else "a vector of features"
            fix = _into_features(shape)
            raise ShapeError(
                f"Linear needs {need}; {coming(shape)}. {fix.text.replace('Insert', 'Add')} before it.",
                fix,
                removal(),
            )
        if self.in_features not in (None, features):
            arrive = "arrive" if len(shape) == 1 else "arrive at each step"
            raise ShapeError(
                f"Linear needs {number(self.in_features or 0)} features; {number(features)} {arrive}. "
                f"Set its input features to {number(features)}.",
                Fix(f"Set input features to {number(features)}", replacement=replace(self, in_features=features)),
                Fix("Take as many features as arrive", replacement=replace(self, in_features=None)),
            )
        return (*shape[:-1], self.units)

    def weights(self, shape: Shape) -> int:
        return shape[-1] * self.units

    def biases(self, shape: Shape) -> int:
        return self.units if self.bias else 0

    def macs(self, shape: Shape, output: Shape) -> int:
        one = shape[-1] * self.units
        return one if len(shape) == 1 else shape[0] * one

    def call(self, shape: Shape) -> Call:
        return Call("Linear", (shape[-1], self.units), changed(bias=(self.bias, True)))

    def detail(self, shape: Shape | None) -> str:
        return plural(self.units, "unit")

    def says(self, shape: Shape) -> str:
        outputs = (
            "The one output is a weighted sum"
            if self.units == 1
            else f"Each of {number(self.units)} outputs is a weighted sum"
        )
        step = ", at each step with the same weights" if len(shape) == 2 else ""
        return f"{outputs} of all {number(shape[-1])} inputs{step}."

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        line = f"one number a unit = {number(self.units)}"
        return (line,) if len(shape) == 1 else (f"at each step {line}", f"the steps stay: {times(self.output(shape))}")

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        count = number(self.weights(shape) + self.biases(shape))
        one = f"({shape[-1]} + 1)·{self.units}" if self.bias else f"{shape[-1]}·{self.units}"
        return (f"{one} = {count}",)

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        steps = f" · {shape[0]} steps" if len(shape) == 2 and not is_open(shape[0]) else ""
        count = number(self.macs(shape, ()))
        return (f"{shape[-1]} inputs · {self.units} outputs{steps} = {count}{each_step(shape)}",)


def _into_features(shape: Shape) -> Fix:
    """Make a vector, or steps of features, of what arrives."""
    if len(shape) == 1:
        return Fix("Insert Embedding", before=(Embedding(),))
    if len(shape) == 2:
        return Fix("Insert SwapAxes", before=(SwapAxes(),))
    return Fix("Insert Flatten", before=(Flatten(),))
