"""What is known of a run: its events folded into what the panel shows. Knows no Qt and no torch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isfinite
from typing import NamedTuple

from explorer.app.train.called import Called, called
from explorer.app.train.curve import BLOCK, Curve
from explorer.learn.events import (
    Asked,
    Confusion,
    Diverged,
    EpochDone,
    Event,
    Finished,
    Progress,
    Started,
    StepDone,
    Tested,
    Validated,
)
from explorer.learn.lists import PartName

RECENT = 3.0
"""Seconds of training over which the speed is measured."""


@dataclass(frozen=True)
class Shown:
    """A confusion matrix and what it was counted on: `samples` of `of` of the validation or the test part."""

    part: PartName
    counts: Confusion
    samples: int
    of: int
    step: int


class Line(NamedTuple):
    """What was printed of a word, and when: seconds of training so far."""

    asked: Asked
    seconds: float


class Tried(NamedTuple):
    """One validation as it is drawn. Its confusion matrix is not kept: over many epochs these fill the memory."""

    step: int
    samples: int
    loss: float
    accuracy: float
    complete: bool


@dataclass
class Record:
    """A run as far as it has come. `fold` takes its events in their order."""

    batch: int = 64
    epochs: int = 1
    samples: int = 0
    """Of the recipe: after how many samples the run ends, if its epochs have more."""
    started: Started | None = None
    progress: Progress | None = None
    step: int = 0
    seconds: float = 0.0
    loss: Curve = field(default_factory=Curve)
    accuracy: Curve = field(default_factory=Curve)
    validated: list[Tried] = field(default_factory=list)
    asked: list[Line] = field(default_factory=list)
    shown: Shown | None = None
    diverged: Diverged | None = None
    tested: Tested | None = None
    finished: Finished | None = None
    _recent: deque[tuple[int, float]] = field(default_factory=deque)

    def fold(self, event: Event) -> None:
        """Take one event."""
        match event:
            case StepDone():
                self._step(event)
            case Asked():
                self.asked.append(Line(event, self.seconds))
            case Validated():
                self._validated(event)
            case Progress():
                self.progress = event
            case Started():
                self.started, self.progress, self.step = event, None, event.step
                self.tested = self.finished = self.diverged = None
                if self.batch == 1 and not len(self.loss):
                    block = min(BLOCK, max(1, event.steps // 20))
                    self.loss, self.accuracy = Curve(block=block), Curve(block=block)
            case EpochDone():
                self.seconds = event.seconds
            case Diverged():
                self.diverged = event
            case Tested():
                self.tested = event
                if event.confusion:
                    self.shown = Shown("test", event.confusion, event.samples, event.samples, self.step)
            case Finished():
                self.finished = event

    def _step(self, event: StepDone) -> None:
        if event.step <= self.step:  # back to the last good weights: what came after them did not happen
            self.loss.cut(event.step - 1)
            self.accuracy.cut(event.step - 1)
            self.validated = [v for v in self.validated if v.step < event.step]
            self.asked = [line for line in self.asked if line.asked.step < event.step]
            self._recent.clear()
        self.diverged = None
        self.step, self.seconds = event.step, event.seconds
        self.loss.add(event.step, event.loss)
        self.accuracy.add(event.step, 100 * event.accuracy)
        self._recent.append((event.step, event.seconds))
        while event.seconds - self._recent[0][1] > RECENT and len(self._recent) > 2:
            self._recent.popleft()

    def _validated(self, event: Validated) -> None:
        if self.validated and self.validated[-1].step == event.step:
            self.validated.pop()
        if event.loss is not None and isfinite(event.loss):
            self.validated.append(Tried(event.step, event.samples, event.loss, event.accuracy, event.complete))
        of = self.started.validation if self.started else event.samples
        if not event.confusion:  # a text has none
            return
        self.shown = Shown("validation", event.confusion, event.samples, of, event.step)

    @property
    def steps(self) -> int:
        """Steps of all epochs together; 0 before it is known."""
        return self.started.steps if self.started else 0

    @property
    def called(self) -> Called:
        """How to speak of the run's data."""
        return called(self.started.data) if self.started else Called("")

    @property
    def of_epochs(self) -> int:
        """How many epochs the run has; fewer than its recipe says where its samples end it."""
        if not self.started:
            return self.epochs
        return min(self.epochs, -(-self.steps // self.started.steps_per_epoch))

    @property
    def epoch(self) -> int:
        """The epoch that is under way: 1, 2, …"""
        if not self.started:
            return 1
        return min(self.step // self.started.steps_per_epoch + 1, self.of_epochs)

    @property
    def sample(self) -> tuple[int, int] | None:
        """How many samples were drawn, of how many, where not the epochs but the samples end the run."""
        if not self.samples or not self.started or self.steps >= self.started.steps_per_epoch * self.epochs:
            return None
        return self.step * self.batch, self.steps * self.batch

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return self.finished is not None and self.finished.reason == "finished"

    @property
    def speed(self) -> float | None:
        """Steps a second, lately."""
        if len(self._recent) < 2:
            return None
        (first, since), (last, until) = self._recent[0], self._recent[-1]
        return (last - first) / (until - since) if until > since else None

    @property
    def images_per_second(self) -> float | None:
        """Images a second, lately."""
        return self.speed * self.batch if self.speed else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds of training that remain at the present speed."""
        return (self.steps - self.step) / self.speed if self.speed else None


def record_of(events: Iterable[Event], batch: int, epochs: int, until: int | None = None, samples: int = 0) -> Record:
    """The record of a run's history; with `until`, only up to that step, where the run goes on."""
    record = Record(batch, epochs, samples)
    for event in events:
        ending = isinstance(event, Finished | Tested | Diverged)
        late = isinstance(event, StepDone | Asked | Validated | EpochDone) and until is not None and event.step > until
        if not late and not (ending and until is not None):
            record.fold(event)
    return record
