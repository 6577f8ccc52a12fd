"""A recurrent cell unrolled in torch, for autograd to say what the gradients are, beside those made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from explorer.explain.recurrent.bptt import Readout
from explorer.explain.recurrent.cell import Gate, Trace


def autograd(
    trace: Trace, readout: Readout, targets: Sequence[int | None], truncate: int | None = None
) -> dict[str, NDArray[np.float64]]:
    """Autograd's gradients (float64) of the summed cross-entropies at all steps that have a target.

    Names and shapes are those of `Backward.gradients`: w, u, b, d, s, bias, x, h0, c0. With `truncate` = k each loss is
    computed from a state that is detached k steps before its own.
    """
    cell = trace.cell
    given = {
        "w": cell.w, "u": cell.u, "b": cell.b, "d": cell.d, "s": readout.s, "bias": readout.bias,
        "x": trace.x, "h0": trace.h0, "c0": trace.c0,
    }  # fmt: skip
    leaf = {name: torch.tensor(values, dtype=torch.float64, requires_grad=True) for name, values in given.items()}
    length = len(trace)
    goals = [(i, target) for i, target in enumerate(targets) if target is not None]

    def squash(gate: Gate, sums: Tensor) -> Tensor:
        how = gate.squash if cell.squash is None or gate.squash == "sigmoid" else cell.squash
        return {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}.get(how, torch.clone)(sums)

    def step(t: int, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        now: dict[str, Tensor] = {}
        for k, gate in enumerate(cell.gates):
            carried = leaf["u"][k] @ h + leaf["d"][k]
            if cell.kind == "GRU" and gate.name == "n":
                carried = now["r"] * carried
            value = squash(gate, leaf["w"][k] @ leaf["x"][t] + leaf["b"][k] + carried)
            held = trace.frozen.get(gate.name)
            now[gate.name] = value if held is None else torch.full_like(value, held)
        if cell.kind == "LSTM":
            c = now["f"] * c + now["i"] * now["g"]
            return now["o"] * torch.tanh(c), c
        if cell.kind == "GRU":
            return (1 - now["z"]) * now["n"] + now["z"] * h, c
        return now["h"], c

    def loss(h: Tensor, target: int) -> Tensor:
        return functional.cross_entropy(leaf["s"] @ h + leaf["bias"], torch.tensor(target))

    total = torch.zeros((), dtype=torch.float64)
    states = [(leaf["h0"], leaf["c0"])]
    with torch.set_grad_enabled(truncate is None):
        for t in range(length):
            states.append(step(t, *states[-1]))
    for i, target in goals:
        h, c = states[i + 1]
        if truncate is not None:
            begin = max(0, i - truncate)
            h, c = states[begin]
            if i >= truncate:
                h, c = h.detach(), c.detach()
            for t in range(begin, i + 1):
                h, c = step(t, h, c)
        total = total + loss(h, target)
    if goals:
        total.backward()  # type: ignore[no-untyped-call]
    return {name: np.zeros(value.shape) if value.grad is None else value.grad.numpy() for name, value in leaf.items()}
