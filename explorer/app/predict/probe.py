"""Asks a model about one image and keeps what passes through its layers. Imports torch: import it late."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.arch.analysis import node_names
from explorer.arch.errors import RunError
from explorer.arch.layers import AvgPool2d, Conv2d, Linear, LogSoftmax, MaxPool2d, Softmax
from explorer.arch.text import number, times
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
        logits, maps = values, []
        ends = isinstance(network.layers[-1], Softmax | LogSoftmax) if network.layers else False
        named = tuple(self.model.module.named_children())
        for index, ((name, child), layer) in enumerate(zip(named, network.layers, strict=True)):
            if ends and index == len(named) - 1:
                logits = values
            entering, values = values, child(values)
            if layer.kind in ("convolution", "pooling"):
                # Shares memory with the tensor, which nothing changes any more: costs nothing.
                maps.append(Maps(name, layer.kind, tuple(values.shape[1:]), values[0].numpy(), entering[0].numpy()))
            elif isinstance(layer, Linear) and layer.units <= UNITS:
                units = values[0].numpy().reshape(-1, 1, 1)
                maps.append(Maps(name, layer.kind, units.shape, units, entering[0].numpy()))
        logits = logits if ends else values
        probabilities = log_probabilities(network, values).double().exp()
        return Reading(
            probabilities[0].numpy(),
            logits[0].double().numpy(),
            network.layers[-1].type if ends else "",
            tuple(maps),
        )


def why_cell(model: Model, maps: Maps, cell: Cell) -> tuple[str, ...]:
    """The arithmetic behind one cell of a layer's maps, as lines of text. Nothing before a reading."""
    layer = model.network.layers[node_names(model.network.layers).index(maps.name)]
    if maps.entering is None:
        return ()
    if isinstance(layer, Conv2d):
        module = model.module.get_submodule(maps.name)
        assert isinstance(module, torch.nn.Conv2d)
        bias = float(module.bias[cell.map].detach()) if module.bias is not None else 0.0
        weight = module.weight[cell.map].detach().numpy()
        at = (cell.row, cell.column)
        return convolution(maps.entering, weight, bias, at, layer.stride, layer.padding, layer.dilation).lines
    if isinstance(layer, Linear):
        module = model.module.get_submodule(maps.name)
        assert isinstance(module, torch.nn.Linear)
        bias = float(module.bias[cell.map].detach()) if layer.bias else 0.0
        return weighted(maps.entering, module.weight[cell.map].detach().numpy(), bias).lines
    assert isinstance(layer, MaxPool2d | AvgPool2d)
    at = (cell.row, cell.column)
    return pooling(layer.type, maps.entering[cell.map], at, layer.kernel, layer.steps, layer.padding).lines


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
