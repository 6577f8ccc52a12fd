"""What all panels share: the open network, the data, the run. Panels never talk to each other."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from explorer.arch.analysis import Report, analyse
from explorer.arch.document import read_network, save_network
from explorer.arch.errors import DocumentError
from explorer.arch.network import Network
from explorer.arch.storage import reason
from explorer.arch.zoo import zoo
from explorer.learn.catalog import data_folder, runs_folder

if TYPE_CHECKING:
    from explorer.learn.data import DataSet

SAVE_AFTER = 800
"""Milliseconds of rest after an edit, then the network is kept."""


class ReplaceNetwork(QUndoCommand):
    """The one edit: document and file before, document and file after. Edits with one `merge` key become one."""

    def __init__(self, workspace: Workspace, after: Network, file: Path | None, text: str, merge: str) -> None:
        super().__init__(text)
        self._workspace, self._merge = workspace, merge
        self._before, self._after = (workspace.network, workspace.file), (after, file)

    def id(self) -> int:
        """Commands of one kind may merge."""
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Typing in one field of one layer is one step back."""
        if not isinstance(other, ReplaceNetwork) or not self._merge or other._merge != self._merge:
            return False
        self._after = other._after
        self.setObsolete(self._after == self._before)
        return True

    def redo(self) -> None:
        """Put the new document in place."""
        self._workspace._take(*self._after)

    def undo(self) -> None:
        """Put the old document in place."""
        self._workspace._take(*self._before)


class Workspace(QObject):
    """The open network with its history, and what was loaded, trained and asked with it."""

    network_changed = Signal(object)
    """The new `Report`."""
    opened = Signal()
    """Another document was opened: its name, file and saved state are new."""
    torch_changed = Signal()
    """PyTorch is there, or could not be loaded."""
    run_changed = Signal(object)
    """A run's folder has new weights (a `Path`)."""
    wanted = Signal(str)
    """A panel is asked for, by its name."""
    name_wanted = Signal(str)
    """A word is to be read in Predict."""
    unroll_wanted = Signal(str, object)
    """A word is to be unrolled, read by the model in a folder (a `Path`, or `None`: by the cell that is shown)."""
    said = Signal(str)
    """A sentence for the status bar."""

    def __init__(self, store: Path, parent: QObject | None = None) -> None:
        """`store` is the folder for what is kept between two starts."""
        super().__init__(parent)
        self.store = store
        self.data_folder = data_folder()
        self.runs_folder = runs_folder()
        self.undo = QUndoStack(self)
        self.undo.setUndoLimit(1000)
        self.report: Report = analyse(zoo("lenet5"))
        self.file: Path | None = None
        self.data: DataSet | None = None
        self.run: Path | None = None
        self.torch = ""
        """How PyTorch runs, in words; empty until it is loaded."""
        self.torch_error = ""
        self._keep = QTimer(self)
        self._keep.setSingleShot(True)
        self._keep.setInterval(SAVE_AFTER)
        self._keep.timeout.connect(self.keep)

    @property
    def network(self) -> Network:
        """The open network."""
        return self.report.network

    def edit(self, after: Network, text: str, merge: str = "") -> None:
        """Change the network, undoably. `text` names the edit; typing with one `merge` key is one edit."""
        self._push(after, self.file, text, merge)

    def _push(self, after: Network, file: Path | None, text: str, merge: str = "") -> None:
        if (after, file) != (self.network, self.file):
            self.undo.push(ReplaceNetwork(self, after, file, text, merge))

    def _take(self, network: Network, file: Path | None) -> None:
        other = file != self.file
        self.file = file
        self.report = analyse(network, self.report)
        self._keep.start()
        self.network_changed.emit(self.report)
        if other:
            self.opened.emit()

    def open_network(self, network: Network, file: Path | None = None) -> None:
        """Begin with another document. The one before stays reachable with undo."""
        self._push(network, file, f"Open {network.name}")
        if file is not None:
            self.undo.setClean()
        self.opened.emit()

    def open_file(self, path: Path) -> None:
        """Open a network file. Raises `DocumentError`; the open network then stays."""
        self.open_network(read_network(path), path)

    def save(self, path: Path) -> None:
        """Write the network file. Raises `DocumentError`; nothing is lost then."""
        save_network(self.network, path)
        self.file = path
        self.undo.setClean()
        self.opened.emit()

    # What is kept without asking.

    @property
    def _kept(self) -> Path:
        return self.store / "open.json"

    def keep(self) -> None:
        """Keep the open network for the next start."""
        self._keep.stop()
        try:
            self.store.mkdir(parents=True, exist_ok=True)
            save_network(self.network, self._kept)
        except (OSError, DocumentError) as error:
            why = reason(error) if isinstance(error, OSError) else str(error)
            self.said.emit(f"The network could not be kept for the next start: {why}")

    def restore(self) -> None:
        """Go on with the network of the last time, if there was one; an unreadable file is put aside, not lost."""
        if self._kept.is_file():
            try:
                self._take(read_network(self._kept), None)
                self.opened.emit()
            except DocumentError as error:
                aside = self._kept.with_name("open-unreadable.json")
                with suppress(OSError):
                    self._kept.replace(aside)
                self.said.emit(f"The network of the last time could not be read: {error} It is kept in {aside}.")

    def set_torch(self, words: str, error: str = "") -> None:
        """PyTorch has been loaded, or not."""
        self.torch, self.torch_error = words, error
        self.torch_changed.emit()
