"""PyTorch modules for what `torch.nn` lacks: branches, side classifiers, and a few layers of the lectures."""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn


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
