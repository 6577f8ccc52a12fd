"""Layers one by one: golden numbers, exported code, and the words of faults and reasons."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
import torch
from torch import nn

from explorer.arch.analysis import analyse
from explorer.arch.layer import Layer
from explorer.arch.layers import (
    LSTM,
    PALETTE,
    RNN,
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    ConcatRNN,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Embedding,
    Flatten,
    GlobalAvgPool,
    GlobalMaxPool,
    LastStep,
    Linear,
    LogSoftmax,
    MaxPool1d,
    MaxPool2d,
    ScaledTanh,
    SwapAxes,
    Upsample,
)
from explorer.arch.network import Network
from explorer.arch.shape import Shape, T
from explorer.arch.tree import Parallel, Sequence
from explorer.learn import modules
from explorer.learn.build import build


def module_of(layer: Layer, shape: Shape) -> nn.Module:
    """What PyTorch makes of the layer's call, whether we take the shape or not."""
    call = layer.call(shape)
    kind = getattr(modules, call.name, None) or getattr(nn, call.name)
    made: nn.Module = kind(*call.args, **dict(call.kwargs))
    return made.eval()


def sample(layer: Layer, shape: Shape) -> torch.Tensor:
    return torch.zeros(2, *shape, dtype=torch.long) if isinstance(layer, Embedding) else torch.rand(2, *shape)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (LastStep(), (4, 3)),
        (SwapAxes(), (4, 3)),
        (GlobalAvgPool(), (3, 5, 4)),
        (GlobalAvgPool(), (3, 5)),
        (GlobalMaxPool(), (3, 5, 4)),
        (GlobalMaxPool(), (3, 5)),
    ],
)
def test_code_without_a_module_does_what_the_module_does(layer: Layer, shape: Shape) -> None:
    x = sample(layer, shape)
    made = eval(layer.applied("self.unused", "x"), {"x": x})
    assert torch.equal(made, build(Network(shape, (layer,)))(x))


@pytest.mark.parametrize("kind", [kind for kind in PALETTE if kind.source], ids=lambda kind: kind.__name__)
def test_the_source_in_exported_code_is_the_module_that_trains(kind: type[Layer]) -> None:
    names: dict[str, Any] = {"torch": torch, "nn": nn}
    exec(kind.source, names)
    layer, shape = kind(), (5, 4)
    call = layer.call(shape)
    exported, ours = names[call.name](*call.args, **dict(call.kwargs)), module_of(layer, shape)
    exported.load_state_dict(ours.state_dict())
    x = torch.randn(2, *shape)
    assert torch.equal(exported(x), ours(x))


def test_what_torch_lacks_has_a_source_or_needs_none() -> None:
    for kind in PALETTE:
        layer = kind()
        bare = layer.applied("module", "x") != "module(x)" and "module" not in layer.applied("module", "x")
        assert bool(kind.source) == (not hasattr(nn, kind.__name__) and not bare), kind


def test_scaled_tanh_is_the_formula_of_the_lecture() -> None:
    x = torch.linspace(-3, 3, 61, dtype=torch.float64)
    wanted = 2 / (1 + torch.exp(-2 * 0.7 * x)) - 1
    torch.testing.assert_close(module_of(ScaledTanh(0.7), (61,))(x), wanted)


def test_the_names_networks_of_the_lectures() -> None:
    report = analyse(Network((T, 57), (ConcatRNN(), LastStep(), LogSoftmax())))
    assert report.parameters == report.macs + 146 == 27_156
    assert ConcatRNN().why_parameters((T, 57)) == (
        "i2h: (57 + 128 + 1)·128 = 23\u2009808",
        "i2o: (57 + 128 + 1)·18 = 3\u2009348",
        "23\u2009808 + 3\u2009348 = 27\u2009156",
    )
    stacked = analyse(Network((T, 5), (LSTM(50, layers=2), LastStep(), Linear(2))))
    assert [row.parameters for row in stacked.rows if row.parameters] == [31_800, 102]
    assert LSTM(128).why_parameters((T, 57))[0].startswith("4·(57·128 + 128·128 + 2·128) = ")


