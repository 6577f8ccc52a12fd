"""Generate: a network writes names or a text, and shows the odds of every sign that it drew.

[First letters] [Temperature] [Names] [Seed] [Write others]
┌───────────┬──────────────────────────────────────┐
│ Raikhov   │  R      a        i        k      …   │
│ Rentsev   │ given  o 0.31   k 0.28   …           │
│ …         │        a 0.20 ◀ i 0.17 ◀             │
├───────────┴──────────────────────────────────────┤
│ P(a) = e^(2.31/0.80) / sum = …                   │
└──────────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from explorer.app.latest import Latest
from explorer.app.predict.write.controls import Controls, Wish
from explorer.app.predict.write.flow import seen_through
from explorer.app.predict.write.odds import Odds
from explorer.app.predict.write.reasons import why_drawn
from explorer.app.predict.write.strip import Strip
from explorer.app.theme import look, sized
from explorer.app.widgets.text import Head, column, label
from explorer.arch.text import number

if TYPE_CHECKING:
    from explorer.learn.writing import Writer, Written

LONGEST_NAME = 30
"""Letters after which a name ends, ⏎ or not."""

LISTED = "in the training list"


class GenerateView(QWidget):
    """Writes anew whenever something else is wished; only the last wish counts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._writer: Writer | None = None
        self._label = 0
        self._wish: Wish | None = None
        self._given: tuple[int, ...] = ()
        self.texts: list[list[Written]] = []
        """What has been written so far, text by text."""
        self._asker = Latest("write", self, "The network gave no answer: {error}.")
        self._asker.batch.connect(self._came)
        self._asker.ended.connect(self._ended)
        self.controls, self.odds, self.strip = Controls(), Odds(), Strip()
        self.remark = label("", "warning", wrap=True)
        self.remark.hide()
        self.names = QListWidget()
        self.names.setAccessibleName("Written names")
        self.names.setSpacing(2)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.page = QPlainTextEdit()
        self.page.setReadOnly(True)
        self.page.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.page.setAccessibleName("Written text")
        self._left_head = Head(
            "Written",
            "The network draws one sign after the other; each drawn sign is its next input. A name ends where it draws "
            "⏎. Choose a name to see how it came about.",
        )
        self._right_head = Head(
            "Sign by sign",
            "Below each sign are the five likeliest in its place, with the probabilities it was drawn from; the drawn "
            "one is marked. Click a sign for the softmax behind it. Arrow keys go from sign to sign.",
        )
        self._left = column(self._left_head, self.names, self.page, gap=8)
        sized(self._left, wide=250)
        self._area = seen_through(self.odds)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self._right_head)
        right.addWidget(self._area, 1)
        right.addWidget(self.strip)
        middle = QHBoxLayout()
        middle.setSpacing(28)
        middle.addWidget(self._left)
        middle.addLayout(right, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        box.addWidget(self.controls)
        box.addWidget(self.remark)
        box.addLayout(middle, 1)
        self.setMinimumHeight(look(self).px(400))
        self.controls.changed.connect(self.write)
        self.names.currentRowChanged.connect(lambda _: self._show_text())
        self.page.cursorPositionChanged.connect(self._pointed)
        self.odds.chosen.connect(self._explain)
        self.odds.reached.connect(self._reach)

    # What is written.

    @property
    def busy(self) -> bool:
        """Whether something is being written."""
        return self._asker.busy

    def wait(self) -> None:
        """Let the event loop run until all is written."""
        self._asker.wait()

    def stop(self) -> None:
        """Stop writing, and wait for the end."""
        self._asker.stop()

    def set_writer(self, writer: Writer | None) -> None:
        """Write with another network; `None` clears everything."""
        if writer is not None and (self._writer is None or bool(self._writer.alphabet.classes) != self._names(writer)):
            self.controls.first.blockSignals(True)
            self.controls.first.setText("S" if self._names(writer) else "The time")
            self.controls.first.blockSignals(False)
        self._writer, self._label = writer, 0
        if writer is not None:
            names = self._names(writer)
            self.controls.set_kind(names, writer.alphabet.unit)
            self.names.setVisible(names)
            self.page.setVisible(not names)
            sized(self._left, wide=250 if names else 310)
        self.write()

    @staticmethod
    def _names(writer: Writer) -> bool:
        return bool(writer.alphabet.classes)

    def set_label(self, label_: int) -> None:
        """Write names of another class, by its place."""
        self._label = label_
        self.write()

    def write(self) -> None:
        """Write what is wished, from the beginning."""
        self.texts = []
        self._wish = wish = self.controls.wish
        writer = self._writer
        if writer is None or wish is None:
            self._asker.forget()
            self._show_all()
            return
        alphabet = writer.alphabet
        typed = alphabet.read(wish.first)
        if alphabet.classes:
            self._given = (alphabet.begin(self._label), *typed.tokens[:LONGEST_NAME])
        else:
            self._given = typed.tokens or (alphabet.silence,)
        long = alphabet.classes and len(typed.tokens) > LONGEST_NAME
        remark = f"{typed.remark} Only the first {LONGEST_NAME} letters are taken.".strip() if long else typed.remark
        self.remark.setText(remark)
        self.remark.setVisible(bool(remark))
        self.odds.choose(-1)
        many, most = (wish.many, LONGEST_NAME) if alphabet.classes else (1, wish.most)
        if not wish.temperature:
            many = 1  # nothing is left to chance: all would be the same
        given = self._given
        self._asker.ask(lambda: _written(writer, given, wish, many, most))
        self._show_all()

    def _came(self, items: list[tuple[int, Written]]) -> None:
        for place, drawn in items:
            while len(self.texts) <= place:
                self.texts.append([])
            self.texts[place].append(drawn)
        self._show_all()

    def _ended(self, problem: str) -> None:
        self._show_all()
        if problem:
            self.remark.setText(problem)
            self.remark.show()

    # What is shown.

    @property
    def words(self) -> tuple[str, ...]:
        """The texts that are written so far, with what was given."""
        if self._writer is None:
            return ()
        alphabet = self._writer.alphabet
        return tuple(alphabet.text((*self._given, *(drawn.token for drawn in text))) for text in self.texts)

    def listed(self, place: int) -> bool:
        """Whether a name stands among those that the network has learnt from."""
        if self._writer is None or not self._writer.alphabet.classes:
            return False
        end = self._writer.alphabet.end
        whole = (*self._given, *(drawn.token for drawn in self.texts[place] if drawn.token != end))
        return whole in self._writer.listed

    def _show_all(self) -> None:
        words, names = self.words, self._writer is None or self._names(self._writer)
        if names:
            self._show_names(words)
        else:
            self._left_head.set_caption("")
            text = words[0] if words else ""
            if self.page.toPlainText() != text:
                self.page.blockSignals(True)
                self.page.setPlainText(text)
                self.page.blockSignals(False)
        self._show_text()

    def _show_names(self, words: tuple[str, ...]) -> None:
        self.names.blockSignals(True)
        for place, word in enumerate(words):
            known = self.listed(place)
            text = f"{word}   · {LISTED}" if known else word
            if place >= self.names.count():
                self.names.addItem(text)
            elif self.names.item(place).text() != text:
                self.names.item(place).setText(text)
        while self.names.count() > len(words):
            self.names.takeItem(self.names.count() - 1)
        if words and self.names.currentRow() < 0:
            self.names.setCurrentRow(0)
        self.names.blockSignals(False)
        count = sum(self.listed(place) for place in range(len(words)))
        at_hand = self._writer is not None and bool(self._writer.listed)
        self._left_head.set_caption(
            f"{number(count)} of {number(len(words))} in the training list" if at_hand and words else ""
        )
        self.names.setToolTip(
            f"{number(count)} of these names {'stands' if count == 1 else 'stand'} in the list that the network learnt "
            "from. It made up the others."
            if at_hand and words
            else ""
        )

    @property
    def place(self) -> int:
        """Which text is shown sign by sign; −1 for none."""
        names = self._writer is not None and self._names(self._writer)
        place = self.names.currentRow() if names else 0
        return place if place < len(self.texts) else -1

    def _show_text(self) -> None:
        writer, place = self._writer, self.place
        if writer is None or place < 0:
            self.odds.show_text(None, (), ())
            self._right_head.set_caption("")
        else:
            first = 1 if writer.alphabet.classes else 0
            given = [writer.alphabet.signs[token] for token in self._given[first:]]
            self.odds.show_text(writer.alphabet, given, self.texts[place])
            self._right_head.set_caption(self.words[place] if first else "")
        self._explain()

    def _explain(self) -> None:
        index, place = self.odds.index - self.odds.given, self.place
        if self._writer is None or place < 0 or self.odds.index < 0:
            self.strip.say("Click a sign. The softmax behind its probability, and the draw, appear here.")
        elif index < 0:
            self.strip.say("This sign was given, not drawn. The network reads it like every other.")
        elif index < len(self.texts[place]):
            first = index == 0 and len(self._given) == 1
            self.strip.explain(why_drawn(self.texts[place][index], self._writer.alphabet, first))
        self._mark()

    def _reach(self, where: QRect) -> None:
        self._area.ensureVisible(where.center().x(), where.center().y(), where.width() // 2, where.height() // 2 + 4)

    # The written text as one.

    def _mark(self) -> None:
        """Mark the chosen sign in the text."""
        if self._writer is None or self._names(self._writer):
            return
        marks: list[QTextEdit.ExtraSelection] = []
        if self.odds.index >= 0:
            pieces = self._pieces()
            low = sum(map(len, pieces[: self.odds.index]))
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.page.document())
            cursor.setPosition(low)
            cursor.setPosition(low + len(pieces[self.odds.index]), QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = cursor
            mark.format.setBackground(look(self).colour("accent"))
            mark.format.setForeground(look(self).colour("on_accent"))
            marks.append(mark)
        self.page.setExtraSelections(marks)

    def _pieces(self) -> tuple[str, ...]:
        assert self._writer is not None
        return self._writer.alphabet.spelled((*self._given, *(drawn.token for drawn in self.texts[0])))

    def _pointed(self) -> None:
        """A click in the text chooses the sign there."""
        if self._writer is None or self._names(self._writer) or not self.texts or self.page.textCursor().hasSelection():
            return
        at, reach = self.page.textCursor().position(), 0
        for place, piece in enumerate(self._pieces()):
            reach += len(piece)
            if at < reach:
                if place != self.odds.index:
                    self.odds.choose(place)
                return


def _written(writer: Writer, given: tuple[int, ...], wish: Wish, many: int, most: int) -> Iterator[tuple[int, Written]]:
    """Texts one after the other, sign by sign, on the background thread."""
    from explorer.learn.writing import generate

    for place in range(many):
        for drawn in generate(writer.model, given, wish.temperature, (wish.seed, place), most):
            yield place, drawn
