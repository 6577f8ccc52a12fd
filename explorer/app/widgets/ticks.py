"""Round numbers for the ticks of an axis."""

from __future__ import annotations

from math import ceil, floor, log10

from explorer.arch.text import number

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def brief(value: float, digits: int | None = None) -> str:
    """A number as `number` writes it; a huge or a tiny one as `2.1·10⁸`."""
    if value and not 1e-4 <= abs(value) < 1e5:
        power = floor(log10(abs(value)) + 1e-9)
        head = f"{value / 10.0**power:.2g}".replace("-", "−")
        return (
            f"{head}·10{str(power).translate(SUPERSCRIPTS)}"
            if head != "1"
            else f"10{str(power).translate(SUPERSCRIPTS)}"
        )
    return number(float(value), digits)


def nice_step(length: float, most: int) -> float:
    """The least of 1, 2, 2.5, 5 × 10ⁿ that divides `length` into at most `most` parts."""
    raw = length / max(1, most)
    power = 10.0 ** floor(log10(raw)) if raw > 0 else 1.0
    return next(power * k for k in (1, 2, 2.5, 5, 10) if power * k >= raw * (1 - 1e-9))


def nice_ceil(value: float, most: int = 5) -> float:
    """The next round number from `value` up."""
    step = nice_step(value, most) if value > 0 else 1.0
    return ceil(value / step - 1e-9) * step


def ticks(low: float, high: float, most: int, unit: str = "") -> list[tuple[float, str]]:
    """At most about `most` round values in low…high, with their labels."""
    step = nice_step(high - low, most) if high > low else 1.0
    digits = max(0, -floor(log10(step) + 1e-9))
    if digits and round(step * 10**digits, 9) % 1:
        digits += 1
    first = ceil(low / step - 1e-9)
    return [
        (k * step, brief(float(k * step), min(digits, 6)) + unit) for k in range(first, floor(high / step + 1e-9) + 1)
    ]


def log_ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Decades within 10^low…10^high, and 2 and 5 between them where there is room; places are exponents."""
    for members in ((1, 2, 5), (1, 3), (1,)):
        found = [
            (log10(k) + decade, brief(k * 10.0**decade))
            for decade in range(floor(low), ceil(high) + 1)
            for k in members
            if low - 1e-9 <= log10(k) + decade <= high + 1e-9
        ]
        if len(found) <= most:
            return found
    return found[:: ceil(len(found) / most)]
