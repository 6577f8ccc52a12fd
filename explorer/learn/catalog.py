"""The data sets there are, and where they lie. Imports no torch."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from explorer.arch.errors import UsageError, nearest
from explorer.arch.shape import Shape

APP = "neural-net-explorer"

DIGITS = tuple("0123456789")

MNIST_FILES = {
    "train-images-idx3-ubyte": 47_040_016,
    "train-labels-idx1-ubyte": 60_008,
    "t10k-images-idx3-ubyte": 7_840_016,
    "t10k-labels-idx1-ubyte": 10_008,
}
"""Names and sizes in bytes of the unpacked MNIST files, as they lie in `MNIST/raw`."""


@dataclass(frozen=True)
class Source:
    """A data set one can choose. `shape` is that of one sample; counts are of samples."""

    name: str
    title: str
    about: str
    shape: Shape
    classes: tuple[str, ...]
    train: int
    validation: int
    test: int
    on_disk: Callable[[Path], bool]


def _mnist_on_disk(folder: Path) -> bool:
    raw = folder / "MNIST" / "raw"
    return all((raw / n).is_file() and (raw / n).stat().st_size == size for n, size in MNIST_FILES.items())


SOURCES = (
    Source(
        "strokes",
        "Strokes",
        "Digits drawn by this program from pen strokes. Nothing to download.",
        (1, 28, 28),
        DIGITS,
        60_000,
        5_000,
        10_000,
        lambda _: True,
    ),
    Source(
        "mnist",
        "MNIST",
        "70 000 digits written by people (LeCun, Cortes, Burges). A download of 11 MB.",
        (1, 28, 28),
        DIGITS,
        55_000,
        5_000,
        10_000,
        _mnist_on_disk,
    ),
    Source(
        "mnist+strokes",
        "MNIST and Strokes",
        "Both together for training; MNIST alone for validation and test.",
        (1, 28, 28),
        DIGITS,
        115_000,
        5_000,
        10_000,
        _mnist_on_disk,
    ),
)


def source(name: str) -> Source:
    """The data set called `name`. Raises `UsageError` with the nearest name."""
    for candidate in SOURCES:
        if candidate.name == name:
            return candidate
    raise UsageError(f"There is no data set “{name}”.{nearest(name, (s.name for s in SOURCES))}")


def data_folder(given: Path | None = None) -> Path:
    """Where data sets lie: the folder given, else `EXPLORER_DATA`, else the user's data folder."""
    if given is not None:
        return given
    named = os.environ.get("EXPLORER_DATA")
    return Path(named) if named else user_data_path(APP, appauthor=False) / "data"


def runs_folder() -> Path:
    """Where the window keeps its runs: `EXPLORER_RUNS`, else the user's data folder."""
    named = os.environ.get("EXPLORER_RUNS")
    return Path(named) if named else user_data_path(APP, appauthor=False) / "runs"
