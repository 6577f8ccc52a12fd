"""Many names at once: a table of each with its three likeliest classes, read on a background thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableView, QVBoxLayout, QWidget

from explorer.app.latest import Latest
from explorer.app.predict.names.words import row_said
from explorer.app.theme import look
from explorer.app.widgets.text import button, label, row
from explorer.arch.text import number, plural
from explorer.learn.letters import Folded, fold

if TYPE_CHECKING:
    from explorer.app.predict.names.asked import Namer

MOST = 10_000
"""Most lines of a list that are read."""

ROW = 30
"""Height of a row in pixels at scale 1."""

HEADS = ("As typed", "Read as", "First", "Second", "Third")


@dataclass(frozen=True)
class Answers:
    """What was read, by the places of the names."""

    words: dict[int, Folded] = field(default_factory=dict)
    found: dict[int, tuple[str, ...]] = field(default_factory=dict)


Index = QModelIndex | QPersistentModelIndex


def names_in(text: str) -> tuple[str, ...]:
    """The names in a text: one a line, or, of a single line, what stands between commas. Empty ones are left out."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = [part.strip() for part in lines[0].split(",") if part.strip()]
    return tuple(lines)


class Names(QAbstractTableModel):
    """The rows of the table; `words` (how each name is read) and `found` (its likeliest classes) come by and by."""

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ()
        self.words: dict[int, Folded] = {}
        self.found: dict[int, tuple[str, ...]] = {}

    def begin(self, names: tuple[str, ...]) -> None:
        """Show other names, not read yet."""
        self.beginResetModel()
        self.names, self.words, self.found = names, {}, {}
        self.endResetModel()

    def word(self, place: int) -> Folded:
        """How a name is read."""
        if place not in self.words:
            self.words[place] = fold(self.names[place])
        return self.words[place]

    def take(self, answers: list[Answers]) -> None:
        """Put answers in their places."""
        for one in answers:
            self.words.update(one.words)
            self.found.update(one.found)
        if self.names:
            self.dataChanged.emit(self.index(0, 2), self.index(len(self.names) - 1, len(HEADS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.names)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADS[section] if orientation == Qt.Orientation.Horizontal else number(section + 1)
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cells(index.row())[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole and index.column() < 2:
            return self.word(index.row()).remark
        return None

    def cells(self, place: int) -> tuple[str, ...]:
        """A row as it is shown."""
        word = self.word(place)
        if not word.text:
            return (self.names[place], "no letter that is read", "", "", "")
        found = self.found.get(place, ("…",))
        read = word.text + (" (some signs not read)" if word.unknown else "")
        return (self.names[place], read, *found, *[""] * (3 - len(found)))


class Crowd(QWidget):
    """The table, what is under way, and buttons; `opened` carries the name of a row that someone wants to see."""

    opened = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = Names()
        self.rows.setParent(self)
        self._cut = 0
        self._trouble = ""
        self._work = Latest("ask-names", self, "The names could not be read: {error}.")
        self._work.batch.connect(self._answered)
        self._work.ended.connect(self._ended)
        self.state = label("", "caption", wrap=True)
        self.state.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.copy_button = button("Copy table", self.copy, tip="The table as text, with tabs between the columns")
        self.close_button = button("Close list", self.closed.emit, "quiet")
        self.table = _Table()
        self.table.setModel(self.rows)
        self.table.setAccessibleName("Names and their likeliest classes")
        self.table.clicked.connect(lambda index: self.opened.emit(self.rows.names[index.row()]))
        self.table.entered_row.connect(lambda place: self.opened.emit(self.rows.names[place]))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(row(self.state, self.copy_button, self.close_button))
        box.addWidget(self.table, 1)

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the table."""
        return self.rows.names

    def show_names(self, names: tuple[str, ...], namer: Namer | None) -> None:
        """Read these names, at most MOST of them."""
        self._cut = len(names)
        self.rows.begin(names[:MOST])
        self.ask(namer)

    def ask(self, namer: Namer | None) -> None:
        """Read the names with this model, from the first on."""
        self._trouble = ""
        names = self.rows.names
        if namer is not None and names:
            self.rows.begin(names)
            self._work.ask(lambda: _read(namer, names))
        else:
            self._work.forget()
        self._say()

    def _answered(self, answers: list[Answers]) -> None:
        self.rows.take(answers)
        self._say()

    def _ended(self, why: str) -> None:
        self._trouble = why
        self._say()

    def _say(self) -> None:
        total, done = len(self.rows.names), len(self.rows.found)
        words = [self._trouble] if self._trouble else []
        if self._work.busy:
            words.append(f"{number(done)} of {plural(total, 'name')} read.")
        else:
            words.append(f"{plural(total, 'name')}. Click one to see it letter by letter.")
        if self._cut > MOST:
            words.append(f"Only the first {number(MOST)} of {number(self._cut)} lines are read.")
        self.state.setText(" ".join(words))

    def copy(self) -> None:
        """Put the table on the clipboard, as text with tabs."""
        lines = ["\t".join(HEADS), *("\t".join(self.rows.cells(place)) for place in range(len(self.rows.names)))]
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")
        self.state.setText(f"Copied {plural(len(self.rows.names), 'name')}.")

    def wait(self) -> None:
        """Let the event loop run until nothing is under way."""
        self._work.wait()

    def stop(self) -> None:
        """Stop, and wait for it."""
        self._work.stop()


class _Table(QTableView):
    """Whole rows; Enter opens one."""

    entered_row = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(look(self).px(ROW))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.verticalHeader().setDefaultSectionSize(look(self).px(ROW))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.entered_row.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)


def _read(namer: Namer, names: tuple[str, ...]) -> Iterator[Answers]:
    """All that takes time is done here: folding, reading, and the words for the table."""
    from explorer.learn.blame import many

    words = {place: fold(name) for place, name in enumerate(names)}
    yield Answers(words)
    for places, logs in many(namer.model, [words[place].tokens for place in range(len(names))]):
        yield Answers(found={place: row_said(row_, namer.classes) for place, row_ in zip(places, logs, strict=True)})
