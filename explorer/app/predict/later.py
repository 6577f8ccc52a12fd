"""Does the latest of many jobs on a background thread: those asked for meanwhile are dropped, but the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QObject, Signal

from explorer.app.worker import Worker


class Later(QObject):
    """`answered` carries what a job gave, `failed` a sentence; neither is sent for what is no longer wanted."""

    answered = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._next: Callable[[], Any] | None = None
        self._generation = 0
        self._worker = Worker(self)
        self._worker.batch.connect(self._replied)
        self._worker.ended.connect(self._ended)

    @property
    def busy(self) -> bool:
        """Whether a job is under way."""
        return self._worker.running

    def ask(self, job: Callable[[], Any]) -> None:
        """Do this, and nothing that was asked for before."""
        self.forget()
        self._next = job
        if not self._worker.running:
            self._begin()

    def forget(self) -> None:
        """What is under way is no longer wanted."""
        self._next = None
        self._generation += 1

    def stop(self) -> None:
        """Stop, and wait for it."""
        self.forget()
        self._worker.stop(wait=True)

    def _begin(self) -> None:
        job, self._next = self._next, None
        if job is not None:
            generation, wanted = self._generation, job
            self._worker.start(lambda: _do(wanted, generation), "ask-model")

    def _replied(self, replies: list[tuple[int, Any]]) -> None:
        generation, reply = replies[-1]
        if generation == self._generation:
            self.answered.emit(reply)

    def _ended(self, error: BaseException | None) -> None:
        if error is not None and self._next is None:
            self.failed.emit(f"The model gave no answer: {error}.")
        self._begin()


def _do(job: Callable[[], Any], generation: int) -> Iterator[tuple[int, Any]]:
    yield generation, job()
