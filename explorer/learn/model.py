"""A trained network, ready to be asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from explorer.arch.document import read_network
from explorer.arch.errors import ArchitectureError
from explorer.arch.network import Network
from explorer.explain.metrics import accuracy
from explorer.learn.build import build, log_probabilities, prepare
from explorer.learn.card import NETWORK, Card, check_classes, read_card
from explorer.learn.data import DataSet, load
from explorer.learn.events import Progress, Tested
from explorer.learn.train import evaluate
from explorer.learn.weights import load_weights


@dataclass(frozen=True)
class Answer:
    """What a network says of one image: (K,) float64 arrays, one number a class.

    `outputs` is what leaves the last layer; `log_probabilities` are natural logarithms and at most 0.
    """

    outputs: NDArray[np.float64]
    log_probabilities: NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """A network with its weights, on the CPU and in evaluation mode."""

    folder: Path
    card: Card
    network: Network
    module: nn.Module

    @torch.inference_mode()
    def read(self, image: NDArray[np.uint8]) -> Answer:
        """Ask the network about one framed image: (28, 28) uint8, ink bright. A few milliseconds at most."""
        outputs = self.module(prepare(torch.from_numpy(np.ascontiguousarray(image))[None, None], self.network))
        logs = log_probabilities(self.network, outputs)
        return Answer(outputs[0].double().numpy(), logs[0].double().numpy())

    def evaluate(self, name: str, data_folder: Path) -> Iterator[Progress | Tested]:
        """Try the model on a data set's test part: progress while that loads, then the result."""
        for item in load(name, data_folder):
            if isinstance(item, DataSet):
                if item.source.classes != self.card.classes:
                    raise ArchitectureError(f"{self.card.name} knows other classes than {item.source.title} has.")
                loss, confusion = evaluate(self.network, self.module, item.test, len(self.card.classes))
                yield Tested(len(item.test), loss, accuracy(confusion), confusion)
            else:
                yield item


def load_model(folder: Path) -> Model:
    """The model in a run's or a shipped model's folder. Raises `RunError` or `DocumentError` in one sentence."""
    card = read_card(folder)
    network = read_network(folder / NETWORK)
    check_classes(card, network, folder)
    module = build(network)
    load_weights(module, folder)
    return Model(folder, card, network, module.eval())
