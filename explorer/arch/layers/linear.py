"""Fully connected layers."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta
from msgspec.structs import replace

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer, ShapeError
from explorer.arch.layers.base import changed
from explorer.arch.layers.values import Flatten
from explorer.arch.shape import Shape
from explorer.arch.text import number, plural, times


class Linear(Layer, frozen=True, tag=True):
    """A fully connected layer: x Wᵀ + b."""

    title: ClassVar[str] = "Linear"
    kind: ClassVar[Kind] = "linear"
    stem: ClassVar[str] = "fc"
    about: ClassVar[str] = "Fully connected: every output is a weighted sum of all inputs."

    units: Annotated[Annotated[int, Meta(ge=1, le=10**9)], described("Units", "How many numbers come out.")] = 10
    bias: Annotated[bool, described("Bias", "Whether each unit adds one learned number.")] = True
    in_features: Annotated[
        Annotated[int, Meta(ge=1, le=10**9)] | None,
        described("Input features", "Numbers that must arrive. Empty: whatever arrives.", "as arrives"),
    ] = None

    def sees_all(self, shape: Shape) -> bool:
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

    def macs(self, shape: Shape, output: Shape) -> int:
        return shape[0] * self.units

    def call(self, shape: Shape) -> Call:
        return Call("Linear", (shape[0], self.units), changed(bias=(self.bias, True)))

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
        return (f"{shape[0]} inputs · {self.units} outputs = {number(shape[0] * self.units)}",)
