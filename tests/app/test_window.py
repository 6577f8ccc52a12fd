"""The window: what it remembers, how it looks, what it opens, and that it closes without a question."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from explorer.app.build.panel import BuildPanel
from explorer.app.main import panels
from explorer.app.search import ActionSearch
from explorer.app.settings import Settings
from explorer.app.theme import DARK, LIGHT, TEXT, Theme
from explorer.app.window import Window
from explorer.app.worker import Worker
from explorer.app.workspace import Workspace
from explorer.arch.document import read_network, save_network
from explorer.arch.network import Network
from explorer.arch.zoo import zoo

Open = Callable[[], Window]


@pytest.fixture
def open_window(tmp_path: Path, qtbot: QtBot, qapp: QApplication) -> Iterator[Open]:
    made: list[Window] = []

    def open_one() -> Window:
        workspace = Workspace(tmp_path / "store")
        window = Window(workspace, (BuildPanel,), Settings(tmp_path / "store"))
        workspace.restore()
        made.append(window)
        with qtbot.waitExposed(window):
            window.show()
        return window

    yield open_one
    for window in made:
        window.close()
        window.deleteLater()
    qapp.processEvents()


def said(window: Window) -> str:
    return window._said.whole


def test_the_first_start_welcomes_and_the_next_goes_on(open_window: Open) -> None:
    window = open_window()
    assert window.panel is None
    QTest.mouseClick(window.welcome.starts["build"], Qt.MouseButton.LeftButton)
    assert window.panel is window.panels[0]
    window.workspace.edit(zoo("mlp"), "Open")
    window.resize(1100, 720)
    window.close()
    again = open_window()
    assert again.panel is not None
    assert again.panel.name == "build"
    assert again.workspace.network == zoo("mlp")
    assert again.height() == 720  # the width is held to that of the screen, which is narrow where there is none


def test_a_kept_network_that_is_broken_is_said_and_not_fatal(open_window: Open, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir(parents=True)
    (tmp_path / "store" / "open.json").write_text("{")
    window = open_window()
    assert window.workspace.network == zoo("lenet5")
    assert "could not be read" in said(window)
    window.close()
    assert (tmp_path / "store" / "open-unreadable.json").read_text() == "{"


def test_undo_brings_the_file_back_with_its_network(open_window: Open, tmp_path: Path) -> None:
    window = open_window()
    for name in ("mlp", "cifar10"):
        save_network(zoo(name), tmp_path / f"{name}.json")
        window.open_path(tmp_path / f"{name}.json")
    window.workspace.undo.undo()
    assert window.workspace.file == tmp_path / "mlp.json"
    window.save()
    assert read_network(tmp_path / "mlp.json") == zoo("mlp")
    assert read_network(tmp_path / "cifar10.json") == zoo("cifar10")
    window.workspace.open_network(zoo("lenet5"))
    assert window.workspace.file is None
    window.workspace.undo.undo()
    assert window.workspace.file == tmp_path / "mlp.json"


def test_themes_and_scale_are_remembered(open_window: Open, qapp: QApplication) -> None:
    window = open_window()
    window.choose_theme("dark")
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.paper
    window.switch_theme()
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == LIGHT.paper
    window.zoom(1.1)
    assert qapp.font().pixelSize() == round(TEXT * 1.1)
    wide = window.rail.width()
    for _ in range(30):
        window.zoom(1.1)
    assert window.settings.scale == 2.5
    assert window.rail.width() > 2 * wide
    window.zoom(0)
    assert window.rail.width() == 88
    window.choose_theme("dark")
    window.close()
    again = open_window()
    assert again.settings.theme == "dark"


def test_nothing_is_clipped_in_the_smallest_window(open_window: Open) -> None:
    window = open_window()
    window.resize(1024, 700)
    window.show_panel("build")
    assert window.minimumSizeHint().width() <= 1024
    assert window.minimumSizeHint().height() <= 700


def test_the_device_is_said_when_torch_is_there(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    assert window._device.text() == "Loading PyTorch…"
    window.load_torch()
    qtbot.waitUntil(lambda: window.workspace.torch != "", timeout=60_000)
    assert window._device.text().startswith("PyTorch ")


def test_save_and_open(open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    window = open_window()
    window.show_panel("build")
    path = tmp_path / "mine.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path.with_suffix("")), ""))
    window.workspace.edit(Network((1, 28, 28), name="Mine"), "x")
    window.save()
    assert read_network(path).name == "Mine"
    assert window._state.text() == "saved"
    window.workspace.edit(zoo("mlp"), "Open MLP")
    assert window._state.text() == "changed"
    window.save()
    assert read_network(path) == zoo("mlp")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    window.new()
    window.open()
    assert window.workspace.network == zoo("mlp")


def test_a_broken_file_is_said_and_the_open_network_stays(open_window: Open, tmp_path: Path) -> None:
    window = open_window()
    for content in ("", "[]", "{}", '{"format": 9}', '{"format": 1, "input": []}', "\x00\xff"):
        path = tmp_path / "bad.json"
        path.write_text(content)
        window.open_path(path)
        assert "bad.json" in said(window)
        assert window.workspace.network == zoo("lenet5")
    window.open_path(tmp_path / "none.json")
    assert "none.json" in said(window)


def test_a_save_that_fails_is_said_and_loses_nothing(open_window: Open, tmp_path: Path) -> None:
    window = open_window()
    window._save(tmp_path / "no" / "such" / "folder" / "x.json")
    assert "cannot be written" in said(window)
    assert window.workspace.network == zoo("lenet5")


def contrast(a: str, b: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    one, two = sorted((luminance(a), luminance(b)), reverse=True)
    return (one + 0.05) / (two + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_all_text_can_be_read(theme: Theme) -> None:
    for ink in (theme.ink, theme.second, theme.third, theme.warning):
        for ground in (theme.paper, theme.surface):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    assert contrast(theme.on_accent, theme.accent) >= 4.5
    assert contrast(theme.warning, theme.warning_wash) >= 4.5
    assert contrast(theme.second, theme.wash) >= 4.5


def test_the_panels_of_the_app_are_those_that_exist() -> None:
    assert [panel.name for panel in panels()] == ["build", "convolve", "unroll", "train", "predict"]


def test_a_worker_hands_over_everything_in_order(qtbot: QtBot) -> None:
    worker, got, ended = Worker(), [], []
    worker.batch.connect(got.extend)
    worker.ended.connect(ended.append)
    worker.start(lambda: range(5000))
    qtbot.waitUntil(lambda: bool(ended))
    assert got == list(range(5000))
    assert ended == [None]
    assert not worker.running


def test_a_worker_that_dies_says_so_and_can_start_again(qtbot: QtBot) -> None:
    worker, got, ended = Worker(), [], []
    worker.batch.connect(got.extend)
    worker.ended.connect(ended.append)

    def dies() -> Iterator[int]:
        yield 1
        raise ValueError("no")

    worker.start(dies)
    qtbot.waitUntil(lambda: bool(ended))
    assert got == [1]
    assert isinstance(ended[0], ValueError)
    worker.start(lambda: [2])
    qtbot.waitUntil(lambda: len(ended) == 2)
    assert got == [1, 2]


def test_a_worker_pauses_goes_on_and_stops_with_its_iterator_closed(qtbot: QtBot) -> None:
    worker, got, closed = Worker(), [], []
    worker.batch.connect(got.extend)

    def endless() -> Iterator[int]:
        count = 0
        try:
            while True:
                count += 1
                yield count
        finally:
            closed.append(True)

    worker.start(endless)
    qtbot.waitUntil(lambda: len(got) > 10)
    worker.pause()
    assert worker.paused
    with qtbot.waitSignal(worker.batch, timeout=200, raising=False):
        pass
    held = len(got)
    with qtbot.waitSignal(worker.batch, timeout=150, raising=False):
        pass
    assert len(got) <= held + 1
    worker.go_on()
    qtbot.waitUntil(lambda: len(got) > held + 10)
    worker.stop(wait=True)
    assert closed == [True]
    assert not worker.running


def test_the_window_opens_without_torch(tmp_path: Path) -> None:
    program = (
        "import sys, json; from explorer.app.main import *; from explorer.app.main import panels;"
        "a = make_application(); from pathlib import Path; s = Path(sys.argv[1]);"
        "w = Window(Workspace(s), panels(), Settings(s)); w.show(); a.processEvents();"
        "print(json.dumps('torch' in sys.modules)); w.close()"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) is False


def test_saving_keeps_the_layers(tmp_path: Path) -> None:
    save_network(zoo("cifar10"), tmp_path / "c.json")
    workspace = Workspace(tmp_path / "store")
    workspace.open_file(tmp_path / "c.json")
    assert workspace.network == zoo("cifar10")
    assert workspace.undo.isClean()


def test_every_action_is_found_by_its_words(open_window: Open, qapp: QApplication) -> None:
    window = open_window()
    window.show_panel("build")
    window.search()
    search = window.findChild(ActionSearch)
    assert search is not None
    assert search.found.count() > 20
    QTest.keyClicks(search.words, "add relu")
    assert search.found.item(0).text() == "Add ReLU"
    assert search.found.count() < 5
    QTest.keyClick(search.words, Qt.Key.Key_Return)
    assert window.workspace.network.layers[0].type == "ReLU"
    qapp.processEvents()


def test_a_large_screen_begins_with_a_larger_scale(tmp_path: Path) -> None:
    assert Settings(tmp_path, 800).scale == Settings(tmp_path, 1080).scale == 1.0
    large = Settings(tmp_path, 2160)
    assert large.scale == 1.5
    large.scale = 1.1
    assert Settings(tmp_path, 2160).scale == 1.1
