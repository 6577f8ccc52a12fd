"""The column of settings: what is read, the cell, its weights, and what would be if."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from explorer.app.unroll.document import Document
from explorer.app.unroll.models_in import TrainedModels
from explorer.app.unroll.set_numbers import NumberEditor
from explorer.app.unroll.set_source import SourceBox, read_word
from explorer.app.unroll.set_whatif import WhatIf
from explorer.app.widgets.numbers import NumberRow
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Head, button, line, row
from explorer.app.workspace import Workspace
from explorer.explain.recurrent.cell import Kind
from explorer.explain.recurrent.study import WIDEST, Study, Trained, Weights

KINDS: dict[Kind, str] = {"RNN": "RNN", "LSTM": "LSTM", "GRU": "GRU", "ConcatRNN": "Lecture’s"}

WEIGHTS: dict[Weights, str] = {
    "random": "Random", "blackboard": "Small whole numbers", "model": "A trained model",
}  # fmt: skip

SMALL = (2, 4)
"""Units of a cell whose arithmetic is done by hand."""


def plain(study: Study) -> Study:
    """The study without anything that was changed about its cell and its inputs."""
    return replace(study, changes=(), frozen=(), scale=1.0, forget_bias=None)


class Settings(QWidget):
    """All settings of the document's study. Each edit is one step back; what does not fit is said in its place."""

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document, self.workspace = document, workspace
        self._word = ""
        self._made_with = 16
        self.source = SourceBox(document, workspace)
        self.kinds = Tabs({str(kind): words for kind, words in KINDS.items()})
        self.kinds.entries["ConcatRNN"].setToolTip("Linear on input and state joined, no tanh: the lecture’s cell")
        self.weights = QComboBox()
        self.weights.setAccessibleName("Weights")
        for name, words in WEIGHTS.items():
            self.weights.addItem(words, name)
        self.models = TrainedModels(workspace)
        self.hidden = NumberRow("Units", 1, WIDEST, tip="Numbers in the hidden state")
        self.small = NumberRow("Units", *SMALL, tip="Numbers in the hidden state")
        self.seed = NumberRow("Seed", 0, 999, tip="The same seed gives the same weights, in all cells")
        self.what_if, self.numbers = WhatIf(document), NumberEditor(document)
        self.reset = button(
            "Everything as it was",
            self._reset,
            tip="Gates, scale and numbers without your changes; undo brings yours back",
        )
        self._lay_out()
        self._connect()
        self.show_study()

    # Parts.

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 24, 20, 24)
        box.setSpacing(8)

        def section(title: str, info: str, *parts: QWidget) -> None:
            if box.count():
                box.addSpacing(4)
                box.addWidget(line())
                box.addSpacing(4)
            box.addWidget(Head(title, info))
            for part in parts:
                box.addWidget(part)

        section(
            "What is read",
            "One letter, word, row or number at each step. Letters are one-hot: a vector of zeros with one 1. Each "
            "word has a vector that was learnt; a trained network names its part of speech.",
            self.source,
        )
        section(
            "Cell",
            "RNN: one tanh. LSTM: three gates and a memory. GRU: two gates. The lecture’s cell has no tanh. With the "
            "same seed, parts with the same role have the same weights.",
            self.kinds,
        )
        section(
            "Weights",
            "Random as PyTorch begins, small whole numbers for arithmetic by hand, or what a network has learnt.",
            self.weights, self.models, self.hidden, self.small, self.seed,
        )  # fmt: skip
        section(
            "What if",
            "Hold a gate and see the rest follow: a forget gate at 1 never forgets. A larger recurrent scale lets the "
            "state explode, a smaller one lets it vanish.",
            self.what_if,
        )
        section(
            "By hand",
            "Every weight of the chosen part, and every input. Rows are units (of the input: steps), columns what "
            "they read.",
            self.numbers,
        )
        box.addSpacing(4)
        box.addWidget(line())
        box.addSpacing(4)
        box.addWidget(row(self.reset, None))
        box.addStretch(1)

    def _connect(self) -> None:
        self.document.changed.connect(lambda _: self.show_study())
        self.kinds.chosen.connect(self._choose_kind)
        self.weights.activated.connect(lambda _: self._choose_weights(self.weights.currentData()))
        self.models.loaded.connect(self._take)
        self.models.list.cleared.connect(self._let_go)
        for editor in (self.hidden, self.small):
            editor.edited.connect(lambda numbers: self._push("Units", "units", hidden=numbers[0]))
        self.seed.edited.connect(lambda numbers: self._push("Seed", "seed", seed=numbers[0]))

    # What it shows.

    def show_study(self) -> None:
        """Show the document's study, and what is wrong with it."""
        study = self.document.study
        self.source.show_study()
        self.kinds.show_chosen(study.kind)
        if not self._choosing:
            self.weights.setCurrentIndex(self.weights.findData(study.weights))
        self._show_weights()
        self.hidden.show_numbers((study.hidden,))
        self.small.show_numbers((study.hidden,))
        self.seed.show_numbers((study.seed,))
        self.models.show_trained(study.trained if study.weights == "model" else None)
        self.what_if.show_study()
        self.numbers.show_study()
        self.reset.setEnabled(plain(study) != study)

    @property
    def _choosing(self) -> bool:
        """Whether a trained model is wanted, but none is there yet."""
        return self.weights.currentData() == "model" and self.document.study.weights != "model" and self._wants_model

    _wants_model = False

    def _show_weights(self) -> None:
        which = self.weights.currentData()
        simple = self.document.study.source == "simple" and which != "model"
        for part, on in (
            (self.models, which == "model"), (self.hidden, which == "random" and not simple),
            (self.small, which == "blackboard"), (self.seed, which != "model"),
        ):  # fmt: skip
            part.setVisible(on)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.models.show_models()

    # Edits.

    def _push(self, text: str, merge: str = "", **values: int) -> None:
        self.document.edit(replace(self.document.study, **values), text, merge)  # type: ignore[arg-type]

    def _choose_kind(self, name: str) -> None:
        kind: Kind = name  # type: ignore[assignment]
        self._leave_model()
        study = self.source.spelled
        same = kind == study.kind and study.weights != "model"
        after = study if same else study.with_kind(kind)
        if after.source == "simple" and not same:  # its sequence belongs to its RNN
            after = replace(after, source="word")
        self.document.edit(after, KINDS[kind])

    def _choose_weights(self, weights: Weights) -> None:
        study = self.document.study
        if weights == "model":
            self._wants_model = True
            self.weights.setCurrentIndex(self.weights.findData("model"))
            self._show_weights()
            self.models.show_models()
            return
        self._leave_model()
        study = self.source.spelled
        hidden = study.hidden
        if weights == "blackboard":
            if study.weights != "blackboard":
                self._made_with = hidden
            hidden = min(max(hidden, SMALL[0]), SMALL[1])
        elif study.weights == "blackboard":
            hidden = self._made_with
        source = "word" if study.source == "simple" and weights == "blackboard" else study.source
        after = replace(
            study, weights=weights, trained=None, hidden=hidden, source=source, changes=(), layer=0, way=0
        )  # fmt: skip
        self.document.edit(after, WEIGHTS[weights])
        self.show_study()

    def _let_go(self) -> None:
        """No model is chosen in the list; of a sentence that entry is its tagger."""
        if self.source.chosen != "sentence":
            self._choose_weights("random")

    def _leave_model(self) -> None:
        self._wants_model, self._word = False, ""
        self.models.forget()

    def _take(self, trained: Trained) -> None:
        """A model is there: let it read the word that was asked for with it, or the one that is there."""
        study = self.source.spelled.with_model(trained)
        typed = self._word or study.text
        self._leave_model()
        self.document.edit(replace(study, text=read_word(study, typed)[0]), trained.name)
        self.show_study()

    def choose_word(self, word: str, folder: Path | None) -> None:
        """Read a word: with the model in a folder, which may have to be loaded first, or with the present cell."""
        study = self.document.study
        there = study.trained is not None and study.weights == "model" and Path(study.trained.folder) == folder
        if folder is None or there:
            self.source.choose_word(word)
            return
        self._word, self._wants_model = word, True
        self.weights.setCurrentIndex(self.weights.findData("model"))
        self._show_weights()
        self.models.show_models(folder)
        self.models.load(folder)

    def _reset(self) -> None:
        self.document.edit(plain(self.document.study), "Everything as it was")

    @property
    def busy(self) -> bool:
        """Whether a model, a picture or eigenvalues are on their way."""
        return self.models.loader.busy or self.source.busy or self.what_if.busy

    def close_down(self) -> None:
        """The window closes: stop what runs, and wait for it."""
        self.models.close_down()
        self.source.close_down()
        self.what_if.close_down()
