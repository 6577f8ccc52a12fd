"""The panel's states for the tour: a real, small training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from explorer.app.train.record import Record
from explorer.app.train.words import Phase
from explorer.arch.zoo import zoo
from explorer.learn.catalog import source
from explorer.learn.presets import FAST_TEXT, FAST_WORDS, LECTURE
from explorer.learn.recipe import Recipe

if TYPE_CHECKING:
    from explorer.app.train.panel import TrainPanel
    from explorer.arch.network import Network
    from explorer.learn.data import DataSet

PATIENCE = 30.0
"""Seconds after which a state is shown as far as it has come."""


def small_strokes(train: int, validation: int, test: int) -> DataSet:
    """A few drawn digits as a data set, at once."""
    import torch

    from explorer.learn.data import DataSet, Part
    from explorer.learn.strokes import strokes

    x, y = strokes(train + validation + test, seed=1)
    images, labels = torch.from_numpy(x).unsqueeze(1), torch.from_numpy(y.astype(np.int64))
    first, second = train, train + validation
    return DataSet(
        source("strokes"),
        Part(images[:first], labels[:first]),
        Part(images[first:second], labels[first:second]),
        Part(images[second:], labels[second:]),
    )


def showing(panel: TrainPanel) -> Iterator[str]:
    """Ready, a network that does not fit, training, finished; words and texts; afterwards all is as it was."""
    from explorer.app.tour import settle

    def until(done: Callable[[], bool]) -> None:
        end = monotonic() + PATIENCE
        while not done() and monotonic() < end:
            settle(20)

    def asked() -> None:
        until(lambda: not panel.desk.busy)

    def trained(network: Network, recipe: Recipe) -> None:
        workspace.open_network(network)
        panel.settings.show_recipe(recipe)
        asked()
        panel.train()
        until(lambda: panel.phase is Phase.ENDED)
        panel.refresh()

    workspace, before = panel.workspace, panel.settings.recipe
    network = workspace.network
    panel.settings.show_recipe(Recipe())
    panel.refresh()
    yield "ready"
    workspace.edit(zoo("cifar10"), "Open CIFAR-10")
    yield "misfit"
    workspace.edit(zoo("lenet5"), "Open LeNet-5")
    if workspace.torch:
        data, workspace.data = workspace.data, small_strokes(4000, 500, 500)
        panel.settings.show_recipe(Recipe(epochs=5, batch=32, learning_rate=0.003))
        panel.train()
        until(lambda: panel.record.step > 0.7 * panel.record.steps > 0)
        panel.refresh()
        yield "training"
        until(lambda: panel.phase is Phase.ENDED)
        if panel.record.shown:
            counts = np.array(panel.record.shown.counts)
            np.fill_diagonal(counts, 0)
            row, column = divmod(int(counts.argmax()), len(counts))
            panel.results.matrix.pin((row, column))
        yield "finished"
        panel.results.matrix.pin(None)
        workspace.data = data
        yield from _words(panel, trained, asked)
        workspace.data = data
        panel.record, panel.phase, panel.folder = Record(), Phase.READY, None
    workspace.edit(network, "Back")
    panel.settings.show_recipe(before)
    panel.refresh()


def _words(panel: TrainPanel, trained: Callable[[Network, Recipe], None], asked: Callable[[], None]) -> Iterator[str]:
    """The lecture's network and recipe, a faster one with the words of a cell, both compared, and a text."""
    data = "names" if source("names").on_disk(panel.workspace.data_folder) else "names-tutorial"
    trained(zoo("names-rnn"), replace(LECTURE.recipe, data=data, samples=2000))
    yield "words"
    trained(zoo("names-lstm"), replace(FAST_WORDS.recipe, data=data, epochs=2))
    if panel.record.shown:
        counts = np.array(panel.record.shown.counts)
        np.fill_diagonal(counts, 0)
        row, column = divmod(int(counts.argmax()), len(counts))
        panel.results.matrix.pin((row, column))
        asked()
    yield "words-confusion"
    panel.desk.compare()
    asked()
    panel.page.compare.matrices[2].pin((0, 0))
    yield "words-compare"
    panel.page.show_comparison(False)
    trained(zoo("char-lm"), replace(FAST_TEXT.recipe, data=f"{data}#letters", epochs=1))
    yield "text"
