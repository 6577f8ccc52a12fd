"""Loads a model on a background thread. The model itself may be anything that one function makes of its folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from explorer.app.worker import Worker
from explorer.arch.errors import ExplorerError

Loaded = TypeVar("Loaded")


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
        self._started: Path | None = None
        self._wanted: Path | None = None
        self._loader = Worker(self)
        self._loader.batch.connect(self._loaded)
        self._loader.ended.connect(self._load_ended)

    @property
    def loading(self) -> bool:
        """Whether a model is on its way."""
        return self._loader.running

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._loader.running

    def load(self, folder: Path) -> None:
        """Load a model; the last one asked for wins. PyTorch must be there."""
        self._wanted = folder
        if not self._loader.running:
            self._started, self.problem = folder, ""
            self._loader.start(lambda: self._made(folder), "load-model")
            self.changed.emit()

    def unload(self) -> None:
        """Have no model any more."""
        self._wanted = None
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
        self._wanted = None
        self._loader.stop(wait=True)

    def _made(self, folder: Path) -> Iterator[tuple[Path, Loaded]]:
        yield folder, self._load(folder)

    def _loaded(self, made: list[tuple[Path, Loaded]]) -> None:
        folder, model = made[-1]
        if folder == self._wanted:
            self.forget()
            self.model, self.folder = model, folder

    def _load_ended(self, error: BaseException | None) -> None:
        if error is not None:
            self.problem = str(error) if isinstance(error, ExplorerError) else f"The model cannot be loaded: {error}."
        wanted, self._wanted = self._wanted, None
        if wanted is not None and wanted != self._started:
            self.load(wanted)
        else:
            self.changed.emit()
