"""A trained recurrent model's cells, taken out of its modules, for NumPy to show every gate and state."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import nn

from explorer.arch.errors import RunError
from explorer.explain.recurrent.cell import Kind, Output
from explorer.explain.recurrent.layered import Layered, layered
from explorer.learn import modules
from explorer.learn.model import Model

_KINDS: dict[type[nn.Module], Kind] = {modules.RNN: "RNN", modules.LSTM: "LSTM", modules.GRU: "GRU"}

_PASSES = (nn.Dropout, modules.LastStep, nn.LogSoftmax, nn.Softmax)
"""Layers between a state and what reads it that change no number, or only after it was read."""


def inner(model: Model) -> Layered | None:
    """The recurrent layers of a model in float64; `None` where it has none that can be shown.

    The first recurrent layer counts, behind an embedding or the input itself. Its output is there where a linear
    layer reads each step's state.
    """
    table: np.ndarray[Any, np.dtype[np.float64]] | None = None
    layers = list(model.module.children())
    place = 0
    for place, layer in enumerate(layers):  # noqa: B007
        if isinstance(layer, nn.Embedding):
            table = layer.weight.detach().double().numpy()
        elif isinstance(layer, nn.Dropout):
            continue
        else:
            break
    else:
        return None
    kind: Kind | None = "ConcatRNN" if isinstance(layer, modules.ConcatRNN) else None
    kind = kind or next((one for made, one in _KINDS.items() if isinstance(layer, made)), None)
    if kind is None:
        return None
    arrays = {name: values.detach().double().numpy() for name, values in layer.state_dict().items()}
    squash = "relu" if getattr(layer, "nonlinearity", "tanh") == "relu" else None
    try:
        return layered(
            kind,
            arrays,
            output=None if kind == "ConcatRNN" else _output(layers[place + 1 :], model.card.classes),
            embedding=table,
            squash="relu" if squash else None,
        )
    except (RunError, ValueError):  # a projecting LSTM, for one: there is nothing to show then
        return None


def _output(behind: list[nn.Module], classes: tuple[str, ...]) -> Output | None:
    for layer in behind:
        if isinstance(layer, nn.Linear):
            read = {name: values.double().numpy() for name, values in layer.state_dict().items()}
            weight = read["weight"]
            bias = read.get("bias", np.zeros(len(weight)))
            return Output(weight, bias, names=classes if len(classes) == len(bias) else ())
        if not isinstance(layer, _PASSES):
            return None
    return None
