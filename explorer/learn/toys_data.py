"""What the small examples of wirings are trained on: lists and little languages made by rules. Imports no torch.

Every function is deterministic: the same seed gives the same data on any machine.
"""

from __future__ import annotations

import random
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from explorer.arch.resources import resource
from explorer.learn.letters import fold
from explorer.learn.lists import read_lists

SMALL = string.ascii_lowercase
"""The letters of the examples: names are read in small letters."""

SMALL_SIGNS = tuple(SMALL)
NAME_SIGNS = (*SMALL, "'", " ")

END = "end"
"""What a network says when its text is over."""

VOWELS = "aeiou"

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

DATE_SIGNS = (*SMALL, " ", *string.digits)
STAMP_SIGNS = (*string.digits, "-")

TAGS = ("DET", "ADJ", "NOUN", "PRON", "VERB", "ADV", "PREP")
"""Determiner, adjective, noun, pronoun, verb, adverb, preposition."""

OPEN, CLOSE = "([", ")]"
DEEPEST = 4
"""Most brackets that are open at a time."""

NOTHING, MISTAKE = "none", "mistake"
BRACKET_CLASSES = (NOTHING, *CLOSE, MISTAKE)


Pair = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Pairs:
    """What is read and what is to be told: texts, and one answer each, or one for each step.

    `held` are those that the network never sees while it is trained.
    """

    train: tuple[Pair, ...]
    held: tuple[Pair, ...]


def letters() -> Pairs:
    """The 26 letters, and whether each is a vowel. None can be held out: there are no others."""
    return Pairs(tuple(((one,), ("vowel" if one in VOWELS else "consonant",)) for one in SMALL), ())


def names() -> Pairs:
    """The lists of names in 18 languages; a fifth is held out, by each name's letters."""
    lists = read_lists(resource("names"))
    made: dict[bool, list[Pair]] = {True: [], False: []}
    for word in lists.words:
        text = _folded(word.text)
        if text:
            made[word.part == "test"].append((tuple(text), (lists.classes[word.label],)))
    return Pairs(tuple(made[False]), tuple(made[True]))


def _folded(text: str) -> str:
    return "".join(sign for sign in fold(text).text.lower() if sign in NAME_SIGNS)


# --- a little grammar

_DETERMINERS = ("the", "a", "every")
_ADJECTIVES = ("red", "small", "happy", "green")
_NOUNS = ("dog", "cat", "bird", "teacher", "garden", "boat", "river", "song", "letter")
_NAMES = ("she", "he", "they")
_SEEN = ("heard", "liked", "found", "carried")
_DONE = ("slept", "ran", "sang", "waited")
_ADVERBS = ("slowly", "often", "today")
_PREPOSITIONS = ("in", "near", "behind", "with")

_BY_BEFORE = ("saw", "felt", "painted")
"""Words whose tag what stands before them tells: the saw, she saw; the painted boat, she painted the boat."""

_BY_AFTER = ("old", "cold", "young")
"""Words that are a noun or an adjective by what follows: the old slept, the old dog slept."""

WORDS = (
    *_DETERMINERS, "her", *_ADJECTIVES, *_BY_AFTER, *_NOUNS, "man", *_NAMES, *_SEEN, *_DONE, *_BY_BEFORE,
    *_ADVERBS, *_PREPOSITIONS,
)  # fmt: skip
"""All words of the grammar."""

Tagged = tuple[tuple[str, str], ...]


def sentences(count: int = 800, seed: int = 0) -> Pairs:
    """Different sentences of the grammar with a tag for each word; a fifth is held out."""
    draw = random.Random(seed)
    found: dict[Tagged, None] = {}
    while len(found) < count:
        made = _sentence(draw)
        if len(made) <= 10:
            found[made] = None
    pairs = [(tuple(word for word, _ in one), tuple(tag for _, tag in one)) for one in found]
    held = count // 5
    return Pairs(tuple(pairs[held:]), tuple(pairs[:held]))


def _sentence(draw: random.Random) -> Tagged:
    if draw.random() < 0.12:
        # The garden path: “the old man the boat”, where “man” is what the old do.
        who, boat = draw.choice(_BY_AFTER), draw.choice(_NOUNS)
        return ("the", "DET"), (who, "NOUN"), ("man", "VERB"), (draw.choice(_DETERMINERS), "DET"), (boat, "NOUN")
    subject = _thing(draw, True)
    if draw.random() < 0.3:
        said: Tagged = ((draw.choice(_DONE), "VERB"),)
    elif draw.random() < 0.25:
        said = ((_verb(draw), "VERB"), ("her", "PRON"))
    else:
        said = ((_verb(draw), "VERB"), *_thing(draw, False))
    place: Tagged = ((draw.choice(_PREPOSITIONS), "PREP"), *_thing(draw, False)) if draw.random() < 0.25 else ()
    when: Tagged = ((draw.choice(_ADVERBS), "ADV"),) if draw.random() < 0.3 else ()
    return (*subject, *said, *place, *when)


