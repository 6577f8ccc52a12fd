"""The example and its edits: pure, limited, and always with an output or a reason."""

from __future__ import annotations

import time
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.arch.errors import UsageError
from explorer.explain.example import IMAGE, Example, lecture, signal
from explorer.explain.kernels import KERNELS, SIGNAL_KERNELS, random_kernel
from explorer.explain.scan import order
from explorer.explain.spec import Spec


def test_the_lectures_example_opens_with_its_numbers() -> None:
    one, two = lecture(), lecture(2)
    assert (one.shape, two.shape, two.count) == ((1, 4, 4), (2, 4, 4), 32)
    assert one.output is not None
    assert one.output[0].tolist() == [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]]
    assert two.output is not None
    assert two.output[1, 3].tolist() == [-1, 0, -4, 3]
    assert [two.place(k) for k in range(two.count)] == list(order(two.shape))
    assert all(two.number(two.place(k)) == k for k in range(two.count))
    assert two.step((1, 3, 3)).result == 3
    with pytest.raises(IndexError):
        two.place(32)


def test_examples_are_equal_by_value() -> None:
    assert lecture() == lecture()
    assert hash(lecture()) == hash(lecture())
    assert lecture() != lecture().with_cell((0, 0, 0), 2)
    assert lecture() != lecture(2)
    assert lecture() != "lecture"
    assert lecture().with_cell((0, 0, 0), float("nan")) == lecture().with_cell((0, 0, 0), float("nan"))


