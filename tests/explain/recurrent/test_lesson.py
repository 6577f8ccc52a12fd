"""Cells and inputs to begin with, and what one changes about them."""

from __future__ import annotations

import string
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from explorer.arch.errors import UsageError
from explorer.explain.recurrent.cell import Cell, Kind, run
from explorer.explain.recurrent.lesson import (
    Which,
    blackboard_cell,
    edited,
    forget_bias,
    letters,
    noise,
    own_letters,
    random_cell,
    rows,
    scaled,
    simple_rnn,
    sine,
    spectral_radius,
    with_forget_bias,
    with_spectral_radius,
)

KINDS: tuple[Kind, ...] = ("RNN", "LSTM", "GRU", "ConcatRNN")
ALPHABET = string.ascii_letters + " .,;'"


@pytest.mark.parametrize("kind", KINDS)
def test_random_weights_are_uniform_within_pytorchs_bound(kind: Kind) -> None:
    cell = random_cell(kind, 57, 64, seed=1)
    for values in (cell.w, cell.u, cell.b, cell.d):
        assert np.abs(values).max() <= 1 / 8
    for values in (cell.w, cell.u):
        assert values.std() == pytest.approx(1 / 8 / 3**0.5, rel=0.03)
        assert values.mean() == pytest.approx(0, abs=0.003)
    again, other = random_cell(kind, 57, 64, seed=1), random_cell(kind, 57, 64, seed=2)
    np.testing.assert_array_equal(again.u, cell.u)
    assert (other.u != cell.u).all()
    assert not np.array_equal(cell.b, cell.d)


def test_the_same_seed_gives_cells_that_compare() -> None:
    rnn, lstm, gru = (random_cell(kind, 5, 4, seed=7) for kind in ("RNN", "LSTM", "GRU"))
    for which in ("w", "u", "b", "d"):
        new = getattr(rnn, which)[0]
        np.testing.assert_array_equal(getattr(lstm, which)[2], new)  # the candidate
        np.testing.assert_array_equal(getattr(gru, which)[2], new)  # the new state
    gates = [matrix.tobytes() for matrix in lstm.u]
    assert len(set(gates)) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_for_the_blackboard_are_small_and_whole(kind: Kind) -> None:
    cell, half = blackboard_cell(kind, 3, 4, seed=3), blackboard_cell(kind, 3, 4, seed=3, halves=True)
    assert set(cell.w.ravel()) <= {-2, -1, 0, 1, 2}
    np.testing.assert_array_equal(half.u * 2, cell.u)
    assert not cell.d.any()
    for hidden in (1, 5):
        with pytest.raises(UsageError, match="Choose 2, 3 or 4"):
            blackboard_cell(kind, 3, hidden)


def test_the_lectures_rnn_in_numpy() -> None:
    cell, inputs = simple_rnn(4)
    assert (cell.hidden, cell.features, inputs.x.shape, len(inputs)) == (64, 32, (100, 32), 100)
    state = np.zeros(64)
    for x in inputs.x:
        state = np.tanh(cell.w[0] @ x + cell.u[0] @ state + cell.b[0])
    np.testing.assert_allclose(run(cell, inputs.x).parts["h"][-1], state, atol=1e-12)
    assert cell.w.min() >= 0
    assert state.min() > 0.99


def test_scaling_and_the_spectral_radius() -> None:
    cell = random_cell("GRU", 3, 8, seed=1)
    np.testing.assert_allclose(spectral_radius(scaled(cell, -2)), [2 * r for r in spectral_radius(cell)])
    np.testing.assert_array_equal(scaled(cell, 3).w, cell.w)
    changed = with_spectral_radius(cell, 1.25)
    for u, before in zip(changed.u, cell.u, strict=True):
        assert np.abs(np.linalg.eigvals(u)).max() == pytest.approx(1.25)
        assert np.linalg.matrix_rank(np.stack([u.ravel(), before.ravel()])) == 1
    assert spectral_radius(with_spectral_radius(cell, 0)) == (0, 0, 0)
    none = replace(cell, u=np.zeros_like(cell.u))
    with pytest.raises(UsageError, match="reset gate have no eigenvalue"):
        with_spectral_radius(none, 1)
    with pytest.raises(UsageError, match="not negative"):
        with_spectral_radius(cell, -1)
    huge = scaled(scaled(cell, 1e300), 1e300)
    assert np.isnan(spectral_radius(huge)).all()
    with pytest.raises(UsageError):
        with_spectral_radius(huge, 1)