def _verb(draw: random.Random) -> str:
    return draw.choice((*_SEEN, "saw", "saw", "felt", "painted", "painted"))


def _thing(draw: random.Random, subject: bool) -> Tagged:
    if subject and draw.random() < 0.35:
        return ((draw.choice(_NAMES), "PRON"),)
    first = ("her", "DET") if draw.random() < 0.3 else (draw.choice(_DETERMINERS), "DET")
    if first[0] == "the" and draw.random() < 0.3:
        return first, (draw.choice(_BY_AFTER), "NOUN")
    more: Tagged = ((draw.choice((*_ADJECTIVES, *_BY_AFTER, "painted")), "ADJ"),) if draw.random() < 0.5 else ()
    return first, *more, (draw.choice((*_NOUNS, "man", "man", "saw", "felt")), "NOUN")


# --- dates


def written(day: date) -> str:
    """`3 march 1998`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def dates(count: int = 12_000, seed: int = 0) -> Pairs:
    """Different days from 1900 to 2099 as one writes them, and as a computer does; a tenth is held out."""
    first = date(1900, 1, 1)
    days = random.Random(seed).sample(range((date(2100, 1, 1) - first).days), count)
    pairs = [(tuple(written(day)), tuple(day.isoformat())) for day in (first + timedelta(days=k) for k in days)]
    held = count // 10
    return Pairs(tuple(pairs[held:]), tuple(pairs[:held]))


def is_date(text: str) -> bool:
    """Whether a text is a day from 1900 to 2099 as `written` writes it."""
    parts = text.lower().split()
    if len(parts) != 3 or parts[1] not in MONTHS or not (parts[0].isdecimal() and parts[2].isdecimal()):
        return False
    try:
        day = date(int(parts[2]), 1 + MONTHS.index(parts[1]), int(parts[0]))
    except ValueError:
        return False
    return 1900 <= day.year < 2100


# --- brackets


def depth(text: Sequence[str]) -> int:
    """How many brackets are open at a time at most, before the first mistake."""
    open_, most = 0, 0
    for sign, told in zip(text, to_close(text), strict=True):
        open_ += 1 if sign in OPEN else -1
        if told == MISTAKE:
            break
        most = max(most, open_)
    return most


def to_close(text: Sequence[str]) -> tuple[str, ...]:
    """After each bracket, which one must close next: `)`, `]`, `none`, or `mistake` once one did not fit."""
    stack, told, wrong = list[str](), list[str](), False
    for sign in text:
        if sign in OPEN:
            stack.append(CLOSE[OPEN.index(sign)])
        elif not stack or stack.pop() != sign:
            wrong = True
        told.append(MISTAKE if wrong else stack[-1] if stack else NOTHING)
    return tuple(told)


def brackets(count: int = 4_000, seed: int = 0) -> Pairs:
    """Different rows of 2 to 14 brackets, at most four open at a time, few with a mistake; a fifth is held out."""
    draw = random.Random(seed)
    found: dict[tuple[str, ...], None] = {}
    while len(found) < count:
        stack, made = list[str](), list[str]()
        slip = draw.random() < 0.25
        for _ in range(draw.randint(2, 14)):
            if slip and draw.random() < 0.12:
                made.append(draw.choice(OPEN + CLOSE))
            elif stack and (len(stack) == DEEPEST or draw.random() < 0.5):
                made.append(stack[-1])
            else:
                made.append(draw.choice(OPEN))
            if made[-1] in OPEN:
                stack.append(CLOSE[OPEN.index(made[-1])])
            elif stack:
                stack.pop()
            if len(stack) > DEEPEST:
                break
        found[tuple(made)] = None
    pairs = [(text, to_close(text)) for text in found]
    held = count // 5
    return Pairs(tuple(pairs[held:]), tuple(pairs[:held]))


# --- noise


def noise(
    count: int = 1000, length: int = 10, width: int = 5, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """Random sequences (count, length, width) with random labels 0 or 1 (count,), and as many again, held out."""
    draw = np.random.default_rng(seed)
    x = draw.standard_normal((2 * count, length, width)).astype(np.float32)
    y = draw.integers(0, 2, 2 * count)
    return x[:count], y[:count], x[count:], y[count:]
