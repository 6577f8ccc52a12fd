"""Where one number comes from, in a low strip: the equation, the numbers, and each share with its operands."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.app.theme import HEAD, Look, look, sized
from explorer.app.unroll.step_formula import FormulaCard
from explorer.app.widgets.text import Head, column, scrolled
from explorer.explain.recurrent import notation
from explorer.explain.recurrent.cell import ORDER, Kind
from explorer.explain.recurrent.story import Story
from explorer.explain.recurrent.words import WRITTEN, Operand, Place, Term, said

TALL = 128
"""Height of the strip in pixels at scale 1."""


class StoryStrip(QWidget):
    """Operands that are values of the cell are links: one goes from a number to those that it is made of."""

    wanted = Signal(str, int, int)
    """Part, step and unit of an operand that was clicked, from 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: Kind = "LSTM"
        self._story: Story | None = None
        self.setAccessibleName("Where the number comes from")
        self.head = Head(
            "",
            "The equation, the same with the numbers of this unit, and at the right each share of the sum with its "
            "largest operands. Click a share to mark it, and an operand to see where that one comes from.",
        )
        self.card = FormulaCard()
        self.card.term_clicked.connect(self._mark)
        self.details = QLabel()
        self.details.setTextFormat(Qt.TextFormat.RichText)
        self.details.setWordWrap(True)
        flags = Qt.TextInteractionFlag
        self.details.setTextInteractionFlags(flags.LinksAccessibleByMouse | flags.LinksAccessibleByKeyboard)
        self.details.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.details.linkActivated.connect(self._follow)
        area = scrolled(column(self.details, None))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        across = QHBoxLayout()
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(20)
        across.addWidget(self.card, 1, Qt.AlignmentFlag.AlignTop)
        across.addWidget(area, 1)
        down = QVBoxLayout(self)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(4)
        down.addWidget(self.head)
        down.addLayout(across, 1)
        sized(self, tall=TALL)

    def show_story(self, kind: Kind, story: Story, where: str) -> None:
        """Tell where a number comes from; `where` names its step: `at “l”`."""
        self._kind, self._story = kind, story
        self.head.set_text(f"{story.title}, unit {story.unit + 1} {where}: {said(story.result, 3)}")
        self.head.set_caption(story.says)
        self.card.show_story(story)
        self.setAccessibleDescription(" ".join((story.lines[1], *story.details, *story.remarks)))
        self._write()

    def _mark(self, term: int) -> None:
        if self._story is not None:
            self.card.show_story(self._story, -1 if term == self.card.chosen else term)
            self._write()

    def _write(self) -> None:
        if self._story is None:
            return
        style, story = look(self), self._story
        lines = [
            f'<span style="background-color:{style.theme.wash}">{text}</span>' if k == self.card.chosen else text
            for k, text in enumerate(self._term(style, term) for term in story.terms)
        ]
        lines += [escape(remark) for remark in story.remarks[:1]]
        size = style.px(HEAD)
        self.details.setText(
            f'<div style="font-size:{size}px; line-height:130%; color:{style.theme.second}">{"<br>".join(lines)}</div>'
        )

    def _term(self, style: Look, term: Term) -> str:
        if term.picked:
            return f"{escape(term.title)}: {escape(term.picked)} picks weight {said(term.total)}."
        shown, rest = term.operands[:WRITTEN], term.operands[WRITTEN:]
        text = " + ".join(self._operand(style, operand) for operand in shown)
        if rest:
            more = said(sum(operand.product for operand in rest))
            text += f" and {len(rest)} more: {more if more.startswith('−') else f'+{more}'}"
        if term.gate is not None:
            text = f"{self._link(style, term.gate.place, f'{term.gate.name} {said(term.gate.value)}')} · ({text})"
        if len(term.operands) == 1 and not term.operands[0].by:
            return f"{escape(term.title)}: {text}."
        return f"{escape(term.title)}: {text} = {said(term.total)}."

    def _operand(self, style: Look, operand: Operand) -> str:
        """`h₄₀ 0.91·0.66`, its values as links."""
        text = operand.text
        if not operand.by:
            return self._link(style, operand.place, text)
        value, _, weight = text.partition("·")
        first = self._link(style, operand.place, value.rstrip())
        second = self._link(style, operand.other, weight.lstrip())
        return f"{first}·{second}" if not value.endswith(" ") else f"{first} · {second}"

    def _link(self, style: Look, place: Place | None, text: str) -> str:
        known = place is not None and place.part in ORDER[self._kind] and len(place.index) == 2 and place.index[0] >= 0
        shown = escape(notation.plain(text))
        if place is None or not known:
            return shown
        step, unit = place.index
        return f'<a href="{place.part}/{step}/{unit}" style="color:{style.theme.accent}">{shown}</a>'

    def _follow(self, link: str) -> None:
        part, step, unit = link.split("/")
        self.wanted.emit(part, int(step), int(unit))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "details"):
            self._write()
