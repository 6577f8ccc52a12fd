"""How values are written inside a sum or a product."""

from __future__ import annotations

from math import isfinite, isnan

from explorer.arch.text import number

LARGE = 1e9
"""Numbers of this size are written with a power of ten."""


def figure(value: float, digits: int | None = None) -> str:
    """`3`, `−0.25`, `0.333`: whole numbers without decimals, others with up to three, or all with `digits`."""
    if not isfinite(value):
        return "not a number" if isnan(value) else "∞" if value > 0 else "−∞"
    if abs(value) >= LARGE:
        return number(float(value))
    value = round(float(value), 3 if digits is None else digits) + 0.0  # what rounds to −0 is 0
    if digits is not None:
        return number(value, digits)
    if value == int(value):
        return number(int(value))
    return number(value, 3).rstrip("0")


def bracketed(value: float, digits: int | None = None) -> str:
    """The value as a factor or a later term: negative ones in brackets."""
    text = figure(value, digits)
    return f"({text})" if text.startswith("−") else text


def added(value: float, digits: int | None = None, name: str = "") -> str:
    """The value as the next term of a sum: `+ 0.31`, `− bias 0.20`."""
    return f"{'−' if value < 0 else '+'} {name}{figure(abs(value), digits)}"
