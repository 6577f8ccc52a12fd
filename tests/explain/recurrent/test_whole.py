"""Whole parts as matrices: what is written is what is computed."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.explain.recurrent.cell import ORDER, Cell, Kind, Output, run
from explorer.explain.recurrent.lesson import blackboard_cell, own_letters, random_cell
from explorer.explain.recurrent.whole import legend, summary, whole


def test_a_blackboard_product_is_written_out() -> None:
    w, u = np.array([[[1.0, 0, -2], [0.5, 2, 1]]]), np.array([[[1.0, 1], [0, -1]]])
    cell = Cell("ConcatRNN", w, u, np.array([[1.0, -1]]), np.zeros((1, 2)))
    trace = run(cell, np.array([[0.0, 1, 0]]), h0=np.array([2.0, 0.5]))
    made = whole(trace, "h", 0)
    assert made.lines == (
        "⎡  1 0 −2⎤ ⎡0⎤   ⎡1  1⎤ ⎡  2⎤   ⎡ 1⎤   ⎡3.5⎤",
        "⎣0.5 2  1⎦ ⎢1⎥ + ⎣0 −1⎦ ⎣0.5⎦ + ⎣−1⎦ = ⎣0.5⎦",
        "           ⎣0⎦",
    )
    assert legend(made) == ("W", "x", "U", "h", "b", "h")


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU", "ConcatRNN"])
def test_the_blocks_are_the_operands_and_the_last_is_the_result(kind: Kind) -> None:
    cell = blackboard_cell(kind, 3, 3, seed=2)
    trace = run(cell, own_letters("abca").x)
    for part in ORDER[kind]:
        made = whole(trace, part, 2)
        assert made.small
        last = made.blocks[-1].values
        assert last is not None
        np.testing.assert_array_equal(last[:, 0], trace.parts[part][2])
        if part in trace.sums:
            k = [gate.name for gate in cell.gates].index(part)
            matrices = [block.values for block in made.blocks if block.values is not None and block.values.shape[1] > 1]
            assert [m.tolist() for m in matrices] == [cell.w[k].tolist(), cell.u[k].tolist()]
        assert len({len(line) for line in made.lines}) <= 2  # they end one below the other, but for the last ⎦


def test_the_gates_parts_multiply_and_add() -> None:
    trace = run(blackboard_cell("LSTM", 2, 2, halves=True), own_letters("ab").x)
    f, old, i, g, c = (b.values for b in whole(trace, "c", 1).blocks if b.values is not None)
    np.testing.assert_allclose(f * old + i * g, c)
    turned, n, z, before, h = (
        b.values
        for b in whole(run(blackboard_cell("GRU", 2, 2), own_letters("ab").x), "h", 1).blocks
        if b.values is not None
    )
    np.testing.assert_allclose(turned * n + z * before, h)


def test_a_held_gate_is_said_to_be_held() -> None:
    trace = run(blackboard_cell("LSTM", 2, 2), own_letters("ab").x, frozen={"f": 1.0})
    assert "but held at 1: " in "".join(whole(trace, "f", 0).lines)


def test_of_many_inputs_the_letters_column_is_written() -> None:
    cell = random_cell("RNN", 57, 3)
    trace = run(cell, np.eye(57)[[4]])
    made = whole(trace, "h", 0, labels="e")
    assert made.blocks[1].name == "W, column “e”"
    assert made.blocks[1].values is not None
    np.testing.assert_array_equal(made.blocks[1].values[:, 0], cell.w[0, :, 4])
    x = np.linspace(-1, 1, 57)[None]
    together = whole(run(cell, x), "h", 0).blocks[1]
    assert together.name == "W x"
    assert together.values is not None
    np.testing.assert_allclose(together.values[:, 0], cell.w[0] @ x[0])


def test_large_cells_are_summed_up() -> None:
    trace = run(random_cell("GRU", 4, 128), np.ones((2, 4)))
    made = whole(trace, "z", 1)
    assert not made.small
    assert made.lines == (summary(trace.parts["z"][1]),)
    assert summary(np.array([-1.0, 1, 0.5])) == "3 values from −1 to 1, mean 0.17."
    assert summary(np.array([np.nan, 1])) == "2 values from 1 to 1, mean 1. 1 is no finite number."
    assert summary(np.array([np.inf])) == "1 value, none of them a finite number."


def test_the_outputs_product() -> None:
    trace = run(random_cell("ConcatRNN", 2, 3), np.ones((2, 2)))
    for output in (Output(np.ones((2, 3)), np.zeros(2)), Output(np.ones((2, 3)), np.zeros(2), np.ones((2, 2)))):
        made = whole(trace, "y", 1, output=output)
        np.testing.assert_array_equal(made.result, output.logits(trace)[1])
    with pytest.raises(KeyError):
        whole(trace, "y", 1)
    with pytest.raises(IndexError):
        whole(trace, "h", 2)