def test_the_forget_bias() -> None:
    cell = random_cell("LSTM", 3, 4)
    changed = with_forget_bias(cell, 2.5)
    assert forget_bias(changed) == 2.5
    np.testing.assert_array_equal(changed.b[[0, 2, 3]], cell.b[[0, 2, 3]])
    assert run(changed, np.zeros((1, 3))).parts["f"][0] == pytest.approx(1 / (1 + np.exp(-2.5)))
    assert forget_bias(random_cell("GRU", 3, 4)) is None
    with pytest.raises(UsageError, match="Only an LSTM"):
        with_forget_bias(random_cell("GRU", 3, 4), 1)


@pytest.mark.parametrize(("which", "index"), [("w", (1, 2, 0)), ("u", (2, 0, 3)), ("b", (0, 3)), ("d", (2, 1))])
def test_one_weight_is_edited_and_no_other(which: Which, index: tuple[int, ...]) -> None:
    cell = random_cell("GRU", 3, 4)
    before = {name: getattr(cell, name).copy() for name in "wubd"}
    changed = edited(cell, which, index, 9.0)
    for name, values in before.items():
        np.testing.assert_array_equal(getattr(cell, name), values)  # the cell itself stays
        different = np.argwhere(getattr(changed, name) != values).tolist()
        assert different == ([list(index)] if name == which else [])
    assert getattr(changed, which)[index] == 9


def test_edits_that_cannot_be_are_refused() -> None:
    cell = random_cell("RNN", 3, 4)
    with pytest.raises(IndexError):
        edited(cell, "w", (0, 0, 3), 1)
    with pytest.raises(IndexError):
        edited(cell, "b", (0, -1), 1)
    for value in (float("nan"), float("inf")):
        with pytest.raises(UsageError, match="not a finite number"):
            edited(cell, "u", (0, 0, 0), value)
        with pytest.raises(UsageError, match="not a finite number"):
            scaled(cell, value)


def test_a_word_becomes_one_row_a_letter() -> None:
    inputs = letters("Mar", ALPHABET)
    assert inputs.x.shape == (3, 57)
    assert [ALPHABET[k] for k in inputs.x.argmax(axis=1)] == ["M", "a", "r"]
    assert (inputs.x.sum(axis=1) == 1).all()
    assert inputs.labels == ("M", "a", "r")
    assert own_letters("abba").x.tolist() == [[1, 0], [0, 1], [0, 1], [1, 0]]
    assert own_letters("abba").names == ("a", "b")
    assert len(letters("a" * 1000, ALPHABET)) == 1000


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "nothing to read"), ("Müß", "“ü”, “ß” are not among the 57 letters"), ("a" * 1001, "at most 1\u2009000")],
)
def test_texts_that_cannot_be_read(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        letters(text, ALPHABET)


def test_rows_noise_and_sine() -> None:
    image = np.arange(784).reshape(28, 28)
    assert rows(image).x.shape == (28, 28)
    np.testing.assert_array_equal(rows(image).x[3], image[3])
    random = noise(500, 4, seed=2)
    assert random.x.mean() == pytest.approx(0, abs=0.1)
    assert random.x.std() == pytest.approx(1, abs=0.05)
    np.testing.assert_array_equal(random.x, noise(500, 4, seed=2).x)
    wave = sine(40, period=20, features=2).x
    np.testing.assert_allclose(wave[:20], wave[20:], atol=1e-12)
    np.testing.assert_allclose(wave[10:, 1], wave[:-10, 0], atol=1e-12)
    assert wave[5, 0] == pytest.approx(1)
    assert all(int(b) - int(a) == 1 for a, b in pairwise(rows(image).labels))
    for made in (
        lambda: rows(np.zeros((2, 2, 3))),
        lambda: noise(0),
        lambda: sine(5, 0),
        lambda: noise(5001),
        lambda: noise(5, 0),
    ):
        with pytest.raises(UsageError):
            made()


def test_an_input_is_edited() -> None:
    inputs = own_letters("ab")
    assert inputs.edited(1, 0, -3).x.tolist() == [[1, 0], [-3, 1]]
    assert inputs.x.tolist() == [[1, 0], [0, 1]]
    with pytest.raises(IndexError):
        inputs.edited(2, 0, 1)


def test_sizes_below_one_are_refused() -> None:
    for features, hidden in ((0, 3), (3, 0)):
        with pytest.raises(UsageError, match="at least one input"):
            random_cell("RNN", features, hidden)
    assert isinstance(random_cell("RNN", 1, 1), Cell)
