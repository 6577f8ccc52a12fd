"""What the pages of the Predict panel have in common: a head with the list of models, and how a model gets there.

┌──────────────────────────────────────────────────────┐
│ Draw a digit            Read by [LeNet-5 ▾]  [switch]│  head
│ a sentence                                           │
├──────────────────────────────────────────────────────┤
│ body: whatever the page adds to it                   │
└──────────────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.predict.loader import Loader
from explorer.app.predict.modellist import MODELS, ModelList
from explorer.app.predict.models import Choice, Kind, choice, choices
from explorer.app.theme import look
from explorer.app.widgets.text import column, label, row, scrolled, style_again
from explorer.app.workspace import Workspace


class Page(QWidget):
    """One page of the panel, made as `SomePage(workspace, parent)`; it hands a `Loader` to this base.

    Class attributes: `name`, `title` (in the switch), `asks` (the heading), `calm` (the sentence below it while there
    is nothing else to say), `kind` (which models are offered) and `reads_by` (in front of the list of models).

    A page adds its widgets to `self.body`, and lays itself out before it ends `__init__` with `self.begin()`.
    It overrides `show_state`, `model_changed` and `tour`, and, where it has them, the others.
    """

    name: str
    title: str
    asks: str
    calm: str
    kind: Kind
    reads_by = "Read by"
    use_it = "Read with it"
    """The words of the link to a new run."""
    list_width = MODELS
    """Width of the list of models in pixels at scale 1."""
    narrow = 900
    """Below this width, in pixels at scale 1, the list of models stands below the title."""

    heading_changed = Signal()
    """What the top bar says of this page is new."""

    def __init__(self, workspace: Workspace, loader: Loader[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace, self.loader = workspace, loader
        loader.setParent(self)
        self._choices: tuple[Choice, ...] = ()
        self._others: list[Path] = []
        self._offered: set[Path] = set()
        self.notice = label(self.calm, "caption", wrap=True)
        self.notice.linkActivated.connect(self._link)
        self.head_line = label(self.asks, "title")
        self.models = ModelList(f"The network of the page {self.title}", wide=self.list_width)
        self.models.picked.connect(self.choose)
        self.corner = QHBoxLayout()
        """Where the panel puts the switch between its pages."""
        self.corner.setContentsMargins(0, 0, 0, 0)
        words = column(self.head_line, self.notice, gap=4)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.lists = row(label(self.reads_by, "caption"), self.models, gap=12)
        """The list of models with its words; a page may add to its layout."""
        right = row(None, self.lists, 12)
        box = right.layout()
        assert isinstance(box, QHBoxLayout)
        box.addLayout(self.corner)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setContentsMargins(0, 0, 0, 0)
        self._top.setSpacing(12)
        self._top.addWidget(words, 1)
        self._top.addWidget(right)
        top = QWidget()
        top.setLayout(self._top)
        self.stage = column(top, gap=12, margins=(32, 24, 32, 8))
        body = self.stage.layout()
        assert isinstance(body, QVBoxLayout)
        self.body: QVBoxLayout = body
        """Below the head; give a widget that grows a stretch of 1."""
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.area = scrolled(self.stage, across=True)
        whole.addWidget(self.area)
        loader.changed.connect(self._model_changed)
        workspace.torch_changed.connect(self._torch_changed)
        workspace.run_changed.connect(self._run_changed)

    def begin(self) -> None:
        """The page is laid out: show its first state."""
        self.show_state()

    # What a page says of itself.

    def heading(self) -> tuple[str, str]:
        """What the top bar says: the network, and how good it is."""
        found = choice(self.loader.folder, self.kind) if self.loader.folder else None
        return (found.card.network, found.state) if found else ("Predict", "no network yet")

    def menu_actions(self) -> tuple[QAction, ...]:
        """Actions with shortcuts that work while this page is shown; made once."""
        return ()

    def hint(self) -> str:
        """Keys that work here, for the right end of the status bar."""
        return ""

    def tour(self) -> Iterator[str]:
        """Bring the page into each state worth a picture, and name it."""
        yield ""

    def settle(self) -> None:
        """Bring everything up to what was put in, now: nothing is under way afterwards."""
        self.loader.wait()

    def close_down(self) -> None:
        """The window closes: stop what runs."""
        self.loader.stop()

    def offer_unroll(self, there: bool) -> None:
        """Whether there is a panel in which a word can be unrolled, step by step."""

    def open_name(self, name: str) -> None:
        """Show this name, on a page that reads names."""

    def model_changed(self) -> None:
        """Loading has ended: `self.loader.model` is there, or what it was before; `show_state` follows."""

    def show_state(self) -> None:
        """Show why there is no answer, in the answer's place; `self.state` says it."""

    @property
    def state(self) -> str:
        """Why nothing can be asked now (HTML, links to panels by name); empty when a model is there."""
        if self.workspace.torch_error:
            return escape(self.workspace.torch_error)
        if not self.workspace.torch:
            return "Loading PyTorch…"
        if self.loader.loading:
            return "Loading the network…"
        if self.loader.model is None and not self._choices:
            return 'There is no trained network yet. <a href="train">Train one</a>, then choose it above.'
        if self.loader.model is None:
            return "Choose a network above."
        return ""

    def action(self, text: str, does: Callable[[], object], *keys: str) -> QAction:
        """An action for `menu_actions`."""
        made = QAction(text, self)
        made.setShortcuts([QKeySequence(key) for key in keys])
        made.triggered.connect(lambda *_: does())
        return made

    # The model.

    def choose(self, folder: Path) -> None:
        """Ask the model in this folder from now on."""
        if self.workspace.torch:
            self.loader.load(folder)
        self.show_state()

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The models that are offered."""
        return self._choices

    def refresh_models(self) -> None:
        """Look again which models there are, and load one if none is."""
        run = self.workspace.run.resolve() if self.workspace.run is not None else None
        if run is not None:
            self._know(run)
        self._choices = choices(self.workspace.runs_folder, self._others, self.kind)
        self.show_choices()
        if self._choices and self.workspace.torch and self.loader.model is None and not self.loader.busy:
            folders = [one.folder for one in self._choices]
            self.choose(run if run in folders else folders[0])  # who has just trained a network wants to try it
        self.show_state()

    def show_choices(self) -> None:
        """Bring the list of models up to date."""
        self.models.show_choices(self._choices, self.loader.folder)

    def _torch_changed(self) -> None:
        if self.isVisible():
            self.refresh_models()
        self.show_state()

    def _know(self, folder: Path) -> None:
        """Remember a run that does not lie where the others are."""
        if folder.parent != self.workspace.runs_folder.resolve() and folder not in self._others:
            self._others.append(folder)

    def _run_changed(self, folder: Path) -> None:
        """A run has new weights: ask it if it is chosen; offer it when it is new."""
        folder = folder.resolve()
        found = choice(folder, self.kind)
        if found is None:
            return
        self._know(folder)
        if folder == self.loader.folder:
            self.choose(folder)
        elif folder not in self._offered:
            self._offered.add(folder)
            if self.isVisible() or self.loader.busy:
                title = escape(found.title)
                self.say(f'{title}, is trained. <a href="{escape(str(folder))}">{self.use_it}</a>')
            else:  # it was trained in another panel: who comes here next wants to try it
                self.choose(folder)
        self._choices = choices(self.workspace.runs_folder, self._others, self.kind)
        self.show_choices()

    def _link(self, target: str) -> None:
        self.say("")
        self.choose(Path(target))

    def _model_changed(self) -> None:
        if self.loader.problem:
            self.say(self.loader.problem, warning=True)
        self.show_choices()
        if not self.loader.loading:
            self.model_changed()
        self.show_state()
        if not self.loader.loading:
            self.heading_changed.emit()

    def say(self, words: str, warning: bool = False) -> None:
        """Say something in the line below the title (HTML unless a warning); nothing brings its usual words back."""
        role = "warning" if warning else "caption"
        self.notice.setTextFormat(Qt.TextFormat.PlainText if warning else Qt.TextFormat.RichText)
        self.notice.setText(words or self.calm)
        if self.notice.property("role") != role:
            self.notice.setProperty("role", role)
            style_again(self.notice)

    # Room.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_top"):
            self._arrange()

    def _arrange(self) -> None:
        narrow = self.width() < look(self).px(self.narrow)
        self._top.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh_models()
