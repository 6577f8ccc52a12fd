"""Convolve: from a step or a change to the repainted page, how smooth the stepping is, and a map of a large picture.

    uv run python benchmarks/convolve.py

The page stands in the real window of 1280 × 800. The example has 8 channels of 28×28 and 8 filters of 3×3. All on
one core.

Targets: at most 16 ms from a step or a change to the repainted page (median); at least 50 frames a second while the
kernel glides; at most 100 ms for a new map of a picture of 1024×1024 with a 5×5 kernel.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SIDE, CHANNELS, LARGE = 28, 8, 1024
STEPS, CHANGES, GLIDES, MAPS = 200, 100, 12, 15


def report(name: str, values: list[float], target: str) -> None:
    ordered = sorted(values)
    p95 = ordered[int(0.95 * len(ordered))]
    print(f"{name}: median {statistics.median(values):.1f} ms, p95 {p95:.1f} ms (target {target})")


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that some work takes."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def stepping(application: Any, panel: Any) -> None:
    """Steps and changes of an example of 28×28×8, up to the repainted page."""
    from explorer.explain.example import Example
    from explorer.explain.spec import Spec, same_padding

    random = np.random.default_rng(0)
    spec = Spec((3, 3), padding=same_padding((3, 3), (1, 1)))
    example = Example(
        random.integers(-9, 10, (CHANNELS, SIDE, SIDE)),
        random.integers(-2, 3, (CHANNELS, CHANNELS, 3, 3)),
        np.zeros(CHANNELS),
        spec,
        name=f"{SIDE}×{SIDE}×{CHANNELS}",
    )
    document = panel.document
    document.set_motion(False)
    document.edit(example, "Example")
    application.processEvents()

    def settled(work: Callable[[], object]) -> float:
        return timed(lambda: (work(), application.processEvents()))

    places = [int(k) for k in random.integers(0, document.count, STEPS)]
    report("step → repainted", [settled(lambda k=k: document.set_index(k)) for k in places], "≤ 16")
    changes: dict[str, Callable[[int], Example]] = {
        "weight": lambda k: document.example.with_weight((0, 0, 1, 1), k),
        "cell": lambda k: document.example.with_cell((0, 14, 14), k),
        "dilation": lambda k: document.example.with_spec(dilation=(1 + k % 2,) * 2),
    }
    for name, change in changes.items():
        spent = [settled(lambda k=k, make=change: document.edit(make(k), "Change")) for k in range(CHANGES)]
        report(f"{name} → repainted", spent, "≤ 16")


def gliding(application: Any, panel: Any) -> None:
    """Frames while the kernel glides over the 6×6 example."""
    from PySide6.QtCore import QEvent, QObject

    from explorer.explain.example import lecture

    class Painted(QObject):
        count = 0

        def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
            self.count += event.type() == QEvent.Type.Paint
            return False

    panel.document.edit(lecture(), "Example")
    panel.document.set_index(0)
    panel.document.set_motion(True)
    application.processEvents()
    painted = Painted()
    panel.page.glide.installEventFilter(painted)
    spent = 0.0
    for _ in range(GLIDES):
        began = time.perf_counter()
        panel.page.bar.advance()
        while panel.page.glide.running:
            application.processEvents()
        spent += time.perf_counter() - began
    print(f"stepping animation: {painted.count / spent:.0f} frames/s (target ≥ 50)")


def maps(application: Any, panel: Any) -> None:
    """A new map of a large grey picture: the arithmetic, and until it is seen."""
    from explorer.app.convolve.bank import Filter, filtered
    from explorer.explain.spec import Spec
    from explorer.learn.image import Photo

    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (1, LARGE, LARGE), np.uint8)
    five = [Filter(f"five{k}", f"5×5 {k}", "", random.normal(size=(1, 5, 5))) for k in range(MAPS)]
    spec = Spec((5, 5), padding=((2, 2), (2, 2)))
    filtered(pixels, five[0], spec)
    report(f"{LARGE}×{LARGE}, 5×5: new map", [timed(lambda f=f: filtered(pixels, f, spec)) for f in five], "≤ 100")

    panel.show_page("picture")
    page = panel.page
    page.settle()
    page.source._opened(Photo(pixels))
    page.settle()
    page.filters = (*page.filters, *five)
    waits = []
    for one in five:
        before = page.found
        began = time.perf_counter()
        page.choose(one.name)
        while page.found is before:
            application.processEvents()
        page.map.repaint()
        waits.append(1000 * (time.perf_counter() - began))
    report("chosen → map seen", waits, "none")


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
        window.show_panel("convolve")
        application.processEvents()
        stepping(application, window.panel)
        gliding(application, window.panel)
        maps(application, window.panel)
        window.close()


if __name__ == "__main__":
    main()
