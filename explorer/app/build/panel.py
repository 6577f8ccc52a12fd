"""The Build panel.

┌────────┬──────────────────────────┬──────────┐
│ add a  │ LeNet-5     61 706  63 KB│ Conv2d   │
│ layer  │ ▯─▭─▫─▭─▫─│─│─│  diagram │ settings │
│        │ list of layers           │ formulas │
└────────┴──────────────────────────┴──────────┘
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from explorer.app.build.diagram import Diagram
from explorer.app.build.figures import headline, headline_amount
from explorer.app.build.inspector import Inspector
from explorer.app.build.palette import Palette
from explorer.app.build.rows import Header
from explorer.app.build.table import LayerList
from explorer.app.icons import Icon
from explorer.app.panel import Panel
from explorer.app.theme import look, sized
from explorer.app.widgets.text import WIDEST, Elided, Figure, button, label, scrolled
from explorer.app.workspace import Workspace
from explorer.arch.analysis import Report
from explorer.arch.layer import Layer
from explorer.arch.layers import PALETTE
from explorer.arch.network import Network
from explorer.arch.text import number, plural
from explorer.arch.zoo import zoo, zoo_names

STAGE, LEFT, RIGHT, SLIM = 644, 168, 328, 284
"""Widths in pixels at scale 1: the least of the stage, which its list needs; the sides, and the right one where it
is tight."""

TALL, BELOW = 560, 480
"""Least heights in pixels at scale 1 of the stage and of the inspector where it stands below the stage."""


BAR = 640
"""Below this width in pixels at scale 1 the top bar has no room for all buttons."""


class BuildPanel(Panel):
    """Stack layers and see at once what each does to the shape, and what it costs."""

    name, title, icon = "build", "Build", Icon.BUILD

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.palette_list = Palette()
        self.list = LayerList(workspace.report)
        self.diagram = Diagram()
        self.inspector = Inspector()
        self._heading, self._about = Elided("title"), label("", "caption", wrap=True)
        self.parameters, self.memory, self.macs = Figure("parameters"), Figure("activations"), Figure("multiply-adds")
        self._empty = label("Add a layer from the left, or open a network from the zoo.", "caption", wrap=True)
        self._add = self._make_add()
        self._lay_out()
        self._tools = self._make_tools()
        self._actions = self._make_actions()
        self.palette_list.chosen.connect(self.add)
        self.list.chosen.connect(self._choose)
        self.list.asked.connect(self._explain)
        self.list.removed.connect(self.remove)
        self.list.shifted.connect(self.move_layer)
        self.list.repaired.connect(self.repair)
        self.list.layers.moved.connect(self.move_layer)
        self.list.layers.inserted.connect(self._dropped)
        self.diagram.chosen.connect(self.list.choose)
        self.inspector.edited.connect(workspace.edit)
        self.inspector.removed.connect(self.remove)
        workspace.network_changed.connect(self._show)
        workspace.opened.connect(self._begin)
        self.setFocusProxy(self.list)
        self._show(workspace.report)

    def _lay_out(self) -> None:
        self._left = _side(scrolled(self.palette_list), "right", LEFT)
        self._right = _side(scrolled(self.inspector), "left", RIGHT)
        self._stage = QWidget()
        box = QVBoxLayout(self._stage)
        box.setContentsMargins(24, 24, 24, 0)
        box.setSpacing(8)
        top = QHBoxLayout()
        top.setSpacing(24)
        names = QVBoxLayout()
        names.setSpacing(4)
        names.addWidget(self._heading)
        names.addWidget(self._about)
        names.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        top.addLayout(names, 1)
        for figure in (self.parameters, self.memory, self.macs):
            top.addWidget(figure, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(top)
        box.addWidget(self.diagram, 2)
        self._header = Header(self.list)
        box.addWidget(self._header)
        box.addWidget(self.list, 5)
        box.addWidget(self._empty)
        inner = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, inner)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(0)
        self._columns.addWidget(self._left)
        self._columns.addWidget(self._stage, 1)
        self._columns.addWidget(self._right)
        area = scrolled(inner, across=True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def _make_add(self) -> QPushButton:
        """Stands for the column of new layers where the window is too narrow for it."""
        made = button("Add a layer")
        menu = QMenu(made)
        for kind in PALETTE:
            menu.addAction(kind.title).triggered.connect(partial(self.add, kind))
        made.setMenu(menu)
        made.hide()
        return made

    def _make_tools(self) -> tuple[QPushButton, ...]:
        zoo_button = button("Zoo", role="quiet", tip="Open a known network")
        menu = QMenu(zoo_button)
        for name in zoo_names():
            network = zoo(name)
            menu.addAction(network.name).triggered.connect(partial(self._open, network))
        zoo_button.setMenu(menu)
        undo = button("Undo", self.workspace.undo.undo, "quiet", "Ctrl+Z")
        redo = button("Redo", self.workspace.undo.redo, "quiet", "Ctrl+Y")
        self.workspace.undo.canUndoChanged.connect(undo.setEnabled)
        self.workspace.undo.canRedoChanged.connect(redo.setEnabled)
        undo.setEnabled(self.workspace.undo.canUndo())
        redo.setEnabled(self.workspace.undo.canRedo())
        train = button("Train", lambda: self.workspace.wanted.emit("train"), "primary", "Go on to training")
        return zoo_button, undo, redo, train

    def _make_actions(self) -> tuple[QAction, ...]:
        add = QAction("Add a layer", self)
        add.setShortcut(QKeySequence("Ctrl+L"))
        add.triggered.connect(self._offer)
        kinds = []
        for kind in PALETTE:
            one = QAction(f"Add {kind.title}", self)
            one.triggered.connect(partial(self.add, kind))
            kinds.append(one)
        zoos = []
        for name in zoo_names():
            network = zoo(name)
            one = QAction(f"Open {network.name}", self)
            one.triggered.connect(partial(self._open, network))
            zoos.append(one)
        return (add, *kinds, *zoos)

    def _open(self, network: Network, *_: object) -> None:
        self.workspace.open_network(network)

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
        return "Ctrl+L add · Alt+↑↓ move · Delete remove · Ctrl+Z undo"

    def tour(self) -> Iterator[str]:
        before = self.workspace.network
        self.workspace.open_network(zoo("lenet5"))
        self.list.choose(3)
        yield "lenet5"
        self.workspace.edit(self.workspace.network.remove(6), "Remove flatten")
        self.list.choose(6)
        yield "fault"
        self.workspace.open_network(zoo("cifar10"))
        self.list.choose(0)
        self._explain(0, "parameters")
        yield "explained"
        self.workspace.open_network(before)

    # Edits.

    @property
    def position(self) -> int:
        """The chosen layer; −1 is the input."""
        return self.list.currentIndex().row() - 1

    def _offer(self) -> None:
        if self._left.isVisible():
            self.palette_list.entries[PALETTE[0].__name__].setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self._add.showMenu()

    def add(self, kind: type[Layer], *_: object) -> None:
        """Put a new layer below the chosen one."""
        self._insert(kind, self.position + 1)

    def _dropped(self, name: str, place: int) -> None:
        kind = next((kind for kind in PALETTE if kind.__name__ == name), None)
        if kind is not None:
            self._insert(kind, place)

    def _insert(self, kind: type[Layer], place: int) -> None:
        self.workspace.edit(self.workspace.network.insert(place, kind()), f"Add {kind.__name__}")  # type: ignore[arg-type]
        self.list.choose(place)

    def remove(self, position: int) -> None:
        """Remove the layer at `position`."""
        layer = self.workspace.network.layers[position]
        self.workspace.edit(self.workspace.network.remove(position), f"Remove {layer.type}")
        self.list.choose(min(position, len(self.workspace.network.layers) - 1))

    def move_layer(self, start: int, to: int) -> None:
        """Move the layer at `start` so that it stands at `to`."""
        if start != to:
            layer = self.workspace.network.layers[start]
            self.workspace.edit(self.workspace.network.move(start, to), f"Move {layer.type}")
            self.list.choose(to)

    def repair(self, index: int) -> None:
        """Carry out a repair of the present fault."""
        fault = self.workspace.report.fault
        if fault is not None:
            fix = fault.fixes[index]
            self.workspace.edit(self.workspace.network.mend(fault.index, fix), fix.text)

    # What it shows.

    def _show(self, report: Report) -> None:
        network = report.network
        self._heading.show_text(network.name)
        self._about.setText(network.about)
        self._collapse()
        self.list.show_report(report)
        self.diagram.show_report(report)
        self._empty.setVisible(not network.layers)
        upto = "" if report.fault is None else ", up to the layer that does not fit"
        more = "+" if upto else ""  # it is only a part of the whole
        counted = [row for row in report.rows if row.parameters]
        why = " + ".join(number(row.parameters or 0) for row in counted) or "0"
        self.parameters.show_value(headline(report.parameters) + more, f"{why} = {number(report.parameters)}{upto}")
        count = plural(sum(1 for row in report.rows if row.memory_bytes), "tensor")
        self.memory.show_value(
            headline_amount(report.memory_bytes) + more,
            f"The input and the outputs of all layers, {count}: {number(report.memory_bytes)} bytes a sample{upto}",
        )
        macs = " + ".join(number(row.macs) for row in report.rows if row.macs) or "0"
        self.macs.show_value(headline(report.macs) + more, f"{macs} = {number(report.macs)} a sample{upto}")
        self.inspector.show_row(report, min(max(self.position, -1), len(network.layers) - 1))
        self.diagram.show_chosen(self.position)

    def _begin(self) -> None:
        self.list.choose(-1)

    def _choose(self, position: int) -> None:
        if -1 <= position < len(self.workspace.network.layers):
            self.inspector.show_row(self.workspace.report, position)
            self.diagram.show_chosen(position)

    def _explain(self, position: int, what: str) -> None:
        self.inspector.show_row(self.workspace.report, position)
        self.inspector.light(what)

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
        self._about.setVisible(bool(self.workspace.network.about) and not narrow)
        down = QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(down if under else QBoxLayout.Direction.LeftToRight)
        for tool in self._tools[1:]:
            # The top bar keeps its buttons' words; what has no room there is in the menu and the rail, too. The bar
            # itself shows and hides the buttons, so they get no width instead.
            tool.setMaximumWidth(0 if self.width() < px(BAR) else WIDEST)
        self._stage.setMinimumSize(px(STAGE), px(TALL) if under else 0)
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
