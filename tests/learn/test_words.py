"""Training on words and texts: batches of one length, classes in balance, and the same answers letter by letter."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from explorer.arch.errors import MissingDataError
from explorer.arch.layers import GRU, LSTM, ConcatRNN, Embedding, LastStep, Linear, LogSoftmax
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.arch.zoo import zoo
from explorer.learn import tutorial
from explorer.learn.augment import misspell
from explorer.learn.build import build, log_probabilities, loss_of, prepare
from explorer.learn.card import Card, read_card
from explorer.learn.catalog import source
from explorer.learn.data import DataSet, load
from explorer.learn.events import Asked, EpochDone, Finished, Started, StepDone, Tested, Validated
from explorer.learn.fit import adapt, misfit
from explorer.learn.letters import LANGUAGES, fold
from explorer.learn.model import Model, load_model
from explorer.learn.recipe import Recipe
from explorer.learn.run import resume, run
from explorer.learn.train import batches, evaluate, steps_in_all, steps_per_epoch

SMALL = Network((T, 57), (LSTM(16), Linear(2), LogSoftmax(), LastStep()), name="Small")


@pytest.fixture
def towns(tmp_path: Path) -> Path:
    """Two classes that are easy to tell apart, one with many more words."""
    place = tmp_path / "towns"
    place.mkdir()
    many = [f"{a}{b}{c}o" for a in "abcdefgh" for b in "aei" for c in "lmn" for _ in range(2)]
    few = [f"{a}{b}{c}ski" for a in "bdg" for b in "uoy" for c in "wz"]
    (place / "Many.txt").write_text("\n".join(many))
    (place / "Few.txt").write_text("\n".join(few))
    return place


def loaded(name: str | Path, folder: Path) -> DataSet:
    *_, data = load(str(name), folder)
    assert isinstance(data, DataSet)
    return data


def test_mar_is_three_rows_of_57() -> None:
    tokens = torch.tensor([fold("Mar").tokens]).T  # the lecture puts the letters first
    x = torch.nn.functional.one_hot(tokens, 57)
    assert x.shape == (3, 1, 57)
    mine = prepare(tokens.T, zoo("names-rnn"))
    assert torch.equal(mine[0], x[:, 0].float())
    assert mine.sum() == 3


def test_batches_are_of_one_length_and_show_everything_once(towns: Path, tmp_path: Path) -> None:
    data = loaded(towns, tmp_path)
    part, recipe = data.train, Recipe(batch=8)
    order = batches(part, recipe, 0)
    assert len(order) == steps_per_epoch(part, recipe)
    assert sorted(torch.cat(order).tolist()) == list(range(len(part)))
    assert part.lengths is not None
    for chosen in order:
        assert len(set(part.lengths[chosen].tolist())) == 1
        assert part.take(chosen).x.shape == (len(chosen), int(part.lengths[chosen[0]]))
    again, other = batches(part, recipe, 0), batches(part, recipe, 1)
    assert all(torch.equal(a, b) for a, b in zip(order, again, strict=True))
    assert any(not torch.equal(a, b) for a, b in zip(order, other, strict=True))


def test_balanced_batches_draw_each_class_equally_often(towns: Path, tmp_path: Path) -> None:
    part = loaded(towns, tmp_path).train
    counts = part.y.bincount()
    assert max(counts) > 5 * min(counts)
    recipe = Recipe(batch=4, balanced=True)
    drawn = torch.cat([part.y[chosen] for epoch in range(20) for chosen in batches(part, recipe, epoch)])
    assert float((drawn == 0).double().mean()) == pytest.approx(0.5, abs=0.06)
    assert steps_in_all(part, replace(recipe, samples=10)) == 3
    assert steps_in_all(part, replace(recipe, batch=1, samples=10, epochs=9)) == 10


def test_misspelling_replaces_some_letters() -> None:
    torch.manual_seed(0)
    words = torch.full((100, 10), 3)
    share = float((misspell(words) != words).double().mean())
    assert 0.1 < share < 0.2


def test_smoothed_loss_is_cross_entropy_with_soft_targets() -> None:
    torch.manual_seed(0)
    network = Network((5,), (Linear(4),))
    outputs, labels = torch.randn(6, 4), torch.tensor([0, 1, 2, 3, 0, 1])
    mine = loss_of(network, outputs, labels, 0.2)
    assert torch.allclose(mine, torch.nn.functional.cross_entropy(outputs, labels, label_smoothing=0.2))


def test_a_run_on_words_learns_and_can_be_asked(towns: Path, tmp_path: Path) -> None:
    recipe = Recipe(
        data=str(towns),
        optimiser="AdamW",
        learning_rate=0.02,
        batch=8,
        epochs=12,
        balanced=True,
        smoothing=0.05,
        clip=1.0,
    )
    events = list(run(SMALL, recipe, tmp_path / "run", tmp_path))
    kinds = [type(event) for event in events]
    for kind in (Started, StepDone, Asked, Validated, EpochDone, Tested, Finished):
        assert kind in kinds
    asked = [event for event in events if isinstance(event, Asked)]
    assert {event.truth for event in asked} <= {"Few", "Many"}
    assert all(event.word and event.log_probability <= 0 for event in asked)
    tested = next(event for event in events if isinstance(event, Tested))
    assert tested.accuracy > 0.9
    card = read_card(tmp_path / "run")
    assert card.signs[:2] == ("a", "b")
    assert card.balanced_accuracy is not None
    model = load_model(tmp_path / "run")
    assert model.kind == "words"
    said = model.spell(fold("dozowski").tokens)
    assert said.shape == (8, 2)
    assert model.card.classes[said[-1].argmax()] == "Few"
    (evaluated,) = model.evaluate(str(towns), tmp_path)
    assert isinstance(evaluated, Tested)
    assert evaluated.confusion == tested.confusion


def test_a_run_on_words_stopped_and_continued_takes_the_same_steps(towns: Path, tmp_path: Path) -> None:
    recipe = Recipe(data=str(towns), batch=8, epochs=2, balanced=True, augment=True)
    whole = [e.loss for e in run(SMALL, recipe, tmp_path / "whole", tmp_path) if isinstance(e, StepDone)]
    first = []
    events = run(SMALL, recipe, tmp_path / "parts", tmp_path)
    for event in events:
        if isinstance(event, StepDone):
            first.append(event.loss)
            if len(first) == 7:
                break
    events.close()  # type: ignore[attr-defined]
    rest = [e.loss for e in resume(tmp_path / "parts", tmp_path) if isinstance(e, StepDone)]
    assert first + rest == whole


def test_a_run_on_a_text_has_a_perplexity(towns: Path, tmp_path: Path) -> None:
    network = Network((T,), (Embedding(60, 8), GRU(16), Linear(60)), name="Writer")
    recipe = Recipe(data=f"{towns}#letters", learning_rate=0.02, batch=8, epochs=6)
    events = list(run(network, recipe, tmp_path / "run", tmp_path))
    losses = [event.loss for event in events if isinstance(event, EpochDone)]
    assert losses[0] is not None
    assert losses[-1] is not None
    assert losses[-1] < losses[0] < 4.2  # a model that knows nothing: log 60
    tested = next(event for event in events if isinstance(event, Tested))
    assert tested.confusion == ()
    model = load_model(tmp_path / "run")
    assert model.kind == "text"
    steps = model.spell((58, 0, 1))
    assert steps.shape == (3, 60)
    model.__dict__["_each_step"] = None  # as if it had to read each beginning anew
    assert np.allclose(model.spell((58, 0, 1)), steps, atol=1e-5)


def test_what_is_for_words_leaves_a_text_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "text.txt"
    place.write_text("the cat sat on the mat. " * 60)  # 11 signs: a replaced letter could be none of them
    network = Network((T,), (Embedding(11, 4), GRU(4), Linear(11)), name="Writer")
    recipe = Recipe(data=f"{place}#letters", batch=4, epochs=1, augment=True, balanced=True)
    events = list(run(network, recipe, tmp_path / "run", tmp_path))
    assert isinstance(events[-1], Finished)
    part = loaded(f"{place}#letters", tmp_path).train
    assert steps_per_epoch(part, recipe) == len(batches(part, recipe, 0))


def test_a_run_says_what_was_odd_in_its_data(towns: Path, tmp_path: Path) -> None:
    (towns / "None.txt").write_text("")
    network = Network((T, 57), (GRU(4), Linear(3), LastStep()), name="Small")
    events = list(run(network, Recipe(data=str(towns), batch=32, epochs=1), tmp_path / "run", tmp_path))
    started = next(event for event in events if isinstance(event, Started))
    assert "None.txt holds no words." in started.note


@pytest.mark.parametrize("name", ["names-rnn", "names-vanilla", "names-lstm", "names-gru", "names-two-way"])
def test_each_beginning_is_answered_as_if_it_were_all(name: str) -> None:
    network = zoo(name)
    model = Model(
        Path(), Card(name, name, "names", LANGUAGES, Recipe(), 0, signs=tuple("ab")), network, build(network, 0)
    )
    model.module.eval()
    tokens = fold("Pelaez").tokens
    steps = model.spell(tokens)
    with torch.inference_mode():
        for k in range(len(tokens)):
            whole = model.module(prepare(torch.tensor([tokens[: k + 1]]), network))
            assert torch.allclose(log_probabilities(network, whole)[0].double(), torch.from_numpy(steps[k]), atol=1e-5)
    assert model.spell(()).shape == (0, 18)


def test_evaluation_does_not_depend_on_how_words_are_put_together(towns: Path, tmp_path: Path) -> None:
    part = loaded(towns, tmp_path).train
    module = build(SMALL, 1)
    loss, right, confusion = evaluate(SMALL, module, part, 2)
    assert sum(map(sum, confusion)) == len(part)
    one = [loss_of(SMALL, module(prepare(part.take(torch.tensor([k])).x, SMALL)), part.y[k : k + 1]) for k in range(9)]
    some = part.take(torch.tensor([0]))
    assert some.x.shape[0] == 1
    assert all(torch.isfinite(value) for value in one)
    every = sum(
        float(loss_of(SMALL, module(prepare(part.take(torch.tensor([k])).x, SMALL)), part.y[k : k + 1]).detach())
        for k in range(len(part))
    )
    assert loss == pytest.approx(every / len(part), rel=1e-5)
    assert right == pytest.approx((confusion[0][0] + confusion[1][1]) / len(part))


def repaired(network: Network, name: str) -> tuple[Network, list[str]]:
    texts = []
    for network_, problem in adapt(network, source(name)):
        network = network_
        texts.append(problem.text)
    assert misfit(network, source(name)) is None
    return network, texts


def test_networks_that_do_not_fit_sequences_are_repaired(towns: Path) -> None:
    for name in ("names-rnn", "names-vanilla", "names-lstm", "names-gru", "names-two-way"):
        assert misfit(zoo(name), source("names")) is None
    assert misfit(zoo("char-lm"), source("names#letters")) is None
    assert "takes pictures" in misfit(zoo("lenet5"), source("names")).message  # type: ignore[union-attr]
    assert "looks up tokens" in misfit(zoo("names-two-way"), source("mnist")).message  # type: ignore[union-attr]
    small, texts = repaired(zoo("names-rnn"), str(towns))
    assert isinstance(small.layers[0], ConcatRNN)
    assert small.layers[0].outputs == 2
    assert texts == ["Set rnn to 2 outputs"]
    _, texts = repaired(zoo("char-lm"), f"{towns}#letters")
    assert texts == ["Set embedding to 60 words", "Set the last layer to 60 units"]
    _, texts = repaired(Network((T,), (Embedding(76, 8), LSTM(8, bidirectional=True), Linear(76))), "names#letters")
    assert "one way" in texts[0]
    _, texts = repaired(Network((T,), (Embedding(76, 8), LSTM(8), LastStep(), Linear(76))), "names#letters")
    assert texts == ["Remove the last-step layer"]
    bare, texts = repaired(Network((T, 57), (GRU(8),)), "names")
    assert [type(layer) for layer in bare.layers] == [GRU, LastStep, Linear]
    _, texts = repaired(Network((T, 20), (GRU(8), Linear(18), LastStep())), "names")
    assert texts == ["Set the input to T×57"]
    problem = misfit(zoo("names-two-way"), source("names#letters"))
    while problem is not None and problem.repaired is not None:  # its answer is one for all letters: no end of repairs
        assert problem.text.startswith("Set ")
        problem = misfit(problem.repaired, source("names#letters"))
    assert problem is not None
    assert "answer at each step" in problem.message


def archive(**lists: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, text in lists.items():
            packed.writestr(f"data/names/{name}.txt", text)
        packed.writestr("../outside.txt", "no")
    return buffer.getvalue()


def test_the_tutorials_names_are_fetched_and_checked(tmp_path: Path) -> None:
    good = tmp_path / "good.zip"
    names = "\n".join(f"Name{a}{b}" for a in "abcdefg" for b in "hijklmn")
    good.write_bytes(archive(**dict.fromkeys(LANGUAGES, names)))
    steps = list(tutorial.download(tmp_path / "data", good.as_uri()))
    assert steps[-1].done == good.stat().st_size
    assert source("names-tutorial").on_disk(tmp_path / "data")
    assert sorted(p.name for p in (tmp_path / "data").iterdir()) == ["names-tutorial"]
    assert len(loaded("names-tutorial", tmp_path / "data").train)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no archive", "not the tutorial's archive"),
        (archive(Arabic="A\n"), "not what it should be"),
        (archive(English="A\n" * 100), "not the tutorial's archive"),
        (archive(Arabic="A" * 1_000_001), "larger"),
    ],
)
def test_another_archive_is_refused_and_leaves_nothing(tmp_path: Path, content: bytes, said: str) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(content)
    with pytest.raises(MissingDataError, match=said):
        list(tutorial.download(tmp_path / "data", bad.as_uri()))
    assert not (tmp_path / "data").exists()
    with pytest.raises(MissingDataError, match="no server"):
        list(tutorial.download(tmp_path / "data", (tmp_path / "nothing.zip").as_uri()))
