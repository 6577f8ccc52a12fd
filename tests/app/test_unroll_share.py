"""Copying and exporting from the Unroll panel: code, pictures, animations; and the tour of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.app import animation
from explorer.app.sharing import page_png, page_svg
from explorer.app.theme import LIGHT
from explorer.app.unroll.document import Document
from explorer.app.unroll.share import HIGH, WIDE, Share, frames_of
from explorer.app.unroll.showcase import showcase
from explorer.app.unroll.timeline import TimePage
from explorer.app.widgets.tabs import Tabs
from explorer.app.workspace import Workspace
from explorer.explain.recurrent.code import FILE
from explorer.explain.recurrent.study import Study
from explorer.learn.letters import LETTERS

STUDY = Study(text="abc", hidden=3)
LARGE = Study(text="abc", hidden=16, alphabet=LETTERS)


class Window(QWidget):
    """As much of the panel as sharing needs."""

    def __init__(self, workspace: Workspace, study: Study = STUDY) -> None:
        super().__init__()
        self.workspace, self.document = workspace, Document(study)
        self.pages: dict[str, Any] = {}
        self.page: Any = TimePage(self.document, workspace, self)
        QVBoxLayout(self).addWidget(self.page)
        self.resize(1000, 640)


@pytest.fixture
def said(workspace: Workspace) -> list[str]:
    words: list[str] = []
    workspace.said.connect(words.append)
    return words


@pytest.fixture
def window(workspace: Workspace, qtbot: QtBot) -> Window:
    made = Window(workspace)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def share(window: Window) -> Iterator[Share]:
    made = Share(window.document, window)  # type: ignore[arg-type]
    yield made
    made.close_down()


def run(code: str) -> np.ndarray:
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(code, names)
    return np.asarray(names["output"])


def test_code_gives_what_is_shown(share: Share, said: list[str]) -> None:
    share.document.edit(STUDY.with_kind("GRU").hold("z", 0.5), "held")
    share.copy("numpy")
    states = share.document.unrolled.trace.parts["h"]
    assert np.allclose(run(QGuiApplication.clipboard().text()), states, atol=1e-12)
    assert said[-1].startswith("Copied ")
    assert said[-1].endswith("hidden states of all steps.")
    share.copies[1].trigger()
    assert "import torch" in QGuiApplication.clipboard().text()
    assert "PyTorch code" in said[-1]


def test_many_numbers_stand_beside_the_code(
    share: Share, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share.document.edit(LARGE, "large")
    share.copy("numpy")
    assert FILE in said[-1]
    assert "Save as NumPy code" in said[-1]
    share.write_code("numpy", tmp_path / "o'cell.py")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["o'cell.npz", "o'cell.py"]
    monkeypatch.chdir(tmp_path)
    assert np.allclose(run((tmp_path / "o'cell.py").read_text()), share.document.unrolled.trace.parts["h"])
    assert said[-1].startswith("Wrote o'cell.py, and o'cell.npz")


def test_little_code_is_one_file(
    share: Share, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "cell"), ""))
    share.saves[0].trigger()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["cell.py"]
    assert said[-1] == "Wrote cell.py."
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    share.saves[1].trigger()
    assert len(said) == 1


@pytest.mark.parametrize("study", [STUDY, LARGE])
def test_code_that_cannot_be_written(share: Share, said: list[str], tmp_path: Path, study: Study) -> None:
    share.document.edit(replace(study, seed=1), "seed")
    share.write_code("pytorch", tmp_path / "none" / "cell.py")
    assert "cannot be written: " in said[-1]
    assert said[-1].endswith("Choose another place.")


def test_the_page_as_pictures(share: Share, window: Window, tmp_path: Path, said: list[str]) -> None:
    window.show()
    share.write("png", tmp_path / "page.png")
    image = QImage(str(tmp_path / "page.png"))
    assert (image.width(), image.height()) == (2 * window.page.width(), 2 * window.page.height())
    assert image.pixelColor(2, 2) == QColor(LIGHT.paper)
    share.write("svg", tmp_path / "page.svg")
    data = (tmp_path / "page.svg").read_bytes()
    assert "“abc” over time, LSTM".encode() in data
    assert QSvgRenderer(QByteArray(data)).isValid()
    assert said[-1] == "Wrote page.svg."
    assert page_png(window.page)[:4] == b"\x89PNG"
    assert b"Inter, sans-serif" in page_svg(window.page)


def test_the_stepping_as_an_animation(
    share: Share, window: Window, tmp_path: Path, qtbot: QtBot, said: list[str]
) -> None:
    window.document.edit(replace(STUDY, text="ab", kind="RNN"), "short")
    window.document.set_unit(2)
    share.write("gif", tmp_path / "steps.gif")
    assert share.stop_action.isEnabled()
    qtbot.waitUntil(lambda: not share.animation.running, timeout=20_000)
    assert said[-1] == "Wrote steps.gif, 2 steps."
    assert window.document.index == 0
    with Image.open(tmp_path / "steps.gif") as image:
        assert image.size == (WIDE, HIGH)
        first = np.asarray(image.convert("RGB"))
        image.seek(1)
        assert (np.asarray(image.convert("RGB")) != first).any()


def test_an_animation_draws_a_page_of_its_own(window: Window, workspace: Workspace) -> None:
    window.document.set_unit(1)
    made = frames_of(window.document, workspace, 1.0)
    own: Any = made.page
    assert own.document is not window.document
    assert (own.document.unit, own.document.motion, made.total) == (1, False, 18)
    assert made.next()
    assert (own.document.index, window.document.index) == (1, 0)
    made.close()


def test_an_animation_can_be_stopped(share: Share, tmp_path: Path, qtbot: QtBot, said: list[str]) -> None:
    share.write("gif", tmp_path / "a.gif")
    qtbot.waitUntil(lambda: any(words.startswith("Drawing step 1") for words in said))
    share.stop_action.trigger()
    assert said[-1] == "The animation was stopped."
    assert not [path for path in tmp_path.iterdir() if path.is_file()]
    assert animation.MOST > 100


def test_everything_is_in_the_menu(share: Share, window: Window) -> None:
    words = [action.text() for action in share.menu(window).actions() if not action.isSeparator()]
    assert words == [action.text() for action in share.actions]
    for part in ("Copy as NumPy", "Save as PyTorch", "PNG", "SVG", "GIF"):
        assert any(part in text for text in words)


# The tour.


class Touring:
    """A panel whose pages change what they like."""

    name = "unroll"

    def __init__(self) -> None:
        self.document = Document(STUDY)
        self.tabs = Tabs({"step": "Step", "time": "Over time"})
        self.pages = {name: _Page(name, self.document) for name in self.tabs.entries}

    @property
    def page(self) -> _Page:
        return self.pages[self.tabs.name]

    def show_page(self, name: str) -> None:
        self.tabs.show_chosen(name)


class _Page:
    def __init__(self, name: str, document: Document) -> None:
        self.name, self.document = name, document

    def tour(self) -> Iterator[str]:
        self.document.edit(replace(STUDY, text=self.name), "changed")
        yield f"unroll-{self.name}" if self.name == "step" else ""
        self.document.set_index(5)
        self.document.set_notation("rows")
        yield "more"


@pytest.mark.parametrize("early", [False, True])
def test_the_tour_leaves_the_panel_as_it_was(qtbot: QtBot, early: bool) -> None:
    panel: Any = Touring()
    qtbot.addWidget(panel.tabs)
    panel.show_page("time")
    panel.document.set_index(4)
    panel.document.set_unit(1)
    if early:
        going = showcase(panel)
        next(going)
        assert panel.document.study.text == "step"
        going.close()  # type: ignore[attr-defined]
    else:
        assert list(showcase(panel)) == ["step", "step-more", "step-gru", "time", "time-more"]
    document = panel.document
    assert (document.study, document.index, document.unit, document.notation) == (STUDY, 4, 1, "gates")
    assert (panel.page.name, document.motion, document.undo.count()) == ("time", True, 0)


def test_the_tour_keeps_the_history(qtbot: QtBot) -> None:
    panel: Any = Touring()
    qtbot.addWidget(panel.tabs)
    panel.document.edit(replace(STUDY, seed=3), "seed")
    list(showcase(panel))
    assert panel.document.study == replace(STUDY, seed=3)
    panel.document.undo.undo()
    assert panel.document.study == STUDY
