"""Loads models and asks them without keeping the window waiting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from explorer.app.worker import Worker
from explorer.arch.errors import ExplorerError

if TYPE_CHECKING:
    from explorer.app.predict.probe import Probe, Reading

AT_ONCE = 0.02
"""Seconds; a model that takes longer for one image is asked on the background thread."""


class Reader(QObject):
    """Holds the model that is asked. A model that cannot be loaded leaves the one before in place.

    `changed` is sent when loading begins and ends; `answered` carries each `Reading`.
    """

    changed = Signal()
    answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.probe: Probe | None = None
        self.problem = ""
        """Why the last model could not be loaded."""
        self._started: Path | None = None
        self._wanted: Path | None = None
        self._asked: NDArray[np.uint8] | None = None
        self._generation = 0
        self._loader, self._asker = Worker(self), Worker(self)
        self._loader.batch.connect(self._loaded)
        self._loader.ended.connect(self._load_ended)
        self._asker.batch.connect(self._replied)
        self._asker.ended.connect(self._ask_ended)

    @property
    def folder(self) -> Path | None:
        """The folder of the model that is asked."""
        return self.probe.model.folder if self.probe else None

    @property
    def loading(self) -> bool:
        """Whether a model is on its way."""
        return self._loader.running

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._loader.running or self._asker.running

    def load(self, folder: Path) -> None:
        """Load a model; the last one asked for wins. PyTorch must be there."""
        self._wanted = folder
        if not self._loader.running:
            self._started, self.problem = folder, ""
            self._loader.start(lambda: _load(folder), "load-model")
            self.changed.emit()

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
        """Answers that are still on their way are no longer wanted."""
        self._asked = None
        self._generation += 1

    def wait(self) -> None:
        """Let the event loop run until nothing is under way."""
        while self.busy:
            loop = QEventLoop()
            QTimer.singleShot(5, loop.quit)
            loop.exec()

    def stop(self) -> None:
        """Stop everything, and wait for it."""
        self.forget()
        self._wanted = None
        self._loader.stop(wait=True)
        self._asker.stop(wait=True)

    # Loading.

    def _loaded(self, probes: list[tuple[Path, Probe]]) -> None:
        folder, probe = probes[-1]
        if folder == self._wanted:
            self.forget()
            self.probe = probe

    def _load_ended(self, error: BaseException | None) -> None:
        if error is not None:
            self.problem = str(error) if isinstance(error, ExplorerError) else f"The model cannot be loaded: {error}."
        wanted, self._wanted = self._wanted, None
        if wanted is not None and wanted != self._started:
            self.load(wanted)
        else:
            self.changed.emit()

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


def _load(folder: Path) -> Iterator[tuple[Path, Probe]]:
    from explorer.app.predict.probe import load_probe

    yield folder, load_probe(folder)


def _ask(probe: Probe, pixels: NDArray[np.uint8], generation: int) -> Iterator[tuple[int, Reading]]:
    yield generation, probe.read(pixels)
