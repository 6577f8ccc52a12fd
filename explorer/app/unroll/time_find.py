"""What the page Over time looks for: cells side by side, an order of units, and other texts. Pure; no Qt, no torch.

kinds = beside(document.unrolled)
order = order_of(values, "alike", step)
for event in search(unrolled, "h", unit=16, stretch=(2, 3), words=sample(read_lists(folder))):
    ...                 # an int: texts read so far; at the end Places
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.arch.errors import UsageError
from explorer.explain.recurrent.cell import GATES, Kind, Values, run
from explorer.explain.recurrent.layered import Layered
from explorer.explain.recurrent.lesson import letters, random_cell
from explorer.explain.recurrent.patterns import Marker, alike, elsewhere
from explorer.explain.recurrent.study import Study, Unit, Unrolled, resolve
from explorer.explain.recurrent.words import said
from explorer.learn.letters import LETTERS
from explorer.learn.lists import WordLists
from explorer.learn.toys_data import sentences as tagged

Sort = Literal["number", "alike", "value"]

TEXTS, SHOWN = 400, 40
"""Names that are read in search of a pattern, and most places that are shown."""

EVERY = 20
"""Names between two reports of a search."""

KINDS: tuple[Kind, ...] = ("RNN", "LSTM", "GRU")


@dataclass(frozen=True)
class Place:
    """A stretch of another text, its letters or words `start` up to but not with `stop`, where a unit does so."""

    text: str
    start: int
    stop: int
    distance: float
    words: bool = False

    @property
    def span(self) -> tuple[int, int]:
        """The stretch in letters, whatever a step reads."""
        if not self.words:
            return self.start, self.stop
        parts = parts_of(self.text, "word")
        begin = sum(len(part) + 1 for part in parts[: self.start])
        return begin, begin + len(" ".join(parts[self.start : self.stop]))


@dataclass(frozen=True)
class Places:
    """The best of `count` places that were found in so many texts."""

    places: tuple[Place, ...]
    count: int
    read: int


def effort(unrolled: Unrolled) -> int:
    """About how many multiplications a cell's own weights cost: what decides if something is done in the background."""
    return len(unrolled) * unrolled.cell.hidden**2 * len(unrolled.cell.gates)


def beside(unrolled: Unrolled) -> dict[Kind, Unrolled]:
    """RNN, LSTM and GRU on the same sequence, from the same seed, with as many units.

    A trained model is read beside cells of random weights. Raises `UsageError` for a sequence that only one cell has.
    """
    study = unrolled.study
    if study.source == "simple":
        raise UsageError("The lecture’s RNN has no LSTM and no GRU beside it. Choose a word in the settings.")
    found: dict[Kind, Unrolled] = {}
    for kind in KINDS:
        if kind == unrolled.cell.kind:
            found[kind] = unrolled
        else:
            other = replace(study.with_kind(kind), hidden=unrolled.cell.hidden)
            if study.unit == "word" and study.trained is not None:
                # Words have no letters to read instead: these read the model's own vectors.
                whole = study.trained.layered
                cell = random_cell(kind, whole.features, unrolled.cell.hidden, study.seed)
                other = study.with_model(
                    replace(study.trained, layered=Layered(((cell,),), embedding=whole.embedding))
                )  # fmt: skip
            elif study.trained is not None:
                # What the model reads, these read too: their letters are the model's.
                other = replace(other, alphabet="".join(dict.fromkeys((*LETTERS, *study.text))))
            found[kind] = resolve(other)
    return found


def order_of(values: Values, sort: Sort, step: int) -> NDArray[np.intp] | None:
    """Which unit each row shows, from the top; `None`: by number. "value": the largest at `step` on top."""
    if sort == "number" or not len(values):
        return None
    if sort == "alike":
        return np.array(alike(values), dtype=np.intp)
    finite = np.nan_to_num(values[min(step, len(values) - 1)], nan=-np.inf, posinf=np.inf, neginf=-np.inf)
    return np.argsort(-finite, kind="stable").astype(np.intp)


# --- words about what was found


def title_of(kind: Kind, part: str) -> str:
    """`f: forget gate`, `c: cell state`."""
    gate = next((gate for gate in GATES[kind] if gate.name == part), None)
    title = gate.title if gate is not None else {"c": "cell state", "h": "hidden state"}[part]
    return f"{'c̃' if (kind, part) == ('LSTM', 'g') else part}: {title}"


