"""Asks a model about pictures without keeping the window waiting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from explorer.app.latest import Latest
from explorer.app.predict.loader import NO_ANSWER, Loader

if TYPE_CHECKING:
    from explorer.app.predict.probe import Probe

AT_ONCE = 0.02
"""Seconds; a model that takes longer for one image is asked on the background thread."""


class Reader(Loader["Probe"]):
    """Holds the model that is asked; `answered` carries each `Reading`."""

    answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_load, parent)
        self._asker = Latest("ask-model", self, NO_ANSWER)
        self._asker.came.connect(self.answered)
        self._asker.ended.connect(self._ask_ended)

    @property
    def probe(self) -> Probe | None:
        """The model, with how long it takes."""
        return self.model

    @property
    def busy(self) -> bool:
        return super().busy or self._asker.busy

    def ask(self, pixels: NDArray[np.uint8]) -> None:
        """Ask about a framed image, (28, 28) uint8. A fast model answers before this returns."""
        probe = self.probe
        if probe is None:
            return
        if probe.seconds <= AT_ONCE:
            self.answered.emit(probe.read(pixels))
            return
        self._asker.ask(lambda: [probe.read(pixels)], patient=True)  # who draws sees an answer now and then

    def forget(self) -> None:
        self._asker.forget()

    def stop(self) -> None:
        super().stop()
        self._asker.stop()

    def _ask_ended(self, why: str) -> None:
        if why:
            self.problem = why
            self.changed.emit()


def _load(folder: Path) -> Probe:
    from explorer.app.predict.probe import load_probe

    return load_probe(folder)
