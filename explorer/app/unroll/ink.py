"""Small things that the pictures of recurrent networks are drawn with: symbols, rounded wires, arrow heads, a lock.

A symbol is written as `h_t`, `W_xh` or `h_{t−1}`: what follows the underscore is set lower and smaller.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import atan2, cos, hypot, pi, sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from explorer.app.theme import Look, advance
from explorer.app.widgets.scale import CONTRAST, contrast

LOWERED = 0.74
"""Size of a lowered part, against the rest of the symbol."""


def readable(style: Look, colour: QColor, ground: str = "paper") -> QColor:
    """A colour as one of text: as dark (in the dark theme as light) as can be read on `ground`."""
    return QColor(_readable(colour.name(), style.colour(ground).name(), style.theme.name == "dark"))


@lru_cache(maxsize=256)
def _readable(colour: str, ground: str, dark: bool) -> QColor:
    made, under = QColor(colour), QColor(ground)
    for _ in range(20):
        if contrast(made, under) >= CONTRAST:
            break
        made = made.lighter(106) if dark else made.darker(106)
    return made


def halves(symbol: str) -> tuple[str, str]:
    """A symbol's letter and what is set lower: `h_{t−1}` → `h`, `t−1`."""
    letter, _, low = symbol.partition("_")
    return letter, low.removeprefix("{").removesuffix("}")


def _fonts(style: Look, size: float, weight: QFont.Weight, mono: bool) -> tuple[QFont, QFont]:
    return style.font(size, weight, mono), style.font(max(size * LOWERED, 8), weight, mono)


def symbol_width(
    style: Look, symbol: str, size: float, weight: QFont.Weight = QFont.Weight.Normal, mono: bool = False
) -> float:
    """How wide a symbol gets, in pixels. `size` is that of its letters at scale 1."""
    letter, low = halves(symbol)
    one, two = _fonts(style, size, weight, mono)
    return advance(one, letter) + (advance(two, low) if low else 0.0)


def draw_symbol(
    painter: QPainter,
    style: Look,
    at: QPointF,
    symbol: str,
    size: float,
    side: float = 0.5,
    weight: QFont.Weight = QFont.Weight.Normal,
    mono: bool = False,
) -> QRectF:
    """Draw a symbol in the painter's pen, its middle line through `at`, and return where it lies.

    `side` is the share of its width to the left of `at`: 0 begins there, 0.5 is centred, 1 ends there.
    """
    letter, low = halves(symbol)
    one, two = _fonts(style, size, weight, mono)
    metrics = QFontMetricsF(one)
    first = advance(one, letter)
    wide = first + (advance(two, low) if low else 0.0)
    left = at.x() - wide * side
    line = at.y() + (metrics.capHeight() if letter[:1].isupper() else metrics.xHeight() * 1.15) / 2
    painter.setFont(one)
    painter.drawText(QPointF(left, line), letter)
    if low:
        painter.setFont(two)
        painter.drawText(QPointF(left + first, line + metrics.xHeight() * 0.42), low)
    return QRectF(left, at.y() - metrics.height() / 2, wide, metrics.height())


def rounded(points: Sequence[QPointF], radius: float) -> QPainterPath:
    """A line through `points` whose corners are round."""
    path = QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        one, two = before - corner, after - corner
        near = min(radius, hypot(one.x(), one.y()) / 2, hypot(two.x(), two.y()) / 2)
        path.lineTo(corner + _unit(one) * near)
        path.quadTo(corner, corner + _unit(two) * near)
    path.lineTo(points[-1])
    return path


def _unit(by: QPointF) -> QPointF:
    size = hypot(by.x(), by.y())
    return by / size if size else by


def head(tip: QPointF, towards: QPointF, size: float) -> QPolygonF:
    """An arrow head at `tip` that points in a direction."""
    angle = atan2(towards.y(), towards.x())
    wings = [tip - QPointF(cos(angle + turn), sin(angle + turn)) * size for turn in (pi / 6.5, -pi / 6.5)]
    return QPolygonF([tip, *wings])


def draw_head(painter: QPainter, tip: QPointF, towards: QPointF, size: float, colour: QColor) -> None:
    """Paint an arrow head."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(head(tip, towards, size))


def draw_lock(painter: QPainter, middle: QPointF, size: float, colour: QColor) -> None:
    """A padlock of that height."""
    wide, body = size * 0.72, size * 0.56
    box = QRectF(middle.x() - wide / 2, middle.y() + size / 2 - body, wide, body)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(box, size * 0.12, size * 0.12)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, size * 0.13))
    bow = QRectF(middle.x() - wide * 0.3, middle.y() - size / 2 + size * 0.06, wide * 0.6, size * 0.62)
    painter.drawArc(bow, 0, 180 * 16)


def elided(font: QFont, text: str, room: float) -> str:
    """As much of a text as there is room for, ending in … where it is cut."""
    if advance(font, text) <= room:
        return text
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0.0))


def distance(points: Sequence[QPointF], at: QPointF) -> float:
    """How far a place lies from a line through `points`."""
    return min(_from_segment(a, b, at) for a, b in pairwise(points))


def _from_segment(a: QPointF, b: QPointF, at: QPointF) -> float:
    along, to = b - a, at - a
    size = along.x() ** 2 + along.y() ** 2
    share = min(max((to.x() * along.x() + to.y() * along.y()) / size, 0.0), 1.0) if size else 0.0
    off = to - along * share
    return hypot(off.x(), off.y())
