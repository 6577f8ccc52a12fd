"""What the Train panel knows and says, without a window."""

from __future__ import annotations

from datetime import datetime

import msgspec
import numpy as np
import pytest

from explorer.app.train.curve import Curve
from explorer.app.train.described import plan_of
from explorer.app.train.record import Record, record_of
from explorer.app.train.runs import discard_if_empty, latest, new_folder
from explorer.app.train.words import Phase, counted_on, plan, words
from explorer.app.widgets.ticks import brief, log_ticks, nice_ceil, ticks
from explorer.learn.card import CHECKPOINT, EVENTS, Card, save_card
from explorer.learn.events import (
    Diverged,
    EpochDone,
    Event,
    Finished,
    Progress,
    Started,
    StepDone,
    Tested,
    Validated,
    encode,
)
from explorer.learn.history import history
from explorer.learn.recipe import Recipe

MATRIX = ((3, 1), (0, 4))


def started(step: int = 0, steps: int = 20) -> Started:
    return Started("Net", 10, "strokes", 80, 8, 8, ("a", "b"), "CPU", 10, steps, step)


def steps(first: int, last: int, each: float = 0.1) -> list[Event]:
    return [StepDone(k, 1.0 / k, 0.5, each * k) for k in range(first, last + 1)]


def validated(step: int, complete: bool = True) -> Validated:
    return Validated(step, 8 if complete else 4, 0.3, 7 / 8, MATRIX, complete)


def a_run() -> list[Event]:
    return [
        started(), *steps(1, 10), validated(10), EpochDone(1, 10, 0.3, 0.5, 0.3, 0.8, 1.0, 80.0),
        *steps(11, 20), validated(20), EpochDone(2, 20, 0.3, 0.5, 0.3, 0.8, 2.0, 80.0),
        Tested(8, 0.2, 7 / 8, MATRIX), Finished("finished", 20, 2.0),
    ]  # fmt: skip


# Curves.


def test_a_short_curve_keeps_every_value() -> None:
    curve = Curve()
    for step in range(1, 6):
        curve.add(step, float(step))
    assert curve.raw()[0].tolist() == [1, 2, 3, 4, 5]
    assert curve.raw()[1].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("count", [9, 10, 11, 100, 5_003])
def test_a_long_curve_stays_small_and_keeps_its_extremes(count: int) -> None:
    curve = Curve(kept=10)
    values = np.random.default_rng(0).normal(size=count)
    for step, value in enumerate(values, 1):
        curve.add(step, float(value))
    steps_, shown = curve.raw()
    assert len(curve) <= 10
    assert shown.min() == values.min()
    assert shown.max() == values.max()
    assert steps_[-1] == count
    assert (np.diff(curve.smooth()[0]) > 0).all()


def test_smoothing_starts_at_the_first_value_and_follows() -> None:
    curve = Curve()
    for step in range(1, 401):
        curve.add(step, 5.0 if step < 200 else 1.0)
    assert curve.smooth()[1][0] == 5.0
    assert curve.smooth()[1][198] == pytest.approx(5.0)
    assert curve.last == pytest.approx(1.0, abs=0.1)


def test_values_that_are_no_numbers_leave_no_trace() -> None:
    curve = Curve()
    curve.add(1, float("nan"))
    curve.add(2, 1.0)
    assert curve.last == 1.0
    assert len(curve) == 1


def test_a_curve_that_is_cut_goes_on_where_it_was() -> None:
    curve = Curve()
    for step in range(1, 11):
        curve.add(step, 2.0)
    curve.add(11, 1e9)
    curve.cut(10)
    curve.add(11, 2.0)
    assert curve.last == pytest.approx(2.0)
    curve.cut(0)
    assert curve.last is None
    assert curve.at(3) is None


def test_a_reading_is_that_of_the_nearest_step() -> None:
    curve = Curve()
    for step in (1, 2, 10):
        curve.add(step, float(step))
    assert [curve.at(x).step for x in (0, 1.6, 5, 7, 99)] == [1, 2, 2, 10, 10]  # type: ignore[union-attr]


# Records.


def test_a_whole_run_folds_into_a_complete_record() -> None:
    record = record_of(a_run(), batch=8, epochs=2)
    assert record.complete
    assert (record.step, record.steps, record.epoch) == (20, 20, 2)
    assert [v.step for v in record.validated] == [10, 20]
    assert record.shown is not None
    assert record.shown.part == "test"
    assert record.shown.counts == MATRIX
    assert len(record.loss) == 20


def test_speed_and_time_left_are_those_of_the_last_seconds() -> None:
    record = Record(batch=8, epochs=2)
    for event in (started(steps=1000), *steps(1, 100, each=1.0), *steps(101, 200, each=1.0)):
        record.fold(event)
    assert record.speed == pytest.approx(1.0)
    assert record.images_per_second == pytest.approx(8.0)
    assert record.seconds_left == pytest.approx(800.0)


def test_a_run_that_goes_back_forgets_what_came_after() -> None:
    record = Record(batch=8, epochs=2)
    for event in (started(), *steps(1, 10), validated(10), *steps(11, 14), Diverged(15, 8, 1e-4, "no number")):
        record.fold(event)
    assert record.diverged is not None
    assert len(record.loss) == 14  # the explosion stays in sight while the run waits
    for event in steps(9, 9):
        record.fold(event)
    assert record.diverged is None
    assert record.step == 9
    assert len(record.loss) == 9
    assert record.validated == []


