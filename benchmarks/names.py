"""How well and how fast names are learnt, on the CPU, one thread; all in one run.

    uv run python benchmarks/names.py FOLDER-WITH-THE-TUTORIAL'S-NAMES [recipes|networks|embedded]

Balanced accuracy on the held-out fifth, three seeds. Targets: the fast recipe is as good as the lecture's in at most
1/15 of its time; simple RNN ≥ 0.48, GRU and LSTM ≥ 0.51 after 10 s; trained on the embedded lists alone ≥ 0.40 on the
tutorial's names.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import mean

SEEDS = (0, 1, 2)
SECONDS = 10.0
EPOCHS = {"names-vanilla": 36, "names-gru": 18, "names-lstm": 16}
"""As many as fit into the seconds, so that the learning rate has come down."""

SHORT = 7
"""Epochs of the fast recipe in which a GRU is as good as the lecture's recipe."""


def main() -> None:
    import torch
    from msgspec.structs import replace

    from explorer.arch.zoo import zoo
    from explorer.explain.metrics import balanced_accuracy
    from explorer.learn.build import build
    from explorer.learn.data import DataSet, load
    from explorer.learn.presets import FAST_WORDS, LECTURE
    from explorer.learn.recipe import Recipe
    from explorer.learn.train import Progress, evaluate, optimiser, train

    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    *_, data = load("names-tutorial", folder)
    *_, own = load("names", folder)
    assert isinstance(data, DataSet)
    assert isinstance(own, DataSet)

    def learn(name: str, recipe: Recipe, learnt: DataSet, seed: int, tried: DataSet = data) -> tuple[float, float]:
        """Balanced accuracy on the test part of `tried`, and CPU seconds of training."""
        network, recipe = zoo(name), replace(recipe, seed=seed)
        module = build(network, seed)
        steps = optimiser(module, recipe)
        began = time.process_time()
        for _ in train(network, module, learnt, recipe, Progress(), steps):
            pass
        spent = time.process_time() - began
        return balanced_accuracy(evaluate(network, module, tried.test, len(tried.source.classes))[2]), spent

    def three(name: str, recipe: Recipe, learnt: DataSet) -> tuple[float, float]:
        found = [learn(name, recipe, learnt, seed) for seed in SEEDS]
        scores = ", ".join(f"{score:.3f}" for score, _ in found)
        score, spent = mean(s for s, _ in found), mean(s for _, s in found)
        print(f"  {name}: {scores}; mean {score:.3f} after {spent:.1f} CPU s", flush=True)
        return score, spent

    fast = FAST_WORDS.recipe
    if wanted in ("", "recipes"):
        print("The lecture's recipe (its own cell, 100 000 single names), and the fast one:")
        slow_score, slow = three("names-rnn", LECTURE.recipe, data)
        quick_score, quick = three("names-gru", replace(fast, epochs=SHORT), data)
        print(f"  as good: {quick_score:.3f} against {slow_score:.3f}; time 1/{slow / quick:.1f} (target ≤ 1/15)")
    if wanted in ("", "networks"):
        print(f"The fast recipe, about {SECONDS:.0f} s:")
        for name, epochs in EPOCHS.items():
            three(name, replace(fast, epochs=epochs), data)
    if wanted in ("", "embedded"):
        print("Trained on the embedded lists, tried on the tutorial's names:")
        three("names-two-way", replace(fast, epochs=24), own)
        three("names-lstm", fast, own)


if __name__ == "__main__":
    main()
