"""PyTorch modules for what `torch.nn` lacks: branches, side classifiers, and a few layers of the lectures."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional


class Branches(nn.Module):
    """All children get the same input; their outputs are added, or joined along an axis (1: channels, −1: features)."""

    def __init__(self, branches: OrderedDict[str, nn.Module], merge: Literal["concat", "add"], axis: int = 1) -> None:
        super().__init__()
        for name, branch in branches.items():
            self.add_module(name, branch)
        self.merge, self.axis = merge, axis

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, …). Returns the sum, or the outputs behind one another."""
        outputs = [branch(x) for branch in self.children()]
        if self.merge == "concat":
            return torch.cat(outputs, self.axis)
        total: Tensor = outputs[0]
        for output in outputs[1:]:
            total = total + output
        return total


class Side(nn.Sequential):
    """A classifier at the side: its output, in training only, is kept in `said`; the input passes untouched."""

    said: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, …). Returns x itself."""
        self.said = None
        if self.training:
            self.said = x
            for layer in self:
                self.said = layer(self.said)
        return x


class UnevenConv1d(nn.Conv1d):
    """A convolution with padding “same” and one zero more behind than in front: padded first, without a warning."""

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        padded = functional.pad(input, self._reversed_padding_repeated_twice)
        return functional.conv1d(padded, weight, bias, self.stride, 0, self.dilation, self.groups)


class UnevenConv2d(nn.Conv2d):
    """A convolution with padding “same” and one zero more behind than in front: padded first, without a warning."""

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        padded = functional.pad(input, self._reversed_padding_repeated_twice)
        return functional.conv2d(padded, weight, bias, self.stride, 0, self.dilation, self.groups)


class RNN(nn.RNN):
    """The outputs of all steps; the state at the end is left."""

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """x: (N, T, F), batch first. Returns (N, T, outputs)."""
        outputs: Tensor = super().forward(x)[0]
        return outputs


class LSTM(nn.LSTM):
    """The outputs of all steps; the states at the end are left."""

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """x: (N, T, F), batch first. Returns (N, T, outputs)."""
        with warnings.catch_warnings():
            # Only a faster way of computing is missing there: nobody needs to know.
            warnings.filterwarnings("ignore", message="LSTM with projections")
            outputs: Tensor = super().forward(x)[0]
        return outputs


class GRU(nn.GRU):
    """The outputs of all steps; the state at the end is left."""

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """x: (N, T, F), batch first. Returns (N, T, outputs)."""
        outputs: Tensor = super().forward(x)[0]
        return outputs


class ConcatRNN(nn.Module):
    """Input and hidden state joined; `i2h` makes the next state, `i2o` the output. The state begins as zeros."""

    def __init__(self, features: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.i2h = nn.Linear(features + hidden, hidden)
        self.i2o = nn.Linear(features + hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, T, F). Returns (N, T, outputs)."""
        h = x.new_zeros(x.shape[0], self.hidden)
        outputs = []
        for t in range(x.shape[1]):
            joined = torch.cat((x[:, t], h), 1)
            h = self.i2h(joined)
            outputs.append(self.i2o(joined))
        return torch.stack(outputs, 1)


class ScaledTanh(nn.Module):
    """2/(1 + e^(−2sx)) − 1, which is tanh(s·x)."""

    def __init__(self, s: float = 1.0) -> None:
        super().__init__()
        self.s = s

    def forward(self, x: Tensor) -> Tensor:
        """x: any shape. Returns the same shape."""
        return torch.tanh(self.s * x)


class LastStep(nn.Module):
    """The features of the last time step."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, T, F). Returns (N, F)."""
        return x[:, -1]


class SwapAxes(nn.Module):
    """Steps × features become channels × length, and back."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, A, B). Returns (N, B, A)."""
        return x.transpose(1, 2)


class GlobalAvgPool(nn.Module):
    """The mean of each channel."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) or (N, C, L). Returns (N, C)."""
        return x.flatten(2).mean(2)


class GlobalMaxPool(nn.Module):
    """The largest value of each channel."""

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) or (N, C, L). Returns (N, C)."""
        return x.flatten(2).amax(2)
