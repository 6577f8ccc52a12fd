"""Word lists: any folder of .txt files, one class each, one word a line. Imports no torch.

Which part a word falls in follows from its letters alone, so that the same word is always in the same part, in
whatever list and class it stands.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from explorer.arch.errors import DataError
from explorer.arch.storage import reason
from explorer.arch.text import number, plural
from explorer.learn.letters import LONGEST, fold

PartName = Literal["train", "validation", "test"]

MOST_BYTES = 20_000_000
"""A larger file is no list of words."""

MOST_CLASSES = 200

README = "readme"


@dataclass(frozen=True)
class Word:
    """One line of a list: as it stands there, its letters' places in the alphabet, and its class."""

    text: str
    tokens: tuple[int, ...]
    label: int

    @property
    def part(self) -> PartName:
        """Where it belongs: a fifth is for testing, a twentieth for validation."""
        return part_of(self.tokens)


@dataclass(frozen=True)
class WordLists:
    """All words of a folder with their classes; `notes` are sentences on what was odd."""

    classes: tuple[str, ...]
    words: tuple[Word, ...]
    notes: tuple[str, ...]

    def part(self, name: PartName) -> tuple[Word, ...]:
        """The words of one part, in the files' order."""
        return tuple(word for word in self.words if word.part == name)


@lru_cache(maxsize=65536)
def part_of(tokens: tuple[int, ...]) -> PartName:
    """The part of a word: by a hash of its letters."""
    place = int(hashlib.sha1(bytes(tokens), usedforsecurity=False).hexdigest()[:8], 16) % 20
    return "test" if place < 4 else "validation" if place == 4 else "train"


def files_of(folder: Path) -> tuple[Path, ...]:
    """The lists in a folder, by name; a file called readme is none."""
    try:
        found = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".txt" and p.is_file())
    except OSError as error:
        raise DataError(f"The folder {folder} cannot be read: {reason(error)}.") from None
    return tuple(p for p in found if not p.name.startswith(".") and p.stem.lower() != README)


def classes_of(folder: Path) -> tuple[str, ...]:
    """The classes in a folder: the names of its .txt files. Raises `DataError` if there are fewer than two."""
    files = files_of(folder)
    if len(files) < 2:
        what = f"only {files[0].name}" if files else "no .txt file"
        raise DataError(f"{folder} holds {what}. At least two lists are needed: one .txt file a class, a word a line.")
    if len(files) > MOST_CLASSES:
        raise DataError(f"{folder} holds {number(len(files))} lists; at most {MOST_CLASSES} classes are possible.")
    return tuple(path.stem for path in files)


def read_lists(folder: Path) -> WordLists:
    """Read a folder; what was read before and has not changed is not read again.

    Files are UTF-8; one that is not is read as Latin-1, with a note. An empty file has no words, with a note.
    Raises `DataError` in one sentence: fewer than two lists with words, a file that cannot be read or is too large.
    """
    classes_of(folder)
    stamps = []
    for path in files_of(folder):
        try:
            state = path.stat()
        except OSError as error:
            raise DataError(f"{path} cannot be read: {reason(error)}.") from None
        if state.st_size > MOST_BYTES:
            raise DataError(f"{path} is larger than {MOST_BYTES // 10**6} MB: it is no list of words.")
        stamps.append((path, state.st_mtime_ns, state.st_size))
    return _read(folder, tuple(stamps))


@lru_cache(maxsize=8)
def _read(folder: Path, stamps: tuple[tuple[Path, int, int], ...]) -> WordLists:
    notes: list[str] = []
    words: list[Word] = []
    odd: Counter[str] = Counter()
    touched = lost = long = 0
    classes = tuple(path.stem for path, *_ in stamps)
    for label, (path, *_) in enumerate(stamps):
        text, note = read_text(path)
        notes += [note] if note else []
        count = len(words)
        for line in text.splitlines():
            folded = fold(line)
            odd.update(folded.unknown)
            touched += bool(folded.unknown)
            lost += bool(folded.signs) and not folded.tokens
            long += folded.cut
            if folded.tokens:
                words.append(Word(line.strip(), folded.tokens, label))
        if len(words) == count:
            notes.append(f"{path.name} holds no words.")
    full = {word.label for word in words}
    if len(full) < 2:
        there = f"holds words of {classes[min(full)]} only" if full else "holds no words"
        latin = " in Latin letters" if touched else ""
        raise DataError(f"{folder} {there}. At least two lists with words{latin} are needed.")
    if touched:
        signs = ", ".join(f"“{sign}”" for sign, _ in odd.most_common(5))
        notes.append(
            f"{plural(touched, 'word')} with signs outside the 57 letters ({signs}): these signs are not read."
        )
    if lost:
        notes.append(f"{plural(lost, 'word')} of such signs alone {'is' if lost == 1 else 'are'} left out.")
    if long:
        notes.append(f"{plural(long, 'word')} longer than {LONGEST} letters: only the first {LONGEST} are read.")
    where: dict[tuple[int, ...], set[int]] = {}
    for word in words:
        where.setdefault(word.tokens, set()).add(word.label)
    shared = sum(len(labels) > 1 for labels in where.values())
    if shared:
        several = "several classes: they count in each."
        notes.append(f"{plural(shared, 'word')} {'stands' if shared == 1 else 'stand'} in {several}")
    return WordLists(classes, tuple(words), tuple(notes))


def read_text(path: Path) -> tuple[str, str]:
    """A text file as UTF-8, else as Latin-1 with a note. Raises `DataError` if it cannot be read or is no text."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {reason(error)}.") from None
    if b"\0" in data:
        raise DataError(f"{path} is no text file.")
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return data.decode("latin-1"), f"{path.name} is not UTF-8; it was read as Latin-1."
