"""Two networks side by side: the open one and another, line by line, with what differs marked.

LeNet-5                                    CIFAR-10 net ▾
parameters    61 706    62 006   1.0 × as many, 300 more
┃ Conv2d  6 filters 5×5    156   ≠  ┃ Conv2d  6 filters 5×5    456
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QListView,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from explorer.app.build.figures import cell, headline, headline_amount
from explorer.app.build.halves import FIGURES, GUTTER, PairDelegate, PairHeader, figure_at
from explorer.app.widgets.text import Elided, Explained, button, column, label, line, style_again
from explorer.arch.analysis import Report, Row, analyse
from explorer.arch.compare import Pair, compare, differences
from explorer.arch.cost import reasons, totals
from explorer.arch.document import read_network
from explorer.arch.errors import ExplorerError
from explorer.arch.network import Network
from explorer.arch.shape import is_fixed
from explorer.arch.text import number, plural
from explorer.arch.zoo import zoo, zoo_groups

Index = QModelIndex | QPersistentModelIndex

_WORDS = {"output": "Output", "parameters": "Parameters", "memory": "Memory", "macs": "Multiply-adds"}


class PairModel(QAbstractListModel):
    """The lines of a comparison that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: tuple[Pair, ...] = ()

    def show_pairs(self, pairs: Sequence[Pair]) -> None:
        """Show other lines; they are reset only if their number changed."""
        if pairs and len(pairs) == len(self.pairs):
            self.pairs = tuple(pairs)
            self.dataChanged.emit(self.index(0), self.index(len(pairs) - 1))
            return
        self.beginResetModel()
        self.pairs = tuple(pairs)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else len(self.pairs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            pair = self.pairs[index.row()]
            return f"{called(pair)}: {'the same' if pair.same else ', '.join(pair.differs)}"
        return None


def called(pair: Pair) -> str:
    """The names of a line's two rows."""
    left, right = (row.path if row else "" for row in (pair.left, pair.right))
    return left if left == right or not right else right if not left else f"{left} and {right}"


def ratio(left: int, right: int, names: Sequence[str], size: bool = False) -> str:
    """How two counts, or two sizes in bytes, compare in words: `ResNet-18: 4.6 × as many, 300 more`."""
    if left == right:
        return "the same"
    low, high = sorted((left, right))
    more = f"{headline_amount(high - low) if size else cell(high - low)} more"
    factor = high / low if low else 0.0
    times = f"{_factor(factor)} × as {'much' if size else 'many'}, " if factor >= 1.01 else ""
    return f"{names[right > left]}: {times}{more}"


def _factor(value: float) -> str:
    return number(value, 0 if value >= 100 else 1 if value >= 1.95 else 2)


def written(value: int) -> str:
    """A count, written out as long as there is room: two of them are compared digit by digit."""
    return number(value) if value < 10**13 else headline(value)


class PairList(QListView):
    """Both halves in one list. `asked` carries the figure that was clicked, `stepped` −1 or 1 for the next one."""

    asked = Signal(str)
    stepped = Signal(int)
    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = PairModel()
        self.setModel(self.lines)
        self.setItemDelegate(PairDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Lines of both networks")
        self.viewport().setAutoFillBackground(False)
        self.selectionModel().currentChanged.connect(lambda *_: self.chosen.emit())

    @property
    def pair(self) -> Pair | None:
        """The chosen line."""
        row = self.currentIndex().row()
        return self.lines.pairs[row] if 0 <= row < len(self.lines.pairs) else None

    def show_pairs(self, pairs: Sequence[Pair], line_number: int) -> None:
        """Show other lines and choose one of them, scrolled as far as before."""
        scrolled = self.verticalScrollBar().value()
        self.lines.show_pairs(pairs)
        self.doItemsLayout()
        self.choose(line_number)
        self.verticalScrollBar().setValue(scrolled)

    def choose(self, line_number: int) -> None:
        """Choose a line."""
        if self.lines.pairs:
            index = self.lines.index(min(max(line_number, 0), len(self.lines.pairs) - 1))
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if self.indexAt(event.position().toPoint()).isValid():
            what = figure_at(self, round(event.position().x()))
            if what:
                self.asked.emit(what)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self.stepped.emit(step)
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)


class Reasons(QWidget):
    """Below the list: what differs in the chosen line, and how one of its figures comes about on both sides."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.differs = Elided("text")
        self.sides = (label("", "formula", wrap=True), label("", "formula", wrap=True))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.differs)
        both = QHBoxLayout()
        both.setSpacing(GUTTER)
        for side in self.sides:
            policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
            policy.setRetainSizeWhenHidden(True)  # the other one keeps its half
            side.setSizePolicy(policy)
            side.setAlignment(Qt.AlignmentFlag.AlignTop)
            both.addWidget(side, 1)
        box.addLayout(both)

    def show_pair(self, pair: Pair | None, what: str, left: Report | None, right: Report | None) -> None:
        """Say it for a line, or nothing for `None`."""
        said = "" if not pair or right is None else "  ·  ".join(pair.differs) or "Both are the same here."
        self.differs.show_text(said)
        rows: tuple[Row | None, Row | None] = (pair.left, pair.right) if pair else (None, None)
        for side, row, report in zip(self.sides, rows, (left, right), strict=True):
            side.setText("\n".join((_WORDS[what], *reasons(row, report)[what])) if row and report else "")
            side.setVisible(row is not None and report is not None)


class CompareView(QWidget):
    """The open network on the left, one of the zoo or of a file on the right. `closed`: Escape, or the button."""

    closed = Signal()

    def __init__(self, report: Report | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.left = report
        self.right: Report | None = None
        self.what = "parameters"
        self.pairs: tuple[Pair, ...] = ()
        self.list = PairList()
        self.header = PairHeader(self.list)
        self.reasons = Reasons()
        self.only = QCheckBox("Only differences")
        self.only.toggled.connect(self._switch)
        self.chooser = button("Choose a network")
        self.menu = QMenu(self.chooser)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.chooser.setMenu(self.menu)
        self.chooser.setAccessibleName("Network on the right")
        self.names = (Elided("text"), Elided("text"))
        self.said = label("", "warning", wrap=True)
        self.count = label("", "caption")
        self.figures = {name: [Explained("", "number") for _ in range(2)] for name in ("parameters", "memory", "macs")}
        self.ratios = {name: Elided("caption") for name in self.figures}
        self._lay_out()
        self.list.chosen.connect(self._explain)
        self.list.asked.connect(self.ask)
        self.list.stepped.connect(lambda step: self.ask(FIGURES[(FIGURES.index(self.what) + step) % len(FIGURES)]))
        self.setFocusProxy(self.list)
        self._compare()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self.count, 1)
        top.addWidget(self.only)
        top.addWidget(button("Close", self.closed.emit, "quiet", "Esc"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for side, name in enumerate(self.names, 1):
            name.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(name, 0, side)
        grid.addWidget(self.chooser, 0, 3, Qt.AlignmentFlag.AlignLeft)
        for place, (key, words) in enumerate(
            (("parameters", "parameters"), ("memory", "activations"), ("macs", "multiply-adds")), 1
        ):
            grid.addWidget(label(words, "caption"), place, 0)
            for side, shown in enumerate(self.figures[key], 1):
                shown.setAlignment(Qt.AlignmentFlag.AlignRight)
                grid.addWidget(shown, place, side)
            grid.addWidget(self.ratios[key], place, 3)
        for side, share in enumerate((0, 1, 1, 4)):
            grid.setColumnStretch(side, share)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 12)
        box.setSpacing(8)
        box.addLayout(top)
        box.addLayout(grid)
        box.addWidget(self.said)
        box.addSpacing(4)
        # With the bar the columns move, and their heads with them.
        self.list.verticalScrollBar().rangeChanged.connect(lambda *_: self.header.update())
        box.addWidget(column(self.header, line(), self.list, line(), gap=0), 1)
        box.addWidget(self.reasons)
        self.said.hide()

    # What is compared.

    def show_report(self, report: Report) -> None:
        """The open network, as it is now."""
        self.left = report
        self._compare()

    def show_other(self, network: Network) -> None:
        """Put a network on the right."""
        self.right = analyse(network)
        self.said.hide()
        self._compare()

    def choose(self, name: str) -> None:
        """Put a known network on the right, by its name in the zoo."""
        self.show_other(zoo(name))

    def open_file(self, path: Path) -> None:
        """Put a network file on the right; what is wrong with it is said below the totals."""
        try:
            self.show_other(read_network(path))
        except ExplorerError as error:
            self.said.setText(str(error))
            self.said.show()

    def _ask_for_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Compare with a network", "", "Networks (*.json);;All files (*)")
        if path:
            self.open_file(Path(path))

    def _fill_menu(self) -> None:
        """Networks under their headings; made when first asked for, for their titles build them all."""
        if self.menu.isEmpty():
            for heading, names in zoo_groups():
                group = self.menu.addMenu(heading)
                for name in names:
                    group.addAction(zoo(name).name).triggered.connect(partial(self.choose, name))
            self.menu.addSeparator()
            self.menu.addAction("Open a file…").triggered.connect(self._ask_for_file)

    def _compare(self) -> None:
        left, right = self.left, self.right
        if left is None:
            self.pairs = ()
        elif right is None:
            self.pairs = tuple(Pair(row, None, True) for row in left.outline)
        else:
            self.pairs = compare(left, right)
        names = [_name(report, side) for report, side in ((left, "left"), (right, "right"))]
        if right is not None and names[0] == names[1]:
            names = [f"{names[0]}, left", f"{names[1]}, right"]
        for shown, name in zip(self.names, names, strict=True):
            shown.show_text(name)
        self.chooser.setText("Choose a network" if right is None else "Choose another")
        self.chooser.setProperty("role", "primary" if right is None else "")
        style_again(self.chooser)
        self.header.show_both(right is not None)
        self._show_totals(names)
        self.only.setEnabled(right is not None)
        self._fill()

    def _show_totals(self, names: list[str]) -> None:
        reports = (self.left, self.right)
        for key, said in self.ratios.items():
            counts: list[int] = []
            for shown, report in zip(self.figures[key], reports, strict=True):
                if report is None:
                    shown.setText("")
                    shown.setToolTip("")
                    continue
                one = totals(report, 1)
                amount = {"parameters": one.parameters, "memory": one.activations, "macs": one.macs}[key]
                counts.append(report.parameters if key == "parameters" else amount.value)
                step = "" if is_fixed(report.network.input) or key == "parameters" else " a time step"
                shown.setText((headline_amount if key == "memory" else written)(counts[-1]) + step)
                shown.setToolTip("\n".join(amount.why))
            said.show_text(ratio(counts[0], counts[1], names, key == "memory") if len(counts) == 2 else "")

    def _switch(self) -> None:
        """All lines or fewer: the chosen one is looked for."""
        self._fill()
        self.list.scrollTo(self.list.currentIndex())

    def _fill(self) -> None:
        """The lines, all of them or only those that differ; the chosen line stays chosen."""
        before, place = self.list.pair, self.list.currentIndex().row()
        shown = differences(self.pairs) if self.only.isChecked() and self.right is not None else list(self.pairs)
        differ = sum(not pair.same for pair in self.pairs)
        lines = plural(len(self.pairs), "line")
        self.count.setText(
            "Choose a network to put beside the open one."
            if self.right is None
            else f"All {lines} are the same."
            if not differ
            else f"{number(differ)} of {lines} {'differs' if differ == 1 else 'differ'}."
        )
        chosen = next((i for i, pair in enumerate(shown) if before and _place(pair) == _place(before)), place)
        self.list.show_pairs(shown, chosen)
        self._explain()

    # What is explained.

    def ask(self, what: str) -> None:
        """Explain this figure of the chosen line: output, parameters, memory or macs."""
        self.what = what
        self._explain()

    def _explain(self) -> None:
        self.reasons.show_pair(self.list.pair, self.what, self.left, self.right)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def _name(report: Report | None, side: str) -> str:
    return "" if report is None else report.network.name or f"the {side} one"


def _place(pair: Pair) -> tuple[object, object]:
    return (pair.left and pair.left.at, pair.right and pair.right.at)
