"""How figures are written where room is tight: beyond some size in powers of ten."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.arch.text import TIMES, amount, number, short

POWERS = 10**15
"""From here on powers of ten are easier to read than units."""

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def power(value: int, digits: int = 1) -> str:
    """`4.1·10²⁷`, with so many decimals."""
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e+")
    return f"{mantissa}·10{str(int(exponent)).translate(_RAISED)}"


def headline(value: int) -> str:
    """A count for a heading: written out while one can read it."""
    return number(value) if value < 10**12 else power(value)


def headline_amount(size: int) -> str:
    """Bytes for a heading."""
    return amount(size) if size < POWERS else f"{power(size)} B"


def cell(value: int, most: int = 10**7) -> str:
    """A count in at most ten characters: written out below `most`."""
    if value < most:
        return number(value)
    return short(value) if value < POWERS else power(value)


def cell_amount(size: int) -> str:
    """Bytes in at most eight characters."""
    return amount(size) if size < POWERS else f"{power(size, 0)} B"


def sides(shape: Sequence[int], spaced: bool = False) -> str:
    """A shape for a heading; long sides in powers of ten."""
    return (f" {TIMES} " if spaced else TIMES).join(number(v) if v < 10**6 else power(v) for v in shape)
