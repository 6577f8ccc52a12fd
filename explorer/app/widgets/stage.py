"""Shows one page of several."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget


class Stage(QWidget):
    """Shows one page. Unlike a stack of Qt's it asks only that one how much room it needs, at every step."""

    def __init__(self) -> None:
        super().__init__()
        self._page: QWidget | None = None

    def show_page(self, page: QWidget) -> None:
        """Show a page; the one before is hidden."""
        if self._page is not None and self._page is not page:
            self._page.hide()
        self._page = page
        page.setGeometry(self.rect())
        page.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._page is not None:
            self._page.setGeometry(self.rect())