def test_edits_leave_the_old_one_as_it_was() -> None:
    old = lecture()
    new = old.with_cell((0, 0, 0), 5).with_weight((0, 0, 1, 1), -2).with_bias(0, 1).with_activation("relu")
    assert (new.image[0, 0, 0], new.filters[0, 0, 1, 1], new.bias[0]) == (5, -2, 1)
    assert old == lecture()
    assert IMAGE[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        new.image[0, 0, 0] = 1
    assert new.output is not None
    assert (new.output >= 0).all()
    for wrong in (lambda: old.with_cell((0, 6, 0), 1), lambda: old.with_weight((1, 0, 0, 0), 1)):
        with pytest.raises(IndexError):
            wrong()
    with pytest.raises(IndexError):
        old.with_bias(-1, 1)


def test_what_cannot_be_computed_is_said_and_not_refused() -> None:
    large = lecture().with_kernel_size((7, 7))
    assert large.fault == "The 7×7 window does not fit into 6×6. Make the kernel smaller, or pad more."
    assert (large.output, large.shape, large.count) == (None, (), 0)
    with pytest.raises(UsageError, match="7×7 window"):
        large.step((0, 0, 0))
    assert not large.with_padding(1).fault
    for value in (float("nan"), float("inf")):
        assert lecture().with_cell((0, 1, 1), value).fault == "A value is not a number, or is infinite."
        assert lecture().with_bias(0, value).fault
    assert lecture().with_weight((0, 0, 0, 0), -1e300).fault.startswith("A value is too large. The largest is 1")
    assert not lecture().with_weight((0, 0, 0, 0), -1e6).fault


def test_the_kernels_size_changes_around_its_centre() -> None:
    grown = lecture().with_kernel_size((5, 5))
    assert (grown.filters[0, 0, 1:4, 1:4] == KERNELS["filter1"].values).all()
    assert np.abs(grown.filters).sum() == 9
    assert grown.with_kernel_size((3, 3)) == lecture()
    step_by_step = lecture().with_kernel_size((4, 4)).with_kernel_size((5, 5))
    assert step_by_step == grown
    assert lecture().with_kernel_size((1, 3)).filters.tolist() == [[[[-1, 1, -1]]]]


def test_named_padding_follows_the_kernel() -> None:
    same = lecture().with_padding("same")
    assert same.spec.padding == ((1, 1), (1, 1))
    even = same.with_kernel_size((4, 2))
    assert (even.spec.padding, even.padding, even.shape) == (((1, 2), (0, 1)), "same", (1, 6, 6))
    assert same.with_spec(dilation=(2, 2)).shape == (1, 6, 6)
    assert same.with_spec(dilation=(2, 2), padding=((0, 0), (0, 0))).padding == "valid"
    three = lecture().with_padding((3, 0))
    assert (three.padding, three.spec.padding) == (None, ((3, 3), (0, 0)))
    assert three.with_kernel_size((5, 5)).spec.padding == ((3, 3), (0, 0))
    causal = signal().with_padding("causal")
    assert (causal.padding, causal.shape) == ("causal", (1, 12))
    assert causal.with_kernel_size((5,)).spec.padding == ((4, 0),)


def test_channels_and_filters_come_and_go() -> None:
    colour = lecture(2).with_channels(3)
    assert (colour.image.shape, colour.filters.shape, colour.shape) == ((3, 6, 6), (2, 3, 3, 3), (2, 4, 4))
    assert (colour.image[1] == IMAGE[:, ::-1]).all()
    assert (colour.image[2] == IMAGE[::-1]).all()
    assert colour.with_channels(1) == lecture(2)
    many = lecture().with_filters(4)
    assert [row.tolist() for row in many.filters[:2, 0]] == [KERNELS[n].values.tolist() for n in ("filter1", "filter2")]
    assert len({row.tobytes() for row in many.filters}) == 4
    assert many.with_filters(1) == lecture()
    assert lecture().with_filters(32).shape == (32, 4, 4)


def test_depthwise_gives_each_channel_its_own_filter() -> None:
    colour = lecture(2).with_channels(3)
    deep = colour.with_groups("depthwise")
    assert (deep.filters.shape, deep.spec.groups, deep.depthwise) == ((3, 1, 3, 3), 3, True)
    assert (deep.filters[1, 0] == colour.filters[1, 1]).all()
    assert [{t.padded[0] for t in deep.step((k, 0, 0)).terms} for k in range(3)] == [{0}, {1}, {2}]
    assert deep.with_groups("depthwise") == deep
    assert deep.with_channels(5).filters.shape == (5, 1, 3, 3)
    assert deep.with_channels(5).spec.groups == 5
    assert deep.with_filters(6).shape == (6, 4, 4)
    with pytest.raises(UsageError, match="as many filters, or a multiple"):
        deep.with_filters(4)
    back = deep.with_groups(1)
    assert (back.filters.shape, back.depthwise) == ((3, 3, 3, 3), False)
    with pytest.raises(UsageError, match="equally"):
        colour.with_groups(2)
    pairs = lecture(2).with_channels(4).with_spec(groups=2)
    assert (pairs.filters.shape, pairs.fault, pairs.depthwise) == ((2, 2, 3, 3), "", False)
    assert pairs.with_channels(3).spec.groups == 1
    assert pairs.with_channels(3).filters.shape == (2, 3, 3, 3)


def test_kernels_are_chosen_by_name_or_values() -> None:
    sobel = lecture(2).with_channels(2).with_kernel("sobel_x", 1)
    assert (sobel.filters[1] == KERNELS["sobel_x"].values).all()
    assert (sobel.filters[0] == lecture(2).with_channels(2).filters[0]).all()
    large = lecture().with_kernel(np.ones((5, 4)))
    assert large.spec.kernel == (5, 4)
    slices = np.arange(18).reshape(2, 3, 3)
    assert (lecture().with_channels(2).with_kernel(slices).filters[0] == slices).all()
    assert (signal().with_kernel("difference").filters[0, 0] == SIGNAL_KERNELS["difference"].values).all()
    with pytest.raises(UsageError, match="There is no kernel “fog”"):
        lecture().with_kernel("fog")
    with pytest.raises(UsageError, match="do not fit"):
        lecture().with_kernel(np.ones((3, 3, 3)))
    with pytest.raises(UsageError, match="do not fit"):
        lecture().with_kernel(np.ones(3))
    with pytest.raises(IndexError):
        lecture().with_kernel("blur", 1)


def test_images_are_cut_or_continued() -> None:
    assert lecture().with_size(4, 5).image.tolist() == IMAGE[None, :4, :5].tolist()
    assert (lecture().with_size(12, 6).image[0, 6:] == IMAGE).all()
    assert signal().with_size(20).shape == (1, 18)
    other = lecture(2).with_image(np.ones((3, 8, 7)))
    assert (other.image.shape, other.filters.shape, other.fault) == ((3, 8, 7), (2, 3, 3, 3), "")
    assert lecture().with_image(np.ones((8, 7))).image.shape == (1, 8, 7)


@pytest.mark.parametrize(
    "edit",
    [
        lambda e: e.with_channels(33),
        lambda e: e.with_channels(0),
        lambda e: e.with_filters(33),
        lambda e: e.with_size(65, 6),
        lambda e: e.with_size(0, 6),
        lambda e: e.with_size(6),
        lambda e: e.with_image(np.ones((65, 65))),
        lambda e: e.with_image(np.ones((33, 6, 6))),
        lambda e: e.with_image(np.ones(6)),
        lambda e: e.with_image(np.ones((0, 6))),
        lambda e: e.with_kernel_size((16, 16)),
        lambda e: e.with_kernel_size((0, 3)),
        lambda e: e.with_kernel_size((3,)),
        lambda e: e.with_spec(stride=(0, 1)),
        lambda e: e.with_spec(stride=(65, 1)),
        lambda e: e.with_spec(dilation=(65, 1)),
        lambda e: e.with_padding(-1),
        lambda e: e.with_padding(65),
        lambda e: e.with_padding((1, 1, 1)),
        lambda e: e.with_groups(0),
        lambda e: Example(e.image, e.filters[:0], e.bias[:0], e.spec),
        lambda e: Example(IMAGE, e.filters, e.bias, e.spec),
    ],
)
def test_limits_are_held(edit) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError):
        edit(lecture())


