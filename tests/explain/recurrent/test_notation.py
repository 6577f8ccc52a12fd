"""The lectures' equations, sign by sign, and the markup they are written in."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.explain.recurrent.cell import GATES, ORDER
from explorer.explain.recurrent.lesson import blackboard_cell
from explorer.explain.recurrent.notation import NOTATIONS, equation, html, note, pieces, plain, stored, symbol, symbols

RNN = {
    "words": ("h_i = tanh(W h_{i−1} + U x_i)", "y_i = softmax(S h_i)"),
    "double": ("h_t = tanh(W_hh h_{t−1} + W_xh x_t)", "y_t = softmax(W_hy h_t)"),
    "angle": ("a⟨t⟩ = g(W_aa a⟨t−1⟩ + W_ax x⟨t⟩ + b_a)", "ŷ⟨t⟩ = g(W_ya a⟨t⟩ + b_y)"),
    "rows": ("H_t = φ(X_t W_xh + H_{t−1} W_hh + b_h)", "O_t = H_t W_hq + b_q"),
    "pytorch": ("h_t = tanh(x_t W_ih^T + b_ih + h_{t−1} W_hh^T + b_hh)", "y_t = softmax(h_t A^T + b)"),
}

LSTM = {
    "f": "f_t = σ(W_f x_t + U_f h_{t−1} + b_f)",
    "i": "i_t = σ(W_i x_t + U_i h_{t−1} + b_i)",
    "o": "o_t = σ(W_o x_t + U_o h_{t−1} + b_o)",
    "g": "c̃_t = tanh(W_c x_t + U_c h_{t−1} + b_c)",
    "c": "c_t = f_t ∘ c_{t−1} + i_t ∘ c̃_t",
    "h": "h_t = o_t ∘ tanh(c_t)",
}

OTHERS = [
    ("LSTM", "f", "words", "f_i = σ(W_f h_{i−1} + U_f x_i + b_f)"),
    ("LSTM", "g", "double", "c̃_t = tanh(W_hc h_{t−1} + W_xc x_t + b_c)"),
    ("LSTM", "h", "angle", "a⟨t⟩ = o⟨t⟩ ∘ tanh(c⟨t⟩)"),
    ("LSTM", "c", "rows", "C_t = F_t ⊙ C_{t−1} + I_t ⊙ C̃_t"),
    ("LSTM", "y", "rows", "Y_t = H_t W_hq + b_q"),
    ("LSTM", "g", "pytorch", "g_t = tanh(x_t W_ig^T + b_ig + h_{t−1} W_hg^T + b_hg)"),
    ("GRU", "n", "gates", "n_t = tanh(W_n x_t + b_n + r_t ∘ (U_n h_{t−1} + d_n))"),
    ("GRU", "n", "pytorch", "n_t = tanh(x_t W_in^T + b_in + r_t ⊙ (h_{t−1} W_hn^T + b_hn))"),
    ("GRU", "h", "angle", "a⟨t⟩ = (1 − z⟨t⟩) ∘ n⟨t⟩ + z⟨t⟩ ∘ a⟨t−1⟩"),
    ("ConcatRNN", "h", "gates", "h_t = W x_t + U h_{t−1} + b"),
    ("ConcatRNN", "y", "gates", "y_t = softmax(V x_t + S h_{t−1} + e)"),
    ("ConcatRNN", "logits", "pytorch", "logits = [x_t, h_{t−1}] W_i2o^T + b_i2o"),
]


@pytest.mark.parametrize("key", RNN)
def test_the_five_notations_of_the_lectures(key: str) -> None:
    assert (plain(equation("RNN", "h", key)), plain(equation("RNN", "y", key))) == RNN[key]


@pytest.mark.parametrize("part", LSTM)
def test_the_lstms_equations(part: str) -> None:
    assert plain(equation("LSTM", part)) == LSTM[part]


@pytest.mark.parametrize(("kind", "part", "key", "text"), OTHERS)
def test_the_gates_in_other_notations(kind: str, part: str, key: str, text: str) -> None:
    assert plain(equation(kind, part, key)) == text  # type: ignore[arg-type]


@pytest.mark.parametrize("key", NOTATIONS)
def test_every_part_has_an_equation_that_begins_with_its_sign(key: str) -> None:
    for kind, parts in ORDER.items():
        for part in parts:
            assert pieces(equation(kind, part, key))[0][0] == symbol(kind, part, key)
        assert equation(kind, "y", key) != equation(kind, "logits", key) or NOTATIONS[key].softmax == ""


def test_biases_may_be_written_or_left_out() -> None:
    assert plain(equation("RNN", "h", "words", biased=True)) == "h_i = tanh(W h_{i−1} + U x_i + b)"
    assert plain(equation("RNN", "h", biased=False)) == "h_t = tanh(W x_t + U h_{t−1})"
    assert "b_" not in equation("LSTM", "f", "pytorch", biased=False)
    assert plain(equation("RNN", "h", "angle", squash="relu")).startswith("a⟨t⟩ = ReLU(")


def test_notes_tell_of_the_slip_and_of_pytorchs_way() -> None:
    assert "One lecture prints h_{t} = o_{t} × tanh(c_{t−1})." in note("LSTM", "h")
    assert "tanh(c^{⟨t−1⟩})" in note("LSTM", "h", "angle")
    assert note("RNN", "h", "rows") == "Here φ is tanh."
    assert "reset gate" in note("GRU", "n")
    assert note("RNN", "h") == ""


def test_what_is_not_there_is_refused() -> None:
    for kind, part, key in (("RNN", "f", "gates"), ("RNN", "h", "none"), ("GRU", "c", "gates")):
        with pytest.raises(KeyError):
            equation(kind, part, key)  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        symbols("LSTM", "c")


def test_markup() -> None:
    assert pieces("W_{f}^{T} x_{t}") == (("W", "line"), ("f", "low"), ("T", "high"), (" x", "line"), ("t", "low"))
    assert plain("h_{40} + W_{hh} + h_{t−1} + a^{⟨t⟩}") == "h₄₀ + W_hh + h_{t−1} + a⟨t⟩"
    assert html("a_{1} < b^{2}") == "a<sub>1</sub> &lt; b<sup>2</sup>"


def test_where_pytorch_keeps_a_gate() -> None:
    assert stored("LSTM", "f", "w", 128) == "weight_ih_l0, rows 129 to 256"
    assert stored("RNN", "h", "d", 128, layer=1) == "bias_hh_l1"
    assert stored("ConcatRNN", "h", "u", 128) == "i2h.weight, last columns"
    # The rows that are named are those of the cell's gate.
    cell = blackboard_cell("GRU", 2, 3)
    for k, gate in enumerate(GATES["GRU"]):
        first, last = (int(word) for word in stored("GRU", gate.name, "w", 3).split("rows ")[1].split(" to "))
        np.testing.assert_array_equal(cell.w.reshape(-1, 2)[first - 1 : last], cell.w[k])
