"""The three columns, and how they share the window.

┌──────────┬────────────────────────┬───────────┐
│ settings │ stage: state, plots    │ results:  │
│          │                        │ confusion │
└──────────┴────────────────────────┴───────────┘
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QWidget

from explorer.app.theme import look
from explorer.app.train.results import Results
from explorer.app.train.settings import WIDE, Settings
from explorer.app.train.stage import Stage

NARROW = 900
"""Below this width in pixels at scale 1 the results go under the plots."""

LEAST, MOST = 304, 520
"""How wide the results are beside the plots."""


class Page(QWidget):
    """Settings at the left; stage and results scroll together where the window is too low for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings, self.stage = Settings(), Stage()
        self.results = Results(self.settings.source.classes)
        inner = QWidget()
        inner.setProperty("role", "plain")
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, inner)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(0)
        self._columns.addWidget(self.stage, 1)
        self._columns.addWidget(self.results)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        area.viewport().setAutoFillBackground(False)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.settings)
        box.addWidget(area, 1)

    def _arrange(self) -> None:
        px = look(self).px
        under = self.width() < px(NARROW)
        direction = QBoxLayout.Direction.TopToBottom if under else QBoxLayout.Direction.LeftToRight
        if self._columns.direction() != direction:
            self._columns.setDirection(direction)
        if under:
            self.results.setMaximumWidth(16_777_215)
            self.results.setMinimumWidth(0)
        else:
            room = self.width() - px(WIDE)
            self.results.setFixedWidth(round(min(max(room * 0.365, px(LEAST)), px(MOST))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_columns"):
            self._arrange()
