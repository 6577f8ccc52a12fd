"""Every kind of layer and block trains, is saved, continues exactly, and answers."""

from __future__ import annotations

import re
import warnings
from itertools import takewhile
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

from explorer.arch.analysis import analyse
from explorer.arch.errors import ArchitectureError
from explorer.arch.layers import (
    ELU,
    GELU,
    GRU,
    LSTM,
    PALETTE,
    RNN,
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AvgPool1d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    ConcatRNN,
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    ConvTranspose2d,
    Dropout,
    Dropout1d,
    Dropout2d,
    Flatten,
    GlobalAvgPool,
    GlobalMaxPool,
    GroupNorm,
    LastStep,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    LogSoftmax,
    MaxPool1d,
    MaxPool2d,
    ReLU,
    ScaledTanh,
    Sigmoid,
    Softmax,
    Softplus,
    SwapAxes,
    Tanh,
    Upsample,
)
from explorer.arch.naming import RESERVED, safe_name
from explorer.arch.network import Network
from explorer.arch.tree import Auxiliary, Node, Parallel, Sequence
from explorer.learn import modules
from explorer.learn import run as runs
from explorer.learn.build import build, side_losses
from explorer.learn.card import CHECKPOINT, WEIGHTS
from explorer.learn.catalog import source
from explorer.learn.data import DataSet, Part, split
from explorer.learn.events import StepDone, Tested
from explorer.learn.model import load_model
from explorer.learn.recipe import Recipe
from explorer.learn.strokes import strokes

ROWS = Flatten(1, 2)
"""An image of one map as a sequence of its rows."""

HEAD = Sequence((Flatten(), Linear(10)), name="head")

NETWORKS: dict[str, tuple[Node, ...]] = {
    "images": (
        Conv2d(4, (4, 4), padding="same"),
        BatchNorm2d(),
        LeakyReLU(),
        MaxPool2d((3, 3), (2, 2), ceil_mode=True),
        ConvTranspose2d(4, (3, 3), (2, 2), output_padding=(1, 1)),
        GroupNorm(2),
        ELU(),
        AvgPool2d(),
        LocalResponseNorm(),
        Upsample(2, "bilinear"),
        Dropout2d(0.1),
        AdaptiveMaxPool2d((9, 9)),
        GELU(),
        AdaptiveAvgPool2d((4, 4)),
        Softplus(),
        HEAD,
    ),
    "signals": (
        ROWS,
        SwapAxes(),
        Conv1d(6, 4, padding="same", padding_mode="reflect"),
        BatchNorm1d(),
        Tanh(),
        MaxPool1d(),
        ConvTranspose1d(6, stride=2),
        Dropout1d(0.1),
        AvgPool1d(),
        AdaptiveAvgPool1d(9),
        AdaptiveMaxPool1d(5),
        Sigmoid(),
        Parallel((Sequence((GlobalAvgPool(),)), Sequence((GlobalMaxPool(),))), along="features"),
        ScaledTanh(1.5),
        Linear(10),
        LogSoftmax(),
    ),
    "recurrent": (
        ROWS,
        LSTM(12, layers=2, bidirectional=True, dropout=0.1, projection=6),
        LayerNorm(),
        GRU(8, bidirectional=True),
        RNN(8, layers=2, nonlinearity="relu"),
        ConcatRNN(8, 10),
        LastStep(),
        Softmax(),
    ),
    "blocks": (
        Conv2d(4, (5, 5), (2, 2), (2, 2), name="forward"),
        Sequence(
            (Parallel((Sequence((Conv2d(4, padding=(1, 1)), BatchNorm2d())), Sequence()), merge="add"), ReLU()),
            repeat=3,
            name="children",
        ),
        Auxiliary((GlobalAvgPool(), Linear(10), LogSoftmax()), name="said"),
        Parallel(
            (
                Sequence((Conv2d(3, (1, 1)),), name="merge"),
                Sequence((MaxPool2d((3, 3), (1, 1), (1, 1)), Auxiliary((Flatten(), Linear(10))))),
            ),
            name="axis",
        ),
        Dropout(0.3),
        HEAD,
    ),
}


def network(name: str) -> Network:
    return Network((1, 28, 28), NETWORKS[name], name=name)


@pytest.fixture(scope="module")
def data() -> DataSet:
    x, y = strokes(480, seed=5)
    part = Part(torch.from_numpy(x)[:, None], torch.from_numpy(y).long())
    rest, held = split(part, 80)
    learn, validation = split(rest, 80)
    return DataSet(source("strokes"), learn, validation, held)


