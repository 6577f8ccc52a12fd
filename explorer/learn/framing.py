"""Framing: from ink of any size to the 28×28 pixels a network trained on MNIST expects.

MNIST's digits were not merely made small. Each was cut out, scaled so that its longest side is 20 pixels,
and shifted so that its centre of mass is in the middle of 28×28. A network trained on them reads a drawing
well only where the drawing is framed the same way, so `frame` takes these steps and keeps each of them:

    raw      the ink as drawn
    cropped  the ink's bounding box, cut from raw as it is; specks of dust do not widen it
    centred  cropped, its stroke brought to a usual width where it is far from it, scaled with antialiasing to
             a longest side of 20, stretched so that its strongest ink is 255, its box in the middle of 28×28
    pixels   centred, shifted by whole pixels so that its centre of mass is in the middle

NumPy and Pillow only; about a millisecond for a pad of 560×560.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

Box = tuple[int, int, int, int]

FLOOR = 0.2
"""Ink below this part of the strongest ink does not count for the box: the faintest rim of an edge."""

THINNEST = 1.7
WIDEST = 4.0
"""Stroke widths, in pixels of the framed digit, that are left alone; nine in ten of MNIST's lie between them.
A thinner stroke is widened to THINNEST, a wider one is thinned towards WIDEST."""

WORKING = 120
"""Longest side, in pixels, at which strokes are measured and changed; between this and twice this."""


@dataclass(frozen=True)
class Framing:
    """A drawing on its way to the network; every array is uint8, 0 for no ink to 255 for full ink."""

    raw: np.ndarray
    """(H, W): the ink as drawn, a copy."""
    cropped: np.ndarray
    """(h, w): the ink's bounding box, cut from `raw`."""
    centred: np.ndarray
    """(28, 28): the crop scaled to a longest side of 20, the centre of its box in the middle."""
    pixels: np.ndarray
    """(28, 28): `centred` shifted so that its centre of mass is in the middle: what the network gets."""
    box: Box
    """Top, left, bottom, right of the crop in `raw`, in pixels; bottom and right are not included."""


def frame(ink: np.ndarray, size: int = 28, box: int = 20) -> Framing | None:
    """Frame `ink` as MNIST frames its digits; None where there is no ink at all.

    ink: (H, W) uint8, bright on black. size: side of the result in pixels. box: longest side of the digit in
    it, 1 to `size`. Raises ValueError where `ink` has another shape or type, or `box` does not fit.
    """
    if ink.ndim != 2 or ink.dtype != np.uint8:
        raise ValueError(f"ink must be (H, W) uint8, not {ink.shape} {ink.dtype}")
    if not 1 <= box <= size:
        raise ValueError(f"the box of {box} pixels does not fit into {size}")
    if not ink.any():
        return None
    raw = ink.copy()
    floor = max(1, round(FLOOR * int(raw.max())))
    edges = _without_specks(raw, _bounds(raw >= floor), floor)
    top, left, bottom, right = edges
    cropped = raw[top:bottom, left:right].copy()
    small = _shrink(_usual_strokes(cropped, box), box)

    height, width = small.shape
    centred = np.zeros((size, size), np.uint8)
    y, x = (size - height) // 2, (size - width) // 2
    centred[y : y + height, x : x + width] = small

    # In MNIST the centre of mass is on pixel 14 of 0..27, within half a pixel. No ink may leave the picture.
    mass = small.sum(dtype=np.int64)
    middle_y = float(small.sum(1, dtype=np.int64) @ np.arange(height)) / float(mass)
    middle_x = float(small.sum(0, dtype=np.int64) @ np.arange(width)) / float(mass)
    y = min(max(round(size / 2 - middle_y), 0), size - height)
    x = min(max(round(size / 2 - middle_x), 0), size - width)
    pixels = np.zeros((size, size), np.uint8)
    pixels[y : y + height, x : x + width] = small
    return Framing(raw, cropped, centred, pixels, edges)


