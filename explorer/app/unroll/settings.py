"""The column of settings: what is read, the cell, its weights, and what if."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from explorer.app.unroll.document import Document
from explorer.app.workspace import Workspace


class Settings(QWidget):
    """What is read, which cell reads it, and what would be if."""

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document, self.workspace = document, workspace

    def choose_word(self, word: str, folder: Path | None) -> None:
        """Read `word`, with the model in `folder` if there is one."""

    def close_down(self) -> None:
        """The window closes."""
