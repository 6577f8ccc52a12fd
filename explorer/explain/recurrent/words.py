"""What stories of recurrent cells are made of: places, operands, shares of a sum, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal

from explorer.arch.text import number
from explorer.explain.recurrent.cell import GATES, Kind
from explorer.explain.recurrent.notation import plain
from explorer.explain.text import LARGE, figure

EXACT = 1e-12
"""What a float may be off by, as a part of its size, and is still written as the short number it is meant to be."""

WRITTEN = 4
"""Most products of a sum that are written out one by one."""

WEIGHT = "weight"
"""What the second factor is called where it is a weight."""

Role = Literal["input", "state", "bias", "kept", "written", "shown"]


@dataclass(frozen=True)
class Place:
    """Where a number stands. A value: part (`x`, `h`, `f`, …), index (step, unit). A weight: `w`, `u`, `b` or `d`.

    Weights have (gate, row, column), biases (gate, row), as in `Cell`; an output's are `S`, `V` (row, column) and
    `bias` (row,).
    """

    part: str
    index: tuple[int, ...]


@dataclass(frozen=True)
class Operand:
    """A product: `value`, which is called `name` (markup), times `weight`, which is called `by`."""

    name: str
    value: float
    place: Place
    by: str = ""
    weight: float = 1.0
    other: Place | None = None

    @property
    def product(self) -> float:
        """What it adds."""
        return self.value * self.weight

    @property
    def text(self) -> str:
        """`h₄₀ 0.91·0.66`, or a value alone."""
        if not self.by:
            return f"{plain(self.name)} {said(self.value)}"
        if self.by != WEIGHT:
            return f"{plain(self.name)} {said(self.value, 3)} · {plain(self.by)} {said(self.weight)}"
        return f"{plain(self.name)} {said(self.value)}·{factor(self.weight)}"


@dataclass(frozen=True)
class Term:
    """One share of a sum. `operands`: largest product first. `total` is `gate` · their sum.

    `gate` is a GRU's reset gate, which scales the share of the state; else `None`. `picked` names the input that is
    the only one of a one-hot vector.
    """

    role: Role
    title: str
    operands: tuple[Operand, ...]
    total: float
    gate: Operand | None = None
    picked: str = ""

    @property
    def inner(self) -> float:
        """The sum of the operands, before the gate."""
        return float(sum(operand.product for operand in self.operands))

    @property
    def line(self) -> str:
        """The share written out: its largest products, all others together, and their sum."""
        if self.picked:
            return f"{self.title}: {self.picked} picks weight {said(self.total)}."
        shown, rest = self.operands[:WRITTEN], self.operands[WRITTEN:]
        text = " + ".join(operand.text for operand in shown)
        if rest:
            more = said(sum(operand.product for operand in rest))
            text += f" and {len(rest)} more: {more if more.startswith('−') else f'+{more}'}"
        if self.gate is not None:
            text = f"{plain(self.gate.name)} {said(self.gate.value)} · ({text})"
        if len(self.operands) == 1 and self.operands[0].name.lower() == self.title.lower():
            return f"{self.title}: {said(self.total)}."
        if len(self.operands) == 1 and not self.operands[0].by:
            return f"{self.title}: {text}."
        return f"{self.title}: {text} = {said(self.total)}."


@dataclass(frozen=True)
class Piece:
    """A stretch of a formula in one tone: ink, positive, negative, zero, word (small) or result (boxed).

    `term` is the index of the term in `Story.terms` it belongs to, −1 for none.
    """

    text: str
    tone: str = "ink"
    term: int = -1


def called(kind: Kind) -> str:
    """What a kind of cell is called on the screen: `LSTM`, `Lecture’s cell`."""
    return "Lecture’s cell" if kind == "ConcatRNN" else kind


def about(kind: Kind, part: str) -> tuple[str, str]:
    """A part's title and what it does, in words: `Forget gate`, `0 discards the old memory, 1 keeps it.`"""
    if part == "y":
        return "Output", "One logit for each class; softmax makes them probabilities."
    if part == "c":
        return "Cell state", "The memory: what is kept of the old one, and what is written."
    for gate in GATES[kind]:
        if gate.name == part:
            return gate.title.capitalize(), gate.says
    if part != "h":
        raise KeyError(part)
    says = "What the cell shows of its memory." if kind == "LSTM" else "The new state and the old one, mixed."
    return "Hidden state", says


def said(value: float, digits: int = 2) -> str:
    """A value in a sum: `3`, `0.5` for what is just that, else `digits` decimals; tiny ones with a power of ten."""
    value = float(value)
    if not isfinite(value) or abs(value) >= LARGE or abs(value - round(value, digits)) <= EXACT * abs(value):
        return figure(value)
    if abs(value) < 0.5 * 10**-digits:
        return number(float(f"{value:.1e}"))
    return figure(value, digits)


def factor(value: float, digits: int = 2) -> str:
    """A value as a later factor: negative ones in brackets."""
    text = said(value, digits)
    return f"({text})" if text.startswith("−") else text


def later(value: float, term: int, *, first: bool = False) -> list[Piece]:
    """A value as a term of a sum: `0.84` first, then ` + 1.31` or ` − 0.22`."""
    tone = "positive" if value > 0 else "negative" if value < 0 else "zero"
    if first:
        return [Piece(said(value), tone, term)]
    return [Piece(" − " if value < 0 else " + "), Piece(said(abs(value)), tone, term)]


def capital(text: str) -> str:
    """With a capital at the beginning."""
    return text[:1].upper() + text[1:]
