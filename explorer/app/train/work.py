"""What the panel runs on its background thread. Imports torch there and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.app.train.record import Record, record_of
from explorer.app.train.runs import Kept, latest, read_run
from explorer.app.worker import Worker
from explorer.arch.document import read_network
from explorer.arch.errors import RunError
from explorer.arch.network import Network
from explorer.learn.card import NETWORK, WEIGHTS, read_card
from explorer.learn.events import Confusion, Diverged
from explorer.learn.history import history
from explorer.learn.lists import PartName
from explorer.learn.recipe import Recipe

if TYPE_CHECKING:
    from explorer.learn.confused import Said
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
    yield _record(folder, card.recipe, card.steps)
    _ready()
    from explorer.learn.run import resume

    yield from resume(folder, data_folder, loaded)


def _record(folder: Path, recipe: Recipe, until: int | None = None) -> Record:
    return record_of(history(folder), recipe.batch, recipe.epochs, until, recipe.samples)


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
    yield kept, network, _record(folder, kept.card.recipe)


def last_run(runs: Path) -> Iterator[Kept]:
    """The run that was written last, if it is not finished."""
    kept = latest(runs)
    if kept is not None and kept.unfinished:
        yield kept


@dataclass(frozen=True)
class Inside:
    """The words in a cell of a confusion matrix: `true` and `read` are places in `classes`.

    `step` is that of the weights with which they were read: those that the run has saved.
    """

    part: PartName
    classes: tuple[str, ...]
    true: int
    read: int
    step: int
    words: tuple[Said, ...]


def inside(folder: Path, part: PartName, true: int, read: int, data_folder: Path, loaded: DataSet | None) -> Inside:
    """Which words of a part a run reads so. Raises `ExplorerError`."""
    if not (folder / WEIGHTS).is_file():
        raise RunError("The words are listed once weights are saved: after the first epoch, or ten seconds.")
    _ready()
    from explorer.learn.confused import confused
    from explorer.learn.model import load_model

    model = load_model(folder)
    data = _data(model.card.data, data_folder, loaded)
    return Inside(part, model.card.classes, true, read, model.card.steps, confused(model, data, part, true, read))


@dataclass(frozen=True)
class Pair:
    """Two models' confusion matrices on the same test part."""

    data: str
    samples: int
    counts: tuple[Confusion, Confusion]


def compared(folders: tuple[Path, Path], name: str, data_folder: Path, loaded: DataSet | None) -> Pair:
    """Try two models on the test part of one data set. Raises `ExplorerError`."""
    _ready()
    from explorer.learn.confused import tested
    from explorer.learn.model import load_model

    models = [load_model(folder) for folder in folders]
    data = _data(name, data_folder, loaded)
    first, second = (tested(model, data) for model in models)
    return Pair(data.source.title, len(data.test), (first, second))


def _data(name: str, data_folder: Path, loaded: DataSet | None) -> DataSet:
    if loaded is not None and loaded.source.name == name:
        return loaded
    from explorer.learn.data import DataSet, load

    *_, data = load(name, data_folder)
    assert isinstance(data, DataSet)
    return data
