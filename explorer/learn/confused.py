"""Which words are in a cell of a confusion matrix, and the matrices of two models on the same words."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from explorer.arch.errors import ArchitectureError
from explorer.learn.build import log_probabilities, prepare
from explorer.learn.data import DataSet, Part
from explorer.learn.events import Confusion
from explorer.learn.lists import PartName
from explorer.learn.model import Model
from explorer.learn.train import CHUNK, evaluate


@dataclass(frozen=True)
class Said:
    """A word and the natural logarithms of the probabilities that the network gives to its answer and to the truth."""

    word: str
    answer: float
    truth: float


def confused(model: Model, data: DataSet, part: PartName, true: int, read: int) -> tuple[Said, ...]:
    """The words of class `true` in a part of the data that the model reads as class `read`, the surest first.

    Both are places in the data's classes, 0…K − 1. Raises `ArchitectureError` if the model knows other classes.
    """
    _check(model, data)
    whole: Part = getattr(data, part)
    here = (whole.y == true).nonzero()[:, 0]
    if whole.lengths is None or not len(here):
        return ()
    found: list[Said] = []
    of_class = Part(whole.x[here], whole.y[here], whole.lengths[here])
    signs = data.source.signs
    with torch.inference_mode():
        for some in of_class.chunks(CHUNK):
            logs = log_probabilities(model.network, model.module(prepare(some.x, model.network)))
            for place in (logs.argmax(-1) == read).nonzero()[:, 0].tolist():
                word = "".join(signs[token] for token in some.x[place].tolist())
                found.append(Said(word, float(logs[place, read]), float(logs[place, true])))
    return tuple(sorted(found, key=lambda said: -said.answer))


def tested(model: Model, data: DataSet) -> Confusion:
    """The model's confusion matrix on the test part. Raises `ArchitectureError` if it knows other classes."""
    _check(model, data)
    return evaluate(model.network, model.module, data.test, len(data.source.classes))[2]


def _check(model: Model, data: DataSet) -> None:
    if data.source.classes != model.card.classes:
        raise ArchitectureError(f"{model.card.name} knows other classes than {data.source.title} has.")
