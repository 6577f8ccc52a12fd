"""Reading a picture of a digit: any file to ink, bright on black."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from explorer.arch.errors import DataError
from explorer.learn.framing import frame
from explorer.learn.picture import read_picture

MNIST = Path(__file__).parents[2].parent / "shared" / "data" / "MNIST" / "raw" / "t10k-images-idx3-ubyte"


def four(size=(360, 300), at=(90, 60), scale=160, pen=16):
    """A 4 as ink between 0 and 1 with soft edges, (H, W) float."""
    big = Image.new("L", (size[0] * 2, size[1] * 2))
    draw = ImageDraw.Draw(big)
    for stroke in ([(0.1, 0), (0, 0.6), (0.7, 0.6)], [(0.6, 0.1), (0.5, 1)]):
        points = [(2 * (at[0] + scale * x), 2 * (at[1] + scale * y)) for x, y in stroke]
        draw.line(points, fill=255, width=2 * pen, joint="curve")
        for x, y in points:
            draw.ellipse((x - pen, y - pen, x + pen, y + pen), fill=255)
    return np.asarray(big.resize(size, Image.Resampling.BOX)) / 255


def grey(values):
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def saved(folder, image, name="digit.png", **how):
    path = folder / name
    image.save(path, **how)
    return path


def pixels(ink):
    assert ink.dtype == np.uint8
    assert ink.ndim == 2
    assert max(ink.shape) <= 1000
    result = frame(ink)
    assert result is not None
    return result.pixels.astype(int)


REFERENCE = frame(np.rint(255 * four()).astype(np.uint8)).pixels.astype(int)


def alike(ink, most=8.0):
    return np.abs(pixels(ink) - REFERENCE).mean() < most


# --- polarity, colours, modes


@pytest.mark.parametrize("dark", [True, False])
def test_clean_pictures_pass_unchanged(tmp_path, dark):
    expected = np.rint(255 * four())
    picture = grey(255 - expected if dark else expected)
    ink = read_picture(saved(tmp_path, picture))
    clear = (expected == 0) | (expected > 20)  # the palest rim is cleared
    assert np.array_equal(ink[clear], expected[clear].astype(np.uint8))
    assert np.array_equal(ink, read_picture(str(tmp_path / "digit.png")))


INK = four()
LETTERS = {
    "blue on white": np.stack([255 - 235 * INK, 255 - 205 * INK, 255 - 85 * INK], -1),
    "yellow on white": np.stack([255 + 0 * INK, 255 - 20 * INK, 255 - 255 * INK], -1),
    "red on black": np.stack([230 * INK, 20 * INK, 10 * INK], -1),
    "white on green": np.stack([20 + 220 * INK, 90 + 160 * INK, 40 + 200 * INK], -1),
    "red on green, as bright": np.stack([40 + 190 * INK, 120 - 75 * INK, 40 + 0 * INK], -1),
}


@pytest.mark.parametrize("colours", LETTERS)
def test_colours(tmp_path, colours):
    values = np.clip(np.rint(LETTERS[colours]), 0, 255).astype(np.uint8)
    assert alike(read_picture(saved(tmp_path, Image.fromarray(values))), 5)


@pytest.mark.parametrize("name", ["d.png", "d.jpg", "d.gif", "d.bmp", "d.webp", "d.tif", "d.ppm"])
def test_formats(tmp_path, name):
    assert alike(read_picture(saved(tmp_path, grey(255 - 255 * four()).convert("RGB"), name)), 5)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_modes(tmp_path, mode):
    page = grey(255 - 255 * four())
    if mode == "I;16":
        page = Image.fromarray(np.rint(65535 - 65535 * four()).astype(np.uint16))
    else:
        page = page.convert(mode)
    assert alike(read_picture(saved(tmp_path, page, "d.tif")), 10)


@pytest.mark.parametrize("light", [0, 255])
def test_ink_on_nothing(tmp_path, light):
    alpha = grey(255 * four())
    plain = Image.new("L", alpha.size, light)
    path = saved(tmp_path, Image.merge("RGBA", [plain, plain, plain, alpha]))
    assert alike(read_picture(path), 3)
    # What lies under full transparency is not seen, and does not count.
    hidden = grey(np.where(four() > 0, light, 255 - light))
    assert alike(read_picture(saved(tmp_path, Image.merge("LA", [hidden, alpha]))), 3)


def test_transparent_palette(tmp_path):
    picture = grey(np.where(four() > 0.5, 1, 0)).convert("L")
    picture.putpalette([255, 0, 255, 10, 10, 10])
    assert alike(read_picture(saved(tmp_path, picture, "d.gif", transparency=0)), 10)


def test_page_with_transparent_corners(tmp_path):
    alpha = Image.new("L", (360, 300))
    ImageDraw.Draw(alpha).rounded_rectangle((0, 0, 359, 299), 60, fill=255)
    page = grey(230 - 200 * four())
    assert alike(read_picture(saved(tmp_path, Image.merge("LA", [page, alpha]))), 5)


def test_turned_by_exif(tmp_path):
    page = grey(255 - 255 * four())
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by a quarter clockwise
    path = saved(tmp_path, page.transpose(Image.Transpose.ROTATE_90), "d.jpg", exif=exif, quality=90)
    assert read_picture(path).shape == (300, 360)
    assert alike(read_picture(path), 5)


# --- photographs


def lit(ink, low=0.4):
    height, width = ink.shape
    light = np.linspace(low, 1, width)[None] * np.linspace(0.9, 1, height)[:, None]
    return 245 * light * (1 - 0.8 * ink)


def grain(values, amount, seed=0):
    return values + np.random.default_rng(seed).normal(0, amount, values.shape)


def test_uneven_light_with_grain_as_jpeg(tmp_path):
    path = saved(tmp_path, grey(grain(lit(four()), 12)), "d.jpg", quality=50)
    ink = read_picture(path)
    assert alike(ink, 9)
    assert (ink == 0).mean() > 0.8


def test_chalk_with_a_glare(tmp_path):
    y, x = np.mgrid[:300, :360]
    glare = 60 * np.exp(-(((x - 300) / 150) ** 2) - ((y - 40) / 150) ** 2)
    assert alike(read_picture(saved(tmp_path, grey(grain(30 + glare + 130 * four(), 5)))), 9)


def test_half_in_the_shade(tmp_path):
    shade = np.where(np.add.outer(np.arange(300), np.arange(360)) < 330, 0.6, 1.0)
    assert alike(read_picture(saved(tmp_path, grey(grain(240 * shade * (1 - 0.85 * four()), 3)))), 12)


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("line", [0.3, 0.8])
def test_ruled_paper(tmp_path, squared, line):
    rules = np.zeros((300, 360))
    rules[15::30] = line
    rules[16::30] = line
    if squared:
        rules[:, 10::30] = line
    page = 245 * (1 - np.maximum(0.9 * four(), rules))
    assert alike(read_picture(saved(tmp_path, grey(grain(page, 3)))), 9)


def test_dark_table_beside_the_page(tmp_path):
    photo = np.full((330, 400), 60.0)
    photo[30:, :360] = 240 - 200 * four()
    assert alike(read_picture(saved(tmp_path, grey(grain(photo, 4)))), 9)


def test_small_digit_on_a_large_page(tmp_path):
    page = grey(250 - 230 * four((2100, 2970), (1500, 400), 200, 20))
    ink = read_picture(saved(tmp_path, page, "d.jpg", quality=75))
    assert max(ink.shape) == 1000
    assert alike(ink, 9)


def test_digit_cut_tightly(tmp_path):
    ink = four()
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    for values in (255 * cut, 255 - 255 * cut):
        assert alike(read_picture(saved(tmp_path, grey(values))), 9)


# --- refusals


def refused(path, *words):
    with pytest.raises(DataError) as caught:
        read_picture(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    for word in words:
        assert word in message


def test_missing(tmp_path):
    refused(tmp_path / "nothing.png", "no file")


def test_folder(tmp_path):
    refused(tmp_path, "folder")


def test_strange_names(tmp_path):
    refused(tmp_path / ("x" * 5000), "")
    refused(tmp_path / "a\0b.png", "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    refused(tmp_path / "pipe.png", "not a file")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may read everything")
def test_no_permission(tmp_path):
    path = saved(tmp_path, grey(255 * four()))
    path.chmod(0)
    refused(path, "permission")


def test_permission_refused_by_the_system(tmp_path, monkeypatch):
    path = saved(tmp_path, grey(255 * four()))

    def closed(*_args, **_how):
        raise PermissionError(13, "denied")

    monkeypatch.setattr(Path, "open", closed)
    refused(path, "permission")


@pytest.mark.parametrize("content", [b"", b"hello, this is a text", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n"])
def test_no_picture(tmp_path, content):
    path = tmp_path / "d.png"
    path.write_bytes(content)
    refused(path, "cannot be read as a picture", "PNG or JPEG")


@pytest.mark.parametrize("size", [(10_001, 10_001), (20_000, 100), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_oversized_is_refused_before_decoding(tmp_path, size):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0)
    path = tmp_path / "d.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")))
    refused(path, "larger than")


def test_a_large_picture_is_read_without_a_warning(tmp_path):
    page = Image.new("1", (9900, 9900), 1)  # 98 megapixels: more than Pillow likes
    ImageDraw.Draw(page).rectangle((4000, 2000, 4800, 8000), fill=0)
    assert read_picture(saved(tmp_path, page)).shape == (1000, 1000)


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("size", [(1, 1), (28, 28), (300, 200)])
def test_empty(tmp_path, value, size):
    refused(saved(tmp_path, Image.new("L", size, value)), "No digit found in")


def test_empty_page_photographed(tmp_path):
    refused(saved(tmp_path, grey(grain(lit(np.zeros((300, 360))), 8)), "d.jpg"), "No digit found in")


def test_wholly_transparent(tmp_path):
    refused(saved(tmp_path, Image.new("RGBA", (50, 50), (0, 0, 0, 0))), "No digit found in")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"])
def test_damage_is_refused_or_survived(tmp_path, form):
    stream = io.BytesIO()
    grey(255 - 255 * four((60, 60), (20, 10), 40, 5)).convert("RGB").save(stream, form)
    whole = stream.getvalue()
    chance = np.random.default_rng(1)
    path = tmp_path / "d"
    damaged = [whole[:n] for n in range(0, len(whole), max(1, len(whole) // 40))]
    for _ in range(40):
        other = bytearray(whole)
        for place in chance.integers(0, len(other), 4):
            other[place] = chance.integers(256)
        damaged.append(bytes(other))
    damaged += [whole[:20] + chance.bytes(300) for _ in range(10)]
    refusals = 0
    for content in damaged:
        path.write_bytes(content)
        try:
            assert read_picture(path).any()
        except DataError:
            refusals += 1
    assert refusals >= 20


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_truncated_is_refused(tmp_path, form, cut):
    stream = io.BytesIO()
    grey(grain(lit(four()), 5)).save(stream, form)
    path = tmp_path / "d.img"
    path.write_bytes(stream.getvalue()[: int(cut * len(stream.getvalue()))])
    refused(path, "cannot be read as a picture")


@pytest.mark.parametrize("size", [(1, 2), (2, 1), (1, 400), (400, 1), (3, 5000), (5000, 3)])
def test_odd_shapes(tmp_path, size):
    page = Image.new("L", size, 255)
    page.putpixel((0, 0), 0)
    path = saved(tmp_path, page)
    try:
        ink = read_picture(path)
    except DataError:
        refused(path, "No digit found in")
    else:
        assert ink.any()


def test_grain_with_single_bright_pixels(tmp_path):
    page = grain(np.full((450, 450), 60.0), 2)
    page[::30, ::30] = 255
    try:
        ink = read_picture(saved(tmp_path, grey(page)))
    except DataError:
        refused(tmp_path / "digit.png", "No digit found in")
    else:
        assert ink.any()


def test_transparent_page_of_two_greys(tmp_path):
    values = np.zeros((40, 41), np.uint8)
    values[:, 20:] = 200
    alpha = np.full((40, 41), 255, np.uint8)
    alpha[:, 20] = 0  # as many dark as light pixels: there is no middle one
    path = saved(tmp_path, Image.merge("LA", [Image.fromarray(values), Image.fromarray(alpha)]))
    try:
        assert read_picture(path).any()
    except DataError:
        refused(path, "No digit found in")


# --- MNIST


@pytest.mark.skipif(not MNIST.exists(), reason="MNIST is not here")
@pytest.mark.parametrize("inverted", [False, True])
def test_mnist_saved_as_png(tmp_path, inverted):
    digits = np.frombuffer(MNIST.read_bytes(), np.uint8, offset=16, count=150 * 784).reshape(-1, 28, 28)
    changes = []
    for digit in digits:
        path = saved(tmp_path, Image.fromarray(255 - digit if inverted else digit))
        changes.append(np.abs(pixels(read_picture(path)) - digit).mean())
    assert np.mean(changes) < 1.5
    assert np.median(changes) < 0.5
