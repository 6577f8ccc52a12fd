"""Trained models that read words, to be unrolled: which there are, and loading one beside the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.app.predict.loader import Loader
from explorer.app.predict.modellist import ModelList
from explorer.app.predict.models import Choice, choices
from explorer.app.widgets.text import label, style_again
from explorer.app.workspace import Workspace
from explorer.arch.document import read_network
from explorer.arch.errors import ExplorerError
from explorer.arch.layers import GRU, LSTM, RNN, ConcatRNN
from explorer.arch.text import number
from explorer.explain.recurrent.study import Trained
from explorer.explain.recurrent.words import called
from explorer.learn.card import NETWORK
from explorer.learn.cells import read_trained

NONE = "Choose a model"

WIDE = 276
"""Width of the list in pixels at scale 1."""


def unrollable(choice: Choice) -> bool:
    """Whether a model's network has a recurrent layer."""
    try:
        network = read_network(choice.folder / NETWORK)
    except ExplorerError:
        return False
    return any(isinstance(node, RNN | LSTM | GRU | ConcatRNN) for node in network.layers)


def short(choice: Choice) -> Choice:
    """The same under its own name, as the panel's heading has it; the tooltip says the rest."""
    share = choice.card.accuracy if choice.card.accuracy is not None else choice.card.validation_accuracy
    right = "" if share is None else f", {number(100 * share, 1)} % right"
    return replace(choice, title=f"{choice.card.name}{right}")


class TrainedModels(QWidget):
    """The list of models, and what is to be said about the one that was chosen."""

    loaded = Signal(object)
    """A `Trained` that was asked for."""

    _asked = False
    """Whether a model that is wanted is on its way."""

    _shown: Trained | None = None
    """The model that is unrolled."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.list = ModelList("Trained model", none=NONE, wide=WIDE)
        self.note = label("", "note", wrap=True)
        self.loader: Loader[Trained] = Loader(read_trained, self)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self.list)
        box.addWidget(self.note)
        self.list.picked.connect(self.load)
        self.loader.changed.connect(self._changed)
        workspace.run_changed.connect(lambda _: self.show_models())

    def show_models(self, chosen: Path | None = None) -> None:
        """Show the models that there are now, with one marked: `chosen`, or the one that is unrolled."""
        if chosen is None and self._shown is not None:
            chosen = Path(self._shown.folder)
        others = () if self._workspace.run is None else (self._workspace.run,)
        found = [short(one) for one in choices(self._workspace.runs_folder, others, "words") if unrollable(one)]
        self.list.show_choices(found, chosen)
        self._name_other()
        if not found:
            self._say("No trained model reads words yet. Train one on names first.")
        elif not self._asked and not self.loader.problem:
            self._say("" if self._shown is None else _about(self._shown))

    def load(self, folder: Path) -> None:
        """Load a model."""
        self._asked = True
        self.loader.load(folder)

    def forget(self) -> None:
        """What is on its way is no longer wanted."""
        self._asked = False

    def _changed(self) -> None:
        if self.loader.loading:
            self._say("Loading the model…")
            return
        wanted, self._asked = self._asked, False
        if self.loader.problem:
            self._say(self.loader.problem, True)
        elif wanted and self.loader.model is not None:
            self._say(_about(self.loader.model))
            self.loaded.emit(self.loader.model)

    def show_trained(self, trained: Trained | None) -> None:
        """Mark the model that is unrolled."""
        self._shown = trained
        folder = None if trained is None else trained.folder
        index = next((k for k in range(self.list.count()) if folder and self.list.itemData(k) == folder), 0)
        self.list.setCurrentIndex(index)
        self._name_other()
        if not self._asked and not self.loader.problem:
            self._say("" if trained is None else _about(trained))

    def _name_other(self) -> None:
        """A model that is unrolled, but is none of the list, has the list's first entry."""
        other = self._shown is not None and self.list.currentIndex() == 0
        self.list.setItemText(0, self._shown.name if other and self._shown is not None else NONE)

    def _say(self, words: str, warning: bool = False) -> None:
        self.note.setText(words)
        self.note.setVisible(bool(words))
        role = "warning" if warning else "note"
        if self.note.property("role") != role:
            self.note.setProperty("role", role)
            style_again(self.note)

    def close_down(self) -> None:
        """Stop loading, and wait for it."""
        self.forget()
        self.loader.stop()


def _about(trained: Trained) -> str:
    whole = trained.layered
    layers, ways = len(whole.cells), whole.ways
    text = f"{called(whole.kind)}, {whole.cells[0][0].hidden} units"
    text += f", {layers} layers" if layers > 1 else ""
    text += f", {number(len(trained.signs))} words" if trained.level == "words" else ""
    return text + (", both directions." if ways > 1 else ".")
