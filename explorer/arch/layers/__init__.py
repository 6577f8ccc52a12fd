"""The kinds of layers. Adding one means adding one class here, and its explanation."""

from __future__ import annotations

from explorer.arch.layer import Layer
from explorer.arch.layers.activation import (
    ELU,
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    ScaledTanh,
    Sigmoid,
    Softmax,
    Softplus,
    Tanh,
)
from explorer.arch.layers.adaptive import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    GlobalAvgPool,
    GlobalMaxPool,
)
from explorer.arch.layers.convolution import Conv1d, Conv2d
from explorer.arch.layers.dropout import Dropout, Dropout1d, Dropout2d
from explorer.arch.layers.embedding import Embedding
from explorer.arch.layers.linear import Linear
from explorer.arch.layers.norm import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm, LocalResponseNorm
from explorer.arch.layers.pooling import AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d
from explorer.arch.layers.recurrent import GRU, LSTM, RNN, ConcatRNN
from explorer.arch.layers.reshape import Flatten, LastStep, SwapAxes, Upsample
from explorer.arch.layers.transposed import ConvTranspose1d, ConvTranspose2d

AnyLayer = (
    Conv2d
    | Conv1d
    | ConvTranspose2d
    | ConvTranspose1d
    | MaxPool2d
    | AvgPool2d
    | GlobalAvgPool
    | GlobalMaxPool
    | AdaptiveAvgPool2d
    | AdaptiveMaxPool2d
    | MaxPool1d
    | AvgPool1d
    | AdaptiveAvgPool1d
    | AdaptiveMaxPool1d
    | ReLU
    | LeakyReLU
    | ELU
    | Softplus
    | GELU
    | Sigmoid
    | Tanh
    | ScaledTanh
    | Softmax
    | LogSoftmax
    | Linear
    | BatchNorm2d
    | BatchNorm1d
    | LayerNorm
    | GroupNorm
    | LocalResponseNorm
    | Dropout
    | Dropout2d
    | Dropout1d
    | Embedding
    | RNN
    | LSTM
    | GRU
    | ConcatRNN
    | Flatten
    | LastStep
    | SwapAxes
    | Upsample
)

GROUPS: tuple[tuple[str, tuple[type[Layer], ...]], ...] = (
    ("Convolution", (Conv2d, Conv1d, ConvTranspose2d, ConvTranspose1d)),
    (
        "Pooling",
        (
            MaxPool2d,
            AvgPool2d,
            GlobalAvgPool,
            GlobalMaxPool,
            AdaptiveAvgPool2d,
            AdaptiveMaxPool2d,
            MaxPool1d,
            AvgPool1d,
            AdaptiveAvgPool1d,
            AdaptiveMaxPool1d,
        ),
    ),
    ("Activation", (ReLU, LeakyReLU, ELU, Softplus, GELU, Sigmoid, Tanh, ScaledTanh, Softmax, LogSoftmax)),
    ("Linear", (Linear,)),
    (
        "Normalisation and dropout",
        (BatchNorm2d, BatchNorm1d, LayerNorm, GroupNorm, LocalResponseNorm, Dropout, Dropout2d, Dropout1d),
    ),
    ("Recurrent", (Embedding, RNN, LSTM, GRU, ConcatRNN, LastStep)),
    ("Shape", (Flatten, SwapAxes, Upsample)),
)
"""All kinds under plain headings."""

PALETTE: tuple[type[Layer], ...] = tuple(kind for _, kinds in GROUPS for kind in kinds)
"""All kinds in the order in which one would look for them."""

__all__ = [
    "ELU", "GELU", "GROUPS", "GRU", "LSTM", "PALETTE", "RNN", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d",
    "AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "AnyLayer", "AvgPool1d", "AvgPool2d", "BatchNorm1d", "BatchNorm2d",
    "ConcatRNN", "Conv1d", "Conv2d", "ConvTranspose1d", "ConvTranspose2d", "Dropout", "Dropout1d", "Dropout2d",
    "Embedding", "Flatten", "GlobalAvgPool", "GlobalMaxPool", "GroupNorm", "LastStep", "LayerNorm", "LeakyReLU",
    "Linear", "LocalResponseNorm", "LogSoftmax", "MaxPool1d", "MaxPool2d", "ReLU", "ScaledTanh", "Sigmoid", "Softmax",
    "Softplus", "SwapAxes", "Tanh", "Upsample",
]  # fmt: skip
