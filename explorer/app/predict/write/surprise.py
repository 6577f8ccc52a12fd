"""Surprise: how unlikely a network finds typed texts, sign by sign, and which of them it finds likeliest.

┌─ Your texts ─────────────┐ ┌─ Ranked by perplexity ──────────┐
│ It is raining outside    │ │ It is raining outside  4.2 ─●── │
│ It is raining banana tree│ │ …                               │
└──────────────────────────┘ └─────────────────────────────────┘
 I    t    ␣    i    s                 a bar below each sign
 PPL = exp(−(1/n) Σ ln p) = …
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from explorer.app.latest import Latest
from explorer.app.predict.write.flow import seen_through
from explorer.app.predict.write.ranking import Entry, Ranking
from explorer.app.predict.write.reasons import uniform_bits, why_perplexity, why_surprise
from explorer.app.predict.write.strip import Strip
from explorer.app.predict.write.surprisebars import Bar, SurpriseBars
from explorer.app.theme import look, sized
from explorer.app.widgets.text import Head, button, column, label, row
from explorer.arch.text import number
from explorer.learn.corpus import END

if TYPE_CHECKING:
    from explorer.learn.writing import Surprise, Typed, Writer

SENTENCES = ("It is raining outside", "It is raining banana tree", "It is raining piouw;kcj")
"""The lecture's three: likely, odd, and no language at all."""

NAMES = ("Smith", "Sakamoto", "Xqwzk")

MOST_LINES = 20
"""Texts that are read at once."""

BEFORE = 24
"""Letters that are quoted of what stood before a sign."""

CALM = "Type texts, one a line. A network that knows nothing is equally surprised by every sign."


