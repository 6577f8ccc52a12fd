"""The arithmetic behind one output of a linear layer: a weighted sum of all its inputs.

Arrays are float64 here, whatever the network computes in; results agree with PyTorch to 1e-5 of their size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.arch.text import number
from explorer.explain.text import added, bracketed, figure

SHOWN = 6
"""Most products that are written out one by one."""


@dataclass(frozen=True)
class Weighted:
    """One output of a linear layer: Σ x·w + bias. x and w: (N,)."""

    x: NDArray[np.float64]
    w: NDArray[np.float64]
    bias: float

    @property
    def result(self) -> float:
        """The output."""
        return float(self.x @ self.w + self.bias)

    @property
    def lines(self) -> tuple[str, ...]:
        """The sum written out: the largest products one by one, then all others together, then the bias."""
        products = self.x * self.w
        order = np.argsort(-np.abs(products), kind="stable")
        text = " + ".join(f"{figure(self.x[k], 2)}·{bracketed(self.w[k], 2)}" for k in order[:SHOWN])
        if (more := len(order) - SHOWN) > 0:
            text += f" {added(float(products[order[SHOWN:]].sum()), 2, f'{more} more ')}"
        if self.bias:
            text += f" {added(self.bias, 2, 'bias ')}"
        total = f"{text} = {number(self.result, 3)}"
        if more <= 0:
            return (total,)
        return f"{len(order)} products input·weight, largest first:", total


def weighted(x: ArrayLike, weight: ArrayLike, bias: float = 0.0) -> Weighted:
    """Where one output comes from. x: (N,), the layer's input; weight: (N,), the unit's row of the weights."""
    values, weights = np.asarray(x, np.float64), np.asarray(weight, np.float64)
    if values.ndim != 1 or values.shape != weights.shape:
        raise ValueError(f"inputs {values.shape} and weights {weights.shape} must be two equally long vectors")
    return Weighted(values, weights, float(bias))
