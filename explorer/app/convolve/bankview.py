"""The maps of a bank of filters in rows, each with its filter below.

view = BankView()
view.show_filters(filters, (28, 28), 0)     # empty places
view.show_map(3, found)                     # one map after the other
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.app.convolve.bank import Filter, Filtered
from explorer.app.convolve.view import signed_image
from explorer.app.theme import Look, look
from explorer.app.widgets.pixels import ARROWS
from explorer.explain.scan import Values

LEAST, GAP, CAPTION = 96, 16, 30
"""Of a map in the bank, in pixels at scale 1: its least width, the room around it, and the line below."""


INSET = 3
"""Pixels around all maps, for the frame of the chosen one."""


class BankView(QWidget):
    """The maps of a bank in rows, each with its filter; a click, or Enter, chooses one."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filters: tuple[Filter, ...] = ()
        self._maps: dict[int, Filtered] = {}
        self._images: dict[int, QImage] = {}
        self._drawn_for = ""
        self._shape = (1, 1)
        self._at, self._chosen = -1, -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Feature maps of all filters")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)

    @property
    def known(self) -> int:
        """How many maps are there."""
        return len(self._maps)

    def show_filters(self, filters: tuple[Filter, ...], shape: tuple[int, int], chosen: int) -> None:
        """Show empty places for maps of about `shape` (rows, columns)."""
        self.filters, self._shape, self._chosen = filters, shape, chosen
        self._maps.clear()
        self._images.clear()
        self._fit()
        self.update()

    def show_map(self, number: int, found: Filtered) -> None:
        """Show the map of a filter."""
        self._maps[number] = found
        self._images.pop(number, None)
        self.update(self._cell(number).toAlignedRect())

    def show_chosen(self, number: int) -> None:
        """Mark a filter as the chosen one."""
        self._chosen = number
        self.update()

    # Where things are.

    def _columns(self) -> int:
        """As few columns as let all be seen at once, or as many as keep their least width."""
        px, count = look(self).px, max(1, len(self.filters))
        most = max(1, (self.width() + px(GAP)) // px(LEAST + GAP))
        view = self.parentWidget()
        tall = view.height() if view is not None else self.height()
        for columns in range(1, most + 1):
            if self._height_with(columns) <= tall:
                return min(columns, count)
        return int(min(most, count))

    def _thumb(self, columns: int) -> tuple[float, float]:
        gap = look(self).px(GAP)
        wide = max(1.0, (self.width() - gap * (columns - 1) - 2 * INSET) / columns)
        tall = min(wide * self._shape[0] / max(1, self._shape[1]), 1.5 * wide)
        return wide, tall

    def _height_with(self, columns: int) -> float:
        px, rows = look(self).px, -(-len(self.filters) // columns)
        return rows * (self._thumb(columns)[1] + px(CAPTION) + px(GAP))

    def _cell(self, number: int) -> QRectF:
        """The map's place, without the line below."""
        px, columns = look(self).px, self._columns()
        wide, tall = self._thumb(columns)
        row, column = divmod(number, columns)
        return QRectF(INSET + column * (wide + px(GAP)), INSET + row * (tall + px(CAPTION) + px(GAP)), wide, tall)

    def _hit(self, at: QPoint) -> int:
        below = look(self).px(CAPTION)
        for number in range(len(self.filters)):
            if self._cell(number).adjusted(0, 0, 0, below).contains(at.toPointF()):
                return number
        return -1

    def _fit(self) -> None:
        self.setMinimumHeight(round(self._height_with(self._columns())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # Events.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_to(self._hit(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        self._go_to(-1)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._hit(event.position().toPoint())
        if number >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is not None and self.filters:
            at = self._at if self._at >= 0 else max(0, self._chosen)
            self._go_to(min(max(at + step[0] + step[1] * self._columns(), 0), len(self.filters) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._at >= 0:
            self.chosen.emit(self._at)
        else:
            super().keyPressEvent(event)

    def _go_to(self, number: int) -> None:
        if number != self._at:
            self._at = number
            self.setCursor(Qt.CursorShape.PointingHandCursor if number >= 0 else Qt.CursorShape.ArrowCursor)
            if number >= 0:
                self.setAccessibleDescription(f"{self.filters[number].title}. {self.filters[number].about}")
            self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = self._hit(event.pos())
            if number >= 0:
                QToolTip.showText(event.globalPos(), f"<p>{self.filters[number].about}</p>", self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(640), px(400))

    def paintEvent(self, event: QPaintEvent) -> None:
        style, painter = look(self), QPainter(self)
        if self._drawn_for != style.theme.name:
            self._images.clear()
            self._drawn_for = style.theme.name
        for number in range(len(self.filters)):
            place = self._cell(number)
            if place.adjusted(0, 0, 0, style.px(CAPTION)).intersects(QRectF(event.rect())):
                self._paint(painter, style, number, place)

    def _paint(self, painter: QPainter, style: Look, number: int, place: QRectF) -> None:
        found, chosen, px = self._maps.get(number), number == self._chosen, style.px
        if found is None:
            painter.fillRect(place, style.colour("line", 0.5))
        else:
            if number not in self._images:
                self._images[number] = signed_image(found.colours, style.theme)
            image = self._images[number]
            sharp = place.width() >= 1.5 * image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not sharp)
            cell = min(place.width() / image.width(), place.height() / image.height())
            place = QRectF(place.x(), place.y(), image.width() * cell, image.height() * cell)
            painter.drawImage(place, image)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        lit = chosen or number == self._at
        width = px(2) if lit else 1
        painter.setPen(QPen(style.colour("accent" if lit else "strong_line"), width))
        painter.drawRect(place.adjusted(-width / 2, -width / 2, width / 2, width / 2))
        below = QRectF(self._cell(number).bottomLeft(), self._cell(number).size())
        glyph = QRectF(below.x(), below.y() + px(6), px(18), px(18))
        paint_kernel(painter, style, self.filters[number].weights[0], glyph)
        painter.setPen(style.colour("accent" if chosen else "ink"))
        painter.setFont(style.font(13))
        words = QRectF(glyph.right() + px(8), below.y() + px(4), below.width() - px(26), px(22))
        text = painter.fontMetrics().elidedText(
            self.filters[number].title, Qt.TextElideMode.ElideRight, int(words.width())
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def paint_kernel(painter: QPainter, style: Look, weights: Values, place: QRectF) -> None:
    """A kernel, (K, L), as small coloured squares."""
    rows, columns = weights.shape
    cell, most = min(place.width() / columns, place.height() / rows), float(np.abs(weights).max()) or 1.0
    left = place.x() + (place.width() - cell * columns) / 2
    top = place.y() + (place.height() - cell * rows) / 2
    for row in range(rows):
        for column in range(columns):
            where = QRectF(left + column * cell, top + row * cell, cell, cell)
            painter.fillRect(where, style.signed(float(weights[row, column]) / most))
    painter.setPen(QPen(style.colour("strong_line"), 1))
    painter.drawRect(QRectF(left, top, cell * columns, cell * rows))
