"""Where any number of a recurrent cell comes from: its equation, its operands, and what it does, in words.

    story = explain(trace, "f", 2, 16, labels="Pelaez")
    story.lines[0]      # f_{t} = σ(W_{f} x_{t} + U_{f} h_{t−1} + b_{f})
    story.lines[1]      # unit 17: σ(0.84 + 1.31 − 0.22) = σ(1.93) = 0.873

Units and steps are counted from 0 in data, and from 1 in words. A step −1 is what stood before the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from explorer.explain.recurrent.cell import GATES, ORDER, Kind, Output, Squash, Trace, Values
from explorer.explain.recurrent.notation import equation, plain, symbol, symbols
from explorer.explain.recurrent.words import (
    WEIGHT,
    Operand,
    Piece,
    Place,
    Role,
    Term,
    about,
    capital,
    factor,
    later,
    said,
)


@dataclass(frozen=True)
class Story:
    """Where one number comes from.

    `equation` is markup (see `notation`). `terms` add up to `total`, which `squash` makes `result`; a gate that is
    held has `held` as its result, whatever the total. `formula` is the numbers' line in tones. `remarks` are
    sentences: what the number does, and its largest operand.
    """

    part: str
    step: int
    unit: int
    title: str
    says: str
    equation: str
    terms: tuple[Term, ...]
    total: float
    squash: Squash
    result: float
    held: float | None
    formula: tuple[Piece, ...]
    remarks: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The equation (markup), the numbers, and the remarks."""
        return (self.equation, "".join(piece.text for piece in self.formula), *self.remarks)

    @property
    def details(self) -> tuple[str, ...]:
        """Each share written out, a line each."""
        return tuple(term.line for term in self.terms)


@dataclass(frozen=True)
class Move:
    """One move of a walk through the unrolled cell: a part of a step, from 0."""

    step: int
    part: str


def walk(trace: Trace, output: Output | None = None) -> tuple[Move, ...]:
    """All moves in the order in which a cell computes: each step's parts, and `y` last where there is an output."""
    parts = ORDER[trace.cell.kind] + (("y",) if output is not None else ())
    return _moves(len(trace), parts)


@lru_cache(maxsize=8)
def _moves(steps: int, parts: tuple[str, ...]) -> tuple[Move, ...]:
    """Thousands of them, and the same after most edits."""
    return tuple(Move(t, part) for t in range(steps) for part in parts)


def explain(
    trace: Trace,
    part: str,
    t: int,
    unit: int,
    *,
    notation: str = "gates",
    labels: Sequence[str] = (),
    output: Output | None = None,
) -> Story:
    """Where the number `unit` of `part` at step `t` comes from; `y` needs the output, and tells of a logit.

    `labels` name the inputs of the steps: letters, words, rows. Raises `IndexError` for a step or a unit that is not
    there, and `KeyError` for a part that is not.
    """
    if not 0 <= t < len(trace):
        raise IndexError(f"step {t} of {len(trace)}")
    if part == "y" and output is not None:
        x = None if output.w is None else trace.x[t]
        state, when = (trace.before("h", t), t - 1) if output.w is not None else (trace.parts["h"][t], t)
        kind, label = trace.cell.kind, _label(labels, t)
        return explain_output(output, state, t, unit, x=x, came=when, kind=kind, notation=notation, label=label)
    if part not in ORDER[trace.cell.kind]:
        raise KeyError(part)
    if not 0 <= unit < trace.cell.hidden:
        raise IndexError(f"unit {unit} of {trace.cell.hidden}")
    with np.errstate(all="ignore"):
        if part in trace.sums:
            return _gate(trace, part, t, unit, notation, labels)
        return _mixed(trace, part, t, unit, notation)


