"""One lane of values, and how its parts are painted."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from explorer.app.theme import Look
from explorer.app.widgets.scale import ink_on_scale, tidy

NAMES = 112
"""Room for the lanes' names on the left, in pixels at scale 1."""

WIDEST, GAP, SLIT, NUMBER, CELL, LEAST_CELL = 88, 22, 2, 20, 26, 8
"""In pixels at scale 1: a column at most, between lanes, between those without bars, a number below a bar, a lane
without bars and the least of it."""

Spot = tuple[str, int]
"""A lane's name and the index of a value in it."""


@dataclass(frozen=True)
class Lane:
    """One row of values. The value k stands at column `at + k · pitch`.

    ring: how many at each end are padding; lit: those that count now; known: so many are told, the rest is a dot;
    bars: false for a row of numbers alone; pale: what lies in the future; glides: whether it slides to a new place.
    """

    name: str
    title: str
    values: tuple[float, ...]
    at: float = 0.0
    pitch: float = 1.0
    note: str = ""
    ring: tuple[int, int] = (0, 0)
    lit: frozenset[int] = frozenset()
    now: int | None = None
    known: int | None = None
    bars: bool = True
    editable: bool = False
    glides: bool = False
    missing: frozenset[int] = frozenset()
    pale: frozenset[int] = frozenset()
    scale: float | None = None

    @property
    def most(self) -> float:
        """The end of the lane's scale: `scale`, or its largest value."""
        if self.scale:
            return self.scale
        return max((abs(v) for v in self.values if isfinite(v)), default=0.0) or 1.0


def paint_name(painter: QPainter, style: Look, lane: Lane, band: QRectF) -> None:
    """The title and the note of a lane, to the left of it."""
    px = style.px
    main = lane.bars or lane.editable
    painter.setPen(style.colour("ink" if main else "second"))
    size = 12.0 if main else min(12.0, band.height() / style.scale * 0.8)
    painter.setFont(style.font(size, QFont.Weight.DemiBold if main else QFont.Weight.Normal))
    top = band.center().y() - px(17 if lane.note and lane.bars else 8)
    left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    painter.drawText(QRectF(0, top, px(NAMES) - px(8), px(17)), left, lane.title)
    if lane.note and not lane.bars:
        used = painter.fontMetrics().horizontalAdvance(lane.title + " ")
        painter.setPen(style.colour("second"))
        painter.setFont(style.font(size))
        painter.drawText(QRectF(used, top, px(NAMES) - used, px(17)), left, lane.note)
    elif lane.note:
        painter.setPen(style.colour("second"))
        painter.setFont(style.font(12))
        painter.drawText(QRectF(0, top + px(17), px(NAMES) - px(4), px(17)), left, lane.note)


def paint_bar(
    painter: QPainter,
    style: Look,
    cell: QRectF,
    zero: float,
    length: float,
    share: float,
    known: bool,
    pale: bool,
) -> None:
    """A bar from zero on, or a dot for what is not known yet."""
    if not known:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("strong_line"))
        painter.drawEllipse(QPointF(cell.center().x(), zero), style.px(2), style.px(2))
        return
    inner = min(cell.width() * 0.2, style.px(8))
    bar = QRectF(cell.x() + inner, min(zero, zero - length), cell.width() - 2 * inner, abs(length))
    colour = style.signed(share)
    if pale:
        colour.setAlphaF(0.35)
    painter.setPen(QPen(style.colour("third", 0.25 if pale else 0.55), 1))
    painter.setBrush(colour)
    if bar.height() >= 1:
        painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))


def paint_number(
    painter: QPainter,
    style: Look,
    lane: Lane,
    index: int,
    where: QRectF,
    known: bool,
    pale: bool,
    share: float,
    typed: str,
) -> None:
    """A value in its cell or below its bar, or what is being typed for it."""
    text = tidy(lane.values[index]) if known else "·"
    if typed:
        text = typed + "▏"
    weight = QFont.Weight.DemiBold if index in lane.lit or index == lane.now else QFont.Weight.Normal
    size = min(13.0, where.height() / style.scale * 0.8)
    if size < 7:
        return
    font = style.font(size, weight, mono=True)
    while QFontMetricsF(font).horizontalAdvance(text) > where.width() - 2 and size > 7:
        size -= 1
        font = style.font(size, weight, mono=True)
    painter.setFont(font)
    painter.setPen(style.colour("third" if pale or not known else "ink"))
    if not lane.bars and known:
        painter.setPen(ink_on_scale(style, share))
    painter.drawText(where, Qt.AlignmentFlag.AlignCenter, text)
