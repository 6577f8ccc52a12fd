"""What one can do to the open network: every edit is one undoable step, and chooses what it made."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from explorer.app.workspace import Workspace
from explorer.arch.blocks import TEMPLATES
from explorer.arch.editing import (
    arriving,
    grouped,
    in_one_run,
    is_branch,
    place_after,
    step_place,
    topmost,
    ungrouped,
    without,
)
from explorer.arch.errors import DocumentError
from explorer.arch.layer import Layer
from explorer.arch.layers import PALETTE
from explorer.arch.network import Network, moved
from explorer.arch.share import from_text, is_text, nodes_from_text, nodes_to_text, to_text
from explorer.arch.text import plural
from explorer.arch.tree import DEEPEST, Node, Parallel, Path, Sequence, children

TOO_DEEP = f"Blocks can lie {DEEPEST} deep in one another, no deeper."


def _beside(path: Path, place: Path) -> Path:
    """The path once something has been put in at a place."""
    level = len(place) - 1
    if len(path) > level and path[:level] == place[:level] and path[level] >= place[level]:
        return (*path[:level], path[level] + 1, *path[level + 1 :])
    return path


class Edits:
    """Edits of a workspace's network. `marked` gives the chosen paths; `choose` chooses one, `mark` several."""

    def __init__(
        self,
        workspace: Workspace,
        marked: Callable[[], tuple[Path, ...]],
        choose: Callable[[Path], None],
        mark: Callable[[tuple[Path, ...]], None],
    ) -> None:
        self._workspace, self._marked, self._choose, self._mark = workspace, marked, choose, mark

    def _one(self) -> Path:
        marked = self._marked()
        return marked[-1] if marked else ()

    def make(self, name: str, place: Path) -> Node | None:
        """The layer or block of the palette called `name`, made for a place."""
        kind = next((kind for kind in PALETTE if kind.__name__ == name), None)
        if kind is not None:
            return kind()  # type: ignore[return-value]
        template = next((t for t in TEMPLATES if t.name == name), None)
        return template.make(arriving(self._workspace.report, place)) if template else None

    def add(self, name: str) -> None:
        """Put a new layer or block below the chosen one. “Repeat” takes the chosen ones inside."""
        marked = self._marked()
        if name == "repeat" and in_one_run(marked) and not is_branch(self._workspace.network, marked[0]):
            network = grouped(self._workspace.network, marked, Sequence(repeat=2))
            self._put_in(network, f"Repeat {plural(len(marked), 'layer')}", marked[0])
            return
        self.insert(name, place_after(self._workspace.network, self._one()))

    def insert(self, name: str, place: Path) -> None:
        """Put a new layer or block at a place."""
        node = self.make(name, place)
        if node is not None:
            title = node.type if isinstance(node, Layer) else node.title
            self._put_in(self._workspace.network.insert(place, node), f"Add {title}", place)

    def _put_in(self, network: Network, text: str, at: Path) -> None:
        """Carry out an edit that puts a node at a path, and choose it there, unless it would lie too deep."""
        if network is self._workspace.network:
            self._workspace.said.emit(TOO_DEEP)
        else:
            self._workspace.edit(network, text)
            self._choose(at)

    def remove(self) -> None:
        """Remove what is chosen."""
        marked = self._marked()
        if not marked:
            return
        network = without(self._workspace.network, marked)
        self._workspace.edit(network, f"Remove {self._names(marked)}")
        above, index = marked[0][:-1], marked[0][-1]
        left = len(network.inside(above))
        self._choose((*above, min(index, left - 1)) if left else above)

    def move(self, at: Path, to: Path) -> None:
        """Move the node at a path in front of what now stands at `to`."""
        self.move_all((at,), to)

    def move_all(self, paths: tuple[Path, ...], to: Path) -> None:
        """Move nodes, none of which lies in another one, in front of what now stands at `to`, in their order."""
        before = network = self._workspace.network
        if not paths or any(to[: len(at)] == at for at in paths):
            return
        if not all(network.holds(to, network.node(at)) for at in paths):
            self._workspace.said.emit(TOO_DEEP)
            return
        named, waiting, there = self._names(paths), list(paths), list[Path]()
        while waiting:
            at = waiting.pop(0)
            network, place = network.move(at, to), moved(at, to)
            # What is still to go, and what is there already, may have got another place.
            waiting = [_beside(moved(at, path), place) for path in waiting]
            there = [*(moved(at, path) for path in there), place]
            to = (*place[:-1], place[-1] + 1)
        if network != before:
            self._workspace.edit(network, f"Move {named}")
            self._mark(tuple(there))

    def step(self, step: int) -> None:
        """Move what is chosen one place up (−1) or down (+1); neighbours go together."""
        marked = self._marked()
        if not marked:
            return
        if not in_one_run(marked):
            self._workspace.said.emit("Choose one layer or several neighbours, then move them.")
            return
        to = step_place(self._workspace.network, marked[0] if step < 0 else marked[-1], step)
        if to is not None:
            self.move_all(marked, to)

    def repair(self, index: int) -> None:
        """Carry out a repair of the present fault."""
        fault = self._workspace.report.fault
        if fault is not None and index < len(fault.fixes):
            fix = fault.fixes[index]
            self._workspace.edit(self._workspace.network.mend(fault.at, fix), fix.text)

    def group(self) -> None:
        """Put the chosen neighbours into one block."""
        marked = self._marked()
        if not in_one_run(marked):
            self._workspace.said.emit("Choose one layer or several neighbours, then group them.")
        elif is_branch(self._workspace.network, marked[0]):
            self._workspace.said.emit("Branches are blocks already.")
        else:
            network = grouped(self._workspace.network, marked)
            self._put_in(network, f"Group {plural(len(marked), 'layer')}", marked[0])

    def ungroup(self) -> None:
        """Put what the chosen block holds in its place."""
        at = self._one()
        network = self._workspace.network
        if not at or isinstance(network.node(at), Layer):
            self._workspace.said.emit("Choose a block to take apart.")
        elif is_branch(network, at):
            self._workspace.said.emit("A branch belongs to its block. Choose the block to take it apart.")
        else:
            count = len(children(network.node(at)))
            self._workspace.edit(ungrouped(network, at), "Take a block apart")
            self._choose(at if count else at[:-1])

    def add_branch(self) -> None:
        """Add an empty branch, a skip connection, to the chosen block of branches."""
        at, network = self._one(), self._workspace.network
        while at and not isinstance(network.node(at), Parallel):
            at = at[:-1]
        if not at:
            self._workspace.said.emit("Choose a block with branches, then add a branch.")
            return
        place = (*at, len(network.inside(at)))
        self._workspace.edit(network.insert(place, Sequence()), "Add a branch")
        self._choose(place)

    # The clipboard.

    def copy(self) -> None:
        """Copy what is chosen to the clipboard, as text."""
        marked = self._marked()
        if marked:
            network = self._workspace.network
            QGuiApplication.clipboard().setText(nodes_to_text(tuple(network.node(at) for at in marked)))
            self._workspace.said.emit(f"Copied {self._names(marked)}.")

    def cut(self) -> None:
        """Copy what is chosen, and remove it."""
        self.copy()
        self.remove()

    def duplicate(self) -> None:
        """Put a copy of what is chosen below it."""
        marked = self._marked()
        if marked:
            self._put(tuple(self._workspace.network.node(at) for at in marked), "Duplicate")

    def paste(self) -> None:
        """Put copied layers below the chosen one, or open a network that was copied as text."""
        text = QGuiApplication.clipboard().text()
        try:
            if is_text(text):
                self._workspace.open_network(from_text(text))
            else:
                self._put(nodes_from_text(text), "Paste")
        except DocumentError as error:
            self._workspace.said.emit(str(error))

    def _put(self, nodes: tuple[Node, ...], verb: str) -> None:
        network, marked = self._workspace.network, self._marked()
        last = topmost(marked)[-1] if marked else ()
        # A copied branch, too, goes beside a branch; anything else into it.
        beside = bool(last) and is_branch(network, last) and all(isinstance(node, Sequence) for node in nodes)
        place = (*last[:-1], last[-1] + 1) if beside else place_after(network, last)
        end = (*place[:-1], place[-1] + len(nodes) - 1)
        self._put_in(network.insert(place, *nodes), f"{verb} {plural(len(nodes), 'layer')}", end)

    def share(self) -> None:
        """Copy the whole network as one line of text."""
        QGuiApplication.clipboard().setText(to_text(self._workspace.network))
        self._workspace.said.emit("Copied the network as text. Paste it here, or send it to someone.")

    def _names(self, paths: tuple[Path, ...]) -> str:
        if len(paths) == 1:
            return self._workspace.report.places[paths[0]].path
        return plural(len(paths), "layer")
