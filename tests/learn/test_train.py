"""Training: it learns, it repeats itself, it can be stopped and continued, and it says what goes wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from explorer.arch.errors import ArchitectureError, DataError, RunError, TrainingError
from explorer.arch.layers import Conv2d, Dropout, Flatten, Linear, LogSoftmax, MaxPool2d, ReLU, Softmax
from explorer.arch.network import Network
from explorer.arch.zoo import zoo
from explorer.learn import run as runs
from explorer.learn import train as training
from explorer.learn.build import build, loss_of, prepare
from explorer.learn.card import find_model, read_card, save_card
from explorer.learn.catalog import source
from explorer.learn.data import DataSet, Part, split
from explorer.learn.events import Diverged, EpochDone, Finished, Started, StepDone, Tested, Validated, decode, encode
from explorer.learn.events import Progress as Loading
from explorer.learn.history import history
from explorer.learn.model import load_model
from explorer.learn.recipe import Recipe
from explorer.learn.strokes import strokes

SMALL = Network(
    (1, 28, 28),
    (
        Conv2d(6, (5, 5)),
        ReLU(),
        MaxPool2d(),
        Conv2d(12, (5, 5)),
        ReLU(),
        MaxPool2d(),
        Flatten(),
        Dropout(0.2),
        Linear(10),
    ),
)


EXPLODES = Network((1, 28, 28), (Flatten(), Linear(64), Linear(64), Linear(64), Linear(10)))
"""Without anything between its layers to hold them back, large steps grow without bound."""


@pytest.fixture(scope="module")
def data() -> DataSet:
    return drawn(4000)


def drawn(count: int) -> DataSet:
    x, y = strokes(count, seed=5)
    part = Part(torch.from_numpy(x)[:, None], torch.from_numpy(y).long())
    rest, held = split(part, 1000)
    learn, validation = split(rest, 500)
    return DataSet(source("strokes"), learn, validation, held)


def events_of(data: DataSet, folder: Path, network: Network = SMALL, **recipe: object) -> list[object]:
    return list(runs.run(network, Recipe(**recipe), folder, folder.parent, loaded=data))  # type: ignore[arg-type]


def test_a_short_training_reads_digits(tmp_path: Path) -> None:
    data = drawn(11_500)
    events = events_of(data, tmp_path / "r", epochs=3, learning_rate=0.005)
    tested = [e for e in events if isinstance(e, Tested)]
    assert tested[0].accuracy > 0.85
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    assert sum(isinstance(e, EpochDone) for e in events) == 3
    assert sum(isinstance(e, StepDone) for e in events) == events[0].steps == 3 * 157
    complete = [e for e in events if isinstance(e, Validated) and e.complete]
    assert all(sum(map(sum, e.confusion)) == 500 for e in complete)
    assert sorted(p.name for p in (tmp_path / "r").iterdir()) == [
        "card.json", "checkpoint.safetensors", "events.jsonl", "network.json", "weights.safetensors",
    ]  # fmt: skip
    card = read_card(tmp_path / "r")
    assert card.accuracy == tested[0].accuracy
    assert card.steps == card.of_steps
    model = load_model(find_model(str(tmp_path / "r")))
    answers = [model.read(image[0].numpy()).log_probabilities for image in data.test.x[:200]]
    assert np.mean([a.argmax() for a in answers] == data.test.y[:200].numpy()) > 0.8
    assert np.allclose(np.exp(answers[0]).sum(), 1, atol=1e-5)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_model(folder).module.state_dict()


def test_the_same_seed_gives_the_same_run(data: DataSet, tmp_path: Path) -> None:
    first = events_of(data, tmp_path / "a", epochs=1, seed=3, augment=True)
    second = events_of(data, tmp_path / "b", epochs=1, seed=3, augment=True)
    other = events_of(data, tmp_path / "c", epochs=1, seed=4, augment=True)
    losses = [[e.loss for e in run if isinstance(e, StepDone)] for run in (first, second, other)]
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize("optimiser", ["SGD", "Momentum", "Adam", "AdamW"])
def test_a_run_that_is_stopped_and_continued_takes_the_same_steps(
    data: DataSet, tmp_path: Path, optimiser: str
) -> None:
    recipe = {"epochs": 2, "optimiser": optimiser, "schedule": "cosine", "augment": True}
    whole = events_of(data, tmp_path / "whole", **recipe)
    stopped = runs.run(SMALL, Recipe(**recipe), tmp_path / "cut", tmp_path, loaded=data)  # type: ignore[arg-type]
    for event in stopped:
        if isinstance(event, StepDone) and event.step == 53:
            stopped.close()  # type: ignore[attr-defined]
            break
    assert read_card(tmp_path / "cut").steps == 53
    assert isinstance(history(tmp_path / "cut")[-1], Finished)
    rest = list(runs.resume(tmp_path / "cut", tmp_path, loaded=data))
    steps = {e.step: e.loss for e in whole if isinstance(e, StepDone)}
    again = {e.step: e.loss for e in rest if isinstance(e, StepDone)}
    assert list(again) == list(range(54, 81))
    assert all(steps[s] == again[s] for s in again)
    for name, value in weights(tmp_path / "whole").items():
        assert torch.equal(value, weights(tmp_path / "cut")[name])
    logged = [e.step for e in history(tmp_path / "cut") if isinstance(e, StepDone)]
    assert logged == list(range(1, 81))


def test_a_loss_that_is_no_number_keeps_the_last_good_weights(data: DataSet, tmp_path: Path) -> None:
    iterator = runs.run(EXPLODES, Recipe(optimiser="SGD", learning_rate=10.0), tmp_path / "r", tmp_path, loaded=data)
    diverged = next(e for e in iterator if isinstance(e, Diverged))
    assert diverged.learning_rate == pytest.approx(1.0)
    assert all(bool(value.isfinite().all()) for value in weights(tmp_path / "r").values())
    after = next(e for e in iterator if isinstance(e, StepDone | Diverged))
    assert after.step > 0
    iterator.close()  # type: ignore[attr-defined]
    assert all(bool(value.isfinite().all()) for value in weights(tmp_path / "r").values())


def test_going_on_after_divergence_comes_to_a_good_end(data: DataSet, tmp_path: Path) -> None:
    events = events_of(data, tmp_path / "r", network=EXPLODES, optimiser="SGD", learning_rate=10.0, epochs=2)
    assert any(isinstance(e, Diverged) for e in events)
    assert isinstance(events[-1], Finished)
    assert events[-1].step == 80


def test_a_network_that_does_not_fit_says_what_to_change(data: DataSet, tmp_path: Path) -> None:
    with pytest.raises(ArchitectureError, match="takes 3×32×32; Strokes gives 1×28×28"):
        events_of(data, tmp_path / "r", network=zoo("cifar10"))
    assert not (tmp_path / "r").exists()


def test_lenet_gets_its_zeros_around(data: DataSet, tmp_path: Path) -> None:
    started = next(iter(runs.run(zoo("lenet5"), Recipe(), tmp_path / "r", tmp_path, loaded=data)))
    assert isinstance(started, Started)
    assert "zeros are added" in started.note
    x = prepare(data.train.x[:3], zoo("lenet5"))
    assert x.shape == (3, 1, 32, 32)
    plain = prepare(data.train.x[:3], SMALL)
    assert torch.equal(x[:, :, 2:-2, 2:-2], plain)
    assert torch.allclose(x[:, :, 0], torch.tensor(-0.1307 / 0.3081))


@pytest.mark.parametrize("last", [(), (Softmax(),), (LogSoftmax(),)])
def test_the_loss_is_cross_entropy_whatever_the_network_ends_in(last: tuple[object, ...]) -> None:
    network = Network((1, 28, 28), (Flatten(), Linear(10), *last))  # type: ignore[arg-type]
    plain = Network((1, 28, 28), (Flatten(), Linear(10)))
    x, y = torch.rand(8, 1, 28, 28), torch.arange(8)
    logits = build(plain, seed=1)(x)
    expected = torch.nn.functional.cross_entropy(logits, y)
    assert torch.allclose(loss_of(network, build(network, seed=1)(x), y), expected, atol=1e-5)


def test_a_folder_that_holds_a_run_is_not_overwritten(data: DataSet, tmp_path: Path) -> None:
    events_of(data, tmp_path / "r", epochs=1)
    with pytest.raises(RunError, match="already holds a run"):
        events_of(data, tmp_path / "r", epochs=1)


def test_a_full_disk_stops_the_run_with_one_sentence(
    data: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iterator = runs.run(SMALL, Recipe(epochs=2), tmp_path / "r", tmp_path, loaded=data)

    def until_full() -> Iterator[object]:
        for event in iterator:
            if isinstance(event, EpochDone):
                monkeypatch.setattr(os, "fsync", full)
            yield event

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(RunError, match="No space left on device"):
        list(until_full())
    monkeypatch.undo()
    assert read_card(tmp_path / "r").epochs == 1
    assert load_model(tmp_path / "r").card.steps == 40
    assert not list((tmp_path / "r").glob("*.part"))


def test_broken_run_files_are_said_in_one_sentence(data: DataSet, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    events_of(data, folder, epochs=1)
    whole = (folder / "weights.safetensors").read_bytes()
    for broken in (b"", whole[:100], whole[:-10], b"PK" + whole[2:], b"\xff" * 64):
        (folder / "weights.safetensors").write_bytes(broken)
        with pytest.raises(RunError, match=r"weights\.safetensors"):
            load_model(folder)
    (folder / "weights.safetensors").unlink()
    with pytest.raises(RunError, match="no weights"):
        load_model(folder)
    card = (folder / "card.json").read_bytes()
    for broken in (b"", card[:50], card.replace(b'"steps"', b'"stops"'), b"[]"):
        (folder / "card.json").write_bytes(broken)
        with pytest.raises(RunError, match=r"card\.json"):
            read_card(folder)
    (folder / "card.json").write_bytes(card)
    (folder / "checkpoint.safetensors").write_bytes(whole)
    with pytest.raises(RunError, match="cannot be continued"):
        list(runs.resume(folder, tmp_path, loaded=data))


def test_weights_of_another_network_are_refused_with_their_shapes(data: DataSet, tmp_path: Path) -> None:
    events_of(data, tmp_path / "a", epochs=1)
    wider = SMALL.put((0,), Conv2d(8, (5, 5)))
    events_of(data, tmp_path / "b", network=wider, epochs=1)
    (tmp_path / "a" / "weights.safetensors").write_bytes((tmp_path / "b" / "weights.safetensors").read_bytes())
    with pytest.raises(RunError, match=r"conv1\.weight is 8×1×5×5 there and 6×1×5×5 here"):
        load_model(tmp_path / "a")


def test_a_log_that_was_cut_off_is_read_up_to_the_cut(data: DataSet, tmp_path: Path) -> None:
    events_of(data, tmp_path / "r", epochs=1)
    log = tmp_path / "r" / "events.jsonl"
    whole = history(tmp_path / "r")
    log.write_bytes(log.read_bytes()[:-20])
    assert history(tmp_path / "r") == whole[:-1]


def test_events_survive_a_line_of_json() -> None:
    for event in (
        StepDone(1, 0.5, 0.9, 0.1),
        Validated(1, 2, 0.1, 1.0, ((2, 0), (0, 0)), True),
        Finished("stopped", 3, 1.0),
    ):
        assert decode(encode(event)) == event


def test_an_infinite_validation_loss_goes_back_to_weights_that_give_a_finite_one(
    data: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = training.evaluate, []

    def evaluate(*arguments: object) -> tuple[float, float, tuple[tuple[int, ...], ...]]:
        calls.append(None)
        loss, right, counts = real(*arguments)  # type: ignore[arg-type]
        return (float("inf") if len(calls) in (3, 5) else loss), right, counts

    monkeypatch.setattr(training, "evaluate", evaluate)
    events = events_of(data, tmp_path / "r", epochs=2)
    diverged = [e for e in events if isinstance(e, Diverged)]
    assert [(e.step, e.kept) for e in diverged] == [(30, 20), (40, 30)]
    assert diverged[1].learning_rate == pytest.approx(0.002 / 100)
    assert "validation loss is no longer a number" in diverged[0].text
    assert all(e.loss is not None and np.isfinite(e.loss) for e in events if isinstance(e, Validated | EpochDone))
    assert isinstance(events[-1], Finished)
    assert events[-1].step == 80


def test_a_loss_that_stays_no_number_ends_the_run_in_one_sentence(
    data: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "evaluate", lambda *_: (float("nan"), 0.0, ((0,) * 10,) * 10))
    iterator, rates = runs.run(SMALL, Recipe(), tmp_path / "r", tmp_path, loaded=data), []
    with pytest.raises(TrainingError, match="however small the steps are"):
        rates.extend(e.learning_rate for e in iterator if isinstance(e, Diverged))
    assert isinstance(history(tmp_path / "r")[-1], Finished)
    assert read_card(tmp_path / "r").steps == 0


def test_weights_that_are_huge_but_finite_are_left_behind(data: DataSet, tmp_path: Path) -> None:
    """Steps that make one batch's loss huge, and the validation's infinite, still come to a good end."""
    for rate in (0.5, 1.0, 3.0):
        folder = tmp_path / str(rate)
        events = events_of(data, folder, network=EXPLODES, optimiser="SGD", learning_rate=rate, epochs=1)
        assert isinstance(events[-1], Finished)
        assert all(bool(value.isfinite().all()) for value in weights(folder).values())


def test_a_broken_line_of_the_log_is_passed_over(data: DataSet, tmp_path: Path) -> None:
    events_of(data, tmp_path / "r", epochs=1)
    whole = history(tmp_path / "r")
    log = tmp_path / "r" / "events.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    lines[4] = b'{"event": "step", "st\n'
    lines[6] = b"\xff\xfe\n"
    log.write_bytes(b"".join(lines))
    assert history(tmp_path / "r") == [*whole[:4], whole[5], *whole[7:]]


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_loss_that_is_no_number_is_null_in_the_log(value: float) -> None:
    for event in (
        StepDone(1, value, 0.5, 0.1),
        Validated(1, 2, value, 0.5, ((1, 0), (1, 0)), True),
        EpochDone(1, 1, value, 0.5, value, 0.5, 1.0, 2.0),
        Tested(2, value, 0.5, ((1, 0), (1, 0))),
    ):
        assert decode(encode(event)).loss is None  # type: ignore[union-attr]


def test_a_run_whose_data_do_not_load_leaves_nothing_behind(
    data: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object) -> Iterator[object]:
        yield Loading("Drawing digits", 1, 2)
        raise DataError("It is damaged.")

    monkeypatch.setattr(runs, "load", load)
    folder = tmp_path / "new" / "r"
    with pytest.raises(DataError):
        list(runs.run(SMALL, Recipe(), folder, tmp_path))
    assert list(tmp_path.iterdir()) == []
    stopped = runs.run(SMALL, Recipe(), folder, tmp_path)
    assert isinstance(next(iter(stopped)), Loading)
    stopped.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []
    assert isinstance(events_of(data, folder, epochs=1)[-1], Finished)


def test_a_folder_that_is_not_possible_is_said_before_the_data_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "load", lambda *_: pytest.fail("loaded"))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="cannot be written"):
        list(runs.run(SMALL, Recipe(), tmp_path / "file" / "r", tmp_path))
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "network.json").touch()
    with pytest.raises(RunError, match="already holds a run"):
        list(runs.run(SMALL, Recipe(), tmp_path / "r", tmp_path))
    assert [p.name for p in (tmp_path / "r").iterdir()] == ["network.json"]


def test_a_card_of_other_classes_is_refused(data: DataSet, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    events_of(data, folder, epochs=1)
    save_card(msgspec.structs.replace(read_card(folder), classes=("a", "b")), folder)
    with pytest.raises(RunError, match=r"ends in 10, its card\.json names 2 classes"):
        load_model(folder)
    with pytest.raises(RunError, match="2 classes"):
        list(runs.resume(folder, tmp_path, loaded=data))


def test_a_run_without_its_checkpoint_cannot_be_continued(data: DataSet, tmp_path: Path) -> None:
    folder = tmp_path / "r"
    events_of(data, folder, epochs=1)
    (folder / "checkpoint.safetensors").unlink()
    with pytest.raises(RunError, match=r"cannot be continued: it has no checkpoint"):
        list(runs.resume(folder, tmp_path, loaded=data))
    save_card(msgspec.structs.replace(read_card(folder), steps=0), folder)
    assert next(iter(runs.resume(folder, tmp_path, loaded=data))).step == 0  # type: ignore[union-attr]


def test_a_log_that_cannot_be_rewritten_stays(data: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    events_of(data, tmp_path / "r", epochs=1)
    before = (tmp_path / "r" / "events.jsonl").read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="No space left"):
        list(runs.resume(tmp_path / "r", tmp_path, loaded=data))
    assert (tmp_path / "r" / "events.jsonl").read_bytes() == before
