"""The middle of the Build panel.

┌──────────────────────────────────────────┐
│ LeNet-5                 61 706   63 KB … │  heading and totals
│ ▯─▭─▫─▭─▫─│─│─│                          │  diagram
│ ▇▅▃▂▁                                    │  profile
│ Layers  Code  Compare  About    PyTorch  │  pages
│ list of layers, or another page          │
└──────────────────────────────────────────┘
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from explorer.app.build.diagram import Diagram
from explorer.app.build.figures import headline, headline_amount
from explorer.app.build.profile import Profile
from explorer.app.build.rows import Header
from explorer.app.build.table import LayerList
from explorer.app.theme import sized
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Elided, Figure, label, row, style_again
from explorer.arch.analysis import Report, Row
from explorer.arch.cost import totals
from explorer.arch.shape import is_fixed

PAGES = {"layers": "Layers", "code": "Code", "compare": "Compare", "about": "About", "contest": "Error chart"}
"""The pages below the diagram, and the words on their tabs."""

NOTHING = "No layer has these words."

MOST_SAMPLES = 1_000_000
"""Largest batch that the totals are given for."""


class Stage(QWidget):
    """Heading, totals, diagram and the list of layers; other pages are added by the panel."""

    page_chosen = Signal(str)

    def __init__(self, report: Report, add: QPushButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        self.list, self.diagram, self.profile = LayerList(report), Diagram(), Profile()
        self.heading, self.about = Elided("title"), label("", "caption", wrap=True)
        self.parameters, self.memory, self.macs = Figure("parameters"), Figure("activations"), Figure("multiply-adds")
        self.batch = QLineEdit("1")
        self.passes = Tabs({"forward": "Forward", "training": "Forward + backward"})
        self.tabs, self.convention = Tabs(PAGES), Tabs({"pytorch": "PyTorch", "keras": "Keras"})
        self.finder = QLineEdit()
        self._empty = label("Add a layer from the left, or open a network from the zoo.", "caption", wrap=True)
        self.pages = QStackedWidget()
        self._places: dict[str, int] = {}
        self._lay_out(add)
        self.tabs.entries["contest"].hide()
        self.batch.textEdited.connect(lambda _: self._show_totals())
        self.passes.chosen.connect(lambda _: self._show_totals())
        self.tabs.chosen.connect(self.show_page)
        self.finder.textEdited.connect(lambda _: self._find(0))
        self.finder.returnPressed.connect(lambda: self._find(1))

    def _lay_out(self, add: QPushButton) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 20, 0)
        box.setSpacing(8)
        top = QHBoxLayout()
        top.setSpacing(24)
        names = QVBoxLayout()
        names.setSpacing(4)
        for widget in (self.heading, self.about):
            names.addWidget(widget)
        names.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)
        names.addStretch(1)
        top.addLayout(names, 1)
        figures = QVBoxLayout()
        figures.setSpacing(4)
        numbers = QHBoxLayout()
        numbers.setSpacing(24)
        numbers.addStretch(1)
        for figure in (self.parameters, self.memory, self.macs):
            numbers.addWidget(figure, 0, Qt.AlignmentFlag.AlignTop)
        figures.addLayout(numbers)
        self.batch.setValidator(QIntValidator(1, MOST_SAMPLES, self.batch))
        self.batch.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.batch.setAccessibleName("Batch size")
        self.batch.setToolTip("Samples in a batch: activations and multiply-adds grow with them, parameters do not.")
        sized(self.batch, wide=84)
        figures.addWidget(row(None, label("batch of", "caption"), self.batch, self.passes, gap=6))
        top.addLayout(figures)
        box.addLayout(top)

        lower = QWidget()
        under = QVBoxLayout(lower)
        under.setContentsMargins(0, 8, 0, 0)
        under.setSpacing(4)
        self.finder.setProperty("role", "words")
        self.finder.setPlaceholderText("Find a layer")
        self.finder.setAccessibleName("Find a layer in the network")
        self.finder.setToolTip("Name, kind or settings. Enter goes to the next one. (Ctrl+F)")
        sized(self.finder, wide=124)
        under.addWidget(row(self.tabs, None, self.finder, self.convention))
        layers = QWidget()
        column = QVBoxLayout(layers)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(Header(self.list))
        column.addWidget(self.list, 1)
        column.addWidget(self._empty)
        layers.setFocusProxy(self.list)
        # The pages scroll by themselves: the tallest one must not make the panel taller.
        self.pages.setMinimumSize(1, 120)
        under.addWidget(self.pages, 1)
        self.add_page("layers", layers)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        upper = QWidget()
        drawn = QVBoxLayout(upper)
        drawn.setContentsMargins(0, 0, 0, 4)
        drawn.setSpacing(4)
        drawn.addWidget(self.diagram, 1)
        drawn.addWidget(self.profile)
        self._upper = upper
        self._split.addWidget(upper)
        self._split.addWidget(lower)
        self._split.setStretchFactor(0, 2)
        self._split.setStretchFactor(1, 3)
        self._split.setSizes([400, 600])
        box.addWidget(self._split, 1)

    def hasHeightForWidth(self) -> bool:
        """Its parts take the height there is: text that wraps must not make the panel taller than the window."""
        return False

    # Pages.

    def add_page(self, name: str, page: QWidget) -> None:
        """Another page below the diagram."""
        self._places[name] = self.pages.addWidget(page)

    @property
    def page(self) -> str:
        """The page that is shown."""
        return next(name for name, place in self._places.items() if place == self.pages.currentIndex())

    def _shown(self) -> QWidget:
        page = self.pages.currentWidget()
        assert page is not None
        return page

    def show_page(self, name: str) -> None:
        """Show a page; those with much to say get the diagram's room."""
        held = QApplication.focusWidget()
        here = held is not None and (held is self.diagram or self._shown().isAncestorOf(held))
        self.tabs.show_chosen(name)
        self.tabs.entries["contest"].setVisible(name == "contest")  # one comes to it from a card or the menu
        self.pages.setCurrentIndex(self._places[name])
        if here and not (held is self.diagram and name in ("layers", "code")):
            # The keyboard stays where one looks, not with what Qt takes for the next one.
            self._shown().setFocus(Qt.FocusReason.OtherFocusReason)
        self._upper.setVisible(name in ("layers", "code"))
        self.finder.setVisible(name in ("layers", "code"))
        self.convention.setVisible(name in ("layers", "code"))
        self.page_chosen.emit(name)

    # What it shows.

    def show_report(self, report: Report, afresh: bool = False) -> None:
        """Show another network, or the same after an edit."""
        self._report = report
        self.heading.show_text(report.network.name)
        self.about.setText(report.network.about)
        self.list.show_report(report, afresh)
        self.diagram.show_report(report)
        self.profile.show_report(report)
        if afresh:
            self.diagram.fit()
            self.finder.clear()
            self._say_found(True)
        self._empty.setVisible(not report.network.layers)
        self._show_totals()

    @property
    def samples(self) -> int:
        """The batch size that the totals are for."""
        text = self.batch.text()
        return min(max(int(text), 1), MOST_SAMPLES) if text.isdigit() else 1

    def _show_totals(self) -> None:
        report = self._report
        cost = totals(report, self.samples)
        more = "" if report.fault is None else "+"  # it is only a part of the whole
        learned = (f"{row.path} {headline(row.parameters)}" for row in report.rows if row.parameters)
        step = "" if is_fixed(report.network.input) else " a time step"
        self.memory.show_unit(f"activations{step}")
        self.macs.show_unit(f"multiply-adds{step}")
        self.parameters.show_value(headline(report.parameters) + more, _sum(tuple(learned), report))
        training = self.passes.name == "training"
        kept = cost.activations.value + (cost.activation_gradients.value if training else 0)
        why = (*cost.activations.why, *(cost.activation_gradients.why if training else ()))
        others = cost.training if training else cost.forward
        self.memory.show_value(headline_amount(kept) + more, "\n".join((*why, "", "With all the rest:", *others.why)))
        macs = cost.training_macs if training else cost.macs
        self.macs.show_value(headline(macs.value) + more, "\n".join(macs.why))

    # Finding.

    def _find(self, step: int) -> None:
        """Choose the next node that has all the words; `step` 0 begins at the chosen one."""
        words = self.finder.text().lower().split()
        rows = self._report.outline
        here = next((k for k, row in enumerate(rows) if row.at == self.list.at), 0)
        if not words:
            self._say_found(True)
            return
        for k in range(len(rows)):
            row = rows[(here + step + k) % len(rows)]
            if row.node is not None and all(word in _text(row) for word in words):
                self._say_found(True)
                self.list.choose(row.at)
                return
        self._say_found(False)

    def _say_found(self, found: bool) -> None:
        """Mark the search field while no node has all the words."""
        if bool(self.finder.property("wrong")) == found:
            self.finder.setProperty("wrong", not found)
            style_again(self.finder)
        self.finder.setAccessibleDescription("" if found else NOTHING)
        if not found:
            QToolTip.showText(self.finder.mapToGlobal(self.finder.rect().bottomLeft()), NOTHING, self.finder)


def _text(row: Row) -> str:
    """The words by which a row is found."""
    node = row.node
    assert node is not None
    return f"{row.path} {row.type} {node.title} {node.detail(row.input)}".lower()


def _sum(terms: tuple[str, ...], report: Report) -> str:
    """The parameters of all layers as a sum: the first ones, where they are many."""
    shown = terms if len(terms) <= 24 else (*terms[:20], f"… {len(terms) - 21} more", terms[-1])
    upto = "" if report.fault is None else "\nup to the layer that does not fit"
    return "\n+ ".join(shown or ("0",)) + f"\n= {headline(report.parameters)}{upto}"
