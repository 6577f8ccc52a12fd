"""A run: data, network and recipe in, events out, everything it makes in one folder."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import torch
from msgspec.structs import replace

from explorer.arch.analysis import analyse
from explorer.arch.document import read_network, save_network
from explorer.arch.errors import ArchitectureError, DeviceError, RunError
from explorer.arch.network import Network
from explorer.arch.storage import make_folder, reason, remove_empty, write_atomic
from explorer.explain.metrics import balanced_accuracy as balanced
from explorer.learn import device
from explorer.learn.build import build
from explorer.learn.card import CARD, CHECKPOINT, EVENTS, NETWORK, Card, check_classes, read_card, save_card
from explorer.learn.catalog import source
from explorer.learn.data import DataSet, load
from explorer.learn.events import (
    Asked,
    Diverged,
    EpochDone,
    Event,
    Finished,
    Started,
    StepDone,
    Tested,
    Validated,
    encode,
)
from explorer.learn.fit import misfit, padding
from explorer.learn.history import history
from explorer.learn.recipe import Recipe
from explorer.learn.train import Progress, evaluate, optimiser, steps_in_all, steps_per_epoch, train
from explorer.learn.weights import load_checkpoint, save_checkpoint, save_weights

EVERY = 10.0
"""Seconds between two checkpoints within an epoch: what a power cut may cost."""


def run(
    network: Network, recipe: Recipe, folder: Path, data_folder: Path, loaded: DataSet | None = None, command: str = ""
) -> Iterator[Event | DataSet]:
    """Train `network` by `recipe` and keep everything in `folder`, which must not hold another run.

    Yields events, and the data set once it is loaded (not if it is given as `loaded`). Closing the iterator
    stops the run and keeps what it has. Raises `ExplorerError`s: for a network that does not fit
    (`ArchitectureError`), the data, the device, and a folder that cannot be written (`RunError`). A run that
    fails before it begins leaves nothing behind, so that it can be tried again.
    """
    _check(network, recipe)
    chosen = source(recipe.data)
    card = Card(
        name=folder.name,
        network=network.name,
        data=recipe.data,
        classes=chosen.classes,
        signs=chosen.signs,
        recipe=recipe,
        parameters=analyse(network).parameters,
        command=command,
        made_with=f"PyTorch {torch.__version__.partition('+')[0]}",
    )
    with ExitStack() as undo:
        # Before the data, which may take minutes to load: a folder that is not possible is said at once.
        undo.callback(_release, folder, _claim(folder))
        data = yield from _data(recipe, data_folder, loaded)
        ready = _prepare(network, recipe, data)
        with _plainly(folder):
            save_network(network, folder / NETWORK)
            save_card(card, folder)
            log = _Log(folder, [])
        undo.pop_all()
    yield from _go(card, folder, ready, log)


def resume(folder: Path, data_folder: Path, loaded: DataSet | None = None) -> Iterator[Event | DataSet]:
    """Continue a stopped run from its checkpoint, as if it had never stopped. Raises as `run` does."""
    card = read_card(folder)
    network = read_network(folder / NETWORK)
    check_classes(card, network, folder)
    _check(network, card.recipe)
    checkpoint = (folder / CHECKPOINT).is_file()
    if not checkpoint and card.steps:
        raise RunError(f"The run in {folder} cannot be continued: it has no {CHECKPOINT}.")
    data = yield from _data(card.recipe, data_folder, loaded)
    ready = _prepare(network, card.recipe, data)
    if checkpoint:
        ready.at = load_checkpoint(folder, ready.module, ready.steps)
    # What lies beyond the checkpoint did not happen.
    kept = [e for e in history(folder) if checkpoint and not _beyond(e, ready.at.step)]
    with _plainly(folder):
        log = _Log(folder, kept)
    yield from _go(card, folder, ready, log)


def _check(network: Network, recipe: Recipe) -> None:
    problem = misfit(network, source(recipe.data))
    if problem:
        raise ArchitectureError(problem.message)
    device.choose(recipe.device)


def _claim(folder: Path) -> list[Path]:
    """Make the folder; returns what was made, the deepest first."""
    if any((folder / name).exists() for name in (EVENTS, NETWORK, CARD)):
        raise RunError(f"{folder} already holds a run. Choose another folder for this one.")
    try:
        return make_folder(folder)
    except OSError as error:
        raise RunError(f"The run cannot be written to {folder}: {reason(error)}. Choose another folder.") from None


def _release(folder: Path, made: list[Path]) -> None:
    """Take a run that never began away again."""
    for name in (EVENTS, NETWORK, CARD):
        with suppress(OSError):
            (folder / name).unlink()
    remove_empty(made)


@contextmanager
def _plainly(folder: Path) -> Iterator[None]:
    """Turns what a disk can do wrong into one sentence."""
    try:
        yield
    except OSError as error:
        raise RunError(
            f"The run cannot be written to {folder}: {reason(error)}. "
            "Free some space or choose another folder; what was saved before is kept."
        ) from None


@dataclass
class _Ready:
    """All that is needed to train, on one device."""

    network: Network
    data: DataSet
    module: torch.nn.Module
    steps: torch.optim.Optimizer
    where: torch.device
    at: Progress


def _data(recipe: Recipe, folder: Path, loaded: DataSet | None) -> Generator[Any, None, DataSet]:
    """Load the recipe's data, if they are not `loaded`; yields progress and the data set."""
    data = loaded
    if data is None or data.source.name != recipe.data:
        for item in load(recipe.data, folder):
            if isinstance(item, DataSet):
                data = item
            yield item
    assert data is not None
    return data


