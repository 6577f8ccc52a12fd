"""Sizes of gradients over time: as the product of Jacobians, as backpropagation has them, and far beyond floats."""

from __future__ import annotations

from dataclasses import replace
from math import inf, log10
from time import process_time
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.arch.errors import UsageError
from explorer.explain.recurrent.bptt import Readout, backward, last_target
from explorer.explain.recurrent.cell import GATES, Cell, Kind, Trace, run
from explorer.explain.recurrent.curves import PATHS, PRESETS, Settings, cell_of, curves, task_of
from explorer.explain.recurrent.flow import (
    Clipping,
    arrival,
    carousel,
    clip,
    eigenvalues,
    first_trouble,
    log_norm,
    power,
    stretch,
    trouble,
)

KINDS: tuple[Kind, ...] = ("RNN", "ConcatRNN", "LSTM", "GRU")


def a_trace(
    kind: Kind, hidden: int = 3, length: int = 5, seed: int = 0, frozen: dict[str, float] | None = None
) -> Trace:
    random, gates = np.random.default_rng(seed), len(GATES[kind])
    shapes = ((gates, hidden, 2), (gates, hidden, hidden), (gates, hidden), (gates, hidden))
    w, u, b, d = (random.normal(size=shape) * 0.7 for shape in shapes)
    cell = Cell(kind, w, u, b, d)
    return run(cell, random.normal(size=(length, 2)), random.normal(size=hidden), random.normal(size=hidden), frozen)


def a_readout(hidden: int = 3) -> Readout:
    random = np.random.default_rng(9)
    return Readout(random.normal(size=(4, hidden)), random.normal(size=4))


def linear(u: float, length: int, x: float = 0.0) -> Trace:
    """One unit without squashing, h_t = u·h_{t−1} + x."""
    cell = Cell("ConcatRNN", np.ones((1, 1, 1)), np.full((1, 1, 1), u), np.zeros((1, 1)), np.zeros((1, 1)))
    return run(cell, np.full((length, 1), x))


def measured(trace: Trace, end: int, start: int) -> np.ndarray:
    """The Jacobian of the state at `end` with respect to that at `start`, by differences."""
    cell, both = trace.cell, trace.cell.kind == "LSTM"
    h = trace.before("h", start)
    state = np.concatenate([h, trace.before("c", start)]) if both else h

    def later(state: np.ndarray) -> np.ndarray:
        part = run(cell, trace.x[start:end], state[: cell.hidden], state[cell.hidden :] if both else None, trace.frozen)
        return np.concatenate([part.before("h", end - start), *([part.before("c", end - start)] if both else [])])

    step = 1e-6
    return np.stack([(later(state + step * e) - later(state - step * e)) / (2 * step) for e in np.eye(len(state))], 1)


