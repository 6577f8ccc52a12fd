"""A panel of several pages, with a column of settings beside some of them.

┌───────────────────────────────────────┬──────────┐
│ One page  Another  A third            │ settings │
├───────────────────────────────────────┤          │
│ the page                              │          │
└───────────────────────────────────────┴──────────┘
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from explorer.app.page import PanelPage
from explorer.app.panel import Panel
from explorer.app.theme import look, rescale, sized
from explorer.app.widgets.stage import Stage
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import button, row, scrolled
from explorer.app.workspace import Workspace

SIDE, NARROW = 324, 1040
"""Width in pixels at scale 1 of the column of settings; in a panel narrower than the second it is hidden at first."""

AnyPage = TypeVar("AnyPage", bound=PanelPage)


class PagedPanel(Panel, Generic[AnyPage]):
    """Lays itself out with `_set_up`; each page is made by `_make` when it is first looked at."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.pages: dict[str, AnyPage] = {}
        """The pages that were looked at so far."""
        self._narrow, self._with_side = False, True
        self._tools: tuple[QPushButton, ...] = ()
        self._actions: tuple[QAction, ...] = ()

    def _make(self, name: str) -> AnyPage:
        raise NotImplementedError

    # Parts.

    def _set_up(self, words: Mapping[str, str], settings: QWidget, beside: Collection[str]) -> None:
        """`words` names each page in the row of pages; `settings` stand beside some of them."""
        self._words, self._beside = words, beside
        self.tabs, self._stage = Tabs(dict(words)), Stage()
        self.tabs.chosen.connect(self.show_page)
        left = QWidget()
        box = QVBoxLayout(left)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self.more = button("Settings", role="tab", tip="Show or hide the column of settings (Ctrl+,)")
        self.more.setCheckable(True)
        self.more.clicked.connect(self._turn_side)
        box.addWidget(row(self.tabs, None, self.more, margins=(24, 12, 24, 0)))
        box.addWidget(self._stage, 1)
        self.side = QWidget()
        self.side.setProperty("role", "side")
        self.side.setProperty("edge", "left")
        self.side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QVBoxLayout(self.side)
        inner.setContentsMargins(1, 0, 0, 0)
        area = scrolled(settings)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner.addWidget(area)
        sized(self.side, wide=SIDE)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(left, 1)
        whole.addWidget(self.side)

    def _usual_tools(self, menu: Callable[[QWidget], QMenu]) -> tuple[QPushButton, QPushButton, QPushButton]:
        """Copy and export, with what `menu` makes; Undo and Redo."""
        undo = self.undo_stack()
        back, again = button("Undo", undo.undo, "quiet", "Ctrl+Z"), button("Redo", undo.redo, "quiet", "Ctrl+Y")
        undo.canUndoChanged.connect(back.setEnabled)
        undo.canRedoChanged.connect(again.setEnabled)
        back.setEnabled(False)
        again.setEnabled(False)
        share = button("Copy and export", role="quiet", tip="Code that computes this, pictures and animations of it")
        share.setMenu(menu(share))
        return share, back, again

    def _usual_actions(self) -> tuple[QAction, ...]:
        """The settings and each page."""
        side = self._action("Show or hide the settings", self._turn_side, "Ctrl+,")
        pages = (
            self._action(f"Show {words}", lambda name=name: self.show_page(name), f"Alt+{index + 1}")  # type: ignore[misc]
            for index, (name, words) in enumerate(self._words.items())
        )
        return (side, *pages)

    def _action(self, text: str, does: Callable[[], object], key: str) -> QAction:
        made = QAction(text, self)
        made.setShortcut(QKeySequence(key))
        made.triggered.connect(lambda *_: does())
        return made

    # What the window asks.

    def tools(self) -> tuple[QPushButton, ...]:
        return self._tools

    def menu_actions(self) -> tuple[QAction, ...]:
        return self._actions

    def hint(self) -> str:
        return self.page.hint()

    def close_down(self) -> None:
        for page in self.pages.values():
            page.stop()

    # Pages.

    @property
    def page(self) -> AnyPage:
        """The page that is shown."""
        return self.pages[self.tabs.name]

    def show_page(self, name: str) -> None:
        """Show a page; it is made when it is first looked at."""
        self.tabs.show_chosen(name)
        if name not in self.pages:
            self.pages[name] = made = self._make(name)
            made.setParent(self._stage)
            rescale(made, look(self).scale)
        self._stage.show_page(self.page)
        self.setFocusProxy(self.page)
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)
        self._arrange()
        self.heading_changed.emit()

    # Room.

    def _turn_side(self) -> None:
        self._with_side = not self._with_side
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange) and hasattr(self, "side"):
            self._arrange()

    def _arrange(self) -> None:
        narrow = self.width() < look(self).px(NARROW)
        if narrow != self._narrow:
            self._narrow, self._with_side = narrow, not narrow
        settings = self.tabs.name in self._beside
        self.more.setVisible(settings)
        self.more.setChecked(self._with_side)
        self.side.setVisible(settings and self._with_side)