def explain_output(
    output: Output,
    state: Values,
    t: int,
    unit: int,
    *,
    x: Values | None = None,
    came: int | None = None,
    kind: Kind = "RNN",
    notation: str = "gates",
    label: str = "",
) -> Story:
    """Where one logit comes from: `state` (H,) is of step `came` (`None`: t); x (I,) is read only by an `i2o`."""
    if not 0 <= unit < len(output.s):
        raise IndexError(f"logit {unit} of {len(output.s)}")
    came = t if came is None else came
    name = symbol(kind, "h", notation)
    places = Place("h", (came,)), Place("S", (unit,))
    terms = [_products("state", "From the state", name, state, output.s[unit], *places)]
    if x is not None and output.w is not None:
        places, sign = (Place("x", (t,)), Place("V", (unit,))), symbol(kind, "x", notation)
        terms.insert(0, _products("input", "From the input", sign, x, output.w[unit], *places, label))
    bias = Operand("bias", float(output.bias[unit]), Place("bias", (unit,)))
    terms.append(Term("bias", "Bias", (bias,), bias.value))
    total = float(sum(term.total for term in terms))
    who = output.names[unit] if output.names else f"logit {unit + 1}"
    formula = (Piece(f"{who}: ", "word"), *_summed(terms), Piece(" = "), Piece(said(total, 3), "result"))
    title, says = about(kind, "y")
    written = equation(kind, "logits", notation, biased=True)
    return Story("y", t, unit, title, says, written, tuple(terms), total, "none", total, None, formula, _largest(terms))


# --- parts with weights


def _gate(trace: Trace, part: str, t: int, unit: int, notation: str, labels: Sequence[str]) -> Story:
    cell = trace.cell
    g, gate = next((k, gate) for k, gate in enumerate(cell.gates) if gate.name == part)
    named = symbols(cell.kind, part, notation)
    state = symbol(cell.kind, "h", notation)
    given = _products(
        "input", "From the input", symbol(cell.kind, "x", notation), trace.x[t], cell.w[g, unit], Place("x", (t,)),
        Place("w", (g, unit)), _label(labels, t),
    )  # fmt: skip
    carried = _products(
        "state", "From the state", state, trace.before("h", t), cell.u[g, unit], Place("h", (t - 1,)),
        Place("u", (g, unit)),
    )  # fmt: skip
    b = Operand(named.b, float(cell.b[g, unit]), Place("b", (g, unit)))
    d = Operand(named.d, float(cell.d[g, unit]), Place("d", (g, unit)))
    if cell.kind == "GRU" and part == "n":
        reset = _value(trace, "r", t, unit, notation)
        inner = (*carried.operands, d) if d.value else carried.operands
        carried = Term("state", carried.title, inner, reset.value * (carried.total + d.value), reset)
        bias = Term("bias", "Bias", (b,), b.value)
    elif not d.value:
        bias = Term("bias", "Bias", (b,), b.value)
    else:
        bias = Term("bias", "Biases, of which PyTorch keeps two", (b, d), b.value + d.value)
    terms = (given, carried, bias)
    total, result = float(trace.sums[part][t, unit]), float(trace.parts[part][t, unit])
    held = trace.frozen.get(part)
    squash = gate.squash if cell.squash is None or gate.squash == "sigmoid" else cell.squash
    sign = {"sigmoid": "σ", "tanh": "tanh", "relu": "ReLU", "none": ""}[squash]
    formula = [Piece(f"unit {unit + 1}: ", "word"), Piece(f"{sign}(" if sign else ""), *_summed(terms)]
    formula += [Piece(")" if sign else ""), Piece(" = "), Piece(f"{sign}({said(total)}) = " if sign else "")]
    free = float(cell.squashed(gate, trace.sums[part][t, unit]))
    formula.append(Piece(said(free, 3), "result" if held is None else "ink"))
    if held is not None:
        formula += [Piece(", but held at ", "word"), Piece(said(held), "result")]
    title, says = about(cell.kind, part)
    biased = bool(cell.b.any() or cell.d.any()) or None
    remarks = (*_role(trace, part, t, unit), *_largest(terms))
    if held is not None:
        remarks = (f"The {title.lower()} is held at {said(held)}: the sum {said(total)} has no effect.", *remarks)
    return Story(
        part, t, unit, title, says, equation(cell.kind, part, notation, biased=biased, squash=cell.squash), terms,
        total, squash, result, held, tuple(piece for piece in formula if piece.text), remarks,
    )  # fmt: skip


