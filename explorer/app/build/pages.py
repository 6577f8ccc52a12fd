"""The pages beside the list of layers: code, comparison, the network's card, the contest's chart."""

from __future__ import annotations

from pathlib import Path as File

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.app.build.card import CardView
from explorer.app.build.code import CodeView
from explorer.app.build.compare import CompareView
from explorer.app.build.contest import ContestChart
from explorer.app.build.stage import Stage
from explorer.app.widgets.text import label
from explorer.app.workspace import Workspace
from explorer.arch.analysis import Report
from explorer.arch.errors import ExplorerError
from explorer.arch.export import Code, keras_code, pytorch_code
from explorer.arch.tree import Path
from explorer.arch.zoo import zoo, zoo_names
from explorer.arch.zoo.cards import card
from explorer.arch.zoo.contest import ENTRIES, HUMAN

REST, LARGE = 250, 1000
"""The page of a network of more lines than `LARGE` waits for so many milliseconds of rest after an edit."""


class Pages(QObject):
    """Makes each page when it is first looked at, and keeps the one that is shown up to date."""

    chosen = Signal(object)
    """The path of a node that was clicked in a page."""

    def __init__(self, stage: Stage, workspace: Workspace) -> None:
        super().__init__(stage)
        self._stage, self._workspace = stage, workspace
        self._at: Path = ()
        self.code, self._note = CodeView(), label("", "note", wrap=True)
        page = QWidget()
        box = QVBoxLayout(page)
        box.setContentsMargins(0, 0, 0, 8)
        box.setSpacing(4)
        box.addWidget(self.code, 1)
        box.addWidget(self._note)
        page.setFocusProxy(self.code)
        stage.add_page("code", page)
        self.compare = CompareView()
        stage.add_page("compare", self.compare)
        self.card = CardView()
        stage.add_page("about", self.card)
        self.contest = ContestChart(ENTRIES, HUMAN)
        stage.add_page("contest", self.contest)
        self.code.chosen.connect(self.chosen)
        self.compare.closed.connect(lambda: stage.show_page("layers"))
        self.card.opened.connect(self._open)
        self.card.contest_wanted.connect(lambda: stage.show_page("contest"))
        self.contest.wanted.connect(self._open)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._show)
        stage.page_chosen.connect(lambda _: self._show())
        self.begin()

    def _open(self, name: str) -> None:
        self._workspace.open_network(zoo(name))
        self._stage.show_page("layers")

    def begin(self) -> None:
        """Another document was opened: it has a card if it is one of the zoo."""
        name = self._known()
        self._stage.tabs.entries["about"].setVisible(name is not None)
        if name is None and self._stage.page == "about":
            self._stage.show_page("layers")

    def _known(self) -> str | None:
        title = self._workspace.network.name
        return next((name for name in zoo_names() if zoo(name).name == title), None)

    def refresh(self) -> None:
        """Bring the shown page up to date: at once, or after a rest where that takes long."""
        if len(self._workspace.report.outline) > LARGE:
            self._rest.start()
        else:
            self._show()

    def _show(self) -> None:
        self._rest.stop()
        self._show_page(self._stage.page, self._workspace.report)

    def _show_page(self, page: str, report: Report) -> None:
        if page == "code":
            self._show_code(report)
        elif page == "compare":
            self.compare.show_report(report)
        elif page == "about" and (name := self._known()) is not None:
            self.card.show_card(card(name), report)

    def _show_code(self, report: Report) -> None:
        make = keras_code if self._stage.convention.name == "keras" else pytorch_code
        try:
            code = make(report.network)
            said = "\n".join(code.notes)
        except ExplorerError as error:
            code, said = Code("", {}), f"There is no code yet. {error}"
        self.code.show_code(code)
        self.code.setVisible(bool(code.text))
        self._note.setText(said)
        self._note.setVisible(bool(said))
        self.code.show_chosen(self._at)

    def show_chosen(self, at: Path) -> None:
        """Light up the chosen node's lines of code."""
        if at != self._at:
            self._at = at
            self.code.show_chosen(at, reveal=not self.code.hasFocus())

    def compare_with(self, path: File) -> None:
        """Show a network file beside the open network."""
        self._stage.show_page("compare")
        self.compare.open_file(path)
