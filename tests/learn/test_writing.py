from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from explorer.arch.analysis import analyse
from explorer.arch.errors import RunError, UsageError
from explorer.arch.layer import Layer
from explorer.arch.layers import GRU, LSTM, RNN, ConcatRNN, Conv1d, Dropout, Embedding, Linear, LogSoftmax, SwapAxes
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.learn.build import build
from explorer.learn.card import Card
from explorer.learn.corpus import END, UNKNOWN
from explorer.learn.events import Tested
from explorer.learn.letters import LETTERS
from explorer.learn.model import Model
from explorer.learn.recipe import Recipe
from explorer.learn.run import run
from explorer.learn.writing import (
    LONGEST,
    Alphabet,
    Listener,
    Writer,
    alphabet_of,
    generate,
    load_writer,
    softened,
    surprise,
)

NAMES = (*LETTERS, END, "Left", "Right")
TEXT = tuple(sorted("abcdefgh .,E"))
WORDS = tuple(sorted([*(chr(97 + k) * 3 for k in range(9)), ".", ",", "(", ")", UNKNOWN]))


def made(signs: tuple[str, ...], *body: Layer, data: str = "x.txt#letters", seed: int = 0, loud: float = 3.0) -> Model:
    """An untrained model, whose last linear layer speaks up so that its probabilities differ."""
    k = len(signs)
    body = body or (Embedding(words=k, size=8), LSTM(hidden=12), Linear(units=k), LogSoftmax())
    network = Network((T,) if isinstance(body[0], Embedding) else (T, k), body, name="Tiny")
    module = build(network, seed).eval()
    with torch.no_grad():
        last = next(layer for layer in reversed(list(module.children())) if not isinstance(layer, torch.nn.LogSoftmax))
        for weight in last.parameters():
            weight *= loud
    card = Card("tiny", "Tiny", data, signs, Recipe(), analyse(network).parameters, signs=signs)
    return Model(Path(), card, network, module)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Writer:
    """A model that knows a handful of names by heart."""
    base = tmp_path_factory.mktemp("writing")
    lists = base / "lists"
    lists.mkdir()
    (lists / "Left.txt").write_text("\n".join(f"{a}nn{b}" for a in "ABDEGHIKLM" for b in "aeo"), encoding="utf-8")
    (lists / "Right.txt").write_text("\n".join(f"{a}ork{b}" for a in "BCFGHKLMNP" for b in "iuy"), encoding="utf-8")
    k = len(NAMES)
    network = Network((T,), (Embedding(words=k, size=8), LSTM(hidden=24), Linear(units=k)), name="Tiny")
    recipe = Recipe(data=f"{lists}#letters", epochs=25, batch=8, learning_rate=0.02)
    events = list(run(network, recipe, base / "run", base))
    assert any(isinstance(event, Tested) for event in events)
    return load_writer(base / "run", base)


# Writing.


def test_the_same_seed_writes_the_same(trained: Writer) -> None:
    start = (trained.alphabet.begin(0),)

    def text(seed: int, temperature: float = 1.0) -> str:
        return trained.alphabet.text([w.token for w in generate(trained.model, start, temperature, seed, 30)])

    assert [text(k) for k in range(8)] == [text(k) for k in range(8)]
    assert len({text(k) for k in range(8)}) > 1
    assert len({text(k, 0.0) for k in range(8)}) == 1


def test_what_was_learnt_is_written_and_known_again(trained: Writer) -> None:
    alphabet = trained.alphabet
    for label, middle in ((0, "nn"), (1, "ork")):
        start = (alphabet.begin(label), *alphabet.read("G").tokens)
        drawn = [w.token for w in generate(trained.model, start, 0.0, 0, 30)]
        assert drawn[-1] == alphabet.end
        assert middle in alphabet.text(drawn)
        known = surprise(trained.model, (*start, *drawn)).perplexity
        other = surprise(trained.model, (*start, *alphabet.read("qzx").tokens, alphabet.end or 0)).perplexity
        assert known < 3 < len(NAMES) < other
    assert len(trained.listed) > 30
    assert all(row[0] in (alphabet.begin(0), alphabet.begin(1)) for row in trained.listed)


