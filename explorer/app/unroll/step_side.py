"""Beside the cell: where the number that is looked at comes from, in a notation of one's choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from explorer.app.theme import look, sized
from explorer.app.unroll.step_bars import UnitBars
from explorer.app.unroll.step_formula import FormulaCard
from explorer.app.unroll.step_operands import OperandTable
from explorer.app.unroll.step_whole import WholeView
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Elided, Head, Info, label, row, scrolled, style_again
from explorer.arch.text import number, plural
from explorer.explain.recurrent.notation import NOTATIONS, html
from explorer.explain.recurrent.story import Story
from explorer.explain.recurrent.whole import Whole
from explorer.explain.recurrent.words import Operand, Place, Term, said

VIEWS = {"all": "All units", "unit": "One unit"}

WRITTEN = {
    "gates": "W x + U h", "words": "W h + U x", "double": "W_hh h + W_xh x", "angle": "W_aa a + W_ax x",
    "rows": "X W_xh + H W_hh", "pytorch": "PyTorch",
}  # fmt: skip
"""The notations in few words: what stands in the RNN's sum."""


class Explainer(QWidget):
    """Equation, numbers, remarks, and below them the products of one share, or (of small cells) all units at once."""

    notation_wanted = Signal(str)
    place_wanted = Signal(object)
    """The `Place` of a value that is to be looked at."""
    weight_edited = Signal(object, float)
    """The `Place` of a weight, and its new number."""
    unit_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._story: Story | None = None
        self._role = ""
        self.head = Head(
            "Equation",
            "The equation of the present part, and below it the same with the numbers of one unit. Click a share of "
            "the sum to see the products it is made of.",
        )
        self.notations = QComboBox()
        self.notations.setAccessibleName("Notation")
        for notation in NOTATIONS.values():
            self.notations.addItem(WRITTEN[notation.key], notation.key)
            tip = f"<p>{html(notation.title)}. {html(notation.note)}</p>"
            self.notations.setItemData(self.notations.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        sized(self.notations, wide=160)
        self.notations.activated.connect(lambda _: self.notation_wanted.emit(str(self.notations.currentData())))
        self.says = Elided("caption")
        self.card = FormulaCard()
        self.remarks = label("", "caption", wrap=True)
        self.remarks.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.note = label("", "note", wrap=True)
        self.note.setTextFormat(Qt.TextFormat.RichText)
        self.views = Tabs(VIEWS)
        self.share = Elided("note")
        self._share_info = Info(
            "The products of the share that is underlined above, largest first. Click a value to see where it comes "
            "from; click a weight to type another one."
        )
        self.table, self.whole, self.bars = OperandTable(), WholeView(), UnitBars()
        self._lay_out()
        self.card.term_clicked.connect(self._choose)
        self.table.place_wanted.connect(self.place_wanted)
        self.table.weight_edited.connect(self.weight_edited)
        self.table.row_moved.connect(self._reveal)
        self.whole.unit_wanted.connect(self.unit_wanted)
        self.bars.unit_wanted.connect(self.unit_wanted)
        self.views.chosen.connect(lambda _: self._show_view())

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self.head)
        box.addWidget(self.says)
        box.addWidget(self.card)
        below = row(self.share, self._share_info, self.views)
        below.layout().setStretch(0, 1)  # type: ignore[union-attr]
        inner = QWidget()
        self._down = down = QVBoxLayout(inner)
        down.setContentsMargins(0, 0, 4, 0)
        down.setSpacing(6)
        for part in (self.remarks, below, self.table, self.whole):
            down.addWidget(part)
        down.addSpacing(4)
        down.addWidget(self.bars, 100)
        down.addWidget(self.note)
        down.addStretch(1)
        self.area = scrolled(inner)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setMinimumHeight(look(self).px(40))
        box.addWidget(self.area, 1)

    # What is shown.

    def show_notation(self, notation: str) -> None:
        """Mark a notation as the one that is written."""
        self.notations.setCurrentIndex(self.notations.findData(notation))
        self.notations.setToolTip(str(self.notations.currentData(Qt.ItemDataRole.ToolTipRole)))

    def show_story(
        self,
        story: Story | None,
        where: str,
        note: str = "",
        whole: Whole | None = None,
        units: NDArray[np.float64] | None = None,
    ) -> None:
        """Show where a number comes from.

        `where` names its place; `note`, in markup, is what else to know of the equation; `whole` is the same for all
        units, if small; `units` (H,) are the values of them all.
        """
        self._story = story
        self.head.set_text(story.title if story is not None else "Nothing is looked at")
        self.head.set_caption(where)
        self.says.show_text(story.says if story is not None else "")
        self.remarks.setText(" ".join(story.remarks) if story is not None else "")
        self.note.setText(html(note))
        self.note.setVisible(bool(note))
        self.views.setVisible(whole is not None)
        mixed = story is not None and _mixed(story)
        self.bars.setVisible(mixed and whole is None and units is not None)
        if story is not None and units is not None:
            self.bars.show_values(units, story.unit, f"{story.title}, all {plural(len(units), 'unit')}")
        self.whole.show_whole(whole, story.unit if story is not None else 0)
        self.card.show_story(story, self._chosen(story))
        self._show_view()

    def _chosen(self, story: Story | None) -> int:
        """The share to show: one of the kind that was chosen last, or that with most products."""
        if story is None or not story.terms or _mixed(story):
            return -1
        same = next((k for k, term in enumerate(story.terms) if term.role == self._role), None)
        if same is not None:
            return same

        def telling(k: int) -> int:
            return sum(1 for one in story.terms[k].operands if one.by and one.product)

        return max(range(len(story.terms)), key=lambda k: (telling(k), -k))

    @property
    def term(self) -> Term | None:
        """The share whose products are shown."""
        chosen = self.card.chosen
        return self._story.terms[chosen] if self._story is not None and 0 <= chosen < len(self._story.terms) else None

    def _choose(self, _: int) -> None:
        if self.term is not None:
            self._role = self.term.role
        self.views.show_chosen("unit")
        self._show_view()

    def _show_term(self) -> None:
        term, story = self.term, self._story
        if story is not None and _mixed(story):
            self.table.show_operands(self._dated(story))
            self.share.show_text("The products of the sum" if len(story.terms) > 1 else story.terms[0].title)
            return
        if term is None:
            self.table.show_operands(())
            self.share.show_text("")
            return
        self.table.show_term(term)
        count = plural(len(term.operands), "product") if any(one.by for one in term.operands) else ""
        parts = (f"{term.title}: {said(term.total)}", f"{count}, largest first" if len(term.operands) > 1 else count)
        self.share.show_text(" · ".join(part for part in parts if part))

    def _dated(self, story: Story) -> tuple[Operand, ...]:
        """The one product of each share, with the step of what came before: c times f is the old one."""
        n = NOTATIONS[str(self.notations.currentData())]

        def at(name: str, place: Place | None) -> str:
            bare = place is None or "(" in name
            return name if bare or place is None else n.at(name, place.index[0] < story.step)

        return tuple(
            replace(one, name=at(one.name, one.place), by=at(one.by, one.other) if one.by else "")
            for term in story.terms
            for one in term.operands
        )

    def _show_view(self) -> None:
        everything = not self.views.isHidden() and self.views.name == "all"
        self.table.setVisible(not everything)
        if everything:
            self.share.show_text("All units at once")
        else:
            self._show_term()
        self.whole.setVisible(everything)
        place = 3 if everything else 0  # on a blackboard the matrices come first
        if self._down.indexOf(self.remarks) != place:
            self._down.removeWidget(self.remarks)
            self._down.insertWidget(place, self.remarks)

    def _reveal(self, at: int) -> None:
        where = self.table.row_rect(at)
        self.area.ensureVisible(0, round(self.table.y() + where.center().y()), 0, round(where.height()))


