"""What the panel says, from what is known of a run. Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from explorer.app.train.called import Called
from explorer.app.train.described import Plan
from explorer.app.train.record import RECENT, Line, Record, Shown
from explorer.arch.errors import ExplorerError, MissingDataError
from explorer.arch.text import duration, number, plural
from explorer.explain.metrics import percent, perplexity

PICTURES = Called("")


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
    where = _place(record)
    if phase is Phase.ENDED:
        return _ended(record, where)
    if phase is Phase.PAUSED:
        title = "Paused: the loss exploded" if record.diverged else f"Paused {where}"
        return Words(title, _where(record), f"paused {where}", share)
    if record.started and record.step >= record.steps:
        title = f"Testing on {plural(record.started.test, record.called.unit)}"
        return Words(title, _where(record), "testing", 1.0)
    state = f"epoch {number(record.epoch)} of {number(record.of_epochs)}"
    if record.sample is not None:
        state = f"{record.called.unit} {number(record.sample[0])} of {number(record.sample[1])}"
    return Words(state[0].upper() + state[1:], _pace(record), state, share)


def _place(record: Record) -> str:
    if record.sample is not None:
        return f"at {record.called.unit} {number(record.sample[0])}"
    return f"in epoch {number(record.epoch)}"


def _ended(record: Record, where: str) -> Words:
    if record.complete and record.tested:
        caption = f"{_where(record)} · {duration(record.seconds)} of training"
        if record.called.kind == "text" and record.tested.loss is not None:
            score = f"perplexity {number(perplexity(record.tested.loss), 2)}"
            return Words(f"Finished: {score} on the test text", caption, score, None)
        right = percent(record.tested.accuracy)
        title = f"Finished: {right} of the test {record.called.noun}s right"
        return Words(title, caption, f"{right} right", None)
    if not record.started:
        return Words("Stopped before training", "Nothing was learnt yet.", "not trained", None)
    return Words(f"Stopped {where}", _where(record), f"stopped {where}", None)


def _where(record: Record) -> str:
    return f"step {number(record.step)} of {number(record.steps)}"


def _pace(record: Record) -> str:
    parts = [f"step {number(record.step)}"]
    if record.images_per_second:
        speed = number(int(float(f"{record.images_per_second:.3g}")))
        parts.append(f"{speed} {record.called.unit}s/s")
    if record.seconds_left is not None:
        parts.append(f"{duration(record.seconds_left)} left")
    return " · ".join(parts)


def plan(parameters: int, steps: int, batch: int, of: Called = PICTURES) -> str:
    """What training would take; without steps it is not known yet."""
    first = plural(parameters, "parameter")
    if not steps:
        return f"{first} · how many steps is known once the data are here"
    return f"{first} · {number(steps)} steps of {plural(batch, of.unit)}"


def why_caption(record: Record, planned: Plan, train: int, batch: int, epochs: int, of: Called = PICTURES) -> str:
    """The arithmetic of the numbers below the title: of the run that is shown, or of the one that would begin."""
    started = record.started
    if started is not None:
        train, batch, epochs, of = started.train, record.batch, record.epochs, record.called
        planned = Plan(started.steps_per_epoch, started.steps)
    if not planned.steps:
        return ""
    simple = planned.per_epoch == -(-train // batch)
    each = f"⌈{number(train)} {of.unit}s / {number(batch)}⌉"
    why = each if simple else f"{number(train)} {of.unit}s in batches of {number(batch)}, each of one length:"
    lines = [f"{why} = {number(planned.per_epoch)} steps an epoch".replace(": =", ":")]
    if planned.steps < planned.per_epoch * epochs:
        samples = number(planned.steps * batch)
        lines.append(f"{samples} {of.unit}s / {number(batch)} = {number(planned.steps)} steps")
    else:
        lines.append(f"{number(planned.per_epoch)} · {plural(epochs, 'epoch')} = {number(planned.steps)} steps")
    speed, left = record.speed, record.seconds_left
    if speed is not None and left is not None and not record.finished:
        lines += [
            f"{number(speed)} steps/s in the last {number(RECENT)} s of training · {plural(batch, of.unit)} "
            f"= {number(speed * batch, 0)} {of.unit}s/s",
            f"({number(record.steps)} − {number(record.step)}) steps / {number(speed)} steps/s = {duration(left)} left",
        ]
    return "\n".join(lines)


def counted_on(shown: Shown | None, unit: str = "image") -> str:
    """What a confusion matrix was counted on."""
    if shown is None:
        return "The first counts come soon after the start."
    of = f" of {number(shown.of)}" if shown.samples < shown.of else ""
    part = shown.part[0].upper() + shown.part[1:]
    return f"{part}, {number(shown.samples)}{of} {unit}s, step {number(shown.step)}"


def log_lines(asked: Sequence[Line], steps: int) -> str:
    """The lecture's log: step, share of all steps, time, loss, name / guess, and whether it was right."""
    wide = len(number(steps))
    lines = []
    for event, seconds in asked:
        time = f"({int(seconds) // 60}m {int(seconds) % 60}s)"
        loss = "–" if event.loss is None else f"{event.loss:.4f}"
        mark = "✓" if event.guess == event.truth else f"✗ ({event.truth})"
        share = f"{round(100 * event.step / max(1, steps))}%"
        lines.append(f"{number(event.step):>{wide}} {share:>4} {time:>8} {loss:>7} {event.word} / {event.guess} {mark}")
    return "\n".join(lines)


def run_words(record: Record) -> str:
    """How the run that is shown is made."""
    started = record.started
    if started is None:
        return ""
    first = f"{plural(started.parameters, 'parameter')} on {started.device}."
    return f"{first} {started.note}".strip()


def failure(error: BaseException, record: Record) -> str:
    """Why a run ended before its time, in one sentence with the remedy."""
    if isinstance(error, MissingDataError):
        return f"{error} If you have it already, choose its folder on the left."
    if isinstance(error, ExplorerError):
        return str(error)
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    kept = f" The weights of step {number(record.step)} are kept." if record.started else ""
    return f"Training stopped because of an error in the program: {what}.{kept}"
