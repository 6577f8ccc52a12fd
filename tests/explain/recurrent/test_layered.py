"""Whole models against the modules of PyTorch they come from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.arch.errors import RunError
from explorer.explain.recurrent.cell import Kind, Output
from explorer.explain.recurrent.layered import layered, log_softmax
from explorer.learn.modules import ConcatRNN


def weights_of(module: torch.nn.Module) -> dict[str, Any]:
    return {name: values.numpy() for name, values in module.state_dict().items()}


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["RNN", "LSTM", "GRU"]), st.integers(1, 5), st.integers(1, 6), st.integers(1, 3), st.booleans(),
    st.booleans(), st.integers(1, 9), st.integers(0, 10**6),
)  # fmt: skip
def test_layers_and_directions_give_what_pytorch_gives(
    kind: Kind, features: int, hidden: int, layers: int, both: bool, bias: bool, steps: int, seed: int
) -> None:
    torch.manual_seed(seed)
    made = {"bidirectional": both, "bias": bias, "dtype": torch.float64}
    relu = kind == "RNN" and seed % 2 == 0
    module = getattr(torch.nn, kind)(features, hidden, layers, **made, **({"nonlinearity": "relu"} if relu else {}))
    linear = torch.nn.Linear(hidden * (1 + both), 3, dtype=torch.float64)
    x = torch.randn(steps, features, dtype=torch.float64)
    with torch.no_grad():
        states, _ = module(x)
        wanted = linear(states).log_softmax(1)
    output = Output(linear.weight.detach().numpy(), linear.bias.detach().numpy())
    model = layered(kind, weights_of(module), output=output, squash="relu" if relu else None)
    done = model.run(x.numpy())
    assert (len(done.traces), model.ways) == (layers, 1 + both)
    np.testing.assert_allclose(done.joined[-1], states.numpy(), atol=1e-10)
    assert done.log_probabilities is not None
    np.testing.assert_allclose(done.log_probabilities, wanted.numpy(), atol=1e-10)
    assert done.logits is not None
    story = model.explain_logit(done, steps - 1, 2)
    assert story.result == pytest.approx(done.logits[-1, 2], abs=1e-10)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.integers(1, 6), st.integers(1, 4), st.integers(1, 9), st.integers(0, 10**6))
def test_the_lectures_cell_gives_what_its_module_gives(
    features: int, hidden: int, outputs: int, steps: int, seed: int
) -> None:
    torch.manual_seed(seed)
    module = ConcatRNN(features, hidden, outputs).double()
    x = torch.randn(1, steps, features, dtype=torch.float64)
    with torch.no_grad():
        wanted = module(x)[0].numpy()
    model = layered("ConcatRNN", weights_of(module))
    done = model.run(x[0].numpy())
    assert done.logits is not None
    np.testing.assert_allclose(done.logits, wanted, atol=1e-10)
    assert model.explain_logit(done, steps - 1, 0).result == pytest.approx(wanted[-1, 0], abs=1e-10)


def test_tokens_become_rows_of_the_table() -> None:
    torch.manual_seed(1)
    table, module = torch.nn.Embedding(10, 4), torch.nn.LSTM(4, 3)
    model = layered("LSTM", weights_of(module), embedding=table.weight.detach().numpy())
    done = model.read([3, 1, 3])
    assert done.tokens == (3, 1, 3)
    with torch.no_grad():
        wanted, _ = module(table(torch.tensor([3, 1, 3])))
    np.testing.assert_allclose(done.joined[-1], wanted.numpy(), atol=1e-6)
    assert done.logits is None
    assert done.log_probabilities is None
    with pytest.raises(RunError, match="tokens 0 to 9, not 10"):
        model.read([10])
    with pytest.raises(RunError, match="not −1"):
        model.read([-1])


def test_tokens_without_a_table_are_one_hot() -> None:
    model = layered("GRU", weights_of(torch.nn.GRU(3, 2)))
    np.testing.assert_array_equal(model.embed([2, 0]), [[0, 0, 1], [1, 0, 0]])
    assert len(model.read([])) == 0
    assert model.read([]).joined[0].shape == (0, 2)


def test_the_backward_way_reads_from_the_end() -> None:
    torch.manual_seed(2)
    model = layered("GRU", weights_of(torch.nn.GRU(2, 3, bidirectional=True)))
    x = np.random.default_rng(0).normal(size=(5, 2))
    done = model.run(x)
    forwards, backwards = done.traces[0]
    np.testing.assert_array_equal(backwards.x, x[::-1])
    np.testing.assert_array_equal(done.joined[0][1], np.concatenate([forwards.parts["h"][1], backwards.parts["h"][3]]))


def test_gates_are_held_in_all_layers() -> None:
    model = layered("LSTM", weights_of(torch.nn.LSTM(2, 3, 2)))
    done = model.run(np.ones((4, 2)), frozen={"i": 0.0})
    assert all((trace.parts["h"] == 0).all() for (trace,) in done.traces)


def test_where_a_layer_breaks_is_said() -> None:
    weights = weights_of(torch.nn.RNN(1, 2, 2, nonlinearity="relu"))
    weights["weight_ih_l0"] = np.full((2, 1), 1e308)
    weights["weight_ih_l1"] = np.full((2, 2), 1e308)
    done = layered("RNN", weights, squash="relu").run([[1.0], [1.0]])
    assert done.broken is not None
    assert done.broken[0] == 1
    assert layered("RNN", weights_of(torch.nn.RNN(1, 2))).run([[1.0]]).broken is None


def test_what_cannot_be_unrolled_is_said_plainly() -> None:
    with pytest.raises(RunError, match="projects its states"):
        layered("LSTM", weights_of(torch.nn.LSTM(3, 4, proj_size=2)))
    with pytest.raises(RunError, match="no weights “weight_ih_l0”"):
        layered("GRU", {})
    with pytest.raises(RunError, match=r"no weights “i2h\.weight”"):
        layered("ConcatRNN", {})
    with pytest.raises(RunError, match="no weights of a GRU"):
        layered("GRU", weights_of(torch.nn.LSTM(3, 4)))
    with pytest.raises(RunError, match="output reads 5 numbers, but 4 arrive"):
        layered("RNN", weights_of(torch.nn.RNN(3, 4)), output=Output(np.ones((2, 5)), np.ones(2)))
    with pytest.raises(RunError, match="reads 3 numbers, but 7 arrive"):
        layered("RNN", weights_of(torch.nn.RNN(3, 4)), embedding=np.ones((10, 7)))
    with pytest.raises(RunError, match="reads 3 numbers at each step, and is given 2"):
        layered("RNN", weights_of(torch.nn.RNN(3, 4))).run(np.ones((2, 2)))


def test_log_softmax_of_large_and_of_no_logits() -> None:
    made = log_softmax(np.array([[1000.0, 0.0], [0.0, 0.0]]))
    np.testing.assert_allclose(made, [[0, -1000], [-np.log(2), -np.log(2)]])
    assert log_softmax(np.empty((0, 3))).shape == (0, 3)