def test_every_kind_of_layer_is_tried() -> None:
    def kinds(nodes: tuple[Node, ...]) -> set[str]:
        inside = (kinds(getattr(n, "children", ()) or getattr(n, "branches", ())) for n in nodes)
        return {node.type for node in nodes}.union(*inside)

    tried = set().union(*(kinds(nodes) for nodes in NETWORKS.values()))
    assert {kind.__name__ for kind in PALETTE} - tried == {"Embedding"}, "no data set gives tokens"


@pytest.mark.parametrize("name", NETWORKS)
def test_it_trains_is_saved_continues_exactly_and_answers(name: str, data: DataSet, tmp_path: Path) -> None:
    recipe = Recipe(epochs=2, batch=40, learning_rate=0.01)
    whole = list(runs.run(network(name), recipe, tmp_path / "whole", tmp_path, loaded=data))
    assert sum(isinstance(event, Tested) for event in whole) == 1
    losses = [event.loss for event in whole if isinstance(event, StepDone)]
    assert len(losses) == 16
    assert np.isfinite(losses).all()

    begun = runs.run(network(name), recipe, tmp_path / "parts", tmp_path, loaded=data)
    for _ in takewhile(lambda event: not (isinstance(event, StepDone) and event.step == 5), begun):
        pass
    begun.close()
    later = list(runs.resume(tmp_path / "parts", tmp_path, loaded=data))
    assert [event.loss for event in later if isinstance(event, StepDone)] == losses[5:]
    one, two = (safetensors.torch.load_file(tmp_path / folder / WEIGHTS) for folder in ("whole", "parts"))
    assert one.keys() == two.keys()
    assert all(torch.equal(one[key], two[key]) for key in one)
    assert (tmp_path / "parts" / CHECKPOINT).is_file()

    paths = {row.path for row in analyse(network(name)).rows}
    assert {key.rpartition(".")[0].removesuffix(".i2h").removesuffix(".i2o") for key in one} <= paths
    model = load_model(tmp_path / "whole")
    answer = model.read(data.test.x[0, 0].numpy())
    assert np.exp(answer.log_probabilities).sum() == pytest.approx(1, abs=1e-4)
    assert not any("said" in key and torch.isnan(value).any() for key, value in one.items())


def test_nothing_is_warned_of_that_the_user_cannot_change() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in NETWORKS:
            build(network(name), seed=0)(torch.zeros(2, 1, 28, 28))


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("kernel", [(2, 2), (4, 3), (1, 6)])
def test_an_even_kernel_keeps_the_size_as_in_torch(mode: str, kernel: tuple[int, int]) -> None:
    layer = Conv2d(3, kernel, padding="same", dilation=(2, 1), padding_mode=mode)
    ours = build(Network((2, 9, 9), (layer,)), seed=1)
    call = layer.call((2, 9, 9))
    theirs = nn.Conv2d(*call.args, **dict(call.kwargs))
    theirs.load_state_dict(ours[0].state_dict())
    x = torch.randn(2, 2, 9, 9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = theirs(x)
    torch.testing.assert_close(ours(x), wanted)


def test_no_name_is_one_that_a_module_needs() -> None:
    made = (nn.Module(), nn.Sequential(), modules.Side(), build(Network((1,), (Parallel((Sequence(),)),)))[0])
    own = {name for module in made for name in dir(module) if re.fullmatch(r"[A-Za-z]\w*", name)}
    assert own - {"branch1"} <= RESERVED
    given = tuple(Linear(2, name=name) for name in sorted(own | {"_modules", "__class__", "None", "lambda"}))
    blocks = tuple(Sequence((node,), name=node.name) for node in given)
    module = build(Network((2,), (*given, *blocks, Auxiliary(given, name="train"))))
    assert module(torch.zeros(1, 2)).shape == (1, 2)
    assert f"{safe_name('forward')}.weight" in module.state_dict()


@pytest.mark.parametrize("end", [LogSoftmax(), Softmax()])
def test_a_side_classifier_may_end_in_probabilities(end: LogSoftmax | Softmax) -> None:
    x, labels = torch.randn(4, 6), torch.tensor([0, 1, 2, 2])
    plain = build(Network((6,), (Auxiliary((Linear(3),)), Linear(3))), seed=0)
    ended = build(Network((6,), (Auxiliary((Linear(3), end)), Linear(3))), seed=0)
    for module in (plain, ended):
        module(x)
    assert side_losses(ended, labels)[0].item() == pytest.approx(side_losses(plain, labels)[0].item(), abs=1e-5)


def test_what_has_too_many_layers_is_not_built() -> None:
    huge = Network((4,), (Sequence((Sequence((ReLU(),), repeat=1000),), repeat=1000),))
    with pytest.raises(ArchitectureError, match="more than 20\u2009000 layers"):
        build(huge)
