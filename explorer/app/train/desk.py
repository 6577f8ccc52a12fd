"""What the panel asks in the background: what data are, which words a cell holds, how two models differ."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject

from explorer.app.train import work
from explorer.app.train.asker import Asker
from explorer.app.train.called import called
from explorer.app.train.described import Described, describe
from explorer.app.train.runs import alike

if TYPE_CHECKING:
    from explorer.app.train.panel import TrainPanel

NOTHING = "The words are listed once the network has learnt something."


class Desk(QObject):
    """Answers what the settings, the results and the comparison of a panel ask for."""

    def __init__(self, panel: TrainPanel) -> None:
        super().__init__(panel)
        self._panel, self._asker = panel, Asker(self)
        page = panel.page
        page.settings.wanted.connect(self.describe)
        page.results.asked.connect(self.look_inside)
        page.results.word_chosen.connect(self.open_word)
        page.results.compare.connect(self.compare)
        page.compare.wanted.connect(self.try_two)
        page.compare.closed.connect(lambda: page.show_comparison(False))

    @property
    def busy(self) -> bool:
        """Whether something is still to be answered."""
        return self._asker.busy

    def stop(self) -> None:
        """Forget what was asked, and wait for what is being answered."""
        self._asker.stop()

    def describe(self, name: str) -> None:
        """Look a data set up: its counts, or why it is none."""
        panel, settings, folder = self._panel, self._panel.settings, self._panel.workspace.data_folder

        def found(described: Described) -> None:
            settings.take_described(name, described)
            panel.refresh()

        self._asker.ask("data", lambda: describe(name, folder), found, partial(settings.refuse, name))

    def look_inside(self, true: int, read: int) -> None:
        """List the words of a cell."""
        panel, words = self._panel, self._panel.results.words
        folder, part, unit = panel.folder, panel.results.part, panel.record.called.unit
        if folder is None or part is None:
            words.say(NOTHING)
            return
        place, loaded = panel.workspace.data_folder, panel.workspace.data
        self._asker.ask(
            "inside",
            lambda: work.inside(folder, part, true, read, place, loaded),
            lambda found: words.show_words(found, unit),
            words.say,
        )

    def open_word(self, word: str) -> None:
        """Ask about a word in Predict."""
        self._panel.workspace.name_wanted.emit(word)
        self._panel.workspace.wanted.emit("predict")

    def compare(self) -> None:
        """Show two models of the classes that are shown side by side."""
        panel, compare = self._panel, self._panel.page.compare
        runs, classes, run = panel.workspace.runs_folder, panel.classes(), panel.folder
        panel.page.show_comparison(True)
        compare.say("Looking for models…")
        self._asker.ask("models", lambda: alike(runs, classes), lambda found: compare.offer(found, run), compare.say)

    def try_two(self, folders: tuple[Path, Path]) -> None:
        """Try two models on the test part of the data that are shown."""
        panel, compare = self._panel, self._panel.page.compare
        started = panel.record.started
        name = started.data if started is not None else panel.settings.recipe.data
        place, loaded = panel.workspace.data_folder, panel.workspace.data
        classes, unit = panel.classes(), called(name).unit
        self._asker.ask(
            "pair",
            lambda: work.compared(folders, name, place, loaded),
            lambda pair: compare.show_pair(pair, classes, unit),
            compare.say,
        )


def dropped(mime: QMimeData) -> Path | None:
    """The folder or the text file among what is dropped."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return next((path for path in paths if path.is_dir() or path.suffix.lower() == ".txt"), None)
