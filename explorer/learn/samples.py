"""One sample of a data set, without loading all of it. Imports no torch.

pixels, label = sample("mnist", folder, 11)
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.arch.errors import DataError, UsageError
from explorer.learn import strokes
from explorer.learn.catalog import MNIST_FILES, Source, source

SAMPLES = 1000
"""How many samples of a data set's test part one can leaf through."""

SIDE = 28


def offered(folder: Path) -> tuple[Source, ...]:
    """The data sets of which there are samples: those on disk or drawn by the program."""
    return tuple(s for s in (source("strokes"), source("mnist")) if s.on_disk(folder))


def sample(name: str, folder: Path, number: int) -> tuple[NDArray[np.uint8], int]:
    """Sample `number`, from 0 on, of the test part: (1, 28, 28) uint8, ink bright, and its class.

    Raises `UsageError` for another data set or number, `DataError` if the files cannot be read.
    """
    if not 0 <= number < SAMPLES:
        raise UsageError(f"There is no sample {number + 1}: choose one of 1 to {SAMPLES}.")
    if name == "strokes":
        images, labels = _strokes()
        return images[number][None], int(labels[number])
    if name == "mnist":
        return _mnist(folder / "MNIST" / "raw", number)
    raise UsageError(f"There are no single samples of {source(name).title}. Choose Strokes or MNIST.")


@lru_cache(maxsize=1)
def _strokes() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The first test digits of `learn.data`: they have seed 2 there."""
    return strokes.strokes(SAMPLES, seed=2)


def _mnist(raw: Path, number: int) -> tuple[NDArray[np.uint8], int]:
    size = SIDE * SIDE
    images, labels = (raw / name for name in list(MNIST_FILES)[2:])
    try:
        with images.open("rb") as file:
            file.seek(16 + number * size)
            pixels = file.read(size)
        with labels.open("rb") as file:
            file.seek(8 + number)
            label = file.read(1)
    except OSError:
        pixels, label = b"", b""
    if len(pixels) != size or len(label) != 1 or label[0] > 9:
        raise DataError(f"The MNIST files in {raw} are damaged. Delete them and try again.")
    return np.frombuffer(pixels, np.uint8).reshape(1, SIDE, SIDE), label[0]
