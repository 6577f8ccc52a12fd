from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.app.predict.digits import DigitsPage
from explorer.app.widgets.bars import Bars
from explorer.app.widgets.pad import SIDE, Pad, Point, Stroke
from explorer.app.widgets.pixels import PixelView
from explorer.app.workspace import Workspace
from explorer.learn.catalog import DIGITS

LINE = Stroke((Point(0.3, 0.2), Point(0.5, 0.5), Point(0.4, 0.8)))


@pytest.fixture
def panel(workspace: Workspace, qtbot: QtBot) -> Iterator[DigitsPage]:
    """The panel without a model."""
    made = DigitsPage(workspace)
    qtbot.addWidget(made, before_close_func=DigitsPage.close_down)
    yield made
    made.close_down()


def framed(panel: DigitsPage) -> NDArray[np.uint8]:
    """What a network would get."""
    panel.predict_now()
    assert panel.steps.pixels.pixels is not None
    return panel.steps.pixels.pixels


# Pictures.


def picture(path: Path) -> Path:
    image = np.full((200, 160), 255, np.uint8)
    image[40:160, 70:84] = 0
    Image.fromarray(image).save(path)
    return path


def test_a_picture_takes_the_drawings_place(panel: DigitsPage, tmp_path: Path, qtbot: QtBot) -> None:
    panel.pad.draw(LINE)
    before = framed(panel)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(picture(tmp_path / "one.png")))])
    with qtbot.waitSignal(panel.opener.found):
        panel.opener.open_mime(mime)
    assert not np.array_equal(framed(panel), before)
    assert panel.steps.views[0].pixels is not None
    assert panel.steps.views[0].pixels.shape == (200, 160)
    panel.pad.draw(LINE)
    assert panel.pad.ink().shape == (SIDE, SIDE), "one can draw on a picture"
    panel.pad.undo()
    panel.pad.undo()
    assert np.array_equal(framed(panel), before)


def test_a_picture_is_pasted(panel: DigitsPage, tmp_path: Path, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setImage(QImage(str(picture(tmp_path / "one.png"))))
    with qtbot.waitSignal(panel.opener.found):
        panel.paste()
    assert panel.pad.drawing.picture is not None


@pytest.mark.parametrize("what", ["text", "missing", "blank", "huge"])
def test_a_bad_picture_is_refused_in_place(panel: DigitsPage, tmp_path: Path, qtbot: QtBot, what: str) -> None:
    path = tmp_path / f"{what}.png"
    if what == "text":
        path.write_text("no picture")
    elif what == "blank":
        Image.new("L", (60, 60), 255).save(path)
    elif what == "huge":
        Image.new("1", (10_001, 20)).save(path)
    panel.pad.draw(LINE)
    before = framed(panel)
    with qtbot.waitSignal(panel.opener.refused):
        panel.opener.open_path(path)
    words = panel.notice.text()
    assert f"{what}.png" in words
    assert str(tmp_path) not in words
    assert panel.notice.property("role") == "warning"
    assert np.array_equal(framed(panel), before)
    assert panel.pad.drawing.strokes == (LINE,)
    panel.pad.draw(LINE)
    assert panel.notice.text() == panel.calm


def test_an_empty_clipboard_is_said(panel: DigitsPage) -> None:
    QGuiApplication.clipboard().clear()
    panel.paste()
    assert "no picture on the clipboard" in panel.notice.text()


# The widgets alone.


def test_pad_by_keyboard(qtbot: QtBot) -> None:
    pad = Pad()
    qtbot.addWidget(pad)
    pad.resize(280, 280)
    assert not pad.ink().any()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space):
        qtbot.keyClick(pad, key)
    assert len(pad.drawing.strokes) == 1
    assert pad.ink().any()


def test_pad_keeps_the_drawing_when_it_grows(qtbot: QtBot) -> None:
    pad = Pad()
    qtbot.addWidget(pad)
    pad.resize(200, 200)
    pad.show()
    pad.draw(LINE)
    small = pad.ink()
    pad.resize(400, 400)
    assert np.array_equal(pad.ink(), small)
    assert small.max() == 255
    pad.pen_width = 0.14
    pad.draw(Stroke((Point(0.5, 0.5),), pad.pen_width))
    assert pad.ink()[SIDE // 2, SIDE // 2] == 255, "a dot is drawn too"


def test_a_pen_that_presses_harder_draws_wider(qtbot: QtBot) -> None:
    pad = Pad()
    qtbot.addWidget(pad)
    light = Stroke(tuple(Point(0.2 + k / 20, 0.5, 0.5) for k in range(10)))
    pad.draw(light)
    thin = int((pad.ink() > 127).sum())
    pad.clear()
    pad.draw(Stroke(tuple(Point(p.x, p.y, 1.0) for p in light.points)))
    assert (pad.ink() > 127).sum() > 1.6 * thin


def test_a_pen_and_a_finger_draw(qtbot: QtBot) -> None:
    pad = Pad()
    qtbot.addWidget(pad)
    pad.resize(200, 200)
    pad.show()
    finger = QTest.createTouchDevice()
    for way in ("press", "move", "release"):
        touch = QTest.touchEvent(pad, finger)
        getattr(touch, way)(0, QPoint(40 if way == "press" else 160, 100), pad)
        touch.commit()
    assert [len(stroke.points) for stroke in pad.drawing.strokes] == [2]

    pen, none = QPointingDevice(), Qt.KeyboardModifier.NoModifier
    for kind, x in ((QEvent.Type.TabletPress, 40), (QEvent.Type.TabletMove, 160), (QEvent.Type.TabletRelease, 160)):
        at = QPointF(x, 50)
        left = Qt.MouseButton.LeftButton
        event = QTabletEvent(kind, pen, at, at, 0.25, 0, 0, 0, 0, 0, none, left, left)
        QApplication.sendEvent(pad, event)
        assert event.isAccepted(), "else the pen would draw as a mouse, too"
    assert len(pad.drawing.strokes) == 2
    assert pad.drawing.strokes[1].points[0].pressure == pytest.approx(0.6)


def test_pixels_by_keyboard(qtbot: QtBot) -> None:
    view = PixelView("pixels", reads=True)
    qtbot.addWidget(view)
    view.resize(140, 140)
    view.show_pixels(np.zeros((28, 28), np.uint8))
    with qtbot.waitSignal(view.pointed):
        qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.at == (14, 15)


def test_bars_by_keyboard(qtbot: QtBot) -> None:
    bars = Bars(DIGITS)
    qtbot.addWidget(bars)
    bars.show_values(np.full(10, 0.1))
    bars.settle()
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    with qtbot.waitSignal(bars.chosen) as chosen:
        qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert chosen.args == [1]
    qtbot.keyClicks(bars, "7")
    assert bars.index == 7
