"""A model of words that is asked again at every letter. Imports torch: import it late."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.arch.errors import RunError
from explorer.explain.recurrent.layered import Done, Layered
from explorer.learn.blame import answers
from explorer.learn.inner import inner
from explorer.learn.model import Model, load_model

KEPT = 4096
"""Most beginnings of words whose answers are kept: taking a letter back costs nothing."""

TRIED = 8
"""Letters of the word that a new model is tried with."""

AT_ONCE = 0.012
"""Seconds; what takes longer is asked on the background thread."""


@dataclass(frozen=True, eq=False)
class Namer:
    """A model that was tried once; `seconds` is what a word of TRIED letters takes, all its beginnings included."""

    model: Model
    inner: Layered | None
    seconds: float = 0.0
    one: float = 0.0
    """Seconds for one answer to a word of TRIED letters."""
    _rows: dict[tuple[int, ...], NDArray[np.float64]] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        """What the model tells apart."""
        return self.model.card.classes

    def spell(self, tokens: Sequence[int]) -> NDArray[np.float64]:
        """Log-probabilities (T, K) after each letter; those of beginnings that are known are not asked again."""
        word = tuple(tokens)
        starts = [word[: k + 1] for k in range(len(word))]
        # Looked up once: another thread may be asking, too, and rows that are kept may go at any time.
        known = {start: row for start in starts if (row := self._rows.get(start)) is not None}
        missing = [start for start in starts if start not in known]
        if len(missing) == 1:
            known[missing[0]] = answers(self.model, missing)[0]
        elif missing:
            known = dict(zip(starts, self.model.spell(word), strict=True))
        for start in missing:
            self._keep(start, known[start])
        return np.stack([known[start] for start in starts]) if starts else np.zeros((0, len(self.classes)))

    def _keep(self, start: tuple[int, ...], row: NDArray[np.float64]) -> None:
        if len(self._rows) >= KEPT:
            self._rows.clear()
        self._rows[start] = row

    def is_quick(self, tokens: Sequence[int]) -> bool:
        """Whether `spell` takes no longer than AT_ONCE."""
        word = tuple(tokens)
        missing = sum(word[: k + 1] not in self._rows for k in range(len(word)))
        long = max(len(word) / TRIED, 1.0)
        return (self.one * long if missing <= 1 else self.seconds * long**2) <= AT_ONCE

    def inside(self, tokens: Sequence[int]) -> Done | None:
        """Every gate and state, in float64; `None` where the model has none that can be shown."""
        return self.inner.read(tokens) if self.inner is not None else None


def load_namer(folder: Path) -> Namer:
    """Load a model and try it. Raises `ExplorerError` in one sentence."""
    model = load_model(folder)
    if model.kind != "words":
        raise RunError(f"{folder} does not read words. Choose a network that was trained on names or words.")
    word = tuple(k % len(model.card.signs) for k in range(TRIED))
    rows = model.spell(word)  # the first time is slower
    if rows.shape != (TRIED, len(model.card.classes)):
        raise RunError(f"{folder} is damaged: its network does not end in one number a class.")
    whole = min(_timed(lambda: model.spell(word)) for _ in range(3))
    return Namer(model, inner(model), whole, min(_timed(lambda: answers(model, [word])) for _ in range(3)))


def _timed(does: object) -> float:
    began = time.perf_counter()
    does()  # type: ignore[operator]
    return time.perf_counter() - began
