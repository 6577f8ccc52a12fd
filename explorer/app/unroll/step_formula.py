"""A number's equation and, below it, the same with its numbers, in a card.

card = FormulaCard()
card.show_story(story)               # of explain.recurrent.story
card.term_clicked.connect(...)       # the index of a share of the sum
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.app.theme import HEAD, Look, look
from explorer.app.widgets.scale import ink_of_sign
from explorer.explain.recurrent.notation import pieces, plain
from explorer.explain.recurrent.story import Story

LARGE, WRAP, SMALL = 18, 11, 10
"""The size of the type where all fits into one line each, the least before lines are broken, and the least: px."""

TALL = 84
"""Height of the card, in pixels at scale 1: always the same, so that nothing jumps in stepping."""

LOWERED = 0.72
"""Size of what stands low or high, as a share."""

PAD, GAP = 14, 10
"""Room around both lines, and between them, in pixels at scale 1."""


@dataclass(frozen=True)
class Run:
    """A stretch of one look. `level`: line, low or high; `tone`: as in `Piece`; `term`: the share it tells, or −1."""

    text: str
    level: str = "line"
    tone: str = "ink"
    term: int = -1


@dataclass(frozen=True)
class Placed:
    """A run at its place; `at` is where its base line begins."""

    run: Run
    at: QPointF
    box: QRectF


def equation_runs(markup: str) -> tuple[Run, ...]:
    """The runs of an equation."""
    return tuple(Run(text, level) for text, level in pieces(markup))


def number_runs(story: Story) -> tuple[Run, ...]:
    """The runs of the numbers' line."""
    return tuple(Run(piece.text, "line", piece.tone, piece.term) for piece in story.formula)


def font_of(style: Look, run: Run, size: float) -> QFont:
    """The font of a run; `size` is that of the line."""
    return style.font(_size(run, size), _weight(run), mono=run.tone != "word")


def width_of(style: Look, run: Run, size: float) -> float:
    """How wide a run gets."""
    return style.wide(run.text, _size(run, size), _weight(run), mono=run.tone != "word")


def _size(run: Run, size: float) -> float:
    if run.tone == "word":
        return max(size - 3, 11)
    return size * LOWERED if run.level != "line" else size


def _weight(run: Run) -> QFont.Weight:
    bold = run.tone in ("positive", "negative", "result")
    return QFont.Weight.DemiBold if bold else QFont.Weight.Normal


def _words(runs: Sequence[Run]) -> Iterator[tuple[bool, list[Run]]]:
    """What must stay together, and (true) the blanks between."""
    word: list[Run] = []
    for run in runs:
        for text in re.findall(r"\s+|\S+", run.text):
            part = Run(text, run.level, run.tone, run.term)
            if text.isspace():
                if word:
                    yield False, word
                    word = []
                yield True, [part]
            else:
                word.append(part)
    if word:
        yield False, word


def place(
    style: Look, runs: Sequence[Run], size: float, left: float, right: float, top: float
) -> tuple[list[Placed], float]:
    """Runs from left to right, broken at blanks; and the lower end of the last line."""
    line = QFontMetricsF(style.font(size, mono=True))
    x, y, placed = left, top, []
    for blank, word in _words(runs):
        widths = [width_of(style, run, size) for run in word]
        if not blank and x + sum(widths) > right and x > left:
            x, y = left + style.px(24), y + line.height() * 1.25
        for run, width in zip(word, widths, strict=True):
            base = y + line.ascent()
            base += {"low": line.xHeight() * 0.42, "high": -line.capHeight() * 0.5}.get(run.level, 0.0)
            placed.append(Placed(run, QPointF(x, base), QRectF(x, y, width, line.height())))
            x += width
    return placed, y + line.height()


def wide(style: Look, runs: Sequence[Run], size: float) -> float:
    """How wide runs get on one line."""
    return sum(width_of(style, run, size) for run in runs)


def _moved(placed: Sequence[Placed], by: QPointF) -> list[Placed]:
    return [Placed(one.run, one.at + by, one.box.translated(by)) for one in placed]


def draw(painter: QPainter, style: Look, placed: Sequence[Placed], size: float) -> None:
    """Paint placed runs; the result stands on a wash."""
    for one in placed:
        if one.run.tone == "result" and one.run.text.strip():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("wash"))
            painter.drawRoundedRect(one.box.adjusted(-4, -2, 4, 2), style.px(4), style.px(4))
        painter.setFont(font_of(style, one.run, size))
        painter.setPen(_ink(style, one.run.tone))
        painter.drawText(one.at, one.run.text)


