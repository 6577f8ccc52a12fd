"""Reading a picture file: decoded, turned upright, transparency laid on a ground, 8 bits, not too large.

    shot = read_image(path)        # Photo: (1, H, W) grey or (3, H, W) colour, uint8, and what was done to it

NumPy and Pillow only.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from explorer.arch.errors import DataError
from explorer.arch.text import number, times

LONGEST_SIDE = 10_000
MOST_PIXELS = 100_000_000
"""Larger pictures are refused before they are decoded."""

SHOWN_SIDE = 1024
"""Longest side, in pixels, that a picture keeps; larger ones are scaled down."""

# The formats people have pictures in. Not every one Pillow knows: some of those start other programs.
FORMATS = ("PNG", "JPEG", "MPO", "GIF", "BMP", "WEBP", "TIFF", "PPM", "ICO", "JPEG2000", "AVIF")


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture: (1, H, W) or (3, H, W) uint8, red, green, blue; `remarks` say in sentences what was done to it."""

    pixels: NDArray[np.uint8]
    remarks: tuple[str, ...] = ()

    @property
    def grey(self) -> NDArray[np.uint8]:
        """(1, H, W): its brightness, 0.299 red + 0.587 green + 0.114 blue, rounded."""
        if len(self.pixels) == 1:
            return self.pixels
        return np.asarray(Image.fromarray(np.ascontiguousarray(self.pixels.transpose(1, 2, 0))).convert("L"))[None]


def read_image(path: Path | str, longest: int = SHOWN_SIDE) -> Photo:
    """Read any picture, at most `longest` pixels a side.

    Of an animation the first picture counts. Raises `DataError`, naming the file and the remedy, where there is no
    such file, it cannot be read as a picture, is larger than 10 000×10 000 pixels, or holds values that are no numbers.
    """
    image, remarks = decode(Path(path), longest, "crop it", strict=True)
    values = np.asarray(image)
    pixels = values[None] if values.ndim == 2 else values.transpose(2, 0, 1)
    if len(pixels) == 3 and (pixels[0] == pixels[1]).all() and (pixels[1] == pixels[2]).all():
        pixels = pixels[:1]  # grey, written as colours
    return Photo(np.ascontiguousarray(pixels), remarks)


def decode(path: Path, longest: int, remedy: str, *, strict: bool = False) -> tuple[Image.Image, tuple[str, ...]]:
    """A file's picture as L or RGB, upright, without transparency, at most `longest` a side; and what was done to it.

    `remedy` ends the sentence on a picture that is too large: `crop it`. With `strict`, values that are no numbers
    are refused; else they count as 0. Raises `DataError`.
    """
    try:
        if path.is_dir():
            raise DataError(f"{path} is a folder: give the picture file itself")
        if path.exists() and not path.is_file():
            raise DataError(f"{path} is not a file: give a picture, such as a PNG or JPEG file")
        with path.open("rb") as file, warnings.catch_warnings():
            # Pillow warns of oddities in files that it reads all the same; sizes are checked below.
            warnings.simplefilter("ignore")
            return _decode_file(file, path, longest, remedy, strict)
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"There is no file {path}: check its name and folder") from None
    except PermissionError:
        raise DataError(f"No permission to read {path}: change its permissions or copy it elsewhere") from None
    except Image.DecompressionBombError:
        raise _oversized(path, remedy) from None
    except MemoryError:
        raise DataError(f"{path} does not fit into memory: scale it down first") from None
    # Pillow's decoders answer broken bytes with errors of many types (OSError, SyntaxError, struct.error, ...).
    except Exception:
        raise DataError(
            f"{path} cannot be read as a picture: it is damaged, cut short or of another kind; "
            "save it again as PNG or JPEG"
        ) from None


def _oversized(path: Path, remedy: str) -> DataError:
    return DataError(f"{path} is larger than 10 000×10 000 pixels: scale it down or {remedy} first")


