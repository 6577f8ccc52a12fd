"""The Build panel.

┌────────┬──────────────────────────┬──────────┐
│ add a  │ stage: diagram and list, │ Conv2d   │
│ layer  │ code, compare, about     │ settings │
│        │                          │ formulas │
└────────┴──────────────────────────┴──────────┘
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path as File

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from explorer.app.build.edits import Edits
from explorer.app.build.exports import Exports
from explorer.app.build.inspector import Inspector
from explorer.app.build.pages import Pages
from explorer.app.build.palette import COMMON, Palette
from explorer.app.build.showcase import showcase
from explorer.app.build.stage import PAGES, Stage
from explorer.app.icons import Icon
from explorer.app.panel import Panel
from explorer.app.theme import look, sized
from explorer.app.widgets.text import WIDEST, button, scrolled
from explorer.app.workspace import Workspace
from explorer.arch.analysis import Report
from explorer.arch.blocks import TEMPLATES
from explorer.arch.convention import Convention
from explorer.arch.layers import GROUPS, PALETTE
from explorer.arch.network import Network
from explorer.arch.tree import Path
from explorer.arch.zoo import zoo, zoo_groups

STAGE, LEFT, RIGHT, SLIM = 644, 180, 304, 284
"""Widths in pixels at scale 1: the least of the stage, which its list needs; the sides, and the right one where it
is tight."""

TALL, BELOW = 640, 480
"""Least heights in pixels at scale 1 of the stage and of the inspector where it stands below the stage."""

BAR = 640
"""Below this width in pixels at scale 1 the top bar has no room for all buttons."""


class BuildPanel(Panel):
    """Stack layers and see at once what each does to the shape, and what it costs."""

    name, title, icon = "build", "Build", Icon.BUILD

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.palette_list = Palette()
        self._add = self._make_add()
        self.stage = Stage(workspace.report, self._add)
        self.list, self.diagram = self.stage.list, self.stage.diagram
        self.inspector = Inspector()
        self.edits = Edits(workspace, lambda: self.list.marked, self.list.choose, self.list.mark)
        self.exports = Exports(workspace, self)
        self.pages = Pages(self.stage, workspace)
        self._lay_out()
        self._tools = self._make_tools()
        self._actions = self._make_actions()
        self._connect()
        self.setFocusProxy(self.list)
        self._show(workspace.report, afresh=True)

    def _connect(self) -> None:
        edits = self.edits
        self.palette_list.chosen.connect(edits.add)
        self.palette_list.left.connect(self.list.setFocus)
        for field in (self.palette_list.search, self.stage.finder):
            back = QShortcut(QKeySequence(Qt.Key.Key_Escape), field, context=Qt.ShortcutContext.WidgetShortcut)
            back.activated.connect(self.list.setFocus)
        self.list.chosen.connect(self._choose)
        self.list.asked.connect(self._explain)
        self.list.removed.connect(edits.remove)
        self.list.shifted.connect(edits.step)
        self.list.repaired.connect(edits.repair)
        self.list.layers.moved.connect(edits.move_all)
        self.list.layers.inserted.connect(edits.insert)
        self.diagram.chosen.connect(self.list.choose)
        self.stage.profile.chosen.connect(self.list.choose)
        self.diagram.inserted.connect(edits.insert)
        self.diagram.moved.connect(edits.move)
        self.diagram.removed.connect(lambda _: edits.remove())
        self.pages.chosen.connect(self.list.choose)
        self.inspector.edited.connect(self.workspace.edit)
        self.inspector.removed.connect(edits.remove)
        self.stage.convention.chosen.connect(self._write_as)
        self.workspace.network_changed.connect(self._show)
        self.workspace.opened.connect(self._begin)

    def _lay_out(self) -> None:
        new = scrolled(self.palette_list)
        self._left = _side(new, "right", LEFT)
        self._beside = scrolled(self.inspector)
        self._right = _side(self._beside, "left", RIGHT)
        inner = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, inner)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(0)
        self._columns.addWidget(self._left)
        self._columns.addWidget(self.stage, 1)
        self._columns.addWidget(self._right)
        self._whole = area = scrolled(inner, across=True)
        for around in (new, self._beside, area):
            # A click beside the buttons leaves the keyboard where it is, in the list or the diagram.
            around.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def _make_add(self) -> QPushButton:
        """Stands for the column of new layers where the window is too narrow for it."""
        made = button("Add a layer")
        menu = QMenu(made)
        kinds = {kind.__name__: kind for kind in PALETTE}
        for name in COMMON:
            self._adding(menu, kinds[name].title, name)
        blocks = menu.addMenu("Blocks")
        for template in TEMPLATES:
            self._adding(blocks, template.title, template.name)
        for title, group in GROUPS:
            more = menu.addMenu(title)
            for kind in group:
                self._adding(more, kind.title, kind.__name__)
        made.setMenu(menu)
        made.hide()
        return made

    def _adding(self, menu: QMenu, title: str, name: str) -> None:
        menu.addAction(title).triggered.connect(lambda *_: self.edits.add(name))

    def _make_tools(self) -> tuple[QPushButton, ...]:
        zoo_button = button("Zoo", role="quiet", tip="Open a known network")
        zoo_button.setMenu(self._zoo_menu(zoo_button))
        export = button("Export", role="quiet", tip="Code, ONNX, pictures, or text to paste")
        export.setMenu(self.exports.menu(export))
        undo = button("Undo", self.workspace.undo.undo, "quiet", "Ctrl+Z")
        redo = button("Redo", self.workspace.undo.redo, "quiet", "Ctrl+Y")
        self.workspace.undo.canUndoChanged.connect(undo.setEnabled)
        self.workspace.undo.canRedoChanged.connect(redo.setEnabled)
        undo.setEnabled(self.workspace.undo.canUndo())
        redo.setEnabled(self.workspace.undo.canRedo())
        train = button("Train", lambda: self.workspace.wanted.emit("train"), "primary", "Go on to training")
        return zoo_button, export, undo, redo, train

    def _zoo_menu(self, parent: QWidget) -> QMenu:
        menu = QMenu(parent)
        for heading, names in zoo_groups():
            group = menu.addMenu(heading)
            for name in names:
                network = zoo(name)
                group.addAction(network.name).triggered.connect(partial(self._open, network))
        menu.addSeparator()
        menu.addAction("ImageNet error chart").triggered.connect(lambda *_: self.stage.show_page("contest"))
        return menu

    def _make_actions(self) -> tuple[QAction, ...]:
        edits, show = self.edits, self.stage.show_page
        made = [
            self._action("Add a layer", self._offer, "Ctrl+L"),
            self._action("Find in the network", self._find, "Ctrl+F"),
            self._action("Copy layers", edits.copy, "Ctrl+C"),
            self._action("Cut layers", edits.cut, "Ctrl+X"),
            self._action("Paste", edits.paste, "Ctrl+V"),
            self._action("Duplicate layers", edits.duplicate, "Ctrl+J"),
            self._action("Group layers into a block", edits.group, "Ctrl+G"),
            self._action("Take a block apart", edits.ungroup, "Ctrl+Shift+G"),
            self._action("Add a branch", edits.add_branch, "Ctrl+B"),
            self._action("Copy the network as text", edits.share, "Ctrl+Shift+C"),
            self._action("Fit the diagram", self.diagram.fit, "Ctrl+Shift+F"),
            self._action("Turn the diagram", self._turn, "Ctrl+Shift+T"),
            *(self._action(f"Show {title}", partial(show, page), "") for page, title in PAGES.items()),
            *(self._action(f"Add {kind.title}", partial(edits.add, kind.__name__), "") for kind in PALETTE),
            *(self._action(f"Add {template.title}", partial(edits.add, template.name), "") for template in TEMPLATES),
        ]
        for _, names in zoo_groups():
            for name in names:
                network = zoo(name)
                made.append(self._action(f"Open {network.name}", partial(self._open, network), ""))
        return (*made, *self.exports.actions)

    def _action(self, text: str, does: Callable[[], object], key: str) -> QAction:
        made = QAction(text, self)
        made.setShortcut(QKeySequence(key))
        made.triggered.connect(lambda *_: does())
        return made

    def _open(self, network: Network, *_: object) -> None:
        self.workspace.open_network(network)

    def _find(self) -> None:
        self.stage.show_page("layers")
        self.stage.finder.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.stage.finder.selectAll()

    def _turn(self) -> None:
        self.diagram.set_vertical(not self.diagram.vertical)

    # What the window asks.

    def heading(self) -> tuple[str, str]:
        if self.workspace.file is None:
            return self.workspace.network.name, "not in a file yet"
        return self.workspace.network.name, "saved" if self.workspace.undo.isClean() else "changed"

    def tools(self) -> tuple[QPushButton, ...]:
        return self._tools

    def menu_actions(self) -> tuple[QAction, ...]:
        return self._actions

    def hint(self) -> str:
        return "Ctrl+L add · Alt+↑↓ move · Ctrl+G group · Delete remove · Ctrl+Z undo"

    def tour(self) -> Iterator[str]:
        yield from showcase(self)

    def close_down(self) -> None:
        self.exports.close_down()

    # Where the keyboard goes.

    def _offer(self) -> None:
        if self._left.isVisible():
            self.palette_list.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.palette_list.search.selectAll()
        else:
            self._add.showMenu()

    # What it shows.

    def _show(self, report: Report, afresh: bool = False) -> None:
        self._collapse()
        self.stage.show_report(report, afresh)
        self.pages.refresh()
        self._choose(self.list.at)

    def _begin(self) -> None:
        self.stage.show_report(self.workspace.report, afresh=True)
        self.pages.begin()
        self.list.choose(())

    def _choose(self, at: Path) -> None:
        if at in self.workspace.report.places:
            self.inspector.show_row(self.workspace.report, at)
            self.diagram.show_chosen(at)
            self.stage.profile.show_chosen(at)
            self.pages.show_chosen(at)

    def _explain(self, at: Path, what: str) -> None:
        self.inspector.show_row(self.workspace.report, at)
        self.inspector.light(what)
        QTimer.singleShot(0, self, lambda: self._reveal(self.inspector.sections[what]))

    def _reveal(self, section: QWidget) -> None:
        """Scroll to a section of the inspector, once it has its place."""
        for area in (self._beside, self._whole):
            area.ensureWidgetVisible(section, 0, look(self).px(16))

    def _write_as(self, convention: str) -> None:
        chosen: Convention = "keras" if convention == "keras" else "pytorch"
        for part in (self.list.layers, self.diagram, self.inspector):
            part.write_as(chosen)
        self.pages.refresh()

    def open_file(self, path: File) -> None:
        """Open a network file beside the open network, to compare."""
        self.pages.compare_with(path)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._collapse()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange) and hasattr(self, "_tools"):
            self._collapse()

    def _collapse(self) -> None:
        """The stage needs its width: in a narrow window a button takes the place of the column of new layers.

        In one still narrower the inspector stands below the list.
        """
        px = look(self).px
        narrow = self.width() < px(LEFT + STAGE + RIGHT)
        under = self.width() < px(STAGE + SLIM)
        self._left.setVisible(not narrow)
        self._add.setVisible(narrow)
        self.stage.about.setVisible(bool(self.workspace.network.about) and not narrow)
        down = QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(down if under else QBoxLayout.Direction.LeftToRight)
        for tool in self._tools[1:]:
            # The top bar keeps its buttons' words; what has no room there is in the menu and the rail, too. The bar
            # itself shows and hides the buttons, so they get no width instead.
            tool.setMaximumWidth(0 if self.width() < px(BAR) else WIDEST)
        self.stage.setMinimumSize(px(STAGE), px(TALL) if under else 0)
        if under:
            self._right.setProperty("wide", None)
            self._right.setMinimumSize(0, px(BELOW))
            self._right.setMaximumWidth(WIDEST)
        else:
            self._right.setMinimumHeight(0)
            sized(self._right, wide=SLIM if narrow else RIGHT)


def _side(content: QWidget, edge: str, wide: int) -> QWidget:
    made = QWidget()
    made.setProperty("role", "side")
    made.setProperty("edge", edge)
    made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    box = QVBoxLayout(made)
    box.setContentsMargins(1 if edge == "left" else 0, 0, 1 if edge == "right" else 0, 0)
    box.addWidget(content)
    sized(made, wide=wide)
    return made
