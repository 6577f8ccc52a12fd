"""Trained models that read words, to be unrolled: which there are, and loading one beside the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.app.predict.loader import Loader
from explorer.app.predict.modellist import ModelList
from explorer.app.predict.models import Choice, choices
from explorer.app.widgets.text import label, style_again
from explorer.app.workspace import Workspace
from explorer.arch.document import read_network
from explorer.arch.errors import ExplorerError, RunError
from explorer.arch.layers import GRU, LSTM, RNN, ConcatRNN
from explorer.explain.recurrent.study import Trained
from explorer.learn.card import NETWORK

WIDE = 272
"""Width of the list in pixels at scale 1."""


def read_trained(folder: Path) -> Trained:
    """The cells of the model in a folder. Imports torch. Raises `ExplorerError` in one sentence."""
    from explorer.learn.inner import inner
    from explorer.learn.model import load_model

    model = load_model(folder)
    found = inner(model)
    if found is None:
        raise RunError(f"{model.card.name} has no recurrent layer that can be unrolled. Choose another model.")
    return Trained(model.card.name, str(folder), found, model.card.classes, model.card.signs)


def unrollable(choice: Choice) -> bool:
    """Whether a model's network has a recurrent layer."""
    try:
        network = read_network(choice.folder / NETWORK)
    except ExplorerError:
        return False
    return any(isinstance(node, RNN | LSTM | GRU | ConcatRNN) for node in network.layers)


class TrainedModels(QWidget):
    """The list of models, and what is to be said about the one that was chosen."""

    loaded = Signal(object)
    """A `Trained` that was asked for."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._waiting: Path | None = None
        self._asked = False
        self.list = ModelList("Trained model", none="Choose a model", wide=WIDE)
        self.note = label("", "note", wrap=True)
        self.loader: Loader[Trained] = Loader(read_trained, self)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self.list)
        box.addWidget(self.note)
        self.list.picked.connect(self.load)
        self.loader.changed.connect(self._changed)
        workspace.torch_changed.connect(self._torch)
        workspace.run_changed.connect(lambda _: self.show_models())

    def show_models(self, chosen: Path | None = None) -> None:
        """Show the models that there are now, with one marked."""
        others = () if self._workspace.run is None else (self._workspace.run,)
        found = [one for one in choices(self._workspace.runs_folder, others, "words") if unrollable(one)]
        self.list.show_choices(found, chosen)
        if not self._busy:
            nothing = "No trained model reads words yet. Train one on names first."
            self._say("" if found else nothing)

    @property
    def _busy(self) -> bool:
        return self._asked or self._waiting is not None

    def load(self, folder: Path) -> None:
        """Load a model; as long as PyTorch is not there, when it is."""
        self._waiting = folder
        self._torch()

    def forget(self) -> None:
        """What is on its way is no longer wanted."""
        self._waiting, self._asked = None, False

    def _torch(self) -> None:
        folder = self._waiting
        if folder is None:
            return
        if self._workspace.torch_error:
            self._waiting = None
            self._say(self._workspace.torch_error, True)
        elif self._workspace.torch:
            self._waiting, self._asked = None, True
            self.loader.load(folder)
        else:
            self._say("Loading PyTorch…")

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
        folder = None if trained is None else trained.folder
        index = next((k for k in range(self.list.count()) if folder and self.list.itemData(k) == folder), 0)
        self.list.setCurrentIndex(index)
        if not self._busy and not self.loader.problem:
            self._say("" if trained is None else _about(trained))

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
    text = f"{whole.kind}, {whole.cells[0][0].hidden} units"
    text += f", {layers} layers" if layers > 1 else ""
    return text + (", both directions." if ways > 1 else ".")
