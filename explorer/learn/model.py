"""A trained network, ready to be asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from explorer.arch.document import read_network
from explorer.arch.errors import ArchitectureError
from explorer.arch.network import Network
from explorer.learn import modules
from explorer.learn.build import build, log_probabilities, prepare
from explorer.learn.card import NETWORK, Card, check_classes, read_card
from explorer.learn.catalog import Kind
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

    @property
    def kind(self) -> Kind:
        """What it reads."""
        return self.card.kind

    @torch.inference_mode()
    def spell(self, tokens: Sequence[int]) -> NDArray[np.float64]:
        """Log-probabilities after each sign of a sequence: (T, K), rows of natural logarithms. A few milliseconds.

        Row t is what the network says when only the signs up to t are there. Where it gives an answer at each step,
        one pass does; else, and where it also reads backwards, it reads each beginning of the sequence.
        """
        if not tokens:
            return np.zeros((0, len(self.card.classes)))
        x = torch.tensor([list(tokens)])
        steps = self._each_step
        if steps is not None:
            outputs = steps(prepare(x, self.network))
            return log_probabilities(self.network, outputs)[0].double().numpy()
        rows = [self.module(prepare(x[:, : k + 1], self.network))[0] for k in range(len(tokens))]
        # What gives an answer at each step counts with its last one: it has read the whole beginning.
        last = torch.stack([row if row.ndim == 1 else row[-1] for row in rows])
        return log_probabilities(self.network, last).double().numpy()

    @cached_property
    def _each_step(self) -> nn.Module | None:
        """The module without its last-step layer, if its answer at each step is then that to the signs so far."""
        layers = list(self.module.children())
        kinds = (modules.RNN, modules.LSTM, modules.GRU)
        if any(isinstance(layer, kinds) and layer.bidirectional for layer in layers):
            return None
        each = (*kinds, modules.ConcatRNN, modules.LastStep, nn.Linear, nn.LogSoftmax, nn.Softmax, nn.Embedding,
                nn.Dropout, nn.Tanh, nn.ReLU, nn.LayerNorm)  # fmt: skip
        if any(not isinstance(layer, each) for layer in layers):
            return None
        if self.kind == "words" and sum(isinstance(layer, modules.LastStep) for layer in layers) != 1:
            return None
        return nn.Sequential(*(layer for layer in layers if not isinstance(layer, modules.LastStep)))

    def evaluate(self, name: str, data_folder: Path) -> Iterator[Progress | Tested]:
        """Try the model on a data set's test part: progress while that loads, then the result."""
        for item in load(name, data_folder):
            if isinstance(item, DataSet):
                if item.source.classes != self.card.classes:
                    raise ArchitectureError(f"{self.card.name} knows other classes than {item.source.title} has.")
                loss, right, confusion = evaluate(self.network, self.module, item.test, len(self.card.classes))
                yield Tested(len(item.test), loss, right, confusion)
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
