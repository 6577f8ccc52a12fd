"""How numbers are written, everywhere: thin spaces in thousands, a true minus sign, units."""

from __future__ import annotations

from collections.abc import Sequence

THIN = "\u2009"
UNBROKEN = "\u202f"
"""A thin space at which no line is broken, for text that wraps."""

TIMES = "×"

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int | None = None) -> str:
    """`61706` → `61 706`, `-0.25` → `−0.25`. A float gets `digits` decimals, or 3 significant ones."""
    if isinstance(value, int):
        text = f"{value:,}".replace(",", THIN)
    elif digits is None:
        text = f"{value:.3g}"
    else:
        text = f"{value:,.{digits}f}".replace(",", THIN)
    return text.replace("-", "−")


def amount(size: float) -> str:
    """Bytes in the unit one would say: `62 KB`, `1.3 GB` (decimal units); beyond them `4.0·10²⁷ B`."""
    if size >= 1e18:
        return f"{_power(size)} B"
    for unit in ("B", "KB", "MB", "GB", "TB", "PB"):
        if size < 1000 or unit == "PB":
            break
        size /= 1000
    return f"{number(float(size), 0 if unit == 'B' or size >= 10 else 1)} {unit}"


def _power(value: float) -> str:
    """A large number in few characters: `2.1·10²⁷`."""
    exponent = len(str(int(value))) - 1
    lead = int(value) // 10 ** (exponent - 2)  # whole numbers may be larger than any float
    mantissa = f"{lead / 100:.1f}"
    if mantissa == "10.0":
        mantissa, exponent = "1.0", exponent + 1
    return f"{mantissa}·10{str(exponent).translate(_RAISED)}"


def short(value: int) -> str:
    """A count in few characters, for tight places: `61.7k`, `1.2M`; beyond all units `2.1·10²⁷`."""
    if value >= 10**18:
        return _power(value)
    size, unit = float(value), ""
    for unit in ("", "k", "M", "G", "T", "P"):
        if size < 1000 or unit == "P":
            break
        size /= 1000
    return f"{value}" if not unit else f"{size:.1f}{unit}"


def times(values: Sequence[int], spaced: bool = False) -> str:
    """`(6, 28, 28)` → `6×28×28`, or `6 × 28 × 28`."""
    return (f" {TIMES} " if spaced else TIMES).join(number(v) for v in values)


def duration(seconds: float) -> str:
    """`12 s`, `3 min 5 s`, `2 h 10 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 epoch`, `5 epochs`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"
