"""A bar below each sign of a text: how much it surprised the network, in bits.

 P    u    t    i    n    ⏎
 █    █    █    █    ▂    ▁
 █    █   3.0   █   1.6  0.6
4.4   █        5.5
     7.4
╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌  log₂ 76 = 6.2 bits: knows nothing
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from explorer.app.predict.write.flow import Flow
from explorer.app.predict.write.reasons import shown
from explorer.app.theme import Look, look
from explorer.arch.text import number

HEAD, ROOM, MOST, FOOT = 28, 84, 300, 18
"""Heights in pixels at scale 1: of the sign, of the longest bar at least and at most, and of its number."""

LETTER, WIDER = 40, 76
"""Widths of a letter in pixels at scale 1, at least and at most."""


@dataclass(frozen=True)
class Bar:
    """One sign. `bits` is `None` where there is none: the sign is given, or the network does not know it."""

    sign: str
    bits: float | None
    note: str = ""
    """Why there is no bar: `given`, `not read`."""


class SurpriseBars(Flow):
    """Bars on one scale; the dotted line is what every sign costs a network that knows nothing."""

    gap = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Surprise of each sign", parent)
        self._bars: tuple[Bar, ...] = ()
        self._most, self._uniform = 1.0, 1.0
        self._room = ROOM

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    @property
    def most(self) -> float:
        """The bits at the end of the longest possible bar."""
        return self._most

    def show_bars(self, bars: Sequence[Bar], uniform: float) -> None:
        """Show bars; `uniform` is log₂ of the number of signs, in bits."""
        self._bars, self._uniform = tuple(bars), uniform
        self._most = max([1.35 * uniform, *(bar.bits for bar in bars if bar.bits is not None)])
        self.show_widths([LETTER] * len(bars))

    def fit(self, wide: float, tall: float) -> None:
        least = min(max(int(wide / max(1, self.count)), LETTER), WIDER)
        widths = [max(least, 12 + 10 * len(bar.sign)) for bar in self._bars]
        lines = max(1, -(-sum(widths) // max(1, int(wide))))
        self._room = min(max(int(tall / lines - self.gap - HEAD - FOOT), ROOM), MOST)
        self.tall = HEAD + self._room + FOOT
        self.set_widths(widths)

    def in_words(self, index: int) -> str:
        bar = self._bars[index]
        return (
            f"{shown(bar.sign)}, {bar.note}." if bar.bits is None else f"{shown(bar.sign)}, {number(bar.bits, 1)} bits."
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        style = look(self)
        painter = QPainter(self)
        painter.setPen(QPen(style.colour("third"), 1, Qt.PenStyle.DashLine))
        depth = style.px(HEAD) + style.px(self._room) * self._uniform / self._most
        lines = {self.place_of(index).y(): self.place_of(index).right() for index in range(self.count)}
        for top, right in lines.items():
            painter.drawLine(QPointF(0, top + depth), QPointF(right, top + depth))
        painter.end()
        super().paintEvent(event)

    def paint_sign(self, painter: QPainter, style: Look, index: int, place: QRectF) -> None:
        px, bar = style.px, self._bars[index]
        centre = int(Qt.AlignmentFlag.AlignHCenter)
        head = QRectF(place.x(), place.y(), place.width(), px(HEAD))
        painter.setFont(style.font(17, QFont.Weight.DemiBold, mono=True))
        painter.setPen(
            style.colour("ink" if bar.bits is not None else "warning" if bar.note == "not read" else "second")
        )
        painter.drawText(head, centre | int(Qt.AlignmentFlag.AlignVCenter), shown(bar.sign))
        if bar.bits is None:
            painter.setFont(style.font(11))
            below = QRectF(place.x(), head.bottom(), place.width(), px(36))
            flags = centre | int(Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(below, flags, bar.note)
            return
        wide = min(place.width() - px(10), px(30))
        length = max(px(2), px(self._room) * bar.bits / self._most)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("magnitude"))
        painter.drawRoundedRect(QRectF(place.center().x() - wide / 2, head.bottom(), wide, length), px(3), px(3))
        painter.setFont(style.font(12, mono=True))
        foot = QRectF(place.x(), head.bottom() + length, place.width(), px(FOOT))
        text = number(bar.bits, 1)
        # The dashed line does not run through the number.
        half = painter.fontMetrics().horizontalAdvance(text) / 2 + px(2)
        ground = QRectF(foot.center().x() - half, foot.y() + px(1), 2 * half, px(FOOT) - px(2))
        painter.fillRect(ground, style.colour("wash" if index == self.index else "paper"))
        painter.setPen(style.colour("ink" if bar.bits > self._uniform else "second"))
        painter.drawText(foot, centre | int(Qt.AlignmentFlag.AlignVCenter), text)
