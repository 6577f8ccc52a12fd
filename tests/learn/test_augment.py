import pytest
import torch

from explorer.learn.augment import SHIFT, WARPS, augment
from explorer.learn.strokes import strokes


@pytest.fixture(scope="module")
def digits() -> torch.Tensor:
    images, _ = strokes(200, seed=3)
    return torch.from_numpy(images).unsqueeze(1)


def centres(images: torch.Tensor) -> torch.Tensor:
    """Centre of mass, (N, 2): row and column in pixels."""
    x = images[:, 0].double()
    places = torch.arange(x.shape[1], dtype=torch.float64)
    return torch.stack([x.sum(2) @ places, x.sum(1) @ places], 1) / x.sum((1, 2)).unsqueeze(1)


def test_shape_type_and_input_are_kept(digits):
    before = digits.clone()
    varied = augment(digits)
    assert varied.shape == digits.shape
    assert varied.dtype == torch.uint8
    assert torch.equal(digits, before)


def test_the_generator_decides(digits):
    torch.manual_seed(5)
    first = augment(digits)
    second = augment(digits)
    torch.manual_seed(5)
    assert torch.equal(augment(digits), first)
    assert not torch.equal(second, first)


def test_each_image_of_a_batch_varies_on_its_own(digits):
    varied = augment(digits[:1].repeat(20, 1, 1, 1))
    assert len(torch.unique(varied.flatten(1), dim=0)) == 20


def test_strongest_ink_stays_as_strong(digits):
    faint = digits // 3
    assert torch.equal(augment(faint).amax((1, 2, 3)), faint.amax((1, 2, 3)))


def test_paper_stays_paper():
    blank = torch.zeros(4, 1, 28, 28, dtype=torch.uint8)
    assert not augment(blank).any()


def test_a_digit_stays_where_it_was_and_what_it_was(digits):
    torch.manual_seed(0)
    varied = augment(digits)
    # The shift and the warps move the ink; turning and stretching about the middle hardly move its centre.
    furthest = SHIFT + sum(reach for _, reach in WARPS) + 1
    assert (centres(varied) - centres(digits)).abs().max() < furthest
    ink = varied.double().sum((1, 2, 3)) / digits.double().sum((1, 2, 3))
    assert ink.min() > 0.4
    assert ink.max() < 2.5


def test_strokes_get_thicker_and_thinner(digits):
    torch.manual_seed(0)
    varied = augment(digits[:1].repeat(300, 1, 1, 1))
    ink = varied.double().sum((1, 2, 3)) / digits[0].double().sum()
    assert ink.min() < 0.8
    assert ink.max() > 1.3
    assert 0.9 < ink.median() < 1.25


@pytest.mark.parametrize("shape", [(3, 1, 32, 32), (1, 1, 28, 28), (2, 1, 14, 20)])
def test_other_sizes(shape):
    assert augment(torch.full(shape, 200, dtype=torch.uint8)).shape == shape
