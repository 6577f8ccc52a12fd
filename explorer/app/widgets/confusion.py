"""A confusion matrix: rows are the truth, columns what was read, each row in percent.

matrix = ConfusionMatrix(("cat", "dog"))
matrix.show_counts(((48, 2), (5, 45)))
matrix.changed.connect(lambda: print(matrix.words()))
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import Look, blend, look
from explorer.explain.metrics import Counts, rows_normalised, why_cell, why_class

Cell = tuple[int, int | None]
"""A row (the truth) and a column (what was read); without a column, the whole class."""

CENTRE = Qt.AlignmentFlag.AlignCenter


def colour_of(style: Look, share: float) -> QColor:
    """The scale from surface to accent. It grows with the root of the share: mistakes are rare, and must be seen."""
    return blend(style.theme.surface, style.theme.accent, sqrt(min(max(share, 0.0), 1.0)))


def ink_on(style: Look, ground: QColor) -> QColor:
    """The text colour that stands out more from `ground`."""
    inks = [QColor(style.theme.ink), QColor(style.theme.on_accent)]
    return max(inks, key=lambda ink: _contrast(ink, ground))


def _luminance(colour: QColor) -> float:
    parts = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in colour.getRgbF()[:3]]  # type: ignore[index]
    return float(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2])


def _contrast(one: QColor, two: QColor) -> float:
    a, b = sorted((_luminance(one), _luminance(two)))
    return (b + 0.05) / (a + 0.05)


class ConfusionMatrix(QWidget):
    """K × K cells. Hovering shows a cell, a click or the arrow keys pin it; Escape lets go."""

    changed = Signal()
    """Another cell is hovered or pinned, or the counts are new."""

    def __init__(self, classes: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.classes = tuple(classes)
        self.counts: NDArray[np.int64] | None = None
        self._shares: NDArray[np.float64] = np.zeros((len(classes), len(classes)))
        self.pinned: Cell | None = None
        self._hovered: Cell | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Confusion matrix")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setSizePolicy(policy)

    # What it shows.

    def show_counts(self, counts: Counts | None, classes: Sequence[str] | None = None) -> None:
        """Show counts, row = truth; `None` empties the matrix. A pinned cell stays pinned."""
        if classes is not None and tuple(classes) != self.classes:
            self.classes, self.pinned, self._hovered = tuple(classes), None, None
        k = len(self.classes)
        self.counts = None if counts is None else np.asarray(counts, dtype=np.int64)
        self._shares = np.zeros((k, k)) if self.counts is None else rows_normalised(self.counts)
        self.update()
        self.changed.emit()

    @property
    def current(self) -> Cell | None:
        """The cell that is hovered, else the pinned one."""
        return self._hovered or self.pinned

    def pin(self, cell: Cell | None) -> None:
        """Pin a cell, a class (without a column), or nothing."""
        self.pinned = cell
        self.update()
        self.changed.emit()

    def words(self) -> str:
        """The arithmetic of the current cell or class; empty if there is none."""
        if self.counts is None or self.current is None:
            return ""
        true, read = self.current
        if read is None:
            return "\n".join(why_class(self.counts, self.classes, true))
        return why_cell(self.counts, self.classes, true, read)

    # Geometry: the word "true", the row names, the square of cells; below it names, "read as" and the scale.

    def _grid(self) -> tuple[QRectF, float]:
        style = look(self)
        k, px = max(1, len(self.classes)), style.px
        left = px(18) + self._names(style)
        below = px(18) + px(26)
        cell = max(4.0, min((self.width() - left - 1) / k, (self.height() - below - 1) / k))
        return QRectF(left, 1, cell * k, cell * k), cell

    def _names(self, style: Look) -> int:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(name) for name in self.classes), default=0)
        return min(widest, style.px(72)) + style.px(6)

    def height_for(self, width: int) -> int:
        """The height at which the cells just fill this width; more would stay empty."""
        px = look(self).px
        return max(width - px(18) - self._names(look(self)) + px(18) + px(26), self.sizeHint().height())

    def cell_at(self, place: QPoint | QPointF) -> Cell | None:
        """The cell, or by its name the class, that lies at a place of the widget."""
        grid, cell = self._grid()
        row, column = int((place.y() - grid.top()) // cell), int((place.x() - grid.left()) // cell)
        k = len(self.classes)
        if not 0 <= row < k or column >= k:
            return None
        return (row, column if column >= 0 else None)

    def sizeHint(self) -> QSize:
        """The least that can be read: the matrix takes what room there is."""
        px = look(self).px
        return QSize(px(216), px(240))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        px, theme = style.px, style.theme
        grid, cell = self._grid()
        current = self.current
        painter.setFont(style.font(min(11, max(7, cell / style.scale * 0.42)), mono=True))
        gap = 1.0 if cell > 8 else 0.0
        for row in range(len(self.classes)):
            for column in range(len(self.classes)):
                share = float(self._shares[row, column])
                box = QRectF(grid.left() + column * cell, grid.top() + row * cell, cell - gap, cell - gap)
                ground = colour_of(style, share) if share else QColor(theme.paper)
                painter.fillRect(box, ground)
                if share and cell >= px(16):
                    painter.setPen(ink_on(style, ground))
                    painter.drawText(box, CENTRE, "<1" if share < 0.005 else f"{100 * share:.0f}")
        self._paint_names(painter, style, grid, cell)
        self._paint_scale(painter, style, grid)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for marked, colour in ((self.pinned, theme.positive), (self._hovered, theme.ink)):
            if marked is not None:
                painter.setPen(QPen(QColor(colour), 2 if marked == self.pinned else 1))
                painter.drawRect(self._outline(grid, cell, marked))
        if self.hasFocus() and current is None:
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawRect(grid.adjusted(0, 0, -1, -1))

    @staticmethod
    def _outline(grid: QRectF, cell: float, marked: Cell) -> QRectF:
        row, column = marked
        top = grid.top() + row * cell
        if column is None:
            return QRectF(grid.left(), top, grid.width() - 1, cell - 1)
        return QRectF(grid.left() + column * cell, top, cell - 1, cell - 1)

    def _paint_names(self, painter: QPainter, style: Look, grid: QRectF, cell: float) -> None:
        px, current = style.px, self.current
        every = max(1, round(px(13) / cell + 0.49))
        left = px(18)
        for k, name in enumerate(self.classes):
            lit = current is not None and k in current
            if k % every and not lit:
                continue
            for row in (True, False):
                mine = current is not None and k == current[0 if row else 1]
                painter.setFont(style.font(11, QFont.Weight.DemiBold if mine else QFont.Weight.Normal, mono=True))
                painter.setPen(style.colour("accent" if mine else "second"))
                if row:
                    box = QRectF(left, grid.top() + k * cell, grid.left() - left - px(6), cell)
                    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                else:
                    box = QRectF(grid.left() + k * cell, grid.bottom() + px(2), cell, px(16))
                    flags = CENTRE
                room = box.width() if row else cell * every
                text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, round(room))
                painter.drawText(box, flags, text)

    def _paint_scale(self, painter: QPainter, style: Look, grid: QRectF) -> None:
        """The axes' names and the colour scale."""
        px = style.px
        painter.setFont(style.font(11))
        painter.setPen(style.colour("third"))
        painter.save()
        painter.translate(px(7), grid.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-px(60), -px(8), px(120), px(16)), CENTRE, "true")
        painter.restore()
        top = grid.bottom() + px(22)
        painter.drawText(QRectF(grid.left(), top, px(60), px(16)), Qt.AlignmentFlag.AlignVCenter, "read as")
        width = min(px(120), grid.width() / 2)
        bar = QRectF(grid.right() - width - px(38), top + px(5), width, px(6))
        ramp = QLinearGradient(bar.topLeft(), bar.topRight())
        for stop in (0.0, 0.01, 0.04, 0.1, 0.2, 0.4, 0.7, 1.0):
            ramp.setColorAt(stop, colour_of(style, stop))
        painter.fillRect(bar, ramp)
        painter.setPen(style.colour("line"))
        painter.drawRect(bar)
        painter.setPen(style.colour("third"))
        painter.setFont(style.font(11, mono=True))
        left = QRectF(bar.left() - px(20), top, px(16), px(16))
        painter.drawText(left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "0")
        right = QRectF(bar.right() + px(4), top, px(40), px(16))
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter, "100 %")

    # Hands.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002
        self._hover(None)

    def _hover(self, cell: Cell | None) -> None:
        if cell != self._hovered:
            self._hovered = cell
            self.setCursor(Qt.CursorShape.ArrowCursor if cell is None else Qt.CursorShape.PointingHandCursor)
            self.update()
            self.changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pin a cell; a second click on it, or one beside the cells, lets go."""
        cell = self.cell_at(event.position())
        self.pin(None if cell == self.pinned else cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows move the pinned cell; left of the first column lies the whole class."""
        moves = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }  # fmt: skip
        by = moves.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self.pinned is not None:
            self.pin(None)
        elif by is None:
            super().keyPressEvent(event)
        else:
            k = len(self.classes)
            row, column = self.pinned or (0, 0)
            row = min(max(row + by[0], 0), k - 1) if self.pinned else 0
            across = (-1 if column is None else column) + (by[1] if self.pinned else 0)
            self.pin((row, None if across < 0 else min(across, k - 1)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
