"""The Unroll panel: one recurrent cell, copied over time.

┌──────────────────────────────────────────────┬──────────┐
│ Step  Over time  Wirings  Backwards  Vanishing│ settings │
├──────────────────────────────────────────────┤          │
│ the page                                      │          │
└──────────────────────────────────────────────┴──────────┘
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from explorer.app.icons import Icon
from explorer.app.paged import PagedPanel
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

START, MODEL = Study(text="Pelaez", alphabet=LETTERS), "names-lstm"
"""What is unrolled at first, and the shipped model that reads it."""


def first() -> Study:
    """What is unrolled at first: a shipped model, or random weights where its files are no good."""
    try:
        return START.with_model(read_trained(find_model(MODEL)))
    except ExplorerError:  # to choose the model in the settings says what is wrong with it
        return START


class UnrollPanel(PagedPanel[Page]):
    """RNN, LSTM and GRU over time: every gate a number, every number with its operands."""

    name, title, icon = "unroll", "Unroll", Icon.UNROLL

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.document = Document(first(), self)
        self.settings = Settings(self.document, workspace)
        self.share = Share(self.document, self)
        self._set_up({name: words for name, (words, _) in PAGES.items()}, self.settings, SET)
        self._tools = self._usual_tools(self.share.menu)
        self._actions = (
            self._action("One step on", lambda: self.page.step(1), "PgDown"),
            self._action("One step back", lambda: self.page.step(-1), "PgUp"),
            self._action("Motion on or off", lambda: self.document.set_motion(not self.document.motion), "Ctrl+M"),
            *self._usual_actions(),
            *self.share.actions,
        )
        self.document.changed.connect(lambda _: self.heading_changed.emit())
        workspace.unroll_wanted.connect(self.unroll)
        self.show_page("step")

    def _make(self, name: str) -> Page:
        return PAGES[name][1](self.document, self.workspace)

    # What the window asks.

    def heading(self) -> tuple[str, str]:
        if self.tabs.name in OWN:
            return OWN[self.tabs.name]
        study = self.document.study
        if study.trained is not None:
            return study.trained.name, "trained"
        return called(study.kind), "random weights" if study.weights == "random" else "small whole numbers"

    def undo_stack(self) -> QUndoStack:
        return self.document.undo

    def tour(self) -> Iterator[str]:
        return showcase(self)

    def close_down(self) -> None:
        super().close_down()
        self.settings.close_down()
        self.share.close_down()

    def unroll(self, word: str, folder: Path | None) -> None:
        """Unroll a word that another panel names, read by the model in `folder`."""
        self.settings.choose_word(word, folder)
        self.show_page("step")
        self.workspace.wanted.emit(self.name)