def _products(
    role: Role, title: str, name: str, values: Values, weights: Values, place: Place, other: Place, label: str = ""
) -> Term:
    """Values (N,) times weights (N,), the largest product first; a one-hot vector picks one weight."""
    products = values * weights
    order = np.argsort(-np.abs(products), kind="stable").tolist()
    hot = np.flatnonzero(values)
    if role == "input" and len(values) > 1 and len(hot) == 1 and values[hot[0]] == 1:
        picked = f"the {'letter' if len(label) == 1 else 'input'} “{label}”" if label else f"input {hot[0] + 1}"
        order = [int(hot[0]), *(k for k in order if k != hot[0])]
    else:
        picked = ""
    listed, weighed = values.tolist(), weights.tolist()
    operands = tuple(
        Operand(
            f"{name}_{{{k + 1}}}", listed[k], Place(place.part, (*place.index, k)), WEIGHT, weighed[k],
            Place(other.part, (*other.index, k)),
        )
        for k in order
    )  # fmt: skip
    return Term(role, title, operands, float(values @ weights), picked=picked)


def _summed(terms: Sequence[Term]) -> list[Piece]:
    """The terms as a sum of numbers: `0.84 + 1.31 − 0.22`."""
    pieces: list[Piece] = []
    for k, term in enumerate(terms):
        if term.gate is None:
            pieces += later(term.total, k, first=not k)
            continue
        pieces += later(term.gate.value, k, first=not k)
        pieces += [Piece("·"), Piece(factor(term.inner), _tone(term.inner), k)]
    return pieces


def _tone(value: float) -> str:
    return "positive" if value > 0 else "negative" if value < 0 else "zero"


def _label(labels: Sequence[str], t: int) -> str:
    return labels[t] if t < len(labels) else ""


def _largest(terms: Sequence[Term]) -> tuple[str, ...]:
    """What the letter picks, and the largest of all other products."""
    picked = [f"{capital(term.picked)} picks weight {said(term.operands[0].weight)}." for term in terms if term.picked]
    others = [o for term in terms if not term.picked and term.role != "bias" for o in term.operands if o.by]
    if not others:
        return tuple(picked)
    best = max(others, key=lambda operand: abs(operand.product))
    if best.product:
        text = f"Largest operand: {plain(best.name)} = {said(best.value)} · weight {said(best.weight)}."
    elif best.place.index[0] < 0 and not any(operand.value for operand in others):
        text = "The state is all 0 before the first step."
    else:
        text = "All other products are 0."
    return (" ".join([*picked, text]),)


def _role(trace: Trace, part: str, t: int, unit: int) -> tuple[str, ...]:
    """What this number does in the step, with the numbers it meets there."""
    kind, who = trace.cell.kind, f"unit {unit + 1}"

    def now(name: str) -> float:
        return float(trace.parts[name][t, unit])

    value, old = now(part), float(trace.before("h", t)[unit])
    if kind == "LSTM":
        memory = float(trace.before("c", t)[unit])
        if part == "f":
            return (f"Of the old memory {said(memory)}, {who} keeps {_kept(value, memory)}.",)
        if part == "i":
            return (f"Of the candidate {said(now('g'))}, {who} takes in {_kept(value, now('g'))}.",)
        if part == "g":
            return (f"The input gate lets in {said(now('i'), 3)} of it: {_kept(now('i'), value)}.",)
        shown = float(np.tanh(trace.parts["c"][t, unit]))
        return (f"Of the memory, which tanh makes {said(shown, 3)}, {who} shows {_kept(value, shown)}.",)
    if kind == "GRU":
        if part == "r":
            carried = float(trace.cell.u[2, unit] @ trace.before("h", t) + trace.cell.d[2, unit])
            return (f"Of what the old state gives, {said(carried)}, {who} lets in {_kept(value, carried)}.",)
        if part == "z":
            return (f"Of its old state {said(old)}, {who} keeps {_kept(value, old)}.",)
        return (f"Of it, {who} takes {_kept(1 - now('z'), value)}.",)
    return (f"The state of {who} goes from {said(old)} to {said(value)}.",)


