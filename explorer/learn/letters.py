"""The 57 letters that names are written in, and how other letters fold to them. Imports no torch."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

LETTERS = string.ascii_letters + " .,;'"
"""The alphabet of the names (Robertson 2017): 52 letters and five signs."""

LANGUAGES = (
    "Arabic", "Chinese", "Czech", "Dutch", "English", "French", "German", "Greek", "Irish", "Italian", "Japanese",
    "Korean", "Polish", "Portuguese", "Russian", "Scottish", "Spanish", "Vietnamese",
)  # fmt: skip
"""The languages of the names, in the lecture's order."""

LONGEST = 200
"""Most letters of a word that are read."""

_ALIKE = {
    "ß": "ss", "ẞ": "SS", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D",
    "þ": "th", "Þ": "Th", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "n",
    "ŧ": "t", "Ŧ": "T", "ə": "e", "Ə": "E", "ơ": "o", "ư": "u", "’": "'", "‘": "'", "ʼ": "'", "ʻ": "'", "`": "'",
    "´": "'", "\u00a0": " ", "\u202f": " ",
}  # fmt: skip
"""Letters that Unicode does not take apart into a letter and its accents."""

_INDEX = {letter: k for k, letter in enumerate(LETTERS)}


@dataclass(frozen=True)
class Sign:
    """One letter as it was typed, and what it folds to: "é" → "e", "ß" → "ss", "ж" → "" (it has no fold)."""

    typed: str
    folded: str

    @property
    def known(self) -> bool:
        """Whether a network for names can read it."""
        return bool(self.folded)


@dataclass(frozen=True)
class Folded:
    """A word, sign by sign. `cut` says that it was longer than `LONGEST` letters."""

    signs: tuple[Sign, ...]
    cut: bool = False

    @cached_property
    def text(self) -> str:
        """The word in the 57 letters."""
        return "".join(sign.folded for sign in self.signs)

    @property
    def typed(self) -> str:
        """The word as it was typed, each accent joined to its letter."""
        return "".join(sign.typed for sign in self.signs)

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """The signs that have no fold, each once, in order."""
        return tuple(dict.fromkeys(sign.typed for sign in self.signs if not sign.known))

    @property
    def tokens(self) -> tuple[int, ...]:
        """The place in `LETTERS` of each letter of `text`."""
        return tuple(_INDEX[letter] for letter in self.text)

    @property
    def remark(self) -> str:
        """One sentence on what cannot be read, or empty."""
        parts = []
        if self.unknown:
            shown = ", ".join(f"“{sign}”" for sign in self.unknown[:5]) + (" …" if len(self.unknown) > 5 else "")
            many = len(self.unknown) > 1
            parts.append(
                f"{shown} {'are' if many else 'is'} not among the {len(LETTERS)} letters; the network does not see "
                f"{'them' if many else 'it'}."
            )
        if self.cut:
            parts.append(f"Only the first {LONGEST} letters are read.")
        return " ".join(parts)


def fold(text: str) -> Folded:
    """The word without accents: NFD decomposition, then letters such as ł and ß. Spaces around it are left out."""
    signs: list[Sign] = []
    letters = 0
    plain = unicodedata.normalize("NFC", text[: 20 * LONGEST]).strip()
    for typed in _joined(plain):
        folded = "".join(_plain(typed))
        if letters + len(folded) > LONGEST or len(signs) == LONGEST:
            return Folded(tuple(signs), cut=True)
        signs.append(Sign(typed, folded))
        letters += len(folded)
    return Folded(tuple(signs), cut=len(text) > 20 * LONGEST)


def _joined(text: str) -> Iterator[str]:
    """Letters, each with the marks that follow it."""
    current = ""
    for sign in text:
        if current and (unicodedata.combining(sign) or sign in "\u200d\ufe0f" or current.endswith("\u200d")):
            current += sign
            continue
        if current:
            yield current
        current = sign
    if current:
        yield current


def _plain(sign: str) -> Iterator[str]:
    for part in unicodedata.normalize("NFD", sign):
        for letter in _ALIKE.get(part, part):
            if letter in _INDEX:
                yield letter


def word_of(tokens: Iterable[int]) -> str:
    """The word whose letters have these places in `LETTERS`."""
    return "".join(LETTERS[token] for token in tokens)
