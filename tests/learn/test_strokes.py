"""The embedded data set of drawn digits."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
import pytest

from explorer.learn import strokes as module
from explorer.learn.strokes import BLOCK, Form, blocks, forms, strokes

MNIST = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "MNIST" / "raw"


@pytest.fixture(scope="module")
def drawn():
    return strokes(4 * BLOCK, seed=7)


def centres(images):
    ink = images.astype(float)
    total = ink.sum((1, 2))
    steps = np.arange(28)
    return (ink.sum(2) @ steps) / total, (ink.sum(1) @ steps) / total


def sides(images):
    ink = images > 0
    return ink.any(2).sum(1), ink.any(1).sum(1)


def test_shapes_and_types(drawn):
    images, labels = drawn
    assert images.shape == (4 * BLOCK, 28, 28)
    assert labels.shape == (4 * BLOCK,)
    assert images.dtype == labels.dtype == np.uint8


def test_same_seed_same_images_and_other_seed_others():
    one, labels = strokes(300, seed=3)
    again, same = strokes(300, seed=3)
    other, others = strokes(300, seed=4)
    assert np.array_equal(one, again)
    assert np.array_equal(labels, same)
    assert not np.array_equal(labels, others)
    assert (one != other).any((1, 2)).all()


@pytest.mark.parametrize("count", [1, 49, 51, BLOCK, BLOCK + 1, 3 * BLOCK - 7])
def test_longer_request_begins_with_the_shorter(drawn, count):
    images, labels = strokes(count, seed=7)
    assert np.array_equal(images, drawn[0][:count])
    assert np.array_equal(labels, drawn[1][:count])


def test_blocks_are_the_whole_in_parts():
    parts = list(blocks(2 * BLOCK + 5, seed=1))
    assert [len(labels) for _, labels in parts] == [BLOCK, BLOCK, 5]
    assert [images.shape[0] for images, _ in parts] == [BLOCK, BLOCK, 5]
    images, labels = strokes(2 * BLOCK + 5, seed=1)
    assert np.array_equal(np.concatenate([part for part, _ in parts]), images)
    assert np.array_equal(np.concatenate([part for _, part in parts]), labels)


def test_blocks_are_drawn_one_by_one():
    first, _ = next(islice(blocks(10**12), 1))
    assert len(first) == BLOCK


def test_blocks_differ_from_each_other(drawn):
    images, labels = drawn
    assert not np.array_equal(labels[:BLOCK], labels[BLOCK : 2 * BLOCK])
    assert len(np.unique(images.reshape(len(images), -1), axis=0)) == len(images)


def test_each_block_holds_every_digit_equally_often_in_mixed_order(drawn):
    for start in range(0, 4 * BLOCK, BLOCK):
        labels = drawn[1][start : start + BLOCK]
        assert np.bincount(labels, minlength=10).tolist() == [BLOCK // 10] * 10
        assert len(set(labels[:100])) == 10
        assert (np.diff(labels.astype(int)) < 0).sum() > BLOCK // 4


def test_all_forms_are_drawn():
    """With no other difference between images of a digit, there are as many as it has forms."""
    labels = np.repeat(np.arange(10, dtype=np.uint8), 1000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "JITTER", 0)
        patch.setattr(module, "WARP", 0)
        patch.setattr(module, "SLANT_SPREAD", 0)
        patch.setattr(module, "TURN_SPREAD", 0)
        patch.setattr(module, "ASPECT_SPREAD", 0)
        points, _ = module._place(np.random.default_rng(0), labels)
    for digit, given in enumerate(forms()):
        ends = points[labels == digit][:, 0].round(4).reshape(1000, -1)
        assert len(np.unique(ends, axis=0)) == len(given)


def test_nothing_from_nothing():
    images, labels = strokes(0)
    assert images.shape == (0, 28, 28)
    assert labels.shape == (0,)
    assert list(blocks(0)) == []


@pytest.mark.parametrize("seed", [0, 2**64 - 1])
def test_extreme_seeds_draw(seed):
    assert strokes(2, seed)[0].any()


def test_negative_count():
    with pytest.raises(ValueError, match="cannot be negative"):
        blocks(-1)
    with pytest.raises(ValueError, match="cannot be negative"):
        strokes(-5)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_seed_out_of_range(seed):
    with pytest.raises(ValueError, match="seed must be"):
        blocks(10, seed)


def test_bright_ink_on_black_with_soft_edges(drawn):
    images, _ = drawn
    assert images.min() == 0
    assert images.max() == 255
    assert (images.max((1, 2)) > 200).mean() > 0.99
    assert (images[:, [0, -1]] == 0).mean() > 0.99
    assert 25 < images.mean() < 42  # MNIST: 33
    inked = images[images > 0]
    assert 0.25 < (inked < 250).mean() < 0.75


def test_pens_are_thin_and_thick(drawn):
    images, labels = drawn
    ones = images[labels == 1].astype(float).sum((1, 2)) / 255
    assert np.quantile(ones, 0.95) > 2 * np.quantile(ones, 0.05)


def test_centre_of_mass_is_the_middle(drawn):
    for centre in centres(drawn[0]):
        assert abs(centre.mean() - 14.0) < 0.1
        assert (np.abs(centre - 14.0) < 2.0).mean() > 0.97


def test_longer_side_fills_the_box(drawn):
    longer = np.maximum(*sides(drawn[0]))
    assert abs(longer.mean() - 20) < 0.7
    assert ((longer >= 18) & (longer <= 22)).mean() > 0.97


def test_digits_look_unlike_each_other_and_like_their_own_kind(drawn):
    """The nearest mean picture tells most digits: far above one in ten, for another seed than the means'."""
    images, labels = drawn
    flat = images.reshape(len(images), -1).astype(float)
    means = np.stack([flat[labels == digit].mean(0) for digit in range(10)])
    test, truth = strokes(BLOCK, seed=8)
    apart = ((test.reshape(len(test), 1, -1) - means) ** 2).sum(2)
    assert (apart.argmin(1) == truth).mean() > 0.55


