"""The one worker: runs any iterator of events on a background thread, and hands them over at most once a frame."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

FRAME = 33
"""Milliseconds between two deliveries: a signal for each of thousands of events would cost most of the time."""

PATIENCE = 5.0
"""Seconds that `stop(wait=True)` gives the thread to end."""


class Worker(QObject):
    """Runs an iterator elsewhere. Pausing is not asking for the next event; stopping is closing the iterator.

    `batch` carries a list of events in their order, `ended` the exception that ended it, or `None`.
    Both are sent on the thread that owns the worker.
    """

    batch = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: deque[Any] = deque()  # of which one thread may append and another take, without a lock
        self._thread: threading.Thread | None = None
        self._go = threading.Event()
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(self._drain)

    @property
    def running(self) -> bool:
        """Whether an iterator is being worked on (also while it is paused)."""
        return self._thread is not None

    @property
    def paused(self) -> bool:
        """Whether it is waiting to go on."""
        return self.running and not self._go.is_set()

    def start(self, make: Callable[[], Iterable[Any]], name: str = "worker") -> None:
        """Call `make` on the background thread and run what it returns. Nothing else may be running."""
        assert not self.running
        self._queue, self._error = deque(), None
        self._stop.clear()
        self._go.set()
        self._thread = threading.Thread(target=self._work, args=(make,), name=name, daemon=True)
        self._thread.start()
        self._timer.start()

    def pause(self) -> None:
        """Ask for no further event after the current one."""
        self._go.clear()

    def go_on(self) -> None:
        """Undo `pause`."""
        self._go.set()

    def stop(self, wait: bool = False) -> None:
        """Close the iterator after the current event; with `wait`, only return when it has ended."""
        self._stop.set()
        self._go.set()
        if wait and self._thread is not None:
            self._thread.join(PATIENCE)
            self._drain()

    def _work(self, make: Callable[[], Iterable[Any]]) -> None:
        events: Iterator[Any] = iter(())
        try:
            events = iter(make())
            for event in events:
                self._queue.append(event)
                self._go.wait()
                if self._stop.is_set():
                    break
        except BaseException as error:
            self._error = error
        finally:
            try:
                if hasattr(events, "close"):
                    events.close()
            except BaseException as error:
                self._error = self._error or error

    def _drain(self) -> None:
        alive = self._thread is not None and self._thread.is_alive()
        # Seen to have ended before its last events are taken: none can come after them.
        events = [self._queue.popleft() for _ in range(len(self._queue))]
        if events:
            self.batch.emit(events)
        if not alive and self._thread is not None:
            self._thread = None
            self._timer.stop()
            self.ended.emit(self._error)
