"""Asks something on a background thread, of which only the last question counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from explorer.app.worker import Worker
from explorer.arch.errors import ExplorerError


class Latest(QObject):
    """`batch` carries a list of what the last question's iterator gave; `ended` why it failed, or an empty text.

    A question that is still worked on when another comes is stopped; nothing more of it is heard.
    """

    batch = Signal(object)
    ended = Signal(str)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._next: Callable[[], Iterable[Any]] | None = None
        self._wanted = False
        self._worker = Worker(self)
        self._worker.batch.connect(self._came)
        self._worker.ended.connect(self._over)

    @property
    def busy(self) -> bool:
        """Whether a question is worked on."""
        return self._worker.running

    def ask(self, make: Callable[[], Iterable[Any]]) -> None:
        """Run what `make` returns; `make` is called on the background thread."""
        self.forget()
        self._next = make
        if not self._worker.running:
            self._begin()

    def forget(self) -> None:
        """Want nothing any more."""
        self._next, self._wanted = None, False
        if self._worker.running:
            self._worker.stop()

    def wait(self) -> None:
        """Let the event loop run until nothing is under way."""
        while self.busy:
            loop = QEventLoop()
            QTimer.singleShot(5, loop.quit)
            loop.exec()

    def stop(self) -> None:
        """Stop, and wait for it."""
        self.forget()
        self._worker.stop(wait=True)

    def _begin(self) -> None:
        make, self._next = self._next, None
        if make is not None:
            self._wanted = True
            self._worker.start(make, self._name)

    def _came(self, items: list[Any]) -> None:
        if self._wanted:
            self.batch.emit(items)

    def _over(self, error: BaseException | None) -> None:
        if self._wanted:
            self._wanted = False
            if error is None or isinstance(error, ExplorerError):
                self.ended.emit(str(error or ""))
            else:
                self.ended.emit(f"The network gave no answer: {error}.")
        self._begin()
