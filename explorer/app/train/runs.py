"""The folders of runs: naming a new one, finding the last. Knows no Qt and no torch."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from explorer.app.train.called import called
from explorer.arch.errors import ExplorerError
from explorer.arch.text import number
from explorer.explain.metrics import percent
from explorer.learn.card import CARD, CHECKPOINT, EVENTS, NETWORK, WEIGHTS, Card, find_model, read_card, shipped


@dataclass(frozen=True)
class Kept:
    """A run on disk. `finished` is false while epochs of its recipe are left."""

    folder: Path
    card: Card
    when: datetime

    @property
    def unfinished(self) -> bool:
        """Whether it can be continued."""
        return self.card.steps < self.card.of_steps and (self.folder / CHECKPOINT).is_file()

    @property
    def offer(self) -> str:
        """The sentence that offers to go on with it."""
        today = self.when.date() == datetime.now().date()
        when = f"{self.when:%H:%M}" if today else f"{self.when.day} {self.when:%B, %H:%M}"
        card = self.card
        epoch = min(card.epochs + 1, card.recipe.epochs)
        where = f"epoch {number(epoch)} of {number(card.recipe.epochs)}"
        if card.recipe.samples:
            where = f"step {number(card.steps)} of {number(card.of_steps)}"
        return f"Continue the run of {when}: {card.network} on {called(card.data).title}, {where}"

    @property
    def title(self) -> str:
        """`Names LSTM on Names, 61.2 %`, to choose it by."""
        card = self.card
        accuracy = card.accuracy if card.accuracy is not None else card.validation_accuracy
        score = "" if accuracy is None else f", {percent(accuracy)}"
        return f"{card.network} on {called(card.data).title}{score}"


def new_folder(runs: Path, network: str, now: datetime) -> Path:
    """A folder for a new run that does not exist yet: `lenet-5-20261120-140233`."""
    slug = re.sub(r"[^a-z0-9]+", "-", network.lower()).strip("-") or "network"
    stem = f"{slug[:40]}-{now:%Y%m%d-%H%M%S}"
    folder, count = runs / stem, 1
    while folder.exists():
        count += 1
        folder = runs / f"{stem}-{count}"
    return folder


def read_run(folder: Path) -> Kept:
    """A run on disk. Raises `RunError`."""
    card = read_card(folder)
    with suppress(OSError):
        return Kept(folder, card, datetime.fromtimestamp((folder / CARD).stat().st_mtime))
    return Kept(folder, card, datetime.now())


def latest(runs: Path) -> Kept | None:
    """The run that was written last, or `None`; what cannot be read is passed over."""
    found: list[tuple[float, Path]] = []
    with suppress(OSError):
        for folder in runs.iterdir():
            with suppress(OSError):
                found.append(((folder / CARD).stat().st_mtime, folder))
    for _, folder in sorted(found, reverse=True):
        with suppress(ExplorerError):
            return read_run(folder)
    return None


def alike(runs: Path, classes: tuple[str, ...]) -> tuple[Kept, ...]:
    """The models that tell these classes apart: those that ship, then the runs with weights, the newest first."""
    found: list[Kept] = []
    with suppress(ExplorerError):
        found += [read_run(find_model(card.name)) for card in shipped()]
    own: list[Kept] = []
    with suppress(OSError):
        for folder in runs.iterdir():
            with suppress(ExplorerError):
                own.append(read_run(folder))
    found += sorted(own, key=lambda kept: kept.when, reverse=True)
    return tuple(
        kept for kept in found if kept.card.classes == classes and kept.card.steps and (kept.folder / WEIGHTS).is_file()
    )


def discard_if_empty(folder: Path) -> None:
    """Remove a run that ended before it began: it holds a network and a card, but nothing that was learnt."""
    if (folder / EVENTS).exists() or (folder / CHECKPOINT).exists():
        return
    with suppress(OSError):
        for name in (NETWORK, CARD):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
