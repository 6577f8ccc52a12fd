"""The small trained examples of the wirings: what each is, and how to read it from its folder. Imports no torch.

example = load("many-to-one")
example.wired                  # for `explain.recurrent.wired.play`
example.card.accuracy          # on texts that it never saw while it was trained

The weights lie in `resources/wirings/NAME`. They are made again, in a few minutes, with

    python -m explorer.learn.toys resources/wirings
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from explorer.arch.errors import RunError, UsageError, nearest
from explorer.arch.resources import resource
from explorer.arch.storage import reason, write_atomic
from explorer.explain.recurrent.cell import GATES, Cell, Kind, Output
from explorer.explain.recurrent.layered import Layered, layered
from explorer.explain.recurrent.reading import Split
from explorer.explain.recurrent.study import Trained
from explorer.explain.recurrent.wired import Wired, Wiring
from explorer.learn import toys_data as data
from explorer.learn.letters import LANGUAGES

Name = Literal[Wiring, "noise"]

FORMAT = 1
CARD, WEIGHTS = "card.json", "weights.safetensors"
FOLDER = "wirings"


@dataclass(frozen=True)
class Toy:
    """One example, as it is trained. `about` says what it was trained on; its accuracy counts the `counted` in `kept`.

    `kind`, `hidden`, `layers`, `both` and `embedding` (0: one-hot) are its size; `rate`, `batch` and `epochs` how
    Adam trains it, from `seed`. `tries` are texts to begin with.
    """

    name: Name
    task: str
    about: str
    counted: str
    kept: str
    tries: tuple[str, ...]
    signs: tuple[str, ...]
    classes: tuple[str, ...]
    split: Split = "letters"
    kind: Kind = "GRU"
    hidden: int = 32
    layers: int = 1
    both: bool = False
    embedding: int = 0
    longest: int = 24
    writes: int = 0
    end: str = ""
    rate: float = 0.01
    batch: int = 64
    epochs: int = 20
    seed: int = 0


_GRAMMAR = "800 sentences of a little grammar with 42 words, made for this example"

TOYS: dict[Name, Toy] = {
    toy.name: toy
    for toy in (
        Toy(
            "one-to-one", "Letter → vowel or consonant",
            "the 26 letters; there are no others, so none could be held out", "letters", "letters",
            ("e", "k", "u"),
            data.SMALL_SIGNS, ("vowel", "consonant"), "whole",
            "RNN", 4, longest=1, epochs=120, batch=26, rate=0.05,
        ),
        Toy(
            "one-to-many", "Language → name",
            "names in 18 languages; it writes the likeliest letter each time", "letters", "names",
            ("Italian", "Russian", "Japanese", "Dutch", "Vietnamese"),
            (*LANGUAGES, *data.NAME_SIGNS), (*data.NAME_SIGNS, data.END), "whole",
            "GRU", 64, longest=1, writes=16, end=data.END, epochs=12, batch=256, rate=0.006,
        ),
        Toy(
            "many-to-one", "Name → language",
            "names in 18 languages, each drawn equally often", "names", "names",
            ("Pelaez", "Lukashenko", "Nakamura", "Papadopoulos", "O'Brien"),
            data.NAME_SIGNS, LANGUAGES, "letters",
            "GRU", 64, epochs=16, batch=256, rate=0.006,
        ),
        Toy(
            "many-to-many", "Words → parts of speech",
            _GRAMMAR, "words", "sentences",
            ("she saw the saw", "she painted her letter", "she painted her", "the painted boat slept"),
            data.WORDS, data.TAGS, "words",
            "RNN", 16, embedding=8, longest=16, epochs=30, batch=32,
        ),
        Toy(
            "delayed", "3 march 1998 → 1998-03-03",
            "12 000 days from 1900 to 2099", "whole dates", "dates",
            ("3 march 1998", "24 december 2024", "9 november 1989", "31 february 1950"),
            data.DATE_SIGNS, data.STAMP_SIGNS, "letters",
            "GRU", 64, longest=24, writes=10, epochs=40, batch=128, rate=0.005,
        ),
        Toy(
            "bidirectional", "Words → parts of speech",
            _GRAMMAR, "words", "sentences",
            ("she painted her letter", "she painted her", "the old man the boat", "the old man slept"),
            data.WORDS, data.TAGS, "words",
            "RNN", 16, both=True, embedding=8, longest=16, epochs=30, batch=32,
        ),
        Toy(
            "stacked", "Brackets → which must close next",
            "4 000 rows of 2 to 14 brackets, at most 4 open at a time", "steps", "rows",
            ("([()])[", "[(])", "((((", "((((("),
            (*data.OPEN, *data.CLOSE), data.BRACKET_CLASSES, "letters",
            "LSTM", 20, layers=2, longest=24, epochs=12, batch=64,
        ),
        Toy(
            "noise", "Noise → random labels",
            "1 000 random sequences of 10 steps with random labels", "sequences", "sequences",
            (), (), ("0", "1"), "whole",
            "LSTM", 50, layers=2, epochs=20, batch=64, seed=2,
        ),
    )
}  # fmt: skip
"""All examples: one for each wiring, and the one that learns noise by heart."""


class Curve(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How training went: after each epoch the mean loss, and the share (0…1) that is right, train and held-out."""

    loss: tuple[float, ...] = ()
    held_loss: tuple[float, ...] = ()
    accuracy: tuple[float, ...] = ()
    held_accuracy: tuple[float, ...] = ()


@dataclass(frozen=True)
class Epoch:
    """What one epoch of `toys_train.learn_noise` gave: its number (0: before training), losses, shares right (0…1)."""

    epoch: int
    of: int
    loss: float
    held_loss: float
    accuracy: float
    held_accuracy: float


class ToyCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a trained example says of itself. Accuracies lie in 0…1; `None` where nothing was held out."""

    name: str
    about: str
    how: str
    """Cell, size, optimiser, epochs, in words."""
    parameters: int
    train_count: int
    held_count: int
    counted: str
    kept: str
    train_accuracy: float
    accuracy: float | None = None
    seed: int = 0
    curve: Curve = Curve()
    command: str = ""
    format: int = FORMAT


@dataclass(frozen=True, eq=False)
class Example:
    """A trained example: its declaration, its card, and its parts (`None` for the noise, which has only curves)."""

    toy: Toy
    card: ToyCard
    wired: Wired | None


def folder_of(name: Name) -> Path:
    """Where an example that ships lies."""
    return resource(FOLDER, name)


def load(name: Name, folder: Path | None = None) -> Example:
    """Read an example that ships, or the one in `folder`. Raises `RunError` in one sentence."""
    folder = folder or folder_of(name)
    card = read_card(folder)
    if name == "noise":
        return Example(TOYS[name], card, None)
    path = folder / WEIGHTS
    try:
        arrays = load_file(path)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {reason(error)}. Install the program again.") from None
    except SafetensorError:
        raise RunError(f"{path} is damaged. Install the program again.") from None
    return Example(TOYS[name], card, wired(name, arrays))


def tagger() -> Trained:
    """The example that names the part of speech of each word, as a model to unroll. Raises as `load` does."""
    name: Name = "many-to-many"
    toy, made = TOYS[name], load(name).wired
    assert made is not None
    return Trained("Part-of-speech tagger", str(folder_of(name)), made.model, toy.classes, toy.signs, "words")


def read_card(folder: Path) -> ToyCard:
    """The card in a folder. Raises `RunError` in one sentence."""
    path = folder / CARD
    try:
        return msgspec.json.decode(path.read_bytes(), type=ToyCard)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {reason(error)}. Install the program again.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RunError(f"{path} is damaged. Install the program again.") from None


def wired(name: Name, arrays: Mapping[str, NDArray[Any]]) -> Wired:
    """An example from its arrays, named as its modules are (`cell.weight_ih_l0`, `output.weight`, …).

    Raises `RunError` if some are missing or do not fit.
    """
    toy = TOYS[name]
    if name == "noise":
        raise RunError("The noise has curves only.")
    try:
        output = Output(_float(arrays["output.weight"]), _float(arrays["output.bias"]), names=toy.classes)
        embedding = arrays.get("embedding.weight")
        if name == "one-to-one":
            model = Layered(((_plain(_float(arrays["hidden.weight"]), _float(arrays["hidden.bias"])),),), output)
        else:
            model = layered(toy.kind, _under(arrays, "cell."), output=output, embedding=embedding)
        decoder = None
        if name == "delayed":
            decoder = layered(toy.kind, _under(arrays, "decoder."), output=output)
            model = Layered(model.cells)
        return Wired(
            name, model, toy.signs, toy.classes, toy.split, toy.longest, decoder, toy.writes, toy.end,
        )  # fmt: skip
    except KeyError as error:
        raise RunError(f"The example {name} has no weights “{error.args[0]}”. Install the program again.") from None
    except ValueError as error:
        raise RunError(f"The weights of the example {name} do not fit together: {error}.") from None


def _plain(weight: NDArray[np.float64], bias: NDArray[np.float64]) -> Cell:
    """A layer of a plain network as a cell that has no use for its old state."""
    hidden = len(bias)
    kind: Kind = "RNN"
    gates = len(GATES[kind])
    return Cell(kind, weight[None], np.zeros((gates, hidden, hidden)), bias[None], np.zeros((gates, hidden)))


def _under(arrays: Mapping[str, NDArray[Any]], start: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(start): values for name, values in arrays.items() if name.startswith(start)}


def _float(values: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(values, np.float64)


def save(card: ToyCard, arrays: Mapping[str, NDArray[np.float32]], folder: Path) -> None:
    """Write an example's folder. Raises `OSError`."""
    from safetensors.numpy import save as packed

    folder.mkdir(parents=True, exist_ok=True)
    if arrays:
        write_atomic(folder / WEIGHTS, packed(dict(arrays)))
    write_atomic(folder / CARD, msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")


def strange(name: Name, text: str) -> str:
    """A sentence if a text is unlike all that the example was trained on, else empty. It is answered all the same."""
    if name == "delayed" and not data.is_date(text):
        return "That is no day from 1900 to 2099, written as “3 march 1998”. The network answers all the same."
    if name == "stacked" and data.depth(text.strip()) > data.DEEPEST:
        return f"More than {data.DEEPEST} brackets are open at a time. In training there never were."
    return ""


def main(arguments: list[str]) -> int:
    """`python -m explorer.learn.toys OUT [NAME …]`: train the examples anew and write their folders into OUT.

    The same seed gives the same weights on one machine. It takes about three minutes. Returns the exit status.
    """
    if not arguments:
        print("Say where to: python -m explorer.learn.toys OUT [NAME …]", file=sys.stderr)
        return UsageError.status
    import torch

    from explorer.learn.toys_train import train_example

    torch.set_num_threads(1)  # as fast for models this small, and the same on any number of cores
    out, wanted = Path(arguments[0]), arguments[1:] or list(TOYS)
    for name in wanted:
        if name not in TOYS:
            print(f"There is no example “{name}”.{nearest(name, TOYS)}", file=sys.stderr)
            return UsageError.status
    for name in wanted:
        made = train_example(name)  # type: ignore[arg-type]
        save(made.card, made.arrays, out / name)
        right = made.card.train_accuracy if made.card.accuracy is None else made.card.accuracy
        print(f"{name}: {100 * right:.1f} % of {made.card.counted} right")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
