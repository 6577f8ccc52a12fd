"""The unrolled cell gives the gradients of PyTorch's own recurrent modules."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from explorer.explain.recurrent.bptt import Readout
from explorer.explain.recurrent.cell import GATES, Cell, Kind, run
from explorer.learn.unrolled import autograd

TARGETS = (0, None, 2, 1, 2, None, 1)


@pytest.mark.parametrize(("kind", "module"), [("RNN", nn.RNN), ("LSTM", nn.LSTM), ("GRU", nn.GRU)])
@pytest.mark.parametrize("chunk", [None, 1])
def test_gradients_are_those_of_the_module(kind: Kind, module: type[nn.RNNBase], chunk: int | None) -> None:
    torch.manual_seed(0)
    layer, out = module(3, 5).double(), nn.Linear(5, 3).double()
    gates = len(GATES[kind])
    weights = {name: value.detach().numpy().reshape(gates, 5, -1) for name, value in layer.named_parameters()}
    cell = Cell(
        kind,
        weights["weight_ih_l0"],
        weights["weight_hh_l0"],
        weights["bias_ih_l0"][..., 0],
        weights["bias_hh_l0"][..., 0],
    )
    x = torch.randn(7, 3, dtype=torch.float64)
    readout = Readout(out.weight.detach().numpy(), out.bias.detach().numpy())
    found = autograd(run(cell, x.numpy()), readout, TARGETS, None if chunk is None else 0)
    if chunk is None:
        states = layer(x)[0]
    else:  # a state that is detached at every step: gradients go back 0 steps
        state, seen = None, []
        for row in x:
            output, state = layer(row[None], state)
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
            seen.append(output)
        states = torch.cat(seen)
    goal = torch.tensor([-1 if target is None else target for target in TARGETS])
    nn.functional.cross_entropy(out(states), goal, ignore_index=-1, reduction="sum").backward()
    theirs = {"w": "weight_ih_l0", "u": "weight_hh_l0", "b": "bias_ih_l0", "d": "bias_hh_l0"}
    for name, parameter in theirs.items():
        gradient = layer.get_parameter(parameter).grad.numpy().reshape(found[name].shape)
        np.testing.assert_allclose(found[name], gradient, rtol=1e-9, atol=1e-14, err_msg=name)
    np.testing.assert_allclose(found["s"], out.weight.grad.numpy(), rtol=1e-9)
    np.testing.assert_allclose(found["bias"], out.bias.grad.numpy(), rtol=1e-9)


def test_truncation_cuts_what_lies_further_back() -> None:
    random = np.random.default_rng(1)
    cell = Cell("RNN", random.normal(size=(1, 2, 2)), random.normal(size=(1, 2, 2)), np.zeros((1, 2)), np.zeros((1, 2)))
    trace = run(cell, random.normal(size=(6, 2)))
    readout = Readout(random.normal(size=(2, 2)), np.zeros(2))
    cut = autograd(trace, readout, (None,) * 5 + (1,), 2)
    whole = autograd(trace, readout, (None,) * 5 + (1,))
    assert not cut["x"][:3].any()
    assert not cut["h0"].any()
    np.testing.assert_allclose(cut["x"][3:], whole["x"][3:], rtol=1e-12)
    assert whole["x"].all()


def test_no_target_has_no_gradient() -> None:
    cell = Cell("RNN", np.ones((1, 2, 2)), np.ones((1, 2, 2)), np.zeros((1, 2)), np.zeros((1, 2)))
    found = autograd(run(cell, np.ones((2, 2))), Readout(np.ones((2, 2)), np.zeros(2)), (None, None))
    assert not any(gradient.any() for gradient in found.values())
