"""What there is to say of a data set before it is trained on. Reads it; knows no Qt and no torch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from explorer.arch.errors import DataError
from explorer.arch.text import number, plural
from explorer.learn.catalog import Source, corpus, counted, source
from explorer.learn.letters import fold, word_of
from explorer.learn.lists import read_lists
from explorer.learn.recipe import Recipe

SHOWN = 3
"""Examples of folded words."""


@dataclass(frozen=True)
class Described:
    """A data set as it lies on the disk. `source` has its counts, 0 where it is not there yet.

    `classes`: how many samples each has, in the order of `source.classes`; empty for pictures and texts.
    `lengths`: how many training samples have each length. `folds`: words as they are written and as they are read.
    """

    source: Source
    classes: tuple[int, ...] = ()
    lengths: tuple[tuple[int, int], ...] = ()
    folds: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def spread(self) -> str:
        """`18 classes, 150…1 300 each`."""
        if not self.classes:
            return ""
        low, high = min(self.classes), max(self.classes)
        each = number(high) if low == high else f"{number(low)}…{number(high)}"
        return f"{plural(len(self.classes), 'class', 'classes')}, {each} each"

    @property
    def listed(self) -> str:
        """Every class with its count; of a text, nothing."""
        if not self.classes:
            return ""
        pairs = zip(self.source.classes, self.classes, strict=True)
        return " · ".join(f"{name} {number(count)}" for name, count in pairs)

    @property
    def folded(self) -> str:
        """`Letters fold: Müller → Muller, Łukasz → Lukasz.`"""
        if not self.folds:
            return ""
        return f"Letters fold: {', '.join(f'{typed} → {read}' for typed, read in self.folds)}."


def describe(name: str, folder: Path) -> Described:
    """Look at a data set that may lie in `folder`. Takes up to a second. Raises `ExplorerError` in one sentence."""
    chosen = source(name)
    if chosen.lists is None or not chosen.on_disk(folder):
        return Described(chosen)
    if chosen.kind == "text":
        whole = corpus(chosen, folder)
        lengths = Counter(len(row) - 1 for row in whole.parts["train"])
        full = counted(chosen, folder)
        _check(full)
        return Described(full, lengths=tuple(sorted(lengths.items())), notes=whole.notes)
    lists = read_lists(chosen.lists(folder))
    full = counted(chosen, folder)
    _check(full)
    counts = Counter(word.label for word in lists.words)
    lengths = Counter(len(word.tokens) for word in lists.part("train"))
    folds: dict[int, tuple[str, str]] = {}
    for word in lists.words:
        if word.label in folds or word.text == (read := word_of(word.tokens)) or fold(word.text).remark:
            continue  # a word with signs that are not read is no example: they do not fold
        folds[word.label] = (word.text, read)
    return Described(
        full,
        tuple(counts[label] for label in range(len(lists.classes))),
        tuple(sorted(lengths.items())),
        tuple(sorted(folds.values(), key=lambda pair: len(pair[0]))[:SHOWN]),
        lists.notes,
    )


def _check(full: Source) -> None:
    """A part without a sample cannot be trained on: better said now than when training begins."""
    for name in ("train", "validation", "test"):
        if not getattr(full, name):
            raise DataError(f"{full.title} is too small: no {full.unit} is left for the {name} part. Add more.")


@dataclass(frozen=True)
class Plan:
    """How long a run will be: steps of one epoch, and of all."""

    per_epoch: int
    steps: int


def plan_of(recipe: Recipe, train: int, lengths: tuple[tuple[int, int], ...] = ()) -> Plan:
    """The steps of a run on `train` samples, as training counts them: sequences of a batch are of one length."""
    if lengths and not recipe.balanced:
        per_epoch = sum(-(-count // recipe.batch) for _, count in lengths)
    else:
        per_epoch = -(-train // recipe.batch)
    steps = per_epoch * recipe.epochs
    return Plan(per_epoch, min(steps, -(-recipe.samples // recipe.batch)) if recipe.samples else steps)
