"""Kernels worth trying: the lecture's two, and the well-known ones of image processing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.explain.spec import Axes

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Kernel:
    """A kernel with its name, its title on a button and a sentence that says what it finds. values: (K, L) or (K,)."""

    name: str
    title: str
    about: str
    values: Values = field(compare=False)


def _kernel(name: str, title: str, about: str, values: ArrayLike, share: float = 1.0) -> Kernel:
    made = np.array(values, np.float64) * share
    made.flags.writeable = False
    return Kernel(name, title, about, made)


def _by_name(*kernels: Kernel) -> dict[str, Kernel]:
    return {kernel.name: kernel for kernel in kernels}


KERNELS = _by_name(
    _kernel(
        "filter1",
        "Filter 1",
        "A falling diagonal: 3 where the pattern is there exactly.",
        [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]],
    ),
    _kernel(
        "filter2",
        "Filter 2",
        "A vertical bar: 3 where the pattern is there exactly.",
        [[-1, 1, -1], [-1, 1, -1], [-1, 1, -1]],
    ),
    _kernel("identity", "Identity", "Leaves the image as it is.", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    _kernel(
        "edges",
        "Edges",
        "Laplace: zero where the image is even, large where it differs from all around.",
        [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    ),
    _kernel(
        "sobel_x",
        "Sobel, vertical edges",
        "How fast the image grows from left to right: upright edges stand out.",
        [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    ),
    _kernel(
        "sobel_y",
        "Sobel, horizontal edges",
        "How fast the image grows from top to bottom: level edges stand out.",
        [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    ),
    _kernel("blur", "Blur", "Box blur: the mean of all nine values.", np.ones((3, 3)), 1 / 9),
    _kernel(
        "gauss",
        "Gaussian blur",
        "A mean in which near values count more.",
        [[1, 2, 1], [2, 4, 2], [1, 2, 1]],
        1 / 16,
    ),
    _kernel(
        "sharpen",
        "Sharpen",
        "Adds to the image what it differs by from its neighbours.",
        [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    ),
    _kernel(
        "emboss",
        "Emboss",
        "Light from the upper left: slopes become bright and dark sides.",
        [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    ),
)
"""The kernels for images, by name, in the order in which they are offered. All are 3×3."""

SIGNAL_KERNELS = _by_name(
    _kernel("peak", "Peak", "Large where a value stands out from its two neighbours.", [-1, 2, -1]),
    _kernel("identity", "Identity", "Leaves the signal as it is.", [0, 1, 0]),
    _kernel("difference", "Difference", "How fast the signal grows.", [-1, 0, 1]),
    _kernel("blur", "Blur", "The mean of three values.", np.ones(3), 1 / 3),
    _kernel("gauss", "Gaussian blur", "A mean in which the middle counts more.", [1, 2, 1], 1 / 4),
    _kernel("echo", "Echo", "A value and half of the one two places before.", [0.5, 0, 1]),
)
"""The kernels for signals, by name. All have three weights."""


def random_kernel(size: Axes, seed: int) -> Values:
    """Weights of any shape, evenly from −1 to 1 in steps of 0.1, so that they read well; the same for the same seed."""
    return np.random.default_rng(seed).integers(-10, 11, size) / 10
