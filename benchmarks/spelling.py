"""Typing a name: from a letter to new probabilities, and to the repainted page, in the real window.

    uv run python benchmarks/spelling.py [RUN]

RUN is the folder of a model of names; without it, the shipped ones are asked, else an untrained LSTM, which takes as
long as a trained one. Target: at most 16 ms to the repainted predictions (median, CPU).
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

NAMES = ("Pelaez", "Lukashenko", "Witek", "Putin", "Muller", "Nguyen", "Papadopoulos", "Ivanov", "Rossi", "O'Neill")


def untrained(folder: Path) -> Path:
    """An LSTM of the zoo with random weights, as a run leaves it."""
    from explorer.arch.analysis import analyse
    from explorer.arch.document import save_network
    from explorer.arch.zoo import zoo
    from explorer.learn.build import build
    from explorer.learn.card import NETWORK, Card, save_card
    from explorer.learn.letters import LANGUAGES, LETTERS
    from explorer.learn.recipe import Recipe
    from explorer.learn.weights import save_weights

    network = zoo("names-lstm")
    folder.mkdir(parents=True)
    save_network(network, folder / NETWORK)
    save_weights(build(network, 0), folder)
    parameters = analyse(network).parameters
    card = Card(folder.name, network.name, "names", LANGUAGES, Recipe(), parameters, steps=1, signs=tuple(LETTERS))
    save_card(card, folder)
    return folder


def main() -> None:
    with tempfile.TemporaryDirectory() as store:
        from explorer.app.main import make_application, panels
        from explorer.app.settings import Settings
        from explorer.app.window import Window
        from explorer.app.workspace import Workspace

        application = make_application()
        workspace = Workspace(Path(store))
        workspace.runs_folder = Path(store, "runs")
        window = Window(workspace, panels(), Settings(Path(store)))
        window.resize(1280, 800)
        window.show()
        window.show_panel("predict")
        window.load_torch()

        def turn(until: Any) -> None:
            while not until():
                application.processEvents()

        turn(lambda: bool(workspace.torch))
        panel: Any = window.panel
        panel.show_page("names")
        page = panel.page
        page.settle()
        if len(sys.argv) > 1 or not page.choices:
            page.choose(Path(sys.argv[1]) if len(sys.argv) > 1 else untrained(workspace.runs_folder / "lstm"))
        turn(lambda: page.reader.model is not None and not page.reader.loading)
        print(page.reader.model.model.network.name)
        answers: list[float] = []
        page.reader.answered.connect(lambda _: answers.append(time.perf_counter()))
        waits, paints = [], []
        for name in NAMES:
            page.field.clear()
            application.processEvents()
            for letter in name:
                seen = len(answers)
                began = time.perf_counter()
                page.field.insert(letter)
                turn(lambda seen=seen: len(answers) > seen)
                waits.append(answers[-1] - began)
                application.processEvents()  # the repaint that follows
                paints.append(time.perf_counter() - began)
            page.settle()
        for name, values in (("new probabilities", waits), ("repainted predictions", paints)):
            ordered = sorted(values)
            p95 = ordered[int(0.95 * len(ordered))]
            print(f"letter → {name}: median {1000 * statistics.median(values):.1f} ms, p95 {1000 * p95:.1f} ms")
        window.close()


if __name__ == "__main__":
    main()
