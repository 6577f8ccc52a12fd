"""Data sets as tensors in memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from explorer.arch.errors import DataError
from explorer.learn import strokes
from explorer.learn.catalog import Source, corpus, counted, source
from explorer.learn.events import Progress
from explorer.learn.lists import PartName, read_lists

PARTS: tuple[PartName, ...] = ("train", "validation", "test")


@dataclass(frozen=True)
class Part:
    """Samples and what they are: pictures x (N, C, H, W) uint8 with classes y (N,) int64.

    Of sequences, x is (N, T) int64, the tokens, filled up with 0 behind `lengths` (N,) of them. y is then (N,), a
    class each, or (N, T), the next token behind each, −1 behind the end.
    """

    x: Tensor
    y: Tensor
    lengths: Tensor | None = None

    def __len__(self) -> int:
        return len(self.y)

    def to(self, device: torch.device) -> Part:
        """The same on another device. Lengths stay where they are: batches are chosen by them on the CPU."""
        return Part(self.x.to(device), self.y.to(device), self.lengths)

    def take(self, chosen: Tensor) -> Part:
        """Some samples, by their places. Sequences must be of one length: nothing is filled up then."""
        x, y = self.x[chosen], self.y[chosen]
        if self.lengths is None:
            return Part(x, y)
        length = int(self.lengths[chosen[0]])
        return Part(x[:, :length], y[:, :length] if y.ndim == 2 else y, self.lengths[chosen])

    def chunks(self, size: int) -> Iterator[Part]:
        """All samples, at most `size` at once, sequences of one length together."""
        if self.lengths is None:
            for x, y in zip(torch.split(self.x, size), torch.split(self.y, size), strict=True):
                yield Part(x, y)
            return
        for places in by_length(self.lengths).values():
            for chosen in torch.split(places, size):
                yield self.take(chosen)

    def first(self, count: int) -> Part:
        """The first samples; of sequences, which may be sorted by class, some from everywhere: the same each time."""
        if self.lengths is None:
            return Part(self.x[:count], self.y[:count])
        chosen = torch.randperm(len(self), generator=torch.Generator().manual_seed(0))[:count]
        return Part(self.x[chosen], self.y[chosen], self.lengths[chosen])


def by_length(lengths: Tensor) -> dict[int, Tensor]:
    """The places of the sequences of each length."""
    return {int(length): (lengths == length).nonzero()[:, 0] for length in torch.unique(lengths)}


@dataclass(frozen=True)
class DataSet:
    """A loaded data set, split into training, validation and test parts; `notes` say what was odd in it."""

    source: Source
    train: Part
    validation: Part
    test: Part
    notes: tuple[str, ...] = ()


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
    if chosen.lists is not None:
        if not chosen.on_disk(folder):
            from explorer.learn import tutorial

            yield from tutorial.download(folder)
        yield _sequences(chosen, folder)
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


def _sequences(chosen: Source, folder: Path) -> DataSet:
    chosen = counted(chosen, folder)
    rows: dict[PartName, list[tuple[int, ...]]] = {}
    labels: dict[PartName, list[int]] = {}
    if chosen.kind == "text":
        whole = corpus(chosen, folder)
        rows, notes = {name: list(part) for name, part in whole.parts.items()}, whole.notes
    else:
        assert chosen.lists is not None
        lists = read_lists(chosen.lists(folder))
        notes = lists.notes
        for name in PARTS:
            rows[name] = [word.tokens for word in lists.part(name)]
            labels[name] = [word.label for word in lists.part(name)]
    for name in PARTS:
        if not rows[name]:
            raise DataError(f"{chosen.title} is too small: no {chosen.unit} is left for the {name} part. Add more.")
    parts = [_part(rows[name], labels.get(name)) for name in PARTS]
    return DataSet(chosen, parts[0], parts[1], parts[2], notes)


def _part(rows: list[tuple[int, ...]], labels: list[int] | None) -> Part:
    """Sequences with a class each, or each with itself a step on."""
    ahead = 0 if labels is not None else 1
    lengths = torch.tensor([len(row) - ahead for row in rows])
    x = torch.zeros(len(rows), int(lengths.max()), dtype=torch.int64)
    y = torch.full_like(x, -1) if labels is None else torch.tensor(labels)
    for k, row in enumerate(rows):
        x[k, : lengths[k]] = torch.tensor(row[: len(row) - ahead])
        if labels is None:
            y[k, : lengths[k]] = torch.tensor(row[1:])
    return Part(x, y, lengths)


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
