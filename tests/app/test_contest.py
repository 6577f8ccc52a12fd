"""The chart of ImageNet's contest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.app import theme
from explorer.app.build.contest import ContestChart, percent, places, sentence
from explorer.arch.zoo.contest import ENTRIES, HUMAN


@dataclass(frozen=True)
class Result:
    year: int
    team: str
    network: str
    layers: int | None
    top5: float
    note: str = ""
    zoo: str | None = None


RESULTS = (
    Result(2012, "One", "NetA", 8, 16.4, "First place.", "a"),
    Result(2014, "Two", "NetB", 16, 7.32, "", "b"),
    Result(2014, "Three", "features", None, 25.0),
)


@pytest.fixture
def chart(qtbot: QtBot) -> Iterator[ContestChart]:
    made = ContestChart(RESULTS, 5.1)
    made.resize(800, 480)
    with qtbot.waitExposed(made):
        made.show()
    QApplication.processEvents()
    yield made
    made.hide()
    made.deleteLater()


def spot(chart: ContestChart, index: int) -> QPointF:
    """A point of the scene in the middle of a bar."""
    box = chart.view.getPlotItem().getViewBox()
    return QPointF(box.mapViewToScene(QPointF(places(RESULTS)[index], RESULTS[index].top5 / 2)))


def test_years_stand_apart_and_their_results_together() -> None:
    assert places(RESULTS) == [0.0, 1.5, 2.5]
    assert places(()) == []


def test_words() -> None:
    assert percent(16.4) == "16.4 %"
    assert percent(3.57) == "3.57 %"
    assert sentence(RESULTS[0]) == "2012 · One · NetA, 8 layers · 16.4 %"
    assert sentence(RESULTS[2]) == "2014 · Three · features · 25.0 %"


def test_pointing_says_who_it_was(chart: ContestChart) -> None:
    assert chart.entry is None
    chart.view.scene().sigMouseMoved.emit(spot(chart, 0))
    assert chart.said.text() == sentence(RESULTS[0])
    assert chart.note.text() == "First place. Click to open the network."
    assert chart.view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
    chart.view.scene().sigMouseMoved.emit(spot(chart, 2))
    assert chart.said.text() == sentence(RESULTS[2])
    assert chart.note.text() == ""
    assert chart.view.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor
    QApplication.sendEvent(chart.view.viewport(), QEvent(QEvent.Type.Leave))
    assert chart.entry is None
    assert chart.index_at(QPointF(-5, -5)) == -1


def test_a_click_opens_only_what_the_zoo_has(chart: ContestChart) -> None:
    seen: list[str] = []
    chart.wanted.connect(seen.append)
    for index in range(3):
        place = chart.view.mapFromScene(spot(chart, index))
        QTest.mouseClick(chart.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert seen == ["a", "b"]


def test_keys_do_what_the_pointer_does(chart: ContestChart, qtbot: QtBot) -> None:
    QTest.keyClick(chart, Qt.Key.Key_Right)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.entry == RESULTS[1]
    with qtbot.waitSignal(chart.wanted, timeout=100) as asked:
        QTest.keyClick(chart, Qt.Key.Key_Return)
    assert asked.args == ["b"]
    for _ in range(5):
        QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.index == 0
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.entry is None
    with qtbot.assertNotEmitted(chart.wanted):
        QTest.keyClick(chart, Qt.Key.Key_Return)


def test_it_fits_and_follows_the_theme(chart: ContestChart, qapp: QApplication) -> None:
    for name in ("light", "dark"):
        theme.apply(qapp, theme.THEMES[name], 1.0)
        QApplication.processEvents()
        (low, high), (bottom, top) = chart.view.getPlotItem().getViewBox().viewRange()
        assert low < places(RESULTS)[0] - 0.35
        assert high > places(RESULTS)[-1] + 0.35
        assert bottom == 0
        assert top > 25
        picture = chart.grab().toImage()
        place = chart.view.mapTo(chart, chart.view.mapFromScene(spot(chart, 0)))
        bar = theme.blend(theme.THEMES[name].paper, theme.THEMES[name].accent, 0.75)
        assert picture.pixelColor(place).rgb() == bar.rgb()


def test_words_never_lie_on_one_another(qtbot: QtBot) -> None:
    real = ContestChart(ENTRIES, HUMAN)
    qtbot.addWidget(real)
    real.show()
    shown = []
    for width in (380, 480, 640, 900):
        real.resize(width, 420)
        QApplication.processEvents()
        for words in (real.values, real.names):
            boxes = [text.mapRectToScene(text.boundingRect()) for text in words if text.isVisible()]
            assert not any(one.intersects(two) for one, two in pairwise(boxes))
            shown.append(len(boxes))
    assert shown[0] in (0, len(ENTRIES))
    assert shown[1] == 0
    assert shown[-2:] == [len(ENTRIES)] * 2


def test_nobody_is_shown_as_nobody(qtbot: QtBot) -> None:
    empty = ContestChart((), 5.1)
    qtbot.addWidget(empty)
    QTest.keyClick(empty, Qt.Key.Key_Right)
    assert empty.entry is None


def test_the_contest_of_the_zoo_is_shown_whole(qtbot: QtBot) -> None:
    real = ContestChart(ENTRIES, HUMAN)
    qtbot.addWidget(real)
    seen: list[str] = []
    real.wanted.connect(seen.append)
    for index in range(len(real.entries)):
        real.point(index)
        assert str(real.entries[index].year) in real.said.text()
        real.ask(index)
    assert {"alexnet", "vgg16", "googlenet", "resnet152"} <= set(seen)
