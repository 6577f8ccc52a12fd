"""Which trained networks one can choose: those that ship, and the user's own runs. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from explorer.arch.errors import ExplorerError
from explorer.arch.text import number
from explorer.learn.card import CARD, WEIGHTS, Card, find_model, read_card, shipped
from explorer.learn.catalog import DIGITS, SOURCES, Source, parted, source
from explorer.learn.catalog import Kind as Kind

VERBS: dict[Kind, str] = {"pictures": "reads", "words": "right for", "text": "guesses"}
"""What is said of a network and the share of samples that it gets right, for each kind."""


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
        card = self.card
        if card.accuracy is not None:
            return f"{VERBS[card.kind]} {_percent(card.accuracy)} of the test {samples(card)}"
        if card.validation_accuracy is not None:
            return f"{VERBS[card.kind]} {_percent(card.validation_accuracy)} of the validation {samples(card)}"
        return f"after {number(card.steps)} steps"

    @property
    def about(self) -> str:
        """Everything the card says, for a tooltip."""
        kind = "Ships with the program." if self.ships else f"Your run {self.folder.name}."
        return " ".join(word for word in (kind, self.card.about, self.state.capitalize() + ".") if word)


def _percent(share: float) -> str:
    return f"{number(100 * share, 1)} %"


def known_source(card: Card) -> Source | None:
    """The data a model has learnt from, if they have a name; folders and files are not read for this."""
    plain = parted(card.data)[0]
    return source(card.data) if plain in {one.name for one in SOURCES} else None


def samples(card: Card) -> str:
    """What a model's samples are called, several of them: digits, names, words, letters."""
    kind, data = card.kind, known_source(card)
    if kind == "pictures":
        return "digits"
    if kind == "text":
        return "words" if card.data.endswith("#words") else "letters"
    return f"{data.unit}s" if data else "words"


def data_title(card: Card) -> str:
    """What the data are called: a title, or the name of a folder or a file."""
    if (data := known_source(card)) is not None:
        return data.title
    place, mark, ending = parted(card.data)
    name = Path(place).stem or card.data
    if not mark or card.kind != "text":
        return name
    return f"{name}, {ending if place.lower().endswith('.txt') else 'to write'}"


def _title(card: Card) -> str:
    accuracy = card.accuracy if card.accuracy is not None else card.validation_accuracy
    return f"{card.network} on {data_title(card)}" + (f", {_percent(accuracy)}" if accuracy is not None else "")


def choice(folder: Path, kind: Kind = "pictures", ships: bool = False) -> Choice | None:
    """The model in a folder, if it can be asked about this kind: trained, with weights; pictures are of ten digits."""
    try:
        card = read_card(folder)
    except ExplorerError:
        return None
    if card.kind != kind or (kind == "pictures" and card.classes != DIGITS):
        return None
    if card.steps < 1 or not (folder / WEIGHTS).is_file():
        return None
    return Choice(folder, card, _title(card), ships)


def choices(runs: Path, others: Iterable[Path] = (), kind: Kind = "pictures") -> tuple[Choice, ...]:
    """Shipped models, then runs with the newest first; `others` are runs that lie elsewhere."""
    try:
        ready = tuple(choice(find_model(card.name), kind, ships=True) for card in shipped())
    except ExplorerError:  # a damaged card must not take the user's own runs away
        ready = ()
    if kind == "words":  # the best one reads first
        ready = tuple(sorted(ready, key=lambda found: -(found.card.balanced_accuracy or 0) if found else 0))
    folders = dict.fromkeys(path.resolve() for path in (*_runs(runs), *others))
    own = [choice(folder, kind) for folder in sorted(folders, key=_written, reverse=True)]
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
