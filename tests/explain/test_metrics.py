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


def test_balanced_accuracy_says_its_terms() -> None:
    assert metrics.why_balanced_accuracy(COUNTS) == "mean of the 2 recalls: (80.0 + 80.0) / 2 = 80.0 %"
    assert metrics.why_balanced_accuracy([[0, 0], [0, 0]]) == ""
    assert metrics.why_mean_precision(COUNTS).startswith("mean of the 3 precisions: (88.9 + 66.7 + 0.0) / 3 = ")


def test_the_difference_of_two_matrices_by_hand() -> None:
    one, two = [[8, 2], [5, 5]], [[6, 4], [10, 10]]
    assert np.allclose(metrics.difference(one, two), [[0.2, -0.2], [0, 0]])
    assert metrics.largest_differences(one, two) == ((0, 0), (0, 1))
    assert metrics.largest_differences(one, one) == ()
    assert metrics.why_difference(one, two, "ab", ("RNN", "LSTM"), 0, 1) == (
        "a read as b: RNN 2 of 10 = 20.0 %, LSTM 4 of 10 = 40.0 %; difference −20.0 points"
    )
    assert metrics.points(0.039) == "+3.9 points"


def test_perplexity_has_its_references() -> None:
    assert metrics.perplexity(0.0) == 1.0
    assert np.isclose(metrics.perplexity(np.log(76)), 76)
    assert metrics.perplexity(1e9) == float("inf")
    assert metrics.why_perplexity(0.0, 76).startswith("exp(0.000 nats) = 1.00. All 76 signs equally likely: ")


@given(arrays(np.int64, (3, 3), elements=st.integers(0, 50)), arrays(np.int64, (3, 3), elements=st.integers(0, 50)))
def test_differences_cancel_within_a_row_and_turn_their_sign(one: np.ndarray, two: np.ndarray) -> None:
    apart = metrics.difference(one, two)
    both = (one.sum(1) > 0) & (two.sum(1) > 0)
    assert np.allclose(apart.sum(1)[both], 0)
    assert np.allclose(apart, -metrics.difference(two, one))
    for true, read in metrics.largest_differences(one, two):
        assert apart[true, read] != 0