@given(st.sampled_from(KINDS), st.integers(1, 4), st.integers(0, 1000), st.booleans())
@settings(max_examples=25, deadline=None)
def test_stretch_is_the_jacobians_norm(kind: Kind, hidden: int, seed: int, frozen: bool) -> None:
    trace = a_trace(kind, hidden, 4, seed, {GATES[kind][-1].name: 0.5} if frozen and kind in ("LSTM", "GRU") else None)
    for end in (4, 2):
        found = stretch(trace, end)
        assert found.shape == (end + 1,)
        assert found[end] == 0
        for k in range(end):
            jacobian = measured(trace, end, k)
            size = np.linalg.norm(jacobian) / len(jacobian) ** 0.5
            assert 10 ** found[k] == pytest.approx(size, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("u", [1e-3, 0.5, 1.0, 1e3, 1e-180, 1e250])
def test_stretch_leaves_the_range_of_floats_unharmed(u: float) -> None:
    found = stretch(linear(u, 200))
    np.testing.assert_allclose(found, log10(u) * np.arange(200, -1, -1), rtol=1e-9, atol=1e-9)


def test_a_stretch_of_nothing_is_minus_infinity() -> None:
    assert stretch(linear(0.0, 3)).tolist() == [-inf, -inf, -inf, 0]
    assert stretch(linear(1.0, 0)).tolist() == [0]
    with pytest.raises(ValueError, match="step 4"):
        stretch(linear(1.0, 3), 4)


@pytest.mark.parametrize(("held", "each"), [(1.0, 0.0), (0.5, log10(0.5)), (1e-3, -3.0)])
def test_the_carousel_is_the_product_of_forget_gates(held: float, each: float) -> None:
    found = carousel(a_trace("LSTM", length=200, frozen={"f": held}))
    np.testing.assert_allclose(found, each * np.arange(200, -1, -1), atol=1e-9)


def test_the_carousel_is_a_root_mean_square_over_units() -> None:
    trace = a_trace("LSTM")
    kept = trace.parts["f"][1:3].prod(0)
    assert 10 ** carousel(trace, 3)[1] == pytest.approx(np.sqrt(np.square(kept).mean()))
    assert carousel(a_trace("LSTM", frozen={"f": 0.0}), 2).tolist() == [-inf, -inf, 0]
    with pytest.raises(ValueError, match="GRU has no cell state"):
        carousel(a_trace("GRU"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("targets", [(None, None, None, None, 2), (1, None, 3, 0, None), (0, 1, 2, 3, 0), (None,) * 5])
def test_what_arrives_is_what_backpropagation_has(kind: Kind, targets: tuple[int | None, ...]) -> None:
    trace, readout = a_trace(kind), a_readout()
    back = backward(trace, readout, targets)
    found = arrival(trace, readout, targets)
    expected = np.concatenate([back.gradients["h0"][None], back.states["h"].sum(0)])
    np.testing.assert_allclose(10**found.h, np.linalg.norm(expected, axis=1), rtol=1e-9)
    assert 10**found.weights == pytest.approx(
        np.sqrt(sum(np.square(back.gradients[name]).sum() for name in ("w", "u", "b", "d"))), rel=1e-9
    )
    assert (found.c is None) == (kind != "LSTM")
    if found.c is not None:
        expected = np.concatenate([back.gradients["c0"][None], back.states["c"].sum(0)])
        np.testing.assert_allclose(10**found.c, np.linalg.norm(expected, axis=1), rtol=1e-9)


@pytest.mark.parametrize("u", [1e-5, 1e5])
def test_losses_of_any_step_arrive_beyond_the_range_of_floats(u: float) -> None:
    trace, readout = linear(u, 150), Readout(np.array([[1.0], [-1.0]]), np.zeros(2))
    targets: list[int | None] = [None] * 150
    targets[0] = targets[149] = 0  # each sends −1 to its own state
    found = arrival(trace, readout, targets).h
    assert found[150] == 0
    assert found[2] == pytest.approx(148 * log10(u))
    assert found[1] == pytest.approx(max(0.0, 149 * log10(u)))


def test_clipping_keeps_the_direction() -> None:
    gradients = {"u": np.array([3.0, 0.0]), "b": np.array([[4.0]])}
    clipped = clip(gradients, 1.0)
    np.testing.assert_allclose(clipped["u"], [0.6, 0])
    np.testing.assert_allclose(clipped["b"], [[0.8]])
    np.testing.assert_array_equal(clip(gradients, 5.5)["u"], gradients["u"])
    assert log_norm((np.full(4, 1e300),)) == pytest.approx(log10(2e300))
    np.testing.assert_allclose(clip({"u": np.full(4, 1e300)}, 1.0)["u"], 0.5)


def test_clipping_is_said() -> None:
    assert Clipping(5.5, 1.0).text == "The gradient's norm is 3.2·10⁵; it is clipped to 1."
    assert Clipping(5.5, 1.0).after == 0
    assert Clipping(-1.0, 1.0).text == "The gradient's norm is 0.1. The limit 1 is not reached."
    assert Clipping(-1.0, 1.0).after == -1
    assert Clipping(0.0, None).text == "The gradient's norm is 1. Nothing is clipped."
    assert Clipping(float("nan"), 1.0).text == "The gradient's norm is not a number."


def test_sizes_are_written() -> None:
    written = [power(v) for v in (0.0, log10(0.25), -29.85, 250.3, 2.99999, 4.99, -inf, inf)]
    assert written == ["1", "0.25", "1.4·10⁻³⁰", "2.0·10²⁵⁰", "1.0·10³", "9.8·10⁴", "0", "∞"]


def test_eigenvalues_of_a_rotation_lie_on_the_unit_circle() -> None:
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    found = eigenvalues(turn)
    np.testing.assert_allclose(np.abs(found.values), 1)
    assert {complex(v) for v in np.round(found.values, 9)} == {0.6 + 0.8j, 0.6 - 0.8j}
    assert "keep their size" in found.text
    assert "grow" in eigenvalues(turn * 2).text
    assert "shrink" in eigenvalues(turn * 0.5).text
    assert eigenvalues(np.diag([0.1, -3.0, 2.0])).values.tolist() == [-3, 2, 0.1]


def test_weights_that_are_no_numbers_have_no_eigenvalues() -> None:
    with pytest.raises(UsageError, match="row 2, column 1 is no finite number"):
        eigenvalues(np.array([[1.0, 0.0], [np.nan, 1.0]]))


def test_the_first_value_that_overflows_is_named() -> None:
    trace = linear(1e100, 8, x=1.0)
    assert first_trouble(trace) == (4, "h", True)  # 1, 1e100, 1e200, 1e300, ∞
    assert trouble(trace).startswith("At step 5 a sum of the hidden state h first is no finite number. Make")
    assert trouble(linear(0.5, 8, x=1.0)) == ""
    cell = a_trace("LSTM").cell
    broken = run(replace(cell, w=cell.w * np.array([1, 1, inf, 1])[:, None, None]), np.ones((2, 2)))
    assert "the candidate g first" in trouble(broken)
    assert first_trouble(broken) is not None


def test_what_overflows_on_the_way_forward_does_not_hide() -> None:
    found = curves(Settings(length=200, radius=50, squash="none"))["RNN"]
    assert found.trouble.startswith("At step 18")
    assert np.isnan(found.loss[-1])
    assert found.gradient.text == "The gradient's norm is not a number. Nothing is clipped."


def test_the_identity_path_neither_fades_nor_grows() -> None:
    found = curves(Settings(length=200, radius=0.1))["identity"]
    assert not found.state.any()
    np.testing.assert_allclose(found.loss, found.loss[-1])


@pytest.mark.parametrize("each", [False, True])
def test_the_identity_path_is_a_linear_cell_that_adds(each: bool) -> None:
    chosen = Settings(length=6, hidden=3, features=2, each_step=each)
    x, readout, targets = task_of(chosen)
    added = np.tanh(x @ cell_of(chosen, "RNN").w[0].T)
    one, none = np.eye(3)[None], np.zeros((1, 3))
    back = backward(run(Cell("ConcatRNN", one, one, none, none), added), readout, targets)
    found = curves(chosen)["identity"]
    expected = np.concatenate([back.gradients["h0"][None], back.states["h"].sum(0)])
    np.testing.assert_allclose(10**found.loss, np.linalg.norm(expected, axis=1))
    sums = back.gradients["x"] * (1 - added**2)
    assert 10**found.gradient.before == pytest.approx(np.hypot(np.linalg.norm(sums.T @ x), np.linalg.norm(sums.sum(0))))


@pytest.mark.parametrize("path", ["RNN", "LSTM", "GRU"])
def test_a_curve_is_its_cells(path: Literal["RNN", "LSTM", "GRU"]) -> None:
    chosen = Settings(length=9, hidden=4, radius=1.5, forget_bias=0.5, each_step=True, clip=0.1)
    x, readout, targets = task_of(chosen)
    back = backward(run(cell_of(chosen, path), x), readout, targets)
    found = curves(chosen)[path]
    np.testing.assert_allclose(10 ** found.loss[1:], np.linalg.norm(back.states["h"].sum(0), axis=1))
    assert found.gradient.before == pytest.approx(log_norm([back.gradients[name] for name in "wubd"]))
    assert found.gradient.after == pytest.approx(-1)


def test_presets_show_what_they_say() -> None:
    vanish, explode, kept = (curves(preset.settings) for preset in PRESETS)
    assert vanish["RNN"].state[0] < -15
    assert explode["RNN"].state[0] > 5
    assert explode["RNN"].gradient.clipped
    assert abs(kept["LSTM"].cell[0]) < 0.2  # type: ignore[index]
    assert kept["RNN"].state[0] < -15
    for preset in PRESETS:
        assert preset.path in PATHS
        assert preset.notice.endswith(".")


def test_a_slider_changes_one_thing_alone() -> None:
    base = Settings()
    near = curves(replace(base, forget_bias=3.0))
    same = [np.array_equal(curves(base)[path].state, near[path].state) for path in PATHS]
    assert same == [True, False, False, True]
    one, two = (cell_of(replace(base, radius=radius), "GRU") for radius in (1.0, 2.0))
    np.testing.assert_allclose(two.u, one.u * 2)
    np.testing.assert_array_equal(two.w, one.w)
    np.testing.assert_allclose([eigenvalues(u).radius for u in two.u], 2)
    assert curves(replace(base, radius=2.0)).spectrum.radius == pytest.approx(2)


@pytest.mark.parametrize("length", [1, 7, 200])
def test_every_curve_has_a_value_for_every_state(length: int) -> None:
    for curve in curves(Settings(length=length, hidden=4, each_step=True)).curves:
        for values in (curve.state, curve.loss, curve.cell, curve.loss_cell):
            assert values is None or (values.shape == (length + 1,) and np.isfinite(values).all())
        assert curve.trouble == ""


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"length": 0}, "There must be 1 to 200 steps, not 0."),
        ({"length": 5000}, "There must be 1 to 200 steps, not 5\u2009000."),
        ({"hidden": 129}, "There must be 1 to 128 units, not 129."),
        ({"features": 0}, "There must be 1 to 64 inputs, not 0."),
        ({"radius": -1.0}, "The spectral radius must be a finite number, 0 or more."),
        ({"radius": inf}, "The spectral radius must be a finite number, 0 or more."),
        ({"forget_bias": float("nan")}, "The forget bias must be a finite number."),
        ({"clip": 0.0}, "The largest gradient norm must be a finite number above 0."),
    ],
)
def test_settings_out_of_range_are_said(wrong: dict[str, float], sentence: str) -> None:
    with pytest.raises(UsageError) as error:
        Settings(**wrong)  # type: ignore[arg-type]
    assert str(error.value) == sentence


@pytest.mark.parametrize(("length", "most"), [(50, 0.032), (200, 0.120)])
def test_curves_keep_up_with_a_slider(length: int, most: float) -> None:
    # Twice what is meant: other work on the same machine slows this down.
    curves(Settings(length=length))

    def once(radius: float) -> float:
        begin = process_time()
        curves(Settings(length=length, radius=radius))
        return process_time() - begin

    assert min(once(0.5 + 0.1 * k) for k in range(6)) < most


def test_a_readout_has_to_fit() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        arrival(linear(1.0, 3), a_readout(), last_target(3, 0))
