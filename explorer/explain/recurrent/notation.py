"""The same equations as each lecture writes them.

Markup: `_{…}` stands low, `^{…}` stands high, all else on the line. `pieces` takes it apart, `plain` writes it in one
line, `html` for labels with rich text.

    equation("LSTM", "f", "gates")      # f_{t} = σ(W_{f} x_{t} + U_{f} h_{t−1} + b_{f})
"""

from __future__ import annotations

import html as escaping
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from explorer.explain.recurrent.cell import GATES, Kind, Squash

Level = Literal["line", "low", "high"]

_MARKED = re.compile(r"([_^])\{([^}]*)\}")
_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Notation:
    """How one lecture writes recurrent cells.

    In `w`, `u` (weights on input and state), `b`, `d` (biases; d only where there are two) `*` stands for the part's
    letter. `rows` says that inputs are rows: x W instead of W x. `first` is what comes first in a sum. `squash`
    is written for the RNN's tanh, if another sign is. `biased` says whether the lecture writes the biases of an RNN.
    """

    key: str
    title: str
    note: str = ""
    state: str = "h"
    input: str = "x"
    output: str = "y"
    cell: str = "c"
    new: str = "c̃"
    time: str = "t"
    raised: bool = False
    rows: bool = False
    transposed: bool = False
    capital: bool = False
    first: Literal["input", "state"] = "input"
    w: str = "W_{*}"
    u: str = "U_{*}"
    b: str = "b_{*}"
    d: str = "d_{*}"
    pair: bool = False
    plain: tuple[str, str, str, str] = ("W", "U", "b", "d")
    """w, u, b and d of an RNN, which has one part only."""
    s: str = "S"
    e: str = "e"
    """Weights and bias of the output."""
    squash: str = ""
    softmax: str = "softmax"
    biased: bool = True
    product: str = "∘"
    memory: str = "c"
    """The letter of an LSTM's candidate in the weights' names."""

    def at(self, name: str, earlier: bool = False) -> str:
        """A symbol at the present step, or at the one before: `h_{t−1}`."""
        step = f"{self.time}−1" if earlier else self.time
        return f"{name}^{{⟨{step}⟩}}" if self.raised else f"{name}_{{{step}}}"


NOTATIONS: dict[str, Notation] = {
    notation.key: notation
    for notation in (
        Notation("gates", "W for the input, U for the state", "As most texts write gates: W acts on the input x."),
        Notation(
            "words",
            "U for the input, W for the state",
            "Here W acts on the state and U on the input; steps are counted by i.",
            time="i",
            first="state",
            w="U_{*}",
            u="W_{*}",
            plain=("U", "W", "b", "d"),
            biased=False,
        ),
        Notation(
            "double",
            "W_{xh}, W_{hh}, W_{hy}",
            "Each matrix is named for what it leads from and to: W_{xh} from x to h.",
            first="state",
            w="W_{x*}",
            u="W_{h*}",
            plain=("W_{xh}", "W_{hh}", "b_{h}", "d_{h}"),
            s="W_{hy}",
            e="b_{y}",
            biased=False,
        ),
        Notation(
            "angle",
            "a^{⟨t⟩}, W_{aa}, W_{ax}",
            "Each matrix is named for what it leads to and from: W_{ax} to a from x. The state is a; a^{⟨0⟩} = 0.",
            state="a",
            output="ŷ",
            raised=True,
            first="state",
            w="W_{*x}",
            u="W_{*a}",
            plain=("W_{ax}", "W_{aa}", "b_{a}", "d_{a}"),
            s="W_{ya}",
            e="b_{y}",
            squash="g",
            softmax="g",
        ),
        Notation(
            "rows",
            "H_{t}, X_{t} W_{xh}",
            "Inputs and states are rows, one for each sequence of a batch: they stand before their matrix.",
            state="H",
            input="X",
            output="O",
            cell="C",
            new="C̃",
            rows=True,
            capital=True,
            w="W_{x*}",
            u="W_{h*}",
            plain=("W_{xh}", "W_{hh}", "b_{h}", "d_{h}"),
            s="W_{hq}",
            e="b_{q}",
            squash="φ",
            softmax="",
            product="⊙",
        ),
        Notation(
            "pytorch",
            "PyTorch",
            "PyTorch keeps two biases; weight_ih_l0 and weight_hh_l0 hold the matrices of all gates, stacked.",
            rows=True,
            transposed=True,
            new="g",
            w="W_{i*}",
            u="W_{h*}",
            b="b_{i*}",
            d="b_{h*}",
            pair=True,
            plain=("W_{ih}", "W_{hh}", "b_{ih}", "b_{hh}"),
            s="A",
            e="b",
            product="⊙",
            memory="g",
        ),
    )
}
"""All notations by their key: first that of the gates, then those that the lectures have for the RNN."""