def stretch_words(labels: Sequence[str], steps: tuple[int, int], unit: Unit) -> str:
    """A selected stretch in words: “ez”, “the dog”, or `steps 3 to 9`. `steps`: first and last, from 0."""
    first, last = steps
    if unit == "letter" and last - first < 12:
        return f"“{''.join(labels[first : last + 1])}”"
    if unit == "word" and last - first < 4:
        return f"“{' '.join(labels[first : last + 1])}”"
    return f"{unit} {first + 1}" if first == last else f"{unit}s {first + 1} to {last + 1}"


def marker_words(marker: Marker, where: str) -> str:
    """`unit 17 is high only at “ez”: 0.91 inside, 0.12 elsewhere`."""
    how = f"is {marker.direction} only" if marker.clear else f"is {'higher' if marker.direction == 'high' else 'lower'}"
    return f"unit {marker.unit + 1} {how} at {where}: {said(marker.inside)} inside, {said(marker.outside)} elsewhere"


# --- other texts


def sample(lists: WordLists, most: int = TEXTS) -> tuple[str, ...]:
    """Words from all over the lists, written in the 57 letters, each once and always the same ones."""
    words = tuple(dict.fromkeys("".join(LETTERS[k] for k in word.tokens) for word in lists.words))
    if len(words) <= most:
        return words
    return tuple(words[k * len(words) // most] for k in range(most))


def sentences() -> tuple[str, ...]:
    """Sentences of the little grammar, always the same ones."""
    return tuple(dict.fromkeys(" ".join(words) for words, _ in tagged(TEXTS).train))


def parts_of(text: str, unit: Unit) -> tuple[str, ...]:
    """What the steps read of a text that is found here: its words, or its letters."""
    return tuple(text.split()) if unit == "word" else tuple(text)


def reader(unrolled: Unrolled, part: str) -> tuple[Callable[[str], Values], frozenset[str]]:
    """What reads another text with the same cell, giving (T, H), and the letters (or words) that it knows.

    Raises `UsageError` where what is unrolled is no text.
    """
    study = unrolled.study
    if not study.is_text:
        raise UsageError("Other texts can be read only by a cell that reads letters. Choose a word in the settings.")
    if study.trained is not None and study.weights == "model":
        own = replace(study, changes=tuple(one for one in study.changes if one.which != "x"))
        return lambda text: resolve(replace(own, text=text)).trace.parts[part], frozenset(study.trained.signs)
    alphabet = "".join(unrolled.inputs.names)
    cell, held = unrolled.cell, dict(study.frozen)
    return lambda text: run(cell, letters(text, alphabet).x, frozen=held).parts[part], frozenset(alphabet)


def search(
    unrolled: Unrolled,
    part: str,
    unit: int,
    stretch: tuple[int, int],
    words: Callable[[], Sequence[str]],
    kept: MutableMapping[str, Values] | None = None,
) -> Iterator[int | Places]:
    """Read other texts, and find where in them a unit does what it does at `stretch` (first and last step).

    Yields how many are read, and at the end the `Places`, the best first. `kept` holds what was read before with the
    same cell. Raises `UsageError` if no text can be read.
    """
    read, known = reader(unrolled, part)
    unit_read = unrolled.study.unit
    texts = [text for text in words() if text != unrolled.study.text and known.issuperset(parts_of(text, unit_read))]
    if not texts:
        raise UsageError("No other name has only letters that this cell reads. Choose random weights of all letters.")
    values = kept if kept is not None else {}
    for k, text in enumerate(texts):
        if text not in values:
            values[text] = read(text)
        if k % EVERY == 0:
            yield k
    first, last = stretch
    with np.errstate(all="ignore"):  # states that grow beyond all bounds are no pattern
        nearest = elsewhere(unrolled.values(part), unit, first, last + 1, [values[text] for text in texts])
    found = [one for one in nearest if isfinite(one.distance)]
    backwards = bool(unrolled.study.way)
    places = []
    for one in found[:SHOWN]:
        text = texts[one.text]
        length = len(parts_of(text, unit_read))
        start, stop = (length - one.stop, length - one.start) if backwards else (one.start, one.stop)
        places.append(Place(text, start, stop, one.distance, unit_read == "word"))
    yield Places(tuple(places), len(found), len(texts))


def unrolled_at(study: Study, place: Place) -> tuple[Study, tuple[int, int]]:
    """The study with the text of a place, and the place's first and last step. Edited inputs are those of the old."""
    length = len(parts_of(place.text, study.unit))
    steps = (length - place.stop, length - place.start - 1) if study.way else (place.start, place.stop - 1)
    changes = tuple(one for one in study.changes if one.which != "x")
    return replace(study, source="word", text=place.text, changes=changes), steps
