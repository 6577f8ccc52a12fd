"""The arithmetic behind one cell of a feature map: convolution and pooling.

Arrays are float64 here, whatever the network computes in; results agree with PyTorch to 1e-5 of their size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.arch.text import number

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
        bias = f" {_added(self.bias, 'bias ')}" if self.bias else ""
        end = f"{bias} = {number(self.result, 3)}"
        if self.window.size <= SHOWN:
            pairs = zip(self.window.flat, self.kernel.flat, strict=True)
            return (" + ".join(f"{number(float(x), 2)}·{_signed(w)}" for x, w in pairs) + end,)
        if maps == 1:
            order = np.argsort(-np.abs(self.products.ravel()), kind="stable")
            terms = [f"{number(self.window.flat[k], 2)}·{_signed(self.kernel.flat[k])}" for k in order[:SHOWN]]
            first, rest = " + ".join(terms), float(self.products.ravel()[order[SHOWN:]].sum())
            what = f"{rows}·{columns} products, largest first:"
        else:
            order = np.argsort(-np.abs(self.by_map), kind="stable")
            sums = [float(self.by_map[k]) for k in order[:SHOWN]]
            first = " ".join([number(sums[0], 2), *(_added(value) for value in sums[1:])])
            rest = float(self.by_map[order[SHOWN:]].sum())
            what = f"{maps} maps, {rows}·{columns} products each; sums by map:"
        more = len(order) - SHOWN
        tail = f" {_added(rest, f'{more} more ')}" if more > 0 else ""
        return what, first + tail + end


@dataclass(frozen=True)
class Pooled:
    """One output of a pooling: the largest of the window's values, or their mean.

    values: the window's values in reading order; what lies outside the image is left out of a maximum, and
    counts as zero in a mean unless it is left out there too, as in PyTorch.
    """

    kind: str
    values: NDArray[np.float64]

    @property
    def result(self) -> float:
        """The value of the cell."""
        return float(self.values.max() if self.kind == "MaxPool2d" else self.values.mean())

    @property
    def lines(self) -> tuple[str, ...]:
        """The maximum or the mean written out."""
        shown = [number(float(v), 3) for v in self.values[: 2 * SHOWN]]
        more = len(self.values) - len(shown)
        rest = f" and {more} more" if more else ""
        if self.kind == "MaxPool2d":
            return (f"the largest of {', '.join(shown)}{rest} = {number(self.result, 3)}",)
        terms = " + ".join(_bracketed(v) for v in shown)
        return (f"({terms}{rest}) / {len(self.values)} = {number(self.result, 3)}",)


def _signed(value: float) -> str:
    return _bracketed(number(float(value), 2))


def _added(value: float, name: str = "") -> str:
    """The value as the next term of a sum: `+ 0.31`, `− bias 0.20`."""
    return f"{'−' if value < 0 else '+'} {name}{number(abs(float(value)), 2)}"


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


def _padded(x: NDArray[np.float64], before: Pair, after: Pair, mode: str, outside: float) -> NDArray[np.float64]:
    around = ((0, 0), (before[0], after[0]), (before[1], after[1]))
    if mode == "zeros":
        return np.pad(x, around, constant_values=outside)
    made: NDArray[np.float64] = np.pad(x, around, mode=_MODES[mode])  # type: ignore[call-overload]
    return made


_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""What PyTorch's padding modes are called in NumPy."""


def _window(
    padded: NDArray[np.float64], at: Pair, kernel: Pair, stride: Pair, dilation: Pair
) -> NDArray[np.float64]:
    """(C, K, L): what the window over output cell `at` sees of the padded input (C, H, W)."""
    rows, columns = (at[k] * stride[k] + dilation[k] * np.arange(kernel[k]) for k in (0, 1))
    if not (at[0] >= 0 and at[1] >= 0 and rows[-1] < padded.shape[1] and columns[-1] < padded.shape[2]):
        raise IndexError(f"there is no output cell {at}")
    seen: NDArray[np.float64] = padded[:, rows[:, None], columns]
    return seen


def convolution(
    x: ArrayLike,
    weight: ArrayLike,
    bias: float,
    at: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    mode: str = "zeros",
    after: Pair | None = None,
) -> Convolved:
    """Where output cell `at` (row, column) of one filter comes from.

    x: (C, H, W), what the filter sees of the layer's input; weight: (C, K, L), the filter; as in PyTorch, the filter
    is not flipped. `padding` is added on each side, or `after` at the end; `mode` is PyTorch's padding mode.
    Raises `IndexError` for a cell that the output does not have.
    """
    image, kernel = np.asarray(x, np.float64), np.asarray(weight, np.float64)
    size = (kernel.shape[1], kernel.shape[2])
    padded = _padded(image, padding, after or padding, mode, 0.0)
    return Convolved(_window(padded, at, size, stride, dilation), kernel, float(bias))


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
) -> Pooled:
    """Where output cell `at` (row, column) of one pooled map comes from.

    kind: `MaxPool2d` or `AvgPool2d`; x: (H, W), the input map. With `ceil` the last window may reach beyond the
    padding; `counted` says whether padded zeros count in a mean. Raises `IndexError` for a cell that is not there.
    """
    outside = 0.0 if kind == "AvgPool2d" and counted else np.nan
    padded = _padded(np.asarray(x, np.float64)[None], padding, padding, "zeros", outside)
    if ceil:
        padded = _padded(padded, (0, 0), stride, "zeros", np.nan)
    seen = _window(padded, at, kernel, stride, dilation).ravel()
    return Pooled(kind, seen[~np.isnan(seen)])