@dataclass(frozen=True)
class Symbols:
    """The signs of one part's weights, as markup: on the input, on the state, and the two biases."""

    w: str
    u: str
    b: str
    d: str


def symbols(kind: Kind, part: str, notation: str = "gates") -> Symbols:
    """The weights' names of a part: `W_{f}`, `U_{f}`, `b_{f}`. Raises `KeyError` for a part that has no weights."""
    n = NOTATIONS[notation]
    if part not in {gate.name for gate in GATES[kind]}:
        raise KeyError(part)
    if kind in ("RNN", "ConcatRNN"):
        return Symbols(*n.plain)
    letter = n.memory if part == "g" else part
    return Symbols(*(sign.replace("*", letter) for sign in (n.w, n.u, n.b, n.d)))


def symbol(kind: Kind, part: str, notation: str = "gates") -> str:
    """How a part, or `x`, `h`, `c`, `y`, is called, without its step: `f`, `c̃`, `Ã`."""
    n = NOTATIONS[notation]
    known = {"h": n.state, "x": n.input, "y": n.output, "c": n.cell}
    if kind == "LSTM":
        known["g"] = n.new
    return known.get(part, part.upper() if n.capital else part)


def equation(
    kind: Kind, part: str, notation: str = "gates", *, biased: bool | None = None, squash: Squash | None = None
) -> str:
    """The equation of a part, as markup. Parts are those of `cell.ORDER`, and `y`, `logits` for the output.

    `biased`: whether the biases are written; `None`: as the lecture does. `squash` replaces an RNN's tanh. Raises
    `KeyError` for a notation or a part that is not there.
    """
    n = NOTATIONS[notation]
    if part in ("y", "logits"):
        return _output(kind, part, n, n.biased if biased is None else biased)
    named = n.at(symbol(kind, part, notation))
    combined = _combined(kind, part, n)
    if combined:
        return f"{named} = {combined}"
    gate = next((g for g in GATES[kind] if g.name == part), None)
    if gate is None:
        raise KeyError(part)
    with_bias = (n.biased or kind not in ("RNN", "ConcatRNN")) if biased is None else biased
    total = _total(kind, part, notation, with_bias)
    if gate.squash == "sigmoid":
        return f"{named} = σ({total})"
    chosen = squash or gate.squash
    if chosen == "none":
        return f"{named} = {total}"
    sign = n.squash if n.squash and kind == "RNN" and squash is None else "ReLU" if chosen == "relu" else chosen
    return f"{named} = {sign}({total})"


def note(kind: Kind, part: str, notation: str = "gates") -> str:
    """What to know about an equation besides: a lecture's slip, the two products of a GRU, or empty."""
    n = NOTATIONS[notation]
    if kind == "LSTM" and part == "h":
        slip = f"{n.at(n.state)} = {n.at('O' if n.capital else 'o')} × tanh({n.at(n.cell, True)})"
        return f"One lecture prints {slip}. The state shows the new memory: it must be tanh({n.at(n.cell)})."
    if kind == "LSTM" and part == "g" and notation != "pytorch":
        return "PyTorch calls the candidate g."
    if kind == "GRU" and part == "n":
        return "As in PyTorch, the reset gate acts on the product with the state, which has a bias of its own."
    if kind == "GRU" and part == "h":
        return "As in PyTorch, z keeps the old state. Cho et al. 2014 write it so, too; some texts swap z and 1 − z."
    if kind == "RNN" and part == "h" and n.squash:
        return f"Here {n.squash} is tanh."
    return ""


def stored(kind: Kind, part: str, which: Literal["w", "u", "b", "d"], hidden: int, layer: int = 0) -> str:
    """Where PyTorch keeps a part's weights: `weight_ih_l0, rows 129 to 256`."""
    if kind == "ConcatRNN":
        return {"w": "i2h.weight, first columns", "u": "i2h.weight, last columns", "b": "i2h.bias", "d": "nowhere"}[
            which
        ]
    name = {"w": "weight_ih", "u": "weight_hh", "b": "bias_ih", "d": "bias_hh"}[which] + f"_l{layer}"
    names = [gate.name for gate in GATES[kind]]
    if len(names) == 1:
        return name
    first = names.index(part) * hidden
    return f"{name}, rows {first + 1} to {first + hidden}"


