"""Log-probabilities after every letter: rows are classes in the data's order, columns the letters of the word."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from explorer.app.predict.names.words import cell_said, nats, shown
from explorer.app.theme import Look, look
from explorer.app.widgets.scale import ink_numbers, inks, magnitudes, to_image
from explorer.arch.text import number

HEADS, FOOT = 24, 24
"""Heights in pixels at scale 1: the letters above the columns, what the colours mean below."""

LEAST_COLUMN, MOST_COLUMN, LEAST_ROW, MOST_LABEL = 16, 96, 12, 116
"""Least and greatest width of a column, least height of a row, greatest width of a class's name, at scale 1."""

ARROWS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
"""Rows down and letters to the right."""


def least_of(classes: int) -> float:
    """The log-probability that counts as no colour: well below that of knowing nothing, −ln K."""
    return -float(max(6, ceil(1.5 * log(max(classes, 1)))))


class LetterHeat(QWidget):
    """Arrow keys move a cursor, Enter asks why. Of a long word the last letters are shown, and the wheel goes back."""

    pointed = Signal(str)
    """A sentence on the cell that is pointed at, empty for none."""

    chosen = Signal(int, int)
    """The letter and the class, from 0, that someone asks about."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letters, self._classes = "", ()  # type: tuple[str, tuple[str, ...]]
        self._logs: NDArray[np.float64] = np.zeros((0, 0))
        self._first: int | None = None  # the first letter shown; None: as many of the last ones as there is room for
        self._cursor = (0, 0)
        self._hover: tuple[int, int] | None = None
        self._pin: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Log-probabilities after every letter")

    # What is shown.

    @property
    def logs(self) -> NDArray[np.float64]:
        """What is shown: (T, K)."""
        return self._logs

    def show_classes(self, classes: Sequence[str]) -> None:
        """Name the rows."""
        if tuple(classes) != self._classes:
            self._classes, self._pin = tuple(classes), None
            self._logs = np.zeros((0, len(classes)))
            self.updateGeometry()
            self.update()

    def show_logs(self, letters: str, logs: NDArray[np.float64]) -> None:
        """Show (T, K) log-probabilities for T letters."""
        self._letters, self._logs, self._first = letters, logs, None
        steps = len(logs)
        self._hover = None
        self._cursor = (self._cursor[0] if self._cursor[0] < logs.shape[1] else 0, max(steps - 1, 0))
        if self._pin is not None and self._pin[1] >= steps:
            self._pin = None
        best = int(logs[-1].argmax()) if steps else -1
        said = cell_said(letters, steps - 1, self._classes[best], logs[-1, best]) if steps else "nothing to read yet"
        self.setAccessibleDescription(f"{said}. Arrow keys go from cell to cell, Enter asks why.")
        self.update()

    def pin(self, cell: tuple[int, int] | None) -> None:
        """Mark the class and the letter that are explained, or none."""
        self._pin = cell
        self.update()

    # Where things are.

    def _label(self, style: Look) -> float:
        metrics = QFontMetricsF(style.font(12))
        widest = max((metrics.horizontalAdvance(name) for name in self._classes), default=0.0)
        return min(widest, style.px(MOST_LABEL)) + style.px(10)

    def _room(self, style: Look) -> tuple[QRectF, int, int]:
        """Where the cells lie, the first letter that is shown, and how many are."""
        left, steps = self._label(style), len(self._logs)
        wide = max(self.width() - left - 1, 1.0)
        fits = max(int(wide // style.px(LEAST_COLUMN)), 1)
        count = min(fits, steps)
        first = steps - count if self._first is None else min(self._first, steps - count)
        column = min(wide / max(count, 1), style.px(MOST_COLUMN))
        tall = max(self.height() - style.px(HEADS) - style.px(FOOT), 1)
        return QRectF(left, style.px(HEADS), column * count, tall), first, count

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """Class and letter at a place."""
        where, first, count = self._room(look(self))
        if not count or not where.contains(at):
            return None
        row = int((at.y() - where.y()) / where.height() * len(self._classes))
        column = int((at.x() - where.x()) / where.width() * count)
        return min(row, len(self._classes) - 1), first + min(column, count - 1)

    def cell_rect(self, row: int, step: int) -> QRectF:
        """Where a cell lies; left or right of all others if it is not shown."""
        where, first, count = self._room(look(self))
        wide, tall = where.width() / max(count, 1), where.height() / max(len(self._classes), 1)
        return QRectF(where.x() + (step - first) * wide, where.y() + row * tall, wide, tall)

    def sizeHint(self) -> QSize:
        return QSize(look(self).px(420), self.minimumSizeHint().height())  # it takes what room there is

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(200), px(HEADS + FOOT + LEAST_ROW * max(len(self._classes), 10)))

    # Events.

    def _point(self, cell: tuple[int, int] | None) -> None:
        if cell != self._hover:
            self._hover = cell
            self.pointed.emit(self._said(cell))
            self.update()

    def _said(self, cell: tuple[int, int] | None) -> str:
        if cell is None:
            return ""
        return cell_said(self._letters, cell[1], self._classes[cell[0]], float(self._logs[cell[1], cell[0]]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._cursor = cell
            self.chosen.emit(cell[1], cell[0])

    def wheelEvent(self, event: QWheelEvent) -> None:
        across = event.angleDelta().x()
        if not across or not self._scroll(-1 if across > 0 else 1):
            event.ignore()

    def _scroll(self, by: int) -> bool:
        _, first, count = self._room(look(self))
        moved = min(max(first + by, 0), len(self._logs) - count)
        self._first = moved
        self.update()
        return moved != first

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, (steps, rows) = Qt.Key(event.key()), self._logs.shape
        if not steps or not rows:
            super().keyPressEvent(event)
        elif key in ARROWS:
            down, right = ARROWS[key]
            self._cursor = ((self._cursor[0] + down) % rows, min(max(self._cursor[1] + right, 0), steps - 1))
            _, first, count = self._room(look(self))
            if not first <= self._cursor[1] < first + count:
                self._first = min(max(self._cursor[1] - count + 1, 0), self._cursor[1])
            self._point(self._cursor)
            self.setAccessibleDescription(self._said(self._cursor))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self._cursor[1], self._cursor[0])
        else:
            super().keyPressEvent(event)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        where, first, count = self._room(style)
        rows = len(self._classes)
        if not rows:
            return
        tall = where.height() / rows
        self._paint_names(painter, style, where, tall)
        if not count:
            painter.setPen(style.colour("second"))
            painter.setFont(style.font(13))
            empty = QRectF(where.x(), where.y(), self.width() - where.x(), where.height())
            painter.fillRect(empty, style.colour("line", 0.35))
            painter.drawText(empty, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, "One column a letter")
            return
        wide = where.width() / count
        logs = self._logs[first : first + count].T  # (K, letters)
        parts = np.clip(1 - logs / least_of(rows), 0, 1)
        rgb = magnitudes(style.theme, parts)
        painter.drawImage(where, to_image(rgb))
        self._paint_numbers(painter, style, where, wide, tall, logs, parts, rgb)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(style.colour("line"), 1))
        painter.drawRect(where)
        for step, best in enumerate(logs.argmax(axis=0)):  # the likeliest class after each letter
            box = QRectF(where.x() + step * wide, where.y() + int(best) * tall, wide, tall)
            painter.setPen(QPen(style.colour("ink"), style.px(1)))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        held = self._cursor if self.hasFocus() else None
        for cell, colour in ((held, "accent"), (self._pin, "accent"), (self._hover, "ink")):
            if cell is not None and first <= cell[1] < first + count:
                painter.setPen(QPen(style.colour(colour), style.px(2)))
                painter.drawRoundedRect(self.cell_rect(*cell).adjusted(1, 1, -1, -1), 2, 2)
        self._paint_heads(painter, style, where, wide, first, count)
        self._paint_scale(painter, style, where, first, count)

    def _paint_names(self, painter: QPainter, style: Look, where: QRectF, tall: float) -> None:
        best = int(self._logs[-1].argmax()) if len(self._logs) else -1
        size = min(12.0, tall / style.scale * 0.82)
        every = 1 if size >= 8 else ceil(9 * style.scale / tall)
        for row, name in enumerate(self._classes):
            if row % every and row != best:
                continue
            weight = QFont.Weight.DemiBold if row == best else QFont.Weight.Normal
            font = style.font(max(size, 8), weight)
            painter.setFont(font)
            painter.setPen(style.colour("ink" if row == best else "second"))
            room = where.x() - style.px(8)
            text = QFontMetricsF(font).elidedText(name, Qt.TextElideMode.ElideRight, room)
            box = QRectF(0, where.y() + row * tall - style.px(4), room, tall + style.px(8))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)

    def _paint_numbers(
        self, painter: QPainter, style: Look, where: QRectF, wide: float, tall: float,
        logs: NDArray[np.float64], parts: NDArray[np.float64], rgb: NDArray[np.float64],
    ) -> None:  # fmt: skip
        size = min(12.0, tall / style.scale * 0.72)
        font = style.font(size, mono=True)
        if size < 9 or QFontMetricsF(font).horizontalAdvance("−10.00") > wide - style.px(4):
            return
        painter.setFont(font)
        pens, which = inks(style.theme), ink_numbers(style.theme, parts, rgb)
        for row in range(logs.shape[0]):
            for step in range(logs.shape[1]):
                painter.setPen(pens[int(which[row, step])])
                box = QRectF(where.x() + step * wide, where.y() + row * tall, wide, tall)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, nats(float(logs[row, step])))

    def _paint_heads(self, painter: QPainter, style: Look, where: QRectF, wide: float, first: int, count: int) -> None:
        painter.setFont(style.font(15 if wide >= style.px(20) else 12, QFont.Weight.DemiBold, mono=True))
        for step in range(count):
            painter.setPen(style.colour("accent" if first + step == len(self._logs) - 1 else "ink"))
            box = QRectF(where.x() + step * wide, 0, wide, style.px(HEADS) - style.px(2))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown(self._letters[first + step]))

    def _paint_scale(self, painter: QPainter, style: Look, where: QRectF, first: int, count: int) -> None:
        """What the colours mean; of a long word, which letters are seen."""
        least = least_of(len(self._classes))
        text = f"{number(least, 0)} or less"
        painter.setFont(style.font(11, mono=True))
        painter.setPen(style.colour("second"))
        top = where.bottom() + style.px(6)
        metrics = QFontMetricsF(painter.font())
        at = where.x()
        middle = Qt.AlignmentFlag.AlignVCenter
        tall = style.px(FOOT) - style.px(8)
        painter.drawText(QRectF(at, top, metrics.horizontalAdvance(text) + 2, tall), middle, text)
        at += metrics.horizontalAdvance(text) + style.px(6)
        bar = QRectF(at, top + tall / 2 - style.px(4), style.px(72), style.px(8))
        painter.drawImage(bar, to_image(magnitudes(style.theme, np.linspace(0, 1, 24))[None]))
        painter.drawText(QRectF(bar.right() + style.px(6), top, style.px(20), tall), middle, "0")
        if count < len(self._logs):
            left = bar.right() + style.px(18)
            room = QRectF(left, top, max(self.width() - 1 - left, 0), tall)
            part, of = f"{first + 1}…{first + count}", f"of {len(self._logs)}"
            said = (f"letters {first + 1} to {first + count} {of}", f"{part} {of}", part)
            words = next((words for words in said if metrics.horizontalAdvance(words) <= room.width()), "")
            painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, words)