class SurpriseView(QWidget):
    """Reads the texts anew whenever one of them changes; only the last version counts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._writer: Writer | None = None
        self._label = 0
        self._asked: tuple[str, ...] = ()
        self._found: dict[int, tuple[Typed, Surprise | None]] = {}
        self._asker = Latest("surprise", self, "The network gave no answer: {error}.")
        self._asker.batch.connect(self._came)
        self._asker.ended.connect(self._ended)
        self.field = QPlainTextEdit()
        self.field.setAccessibleName("Texts, one a line")
        self.field.setTabChangesFocus(True)
        self.field.setPlaceholderText("Type a text, one a line")
        sized(self.field, tall=104)
        self.examples = button("Show the examples", self.show_examples, "link")
        self.remark = label(CALM, "caption", wrap=True)
        self.ranking, self.bars, self.strip = Ranking(), SurpriseBars(), Strip()
        own = Head("Your texts", "Each line is a text of its own. All are read from the beginning.")
        left = column(row(own, self.examples), self.field, None, gap=4)
        ranks = Head(
            "Ranked by perplexity",
            "Perplexity is e to the mean surprise: between how many equally likely signs the network feels it must "
            "guess. 1 is perfect. A network that knows nothing has the number of its signs. There is no worst: a "
            "sign that it holds impossible makes it ∞. The axis is logarithmic. Choose a text to see its signs.",
        )
        right = column(ranks, self.ranking, None, gap=8)
        self._bars_head = Head(
            "Surprise, sign by sign",
            "Each bar is −log₂ of the probability that the network gave to this sign, having read those before it: "
            "1 bit for a probability of ½, 2 bits for ¼. The dashed line is what every sign costs a network that "
            "knows nothing. Click a sign to see what the network expected.",
        )
        self._area = seen_through(self.bars)
        top = QHBoxLayout()
        top.setSpacing(28)
        top.addWidget(left, 2)
        top.addWidget(right, 3)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addLayout(top)
        box.addWidget(self.remark)
        box.addSpacing(4)
        box.addWidget(self._bars_head)
        box.addWidget(self._area, 1)
        box.addWidget(self.strip)
        self.setMinimumHeight(look(self).px(430))
        self.field.textChanged.connect(self.read)
        self.ranking.chosen.connect(lambda _: self._show_line())
        self.bars.chosen.connect(lambda _: self._explain())
        self.bars.reached.connect(self._reach)

    # What is read.

    @property
    def busy(self) -> bool:
        """Whether texts are being read."""
        return self._asker.busy

    def wait(self) -> None:
        """Let the event loop run until all is read."""
        self._asker.wait()

    def stop(self) -> None:
        """Stop reading, and wait for the end."""
        self._asker.stop()

    @property
    def found(self) -> dict[int, Surprise]:
        """The surprise of each text, by its line."""
        return {line: surprise for line, (_, surprise) in self._found.items() if surprise is not None}

    @property
    def lines(self) -> tuple[str, ...]:
        """The texts that are typed; empty lines are left out."""
        return tuple(text for line in self.field.toPlainText().splitlines() if (text := line.strip()))

    def set_writer(self, writer: Writer | None) -> None:
        """Read with another network; `None` clears everything."""
        other = self._writer is None or (
            writer is not None and bool(writer.alphabet.classes) != bool(self._writer.alphabet.classes)
        )
        self._writer, self._label = writer, 0
        if writer is not None and other and self.lines in ((), SENTENCES, NAMES):
            self.show_examples()
        self.read()

    def set_label(self, label_: int) -> None:
        """Read names as those of another class, by its place."""
        self._label = label_
        self.read()

    def show_examples(self) -> None:
        """Put examples for this network in place of what is typed."""
        names = self._writer is not None and bool(self._writer.alphabet.classes)
        self.field.setPlainText("\n".join(NAMES if names else SENTENCES))

    def read(self) -> None:
        """Read all texts."""
        self._found = {}
        writer, label_ = self._writer, self._label
        self._asked = texts = self.lines[:MOST_LINES]
        if writer is None or not texts:
            self._asker.forget()
            self._show_all()
            return
        self._asker.ask(lambda: _read(writer, texts, label_))

    def _came(self, items: list[tuple[int, Typed, Surprise | None]]) -> None:
        for line, typed, surprise in items:
            self._found[line] = (typed, surprise)
        self._show_all()

    def _ended(self, problem: str) -> None:
        if problem:
            self._say(problem)

    # What is shown.

    def _show_all(self) -> None:
        vocabulary = len(self._writer.alphabet.signs) if self._writer is not None else 2
        entries = [Entry(self._asked[line], found.perplexity, line) for line, found in self.found.items()]
        self.ranking.show_entries(entries, vocabulary)
        self._show_line()

    def _show_line(self) -> None:
        line = self.ranking.line
        writer = self._writer
        said = [f"Only the first {MOST_LINES} lines are read."] if len(self.lines) > MOST_LINES else []
        short = [line for line, (_, surprise) in self._found.items() if surprise is None]
        if short and writer is not None:
            least = "a letter" if writer.alphabet.classes else f"two {writer.alphabet.unit}s"
            said.append(f"“{self._asked[short[0]][:BEFORE]}” is left out: the network needs at least {least}.")
        if writer is None or line not in self.found:
            self.bars.show_bars((), 1.0)
            self._bars_head.set_caption("")
            self._say(" ".join(said))
            self._explain()
            return
        typed, found = self._found[line]
        assert found is not None
        signs = len(writer.alphabet.signs)
        uniform = uniform_bits(signs)
        self.bars.show_bars(bars_of(writer, typed, found), uniform)
        self._bars_head.set_caption(
            f"{self._asked[line][:48]} · dashed: log₂ {number(signs)} = {number(uniform, 1)} bits, knows nothing"
        )
        self._say(" ".join([typed.remark, *said]).strip())
        self._explain()

    def _say(self, words: str) -> None:
        self.remark.setText(words or CALM)

    def _explain(self) -> None:
        line, writer = self.ranking.line, self._writer
        if writer is None or line not in self.found:
            self.strip.say("The perplexity of a text, and the arithmetic behind it, appear here.")
            return
        found = self.found[line]
        index = self.bars.index
        if index < 0:
            self.strip.explain(why_perplexity(found, writer.alphabet))
        elif self.bars.bars[index].bits is None:
            given = self.bars.bars[index].note == "given"
            self.strip.say(
                "This sign is given: the network begins with it, and guesses those behind it."
                if given
                else "The network does not know this sign and leaves it out. Its probability is 0, its surprise ∞."
            )
        else:
            place = sum(bar.bits is not None for bar in self.bars.bars[:index])
            behind = "".join(bar.sign for bar in self.bars.bars[:index] if bar.note != "not read")
            if writer.alphabet.level == "words":
                behind = " ".join(bar.sign for bar in self.bars.bars[:index])
            cut = f"…{behind[-BEFORE:]}" if len(behind) > BEFORE else behind
            self.strip.explain(why_surprise(found, place, writer.alphabet, cut))

    def _reach(self, where: QRect) -> None:
        self._area.ensureVisible(where.center().x(), where.center().y(), where.width() // 2, where.height() // 2)


def bars_of(writer: Writer, typed: Typed, found: Surprise) -> tuple[Bar, ...]:
    """A bar for each sign of a text: those that were guessed have their bits."""
    bits = iter(found.bits)
    names = given = bool(writer.alphabet.classes)
    bars: list[Bar] = []
    for piece in typed.pieces:
        if piece.token is None:
            bars.append(Bar(piece.typed, None, "not read"))
        elif not given:
            bars.append(Bar(piece.typed, None, "given"))
            given = True
        else:
            bars.append(Bar(piece.typed, float(next(bits))))
    if names:
        bars.append(Bar(END, float(next(bits))))
    return tuple(bars)


def _read(writer: Writer, texts: tuple[str, ...], label_: int) -> Iterator[tuple[int, Typed, Surprise | None]]:
    """Each text with its surprise, on the background thread; none for a text that is too short."""
    from explorer.learn.writing import surprise

    alphabet = writer.alphabet
    for line, text in enumerate(texts):
        typed = alphabet.read(text)
        tokens = typed.tokens
        if alphabet.end is not None:
            tokens = (alphabet.begin(label_), *tokens, alphabet.end) if tokens else ()
        yield line, typed, surprise(writer.model, tokens) if len(tokens) > 1 else None
