"""What every layer declares, in one place.

A layer is one frozen structure. From it come the JSON file, the form, the shape, the counts and their reasons,
the module that trains and the tooltip. A new kind of layer is one new class in `arch.layers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from explorer.arch.errors import ArchitectureError
from explorer.arch.fields import described
from explorer.arch.shape import Shape, is_fixed
from explorer.arch.text import amount, number, times

Kind = Literal[
    "convolution", "pooling", "activation", "linear", "normalisation", "recurrent", "reshape", "block", "input"
]

VALUE_BYTES = 4
"""Bytes of one activation or parameter: float32."""


@dataclass(frozen=True)
class Fix:
    """A repair of a shape fault: put `before` in front of the layer or block, replace it, or remove it.

    It is meant for what lies at the fault, or so many blocks `above` it.
    """

    text: str
    before: tuple[Any, ...] = ()  # layers and blocks, that is `arch.tree.Node`, which is made from layers
    replacement: Any = None
    remove: bool = False
    above: int = 0


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


class Window(msgspec.Struct, frozen=True):
    """What a sliding layer looks at, per axis (rows, columns, or only length): the source of its receptive field.

    A layer that makes the image larger first puts its values `enlarged` places apart, with nothing between; the kernel
    then slides over these places.
    """

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...] = (1, 1)
    enlarged: tuple[int, ...] = (1, 1)


Name = Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$", max_length=40)]
"""What a layer or block is called in the module: an identifier, or nothing for a name made from its kind.

What a module cannot be called is changed a little: see `arch.naming`.
"""


class Layer(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True, kw_only=True):
    """Base of all layers. Shapes are without the batch; counts are exact; an unfit input raises `ShapeError`."""

    title: ClassVar[str]
    kind: ClassVar[Kind]
    about: ClassVar[str]
    stem: ClassVar[str]
    """What the layer is called in a network, before its number: `conv` in `conv2`."""
    view: ClassVar[bool] = False
    """Whether the output is the input seen otherwise, or unchanged when predicting: no memory of its own."""
    source: ClassVar[str] = ""
    """Python source of the module's class, where PyTorch has none of this kind. It stands in exported code."""

    name: Annotated[Name, described("Name", "What the layer is called in the network and its code.", "by its kind")] = (
        msgspec.field(default="")
    )

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

    def macs(self, shape: Shape, output: Shape) -> int:  # noqa: ARG002
        """Multiply-adds for one sample that makes `output` of `shape`; products of learned weights count, as is usual.

        Of a sequence of any length: for one time step.
        """
        return 0

    def memory(self, output: Shape) -> int:
        """Bytes of the layer's output for one sample, at 4 bytes a value (for one time step, if their number is T)."""
        return 0 if self.view else prod(output) * VALUE_BYTES

    def window(self, shape: Shape) -> Window | None:  # noqa: ARG002
        """The sliding window over the input's axes, if the layer has one."""
        return None

    def sees_all(self, shape: Shape) -> bool:  # noqa: ARG002
        """Whether each output value depends on all of the input."""
        return False

    def call(self, shape: Shape) -> Call:  # noqa: ARG002
        """The call that makes the layer's PyTorch module for this input: a class of `torch.nn`, or of `source`."""
        return Call(self.type)

    def applied(self, module: str, values: str) -> str:
        """Python code that applies the module to values, both given as code: `self.conv1(x)`."""
        return f"{module}({values})"

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
        values = self.output(shape)
        return why_bytes(values, self.memory(values))


def why_bytes(values: Shape, size: int) -> tuple[str, ...]:
    """Lines that show how many bytes a tensor of this shape takes, `size` in all."""
    known = [str(v) for v in values if is_fixed((v,))] or ["1"]
    step = "" if is_fixed(values) else " a time step"
    return (f"{'·'.join(known)} values · {VALUE_BYTES} bytes = {number(size)} bytes ({amount(size)}){step}",)