def test_one_is_slender_and_zero_is_hollow(drawn):
    images, labels = drawn
    _, width = sides(images)
    assert width[labels == 1].mean() < width[labels == 0].mean() - 3
    middle = images[:, 13:15, 13:15].mean((1, 2))
    assert middle[labels == 1].mean() > middle[labels == 0].mean() + 60


def test_every_digit_has_several_forms():
    assert len(forms()) == 10
    for given in forms():
        assert len(given) >= 5
        assert len({form.name for form in given}) == len(given)
    assert sum(map(len, forms())) >= 90


def test_forms_are_drawable():
    for form in (form for given in forms() for form in given):
        for stroke in form.strokes:
            assert len(set(stroke)) >= 2, form.name
            assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in stroke), form.name
            assert stroke[0] != stroke[1], f"{form.name}: a stroke cannot begin with a corner"
            assert stroke[-1] != stroke[-2], f"{form.name}: a stroke cannot end with a corner"


def test_curve_runs_through_its_points_and_turns_sharply_at_corners():
    bent = Form("bent", [[(0.0, 0.0), (0.5, 1.0), (1.0, 0.0)]])
    sharp = Form("sharp", [[(0.0, 0.0), (0.5, 1.0), (0.5, 1.0), (1.0, 0.0)]])
    for form, straight in ((bent, False), (sharp, True)):
        control, runs = module._pieces(form)
        assert len(control) == 3
        curve, tangent = module._curve(control, runs)
        points = curve @ control
        for point in control:
            assert np.hypot(*(points - point).T).min() < 0.03
        off = np.abs(points[:, 1] - 2 * np.minimum(points[:, 0], 1 - points[:, 0])).max()
        assert (off < 1e-9) == straight
        assert np.hypot(*np.diff(points, axis=0).T).min() > 0
        steps = np.hypot(*(tangent @ control).T)
        assert np.allclose(steps, steps.mean())
        assert steps.sum() == pytest.approx(np.hypot(*np.diff(points, axis=0).T).sum(), rel=0.05)


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        b'{"0": []}',
        b'{"0": [{"name": "far", "strokes": [[[0, 0], [0.5, 1.5]]]}]}',
        b'{"0": [{"name": "dot", "strokes": [[[0, 0]]]}]}',
        b'{"0": [{"name": "none", "strokes": []}]}',
        b'{"0": [{"name": "odd", "strokes": [[[0, 0], [1, 1]]], "colour": 3}]}',
    ],
)
def test_spoilt_forms_are_refused(text, tmp_path, monkeypatch):
    (tmp_path / "forms.json").write_bytes(text)
    monkeypatch.setattr(module, "resource", lambda *_: tmp_path / "forms.json")
    with pytest.raises(msgspec.ValidationError):
        forms.__wrapped__()


@pytest.mark.skipif(not MNIST.is_dir(), reason="MNIST is not here")
def test_mean_pictures_tell_real_digits():
    images = np.fromfile(MNIST / "t10k-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 784)[:2000]
    truth = np.fromfile(MNIST / "t10k-labels-idx1-ubyte", np.uint8)[8:][:2000]
    drawn, labels = strokes(4 * BLOCK)
    flat = drawn.reshape(len(drawn), -1).astype(np.float32)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    real = images / np.linalg.norm(images.astype(np.float32), axis=1, keepdims=True)
    nearest = labels[(real @ flat.T).argmax(1)]
    assert (nearest == truth).mean() > 0.8
