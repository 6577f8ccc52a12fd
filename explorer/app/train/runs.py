"""The folders of runs: naming a new one, finding the last. Knows no Qt and no torch."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from explorer.arch.errors import ExplorerError, UsageError
from explorer.arch.text import number
from explorer.learn.card import CARD, CHECKPOINT, EVENTS, NETWORK, Card, read_card
from explorer.learn.catalog import source


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
        epoch = min(self.card.epochs + 1, self.card.recipe.epochs)
        return (
            f"Continue the run of {when}: {self.card.network} on {title_of(self.card.data)}, "
            f"epoch {number(epoch)} of {number(self.card.recipe.epochs)}"
        )


def title_of(data: str) -> str:
    """The title of a data set; its name if it is unknown here."""
    try:
        return source(data).title
    except UsageError:
        return data


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


def discard_if_empty(folder: Path) -> None:
    """Remove a run that ended before it began: it holds a network and a card, but nothing that was learnt."""
    if (folder / EVENTS).exists() or (folder / CHECKPOINT).exists():
        return
    with suppress(OSError):
        for name in (NETWORK, CARD):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
