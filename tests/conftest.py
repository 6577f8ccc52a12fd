"""What every test gets: its own folders, a clean window system, and nothing left running."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") and os.environ.get("EXPLORER_SHOW_TESTS")):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

# Tests share few cores: torch's second thread makes small work slower, at random.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Where real data sets lie on machines that have them; tests that need them skip elsewhere."""


@pytest.fixture
def real_data() -> Path:
    if not (SHARED / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file():
        pytest.skip("MNIST is not on this machine")
    return SHARED


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing a test does reaches the user's folders, and no test sees another's."""
    for name, folder in (("STORE", "store"), ("RUNS", "runs"), ("DATA", "data")):
        monkeypatch.setenv(f"EXPLORER_{name}", str(tmp_path / folder))


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a thread, a running timer or a window behind fails."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.name.startswith("asyncio")]
    assert not left, f"threads left over: {[t.name for t in left]}"
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or "qtbot" not in request.fixturenames:
        return
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    application = widgets.QApplication.instance()
    if application is None:
        return
    windows = [w for w in application.topLevelWidgets() if w.isVisible()]
    timers = [
        t for w in application.topLevelWidgets() for t in w.findChildren(QTimer) if t.isActive() and w.isVisible()
    ]
    assert not windows, f"windows left open: {windows}"
    assert not timers, f"timers left running: {timers}"
