"""Draws handwritten-like digits: the embedded data set `strokes`.

Nothing here was learnt from pictures. The forms in which people write a digit are given as control points
(`resources/strokes/forms.json`); every image takes one form, jitters its points, slants, turns and stretches
it, and draws it with a pen whose width changes along the way. The result is brought to the frame of MNIST:
the longer side of the ink fills about 20 pixels, its centre of mass lies near the centre of 28 × 28.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Annotated, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from explorer.arch.resources import resource

__all__ = ["BLOCK", "Form", "blocks", "forms", "strokes"]

BLOCK = 1000
"""Images in a block: a random stream of its own, so a longer request begins with the shorter one's images."""

SIDE = 28
BOX = 20.0  # pixels the longer side of the ink fills
POINTS = 96  # points a curve is drawn by
BATCH = 50  # images drawn at once: what they need then stays in the cache

# How people differ. Spreads are standard deviations unless a range is given.
WARP = 0.03  # of each smooth wave that bends the whole box, in parts of it
JITTER = 0.045  # of a control point, in parts of the unit box
SLANT, SLANT_SPREAD = 0.12, 0.22  # sideways shift a unit of height, to the right at the top
TURN_SPREAD = 0.15  # radians
ASPECT, ASPECT_SPREAD = 0.1, 0.16  # of the logarithm of width over height
PEN, PEN_SPREAD = 1.35, 0.32  # half the pen's width in pixels: its median, and spread of its logarithm
PEN_RANGE = (0.75, 3.2)
PRESSURE = 0.15  # of each wave in the logarithm of the width along a stroke
FILL = 0.5  # at most so much of its box is ink: nobody fills the holes of an 8
EDGE_RANGE = (0.7, 1.5)  # pixels from full ink to none
OFF_CENTRE = 1.5  # pixels at most, either way: a network that saw only perfect centring misreads more
SHARPNESS = 4.0  # how closely the smooth least distance follows the true one

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
Coordinate = Annotated[float, msgspec.Meta(ge=0, le=1)]
Stroke = Annotated[list[tuple[Coordinate, Coordinate]], msgspec.Meta(min_length=2)]


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to write a digit: its strokes as points (x to the right, y down) in the unit box.

    A smooth curve runs through the points of a stroke; a point given twice in a row is a corner. `weight` is
    how often the form is chosen among those of its digit.
    """

    name: str
    strokes: Annotated[list[Stroke], msgspec.Meta(min_length=1)]
    weight: Annotated[int, msgspec.Meta(ge=1)] = 1


class _Pens(NamedTuple):
    """All forms as arrays: points of the curve = `curve` @ control points, likewise their tangents."""

    control: F32  # (forms, controls, 2), unused rows zero
    curve: F32  # (forms, POINTS, controls)
    tangent: F32  # (forms, POINTS, controls): the piece of curve each point stands for
    chance: list[tuple[NDArray[np.intp], NDArray[np.float64]]]  # for each digit: forms, cumulative chances


@cache
def forms() -> tuple[tuple[Form, ...], ...]:
    """The written forms of the digits 0 to 9, in this order.

    ValueError (a msgspec.ValidationError) if the shipped file is not what its README says.
    """
    found = msgspec.json.decode(
        resource("strokes", "forms.json").read_bytes(),
        type=dict[str, Annotated[list[Form], msgspec.Meta(min_length=1)]],
    )
    if sorted(found) != list("0123456789"):
        raise msgspec.ValidationError("The forms must be given for the digits 0 to 9.")
    return tuple(tuple(found[digit]) for digit in "0123456789")


def blocks(count: int, seed: int = 0) -> Iterator[tuple[U8, U8]]:
    """Draw `count` digits and yield them in blocks of at most `BLOCK`, for progress.

    A block is images, uint8 (n, 28, 28), bright ink (255) on black (0), and their labels, uint8 (n,), 0 to 9.
    The same seed gives the same images, and a longer request begins with those of a shorter one. A full
    block holds each digit equally often, in random order. The longer side of the ink is about 20 pixels; its
    centre of mass lies around row and column 14 (counted from 0), as MNIST's does, seldom more than 2 pixels off.

    ValueError if count is negative or seed is not within 0 to 2**64 - 1.
    """
    if count < 0:
        raise ValueError(f"The number of images cannot be negative: {count}.")
    if not 0 <= seed < 2**64:
        raise ValueError(f"The seed must be a whole number from 0 to 2**64 - 1, not {seed}.")
    return (_block(seed, start // BLOCK, min(BLOCK, count - start)) for start in range(0, count, BLOCK))


def strokes(count: int, seed: int = 0) -> tuple[U8, U8]:
    """Draw `count` digits: images, uint8 (count, 28, 28), and labels, uint8 (count,).

    All of `blocks` in one; see there for values, order and errors.
    """
    drawn = list(blocks(count, seed))
    empty = np.zeros((0, SIDE, SIDE), np.uint8), np.zeros(0, np.uint8)
    images, labels = zip(empty, *drawn, strict=True)
    return np.concatenate(images), np.concatenate(labels)


def _block(seed: int, index: int, count: int) -> tuple[U8, U8]:
    """The first `count` images and labels of a block; all its random numbers are drawn whatever the count."""
    random = np.random.Generator(np.random.Philox(key=np.array([seed, index], np.uint64)))
    labels = random.permutation(np.arange(BLOCK) % 10).astype(np.uint8)
    points, width = _place(random, labels)
    edge = random.uniform(*EDGE_RANGE, BLOCK).astype(np.float32)
    points, weight, width = _frame(random, points, width, edge)
    images = np.empty((count, SIDE, SIDE), np.uint8)
    for start in range(0, count, BATCH):
        part = slice(start, min(start + BATCH, count))
        images[part] = _draw(points[part], weight[part], width[part], edge[part])
    return images, labels[:count]


def _normal(random: np.random.Generator, *shape: int) -> F32:
    return random.standard_normal(shape, np.float32)


def _place(random: np.random.Generator, labels: U8) -> tuple[F32, F32]:
    """Write the digits by hand.

    Returns the points of the curves and the tangents there, stacked as (n, 2, POINTS, 2), in units of a
    letter's height, and the half width of the pen at each point, (n, POINTS), in pixels.
    """
    n = len(labels)
    pens = _pens()
    pick = random.random(n)
    chosen = np.empty(n, np.intp)
    for digit, (index, bound) in enumerate(pens.chance):
        at = labels == digit
        chosen[at] = index[np.searchsorted(bound, pick[at], side="right")]
    control = pens.control[chosen]
    # Low waves bend neighbours alike: closed rings stay closed.
    wave_x, wave_y = np.cos(np.pi * control[:, :, 0]), np.cos(np.pi * control[:, :, 1])
    twice_x, twice_y = 2 * wave_x**2, 2 * wave_y**2  # cos 2a, but for a constant
    fields = np.stack([wave_x, wave_y, wave_x * wave_y, twice_x, twice_y, wave_x * twice_y, wave_y * twice_x], 2)
    bend = WARP * _normal(random, n, fields.shape[2], 2)
    control = control + fields @ bend + JITTER * _normal(random, *control.shape)

    shear = SLANT + SLANT_SPREAD * _normal(random, n)
    turn = TURN_SPREAD * _normal(random, n)
    stretch = np.exp((ASPECT + ASPECT_SPREAD * _normal(random, n)) / 2)
    cos, sin = np.cos(turn), np.sin(turn)
    affine = np.stack(  # stretch, then slant, then turn: (n, 2, 2), for row vectors
        [
            np.stack([stretch * cos, stretch * sin], 1),
            np.stack([-shear / stretch * cos - sin / stretch, -shear / stretch * sin + cos / stretch], 1),
        ],
        1,
    )
    control = control @ affine
    points = np.stack([pens.curve[chosen] @ control, pens.tangent[chosen] @ control], 1)

    pen = np.clip(PEN * np.exp(PEN_SPREAD * _normal(random, n)), *PEN_RANGE)
    along = np.linspace(0, np.pi, POINTS, dtype=np.float32)
    waves = np.stack([np.cos(along), np.sin(along), np.cos(2 * along), np.sin(3 * along)])
    pressure = PRESSURE * _normal(random, n, len(waves)) @ waves
    width = pen[:, None] * np.exp(pressure)
    return points, np.clip(width, *PEN_RANGE).astype(np.float32)


def _frame(random: np.random.Generator, points: F32, width: F32, edge: F32) -> tuple[F32, F32, F32]:
    """Scale to the 20-pixel box and centre the ink.

    Takes what `_place` returns; returns the points in pixels (n, POINTS, 2), (0, 0) the centre of the top left
    pixel, the length of curve each stands for, (n, POINTS), and the half widths, (n, POINTS).
    """
    place, tangent = points[:, 0], points[:, 1]
    reach = (width + edge[:, None] / 2)[:, :, None]  # ink ends so far from a point
    scale = np.ones((len(place), 1, 1), np.float32)
    for _ in range(2):  # the pen's width does not scale with the digit: the second step settles it
        extent = ((scale * place + reach).max(1) - (scale * place - reach).min(1)).max(1)[:, None, None]
        ends = 2 * reach.mean(1, keepdims=True)
        scale = scale * (BOX - ends) / (extent - ends)
    length = scale[:, :, 0] * np.hypot(tangent[..., 0], tangent[..., 1])
    shorter = (scale * (place.max(1, keepdims=True) - place.min(1, keepdims=True))).min(2) + 3  # 3: a pen's width
    most = FILL * BOX * np.maximum(shorter, BOX / 2) / (2 * length.sum(1, keepdims=True))  # BOX / 2: for the 1
    width = width * np.minimum(1, most / width.mean(1, keepdims=True))
    mass = (length * width)[:, :, None]
    centre = (place * mass).sum(1, keepdims=True) / mass.sum(1, keepdims=True)
    shift = SIDE / 2 + OFF_CENTRE * (2 * random.random((len(place), 1, 2), np.float32) - 1)
    return (place - centre) * scale + shift, length, width


def _draw(points: F32, length: F32, width: F32, edge: F32) -> U8:
    """Ink the curves: (n, SIDE, SIDE), 0 to 255.

    A pixel's ink follows from its least distance to the curve in pen widths, r. A sum of Gaussians along the
    curve is exp(-SHARPNESS r²) near enough, and a Gaussian of two coordinates is a product of two of one: so
    all distances come out of one matrix product.
    """
    pixels = np.arange(SIDE, dtype=np.float32)[:, None]
    narrow = np.sqrt(np.float32(SHARPNESS)) / width
    across = np.exp(-np.square((pixels - points[:, None, :, 0]) * narrow[:, None]))
    down = np.exp(-np.square((pixels - points[:, None, :, 1]) * narrow[:, None]))
    down *= (length * narrow / np.sqrt(np.float32(np.pi)))[:, None]
    near = down @ across.transpose(0, 2, 1)
    np.clip(near, 1e-30, 1.0, out=near)
    distance = np.sqrt(np.log(near) / -SHARPNESS)
    mean = width.mean(1)
    slope = (mean / edge)[:, None, None]
    ink: F32 = 255 * np.clip(0.5 + (1 - distance) * slope, 0, 1) + 0.5
    return ink.astype(np.uint8)


@cache
def _pens() -> _Pens:
    """The forms as arrays, computed once."""
    rows = [(digit, form) for digit, given in enumerate(forms()) for form in given]
    pieces = [_pieces(form) for _, form in rows]
    most = max(len(control) for control, _ in pieces)
    control = np.zeros((len(rows), most, 2), np.float32)
    curve = np.zeros((len(rows), POINTS, most), np.float32)
    tangent = np.zeros_like(curve)
    for row, (points, runs) in enumerate(pieces):
        control[row, : len(points)] = points
        curve[row, :, : len(points)], tangent[row, :, : len(points)] = _curve(points, runs)
    chance = []
    for digit in range(10):
        index = np.array([row for row, (of, _) in enumerate(rows) if of == digit])
        bound = np.cumsum([rows[row][1].weight for row in index]).astype(np.float64)
        chance.append((index, bound / bound[-1]))
    return _Pens(control, curve, tangent, chance)


def _pieces(form: Form) -> tuple[NDArray[np.float64], list[list[int]]]:
    """The distinct control points of a form, and its smooth pieces (between pen-ups and corners) as indices."""
    control: list[tuple[float, float]] = []
    runs: list[list[int]] = []
    for stroke in form.strokes:
        control.append(stroke[0])
        runs.append([len(control) - 1])
        for before, point in pairwise(stroke):
            if point == before:
                runs.append([len(control) - 1])
            else:
                control.append(point)
                runs[-1].append(len(control) - 1)
    return np.array(control), [run for run in runs if len(run) > 1]


def _curve(control: NDArray[np.float64], runs: list[list[int]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Matrices (POINTS, controls) from control points to POINTS points evenly along the curve, and tangents.

    The curve is a Catmull-Rom spline, so its points depend linearly on the control points: jittered forms
    need no new matrix.
    """
    fine = 64  # steps between two control points
    middle = (np.arange(fine) + 0.5) / fine
    t = middle[:, None]
    value = np.hstack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]) / 2
    slope = np.hstack([-1 + 4 * t - 3 * t**2, -10 * t + 9 * t**2, 1 + 8 * t - 9 * t**2, 3 * t**2 - 2 * t]) / 2
    values, slopes = [], []
    for run in runs:
        for i in range(len(run) - 1):
            four = np.zeros((4, len(control)))  # the two ends and their neighbours, as rows of weights
            for row, j in enumerate(range(i - 1, i + 3)):
                if j < 0:  # before the first point and past the last: as far again, straight on
                    four[row, run[0]], four[row, run[1]] = 2, -1
                elif j == len(run):
                    four[row, run[-1]], four[row, run[-2]] = 2, -1
                else:
                    four[row, run[j]] = 1
            values.append(value @ four)
            slopes.append(slope @ four / fine)
    every, tangent = np.vstack(values), np.vstack(slopes)
    share = np.linalg.norm(tangent @ control, axis=1)
    # Points at even steps of the length, each the nearest of the fine ones.
    end = np.cumsum(share)
    step = end[-1] / POINTS
    pick = np.searchsorted(end - share / 2, (np.arange(POINTS) + 0.5) * step).clip(0, len(end) - 1)
    return every[pick], tangent[pick] * (step / share[pick])[:, None]
