"""Blocks as modules: their names, their sums, and side classifiers that learn but never answer."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from explorer.arch.analysis import analyse
from explorer.arch.errors import ArchitectureError
from explorer.arch.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    GlobalAvgPool,
    LastStep,
    Linear,
    LogSoftmax,
    MaxPool2d,
    ReLU,
    Softmax,
)
from explorer.arch.network import Network
from explorer.arch.tree import Auxiliary, Parallel, Sequence
from explorer.learn.build import SIDE_SHARE, build, log_probabilities, side_losses
from explorer.learn.catalog import source
from explorer.learn.fit import adapt, misfit

SAME = Conv2d(filters=8, padding="same", bias=False)
TREE = Network(
    (1, 28, 28),
    (
        Conv2d(filters=8, kernel=(5, 5), stride=(2, 2), padding=(2, 2)),
        Sequence(
            (Parallel((Sequence((SAME, BatchNorm2d(), ReLU(), SAME)), Sequence()), merge="add"), ReLU()),
            repeat=2,
            name="stage",
        ),
        Auxiliary((GlobalAvgPool(), Linear(10))),
        MaxPool2d(kernel=(3, 3), stride=(2, 2), ceil_mode=True),
        Parallel(
            (
                Sequence((Conv2d(filters=4, kernel=(1, 1)),)),
                Sequence((Conv2d(filters=6, padding=(1, 1), groups=2, padding_mode="reflect"),)),
                Sequence((AvgPool2d(kernel=(3, 3), stride=(1, 1), padding=(1, 1), count_include_pad=False),)),
            ),
            name="mix",
        ),
        Sequence((Flatten(), Dropout(0.5), Linear(10)), name="head"),
    ),
    name="Tree",
)


def test_the_modules_names_are_the_rows_paths() -> None:
    module = build(TREE, seed=0)
    for row in analyse(TREE).rows:
        if row.layer is not None:
            made = module.get_submodule(row.path)
            assert sum(p.numel() for p in made.parameters()) == row.parameters
    assert sum(p.numel() for p in module.parameters()) == analyse(TREE).parameters


def test_copies_of_a_block_have_weights_of_their_own() -> None:
    module = build(TREE, seed=0)
    one = module.get_parameter("stage.1.residual.branch1.conv1.weight")
    two = module.get_parameter("stage.2.residual.branch1.conv1.weight")
    assert one.shape == two.shape
    assert not torch.equal(one, two)


def test_branches_add_and_join() -> None:
    module = build(TREE, seed=0).eval()
    x = torch.randn(2, 8, 14, 14)
    residual = module.get_submodule("stage.1.residual")
    body = module.get_submodule("stage.1.residual.branch1")
    assert torch.allclose(residual(x), x + body(x))
    mix = module.get_submodule("mix")
    parts = [module.get_submodule(f"mix.branch{k}")(x) for k in (1, 2, 3)]
    assert torch.equal(mix(x), torch.cat(parts, 1))


def test_a_side_classifier_learns_and_leaves_the_main_path_alone() -> None:
    module = build(TREE, seed=0)
    x, labels = torch.randn(4, 1, 28, 28), torch.tensor([1, 2, 3, 4])
    module.eval()
    module(x)
    assert side_losses(module, labels) == []
    without = build(TREE.remove((2,)))
    ours = [value for name, value in module.state_dict().items() if not name.startswith("aux")]
    without.load_state_dict(dict(zip(without.state_dict(), ours, strict=True)))
    assert torch.equal(module(x), without.eval()(x))
    module.train()
    module(x)
    (loss,) = side_losses(module, labels)
    said = module.get_submodule("aux").said
    assert isinstance(said, torch.Tensor)
    assert loss.item() == pytest.approx(SIDE_SHARE * functional.cross_entropy(said, labels).item())
    loss.backward()
    gradient = module.get_parameter("aux.fc1.weight").grad
    assert gradient is not None
    assert float(gradient.abs().sum()) > 0


def test_side_classifiers_must_know_the_classes() -> None:
    seven = TREE.put((2, 1), Linear(7))
    problem = misfit(seven, source("strokes"))
    assert problem is not None
    assert "aux ends in 7" in problem.message
    assert problem.repaired == TREE
    odd = TREE.remove((2, 1))
    *_, (last, _) = adapt(odd, source("strokes"))
    assert misfit(last, source("strokes")) is None
    nested = TREE.put((5, 2), Linear(12))
    *_, (last, _) = adapt(nested, source("strokes"))
    assert last == TREE


def test_a_fault_inside_a_block_is_named_with_its_path() -> None:
    broken = TREE.put((1, 0, 0, 3), Conv2d(filters=9, padding="same"))
    with pytest.raises(ArchitectureError, match=r"stage\.1\.residual: Adding needs equal shapes"):
        build(broken)


def test_probabilities_are_known_whatever_the_network_ends_in() -> None:
    outputs = torch.randn(3, 10)
    logs = functional.log_softmax(outputs, 1)
    for tail, values in (
        ((Linear(10),), outputs),
        ((Linear(10), LogSoftmax()), logs),
        ((Sequence((Linear(10), Softmax())),), logs.exp()),
        ((Linear(10), Softmax(), LastStep()), logs.exp()),
    ):
        assert torch.allclose(log_probabilities(Network((5, 4), tail), values), logs, atol=1e-5)
