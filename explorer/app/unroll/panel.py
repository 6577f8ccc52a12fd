"""The Unroll panel: one recurrent cell, copied over time.

┌──────────────────────────────────────────────┬──────────┐
│ Step  Over time  Wirings  Backwards  Vanishing│ settings │
├──────────────────────────────────────────────┤          │
│ the page                                      │          │
└──────────────────────────────────────────────┴──────────┘
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from explorer.app.icons import Icon
from explorer.app.panel import Panel
from explorer.app.theme import look, rescale, sized
from explorer.app.unroll.backwards import BackwardsPage
from explorer.app.unroll.document import Document
from explorer.app.unroll.page import Page
from explorer.app.unroll.settings import Settings
from explorer.app.unroll.share import Share
from explorer.app.unroll.showcase import showcase
from explorer.app.unroll.stepping import StepPage
from explorer.app.unroll.timeline import TimePage
from explorer.app.unroll.vanishing import VanishingPage
from explorer.app.unroll.wirings import WiringsPage
from explorer.app.widgets.stage import Stage
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import button, row, scrolled
from explorer.app.workspace import Workspace
from explorer.arch.errors import ExplorerError
from explorer.explain.recurrent.study import Study
from explorer.explain.recurrent.words import called
from explorer.learn.card import find_model
from explorer.learn.cells import read_trained
from explorer.learn.letters import LETTERS

PAGES: dict[str, tuple[str, type[Page]]] = {
    "step": ("Step", StepPage),
    "time": ("Over time", TimePage),
    "wirings": ("Wirings", WiringsPage),
    "backwards": ("Backwards", BackwardsPage),
    "vanishing": ("Vanishing", VanishingPage),
}
"""Each page's words in the row of pages, and what makes it."""

SET = ("step", "time", "backwards")
"""Pages that the column of settings belongs to."""

OWN = {"wirings": ("Wirings", "small trained examples"), "vanishing": ("RNN, LSTM and GRU", "random weights")}
"""What is looked at on the other pages: they have networks of their own."""

SIDE, NARROW = 324, 1040
"""Width in pixels at scale 1 of the column of settings; in a panel narrower than the second it is hidden at first."""

START, MODEL = Study(text="Pelaez", alphabet=LETTERS), "names-lstm"
"""What is unrolled at first, and the shipped model that reads it."""


def first() -> Study:
    """What is unrolled at first: a shipped model, or random weights where its files are no good."""
    try:
        return START.with_model(read_trained(find_model(MODEL)))
    except ExplorerError:  # to choose the model in the settings says what is wrong with it
        return START


class UnrollPanel(Panel):
    """RNN, LSTM and GRU over time: every gate a number, every number with its operands."""

    name, title, icon = "unroll", "Unroll", Icon.UNROLL

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.document = Document(first(), self)
        self.tabs = Tabs({name: words for name, (words, _) in PAGES.items()})
        self._stage = Stage()
        self.pages: dict[str, Page] = {}
        self.settings = Settings(self.document, workspace)
        self.share = Share(self.document, self)
        self._narrow, self._with_side = False, True
        self._lay_out()
        self._tools = self._make_tools()
        self._actions = self._make_actions()
        self.tabs.chosen.connect(self.show_page)
        self.document.changed.connect(lambda _: self.heading_changed.emit())
        workspace.unroll_wanted.connect(self.unroll)
        self.show_page("step")

    # Parts.

    def _lay_out(self) -> None:
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
        area = scrolled(self.settings)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner.addWidget(area)
        sized(self.side, wide=SIDE)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(left, 1)
        whole.addWidget(self.side)

    def _make_tools(self) -> tuple[QPushButton, ...]:
        undo = self.document.undo
        back, again = button("Undo", undo.undo, "quiet", "Ctrl+Z"), button("Redo", undo.redo, "quiet", "Ctrl+Y")
        undo.canUndoChanged.connect(back.setEnabled)
        undo.canRedoChanged.connect(again.setEnabled)
        back.setEnabled(False)
        again.setEnabled(False)
        share = button("Copy and export", role="quiet", tip="Code that computes this, pictures and animations of it")
        share.setMenu(self.share.menu(share))
        return share, back, again

    def _make_actions(self) -> tuple[QAction, ...]:
        made = [
            self._action("One step on", lambda: self.page.step(1), "PgDown"),
            self._action("One step back", lambda: self.page.step(-1), "PgUp"),
            self._action("Motion on or off", lambda: self.document.set_motion(not self.document.motion), "Ctrl+M"),
            self._action("Show or hide the settings", self._turn_side, "Ctrl+,"),
            *(
                self._action(f"Show {words}", lambda name=name: self.show_page(name), f"Alt+{index + 1}")  # type: ignore[misc]
                for index, (name, (words, _)) in enumerate(PAGES.items())
            ),
        ]
        return (*made, *self.share.actions)

    def _action(self, text: str, does: Callable[[], object], key: str) -> QAction:
        made = QAction(text, self)
        made.setShortcut(QKeySequence(key))
        made.triggered.connect(lambda *_: does())
        return made

    # What the window asks.

    def heading(self) -> tuple[str, str]:
        if self.tabs.name in OWN:
            return OWN[self.tabs.name]
        study = self.document.study
        if study.trained is not None:
            return study.trained.name, "trained"
        return called(study.kind), "random weights" if study.weights == "random" else "small whole numbers"

    def tools(self) -> tuple[QPushButton, ...]:
        return self._tools

    def menu_actions(self) -> tuple[QAction, ...]:
        return self._actions

    def undo_stack(self) -> QUndoStack:
        return self.document.undo

    def hint(self) -> str:
        return self.page.hint()

    def tour(self) -> Iterator[str]:
        return showcase(self)

    def close_down(self) -> None:
        for page in self.pages.values():
            page.stop()
        self.settings.close_down()
        self.share.close_down()

    # Pages.

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self.pages[self.tabs.name]

    def show_page(self, name: str) -> None:
        """Show a page; it is made when it is first looked at."""
        self.tabs.show_chosen(name)
        if name not in self.pages:
            self.pages[name] = made = PAGES[name][1](self.document, self.workspace)
            made.setParent(self._stage)
            rescale(made, look(self).scale)
        self._stage.show_page(self.page)
        self.setFocusProxy(self.page)
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)
        self._arrange()
        self.heading_changed.emit()

    def unroll(self, word: str, folder: Path | None) -> None:
        """Unroll a word that another panel names, read by the model in `folder`."""
        self.settings.choose_word(word, folder)
        self.show_page("step")
        self.workspace.wanted.emit(self.name)

    # Room.

    def _turn_side(self) -> None:
        self._with_side = not self._with_side
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange) and hasattr(self, "_tools"):
            self._arrange()

    def _arrange(self) -> None:
        narrow = self.width() < look(self).px(NARROW)
        if narrow != self._narrow:
            self._narrow, self._with_side = narrow, not narrow
        has_settings = self.tabs.name in SET
        self.more.setVisible(has_settings)
        self.more.setChecked(self._with_side)
        self.side.setVisible(has_settings and self._with_side)
