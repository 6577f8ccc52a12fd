from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.explain.softmax import explain, logits_of

LOGITS = st.lists(st.floats(-2000, 2000), min_size=1, max_size=12)


@given(LOGITS, st.data())
def test_agrees_with_torch(logits: list[float], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(logits) - 1))
    made = explain(logits, index)
    expected = torch.softmax(torch.tensor(logits, dtype=torch.float64), 0)[index]
    assert made.probability == pytest.approx(float(expected), abs=1e-9)
    assert made.total == pytest.approx(float(made.exponentials.sum()))
    assert made.probability == pytest.approx(float(made.exponentials[index]) / made.total)


@given(LOGITS)
def test_all_probabilities_are_one_together(logits: list[float]) -> None:
    assert sum(explain(logits, k).probability for k in range(len(logits))) == pytest.approx(1)


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=12))
def test_networks_that_end_in_softmax(logits: list[float]) -> None:
    values = torch.tensor(logits, dtype=torch.float64)
    plain = explain(logits, 1)
    for last, outputs in (("Softmax", torch.softmax(values, 0)), ("LogSoftmax", torch.log_softmax(values, 0))):
        made = explain(logits_of(outputs.numpy(), last), 1, last=last)
        assert made.probability == pytest.approx(plain.probability)
        assert last in made.remark
    assert logits_of(logits, "").tolist() == logits


def test_how_it_reads() -> None:
    made = explain([0.3, -1.25, 7.21], 2, ("a", "b", "c"))
    assert made.quotient == "P(c) = e^7.21 / sum = 1 353 / 1 355 = 0.999".replace("1 3", "1\u20093")
    assert made.sum == "sum = e^0.30 + e^−1.25 + e^7.21 = 1\u2009355"
    assert made.remark == ""
    assert made.lines == (made.quotient, made.sum)


def test_the_remark_gives_the_logarithm() -> None:
    assert (
        explain([0.0, 0.0], 0, last="LogSoftmax").remark == "The last layer, LogSoftmax, gives its logarithm, −0.693."
    )


@pytest.mark.parametrize("logits", [[1000.0, 0.0], [-1000.0, -1001.0], [40.0, 41.0, 12.0]])
def test_large_logits_neither_overflow_nor_vanish(logits: list[float]) -> None:
    made = explain(logits, 0)
    assert made.shift == max(logits)
    assert np.isfinite(made.exponentials).all()
    assert made.total >= 1
    assert "taken from every exponent" in made.remark


def test_small_and_huge_sums_are_readable() -> None:
    assert "·10^" in explain([25.0, 3.0], 0).quotient
    assert "e+" not in explain([29.0, -29.0], 1).quotient
    assert "e^0.00" in explain([-0.001, 1.0], 0).sum


@pytest.mark.parametrize("index", [3, -4])
def test_an_index_that_is_not_there(index: int) -> None:
    with pytest.raises(ValueError, match="no logit"):
        explain([1.0, 2.0, 3.0], index)
