"""What each letter of a word does for one class: by leaving it out, and by the gradient.

    said = blame(model, tokens, index)
    said.occlusion[2]     # log p with all letters − log p without the third; positive: the letter speaks for the class
    said.gradient[2]      # ∂ log p/∂x · x at the third letter's one-hot vector or embedding

Occlusion is after Zeiler and Fergus 2014, and Li, Monroe and Jurafsky 2016 (erasure); gradient × input after
Shrikumar et al. 2016.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.learn.build import log_probabilities, prepare
from explorer.learn.model import Model

BATCH = 64
"""Most words of one length that are read at once."""


@dataclass(frozen=True, eq=False)
class Blame:
    """What T letters do for one class, in nats. `log_probability` is what all letters together say, at most 0.

    `without` (T,) are the log-probabilities with one letter left out, NaN for a word of one letter, of which nothing
    would be left. `gradient` (T,) is gradient × input; its sum need not be any of the others.
    """

    tokens: tuple[int, ...]
    index: int
    log_probability: float
    without: NDArray[np.float64]
    gradient: NDArray[np.float64]

    @property
    def occlusion(self) -> NDArray[np.float64]:
        """(T,): how much the log-probability falls without each letter; NaN for a word of one letter."""
        return self.log_probability - self.without


def blame(model: Model, tokens: Sequence[int], index: int) -> Blame:
    """What each token does for class `index`. Raises `ValueError` for no tokens or a class that is not there."""
    if not tokens:
        raise ValueError("no letters, no contributions")
    if not 0 <= index < len(model.card.classes):
        raise ValueError(f"class {index} of {len(model.card.classes)}")
    return Blame(
        tuple(tokens),
        index,
        float(answers(model, [tokens])[0, index]),
        without(model, tokens, index),
        gradient_times_input(model, tokens, index),
    )


def without(model: Model, tokens: Sequence[int], index: int) -> NDArray[np.float64]:
    """Log-probabilities (T,) of class `index` with each token left out in turn; NaN if that leaves nothing."""
    if len(tokens) < 2:
        return np.full(len(tokens), np.nan)
    shorter = [[*tokens[:t], *tokens[t + 1 :]] for t in range(len(tokens))]
    return answers(model, shorter)[:, index]


def gradient_times_input(model: Model, tokens: Sequence[int], index: int) -> NDArray[np.float64]:
    """∂ log p/∂x · x (T,) of class `index`, at the one-hot vectors, or at what the embedding makes of the tokens."""
    made: list[Tensor] = []

    def keep(_: nn.Module, __: object, out: Tensor) -> Tensor:
        made.append(out.detach().requires_grad_())
        return made[-1]

    x = prepare(torch.tensor([list(tokens)]), model.network)
    with torch.enable_grad():
        if x.is_floating_point():
            made.append(x.requires_grad_())
            outputs = model.module(x)
        else:
            module = deepcopy(model.module)  # another thread may be asking the model itself
            table = next(layer for layer in module.modules() if isinstance(layer, nn.Embedding))
            table.register_forward_hook(keep)
            outputs = module(x)
        log = log_probabilities(model.network, outputs)[0, index]
        (slope,) = torch.autograd.grad(log, made[:1])
    found: NDArray[np.float64] = (slope * made[0].detach()).sum(-1)[0].double().numpy()
    return found


@torch.inference_mode()
def answers(model: Model, words: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Log-probabilities (N, K) of words of one length, each after its last token."""
    parts = [
        log_probabilities(model.network, model.module(prepare(torch.tensor([list(w) for w in some]), model.network)))
        for some in (words[k : k + BATCH] for k in range(0, len(words), BATCH))
    ]
    found: NDArray[np.float64] = torch.cat(parts).double().numpy()
    return found


def many(model: Model, words: Sequence[Sequence[int]]) -> Iterator[tuple[tuple[int, ...], NDArray[np.float64]]]:
    """Many words of any lengths, a batch of one length at a time: places in `words`, and (n, K) log-probabilities.

    Words without tokens are left out.
    """
    lengths: dict[int, list[int]] = {}
    for place, word in enumerate(words):
        if word:
            lengths.setdefault(len(word), []).append(place)
    for places in lengths.values():
        for k in range(0, len(places), BATCH):
            some = tuple(places[k : k + BATCH])
            yield some, answers(model, [words[place] for place in some])
