"""One cell over time, against PyTorch's modules, and what is said where it breaks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.explain.recurrent.cell import GATES, ORDER, Cell, Kind, Output, run
from explorer.explain.recurrent.lesson import random_cell, scaled

KINDS: tuple[Kind, ...] = ("RNN", "LSTM", "GRU", "ConcatRNN")
SIZES = st.integers(1, 6)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["RNN", "LSTM", "GRU"]), SIZES, SIZES, st.integers(0, 9), st.integers(0, 10**6))
def test_a_cell_gives_what_pytorchs_cell_gives(kind: Kind, features: int, hidden: int, steps: int, seed: int) -> None:
    cell = random_cell(kind, features, hidden, seed)
    random = np.random.default_rng(seed)
    x, h0, c0 = random.normal(size=(steps, features)), random.normal(size=hidden), random.normal(size=hidden)
    trace = run(cell, x, h0, c0 if kind == "LSTM" else None)
    module = getattr(torch.nn, f"{kind}Cell")(features, hidden, dtype=torch.float64)
    rows = len(GATES[kind]) * hidden
    with torch.no_grad():
        for name, values in (("weight_ih", cell.w), ("weight_hh", cell.u)):
            getattr(module, name).copy_(torch.from_numpy(values.reshape(rows, -1)))
        for name, values in (("bias_ih", cell.b), ("bias_hh", cell.d)):
            getattr(module, name).copy_(torch.from_numpy(values.reshape(-1)))
        h, c = torch.from_numpy(h0), torch.from_numpy(c0)
        for t in range(steps):
            if kind == "LSTM":
                h, c = module(torch.from_numpy(x[t]), (h, c))
                np.testing.assert_allclose(trace.parts["c"][t], c.numpy(), atol=1e-12)
            else:
                h = module(torch.from_numpy(x[t]), h)
            np.testing.assert_allclose(trace.parts["h"][t], h.numpy(), atol=1e-12)


def test_relu_takes_the_place_of_tanh() -> None:
    cell = random_cell("RNN", 3, 4, squash="relu")
    trace = run(cell, np.ones((3, 3)))
    np.testing.assert_array_equal(trace.parts["h"], np.maximum(trace.sums["h"], 0))
    assert (trace.parts["h"] == 0).any()


def test_held_gates_have_their_value_whatever_their_sums() -> None:
    cell, x = random_cell("LSTM", 3, 4), np.ones((5, 3))
    free, held = run(cell, x), run(cell, x, c0=np.full(4, 2.0), frozen={"f": 1.0, "i": 0.0})
    assert (held.parts["f"] == 1).all()
    np.testing.assert_array_equal(held.parts["c"], np.full((5, 4), 2.0))
    np.testing.assert_allclose(held.sums["f"][0], free.sums["f"][0])
    assert held.frozen == {"f": 1.0, "i": 0.0}


def test_the_states_before_a_step() -> None:
    trace = run(random_cell("LSTM", 2, 3), np.ones((2, 2)), h0=np.arange(3.0), c0=np.full(3, 7.0))
    assert trace.before("h", 0).tolist() == [0, 1, 2]
    assert trace.before("c", 0).tolist() == [7, 7, 7]
    np.testing.assert_array_equal(trace.before("c", 1), trace.parts["c"][0])


@pytest.mark.parametrize("kind", KINDS)
def test_no_steps_are_an_empty_trace(kind: Kind) -> None:
    trace = run(random_cell(kind, 3, 2), np.empty((0, 3)))
    assert len(trace) == 0
    assert all(trace.parts[part].shape == (0, 2) for part in ORDER[kind])
    assert trace.broken is None


def test_where_a_value_first_overflows_is_said() -> None:
    cell = scaled(random_cell("ConcatRNN", 1, 4, seed=3), 1e200)
    trace = run(cell, np.ones((6, 1)))
    assert trace.broken == (2, "h")
    assert np.isfinite(trace.parts["h"][:2]).all()
    x = np.ones((3, 2))
    x[1, 0] = np.nan
    assert run(random_cell("LSTM", 2, 2), x).broken == (1, "f")
    assert run(random_cell("GRU", 2, 2), np.ones((3, 2))).broken is None


def test_shapes_that_do_not_fit_are_refused() -> None:
    cell = random_cell("GRU", 3, 2)
    with pytest.raises(ValueError, match="3 matrices"):
        Cell("GRU", cell.w[:2], cell.u, cell.b, cell.d)
    with pytest.raises(ValueError, match="do not fit"):
        Cell("GRU", cell.w, cell.u[:, :1], cell.b, cell.d)
    with pytest.raises(ValueError, match="steps × 3"):
        run(cell, np.ones((4, 2)))
    with pytest.raises(ValueError, match="do not fit"):
        Output(np.ones((2, 3)), np.ones(3))
    with pytest.raises(ValueError, match="do not fit"):
        Output(np.ones((2, 3)), np.ones(2), np.ones((3, 3)))


def test_an_output_reads_the_new_state_and_the_lectures_the_old_one() -> None:
    trace = run(random_cell("ConcatRNN", 2, 3, seed=1), np.ones((3, 2)), h0=np.full(3, 0.5))
    s, bias, w = np.arange(6.0).reshape(2, 3), np.array([1.0, -1]), np.array([[1.0, 2], [3, 4]])
    np.testing.assert_allclose(Output(s, bias).logits(trace)[1], s @ trace.parts["h"][1] + bias)
    joined = Output(s, bias, w).logits(trace)
    np.testing.assert_allclose(joined[0], w @ [1, 1] + s @ np.full(3, 0.5) + bias)
    np.testing.assert_allclose(joined[2], w @ [1, 1] + s @ trace.parts["h"][1] + bias)
