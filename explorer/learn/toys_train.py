"""Trains the small examples of the wirings, on the CPU, in seconds each.

made = train_example("many-to-one")
made.arrays, made.card
for epoch in learn_noise(seed=3): ...     # the loss falls, the held-out sequences stay at chance
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from explorer.arch.text import number, plural
from explorer.learn import toys_data as data
from explorer.learn.toys import TOYS, Curve, Epoch, Name, Toy, ToyCard

NO_TARGET = -100
"""What `cross_entropy` leaves out."""

CLIP = 1.0
"""Greatest norm of a step's gradient."""

Batch = tuple[Tensor, Tensor, Tensor]
"""Tokens (B, T), their lengths (B,), targets (B, T) or (B, K)."""


@dataclass(frozen=True, eq=False)
class Made:
    """A trained example: its weights by name, float32, and its card."""

    arrays: dict[str, NDArray[np.float32]]
    card: ToyCard


class Net(nn.Module):
    """An example's modules: embedding or one-hot vectors, cell (or a plain hidden layer), output, and a decoder."""

    def __init__(self, toy: Toy) -> None:
        super().__init__()
        self.toy = toy
        known = len(toy.signs)
        self.embedding = nn.Embedding(known, toy.embedding) if toy.embedding else None
        width = toy.embedding or known
        ways = 2 if toy.both else 1
        if toy.name == "one-to-one":
            self.hidden = nn.Linear(known, toy.hidden)
        else:
            made: Any = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}[toy.kind]
            self.cell = made(width, toy.hidden, toy.layers, batch_first=True, bidirectional=toy.both)
            if toy.name == "delayed":
                self.decoder = made(len(toy.classes), toy.hidden, batch_first=True)
        self.output = nn.Linear(ways * toy.hidden, len(toy.classes))

    def forward(self, tokens: Tensor, lengths: Tensor, targets: Tensor | None = None) -> Tensor:
        """Logits: (B, K) of many-to-one and one-to-one, else (B, T, K).

        `targets` are what a decoder is given as its last outputs (teacher forcing); without, it reads its own.
        """
        toy = self.toy
        x = self._hot(tokens, len(toy.signs)) if self.embedding is None else self.embedding(tokens)
        if toy.name == "one-to-one":
            return self.output(torch.tanh(self.hidden(x[:, 0])))  # type: ignore[no-any-return]
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        states, last = self.cell(packed)
        if toy.name == "many-to-one":
            return self.output(last[-1])  # type: ignore[no-any-return]
        if toy.name == "delayed":
            return self._decode(last, targets)
        return self.output(pad_packed_sequence(states, batch_first=True)[0])  # type: ignore[no-any-return]

    def _hot(self, tokens: Tensor, many: int) -> Tensor:
        return one_hot(tokens, many).to(self.output.weight.dtype)

    def _decode(self, state: Tensor, targets: Tensor | None) -> Tensor:
        many = len(self.toy.classes)
        first = state.new_zeros(state.shape[1], 1, many)
        if targets is not None:
            told = torch.cat([first, self._hot(targets[:, :-1], many)], dim=1)
            return self.output(self.decoder(told, state)[0])  # type: ignore[no-any-return]
        x, logits = first, []
        for _ in range(self.toy.writes):
            seen, state = self.decoder(x, state)
            logits.append(self.output(seen))
            x = self._hot(logits[-1].argmax(-1), many)
        return torch.cat(logits, dim=1)


