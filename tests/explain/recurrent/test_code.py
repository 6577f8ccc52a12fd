"""The scripts of recurrent cells are run, and give the very states."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.explain.recurrent.cell import Kind, Output, Trace, run
from explorer.explain.recurrent.code import FILE, arrays, needs_file, numpy_code, torch_code
from explorer.explain.recurrent.lesson import blackboard_cell, own_letters, random_cell

KINDS: tuple[Kind, ...] = ("RNN", "LSTM", "GRU", "ConcatRNN")
Make = Callable[..., str]
BOTH = pytest.mark.parametrize("make", [numpy_code, torch_code])


def done(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(compile(code, "script", "exec"), names)
    return names


def agrees(trace: Trace, output: Output | None = None) -> None:
    for make in (numpy_code, torch_code):
        names = done(make(trace, output))
        np.testing.assert_allclose(np.asarray(names["output"]), trace.parts["h"], atol=1e-12)
        if output is not None:
            np.testing.assert_allclose(np.asarray(names["logits"]), output.logits(trace), atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(KINDS), st.integers(1, 4), st.integers(1, 4), st.integers(0, 4), st.booleans(), st.booleans(),
    st.integers(0, 10**6),
)  # fmt: skip
def test_both_scripts_give_the_states(
    kind: Kind, features: int, hidden: int, steps: int, started: bool, held: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    h0, c0 = (random.normal(size=hidden), random.normal(size=hidden)) if started else (None, None)
    gate = {"LSTM": "f", "GRU": "z"}.get(kind)
    frozen = {gate: 0.0} if held and gate else None
    squash = "relu" if kind == "RNN" and held else None
    cell = random_cell(kind, features, hidden, seed, squash)
    trace = run(cell, random.normal(size=(steps, features)), h0, c0 if kind == "LSTM" else None, frozen)
    read = random.normal(size=(2, features)) if kind == "ConcatRNN" else None
    agrees(trace, Output(random.normal(size=(2, hidden)), random.normal(size=2), read))


@pytest.mark.parametrize("kind", KINDS)
def test_scripts_for_the_blackboard(kind: Kind) -> None:
    trace = run(blackboard_cell(kind, 2, 3), own_letters("abba").x)
    agrees(trace)
    assert "[[0, 1, 1, 0]]  # steps, inputs: 4×2, a 1 for each letter" in numpy_code(trace)
    assert "d_" not in numpy_code(trace)  # one bias is enough on a blackboard
    assert "-0" not in numpy_code(trace)


def test_pytorchs_own_module_is_used_where_it_can_be() -> None:
    x = np.ones((2, 2))
    assert "nn.LSTM(2, 3, dtype=torch.float64)" in torch_code(run(random_cell("LSTM", 2, 3), x))
    assert 'nn.RNN(2, 3, nonlinearity="relu"' in torch_code(run(random_cell("RNN", 2, 3, squash="relu"), x))
    held = torch_code(run(random_cell("LSTM", 2, 3), x, frozen={"f": 1.0}))
    assert "nn.LSTM" not in held
    assert "f = 1.0  # held" in held
    agrees(run(random_cell("GRU", 2, 3, squash="none"), x))


@BOTH
@pytest.mark.parametrize("letters", [True, False])
def test_large_cells_are_loaded_from_a_file(
    make: Make, letters: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    x = np.eye(57)[[3, 4, 5]] if letters else np.random.default_rng(0).normal(size=(3, 57))
    trace = run(random_cell("GRU", 57, 40, seed=1), x)
    output = Output(np.ones((18, 40)), np.zeros(18))
    assert needs_file(trace, output)
    code = make(trace, output)
    assert len(code) < 3000
    assert all(len(line) <= 120 for line in code.splitlines())
    found = arrays(trace, output)
    assert ("x" in found) is not letters
    np.savez(FILE, **found)
    names = done(code)
    np.testing.assert_allclose(np.asarray(names["output"]), trace.parts["h"], atol=1e-12)
    np.testing.assert_allclose(np.asarray(names["logits"]), output.logits(trace), atol=1e-12)


@BOTH
def test_scripts_are_python_and_leave_no_defaults_changed(make: Make) -> None:
    code = make(run(blackboard_cell("LSTM", 2, 2), own_letters("ab").x, frozen={"o": 0.5}))
    assert isinstance(ast.parse(code), ast.Module)
    assert "set_default_dtype" not in code
    assert not needs_file(run(blackboard_cell("LSTM", 2, 2), own_letters("ab").x))
