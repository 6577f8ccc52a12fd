"""First paint: from an interpreter's start to the first painted window, against a bare PySide6 + pyqtgraph window.

    uv run python benchmarks/first_paint.py [times]

Target: at most twice the bare window.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

BARE = """
import sys, pyqtgraph
from PySide6.QtWidgets import QApplication, QMainWindow
class P(pyqtgraph.PlotWidget):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("painted", flush=True)
application = QApplication(sys.argv[:1]); window = QMainWindow()
window.setCentralWidget(P()); window.resize(1280, 800); window.show()
application.exec()
"""

OURS = """
import sys
from explorer.app import window
def paint(self, event, before=window.Window.paintEvent):
    before(self, event); print("painted", "torch" in sys.modules, flush=True)
window.Window.paintEvent = paint
window.Window.load_torch = lambda self: None
from explorer.app.main import start
start()
"""


def measure(program: str) -> float:
    """Seconds until the program says that it has painted."""
    with tempfile.TemporaryDirectory() as store:
        began = time.perf_counter()
        environment = os.environ | {"EXPLORER_STORE": store}
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
        ) as made:
            assert made.stdout is not None
            line = made.stdout.readline()
            spent = time.perf_counter() - began
            made.kill()
        assert line.startswith("painted"), line
        assert "True" not in line, "torch was imported before the first paint"
        return spent


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    measure(BARE), measure(OURS)  # warms the disk's cache
    bare, ours = [], []
    for _ in range(times):
        bare.append(measure(BARE))
        ours.append(measure(OURS))
    a, b = statistics.median(bare), statistics.median(ours)
    print(f"bare {a:.3f} s, ours {b:.3f} s, ratio {b / a:.2f} (target ≤ 2)")


if __name__ == "__main__":
    main()
