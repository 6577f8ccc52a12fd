"""Opens the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from platformdirs import user_data_path
from PySide6.QtWidgets import QApplication

from explorer.app import theme
from explorer.app.panel import Panel
from explorer.app.settings import Settings
from explorer.app.window import Window
from explorer.app.workspace import Workspace
from explorer.arch.network import Network
from explorer.learn.catalog import APP

SWITCH = 0.002
"""Seconds after which a computing thread lets the window have Python (5 ms is Python's own choice)."""


def store_folder() -> Path:
    """Where the window keeps what it remembers: `EXPLORER_STORE`, else the user's data folder."""
    named = os.environ.get("EXPLORER_STORE")
    return Path(named) if named else user_data_path(APP, appauthor=False) / "window"


def make_application() -> QApplication:
    """The Qt application with fonts and style."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Neural Net Explorer")
    application.setDesktopFileName(APP)
    theme.prepare(application)
    sys.setswitchinterval(SWITCH)
    return application


def panels() -> tuple[type[Panel], ...]:
    """The panels in the order of the rail."""
    from explorer.app.build.panel import BuildPanel
    from explorer.app.convolve.panel import ConvolvePanel
    from explorer.app.predict.panel import PredictPanel
    from explorer.app.train.panel import TrainPanel
    from explorer.app.unroll.panel import UnrollPanel

    return (BuildPanel, ConvolvePanel, UnrollPanel, TrainPanel, PredictPanel)


def start(file: Path | None = None, network: Network | None = None) -> int:
    """Open the window, with a network file, a run, or a network that lies in no file; returns the exit status."""
    if sys.platform == "win32":
        import torch  # noqa: F401  (imported after Qt it can fail to load its libraries there)
    application = make_application()
    store = store_folder()
    workspace = Workspace(store)
    screen = application.primaryScreen().availableGeometry()
    window = Window(workspace, panels(), Settings(store, screen.height()))
    workspace.restore()
    if file is not None:
        window.open_path(file)
    if network is not None:
        workspace.open_network(network)
        window.show_panel("build")
    window.painted.connect(window.load_torch)
    window.show()
    return application.exec()