# --- markup


def pieces(markup: str) -> tuple[tuple[str, Level], ...]:
    """The text piece by piece, each with its level: `h_{t}` → (h, line), (t, low)."""
    return tuple(_pieces(markup))


def _pieces(markup: str) -> Iterator[tuple[str, Level]]:
    done = 0
    for found in _MARKED.finditer(markup):
        if found.start() > done:
            yield markup[done : found.start()], "line"
        yield found[2], "low" if found[1] == "_" else "high"
        done = found.end()
    if done < len(markup):
        yield markup[done:], "line"


def plain(markup: str) -> str:
    """One line without markup: `h₄₀`, `W_f`, `h_{t−1}`, `a⟨t⟩`."""

    def written(found: re.Match[str]) -> str:
        sign, text = found[1], found[2]
        if text.startswith("⟨"):
            return text
        if sign == "_" and text.isdecimal():
            return text.translate(_LOW)
        return f"{sign}{text}" if text.isalnum() else f"{sign}{{{text}}}"

    return _MARKED.sub(written, markup)


def html(markup: str) -> str:
    """As rich text, with `<sub>` and `<sup>`; all else is escaped."""
    tags = {"line": ("", ""), "low": ("<sub>", "</sub>"), "high": ("<sup>", "</sup>")}
    return "".join(f"{tags[level][0]}{escaping.escape(text)}{tags[level][1]}" for text, level in pieces(markup))


# --- the equations


def _times(n: Notation, matrix: str, vector: str) -> str:
    turned = f"{matrix}^{{T}}" if n.transposed else matrix
    return f"{vector} {turned}" if n.rows else f"{matrix} {vector}"


def _total(kind: Kind, part: str, notation: str, biased: bool) -> str:
    n, signs = NOTATIONS[notation], symbols(kind, part, notation)
    given = _times(n, signs.w, n.at(n.input))
    carried = _times(n, signs.u, n.at(n.state, True))
    if kind == "GRU" and part == "n":
        inner = f"{carried} + {signs.d}" if biased else carried
        given = f"{given} + {signs.b}" if biased else given
        carried = f"{n.at(symbol(kind, 'r', notation))} {n.product} ({inner})"
        return f"{carried} + {given}" if n.first == "state" else f"{given} + {carried}"
    if n.pair and kind != "ConcatRNN":
        return f"{given} + {signs.b} + {carried} + {signs.d}" if biased else f"{given} + {carried}"
    if kind == "ConcatRNN" and n.transposed:
        joined = f"[{n.at(n.input)}, {n.at(n.state, True)}] W_{{i2h}}^{{T}}"
        return f"{joined} + b_{{i2h}}" if biased else joined
    both = (carried, given) if n.first == "state" else (given, carried)
    return " + ".join((*both, signs.b) if biased else both)


def _combined(kind: Kind, part: str, n: Notation) -> str:
    """What follows from the gates, without weights; empty for a part that has some."""

    def at(name: str, earlier: bool = False) -> str:
        return n.at(symbol(kind, name, n.key), earlier)

    by = n.product
    if kind == "LSTM" and part == "c":
        return f"{at('f')} {by} {at('c', True)} + {at('i')} {by} {at('g')}"
    if kind == "LSTM" and part == "h":
        return f"{at('o')} {by} tanh({at('c')})"
    if kind == "GRU" and part == "h":
        return f"(1 − {at('z')}) {by} {at('n')} + {at('z')} {by} {at('h', True)}"
    return ""


def _output(kind: Kind, part: str, n: Notation, biased: bool) -> str:
    if kind == "ConcatRNN":
        # The output has a matrix for the input, too, and reads the state from before the step.
        if n.transposed:
            total = f"[{n.at(n.input)}, {n.at(n.state, True)}] W_{{i2o}}^{{T}}"
            biased_by = "b_{i2o}"
        else:
            both = _times(n, "V", n.at(n.input)), _times(n, n.s, n.at(n.state, True))
            total, biased_by = " + ".join(both if n.first == "input" else both[::-1]), n.e
    else:
        total, biased_by = _times(n, n.s, n.at(n.state)), n.e
    total = f"{total} + {biased_by}" if biased else total
    if part == "logits":
        return f"logits = {total}"
    named = n.at("Y" if kind == "LSTM" and n.capital else n.output)  # O is the output gate there
    return f"{named} = {n.softmax}({total})" if n.softmax else f"{named} = {total}"
