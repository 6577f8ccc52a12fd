"""Why: what each letter does for a class, in two rows of coloured letters; or where a number inside comes from."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.app.predict.names.words import letter_said, shown, signed, strongest, why_title
from explorer.app.theme import Look, look, sized
from explorer.app.widgets.scale import ink_on_scale, span
from explorer.app.widgets.text import Head, label
from explorer.explain.recurrent.notation import html
from explorer.explain.recurrent.story import Story

if TYPE_CHECKING:
    from explorer.learn.blame import Blame

NAMES = ("Without the letter", "Gradient × input")
ROWS, ROW, LABEL, LEAST, MOST = 2, 26, 132, 22, 64
"""Rows; in pixels at scale 1: their height, the width of their names, least and greatest width of a letter."""

HEIGHT = 132
"""Of the whole at scale 1: the same with and without an explanation, so that nothing above it moves."""

ABOUT = (
    "Click a class, or a cell of the first picture. Above: how much the log-probability falls when the network reads "
    "the word without this letter (occlusion). Below: the gradient of the log-probability times the input at this "
    "letter, which is what a tiny change there does. Orange speaks for the class, blue against it."
)


class LetterRows(QWidget):
    """Two rows of letters with numbers; `pointed` carries the letter that is pointed at, from 0."""

    pointed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letters = ""
        self._values: tuple[NDArray[np.float64], ...] = ()
        self.at = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("What each letter does")

    def show_values(self, letters: str, values: tuple[NDArray[np.float64], ...], at: int) -> None:
        """Show rows of (T,) numbers, NaN where there is none, with the letter `at` marked."""
        self._letters, self._values, self.at = letters, values, at
        self.update()

    def _span(self, style: Look) -> tuple[float, float, int, int]:
        """Where the first letter begins, how wide each is, the first one shown, and how many are."""
        left = style.px(LABEL)
        room = max(self.width() - left, 1)
        count = min(len(self._letters), max(int(room // style.px(LEAST)), 1))
        wide = min(room / max(count, 1), style.px(MOST))
        first = min(max(self.at - count + 1, 0), len(self._letters) - count) if count < len(self._letters) else 0
        return left, wide, first, count

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(400), px(ROWS * ROW + 2))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(220), px(ROWS * ROW + 2))

    def _point(self, at: int) -> None:
        if at != self.at and 0 <= at < len(self._letters):
            self.at = at
            self.pointed.emit(at)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        left, wide, first, count = self._span(look(self))
        step = int((event.position().x() - left) // wide)
        if 0 <= step < count:
            self._point(first + step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self._point(self.at + step)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if not self._letters:
            return
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, wide, first, count = self._span(style)
        tall, middle = style.px(ROW), int(Qt.AlignmentFlag.AlignVCenter)
        for row, (name, values) in enumerate(
            zip(("Without the letter", "Gradient × input"), self._values, strict=True)
        ):
            top = row * tall + 1.0
            painter.setFont(style.font(12))
            painter.setPen(style.colour("second"))
            painter.drawText(QRectF(0, top, left - style.px(8), tall), middle, name)
            most = max(span(values), 0.05)
            for k in range(count):
                value = float(values[first + k])
                share = 0.0 if np.isnan(value) else value / most
                box = QRectF(left + k * wide, top, wide, tall).adjusted(1, 1, -1, -1)
                painter.setPen(QPen(style.colour("line")))
                painter.setBrush(style.signed(share))
                painter.drawRoundedRect(box, style.px(3), style.px(3))
                painter.setPen(ink_on_scale(style, share))
                self._write(painter, style, box, shown(self._letters[first + k]), value)
        if first <= self.at < first + count:
            around = QRectF(left + (self.at - first) * wide, 1, wide, ROWS * tall)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(style.colour("accent" if self.hasFocus() else "ink"), style.px(2)))
            painter.drawRoundedRect(around, style.px(4), style.px(4))

    def _write(self, painter: QPainter, style: Look, box: QRectF, letter: str, value: float) -> None:
        text = "–" if np.isnan(value) else signed(value)
        bold, mono = style.font(13, QFont.Weight.DemiBold, mono=True), style.font(11, mono=True)
        number, sign = QFontMetricsF(mono).horizontalAdvance(text), QFontMetricsF(bold).horizontalAdvance(letter)
        painter.setFont(bold)
        if number + sign + style.px(5) > box.width():
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
            return
        start = box.center().x() - (number + sign + style.px(4)) / 2
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(QPointF(start, box.y()), QPointF(box.right(), box.bottom())), middle, letter)
        painter.setFont(mono)
        place = QRectF(QPointF(start + sign + style.px(4), box.y()), QPointF(box.right() + 2, box.bottom()))
        painter.drawText(place, middle, text)


class Why(QWidget):
    """Holds what was asked last; `waiting` says what to do while nothing was."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._blame: Blame | None = None
        self._letters, self._label = "", ""
        self.story: Story | None = None
        self.head, self.rows = Head("Why", ABOUT), LetterRows()
        self.text = label("", "caption", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self.head)
        box.addWidget(self.rows)
        box.addWidget(self.text, 1)
        sized(self, tall=HEIGHT)
        self.rows.pointed.connect(lambda _: self._say())
        self.show_words("")

    @property
    def blame(self) -> Blame | None:
        """What is explained, if it is a class."""
        return self._blame

    def show_words(self, words: str) -> None:
        """Explain nothing; say this instead (HTML)."""
        self._blame = self.story = None
        self.rows.hide()
        self.head.set_text("Why")
        self.head.set_caption("")
        self._set(words)

    def show_blame(self, blame: Blame, letters: str, label: str) -> None:
        """Explain what each letter does for a class."""
        before, self._blame, self.story = self._blame, blame, None
        same = before is not None and before.tokens == blame.tokens and before.index == blame.index
        self._letters, self._label = letters, label
        at = self.rows.at if same and self.rows.at < len(letters) else strongest(blame)
        self.head.set_text(why_title(blame, letters, label))
        self.head.set_caption("")
        self.rows.show_values(letters, (blame.occlusion, blame.gradient), at)
        self.rows.show()
        self._say()

    def show_story(self, story: Story, where: str) -> None:
        """Explain a number inside: its equation, its numbers, what it does."""
        self._blame, self.story = None, story
        self.rows.hide()
        self.head.set_text(f"{story.title}, {where}")
        self.head.set_caption(story.says)
        equation, numbers, *rest = story.lines
        mono = f"<code>{html(equation)}</code><br><code>{escape(numbers)}</code>"
        self._set("<br>".join([mono, *map(escape, rest)]))

    def _say(self) -> None:
        if self._blame is not None and 0 <= self.rows.at < len(self._letters):
            words = letter_said(self._blame, self._letters, self.rows.at, self._label)
            self.rows.setAccessibleDescription(words)
            self._set(escape(words))

    def _set(self, words: str) -> None:
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setText(words)
