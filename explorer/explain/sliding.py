"""The arithmetic behind one cell of a feature map: convolution and pooling.

Arrays are float64 here, whatever the network computes in; results agree with PyTorch to 1e-5 of their size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.arch.text import number
from explorer.explain.pooling import Pooling, PoolStep, pool_step
from explorer.explain.scan import window
from explorer.explain.spec import Mode, Spec
from explorer.explain.text import added, bracketed

Pair = tuple[int, int]

SHOWN = 9
"""Most products, or sums of maps, that are written out one by one."""


@dataclass(frozen=True)
class Convolved:
    """One output of a convolution: Σ window·kernel + bias.

    window, kernel: (C, K, L), the operands, zeros where the window overhangs into the padding; bias and result:
    single numbers.
    """

    window: NDArray[np.float64]
    kernel: NDArray[np.float64]
    bias: float

    @property
    def products(self) -> NDArray[np.float64]:
        """(C, K, L): each operand times its weight."""
        return self.window * self.kernel

    @property
    def by_map(self) -> NDArray[np.float64]:
        """(C,): the sum of the products in each input map."""
        products: NDArray[np.float64] = self.products.sum(axis=(1, 2))
        return products

    @property
    def result(self) -> float:
        """The value of the cell."""
        return float(self.products.sum() + self.bias)

    @property
    def lines(self) -> tuple[str, ...]:
        """The sum written out: each product where they are few, each input map's share where they are many."""
        maps, rows, columns = self.window.shape
        bias = f" {added(self.bias, 2, 'bias ')}" if self.bias else ""
        end = f"{bias} = {number(self.result, 3)}"
        if self.window.size <= SHOWN:
            pairs = zip(self.window.flat, self.kernel.flat, strict=True)
            return (" + ".join(f"{number(float(x), 2)}·{bracketed(w, 2)}" for x, w in pairs) + end,)
        if maps == 1:
            order = np.argsort(-np.abs(self.products.ravel()), kind="stable")
            terms = [f"{number(self.window.flat[k], 2)}·{bracketed(self.kernel.flat[k], 2)}" for k in order[:SHOWN]]
            first, rest = " + ".join(terms), float(self.products.ravel()[order[SHOWN:]].sum())
            what = f"{rows}·{columns} products, largest first:"
        else:
            order = np.argsort(-np.abs(self.by_map), kind="stable")
            sums = [float(self.by_map[k]) for k in order[:SHOWN]]
            first = " ".join([number(sums[0], 2), *(added(value, 2) for value in sums[1:])])
            rest = float(self.by_map[order[SHOWN:]].sum())
            what = f"{maps} maps, {rows}·{columns} products each; sums by map:"
        more = len(order) - SHOWN
        tail = f" {added(rest, 2, f'{more} more ')}" if more > 0 else ""
        return what, first + tail + end


def convolution(
    x: ArrayLike,
    weight: ArrayLike,
    bias: float,
    at: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    mode: Mode = "zeros",
    after: Pair | None = None,
) -> Convolved:
    """Where output cell `at` (row, column) of one filter comes from.

    x: (C, H, W), what the filter sees of the layer's input; weight: (C, K, L), the filter; as in PyTorch, the filter
    is not flipped. `padding` is added on each side, or `after` at the end; `mode` is PyTorch's padding mode.
    Raises `IndexError` for a cell that the output does not have.
    """
    kernel = np.asarray(weight, np.float64)
    spec = Spec(kernel.shape[1:], stride, _around(padding, after or padding), dilation, mode)
    return Convolved(window(np.asarray(x, np.float64), spec, at), kernel, float(bias))


def pooling(
    kind: str,
    x: ArrayLike,
    at: Pair,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    *,
    ceil: bool = False,
    counted: bool = True,
) -> PoolStep:
    """Where output cell `at` (row, column) of one pooled map comes from.

    kind: `MaxPool2d` or `AvgPool2d`; x: (H, W), the input map. With `ceil` the last window may reach beyond the
    padding; `counted` says whether padded zeros count in a mean. Raises `IndexError` for a cell that is not there.
    """
    spec = Spec(kernel, stride, _around(padding, padding), dilation)
    how: Pooling = "max" if kind == "MaxPool2d" else "average"
    step = pool_step(np.asarray(x, np.float64)[None], how, spec, (0, *at), ceil=ceil, counted=counted)
    return replace(step, digits=3)


def _around(before: Pair, after: Pair) -> tuple[tuple[int, int], ...]:
    return tuple(zip(before, after, strict=True))
