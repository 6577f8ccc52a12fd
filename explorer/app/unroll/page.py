"""What the pages around the recurrent cell have in common."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from explorer.app.page import PanelPage
from explorer.app.unroll.document import Document
from explorer.app.workspace import Workspace


class Page(PanelPage):
    """One page of the Unroll panel, made as `SomePage(document, workspace, parent)`."""

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(document.changed, parent)
        self.document, self.workspace = document, workspace

    def step(self, by: int) -> None:
        """One step on (1) or back (−1): a presenter's clicker."""