def _kept(share: float, whole: float) -> str:
    return f"{said(share, 3)}·{factor(whole)} = {said(share * whole)}"


# --- parts that follow from the gates


def _value(trace: Trace, part: str, t: int, unit: int, notation: str, turned: bool = False) -> Operand:
    """A part's own number as an operand; `turned`: 1 minus it."""
    kind = trace.cell.kind
    value = float((trace.before("c" if part == "c" else "h", 0) if t < 0 else trace.parts[part][t])[unit])
    name = symbol(kind, part, notation)
    return Operand(f"1 − {name}" if turned else name, 1 - value if turned else value, Place(part, (t, unit)))


def _pair(role: Role, title: str, one: Operand, two: Operand) -> Term:
    both = Operand(one.name, one.value, one.place, two.name, two.value, two.place)
    return Term(role, title, (both,), both.product)


def _mixed(trace: Trace, part: str, t: int, unit: int, notation: str) -> Story:
    kind = trace.cell.kind

    def at(name: str, step: int = t, turned: bool = False) -> Operand:
        return _value(trace, name, step, unit, notation, turned)

    result = float(trace.parts[part][t, unit])
    head, tail = Piece(f"unit {unit + 1}: ", "word"), (Piece(" = "), Piece(said(result, 3), "result"))
    if kind == "LSTM" and part == "h":
        o, c = at("o"), at("c")
        squashed = float(np.tanh(c.value))
        shown = Operand(f"tanh({c.name})", squashed, c.place)
        terms: tuple[Term, ...] = (_pair("shown", "Shown of the memory", o, shown),)
        formula: tuple[Piece, ...] = (
            head, Piece(said(o.value, 3), "ink", 0), Piece(f"·tanh({said(c.value)}) = {said(o.value, 3)}·"),
            Piece(factor(squashed, 3), _tone(squashed), 0), *tail,
        )  # fmt: skip
        remark = f"Of the memory {said(c.value)}, unit {unit + 1} shows {said(result, 3)}."
    else:
        if kind == "LSTM":
            terms = (
                _pair("kept", "Kept of the old memory", at("f"), at("c", t - 1)),
                _pair("written", "Written into the memory", at("i"), at("g")),
            )
            remark = "Kept {}, written {}: the memory goes from {} to {}."
        else:
            terms = (
                _pair("written", "Taken of the new state", at("z", turned=True), at("n")),
                _pair("kept", "Kept of the old state", at("z"), at("h", t - 1)),
            )
            remark = "Taken {}, kept {}: the state goes from {} to {}."
        old = float(trace.before("c" if kind == "LSTM" else "h", t)[unit])
        remark = remark.format(said(terms[0].total), said(terms[1].total), said(old), said(result))
        pieces = [head]
        for k, term in enumerate(terms):
            (both,) = term.operands
            turned = both.name.startswith("1 − ")
            first = Piece(f"(1 − {said(1 - both.value, 3)})" if turned else said(both.value, 3), "ink", k)
            pieces += [Piece(" + " if k else ""), first, Piece("·"), Piece(factor(both.weight), _tone(both.weight), k)]
        middle = [Piece(" = "), *later(terms[0].total, 0, first=True), *later(terms[1].total, 1)]
        formula = tuple(piece for piece in (*pieces, *middle, *tail) if piece.text)
    title, says = about(kind, part)
    used = {place.part for term in terms for o in term.operands for place in (o.place, o.other) if place is not None}
    notes = [
        f"The {gate.title} is held at {said(trace.frozen[gate.name])}."
        for gate in GATES[kind]
        if gate.name in trace.frozen and gate.name in used
    ]
    total = float(sum(term.total for term in terms))
    return Story(
        part, t, unit, title, says, equation(kind, part, notation), terms, total, "none", result, None, formula,
        (remark, *notes),
    )  # fmt: skip
