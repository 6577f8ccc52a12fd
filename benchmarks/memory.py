"""A thousand random edits, undone to the start: the same document, and no memory lost.

    uv run python benchmarks/memory.py

Target: the process grows by less than 20 MB from the first thousand edits to the second.
"""

from __future__ import annotations

import gc
import os
import random
import tempfile
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from explorer.app.build.panel import BuildPanel
from explorer.app.main import make_application
from explorer.app.workspace import Workspace
from explorer.arch.analysis import Report
from explorer.arch.blocks import TEMPLATES
from explorer.arch.editing import arriving, place_after
from explorer.arch.layers import PALETTE
from explorer.arch.network import Network
from explorer.arch.zoo import zoo

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

EDITS, ROUNDS = 1000, 2


def resident() -> float:
    """Memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def turn_loop(application: QApplication) -> None:
    """What the event loop does between two edits; without one running, deletions must be asked for."""
    application.processEvents()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def main() -> None:
    application = make_application()
    with tempfile.TemporaryDirectory() as store:
        workspace = Workspace(Path(store))
        workspace.open_network(zoo("resnet18"))
        panel = BuildPanel(workspace)
        panel.resize(1192, 724)
        panel.show()
        application.processEvents()
        start = workspace.network
        workspace.undo.clear()
        choice = random.Random(0)
        sizes = []
        for turn in range(ROUNDS):
            for step in range(EDITS):
                workspace.edit(edited(workspace.report, choice), "random")
                if step % 50 == 0:
                    turn_loop(application)
            back_and_forth(workspace)
            assert workspace.network == start, "undone to the start, the document differs"
            workspace.undo.clear()
            turn_loop(application)
            gc.collect()
            sizes.append(resident())
            print(f"after {(turn + 1) * EDITS} edits, undone, redone and undone: {sizes[-1]:.1f} MB")
        print(f"growth from the first to the second thousand: {sizes[1] - sizes[0]:.1f} MB (target < 20)")
        panel.close()


def back_and_forth(workspace: Workspace) -> None:
    """Undo everything, redo everything, and undo it again."""
    for can, do in (
        (workspace.undo.canUndo, workspace.undo.undo),
        (workspace.undo.canRedo, workspace.undo.redo),
        (workspace.undo.canUndo, workspace.undo.undo),
    ):
        while can():
            do()


def edited(report: Report, choice: random.Random) -> Network:
    """The network with a random edit: a block or layer put in, or a node removed or moved."""
    network = report.network
    paths = [row.at for row in report.outline if row.at]
    at = choice.choice(paths) if paths else ()
    what = choice.randrange(4) if paths else 0
    if what == 0:
        place = place_after(network, at)
        return network.insert(place, choice.choice(TEMPLATES).make(arriving(report, place)))
    if what == 1:
        return network.insert(place_after(network, at), choice.choice(PALETTE)())
    return network.remove(at) if what == 2 else network.move(at, choice.choice(paths))


if __name__ == "__main__":
    main()
