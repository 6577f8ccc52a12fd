"""Training is a generator of events: it runs no thread, knows no window and looks at nothing but its arguments.

Not asking for the next event pauses it; closing it stops it, with the module at the last whole step.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import torch
from torch import Tensor, nn

from explorer.arch.errors import TrainingError
from explorer.arch.network import Network
from explorer.learn.augment import augment, misspell
from explorer.learn.build import log_probabilities, loss_of, prepare, side_losses
from explorer.learn.data import DataSet, Part, by_length
from explorer.learn.events import (
    Asked,
    Confusion,
    Diverged,
    EpochDone,
    StepDone,
    Validated,
)
from explorer.learn.recipe import Recipe

GLIMPSE = 500
"""Validation samples tried between epochs, so that the confusion matrix lives; the same ones each time."""

GLIMPSES = 4
"""How often an epoch is validated, its end included."""

KEEP = 50
"""Steps between two copies of the weights, to fall back on when the loss is no number."""

LEAST_RATE = 1e-9
"""Below this learning rate a loss that is still no number is not a matter of the steps' size."""

CHUNK = 500
"""Samples evaluated at once."""

LINES = 20
"""How many words of a run are shown with what the network says of them, as the lecture prints them."""

Events = Iterator[StepDone | Asked | Validated | EpochDone | Diverged]


@dataclass
class Progress:
    """Where a run is: what, with the module and the optimiser, is needed to go on exactly.

    `step` steps are done in all; `loss` and `hits` are sums over the current epoch's samples so far.
    """

    step: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    hits: float = 0
    seen: int = 0
    learning_rate: float = 0.0
    random: Tensor = field(default_factory=lambda: torch.Generator().get_state())


