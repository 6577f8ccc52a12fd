"""Asks models about words without keeping the window waiting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from explorer.app.latest import Latest
from explorer.app.predict.loader import NO_ANSWER, Loader

if TYPE_CHECKING:
    from explorer.app.predict.names.asked import Namer
    from explorer.learn.blame import Blame


@dataclass(frozen=True, eq=False)
class Reading:
    """What a model says of a word: `letters` as it reads them, `logs` (T, K) after each."""

    letters: str
    tokens: tuple[int, ...]
    logs: NDArray[np.float64]
    classes: tuple[str, ...]


class NameReader(Loader["Namer"]):
    """Holds the model that is asked. `answered` carries each `Reading`, `blamed` each `Blame`."""

    answered = Signal(object)
    blamed = Signal(object)
    refused = Signal(str)
    """Why no answer came."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_load, parent)
        self._asker, self._blamer = (Latest(name, self, NO_ANSWER) for name in ("ask-model", "blame-letters"))
        self._asker.came.connect(self.answered)
        self._blamer.came.connect(self.blamed)
        for work in (self._asker, self._blamer):
            work.ended.connect(self._ended)

    @property
    def busy(self) -> bool:
        return super().busy or self._asker.busy or self._blamer.busy

    def ask(self, letters: str, tokens: tuple[int, ...]) -> None:
        """Ask about a word. A quick model answers before this returns."""
        namer = self.model
        if namer is None:
            return
        self._asker.forget()
        if namer.is_quick(tokens):
            self.answered.emit(_read(namer, letters, tokens))
        else:
            self._asker.ask(lambda: [_read(namer, letters, tokens)])

    def why(self, tokens: tuple[int, ...], index: int) -> None:
        """Ask what each letter does for a class."""
        namer = self.model
        if namer is not None:
            self._blamer.ask(lambda: [_blame(namer, tokens, index)])

    def forget(self) -> None:
        self._asker.forget()
        self._blamer.forget()

    def stop(self) -> None:
        super().stop()
        self._asker.stop()
        self._blamer.stop()

    def _ended(self, why: str) -> None:
        if why:
            self.refused.emit(why)


def _read(namer: Namer, letters: str, tokens: tuple[int, ...]) -> Reading:
    return Reading(letters, tokens, namer.spell(tokens), namer.classes)


def _blame(namer: Namer, tokens: tuple[int, ...], index: int) -> Blame:
    from explorer.learn.blame import blame

    return blame(namer.model, tokens, index)


def _load(folder: Path) -> Namer:
    from explorer.app.predict.names.asked import load_namer

    return load_namer(folder)
