"""Reading a picture of a handwritten digit: any picture file to ink, bright on black.

    file      -> grey        decoded, turned upright, transparency laid on paper, at most 1000 pixels a side
    grey      -> difference  how far each pixel is from the paper around it, whatever the light and polarity
    difference -> ink        what is clearly stronger than the paper's noise and lines, edges kept soft

A clean picture, such as a digit of MNIST saved as PNG, passes through nearly unchanged. NumPy and Pillow only.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from explorer.arch.errors import DataError
from explorer.learn.framing import label_parts
from explorer.learn.image import decode

READING_SIDE = 1000
"""Longest side, in pixels, at which a picture is read; larger ones are scaled down first."""

FAINTEST = 10.0
"""Least difference from the paper, of 255, that counts as ink."""

RIM = 0.06
"""Ink below this part of full ink is cleared: the ripples JPEG leaves around a stroke."""


def read_picture(path: Path | str) -> np.ndarray:
    """Read a picture of one digit as (H, W) uint8 ink: 255 full ink, 0 everywhere else, at most 1000 a side.

    Takes dark ink on a light ground and light ink on a dark one, colours, transparency, 16-bit and palette
    pictures, photographs with uneven light, ruled paper. The page must fill most of the picture. Of an
    animation, the first picture counts. Raises DataError, naming the file and the remedy, where there is no such
    file, it cannot be read as a picture, is larger than 10 000×10 000 pixels, or shows no ink.
    """
    grey = _contrasting(decode(Path(path), READING_SIDE, "crop it to the digit")[0])
    ink = _ink(grey)
    if ink is None:
        raise DataError(
            f"No digit found in {path}: the picture looks empty; "
            "give one with a single digit that stands out clearly from its background"
        )
    return ink


# --- file to grey


def _contrasting(image: Image.Image) -> np.ndarray:
    """(H, W) float32 brightness, 0 to 255: the grey, or the one colour in which the ink stands out far better."""
    grey = image.convert("L")
    planes = [grey, *(image.split() if image.mode == "RGB" else ())]
    factor = max(1, max(image.size) // 250)
    spans = [float(np.ptp(np.percentile(np.asarray(p.reduce(factor)), (0.1, 99.9)))) for p in planes]
    best = int(np.argmax(spans))
    # Yellow on white is nearly as bright as the paper, but not in blue.
    chosen = planes[best] if spans[best] > 1.5 * spans[0] else grey
    return np.asarray(chosen, dtype=np.float32)


# --- grey to ink


def _ink(grey: np.ndarray) -> np.ndarray | None:
    """(H, W) uint8 ink, 0 to 255, of (H, W) brightness; None where nothing stands out."""
    difference = _difference(grey)
    smooth = _blurred(difference, 1) if min(grey.shape) >= 100 else difference
    # The spread of a normal distribution's low values, so that much ink does not pass for noise.
    low, quarter = np.percentile(smooth, (5, 25))
    noise = float(quarter - low) / 0.97
    peak = float(np.partition(smooth.ravel(), -1 - smooth.size // 2000)[-1 - smooth.size // 2000])
    if peak < max(FAINTEST, 8 * noise):
        return None
    if noise > 0.03 * peak:  # a grainy picture: one pixel in itself says little
        difference = _blurred(smooth, 1) if min(grey.shape) >= 400 else smooth
    strong = difference > peak / 2
    if not strong.any():  # single pixels only, gone with the grain
        return None
    full = float(np.percentile(difference[strong], 95))
    strong = difference > full / 2
    # What is far from strong ink is paper: its grain, its lines. Ink is what is stronger than nearly all of it.
    far = ~_grown(strong, max(2, max(grey.shape) // 50))
    paper = float(np.percentile(difference[far], 99.5)) if far.any() else 0.0
    floor = min(max(0.0, 1.1 * paper), 0.6 * full)
    ink = (difference - floor) / (full - floor)
    ink[ink < RIM] = 0
    ink = _digit_parts(np.rint(np.clip(ink, 0, 1) * 255).astype(np.uint8))
    return ink if ink.any() else None


def _difference(grey: np.ndarray) -> np.ndarray:
    """(H, W) float32: how much each pixel differs from the paper, ink positive, paper about 0, as of 255."""
    even = _even_paper(grey)
    if even is not None:
        difference = grey - even
        return _without_rules(-difference if _energy(-difference) > _energy(difference) else difference)
    # Light changes slowly, or at the edge of a shadow between areas wider than any stroke. Ink differs both from
    # the smooth surface most of the paper lies on and from its surroundings; which way shows what ink is.
    paper = _paper(grey)
    light, dark = (np.minimum(side * (grey - paper), _narrow(side * grey, rim=False)) for side in (1, -1))
    side = 1 if _energy(light) >= _energy(dark) else -1
    # At the rim a slope of the light looks like ink, unless the surface takes it away; at the edge of a shadow the
    # surface makes slopes of its own. Ink is in both.
    found = np.minimum(_narrow(side * grey), _narrow(side * (grey - paper)))
    if side == 1:
        return _without_rules(found)
    # Dark ink lets through a part of the light that falls on it: in the shade the same ink differs by less.
    return _without_rules(found * (255 / np.clip(grey + np.maximum(found, 0), 40, 255)))


def _energy(difference: np.ndarray) -> float:
    return float((np.maximum(difference, 0) ** 2).sum())


def _even_paper(grey: np.ndarray) -> float | None:
    """The one brightness of the paper, where there is one: drawn, not photographed."""
    levels = np.bincount(np.rint(grey).astype(np.int64).ravel(), minlength=256)
    level = int(levels.argmax())
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    even = levels[max(0, level - 1) : level + 2].sum() >= 0.5 * grey.size and np.mean(abs(rim - level) <= 2) >= 0.8
    return float(level) if even else None


def _paper(grey: np.ndarray) -> np.ndarray:
    """(H, W) float32 brightness of the paper: the smooth surface of second degree most pixels lie on."""
    height, width = grey.shape
    coarse = _resized(grey, (min(height, 64), min(width, 64)))
    terms = _terms(*coarse.shape).reshape(6, -1).T
    values = coarse.ravel().astype(np.float64)
    # The rim of a picture is more often paper than its middle, where the digit is.
    trust = np.ones(coarse.shape)
    rim = max(1, min(coarse.shape) // 12)
    trust[:rim], trust[-rim:], trust[:, :rim], trust[:, -rim:] = 3, 3, 3, 3
    order = np.argsort(values)
    middle = np.searchsorted(np.cumsum(trust.ravel()[order]), trust.sum() / 2)
    surface = np.full(len(values), values[order[middle]])
    scale = max(4.0, float(np.std(values)))
    coefficients = np.zeros(6)
    for _ in range(15):
        weight = trust.ravel() / (1 + ((values - surface) / scale) ** 2) ** 2
        weighted = terms * weight[:, None]
        coefficients = np.linalg.solve(weighted.T @ terms + 1e-3 * np.eye(6), weighted.T @ values)
        surface = terms @ coefficients
        scale = max(2.0, 0.75 * scale)
    found = np.tensordot(coefficients, _terms(height, width), 1)
    return np.clip(found, 0, 255).astype(np.float32)


def _terms(height: int, width: int) -> np.ndarray:
    """1, y, x, y², xy, x² over a picture, y and x from -1 to 1: (6, H, W)."""
    y = np.linspace(-1, 1, height)[:, None] + np.zeros((1, width))
    x = np.linspace(-1, 1, width)[None] + np.zeros((height, 1))
    return np.stack([np.ones((height, width)), y, x, y * y, x * y, x * x])


def _without_rules(difference: np.ndarray) -> np.ndarray:
    """`difference` with the lines of ruled or squared paper filled from beside them, where they run straight."""
    least = max(FAINTEST / 2, 0.05 * float(difference.max()))
    for _ in range(2):  # across, then down
        length = len(difference)
        lines = np.percentile(difference, 15, axis=1) > least
        starts = np.flatnonzero(np.diff(lines.astype(np.int8), prepend=0, append=0) == 1)
        # One full-width bar may be a stroke of a tightly cut digit; rules come in numbers and are thin.
        if len(starts) >= 3 and lines.sum() <= 0.04 * length * len(starts) and lines.mean() < 0.4:
            lines = np.convolve(lines, [1, 1, 1], "same") > 0  # with their soft edges
            clear = np.flatnonzero(~lines)
            at = np.interp(np.arange(length), clear, np.arange(len(clear)))
            below = np.floor(at).astype(int)
            above = np.ceil(at).astype(int)
            part = (at - below)[:, None].astype(np.float32)
            difference = difference[clear[below]] * (1 - part) + difference[clear[above]] * part
        difference = difference.T
    return difference


def _narrow(light: np.ndarray, rim: bool = True) -> np.ndarray:
    """How much (H, W) `light` rises above itself without its bright things narrower than a third of the picture.

    With `rim`, the picture's rim ends a thing; without, it may go on beyond, as the wedges of a shadow do.
    """
    height, width = light.shape
    factor = max(1, max(height, width) // 250)
    coarse = _resized(light, (max(1, height // factor), max(1, width // factor)))
    reach = max(3, max(coarse.shape) // 3)
    beyond = 0 if rim else reach // 2
    coarse = np.pad(coarse, beyond, constant_values=float(light.max()))
    for axis in (0, 1):
        coarse = -_windowed_most(-coarse, reach, axis)
    for axis in (0, 1):
        coarse = _windowed_most(coarse, reach, axis)
    coarse = coarse[beyond : coarse.shape[0] - beyond, beyond : coarse.shape[1] - beyond]
    narrow = light - _resized(coarse, (height, width))
    # Noise puts the wide things at its lower edge, and so all paper above them.
    above: np.ndarray = narrow - np.float32(np.percentile(narrow, 25))
    return above


def _windowed_most(values: np.ndarray, reach: int, axis: int) -> np.ndarray:
    """The most of `values` within windows of 2·(reach // 2) + 1 along `axis`, same shape."""
    half = reach // 2
    values = np.moveaxis(values, axis, 0)
    length = len(values)
    most = np.pad(values, ((half, half), (0, 0)), mode="edge")
    span, wanted = 1, 2 * half + 1
    while span < wanted:
        step = min(span, wanted - span)
        most = np.maximum(most[: len(most) - step], most[step:])
        span += step
    return np.moveaxis(most[:length], 0, axis)


def _digit_parts(ink: np.ndarray) -> np.ndarray:
    """`ink` without what is no stroke: pale or tiny parts, and the table beside the page."""
    labels, count = label_parts(ink > 0)
    if not count:
        return ink
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    if areas[1:].max() < 0.05 * areas[1:].sum():  # nothing but grain
        return np.zeros_like(ink)
    peaks = np.zeros(count + 1, np.uint8)
    np.maximum.at(peaks, labels.ravel(), ink.ravel())
    keep = peaks >= 102
    keep[0] = False
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    contact = np.bincount(rim, minlength=count + 1) / min(ink.shape)
    if max(ink.shape) >= 100:
        # The table beside the page, the tip of a shadow: long at the rim, while something else is not. A digit
        # cut tightly is at the rim as well, but then there is nothing of its size that is not.
        whole = float((areas * (keep & (contact == 0))).max())
        keep &= ~((contact > 0.25) & (whole > 0.03 * areas))
        keep &= ~((contact > 0.02) & (whole > 0.5 * areas))
    if keep.any():
        keep &= areas >= 0.002 * areas[keep].max()
    cleared: np.ndarray = np.where(keep[labels], ink, np.uint8(0))
    return cleared


# --- small tools


def _resized(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(H, W) float32 `values` scaled to `shape`, averaging where it shrinks."""
    if values.shape == shape:
        return values
    image = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
    shrinks = shape[0] < values.shape[0] or shape[1] < values.shape[1]
    kernel = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
    return np.asarray(image.resize((shape[1], shape[0]), kernel))


def _blurred(values: np.ndarray, reach: int) -> np.ndarray:
    """Means over squares of 2·reach + 1 pixels: (H, W) float32."""
    height, width = values.shape
    side = 2 * reach + 1
    padded = np.pad(values, reach, mode="edge")
    rows = np.sum([padded[i : i + height] for i in range(side)], axis=0)
    means: np.ndarray = np.sum([rows[:, i : i + width] for i in range(side)], axis=0) / np.float32(side * side)
    return means


def _grown(mask: np.ndarray, reach: int) -> np.ndarray:
    """`mask` with everything within a square of `reach` pixels around it."""
    grown = mask
    for axis in (0, 1):
        grown = _windowed_most(grown, 2 * reach, axis)
    return grown
