"""Accuracy, precision and recall, and the words behind them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.explain import metrics

COUNTS = [[8, 2, 0], [1, 4, 0], [0, 0, 0]]


def test_a_small_matrix_by_hand() -> None:
    assert metrics.accuracy(COUNTS) == 12 / 15
    assert metrics.recall(COUNTS).tolist() == [0.8, 0.8, 0.0]
    assert np.allclose(metrics.precision(COUNTS), [8 / 9, 4 / 6, 0])
    assert metrics.balanced_accuracy(COUNTS) == 0.8
    assert metrics.why_cell(COUNTS, "abc", 0, 1) == "a read as b: 2 of 10 = 20.0 %"
    assert metrics.why_class(COUNTS, "abc", 1)[1] == "precision of b: 4 of the 6 read as b = 66.7 %"


@given(arrays(np.int64, (4, 4), elements=st.integers(0, 50)))
def test_rates_lie_between_0_and_1_and_agree(counts: np.ndarray) -> None:
    for rate in (metrics.recall(counts), metrics.precision(counts)):
        assert ((rate >= 0) & (rate <= 1)).all()
    rows = metrics.rows_normalised(counts)
    assert np.allclose(rows.sum(1), counts.sum(1) > 0)
    assert np.allclose(np.diag(rows), metrics.recall(counts))
    if counts.sum():
        assert np.isclose(metrics.accuracy(counts), (metrics.recall(counts) * counts.sum(1)).sum() / counts.sum())
