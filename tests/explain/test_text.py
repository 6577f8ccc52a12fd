"""How values are written inside a sum."""

from __future__ import annotations

import pytest

from explorer.explain.text import added, bracketed, figure


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (-0.0, "0"),
        (-1e-17, "0"),
        (0.1 + 0.2, "0.3"),
        (-1 / 3, "−0.333"),
        (12345.5, "12\u2009345.5"),
        (-2e12, "−2e+12"),
        (float("nan"), "not a number"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_have_as_many_decimals_as_they_need(value: float, text: str) -> None:
    assert figure(value) == text


def test_terms_carry_their_sign() -> None:
    assert (bracketed(-2), bracketed(2), bracketed(-0.004, 2)) == ("(−2)", "2", "0.00")
    assert (added(-0.2, 2, "bias "), added(3)) == ("− bias 0.20", "+ 3")