def test_random_kernels_are_the_same_for_the_same_seed() -> None:
    values = random_kernel((3, 3), 7)
    assert values.shape == (3, 3)
    assert (values == random_kernel((3, 3), 7)).all()
    assert (values != random_kernel((3, 3), 8)).any()
    assert np.abs(values).max() <= 1


def test_the_known_kernels_are_what_they_say() -> None:
    ramp = Example(np.tile(np.arange(6.0), (6, 1))[None], np.zeros((1, 1, 3, 3)), np.zeros(1), Spec((3, 3)))
    flat = {name: ramp.with_kernel(name).output for name in KERNELS}
    assert list(KERNELS) == [
        "filter1", "filter2", "identity", "edges", "sobel_x", "sobel_y", "blur", "gauss", "sharpen", "emboss",
    ]  # fmt: skip
    inner = np.tile(np.arange(1.0, 5), (4, 1))
    for name in ("identity", "blur", "gauss", "sharpen"):
        np.testing.assert_allclose(flat[name][0], inner)
    assert (flat["sobel_x"] == 8).all()
    assert (flat["sobel_y"] == 0).all()
    assert (flat["edges"] == 0).all()


edits = st.sampled_from(
    [
        lambda e, n: e.with_channels(n),
        lambda e, n: e.with_filters(n),
        lambda e, n: e.with_kernel_size((n, 1 + n % 3)),
        lambda e, n: e.with_size(n + 1, 7),
        lambda e, n: e.with_groups(("depthwise", 1, 2)[n % 3]),
        lambda e, n: e.with_padding(("same", "valid", n)[n % 3]),
        lambda e, n: e.with_spec(stride=(n, 1)),
        lambda e, n: e.with_spec(dilation=(1, n)),
        lambda e, n: e.with_spec(transposed=n % 2 == 0),
        lambda e, n: e.with_spec(mode=("reflect", "replicate", "circular", "zeros")[n % 4]),
        lambda e, n: e.with_kernel(("sobel_x", "blur")[n % 2], n),
        lambda e, n: e.with_image(np.ones((n, 5, 6))),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(edits, st.integers(1, 6)), max_size=8))
def test_any_edits_leave_an_output_or_a_reason(done: list) -> None:
    example = lecture(2)
    for edit, n in done:
        try:
            example = edit(example, n)
        except (UsageError, IndexError):
            continue
        assert len(example.bias) == len(example.filters)
        assert example.filters.shape[1] * example.spec.groups == example.channels
        if example.output is None:
            assert example.fault
        else:
            assert example.output.shape == example.shape
            last = example.place(example.count - 1)
            assert example.step(last).result == pytest.approx(example.output[last])


def test_a_change_of_a_setting_takes_a_few_milliseconds() -> None:
    base = lecture().with_size(28, 28).with_channels(8).with_filters(8).with_padding("same")
    taken = []
    for k in range(21):
        start = time.process_time()
        changed = base.with_spec(stride=(1 + k % 2, 1)).with_weight((0, 0, 0, 0), k)
        assert changed.output is not None
        taken.append(time.process_time() - start)
    assert median(taken) < 0.005
