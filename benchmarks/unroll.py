"""Unroll: from a step or an edit to the repainted page, and the triangle of backpropagation through time.

    uv run python benchmarks/unroll.py

The page stands in the real window of 1280 × 800. The cell has 128 units and reads 20 letters. All on one core.

Targets: at most 16 ms from a step or an edit to the repainted page (median); at most 100 ms for the triangle of 50
steps of an LSTM with 128 units.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

UNITS, TEXT, STEPS, EDITS, TRIANGLES = 128, "Unrolling over times", 150, 60, 9


def report(name: str, values: list[float], target: str) -> None:
    ordered = sorted(values)
    p95 = ordered[int(0.95 * len(ordered))]
    print(f"{name}: median {statistics.median(values):.1f} ms, p95 {p95:.1f} ms (target {target})")


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that some work takes."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def stepping(application: Any, panel: Any, page: str) -> None:
    """Steps and edits on one page, up to the repainted page."""
    document = panel.document
    panel.show_page(page)
    application.processEvents()
    random = np.random.default_rng(0)

    def settled(work: Callable[[], object]) -> float:
        return timed(lambda: (work(), application.processEvents()))

    back = panel.page.walk if page == "backwards" else None
    go, count = (document.set_index, len(document.moves)) if back is None else (panel.page._go, len(back))
    moves = [int(k) for k in random.integers(0, count, STEPS)]
    report(f"{page}: step → repainted", [settled(lambda k=k: go(k)) for k in moves], "≤ 16")
    edits: dict[str, Callable[[int], Any]] = {
        "weight": lambda k: document.study.change("u", (1, 5, 3), k / 10),
        "held gate": lambda k: document.study.hold("f", k / EDITS),
        "letter": lambda k: replace(document.study, text=TEXT[:-1] + "abcdef"[k % 6]),
    }
    for name, edit in edits.items():
        spent = [settled(lambda k=k, make=edit: document.edit(make(k), "Edit")) for k in range(EDITS)]
        report(f"{page}: {name} → repainted", spent, "≤ 16")


def wirings(application: Any, panel: Any) -> None:
    """Stops of each wiring's example, up to the repainted page."""
    from explorer.app.unroll.wiring_cards import CARDS

    panel.show_page("wirings")
    spent = list[float]()
    for name in CARDS:
        panel.page.choose(name)
        application.processEvents()
        played = panel.page.play.played
        for k in range(len(played.stops)) if name != "noise" else ():
            spent.append(timed(lambda k=k: (panel.page.play.go_to(k), application.processEvents())))
    report("wirings: step → repainted", spent, "≤ 16")


def triangles() -> None:
    """All contributions of 50 losses to 50 steps, and the gradients as their sum."""
    from explorer.explain.recurrent.bptt import Readout, backward
    from explorer.explain.recurrent.cell import run
    from explorer.explain.recurrent.lesson import random_cell

    random = np.random.default_rng(0)
    trace = run(random_cell("LSTM", 57, UNITS), random.standard_normal((50, 57)))
    readout = Readout(random.standard_normal((18, UNITS)), np.zeros(18))
    targets = [int(k) for k in random.integers(0, 18, 50)]
    backward(trace, readout, targets)
    spent = [timed(lambda: backward(trace, readout, targets)) for _ in range(TRIANGLES)]
    report("triangle of 50 steps, 128 units", spent, "≤ 100")


def main() -> None:
    with tempfile.TemporaryDirectory() as store:
        from explorer.app.main import make_application, panels
        from explorer.app.settings import Settings
        from explorer.app.window import Window
        from explorer.app.workspace import Workspace
        from explorer.explain.recurrent.study import Study
        from explorer.learn.letters import LETTERS

        application = make_application()
        window = Window(Workspace(Path(store)), panels(), Settings(Path(store)))
        window.resize(1280, 800)
        window.show()
        window.show_panel("unroll")
        panel: Any = window.panel
        panel.document.set_motion(False)
        panel.document.edit(Study(text=TEXT, alphabet=LETTERS, hidden=UNITS), "Example")
        application.processEvents()
        for page in ("step", "time", "backwards"):
            stepping(application, panel, page)
        wirings(application, panel)
        window.close()
    triangles()


if __name__ == "__main__":
    main()
