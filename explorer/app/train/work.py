"""What the panel runs on its background thread. Imports torch there and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.app.train.record import Record, record_of
from explorer.app.train.runs import Kept, latest, read_run
from explorer.app.worker import Worker
from explorer.arch.document import read_network
from explorer.arch.network import Network
from explorer.learn.card import NETWORK, read_card
from explorer.learn.events import Diverged
from explorer.learn.history import history
from explorer.learn.recipe import Recipe

if TYPE_CHECKING:
    from explorer.learn.data import DataSet

Runner = Callable[[Network, Recipe, Path, Path, "DataSet | None"], Iterator[Any]]
"""`run(network, recipe, folder, data_folder, loaded)`: events, and the data set once."""

Opened = tuple[Kept, Network, Record]


def _ready() -> None:
    """PyTorch, ready to train; usually the window has loaded it by now."""
    from explorer.learn.load import import_torch, warm_up

    import_torch()
    warm_up()
    from explorer.learn import device

    device.use_threads()


def begin(network: Network, recipe: Recipe, folder: Path, data_folder: Path, loaded: DataSet | None) -> Iterator[Any]:
    """A new run."""
    _ready()
    from explorer.learn.run import run

    return run(network, recipe, folder, data_folder, loaded)


def go_on(folder: Path, data_folder: Path, loaded: DataSet | None) -> Iterator[Any]:
    """A stopped run: its record so far, then its further events."""
    card = read_card(folder)
    yield record_of(history(folder), card.recipe.batch, card.recipe.epochs, until=card.steps)
    _ready()
    from explorer.learn.run import resume

    yield from resume(folder, data_folder, loaded)


def watched(make: Callable[[], Any], worker: Worker) -> Iterator[Any]:
    """The events of a run, which pauses itself at once when its loss is no number: no step is taken unasked."""
    with closing(make()) as events:
        for event in events:
            if isinstance(event, Diverged):
                worker.pause()
            yield event


def opened(folder: Path) -> Iterator[Opened]:
    """A run on disk as it was left."""
    kept = read_run(folder)
    network = read_network(folder / NETWORK)
    yield kept, network, record_of(history(folder), kept.card.recipe.batch, kept.card.recipe.epochs)


def last_run(runs: Path) -> Iterator[Kept]:
    """The run that was written last, if it is not finished."""
    kept = latest(runs)
    if kept is not None and kept.unfinished:
        yield kept
