"""A thousand random edits, undone to the start: the same document, and no memory lost.

    uv run python benchmarks/memory.py

Target: the process grows by less than 20 MB between the first thousand edits, undone, and the third.
"""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

EDITS, ROUNDS = 1000, 3


def resident() -> float:
    """Memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def turn_loop(application: QApplication) -> None:
    """What the event loop does between two edits; without one running, deletions must be asked for."""
    application.processEvents()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def main() -> None:
    from explorer.app.build.panel import BuildPanel
    from explorer.app.main import make_application
    from explorer.app.workspace import Workspace
    from explorer.arch.blocks import TEMPLATES
    from explorer.arch.editing import arriving, place_after
    from explorer.arch.layers import PALETTE
    from explorer.arch.zoo import zoo

    application = make_application()
    with tempfile.TemporaryDirectory() as store:
        workspace = Workspace(Path(store))
        workspace.open_network(zoo("resnet18"))
        panel = BuildPanel(workspace)
        panel.resize(1192, 724)
        panel.show()
        application.processEvents()
        start = workspace.network
        choice = random.Random(0)
        sizes = []
        for turn in range(ROUNDS):
            workspace.undo.clear()
            for step in range(EDITS):
                report = workspace.report
                paths = [row.at for row in report.outline if row.at]
                at = choice.choice(paths) if paths else ()
                what = choice.randrange(4) if paths else 0
                if what == 0:
                    place = place_after(report.network, at)
                    template = choice.choice(TEMPLATES)
                    after = report.network.insert(place, template.make(arriving(report, place)))
                elif what == 1:
                    after = report.network.insert(place_after(report.network, at), choice.choice(PALETTE)())
                elif what == 2:
                    after = report.network.remove(at)
                else:
                    after = report.network.move(at, choice.choice(paths))
                workspace.edit(after, "random")
                if step % 50 == 0:
                    turn_loop(application)
            while workspace.undo.canUndo():
                workspace.undo.undo()
            turn_loop(application)
            assert workspace.network == start, "undone to the start, the document differs"
            sizes.append(resident())
            print(f"round {turn + 1}: {sizes[-1]:.1f} MB")
        print(f"growth after the first round: {sizes[-1] - sizes[0]:.1f} MB (target < 20)")
        panel.close()


if __name__ == "__main__":
    main()
