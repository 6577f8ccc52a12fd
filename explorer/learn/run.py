"""A run: data, network and recipe in, events out, everything it makes in one folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

import torch
from msgspec.structs import replace

from explorer.arch.analysis import analyse
from explorer.arch.errors import ArchitectureError, DeviceError, RunError
from explorer.arch.network import Network, read_network, save_network
from explorer.arch.storage import reason
from explorer.learn import device
from explorer.learn.build import build
from explorer.learn.card import CHECKPOINT, EVENTS, NETWORK, Card, read_card, save_card
from explorer.learn.catalog import source
from explorer.learn.data import DataSet, load
from explorer.learn.events import (
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
from explorer.learn.train import Progress, evaluate, optimiser, steps_per_epoch, train
from explorer.learn.weights import load_checkpoint, save_checkpoint, save_weights

EVERY = 10.0
"""Seconds between two checkpoints within an epoch: what a power cut may cost."""


def run(
    network: Network, recipe: Recipe, folder: Path, data_folder: Path, loaded: DataSet | None = None, command: str = ""
) -> Iterator[Event | DataSet]:
    """Train `network` by `recipe` and keep everything in `folder`, which must not hold another run.

    Yields events, and the data set once it is loaded (not if it is given as `loaded`). Closing the iterator
    stops the run and keeps what it has. Raises `ExplorerError`s: for a network that does not fit
    (`ArchitectureError`), the data, the device, and a folder that cannot be written (`RunError`).
    """
    problem = misfit(network, source(recipe.data))
    if problem:
        raise ArchitectureError(problem.message)
    device.choose(recipe.device)
    _claim(folder)
    card = Card(
        name=folder.name,
        network=network.name,
        data=recipe.data,
        classes=source(recipe.data).classes,
        recipe=recipe,
        parameters=analyse(network).parameters,
        command=command,
        made_with=f"PyTorch {torch.__version__.partition('+')[0]}",
    )
    with _plainly(folder):
        save_network(network, folder / NETWORK)
        save_card(card, folder)
    yield from _go(network, card, folder, data_folder, loaded, go_on=False)


def resume(folder: Path, data_folder: Path, loaded: DataSet | None = None) -> Iterator[Event | DataSet]:
    """Continue a stopped run from its checkpoint, as if it had never stopped. Raises as `run` does."""
    card = read_card(folder)
    network = read_network(folder / NETWORK)
    yield from _go(network, card, folder, data_folder, loaded, go_on=(folder / CHECKPOINT).is_file())


def _claim(folder: Path) -> None:
    if (folder / EVENTS).exists() or (folder / NETWORK).exists():
        raise RunError(f"{folder} already holds a run. Choose another folder for this one.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"The run cannot be written to {folder}: {reason(error)}. Choose another folder.") from None


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


def _go(
    network: Network, card: Card, folder: Path, data_folder: Path, loaded: DataSet | None, go_on: bool
) -> Iterator[Event | DataSet]:
    recipe = card.recipe
    where = device.choose(recipe.device)
    data = loaded
    if data is None or data.source.name != recipe.data:
        for item in load(recipe.data, data_folder):
            if isinstance(item, DataSet):
                data = item
            yield item
    assert data is not None
    try:
        on = DataSet(data.source, data.train.to(where), data.validation.to(where), data.test.to(where))
        module = build(network, recipe.seed).to(where)
    except (torch.OutOfMemoryError, MemoryError):
        raise DeviceError(f"The data do not fit into the memory of {device.describe(where)}. Choose cpu.") from None
    steps = optimiser(module, recipe)
    at = load_checkpoint(folder, module, steps) if go_on else Progress()
    per_epoch = steps_per_epoch(len(on.train), recipe.batch)
    started = Started(
        network=network.name, parameters=card.parameters, data=recipe.data, classes=card.classes,
        train=len(on.train), validation=len(on.validation), test=len(on.test),
        device=device.describe(where), steps_per_epoch=per_epoch, steps=per_epoch * recipe.epochs, step=at.step,
        note=_note(network, on),
    )  # fmt: skip
    card = replace(card, of_steps=started.steps)
    ending: Literal["finished", "stopped"] = "stopped"
    saved = time.monotonic()
    with _plainly(folder), _Log(folder, at.step, go_on) as log:
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
            loss, confusion = evaluate(network, module, on.test, len(card.classes))
            right = sum(row[k] for k, row in enumerate(confusion))
            tested = Tested(len(on.test), loss, right / len(on.test), confusion)
            card = replace(card, accuracy=tested.accuracy)
            yield log(tested)
        finally:
            # Also when the iterator is closed in the middle of an epoch: nothing that was learnt is lost.
            card = _save(folder, card, module, steps, at)
            finished = Finished(ending, at.step, at.seconds)
            log(finished)
        yield finished


def _note(network: Network, data: DataSet) -> str:
    around = padding(network, data.source.shape)
    if around and any(around):
        size = "×".join(map(str, data.source.shape[1:]))
        return f"{network.name} takes {network.input[1]}×{network.input[2]}: zeros are added around the {size} images."
    return ""


def _save(folder: Path, card: Card, module: torch.nn.Module, steps: torch.optim.Optimizer, at: Progress) -> Card:
    card = replace(card, steps=at.step)
    save_weights(module, folder)
    save_checkpoint(folder, module, steps, at)
    save_card(card, folder)
    return card


class _Log:
    """Appends events to the run's file; a continued run first drops what lies beyond its checkpoint."""

    def __init__(self, folder: Path, step: int, go_on: bool) -> None:
        path = folder / EVENTS
        kept = [e for e in history(folder) if go_on and not (_at(e) > step or isinstance(e, Finished | Tested))]
        path.write_bytes(b"".join(encode(event) + b"\n" for event in kept))
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


def _at(event: Event) -> int:
    return event.step if isinstance(event, StepDone | Validated | EpochDone | Diverged | Started) else 0
