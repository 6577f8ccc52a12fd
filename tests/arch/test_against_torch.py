"""Shapes, counts and receptive fields against real modules, for random stacks of layers."""

from __future__ import annotations

from math import floor

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.arch.analysis import analyse
from explorer.arch.layer import Layer
from explorer.arch.layers import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AnyLayer,
    AvgPool1d,
    AvgPool2d,
    BatchNorm2d,
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Linear,
    LogSoftmax,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    Upsample,
)
from explorer.arch.network import Network
from explorer.arch.receptive import why
from explorer.learn.build import build

small = st.integers(1, 3)
pairs = st.tuples(small, small)
from_zero = st.tuples(st.integers(0, 1), st.integers(0, 1))
convolutions = st.builds(
    Conv2d,
    filters=st.integers(1, 5),
    kernel=pairs,
    stride=pairs,
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    bias=st.booleans(),
)
poolings = st.one_of(
    st.builds(kind, kernel=pairs, stride=st.none() | pairs, padding=from_zero) for kind in (MaxPool2d, AvgPool2d)
)
others = st.sampled_from([ReLU(), Tanh(), Sigmoid(), Dropout(0.3), BatchNorm2d()])
image_layers = st.lists(st.one_of(convolutions, poolings, others), max_size=6)
vector_layers = st.lists(
    st.one_of(
        st.builds(Linear, units=st.integers(1, 6), bias=st.booleans()),
        others,
        st.sampled_from([Softmax(), LogSoftmax()]),
    ),
    max_size=4,
)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    shape = (draw(st.integers(1, 3)), draw(st.integers(4, 14)), draw(st.integers(4, 14)))
    layers: list[AnyLayer] = [*draw(image_layers), Flatten(), *draw(vector_layers)]
    return Network(shape, tuple(layers))


@settings(max_examples=150, deadline=None)
@given(networks())
def test_every_layer_gives_what_torch_gives(network: Network) -> None:
    report = analyse(network)
    last = report.fault.at[0] if report.fault else len(network.layers)
    module = build(Network(network.input, network.layers[:last])).eval()
    x = torch.rand(2, *network.input)
    for row, child in zip(report.rows[1:], module, strict=False):
        x = child(x)
        assert tuple(x.shape[1:]) == row.output
        parameters = {name: p.numel() for name, p in child.named_parameters()}
        assert row.parameters == sum(parameters.values())
        assert row.biases == parameters.get("bias", 0)
    assert report.parameters == sum(p.numel() for p in module.parameters())


