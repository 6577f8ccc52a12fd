"""Drawing: from a movement of the pen to new probabilities, and to repainted bars, in the real window.

    uv run python benchmarks/drawing.py

Target: at most 16 ms to new probabilities (median, CPU).
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

MOVES = 150


def main() -> None:
    with tempfile.TemporaryDirectory() as store:
        from explorer.app.main import make_application, panels
        from explorer.app.settings import Settings
        from explorer.app.window import Window
        from explorer.app.workspace import Workspace

        application = make_application()
        window = Window(Workspace(Path(store)), panels(), Settings(Path(store)))
        window.resize(1280, 800)
        window.show()
        window.show_panel("predict")
        window.load_torch()
        panel: Any = window.panel.page  # the page of digits

        def turn(until: Any) -> None:
            while not until():
                application.processEvents()

        turn(lambda: bool(window.workspace.torch) and not panel.reader.loading and panel.reader.folder is not None)
        answers: list[float] = []
        panel.reader.answered.connect(lambda _: answers.append(time.perf_counter()))
        waits, paints = [], []
        panel.pad.begin(0.3, 0.2)
        for k in range(MOVES):
            seen = len(answers)
            began = time.perf_counter()
            panel.pad.go_on(0.3 + 0.3 * k / MOVES, 0.2 + 0.6 * k / MOVES)
            turn(lambda seen=seen: len(answers) > seen)
            waits.append(answers[-1] - began)
            application.processEvents()  # the repaint that follows
            paints.append(time.perf_counter() - began)
        panel.pad.end()
        for name, values in (("new probabilities", waits), ("repainted bars", paints)):
            ordered = sorted(values)
            p95 = ordered[int(0.95 * len(ordered))]
            print(f"movement → {name}: median {1000 * statistics.median(values):.1f} ms, p95 {1000 * p95:.1f} ms")
        window.close()


if __name__ == "__main__":
    main()
