"""The small examples of the wirings: their data, their training, and what ships."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from explorer.arch.errors import RunError
from explorer.explain.recurrent.wired import play
from explorer.learn import toys_data as data
from explorer.learn.toys import CARD, TOYS, WEIGHTS, Epoch, Name, folder_of, load, main, save, strange
from explorer.learn.toys_train import Net, learn_noise, train_example

WIRED = tuple(name for name in TOYS if name != "noise")


# What they are trained on.


def test_data_are_the_same_each_time_and_nothing_held_out_is_trained_on() -> None:
    for made in (data.sentences, data.dates, data.brackets):
        one, two = made(count=200), made(count=200)
        assert one == two
        assert len(one.train) + len(one.held) == 200
        assert not set(one.train) & set(one.held)
    names = data.names()
    assert not {text for text, _ in names.train} & {text for text, _ in names.held}


def test_each_word_of_a_sentence_has_a_tag_and_every_word_and_tag_occurs() -> None:
    pairs = data.sentences()
    whole = (*pairs.train, *pairs.held)
    assert all(len(words) == len(tags) for words, tags in whole)
    assert {word for words, _ in whole for word in words} == set(data.WORDS)
    assert {tag for _, tags in whole for tag in tags} == set(data.TAGS)
    assert len(data.WORDS) == len(set(data.WORDS)) == 42


def test_no_sentence_has_two_readings() -> None:
    pairs = data.sentences()
    found = dict((*pairs.train, *pairs.held))
    assert len(found) == len(pairs.train) + len(pairs.held)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("([])", ") ] ) none"),
        ("[(]", "] ) mistake"),
        (")(", "mistake mistake"),
        ("", ""),
    ],
)
def test_which_bracket_closes_next(text: str, told: str) -> None:
    assert " ".join(data.to_close(text)) == told


def test_what_is_unlike_the_training_is_said() -> None:
    assert strange("delayed", "3 march 1998") == ""
    for odd in ("31 february 1950", "1 may 3000", "hello", "3 marchy 1998", "²  may 1998"):
        assert "answers all the same" in strange("delayed", odd)
    assert strange("stacked", "(((())))") == ""
    assert strange("stacked", "(((((") != ""
    assert strange("stacked", "[)((((((") == ""  # after a mistake nothing is open
    assert strange("many-to-one", "x") == ""


# Training.


def test_the_same_seed_gives_the_same_weights_and_nobody_elses_numbers_change() -> None:
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    one, two, other = (train_example("one-to-one", seed, epochs=3) for seed in (1, 1, 2))
    assert torch.rand(1) == expected
    assert one.arrays.keys() == two.arrays.keys()
    assert all(np.array_equal(one.arrays[key], two.arrays[key]) for key in one.arrays)
    assert any(not np.array_equal(one.arrays[key], other.arrays[key]) for key in one.arrays)
    assert one.card == two.card


def test_training_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    few = data.sentences(120)
    monkeypatch.setattr(data, "sentences", lambda: few)
    first, last = train_example("bidirectional", epochs=1), train_example("bidirectional", epochs=12)
    assert first.card.accuracy is not None
    assert last.card.accuracy is not None
    assert last.card.accuracy > first.card.accuracy + 0.1


def test_what_was_trained_can_be_saved_and_read(tmp_path: Path) -> None:
    made = train_example("one-to-one", epochs=2)
    save(made.card, made.arrays, tmp_path / "x")
    example = load("one-to-one", tmp_path / "x")
    assert example.card == made.card
    assert example.wired is not None
    np.testing.assert_array_equal(example.wired.output.bias, made.arrays["output.bias"].astype(np.float64))


def test_noise_is_learnt_by_heart_from_fewer_sequences() -> None:
    epochs = list(learn_noise(seed=1, epochs=25, count=64))
    assert [one.epoch for one in epochs] == list(range(26))
    assert all(isinstance(one, Epoch) for one in epochs)
    assert epochs[0].loss == pytest.approx(np.log(2), abs=0.02)
    assert epochs[-1].accuracy > 0.75
    assert epochs[-1].held_accuracy < 0.7


def test_noise_can_be_stopped() -> None:
    learning = learn_noise(epochs=1000, count=64)
    assert next(learning).epoch == 0
    learning.close()  # type: ignore[attr-defined]
    assert next(learning, None) is None


def test_the_command_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "OUT" in capsys.readouterr().err
    assert main([str(tmp_path), "many-to-won"]) == 2
    assert "“many-to-one”" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


# What ships.


@pytest.mark.parametrize("name", WIRED)
def test_numpy_gives_what_the_module_gives(name: Name) -> None:
    example, arrays = load(name), load_file(folder_of(name) / WEIGHTS)
    assert example.wired is not None
    net = Net(example.toy).double()
    net.load_state_dict({key: torch.from_numpy(value) for key, value in arrays.items()})
    for text in example.toy.tries:
        played = play(example.wired, text)
        read = played.read if name != "delayed" else played.read[: played.encoder]
        tokens = torch.tensor([[example.toy.signs.index(sign) for sign in read]])
        with torch.no_grad():
            logits = net(tokens, torch.tensor([len(read)])).numpy()
        logits = logits.reshape(-1, len(example.toy.classes))
        np.testing.assert_allclose(played.logits[list(played.outputs)], logits, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", TOYS)
def test_what_ships_is_small_and_says_how_good_it_is(name: Name) -> None:
    example = load(name)
    folder = folder_of(name)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 200_000
    assert {path.name for path in folder.iterdir()} == {CARD, WEIGHTS} - ({WEIGHTS} if name == "noise" else set())
    card = example.card
    assert card.name == name
    assert card.about == example.toy.about
    assert (card.accuracy is None) == (card.held_count == 0)


@pytest.mark.parametrize(
    ("name", "held", "tolerance"),
    [("many-to-many", data.sentences, 0.03), ("bidirectional", data.sentences, 0.03), ("stacked", data.brackets, 0.03)],
)
def test_the_accuracy_on_the_card_is_that_of_the_numbers(name: Name, held: object, tolerance: float) -> None:
    example = load(name)
    assert example.wired is not None
    assert example.card.accuracy is not None
    pairs = random.Random(0).sample(held().held, 100)  # type: ignore[operator]
    join = "" if name == "stacked" else " "
    right = [
        a == b for text, told in pairs for a, b in zip(play(example.wired, join.join(text)).chosen, told, strict=True)
    ]
    assert np.mean(right) == pytest.approx(example.card.accuracy, abs=tolerance)


def test_only_who_reads_on_knows_what_her_is() -> None:
    def tags(name: Name, text: str) -> str:
        wired = load(name).wired
        assert wired is not None
        return play(wired, text).answer

    assert tags("bidirectional", "she painted her letter") == "PRON VERB DET NOUN"
    assert tags("bidirectional", "she painted her") == "PRON VERB PRON"
    assert tags("bidirectional", "the old man the boat") == "DET NOUN VERB DET NOUN"
    # In step, the tag of “her” cannot depend on what follows.
    assert (
        tags("many-to-many", "she painted her letter").split()[2] == tags("many-to-many", "she painted her").split()[2]
    )


def test_the_stored_curve_is_that_of_noise_learnt_by_heart() -> None:
    curve = load("noise").card.curve
    assert len(curve.loss) == len(curve.held_accuracy) == 21
    assert curve.loss[0] == pytest.approx(0.693, abs=0.01)
    assert curve.loss[-1] == pytest.approx(0.01, abs=0.01)
    assert curve.accuracy[-1] > 0.98
    assert all(abs(one - 0.5) < 0.05 for one in curve.held_accuracy)


@pytest.mark.parametrize("what", ["missing", "card", "weights", "other"])
def test_a_damaged_example_is_said_in_a_sentence(tmp_path: Path, what: str) -> None:
    made = train_example("one-to-one", epochs=1)
    arrays = {"hidden.weight": made.arrays["hidden.weight"]} if what == "other" else made.arrays
    save(made.card, arrays, tmp_path)
    if what == "missing":
        (tmp_path / WEIGHTS).unlink()
    if what == "card":
        (tmp_path / CARD).write_text("{")
    if what == "weights":
        (tmp_path / WEIGHTS).write_bytes(b"nothing")
    with pytest.raises(RunError) as error:
        load("one-to-one", tmp_path)
    assert str(error.value).endswith("Install the program again.")
