"""Data sets as tensors in memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from explorer.learn import strokes
from explorer.learn.catalog import Source, source
from explorer.learn.events import Progress


@dataclass(frozen=True)
class Part:
    """Samples and their classes: x (N, C, H, W) uint8, y (N,) int64."""

    x: Tensor
    y: Tensor

    def __len__(self) -> int:
        return len(self.y)

    def to(self, device: torch.device) -> Part:
        """The same on another device."""
        return Part(self.x.to(device), self.y.to(device))


@dataclass(frozen=True)
class DataSet:
    """A loaded data set, split into training, validation and test parts."""

    source: Source
    train: Part
    validation: Part
    test: Part


Loading = Iterator[Progress | DataSet]
"""Progress while it loads, the data set last."""


def load(name: str, folder: Path) -> Loading:
    """Load a data set from `folder`, downloading or drawing it if need be; closing the iterator stops it.

    Raises `UsageError` for an unknown name, `DataError` in one sentence for anything wrong with the data.
    """
    chosen = source(name)
    if name == "strokes":
        yield from _strokes(chosen)
        return
    from explorer.learn import mnist

    yield from mnist.download(folder)
    train, test = mnist.read(folder)
    learn, validation = split(train, chosen.validation)
    if name == "mnist":
        yield DataSet(chosen, learn, validation, test)
        return
    for event in _strokes(source("strokes")):
        if isinstance(event, Progress):
            yield event
        else:
            x = torch.cat([learn.x, event.train.x])
            y = torch.cat([learn.y, event.train.y])
            yield DataSet(chosen, Part(x, y), validation, test)


def split(part: Part, validation: int) -> tuple[Part, Part]:
    """All but `validation` samples, and those; the same choice every time."""
    order = torch.randperm(len(part), generator=torch.Generator().manual_seed(0))
    held, rest = order[:validation], order[validation:]
    return Part(part.x[rest], part.y[rest]), Part(part.x[held], part.y[held])


def _strokes(chosen: Source) -> Loading:
    # Two seeds: the test digits are never a continuation of the training stream.
    learn = yield from _drawn(chosen.train + chosen.validation, seed=1)
    test = yield from _drawn(chosen.test, seed=2)
    train, validation = split(learn, chosen.validation)
    yield DataSet(chosen, train, validation, test)


def _drawn(count: int, seed: int) -> Generator[Progress, None, Part]:
    images, labels, done = [], [], 0
    for x, y in strokes.blocks(count, seed):
        images.append(x)
        labels.append(y)
        done += len(y)
        yield Progress("Drawing digits", done, count)
    pixels = torch.from_numpy(np.concatenate(images)).unsqueeze(1)
    return Part(pixels, torch.from_numpy(np.concatenate(labels)).to(torch.int64))