def _mixed(story: Story) -> bool:
    """Whether a number follows from others without weights: each share is one product, and all are shown at once."""
    return all(len(term.operands) == 1 for term in story.terms)


class UnitField(QWidget):
    """Which unit is looked at: typed, stepped with the arrow keys or the wheel; or which class, by its name."""

    wanted = Signal(int)
    """A unit, or a class, from 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count, self._unit = 1, 0
        self._names: tuple[str, ...] = ()
        self.field = _Counter()
        self.field.setAccessibleName("Unit")
        self.field.setToolTip("The unit whose numbers are written out (arrow keys up and down)")
        self.field.typed.connect(self._typed)
        self.of = label("", "caption")
        self.word = label("Unit", "caption")
        self.word.setBuddy(self.field)
        self.classes = QComboBox()
        self.classes.setAccessibleName("Class")
        sized(self.classes, wide=128)
        self.classes.activated.connect(self.wanted)
        box = row(self.word, self.field, self.of, self.classes)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(box)

    def show_unit(self, unit: int, count: int) -> None:
        """Look at a unit of so many."""
        self._unit, self._count = unit, count
        self.word.setText("Unit")
        self.of.setText(f"of {number(count)}")
        self.field.show_number(unit + 1, count)
        for part, on in ((self.field, True), (self.of, True), (self.classes, False)):
            part.setVisible(on)

    def show_class(self, which: int, names: tuple[str, ...]) -> None:
        """Look at a class of these."""
        self.word.setText("Class")
        if names != self._names:
            self._names = names
            self.classes.clear()
            self.classes.addItems(list(names))
        self.classes.setCurrentIndex(which)
        for part, on in ((self.field, False), (self.of, False), (self.classes, True)):
            part.setVisible(on)

    def _typed(self, value: int) -> None:
        self.wanted.emit(value - 1)


class _Counter(QLineEdit):
    """A whole number from 1."""

    typed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._most = 1
        self.setMaxLength(4)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        sized(self, wide=52)
        self.textEdited.connect(lambda _: self._read())

    def show_number(self, value: int, most: int) -> None:
        """Show a number of so many."""
        self._most = most
        if self.text() != str(value):
            self.setText(str(value))
        self._mark(False)

    def _read(self) -> None:
        text = self.text().strip()
        good = text.isascii() and text.isdigit() and 1 <= int(text) <= self._most
        self._mark(not good)
        if good:
            self.typed.emit(int(text))

    def _mark(self, wrong: bool) -> None:
        self.setAccessibleDescription(f"A whole number from 1 to {number(self._most)} is needed." if wrong else "")
        if bool(self.property("wrong")) != wrong:
            self.setProperty("wrong", wrong)
            style_again(self)

    def _step(self, by: int) -> None:
        text = self.text().strip()
        if text.isascii() and text.isdigit():
            self.setText(str(min(max(int(text) + by, 1), self._most)))
            self._read()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if by:
            self._step(by)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            self._step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()
