"""The card of a known network: who made it, what it showed, and a lecture's figures beside the true ones.

2015 · He, Zhang, Ren, Sun
Deep Residual Learning for Image Recognition
It is easy to add nothing: …
Error chart
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from explorer.app.theme import look
from explorer.app.widgets.text import Head, button, label, line, scrolled
from explorer.arch.analysis import Report
from explorer.arch.text import THIN, number
from explorer.arch.zoo import zoo
from explorer.arch.zoo.cards import Card, card, compare_table
from explorer.arch.zoo.contest import ENTRIES
from explorer.arch.zoo.tables import Compared

MARK = "≠"
"""Stands at what was printed otherwise than it is."""

Line = tuple[str, dict[str, Compared]]


def lines(compared: Sequence[Compared]) -> list[Line]:
    """The figures of a table, line by line: its label, and what there is in each column."""
    found: list[Line] = []
    columns = list(dict.fromkeys(one.column for one in compared))
    last = len(columns)
    for one in compared:
        place = columns.index(one.column)
        if not found or found[-1][0] != one.label or place <= last:
            found.append((one.label, {}))
        found[-1][1][one.column] = one
        last = place
    return found


@lru_cache(maxsize=1)
def _contest_families() -> frozenset[str]:
    return frozenset(card(entry.zoo).family for entry in ENTRIES if entry.zoo)


class _Across(QScrollArea):
    """Shows a widget at its whole height, and scrolls only across where it is too wide."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        content.setProperty("role", "plain")
        self._content = content
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.installEventFilter(self)

    def sizeHint(self) -> QSize:
        bar = self.horizontalScrollBar().sizeHint().height()
        return QSize(look(self).px(320), self._content.sizeHint().height() + bar)

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(200), self.sizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # larger type makes it higher
            self.updateGeometry()
        return super().eventFilter(watched, event)


class CardView(QWidget):
    """Shows one card; it scrolls. `opened` carries the zoo's name, `contest_wanted` asks for the error chart."""

    opened = Signal(str)
    contest_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card: Card | None = None
        self.made = label("", "caption", wrap=True)
        self.paper, self.showed = label("", "note", wrap=True), label("", "text", wrap=True)
        self.open_button = button("Open as published", self._open, tip="The open network has been changed")
        self.contest = button("Error chart", self.contest_wanted.emit, "link", "How ImageNet's errors fell")
        self._below = QWidget()
        self.compared: list[Line] = []
        self.marks: list[QLabel] = []
        self._lay_out()

    def _lay_out(self) -> None:
        page = QWidget()
        self._page = box = QVBoxLayout(page)
        box.setContentsMargins(0, 8, 8, 24)
        box.setSpacing(8)
        for part in (self.made, self.paper):
            box.addWidget(part)
        box.addSpacing(8)
        box.addWidget(self.showed)
        tools = QHBoxLayout()
        tools.setSpacing(16)
        tools.addWidget(self.open_button)
        tools.addWidget(self.contest)
        tools.addStretch(1)
        box.addSpacing(8)
        box.addLayout(tools)
        box.addSpacing(8)
        box.addWidget(self._below)
        box.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.area = scrolled(page)
        whole.addWidget(self.area)
        self.setFocusProxy(self.area)

    def minimumSizeHint(self) -> QSize:
        """The table may scroll across; all else is wrapped or seen whole."""
        bar = self.area.verticalScrollBar().sizeHint().width()
        return QSize(self._page.minimumSize().width() + bar, look(self).px(240))

    def show_card(self, card: Card, report: Report) -> None:
        """Show the card of a network; `report` is of the network that is open under its name."""
        self.card = card
        self.made.setText(" · ".join(part for part in (str(card.year or ""), card.authors) if part))
        self.paper.setText(_words(card.paper))
        self.showed.setText(_words(card.showed))
        for shown in (self.made, self.paper):
            shown.setVisible(bool(shown.text()))
        self.open_button.setVisible(report.network != zoo(card.name))
        self.contest.setVisible(card.family in _contest_families())
        self._show_below(card, report)
        self.area.verticalScrollBar().setValue(0)
        self.updateGeometry()

    def _open(self) -> None:
        if self.card is not None:
            self.opened.emit(self.card.name)

    def _show_below(self, card: Card, report: Report) -> None:
        """Notes, slips and the table, made anew: each card has its own."""
        compared = compare_table(card, report)
        self.compared, self.marks = lines(compared), []
        made = QWidget()
        box = QVBoxLayout(made)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for note in card.notes:
            box.addWidget(label(_words(note), "caption", wrap=True))
        if card.slips:
            box.addSpacing(8)
            box.addWidget(Head("Where the print slips"))
        for slip in card.slips:
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(self._mark(), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(_words(slip), "caption", wrap=True), 1)
            box.addLayout(row)
        if card.table is not None:
            differ = sum(one.differs for one in compared)
            said = f"{MARK} {number(differ)} of {number(len(compared))} figures are not what the network has."
            words = f"Printed, and as the network has it. {said}" if differ else "Every printed figure is right."
            box.addSpacing(8)
            box.addWidget(Head(card.table.source))
            box.addWidget(label(_words(words), "caption", wrap=True))
            box.addWidget(line())
            table = QWidget()
            table.setLayout(self._grid([column.title for column in card.table.columns]))
            box.addWidget(_Across(table))
        self._page.replaceWidget(self._below, made)
        self._below.hide()
        self._below.deleteLater()
        self._below = made
        made.show()
        self._page.activate()

    def _mark(self) -> QLabel:
        made = label(MARK, "warning")
        self.marks.append(made)
        return made

    def _grid(self, columns: Sequence[str]) -> QGridLayout:
        """Per column of the table two: printed and true, and a narrow one for the mark."""
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for index, title in enumerate(columns):
            first = 1 + 4 * index
            head = label(title, "head", wrap=True)
            head.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(head, 0, first, 1, 3)
            for place, word in ((first, "printed"), (first + 2, "here")):
                shown = label(word, "note")
                shown.setAlignment(right)
                grid.addWidget(shown, 1, place)
            if index:
                grid.setColumnMinimumWidth(first - 1, look(self).px(16))
        grid.setColumnMinimumWidth(0, look(self).px(136))
        grid.setColumnStretch(4 * len(columns), 1)
        for place, (name, figures) in enumerate(self.compared, 2):
            grid.addWidget(label(name, "caption"), place, 0)
            for index, title in enumerate(columns):
                one = figures.get(title)
                if one is None:
                    continue
                first = 1 + 4 * index
                printed, true = label(one.printed, "number"), label(one.true, "number")
                for shown, at in ((printed, first), (true, first + 2)):
                    shown.setAlignment(right)
                    grid.addWidget(shown, place, at)
                if one.differs:
                    mark = self._mark()
                    mark.setAccessibleName(f"{name}, {title}: printed {one.printed}, here {one.true}")
                    mark.setToolTip(f"Printed as {one.printed}; the network has {one.true}.")
                    grid.addWidget(mark, place, first + 1)
        return grid


def _words(text: str) -> str:
    """With numbers that no line breaks apart."""
    return text.replace(THIN, "\u202f")
