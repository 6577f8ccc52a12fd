"""Work in the background of which only the newest counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from PySide6.QtCore import QEventLoop, QObject, Signal

from explorer.app.worker import Worker
from explorer.arch.errors import ExplorerError

Make = Callable[[], Iterable[Any]]


class Latest(QObject):
    """Runs one iterator at a time; a new one takes the place of the one before, of which nothing more is heard."""

    came = Signal(object)
    """The newest event of the present work."""
    ended = Signal(str)
    """The present work is done; else why it could not be, in a sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._next: Make | None = None
        self._wanted = False
        self._worker = Worker(self)
        self._worker.batch.connect(self._batch)
        self._worker.ended.connect(self._over)

    @property
    def running(self) -> bool:
        """Whether there is work whose end is waited for."""
        return self._wanted

    def start(self, make: Make) -> None:
        """Do this now, and nothing else."""
        self._number += 1
        number = self._number

        def numbered() -> Iterator[tuple[int, Any]]:
            for event in make():
                yield number, event

        self._wanted = True
        if self._worker.running:
            self._next = numbered
            self._worker.stop()
        else:
            self._worker.start(numbered, "over time")

    def stop(self) -> None:
        """Give up what runs."""
        self._number += 1
        self._next, self._wanted = None, False
        self._worker.stop()

    def settle(self) -> None:
        """Let the window go on until what runs is done."""
        if self.running:
            loop = QEventLoop()
            self.ended.connect(loop.quit)
            loop.exec()

    def _batch(self, events: list[tuple[int, Any]]) -> None:
        number, event = events[-1]
        if number == self._number:
            self.came.emit(event)

    def _over(self, error: BaseException | None) -> None:
        if self._next is not None:
            following, self._next = self._next, None
            self._worker.start(following, "over time")
        elif self._wanted:
            self._wanted = False
            known = isinstance(error, ExplorerError)
            self.ended.emit("" if error is None else str(error) if known else f"That cannot be computed: {error}.")