@settings(max_examples=100, deadline=None)
@given(networks())
def test_a_fault_is_one_that_torch_has_too_and_its_repairs_help(network: Network) -> None:
    report = analyse(network)
    if report.fault is None:
        return
    index, row = report.fault.at[0], report.rows[report.fault.at[0] + 1]
    assert all(r.output is not None for r in report.rows[: index + 1])
    assert all(r.output is None for r in report.rows[index + 1 :])
    assert row.input is not None
    for fix in report.fault.fixes:
        mended = analyse(network.mend((index,), fix))
        again = mended.fault
        assert fix.remove or again is None or again.at[0] > index or again.message != report.fault.message


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(convolutions.filter(lambda c: c.bias), poolings, st.just(ReLU())), min_size=1, max_size=4))
def test_the_receptive_field_is_what_gradients_reach(layers: list[AnyLayer]) -> None:
    network = Network((1, 40, 40), tuple(layers))
    report = analyse(network)
    field = report.rows[-1].receptive_field
    if report.fault or field is None or max(field) > 15:
        return
    module = build(network).double().eval()
    for child in module.modules():
        if isinstance(child, torch.nn.Conv2d):
            torch.nn.init.uniform_(child.weight, 0.5, 1.0)
            assert child.bias is not None
            torch.nn.init.uniform_(child.bias, 0.0, 1.0)  # no ReLU is ever at 0
    # Average pooling in place of max pooling: it passes a gradient to every value of its window.
    for name, child in list(module.named_children()):
        if isinstance(child, torch.nn.MaxPool2d):
            setattr(module, name, torch.nn.AvgPool2d(child.kernel_size, child.stride, child.padding))
    x = torch.rand(1, 1, 40, 40, dtype=torch.float64, requires_grad=True)
    out = module(x)
    middle = out[0, :, out.shape[2] // 2, out.shape[3] // 2].sum()
    middle.backward()
    assert x.grad is not None
    rows, columns = (x.grad[0, 0].abs() > 0).nonzero(as_tuple=True)
    if not len(rows):  # all of the window lies in the padding
        return
    reached = (int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1)
    assert all(r <= f for r, f in zip(reached, field, strict=True))
    inner = (rows.min() > 0, columns.min() > 0, rows.max() < 39, columns.max() < 39)
    if all(inner):
        assert reached == field


def reached(network: Network) -> tuple[int, ...]:
    """Along each axis, the most values of the input that one output's gradient spans."""
    module = build(network).double().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.uniform_(0.5, 1.0)
    x = torch.rand(1, *network.input, dtype=torch.float64, requires_grad=True)
    out = module(x).sum(1).flatten()
    most = [0] * (len(network.input) - 1)
    for value in out:
        (grad,) = torch.autograd.grad(value, x, retain_graph=True)
        places = grad[0].abs().sum(0).nonzero()
        if not len(places):
            continue  # between the dots of a transposed convolution
        spans = (places.amax(0) - places.amin(0) + 1).tolist()
        most = [max(a, b) for a, b in zip(most, spans, strict=True)]
    return tuple(most)


@pytest.mark.parametrize(
    ("layers", "size"),
    [
        ((Upsample(2), Conv2d(1, padding=(1, 1))), (2, 2)),
        ((Upsample(2, "bilinear"),), (2, 2)),
        ((Upsample(3, "bilinear"), Conv2d(1, (2, 4))), (2, 3)),
        ((Conv2d(1), AvgPool2d(), Upsample(2), Conv2d(1, (2, 2)), Conv2d(1, (2, 2))), (6, 6)),
        ((ConvTranspose2d(1, (3, 4), (2, 2)),), (2, 2)),
        ((ConvTranspose2d(1, (3, 3), (2, 2)), Conv2d(1, (2, 2))), (2, 2)),
        ((ConvTranspose2d(1, (3, 3), (2, 2), dilation=(2, 1)),), (3, 2)),
        ((Conv2d(1), ConvTranspose2d(1, (2, 2), (2, 2)), Conv2d(1)), (4, 4)),
        ((Conv2d(1), GlobalAvgPool()), (12, 12)),
        ((AdaptiveAvgPool2d((3, 5)),), (4, 4)),
        ((Conv2d(1), AdaptiveAvgPool2d((5, 2))), (4, 7)),
        ((AdaptiveAvgPool2d((5, 5)), Conv2d(1, (2, 2))), (6, 6)),
        ((Conv2d(1, (3, 1), dilation=(2, 1)), AvgPool2d((3, 3), (2, 2), ceil_mode=True), Conv2d(1, (2, 2))), (9, 5)),
        ((Conv1d(1, 5), AvgPool1d(2), Conv1d(1, 3)), (10,)),
        ((Conv1d(1), ConvTranspose1d(1, 4, 2), AvgPool1d(3, 1)), (5,)),
    ],
    ids=lambda value: "-".join(type(one).__name__ for one in value if isinstance(one, Layer)) or None,
)
def test_the_receptive_field_where_layers_enlarge(layers: tuple[AnyLayer, ...], size: tuple[int, ...]) -> None:
    network = Network((1, 12, 12) if len(size) == 2 else (1, 12), layers)
    assert analyse(network).rows[-1].receptive_field == size
    assert reached(network) == size


enlarging = st.one_of(
    st.builds(Upsample, scale=small, mode=st.sampled_from(("nearest", "bilinear"))),
    st.builds(ConvTranspose1d, filters=st.just(1), kernel=small, stride=small, dilation=st.integers(1, 2)),
    st.builds(Conv1d, filters=st.just(1), kernel=small, stride=small, dilation=st.integers(1, 2)),
    st.builds(AvgPool1d, kernel=small, stride=small),
    st.builds(AdaptiveAvgPool1d, size=st.integers(1, 9)),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(enlarging, min_size=1, max_size=4))
def test_no_output_sees_more_than_the_receptive_field(layers: list[AnyLayer]) -> None:
    network = Network((1, 16), tuple(layers))
    report = analyse(network)
    if report.fault or report.output is None or report.output[1] > 60:
        return
    (field,) = report.rows[-1].receptive_field or (0,)
    assert reached(network)[0] <= field


@settings(max_examples=100, deadline=None)
@given(st.lists(enlarging, min_size=1, max_size=4))
def test_the_receptive_field_is_what_its_formula_gives(layers: list[AnyLayer]) -> None:
    report = analyse(Network((1, 50), tuple(layers)))
    for row in report.rows[1:]:
        if row.output is None or row.field is None or row.field_before is None:
            return
        (line,) = why(row.field_before, row.field, row.layer, row.input)
        formula, _, result = line.removeprefix("length: ").rpartition(" = ")
        for sign, code in (("·", "*"), ("−", "-"), ("⌊", "floor("), ("⌋", ")")):
            formula = formula.replace(sign, code)
        assert row.receptive_field == (int(result),)
        assert eval(formula, {"floor": floor}) == int(result)
