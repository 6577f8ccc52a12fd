"""Reads the filters that a shipped network learnt, beside the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from explorer.app.worker import Worker
from explorer.arch.errors import ExplorerError
from explorer.arch.resources import resource

MODEL = resource("models", "digits-cnn")


class Learned(QObject):
    """The first filters of a trained network, (filters, channels, rows, columns), once `ready`."""

    ready = Signal()
    failed = Signal(str)
    """Why there are none."""

    def __init__(self, parent: QObject | None = None, folder: Path = MODEL) -> None:
        super().__init__(parent)
        self.filters: NDArray[np.float64] | None = None
        self._folder = folder
        self._worker = Worker(self)
        self._worker.batch.connect(self._arrived)
        self._worker.ended.connect(self._ended)

    def ask(self) -> None:
        """Begin to read them, unless that was done; `ready` or `failed` follows."""
        if self.filters is not None:
            self.ready.emit()
        elif not self._worker.running:
            self._worker.start(lambda: _read(self._folder), "learned-filters")

    def stop(self) -> None:
        """Stop, and wait for it."""
        self._worker.stop(wait=True)

    def _arrived(self, found: list[NDArray[np.float64]]) -> None:
        self.filters = found[-1]

    def _ended(self, error: BaseException | None) -> None:
        if isinstance(error, ExplorerError):
            self.failed.emit(str(error))
        elif error is not None:
            self.failed.emit(f"The learnt filters cannot be read: {error}.")
        elif self.filters is not None:
            self.ready.emit()


def _read(folder: Path) -> Iterator[NDArray[np.float64]]:
    from explorer.learn.filters import first_filters

    yield first_filters(folder)
