"""The kinds of layers. Adding one means adding one class here, and its explanation."""

from __future__ import annotations

from explorer.arch.layer import Layer
from explorer.arch.layers.linear import Linear
from explorer.arch.layers.sliding import AvgPool2d, Conv2d, MaxPool2d
from explorer.arch.layers.values import (
    BatchNorm2d,
    Dropout,
    Flatten,
    LogSoftmax,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)

AnyLayer = (
    Conv2d
    | MaxPool2d
    | AvgPool2d
    | ReLU
    | Tanh
    | Sigmoid
    | Softmax
    | LogSoftmax
    | Flatten
    | Linear
    | Dropout
    | BatchNorm2d
)

PALETTE: tuple[type[Layer], ...] = (
    Conv2d,
    MaxPool2d,
    AvgPool2d,
    ReLU,
    Tanh,
    Sigmoid,
    Flatten,
    Linear,
    Dropout,
    BatchNorm2d,
    Softmax,
    LogSoftmax,
)
"""All kinds in the order in which one would look for them."""

__all__ = [
    "PALETTE", "AnyLayer", "AvgPool2d", "BatchNorm2d", "Conv2d", "Dropout", "Flatten", "Linear", "LogSoftmax",
    "MaxPool2d", "ReLU", "Sigmoid", "Softmax", "Tanh",
]  # fmt: skip
