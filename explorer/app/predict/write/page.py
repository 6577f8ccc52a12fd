"""The Write page: a network that guesses the next sign writes names or a text, and says what surprises it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QComboBox, QWidget

from explorer.app.predict.loader import Loader
from explorer.app.predict.page import Page
from explorer.app.predict.write.generate import GenerateView
from explorer.app.predict.write.showcase import states
from explorer.app.predict.write.surprise import SurpriseView
from explorer.app.theme import sized
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import label, row
from explorer.app.workspace import Workspace
from explorer.learn.letters import LANGUAGES

if TYPE_CHECKING:
    from explorer.learn.writing import Writer


class WritePage(Page):
    """Two views of one network: what it writes, and how much a typed text surprises it."""

    name, title, asks, kind = "write", "Write", "Let it write", "text"
    calm = "It guesses the next sign, again and again. Nothing you type leaves this computer."
    reads_by = "Written by"
    use_it = "Write with it"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        loader: Loader[Writer] = Loader(self._load)
        super().__init__(workspace, loader, parent)
        self.writers = loader
        self._shown: Writer | None = None
        self.tabs = Tabs({"generate": "Generate", "surprise": "Surprise"})
        self.tabs.setAccessibleName("What to look at")
        self.classes = QComboBox()
        self.classes.setAccessibleName("Class of the names")
        sized(self.classes, wide=170)
        self._class_words = label("Language", "caption")
        self._classes = row(self._class_words, self.classes, gap=12)
        self.nothing = label("", "text", wrap=True)
        self.nothing.setTextFormat(Qt.TextFormat.RichText)
        self.nothing.linkActivated.connect(workspace.wanted)
        self.nothing.setMinimumHeight(48)
        self.generate, self.surprise = GenerateView(), SurpriseView()
        self._tools = row(self.tabs, None, self._classes)
        self.body.addWidget(self._tools)
        self.body.addWidget(self.nothing)
        self.body.addWidget(self.generate, 1)
        self.body.addWidget(self.surprise, 1)
        self.body.addStretch(0)
        self.tabs.chosen.connect(self.show_view)
        self.classes.currentIndexChanged.connect(self._class_chosen)
        controls = self.generate.controls
        chain = [
            self.models, *self.tabs.entries.values(), self.classes,
            controls.first, controls.heat, controls.many, controls.most, controls.seed, controls.another,
            self.generate.names, self.generate.page, self.generate.odds, self.generate.strip,
            self.surprise.field, self.surprise.examples, self.surprise.ranking, self.surprise.bars, self.surprise.strip,
        ]  # fmt: skip
        for one, following in pairwise(chain):
            QWidget.setTabOrder(one, following)
        self._actions = (
            self.action("Write others", controls.another.click, "Ctrl+Return"),
            self.action("Generate names or text", lambda: self.show_view("generate"), "Ctrl+G"),
            self.action("Measure surprise", lambda: self.show_view("surprise"), "Ctrl+U"),
        )
        self.show_view("generate")
        self.begin()

    def _load(self, folder: Path) -> Writer:
        from explorer.learn.writing import load_writer

        return load_writer(folder, self.workspace.data_folder)

    # What the panel asks.

    def menu_actions(self) -> tuple[QAction, ...]:
        return self._actions

    def hint(self) -> str:
        return "Ctrl+Return write others · Ctrl+G generate · Ctrl+U surprise · ← → sign by sign"

    def tour(self) -> Iterator[str]:
        return states(self)

    def settle(self) -> None:
        super().settle()
        self.generate.wait()
        self.surprise.wait()

    def close_down(self) -> None:
        super().close_down()
        self.generate.stop()
        self.surprise.stop()

    def show_view(self, name: str) -> None:
        """Show `generate` or `surprise`."""
        self.tabs.show_chosen(name)
        self.show_state()

    # The model.

    def model_changed(self) -> None:
        writer = self.writers.model
        if writer is self._shown:
            return
        self._shown = writer
        before = self.classes.currentText()
        classes = writer.alphabet.classes if writer is not None else ()
        self.classes.blockSignals(True)
        self.classes.clear()
        self.classes.addItems(classes)
        self.classes.setCurrentIndex(max(0, self.classes.findText(before)))
        self.classes.blockSignals(False)
        self._class_words.setText("Language" if classes == LANGUAGES else "Class")
        for view in (self.generate, self.surprise):
            view.set_writer(writer)
        if self.classes.currentIndex() > 0:
            self._class_chosen(self.classes.currentIndex())

    def _class_chosen(self, index: int) -> None:
        if index >= 0:
            self.generate.set_label(index)
            self.surprise.set_label(index)

    def show_state(self) -> None:
        why = self.state if self.writers.model is None else ""
        self.nothing.setText(why)
        self.nothing.setVisible(bool(why))
        self._tools.setVisible(not why)
        self._classes.setVisible(self.classes.count() > 0)
        self.generate.setVisible(not why and self.tabs.name == "generate")
        self.surprise.setVisible(not why and self.tabs.name == "surprise")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_state()
