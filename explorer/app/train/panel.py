"""The Train panel: choose data and recipe, train, watch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QWidget

from explorer.app.icons import Icon
from explorer.app.panel import Panel
from explorer.app.train import work
from explorer.app.train.called import called
from explorer.app.train.described import plan_of
from explorer.app.train.desk import Desk, dropped
from explorer.app.train.fitting import Way, ways_out
from explorer.app.train.page import Page
from explorer.app.train.record import Record
from explorer.app.train.runs import Kept, discard_if_empty, new_folder
from explorer.app.train.words import Phase, failure, plan, run_words, why_caption, words
from explorer.app.worker import Worker
from explorer.app.workspace import Workspace
from explorer.arch.document import read_network
from explorer.arch.errors import ExplorerError
from explorer.arch.network import Network
from explorer.arch.text import number
from explorer.learn.card import CHECKPOINT, NETWORK
from explorer.learn.events import Diverged, EpochDone, Finished, Started
from explorer.learn.fit import Misfit, misfit

PAINT = 150
"""Milliseconds between two repaints while training: seven a second look live and leave the processor to it."""


class TrainPanel(Panel):
    """Trains the open network on a background thread and shows how it goes."""

    name, title, icon, trains = "train", "Train", Icon.TRAIN, True

    def __init__(self, workspace: Workspace, parent: QWidget | None = None, runner: work.Runner = work.begin) -> None:
        super().__init__(workspace, parent)
        self.runner = runner
        self.record, self.phase = Record(), Phase.READY
        self.folder: Path | None = None
        """The run that is shown."""
        self._network: Network | None = None
        self._offered: Kept | None = None
        self._next: Callable[[], object] | None = None
        self._to_open: Path | None = None
        self._looked = False
        self._state, self._headed = "", ("", "")
        self._problem: tuple[Misfit | None, Network] | None = None
        self.worker, self._reader = Worker(self), Worker(self)
        self.worker.batch.connect(self._take)
        self.worker.ended.connect(self._ended)
        self._reader.batch.connect(self._read)
        self._reader.ended.connect(self._reading_ended)
        page = Page(self)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(page)
        self.page = page
        self.settings, self.stage, self.results = page.settings, page.stage, page.results
        self.setAcceptDrops(True)
        self._make_actions()
        self._paint = QTimer(self)
        self._paint.setSingleShot(True)
        self._paint.setInterval(PAINT)
        self._paint.timeout.connect(self.refresh)
        self.settings.changed.connect(lambda _: self.refresh())
        self.settings.folder_chosen.connect(self._choose_folder)
        self.stage.wanted.connect(self._do)
        self.desk = Desk(self)
        workspace.network_changed.connect(lambda _: self.refresh())
        workspace.torch_changed.connect(self.refresh)
        workspace.run_changed.connect(self._run_changed)
        self.refresh()

    def _make_actions(self) -> None:
        self._actions = []
        for text, key, does in (
            ("Pause or resume", "Space", self._space),
            ("Train", "Ctrl+Return", self.restart),
            ("Stop training", "Ctrl+.", self.stop),
        ):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(key))
            action.triggered.connect(lambda *_, does=does: does())
            self._actions.append(action)

    # What can be done.

    def _do(self, what: str) -> None:
        {
            "train": self.train, "toggle": self.toggle, "stop": self.stop, "restart": self.restart,
            "continue": self.go_on,
        }[what]()  # fmt: skip

    def problem(self) -> Misfit | None:
        """Why the open network cannot be trained on the chosen data."""
        return misfit(self.workspace.network, self.settings.source, self.workspace.report)

    def train(self) -> None:
        """Begin a new run with the open network and the settings shown."""
        if self.phase.busy or self.problem() is not None:
            return
        network, recipe = self.workspace.network, self.settings.recipe
        folder = new_folder(self.workspace.runs_folder, network.name, datetime.now())
        place, loaded, runner = self.workspace.data_folder, self.workspace.data, self.runner
        self._begin(
            Record(recipe.batch, recipe.epochs, recipe.samples),
            folder,
            network,
            lambda: runner(network, recipe, folder, place, loaded),
        )

    def go_on(self) -> None:
        """Continue the run that is shown, or the one that is offered, where it stopped."""
        folder = self.folder or (self._offered.folder if self._offered else None)
        if self.phase.busy or folder is None:
            return
        try:
            network = read_network(folder / NETWORK)
        except ExplorerError as error:
            self.stage.trouble.say(str(error))
            return
        if self._offered is not None and folder == self._offered.folder:
            self.settings.show_recipe(self._offered.card.recipe)
        if network != self.workspace.network:
            self.workspace.open_network(network)
        place, loaded = self.workspace.data_folder, self.workspace.data
        record = Record(self.record.batch, self.record.epochs, self.record.samples)
        self._begin(record, folder, network, lambda: work.go_on(folder, place, loaded))

    def _begin(self, record: Record, folder: Path, network: Network, make: Callable[[], Iterator[Any]]) -> None:
        self.record, self.folder, self._network, self._offered = record, folder, network, None
        self.phase = Phase.STARTING
        self.page.show_comparison(False)
        self.stage.trouble.say("")
        self.worker.start(lambda: work.watched(make, self.worker), "train")
        # No button keeps the focus: Space then pauses, and never presses what has just taken another's place.
        self.setFocus()
        self.refresh()

    def toggle(self) -> None:
        """Pause, or resume."""
        if self.phase is Phase.RUNNING:
            self.worker.pause()
            self.phase = Phase.PAUSED
        elif self.phase is Phase.PAUSED:
            self.stage.trouble.say("")
            self.phase = Phase.RUNNING
            self.worker.go_on()
        self.refresh()

    def stop(self) -> None:
        """Stop; what was learnt is kept."""
        self._next = None
        self._stop()

    def _stop(self) -> None:
        if self.phase.busy:
            self.phase = Phase.STOPPING
            self.stage.trouble.say("")
            self.worker.stop()
            self.refresh()

    def restart(self) -> None:
        """Stop what runs, and begin anew with the settings shown."""
        if self.phase.busy:
            if self.problem() is None:
                self._next = self.train
                self._stop()
        else:
            self.train()

    def close_down(self) -> None:
        self._next = self._to_open = None
        self.desk.stop()
        self._reader.stop(wait=True)
        self.worker.stop(wait=True)
        self._paint.stop()

    # What comes from the thread.

    def _take(self, events: list[Any]) -> None:
        before = self.phase
        for event in events:
            if isinstance(event, Record):
                self.record = event
            elif isinstance(event, msgspec.Struct):
                self.record.fold(event)  # type: ignore[arg-type]
                if isinstance(event, Started) and self.phase is Phase.STARTING:
                    self.phase = Phase.RUNNING
                elif isinstance(event, Diverged):
                    self._diverged(event)
                elif isinstance(event, EpochDone):
                    self._keep()
            else:
                self.workspace.data = event
                self.settings.look_up_again()
        if self.phase is not before:
            self.refresh()
        elif not self._paint.isActive():
            self._paint.start()

    def _keep(self) -> None:
        self.workspace.run = self.folder
        self.workspace.run_changed.emit(self.folder)

    def _diverged(self, event: Diverged) -> None:
        if self.phase is Phase.RUNNING:
            self.phase = Phase.PAUSED
        rate = number(event.learning_rate)
        self.stage.trouble.say(
            event.text, (f"Continue with learning rate {rate}", self.toggle), ("Restart", self.restart)
        )

    def _ended(self, error: BaseException | None) -> None:
        record, then = self.record, self._next
        self._next = None
        self.phase = Phase.ENDED if record.started else Phase.READY
        if record.started:
            if record.finished is None:
                record.fold(Finished("stopped", record.step, record.seconds))
            self._keep()
        elif self.folder is not None:
            discard_if_empty(self.folder)
            self.folder = None
        self.stage.trouble.say(failure(error, record) if error is not None else "")
        self._paint.stop()
        self.setFocus()
        self.refresh()
        if then is not None:
            then()

    # Runs on disk.

    def _run_changed(self, folder: Path) -> None:
        if folder == self.folder:
            return
        if self.phase.busy:
            self._next = lambda: self.open_run(folder)
            self._stop()
        else:
            self.open_run(folder)

    def open_run(self, folder: Path) -> None:
        """Show a run as it was left."""
        if self._reader.running:
            self._to_open = folder
        else:
            self._reader.start(lambda: work.opened(folder), "run")

    def _read(self, found: list[Any]) -> None:
        for item in found:
            if isinstance(item, Kept):
                if self.phase is Phase.READY and self.folder is None:
                    self._offered = item
            elif not self.phase.busy:
                kept, self._network, self.record = item
                self.folder, self._offered = kept.folder, None
                self.phase = Phase.ENDED if self.record.started else Phase.READY
                self.stage.trouble.say("")
                self.settings.show_recipe(kept.card.recipe)
        self.refresh()

    def _reading_ended(self, error: BaseException | None) -> None:
        if error is not None:
            self.stage.trouble.say(str(error) if isinstance(error, ExplorerError) else "The run cannot be read.")
        if self._to_open is not None:
            folder, self._to_open = self._to_open, None
            self.open_run(folder)

    def _choose_folder(self, folder: Path) -> None:
        self.workspace.data_folder = folder
        self.settings.show_recipe(self.settings.recipe)
        self.refresh()

    # Data that are dropped.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """A folder of word lists, or a text file."""
        path = dropped(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.settings.chooser.want(path)

    def classes(self) -> tuple[str, ...]:
        """What the run that is shown, or else the chosen data, tell apart."""
        return self.record.started.classes if self.record.started else self.settings.source.classes

    # What it shows.

    def refresh(self) -> None:
        """Bring everything to what is known now."""
        recipe, source, plan_ = self.settings.recipe, self.settings.source, self.settings.plan
        data = self.workspace.data
        mine = data if data is not None and data.source.name == source.name else None
        parts = (mine.train, mine.validation, mine.test) if mine else ()
        counts = [len(part) for part in parts] or [source.train, source.validation, source.test]
        if mine is not None and source.lists is None:
            plan_ = plan_of(recipe, counts[0])
        self.settings.show_data((counts[0], counts[1], counts[2]), self.workspace.data_folder)
        self.settings.show_running(self.phase.busy)
        problem = self.problem()
        self._show_notices(problem)
        record, started = self.record, self.record.started
        of = record.called if started else called(source.name)
        parameters = self.workspace.report.parameters
        said = words(
            self.phase,
            record,
            bool(self.workspace.torch),
            plan(parameters, plan_.steps, recipe.batch, of),
            problem is None,
        )
        can_continue = (
            self.folder is not None and not record.complete and bool(started) and (self.folder / CHECKPOINT).is_file()
        )
        why = why_caption(record, plan_, counts[0], recipe.batch, recipe.epochs, of)
        self.stage.show_words(said, self.phase, problem is None, can_continue and not self.phase.busy, why)
        if self.isVisible():
            per_epoch, steps = (started.steps_per_epoch, started.steps) if started else (plan_.per_epoch, plan_.steps)
            classes = self.classes()
            self.page.make_room(len(classes) if of.kind != "text" else 0)
            self.stage.show_record(record, steps, per_epoch, len(classes), of)
            self.results.show_run(record, record.shown, classes, of)
        self.settings.show_run(run_words(record), self.folder if started else None)
        self._actions[0].setEnabled(self.phase in (Phase.RUNNING, Phase.PAUSED))
        self._actions[2].setEnabled(self.phase.busy)
        self._state = said.state
        if (heading := self.heading()) != self._headed:
            self._headed = heading
            self.heading_changed.emit()

    def _show_notices(self, problem: Misfit | None) -> None:
        misfits, workspace = self.stage.misfit, self.workspace
        if problem is None:
            misfits.say("")
        elif (problem, workspace.network) != self._problem:
            ways = ways_out(workspace.network, self.settings.source, problem)
            misfits.say(problem.message, *((way.text, partial(self._go, way)) for way in ways))
        self._problem = problem, workspace.network
        other = self._network is not None and self._network != self.workspace.network
        if self._offered is not None and self.phase is Phase.READY:
            self.stage.note.say(self._offered.offer + ".", ("Continue", self.go_on), ("Not now", self._decline))
        elif other and self.record.started:
            verb = "Restart" if self.phase.busy else "Train"
            self.stage.note.say(f"The network was changed after this run began. {verb} trains the new one.")
        else:
            self.stage.note.say("")

    def _go(self, way: Way) -> None:
        if way.network is not None and way.opens:
            self.workspace.open_network(way.network)
        elif way.network is not None:
            self.workspace.edit(way.network, way.text)
        else:
            self.settings.want(way.data)

    def _decline(self) -> None:
        self._offered = None
        self.refresh()

    def heading(self) -> tuple[str, str]:
        started = self.record.started
        network = started.network if started else self.workspace.network.name
        data = started.data if started else self.settings.recipe.data
        return f"{network} on {called(data).title}", self._state

    def hint(self) -> str:
        return "Space pause · Ctrl+Enter train · Ctrl+. stop"

    def menu_actions(self) -> tuple[QAction, ...]:
        return tuple(self._actions)

    def _space(self) -> None:
        """Space presses the button that has the focus, as everywhere; elsewhere it pauses and resumes."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QAbstractButton):
            focus.click()
        else:
            self.toggle()

    # Events.

    def showEvent(self, event: QShowEvent) -> None:
        """At the first time, look whether a run was left unfinished."""
        super().showEvent(event)
        if not self._looked:
            self._looked = True
            if self.folder is None and self.phase is Phase.READY and not self._reader.running:
                runs = self.workspace.runs_folder
                self._reader.start(lambda: work.last_run(runs), "runs")
        self.refresh()

    def tour(self) -> Iterator[str]:
        from explorer.app.train.showing import showing

        with suppress(ExplorerError):
            yield from showing(self)
