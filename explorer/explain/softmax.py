"""Where one probability comes from: softmax, with its real operands.

    P(k) = e^z_k / (e^z_0 + e^z_1 + … )

z are the logits, (K,): what reaches the softmax, whether the network ends in one or leaves it to the loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.arch.text import number

LARGEST = 30.0
"""Logits up to this size are raised as they are; e³⁰ still has 13 digits before the point, and fits any float."""


@dataclass(frozen=True)
class Softmax:
    """One probability and all that made it.

    `probability` is `exponentials[index] / total`; `exponentials` are e^(logits − shift). The shift is 0 unless
    a logit is too large to be raised: then it is the largest one, which cancels in the quotient.
    """

    index: int
    labels: tuple[str, ...]
    logits: NDArray[np.float64]
    shift: float
    exponentials: NDArray[np.float64]
    total: float
    probability: float
    last: str = ""
    """The network's own last layer, if that is the softmax: `Softmax` or `LogSoftmax`."""

    @property
    def name(self) -> str:
        """`P(4)`."""
        return f"P({self.labels[self.index]})"

    @property
    def powers(self) -> tuple[str, ...]:
        """Each term as written: `e^7.21`."""
        return tuple(f"e^{_exponent(z - self.shift)}" for z in self.logits)

    @property
    def quotient(self) -> str:
        """The probability from its two numbers: `P(4) = e^7.21 / sum = 1 353 / 1 427 = 0.948`."""
        top = _value(float(self.exponentials[self.index]))
        return (
            f"{self.name} = {self.powers[self.index]} / sum = {top} / {_value(self.total)} "
            f"= {number(self.probability, 3)}"
        )

    @property
    def sum(self) -> str:
        """The sum of all terms: `sum = e^0.30 + … = 1 427`."""
        return f"sum = {' + '.join(self.powers)} = {_value(self.total)}"

    @property
    def remark(self) -> str:
        """What else is to be said; may be empty."""
        words = []
        if self.shift:
            words.append(f"{number(self.shift, 2)} is taken from every exponent; the quotient stays the same.")
        if self.last == "LogSoftmax":
            log = number(float(self.logits[self.index] - self.shift - np.log(self.total)), 3)
            words.append(f"The last layer, LogSoftmax, gives its logarithm, {log}.")
        elif self.last == "Softmax":
            words.append("The last layer, Softmax, does this.")
        return " ".join(words)

    @property
    def lines(self) -> tuple[str, ...]:
        """The arithmetic, one step a line."""
        return tuple(text for text in (self.quotient, self.sum, self.remark) if text)


def explain(logits: ArrayLike, index: int, labels: tuple[str, ...] = (), last: str = "") -> Softmax:
    """The softmax of (K,) `logits` at `index`. `labels` name the classes; without them they are numbered.

    `last` names the network's last layer where that is `Softmax` or `LogSoftmax`. Where only such a layer's output
    is known, `logits_of` gives logits that lead to it.
    """
    z = np.array(logits, dtype=np.float64)
    if z.ndim != 1 or not -len(z) <= index < len(z):
        raise ValueError(f"there is no logit {index} in an array of shape {z.shape}")
    largest = float(z.max())
    shift = largest if abs(largest) > LARGEST else 0.0
    exponentials = np.exp(z - shift)
    total = float(exponentials.sum())
    names = labels or tuple(map(str, range(len(z))))
    return Softmax(index % len(z), names, z, shift, exponentials, total, float(exponentials[index] / total), last)


def logits_of(outputs: ArrayLike, last: str) -> NDArray[np.float64]:
    """Logits, up to a constant that cancels, from what leaves a network whose last layer is called `last`."""
    values = np.array(outputs, dtype=np.float64)
    return np.log(np.maximum(values, 1e-300)) if last == "Softmax" else values


def _exponent(value: float) -> str:
    # Two decimals; what rounds to −0 is 0.
    return number(round(value, 2) + 0.0, 2)


def _value(value: float) -> str:
    """A sum of powers, to four digits that count."""
    if value >= 1e7 or 0 < value < 1e-4:
        return (
            f"{value:.2e}".replace("e+0", "·10^").replace("e+", "·10^").replace("e-0", "·10^−").replace("e-", "·10^−")
        )
    if value >= 1000:
        return number(value, 0)
    return number(value, 1 if value >= 100 else 2 if value >= 10 else 3 if value >= 1 else 4)
