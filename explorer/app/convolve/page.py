"""What the pages around the convolution have in common: a bar to step with."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from explorer.app.convolve.document import Document
from explorer.app.page import PanelPage
from explorer.app.widgets.stepbar import StepBar


class Page(PanelPage):
    """One page of the Convolve panel, made as `SomePage(document, parent)`."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document.changed, parent)
        self.document = document
        self.bar = StepBar(self)
        self.bar.motion = document.motion
        self.bar.listen_to(self)
        document.motion_changed.connect(self._move_or_not)

    def hint(self) -> str:
        return "Space step · ← back · P play · Home reset"

    def stop(self) -> None:
        self.bar.pause()

    def _move_or_not(self, on: bool) -> None:
        self.bar.motion = on
