"""Copying and exporting from the Convolve panel: code, pictures, animations."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from explorer.app.convolve.animation import LAST, MOST, Frame, Frames, frames_of, write
from explorer.app.convolve.panel import ConvolvePanel
from explorer.app.theme import LIGHT
from explorer.app.workspace import Workspace
from explorer.arch.errors import DataError
from explorer.explain.example import lecture
from explorer.explain.pooling import pool
from explorer.explain.stages import stages


@pytest.fixture
def said(workspace: Workspace) -> list[str]:
    words: list[str] = []
    workspace.said.connect(words.append)
    return words


@pytest.fixture
def panel(workspace: Workspace, qtbot: QtBot) -> Iterator[ConvolvePanel]:
    made = ConvolvePanel(workspace)
    made.resize(1192, 724)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.share.close_down()
    made.close_down()
    made.hide()
    made.deleteLater()


def run(code: str) -> np.ndarray:
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(code, names)
    return np.asarray(names["output"])


def animate(panel: ConvolvePanel, kind: str, path: Path, qtbot: QtBot) -> None:
    panel.share.write(kind, path)
    qtbot.waitUntil(lambda: not panel.share.animation.running, timeout=20_000)


@pytest.mark.parametrize("name", ["numpy", "pytorch"])
def test_code_that_reproduces_what_is_shown(panel: ConvolvePanel, said: list[str], name: str) -> None:
    panel.document.edit(lecture(2).with_padding("same").with_spec(stride=(2, 2)), "Change")
    panel.share.copy(name)
    assert np.array_equal(run(QGuiApplication.clipboard().text()), panel.document.example.output)  # type: ignore[arg-type]
    assert said[-1].startswith("Copied ")


@pytest.mark.parametrize("name", ["numpy", "pytorch"])
def test_code_of_the_other_pages(panel: ConvolvePanel, name: str) -> None:
    panel.show_page("1d")
    page: Any = panel.page
    for mode in ("slide", "causal", "spread", "spread2"):
        page.modes.entries[mode].click()
        assert np.allclose(run(panel.share.code(name))[0], page.sliding.output)
    panel.show_page("pooling")
    page = panel.page
    output = lecture().output
    assert output is not None
    assert np.array_equal(run(panel.share.code(name)), pool(output, "max", page.settings.spec(2)))
    panel.show_page("network")
    assert np.allclose(run(panel.share.code(name)), stages(lecture())[-1].output)
    panel.show_page("quiz")
    page = panel.page
    assert run(panel.share.code(name))[page.task.index] == page.task.answer


def test_the_page_as_png(panel: ConvolvePanel, tmp_path: Path, said: list[str]) -> None:
    panel.share.write("png", tmp_path / "page.png")
    image = QImage(str(tmp_path / "page.png"))
    assert (image.width(), image.height()) == (2 * panel.page.width(), 2 * panel.page.height())
    assert image.pixelColor(2, 2) == QColor(LIGHT.paper)
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    assert len(colours) > 5
    assert said[-1] == "Wrote page.png."


def test_the_page_as_svg(panel: ConvolvePanel, tmp_path: Path) -> None:
    panel.share.write("svg", tmp_path / "page.svg")
    data = (tmp_path / "page.svg").read_bytes()
    assert b">Convolution, step 1 of 16<" in data
    assert b'font-family="Inter, sans-serif"' in data
    drawing = QSvgRenderer(QByteArray(data))
    assert drawing.isValid()
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    drawing.render(painter)
    painter.end()
    assert image.pixelColor(1, 1) == QColor(LIGHT.paper)


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_the_stepping_as_an_animation(
    panel: ConvolvePanel, tmp_path: Path, qtbot: QtBot, said: list[str], kind: str
) -> None:
    path = tmp_path / f"steps.{kind}"
    panel.document.set_index(5)
    animate(panel, kind, path, qtbot)
    assert said[-1] == f"Wrote steps.{kind}, 16 steps."
    assert panel.document.index == 5
    with Image.open(path) as image:
        assert image.n_frames == 16  # type: ignore[attr-defined]
        assert image.size == (960, 540)
        assert image.info["loop"] == 0
        seen, times = [], []
        for k in range(16):
            image.seek(k)
            image.load()
            times.append(image.info["duration"])
            seen.append(np.asarray(image.convert("RGB")).astype(int))
    assert all((a != b).any() for a, b in pairwise(seen))
    assert times[0] == 1000
    assert times[-1] == LAST
    assert np.abs(seen[0][0, 0] - np.array(QColor(LIGHT.paper).getRgb()[:3])).max() <= 3


@pytest.mark.parametrize("name", ["wired", "1d", "pooling", "network"])
def test_the_animation_of_a_page_is_that_page(panel: ConvolvePanel, name: str) -> None:
    panel.show_page(name)
    page: Any = panel.page
    if name == "1d":
        page.modes.entries["causal"].click()
    elif name == "network":
        page.show_stage(2)
    made = frames_of(page, panel.document.good)
    assert made.total == page.bar.count
    drawn: Any = made.page
    assert drawn.name == page.name
    assert made.next()
    made.close()


def test_long_steppings_are_cut(
    panel: ConvolvePanel, tmp_path: Path, qtbot: QtBot, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.app.convolve.animation.MOST", 3)
    animate(panel, "gif", tmp_path / "short.gif", qtbot)
    assert said[-1] == "Wrote short.gif: the first 3 of 16 steps."
    assert MOST > 100


def test_an_animation_can_be_stopped(panel: ConvolvePanel, tmp_path: Path, qtbot: QtBot, said: list[str]) -> None:
    path = tmp_path / "kept.gif"
    path.write_bytes(b"what was there")
    panel.share.write("gif", path)
    assert panel.share.stop_action.isEnabled()
    qtbot.waitUntil(lambda: any(words.startswith("Drawing step 2") for words in said))
    panel.share.write("gif", tmp_path / "second.gif")
    assert "still being made" in said[-1]
    panel.share.stop_action.trigger()
    assert not panel.share.animation.running
    assert said[-1] == "The animation was stopped."
    assert not panel.share.stop_action.isEnabled()
    assert path.read_bytes() == b"what was there"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["kept.gif"]


@pytest.mark.parametrize("kind", ["png", "svg", "gif", "webp"])
def test_a_place_that_cannot_be_written(
    panel: ConvolvePanel, tmp_path: Path, qtbot: QtBot, said: list[str], kind: str
) -> None:
    animate(panel, kind, tmp_path / "missing" / f"x.{kind}", qtbot)
    assert said[-1].startswith(f"x.{kind} cannot be written: ")
    assert "Choose another place" in said[-1]


def test_everything_is_in_the_menu(panel: ConvolvePanel) -> None:
    menu = panel.share.menu(panel)
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words == [action.text() for action in panel.share.actions]
    assert any("NumPy" in text for text in words)
    assert any("WebP" in text for text in words)


# The parts.


def frames(count: int) -> list[Frame]:
    return [Frame(8, 6, zlib.compress(bytes([10 * k, 0, 200 - k]) * 48)) for k in range(count)]


def test_a_stop_while_writing_writes_nothing(tmp_path: Path) -> None:
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 2

    events = list(write(frames(9), "gif", tmp_path / "a.gif", 100, stopped))
    assert not list(tmp_path.iterdir())
    assert len(events) == 1


def test_one_step_is_a_still_picture(tmp_path: Path) -> None:
    list(write(frames(1), "webp", tmp_path / "one.webp", 100))
    with Image.open(tmp_path / "one.webp") as image:
        assert image.size == (8, 6)
        assert image.convert("RGB").getpixel((1, 1)) == (0, 0, 200)


def test_the_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Choose another place"):
        list(write(frames(2), "gif", tmp_path / "none" / "a.gif", 100))


def test_frames_end_with_the_last_step(panel: ConvolvePanel) -> None:
    made: Frames = frames_of(panel.page, lecture())
    rounds = 0
    while made.next():
        rounds += 1
    assert rounds == 15
    assert len(made.made) == made.count == made.total == 16
    made.close()
