"""A study is one value, and all numbers follow from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.arch.errors import UsageError
from explorer.explain.recurrent.cell import ORDER, Kind, Output
from explorer.explain.recurrent.layered import Layered
from explorer.explain.recurrent.lesson import random_cell
from explorer.explain.recurrent.story import Move
from explorer.explain.recurrent.study import Study, Trained, gates_of, resolve, three


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU", "ConcatRNN"])
def test_equal_studies_give_equal_numbers(kind: Kind) -> None:
    one, two = resolve(Study(kind, text="anna")), resolve(Study(kind, text="anna"))
    assert one.study == two.study
    for part in ORDER[kind]:
        assert np.array_equal(one.values(part), two.values(part))
    assert one.labels == tuple("anna")
    assert len(one.moves) == 4 * len(ORDER[kind])
    assert not np.array_equal(resolve(Study(kind, text="anna", seed=1)).values("h"), one.values("h"))


def test_a_held_gate_and_a_changed_number_change_what_follows_only() -> None:
    study = Study(text="abcab")
    before, held = resolve(study), resolve(study.hold("f", 1.0))
    assert (held.values("f") == 1).all()
    assert np.array_equal(held.values("c")[0], before.values("c")[0])  # there was no memory to forget
    assert not np.array_equal(held.values("c")[2], before.values("c")[2])
    assert study.hold("f", 1.0).hold("f", 0.0).frozen_at("f") == 0
    assert study.hold("f", 1.0).hold("f", None) == study
    other = resolve(study.change("x", (2, 0), 0.5))
    assert np.array_equal(other.values("h")[:2], before.values("h")[:2])
    assert not np.array_equal(other.values("h")[2:], before.values("h")[2:])
    weight = resolve(study.change("u", (1, 0, 0), 3.0))
    assert weight.cell.u[1, 0, 0] == 3
    assert study.change("x", (2, 0), 0.5).change("x", (2, 0), 0.7).changes == study.change("x", (2, 0), 0.7).changes


def test_the_three_cells_read_the_same() -> None:
    found = three(Study("GRU", text="anna", hidden=5, seed=3))
    assert list(found) == ["RNN", "LSTM", "GRU"]
    assert all(np.array_equal(one.inputs.x, found["RNN"].inputs.x) for one in found.values())
    assert {one.cell.hidden for one in found.values()} == {5}


def test_what_cannot_be_unrolled_says_why() -> None:
    for study, said in (
        (Study(text=""), "Type a word"),
        (Study(text="a" * 1001), "1\u2009000"),
        (Study(text="ab!", alphabet="ab"), "“!”"),
        (Study(source="noise", steps=0), "step"),
        (Study(weights="blackboard", hidden=9), "2 to 4"),
        (Study(hidden=1000), "1 to 128 units"),
    ):
        with pytest.raises(UsageError, match=said):
            resolve(study)


def test_what_overflows_is_said_where_it_first_happens() -> None:
    found = resolve(Study("ConcatRNN", text="ab" * 400, scale=1e6))
    assert found.trace.broken is not None
    step, part = found.trace.broken
    assert part == "h"
    assert np.isfinite(found.values("h")[:step]).all()
    assert not np.isfinite(found.values("h")[step]).all()


def test_a_trained_model_is_unrolled_with_its_own_weights() -> None:
    cell = random_cell("GRU", 3, 4, seed=5)
    model = Trained("mine", "", Layered(((cell,),), Output(np.eye(2, 4), np.zeros(2))), ("one", "two"), tuple("abc"))
    found = resolve(Study(text="cab").with_model(model))
    assert found.cell is cell
    assert found.logs is not None
    assert np.allclose(np.exp(found.logs).sum(1), 1)
    assert found.moves[-1] == Move(2, "y")
    assert found.story(found.moves[-1], 0).result == pytest.approx(found.values("h")[2, 0])
    scaled = resolve(replace(found.study, scale=2.0))
    assert np.allclose(scaled.cell.u, 2 * cell.u)
    with pytest.raises(UsageError, match="“z”"):
        resolve(replace(found.study, text="az"))
    assert found.study.with_kind("LSTM").trained is None


def test_only_gates_between_0_and_1_can_be_held() -> None:
    assert gates_of("LSTM") == ("i", "f", "o")
    assert gates_of("GRU") == ("r", "z")
    assert gates_of("RNN") == ()
