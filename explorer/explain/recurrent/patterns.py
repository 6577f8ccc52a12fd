"""Units over time: which are alike, which mark a place in a text, and where else they do so.

Values are those of one part, (T, H): steps × units. Values that are no finite numbers count as 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.explain.recurrent.cell import Values

ROUNDS = 4
"""Most times that the order of units is gone through to turn stretches of it around."""


@dataclass(frozen=True)
class Marker:
    """A unit that is high or low in a stretch of steps, and nowhere else.

    `inside` and `outside` are its means there and elsewhere. `margin` is the least distance between a value inside and
    one outside: below 0 some value outside is as high (or low) as one inside.
    """

    unit: int
    direction: Literal["high", "low"]
    inside: float
    outside: float
    margin: float

    @property
    def clear(self) -> bool:
        """Whether every value inside lies beyond all values outside."""
        return self.margin > 0


@dataclass(frozen=True)
class Found:
    """A stretch of steps of another text, from `start` up to but not with `stop`, where a unit does the same.

    `text` is the index of the text; `distance` is the root mean square difference of the values.
    """

    text: int
    start: int
    stop: int
    distance: float


def alike(values: Values) -> tuple[int, ...]:
    """All units in an order that puts those next to each other whose courses over time are alike.

    A chain from the unit farthest from the average always to the nearest one left (Euclidean distance of the courses),
    in which then stretches are turned around while that makes it shorter. The same values always give the same order.
    """
    courses = np.nan_to_num(np.asarray(values, np.float64).T, nan=0.0, posinf=0.0, neginf=0.0)
    count = len(courses)
    if count < 3 or not courses.shape[1]:
        return tuple(range(count))
    largest = np.abs(courses).max()
    if largest:
        courses = courses / largest  # squares of huge values would overflow
    # The norms' way costs one matrix product; its rounding makes tiny negative squares.
    norms = (courses**2).sum(axis=1)
    apart = np.sqrt(np.maximum(norms[:, None] + norms - 2 * courses @ courses.T, 0))
    far = ((courses - courses.mean(axis=0)) ** 2).sum(axis=1)
    chain = [int(np.argmax(far))]
    left = np.ones(count, bool)
    for _ in range(count - 1):
        left[chain[-1]] = False
        chain.append(int(np.argmin(np.where(left, apart[chain[-1]], np.inf))))
    return tuple(_untangled(np.array(chain), apart).tolist())


def _untangled(chain: NDArray[np.intp], apart: Values) -> NDArray[np.intp]:
    """The chain with stretches turned around where that makes it shorter (2-opt)."""
    count = len(chain)
    for _ in range(ROUNDS):
        changed = False
        for i in range(count - 2):
            # Turning i+1…j around replaces the links (i, i+1) and (j, j+1); the last unit has none after it.
            here, following = chain[i], chain[i + 1]
            ends, after = chain[i + 2 :], chain[i + 3 :]
            gain = apart[here, following] - apart[here, ends]
            gain[:-1] += apart[ends[:-1], after] - apart[following, after]
            best = int(np.argmax(gain))
            if gain[best] > 1e-9:
                stop = i + 3 + best
                chain[i + 1 : stop] = chain[i + 1 : stop][::-1].copy()
                changed = True
        if not changed:
            break
    return chain


def markers(values: Values, start: int, stop: int, most: int = 12) -> tuple[Marker, ...]:
    """Units that are high or low at steps start…stop−1 and nowhere else; the clearest first, at most `most`.

    Empty if the stretch is the whole text, for then there is nothing to compare with. Raises `IndexError` for a
    stretch that is not there.
    """
    finite = np.nan_to_num(np.asarray(values, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    _stretch(finite, start, stop)
    if stop - start == len(finite):
        return ()
    inside, outside = finite[start:stop], np.delete(finite, slice(start, stop), axis=0)
    high = inside.min(axis=0) - outside.max(axis=0)
    low = outside.min(axis=0) - inside.max(axis=0)
    here, there = inside.mean(axis=0), outside.mean(axis=0)
    margin = np.maximum(high, low)
    # Clear ones by their margin; after them those whose means differ most.
    order = np.lexsort((-np.abs(here - there), -np.maximum(margin, 0)))
    return tuple(
        Marker(int(k), "high" if here[k] >= there[k] else "low", float(here[k]), float(there[k]),
               float(high[k] if here[k] >= there[k] else low[k]))
        for k in order[:most]
    )  # fmt: skip


def elsewhere(
    values: Values, unit: int, start: int, stop: int, others: Sequence[Values], *, within: float = 0.15
) -> tuple[Found, ...]:
    """Where in other texts, each (T, H), the unit shows what it shows at steps start…stop−1; the best first.

    Of each text the best place that differs by at most `within` of the unit's whole range, over all texts. One step
    before and after belong to the pattern where there are some: high *just* here is more than high. Raises
    `IndexError` for a stretch or a unit that is not there.
    """
    _stretch(values, start, stop)
    if not 0 <= unit < values.shape[1]:
        raise IndexError(f"unit {unit} of {values.shape[1]}")
    courses = [np.nan_to_num(v[:, unit], nan=0.0, posinf=0.0, neginf=0.0) for v in (values, *others)]
    joined = np.concatenate(courses)
    limit = within * float(joined.max() - joined.min())
    before, after = min(start, 1), min(len(values) - stop, 1)
    pattern = courses[0][start - before : stop + after]
    found = []
    for text, course in enumerate(courses[1:]):
        if len(course) < len(pattern):
            continue
        windows = np.lib.stride_tricks.sliding_window_view(course, len(pattern))
        distances = np.sqrt(((windows - pattern) ** 2).mean(axis=1))
        best = int(np.argmin(distances))
        if distances[best] <= limit:
            first = best + before
            found.append(Found(text, first, first + stop - start, float(distances[best])))
    return tuple(sorted(found, key=lambda place: (place.distance, place.text)))


def _stretch(values: Values, start: int, stop: int) -> None:
    if not 0 <= start < stop <= len(values):
        raise IndexError(f"steps {start} to {stop} of {len(values)}")