def optimiser(module: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """The optimiser that a recipe names, for all parameters."""
    weights, rate = list(module.parameters()), recipe.learning_rate
    # One kernel for the whole step, where there is one: the same arithmetic, a tenth of the time.
    fused = weights[0].device.type in ("cpu", "cuda")
    if recipe.optimiser == "Adam":
        return torch.optim.Adam(weights, lr=rate, fused=fused)
    if recipe.optimiser == "AdamW":
        return torch.optim.AdamW(weights, lr=rate, fused=fused)
    return torch.optim.SGD(weights, lr=rate, momentum=0.9 if recipe.optimiser == "Momentum" else 0.0, fused=fused)


def steps_per_epoch(part: Part, recipe: Recipe) -> int:
    """Steps in one pass; the last batch may be smaller. Sequences in a batch are of one length."""
    if part.lengths is None or _drawn(part, recipe):
        return -(-len(part) // recipe.batch)
    return sum(-(-len(places) // recipe.batch) for places in by_length(part.lengths).values())


def _drawn(part: Part, recipe: Recipe) -> bool:
    """Whether samples are drawn class by class: words have a class each, texts none."""
    return recipe.balanced and part.lengths is not None and part.y.ndim == 1


def steps_in_all(part: Part, recipe: Recipe) -> int:
    """Steps of the whole run: all epochs, or as many as the recipe's samples need."""
    steps = steps_per_epoch(part, recipe) * recipe.epochs
    return min(steps, -(-recipe.samples // recipe.batch)) if recipe.samples else steps


def rate_at(recipe: Recipe, base: float, step: int, steps: int) -> float:
    """The learning rate of step `step` of `steps`: constant, or falling along half a cosine to 0."""
    if recipe.schedule == "constant":
        return base
    return base * 0.5 * (1 + float(torch.cos(torch.tensor(torch.pi * step / steps))))


def train(
    network: Network,
    module: nn.Module,
    data: DataSet,
    recipe: Recipe,
    at: Progress,
    steps: torch.optim.Optimizer,
) -> Events:
    """Train `module` in place from `at`, which is kept up to date, to the end of the recipe's epochs.

    `data` and `module` must be on one device. The order of the samples follows from (seed, epoch) alone, so a
    run that is stopped and continued takes the same steps as one that is not. Raises `TrainingError` if the loss
    is no number however small the steps are.
    """
    part = data.train
    count = steps_per_epoch(part, recipe)
    total = steps_in_all(part, recipe)
    at.learning_rate = at.learning_rate or recipe.learning_rate
    if at.step == 0:
        at.random = torch.Generator().manual_seed(recipe.seed).get_state()
    copies = _Copies(module, steps, at)
    every = max(1, total // LINES)
    marks = {round(count * k / GLIMPSES) for k in range(1, GLIMPSES)} - {count}
    epoch_began = time.perf_counter()

    def tried(complete: bool) -> Validated | Diverged:
        event, value = _validated(network, module, data, at.step, complete)
        if not isfinite(value):
            return copies.go_back(at.step, validating=True)
        copies.validated()
        return event

    while at.step < total:
        epoch, inside = divmod(at.step, count)
        if inside == 0:
            at.loss, at.hits, at.seen, epoch_began = 0.0, 0, 0, time.perf_counter()
        order = batches(part, recipe, epoch)
        while inside < count and at.step < total:
            began = time.perf_counter()
            chosen = order[inside]
            loss, hits = _step(network, module, part, chosen, recipe, steps, at, total)
            if not isfinite(loss):
                yield copies.go_back(at.step + 1)
                break
            at.step += 1
            inside += 1
            at.loss += loss * len(chosen)
            at.hits += hits
            at.seen += len(chosen)
            at.seconds += time.perf_counter() - began
            copies.stepped()
            yield StepDone(at.step, loss, hits / len(chosen), at.seconds)
            if part.lengths is not None and part.y.ndim == 1 and at.step % every == 0:
                yield _asked(network, module, part, chosen, data, at.step, loss)
            if inside in marks:
                glimpse = tried(complete=False)
                yield glimpse
                if isinstance(glimpse, Diverged):
                    break
        else:
            seen = tried(complete=True)
            yield seen
            if isinstance(seen, Diverged):
                continue
            spent = max(time.perf_counter() - epoch_began, 1e-9)
            samples = max(at.seen, 1)
            yield EpochDone(
                epoch + 1,
                at.step,
                at.loss / samples,
                at.hits / samples,
                seen.loss,
                seen.accuracy,
                at.seconds,
                samples / spent,
            )


def batches(part: Part, recipe: Recipe, epoch: int) -> list[Tensor]:
    """The places of the samples of each step of an epoch; they follow from (seed, epoch) alone.

    Sequences of a batch are of one length, so that nothing is filled up. Balanced, each class is drawn equally
    often, its words with replacement: first a length, then words of that length.
    """
    random = torch.Generator().manual_seed(recipe.seed * 1_000_003 + epoch)
    size, device = recipe.batch, part.x.device
    if part.lengths is None:
        return list(torch.split(torch.randperm(len(part), generator=random).to(device), size))
    groups = list(by_length(part.lengths).values())
    found: list[Tensor] = []
    if _drawn(part, recipe):
        labels = part.y.cpu()
        counts = labels.bincount()
        weight = 1.0 / counts[labels].double()
        shares = torch.stack([weight[places].sum() for places in groups])
        drawn = torch.multinomial(shares, steps_per_epoch(part, recipe), replacement=True, generator=random)
        for places, times in zip(groups, drawn.bincount(minlength=len(groups)).tolist(), strict=True):
            if times:
                chosen = torch.multinomial(weight[places], times * size, replacement=True, generator=random)
                found += torch.split(places[chosen], size)
    else:
        for places in groups:
            found += torch.split(places[torch.randperm(len(places), generator=random)], size)
    order = torch.randperm(len(found), generator=random).tolist()
    return [found[k].to(device) for k in order]


def _step(
    network: Network,
    module: nn.Module,
    part: Part,
    chosen: Tensor,
    recipe: Recipe,
    steps: torch.optim.Optimizer,
    at: Progress,
    total: int,
) -> tuple[float, float]:
    """One optimiser step; returns the loss and how many were right. A loss that is no number changes nothing."""
    for group in steps.param_groups:
        group["lr"] = rate_at(recipe, at.learning_rate, at.step, total)
    module.train()
    # Dropout and augmentation draw from torch's own generator: it is lent this run's state for the step, so
    # that a run that is stopped and continued draws what it would have drawn.
    with _lent(at):
        taken = part.take(chosen)
        samples, labels = taken.x, taken.y
        if recipe.augment and taken.lengths is None:
            samples = augment(samples)
        elif recipe.augment and labels.ndim == 1:  # a text's signs are not those of words, and are what is learnt
            samples = misspell(samples)
        outputs = module(prepare(samples, network))
        loss = loss_of(network, outputs, labels, recipe.smoothing)
        value = float(loss.detach())
        if not isfinite(value):
            return value, 0
        steps.zero_grad(set_to_none=True)
        torch.autograd.backward([loss, *side_losses(module, labels)])
        if recipe.clip:
            torch.nn.utils.clip_grad_norm_(module.parameters(), recipe.clip)
        steps.step()
    return value, _right(outputs, labels)


def _right(outputs: Tensor, labels: Tensor) -> float:
    """How many samples were right; of texts, the share of each one's signs."""
    right = outputs.detach().argmax(-1) == labels
    return float(right.sum()) if labels.ndim == 1 else float(right.double().mean(1).sum())


@torch.no_grad()
def _asked(
    network: Network, module: nn.Module, part: Part, chosen: Tensor, data: DataSet, step: int, loss: float
) -> Asked:
    """What the network now says of the last word that it learnt from."""
    word = part.take(chosen[-1:])
    module.eval()
    logs = log_probabilities(network, module(prepare(word.x, network)))[0]
    guess, classes = int(logs.argmax()), data.source.classes
    text = "".join(data.source.signs[k] for k in word.x[0].tolist())
    return Asked(step, text, classes[guess], classes[int(word.y[0])], loss, float(logs[guess]))


@contextmanager
def _lent(at: Progress) -> Iterator[None]:
    outside = torch.get_rng_state()
    torch.set_rng_state(at.random)
    try:
        yield
        at.random = torch.get_rng_state()
    finally:
        torch.set_rng_state(outside)


class _Copies:
    """The copies to fall back on when a loss is no number.

    Weights can give a finite loss on one batch and none on the validation data, and a loss can be finite but so
    huge that no step from there is of use. So there are three: `_good`, whose weights gave a finite loss on a
    batch, the older `_sound`, whose weights gave one on validation data, and the start.
    """

    def __init__(self, module: nn.Module, steps: torch.optim.Optimizer, at: Progress) -> None:
        self._module, self._steps, self._at = module, steps, at
        self._start = self._sound = self._good = self._newest = _Copy(module, steps, at.step)
        self._tried: _Copy | None = None

    def stepped(self) -> None:
        """After a step with a finite loss: that was the loss of the newest copy's weights, or of later ones."""
        self._good = self._newest
        if self._at.step % KEEP == 0:
            self._newest = _Copy(self._module, self._steps, self._at.step)

    def validated(self) -> None:
        """The weights as they are have given a finite validation loss."""
        self._sound = self._good = self._newest = _Copy(self._module, self._steps, self._at.step)

    def go_back(self, broken: int, validating: bool = False) -> Diverged:
        """Restore the last good copy, with a tenth of the learning rate. `broken` is where the loss was no number."""
        if validating or self._good is self._tried:  # a copy from which it exploded twice was none to go on from
            self._good = self._sound
        if self._good is self._tried:
            self._good = self._sound = self._start
        self._newest = self._tried = self._good
        self._good.restore(self._module, self._steps)
        at, kept = self._at, self._good.step
        at.learning_rate /= 10
        at.step, at.loss, at.hits, at.seen = kept, 0.0, 0, 0
        if at.learning_rate < LEAST_RATE:
            raise TrainingError(
                f"The loss is no longer a number at step {broken}, however small the steps are. "
                f"The weights of step {kept} are kept. Restart with a smaller learning rate or another network."
            )
        return Diverged(broken, kept, at.learning_rate, _diverged(broken, kept, at.learning_rate, validating))


class _Copy:
    """Weights and optimiser as they were at `step`."""

    def __init__(self, module: nn.Module, steps: torch.optim.Optimizer, step: int) -> None:
        self.step = step
        self._weights = {name: value.detach().clone() for name, value in module.state_dict().items()}
        self._steps = _copied(steps.state_dict())

    def restore(self, module: nn.Module, steps: torch.optim.Optimizer) -> None:
        module.load_state_dict(self._weights)
        steps.load_state_dict(_copied(self._steps))


def _copied(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: _copied(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_copied(member) for member in value]
    return value


def _diverged(step: int, kept: int, rate: float, validating: bool) -> str:
    loss = "validation loss" if validating else "loss"
    return (
        f"The {loss} is no longer a number at step {step}: the steps were too large. The weights of step {kept} are "
        f"kept. Continue with the learning rate {rate:g}, or restart with a smaller one."
    )


def _validated(
    network: Network, module: nn.Module, data: DataSet, step: int, complete: bool
) -> tuple[Validated, float]:
    """The event, and the loss in it as a number that may be none."""
    part = data.validation
    if not complete:
        part = part.first(GLIMPSE)
    loss, right, confusion = evaluate(network, module, part, len(data.source.classes))
    return Validated(step, len(part), loss, right, confusion, complete), loss


@torch.no_grad()
def evaluate(network: Network, module: nn.Module, part: Part, k: int) -> tuple[float, float, Confusion]:
    """Of the module in evaluation mode: mean cross-entropy in nats, accuracy, k×k confusion counts (row = truth).

    Of texts, the means are over all signs, and there is no confusion matrix: its size would be that of a vocabulary.
    """
    module.eval()
    total, right, answers = 0.0, 0, 0
    counts = torch.zeros(k * k, dtype=torch.int64)
    for some in part.chunks(CHUNK):
        outputs, labels = module(prepare(some.x, network)), some.y.flatten()
        said = outputs.argmax(-1).flatten()
        total += float(loss_of(network, outputs, labels)) * len(labels)
        right += int((said == labels).sum())
        answers += len(labels)
        if part.y.ndim == 1:
            counts += torch.bincount((labels * k + said).cpu(), minlength=k * k)
    rows = counts.view(k, k).tolist() if part.y.ndim == 1 else []
    return total / max(answers, 1), right / max(answers, 1), tuple(tuple(row) for row in rows)
