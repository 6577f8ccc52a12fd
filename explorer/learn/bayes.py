"""A letter model that writes words of classes also tells the classes apart.

By Bayes, p(class | word) = p(word | class) / Σ p(word | other class), where each class is as likely before the word is
read. p(word | class) is the product of what the model says of each letter behind the class, and of the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from explorer.arch.errors import UsageError
from explorer.explain.metrics import accuracy
from explorer.learn.build import log_probabilities, prepare
from explorer.learn.card import Card
from explorer.learn.corpus import END
from explorer.learn.data import DataSet, load
from explorer.learn.events import Progress, Tested
from explorer.learn.letters import LETTERS
from explorer.learn.model import Model

CHUNK = 100
"""Words judged at once, each behind every class."""


def classes_of(card: Card) -> tuple[str, ...]:
    """The classes whose words a letter model writes; none for a model of plain text."""
    first = len(LETTERS) + 1
    return card.signs[first:] if card.kind == "text" and card.signs[:first] == (*LETTERS, END) else ()


def judge(model: Model, tokens: Sequence[int]) -> NDArray[np.float64]:
    """Log-probabilities of the classes (T, K) after each letter; in the last row the end is read, too.

    Raises `UsageError` for a model without classes.
    """
    if not tokens:
        return np.zeros((0, len(classes_of(model.card))))
    steps = _likelihoods(model, torch.tensor([list(tokens)]))[0]
    whole = steps.cumsum(0)
    whole[-2] = whole[-1]  # the end belongs to the last letter's row
    return functional.log_softmax(whole[:-1], dim=1).numpy()


def tried(model: Model, name: str, folder: Path) -> Iterator[Progress | Tested]:
    """Tell the words of a data set's test part apart. Raises `UsageError` if it has other classes."""
    classes = classes_of(model.card)
    for item in load(name, folder):
        if isinstance(item, Progress):
            yield item
            continue
        assert isinstance(item, DataSet)
        if item.source.classes != classes:
            raise UsageError(f"{model.card.name} knows other classes than {item.source.title} has.")
        counts, loss, done = np.zeros((len(classes),) * 2, np.int64), 0.0, 0
        for some in item.test.chunks(CHUNK):
            logs = functional.log_softmax(_likelihoods(model, some.x).sum(1), dim=1)
            loss += float(functional.nll_loss(logs, some.y, reduction="sum"))
            np.add.at(counts, (some.y.numpy(), logs.argmax(1).numpy()), 1)
            done += len(some)
            yield Progress("Reading names behind each class", done, len(item.test))
        confusion = tuple(tuple(row) for row in counts.tolist())
        yield Tested(done, loss / max(done, 1), accuracy(counts), confusion)


@torch.inference_mode()
def _likelihoods(model: Model, words: torch.Tensor) -> torch.Tensor:
    """Words (N, T) of one length. Returns (N, T + 1, K) float64: log p of each letter and of the end, a class each."""
    count = len(classes_of(model.card))
    if not count:
        raise UsageError(f"{model.card.name} writes text, and tells nothing apart. Choose another model.")
    n, first = len(words), len(LETTERS) + 1
    head = torch.arange(first, first + count).repeat(n)[:, None]
    behind = words.repeat_interleave(count, 0)
    outputs = model.module(prepare(torch.cat((head, behind), 1), model.network))
    target = torch.cat((behind, torch.full((n * count, 1), len(LETTERS))), 1)
    said = log_probabilities(model.network, outputs).double().gather(2, target[..., None])[..., 0]
    return said.view(n, count, -1).transpose(1, 2)
