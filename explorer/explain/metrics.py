"""What a confusion matrix says: accuracy, precision, recall, and the counts behind them.

A confusion matrix is (K, K) counts: row = true class, column = predicted class. All rates lie in 0…1 and are
0 where nothing was counted.
"""

from __future__ import annotations

from collections.abc import Sequence

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
