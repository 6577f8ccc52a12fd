"""Reading pictures of all kinds, and saying what is wrong with the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.arch.errors import DataError, RunError, UsageError
from explorer.learn.card import find_model
from explorer.learn.filters import first_filters
from explorer.learn.image import LONGEST_SIDE, read_image
from explorer.learn.samples import SAMPLES, offered, sample


def picture(height: int = 6, width: int = 9) -> np.ndarray:
    """Red grows to the right, green downwards, blue is even."""
    y, x = np.mgrid[:height, :width]
    return np.stack([25 * x, 30 * y, np.full_like(x, 77)], axis=-1).astype(np.uint8)


def test_colours_come_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "colour.png"
    Image.fromarray(picture()).save(path)
    photo = read_image(path)
    assert photo.pixels.shape == (3, 6, 9)
    assert np.array_equal(photo.pixels.transpose(1, 2, 0), picture())
    assert photo.remarks == ()


def test_grey_is_the_usual_mean_of_the_colours(tmp_path: Path) -> None:
    path = tmp_path / "colour.png"
    Image.fromarray(picture()).save(path)
    expected = picture() @ np.array([0.299, 0.587, 0.114])
    assert np.abs(read_image(path).grey[0] - expected).max() <= 1


def test_grey_written_as_colours_is_one_channel(tmp_path: Path) -> None:
    path = tmp_path / "grey.png"
    Image.fromarray(np.repeat(picture()[..., :1], 3, axis=-1)).save(path)
    assert read_image(path).pixels.shape == (1, 6, 9)


def test_sixteen_bits(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    Image.fromarray((np.arange(54).reshape(6, 9) * 1200).astype(np.uint16)).save(path)
    photo = read_image(path)
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels[0, 0, 1] == round(1200 * 255 / 65535)
    assert "16 bits" in photo.remarks[0]


def test_printing_colours(tmp_path: Path) -> None:
    path = tmp_path / "print.tif"
    Image.fromarray(picture()).convert("CMYK").save(path)
    photo = read_image(path)
    assert photo.pixels.shape == (3, 6, 9)
    assert any("CMYK" in words for words in photo.remarks)


def test_palettes(tmp_path: Path) -> None:
    path = tmp_path / "palette.png"
    Image.fromarray(picture()).quantize(16).save(path)
    assert read_image(path).pixels.shape == (3, 6, 9)


def test_what_is_transparent_lies_on_a_ground(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    alpha = np.full((6, 9, 4), 0, np.uint8)
    alpha[2:4, 2:6] = (0, 0, 0, 255)
    Image.fromarray(alpha).save(path)
    photo = read_image(path)
    assert photo.pixels[0, 0, 0] == 255
    assert photo.pixels[0, 3, 3] == 0
    assert any("transparent" in words for words in photo.remarks)


def test_the_camera_says_which_way_is_up(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(picture(16, 32)).save(path, exif=exif)
    photo = read_image(path)
    assert photo.pixels.shape == (3, 32, 16)
    assert any("upright" in words for words in photo.remarks)


@pytest.mark.parametrize("ending", ["gif", "webp", "tif"])
def test_of_an_animation_the_first_picture(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"moving.{ending}"
    frames = [Image.fromarray(np.full((6, 9), value, np.uint8)) for value in (10, 120, 240)]
    settings = {"lossless": True} if ending == "webp" else {}
    frames[0].save(path, save_all=True, append_images=frames[1:], **settings)
    photo = read_image(path)
    assert abs(int(photo.pixels[0, 0, 0]) - 10) <= 1
    assert photo.remarks[0] == "The first of the 3 pictures in the file is shown."


def test_large_pictures_are_read_reduced(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    Image.new("L", (LONGEST_SIDE, LONGEST_SIDE), 100).save(path)
    photo = read_image(path)
    assert photo.pixels.shape == (1, 1024, 1024)
    assert photo.remarks[-1].startswith("Reduced from 10\u2009000×10\u2009000")


def test_larger_ones_are_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    Image.new("1", (LONGEST_SIDE + 1, 4)).save(path)
    with pytest.raises(DataError, match="larger than 10 000×10 000 pixels: scale it down or crop it first"):
        read_image(path)


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "nan.tif"
    values = np.ones((4, 4), np.float32)
    values[1, 2] = np.nan
    Image.fromarray(values).save(path)
    with pytest.raises(DataError, match="not numbers"):
        read_image(path)


def test_fractions_are_scaled(tmp_path: Path) -> None:
    path = tmp_path / "fractions.tif"
    Image.fromarray(np.array([[0, 0.5], [0.25, 1]], np.float32)).save(path)
    assert read_image(path).pixels[0].tolist() == [[0, 128], [64, 255]]


@pytest.mark.parametrize("keep", [0, 1, 20, 200])
def test_files_cut_short_are_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "cut.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match="damaged, cut short or of another kind"):
        read_image(path)


def test_a_folder_and_nothing(tmp_path: Path) -> None:
    for path, words in ((tmp_path, "is a folder"), (tmp_path / "none.png", "There is no file")):
        with pytest.raises(DataError, match=words):
            read_image(path)


def test_samples_are_the_test_digits(tmp_path: Path) -> None:
    from explorer.learn import strokes

    images, labels = strokes.strokes(3, seed=2)
    pixels, label = sample("strokes", tmp_path, 2)
    assert np.array_equal(pixels[0], images[2])
    assert label == labels[2]
    assert [one.name for one in offered(tmp_path)] == ["strokes"]


@pytest.mark.parametrize("number", [-1, SAMPLES])
def test_there_are_no_other_samples(tmp_path: Path, number: int) -> None:
    with pytest.raises(UsageError, match=f"1 to {SAMPLES}"):
        sample("strokes", tmp_path, number)


def test_damaged_samples(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="damaged"):
        sample("mnist", tmp_path, 0)


def test_real_samples(real_data: Path) -> None:
    pixels, label = sample("mnist", real_data, 0)
    assert label == 7
    assert pixels.shape == (1, 28, 28)
    assert pixels.max() > 200
    assert [one.name for one in offered(real_data)] == ["strokes", "mnist"]


def test_learnt_filters(tmp_path: Path) -> None:
    folder = find_model("digits-cnn")
    assert first_filters(folder).shape == (16, 1, 3, 3)
    (tmp_path / "network.json").write_bytes((folder / "network.json").read_bytes())
    with pytest.raises(RunError, match="There are no weights"):
        first_filters(tmp_path)
    (tmp_path / "weights.safetensors").write_bytes(b"none")
    with pytest.raises(RunError, match="damaged"):
        first_filters(tmp_path)
