from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.arch.analysis import analyse
from explorer.arch.layers import (
    GRU,
    LSTM,
    RNN,
    ConcatRNN,
    Dropout,
    Embedding,
    GlobalMaxPool,
    LastStep,
    Linear,
    LogSoftmax,
    SwapAxes,
)
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.learn.blame import answers, blame, many
from explorer.learn.build import build
from explorer.learn.card import Card
from explorer.learn.inner import inner
from explorer.learn.letters import LETTERS, fold
from explorer.learn.model import Model
from explorer.learn.recipe import Recipe

HEAD = (Linear(units=3), LogSoftmax())
ONE_HOT = {
    "concat": (ConcatRNN(hidden=6, outputs=3), LogSoftmax(), LastStep()),
    "rnn": (RNN(hidden=5), *HEAD, LastStep()),
    "lstm": (LSTM(hidden=5, layers=2), *HEAD, LastStep()),
    "gru": (GRU(hidden=5), LastStep(), Linear(units=3)),
}
TWO_WAY = (Embedding(words=57, size=4), LSTM(hidden=5, bidirectional=True), Dropout(p=0.5))


def made(name: str, seed: int = 1) -> Model:
    """An untrained model of words, in memory."""
    if name == "two-way":
        network = Network((T,), (*TWO_WAY, SwapAxes(), GlobalMaxPool(), Linear(units=3)), name=name)
    elif name == "two-way-last":
        network = Network((T,), (*TWO_WAY, LastStep(), *HEAD), name=name)
    else:
        network = Network((T, 57), ONE_HOT[name], name=name)
    card = Card(
        name=name, network=name, data="names", classes=("A", "B", "C"), signs=tuple(LETTERS), recipe=Recipe(),
        parameters=analyse(network).parameters, steps=1,
    )  # fmt: skip
    return Model(Path(name), card, network, build(network, seed).eval())


MODELS = {name: made(name) for name in (*ONE_HOT, "two-way", "two-way-last")}
WORDS = st.lists(st.integers(0, 56), min_size=2, max_size=9)


@pytest.mark.parametrize("name", MODELS)
def test_occlusion_is_the_difference_to_the_word_without_the_letter(name: str) -> None:
    model, tokens = MODELS[name], fold("Pelaez").tokens
    said = blame(model, tokens, 1)
    assert said.log_probability == pytest.approx(model.spell(tokens)[-1, 1], abs=1e-6)
    for t in range(len(tokens)):
        rest = [*tokens[:t], *tokens[t + 1 :]]
        assert said.without[t] == pytest.approx(model.spell(rest)[-1, 1], abs=1e-6)
        assert said.occlusion[t] == pytest.approx(said.log_probability - said.without[t])


@pytest.mark.parametrize("name", ["concat", "rnn", "gru"])
def test_gradient_times_input_is_the_slope_along_the_letter(name: str) -> None:
    """Scaling a one-hot vector by 1 ± ε changes the log-probability by ± ε times gradient × input."""
    model, tokens = MODELS[name], fold("Witek").tokens
    said = blame(model, tokens, 2)
    small = 1e-3
    module = build(model.network, 1).double().eval()
    for t in range(len(tokens)):
        logs = []
        for scale in (1 + small, 1 - small):
            x = torch.nn.functional.one_hot(torch.tensor([tokens]), 57).double()
            x[0, t] *= scale
            logs.append(torch.log_softmax(module(x), -1)[0, 2].item())
        assert said.gradient[t] == pytest.approx((logs[0] - logs[1]) / (2 * small), abs=1e-5)


def test_gradient_at_an_embedding_and_the_model_stays_as_it_was() -> None:
    model, tokens = MODELS["two-way"], fold("Witek").tokens
    before = model.spell(tokens)
    said = blame(model, tokens, 0)
    module = build(model.network, 1).double().eval()
    table = module[0].weight.detach()
    rest = module[1:]
    small = 1e-4
    for t in range(len(tokens)):
        logs = []
        for scale in (1 + small, 1 - small):
            x = table[torch.tensor([tokens])].clone()
            x[0, t] *= scale
            logs.append(torch.log_softmax(rest(x), -1)[0, 0].item())
        assert said.gradient[t] == pytest.approx((logs[0] - logs[1]) / (2 * small), abs=1e-5)
    assert np.array_equal(model.spell(tokens), before)
    assert not any(layer._forward_hooks for layer in model.module.modules())


def test_a_word_of_one_letter_and_none() -> None:
    said = blame(MODELS["rnn"], fold("P").tokens, 0)
    assert np.isnan(said.occlusion).all()
    assert np.isfinite(said.gradient).all()
    with pytest.raises(ValueError, match="no letters"):
        blame(MODELS["rnn"], (), 0)
    with pytest.raises(ValueError, match="class 3 of 3"):
        blame(MODELS["rnn"], (1,), 3)


def test_many_words_get_the_answers_they_get_alone() -> None:
    words = [fold(name).tokens for name in ("Pelaez", "Witek", "Ж", "Putin", "Kim", *["Sato"] * 70)]
    model = MODELS["gru"]
    found = {place: row for places, rows in many(model, words) for place, row in zip(places, rows, strict=True)}
    assert sorted(found) == [place for place, word in enumerate(words) if word]
    for place in (0, 1, 3, 4, 5, 74):
        assert np.allclose(found[place], answers(model, [words[place]])[0], atol=1e-6)


@given(WORDS, st.sampled_from(["concat", "rnn", "lstm", "gru"]))
@settings(max_examples=40, deadline=None)
def test_the_numbers_inside_are_the_networks_own(tokens: list[int], name: str) -> None:
    model = MODELS[name]
    layers = inner(model)
    assert layers is not None
    done = layers.read(tokens)
    assert done.log_probabilities is not None
    assert np.allclose(done.log_probabilities, model.spell(tokens), atol=1e-5)


@given(WORDS)
@settings(max_examples=20, deadline=None)
def test_states_of_both_directions_agree(tokens: list[int]) -> None:
    model = MODELS["two-way"]
    layers = inner(model)
    assert layers is not None
    assert layers.output is None, "a pooling stands between the states and the linear layer"
    done = layers.read(tokens)
    with torch.inference_mode():
        states = model.module[:2](torch.tensor([tokens]))[0].double().numpy()
    assert np.allclose(done.joined[-1], states, atol=1e-5)
    last = inner(MODELS["two-way-last"])
    assert last is not None
    assert last.output is not None


def test_a_network_without_recurrent_layers_has_nothing_inside() -> None:
    network = Network((T,), (Embedding(words=57, size=4), SwapAxes(), GlobalMaxPool(), Linear(units=3)), name="bag")
    model = Model(Path("bag"), MODELS["rnn"].card, network, build(network, 1).eval())
    assert inner(model) is None
    assert np.isfinite(blame(model, fold("Kim").tokens, 0).gradient).all()
