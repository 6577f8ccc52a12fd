"""The panel's states for the tour: a real, small training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from explorer.app.train.record import Record
from explorer.app.train.words import Phase
from explorer.arch.zoo import zoo
from explorer.learn.catalog import source
from explorer.learn.recipe import Recipe

if TYPE_CHECKING:
    from explorer.app.train.panel import TrainPanel
    from explorer.learn.data import DataSet

PATIENCE = 15.0
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
    """Ready, a network that does not fit, training, finished; afterwards all is as it was."""
    from explorer.app.tour import settle

    def until(done: Callable[[], bool]) -> None:
        end = monotonic() + PATIENCE
        while not done() and monotonic() < end:
            settle(20)

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
        panel.record, panel.phase, panel.folder = Record(), Phase.READY, None
    workspace.edit(network, "Back")
    panel.settings.show_recipe(before)
    panel.refresh()
