"""How numbers are written."""

from __future__ import annotations

import pytest

from explorer.arch.text import amount, short


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1300, "1.3 KB"), (62_504, "63 KB"), (13 * 10**12, "13 TB"), (5 * 10**15, "5.0 PB"),
     (4 * 10**27, "4.0·10²⁷ B"), (1.6e19, "1.6·10¹⁹ B"), (10**1000, "1.0·10¹⁰⁰⁰ B")],
)  # fmt: skip
def test_amounts_stay_short(size: float, text: str) -> None:
    assert amount(size) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(999, "999"), (61_706, "61.7k"), (10**18 - 10**17, "900.0P"), (10**18 + 10**9, "1.0·10¹⁸"),
     (2_097_152 * 10**30, "2.1·10³⁶"), (10**1000, "1.0·10¹⁰⁰⁰")],
)  # fmt: skip
def test_counts_stay_short(count: int, text: str) -> None:
    assert short(count) == text
