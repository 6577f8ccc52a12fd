"""What the panel says, from what is known of a run. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from explorer.app.train.record import Record, Shown
from explorer.arch.text import duration, number, plural
from explorer.explain.metrics import percent


class Phase(StrEnum):
    """What is going on."""

    READY = "ready"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    ENDED = "ended"

    @property
    def busy(self) -> bool:
        """Whether the worker has something to do."""
        return self not in (Phase.READY, Phase.ENDED)


@dataclass(frozen=True)
class Words:
    """The title, what stands below it, the state in a word or two, and how much is done (0…1; `None`: nothing)."""

    title: str
    caption: str
    state: str
    share: float | None


def words(phase: Phase, record: Record, torch: bool, plan: str = "", fits: bool = True) -> Words:
    """The state in sentences. `plan` is the caption before training; `torch`: PyTorch is loaded;
    `fits`: the network can be trained on the data.
    """
    if phase is Phase.READY:
        return Words("Ready to train" if fits else "The network does not fit", plan, "not trained", None)
    if phase is Phase.STOPPING:
        return Words("Stopping…", "What was learnt is being kept.", "stopping", None)
    if phase is Phase.STARTING:
        if record.progress is None:
            title = "Preparing…" if torch else "Loading PyTorch…"
            return Words(title, "The first run after the start takes a few seconds longer.", "starting", 0.0)
        progress = record.progress
        of = f" of {number(progress.total)}" if progress.total else ""
        share = progress.done / progress.total if progress.total else 0.0
        return Words(f"{progress.text}, {number(progress.done)}{of}", "Training begins after it.", "loading", share)
    share = record.step / record.steps if record.steps else 0.0
    epoch = f"epoch {number(record.epoch)}"
    if phase is Phase.ENDED:
        return _ended(record, epoch)
    if phase is Phase.PAUSED:
        title = "Paused: the loss exploded" if record.diverged else f"Paused in {epoch}"
        return Words(title, _where(record), f"paused in {epoch}", share)
    state = f"{epoch} of {number(record.epochs)}"
    if record.started and record.step >= record.steps:
        return Words(f"Testing on {number(record.started.test)} images", _where(record), "testing", 1.0)
    return Words(state[0].upper() + state[1:], _pace(record), state, share)


def _ended(record: Record, epoch: str) -> Words:
    if record.complete and record.tested:
        right = percent(record.tested.accuracy)
        caption = f"{_where(record)} · {duration(record.seconds)} of training"
        return Words(f"Finished: {right} of the test digits right", caption, f"{right} right", None)
    if not record.started:
        return Words("Stopped before training", "Nothing was learnt yet.", "not trained", None)
    return Words(f"Stopped in {epoch}", _where(record), f"stopped in {epoch}", None)


def _where(record: Record) -> str:
    return f"step {number(record.step)} of {number(record.steps)}"


def _pace(record: Record) -> str:
    parts = [f"step {number(record.step)}"]
    if record.images_per_second:
        parts.append(f"{number(int(float(f'{record.images_per_second:.3g}')))} images/s")
    if record.seconds_left is not None:
        parts.append(f"{duration(record.seconds_left)} left")
    return " · ".join(parts)


def plan(parameters: int, train: int, batch: int, epochs: int) -> str:
    """What training would take."""
    an_epoch = -(-train // batch)
    return f"{plural(parameters, 'parameter')} · {number(an_epoch * epochs)} steps of {plural(batch, 'image')}"


def counted_on(shown: Shown | None) -> str:
    """What a confusion matrix was counted on."""
    if shown is None:
        return "The first counts come soon after the start."
    of = f" of {number(shown.of)}" if shown.samples < shown.of else ""
    part = shown.part[0].upper() + shown.part[1:]
    return f"{part}, {number(shown.samples)}{of} images, step {number(shown.step)}"


def run_words(record: Record) -> str:
    """How the run that is shown is made."""
    started = record.started
    if started is None:
        return ""
    first = f"{plural(started.parameters, 'parameter')} on {started.device}."
    return f"{first} {started.note}".strip()
