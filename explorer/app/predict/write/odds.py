"""The signs of a written text, each over the odds it was drawn with.

 R       a        i
given  o 0.31   k 0.28
       u 0.22   i 0.17 ◀
       a 0.20 ◀ …
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from explorer.app.predict.write.flow import Flow
from explorer.app.predict.write.reasons import chance, shown
from explorer.app.theme import Look

if TYPE_CHECKING:
    from explorer.learn.writing import Alphabet, Written

TOP, MOST = 5, 8
"""Candidates that are shown for each sign: at least, and at most where there is room."""

HEAD, ROW, TALLER = 34, 19, 34
"""Heights in pixels at scale 1: of the drawn sign, and of a candidate at least and at most."""

LETTER, WIDER, WORD = 80, 150, 150
"""Widths in pixels at scale 1: of letters, at least and at most, and of words."""


def candidates(drawn: Written, top: int) -> tuple[int, ...]:
    """The likeliest signs, the drawn one among them: in the last place if it is not one of them."""
    first = [int(k) for k in drawn.order[:top]]
    return tuple(first if drawn.token in first else [*first[: top - 1], drawn.token])


class Odds(Flow):
    """Signs with their candidates as bars; the drawn one is marked. The first `given` ones were not drawn."""

    gap = 10

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("The odds of each sign", parent)
        self._alphabet: Alphabet | None = None
        self._given: tuple[str, ...] = ()
        self._drawn: tuple[Written, ...] = ()
        self._top, self._row = TOP, ROW

    @property
    def top(self) -> int:
        """How many candidates each sign has."""
        return self._top

    @property
    def given(self) -> int:
        """How many signs were not drawn."""
        return len(self._given)

    @property
    def drawn(self) -> tuple[Written, ...]:
        """The drawn signs."""
        return self._drawn

    def show_text(self, alphabet: Alphabet | None, given: Sequence[str], drawn: Sequence[Written]) -> None:
        """Show a text: the signs that it began with, and those that were drawn."""
        self._alphabet, self._given, self._drawn = alphabet, tuple(given), tuple(drawn)
        self.show_widths([LETTER] * (len(given) + len(drawn)))

    def fit(self, wide: float, tall: float) -> None:
        count = max(1, self.count)
        least = WORD if self._alphabet is not None and self._alphabet.level == "words" else LETTER
        across = min(count, max(1, int(wide / least)))
        one = min(int(wide / across), max(WIDER, round(1.2 * least)))
        lines = -(-count // across)
        room = tall / lines - self.gap - HEAD - 6
        self._top = min(max(int(room / ROW), TOP), MOST)
        self._row = min(max(int(room / self._top), ROW), TALLER)
        self.tall = HEAD + self._top * self._row + 6
        self.set_widths([one] * self.count)

    def in_words(self, index: int) -> str:
        if index < self.given or self._alphabet is None:
            return f"{self._given[index]}, given." if index < self.given else ""
        drawn = self._drawn[index - self.given]
        return f"{shown(self._alphabet.signs[drawn.token])}, drawn with probability {chance(drawn.probability)}."

    def paint_sign(self, painter: QPainter, style: Look, index: int, place: QRectF) -> None:
        px = style.px
        head = QRectF(place.x(), place.y(), place.width(), px(HEAD))
        given = index < self.given
        painter.setFont(style.font(18, QFont.Weight.DemiBold, mono=True))
        painter.setPen(style.colour("second" if given else "ink"))
        assert self._alphabet is not None
        sign = shown(self._given[index] if given else self._alphabet.signs[self._drawn[index - self.given].token])
        fitted = painter.fontMetrics().elidedText(sign, Qt.TextElideMode.ElideRight, round(head.width() - px(8)))
        painter.drawText(head, Qt.AlignmentFlag.AlignCenter, fitted)
        if given:
            painter.setFont(style.font(12))
            painter.setPen(style.colour("third"))
            painter.drawText(
                QRectF(head.x(), head.bottom(), head.width(), px(self._row)), Qt.AlignmentFlag.AlignCenter, "given"
            )
            return
        drawn = self._drawn[index - self.given]
        for row, token in enumerate(candidates(drawn, self._top)):
            line = QRectF(place.x() + px(8), head.bottom() + row * px(self._row), place.width() - px(16), px(self._row))
            self._paint_candidate(painter, style, line, token, drawn)

    def _paint_candidate(self, painter: QPainter, style: Look, line: QRectF, token: int, drawn: Written) -> None:
        px = style.px
        assert self._alphabet is not None
        mine, p = token == drawn.token, float(drawn.probabilities[token])
        weight = QFont.Weight.DemiBold if mine else QFont.Weight.Normal
        roomy = min(line.height() / px(24), line.width() / px(90)) > 1
        font = style.font(14 if roomy else 12, weight, mono=True)
        painter.setFont(font)
        measure = QFontMetricsF(font)
        words = self._alphabet.level == "words"
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        label = QRectF(line.x(), line.y(), px(76 if words else 12), line.height())
        number = measure.horizontalAdvance("0.00")
        painter.setPen(style.colour("accent" if mine else "second"))
        text = measure.elidedText(shown(self._alphabet.signs[token]), Qt.TextElideMode.ElideRight, label.width())
        painter.drawText(label, middle, text)
        left = label.right() + px(4)
        thick = px(10 if roomy else 6)
        track = QRectF(left, line.center().y() - thick / 2, line.right() - number - px(4) - left, thick)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("line"))
        painter.drawRoundedRect(track, px(2), px(2))
        bar = QRectF(track.topLeft(), track.size())
        bar.setWidth(max(px(2), p * track.width()))
        painter.setBrush(style.colour("accent", 1.0 if mine else 0.4))
        painter.drawRoundedRect(bar, px(2), px(2))
        painter.setPen(style.colour("accent" if mine else "second"))
        place = QRectF(line.right() - number - px(2), line.y(), number + px(2), line.height())
        painter.drawText(place, middle | int(Qt.AlignmentFlag.AlignRight), f"{p:.2f}" if p >= 0.005 or p == 0 else "≈0")
