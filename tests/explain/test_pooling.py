"""Pooling: the lecture's matrices, where each value comes from, and agreement with torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explorer.arch.errors import UsageError
from explorer.explain.example import lecture
from explorer.explain.pooling import pool, pool_step
from explorer.explain.scan import order
from explorer.explain.spec import Spec

TWO = Spec((2, 2), (2, 2))


def test_the_lectures_pooled_maps() -> None:
    maps = lecture(2).output
    assert maps is not None
    assert pool(maps, "max", TWO).tolist() == [[[3, 0], [3, 1]], [[-1, 1], [0, 3]]]


def test_each_maximum_knows_where_it_came_from() -> None:
    maps = lecture(2).output
    assert maps is not None
    found = pool_step(maps, "max", TWO, (1, 1, 0))
    assert found.values == (-1, -1, -1, 0)
    assert found.chosen == 3
    assert found.sources[3] == (1, 3, 1)
    assert found.lines == ("the largest of −1, −1, −1, 0 = 0",)
    assert pool_step(maps, "max", TWO, (1, 0, 0)).chosen == 0  # of equal ones the first
    mean = pool_step(maps, "average", TWO, (0, 0, 0))
    assert (mean.chosen, mean.result) == (None, 0.0)
    assert mean.lines == ("(3 + (−1) + (−3) + 1) / 4 = 0",)


def test_padding_counts_in_a_mean_and_not_in_a_maximum() -> None:
    x, spec = np.full((1, 2, 2), -4.0), Spec((2, 2), (2, 2), ((1, 1), (1, 1)))
    assert pool_step(x, "max", spec, (0, 0, 0)).values == (-4,)
    mean = pool_step(x, "average", spec, (0, 0, 0))
    assert mean.values == (0, 0, 0, -4)
    assert mean.sources == (None, None, None, (0, 0, 0))
    assert mean.result == -1
    assert pool_step(x, "average", spec, (0, 0, 0), counted=False).result == -4


def test_what_cannot_be_pooled_is_said() -> None:
    x = np.ones((1, 4, 4))
    with pytest.raises(UsageError, match="at most half its window"):
        pool(x, "max", Spec((2, 2), padding=((2, 2), (0, 0))))
    with pytest.raises(UsageError, match="does not fit into 4×4"):
        pool(x, "max", Spec((5, 5)))
    with pytest.raises(UsageError, match="does not fit into 4×4"):
        pool(x, "max", Spec((9, 9)), ceil=True)
    for at in ((1, 0, 0), (0, 2, 0), (0, 0, -1)):
        with pytest.raises(IndexError):
            pool_step(x, "average", TWO, at)


def test_many_values_are_shortened() -> None:
    (line,) = pool_step(np.ones((1, 5, 5)), "average", Spec((5, 5)), (0, 0, 0)).lines
    assert line.endswith(" + 1 and 7 more) / 25 = 1")


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["max", "average"]), pairs, pairs, pairs, st.booleans(), st.booleans(), st.booleans(),
    st.booleans(), st.tuples(st.integers(4, 8), st.integers(4, 8)), st.integers(0, 999),
)  # fmt: skip
def test_pooling_agrees_with_torch(
    kind: str,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padded: bool,
    ceil: bool,
    counted: bool,
    line: bool,
    size: tuple[int, int],
    seed: int,
) -> None:
    dilation = dilation if kind == "max" else (1, 1)
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    assume(all(r <= n for r, n in zip(reach, size, strict=True)))
    padding = tuple(k // 2 if padded else 0 for k in kernel)
    axes = 1 if line else 2
    kernel, stride, dilation, padding, size = (v[:axes] for v in (kernel, stride, dilation, padding, size))
    x = np.random.default_rng(seed).integers(-3, 4, (2, *size)).astype(np.float64)
    tensor = torch.from_numpy(x)[None]
    if kind == "max":
        by_torch = (F.max_pool1d, F.max_pool2d)[axes - 1]
        expected, chosen = by_torch(tensor, kernel, stride, padding, dilation, ceil, return_indices=True)
        places = chosen[0].numpy()
    else:
        by_torch = (F.avg_pool1d, F.avg_pool2d)[axes - 1]
        expected = by_torch(tensor, kernel, stride, padding, ceil, counted)
    spec = Spec(kernel, stride, tuple((p, p) for p in padding), dilation)
    out = pool(x, kind, spec, ceil=ceil, counted=counted)
    np.testing.assert_allclose(out, expected[0].numpy(), atol=1e-12)
    for at in order(out.shape):
        found = pool_step(x, kind, spec, at, ceil=ceil, counted=counted)
        assert found.result == pytest.approx(out[at])
        assert len(found.values) == len(found.sources)
        if kind == "max":
            assert found.chosen is not None
            source = found.sources[found.chosen]
            assert source is not None
            assert np.ravel_multi_index(source[1:], size) == places[at]
