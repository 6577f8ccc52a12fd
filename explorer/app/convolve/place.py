"""Where a cell of a feature map and its window lie in the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.app.convolve.bank import Filter
from explorer.app.convolve.view import Box
from explorer.explain.example import SIDE, Example
from explorer.explain.scan import window
from explorer.explain.spec import Spec

Place = tuple[int, int]


def nearest(spec: Spec, shape: tuple[int, ...], pixel: Place) -> Place:
    """The cell of a map of `shape` whose window has its middle nearest to a pixel of the picture."""
    rows, columns = (
        min(max(round((at + before - (reach - 1) // 2) / stride), 0), count - 1)
        for at, (before, _), reach, stride, count in zip(
            pixel, spec.padding, spec.reach, spec.stride, shape, strict=True
        )
    )
    return rows, columns


def frame_of(spec: Spec, cell: Place) -> Box:
    """The window of a cell, in pixels of the picture; it may reach beyond that."""
    top, left = (a * s - before for a, s, (before, _) in zip(cell, spec.stride, spec.padding, strict=True))
    return top, left, top + spec.reach[0], left + spec.reach[1]


def middle_of(spec: Spec, cell: Place) -> Place:
    """The pixel in the middle of a cell's window; `nearest` leads back from it."""
    top, left, _, _ = frame_of(spec, cell)
    return top + (spec.reach[0] - 1) // 2, left + (spec.reach[1] - 1) // 2


def shown_part(pixels: NDArray[np.uint8], shown: Filter, spec: Spec, cell: Place) -> Example:
    """A picture under a filter as an example: all of it where its numbers can be written down, else one window."""
    weights, bias = shown.over(len(pixels))[None], np.array([shown.bias])
    values = pixels.astype(np.float64)
    if max(pixels.shape) <= SIDE:
        return Example(values, weights, bias, spec, name="Picture")
    return Example(
        window(values, spec, cell), weights, bias, Spec(spec.kernel, flipped=spec.flipped), name="Window of the picture"
    )