def test_a_run_to_be_continued_is_read_up_to_its_checkpoint() -> None:
    record = record_of(a_run(), 8, 2, until=12)
    assert record.step == 12
    assert not record.complete
    assert record.tested is None
    record.fold(started(step=12))
    assert record.step == 12
    assert len(record.loss) == 12


def test_losses_that_are_no_numbers_are_not_drawn() -> None:
    record = Record(8, 2)
    lost = (StepDone(4, None, 0.5, 0.4), Validated(4, 8, None, 0.5, MATRIX, True))
    infinite = (StepDone(5, float("inf"), 0.5, 0.5), Validated(5, 8, float("inf"), 0.5, MATRIX, True))
    for event in (started(), *steps(1, 3), *lost, *infinite, EpochDone(1, 5, None, 0.5, None, 0.8, 1.0, 80.0)):
        record.fold(event)
    assert (record.step, len(record.loss), record.validated) == (5, 3, [])
    assert record.shown is not None


def test_a_history_is_read_back_as_it_was_written_without_a_broken_end(tmp_path) -> None:
    (tmp_path / EVENTS).write_bytes(b"\n".join(encode(e) for e in a_run()) + b'\n{"event":"st')
    assert history(tmp_path) == a_run()
    assert history(tmp_path / "none") == []


# Words.


def said(phase: Phase, *events: Event, torch: bool = True) -> str:
    record = Record(8, 2)
    for event in events:
        record.fold(event)
    return words(phase, record, torch).title


def test_every_state_is_a_sentence() -> None:
    assert said(Phase.READY) == "Ready to train"
    assert said(Phase.STARTING, torch=False) == "Loading PyTorch…"
    progress = Progress("Drawing digits", 12_000, 60_000)
    assert said(Phase.STARTING, progress) == "Drawing digits, 12\u2009000 of 60\u2009000"
    assert said(Phase.RUNNING, started(), *steps(1, 12)) == "Epoch 2 of 2"
    assert said(Phase.RUNNING, started(), *steps(1, 20)) == "Testing on 8 images"
    assert said(Phase.PAUSED, started(), *steps(1, 3)) == "Paused in epoch 1"
    assert said(Phase.STOPPING, started()) == "Stopping…"
    assert said(Phase.ENDED, started(), *steps(1, 12), Finished("stopped", 12, 1.0)) == "Stopped in epoch 2"
    assert said(Phase.ENDED, *a_run()) == "Finished: 87.5 % of the test digits right"


def test_the_pace_names_step_speed_and_time_left() -> None:
    record = Record(100, 2)
    for event in (started(steps=1000), *steps(1, 100, each=0.01)):
        record.fold(event)
    assert words(Phase.RUNNING, record, True).caption == "step 100 · 10\u2009000 images/s · 9 s left"


def test_a_network_that_does_not_fit_is_not_ready() -> None:
    assert words(Phase.READY, Record(), True, fits=False).title == "The network does not fit"


def test_plan_and_counts_in_words() -> None:
    assert (
        plan(61_706, plan_of(Recipe(batch=64, epochs=5), 55_000).steps, 64)
        == "61\u2009706 parameters · 4\u2009300 steps of 64 images"
    )
    record = Record(8, 2)
    for event in (started(), *steps(1, 3), validated(3, complete=False)):
        record.fold(event)
    assert counted_on(record.shown) == "Validation, 4 of 8 images, step 3"


# Folders.


def test_two_runs_of_one_second_get_two_folders(tmp_path) -> None:
    now = datetime(2026, 11, 20, 14, 2, 33)
    first = new_folder(tmp_path, "LeNet-5 / ünï", now)
    first.mkdir()
    assert first.name == "lenet-5-n-20261120-140233"
    assert new_folder(tmp_path, "LeNet-5 / ünï", now).name == first.name + "-2"


def test_the_last_run_is_offered_only_if_it_can_go_on(tmp_path) -> None:
    assert latest(tmp_path / "none") is None
    folder = tmp_path / "run"
    folder.mkdir()
    card = Card("run", "LeNet-5", "strokes", ("0", "1"), Recipe(), 10, steps=10, of_steps=50, epochs=1)
    save_card(card, folder)
    (tmp_path / "other").mkdir()
    kept = latest(tmp_path)
    assert kept is not None
    assert not kept.unfinished  # no checkpoint
    (folder / CHECKPOINT).touch()
    assert kept.unfinished
    assert kept.offer.startswith("Continue the run of ")
    assert kept.offer.endswith(": LeNet-5 on Strokes, epoch 2 of 5")
    save_card(msgspec.structs.replace(card, steps=50), folder)
    again = latest(tmp_path)
    assert again is not None
    assert not again.unfinished


def test_only_a_run_without_weights_is_discarded(tmp_path) -> None:
    for name, keep in (("empty", False), ("full", True)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "card.json").touch()
        if keep:
            (folder / CHECKPOINT).touch()
        discard_if_empty(folder)
        assert folder.exists() is keep


# Ticks.


def test_ticks_are_round_and_within_the_axis() -> None:
    assert [text for _, text in ticks(0, 2.5, 5)] == ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5"]
    assert [text for _, text in ticks(0, 100, 5, " %")] == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
    assert [text for _, text in ticks(97.5, 100, 4)] == ["98", "99", "100"]
    assert [text for _, text in ticks(0, 2.5e8, 3)] == ["0", "10⁸", "2·10⁸"]
    assert brief(2.14e8) == "2.1·10⁸"
    assert brief(-3e-5) == "−3·10⁻⁵"
    assert nice_ceil(2.41) == 2.5
    assert nice_ceil(0.0) == 0.0
    assert [text for _, text in log_ticks(-2, 0.4, 8)] == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"]