def _decode_file(
    file: object, path: Path, longest: int, remedy: str, strict: bool
) -> tuple[Image.Image, tuple[str, ...]]:
    Image.init()
    formats = [name for name in FORMATS if name in Image.OPEN]  # AVIF and others are optional in Pillow
    with Image.open(file, formats=formats) as image:  # type: ignore[arg-type]
        whole = width, height = image.size
        if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
            raise _oversized(path, remedy)
        remarks = []
        image.draft("RGB", (longest, longest))  # a JPEG can be decoded smaller; others ignore this
        image.load()
        if strict and image.mode == "F" and not np.isfinite(np.asarray(image)).all():
            raise DataError(
                f"{path} holds values that are not numbers (NaN or infinite): replace them, or save it as PNG"
            )
        remarks.append(_conversion(image))
        reading = _plain_mode(image)
        scale = longest / max(reading.size)
        if scale < 1:
            size = (max(1, round(reading.width * scale)), max(1, round(reading.height * scale)))
            reading = reading.resize(size, Image.Resampling.HAMMING, reducing_gap=2)
        if reading.size != whole:
            remarks.append(f"Reduced from {times(whole)} to {times(reading.size)} pixels.")
        if reading.mode == "RGBA":
            reading = _on_paper(reading)
        try:
            orientation = image.getexif().get(0x0112)
        except Exception:  # damaged notes about a picture do not make the picture unreadable
            orientation = None
        remarks.insert(0, _pictures(image))  # at the end: counting them moves on in the file
    if orientation in range(2, 9):
        reading.getexif()[0x0112] = orientation
        reading = ImageOps.exif_transpose(reading)
        if orientation != 2:
            remarks.append("Turned upright, as the camera noted.")
    return reading, tuple(filter(None, remarks))


def _pictures(image: Image.Image) -> str:
    try:
        count = int(getattr(image, "n_frames", 1))
    except Exception:  # the pictures after the first one are damaged; nobody asks for them
        return "Only the first picture of the file is read."
    return f"The first of the {number(count)} pictures in the file is shown." if count > 1 else ""


def _conversion(image: Image.Image) -> str:
    if image.mode.startswith("I;16") or image.mode == "I":
        return "Its 16 bits a pixel are scaled to 8."
    if image.mode == "F":
        return "Its values are scaled to 0…255."
    if image.has_transparency_data:
        return "What is transparent lies on a plain ground."
    return {"CMYK": "Its printing colours (CMYK) are turned into red, green and blue."}.get(image.mode, "")


def _plain_mode(image: Image.Image) -> Image.Image:
    """The picture as L, RGB or RGBA with 8 bits."""
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image).astype(np.float64)
        values = np.nan_to_num(values, posinf=0, neginf=0)
        values -= min(0.0, float(values.min()))
        most = float(values.max())
        # 16 bits where they are used; otherwise up to the brightest there is.
        top = 65535.0 if image.mode.startswith("I") and 255 < most <= 65535 else max(255.0, most)
        if image.mode == "F" and most <= 1:
            top = 1.0
        return Image.fromarray(np.rint(values * (255 / top)).astype(np.uint8))
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB"):
        return image.copy()
    return image.convert("L" if image.mode == "1" else "RGB")


def _on_paper(image: Image.Image) -> Image.Image:
    """An RGBA picture laid on a ground that lets its ink be seen, as RGB."""
    colours = np.asarray(image.convert("RGB"))
    alpha = np.asarray(image.getchannel("A"))
    solid = alpha > 127
    if not solid.any():
        solid = alpha > 0
    if not solid.any() or solid.all():
        ground = (255, 255, 255)
    else:
        light = np.asarray(image.convert("RGB").convert("L"))[solid]
        low, middle, high = np.percentile(light.astype(np.int16), (5, 50, 95), method="nearest")
        if high - low >= 60 and solid.mean() > 0.5:
            # A page with transparent corners: carry the page's colour on into them.
            page = colours[solid][np.abs(light.astype(np.int16) - int(middle)) <= 2]
            red, green, blue = np.median(page, axis=0)
            ground = (int(red), int(green), int(blue))
        else:
            # Strokes on nothing: dark ones go on white paper, light ones on black.
            ground = (255, 255, 255) if float(light.mean()) < 128 else (0, 0, 0)
    paper = Image.new("RGBA", image.size, (*ground, 255))
    return Image.alpha_composite(paper, image).convert("RGB")
