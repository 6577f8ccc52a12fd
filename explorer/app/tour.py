"""Drives the real window through every panel and saves a picture of each state."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from explorer.app.main import make_application, panels
from explorer.app.settings import Settings
from explorer.app.window import Window
from explorer.app.workspace import Workspace
from explorer.arch.errors import DataError, UsageError, nearest
from explorer.arch.storage import reason


def settle(milliseconds: int = 60) -> None:
    """Let the event loop run for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def tour(out: Path, theme: str, size: tuple[int, int], only: str | None = None) -> Iterator[Path]:
    """Save PNGs of every panel's states to `out`, and yield their paths.

    Works without a display. Keeps nothing: the window's store is a temporary folder. Raises `UsageError` for an
    unknown panel, `DataError` if `out` cannot be written.
    """
    kinds = panels()
    names = ["welcome", *(panel.name for panel in kinds)]
    if only is not None and only not in names:
        raise UsageError(f"There is no panel “{only}”.{nearest(only, names)}")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"Pictures cannot be written to {out}: {reason(error)}. Choose another folder.") from None
    application = QApplication.instance() or make_application()
    with tempfile.TemporaryDirectory() as store:
        workspace = Workspace(Path(store))
        workspace.runs_folder = Path(store, "runs")
        settings = Settings(Path(store), size[1])
        settings.theme = theme
        window = Window(workspace, kinds, settings)
        window.resize(*size)
        window.show()
        window.load_torch()
        while not (workspace.torch or workspace.torch_error):
            settle()
        try:
            yield from _pictures(window, out, theme, size, only)
        finally:
            window.close()
            window.deleteLater()
            application.processEvents()


def _pictures(window: Window, out: Path, theme: str, size: tuple[int, int], only: str | None) -> Iterator[Path]:
    def save(name: str) -> Path:
        settle()
        path = out / f"{name}-{theme}-{size[0]}x{size[1]}.png"
        if not window.grab().save(str(path)):
            raise DataError(f"{path} cannot be written. Choose another folder with --out.")
        return path

    if only in (None, "welcome"):
        window.show_panel("welcome")
        yield save("welcome")
    for panel in window.panels:
        if only in (None, panel.name):
            window.show_panel(panel.name)
            for index, state in enumerate(panel.tour()):
                yield save(f"{panel.name}-{index + 1}{f'-{state}' if state else ''}")
