"""Where numbers come from: every story adds up, and says it in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.explain.recurrent.cell import ORDER, Cell, Kind, Output, run
from explorer.explain.recurrent.lesson import blackboard_cell, own_letters, random_cell, scaled
from explorer.explain.recurrent.notation import NOTATIONS
from explorer.explain.recurrent.story import Move, explain, explain_output, walk
from explorer.explain.recurrent.words import Place

KINDS: tuple[Kind, ...] = ("RNN", "LSTM", "GRU", "ConcatRNN")


def cell_of(kind: Kind, gates: int, **changed: float) -> Cell:
    """One unit, one input, all weights 0 but those of the first gates given as `w0=…`."""
    arrays = {
        "w": np.zeros((gates, 1, 1)),
        "u": np.zeros((gates, 1, 1)),
        "b": np.zeros((gates, 1)),
        "d": np.zeros((gates, 1)),
    }
    for name, value in changed.items():
        arrays[name[0]][int(name[1:])] = value
    return Cell(kind, **arrays)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(KINDS), st.integers(1, 7), st.integers(1, 7), st.integers(0, 10**6), st.booleans())
def test_every_story_adds_up_to_the_number_that_is_shown(
    kind: Kind, features: int, hidden: int, seed: int, held: bool
) -> None:
    random = np.random.default_rng(seed)
    cell = random_cell(kind, features, hidden, seed)
    gate = {"LSTM": "f", "GRU": "z"}.get(kind)
    trace = run(cell, random.normal(size=(3, features)), frozen={gate: 1.0} if held and gate else None)
    output = Output(random.normal(size=(2, hidden)), random.normal(size=2))
    for move in walk(trace):
        unit = int(random.integers(hidden))
        story = explain(trace, move.part, move.step, unit)
        assert story.result == trace.parts[move.part][move.step, unit]
        assert story.total == pytest.approx(sum(term.total for term in story.terms), abs=1e-12)
        for term in story.terms:
            factor = 1.0 if term.gate is None else term.gate.value
            assert term.total == pytest.approx(factor * sum(o.product for o in term.operands), abs=1e-12)
            sizes = [abs(o.product) for o in term.operands if o.by == "weight"]
            assert sizes == sorted(sizes, reverse=True)
        if move.part in trace.sums:
            assert story.total == trace.sums[move.part][move.step, unit]
        else:
            assert story.total == pytest.approx(story.result, abs=1e-12)
    logits = output.logits(trace)
    assert explain(trace, "y", 2, 1, output=output).result == pytest.approx(logits[2, 1], abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_places_name_where_the_numbers_stand(kind: Kind) -> None:
    cell = random_cell(kind, 3, 4, seed=5)
    trace = run(cell, np.random.default_rng(5).normal(size=(3, 3)))
    arrays = {"w": cell.w, "u": cell.u, "b": cell.b, "d": cell.d, "x": trace.x}

    def value(place: Place) -> float:
        if place.part in arrays:
            return float(arrays[place.part][place.index])
        t, unit = place.index
        return float(
            trace.before("c" if place.part == "c" else "h", 0)[unit] if t < 0 else trace.parts[place.part][t][unit]
        )

    for t in (0, 2):
        for part in ORDER[kind]:
            for operand in (o for term in explain(trace, part, t, 1).terms for o in term.operands):
                wanted = value(operand.place)
                if operand.name.startswith("1 − "):
                    wanted = 1 - wanted
                assert operand.value == wanted
                if operand.other is not None:
                    found = value(operand.other)
                    assert operand.weight == (np.tanh(found) if operand.by.startswith("tanh") else found)


def test_the_lines_of_a_forget_gate() -> None:
    cell = cell_of("LSTM", 4, w1=0.84, u1=1.31, b1=-0.22)
    trace = run(cell, np.array([[1.0]]), h0=np.array([1.0]), c0=np.array([2.14]))
    story = explain(trace, "f", 0, 0)
    assert story.title == "Forget gate"
    assert story.says == "0 discards the old memory, 1 keeps it."
    assert story.lines == (
        "f_{t} = σ(W_{f} x_{t} + U_{f} h_{t−1} + b_{f})",
        "unit 1: σ(0.84 + 1.31 − 0.22) = σ(1.93) = 0.873",
        "Of the old memory 2.14, unit 1 keeps 0.873·2.14 = 1.87.",
        "Largest operand: h₁ = 1 · weight 1.31.",
    )
    assert [piece.text for piece in story.formula if piece.tone == "negative"] == ["0.22"]
    assert story.formula[-1].text == "0.873"
    assert story.formula[-1].tone == "result"
    assert explain(trace, "c", 0, 0).lines[1:] == (
        "unit 1: 0.873·2.14 + 0.5·0 = 1.87 + 0 = 1.869",
        "Kept 1.87, written 0: the memory goes from 2.14 to 1.87.",
    )
    assert explain(trace, "h", 0, 0).lines[1] == "unit 1: 0.5·tanh(1.87) = 0.5·0.953 = 0.477"


def test_a_letter_picks_its_weight() -> None:
    trace = run(random_cell("RNN", 57, 128, seed=2), np.eye(57)[[15, 30]])
    story = explain(trace, "h", 1, 16, labels="Pe")
    given, carried, _ = story.terms
    assert given.picked == "the letter “e”"
    assert given.line == f"From the input: the letter “e” picks weight {trace.cell.w[0, 16, 30]:.2f}.".replace("-", "−")
    assert story.remarks[-1].startswith("The letter “e” picks weight ")
    assert "Largest operand: h" in story.remarks[-1]
    assert " and 124 more: " in carried.line
    assert explain(trace, "h", 1, 16).terms[0].picked == "input 31"
    assert explain(trace, "h", 1, 16, labels=("Paris", "is")).terms[0].picked == "the input “is”"
    assert "The state is all 0 before the first step." in explain(trace, "h", 0, 16).remarks[-1]


def test_a_held_gate_says_so_where_it_acts() -> None:
    cell = cell_of("LSTM", 4, w1=1.93)
    trace = run(cell, np.array([[1.0]]), c0=np.array([2.0]), frozen={"f": 0.0})
    story = explain(trace, "f", 0, 0)
    assert story.held == 0
    assert story.result == 0
    assert story.lines[1] == "unit 1: σ(1.93 + 0 + 0) = σ(1.93) = 0.873, but held at 0"
    assert story.remarks[0] == "The forget gate is held at 0: the sum 1.93 has no effect."
    assert "The forget gate is held at 0." in explain(trace, "c", 0, 0).remarks
    assert "The forget gate is held at 0." not in explain(trace, "h", 0, 0).remarks


def test_the_parts_of_a_gru() -> None:
    cell = cell_of("GRU", 3, w0=-1.0, w2=0.5, u2=2.0, d2=1.0, b2=0.25)
    trace = run(cell, np.array([[1.0]]), h0=np.array([0.5]))
    new = explain(trace, "n", 0, 0)
    assert new.lines[1] == "unit 1: tanh(0.5 + 0.27·2 + 0.25) = tanh(1.29) = 0.859"
    assert new.terms[1].gate is not None
    assert new.terms[1].inner == 2
    assert new.terms[1].line == "From the state: r 0.27 · (h₁ 0.5·2 + d_n 1) = 0.54."
    assert explain(trace, "r", 0, 0).remarks[0] == "Of what the old state gives, 2, unit 1 lets in 0.269·2 = 0.54."
    assert explain(trace, "h", 0, 0).lines[1:] == (
        "unit 1: (1 − 0.5)·0.86 + 0.5·0.5 = 0.43 + 0.25 = 0.679",
        "Taken 0.43, kept 0.25: the state goes from 0.5 to 0.68.",
    )


def test_the_lectures_output_reads_the_state_before_the_step() -> None:
    trace = run(random_cell("ConcatRNN", 2, 3), np.array([[0.0, 1], [1, 0]]))
    output = Output(np.ones((2, 3)), np.array([0.5, 0]), np.array([[1.0, 2], [3, 4]]), ("Czech", "Greek"))
    story = explain(trace, "y", 1, 0, output=output, labels="ab")
    assert story.result == pytest.approx(1 + trace.parts["h"][0].sum() + 0.5)
    assert story.terms[0].picked == "the letter “b”"
    assert {operand.place.index[0] for operand in story.terms[1].operands} == {0}
    assert story.lines[0] == "logits = V x_{t} + S h_{t−1} + e"
    assert story.lines[1].startswith("Czech: 1 ")
    assert explain_output(Output(output.s, output.bias), trace.parts["h"][1], 1, 1).result == pytest.approx(
        trace.parts["h"][1].sum()
    )


def test_the_walk_goes_through_all_parts_of_all_steps() -> None:
    trace = run(random_cell("LSTM", 2, 3), np.ones((6, 2)))
    moves = walk(trace)
    assert len(moves) == 36
    assert moves[:7] == (*(Move(0, part) for part in "figcoh"), Move(1, "f"))
    lecture = run(random_cell("ConcatRNN", 2, 3), np.ones((2, 2)))
    output = Output(np.ones((2, 3)), np.zeros(2))
    assert [move.part for move in walk(lecture, output)] == ["h", "y", "h", "y"]
    assert walk(run(random_cell("RNN", 2, 3), np.empty((0, 2)))) == ()


def test_what_is_not_there_is_refused() -> None:
    trace = run(random_cell("RNN", 2, 3), np.ones((2, 2)))
    for part, t, unit, error in (
        ("h", 2, 0, IndexError),
        ("h", -1, 0, IndexError),
        ("h", 0, 3, IndexError),
        ("c", 0, 0, KeyError),
        ("y", 0, 0, KeyError),
    ):
        with pytest.raises(error):
            explain(trace, part, t, unit)


def test_numbers_that_overflow_are_told_as_what_they_are() -> None:
    trace = run(scaled(random_cell("ConcatRNN", 1, 4, seed=3), 1e200), np.ones((6, 1)))
    assert trace.broken is not None
    text = " ".join(explain(trace, "h", 3, 0).lines)
    assert "not a number" in text or "∞" in text


@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_notation_tells_the_same_numbers(notation: str) -> None:
    trace = run(blackboard_cell("LSTM", 2, 2), own_letters("ab").x)
    one, other = explain(trace, "f", 1, 0, notation=notation), explain(trace, "f", 1, 0)
    assert one.lines[1] == other.lines[1]
    assert "f" in one.equation.lower()
