"""A network that guesses the next sign writes, and says how much a text surprises it.

generate(model, start, temperature, seed, most)   one drawn sign at a time, with the odds it had
surprise(model, tokens)                           −log p of each sign, and the perplexity of them all
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import exp, isfinite
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from explorer.arch.errors import ExplorerError, RunError, UsageError
from explorer.arch.text import number
from explorer.learn import modules
from explorer.learn.build import prepare
from explorer.learn.card import Card
from explorer.learn.catalog import source
from explorer.learn.corpus import END, UNKNOWN, Level, split_text
from explorer.learn.letters import LETTERS, fold
from explorer.learn.lists import read_lists
from explorer.learn.model import Model, load_model

EXPECTED = 5
"""Signs that are kept of those a network expected."""

LONGEST = 400
"""Most signs of a typed text that are read."""


OPENING = "([{‹“‘"
"""No space stands behind these."""


@dataclass(frozen=True)
class Piece:
    """One sign of a typed text. `token` is its place in the signs; `None` where the network does not know it."""

    typed: str
    token: int | None


@dataclass(frozen=True)
class Typed:
    """A typed text as the network reads it. `remark` says what it does not read, in sentences; may be empty."""

    pieces: tuple[Piece, ...]
    remark: str = ""

    @property
    def tokens(self) -> tuple[int, ...]:
        """What the network gets."""
        return tuple(piece.token for piece in self.pieces if piece.token is not None)


@dataclass(frozen=True)
class Alphabet:
    """The signs of a network that writes. `classes` are the names' languages; a plain text has none.

    Of names, the signs are `LETTERS`, the end ⏎, and one sign for each class, with which its names begin.
    """

    signs: tuple[str, ...]
    level: Level = "letters"
    classes: tuple[str, ...] = ()

    @property
    def end(self) -> int | None:
        """The place of ⏎; `None` where texts do not end."""
        return len(LETTERS) if self.classes else None

    @property
    def unit(self) -> str:
        """What a sign is called."""
        return "word" if self.level == "words" else "letter"

    def begin(self, label: int) -> int:
        """The place of the sign of a class."""
        return len(LETTERS) + 1 + label

    @cached_property
    def barred(self) -> NDArray[np.bool_]:
        """(K,): which signs are never drawn: those of the classes, and the one for unknown words."""
        places = np.arange(len(self.signs))
        own = places > len(LETTERS) if self.classes else places < 0
        found: NDArray[np.bool_] = own | np.array([sign == UNKNOWN for sign in self.signs])
        return found

    @cached_property
    def _index(self) -> dict[str, int]:
        return {sign: k for k, sign in enumerate(self.signs)}

    @property
    def silence(self) -> int:
        """The sign behind which a text begins when none is given: a space, or a full stop."""
        return self._index.get(" " if self.level == "letters" else ".", 0)

    def read(self, text: str) -> Typed:
        """A typed text sign by sign, without the class and the end of a name."""
        if self.classes:
            folded = fold(text)
            pieces: list[Piece] = []
            for sign in folded.signs:
                if not sign.known:
                    pieces.append(Piece(sign.typed, None))
                one = len(sign.folded) == 1
                pieces += [Piece(sign.typed if one else part, self._index[part]) for part in sign.folded]
            return Typed(tuple(pieces), folded.remark)
        found = split_text(unicodedata.normalize("NFC", text[: 40 * LONGEST]).strip(), self.level)
        pieces = [Piece(sign, self._place(sign)) for sign in found[:LONGEST]]
        return Typed(tuple(pieces), self._remark(pieces, len(found) > LONGEST))

    def _place(self, sign: str) -> int | None:
        if sign in self._index:
            return self._index[sign]
        if self.level == "words":
            return self._index.get(UNKNOWN)
        return self._index.get(unicodedata.normalize("NFD", sign)[0])  # without its accents

    def _remark(self, pieces: Sequence[Piece], cut: bool) -> str:
        words = []
        stands = self._index.get(UNKNOWN)
        odd = tuple(dict.fromkeys(p.typed for p in pieces if p.token is None or p.token == stands))
        if odd:
            shown = ", ".join(f"“{sign}”" for sign in odd[:5]) + (" …" if len(odd) > 5 else "")
            many = len(odd) > 1
            if stands is None:
                seen = f"the network does not see {'them' if many else 'it'}"
            else:
                seen = f"the network reads {UNKNOWN}"
            words.append(
                f"{shown} {'are' if many else 'is'} not among the {number(len(self.signs))} {self.unit}s; {seen}."
            )
        if cut:
            words.append(f"Only the first {LONGEST} {self.unit}s are read.")
        return " ".join(words)

    def spelled(self, tokens: Sequence[int]) -> tuple[str, ...]:
        """What each sign adds to a text: letters, or words with the space before them; classes and ⏎ add nothing."""
        end = len(LETTERS) if self.classes else len(self.signs)
        shown = ["" if token >= end else self.signs[token] for token in tokens]
        if self.level == "letters":
            return tuple(shown)
        before = ["(", *shown]
        return tuple(
            word if last in OPENING or not (word[0].isalnum() or word[0] in OPENING) else f" {word}"
            for last, word in zip(before, shown, strict=False)
        )

    def text(self, tokens: Sequence[int]) -> str:
        """The text of these signs."""
        return "".join(self.spelled(tokens))


def alphabet_of(card: Card) -> Alphabet:
    """The signs of a model of kind “text”."""
    names = (*LETTERS, END)
    if card.signs[: len(names)] == names:
        return Alphabet(card.signs, "letters", card.signs[len(names) :])
    return Alphabet(card.signs, "words" if card.data.endswith("#words") else "letters")


@dataclass(frozen=True)
class Written:
    """One sign that was drawn. `logits` (K,) reach the softmax; `probabilities` (K,) are those it was drawn from.

    probabilities[k] = e^(logits[k] / temperature) / Σ over the signs that may be drawn; others have 0.
    At temperature 0 the likeliest has 1. `die` in 0…1 is the random number that chose: the sign whose stretch of the
    probabilities, laid end to end from the largest on, holds it.
    """

    token: int
    logits: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    temperature: float
    die: float

    @property
    def probability(self) -> float:
        """That of the drawn sign."""
        return float(self.probabilities[self.token])

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """(K,): the signs' places, the likeliest first."""
        return _order(self.probabilities, self.logits)

    @property
    def stretch(self) -> tuple[float, float]:
        """From where to where the drawn sign's part of 0…1 reaches."""
        before = self.order[: int(np.flatnonzero(self.order == self.token)[0])]
        low = float(self.probabilities[before].sum())
        return low, low + self.probability


