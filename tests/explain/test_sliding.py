"""One cell of a feature map: the lecture's example, and agreement with torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.explain.sliding import convolution, pooling

IMAGE = np.array(
    [[int(c) for c in row] for row in ("100001", "010010", "001100", "100010", "010010", "001010")], np.float64
)
FALLING = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]], np.float64)
BAR = np.array([[-1, 1, -1]] * 3, np.float64)


def whole(kernel: np.ndarray, stride: int = 1, padding: int = 0) -> list[list[int]]:
    size = (6 + 2 * padding - 3) // stride + 1
    return [
        [
            round(convolution(IMAGE[None], kernel[None], 0, (i, j), (stride, stride), (padding, padding)).result)
            for j in range(size)
        ]
        for i in range(size)
    ]


def test_the_lectures_example() -> None:
    assert whole(FALLING) == [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]]
    assert whole(BAR) == [[-1, -1, -1, -1], [-1, -1, -2, 1], [-1, -1, -2, 1], [-1, 0, -4, 3]]
    assert whole(FALLING, stride=2) == [[3, -3], [-3, 0]]
    assert whole(FALLING, stride=3) == [[3, -1], [3, -1]]
    assert whole(BAR, stride=2) == [[-1, -1], [-1, -2]]
    assert whole(BAR, stride=3) == [[-1, -1], [-1, 3]]
    assert whole(FALLING, padding=1) == [
        [2, -2, -1, 1, -2, 0], [-2, 3, -1, -3, -1, -2], [-2, -3, 1, 0, -3, 0],
        [2, -3, -3, 0, 1, -2], [-2, 3, -2, -2, -1, -1], [-1, -2, 2, -3, 0, 0],
    ]  # fmt: skip
    for kernel, pooled in ((FALLING, [[3, 0], [3, 1]]), (BAR, [[-1, 1], [0, 3]])):
        maps = np.array(whole(kernel), np.float64)
        assert [[pooling("MaxPool2d", maps, (i, j), (2, 2), (2, 2)).result for j in (0, 1)] for i in (0, 1)] == pooled


def test_the_sum_is_written_out_and_ends_in_its_result() -> None:
    (line,) = convolution(IMAGE[None], FALLING[None], 0.5, (0, 0)).lines
    assert line.startswith("1.00·1.00 + 0.00·(−1.00) + ")
    assert line.endswith(" + bias 0.50 = 3.500")
    many = convolution(np.ones((20, 5, 5)), np.full((20, 3, 3), 0.1), 0.0, (1, 1)).lines
    assert many[0] == "20 maps, 3·3 products each; sums by map:"
    assert many[1].startswith("0.90 + 0.90 + ")
    assert " + 11 more 9.90 = " in many[1]
    assert many[1].endswith("= 18.000")
    assert pooling("AvgPool2d", [[1, -2], [3, 4]], (0, 0), (2, 2), (2, 2)).lines == (
        "(1.000 + (−2.000) + 3.000 + 4.000) / 4 = 1.500",
    )


def test_a_cell_that_is_not_there_is_refused() -> None:
    for at in ((4, 0), (0, 4), (-1, 0)):
        with pytest.raises(IndexError):
            convolution(IMAGE[None], FALLING[None], 0, at)


small = st.integers(1, 3)
pairs = st.tuples(small, small)


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 4), pairs, pairs, st.tuples(st.integers(0, 2), st.integers(0, 2)), pairs, st.integers(0, 999))
def test_convolution_agrees_with_torch(
    channels: int,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
    seed: int,
) -> None:
    torch.manual_seed(seed)
    layer = torch.nn.Conv2d(channels, 2, kernel, stride, padding, dilation)
    x = torch.randn(channels, 9, 8)
    out = layer(x[None])[0].detach()
    i, j = (int(torch.randint(n, ())) for n in out.shape[1:])
    assert layer.bias is not None
    bias = float(layer.bias[1].detach())
    cell = convolution(x.numpy(), layer.weight[1].detach().numpy(), bias, (i, j), stride, padding, dilation)
    assert cell.result == pytest.approx(float(out[1, i, j]), abs=1e-5)
    assert cell.by_map.sum() + cell.bias == pytest.approx(cell.result)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["MaxPool2d", "AvgPool2d"]), pairs, pairs, st.booleans(), st.integers(0, 999))
def test_pooling_agrees_with_torch(
    kind: str, kernel: tuple[int, int], stride: tuple[int, int], padded: bool, seed: int
) -> None:
    torch.manual_seed(seed)
    padding = (kernel[0] // 2, kernel[1] // 2) if padded else (0, 0)
    x = torch.randn(1, 1, 9, 8)
    out = getattr(torch.nn, kind)(kernel, stride, padding)(x)[0, 0]
    i, j = (int(torch.randint(n, ())) for n in out.shape)
    cell = pooling(kind, x[0, 0].numpy(), (i, j), kernel, stride, padding)
    assert cell.result == pytest.approx(float(out[i, j]), abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["reflect", "replicate", "circular"]), pairs, pairs, st.integers(0, 999))
def test_padding_with_something_else_than_zeros_agrees_with_torch(
    mode: str, stride: tuple[int, int], padding: tuple[int, int], seed: int
) -> None:
    torch.manual_seed(seed)
    layer = torch.nn.Conv2d(2, 3, (3, 2), stride, padding, padding_mode=mode)
    x = torch.randn(1, 2, 7, 6)
    out = layer(x)[0].detach()
    i, j = (int(torch.randint(n, ())) for n in out.shape[1:])
    assert layer.bias is not None
    bias = float(layer.bias[2].detach())
    cell = convolution(x[0].numpy(), layer.weight[2].detach().numpy(), bias, (i, j), stride, padding, (1, 1), mode)
    assert cell.result == pytest.approx(float(out[2, i, j]), abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(pairs, st.booleans(), st.booleans(), st.booleans(), st.integers(0, 999))
def test_windows_that_overhang_agree_with_torch(
    stride: tuple[int, int], padded: bool, counted: bool, largest: bool, seed: int
) -> None:
    torch.manual_seed(seed)
    padding = (1, 1) if padded else (0, 0)
    x = torch.randn(1, 1, 9, 8)
    if largest:
        layer: torch.nn.Module = torch.nn.MaxPool2d((3, 2), stride, padding, dilation=2, ceil_mode=True)
    else:
        layer = torch.nn.AvgPool2d((3, 2), stride, padding, ceil_mode=True, count_include_pad=counted)
    out = layer(x)[0, 0]
    i, j = (int(torch.randint(n, ())) for n in out.shape)
    spread = (2, 2) if largest else (1, 1)
    kind = "MaxPool2d" if largest else "AvgPool2d"
    cell = pooling(kind, x[0, 0].numpy(), (i, j), (3, 2), stride, padding, spread, ceil=True, counted=counted)
    assert cell.result == pytest.approx(float(out[i, j]), abs=1e-5)
