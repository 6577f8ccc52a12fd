"""Asks a model about one image and keeps what passes through its layers. Imports torch: import it late."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explorer.arch.analysis import Row, analyse
from explorer.arch.errors import RunError
from explorer.arch.layer import Layer
from explorer.arch.layers import AvgPool2d, Conv2d, Linear, LogSoftmax, MaxPool2d, Softmax
from explorer.arch.network import ending
from explorer.arch.text import number, times
from explorer.arch.tree import Auxiliary
from explorer.explain.linear import weighted
from explorer.explain.sliding import convolution, pooling
from explorer.learn.build import MEAN, STD, log_probabilities, prepare
from explorer.learn.model import Model, load_model

UNITS = 256
"""Linear layers with more units than this are not shown: no one could point at one."""

SIDE = 28
"""Pixels at a side of a framed digit."""


@dataclass(frozen=True)
class Maps:
    """What enters and what leaves one layer: (C, H, W) float32, or `None` before a reading.

    The units of a linear layer are maps of one value each, (units, 1, 1); (features,) enter it.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    values: NDArray[np.float32] | None = None
    entering: NDArray[np.float32] | None = None

    @property
    def size(self) -> str:
        """The shape in words: `16×10×10`, or the number of units."""
        return number(self.shape[0]) if self.kind == "linear" else times(self.shape)

    def place(self, index: int, row: int, column: int) -> str:
        """One value in words, counted from 1."""
        if self.kind == "linear":
            return f"unit {index + 1}"
        return f"map {index + 1}, row {row + 1}, column {column + 1}"


@dataclass(frozen=True)
class Cell:
    """One value of a layer's maps: all counted from 0."""

    layer: str
    map: int
    row: int
    column: int


@dataclass(frozen=True)
class Reading:
    """What a model says of one image: (K,) each. `logits` is what reaches the softmax."""

    probabilities: NDArray[np.float64]
    logits: NDArray[np.float64]
    last: str
    """The network's own softmax layer, `Softmax` or `LogSoftmax`; empty if the loss has it."""
    maps: tuple[Maps, ...]


@dataclass(frozen=True)
class Probe:
    """A model that was tried once; `seconds` is what one image takes."""

    model: Model
    seconds: float
    mean: float = MEAN
    std: float = STD

    @property
    def layers(self) -> tuple[Maps, ...]:
        """The layers that are shown, before anything was read."""
        return tuple(
            Maps(maps.name, maps.kind, maps.shape) for maps in self.read(np.zeros((SIDE, SIDE), np.uint8)).maps
        )

    @torch.inference_mode()
    def read(self, pixels: NDArray[np.uint8]) -> Reading:
        """Ask about one framed image: (28, 28) uint8, ink bright."""
        network = self.model.network
        values = prepare(torch.from_numpy(np.ascontiguousarray(pixels))[None, None], network)
        maps: list[Maps] = []
        logits: list[Tensor] = []

        def keep(row: Row, layer: Layer, entering: Tensor, leaving: Tensor) -> None:
            if len(leaving.shape) == 4 and layer.kind in ("convolution", "pooling"):
                # Shares memory with the tensor, which nothing changes any more: costs nothing.
                shape = tuple(leaving.shape[1:])
                maps.append(Maps(row.path, layer.kind, shape, leaving[0].numpy(), entering[0].numpy()))
            elif isinstance(layer, Linear) and layer.units <= UNITS and len(entering.shape) == 2:
                units = leaving[0].numpy().reshape(-1, 1, 1)
                maps.append(Maps(row.path, layer.kind, units.shape, units, entering[0].numpy()))
            elif isinstance(layer, Softmax | LogSoftmax):
                logits.append(entering)

        with ExitStack() as hooks:
            for row, layer, child in _watched(self.model):

                def hook(_: object, args: tuple[Tensor], out: Tensor, row: Row = row, layer: Layer = layer) -> None:
                    keep(row, layer, args[0], out)

                hooks.callback(child.register_forward_hook(hook).remove)
            values = self.model.module(values)
        end = ending(network)
        own = end if isinstance(end, Softmax | LogSoftmax) else None
        probabilities = log_probabilities(network, values).double().exp()
        return Reading(
            probabilities[0].numpy(),
            (logits[-1] if own and logits[-1].shape == values.shape else values)[0].double().numpy(),
            own.type if own else "",
            tuple(maps),
        )


def _watched(model: Model) -> Iterator[tuple[Row, Layer, torch.nn.Module]]:
    """The layers of the main path whose values are shown, with their modules."""
    sides = tuple(row.path + "." for row in analyse(model.network).outline if isinstance(row.node, Auxiliary))
    for row in analyse(model.network).rows:
        layer = row.layer
        shown = isinstance(layer, Conv2d | MaxPool2d | AvgPool2d | Linear | Softmax | LogSoftmax)
        if layer is not None and shown and not (sides and row.path.startswith(sides)):
            yield row, layer, model.module.get_submodule(row.path)


def why_cell(model: Model, maps: Maps, cell: Cell) -> tuple[str, ...]:
    """The arithmetic behind one cell of a layer's maps, as lines of text. Nothing before a reading."""
    layer = next(row.layer for row in analyse(model.network).rows if row.path == maps.name)
    if maps.entering is None:
        return ()
    if isinstance(layer, Conv2d):
        module = model.module.get_submodule(maps.name)
        assert isinstance(module, torch.nn.Conv2d)
        bias = float(module.bias[cell.map].detach()) if module.bias is not None else 0.0
        weight = module.weight[cell.map].detach().numpy()
        at = (cell.row, cell.column)
        # Of several groups, each filter sees only the maps of its own.
        first = cell.map // (layer.filters // layer.groups) * weight.shape[0]
        seen = maps.entering[first : first + weight.shape[0]]
        (top, bottom), (left, right) = layer.edges
        return convolution(
            seen, weight, bias, at, layer.stride, (top, left), layer.dilation, layer.padding_mode, (bottom, right)
        ).lines
    if isinstance(layer, Linear):
        module = model.module.get_submodule(maps.name)
        assert isinstance(module, torch.nn.Linear)
        bias = float(module.bias[cell.map].detach()) if layer.bias else 0.0
        return weighted(maps.entering, module.weight[cell.map].detach().numpy(), bias).lines
    assert isinstance(layer, MaxPool2d | AvgPool2d)
    at, seen = (cell.row, cell.column), maps.entering[cell.map]
    spread = layer.dilation if isinstance(layer, MaxPool2d) else (1, 1)
    stride = layer.stride or layer.kernel
    counted = isinstance(layer, MaxPool2d) or layer.count_include_pad
    return pooling(
        layer.type,
        seen,
        at,
        layer.kernel,
        stride,
        layer.padding,
        spread,
        ceil=layer.ceil_mode,
        counted=counted,
    ).lines


def load_probe(folder: Path) -> Probe:
    """Load a model and measure how long one image takes. Raises `ExplorerError` in one sentence."""
    probe = Probe(load_model(folder), 0.0)
    blank = np.zeros((SIDE, SIDE), np.uint8)
    reading = probe.read(blank)  # the first time is slower
    if reading.probabilities.shape != (len(probe.model.card.classes),):
        raise RunError(f"{folder} is damaged: its network does not end in one number a class.")
    times = []
    for _ in range(3):
        start = time.perf_counter()
        probe.read(blank)
        times.append(time.perf_counter() - start)
    return Probe(probe.model, min(times))
