"""What a network costs and where it breaks: one pure pass from the input to the end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

from explorer.arch.layer import VALUE_BYTES, Fix, Layer, Shape, ShapeError
from explorer.arch.network import Network, layer_names
from explorer.arch.text import times


@dataclass(frozen=True)
class Fault:
    """Where and why a network cannot be: `index` is the layer that cannot take its input."""

    index: int
    message: str
    fixes: tuple[Fix, ...]


@dataclass(frozen=True)
class Row:
    """One layer's figures. Shapes and counts are `None` from the fault on: they are not known there.

    `receptive_field` says how many rows and columns of the input (or how many input features) one output sees.
    """

    path: str
    layer: Layer | None
    input: Shape | None = None
    output: Shape | None = None
    weights: int | None = None
    biases: int | None = None
    memory_bytes: int | None = None
    macs: int | None = None
    receptive_field: tuple[int, ...] | None = None
    why_receptive_field: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The layer's PyTorch name; `Input` in the first row."""
        return self.layer.type if self.layer else "Input"

    @property
    def parameters(self) -> int | None:
        """Weights and biases together."""
        return None if self.weights is None or self.biases is None else self.weights + self.biases


@dataclass(frozen=True)
class Report:
    """All that is known about a network. `rows[0]` is the input; `rows[i + 1]` belongs to layer `i`."""

    network: Network
    rows: tuple[Row, ...]
    fault: Fault | None

    @property
    def parameters(self) -> int:
        """All learned numbers, up to the fault if there is one."""
        return sum(row.parameters or 0 for row in self.rows)

    @property
    def memory_bytes(self) -> int:
        """Bytes of all activations of one sample, the input included, at 4 bytes a value."""
        return sum(row.memory_bytes or 0 for row in self.rows)

    @property
    def macs(self) -> int:
        """Multiply-adds for one sample."""
        return sum(row.macs or 0 for row in self.rows)

    @cached_property
    def largest(self) -> tuple[int, int, int]:
        """Most parameters, bytes of memory and multiply-adds that any one row has: the ends of their scales."""
        return (
            max(row.parameters or 0 for row in self.rows),
            max(row.memory_bytes or 0 for row in self.rows),
            max(row.macs or 0 for row in self.rows),
        )

    @property
    def output(self) -> Shape | None:
        """What leaves the last layer, or `None` behind a fault."""
        return self.rows[-1].output


@dataclass(frozen=True)
class _Field:
    """The receptive field so far: its size, and the distance of two neighbours (jump) in input pixels, per axis."""

    size: tuple[int, ...]
    jump: tuple[int, int] = (1, 1)
    whole: bool = False


def analyse(network: Network) -> Report:
    """Shapes, counts, costs and receptive fields of every layer, up to the first fault.

    Never raises for a network that can be read: a fault is a value in the report.
    """
    names = layer_names(network)
    shape: Shape | None = network.input
    first = (1, 1) if len(network.input) == 3 else (1,)
    field = _Field(first)
    size = prod(network.input) * VALUE_BYTES
    rows = [Row("input", None, None, shape, 0, 0, size, 0, first, ("each value sees itself: 1",))]
    fault = None
    for index, (name, layer) in enumerate(zip(names, network.layers, strict=True)):
        if shape is None:
            rows.append(Row(name, layer))
            continue
        try:
            output = layer.output(shape)
        except ShapeError as error:
            fault = Fault(index, str(error), error.fixes)
            rows.append(Row(name, layer, input=shape))
            shape = None
            continue
        field, why = _widen(field, layer, network.input)
        rows.append(
            Row(
                path=name,
                layer=layer,
                input=shape,
                output=output,
                weights=layer.weights(shape),
                biases=layer.biases(shape),
                memory_bytes=layer.memory(shape),
                macs=layer.macs(shape),
                receptive_field=field.size,
                why_receptive_field=why,
            )
        )
        shape = output
    return Report(network, tuple(rows), fault)


def _widen(field: _Field, layer: Layer, whole: Shape) -> tuple[_Field, tuple[str, ...]]:
    """The receptive field after `layer`: r + Σ (effective kernel − 1)·jump, never more than the input."""
    full = whole[1:] if len(whole) == 3 else whole
    if layer.sees_all() or field.whole:
        return _Field(full, whole=True), (f"every output depends on the whole input: {times(full, spaced=True)}",)
    window = layer.window()
    if window is None or len(field.size) != 2:
        return field, (f"as in the layer before: {times(field.size, spaced=True)}",)
    size, jump, lines = [], [], []
    axes = zip(
        ("height", "width"),
        field.size,
        field.jump,
        window.kernel,
        window.stride,
        window.dilation,
        strict=True,
    )
    for axis, r, j, k, s, d in axes:
        size.append(r + d * (k - 1) * j)
        jump.append(j * s)
        lines.append(f"{axis}: {r} + {d}·({k}−1)·{j} = {size[-1]}")
    if lines[0].partition(":")[2] == lines[1].partition(":")[2]:
        lines = [lines[0].replace("height", "height and width")]
    return _Field((size[0], size[1]), (jump[0], jump[1])), tuple(lines)
