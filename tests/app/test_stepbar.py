"""Going through steps, and the motion between them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QRectF, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.app.widgets.glide import Glide
from explorer.app.widgets.grid import TensorGrid
from explorer.app.widgets.stepbar import SPEEDS, StepBar


@pytest.fixture
def bar(qtbot: QtBot) -> Iterator[StepBar]:
    made = StepBar()
    qtbot.addWidget(made)
    made.show_count(16)
    made.show()
    yield made
    made.pause()


def moves(bar: StepBar) -> list[int]:
    found: list[int] = []
    bar.moved.connect(found.append)
    return found


def timer(bar: StepBar) -> QTimer:
    return bar.findChildren(QTimer)[0]


# The bar.


def test_it_shows_where_it_is(bar: StepBar) -> None:
    assert (bar.index, bar.count) == (0, 16)
    assert bar.place.text().split() == ["1", "/", "16"]
    assert not bar.back_button.isEnabled()
    bar.set_index(15)
    assert bar.place.text() == "16 / 16"
    assert not bar.step_button.isEnabled()
    assert bar.scrubber.value() == 15
    assert bar.accessibleDescription().startswith("Step 16 of 16.")


def test_what_is_set_is_not_told(bar: StepBar) -> None:
    told = moves(bar)
    bar.set_index(5)
    bar.set_index(99)
    assert bar.index == 15
    bar.show_count(4)
    assert bar.index == 3
    bar.set_index(-1)
    assert bar.index == 0
    assert told == []


def test_one_step_at_a_time_and_no_further_than_the_end(bar: StepBar) -> None:
    told = moves(bar)
    bar.show_count(3)
    for _ in range(5):
        bar.advance()
    bar.back()
    bar.reset()
    bar.reset()
    bar.end()
    assert told == [1, 2, 1, 0, 2]


def test_nothing_to_step_through(bar: StepBar) -> None:
    told = moves(bar)
    bar.show_count(0)
    bar.advance()
    bar.play()
    bar.end()
    assert not bar.playing
    assert told == []
    assert bar.place.text() == "0 / 0"
    assert not bar.play_button.isEnabled()


def test_buttons_and_scrubber(bar: StepBar, qtbot: QtBot) -> None:
    told = moves(bar)
    qtbot.mouseClick(bar.step_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.step_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.back_button, Qt.MouseButton.LeftButton)
    bar.scrubber.setValue(9)
    qtbot.mouseClick(bar.reset_button, Qt.MouseButton.LeftButton)
    assert told == [1, 2, 1, 9, 0]


@pytest.mark.parametrize(
    ("key", "index"),
    [
        (Qt.Key.Key_Space, 6),
        (Qt.Key.Key_Right, 6),
        (Qt.Key.Key_PageDown, 6),
        (Qt.Key.Key_Left, 4),
        (Qt.Key.Key_PageUp, 4),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, 15),
        (Qt.Key.Key_X, 5),
    ],
)
def test_keys_and_the_clicker(bar: StepBar, qtbot: QtBot, key: Qt.Key, index: int) -> None:
    bar.set_index(5)
    qtbot.keyClick(bar, key)
    assert bar.index == index
    qtbot.keyClick(bar, key, Qt.KeyboardModifier.ControlModifier)
    assert bar.index == index


@pytest.mark.parametrize("key", [Qt.Key.Key_Right, Qt.Key.Key_PageDown])
def test_keys_work_while_a_button_has_the_focus(bar: StepBar, qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(bar.play_button, key)
    assert bar.index == 1


def test_the_page_listens_unless_something_on_it_types(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    box = QVBoxLayout(page)
    bar, line, grid = StepBar(), QLineEdit("12"), TensorGrid("Input")
    grid.show_values(np.zeros((2, 2)))
    for part in (grid, line, bar):
        box.addWidget(part)
    bar.show_count(9)
    bar.listen_to(page)
    page.show()
    qtbot.keyClick(page, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Space)
    qtbot.keyClick(grid, Qt.Key.Key_PageDown)
    assert bar.index == 3
    qtbot.keyClick(line, Qt.Key.Key_Left)
    qtbot.keyClick(grid, Qt.Key.Key_Right)  # goes through the cells
    assert bar.index == 3


def test_play_goes_on_and_ends(bar: StepBar) -> None:
    told, played = moves(bar), []
    bar.played.connect(played.append)
    bar.show_count(3)
    bar.play()
    bar.play()
    assert bar.playing
    assert bar.play_button.text() == "Pause"
    timer(bar).timeout.emit()
    timer(bar).timeout.emit()
    assert told == [1, 2]
    assert not bar.playing
    assert bar.play_button.text() == "Play"
    bar.play()  # from the end it begins again
    assert told == [1, 2, 0]
    bar.toggle()
    assert played == [True, False, True, False]


@pytest.mark.parametrize("speed", SPEEDS)
def test_speeds(bar: StepBar, speed: float) -> None:
    bar.speed = speed
    assert timer(bar).interval() == round(1000 / speed)
    assert bar.speeds.currentText() == f"{speed:g}×"
    assert 0 < bar.glide < timer(bar).interval()
    assert bar.glide <= 400


def test_whoever_takes_over_pauses(bar: StepBar, qtbot: QtBot) -> None:
    for take in (
        lambda: qtbot.keyClick(bar, Qt.Key.Key_Right),
        lambda: bar.scrubber.setValue(bar.index + 2),
        bar.pause,
        bar.reset,
        bar.end,
        lambda: bar.show_count(1),
        bar.hide,
    ):
        bar.show_count(16)
        bar.set_index(3)
        bar.show()
        bar.play()
        assert bar.playing
        take()
        assert not bar.playing


def test_motion_is_one_setting(bar: StepBar) -> None:
    told = []
    bar.motion_changed.connect(told.append)
    bar.motion = False
    bar.motion = False
    assert told == [False]
    assert bar.glide == 0


# Motion.


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[tuple[QWidget, TensorGrid, TensorGrid, Glide]]:
    made = QWidget()
    qtbot.addWidget(made)
    box = QHBoxLayout(made)
    one, two = TensorGrid("Input"), TensorGrid("Feature map")
    one.show_values(np.arange(36.0).reshape(6, 6))
    two.show_values(np.arange(16.0).reshape(4, 4) - 8)
    box.addWidget(one)
    box.addWidget(two)
    glide = Glide(made)
    made.resize(700, 380)
    made.show()
    yield made, one, two, glide
    glide.finish()


def window(row: int, column: int) -> list[tuple[int, int]]:
    return [(row + r, column + c) for r in range(3) for c in range(3)]


def test_a_step_glides_and_flies(page: tuple[QWidget, TensorGrid, TensorGrid, Glide], qtbot: QtBot) -> None:
    _, one, two, glide = page
    one.show_window(window(0, 1))
    two.show_lit((0, 1))
    settled = one.grab().toImage(), two.grab().toImage()
    ended: list[str] = []
    glide.duration = 60
    glide.finished.connect(lambda: ended.append("all"))
    glide.step(one, window(0, 0), window(0, 1), two, (0, 1), "−7", then=lambda: ended.append("then"))
    assert glide.running
    assert glide.isVisible()
    assert one.grab().toImage() != settled[0]  # its frames are on their way
    assert two.grab().toImage() != settled[1]  # its number is
    qtbot.waitUntil(lambda: not glide.running, timeout=5000)
    assert ended == ["then", "all"]
    assert (one.grab().toImage(), two.grab().toImage()) == settled
    assert glide.isHidden()


def test_the_next_motion_ends_the_one_before(page: tuple[QWidget, TensorGrid, TensorGrid, Glide]) -> None:
    _, one, two, glide = page
    ended: list[int] = []
    for k in range(3):
        glide.step(one, window(0, k), window(0, k + 1), two, (0, k), "1", then=lambda k=k: ended.append(k))
    assert ended == [0, 1]
    glide.finish()
    assert ended == [0, 1, 2]
    assert not glide.running


def test_without_motion_all_is_there_at_once(page: tuple[QWidget, TensorGrid, TensorGrid, Glide]) -> None:
    _, one, two, glide = page
    glide.motion = False
    ended: list[str] = []
    glide.finished.connect(lambda: ended.append("all"))
    glide.step(one, window(0, 0), window(0, 1), two, (0, 1), "−7", then=lambda: ended.append("then"))
    assert ended == ["then", "all"]
    glide.glide(QRectF(0, 0, 9, 9), QRectF(9, 9, 9, 9), lambda: ended.append("glided"))
    glide.fly("3", QRectF(0, 0, 9, 9), QRectF(9, 9, 9, 9), then=lambda: ended.append("flown"))
    assert ended == ["then", "all", "glided", "all", "flown", "all"]
    assert not glide.running
    assert glide.isHidden()


def test_a_page_that_goes_away_or_grows_ends_it(page: tuple[QWidget, TensorGrid, TensorGrid, Glide]) -> None:
    made, one, two, glide = page
    for change in (lambda: made.resize(900, 500), made.hide):
        glide.step(one, window(0, 0), window(0, 1), two, (0, 1), "−7")
        assert glide.running
        change()
        assert not glide.running
    glide.step(one, window(0, 0), window(0, 1), two, (0, 1), "−7")  # on a hidden page
    assert not glide.running


def test_a_grid_that_is_gone_stops_nothing(page: tuple[QWidget, TensorGrid, TensorGrid, Glide], qtbot: QtBot) -> None:
    _, one, two, glide = page
    glide.step(one, window(0, 0), window(0, 1), two, (0, 1), "−7")
    for grid in (one, two):
        grid.setParent(None)
        grid.deleteLater()
    qtbot.waitUntil(lambda: True)
    from PySide6.QtCore import QCoreApplication

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    glide.finish()
    assert not glide.running


def test_it_lets_the_mouse_through(page: tuple[QWidget, TensorGrid, TensorGrid, Glide]) -> None:
    made, one, two, glide = page
    glide.step(one, window(0, 0), window(0, 1), two, (0, 1), "−7")
    at = glide.where(one, one.cell_rect((2, 2))).center().toPoint()
    assert made.childAt(at) is one