@given(st.integers(1, 40), st.floats(0.05, 5.0), st.integers(0, 2**32 - 1))
def test_temperature_is_torchs_softmax(count: int, temperature: float, seed: int) -> None:
    logits = np.random.default_rng(seed).normal(0, 8, count)
    barred = np.zeros(count, bool)
    expected = torch.softmax(torch.tensor(logits) / temperature, 0).numpy()
    assert np.allclose(softened(logits, temperature, barred), expected, atol=1e-12)
    barred[count // 2 :] = count > 1
    some = softened(logits, temperature, barred)
    assert some[barred].sum() == 0
    assert np.allclose(some[~barred], expected[~barred] / expected[~barred].sum(), rtol=1e-6, atol=1e-300)


def test_the_likeliest_at_zero_and_the_limits() -> None:
    logits = np.array([1.0, 9.0, 3.0])
    none = np.zeros(3, bool)
    assert softened(logits, 0.0, none).tolist() == [0, 1, 0]
    assert softened(logits, 0.0, np.array([False, True, False])).tolist() == [0, 0, 1]
    assert softened(logits, 0.01, none)[1] == pytest.approx(1)
    assert softened(logits, 1e9, none) == pytest.approx(1 / 3)


def test_each_sign_lies_where_the_random_number_fell() -> None:
    model = made(TEXT)
    written = list(generate(model, (3,), 1.3, 5, 60))
    assert len(written) == 60
    rows = model.spell((3, *(w.token for w in written)))
    for k, one in enumerate(written):
        low, high = one.stretch
        assert low - 1e-12 <= one.die <= high + 1e-12
        powers = np.exp(rows[k] / 1.3)
        assert one.probabilities == pytest.approx(powers / powers.sum(), abs=1e-6)
        assert list(one.probabilities[one.order]) == sorted(one.probabilities, reverse=True)


def test_signs_are_drawn_as_often_as_they_should() -> None:
    model = made(TEXT)
    drawn = [next(generate(model, (0,), 1.0, seed, 1)) for seed in range(1500)]
    shares = np.bincount([one.token for one in drawn], minlength=len(TEXT)) / len(drawn)
    error = np.sqrt(drawn[0].probabilities / len(drawn))
    assert np.all(np.abs(shares - drawn[0].probabilities) < 5 * error + 1e-9)


def test_names_end_once_and_hold_no_class_signs() -> None:
    model = made(NAMES, data="somewhere#letters", loud=1.0)
    alphabet = alphabet_of(model.card)
    assert alphabet.classes == ("Left", "Right")
    ended = 0
    for seed in range(30):
        tokens = [w.token for w in generate(model, (alphabet.begin(1),), 2.0, seed, 40)]
        assert tokens[0] != alphabet.end
        assert max(tokens) <= len(LETTERS)
        assert alphabet.end not in tokens[:-1]
        ended += tokens[-1] == alphabet.end
    assert ended


def test_unknown_words_are_never_written() -> None:
    model = made(WORDS, data="x.txt#words", loud=1.0)
    assert alphabet_of(model.card).level == "words"
    place = WORDS.index(UNKNOWN)
    assert all(one.token != place for one in generate(model, (0,), 2.0, 0, 200))


@pytest.mark.parametrize(
    ("start", "temperature"), [((), 1.0), ((0,), -0.1), ((0,), float("nan")), ((0,), float("inf"))]
)
def test_what_cannot_be_written(start: tuple[int, ...], temperature: float) -> None:
    with pytest.raises(ValueError, match="cannot write"):
        next(generate(made(TEXT), start, temperature, 0, 5))


# Listening.

K = len(TEXT)
STATEFUL: tuple[Callable[[], tuple[Layer, ...]], ...] = (
    lambda: (Embedding(words=K, size=6), LSTM(hidden=7, layers=2), Linear(units=K), LogSoftmax()),
    lambda: (GRU(hidden=7), Dropout(p=0.5), Linear(units=K)),
    lambda: (Embedding(words=K, size=6), RNN(hidden=7), Linear(units=K), LogSoftmax()),
    lambda: (ConcatRNN(hidden=9, outputs=K), LogSoftmax()),
)
STATELESS: tuple[Callable[[], tuple[Layer, ...]], ...] = (
    lambda: (LSTM(hidden=7, projection=3), Linear(units=K)),
    lambda: (
        Embedding(words=K, size=6), SwapAxes(), Conv1d(filters=5, kernel=(3,), padding="same"), SwapAxes(),
        Linear(units=K),
    ),
)  # fmt: skip


@pytest.mark.parametrize("body", [*STATEFUL, *STATELESS])
def test_sign_by_sign_is_what_the_whole_text_gives(body: Callable[[], tuple[Layer, ...]]) -> None:
    model = made(TEXT, *body())
    listener = Listener(model)
    assert listener.remembers == (body in STATEFUL)
    tokens = np.random.default_rng(1).integers(0, K, 20).tolist()
    for t, token in enumerate(tokens):
        logits = torch.tensor(listener.hear(token))
        x = torch.tensor([tokens[: t + 1]])
        given = x if len(model.network.input) == 1 else torch.nn.functional.one_hot(x, K).float()
        with torch.inference_mode():
            whole = model.module(given)[0, -1].double()
        assert torch.allclose(torch.log_softmax(logits, 0), torch.log_softmax(whole, 0), atol=1e-5)


# Surprise.


def test_surprise_is_minus_the_logarithm() -> None:
    model = made(TEXT)
    tokens = np.random.default_rng(2).integers(0, K, 30).tolist()
    found = surprise(model, tokens)
    rows = model.spell(tokens[:-1])
    logs = rows[np.arange(29), tokens[1:]]
    assert found.nats == pytest.approx(-logs, abs=1e-5)
    assert found.bits == pytest.approx(-logs / np.log(2), abs=1e-5)
    assert found.perplexity == pytest.approx(np.exp(-logs.mean()), rel=1e-5)
    for t, expected in enumerate(found.expected):
        assert expected[0] == (int(rows[t].argmax()), pytest.approx(np.exp(rows[t].max()), rel=1e-5))
        assert [p for _, p in expected] == sorted((p for _, p in expected), reverse=True)


def test_a_network_that_knows_nothing_has_the_perplexity_of_its_signs() -> None:
    found = surprise(made(TEXT, loud=0.0), [0, 1, 2, 3, 4])
    assert found.perplexity == pytest.approx(K)
    assert found.bits == pytest.approx(np.log2(K))
    assert found.vocabulary == K


def test_perplexity_from_one_to_infinity() -> None:
    found = surprise(made(TEXT), [0, 1, 2])
    assert replace(found, nats=np.zeros(2)).perplexity == 1
    assert replace(found, nats=np.array([1e6, 0.0])).perplexity == float("inf")


@pytest.mark.parametrize("tokens", [(), (1,)])
def test_one_sign_cannot_surprise(tokens: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="At least two signs"):
        surprise(made(TEXT), tokens)


# Signs.


def test_names_are_folded_and_what_is_unknown_is_said() -> None:
    alphabet = Alphabet(NAMES, "letters", ("Left", "Right"))
    typed = alphabet.read("Müßжa")
    assert [(p.typed, p.token) for p in typed.pieces] == [
        ("M", LETTERS.index("M")), ("ü", LETTERS.index("u")), ("s", LETTERS.index("s")), ("s", LETTERS.index("s")),
        ("ж", None), ("a", 0),
    ]  # fmt: skip
    assert alphabet.text(typed.tokens) == "Mussa"
    assert "“ж” is not among" in typed.remark
    assert alphabet.end == len(LETTERS)
    assert alphabet.text([*typed.tokens, alphabet.begin(1), len(LETTERS)]) == "Mussa"


def test_letters_of_a_text() -> None:
    alphabet = Alphabet(TEXT)
    typed = alphabet.read("  é a\n\nÉ?z!z ")
    assert alphabet.text(typed.tokens) == "e a E"
    assert typed.remark == f"“?”, “z”, “!” are not among the {K} letters; the network does not see them."
    assert alphabet.end is None
    assert TEXT[alphabet.silence] == " "
    assert not alphabet.barred.any()
    long = alphabet.read("a" * 100_000)
    assert len(long.tokens) == LONGEST
    assert f"first {LONGEST} letters" in long.remark
    assert alphabet.read("").tokens == ()


def test_words_of_a_text() -> None:
    alphabet = Alphabet(WORDS, "words")
    typed = alphabet.read("AAA bbb, ccc (ddd) qqq.")
    assert alphabet.text(typed.tokens) == f"aaa bbb, ccc (ddd) {UNKNOWN}."
    assert [p.typed for p in typed.pieces if p.token == WORDS.index(UNKNOWN)] == ["qqq"]
    assert typed.remark == f"“qqq” is not among the {len(WORDS)} words; the network reads {UNKNOWN}."
    assert WORDS[alphabet.silence] == "."


def test_only_what_writes_is_loaded(trained: Writer, tmp_path: Path) -> None:
    from explorer.arch.document import save_network
    from explorer.learn.card import NETWORK, save_card
    from explorer.learn.weights import save_weights

    model = made(TEXT)
    from msgspec.structs import replace as changed

    save_network(model.network, tmp_path / NETWORK)
    save_weights(model.module, tmp_path)
    save_card(changed(model.card, signs=()), tmp_path)
    with pytest.raises(RunError, match="does not write"):
        load_writer(tmp_path, tmp_path)
    save_card(changed(model.card, data=str(tmp_path / "gone.txt") + "#letters"), tmp_path)
    assert load_writer(tmp_path, tmp_path).listed == frozenset()
    assert load_writer(trained.model.folder, tmp_path).listed == trained.listed
