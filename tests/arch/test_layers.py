"""Every kind of layer: against PyTorch, its reasons, and the repairs where it does not fit."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from explorer.arch.analysis import analyse
from explorer.arch.document import decode, encode
from explorer.arch.layer import Layer, ShapeError
from explorer.arch.layers import (
    GROUPS,
    GRU,
    LSTM,
    PALETTE,
    RNN,
    Embedding,
    LayerNorm,
)
from explorer.arch.network import Network
from explorer.arch.shape import Shape, T, is_fixed
from explorer.arch.text import number
from explorer.learn import modules
from explorer.learn.build import build

SIZE = st.integers(1, 3)
FROM_ZERO = st.integers(0, 2)
COUNT = st.integers(1, 6)

IMAGE = st.tuples(COUNT, st.integers(1, 9), st.integers(1, 9))
SIGNAL = st.tuples(COUNT, st.integers(1, 12))
SEQUENCE = st.tuples(st.integers(1, 5), COUNT)
VECTOR = st.tuples(COUNT)
OPEN = st.one_of(st.tuples(st.just(T), COUNT), st.tuples(COUNT, st.just(T)), st.just((T,)))
ANY = st.one_of(IMAGE, SIGNAL, SEQUENCE, VECTOR, OPEN)


def _pairs(of: st.SearchStrategy[int], image: bool) -> st.SearchStrategy[Any]:
    return st.tuples(of, of) if image else of


def _sliding(kind: type[Layer]) -> dict[str, st.SearchStrategy[Any]]:
    image = kind.__name__.endswith("2d")
    kernel, padding = _pairs(st.integers(1, 4), image), _pairs(FROM_ZERO, image)
    step, dense = _pairs(SIZE, image), _pairs(st.integers(1, 2), image)
    name = kind.__name__[:-2]
    if name == "Conv":
        return {
            "filters": COUNT,
            "kernel": kernel,
            "stride": _pairs(st.sampled_from((1, 1, 2, 3)), image),
            "padding": padding | st.just("same"),
            "dilation": dense,
            "groups": st.sampled_from((1, 1, 2, 3)),
            "padding_mode": st.sampled_from(("zeros", "zeros", "reflect", "replicate", "circular")),
            "bias": st.booleans(),
        }
    if name == "ConvTranspose":
        return {
            "filters": COUNT,
            "kernel": kernel,
            "stride": step,
            "padding": padding,
            "output_padding": _pairs(st.sampled_from((0, 0, 1, 2)), image),
            "groups": st.sampled_from((1, 1, 2, 3)),
            "bias": st.booleans(),
            "dilation": dense,
        }
    if name.startswith("Adaptive"):
        return {"size": _pairs(st.integers(1, 5), image)}
    common = {"kernel": kernel, "stride": st.none() | step, "padding": padding, "ceil_mode": st.booleans()}
    return common | ({"dilation": dense} if name == "MaxPool" else {"count_include_pad": st.booleans()})


_RECURRENT: dict[str, st.SearchStrategy[Any]] = {
    "hidden": COUNT,
    "layers": st.integers(1, 3),
    "bidirectional": st.booleans(),
    "dropout": st.sampled_from((0.0, 0.2)),
    "bias": st.booleans(),
}

_SETTINGS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "Linear": {"units": COUNT, "bias": st.booleans()},
    "LayerNorm": {"over": st.sampled_from(("features", "all"))},
    "GroupNorm": {"groups": SIZE},
    "LocalResponseNorm": {"size": SIZE},
    "Embedding": {"words": COUNT, "size": COUNT},
    "RNN": _RECURRENT | {"nonlinearity": st.sampled_from(("tanh", "relu"))},
    "LSTM": _RECURRENT | {"projection": st.integers(0, 4)},
    "GRU": _RECURRENT,
    "ConcatRNN": {"hidden": COUNT, "outputs": COUNT},
    "Flatten": {"start": st.integers(1, 3), "end": st.integers(-3, 3)},
    "Upsample": {"scale": SIZE, "mode": st.sampled_from(("nearest", "bilinear"))},
    "ScaledTanh": {"s": st.sampled_from((0.5, 2.0))},
}

_SHAPES: dict[str, st.SearchStrategy[Any]] = {
    "GlobalAvgPool": IMAGE | SIGNAL,
    "GlobalMaxPool": IMAGE | SIGNAL,
    "Linear": VECTOR | SEQUENCE,
    "Softmax": VECTOR | SEQUENCE,
    "LogSoftmax": VECTOR | SEQUENCE,
    "BatchNorm1d": VECTOR | SIGNAL,
    "LayerNorm": VECTOR | SEQUENCE | IMAGE,
    "GroupNorm": VECTOR | SIGNAL | IMAGE,
    "LocalResponseNorm": SIGNAL | IMAGE,
    "Embedding": VECTOR,
    "RNN": SEQUENCE,
    "LSTM": SEQUENCE,
    "GRU": SEQUENCE,
    "ConcatRNN": SEQUENCE,
    "LastStep": SEQUENCE,
    "SwapAxes": SEQUENCE,
    "Upsample": SIGNAL | IMAGE,
}


def of_kind(kind: type[Layer]) -> st.SearchStrategy[Layer]:
    """Layers of a kind with random settings, some of them unfit."""
    settings = _sliding(kind) if "kernel" in kind.__struct_fields__ or "Adaptive" in kind.__name__ else {}
    return st.builds(kind, **(settings or _SETTINGS.get(kind.__name__, {})))


def meant_for(kind: type[Layer]) -> st.SearchStrategy[Shape]:
    """Fixed shapes with the axes that a kind is made for."""
    if kind.__name__ in _SHAPES:
        return _SHAPES[kind.__name__]
    if kind.__name__.endswith("2d"):
        return IMAGE
    return SIGNAL if kind.__name__.endswith("1d") else VECTOR | SEQUENCE | IMAGE


def any_layer() -> st.SearchStrategy[Layer]:
    """Layers of all kinds."""
    return st.one_of([of_kind(kind) for kind in PALETTE])


def module_of(layer: Layer, shape: Shape) -> nn.Module:
    """What PyTorch makes of the layer's call, whether we take the shape or not."""
    call = layer.call(shape)
    kind = getattr(modules, call.name, None) or getattr(nn, call.name)
    made: nn.Module = kind(*call.args, **dict(call.kwargs))
    return made.eval()