def _order(probabilities: NDArray[np.float64], logits: NDArray[np.float64]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = np.lexsort((-logits, -probabilities))
    return found


def softened(logits: NDArray[np.float64], temperature: float, barred: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(K,) probabilities e^(z/T)/Σ of the signs that are not `barred`; T = 0 gives all to the likeliest."""
    open_ = np.where(barred, -np.inf, logits)
    if temperature == 0:
        powers = (np.arange(len(logits)) == int(open_.argmax())).astype(np.float64)
    else:
        powers = np.exp((open_ - open_.max()) / temperature)
    found: NDArray[np.float64] = powers / powers.sum()
    return found


def generate(
    model: Model, start: Sequence[int], temperature: float, seed: int | Sequence[int], most: int
) -> Iterator[Written]:
    """Write at most `most` signs behind those of `start`, one at a time; a name ends with ⏎.

    `start` holds at least one sign; a name's begins with that of its class. `temperature` is 0 or more: 0 takes the
    likeliest sign, 1 draws as the network has learnt, more draws more evenly. The same seed writes the same again.
    Signs of classes and of unknown words are not drawn, nor ⏎ before the first letter: their probability falls to
    the others. Raises `ValueError` for anything else.
    """
    if not start or not isfinite(temperature) or temperature < 0:
        raise ValueError(f"cannot write behind {len(start)} signs at temperature {temperature}")
    alphabet = alphabet_of(model.card)
    chance = np.random.default_rng(seed)
    listener = Listener(model)
    for token in start[:-1]:
        listener.hear(token)
    token, length = start[-1], len(start)
    for _ in range(most):
        logits = listener.hear(token)
        barred = alphabet.barred
        if alphabet.end is not None and length == 1:
            barred = barred | (np.arange(len(barred)) == alphabet.end)
        probabilities = softened(logits, temperature, barred)
        die = float(chance.random())
        order = _order(probabilities, logits)
        place = int(np.searchsorted(np.cumsum(probabilities[order]), die, side="right"))
        place = min(place, int(np.count_nonzero(probabilities)) - 1)  # sums may end a hair below 1
        token, length = int(order[place]), length + 1
        yield Written(token, logits, probabilities, temperature, die)
        if token == alphabet.end:
            return


class Listener:
    """Hears one sign at a time, and says what it expects next.

    Recurrent layers keep their states between two signs where all layers work step by step; else the network reads
    the whole beginning anew each time.
    """

    def __init__(self, model: Model) -> None:
        self._network = model.network
        layers = list(model.module.children())
        # What reaches the softmax is wanted, whether the network has one or leaves it to the loss.
        self._layers = layers[:-1] if isinstance(layers[-1], nn.LogSoftmax | nn.Softmax) else layers
        self._states: list[object] | None = [None] * len(self._layers) if _steps(self._layers) else None
        self._heard: list[int] = []

    @property
    def remembers(self) -> bool:
        """Whether states are kept, so that a sign costs the same however long the text is."""
        return self._states is not None

    @torch.inference_mode()
    def hear(self, token: int) -> NDArray[np.float64]:
        """(K,) logits of the sign behind this one."""
        if self._states is None:
            self._heard.append(token)
        x = prepare(torch.tensor([[token] if self._states is not None else self._heard]), self._network)
        for k, layer in enumerate(self._layers):
            if self._states is not None and type(layer) in PLAIN:
                x, self._states[k] = PLAIN[type(layer)].forward(layer, x, self._states[k])
            elif self._states is not None and isinstance(layer, modules.ConcatRNN):
                x, self._states[k] = _joined(layer, x, self._states[k])
            else:
                x = layer(x)
        found: NDArray[np.float64] = x[0, -1].double().numpy()
        return found


PLAIN: dict[type[nn.Module], Any] = {modules.RNN: nn.RNN, modules.LSTM: nn.LSTM, modules.GRU: nn.GRU}
"""The recurrent layers, and the classes of PyTorch that give their states, too."""


def _steps(layers: Sequence[nn.Module]) -> bool:
    """Whether each layer's answer at a step needs only that step and a state that `Listener` keeps."""
    plain = (modules.ConcatRNN, nn.Linear, nn.Embedding, nn.Dropout, nn.Tanh, nn.ReLU, nn.LayerNorm)
    return all(
        isinstance(layer, plain) or (type(layer) in PLAIN and not layer.bidirectional and not layer.proj_size)
        for layer in layers
    )


def _joined(layer: modules.ConcatRNN, x: Tensor, state: object) -> tuple[Tensor, Tensor]:
    """One step of the lecture's cell: x (1, 1, F)."""
    h = state if isinstance(state, Tensor) else x.new_zeros(1, layer.hidden)
    both = torch.cat((x[:, 0], h), 1)
    return layer.i2o(both)[:, None], layer.i2h(both)


@dataclass(frozen=True)
class Surprise:
    """How much each of n guessed signs surprised the network: `nats` (n,) are −ln p, at least 0.

    `expected` holds, for each place, the likeliest signs with their probabilities. `vocabulary` is the number of
    signs: a network that knows nothing gives each 1/vocabulary and so has that perplexity.
    """

    tokens: tuple[int, ...]
    nats: NDArray[np.float64]
    expected: tuple[tuple[tuple[int, float], ...], ...] = field(repr=False)
    vocabulary: int = 0

    @property
    def bits(self) -> NDArray[np.float64]:
        """(n,): −log₂ p."""
        found: NDArray[np.float64] = self.nats / np.log(2)
        return found

    @property
    def mean(self) -> float:
        """Mean of −ln p over the signs, in nats: the cross-entropy."""
        return float(self.nats.mean())

    @property
    def perplexity(self) -> float:
        """exp(−(1/n) Σ ln p): 1 at least, infinite where it is beyond all numbers."""
        return exp(self.mean) if self.mean < 700 else float("inf")


def surprise(model: Model, tokens: Sequence[int]) -> Surprise:
    """How much each sign but the first surprises the network, which has read those before it.

    The first is given: of a name it is that of its class, and the last ⏎. Raises `UsageError` for fewer than two.
    """
    if len(tokens) < 2:
        raise UsageError("At least two signs are needed: the first is given, the others are guessed.")
    listener = Listener(model)
    nats, expected = [], []
    for heard, guessed in pairwise(tokens):
        logits = listener.hear(heard)
        logs = logits - logits.max()
        logs -= np.log(np.exp(logs).sum())
        nats.append(max(0.0, -float(logs[guessed])))
        likeliest = np.argsort(-logs, kind="stable")[:EXPECTED]
        expected.append(tuple((int(k), exp(float(logs[k]))) for k in likeliest))
    return Surprise(tuple(tokens[1:]), np.array(nats), tuple(expected), len(model.card.signs))


@dataclass(frozen=True)
class Writer:
    """A model that writes. `listed` are the names that it was trained with: class sign and letters."""

    model: Model
    alphabet: Alphabet
    listed: frozenset[tuple[int, ...]] = frozenset()


def load_writer(folder: Path, data_folder: Path) -> Writer:
    """The model in a folder, and the names it learnt from where they are on disk. Raises `ExplorerError`."""
    model = load_model(folder)
    if model.kind != "text":
        raise RunError(f"{folder} holds a network that does not write: it gives classes, no next sign.")
    alphabet = alphabet_of(model.card)
    try:
        return Writer(model, alphabet, _listed(model.card, alphabet, data_folder))
    except ExplorerError:  # the model writes without its lists, too
        return Writer(model, alphabet)


def _listed(card: Card, alphabet: Alphabet, folder: Path) -> frozenset[tuple[int, ...]]:
    if not alphabet.classes:
        return frozenset()
    found = source(card.data)
    if found.lists is None or not found.on_disk(folder):
        return frozenset()
    return frozenset((alphabet.begin(w.label), *w.tokens) for w in read_lists(found.lists(folder)).part("train"))
