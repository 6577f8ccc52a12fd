"""What a run's or a shipped model's folder says of itself. Imports no torch.

network.json           the network
card.json              data, recipe, accuracy (this module)
weights.safetensors    the last good weights
checkpoint.safetensors weights, optimiser and position, to continue from (runs only)
events.jsonl           what happened, one event a line (runs only)
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace

from explorer.arch.analysis import analyse
from explorer.arch.errors import RunError, UsageError, nearest
from explorer.arch.network import Network
from explorer.arch.resources import resource
from explorer.arch.storage import reason, write_atomic
from explorer.arch.text import plural, times
from explorer.learn.catalog import Kind
from explorer.learn.recipe import Recipe

FORMAT = 1

NETWORK, CARD, WEIGHTS, CHECKPOINT, EVENTS = (
    "network.json",
    "card.json",
    "weights.safetensors",
    "checkpoint.safetensors",
    "events.jsonl",
)


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model's card. Accuracies lie in 0…1; `None` means not measured yet."""

    name: str
    network: str
    data: str
    classes: tuple[str, ...]
    """What the network tells apart; of a text, the signs it may write."""
    recipe: Recipe
    parameters: int
    steps: int = 0
    of_steps: int = 0
    epochs: int = 0
    validation_accuracy: float | None = None
    accuracy: float | None = None
    balanced_accuracy: float | None = None
    about: str = ""
    command: str = ""
    made_with: str = ""
    signs: tuple[str, ...] = ()
    """What the tokens of its sequences stand for; none for pictures."""
    format: int = FORMAT

    @property
    def kind(self) -> Kind:
        """What the model reads: pictures, words of a class, or a text whose next sign it guesses."""
        if not self.signs:
            return "pictures"
        return "text" if self.signs == self.classes else "words"


def save_card(card: Card, folder: Path) -> None:
    """Write `card.json`. Raises `OSError`."""
    write_atomic(folder / CARD, msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")


def read_card(folder: Path) -> Card:
    """The card of a run or a shipped model. Raises `RunError` in one sentence."""
    path = folder / CARD
    try:
        card = msgspec.json.decode(path.read_bytes(), type=Card)
    except FileNotFoundError:
        raise RunError(f"{folder} is not a run: it has no {CARD}.") from None
    except OSError as error:
        raise RunError(f"{path} cannot be read: {reason(error)}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text = str(error).replace(" - at `$", " at `")
        raise RunError(f"{path} is damaged or from another version: {text}.") from None
    if card.format > FORMAT:
        raise RunError(f"{path} was written by a newer version of Neural Net Explorer. Update the program to open it.")
    return replace(card, name=folder.resolve().name)  # a folder may have been copied or renamed


def check_classes(card: Card, network: Network, folder: Path) -> None:
    """See that the network gives one number for each of the card's classes. Raises `RunError`."""
    output = analyse(network).output
    if output is not None and output[-1:] != (len(card.classes),):
        raise RunError(
            f"{folder} does not fit together: its network ends in {times(output)}, "
            f"its {CARD} names {plural(len(card.classes), 'class', 'classes')}."
        )


def shipped() -> tuple[Card, ...]:
    """The cards of the models that ship, in alphabetical order."""
    folder = resource("models")
    return tuple(read_card(path.parent) for path in sorted(folder.glob(f"*/{CARD}")))


def find_model(word: str) -> Path:
    """The folder of a shipped model's name or of a run. Raises `UsageError` with the nearest name."""
    names = tuple(card.name for card in shipped())
    if word in names:
        return resource("models", word)
    path = Path(word)
    if (path / CARD).is_file():
        return path
    if path.is_dir():
        raise UsageError(f"{path} is a folder, but not a run: it has no {CARD}.")
    raise UsageError(f"There is no model or run “{word}”.{nearest(word, names)}")
