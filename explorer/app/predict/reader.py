"""Asks a model about pictures without keeping the window waiting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from explorer.app.predict.loader import Loader
from explorer.app.worker import Worker

if TYPE_CHECKING:
    from explorer.app.predict.probe import Probe, Reading

AT_ONCE = 0.02
"""Seconds; a model that takes longer for one image is asked on the background thread."""


class Reader(Loader["Probe"]):
    """Holds the model that is asked; `answered` carries each `Reading`."""

    answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_load, parent)
        self._asked: NDArray[np.uint8] | None = None
        self._generation = 0
        self._asker = Worker(self)
        self._asker.batch.connect(self._replied)
        self._asker.ended.connect(self._ask_ended)

    @property
    def probe(self) -> Probe | None:
        """The model, with how long it takes."""
        return self.model

    @property
    def busy(self) -> bool:
        return super().busy or self._asker.running

    def ask(self, pixels: NDArray[np.uint8]) -> None:
        """Ask about a framed image, (28, 28) uint8. A fast model answers before this returns."""
        if self.probe is None:
            return
        if self.probe.seconds <= AT_ONCE:
            self.answered.emit(self.probe.read(pixels))
            return
        self._asked = pixels  # an older question that was not yet asked is dropped
        if not self._asker.running:
            self._ask_next()

    def forget(self) -> None:
        self._asked = None
        self._generation += 1

    def stop(self) -> None:
        super().stop()
        self._asker.stop(wait=True)

    # Asking a slow model.

    def _ask_next(self) -> None:
        pixels, self._asked = self._asked, None
        if pixels is not None and self.probe is not None:
            probe, generation = self.probe, self._generation
            self._asker.start(lambda: _ask(probe, pixels, generation), "ask-model")

    def _replied(self, replies: list[tuple[int, Reading]]) -> None:
        generation, reading = replies[-1]
        if generation == self._generation:
            self.answered.emit(reading)

    def _ask_ended(self, error: BaseException | None) -> None:
        if error is not None:
            self.problem = f"The model gave no answer: {error}."
            self.changed.emit()
        self._ask_next()


def _load(folder: Path) -> Probe:
    from explorer.app.predict.probe import load_probe

    return load_probe(folder)


def _ask(probe: Probe, pixels: NDArray[np.uint8], generation: int) -> Iterator[tuple[int, Reading]]:
    yield generation, probe.read(pixels)
