"""Copying and saving: code, pictures and animations of the Unroll panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from explorer.app.unroll.document import Document

if TYPE_CHECKING:
    from explorer.app.unroll.panel import UnrollPanel


class Share(QObject):
    """The menu “Copy and export”."""

    def __init__(self, document: Document, panel: UnrollPanel) -> None:
        super().__init__(panel)
        self.document, self.panel = document, panel
        self.actions: tuple[QAction, ...] = ()

    def menu(self, parent: QWidget) -> QMenu:
        """The actions, as a menu."""
        menu = QMenu(parent)
        menu.addActions(self.actions)
        return menu

    def close_down(self) -> None:
        """Stop what runs."""