def sample(layer: Layer, shape: Shape) -> torch.Tensor:
    return torch.zeros(2, *shape, dtype=torch.long) if isinstance(layer, Embedding) else torch.rand(2, *shape)


STRICTER = (
    # PyTorch normalises an image's columns; nobody means that.
    lambda layer, shape: isinstance(layer, LayerNorm) and layer.over == "features" and len(shape) == 3,
    # PyTorch gives an image without rows or columns.
    lambda layer, shape: "takes away all there is" in _message(layer, shape),
)
"""Where we refuse what PyTorch computes."""


def _message(layer: Layer, shape: Shape) -> str:
    try:
        layer.output(shape)
    except ShapeError as error:
        return str(error)
    return ""


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel", "ignore:LSTM with projections")
@pytest.mark.parametrize("kind", PALETTE, ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_kind_gives_what_torch_gives_and_fails_where_torch_fails(kind: type[Layer], data: st.DataObject) -> None:
    layer, shape = data.draw(of_kind(kind)), data.draw(meant_for(kind))
    message = _message(layer, shape)
    if message:
        if any(stricter(layer, shape) for stricter in STRICTER):
            return
        with pytest.raises((RuntimeError, ValueError, IndexError, NotImplementedError)):
            module_of(layer, shape)(sample(layer, shape))
        return
    output = layer.output(shape)
    module = build(Network(shape, (layer,))).eval()
    with torch.no_grad():
        made = module(sample(layer, shape))
    assert tuple(made.shape[1:]) == output
    parameters = dict(module.named_parameters())
    assert layer.weights(shape) + layer.biases(shape) == sum(p.numel() for p in parameters.values())
    assert layer.biases(shape) == sum(p.numel() for name, p in parameters.items() if "bias" in name.split(".")[-1])
    assert layer.memory(output) == (0 if layer.view else 4 * made[0].numel())
    macs = layer.macs(shape, output)
    if layer.kind == "recurrent" and not isinstance(layer, Embedding):
        assert macs == shape[0] * sum(p.numel() for p in parameters.values() if p.ndim > 1)
    else:
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            module(sample(layer, shape))
        assert 2 * 2 * macs == counter.get_total_flops()


@settings(max_examples=400, deadline=None)
@given(any_layer(), ANY)
def test_every_repair_helps(layer: Layer, shape: Shape) -> None:
    network = Network(shape, (layer,))
    fault = analyse(network).fault
    if fault is None:
        return
    assert fault.message.endswith(".")
    assert "\n" not in fault.message
    assert fault.fixes
    for fix in fault.fixes:
        mended = network.mend(fault.at, fix)
        again = analyse(mended).fault
        assert fix.remove or again is None or again.message != fault.message, fix.text
        assert fix.remove or mended != network
        assert decode(encode(mended.with_input((3,))), "x").layers == mended.layers, "a repair is one that can be saved"
    texts = [fix.text for fix in fault.fixes]
    assert len(set(texts)) == len(texts)


@settings(max_examples=200, deadline=None)
@given(any_layer(), ANY)
def test_repairs_lead_to_a_network_that_fits(layer: Layer, shape: Shape) -> None:
    network = Network(shape, (layer,))
    for _ in range(6):
        fault = analyse(network).fault
        if fault is None:
            return
        network = network.mend(fault.at, fault.fixes[0])
    pytest.fail(f"{layer} does not fit {shape} after six repairs")


@settings(max_examples=400, deadline=None)
@given(any_layer(), ANY)
def test_the_reasons_end_in_the_numbers(layer: Layer, shape: Shape) -> None:
    if _message(layer, shape):
        return
    output = layer.output(shape)
    step = "" if is_fixed(shape) else " a time step"
    parameters = layer.why_parameters(shape)
    assert parameters[-1].endswith(f" {number(layer.weights(shape) + layer.biases(shape))}")
    macs = layer.macs(shape, output)
    assert layer.why_macs(shape)[-1].endswith(f" {number(macs)}{step}" if macs else " 0")
    assert f"{number(layer.memory(output))} bytes" in layer.why_memory(shape)[-1]
    for size in output:
        assert any(str(size) in line.replace("\u2009", "") for line in layer.why_output(shape))
    assert layer.says(shape).endswith(".")
    assert "None" not in layer.detail(shape) + layer.says(shape)
    assert layer.detail(None) == layer.detail(shape)


@settings(max_examples=400, deadline=None)
@given(any_layer(), OPEN, st.integers(1, 9))
def test_any_number_of_steps_means_what_each_number_means(layer: Layer, shape: Shape, steps: int) -> None:
    if _message(layer, shape):
        return

    def fixed(one: Shape) -> Shape:
        return tuple(steps if size == T else size for size in one)

    if getattr(layer, "padding_mode", "zeros") != "zeros" and _message(layer, fixed(shape)):
        return  # so few steps have not enough to mirror
    output = layer.output(shape)
    assert layer.output(fixed(shape)) == fixed(output)
    assert layer.weights(fixed(shape)) == layer.weights(shape)
    assert layer.biases(fixed(shape)) == layer.biases(shape)
    assert layer.macs(fixed(shape), fixed(output)) == layer.macs(shape, output) * (steps if T in shape else 1)


@pytest.mark.parametrize("kind", PALETTE, ids=lambda kind: kind.__name__)
def test_every_kind_has_its_place(kind: type[Layer]) -> None:
    assert [kind in kinds for _, kinds in GROUPS].count(True) == 1
    assert kind.stem.isidentifier()
    assert kind().stem == kind.stem


@settings(max_examples=60, deadline=None)
@given(st.one_of([of_kind(kind) for kind in (RNN, LSTM, GRU)]), SEQUENCE)
def test_recurrent_modules_have_torchs_names_and_applied_code_is_right(layer: Layer, shape: Shape) -> None:
    if _message(layer, shape):
        return
    call = layer.call(shape)
    ours, theirs = module_of(layer, shape), getattr(nn, call.name)(*call.args, **dict(call.kwargs)).eval()
    theirs.load_state_dict(ours.state_dict())
    x = sample(layer, shape)
    with torch.no_grad():
        assert torch.equal(eval(layer.applied("module", "x"), {"module": theirs, "x": x}), ours(x))