def _prepare(network: Network, recipe: Recipe, data: DataSet) -> _Ready:
    where = device.choose(recipe.device)
    try:
        train, validation, test = (part.to(where) for part in (data.train, data.validation, data.test))
        on = DataSet(data.source, train, validation, test, data.notes)
        module = build(network, recipe.seed).to(where)
    except (torch.OutOfMemoryError, MemoryError):
        raise DeviceError(f"The data do not fit into the memory of {device.describe(where)}. Choose cpu.") from None
    return _Ready(network, on, module, optimiser(module, recipe), where, Progress())


def _go(card: Card, folder: Path, ready: _Ready, log: _Log) -> Iterator[Event]:
    network, on, module, steps, where, at = (
        ready.network, ready.data, ready.module, ready.steps, ready.where, ready.at,
    )  # fmt: skip
    recipe = card.recipe
    per_epoch = steps_per_epoch(on.train, recipe)
    started = Started(
        network=network.name, parameters=card.parameters, data=recipe.data, classes=card.classes,
        train=len(on.train), validation=len(on.validation), test=len(on.test),
        device=device.describe(where), steps_per_epoch=per_epoch, steps=steps_in_all(on.train, recipe), step=at.step,
        note=_note(network, on),
    )  # fmt: skip
    card = replace(card, of_steps=started.steps)
    ending: Literal["finished", "stopped"] = "stopped"
    saved = time.monotonic()
    with _plainly(folder), log:
        try:
            yield log(started)
            try:
                for event in train(network, module, on, recipe, at, steps):
                    log.write(event)
                    if isinstance(event, EpochDone):
                        card = replace(card, epochs=event.epoch, validation_accuracy=event.accuracy)
                    if isinstance(event, EpochDone | Diverged) or time.monotonic() - saved > EVERY:
                        card = _save(folder, card, module, steps, at)
                        log.flush()
                        saved = time.monotonic()
                    yield event
                ending = "finished"
            except torch.OutOfMemoryError:
                raise DeviceError(f"The memory of {device.describe(where)} is full. Choose a smaller batch.") from None
            loss, right, confusion = evaluate(network, module, on.test, len(card.classes))
            tested = Tested(len(on.test), loss, right, confusion)
            card = replace(card, accuracy=right, balanced_accuracy=balanced(confusion) if confusion else None)
            yield log(tested)
        finally:
            # Also when the iterator is closed in the middle of an epoch: nothing that was learnt is lost.
            card = _save(folder, card, module, steps, at)
            finished = Finished(ending, at.step, at.seconds)
            log(finished)
        yield finished


def _note(network: Network, data: DataSet) -> str:
    around = padding(network, data.source.shape) if data.source.kind == "pictures" else None
    if around and any(around):
        size = "×".join(map(str, data.source.shape[1:]))
        return f"{network.name} takes {network.input[1]}×{network.input[2]}: zeros are added around the {size} images."
    return " ".join(data.notes)


def _save(folder: Path, card: Card, module: torch.nn.Module, steps: torch.optim.Optimizer, at: Progress) -> Card:
    card = replace(card, steps=at.step)
    save_weights(module, folder)
    save_checkpoint(folder, module, steps, at)
    save_card(card, folder)
    return card


class _Log:
    """Appends events to the run's file, which first gets those of `kept`."""

    def __init__(self, folder: Path, kept: list[Event]) -> None:
        path = folder / EVENTS
        write_atomic(path, b"".join(encode(event) + b"\n" for event in kept))
        self._file: BinaryIO = path.open("ab")

    def __enter__(self) -> _Log:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __call__(self, event: Event) -> Event:
        self.write(event)
        self.flush()
        return event

    def write(self, event: Event) -> None:
        self._file.write(encode(event) + b"\n")

    def flush(self) -> None:
        self._file.flush()


def _beyond(event: Event, step: int) -> bool:
    """Whether an event tells of what came after `step`, or of an end that was none."""
    if isinstance(event, StepDone | Asked | Validated | EpochDone | Diverged | Started):
        return event.step > step
    return isinstance(event, Finished | Tested)
