"""Where the numbers of the Write page come from, in lines of text: draws, surprises, perplexities. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, log2
from typing import TYPE_CHECKING

import numpy as np

from explorer.arch.text import UNBROKEN, number, plural
from explorer.explain.softmax import explain
from explorer.learn.corpus import END

if TYPE_CHECKING:
    from explorer.learn.writing import Alphabet, Surprise, Written

TERMS = 3
"""Terms of a sum that are written out."""

SPACE = "␣"


def shown(sign: str) -> str:
    """A sign as it can be seen: the space as ␣."""
    return SPACE if sign == " " else sign


def chance(p: float) -> str:
    """A probability in few characters: `0.41`, `0.0032`, `1.2·10⁻⁷` without false zeros."""
    if p >= 0.01 or p == 0:
        return number(p, 3)
    if p >= 1e-4:
        return f"{p:.4f}"
    power = int(np.floor(np.log10(p)))
    raised = str(-power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{p / 10.0**power:.1f}·10⁻{raised}"


def few(value: float) -> str:
    """A sum of powers, to about four digits that count; a tiny one as a chance."""
    return chance(value) if value < 0.01 else number(value, max(0, 3 - max(0, int(np.floor(np.log10(value))))))


def why_drawn(drawn: Written, alphabet: Alphabet, first: bool) -> tuple[str, ...]:
    """The softmax with temperature behind a drawn sign; `first` says that no letter stood before it."""
    sign = shown(alphabet.signs[drawn.token])
    logit = number(float(drawn.logits[drawn.token]), 2)
    open_ = [int(k) for k in drawn.order if drawn.probabilities[k] > 0 or not alphabet.barred[k]]
    if drawn.temperature == 0:
        second = next((k for k in open_ if k != drawn.token), None)
        rest = f"; {shown(alphabet.signs[second])} has {number(float(drawn.logits[second]), 2)}" if second else ""
        return (
            f"T = 0: {sign} has the largest logit, z = {logit}{rest}.",
            "Temperature 0 always takes the likeliest. Nothing is left to chance.",
        )
    soft = explain(drawn.logits[open_] / drawn.temperature, open_.index(drawn.token))
    heat = number(drawn.temperature, 2)
    top = f"{few(float(soft.exponentials[soft.index]))} / {few(soft.total)}"
    pairs = zip(soft.powers[:TERMS], open_[:TERMS], strict=True)
    terms = " + ".join(f"{power} ({shown(alphabet.signs[k])})" for power, k in pairs)
    more = len(open_) - TERMS
    low, high = drawn.stretch
    digits = 3 if drawn.probability >= 0.01 else 6
    lines = [
        f"P({sign}) = e^({logit}/{heat}) / sum = {top} = {chance(drawn.probability)}",
        f"sum = {terms}{f' + {number(more)} more' if more > 0 else ''} = {few(soft.total)}",
        f"The random number {number(drawn.die, digits)} lies in {number(low, digits)} … {number(high, digits)}, "
        f"the part of {sign}.",
    ]
    if soft.shift:
        lines.insert(
            1,
            f"z/T is {number(float(drawn.logits[drawn.token]) / drawn.temperature, 2)}; {number(soft.shift, 2)}, the "
            "largest, is taken from every exponent. The quotient stays the same.",
        )
    if alphabet.classes:
        lines.append(f"Signs of classes{f' and {END}' if first else ''} are not drawn here: the others share theirs.")
    elif alphabet.barred.any():
        lines.append("The sign for unknown words is not drawn: the others share its probability.")
    return tuple(lines)


def why_surprise(found: Surprise, place: int, alphabet: Alphabet, before: str) -> tuple[str, ...]:
    """The arithmetic of one bar, and what the network expected behind `before`."""
    sign = shown(alphabet.signs[found.tokens[place]])
    p = exp(-float(found.nats[place]))
    bits = number(float(found.bits[place]), 2)
    likely = ", ".join(f"{shown(alphabet.signs[token])} {chance(odds)}" for token, odds in found.expected[place][:4])
    behind = f"Behind “{before}”" if before else "At the beginning"
    return (f"surprise({sign}) = −log₂ P({sign}) = −log₂ {chance(p)} = {bits} bits", f"{behind} it expected {likely}.")


def why_perplexity(found: Surprise, alphabet: Alphabet) -> tuple[str, ...]:
    """The perplexity from the logarithms of the signs' probabilities (Jelinek et al. 1977)."""
    n = len(found.nats)
    logs = [number(-float(v), 2) for v in found.nats[:TERMS]]
    total = number(-float(found.nats.sum()), 2)
    more = f" + {number(n - TERMS)} more" if n > TERMS else ""
    result = perplexity(found.perplexity)
    return (
        f"PPL = exp(−(1/n) Σ ln p) = exp({number(float(found.nats.sum()), 2)} / {n}) "
        f"= exp({number(found.mean, 2)}) = {result}",
        f"Σ ln p = ({') + ('.join(logs)}){more} = {total}",
        f"As uncertain as between {result} equally likely {alphabet.unit}s, "
        f"at each of {plural(n, 'guess', 'guesses')}.",
    )


def perplexity(value: float) -> str:
    """`13.5`, `1 204`, `4.7·10⁹`, `∞`."""
    if value == float("inf"):
        return "∞"
    if value >= 1e6:
        power = int(np.floor(np.log10(value)))
        raised = str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{value / 10.0**power:.1f}·10{raised}"
    return number(value, 0 if value >= 1000 else 1 if value >= 10 else 2).replace("\u2009", UNBROKEN)


def uniform_bits(vocabulary: int) -> float:
    """The surprise of every sign to a network that knows nothing."""
    return log2(vocabulary) if vocabulary > 1 else log(2)


def ranked(values: Sequence[float]) -> tuple[int, ...]:
    """The places of perplexities, the least first."""
    return tuple(sorted(range(len(values)), key=lambda k: values[k]))
