"""The data sets there are, and where they lie. Imports no torch.

Besides those with a name, any folder of .txt files is one (a class a file, a word a line), and any .txt file is a
text to learn to write: NAME#letters and NAME#words say that a network shall guess the next letter or word.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path

from explorer.arch.errors import DataError, UsageError, nearest
from explorer.arch.resources import resource
from explorer.arch.shape import Shape, T
from explorer.learn.corpus import Corpus, Level, corpus_of_lists, read_corpus, signs_of_lists
from explorer.learn.letters import LANGUAGES, LETTERS
from explorer.learn.lists import classes_of, files_of, read_lists

APP = "neural-net-explorer"

DIGITS = tuple("0123456789")

MNIST_FILES = {
    "train-images-idx3-ubyte": 47_040_016,
    "train-labels-idx1-ubyte": 60_008,
    "t10k-images-idx3-ubyte": 7_840_016,
    "t10k-labels-idx1-ubyte": 10_008,
}
"""Names and sizes in bytes of the unpacked MNIST files, as they lie in `MNIST/raw`."""


Kind = Literal["pictures", "words", "text"]
"""What a sample is: a picture of a class, a word of a class, or a text each of whose signs is to be guessed."""


@dataclass(frozen=True)
class Source:
    """A data set one can choose. `shape` is that of one sample; counts are of samples, 0 where they are not known yet.

    `unit` is what a sample is called. For sequences, `signs` are what their tokens stand for, and `lists` says where
    the word lists lie, or the text, given the data folder. A text's classes are its signs.
    """

    name: str
    title: str
    about: str
    shape: Shape
    classes: tuple[str, ...]
    train: int
    validation: int
    test: int
    on_disk: Callable[[Path], bool]
    kind: Kind = "pictures"
    unit: str = "image"
    signs: tuple[str, ...] = ()
    lists: Callable[[Path], Path] | None = None
    level: Level = "letters"


TUTORIAL = "names-tutorial"


def tutorial_folder(folder: Path) -> Path:
    """Where the tutorial's lists lie: in a folder `names-tutorial`, in `names`, as its archive has them, or here."""
    own = folder / TUTORIAL
    return next((place for place in (own, folder / "names", folder) if _are_names(place)), own)


def _are_names(folder: Path) -> bool:
    return all((folder / f"{language}.txt").is_file() for language in LANGUAGES)


def _names(name: str, title: str, about: str, lists: Callable[[Path], Path]) -> Source:
    return Source(
        name, title, about, (T, len(LETTERS)), LANGUAGES, 0, 0, 0,
        lambda folder: _are_names(lists(folder)), "words", "name", tuple(LETTERS), lists,
    )  # fmt: skip


def writing(source: Source) -> Source:
    """The same words, to be learnt to write: the class, the letters, the end."""
    signs = signs_of_lists(source.classes)
    return replace(
        source,
        name=f"{source.name}#letters",
        title=f"{source.title}, letter by letter",
        about=f"The same {source.unit}s; each letter is guessed from the class and the letters before it.",
        shape=(T,),
        classes=signs,
        kind="text",
        signs=signs,
    )


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
    _names(
        "names",
        "Names",
        "Surnames of 18 languages, written for this program. Nothing to download.",
        lambda _: resource("names"),
    ),
    _names(
        TUTORIAL,
        "Names of the tutorial",
        "20 000 surnames of 18 languages from a PyTorch tutorial (Robertson 2017). A download of 3 MB.",
        tutorial_folder,
    ),
)


def source(name: str) -> Source:
    """The data set called `name`, or in the folder or text file of that path.

    Raises `UsageError` with the nearest name, `DataError` if what lies there is no data set.
    """
    plain, _, ending = parted(name)
    for candidate in SOURCES:
        if candidate.name == plain and (not ending or (ending == "letters" and candidate.kind == "words")):
            return writing(candidate) if ending else candidate
    path = Path(plain).expanduser()
    if path.is_dir() and ending in ("", "letters"):
        return writing(_folder(path)) if ending else _folder(path)
    if path.suffix.lower() == ".txt" and path.is_file() and ending in ("", "letters", "words"):
        return _text(path, "words" if ending == "words" else "letters")
    if path.is_absolute() or os.sep in plain or path.suffix:
        raise DataError(f"There is no folder of word lists and no .txt file {plain}.")
    raise UsageError(f"There is no data set “{name}”.{nearest(name, (s.name for s in SOURCES))}")


def parted(name: str) -> tuple[str, str, str]:
    """A data set's name or path, and "#" with what is to be guessed, if that is said: a folder may have a # in it."""
    plain, mark, ending = name.rpartition("#")
    return (plain, mark, ending) if ending in ("letters", "words") and plain else (name, "", "")


def resolve(name: str, given: Path | None) -> str:
    """The name under which a run keeps its data: “names” in a folder given that has the tutorial's lists are those."""
    plain, mark, ending = parted(name)
    if plain == "names" and given is not None and _are_names(tutorial_folder(given)):
        return f"{TUTORIAL}{mark}{ending}"
    if (path := Path(plain).expanduser()).exists() and plain not in {s.name for s in SOURCES}:
        return f"{path.resolve()}{mark}{ending}"
    return name


def _folder(path: Path) -> Source:
    path = path.resolve()
    classes = classes_of(path)
    return Source(
        str(path), path.name, f"Words of {len(classes)} classes, one file each, in {path}.",
        (T, len(LETTERS)), classes, 0, 0, 0,
        lambda _: bool(files_of(path)), "words", "word", tuple(LETTERS), lambda _: path,
    )  # fmt: skip


def _text(path: Path, level: Level) -> Source:
    path = path.resolve()
    signs = read_corpus(path, level).signs
    return Source(
        f"{path}#{level}", f"{path.stem}, {level}", f"The text in {path}; each of its {level} is guessed.",
        (T,), signs, 0, 0, 0, lambda _: path.is_file(), "text", "piece", signs, lambda _: path, level,
    )  # fmt: skip


def corpus(chosen: Source, folder: Path) -> Corpus:
    """The sequences of a text source, read from where it lies. Raises `DataError`."""
    assert chosen.lists is not None
    place = chosen.lists(folder)
    return read_corpus(place, chosen.level) if place.is_file() else corpus_of_lists(read_lists(place))


def counted(chosen: Source, folder: Path) -> Source:
    """The source with the counts of its samples, where they are on disk and can be read."""
    if chosen.lists is None or not chosen.on_disk(folder):
        return chosen
    try:
        if chosen.kind == "text":
            parts = corpus(chosen, folder).parts
            train, validation, test = (len(parts[name]) for name in ("train", "validation", "test"))
        else:
            lists = read_lists(chosen.lists(folder))
            train, validation, test = (len(lists.part(name)) for name in ("train", "validation", "test"))
    except DataError:
        return chosen
    return replace(chosen, train=train, validation=validation, test=test)


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
