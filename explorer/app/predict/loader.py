"""Loads a model on a background thread. The model itself may be anything that one function makes of its folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from explorer.app.latest import Latest

Loaded = TypeVar("Loaded")

NO_ANSWER = "The model gave no answer: {error}."
"""What is said where asking a model fails."""


class Loader(QObject, Generic[Loaded]):
    """Holds the model that is asked. A model that cannot be loaded leaves the one before in place.

    `changed` is sent when loading begins and when it ends.
    """

    changed = Signal()

    def __init__(self, load: Callable[[Path], Loaded], parent: QObject | None = None) -> None:
        """`load` makes a model of a folder on the background thread; it may import torch, and raise `ExplorerError`."""
        super().__init__(parent)
        self.model: Loaded | None = None
        self.folder: Path | None = None
        """The folder of the model that is there."""
        self.problem = ""
        """Why the last model could not be loaded."""
        self._load = load
        self._loader = Latest("load-model", self, "The model cannot be loaded: {error}.")
        self._loader.came.connect(self._loaded)
        self._loader.ended.connect(self._load_ended)

    @property
    def loading(self) -> bool:
        """Whether a model is on its way."""
        return self._loader.busy

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._loader.busy

    def load(self, folder: Path) -> None:
        """Load a model; the last one asked for wins. PyTorch must be there."""
        self.problem = ""
        self._loader.ask(lambda: [(folder, self._load(folder))])
        self.changed.emit()

    def unload(self) -> None:
        """Have no model any more."""
        self._loader.forget()
        self.model = self.folder = None
        self.problem = ""
        self.changed.emit()

    def forget(self) -> None:
        """Answers that are still on their way are no longer wanted."""

    def wait(self) -> None:
        """Let the event loop run until nothing is under way."""
        while self.busy:
            loop = QEventLoop()
            QTimer.singleShot(5, loop.quit)
            loop.exec()

    def stop(self) -> None:
        """Stop everything, and wait for it."""
        self.forget()
        self._loader.stop()

    def _loaded(self, made: tuple[Path, Loaded]) -> None:
        self.forget()
        self.folder, self.model = made[0], made[1]

    def _load_ended(self, why: str) -> None:
        self.problem = why
        self.changed.emit()
