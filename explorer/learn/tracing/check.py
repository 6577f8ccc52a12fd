"""Whether the network that was found is the module: the same parameters, and the same numbers out of the same input."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from explorer.arch.analysis import analyse
from explorer.arch.network import Network
from explorer.arch.text import number
from explorer.learn.build import build
from explorer.learn.tracing.follow import Operation, RefusedError
from explorer.learn.tracing.series import Step

CLOSE = 1e-3
"""How far numbers may differ, as a share of the largest: the order of sums is not always the same."""


def check(
    network: Network,
    steps: list[Step],
    sample: Tensor,
    expected: Tensor,
    overwriting: Operation | None,
) -> None:
    """Refuse a network that is not the module it came from.

    steps: where each layer, in its order, comes from. sample, expected: what goes in and comes out, (N, …).
    overwriting: what may be to blame if the numbers differ. Raises `RefusedError`.
    """
    report = analyse(network)
    if report.fault:
        raise RefusedError(f"{report.fault.path}: {report.fault.message}")
    _shared(steps)
    theirs = sum(p.numel() for step in steps if step.module is not None for p in step.module.parameters())
    if theirs != report.parameters:
        ours = number(report.parameters)
        raise RefusedError(f"its layers have {number(theirs)} parameters, but {ours} would be shown")
    with torch.device("meta"):  # no memory: the module's own weights are put in
        built = build(network)
    for row, step in zip((row for row in report.rows if row.layer is not None), steps, strict=True):
        if step.module is not None:
            _fill(built.get_submodule(row.path), step.module)
    said = built.eval()(sample)
    if said.shape != expected.shape:
        raise RefusedError(f"it gives {tuple(expected.shape[1:])}, but its layers {tuple(said.shape[1:])}")
    size = expected.abs().nan_to_num().max() if expected.numel() else torch.zeros(())
    if not torch.allclose(said, expected, rtol=CLOSE, atol=float(CLOSE * size) + 1e-6, equal_nan=True):
        if overwriting:
            raise RefusedError(f"{overwriting} changes a value in place that is used again; have it make a new one")
        raise RefusedError("its layers alone give other numbers than the class itself, which may work by chance")


def _fill(mine: nn.Module, module: nn.Module) -> None:
    theirs = module.state_dict().values()
    mine.load_state_dict(dict(zip(mine.state_dict(), theirs, strict=True)), assign=True)


def _shared(steps: list[Step]) -> None:
    """Refuse weights that two layers have in common: in a network, each layer has its own."""
    owners: dict[int, Step] = {}
    for step in steps:
        for parameter in step.module.parameters() if step.module is not None else ():
            first = owners.setdefault(id(parameter), step)
            one, other = ".".join(first.path), ".".join(step.path)
            if first is not step and first.module is step.module:
                raise RefusedError(f"the layer `{one}` is used twice and its weights are shared, which cannot be shown")
            if first is not step:
                raise RefusedError(f"the layers `{one}` and `{other}` share their weights, which cannot be shown")
