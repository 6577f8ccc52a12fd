"""A vector as a strip of coloured cells, and the likeliest outputs as bars: in both, one number can be chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
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
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.app.theme import Look, look
from explorer.app.widgets.scale import colours, ink_numbers, inks, magnitudes, span
from explorer.arch.text import number
from explorer.explain.recurrent.words import said

Values = NDArray[np.float64]

ROW, LOW, LEAST = 26, 12, 15
"""Height of a row of cells, its least height, and the least width of a cell, in pixels at scale 1."""

BAR = 30
"""Height of a bar's row in pixels at scale 1, where there is room."""

MOVES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class _Chooser(QWidget):
    """Of some items one is chosen, with the mouse or the arrow keys; `chosen` carries its index."""

    chosen = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index, self._hover = -1, -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)

    @property
    def count(self) -> int:
        """How many items there are."""
        raise NotImplementedError

    @property
    def index(self) -> int:
        """The chosen item; −1 for none."""
        return self._index

    def words(self, index: int) -> str:
        """An item in words."""
        raise NotImplementedError

    def item(self, index: int) -> QRectF:
        """Where an item lies."""
        raise NotImplementedError

    def show_chosen(self, index: int) -> None:
        """Mark an item; −1 marks none. Tells nobody."""
        self._index = index
        self._tell()
        self.update()

    def _tell(self) -> None:
        self.setAccessibleDescription(self.words(self._index) if 0 <= self._index < self.count else "")

    def _at(self, x: float, y: float) -> int:
        return next((k for k in range(self.count) if self.item(k).contains(x, y)), -1)

    def _choose(self, index: int) -> None:
        self.show_chosen(index)
        self.chosen.emit(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().x(), event.position().y())
        if found >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._choose(found)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._at(event.position().x(), event.position().y())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = MOVES.get(Qt.Key(event.key()))
        if by is None or not self.count:
            super().keyPressEvent(event)
        else:
            self._choose(min(max(self._index + by, 0), self.count - 1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self._at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), self.words(found) if found >= 0 else "", self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in MOVES:
            event.accept()
            return True
        return super().event(event)


class Strip(_Chooser):
    """A vector (N,) in rows of cells; `words` call its numbers by `name`."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._name, self._values, self._most, self._signed = name, np.zeros(0), 1.0, True
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def count(self) -> int:
        return len(self._values)

    @property
    def values(self) -> Values:
        """What is shown."""
        return self._values

    @property
    def signed(self) -> bool:
        """Whether the scale has two ends."""
        return self._signed

    @property
    def most(self) -> float:
        """The end of the scale."""
        return self._most

    def show_values(self, values: Values, name: str = "", signed: bool = True) -> None:
        """Show other numbers; gates (0 to 1) are not `signed`."""
        again = len(values) != len(self._values)
        self._values, self._name = np.asarray(values, np.float64), name or self._name
        self._most, self._signed = max(1.0, span(self._values)) if signed else 1.0, signed
        self._index = min(self._index, len(values) - 1)
        self.setAccessibleName(self._name)
        self._tell()
        if again:
            self.updateGeometry()
        self.update()

    def words(self, index: int) -> str:
        return f"{self._name}, unit {index + 1}: {said(float(self._values[index]), 3)}"

    def _columns(self, width: int) -> int:
        """As many as fit, in rows of one length where that is possible."""
        fits = max(1, width // look(self).px(LEAST))
        if self.count <= fits:
            return max(self.count, 1)
        rows = -(-self.count // fits)
        return -(-self.count // rows)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return look(self).px(ROW) * self._rows(width) + look(self).px(2)

    def _rows(self, width: int) -> int:
        return max(1, -(-self.count // self._columns(width)))

    def sizeHint(self) -> QSize:
        wide = look(self).px(280)
        return QSize(wide, self.heightForWidth(wide))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(120), look(self).px(LOW) * self._rows(max(self.width(), look(self).px(120))))

    def item(self, index: int) -> QRectF:
        return self._items()[index]

    def _items(self) -> list[QRectF]:
        columns, px = self._columns(self.width()), look(self).px
        wide = min(self.width() / columns, px(64))
        # Where there is too little room, the rows get lower: no number may be cut off.
        tall = min(px(ROW), (self.height() - 2) / self._rows(self.width()))
        return [QRectF(k % columns * wide, 1 + k // columns * tall, wide, tall - 2) for k in range(self.count)]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = style.font(12, mono=True)
        room, high = QFontMetricsF(font).horizontalAdvance("−0.00"), QFontMetricsF(font).height()
        theme = style.theme
        shares = np.clip(np.nan_to_num(self._values / self._most), -1.0, 1.0)
        rgb = colours(theme, shares) if self._signed else magnitudes(theme, shares)
        pens = ink_numbers(theme, shares, rgb)
        items, line = self._items(), QPen(style.colour("line"), 1)
        for k, whole in enumerate(items):
            where = whole.adjusted(0.5, 0, -0.5, 0)
            painter.setPen(line)
            painter.setBrush(QColor(*(round(part) for part in rgb[k].tolist())))
            painter.drawRect(where)
            if where.width() >= room + 4 and where.height() >= high:
                painter.setFont(font)
                painter.setPen(inks(theme)[int(pens[k])])
                painter.drawText(where, Qt.AlignmentFlag.AlignCenter, said(float(self._values[k])))
        for k, alpha in ((self._hover, 0.6), (self._index, 1.0)):
            if 0 <= k < self.count:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(style.colour("accent", alpha), style.px(3 if self.hasFocus() else 2)))
                painter.drawRect(items[k].adjusted(1, 0, -1, 0))


class Top(_Chooser):
    """The likeliest classes, a bar each, the first at the top. `chosen` carries the place in the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Likeliest outputs", parent)
        self._names: Sequence[str] = ()
        self._shares: Sequence[float] = ()
        self._pale = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def count(self) -> int:
        return len(self._names)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes from the top."""
        return tuple(self._names)

    def show_odds(self, names: Sequence[str], shares: Sequence[float], pale: bool = False) -> None:
        """Show classes with their probabilities 0…1; `pale` where they do not count."""
        self._names, self._shares, self._pale = names, shares, pale
        self._tell()
        self.updateGeometry()
        self.update()

    def words(self, index: int) -> str:
        return f"{self._names[index]}: {said(self._shares[index], 3)}"

    def sizeHint(self) -> QSize:
        return QSize(look(self).px(240), look(self).px(BAR) * max(self.count, 1))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(160), look(self).px(20) * max(self.count, 1))

    def item(self, index: int) -> QRectF:
        tall = min(self.height() / max(self.count, 1), look(self).px(BAR))
        return QRectF(0, index * tall, self.width(), tall)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = style.font(13)
        widest = max((QFontMetricsF(font).horizontalAdvance(name) for name in self._names), default=0.0)
        for k in range(self.count):
            self._paint(painter, style, k, min(max(widest, style.px(28)), self.width() * 0.4))

    def _paint(self, painter: QPainter, style: Look, k: int, words: float) -> None:
        px, row = style.px, self.item(k)
        if k in (self._index, self._hover):
            held = k == self._index and self.hasFocus()
            painter.setPen(QPen(style.colour("accent"), 2) if held else Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("wash", 1.0 if k == self._index else 0.6))
            painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), px(6), px(6))
        best = not k and not self._pale
        weight = QFont.Weight.DemiBold if best else QFont.Weight.Normal
        left = QRectF(px(8), row.y(), words, row.height())
        painter.setFont(style.font(13, weight))
        painter.setPen(style.colour("second" if self._pale else "ink"))
        name = QFontMetricsF(painter.font()).elidedText(self._names[k], Qt.TextElideMode.ElideRight, left.width() + 2)
        painter.drawText(left.adjusted(0, 0, 4, 0), Qt.AlignmentFlag.AlignVCenter, name)
        font = style.font(13, weight, mono=True)
        digits = QFontMetricsF(font).horizontalAdvance("0.000")
        start = left.right() + px(10)
        most = max(row.width() - start - digits - px(20), 8.0)
        thick = px(12)
        track = QRectF(start, row.center().y() - thick / 2, most, thick)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("line", 0.7))
        painter.drawRoundedRect(track, px(3), px(3))
        track.setWidth(max(most * self._shares[k], px(2)))
        painter.setBrush(style.colour("accent", 1.0 if best else 0.45))
        painter.drawRoundedRect(track, px(3), px(3))
        painter.setFont(font)
        painter.setPen(style.colour("accent" if best else "second"))
        value = QRectF(row.right() - digits - px(8), row.y(), digits + px(2), row.height())
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(value, right, number(self._shares[k], 3))