def train_example(name: Name, seed: int | None = None, epochs: int | None = None) -> Made:
    """Train an example, from its own seed if no other is given; `epochs` cuts it short.

    The same seed gives the same weights on one machine. Takes seconds, a minute for the longest (“delayed”).
    """
    seed = TOYS[name].seed if seed is None else seed
    if name == "noise":
        return _noise(seed, epochs)
    toy = TOYS[name]
    epochs = epochs or toy.epochs
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        pairs = _pairs(name)
        train, held = _tensors(toy, pairs.train), _tensors(toy, pairs.held)
        net = Net(toy)
        optimiser = torch.optim.Adam(net.parameters(), toy.rate)
        batches = -(-len(train[0]) // toy.batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, toy.rate, total_steps=epochs * batches)
        weights = _shares(train) if name == "many-to-one" else None
        for _ in range(epochs):
            for index in torch.split(_order(len(train[0]), weights), toy.batch):
                tokens, lengths, targets = (one[index] for one in train)
                logits = net(tokens, lengths, targets if name == "delayed" else None)
                loss = _loss(logits, targets)
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(net.parameters(), CLIP)
                optimiser.step()
                schedule.step()
        arrays = {key: value.detach().numpy().copy() for key, value in net.state_dict().items()}
        right, told = _right(net, train), _right(net, held) if len(held[0]) else None
    how = (
        f"{_size(toy)}; Adam {toy.rate:g}, batches of {toy.batch}, {plural(epochs, 'epoch')}, seed {seed}; "
        f"{number(sum(value.size for value in arrays.values()))} weights"
    )
    return Made(arrays, _card(toy, seed, how, arrays, (len(train[0]), len(held[0])), right, told))


def _card(
    toy: Toy, seed: int, how: str, arrays: dict[str, NDArray[np.float32]], counts: tuple[int, int], right: float,
    told: float | None, curve: Curve | None = None,
) -> ToyCard:  # fmt: skip
    return ToyCard(
        toy.name, toy.about, how, sum(value.size for value in arrays.values()), *counts, toy.counted, toy.kept,
        round(right, 4), None if told is None else round(told, 4), seed, curve or Curve(),
        f"python -m explorer.learn.toys resources/wirings {toy.name}",
    )  # fmt: skip


def _size(toy: Toy) -> str:
    if toy.name == "one-to-one":
        return f"a hidden layer of {toy.hidden} units with tanh"
    layers = f"{toy.layers} layers of {toy.kind}" if toy.layers > 1 else toy.kind
    ways = ", in both directions" if toy.both else ""
    two = ", encoder and decoder" if toy.name == "delayed" else ""
    table = f", embedding of {toy.embedding} numbers" if toy.embedding else ""
    return f"{layers}, {toy.hidden} units{ways}{two}{table}"


def _pairs(name: Name) -> data.Pairs:
    if name in ("many-to-many", "bidirectional"):
        return data.sentences()
    if name == "one-to-many":
        # Each letter is to be told from the language and the letters before it.
        found = data.names()
        return data.Pairs(*(tuple(((lang[0], *text), (*text, data.END)) for text, lang in part if len(text) < 16)
                            for part in (found.train, found.held)))  # fmt: skip
    makers = {"one-to-one": data.letters, "many-to-one": data.names, "delayed": data.dates, "stacked": data.brackets}
    return makers[name]()


def _tensors(toy: Toy, pairs: tuple[data.Pair, ...]) -> Batch:
    signs, classes = ({sign: k for k, sign in enumerate(some)} for some in (toy.signs, toy.classes))
    tokens = _padded([[signs[sign] for sign in text] for text, _ in pairs], 0)
    targets = _padded([[classes[name] for name in told] for _, told in pairs], NO_TARGET)
    return tokens, torch.tensor([len(text) for text, _ in pairs], dtype=torch.int64), targets


def _padded(rows: list[list[int]], fill: int) -> Tensor:
    wide = max((len(row) for row in rows), default=0)
    return torch.tensor([row + [fill] * (wide - len(row)) for row in rows], dtype=torch.int64).reshape(len(rows), wide)


def _shares(batch: Batch) -> Tensor:
    """How often each is drawn, so that every class is drawn equally often."""
    labels = batch[2][:, 0]
    return 1.0 / torch.bincount(labels)[labels].float()


def _order(count: int, weights: Tensor | None) -> Tensor:
    return torch.randperm(count) if weights is None else torch.multinomial(weights, count, replacement=True)


def _loss(logits: Tensor, targets: Tensor) -> Tensor:
    if logits.ndim == 2:
        return cross_entropy(logits, targets[:, 0])
    return cross_entropy(logits.flatten(0, 1), targets[:, : logits.shape[1]].flatten(), ignore_index=NO_TARGET)


@torch.no_grad()
def _right(net: Net, batch: Batch) -> float:
    """The share (0…1) that is right: of steps, or of whole dates."""
    good, all_ = 0, 0
    for index in torch.split(torch.arange(len(batch[0])), 1024):
        tokens, lengths, targets = (one[index] for one in batch)
        best = net(tokens, lengths).argmax(-1)
        best = best[:, None] if best.ndim == 1 else best
        targets = targets[:, : best.shape[1]]
        counts = targets != NO_TARGET
        same = (best == targets) & counts
        if net.toy.name == "delayed":
            good, all_ = good + int(same.all(dim=1).sum()), all_ + len(index)
        else:
            good, all_ = good + int(same.sum()), all_ + int(counts.sum())
    return good / max(all_, 1)


# --- noise


class Noise(nn.Module):
    """The lecture's model: two layers of LSTM, and a Linear that reads the last step."""

    def __init__(self, toy: Toy, width: int = 5) -> None:
        super().__init__()
        self.cell = nn.LSTM(width, toy.hidden, toy.layers, batch_first=True)
        self.output = nn.Linear(toy.hidden, len(toy.classes))

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, 2) of sequences (B, T, 5)."""
        return self.output(self.cell(x)[0][:, -1])  # type: ignore[no-any-return]


def learn_noise(seed: int = 0, epochs: int | None = None, count: int = 1000) -> Iterator[Epoch]:
    """Train on `count` random sequences with random labels, and measure on as many others after each epoch.

    Close the iterator to stop. Takes about 4 seconds for 20 epochs.
    """
    yield from (epoch for epoch, _ in _learning(seed, epochs or TOYS["noise"].epochs, count))


def _learning(seed: int, epochs: int, count: int) -> Iterator[tuple[Epoch, nn.Module]]:
    toy = TOYS["noise"]
    x, y, held_x, held_y = (torch.from_numpy(part) for part in data.noise(count, seed=seed))
    draw = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = Noise(toy)
    optimiser = torch.optim.Adam(net.parameters(), toy.rate)
    for epoch in range(epochs + 1):
        for index in torch.split(torch.randperm(count, generator=draw), toy.batch) if epoch else ():
            loss = cross_entropy(net(x[index]), y[index])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        yield Epoch(epoch, epochs, *_measured(net, x, y, held_x, held_y)), net


@torch.no_grad()
def _measured(net: nn.Module, x: Tensor, y: Tensor, held_x: Tensor, held_y: Tensor) -> tuple[float, ...]:
    mine, others = net(x), net(held_x)
    losses = float(cross_entropy(mine, y)), float(cross_entropy(others, held_y))
    return *losses, float((mine.argmax(1) == y).float().mean()), float((others.argmax(1) == held_y).float().mean())


def _noise(seed: int, epochs: int | None) -> Made:
    toy = TOYS["noise"]
    made = list(_learning(seed, epochs or toy.epochs, 1000))
    rows = [one for one, _ in made]
    net: Any = made[-1][1]
    arrays = {key: value.detach().numpy() for key, value in net.state_dict().items()}
    curve = Curve(
        tuple(round(one.loss, 4) for one in rows), tuple(round(one.held_loss, 4) for one in rows),
        tuple(round(one.accuracy, 4) for one in rows), tuple(round(one.held_accuracy, 4) for one in rows),
    )  # fmt: skip
    how = f"{_size(toy)}; Adam {toy.rate:g}, batches of {toy.batch}, {plural(len(rows) - 1, 'epoch')}, seed {seed}"
    card = _card(toy, seed, how, arrays, (1000, 1000), rows[-1].accuracy, rows[-1].held_accuracy, curve)
    return Made({}, card)  # the curves tell it; nothing reads the weights
