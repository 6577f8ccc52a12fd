"""The window: rail, top bar, the panel that is shown, status line.

┌──────────────────────────────────────────────┐
│ LeNet-5  saved                 Zoo  Train  ⋯ │  bar
├──────┬───────────────────────────────────────┤
│ rail │  stage: welcome, or one panel         │
├──────┴───────────────────────────────────────┤
│ ● PyTorch 2.15 · CPU                   hints │  status
└──────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QPaintEvent, QUndoGroup
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from explorer import __version__
from explorer.app import theme as themes
from explorer.app.icons import window_icon
from explorer.app.panel import Panel
from explorer.app.rail import Rail
from explorer.app.search import ActionSearch
from explorer.app.settings import LARGEST, SMALLEST, Settings
from explorer.app.theme import look, rescale, sized
from explorer.app.welcome import Welcome
from explorer.app.widgets.text import Elided, button, label
from explorer.app.worker import Worker
from explorer.app.workspace import Workspace
from explorer.arch.errors import ExplorerError
from explorer.arch.network import Network
from explorer.arch.text import plural

LONGEST = 260
"""The most that a network's name takes of the top bar, in pixels at scale 1."""

EXAMPLE = "Pelaez"
"""The name with which one begins to type names."""

STEP = 1.1
"""One press of Ctrl + makes everything larger by this factor."""


