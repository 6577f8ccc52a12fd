"""Work in the background of which only the latest counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from explorer.app.worker import Worker
from explorer.arch.errors import ExplorerError

Make = Callable[[], Iterable[Any]]
"""Makes an iterator, or does one thing and returns it in a list; it is called on the background thread."""


class Latest(QObject):
    """Runs one iterator at a time. Another one takes its place: what it still gives is not heard.

    All signals are sent on the thread that owns this object.
    """

    batch = Signal(object)
    """All that the present work gave since the last time, as a list."""
    came = Signal(object)
    """The newest of that alone."""
    ended = Signal(str)
    """The present work is over; with a sentence, if it failed."""

    def __init__(
        self, name: str, parent: QObject | None = None, wrong: str = "This cannot be computed: {error}."
    ) -> None:
        """`name` is the thread's; `wrong` says what failed where an error has no sentence of its own."""
        super().__init__(parent)
        self._name, self._wrong = name, wrong
        self._next: Make | None = None
        self._heard = False
        self._worker = Worker(self)
        self._worker.batch.connect(self._arrived)
        self._worker.ended.connect(self._over)

    @property
    def busy(self) -> bool:
        """Whether there is work whose end is still to be heard."""
        return self._heard or self._next is not None

    def ask(self, make: Make, patient: bool = False) -> None:
        """Do this, and nothing that was asked for before.

        With `patient`, what is under way is heard to its end first, so that something is seen while a hand moves.
        """
        if not patient:
            self.forget()
        self._next = make
        if not self._worker.running:
            self._begin()

    def forget(self) -> None:
        """Want nothing any more, without waiting for the thread."""
        self._next, self._heard = None, False
        if self._worker.running:
            self._worker.stop()

    def stop(self) -> None:
        """Stop, and wait for the thread."""
        self.forget()
        self._worker.stop(wait=True)

    def wait(self) -> None:
        """Let the event loop run until no thread is at work."""
        while self._worker.running:
            loop = QEventLoop()
            QTimer.singleShot(5, loop.quit)
            loop.exec()

    def _begin(self) -> None:
        make, self._next = self._next, None
        if make is not None:
            self._heard = True
            self._worker.start(make, self._name)

    def _arrived(self, events: list[Any]) -> None:
        if self._heard:
            self.batch.emit(events)
        if self._heard:  # who listens may have asked for something else
            self.came.emit(events[-1])

    def _over(self, error: BaseException | None) -> None:
        if self._heard:
            self._heard = False
            known = error is None or isinstance(error, ExplorerError)
            self.ended.emit(str(error or "") if known else self._wrong.format(error=error))
        if not self._worker.running:  # who listens may have begun
            self._begin()
