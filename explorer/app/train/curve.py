"""One curve of a run: a value at every step and its smoothing, in few enough points to draw. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

KEPT = 1000
"""Most buckets of a curve; beyond, two neighbours become one."""

MEMORY = 50
"""Steps over which values are averaged; early on, the last quarter of the steps so far."""

BLOCK = 1000
"""Samples over which values are averaged where a step is one sample, as the lecture does."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """A curve at one place: the step, the lowest and highest value near it, and the smoothed one."""

    step: int
    low: float
    high: float
    smooth: float


class Curve:
    """Values as they come, kept in at most `KEPT` buckets of `stride` steps: lowest, highest, smoothed.

    A long run so costs no more to draw than a short one, and no spike is lost. With `block`, smoothed values are
    not running means, but one mean for every `block` steps.
    """

    def __init__(self, kept: int = KEPT, block: int = 0) -> None:
        self._kept, self.block = kept, block
        self._blocks: list[tuple[int, float]] = []
        self._sum, self._summed = 0.0, 0
        self._table = np.zeros((4, kept))  # step, lowest, highest, smoothed
        self._count = 0
        self._mean, self._seen = 0.0, 0
        self.stride = 1

    def __len__(self) -> int:
        return self._count

    @property
    def last(self) -> float | None:
        """The newest smoothed value."""
        if self.block:
            return self._blocks[-1][1] if self._blocks else None
        return float(self._table[3, self._count - 1]) if self._count else None

    def add(self, step: int, value: float | None) -> None:
        """Take the value of `step` (1, 2, …). Values that are missing or no numbers are left out."""
        if value is None or not isfinite(value):
            return
        # An average with a fixed memory would lag far behind the steep beginning, so the memory grows.
        self._seen += 1
        self._mean += (value - self._mean) * max(1 / MEMORY, 1 / self._seen, min(0.2, 4 / self._seen))
        smooth = self._mean
        if self.block:
            self._sum, self._summed = self._sum + value, self._summed + 1
            if step % self.block == 0:
                self._blocks.append((step, self._sum / self._summed))
                self._sum, self._summed = 0.0, 0
        if not self._merged(step, value, smooth):
            if self._count == self._kept:
                self._halve()
            if not self._merged(step, value, smooth):
                self._table[:, self._count] = step, value, value, smooth
                self._count += 1

    def _merged(self, step: int, value: float, smooth: float) -> bool:
        """Put the value into the last bucket, if its step belongs there."""
        table, at = self._table, self._count - 1
        if at < 0 or (step - 1) // self.stride != (int(table[0, at]) - 1) // self.stride:
            return False
        table[:, at] = step, min(table[1, at], value), max(table[2, at], value), smooth
        return True

    def _halve(self) -> None:
        """Double the stride until there is room."""
        while self._count == self._kept:
            self.stride *= 2
            step, low, high, smooth = self._table[:, : self._count]
            bucket = (step.astype(np.int64) - 1) // self.stride
            first = np.flatnonzero(np.diff(bucket, prepend=-1))
            last = np.append(first[1:], self._count) - 1
            merged = step[last], np.minimum.reduceat(low, first), np.maximum.reduceat(high, first), smooth[last]
            self._count = len(first)
            self._table[:, : self._count] = merged

    def cut(self, step: int) -> None:
        """Forget what lies beyond `step`: the run went back."""
        self._count = int(np.searchsorted(self._table[0, : self._count], step, side="right"))
        self._mean = float(self._table[3, self._count - 1]) if self._count else 0.0
        self._seen = min(self._seen, step)
        self._blocks = [(end, mean) for end, mean in self._blocks if end <= step]
        self._sum, self._summed = 0.0, 0

    def raw(self) -> tuple[Numbers, Numbers]:
        """Steps and values; where a bucket holds several steps, its lowest and its highest value."""
        step, low, high = self._table[:3, : self._count]
        if self.stride == 1:
            return step, low
        return np.repeat(step, 2), np.column_stack((low, high)).ravel()

    def smooth(self) -> tuple[Numbers, Numbers]:
        """Steps and smoothed values."""
        if self.block:
            return np.array([end for end, _ in self._blocks], float), np.array([mean for _, mean in self._blocks])
        return self._table[0, : self._count], self._table[3, : self._count]

    def at(self, step: float) -> Reading | None:
        """The curve nearest to `step`, or `None` if there is none yet."""
        if not self._count:
            return None
        steps = self._table[0, : self._count]
        place = min(int(np.searchsorted(steps, step)), self._count - 1)
        if place and step - steps[place - 1] < steps[place] - step:
            place -= 1
        found = self._table[:, place]
        smooth = float(found[3])
        if self._blocks:
            smooth = min(self._blocks, key=lambda block: abs(block[0] - self.block / 2 - found[0]))[1]
        return Reading(int(found[0]), float(found[1]), float(found[2]), smooth)
