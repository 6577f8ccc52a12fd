"""The recurrent cells of a trained model, for NumPy to show every gate and state. Imports no torch.

read_trained(folder).layered.run(x)      # from a model's files, in a few milliseconds
cells_of(network, arrays, classes)       # the same from weights that are there
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from explorer.arch.analysis import analyse
from explorer.arch.document import read_network
from explorer.arch.errors import RunError
from explorer.arch.layers import GRU, LSTM, RNN, ConcatRNN, Dropout, Embedding, LastStep, Linear, LogSoftmax, Softmax
from explorer.arch.network import Network
from explorer.arch.storage import reason
from explorer.arch.tree import Node
from explorer.explain.recurrent.cell import Kind, Output
from explorer.explain.recurrent.layered import Layered, layered
from explorer.explain.recurrent.study import Trained
from explorer.learn.card import NETWORK, WEIGHTS, read_card

Arrays = Mapping[str, NDArray[Any]]
"""Weights by PyTorch's names, the layer's in front: `lstm.weight_ih_l0`."""

_KINDS: dict[type[Node], Kind] = {RNN: "RNN", LSTM: "LSTM", GRU: "GRU", ConcatRNN: "ConcatRNN"}

_PASSES = (Dropout, LastStep, LogSoftmax, Softmax)
"""Layers between a state and what reads it that change no number, or only after it was read."""


def read_trained(folder: Path) -> Trained:
    """The cells of the model in a folder, and its card. Raises `ExplorerError` in one sentence."""
    card, path = read_card(folder), folder / WEIGHTS
    try:
        arrays = load_file(path)
    except FileNotFoundError:
        raise RunError(f"There are no weights at {path}.") from None
    except OSError as error:
        raise RunError(f"{path} cannot be read: {reason(error)}.") from None
    except (SafetensorError, ValueError, KeyError):
        raise RunError(f"{path} is damaged: it is no safetensors file, or is cut off.") from None
    found = cells_of(read_network(folder / NETWORK), arrays, card.classes)
    if found is None:
        raise RunError(f"{card.name} has no recurrent layer that can be unrolled. Choose another model.")
    return Trained(card.name, str(folder), found, card.classes, card.signs)


def cells_of(network: Network, arrays: Arrays, classes: tuple[str, ...]) -> Layered | None:
    """The recurrent layers of a network with these weights, in float64; `None` where none can be shown.

    The first recurrent layer counts, behind an embedding or the input itself. Its output is there where a linear
    layer reads each step's state. Raises `RunError` for weights that are missing or do not fit, and for an LSTM that
    projects its states.
    """
    layers = list(zip(analyse(network).root.names, network.layers, strict=False))
    table: NDArray[Any] | None = None
    place = 0
    while place < len(layers) and isinstance(layers[place][1], Embedding | Dropout):
        name, layer = layers[place]
        if isinstance(layer, Embedding):
            table = _found(arrays, f"{name}.weight")
        place += 1
    if place == len(layers):
        return None
    name, layer = layers[place]
    kind = _KINDS.get(type(layer))
    if kind is None:
        return None
    own = {key.removeprefix(f"{name}."): values for key, values in arrays.items() if key.startswith(f"{name}.")}
    squash = layer.nonlinearity if isinstance(layer, RNN) else None
    output = None if kind == "ConcatRNN" else _output(layers[place + 1 :], arrays, classes)
    found = layered(kind, own, output=output, embedding=table, squash="relu" if squash == "relu" else None)
    if (len(found.cells), found.ways, found.cells[0][0].hidden) != _size(layer):
        raise RunError("The model's weights do not fit its network. Choose another model.")
    return found


def _size(layer: Node) -> tuple[int, int, int]:
    """Layers, directions and units of a recurrent layer, as its network has them."""
    if isinstance(layer, RNN | LSTM | GRU):
        # A state that is projected is not that of a cell: weights without a projection do not fit it.
        plain = not (isinstance(layer, LSTM) and layer.projection)
        return layer.layers, 2 if layer.bidirectional else 1, layer.hidden if plain else 0
    assert isinstance(layer, ConcatRNN)
    return 1, 1, layer.hidden


def _output(behind: list[tuple[str, Node]], arrays: Arrays, classes: tuple[str, ...]) -> Output | None:
    for name, layer in behind:
        if isinstance(layer, Linear):
            weight = _found(arrays, f"{name}.weight")
            bias = np.asarray(arrays.get(f"{name}.bias", np.zeros(len(weight))), np.float64)
            return Output(weight, bias, names=classes if len(classes) == len(bias) else ())
        if not isinstance(layer, _PASSES):
            return None
    return None


def _found(arrays: Arrays, name: str) -> NDArray[np.float64]:
    if name not in arrays:
        raise RunError(f"The model's file has no weights “{name}”. Choose another model.")
    return np.asarray(arrays[name], np.float64)
