"""A letter model tells classes apart by Bayes: the arithmetic, against sums written out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.arch.errors import UsageError
from explorer.arch.layers import GRU, Embedding, Linear
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.learn.bayes import classes_of, judge, tried
from explorer.learn.build import build
from explorer.learn.card import Card
from explorer.learn.corpus import signs_of_lists
from explorer.learn.events import Progress, Tested
from explorer.learn.letters import fold
from explorer.learn.model import Model
from explorer.learn.recipe import Recipe

SIGNS = signs_of_lists(("One", "Two", "Three"))


def model(signs: tuple[str, ...] = SIGNS) -> Model:
    network = Network((T,), (Embedding(len(signs), 4), GRU(8), Linear(len(signs))))
    card = Card("mine", "mine", "names", signs, Recipe(), 0, signs=signs)
    return Model(Path(), card, network, build(network, 3).eval())


def test_the_rows_are_bayes_with_equal_shares_before() -> None:
    asked, tokens = model(), fold("Ada").tokens
    assert classes_of(asked.card) == ("One", "Two", "Three")
    rows = judge(asked, tokens)
    assert rows.shape == (3, 3)
    assert np.allclose(np.exp(rows).sum(1), 1)
    sums = []
    for k in range(3):
        steps = asked.spell((58 + k, *tokens))
        sums.append([sum(steps[t][tokens[t]] for t in range(n)) for n in (1, 2)] + [
            sum(steps[t][sign] for t, sign in enumerate((*tokens, 57)))
        ])  # fmt: skip
    for row, said in zip(rows, np.array(sums).T, strict=True):
        assert np.allclose(row, said - np.log(np.exp(said).sum()), atol=1e-5)
    assert judge(asked, ()).shape == (0, 3)


def test_a_test_part_is_read_as_single_words_are(tmp_path: Path) -> None:
    for name in ("One", "Three", "Two"):
        words = (f"{a}{b}{name.lower()[:2]}" for a in "abcdefgh" for b in "xyz")
        (tmp_path / f"{name}.txt").write_text("\n".join(words))
    asked = model(signs_of_lists(("One", "Three", "Two")))
    *progress, tested = tried(asked, str(tmp_path), tmp_path)
    assert isinstance(progress[-1], Progress)
    assert isinstance(tested, Tested)
    assert sum(map(sum, tested.confusion)) == tested.samples == progress[-1].done > 0
    right = sum(tested.confusion[k][k] for k in range(3))
    assert tested.accuracy == pytest.approx(right / tested.samples)
    with pytest.raises(UsageError, match="other classes"):
        list(tried(model(), str(tmp_path), tmp_path))


def test_a_model_of_plain_text_tells_nothing_apart() -> None:
    plain = model(tuple("abc"))
    assert classes_of(plain.card) == ()
    with pytest.raises(UsageError, match="tells nothing apart"):
        judge(plain, (0, 1))
    assert torch.is_grad_enabled()