def _bounds(mask: np.ndarray) -> Box:
    """Top, left, bottom, right of what is true in (H, W) `mask`, which is true somewhere."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _working(ink: np.ndarray) -> tuple[np.ndarray, int]:
    """`ink` averaged over squares so that its longest side is at most twice WORKING; the squares' side."""
    factor = max(1, max(ink.shape) // WORKING)
    if factor == 1:
        return ink, 1
    return np.asarray(Image.fromarray(ink).reduce(factor)), factor


def label_parts(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """Number the connected parts of (H, W) bool `mask`: (H, W) int labels, 0 outside, 1 to count; and count.

    Pixels that touch at a side or a corner are connected.
    """
    height, width = mask.shape
    # Row by row, the mask is runs of true; parts are runs that touch runs of the next row, found by union.
    stride = width + 2
    flat = np.zeros((height, stride), np.int8)
    flat[:, 1:-1] = mask
    steps = np.diff(flat.ravel(), prepend=np.int8(0))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    first = np.searchsorted(ends, starts - stride)  # the first run above that ends at or after this start
    last = np.searchsorted(starts, ends - stride, side="right")
    parent = list(range(len(starts)))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    for run, (low, high) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        for above in range(low, high):
            parent[root(run)] = root(above)
    names, numbers = np.unique([root(run) for run in range(len(parent))], return_inverse=True)
    steps_up = np.zeros(flat.size, np.int32)
    steps_up[starts] = numbers + 1
    steps_up[ends] -= numbers.astype(np.int32) + 1
    return np.cumsum(steps_up, dtype=np.int32).reshape(height, stride)[:, 1:-1], len(names)


def part_boxes(labels: np.ndarray, count: int) -> np.ndarray:
    """Top, left, bottom, right of each of the `count` parts in `labels`: (count, 4) int."""
    y, x = np.nonzero(labels)
    part = labels[y, x] - 1
    boxes = np.empty((count, 4), np.int64)
    boxes[:, :2], boxes[:, 2:] = max(labels.shape), 0
    np.minimum.at(boxes[:, 0], part, y)
    np.minimum.at(boxes[:, 1], part, x)
    np.maximum.at(boxes[:, 2], part, y + 1)
    np.maximum.at(boxes[:, 3], part, x + 1)
    return boxes


def _without_specks(ink: np.ndarray, edges: Box, floor: int) -> Box:
    """`edges`, drawn in to leave out specks: parts too small, or small and too far away, for strokes."""
    top, left, bottom, right = edges
    small, factor = _working(ink[top:bottom, left:right])
    # A stroke narrower than a square is dimmed by the averaging, so the floor is lowered with it.
    labels, count = label_parts(small >= max(1, floor // factor))
    if count < 2:
        return edges
    area = np.bincount(labels.ravel(), weights=small.ravel(), minlength=count + 1)[1:] / int(small.max())
    boxes = part_boxes(labels, count)
    width = _stroke_width(small)
    keep = area >= 0.1 * area.max()
    whole_top, whole_left = boxes[keep, :2].min(0)
    whole_bottom, whole_right = boxes[keep, 2:].max(0)
    span = max(whole_bottom - whole_top, whole_right - whole_left)
    gap_y = np.maximum(whole_top - boxes[:, 2], boxes[:, 0] - whole_bottom)
    gap_x = np.maximum(whole_left - boxes[:, 3], boxes[:, 1] - whole_right)
    gap = np.maximum(gap_y, gap_x)
    # A dot made by the pen itself covers 0.8 of its width squared: what is much smaller is not the pen's.
    dust = (area < 0.4 * width * width) | (area < 0.0015 * area.sum())
    stray = (area < 0.03 * area.sum()) & (gap > 0.25 * span)
    keep |= ~(dust | stray)
    if keep.all():
        return edges
    kept = np.concatenate([[False], keep])[labels]
    y0, x0, y1, x1 = (factor * side for side in _bounds(kept))
    near = _bounds(ink[top + y0 : min(top + y1, bottom), left + x0 : min(left + x1, right)] >= floor)
    return top + y0 + near[0], left + x0 + near[1], top + y0 + near[2], left + x0 + near[3]


def _stroke_width(ink: np.ndarray) -> float:
    """Mean width in pixels of the strokes in (H, W) `ink`: twice their area over their edges' length."""
    mask = np.pad(ink >= max(1, int(ink.max()) // 2), 1)
    crossings = np.count_nonzero(mask[1:] != mask[:-1]) + np.count_nonzero(mask[:, 1:] != mask[:, :-1])
    # A line of length 1 in any direction crosses, on average over directions, 4/pi lines of the grid.
    return 2 * np.count_nonzero(mask) / (crossings * math.pi / 4)


def _usual_strokes(ink: np.ndarray, box: int) -> np.ndarray:
    """`ink` at working size, its strokes widened or thinned where they would be unusual at `box` pixels.

    A thin pen on a large pad would leave a pale line of one pixel, a thick one a blot; MNIST has neither.
    """
    ink, _ = _working(ink)
    side = max(ink.shape)
    width = _stroke_width(ink)
    if THINNEST * side <= width * box <= WIDEST * side:
        return ink
    if side < WORKING // 2:  # too coarse to change a stroke by less than a pixel
        factor = math.ceil(WORKING / side)
        height, breadth = ink.shape
        image = Image.fromarray(ink).resize((breadth * factor, height * factor), Image.Resampling.BICUBIC)
        ink = np.asarray(image)
        side, width = side * factor, width * factor
    thin = width * box < THINNEST * side
    share = (THINNEST if thin else WIDEST) / box  # stroke to side as wanted; the side changes too
    radius = abs(share * side - width) / (2 * (1 - share))
    if thin:
        return _spread(ink, radius)
    # Only so far that the narrower parts of an uneven stroke survive.
    wide = 255 - _spread(255 - np.pad(ink, 1), min(radius, 0.25 * width), 255)
    top, left, bottom, right = _bounds(wide > FLOOR * int(ink.max())) if wide.any() else (0, 0, 0, 0)
    return wide[top:bottom, left:right] if bottom else ink


def _spread(ink: np.ndarray, radius: float, outside: int = 0) -> np.ndarray:
    """Every pixel the most of `ink` within `radius`; larger by the radius on each side."""
    reach = math.floor(radius)
    if not reach:
        return ink
    height, width = ink.shape
    padded = np.pad(ink, 2 * reach, constant_values=outside)
    result = np.zeros((height + 2 * reach, width + 2 * reach), np.uint8)
    across = padded[:, reach : reach + width + 2 * reach]
    half = 0
    # Discs row by row, the narrowest first: the row's spread to the sides grows with the half width.
    for down in range(reach, -1, -1):
        wanted = math.floor(math.sqrt(radius * radius - down * down))
        while half < wanted:
            half += 1
            here = padded[:, reach - half : reach - half + width + 2 * reach]
            there = padded[:, reach + half : reach + half + width + 2 * reach]
            across = np.maximum(across, np.maximum(here, there))
        for y in {reach - down, reach + down}:
            np.maximum(result, across[y : y + height + 2 * reach], out=result)
    return result


def _shrink(ink: np.ndarray, box: int) -> np.ndarray:
    """`ink` scaled with antialiasing to a longest side of `box`, its strongest ink 255."""
    height, width = ink.shape
    full = float(ink.max())
    scale = box / max(height, width)
    if scale != 1:
        # The shorter side is filled up to a whole number of pixels: rounding would change a 1 by half its width.
        rows, columns = math.ceil(height * scale - 0.1), math.ceil(width * scale - 0.1)
        over_y, over_x = max(0, round(rows / scale) - height), max(0, round(columns / scale) - width)
        ink = np.pad(ink, ((over_y // 2, over_y - over_y // 2), (over_x // 2, over_x - over_x // 2)))
        ink = np.asarray(Image.fromarray(ink).resize((max(1, columns), max(1, rows)), Image.Resampling.BICUBIC))
        # Scaling pales a stroke all along; MNIST's are full in their middle, not at their strongest pixel only.
        full = float(np.percentile(ink[ink >= max(1, int(ink.max()) // 2)], 80)) if ink.any() else 1.0
    framed: np.ndarray = np.rint(np.minimum(ink * (255 / full), 255)).astype(np.uint8)
    return framed
