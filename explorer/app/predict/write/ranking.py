"""Texts in the order of their perplexity, on a logarithmic axis from 1, perfect, to beyond all numbers.

It is raining outside         4.2   ──●───────┊──────────▸
It is raining banana tree    11.9   ─────●────┊──────────▸
It is raining piouw;kcj     310     ──────────┊──●───────▸
                                    1   10   57  100     ∞
                                 perfect  knows nothing
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isinf, log10

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.predict.write.reasons import perplexity, ranked
from explorer.app.theme import Look, look
from explorer.app.widgets.ticks import SUPERSCRIPTS

ROW, AXIS, VALUE = 28, 46, 70
"""In pixels at scale 1: heights of a text's row and of the axis below, width of a perplexity."""


@dataclass(frozen=True)
class Entry:
    """A text and its perplexity; `line` is its place among the texts that were typed."""

    text: str
    perplexity: float
    line: int


class Ranking(QWidget):
    """`chosen` carries the `line` of the text that is chosen."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self._vocabulary, self._line, self._hover = 2, -1, -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Texts by perplexity")

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The texts, the least surprising first."""
        return self._entries

    @property
    def line(self) -> int:
        """The chosen text's line; −1 for none."""
        return self._line

    def show_entries(self, entries: Sequence[Entry], vocabulary: int) -> None:
        """Show texts, in any order, of a network that knows `vocabulary` signs."""
        order = ranked([entry.perplexity for entry in entries])
        self._entries, self._vocabulary = tuple(entries[k] for k in order), vocabulary
        if self._line not in {entry.line for entry in entries}:
            self._line = min((entry.line for entry in entries), default=-1)
        self.setAccessibleDescription(
            ". ".join(f"{entry.text}: perplexity {perplexity(entry.perplexity)}" for entry in self._entries)
        )
        self.updateGeometry()
        self.update()

    def choose(self, line: int) -> None:
        """Choose a text by its line."""
        self._line = line
        self.chosen.emit(line)
        self.update()

    @property
    def most(self) -> float:
        """The perplexity at the end of the axis, in front of the arrow to ∞: a power of ten."""
        finite = [entry.perplexity for entry in self._entries if not isinf(entry.perplexity)]
        return 10.0 ** max(2, ceil(log10(max([3.0 * self._vocabulary, *finite]))))

    def _axis(self) -> tuple[float, float, float]:
        """Left and right of the axis, and where ∞ stands."""
        px = look(self).px
        right = self.width() - px(12)
        measure = QFontMetricsF(look(self).font(14, QFont.Weight.DemiBold))
        text = max((measure.horizontalAdvance(entry.text) for entry in self._entries), default=0.0)
        left = min(max(text + px(VALUE + 28), 0.4 * self.width()), 0.64 * self.width())
        return round(left), right - px(36), right

    def place(self, value: float) -> float:
        """Where a perplexity stands, in pixels from the left."""
        left, right, beyond = self._axis()
        return beyond if isinf(value) else left + (right - left) * log10(max(value, 1.0)) / log10(self.most)

    # Events.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(480), px(ROW) * max(1, len(self._entries)) + px(AXIS))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(360), self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def _row_at(self, y: float) -> int:
        row = int(y // look(self).px(ROW))
        return row if 0 <= row < len(self._entries) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._row_at(event.position().y())
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._hover >= 0 else Qt.CursorShape.ArrowCursor)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row >= 0:
            self.choose(self._entries[row].line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and self._entries:
            row = next((k for k, entry in enumerate(self._entries) if entry.line == self._line), 0)
            self.choose(self._entries[min(max(row + step, 0), len(self._entries) - 1)].line)
        else:
            super().keyPressEvent(event)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bottom = float(style.px(ROW) * max(1, len(self._entries)))
        for k, entry in enumerate(self._entries):
            row = QRectF(0, k * style.px(ROW), self.width(), style.px(ROW))
            if entry.line == self._line or k == self._hover:
                held = self.hasFocus() and entry.line == self._line
                painter.setPen(QPen(style.colour("accent"), 2) if held else Qt.PenStyle.NoPen)
                painter.setBrush(style.colour("wash", 1.0 if entry.line == self._line else 0.6))
                painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), style.px(6), style.px(6))
        self._paint_axis(painter, style, bottom)
        for k, entry in enumerate(self._entries):
            self._paint_entry(painter, style, entry, QRectF(0, k * style.px(ROW), self.width(), style.px(ROW)))

    def _paint_entry(self, painter: QPainter, style: Look, entry: Entry, row: QRectF) -> None:
        px = style.px
        left, mine = self._axis()[0], entry.line == self._line
        weight = QFont.Weight.DemiBold if mine else QFont.Weight.Normal
        value = QRectF(left - px(VALUE + 12), row.y(), px(VALUE), row.height())
        painter.setFont(style.font(14, weight))
        painter.setPen(style.colour("ink"))
        room = value.left() - px(8)
        text = painter.fontMetrics().elidedText(entry.text, Qt.TextElideMode.ElideRight, round(room))
        painter.drawText(QRectF(px(8), row.y(), room, row.height()), Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(style.font(14, weight, mono=True))
        painter.setPen(style.colour("accent" if mine else "second"))
        right = int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.AlignmentFlag.AlignRight)
        painter.drawText(value, right, perplexity(entry.perplexity))
        painter.setPen(QPen(style.colour("surface"), 1))
        painter.setBrush(style.colour("accent", 1.0 if mine else 0.6))
        painter.drawEllipse(QPointF(self.place(entry.perplexity), row.center().y()), px(5), px(5))

    def _paint_axis(self, painter: QPainter, style: Look, y: float) -> None:
        px = style.px
        left, _, beyond = self._axis()
        painter.setPen(QPen(style.colour("third"), 1))
        painter.drawLine(QPointF(left, y), QPointF(beyond, y))
        for side in (-1, 1):
            painter.drawLine(QPointF(beyond, y), QPointF(beyond - px(6), y + side * px(4)))
        for value in (1.0, float(self._vocabulary)):
            painter.setPen(QPen(style.colour("third"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(self.place(value), 0), QPointF(self.place(value), y + px(4)))
        numbers, words = style.font(11, mono=True), style.font(11)
        marks = [
            (1.0, "1", "perfect"),
            (float(self._vocabulary), perplexity(float(self._vocabulary)).removesuffix(".0"), "knows nothing"),
            (float("inf"), "∞", ""),
        ]
        taken: list[tuple[float, float]] = []
        for value, text, below in marks:
            x = self.place(value)
            painter.setFont(numbers)
            painter.setPen(style.colour("ink"))
            taken.append(_centred(painter, text, x, y + px(5), px(16), self.width()))
            painter.setFont(words)
            painter.setPen(style.colour("second"))
            if below:
                _centred(painter, below, x, y + px(22), px(18), self.width())
        painter.setFont(numbers)
        painter.setPen(style.colour("third"))
        measure = QFontMetricsF(numbers)
        for power in range(1, round(log10(self.most)) + 1):
            text = "10" if power == 1 else f"10{str(power).translate(SUPERSCRIPTS)}"
            x, half = self.place(10.0**power), measure.horizontalAdvance(text) / 2 + px(4)
            painter.drawLine(QPointF(x, y - px(2)), QPointF(x, y + px(3)))
            if all(x + half < low or x - half > high for low, high in taken):
                taken.append(_centred(painter, text, x, y + px(5), px(16), self.width()))


def _centred(painter: QPainter, text: str, x: float, y: float, tall: float, room: float) -> tuple[float, float]:
    """Write a text around `x`, within 0…`room`; returns from where to where it reaches."""
    half = painter.fontMetrics().horizontalAdvance(text) / 2 + 2
    x = min(max(x, half), room - half)
    painter.drawText(QRectF(x - half, y, 2 * half, tall), Qt.AlignmentFlag.AlignCenter, text)
    return x - half, x + half
