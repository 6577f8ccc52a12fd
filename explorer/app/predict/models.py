"""Which trained networks one can choose: those that ship, and the user's own runs. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from explorer.arch.errors import ExplorerError, UsageError
from explorer.arch.text import number
from explorer.learn.card import CARD, WEIGHTS, Card, find_model, read_card, shipped
from explorer.learn.catalog import DIGITS, source


@dataclass(frozen=True)
class Choice:
    """A model one can choose; `title` as in `LeNet-5 on Strokes, 98.1 %`."""

    folder: Path
    card: Card
    title: str
    ships: bool = False

    @property
    def state(self) -> str:
        """How good it is, in a few words."""
        if self.card.accuracy is not None:
            return f"reads {_percent(self.card.accuracy)} of the test digits"
        if self.card.validation_accuracy is not None:
            return f"reads {_percent(self.card.validation_accuracy)} of the validation digits"
        return f"after {number(self.card.steps)} steps"

    @property
    def about(self) -> str:
        """Everything the card says, for a tooltip."""
        kind = "Ships with the program." if self.ships else f"Your run {self.folder.name}."
        return " ".join(word for word in (kind, self.card.about, self.state.capitalize() + ".") if word)


def _percent(share: float) -> str:
    return f"{number(100 * share, 1)} %"


def _title(card: Card) -> str:
    try:
        data = source(card.data).title
    except UsageError:
        data = card.data
    accuracy = card.accuracy if card.accuracy is not None else card.validation_accuracy
    return f"{card.network} on {data}" + (f", {_percent(accuracy)}" if accuracy is not None else "")


def choice(folder: Path, ships: bool = False) -> Choice | None:
    """The model in a folder, if it can be asked about digits: ten classes, trained, with weights."""
    try:
        card = read_card(folder)
    except ExplorerError:
        return None
    if card.classes != DIGITS or card.steps < 1 or not (folder / WEIGHTS).is_file():
        return None
    return Choice(folder, card, _title(card), ships)


def choices(runs: Path, others: Iterable[Path] = ()) -> tuple[Choice, ...]:
    """Shipped models, then runs with the newest first; `others` are runs that lie elsewhere."""
    try:
        ready = tuple(choice(find_model(card.name), ships=True) for card in shipped())
    except ExplorerError:  # a damaged card must not take the user's own runs away
        ready = ()
    folders = dict.fromkeys(path.resolve() for path in (*_runs(runs), *others))
    own = [choice(folder) for folder in sorted(folders, key=_written, reverse=True)]
    return tuple(_told_apart([found for found in (*ready, *own) if found is not None]))


def _runs(folder: Path) -> Iterator[Path]:
    try:
        yield from [path.parent for path in folder.glob(f"*/{CARD}")]
    except OSError:
        return


def _written(folder: Path) -> float:
    try:
        return (folder / WEIGHTS).stat().st_mtime
    except OSError:
        return 0.0


def _told_apart(found: list[Choice]) -> Iterator[Choice]:
    """Models with the same title get their folder's name behind it."""
    titles = [one.title for one in found]
    for one in found:
        twice = titles.count(one.title) > 1
        yield replace(one, title=f"{one.title} · {one.folder.name}") if twice else one
