"""The right column: the confusion matrix, what it adds up to, each class, and the words of a cell; or a perplexity."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from explorer.app.theme import look
from explorer.app.train.called import Called
from explorer.app.train.classes import ClassTable
from explorer.app.train.inside import CellWords
from explorer.app.train.record import Record, Shown
from explorer.app.train.unsure import Unsure
from explorer.app.train.words import PICTURES, counted_on
from explorer.app.widgets.confusion import ConfusionMatrix
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Figure, Head, button, label, scrolled
from explorer.explain.metrics import (
    accuracy,
    balanced_accuracy,
    percent,
    precision,
    why_accuracy,
    why_balanced_accuracy,
    why_mean_precision,
)
from explorer.learn.lists import PartName

MATRIX = (
    "Each row is a true class, each column what the network reads. A cell is the share of its row in percent; right "
    "answers lie on the diagonal. Counts writes how many there are instead."
)
CLASSES = (
    "Recall: of the samples of a class, the share that is read right. Precision: of the samples read as a class, the "
    "share that is of it."
)
ASK = "Point at a cell to see its counts; click to keep it."
ASK_WORDS = "Point at a cell to see its counts; click it for the words in it."


class _Pages(QStackedWidget):
    """Takes what height is left: a sentence that wraps on one of its pages must not ask for more."""

    def hasHeightForWidth(self) -> bool:
        return False


class Results(QWidget):
    """All that follows from one confusion matrix, or from the loss on a text.

    `asked` carries the cell (true, read) whose words are wanted, `word_chosen` one of them, `compare` that the matrix
    shall be compared with that of another model.
    """

    asked = Signal(int, int)
    word_chosen = Signal(str)
    compare = Signal()

    def __init__(self, classes: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown | None = None
        self._of = PICTURES
        self._asked: tuple[int, int, str] | None = None
        self.setProperty("role", "side")
        self.setProperty("edge", "left")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 12, 20, 12)
        self._matrix_side, self.unsure = QWidget(), Unsure()
        outer.addWidget(self._matrix_side, 1)
        outer.addWidget(self.unsure, 1)
        self._box = box = QVBoxLayout(self._matrix_side)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(4)
        top.addWidget(Head("Confusion matrix", MATRIX), 1)
        self.numbers = button("Counts", role="segment", tip="Write counts into the cells instead of percent")
        self.numbers.setCheckable(True)
        self.compare_button = button(
            "Compare", self.compare.emit, "quiet", "Two models side by side: their matrices and the difference"
        )
        top.addWidget(self.numbers)
        box.addLayout(top)
        self._on = label("", "note")
        self._on.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.addWidget(self._on)
        box.addSpacing(4)
        self.matrix = ConfusionMatrix(classes)
        self.matrix.changed.connect(self._explain)
        self.numbers.toggled.connect(self.matrix.show_numbers)
        # The matrix takes the height it can use, the table what is left.
        box.addWidget(self.matrix, 100)
        self.why = label("", "caption", wrap=True)
        self.why.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.why.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.addWidget(self.why)
        figures = QHBoxLayout()
        figures.setContentsMargins(0, 4, 0, 8)
        figures.setSpacing(8)
        self.figures = [Figure("accuracy"), Figure("mean recall"), Figure("mean precision")]
        for place, figure in enumerate(self.figures):
            if place:
                figures.addStretch(1)
            figures.addWidget(figure)
        box.addLayout(figures)
        self._make_lower(box, classes)
        self.show_matrix(None, classes)

    def _make_lower(self, box: QVBoxLayout, classes: Sequence[str]) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        self._head = Head("Classes", CLASSES)
        self.tabs = Tabs({"classes": "Classes", "words": "Words"})
        self.tabs.chosen.connect(self._turn)
        self.tabs.entries["classes"].setToolTip(f"<p>{CLASSES}</p>")
        self.tabs.entries["words"].setToolTip("The words in the cell that was clicked")
        row.addWidget(self._head)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self.compare_button)
        box.addLayout(row)
        self.table = ClassTable(classes)
        self.table.chosen.connect(self._pick_class)
        self._area = scrolled(self.table)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.words = CellWords()
        self.words.chosen.connect(self.word_chosen)
        self._lower = _Pages()
        self._lower.addWidget(self._area)
        self._lower.addWidget(self.words)
        self._lower.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        box.addWidget(self._lower, 1)

    def show_run(self, record: Record, shown: Shown | None, classes: Sequence[str], of: Called) -> None:
        """Show what a run says of the data `of`: a matrix, or of a text its perplexity."""
        text = of.kind == "text"
        self._matrix_side.setVisible(not text)
        self.unsure.setVisible(text)
        if text:
            self.unsure.show_record(record, len(classes))
        else:
            self.show_matrix(shown, classes, of)

    def show_matrix(self, shown: Shown | None, classes: Sequence[str], of: Called = PICTURES) -> None:
        """Show a confusion matrix, or that there is none yet."""
        self._on.setText(counted_on(shown, of.unit))
        if shown is self._shown and shown is not None and tuple(classes) == self.matrix.classes:
            return
        words = of.kind == "words"
        if of != self._of or tuple(classes) != self.matrix.classes or shown is None:
            self._of, self._asked = of, None
            self.words.say()
            self._turn("classes")
        self.tabs.setVisible(words)
        self.tabs.entries["words"].setText(f"{of.unit.capitalize()}s")
        self._head.setVisible(not words)
        self.figures[1].show_unit("balanced accuracy" if words else "mean recall")
        self.figures[2].setHidden(words)
        # Room for a few rows at least; for few classes, room for all.
        self._lower.setMinimumHeight(look(self).px(96) if words else self.table.minimumSizeHint().height())
        self._shown = shown
        counts = shown.counts if shown else None
        self.matrix.show_counts(counts, classes)
        self._fit()
        self.table.show_counts(counts, classes)
        if counts is None:
            for figure in self.figures:
                figure.show_value("–")
            return
        self.figures[0].show_value(percent(accuracy(counts)), why_accuracy(counts))
        self.figures[1].show_value(percent(balanced_accuracy(counts)), why_balanced_accuracy(counts))
        self.figures[2].show_value(percent(float(precision(counts).mean())), why_mean_precision(counts))

    @property
    def part(self) -> PartName | None:
        """On which part the matrix was counted, if there is one."""
        return self._shown.part if self._shown else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The matrix stays square: what height it cannot use, the table below takes."""
        outer = self.layout()
        margins = self.contentsMargins() + (outer.contentsMargins() if outer is not None else self.contentsMargins())
        self.matrix.setMaximumHeight(self.matrix.height_for(self.width() - margins.left() - margins.right()))

    def _turn(self, name: str) -> None:
        self.tabs.show_chosen(name)
        self._lower.setCurrentWidget(self.words if name == "words" else self._area)

    def _pick_class(self, k: int) -> None:
        self.matrix.pin((k, None))

    def _explain(self) -> None:
        current, pinned = self.matrix.current, self.matrix.pinned
        self.table.light(current[0] if current and current[1] is None else None)
        words = self._of.kind == "words"
        ask = ASK_WORDS if words else ASK
        self.why.setText(self.matrix.words() or (ask if self.matrix.counts is not None else ""))
        # Room for two lines, so that nothing below jumps.
        self.why.setFixedHeight(2 * self.why.fontMetrics().lineSpacing() + 2)
        if not words or self._shown is None or pinned is None or pinned[1] is None:
            self._asked = None
            return
        wanted = (pinned[0], pinned[1], self._shown.part)
        if wanted != self._asked:
            self._asked = wanted
            self._turn("words")
            self.words.say("Looking…")
            self.asked.emit(pinned[0], pinned[1])
