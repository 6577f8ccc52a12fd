"""What the page says of numbers: as the lecture prints them, with their arithmetic. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.arch.text import number

if TYPE_CHECKING:
    from explorer.learn.blame import Blame

SPACE = "␣"
"""How a space is written among letters."""


def nats(value: float) -> str:
    """A log-probability or a difference of two: two decimals, a true minus, no −0.00."""
    text = number(float(value), 2)
    return "0.00" if text == "−0.00" else text


def signed(value: float) -> str:
    """A contribution with its sign: `+0.42`, `−1.30`."""
    text = nats(value)
    return text if text.startswith("−") or text == "0.00" else f"+{text}"


def printed(log: float, label: str) -> str:
    """One line of the lecture's: `(−0.59) Spanish`."""
    return f"({nats(log)}) {label}"


def share(log: float) -> str:
    """The probability of a log-probability: `0.554`."""
    return number(float(np.exp(log)), 3)


def shown(letter: str) -> str:
    """A letter as it is shown: a space is made visible."""
    return SPACE if letter == " " else letter


def ending(letters: str, most: int = 24) -> str:
    """The last letters of a word; of a short one, all."""
    return letters if len(letters) <= most else f"…{letters[-most:]}"


def order_of(logs: NDArray[np.float64]) -> tuple[int, ...]:
    """The classes from the likeliest on; equal ones in their own order. logs: (K,)."""
    return tuple(int(k) for k in np.argsort(-logs, kind="stable"))


def cell_said(letters: str, step: int, label: str, log: float) -> str:
    """A cell of letters × classes in a sentence."""
    return f"log p({label}) = {nats(log)}, p = {share(log)}, after “{ending(letters[: step + 1])}”"


def bracket(value: float) -> str:
    """A number behind a minus sign: negative ones in brackets."""
    text = nats(value)
    return f"({text})" if text.startswith("−") else text


def why_title(blame: Blame, letters: str, label: str) -> str:
    """What the two rows of letters are about."""
    return f"Why {printed(blame.log_probability, label)}, after “{ending(letters)}”"


def letter_said(blame: Blame, letters: str, step: int, label: str) -> str:
    """What one letter does, with the arithmetic of both ways to ask."""
    who, slope = f"“{shown(letters[step])}”", float(blame.gradient[step])
    if len(letters) < 2:
        first = f"Without {who} there is no letter left to read, so nothing can be compared."
    else:
        all_of_them, rest = blame.log_probability, float(blame.without[step])
        by = float(blame.occlusion[step])
        way = "speaks for" if by > 0.005 else "speaks against" if by < -0.005 else "makes no difference to"
        first = (
            f"{who} {way} {label}: log p is {nats(all_of_them)} with it and {nats(rest)} without it, "
            f"{nats(all_of_them)} − {bracket(rest)} = {signed(by)}."
        )
    return f"{first} Gradient × input at this letter: ∂ log p/∂x · x = {signed(slope)}."


def strongest(blame: Blame) -> int:
    """The letter that does most, by leaving it out; of a word of one letter, that one."""
    by = np.abs(np.nan_to_num(blame.occlusion))
    return int(by.argmax())


def difference(
    one: NDArray[np.float64], two: NDArray[np.float64], classes: tuple[Sequence[str], Sequence[str]],
    titles: tuple[str, str],
) -> str:  # fmt: skip
    """In a sentence, what two models say of the same word. one, two: (K,) and (K₂,) log-probabilities."""
    a, b = int(one.argmax()), int(two.argmax())
    first, second = classes[0][a], classes[1][b]
    if first != second:
        return (
            f"They differ: {titles[0]} says {printed(float(one[a]), first)}, "
            f"{titles[1]} says {printed(float(two[b]), second)}."
        )
    gap = float(one[a] - two[b])
    if abs(gap) < 0.005:
        return f"Both say {first}, and are equally sure."
    surer = titles[0] if gap > 0 else titles[1]
    high, low = max(one[a], two[b]), min(one[a], two[b])
    return f"Both say {first}; {surer} is surer: {nats(high)} − {bracket(low)} = {signed(high - low)}."


def row_said(logs: NDArray[np.float64], classes: Sequence[str], most: int = 3) -> tuple[str, ...]:
    """The likeliest classes of a word with their probabilities, for a table: `Spanish 0.554`."""
    return tuple(f"{classes[k]} {share(float(logs[k]))}" for k in order_of(logs)[:most])