def _ink(style: Look, tone: str) -> QColor:
    if tone in ("positive", "negative"):
        return ink_of_sign(style, 1.0 if tone == "positive" else -1.0)
    return style.colour({"zero": "third", "word": "second"}.get(tone, "ink"))


class FormulaCard(QWidget):
    """Equation and numbers. A share of the sum can be pointed at and chosen; left and right choose it, too."""

    term_clicked = Signal(int)
    """The share that was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._story: Story | None = None
        self._chosen = -1
        self._hover = -1
        self._cache: tuple[object, tuple[float, list[Placed], float, list[Placed]]] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Formula")

    @property
    def chosen(self) -> int:
        """The share that is marked, −1 for none."""
        return self._chosen

    def show_story(self, story: Story | None, chosen: int = -1) -> None:
        """Show where a number comes from, with one share of the sum marked."""
        self._story, self._chosen, self._hover, self._cache = story, chosen, -1, None
        text = "" if story is None else f"{plain(story.equation)}. {story.lines[1]}"
        self.setAccessibleDescription(f"{text} Left and right choose a share of the sum." if text else "")
        self.update()

    def text(self) -> str:
        """Both lines in plain text."""
        return "" if self._story is None else f"{plain(self._story.equation)}\n{self._story.lines[1]}"

    # Where things are.

    def _placed(self) -> tuple[float, list[Placed], float, list[Placed]]:
        """The size of the type and where it lies, of each line: as large as the card allows, broken only if need be."""
        style, story = look(self), self._story
        if story is None:
            return LARGE, [], LARGE, []
        key = (self.width(), self.height(), style)
        if self._cache is None or self._cache[0] != key:
            above, below = equation_runs(story.equation), number_runs(story)
            second = self._fitting(style, below)
            first = min(self._fitting(style, above), second + 3)
            left, right = style.px(PAD), self.width() - style.px(PAD)
            while True:
                one, middle = place(style, above, first, left, right, 0.0)
                two, bottom = place(style, below, second, left, right, middle + style.px(GAP))
                if bottom <= self.height() - style.px(8) or max(first, second) <= SMALL:
                    break
                first, second = (first - 1, second) if first > second else (first, second - 1)
            lower = QPointF(0, max((self.height() - bottom) / 2, 0.0))
            self._cache = (key, (first, _moved(one, lower), second, _moved(two, lower)))
        return self._cache[1]

    def _fitting(self, style: Look, runs: Sequence[Run]) -> float:
        """The largest size at which runs need one line; the least before lines are broken, if none is."""
        room = self.width() - 2 * style.px(PAD)
        parts = [run for _, word in _words(runs) for run in word]
        return next((size for size in range(LARGE, WRAP, -1) if wide(style, parts, size) <= room), WRAP)

    def sizeHint(self) -> QSize:
        return QSize(look(self).px(400), look(self).px(TALL))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(200), look(self).px(TALL))

    def term_rect(self, term: int) -> QRectF:
        """Where a share is written."""
        found = QRectF()
        for one in self._placed()[3]:
            if one.run.term == term:
                found = found.united(one.box)
        return found

    def _at(self, at: QPointF) -> int:
        grow = look(self).px(4)
        for one in self._placed()[3]:
            if one.run.term >= 0 and one.box.adjusted(-grow, -grow, grow, grow).contains(at):
                return one.run.term
        return -1

    # Events.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._at(event.position()))

    def _point(self, term: int) -> None:
        if term != self._hover:
            self._hover = term
            self.setCursor(Qt.CursorShape.PointingHandCursor if term >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        term = self._at(event.position())
        if term >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._choose(term)
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if by and self._story is not None:
            self._choose(min(max(self._chosen + by, 0), len(self._story.terms) - 1))
        else:
            super().keyPressEvent(event)

    def _choose(self, term: int) -> None:
        self._chosen = term
        self.update()
        self.term_clicked.emit(term)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            term = self._at(QPointF(event.pos()))
            if term < 0 or self._story is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self._story.terms[term].line, self)
            return True
        return super().event(event)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.colour("accent" if self.hasFocus() else "line"))
        painter.setBrush(style.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), style.px(8), style.px(8))
        if self._story is None:
            painter.setFont(style.font(HEAD))
            painter.setPen(style.colour("second"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "No number is looked at.")
            return
        first, above, second, below = self._placed()
        draw(painter, style, above, first)
        draw(painter, style, below, second)
        for one in below:
            if one.run.term >= 0 and one.run.term in (self._chosen, self._hover):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(style.colour("accent" if one.run.term == self._chosen else "third"))
                where = one.box
                painter.drawRect(QRectF(where.x(), where.bottom() + style.px(1), where.width(), style.px(2)))
