"""A step of a convolution as words of a formula: what stands where, in which tone, and which term it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from explorer.app.widgets.scale import tidy
from explorer.explain.scan import Step, Term

MANY = 12
"""More terms than this are shortened."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text in one tone.

    Tones: ink, positive, negative, zero (grey), faint (grey, not yet added), word (small, sans serif), result (boxed).
    """

    text: str
    tone: str = "ink"


@dataclass(frozen=True)
class Token:
    """Pieces that stay together on a line. `below` is the sum so far; term: its index, −1 for none."""

    pieces: tuple[Piece, ...]
    below: str = ""
    term: int = -1
    channel: int = -1
    tip: str = ""
    joins: bool = False
    """Whether a plus stands before it."""
    now: bool = False
    """Whether it was added last, with more to come."""


@dataclass(frozen=True)
class Line:
    """One formula, led by a few words."""

    lead: str
    tokens: tuple[Token, ...]


def lines(step: Step, upto: int | None = None, channel: int | None = None) -> tuple[Line, ...]:
    """The formula of a step of which `upto` terms are added (`None`: all, the bias and the activation too).

    With several channels the first line has the products of one (`channel`, else the one that is being added), the
    second the sums of all.
    """
    done = len(step.terms) if upto is None else min(max(upto, 0), len(step.terms))
    ended = upto is None
    sums = step.channels
    if len(sums) < 2:
        tokens = _products(list(enumerate(step.terms)), done, ended)
        return (Line("", (*tokens, *_ending(step, ended))),)
    numbers = list(dict.fromkeys(term.padded[0] for term in step.terms))
    present = _present(step, numbers, done, channel)
    mine = [(k, term) for k, term in enumerate(step.terms) if term.padded[0] == numbers[present]]
    own = tuple(_products(mine, done, ended))
    added = done > mine[-1][0]
    tone = "ink" if added else "faint"
    equals = Token((Piece("= ", tone), Piece(tidy(sums[present]) if added else "…", tone)))
    last = {term.padded[0]: k for k, term in enumerate(step.terms)}
    whole = tuple(_sums(sums, [done > last[number] for number in numbers], present, numbers))
    first = Line(f"channel {numbers[present] + 1}", (*own, equals))
    return first, Line(f"{len(sums)} channels", (*whole, *_ending(step, ended)))


def _present(step: Step, numbers: Sequence[int], done: int, channel: int | None) -> int:
    if channel is not None:
        return min(max(channel, 0), len(numbers) - 1)
    return numbers.index(step.terms[done - 1].padded[0]) if 0 < done < len(step.terms) else 0


def _products(terms: Sequence[tuple[int, Term]], done: int, ended: bool) -> list[Token]:
    shown = _kept(terms, done)
    made: list[Token] = []
    total = 0.0
    for keep, group in groupby(zip(terms, shown, strict=True), key=lambda pair: pair[1]):
        members = [pair[0] for pair in group]
        if keep or len(members) == 1:
            for k, term in members:
                total += term.product
                made.append(_product(k, term, k < done, total, bool(made), not ended and k == done - 1))
        else:
            part = sum(term.product for _, term in members)
            total += part
            made.append(_rest(members, part, members[-1][0] < done, total, bool(made)))
    return made


def _kept(terms: Sequence[tuple[int, Term]], done: int) -> list[bool]:
    """Which terms are written out: of many only those that count, and of these those near the one added last."""
    if len(terms) <= MANY:
        return [True] * len(terms)
    counting = [i for i, (_, term) in enumerate(terms) if term.product != 0.0]
    near = next((i for i, (k, _) in enumerate(terms) if k == done - 1), None)
    if near is not None and done - 1 != terms[-1][0]:
        chosen = sorted({*counting, near}, key=lambda i: abs(i - near))[: MANY - 2]
    elif len(counting) <= MANY:
        chosen = counting
    else:
        half = (MANY - 2) // 2
        chosen = [*counting[:half], *counting[-half:]]
    kept = set(chosen)
    return [i in kept for i in range(len(terms))]


def _product(k: int, term: Term, added: bool, total: float, joins: bool, now: bool) -> Token:
    nothing = term.product == 0.0
    sign = "positive" if term.weight > 0 else "negative" if term.weight < 0 else "zero"
    if not added:
        tones = ("faint", "faint", "faint")
    elif nothing:
        tones = ("zero", "zero", "zero" if term.weight == 0 else sign)
    else:
        tones = ("ink", "ink", sign)
    texts = (tidy(term.value), "·", tidy(term.weight))
    where = "padding" if term.source is None else f"input {_place(term.source)}"
    tip = f"{where} × weight {_place(term.place)} = {tidy(term.product, 6)}"
    return Token(
        tuple(Piece(text, tone) for text, tone in zip(texts, tones, strict=True)),
        tidy(total) if added else "",
        k,
        tip=tip,
        joins=joins,
        now=now,
    )


def _place(place: Sequence[int]) -> str:
    return f"({', '.join(str(p + 1) for p in place[1:])})"


def _rest(members: Sequence[tuple[int, Term]], part: float, added: bool, total: float, joins: bool) -> Token:
    tip = " + ".join(f"{tidy(term.value)}·{tidy(term.weight)}" for _, term in members)
    if all(term.product == 0.0 for _, term in members):
        tip = f"{len(members)} products that are 0: {tip}"
        return Token((Piece("⋯", "zero" if added else "faint"),), tip=tip, joins=joins)
    tone = "ink" if added else "faint"
    return Token(_more(len(members), part, tone), tidy(total) if added else "", tip=tip, joins=joins)


def _more(count: int, part: float, tone: str) -> tuple[Piece, ...]:
    """So many terms in one, with their sum if it is known."""
    words = (Piece("⋯ ", tone), Piece(f"{count} more" + ("" if tone == "faint" else ": "), f"word-{tone}"))
    return words if tone == "faint" else (*words, Piece(tidy(part), tone))


def _sums(sums: Sequence[float], added: Sequence[bool], present: int, numbers: Sequence[int]) -> list[Token]:
    last = len(sums) - 1
    near = {0, 1, last, present - 1, present, present + 1}
    made: list[Token] = []
    total = 0.0
    for keep, group in groupby(range(len(sums)), key=lambda k: len(sums) <= MANY or k in near):
        members = list(group)
        if keep or len(members) == 1:
            for k in members:
                total += sums[k]
                tone = "faint" if not added[k] else "present" if k == present else "zero" if sums[k] == 0 else "ink"
                text = tidy(sums[k]) if added[k] else "…"
                tip = f"channel {numbers[k] + 1}"
                below = tidy(total) if added[k] and k else ""
                made.append(Token((Piece(text, tone),), below, channel=k, tip=tip, joins=bool(made)))
        else:
            part = sum(sums[k] for k in members)
            total += part
            ready = added[members[-1]]
            tone = "ink" if ready else "faint"
            tip = " + ".join(tidy(sums[k]) for k in members) if ready else ""
            made.append(Token(_more(len(members), part, tone), tidy(total) if ready else "", tip=tip, joins=True))
    return made


def _ending(step: Step, ended: bool) -> list[Token]:
    tone = "faint" if not ended else "zero" if step.bias == 0 else "ink"
    word = "word-zero" if tone == "zero" else f"word-{tone}"
    pieces = (Piece("bias ", word), Piece(tidy(step.bias), tone))
    bias = Token(pieces, tip="the bias of the filter", joins=bool(step.terms))
    ink, result = ("ink", "result") if ended else ("faint", "faint")
    total, value = (tidy(step.total), tidy(step.result)) if ended else ("…", "…")
    if step.activation == "none":
        return [bias, Token((Piece("= ", ink), Piece(value, result)))]
    relu = (Piece("→ ", ink), Piece("ReLU", f"word-{ink}"), Piece(" → ", ink), Piece(value, result))
    return [bias, Token((Piece("= ", ink), Piece(total, ink))), Token(relu, tip="ReLU: max(0, sum)")]


def sentence(step: Step) -> str:
    """The formula as one plain line, for those who hear it."""
    products = " + ".join(f"{tidy(t.value)}·{tidy(t.weight)}" for t in step.terms[:MANY])
    more = len(step.terms) - MANY
    text = products + (f" + {more} more" if more > 0 else "") + f" + bias {tidy(step.bias)} = {tidy(step.total)}"
    return text + (f", ReLU: {tidy(step.result)}" if step.activation == "relu" else "")
