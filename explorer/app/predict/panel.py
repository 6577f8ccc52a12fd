"""The Predict panel: pages on which trained networks are asked, about a drawing, a name or the next letter."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QStackedLayout, QWidget

from explorer.app.icons import Icon
from explorer.app.panel import Panel
from explorer.app.predict.digits import DigitsPage
from explorer.app.predict.page import Page
from explorer.app.theme import look, rescale
from explorer.app.widgets.tabs import Tabs
from explorer.app.workspace import Workspace


def _digits(workspace: Workspace) -> Page:
    return DigitsPage(workspace)


def _names(workspace: Workspace) -> Page:
    from explorer.app.predict.names.page import NamesPage

    return NamesPage(workspace)


def _write(workspace: Workspace) -> Page:
    from explorer.app.predict.write.page import WritePage

    return WritePage(workspace)


PAGES: dict[str, tuple[str, Callable[[Workspace], Page]]] = {
    "digits": ("Digits", _digits),
    "names": ("Names", _names),
    "write": ("Write", _write),
}
"""Each page's words in the switch, and what makes it."""


class PredictPanel(Panel):
    """Pages with a switch between them, which stands in the head of the page that is shown."""

    name, title, icon = "predict", "Predict", Icon.PREDICT

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.pages: dict[str, Page] = {}
        self.tabs = Tabs({name: words for name, (words, _) in PAGES.items()}, role="segment")
        self.tabs.setAccessibleName("What is asked")
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._switches = tuple(
            self._switch(f"Ask about {words}" if name != "write" else "Let it write", name, f"Alt+{index + 1}")
            for index, (name, (words, _)) in enumerate(PAGES.items())
        )
        self.tabs.chosen.connect(self.show_page)
        workspace.name_wanted.connect(self.open_name)
        self._unrolls = False
        self.show_page("digits")

    def _switch(self, text: str, name: str, key: str) -> QAction:
        made = QAction(text, self)
        made.setShortcut(QKeySequence(key))
        made.triggered.connect(lambda *_: self.show_page(name))
        return made

    # What the window asks.

    def heading(self) -> tuple[str, str]:
        return self.page.heading()

    def menu_actions(self) -> tuple[QAction, ...]:
        return (*(action for page in self.pages.values() for action in page.menu_actions()), *self._switches)

    def hint(self) -> str:
        return self.page.hint()

    def tour(self) -> Iterator[str]:
        for name in PAGES:
            self.show_page(name)
            yield from self.page.tour()
        self.show_page("digits")

    def close_down(self) -> None:
        for page in self.pages.values():
            page.close_down()

    def meet(self, others: frozenset[str]) -> None:
        self.offer_unroll("unroll" in others)

    def offer_unroll(self, there: bool) -> None:
        """Whether the window has a panel in which a word can be unrolled."""
        self._unrolls = there
        for page in self.pages.values():
            page.offer_unroll(there)

    def open_name(self, name: str) -> None:
        """Show this name on the page of names."""
        self.show_page("names")
        self.page.open_name(name)

    # Pages.

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self.pages[self.tabs.name]

    def show_page(self, name: str) -> None:
        """Show a page; it is made when it is first looked at."""
        chosen_here = any(made.hasFocus() for made in self.tabs.entries.values())
        self.tabs.show_chosen(name)
        if name not in self.pages:
            self._make(name)
        for page in self.pages.values():
            for action in page.menu_actions():
                action.setEnabled(page is self.page)
        self.page.corner.addWidget(self.tabs)
        self._stack.setCurrentWidget(self.page)
        self.setFocusProxy(self.page)
        if chosen_here:  # whoever goes through the switch with the keyboard stays in it
            self.tabs.entries[name].setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.isVisible():
            self.page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.heading_changed.emit()

    def _make(self, name: str) -> None:
        made = PAGES[name][1](self.workspace)
        self.pages[name] = made
        made.offer_unroll(self._unrolls)
        self._stack.addWidget(made)
        rescale(made, look(self).scale)
        made.heading_changed.connect(lambda: self.heading_changed.emit() if made is self.page else None)
        if self.isVisible():  # else the window takes them when it shows the panel
            for action in made.menu_actions():
                self.window().addAction(action)
