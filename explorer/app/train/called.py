"""What a data set is called and holds, from its name in a recipe alone: nothing is read from a disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from explorer.learn.catalog import SOURCES, Kind, Source, parted, writing


@dataclass(frozen=True)
class Called:
    """The title, the kind, and what a sample is called; `known` if it is one of the program's own data sets."""

    title: str
    kind: Kind = "pictures"
    unit: str = "image"
    known: bool = True

    @property
    def noun(self) -> str:
        """What is right or wrong: digits for pictures, else the samples."""
        return "digit" if self.kind == "pictures" else self.unit

    @property
    def answer(self) -> str:
        """What an accuracy counts: of a text, its signs."""
        return "sign" if self.kind == "text" else self.unit


@lru_cache(maxsize=256)
def called(data: str) -> Called:
    """How to speak of a data set."""
    mine = own(data)
    if mine is not None:
        return Called(mine.title, mine.kind, mine.unit)
    plain, _, ending = parted(data)
    path = PurePath(plain)
    if path.suffix.lower() == ".txt":
        return Called(f"{path.stem}, {ending or 'letters'}", "text", "piece", known=False)
    if ending == "letters":
        return Called(f"{path.name}, letter by letter", "text", "word", known=False)
    if path.is_absolute():
        return Called(path.name, "words", "word", known=False)
    return Called(data, known=False)


def own(data: str) -> Source | None:
    """One of the program's own data sets, or the same to be learnt to write; else `None`."""
    plain, mark, ending = parted(data)
    for each in SOURCES:
        if each.name == plain and not mark:
            return each
        if each.name == plain and ending == "letters" and each.kind == "words":
            return writing(each)
    return None
