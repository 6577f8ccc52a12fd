"""Convolution, step by step and at once: the lecture's matrices, and agreement with torch in every mode."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explorer.arch.errors import UsageError
from explorer.explain.example import IMAGE, SIGNAL
from explorer.explain.kernels import KERNELS
from explorer.explain.scan import convolve, order, pad, receivers, sight, step, window
from explorer.explain.spec import Spec, causal_padding, same_padding

FALLING, BAR = (KERNELS[name].values[None, None] for name in ("filter1", "filter2"))
NONE = np.zeros(1)

GOLDEN = [
    (FALLING, 1, 0, "3 -1 -3 -1 / -3 1 0 -3 / -3 -3 0 1 / 3 -2 -2 -1"),
    (FALLING, 2, 0, "3 -3 / -3 0"),
    (FALLING, 3, 0, "3 -1 / 3 -1"),
    (BAR, 1, 0, "-1 -1 -1 -1 / -1 -1 -2 1 / -1 -1 -2 1 / -1 0 -4 3"),
    (BAR, 2, 0, "-1 -1 / -1 -2"),
    (BAR, 3, 0, "-1 -1 / -1 3"),
    (
        FALLING,
        1,
        1,
        "2 -2 -1 1 -2 0 / -2 3 -1 -3 -1 -2 / -2 -3 1 0 -3 0 / 2 -3 -3 0 1 -2 / -2 3 -2 -2 -1 -1 / -1 -2 2 -3 0 0",
    ),
]


@pytest.mark.parametrize(("filters", "stride", "padding", "expected"), GOLDEN)
def test_the_lectures_matrices(filters: np.ndarray, stride: int, padding: int, expected: str) -> None:
    spec = Spec((3, 3), (stride, stride), ((padding, padding),) * 2)
    wanted = [[float(value) for value in row.split()] for row in expected.split(" / ")]
    out = convolve(IMAGE[None], filters, NONE, spec)
    assert out[0].tolist() == wanted
    assert [step(IMAGE[None], filters, NONE, spec, at).result for at in order(out.shape)] == [
        value for row in wanted for value in row
    ]


def test_a_step_tells_each_product_and_where_it_comes_from() -> None:
    same = Spec((3, 3), padding=((1, 1), (1, 1)))
    found = step(IMAGE[None], FALLING, np.array([0.5]), same, (0, 0, 1), "relu")
    assert [term.source for term in found.terms[:5]] == [None, None, None, (0, 0, 0), (0, 0, 1)]
    assert [term.padded for term in found.terms[:2]] == [(0, 0, 1), (0, 0, 2)]
    assert [term.place for term in found.terms[3:5]] == [(0, 1, 0), (0, 1, 1)]
    assert found.partial == (0, 0, 0, -1, -1, -1, -1, -2, -2)
    assert (found.total, found.result) == (-1.5, 0.0)
    assert found.lines[1] == "ReLU: max(0, −1.5) = 0"
    assert found.lines[0].startswith("0·1 + 0·(−1) + ")
    assert found.lines[0].endswith(" + bias 0.5 = −1.5")
    assert all(str(term.product) != "-0.0" for term in found.terms)


def test_several_channels_are_summed_one_after_the_other() -> None:
    x = np.stack([IMAGE, 2 * IMAGE, -IMAGE])
    found = step(x, np.repeat(FALLING, 3, axis=1), np.array([-1.0]), Spec((3, 3)), (0, 0, 0))
    assert found.channels == (3, 6, -3)
    assert found.lines[-1] == "3 + 6 − 3 − bias 1 = 5"
    assert found.lines[1].startswith("channel 2: 2·1 + 0·(−1)")


def test_long_sums_are_shortened_and_stay_true() -> None:
    x = np.ones((1, 5, 5))
    (line,) = step(x, np.full((1, 1, 5, 5), 0.5), NONE, Spec((5, 5)), (0, 0, 0)).lines
    assert line.count("1·0.5") == 11
    assert line.endswith(" + 14 more 7 = 12.5")


def test_the_order_is_filter_by_filter_and_row_by_row() -> None:
    assert order((2, 1, 2)) == ((0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 0, 1))


def test_what_sees_a_cell() -> None:
    assert receivers(Spec((3, 3)), (6, 6), (1, 1)) == ((0, 0), (0, 1), (1, 0), (1, 1))
    assert receivers(Spec((2, 2), (3, 3)), (6, 6), (2, 2)) == ()  # a gap between windows
    assert receivers(Spec((2,), padding=((0, 1),), mode="circular"), (4,), (0,)) == ((0,), (3,))
    assert receivers(Spec((3,), (2,), transposed=True), (4,), (1,)) == ((2,), (3,), (4,))
    with pytest.raises(IndexError):
        receivers(Spec((3, 3)), (6, 6), (6, 0))


def test_the_dot_product_is_one_output() -> None:
    found = step(SIGNAL[None], SIGNAL[None, None], NONE, Spec((12,)), (0, 0))
    assert found.result == SIGNAL @ SIGNAL
    assert convolve(SIGNAL[None], SIGNAL[None, None], NONE, Spec((12,))).shape == (1, 1)


def test_a_causal_output_sees_nothing_that_comes_later() -> None:
    spec = Spec((3,), padding=causal_padding((3,), (2,)), dilation=(2,))
    assert spec.output((12,)) == (12,)
    for i in range(12):
        sources = [t.source for t in step(SIGNAL[None], np.ones((1, 1, 3)), NONE, spec, (0, i)).terms if t.source]
        assert sources
        assert max(source[1] for source in sources) == i


def test_what_does_not_fit_is_said() -> None:
    with pytest.raises(UsageError, match=r"7×7 window does not fit into 6×6\. Make"):
        convolve(IMAGE[None], np.ones((1, 1, 7, 7)), NONE, Spec((7, 7)))
    with pytest.raises(UsageError, match=r"into 6×6 \(8×8 after padding\)"):
        Spec((9, 9), padding=((1, 1), (1, 1))).output((6, 6))
    with pytest.raises(UsageError, match="Reflect padding reaches at most 5"):
        Spec((3, 3), padding=((6, 6), (6, 6)), mode="reflect").output((6, 6))
    with pytest.raises(UsageError, match="Circular padding reaches at most 6"):
        Spec((3, 3), padding=((7, 7), (7, 7)), mode="circular").output((6, 6))
    with pytest.raises(UsageError, match="takes all of the output away"):
        Spec((1, 1), padding=((3, 3), (3, 3)), transposed=True).output((6, 6))
    with pytest.raises(UsageError, match="2 groups cannot share 1 channel and 1 filter"):
        convolve(IMAGE[None], FALLING, NONE, Spec((3, 3), groups=2))
    with pytest.raises(UsageError, match="do not fit 1 channel"):
        convolve(IMAGE[None], np.ones((1, 2, 3, 3)), NONE, Spec((3, 3)))
    with pytest.raises(UsageError, match="one bias for each filter"):
        convolve(IMAGE[None], FALLING, np.zeros(2), Spec((3, 3)))
    for at in ((0, 4, 0), (0, 0, -1), (1, 0, 0), (0, 0)):
        with pytest.raises(IndexError):
            step(IMAGE[None], FALLING, NONE, Spec((3, 3)), at)
    with pytest.raises(IndexError):
        window(IMAGE[None], Spec((3, 3)), (4, 0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kernel": (0, 3)},
        {"kernel": ()},
        {"kernel": (3, 3), "stride": (0, 1)},
        {"kernel": (3, 3), "dilation": (1, 0)},
        {"kernel": (3, 3), "padding": ((0, 0), (0, -1))},
        {"kernel": (3, 3), "groups": 0},
        {"kernel": (3, 3), "stride": (1,)},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(UsageError):
        Spec(**wrong)


def test_the_output_size_is_written_with_its_numbers() -> None:
    assert Spec((3, 3)).why_output((6, 6)) == ("height and width: ⌊(6 + 2·0 − 1·(3−1) − 1)/1⌋ + 1 = 4",)
    found = Spec((3, 2), (2, 1), ((1, 1), (0, 1)), (1, 2)).why_output((6, 6))
    assert found == (
        "height: ⌊(6 + 2·1 − 1·(3−1) − 1)/2⌋ + 1 = 3",
        "width: ⌊(6 + 0 + 1 − 2·(2−1) − 1)/1⌋ + 1 = 5",
        "the stride leaves 1 row unused",
    )
    assert Spec((3, 3), (2, 2)).unreached((6, 6)) == (1, 1)
    assert Spec((3, 3), (4, 4)).unreached((6, 6)) == (3, 3)
    assert Spec((3,), (2,), transposed=True).why_output((4,)) == ("length: (4−1)·2 + 1·(3−1) + 1 − 2·0 = 9",)


def test_infinity_and_nan_pass_without_a_warning() -> None:
    x = IMAGE[None].copy()
    x[0, 0, 0], x[0, 5, 5] = np.nan, np.inf
    out = convolve(x, FALLING * 0, NONE, Spec((3, 3)))
    assert np.isnan(out[0, 0, 0])
    assert np.isnan(out[0, 3, 3])
    assert out[0, 0, 3] == 0


def test_a_large_picture_is_not_slow() -> None:
    x, filters = np.random.default_rng(0).random((1, 1024, 1024)), np.random.default_rng(1).random((1, 1, 5, 5))
    spec = Spec((5, 5), padding=((2, 2), (2, 2)))
    taken = []
    for _ in range(5):
        start = time.process_time()
        out = convolve(x, filters, NONE, spec)
        taken.append(time.process_time() - start)
    assert out.shape == (1, 1024, 1024)
    at = (0, 511, 1023)
    assert step(x, filters, NONE, spec, at).result == pytest.approx(out[at])
    # 25 ms were measured; the figure to hold is 100 ms.
    assert min(taken) < 0.1


small = st.integers(1, 3)
amounts = st.integers(0, 3)


@st.composite
def cases(draw: st.DrawFn, axes: int) -> tuple[tuple[int, ...], tuple[int, ...], Spec, int]:
    """Shapes of an input and of filters, a spec that fits them, and a seed."""

    def each(what: st.SearchStrategy[int]) -> tuple[int, ...]:
        return tuple(draw(st.lists(what, min_size=axes, max_size=axes)))

    size, kernel, dilation = each(st.integers(4, 8)), each(st.integers(1, 4)), each(small)
    padding = tuple(zip(each(amounts), each(amounts), strict=True))
    named = draw(st.sampled_from(["", "", "same", "causal"]))
    if named:
        padding = (same_padding if named == "same" else causal_padding)(kernel, dilation)
    transposed = draw(st.booleans())
    mode = "zeros" if transposed else draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    groups, inputs, outputs = draw(small), draw(small), draw(small)
    spec = Spec(
        kernel, each(small), padding, dilation, mode, groups, flipped=draw(st.booleans()), transposed=transposed
    )
    try:
        spec.output(size)
    except UsageError:
        assume(False)
    return (groups * inputs, *size), (groups * outputs, inputs, *kernel), spec, draw(st.integers(0, 9999))


def by_torch(x: np.ndarray, filters: np.ndarray, bias: np.ndarray, spec: Spec) -> np.ndarray:
    axes = len(spec.kernel)
    if spec.flipped:
        filters = np.flip(filters, tuple(range(2, 2 + axes))).copy()
    image, weight, shift = torch.from_numpy(x)[None], torch.from_numpy(filters), torch.from_numpy(bias)
    if spec.transposed:
        # (F, C/groups, …) to torch's (C, F/groups, …)
        grouped = weight.reshape(spec.groups, -1, *weight.shape[1:]).transpose(1, 2)
        spread = (F.conv_transpose1d, F.conv_transpose2d)[axes - 1]
        kwargs = {"stride": spec.stride, "dilation": spec.dilation, "groups": spec.groups}
        whole = spread(image, grouped.reshape(-1, *grouped.shape[2:]), shift, **kwargs)[0]
        cut = tuple(slice(before, n - after) for (before, after), n in zip(spec.padding, whole.shape[1:], strict=True))
        return whole[(slice(None), *cut)].numpy()
    around = [amount for pair in reversed(spec.padding) for amount in pair]
    image = F.pad(image, around, "constant" if spec.mode == "zeros" else spec.mode)
    gather = (F.conv1d, F.conv2d)[axes - 1]
    return gather(image, weight, shift, spec.stride, 0, spec.dilation, spec.groups)[0].numpy()


@settings(max_examples=250, deadline=None)
@given(st.integers(1, 2).flatmap(cases), st.sampled_from(["none", "relu"]))
def test_every_mode_agrees_with_torch(case: tuple, activation: str) -> None:
    shape, filter_shape, spec, seed = case
    rng = np.random.default_rng(seed)
    x, filters = rng.normal(size=shape), rng.normal(size=filter_shape)
    bias = rng.normal(size=len(filters))
    expected = by_torch(x, filters, bias, spec)
    if activation == "relu":
        expected = np.maximum(expected, 0)
    out = convolve(x, filters, bias, spec, activation)
    np.testing.assert_allclose(out, expected, atol=1e-9)
    at = tuple(int(rng.integers(n)) for n in out.shape)
    found = step(x, filters, bias, spec, at, activation)
    assert found.result == pytest.approx(expected[at], abs=1e-9)
    assert found.total == pytest.approx((found.partial[-1] if found.partial else 0) + found.bias)
    assert len({(term.place, term.padded) for term in found.terms}) == len(found.terms)
    padded = pad(x, spec)
    for term in found.terms:
        assert filters[(at[0], *term.place)] == term.weight
        assert padded[term.padded] == term.value
        assert (0.0 if term.source is None else x[term.source]) == term.value
    if spec.transposed:
        assert [term.source for term in found.terms] == sorted(term.source for term in found.terms if term.source)
    else:
        assert [term.padded for term in found.terms] == sorted(term.padded for term in found.terms)
        seen = window(x, spec, at[1:])
        first = at[0] // (len(filters) // spec.groups) * filters.shape[1]
        assert seen[first : first + filters.shape[1]].ravel().tolist() == [term.value for term in found.terms]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2).flatmap(cases))
def test_receivers_are_those_whose_terms_name_the_cell(case: tuple) -> None:
    shape, filter_shape, spec, seed = case
    rng = np.random.default_rng(seed)
    source = tuple(int(rng.integers(n)) for n in shape[1:])
    x, filters, bias = np.zeros(shape), np.zeros(filter_shape), np.zeros(filter_shape[0])
    seen_by = []
    for at in order(spec.output(shape[1:])):
        terms = step(x, filters, bias, spec, (0, *at)).terms
        if any(term.source is not None and term.source[1:] == source for term in terms):
            seen_by.append(at)
    assert receivers(spec, shape[1:], source) == tuple(seen_by)


def test_sight_tells_the_position_or_that_there_is_none() -> None:
    (zeros,) = sight(Spec((3,), padding=((1, 1),)), (3,))
    assert zeros.tolist() == [[-1, 0, 1], [0, 1, 2], [1, 2, -1]]
    (mirrored,) = sight(Spec((3,), padding=((1, 1),), mode="reflect"), (3,))
    assert mirrored.tolist() == [[1, 0, 1], [0, 1, 2], [1, 2, 1]]
