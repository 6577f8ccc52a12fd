"""The page of wirings: examples to choose, texts to type, steps to walk, and noise that is learnt by heart."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.app import theme
from explorer.app.unroll import wiring_noise, wirings
from explorer.app.unroll.chainlayout import WIRINGS, Spot
from explorer.app.unroll.document import Document
from explorer.app.unroll.heatview import Hit
from explorer.app.unroll.wiring_cards import CARDS
from explorer.app.unroll.wiring_strip import Strip, Top
from explorer.app.unroll.wirings import WiringsPage
from explorer.app.workspace import Workspace
from explorer.arch.errors import RunError
from explorer.explain.recurrent.study import Study
from explorer.learn.toys import TOYS, Epoch, Example, Name


@pytest.fixture
def page(qtbot: QtBot, workspace: Workspace) -> WiringsPage:
    made = WiringsPage(Document(Study()), workspace)
    qtbot.addWidget(made)
    made.resize(1190, 720)
    return made


def shown(page: WiringsPage, size: tuple[int, int] = (1190, 720)) -> None:
    page.resize(*size)
    page.show()
    QApplication.processEvents()


def test_every_wiring_has_a_card_and_an_example(page: WiringsPage) -> None:
    assert list(CARDS) == [*WIRINGS, "noise"] == list(TOYS)
    for name in WIRINGS:
        page.choose(name)
        assert page.chosen == name
        assert page.heading.text() == f"{CARDS[name].title}: {TOYS[name].task}"
        assert page.play.played is not None
        assert page.play.played.wired.wiring == name
        assert page.play.field.text() == TOYS[name].tries[0]
        assert page.play.bar.count == len(page.play.played.stops)
        assert page.play.chain.shape.steps == len(page.play.played)
        assert "% of" in page.play.measured.text()
        assert "Trained on" in page.play.measured_info.accessibleDescription()


@pytest.mark.parametrize("name", WIRINGS)
def test_each_stop_shows_its_own_numbers(page: WiringsPage, name: Name) -> None:
    page.choose(name)
    play = page.play
    played = play.played
    assert played is not None
    for k, stop in enumerate(played.stops):
        play.go_to(k)
        story = play.story.story
        assert story is not None
        assert play.says.text() == played.say(stop)
        if stop.part == "y":
            assert play.top.names[0].replace("space", " ") == played.chosen[stop.step]
            assert story.result == pytest.approx(played.logits[stop.step].max())
            assert play.strip.index == -1
        else:
            np.testing.assert_array_equal(play.strip.values, played.state(stop.step, stop.row))
            assert story.result == pytest.approx(played.state(stop.step, stop.row)[play.strip.index])
        assert play.chain.step == stop.step


def test_a_name_is_read_as_it_is_typed(page: WiringsPage) -> None:
    play = page.play
    play.field.clear()
    QTest.keyClicks(play.field, "Rossi")
    assert play.played is not None
    assert play.played.text == "Rossi"
    assert play.answer.whole == "→ Italian"
    play.bar.end()
    assert play.top.names[0] == "Italian"
    assert len(play.top.names) == 5


def test_what_cannot_be_read_is_said_in_place_and_the_last_good_one_stays(page: WiringsPage) -> None:
    page.choose("many-to-many")
    before = page.play.played
    page.play.show_text("she saw the robot")
    assert page.play.wrong.text().startswith("“robot” is not known here. ")
    assert "Known are: the, a, every, her" in page.play.wrong.text()
    assert page.play.played is before
    assert page.play.answer.whole == ""
    page.play.show_text("x " * 150)
    assert page.play.wrong.text() == "At most 16 words are read here, not 150."
    page.play.show_text("")
    assert page.play.wrong.text() == "There is nothing to read yet. Type a word."
    page.play.show_text("the dog slept")
    assert page.play.wrong.text() == ""
    assert page.play.played is not before
    page.choose("delayed")
    page.play.show_text("hello")
    assert "answers all the same" in page.play.wrong.text()
    assert not page.play.field.property("wrong")


def test_a_wiring_remembers_its_text(page: WiringsPage) -> None:
    page.play.show_text("Witek")
    page.choose("stacked")
    page.choose("many-to-one")
    assert page.play.field.text() == "Witek"
    assert page.play.answer.whole == "→ Polish"


def test_a_remembered_text_that_cannot_be_read_shows_its_own_wiring(page: WiringsPage) -> None:
    page.choose("many-to-one")
    page.play.show_text("9")
    page.choose("stacked")
    page.choose("many-to-one")
    assert page.play.field.text() == "9"
    assert page.play.wrong.text().startswith("“9” is not known here. ")
    assert page.play.played is not None
    assert page.play.played.wired.wiring == "many-to-one"


def test_keys_step_and_the_panel_steps(page: WiringsPage, qtbot: QtBot) -> None:
    shown(page)
    page.setFocus()
    with qtbot.waitSignal(page.play.moved):
        QTest.keyClick(page, Qt.Key.Key_Space)
    assert page.play.bar.index == 1
    page.step(1)
    page.step(-1)
    assert page.play.bar.index == 1
    QTest.keyClick(page.cards.buttons["many-to-one"], Qt.Key.Key_Down)
    assert page.chosen == "many-to-many"
    page.play.bar.play()
    page.hide()
    assert not page.play.bar.playing


def test_a_click_in_the_diagram_goes_there(page: WiringsPage) -> None:
    page.choose("delayed")
    play = page.play
    played = play.played
    assert played is not None
    play.chain.clicked.emit(Spot(3, "cell"))
    assert (play.stop.step, play.stop.part) == (3, "h")  # type: ignore[union-attr]
    play.chain.clicked.emit(Spot(len(played) - 1, "y"))
    assert (play.stop.step, play.stop.part) == (len(played) - 1, "y")  # type: ignore[union-attr]
    play.chain.clicked.emit(Spot(played.encoder - 1, "encoding"))
    assert play.stop.step == played.encoder - 1  # type: ignore[union-attr]
    np.testing.assert_array_equal(play.encoding.values, played.state(played.encoder - 1, 0))
    page.choose("stacked")
    play.chain.clicked.emit(Spot(2, "cell", 1))
    assert (play.stop.step, play.stop.row) == (2, 1)  # type: ignore[union-attr]
    play.chain.clicked.emit(Spot(-1, "h"))
    assert play.stop.step == 0  # type: ignore[union-attr]


def test_a_click_on_a_number_tells_where_it_comes_from(page: WiringsPage) -> None:
    shown(page)
    strip = page.play.strip
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.item(7).center().toPoint())
    assert page.play.story.story is not None
    assert (page.play.story.story.unit, page.play.story.story.part) == (7, "h")
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert page.play.story.story.unit == 8
    assert page.play._tabs is not None
    page.play._tabs.entries["z"].click()
    assert page.play.story.story.part == "z"
    assert page.play.story.story.unit == 8
    page.play.bar.end()
    top = page.play.top
    QTest.mouseClick(top, Qt.MouseButton.LeftButton, pos=top.item(2).center().toPoint())
    played = page.play.played
    assert played is not None
    assert page.play.story.story.result == pytest.approx(np.sort(played.logits[-1])[-3])


def test_of_two_directions_an_output_shows_both_states(page: WiringsPage) -> None:
    page.choose("bidirectional")
    play = page.play
    played = play.played
    assert played is not None
    play.go_to(played.find(1, 1, "y"))
    np.testing.assert_array_equal(play.strip.values, played.joined[1])
    play.strip.chosen.emit(20)  # the backward cell's fifth unit
    assert (play.stop.row, play.stop.part) == (1, "h")  # type: ignore[union-attr]
    assert play.story.story is not None
    assert play.story.story.result == pytest.approx(played.joined[1][20])
    play.go_to(played.find(1, 1, "y"))
    play.heat.clicked.emit(Hit(3, 2, 0.0))
    assert (play.stop.step, play.stop.row) == (2, 0)  # type: ignore[union-attr]
    assert play.story.story.result == pytest.approx(played.joined[2][3])


def test_where_there_is_room_all_steps_are_shown(page: WiringsPage, qtbot: QtBot) -> None:
    shown(page, (936, 574))
    assert not page.play.heat.isVisible()
    shown(page, (1830, 950))
    qtbot.waitUntil(page.play.heat.isVisible)
    played = page.play.played
    assert played is not None
    np.testing.assert_array_equal(page.play.heat.values, played.traces[0].parts["h"])
    page.play.heat.clicked.emit(Hit(5, 3, 0.0))
    assert page.play.stop.step == 3  # type: ignore[union-attr]
    assert page.play.story.story is not None
    assert page.play.story.story.unit == 5


def test_a_step_and_a_key_are_quick(page: WiringsPage) -> None:
    page.choose("delayed")
    shown(page)
    took = []
    for k in range(9):
        begun = perf_counter()
        page.play.go_to(20 + k)
        page.play.repaint()
        took.append(perf_counter() - begun)
    assert sorted(took)[4] < 0.05  # 16 ms on a quiet machine


@pytest.mark.parametrize("size", [(936, 574), (1190, 720), (1830, 950)])
def test_nothing_is_cut_off(page: WiringsPage, size: tuple[int, int]) -> None:
    for name in ("delayed", "many-to-one", "bidirectional"):
        page.choose(name)  # type: ignore[arg-type]
        page.play.bar.end()
        shown(page, size)
        assert page.size().width() == size[0]
        assert page.size().height() == size[1]
        for strip in (page.play.strip, page.play.encoding):
            if strip.isVisible():
                assert strip.item(strip.count - 1).bottom() <= strip.height() + 1
                assert strip.mapTo(page, QPoint(0, strip.height())).y() <= size[1]
        top = page.play.top
        assert top.item(top.count - 1).bottom() <= top.height() + 1
        assert top.mapTo(page, QPoint(top.width(), 0)).x() <= size[0]
        last = page.cards.buttons["noise"]
        assert last.mapTo(page, QPoint(0, last.height())).y() <= size[1]


def test_what_is_chosen_and_pointed_at_is_said(qtbot: QtBot) -> None:
    strip, top = Strip("State"), Top()
    for made in (strip, top):
        qtbot.addWidget(made)
        made.resize(200, 100)
    strip.show_values(np.linspace(-1, 1, 40))
    strip.show_chosen(0)
    assert strip.accessibleDescription() == "State, unit 1: −1"
    QTest.keyClick(strip, Qt.Key.Key_Left)
    assert strip.index == 0
    strip.show_values(np.array([np.nan, np.inf]))
    assert not strip.grab().isNull()
    strip.show_values(np.zeros(0))
    assert strip.accessibleDescription() == ""
    top.show_odds(("a", "b"), (0.75, 0.25))
    QTest.keyClick(top, Qt.Key.Key_Down)
    assert top.accessibleDescription() == "a: 0.75"


def test_it_can_be_looked_at_in_the_dark(page: WiringsPage, qapp: QApplication) -> None:
    shown(page)
    theme.apply(qapp, theme.DARK, 1.25)
    for name in page.tour():
        assert name in CARDS
        assert not page.grab().isNull()
    assert page.chosen == "many-to-one"


def test_an_example_that_cannot_be_read_is_said_in_its_place(
    page: WiringsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: Name) -> Example:
        raise RunError(f"{name} is damaged. Install the program again.")

    monkeypatch.setattr(wirings, "load", broken)
    shown(page)
    page.choose("stacked")
    assert page.refusal.isVisible()
    assert page.refusal.text() == "stacked is damaged. Install the program again."
    page.choose("many-to-one")
    assert not page.refusal.isVisible()


# Noise.


def test_the_stored_curves_are_shown_and_read_out(page: WiringsPage) -> None:
    page.choose("noise")
    noise = page.noise
    assert noise.curve is not None
    assert noise.state.text().startswith("After 20 epochs: loss 0.01")
    noise.loss.pointed.emit(20.0)
    assert noise.loss._lines[0] == noise.right._lines[0] == "epoch 20"
    assert noise.right._lines[2].startswith("held-out 5")
    noise.loss.pointed.emit(None)
    assert not noise.loss._lines
    assert not noise.train.isEnabled()  # PyTorch is not there yet
    page.step(1)  # nothing to step through


def made_up(count: int) -> Iterator[Epoch]:
    """Epochs as a training gives them, without one."""
    for k in range(count):
        yield Epoch(k, 20, 0.69 / (k + 1), 0.69 + k, 0.5 + k / count / 2, 0.5)


def test_noise_is_trained_here(page: WiringsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = []

    def few(seed: int) -> Iterator[Epoch]:
        seeds.append(seed)
        return made_up(4)

    monkeypatch.setattr(wiring_noise, "_learn", few)
    page.choose("noise")
    shown(page)
    page.workspace.set_torch("CPU")
    assert page.noise.train.isEnabled()
    with qtbot.waitSignal(page.noise.worker.ended, timeout=20_000):
        page.noise.train.click()
        assert page.noise.halt.isVisible()
    assert seeds == [TOYS["noise"].seed + 1]
    assert page.noise.curve is not None
    assert len(page.noise.curve.loss) == 4
    assert "epoch 3 of 20, stopped" in page.noise.state.text()
    page.noise.back.click()
    assert page.noise.state.text().startswith("After 20 epochs")


def slowly(epochs: Iterator[Epoch]) -> Iterator[Epoch]:
    for one in epochs:
        Event().wait(0.002)
        yield one


def test_training_can_be_stopped_and_ends_with_the_page(
    page: WiringsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring_noise, "_learn", lambda _: slowly(made_up(100_000)))
    page.choose("noise")
    shown(page)
    page.workspace.set_torch("CPU")
    page.noise.begin()
    qtbot.waitUntil(lambda: page.noise.curve is not None and len(page.noise.curve.loss) > 1, timeout=20_000)
    page.noise.halt.click()
    qtbot.waitUntil(lambda: not page.noise.worker.running, timeout=20_000)
    page.noise.begin()
    page.stop()
    assert not page.noise.worker.running


def test_a_training_that_fails_is_said(page: WiringsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> Iterator[Epoch]:
        raise RuntimeError("no memory")

    monkeypatch.setattr(wiring_noise, "_learn", fails)
    page.choose("noise")
    page.workspace.set_torch("CPU")
    with qtbot.waitSignal(page.noise.worker.ended, timeout=20_000):
        page.noise.begin()
    assert page.noise.state.text() == "The training ended: no memory. Train it again."