class Window(QMainWindow):
    """The one window. `painted` is sent after its first paint, before PyTorch is imported."""

    painted = Signal()

    def __init__(self, workspace: Workspace, panels: Sequence[type[Panel]], settings: Settings) -> None:
        super().__init__()
        self.workspace, self.settings = workspace, settings
        self._was_painted = False
        self.setWindowIcon(window_icon())
        self.setMinimumSize(QSize(1024, 700))
        self.panels = [panel(workspace, self) for panel in panels]
        for made in self.panels:
            made.meet(frozenset(panel.name for panel in panels))
        self.rail = Rail([(panel.icon, panel.title) for panel in panels])
        self.welcome = Welcome()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        for made in self.panels:
            self._stack.addWidget(made)
            made.heading_changed.connect(lambda made=made: self._refresh() if made is self.panel else None)
        self._torch, self._warm = Worker(self), False
        self._torch.batch.connect(self._torch_is_there)
        self._torch.ended.connect(self._torch_ended)
        self._lay_out()
        self._make_actions()
        self.rail.chosen.connect(lambda index: self.show_panel(self.panels[index].name))
        self.welcome.chosen.connect(self._start)
        workspace.wanted.connect(self.show_panel)
        workspace.network_changed.connect(self._refresh)
        workspace.opened.connect(self._refresh)
        workspace.undo.cleanChanged.connect(self._refresh)
        workspace.torch_changed.connect(self._refresh)
        workspace.said.connect(self.say)
        QApplication.styleHints().colorSchemeChanged.connect(self.apply_look)
        self.apply_look()
        if settings.geometry is None or not self.restoreGeometry(settings.geometry):
            self.resize(1280, 800)
        self.show_panel(settings.panel)

    # Parts.

    def _lay_out(self) -> None:
        self._name, self._state = label("", "text"), label("", "caption")
        self._name.setStyleSheet("font-weight: 600;")
        self._tools = QHBoxLayout()
        self._tools.setSpacing(8)
        self._menu_button = button("Menu", role="quiet")
        self._search_button = button("Search actions", self.search, "quiet", "Ctrl+K")
        bar = QWidget()
        bar.setProperty("role", "bar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        sized(bar, tall=48)
        top = QHBoxLayout(bar)
        top.setContentsMargins(16, 0, 16, 1)
        top.setSpacing(16)
        top.addWidget(self._name)
        top.addWidget(self._state)
        top.addStretch(1)
        top.addLayout(self._tools)
        top.addWidget(self._search_button)
        top.addWidget(self._menu_button)

        self._dot, self._device = label("●", "text"), label("Starting PyTorch…")
        self._said, self._hint = Elided(), Elided()
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight)
        status = QWidget()
        status.setProperty("role", "status")
        status.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        sized(status, tall=28)
        foot = QHBoxLayout(status)
        foot.setContentsMargins(16, 1, 16, 0)
        foot.setSpacing(8)
        for part in (self._dot, self._device):
            foot.addWidget(part)
        foot.addSpacing(16)
        foot.addWidget(self._said, 2)
        foot.addWidget(self._hint, 3)

        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self._stack, 1)
        whole = QWidget()
        box = QVBoxLayout(whole)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(bar)
        box.addLayout(middle, 1)
        box.addWidget(status)
        self.setCentralWidget(whole)
        for panel in self.panels:
            for tool in panel.tools():
                self._tools.addWidget(tool)
                tool.hide()

    def _make_actions(self) -> None:
        menu = QMenu(self)
        self._histories = QUndoGroup(self)
        for stack in (self.workspace.undo, *(panel.undo_stack() for panel in self.panels)):
            self._histories.addStack(stack)
        self._histories.setActiveStack(self.workspace.undo)
        undo = self._histories.createUndoAction(self, "Undo")
        redo = self._histories.createRedoAction(self, "Redo")
        undo.setShortcut(QKeySequence.StandardKey.Undo)
        redo.setShortcuts([QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")])
        groups: list[list[QAction]] = [
            [
                self._action("New network", self.new, "Ctrl+N"),
                self._action("Open…", self.open, "Ctrl+O"),
                self._action("Save", self.save, "Ctrl+S"),
                self._action("Save as…", self.save_as, "Ctrl+Shift+S"),
            ],
            [undo, redo],
            [
                self._action("Larger", lambda: self.zoom(STEP), "Ctrl++", "Ctrl+="),
                self._action("Smaller", lambda: self.zoom(1 / STEP), "Ctrl+-"),
                self._action("Normal size", lambda: self.zoom(0), "Ctrl+0"),
                self._action("Light theme", lambda: self.choose_theme("light")),
                self._action("Dark theme", lambda: self.choose_theme("dark")),
                self._action("Theme of the system", lambda: self.choose_theme("system")),
                self._action("Switch light and dark", self.switch_theme, "Ctrl+D"),
                self._action("Full screen", self._full_screen, "F11"),
            ],
            [
                self._action(f"Go to {panel.title}", partial(self.show_panel, panel.name), f"Ctrl+{index + 1}")
                for index, panel in enumerate(self.panels)
            ],
            [self._action("Welcome", lambda: self.show_panel("welcome"), "F1")],
            [self._action("Quit", self.close, "Ctrl+Q")],
        ]
        for group in groups:
            for action in group:
                menu.addAction(action)
                self.addAction(action)
            menu.addSeparator()
        self._menu_button.setMenu(menu)
        self._menu_button.setAccessibleName(f"Menu, Neural Net Explorer {__version__}")
        find = self._action("Search actions", self.search, "Ctrl+K")
        self.addAction(find)
        self._everywhere = [action for group in groups for action in group]

    def _action(self, text: str, does: object, *keys: str) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(lambda *_: does())  # type: ignore[operator]
        return action

    def search(self) -> None:
        """Offer everything that can be done now."""
        here = self.panel.menu_actions() if self.panel else ()
        ActionSearch([*here, *self._everywhere], self).open()

    # What it shows.

    @property
    def panel(self) -> Panel | None:
        """The panel that is shown; `None` for the welcome."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, Panel) else None

    def _start(self, name: str) -> None:
        if name == "names":
            self.workspace.name_wanted.emit(EXAMPLE)
            name = "predict"
        self.show_panel(name)

    def show_panel(self, name: str) -> None:
        """Show the panel called `name`; anything else is the welcome."""
        before = self.panel
        names = [panel.name for panel in self.panels]
        index = names.index(name) if name in names else -1
        self._stack.setCurrentIndex(index + 1)
        self.rail.show_chosen(index)
        self._histories.setActiveStack(self.panel.undo_stack() if self.panel else self.workspace.undo)
        (self.panel or self.welcome).setFocus(Qt.FocusReason.OtherFocusReason)
        if before is not None:
            for tool in before.tools():
                tool.hide()
            for action in before.menu_actions():
                self.removeAction(action)
        if self.panel is not None:
            for tool in self.panel.tools():
                tool.show()
            for action in self.panel.menu_actions():
                self.addAction(action)
        self._refresh()
        self._warm_for_training()

    def _refresh(self, *_: object) -> None:
        name, state = self.panel.heading() if self.panel else ("Neural Net Explorer", __version__)
        long = look(self).px(LONGEST)
        self._name.setText(self._name.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, long))
        self._name.setToolTip(name if self._name.text() != name else "")
        self._state.setText(state)
        self._hint.show_text(self.panel.hint() if self.panel else "")
        self.setWindowTitle(f"{name} – Neural Net Explorer" if self.panel else "Neural Net Explorer")
        style = look(self)
        if self.workspace.torch_error:
            self._device.setText(self.workspace.torch_error)
        else:
            self._device.setText(self.workspace.torch or "Loading PyTorch…")
        failed, there = bool(self.workspace.torch_error), bool(self.workspace.torch)
        colour = style.theme.warning if failed else style.theme.good if there else style.theme.third
        self._dot.setStyleSheet(f"color: {colour};")

    def say(self, sentence: str) -> None:
        """Say something in the status line, for a while."""
        self._said.show_text(sentence)
        QTimer.singleShot(12_000, self, lambda: self._said.show_text("") if self._said.whole == sentence else None)

    # Look.

    def apply_look(self, *_: object) -> None:
        """Give the application the chosen theme and scale."""
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        chosen = self.settings.theme
        theme = themes.follow_system(application) if chosen == "system" else themes.THEMES[chosen]
        themes.apply(application, theme, self.settings.scale)
        rescale(self, self.settings.scale)
        self._refresh()

    def choose_theme(self, name: str) -> None:
        """Use `light`, `dark` or the `system`'s theme."""
        self.settings.theme = name
        self.apply_look()

    def switch_theme(self) -> None:
        """From light to dark, and back."""
        self.choose_theme("light" if look(self).theme.name == "dark" else "dark")

    def zoom(self, factor: float) -> None:
        """Make everything larger or smaller by a factor; 0 is the normal size."""
        scale = self.settings.scale * factor if factor else 1.0
        self.settings.scale = round(min(max(scale, SMALLEST), LARGEST), 3)
        self.apply_look()
        self.say(f"Size {round(100 * self.settings.scale)} %")

    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # Files.

    def new(self) -> None:
        """Begin an empty network for digit images."""
        self.workspace.open_network(Network((1, 28, 28), name="Untitled"))
        self.show_panel("build")

    def open(self) -> None:
        """Ask for a network file and open it."""
        path, _ = QFileDialog.getOpenFileName(
            self, "Open a network", self._folder(), "Networks (*.json);;All files (*)"
        )
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Open a network file or a run; what is wrong with it is said in the status line."""
        try:
            if (path / "network.json").is_file():
                self.workspace.open_file(path / "network.json")
                self.workspace.file = None
                self.workspace.run = path
                self.workspace.run_changed.emit(path)
                self.show_panel("train")
            else:
                self.workspace.open_file(path)
                self.show_panel("build")
        except ExplorerError as error:
            self.say(str(error))

    def save(self) -> None:
        """Save the network where it was opened, or ask where."""
        if self.workspace.file is None:
            self.save_as()
        else:
            self._save(self.workspace.file)

    def save_as(self) -> None:
        """Ask where and save the network."""
        stem = "".join(c if c.isalnum() or c in " -_" else "-" for c in self.workspace.network.name)
        suggested = str(Path(self._folder()) / f"{stem or 'network'}.json")
        path, _ = QFileDialog.getSaveFileName(self, "Save the network", suggested, "Networks (*.json)")
        if path:
            target = Path(path)
            self._save(target if target.suffix else target.with_suffix(".json"))

    def _save(self, path: Path) -> None:
        try:
            self.workspace.save(path)
            self.say(f"Saved {path.name}, {plural(len(self.workspace.network.layers), 'layer')}.")
        except ExplorerError as error:
            self.say(str(error))

    def _folder(self) -> str:
        return str(self.workspace.file.parent if self.workspace.file else Path.home())

    # PyTorch.

    def load_torch(self) -> None:
        """Import PyTorch on a background thread."""
        if not self._torch.running and not self.workspace.torch:
            self._torch.start(_import_torch, "torch")

    def _torch_is_there(self, words: list[str]) -> None:
        self.workspace.set_torch(words[-1])

    def _warm_for_training(self) -> None:
        """Let PyTorch's optimisers load once someone looks at training: elsewhere it would make the pen stutter."""
        wanted = self.panel is not None and self.panel.trains
        if wanted and self.workspace.torch and not self._warm and not self._torch.running:
            self._warm = True
            self._torch.start(_warm_torch, "warm")

    def _torch_ended(self, error: BaseException | None) -> None:
        self._warm_for_training()
        if error is not None:
            self.workspace.set_torch("", f"PyTorch could not be loaded: {error}. Install it again.")

    # Events.

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_dot"):
            self._refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Nothing is asked and nothing is lost: runs stop and are kept, the network is kept."""
        for panel in self.panels:
            panel.close_down()
        self._torch.stop(wait=True)
        self.workspace.keep()
        self.settings.geometry = self.saveGeometry()
        self.settings.panel = self.panel.name if self.panel else ""
        self.settings.flush()
        super().closeEvent(event)


def _import_torch() -> Iterator[str]:
    from explorer.learn.load import import_torch

    torch = import_torch()
    from explorer.learn import device

    device.use_threads()
    version = torch.__version__.partition("+")[0]
    yield f"PyTorch {version} · {device.describe(device.choose('auto'))}"


def _warm_torch() -> Iterator[str]:
    from explorer.learn.load import warm_up

    warm_up()
    yield from ()
