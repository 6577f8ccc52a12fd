"""Texts to learn to write: sequences of signs, in which each sign is to be guessed from those before it.

A text file is cut into pieces, sign by sign or word by word. A folder of word lists becomes one sequence a word: its
class, its letters, an end sign. Imports no torch.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from explorer.arch.errors import DataError
from explorer.arch.text import number
from explorer.learn.letters import LETTERS
from explorer.learn.lists import MOST_BYTES, PartName, WordLists, read_text

Level = Literal["letters", "words"]

END = "⏎"
"""The sign for the end of a name."""

UNKNOWN = "‹unknown›"
"""Stands for a word that is not in the vocabulary."""

PIECE = 64
"""Signs in a piece of a text."""

MOST_SIGNS = 200
"""Different signs of a text that are kept; the rarest others become a space."""

MOST_WORDS = 5000
"""Words in a vocabulary; the others are unknown."""

LEAST = 1000
"""Signs or words of a text below which there is nothing to learn from."""


@dataclass(frozen=True)
class Corpus:
    """Sequences of places in `signs`. Sign t + 1 is what is to be guessed behind sign t. `level` is what a sign is."""

    signs: tuple[str, ...]
    level: Level
    parts: dict[PartName, tuple[tuple[int, ...], ...]]
    notes: tuple[str, ...] = ()


def signs_of_lists(classes: tuple[str, ...]) -> tuple[str, ...]:
    """The signs of a list's names: letters, the end, and a sign for each class with which its names begin."""
    return (*LETTERS, END, *classes)


def corpus_of_lists(lists: WordLists) -> Corpus:
    """Each word as its class, its letters and the end."""
    first = len(LETTERS) + 1
    parts: dict[PartName, list[tuple[int, ...]]] = {"train": [], "validation": [], "test": []}
    for word in lists.words:
        parts[word.part].append((first + word.label, *word.tokens, len(LETTERS)))
    whole = {name: tuple(rows) for name, rows in parts.items()}
    return Corpus(signs_of_lists(lists.classes), "letters", whole, lists.notes)


def read_corpus(path: Path, level: Level) -> Corpus:
    """A text file, in pieces; every tenth stretch of it is for validation, another for testing.

    Raises `DataError` in one sentence.
    """
    try:
        state = path.stat()
    except OSError:
        raise DataError(f"There is no text {path}.") from None
    if state.st_size > MOST_BYTES:
        raise DataError(f"{path} is larger than {MOST_BYTES // 10**6} MB. Use a part of it.")
    return _read(path, level, state.st_mtime_ns, state.st_size)


def split_text(text: str, level: Level) -> list[str]:
    """A text as its signs: letters with runs of white space as one space, or words and punctuation."""
    plain = re.sub(r"\s+", " ", text)
    return list(plain) if level == "letters" else re.findall(r"\w+(?:['’]\w+)*|[^\w\s]", plain.lower())


@lru_cache(maxsize=4)
def _read(path: Path, level: Level, *_: int) -> Corpus:
    text, note = read_text(path)
    found = split_text(text, level)
    if len(found) < LEAST:
        what = "letters" if level == "letters" else "words"
        raise DataError(f"{path} has {number(len(found))} {what}; at least {number(LEAST)} are needed to learn from.")
    counts = Counter(found)
    most = MOST_SIGNS if level == "letters" else MOST_WORDS
    kept = [sign for sign, _ in counts.most_common(most)]
    other = " " if level == "letters" else UNKNOWN
    signs = tuple(sorted({*kept, other}))
    index = {sign: k for k, sign in enumerate(signs)}
    tokens = [index.get(sign, index[other]) for sign in found]
    notes = [note] if note else []
    rare = sum(count for sign, count in counts.items() if sign not in index)
    if rare:
        notes.append(f"{number(rare)} of {number(len(found))} {level} are rare and count as “{other}”.")
    parts: dict[PartName, list[tuple[int, ...]]] = {"train": [], "validation": [], "test": []}
    # The last sign of a piece is the first of the next: each sign is guessed once.
    for number_, start in enumerate(range(0, len(tokens) - PIECE, PIECE)):
        part: PartName = "validation" if number_ % 10 == 4 else "test" if number_ % 10 == 9 else "train"
        parts[part].append(tuple(tokens[start : start + PIECE + 1]))
    return Corpus(signs, level, {name: tuple(rows) for name, rows in parts.items()}, tuple(notes))
