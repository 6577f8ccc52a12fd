"""The Train panel."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from explorer.app.icons import Icon
from explorer.app.panel import Panel
from explorer.app.workspace import Workspace


class TrainPanel(Panel):
    """Being written."""

    name, title, icon = "train", "Train", Icon.TRAIN

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
