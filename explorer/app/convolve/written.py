"""A line of arithmetic on a card, in the manner of the formula of a convolution, for what is no sum of products."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import Look, look

LARGEST, LEAST = 18.0, 11.0
"""Sizes of type in pixels at scale 1; a line is made as small as it needs to fit."""

LINE, ROOM = 30, 14
"""Height of a line, and the room around all, in pixels at scale 1."""


class Written(QWidget):
    """Shows one to three lines; what stands behind the last = of a line is its result."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Formula")

    @property
    def lines(self) -> tuple[str, ...]:
        """What is shown."""
        return self._lines

    def show_lines(self, lines: tuple[str, ...]) -> None:
        """Show lines of arithmetic."""
        if len(lines) != len(self._lines):
            self.updateGeometry()
        self._lines = lines
        self.setAccessibleDescription(". ".join(lines))
        self.update()

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(400), px(LINE) * max(len(self._lines), 1) + 2 * px(ROOM))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.colour("line"))
        painter.setBrush(style.colour("surface"))
        card = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(card, style.px(8), style.px(8))
        px = style.px
        room = self.width() - 2 * px(20)
        size = min((_fitted(style, line, room) for line in self._lines), default=LARGEST)
        for index, line in enumerate(self._lines):
            place = QRectF(px(20), px(ROOM) + index * px(LINE), room, px(LINE))
            _paint_line(painter, style, line, place, size)


def _fitted(style: Look, line: str, room: float) -> float:
    """The largest size of type in which a line fits."""
    size = LARGEST
    while size > LEAST and QFontMetricsF(style.font(size, mono=True)).horizontalAdvance(line) + style.px(24) > room:
        size -= 1
    return size


def _paint_line(painter: QPainter, style: Look, line: str, place: QRectF, size: float) -> None:
    sums, equals, result = line.rpartition(" = ")
    middle = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    font, strong = style.font(size, mono=True), style.font(size, QFont.Weight.DemiBold, mono=True)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(style.colour("ink"))
    if not equals:
        painter.drawText(place, middle, metrics.elidedText(line, Qt.TextElideMode.ElideRight, place.width()))
        return
    end = QFontMetricsF(strong).horizontalAdvance(result) + style.px(20)
    words = metrics.elidedText(sums + " =", Qt.TextElideMode.ElideMiddle, place.width() - end - style.px(10))
    painter.drawText(place, middle, words)
    used = metrics.horizontalAdvance(words) + style.px(10)
    pill = QRectF(place.x() + used, place.center().y() - style.px(13), end, style.px(26))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.colour("wash"))
    painter.drawRoundedRect(pill, style.px(4), style.px(4))
    painter.setPen(style.colour("ink"))
    painter.setFont(strong)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, result)