def test_reasons_of_groups_strides_and_rounding() -> None:
    assert Conv2d(64, groups=4).why_parameters((32, 9, 9)) == ("((3·3·32/4) + 1)·64 = 4\u2009672",)
    assert Conv2d(8, (3, 3), (2, 2)).why_output((3, 8, 8))[-1] == (
        "the stride of 2 leaves the last 1 row or column unused"
    )
    assert Conv2d(8, (7, 7), (2, 2), (3, 3)).why_output((3, 224, 224))[-1] == (
        "the stride of 2 leaves the last 1 row or column of padding unused"
    )
    assert Conv2d(8, (3, 2), padding="same").why_output((3, 9, 9))[1:] == (
        "height:", "⌊(9+2·1−1·(3−1)−1)/1⌋ + 1 = 9", "width:", "⌊(9+0+1−1·(2−1)−1)/1⌋ + 1 = 9",
    )  # fmt: skip
    assert MaxPool2d((3, 3), (2, 2), ceil_mode=True).why_output((64, 112, 112))[-1] == (
        "⌈(112+2·0−1·(3−1)−1)/2⌉ + 1 = 56"
    )
    assert "left out: 2" in MaxPool1d(2, 3, 1, ceil_mode=True).why_output((1, 4))[-1]
    assert Conv1d(4, padding=1).why_output((3, T))[-1] == "T+2·1−1·(3−1) = T"


@pytest.mark.parametrize(
    ("layer", "shape", "message", "fix"),
    [
        (Conv2d(), (784,), "Conv2d needs an image (channels × height × width); 784 values arrive. Put it before "
         "Flatten, or remove it.", "Remove this layer"),
        (Conv2d(), (16, 50), "Conv2d needs an image (channels × height × width); 16×50 arrives. "
         "Use Conv1d instead.", "Use Conv1d instead"),
        (Conv1d(), (T, 57), "Conv1d needs channels × length; T×57 arrives. Add SwapAxes before it.", "Insert SwapAxes"),
        (RNN(), (1, 28, 28), "RNN needs a sequence (steps × features); 1×28×28 arrives. Make each row a step with "
         "Flatten.", "Insert Flatten that makes each row a step"),
        (LSTM(), (T,), "LSTM needs a sequence (steps × features); T values arrive. If these are tokens, add "
         "Embedding before it.", "Insert Embedding"),
        (Linear(), (16, 5, 5), "Linear needs a vector of features; 16×5×5 arrives. Add Flatten before it.",
         "Insert Flatten"),
        (BatchNorm2d(), (10,), "BatchNorm2d needs an image (channels × height × width); 10 values arrive. "
         "Use BatchNorm1d instead.", "Use BatchNorm1d instead"),
        (Conv2d(padding="same", stride=(2, 2)), (3, 8, 8), "Conv2d with padding “same” keeps the size, which needs a "
         "stride of 1; its stride is 2. Set its stride to 1.", "Set stride to 1"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Layer) else None,
)  # fmt: skip
def test_faults_say_what_came_what_was_needed_and_what_helps(
    layer: Layer, shape: Shape, message: str, fix: str
) -> None:
    fault = analyse(Network(shape, (layer,))).fault
    assert fault is not None
    assert fault.message == message
    assert fault.fixes[0].text == fix


def test_rows_of_a_picture_can_be_the_steps_of_a_recurrent_network() -> None:
    network = Network((1, 28, 28), (LSTM(64), LastStep(), Linear(10)))
    fault = analyse(network).fault
    assert fault is not None
    mended = network.mend(fault.at, fault.fixes[0])
    assert mended.layers[0] == Flatten(1, 2)
    assert analyse(mended).output == (10,)


def test_branches_are_padded_to_their_size() -> None:
    images = (Conv2d(8), Conv2d(8, (4, 5), dilation=(1, 2)), MaxPool2d((3, 3), (1, 1)), AvgPool2d((3, 3), (1, 1)))
    signals = (Conv1d(8), Conv1d(8, 4), MaxPool1d(3, 1))
    for kinds, shape in ((images, (3, 16, 16)), (signals, (3, 16))):
        network = Network(shape, (Parallel(tuple(Sequence((kind,)) for kind in kinds)),))
        fault = analyse(network).fault
        assert fault is not None
        output = analyse(network.mend(fault.at, fault.fixes[0])).output
        assert output is not None
        assert output[1:] == shape[1:]


def test_huge_settings_are_counted_and_crash_nothing() -> None:
    for layer, shape in (
        (Linear(10**9), (10**9,)),
        (Embedding(10**9, 10**9), (T,)),
        (LSTM(10**9, 1000, True), (10**9, 10**9)),
        (Conv2d(10**6, groups=10**6), (10**9, 10**9, 10**9)),
        (Conv2d(10**6, groups=999_983), (10**9, 9, 9)),
        (AdaptiveAvgPool2d((4096, 4096)), (10**9, 999_999_937, 10**9)),
        (Upsample(1024), (10**9, 10**9, 10**9)),
        (ConvTranspose2d(10**6, (4096, 4096), (4096, 4096)), (10**9, 10**9, 10**9)),
    ):
        report = analyse(Network(shape, (layer,)))
        assert report.rows[1].receptive_field or report.fault
        if report.fault is None:
            assert layer.why_parameters(shape)
            assert layer.why_macs(shape)
            assert layer.why_output(shape)
            assert prod(report.output or ()) > 0
