"""Short questions answered on one background thread, one after another; of each kind only the newest counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject

from explorer.app.worker import Worker
from explorer.arch.errors import ExplorerError


@dataclass(frozen=True)
class _Question:
    key: str
    find: Callable[[], Any]
    then: Callable[[Any], object]
    wrong: Callable[[str], object]


class Asker(QObject):
    """`ask` calls a function elsewhere and hands its value, or a sentence on why there is none, to this thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = Worker(self)
        self._worker.batch.connect(self._answered)
        self._worker.ended.connect(self._ended)
        self._waiting: dict[str, _Question] = {}
        self._now: _Question | None = None

    @property
    def busy(self) -> bool:
        """Whether something is still to be answered."""
        return self._worker.running

    def ask(
        self, key: str, find: Callable[[], Any], then: Callable[[Any], object], wrong: Callable[[str], object]
    ) -> None:
        """Call `find` on the background thread, then `then` with its value or `wrong` with a sentence.

        A question of the same `key` that was asked before is forgotten.
        """
        self._waiting.pop(key, None)
        self._waiting[key] = _Question(key, find, then, wrong)
        self._start()

    def stop(self) -> None:
        """Forget all questions, and wait for the one that is being answered."""
        self._waiting.clear()
        self._now = None
        self._worker.stop(wait=True)

    def _start(self) -> None:
        if self._worker.running or not self._waiting:
            return
        self._now = question = self._waiting.pop(next(iter(self._waiting)))
        self._worker.start(lambda: iter([question.find()]), f"ask-{question.key}")

    def _answered(self, values: list[Any]) -> None:
        if self._now is not None and self._now.key not in self._waiting:
            self._now.then(values[-1])

    def _ended(self, error: BaseException | None) -> None:
        question, self._now = self._now, None
        if error is not None and question is not None and question.key not in self._waiting:
            plain = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            question.wrong(str(error) if isinstance(error, ExplorerError) else f"This could not be found out: {plain}.")
        self._start()
