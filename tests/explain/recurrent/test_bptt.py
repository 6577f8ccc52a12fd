"""Gradients through time: as autograd's, as the sum of the triangle, and as the sum of all edges of the graph."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.arch.errors import UsageError
from explorer.explain.recurrent.bptt import Backward, Readout, Weight, backward, compare, last_target
from explorer.explain.recurrent.cell import GATES, Cell, Kind, Squash, Trace, run
from explorer.explain.recurrent.edges import explain_edges, sign, write
from explorer.learn.unrolled import autograd

KINDS: tuple[Kind, ...] = ("RNN", "ConcatRNN", "LSTM", "GRU")


def a_trace(
    kind: Kind,
    hidden: int = 4,
    features: int = 3,
    length: int = 5,
    seed: int = 0,
    scale: float = 0.7,
    frozen: dict[str, float] | None = None,
    squash: Squash | None = None,
) -> tuple[Trace, Readout]:
    random, gates = np.random.default_rng(seed), len(GATES[kind])

    def numbers(*shape: int) -> np.ndarray:
        return random.normal(size=shape) * scale

    w, u = numbers(gates, hidden, features), numbers(gates, hidden, hidden)
    cell = Cell(kind, w, u, numbers(gates, hidden), numbers(gates, hidden), squash)
    trace = run(cell, random.normal(size=(length, features)), numbers(hidden), numbers(hidden), frozen)
    return trace, Readout(numbers(3, hidden), numbers(3))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Trace, Readout, tuple[int | None, ...], int | None]:
    kind = draw(st.sampled_from(KINDS))
    gates = [gate.name for gate in GATES[kind]]
    length = draw(st.integers(0, 6))
    trace, readout = a_trace(
        kind,
        draw(st.integers(1, 5)),
        draw(st.integers(1, 4)),
        length,
        draw(st.integers(0, 10_000)),
        frozen=draw(st.dictionaries(st.sampled_from(gates), st.sampled_from([0.0, 0.5, 1.0]), max_size=2)),
        squash=draw(st.sampled_from(["tanh", "relu"])) if kind == "RNN" else None,
    )
    targets = draw(st.lists(st.sampled_from([None, 0, 1, 2]), min_size=length, max_size=length))
    return trace, readout, tuple(targets), draw(st.none() | st.integers(0, 7))


@given(cases())
@settings(max_examples=120, deadline=None)
def test_gradients_are_autograds(case: tuple[Trace, Readout, tuple[int | None, ...], int | None]) -> None:
    theirs = autograd(*case)
    back = backward(*case)
    assert set(theirs) == set(back.gradients)
    for name, gradient in back.gradients.items():
        np.testing.assert_allclose(gradient, theirs[name], rtol=1e-9, atol=1e-12, err_msg=name)
    assert all(difference.agrees for difference in compare(back.gradients, theirs))


@given(cases())
@settings(max_examples=60, deadline=None)
def test_the_triangle_sums_to_the_gradient(case: tuple[Trace, Readout, tuple[int | None, ...], int | None]) -> None:
    back = backward(*case)
    trace, _, targets, truncate = case
    length, reach = len(trace), len(trace) if truncate is None else truncate
    for k, gate in enumerate(trace.cell.gates):
        for name in ("w", "u", "b", "d"):
            gradient = back.gradients[name][k]
            row = len(gradient) - 1
            column = gradient.shape[1] - 1 if gradient.ndim == 2 else 0
            one = back.single(name, gate.name, row, column)
            expected = gradient[row, column] if gradient.ndim == 2 else gradient[row]
            for total in (one.total, one.losses.sum(), one.steps.sum()):
                assert total == pytest.approx(expected, rel=1e-9, abs=1e-12)
        for i in range(length):
            for j in range(length):
                if targets[i] is None or not i - reach <= j <= i:
                    assert not back.sums[gate.name][i, j].any()
                    assert not back.states["h"][i, j].any()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [0.7, 1e-30])
def test_norms_are_those_of_the_matrices(kind: Kind, scale: float) -> None:
    trace, readout = a_trace(kind)
    back = backward(trace, replace(readout, s=readout.s * scale), [0, 1, None, 2, 1])
    before = np.concatenate([trace.h0[None], trace.parts["h"][:-1]])
    others: dict[Weight, np.ndarray] = {"u": before, "w": trace.x}
    for name, other in others.items():
        errors = [back.carried(g.name) if name == "u" else back.sums[g.name] for g in trace.cell.gates]
        outer = np.stack([np.einsum("ijh,jk->ijhk", e, other) for e in errors], axis=2)
        found = back.contributions(name)
        for values, axes, matrices in (
            (found.values, (2, 3, 4), outer),
            (found.losses, (1, 2, 3), outer.sum(1)),
            (found.steps, (1, 2, 3), outer.sum(0)),
        ):
            np.testing.assert_allclose(values, np.sqrt(np.square(matrices).sum(axes)), rtol=1e-6, atol=1e-12 * scale)
        assert found.total == pytest.approx(float(np.linalg.norm(back.gradients[name])), rel=1e-9)
        alone = back.contributions(name, trace.cell.gates[0].name)
        np.testing.assert_allclose(alone.values, np.linalg.norm(outer[:, :, 0], axis=(2, 3)), rtol=1e-9)


def test_norms_survive_where_squares_would_not() -> None:
    trace, readout = a_trace("ConcatRNN", length=3)
    far = replace(trace.cell, u=trace.cell.u * 1e100)
    back = backward(replace(trace, cell=far), readout, last_target(3, 0))
    sizes = back.contributions("u")
    assert sizes.values[2, 0] > 1e180
    assert np.isfinite(sizes.values).all()
    assert np.isfinite(sizes.losses).all()


def test_a_held_gate_gets_no_gradient_and_the_rest_does() -> None:
    trace, readout = a_trace("LSTM", frozen={"f": 1.0})
    gradient = backward(trace, readout, last_target(5, 1)).gradients["u"]
    assert not gradient[1].any()
    assert gradient[[0, 2, 3]].all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("truncate", [None, 2])
@pytest.mark.parametrize("frozen", [False, True])
def test_edges_into_a_place_add_up_to_its_derivative(kind: Kind, truncate: int | None, frozen: bool) -> None:
    held = {GATES[kind][-1].name: 0.5} if frozen else None
    trace, readout = a_trace(kind, frozen=held)
    targets = (None, 0, None, 2, 1)
    back = backward(trace, readout, targets, truncate)
    for unit in range(4):
        arrived: dict[tuple[int, str], float] = defaultdict(float)
        for edge in explain_edges(back, 4, unit, column=2):
            arrived[edge.target] += edge.product
            assert edge.product == pytest.approx(float(edge.local @ edge.upstream))
            assert len(edge.lines) == 3
        for j in range(2 if truncate else 0, 5):
            for part, values in back.states.items():
                assert arrived[j, part] == pytest.approx(values[4, j, unit], rel=1e-9, abs=1e-14)
            for gate, values in back.sums.items():
                assert arrived[j, f"sum {gate}"] == pytest.approx(values[4, j, unit], rel=1e-9, abs=1e-14)
                for name in ("U", "W"):
                    whole = back.single("u" if name == "U" else "w", gate, unit, 2)
                    assert arrived[j, f"{name} {gate}"] == pytest.approx(whole.values[4, j], rel=1e-9, abs=1e-14)
        assert ((0, "sum " + trace.cell.gates[0].name) in arrived) == (truncate is None)


def test_edges_reach_the_first_state() -> None:
    trace, readout = a_trace("GRU", length=3)
    back = backward(trace, readout, last_target(3, 1))
    ends = [edge.product for edge in explain_edges(back, 2, 1, steps=[0]) if edge.target == (-1, "h")]
    assert sum(ends) == pytest.approx(back.gradients["h0"][1])


def test_an_edge_is_written_with_its_operands() -> None:
    cell = Cell("RNN", np.array([[[1.0]]]), np.array([[[0.5]]]), np.zeros((1, 1)), np.zeros((1, 1)))
    trace = run(cell, np.array([[0.0], [0.5]]))
    readout = Readout(np.array([[1.0], [-1.0]]), np.zeros(2))
    back = backward(trace, readout, [None, 0])
    first, second, third, fourth, *_ = explain_edges(back, 1, 0)
    h = np.tanh(0.5)
    p = 1 / (1 + np.exp(-2 * h))
    assert first.lines[1] == f"∂E₂/∂y₂ = p − onehot = −{1 - p:.3f} with p = {p:.3f}, onehot = 1"
    assert second.lines[1] == "∂y₂/∂h₂ = Sᵀ"
    assert "2 products error·weight" in second.lines[2]
    assert third.lines[1] == f"∂h₂/∂a_h₂ = 1 − h² = {1 - h * h:.3f} with h = {h:.3f}"
    assert third.product == pytest.approx(2 * (p - 1) * (1 - h * h))
    assert fourth.symbol == "∂a_h₂/∂h₁"


def test_a_held_gate_is_said_at_its_edge() -> None:
    trace, readout = a_trace("LSTM", frozen={"f": 1.0})
    edges = explain_edges(backward(trace, readout, last_target(5, 1)), 4, 0, steps=[4])
    (edge,) = [edge for edge in edges if edge.target == (4, "sum f")]
    assert edge.product == 0
    assert edge.says == "f is held at 1: no gradient passes."


def test_the_candidate_is_called_as_in_the_equations() -> None:
    trace, readout = a_trace("LSTM")
    edges = explain_edges(backward(trace, readout, last_target(5, 1)), 4, 0, steps=[4])
    (into,) = [edge for edge in edges if edge.target == (4, "g")]
    (back,) = [edge for edge in edges if edge.target == (4, "sum g")]
    assert (into.symbol, into.says) == ("∂c₅/∂c̃₅", "c = f·c₄ + i·c̃.")
    assert (back.symbol, back.rule) == ("∂c̃₅/∂a_c̃₅", "1 − c̃²")
    assert (sign("U g"), sign("W f"), sign("h")) == ("U c", "W f", "h")


def test_small_derivatives_keep_their_digits() -> None:
    assert [write(v) for v in (0.0, -0.25, 3.14e-5, -2e-40, np.inf)] == ["0", "−0.25", "3.1·10⁻⁵", "−2.0·10⁻⁴⁰", "∞"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_comes_of_no_steps_and_of_no_targets(kind: Kind) -> None:
    for length in (0, 3):
        trace, readout = a_trace(kind, length=length)
        back = backward(trace, readout, (None,) * length)
        assert back.loss == 0
        assert back.contributions("u").total == 0
        assert not any(gradient.any() for gradient in back.gradients.values())


def test_probabilities_and_losses_are_the_softmaxes() -> None:
    trace, readout = a_trace("GRU")
    back = backward(trace, readout, (2, None, 0, 1, 1))
    powers = np.exp(trace.parts["h"] @ readout.s.T + readout.bias)
    expected = powers / powers.sum(1, keepdims=True)
    np.testing.assert_allclose(back.probabilities, expected)
    np.testing.assert_allclose(back.losses, -np.log(expected[range(5), (2, 0, 0, 1, 1)]) * [1, 0, 1, 1, 1])


def test_the_first_derivative_that_overflows_is_named() -> None:
    trace, readout = a_trace("ConcatRNN", length=5)
    assert backward(trace, readout, last_target(5, 0)).broken is None
    far = replace(trace.cell, u=trace.cell.u * 1e200)
    back = backward(replace(trace, cell=far), readout, last_target(5, 0))
    assert back.broken is not None
    loss, step, part = back.broken
    assert (loss, part) == (4, "h")
    assert not np.isfinite(back.states["h"][4, step]).all()
    assert np.isfinite(back.states["h"][4, step + 1]).all()


def test_differences_are_found() -> None:
    mine = {"u": np.ones((2, 2)), "only here": np.ones(1)}
    off = np.ones((2, 2))
    off[1, 0] += 1e-3
    (difference,) = compare(mine, {"u": off})
    assert difference.largest == pytest.approx(1e-3)
    assert not difference.agrees
    assert not compare(mine, {"u": np.full((2, 2), np.nan)})[0].agrees
    with pytest.raises(ValueError, match="cannot be compared"):
        compare(mine, {"u": np.ones(2)})


def test_a_triangle_that_would_not_fit_is_refused() -> None:
    trace, readout = a_trace("LSTM", hidden=1, length=2400)
    with pytest.raises(UsageError, match=r"Take at most 2\u2009364 steps, or fewer units\."):
        backward(trace, readout, last_target(2400, 0))


def test_what_does_not_fit_is_refused() -> None:
    trace, readout = a_trace("RNN", length=2)
    for targets, truncate in (([0], None), ([0, 3], None), ([0, -1], None), ([0, 0], -1)):
        with pytest.raises(ValueError, match=r"targets|back"):
            backward(trace, readout, targets, truncate)
    with pytest.raises(ValueError, match="do not fit"):
        Readout(np.ones((2, 3)), np.ones(3))
    with pytest.raises(ValueError, match="no target"):
        explain_edges(backward(trace, readout, last_target(2, 0)), 0, 0)


def test_fifty_steps_of_128_units_take_no_more_than_a_tenth_of_a_second() -> None:
    trace, readout = a_trace("LSTM", hidden=128, features=30, length=50, scale=0.05)

    def once() -> tuple[float, Backward]:
        begin = process_time()
        back = backward(trace, readout, [0] * 50)
        back.contributions("u")
        return process_time() - begin, back

    assert min(once()[0] for _ in range(5)) < 0.1
