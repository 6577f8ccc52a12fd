"""What every layer declares, in one place.

A layer is one frozen structure. From it come the JSON file, the form, the shape, the counts and their reasons,
the module that trains and the tooltip. A new kind of layer is one new class in `arch.layers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal

import msgspec

from explorer.arch.errors import ArchitectureError
from explorer.arch.text import amount, number, times

Shape = tuple[int, ...]
"""Without the batch: an image is (C, H, W), a vector (F,)."""

Kind = Literal["convolution", "pooling", "activation", "linear", "normalisation", "recurrent", "reshape", "input"]

VALUE_BYTES = 4
"""Bytes of one activation or parameter: float32."""


@dataclass(frozen=True)
class Fix:
    """A repair of a shape fault: put `before` in front of the layer, replace it, or remove it."""

    text: str
    before: tuple[Layer, ...] = ()
    replacement: Layer | None = None
    remove: bool = False


class ShapeError(ArchitectureError):
    """A layer cannot take its input: what came, what was needed, and the nearest repairs (best first)."""

    def __init__(self, message: str, *fixes: Fix) -> None:
        super().__init__(message)
        self.fixes = fixes


@dataclass(frozen=True)
class Call:
    """A PyTorch constructor call. `str()` of it is its source: `Conv2d(3, 64, kernel_size=3, padding=1)`."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        words = [repr(a) for a in self.args] + [f"{k}={v!r}" for k, v in self.kwargs]
        return f"{self.name}({', '.join(words)})"


@dataclass(frozen=True)
class Window:
    """What a sliding layer looks at, per axis (rows, columns): the source of its receptive field."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int] = (1, 1)


class Layer(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """Base of all layers. Shapes are without the batch; counts are exact; an unfit input raises `ShapeError`."""

    title: ClassVar[str]
    kind: ClassVar[Kind]
    about: ClassVar[str]
    stem: ClassVar[str]
    """What the layer is called in a network, before its number: `conv` in `conv2`."""
    view: ClassVar[bool] = False
    """Whether the output is the input seen otherwise, or unchanged when predicting: no memory of its own."""

    @property
    def type(self) -> str:
        """The name of the layer's class, which is PyTorch's."""
        return type(self).__name__

    def output(self, shape: Shape) -> Shape:
        """The shape that leaves the layer when `shape` enters it. Raises `ShapeError`."""
        return shape

    def weights(self, shape: Shape) -> int:  # noqa: ARG002
        """Learned weights, without biases, for this input."""
        return 0

    def biases(self, shape: Shape) -> int:  # noqa: ARG002
        """Learned biases (additive parameters) for this input."""
        return 0

    def macs(self, shape: Shape) -> int:  # noqa: ARG002
        """Multiply-adds for one sample; those of convolutions and linear layers count, as is usual."""
        return 0

    def memory(self, shape: Shape) -> int:
        """Bytes of the layer's output for one sample, at 4 bytes a value."""
        return 0 if self.view else prod(self.output(shape)) * VALUE_BYTES

    def window(self) -> Window | None:
        """The sliding window, if the layer has one."""
        return None

    def sees_all(self) -> bool:
        """Whether each output value depends on all of the input."""
        return False

    def call(self, shape: Shape) -> Call:  # noqa: ARG002
        """The PyTorch call that makes the layer for this input."""
        return Call(self.type)

    def detail(self, shape: Shape | None) -> str:  # noqa: ARG002
        """The settings in a few words, such as `16 filters 5×5`."""
        return ""

    def says(self, shape: Shape) -> str:  # noqa: ARG002
        """One sentence on what the layer does with this input."""
        return self.about

    # The reasons of the numbers: the formula with its operands, ending in the number itself.

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        """Lines that show how the output shape comes about."""
        return (f"the same shape as the input: {times(self.output(shape))}",)

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:  # noqa: ARG002
        """Lines that show how the number of parameters comes about."""
        return ("nothing to learn here: 0",)

    def why_macs(self, shape: Shape) -> tuple[str, ...]:  # noqa: ARG002
        """Lines that show how the number of multiply-adds comes about."""
        return ("only the products of convolutions and linear layers are counted: 0",)

    def why_memory(self, shape: Shape) -> tuple[str, ...]:
        """Lines that show how the bytes of the output come about."""
        if self.view:
            return ("no copy is made when predicting: 0 bytes",)
        values, size = self.output(shape), self.memory(shape)
        return (f"{'·'.join(map(str, values))} values · {VALUE_BYTES} bytes = {number(size)} bytes ({amount(size)})",)
