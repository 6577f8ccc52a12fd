"""Writes the open network to files: code, ONNX, JSON, pictures. Each says in the status line what it did."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from explorer.app.build.picture import Kind, save_picture
from explorer.app.theme import look
from explorer.app.worker import Worker
from explorer.app.workspace import Workspace
from explorer.arch.document import save_network
from explorer.arch.errors import ExplorerError, UsageError
from explorer.arch.export import keras_code, pytorch_code
from explorer.arch.network import Network
from explorer.arch.storage import reason, write_atomic

KINDS = {
    "pytorch": ("PyTorch code…", "py", "Python"),
    "keras": ("Keras code…", "py", "Python"),
    "onnx": ("ONNX…", "onnx", "ONNX"),
    "json": ("Network file…", "json", "Networks"),
    "svg": ("Diagram as SVG…", "svg", "SVG"),
    "png": ("Diagram as PNG…", "png", "PNG"),
    "pdf": ("Diagram as PDF…", "pdf", "PDF"),
}
"""What can be written: the menu's words, the file's ending, and what such files are called."""

PICTURES: dict[str, Kind] = {"svg": "svg", "png": "png", "pdf": "pdf"}
"""Those of them that are pictures of the diagram."""


class Exports:
    """Asks for a file and writes the workspace's network to it."""

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        self._workspace, self._parent = workspace, parent
        self._worker = Worker(parent)
        self._worker.ended.connect(self._ended)
        self._writing = ""
        self.actions = tuple(self._action(kind, words) for kind, (words, _, _) in KINDS.items())

    def _action(self, kind: str, words: str) -> QAction:
        made = QAction(f"Export: {words}", self._parent)
        made.triggered.connect(partial(self.ask, kind))
        return made

    def menu(self, parent: QWidget) -> QMenu:
        """All kinds of export."""
        menu = QMenu(parent)
        for kind, (words, _, _) in KINDS.items():
            menu.addAction(words).triggered.connect(partial(self.ask, kind))
            if kind in ("onnx", "json"):
                menu.addSeparator()
        return menu

    def ask(self, kind: str, *_: object) -> None:
        """Ask for a file, and write it."""
        words, ending, files = KINDS[kind]
        stem = "".join(c if c.isalnum() or c in "-_" else "_" for c in self._workspace.network.name) or "network"
        file = self._workspace.file
        folder = file.parent if file else Path.home()
        title = f"Export: {words.removesuffix('…')}"
        path, _filter = QFileDialog.getSaveFileName(
            self._parent, title, str(folder / f"{stem}.{ending}"), f"{files} (*.{ending})"
        )
        if path:
            target = Path(path)
            self.write(kind, target if target.suffix else target.with_suffix(f".{ending}"))

    def write(self, kind: str, path: Path) -> None:
        """Write the open network to a file; what goes wrong is said in the status line."""
        network = self._workspace.network
        try:
            if kind == "onnx":
                self._write_onnx(network, path)
                return
            if kind in ("pytorch", "keras"):
                code = pytorch_code(network) if kind == "pytorch" else keras_code(network)
                _write(path, code.text.encode())
            elif kind == "json":
                save_network(network, path)
            elif kind in PICTURES:
                save_picture(
                    network, path, PICTURES[kind], theme="dark" if look(self._parent).theme.name == "dark" else "light"
                )
        except ExplorerError as error:
            self._workspace.said.emit(str(error))
        else:
            self._workspace.said.emit(f"Wrote {path.name}.")

    def _write_onnx(self, network: Network, path: Path) -> None:
        if self._worker.running:
            self._workspace.said.emit("The last ONNX file is still being written.")
            return
        self._writing = path.name
        self._workspace.said.emit(f"Writing {path.name}…")
        self._worker.start(partial(_onnx, network, path), "onnx")

    def _ended(self, error: BaseException | None) -> None:
        self._workspace.said.emit(f"Wrote {self._writing}." if error is None else str(error))

    def close_down(self) -> None:
        """Wait for a file that is being written."""
        self._worker.stop(wait=True)


def _onnx(network: Network, path: Path) -> Iterator[str]:
    from explorer.learn.onnx import export_onnx

    export_onnx(network, path)
    yield path.name


def _write(path: Path, data: bytes) -> None:
    try:
        write_atomic(path, data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {reason(error)}. Choose another place.") from None
