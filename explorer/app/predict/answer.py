"""The network's answer: ten bars, and below them the arithmetic of the one that was clicked."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.app.theme import SANS, sized
from explorer.app.widgets.bars import Bars
from explorer.app.widgets.text import Head, label, style_again
from explorer.arch.text import THIN, number
from explorer.explain.softmax import Softmax, explain
from explorer.learn.catalog import DIGITS

if TYPE_CHECKING:
    from explorer.app.predict.probe import Reading

STRIP = 104
"""Height of the arithmetic in pixels at scale 1: the same with and without, so that no bar moves under the pointer."""


def as_html(explained: Softmax) -> str:
    """The arithmetic with raised exponents."""

    def raised(text: str) -> str:
        # A thin space would let a line end within a number; this one does not.
        return re.sub(r"\^(−?[\d.]+)", r"<sup>\1</sup>", escape(text)).replace(THIN, "\u00a0")

    first, *rest = explained.lines
    # The result stays with its equals sign.
    return "<br>".join([f"<b>{raised(first)}</b>", *map(raised, rest)]).replace(" = ", " =&nbsp;")


def in_words(explained: Softmax) -> str:
    """What the arithmetic means."""
    logit = number(float(explained.logits[explained.index]), 2)
    label = explained.labels[explained.index]
    return f"{logit} is the network's output for {label}, its logit."


def _plain(words: str) -> str:
    return f"<span style=\"font-family: '{SANS}'\">{words}</span>"


def _cell_html(lines: tuple[str, ...]) -> str:
    first, *rest = map(escape, lines)
    # What belongs together stays on one line: a number's thousands, a weight's brackets, the result and its sign.
    return "<br>".join([f"<b>{first}</b>", *rest]).replace(THIN, "\u00a0").replace(" = ", " =&nbsp;")


class Answer(QWidget):
    """`linked` carries the target of a link in the strip."""

    linked = Signal(str)
    cell_left = Signal()
    """A bar was chosen: the strip explains it, and no cell any more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reading: Reading | None = None
        self.explained: Softmax | None = None
        self._words = ""
        self._cell: tuple[str, ...] = ()
        self.head = Head(
            "It reads",
            "One probability for each digit; together they are 1. The network always spreads them over its ten "
            "digits, even where you draw no digit at all. Click a bar to see how its number is made.",
        )
        sized(self.head, tall=24)
        self.bars = Bars(DIGITS)
        self.strip = label("", "formula", wrap=True)
        self.strip.setTextFormat(Qt.TextFormat.RichText)
        self.strip.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.strip.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.strip.linkActivated.connect(self.linked)
        sized(self.strip, tall=STRIP)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.head)
        box.addWidget(self.bars, 1)
        box.addWidget(self.strip)
        self.bars.chosen.connect(self._bar_chosen)

    def show_reading(self, reading: Reading | None, words: str = "") -> None:
        """Show an answer; `words` (HTML) is what the strip says while there is none, or no bar is chosen."""
        self.reading, self._words = reading, words
        self.bars.show_values(reading.probabilities if reading else None)
        self._explain()

    def _bar_chosen(self, index: int) -> None:
        if index >= 0:
            self._cell = ()
            self.cell_left.emit()
        self._explain()

    def leave_cell(self) -> None:
        """Explain no cell any more."""
        self._cell = ()
        self.cell_left.emit()
        self._explain()

    def show_cell(self, title: str, lines: tuple[str, ...]) -> None:
        """Show the arithmetic of one cell of a feature map in the strip, in place of a bar's."""
        self._cell = (title, *lines)
        if self.bars.index >= 0:
            self.bars.choose(-1)
        else:
            self._explain()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def _explain(self) -> None:
        index, reading = self.bars.index, self.reading
        if reading is not None and self._cell:
            self.explained = None
            self._light(True)
            self.strip.setText(_cell_html(self._cell))
            if self.strip.heightForWidth(self.strip.width()) > self.strip.height():
                self.strip.setText(_cell_html((self._cell[0], self._cell[-1])))
            self.strip.setToolTip(f"<p>{_cell_html(self._cell)}</p>")
            return
        lit = reading is not None and index >= 0
        self.explained = explain(reading.logits, index, DIGITS, reading.last) if reading and lit else None
        self.strip.setText(as_html(self.explained) if self.explained else _plain(self._words))
        if self.explained:
            # Where there is room, in words too.
            before, more = self.strip.text(), _plain(in_words(self.explained))
            self.strip.setText(f"{before}<p style='margin-top: 6px; margin-bottom: 0'>{more}</p>")
            if self.strip.heightForWidth(self.strip.width()) > self.strip.height():
                self.strip.setText(before)
        self.strip.setToolTip(self.explained.remark if self.explained else "")
        self._light(lit)

    def _light(self, lit: bool) -> None:
        if self.strip.property("lit") != lit:
            self.strip.setProperty("lit", lit)
            style_again(self.strip)
