"""The three columns, and how they share the window.

┌──────────┬────────────────────────┬───────────┐
│ settings │ stage: state, plots    │ results:  │
│          │                        │ confusion │
└──────────┴────────────────────────┴───────────┘
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedWidget, QWidget

from explorer.app.theme import look
from explorer.app.train.compare import Compare
from explorer.app.train.results import Results
from explorer.app.train.settings import WIDE, Settings
from explorer.app.train.stage import Stage
from explorer.app.widgets.text import WIDEST, scrolled

NARROW = 900
"""Below this width in pixels at scale 1 the results go under the plots."""

TIGHT = 640
"""Below this width in pixels at scale 1 the settings, too, go under the plots."""

STAGE, SETTINGS = 360, 480
"""In pixels at scale 1: least width of the plots; height of the settings where they stand under the plots."""

LEAST, MOST = 304, 520
"""How wide the results are beside the plots; in a very wide window they take up to 22 % of it."""

MANY, WIDER = 12, 760
"""Beyond so many classes the matrix is what needs room: the results are then up to so wide."""


class Page(QWidget):
    """Settings at the left; stage and results scroll together where the window is too low for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings, self.stage = Settings(), Stage()
        self.results = Results(self.settings.source.classes)
        inner = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, inner)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(0)
        self._columns.addWidget(self.stage, 1)
        self._columns.addWidget(self.results)
        area = scrolled(inner, across=True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.compare = Compare()
        self.pages = QStackedWidget()
        self.pages.addWidget(area)
        self.pages.addWidget(self.compare)
        self._area, self._many = area, False
        self._whole = QHBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(0)
        self._whole.addWidget(self.settings)
        self._whole.addWidget(self.pages, 1)

    def show_comparison(self, shown: bool) -> None:
        """Turn to the page on which two models are compared, or back."""
        self.pages.setCurrentWidget(self.compare if shown else self._area)
        if shown:
            self.compare.back.setFocus()

    @property
    def compares(self) -> bool:
        """Whether two models are being compared."""
        return self.pages.currentWidget() is self.compare

    def make_room(self, classes: int) -> None:
        """Many classes get more room for their matrix."""
        many = classes > MANY
        if many != self._many:
            self._many = many
            self._arrange()

    def _arrange(self) -> None:
        px = look(self).px
        under = self.width() < px(NARROW)
        direction = QBoxLayout.Direction.TopToBottom if under else QBoxLayout.Direction.LeftToRight
        if self._columns.direction() != direction:
            self._columns.setDirection(direction)
        tight = self.width() < px(TIGHT)
        if tight and self._columns.indexOf(self.settings) < 0:
            self._columns.addWidget(self.settings)
        elif not tight and self._whole.indexOf(self.settings) < 0:
            self._whole.insertWidget(0, self.settings)
        self.settings.setMinimumHeight(px(SETTINGS) if tight else 0)
        self.stage.setMinimumWidth(px(STAGE))
        if under:
            self.results.setMaximumWidth(WIDEST)
            self.results.setMinimumWidth(0)
        else:
            room = self.width() - px(WIDE)
            most = px(WIDER) if self._many else max(px(MOST), 0.22 * self.width())
            share = 0.44 if self._many else 0.365
            self.results.setFixedWidth(round(min(max(room * share, px(LEAST)), most)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_columns"):
            self._arrange()
