"""How a text that is typed becomes tokens: cut into letters or words, each of which has to be known.

parts("She saw the saw.", "words")              # ("She", "saw", "the", "saw")
tokens("she saw", "words", ("saw", "she"))      # (1, 0)
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence
from typing import Literal

from explorer.arch.errors import UsageError
from explorer.arch.text import number, plural

Split = Literal["letters", "words", "whole"]
"""What one step reads: a letter, a word, or the whole text."""

KIND: dict[Split, str] = {"letters": "letter", "words": "word", "whole": "word"}
"""What such a part is called."""

SHOWN = 3
"""Unknown parts that are named in one sentence."""


def parts(text: str, split: Split) -> tuple[str, ...]:
    """What the steps read; words without what punctuates them."""
    plain_text = unicodedata.normalize("NFC", text).strip()
    if split == "letters":
        return tuple(plain_text)
    if split == "whole":
        return (plain_text,) if plain_text else ()
    return tuple(word for word in (part.strip('.,;:!?“”"') for part in plain_text.split()) if word)


def tokens(
    text: str, split: Split, signs: Sequence[str], *, typed: Sequence[str] = (), longest: int, some: int | None = None
) -> tuple[int, ...]:
    """The tokens of a text: token k is `signs[k]`. Accents and capitals that are not known are left out.

    Only signs in `typed` (empty: all) may be typed. Raises `UsageError` in one sentence for nothing, for more than
    `longest`, and for what is not known; it names all that is known, or `some` examples.
    """
    kind, cut, allowed = KIND[split], parts(text, split), typed or signs
    if not cut:
        raise UsageError(f"There is nothing to read yet. Type {_article(kind)} {kind}.")
    if len(cut) > longest:
        raise UsageError(f"At most {plural(longest, kind)} are read here, not {number(len(cut))}.")
    index = {sign: k for k, sign in enumerate(signs)}
    index = {sign.lower(): k for sign, k in index.items()} | index
    found, unknown = list[int](), dict[str, None]()
    for part in cut:
        token = next((index[one] for one in _spellings(part) if one in index), None)
        if token is None or signs[token] not in allowed:
            unknown[part] = None
        else:
            found.append(token)
    if unknown:
        raise UsageError(_unknown(tuple(unknown), split, allowed, some))
    return tuple(found)


def listed(signs: Sequence[str]) -> str:
    """Signs in words: `a, the, dog`; letters in a row are shortened to `a to z`."""
    return ", ".join(_ranges(signs))


def sign_shown(sign: str) -> str:
    """A sign that can be seen: a blank by its name."""
    return "space" if sign == " " else sign


def _unknown(unknown: tuple[str, ...], split: Split, known: Sequence[str], some: int | None) -> str:
    named = ", ".join(f"“{part[:24]}”" for part in unknown[:SHOWN]) + (" …" if len(unknown) > SHOWN else "")
    verb, near = "is" if len(unknown) == 1 else "are", ""
    if split != "letters":
        close = difflib.get_close_matches(unknown[0].lower(), known, n=1, cutoff=0.5)
        near = f" Did you mean “{close[0]}”?" if close else ""
    if some is not None and len(known) > some:
        few = [known[k * len(known) // some] for k in range(some)]
        return f"{named} {verb} not known here.{near} Some that are: {listed(few)}."
    return f"{named} {verb} not known here.{near} Known are: {listed(known)}."


def _spellings(part: str) -> tuple[str, ...]:
    """A sign as typed, in small letters, and without accents."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", part) if not unicodedata.combining(sign))
    return part, part.lower(), bare, bare.lower()


def _ranges(signs: Sequence[str]) -> list[str]:
    """Signs as words; four or more single ones that follow one another become `a to z`."""
    made, k = list[str](), 0
    while k < len(signs):
        end = k
        while end + 1 < len(signs) and _follows(signs[end], signs[end + 1]):
            end += 1
        if end - k >= 3:
            made.append(f"{signs[k]} to {signs[end]}")
        else:
            made += [sign_shown(sign) for sign in signs[k : end + 1]]
        k = end + 1
    return made


def _follows(one: str, two: str) -> bool:
    return len(one) == len(two) == 1 and one.isalnum() and two.isalnum() and ord(two) == ord(one) + 1


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"
