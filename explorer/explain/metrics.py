"""What a confusion matrix says: accuracy, precision, recall, and the counts behind them.

A confusion matrix is (K, K) counts: row = true class, column = predicted class. All rates lie in 0…1 and are
0 where nothing was counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from explorer.arch.text import number

Counts = Sequence[Sequence[int]] | NDArray[np.int64]


def _rate(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)


def accuracy(confusion: Counts) -> float:
    """Share of samples on the diagonal."""
    counts = np.asarray(confusion)
    return float(_rate(np.trace(counts), counts.sum()))


def recall(confusion: Counts) -> NDArray[np.float64]:
    """(K,): of the samples that are class k, the share read as k."""
    counts = np.asarray(confusion)
    return _rate(np.diag(counts), counts.sum(axis=1))


def precision(confusion: Counts) -> NDArray[np.float64]:
    """(K,): of the samples read as class k, the share that is k."""
    counts = np.asarray(confusion)
    return _rate(np.diag(counts), counts.sum(axis=0))


def balanced_accuracy(confusion: Counts) -> float:
    """Mean recall over the classes that occur."""
    counts = np.asarray(confusion)
    there = counts.sum(axis=1) > 0
    return float(recall(counts)[there].mean()) if there.any() else 0.0


def rows_normalised(confusion: Counts) -> NDArray[np.float64]:
    """(K, K): each row divided by its sum."""
    counts = np.asarray(confusion)
    return _rate(counts, np.broadcast_to(counts.sum(axis=1, keepdims=True), counts.shape))


def percent(share: float, digits: int = 1) -> str:
    """`97.4 %`."""
    return f"{number(100 * share, digits)} %"


def why_cell(confusion: Counts, classes: Sequence[str], true: int, read: int) -> str:
    """One cell in words: `4 read as 9: 58 of 982 = 5.9 %`."""
    counts = np.asarray(confusion)
    here, row = int(counts[true, read]), int(counts[true].sum())
    share = percent(here / row if row else 0.0)
    return f"{classes[true]} read as {classes[read]}: {number(here)} of {number(row)} = {share}"


def why_class(confusion: Counts, classes: Sequence[str], k: int) -> tuple[str, str]:
    """The recall and the precision of one class, with their counts."""
    counts = np.asarray(confusion)
    hit, row, column = int(counts[k, k]), int(counts[k].sum()), int(counts[:, k].sum())
    name = classes[k]
    return (
        f"recall of {name}: {number(hit)} of the {number(row)} that are {name} = {percent(recall(counts)[k])}",
        f"precision of {name}: {number(hit)} of the {number(column)} read as {name} = {percent(precision(counts)[k])}",
    )


def why_accuracy(confusion: Counts) -> str:
    """The accuracy with its counts."""
    counts = np.asarray(confusion)
    return f"{number(int(np.trace(counts)))} right of {number(int(counts.sum()))} = {percent(accuracy(counts))}"


def why_balanced_accuracy(confusion: Counts) -> str:
    """`mean of the 3 recalls: (80.0 + 66.7 + 100.0) / 3 = 82.2 %`; classes that do not occur are left out."""
    counts = np.asarray(confusion)
    return _mean("recalls", recall(counts)[counts.sum(axis=1) > 0])


def why_mean_precision(confusion: Counts) -> str:
    """The mean of all classes' precisions, with its terms."""
    return _mean("precisions", precision(confusion))


def _mean(name: str, rates: NDArray[np.float64]) -> str:
    if not len(rates):
        return ""
    terms = " + ".join(number(100 * float(rate), 1) for rate in rates)
    return f"mean of the {len(rates)} {name}: ({terms}) / {len(rates)} = {percent(float(rates.mean()))}"


# Two matrices of the same samples.


def difference(first: Counts, second: Counts) -> NDArray[np.float64]:
    """(K, K) in −1…1: by how much the first has a larger share of a row in each cell."""
    return rows_normalised(first) - rows_normalised(second)


def largest_differences(first: Counts, second: Counts, most: int = 5) -> tuple[tuple[int, int], ...]:
    """The cells (true, read) in which two matrices differ most, the largest difference first; equal ones never."""
    sizes = np.abs(difference(first, second))
    order = np.argsort(-sizes, axis=None, kind="stable")[:most]
    cells = [divmod(int(place), sizes.shape[1]) for place in order]
    return tuple((row, column) for row, column in cells if sizes[row, column] > 0)


def points(share: float) -> str:
    """A difference of two shares, in percentage points and always with its sign: `+3.9 points`."""
    return f"{'+' if share > 0 else ''}{number(100 * share + 0.0, 1)} points"


def why_difference(
    first: Counts, second: Counts, classes: Sequence[str], names: tuple[str, str], true: int, read: int
) -> str:
    """One cell of the difference: `Czech read as Polish: RNN 12 of 103 = 11.7 %, LSTM …; difference −3.9 points`."""
    parts = []
    for name, confusion in zip(names, (first, second), strict=True):
        counts = np.asarray(confusion)
        here, row = int(counts[true, read]), int(counts[true].sum())
        parts.append(f"{name} {number(here)} of {number(row)} = {percent(here / row if row else 0.0)}")
    apart = points(float(difference(first, second)[true, read]))
    return f"{classes[true]} read as {classes[read]}: {parts[0]}, {parts[1]}; difference {apart}"


# Texts.


def perplexity(loss: float) -> float:
    """The exponential of a mean −ln p: 1 is perfect, the number of signs knows nothing, ∞ is too large to write."""
    try:
        return exp(loss)
    except OverflowError:
        return float("inf")


def why_perplexity(loss: float, signs: int) -> str:
    """The arithmetic of a perplexity, and what it is worth."""
    return (
        f"exp({number(loss, 3)} nats) = {number(perplexity(loss), 2)}. "
        f"All {number(signs)} signs equally likely: exp(ln {number(signs)}) = exp({number(log(signs), 3)}) "
        f"= {number(signs)}. The right sign always certain: exp(0) = 1."
    )
