"""A confusion matrix: rows are the truth, columns what was read, each row in percent.

matrix = ConfusionMatrix(("cat", "dog"))
matrix.show_counts(((48, 2), (5, 45)))
matrix.changed.connect(lambda: print(matrix.words()))
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import Look, blend, look
from explorer.arch.text import number, short
from explorer.explain.metrics import Counts, rows_normalised, why_cell, why_class

Cell = tuple[int, int | None]
"""A row (the truth) and a column (what was read); without a column, the whole class."""

CENTRE = Qt.AlignmentFlag.AlignCenter
MIDDLE = Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | MIDDLE

NUMBERS = 15
"""Cells smaller than this, in pixels at scale 1, show their colour alone."""

MANY = 60
"""Beyond so many classes all cells are one picture: drawn one by one they would take too long."""

STEPS = 512
"""Colours of a picture of many cells."""

LONGEST = 72
"""Most room for a class's name, in pixels at scale 1."""


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
        self._image: tuple[str, QImage] | None = None
        self.pinned: Cell | None = None
        self._hovered: Cell | None = None
        self._numbers = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Confusion matrix")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setSizePolicy(policy)

    # What it shows.

    def show_counts(self, counts: Counts | None, classes: Sequence[str] | None = None) -> None:
        """Show counts, row = truth; `None` empties the matrix. A pinned cell stays pinned."""
        self.counts = None if counts is None else np.asarray(counts, dtype=np.int64)
        self._show(None if self.counts is None else rows_normalised(self.counts), classes)

    def _show(self, shares: NDArray[np.float64] | None, classes: Sequence[str] | None) -> None:
        if classes is not None and tuple(classes) != self.classes:
            self.classes, self.pinned, self._hovered = tuple(classes), None, None
        k = len(self.classes)
        self._shares, self._image = np.zeros((k, k)) if shares is None else shares, None
        self.update()
        self._tell()

    def show_numbers(self, counts: bool) -> None:
        """Write counts into the cells instead of percent; the colours stay those of the shares."""
        self._numbers = counts
        self.update()

    @property
    def current(self) -> Cell | None:
        """The cell that is hovered, else the pinned one."""
        return self._hovered or self.pinned

    def pin(self, cell: Cell | None) -> None:
        """Pin a cell, a class (without a column), or nothing."""
        self.pinned = cell
        self.update()
        self._tell()

    def follow(self, other: ConfusionMatrix) -> None:
        """Mark what another matrix of the same classes marks, without telling of it."""
        self.pinned, self._hovered = other.pinned, other._hovered
        self.update()

    def _tell(self) -> None:
        self.setAccessibleDescription(self.words())
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

    def _font(self, cell: float, mine: bool = False) -> QFont:
        """The font of the names: as large as the rows allow, digits in the font of numbers."""
        style = look(self)
        weight = QFont.Weight.DemiBold if mine else QFont.Weight.Normal
        brief = all(len(name) <= 3 for name in self.classes)
        return style.font(min(11.0, max(8.0, 0.8 * cell / style.scale)), weight, mono=brief)

    def _longest(self, cell: float) -> float:
        metrics = QFontMetricsF(self._font(cell, mine=True))
        widest = max((metrics.horizontalAdvance(name) for name in self.classes), default=0.0)
        return min(widest + 1, look(self).px(LONGEST))

    def _turned(self, cell: float) -> bool:
        """Whether the columns' names stand upright: they are wider than the columns."""
        return self._longest(cell) > cell + 1

    def _room(self, cell: float) -> tuple[float, float]:
        """What names and scale take at the left and below."""
        px = look(self).px
        names = self._longest(cell)
        return px(18) + names + px(6), (names + px(4) if self._turned(cell) else px(18)) + px(26)

    def _grid(self) -> tuple[QRectF, float]:
        k = max(1, len(self.classes))
        # The names' size depends on the cells', and that on the room which the names leave.
        cell = self.width() / k
        for _ in range(3):
            left, below = self._room(cell)
            cell = max(0.5, min((self.width() - left - 1) / k, (self.height() - below - 1) / k))
        left, _ = self._room(cell)
        cell = max(0.5, min(cell, (self.width() - left - 1) / k))
        return QRectF(left, 1, cell * k, cell * k), cell

    def height_for(self, width: int) -> int:
        """The height at which the cells just fill this width; more would stay empty."""
        k = max(1, len(self.classes))
        cell = width / k
        for _ in range(3):
            cell = max(0.5, (width - self._room(cell)[0] - 1) / k)
        return max(ceil(cell * k + self._room(cell)[1] + 1), self.sizeHint().height())

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

    # Paint.

    def _colour(self, style: Look, share: float) -> QColor:
        return colour_of(style, share)

    def _text(self, row: int, column: int) -> str:
        """What stands in a cell."""
        if self._numbers and self.counts is not None:
            count = int(self.counts[row, column])
            return number(count) if count < 1000 else short(count)
        share = float(self._shares[row, column])
        return "<1" if share < 0.005 else f"{100 * share:.0f}"

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        theme = style.theme
        grid, cell = self._grid()
        current = self.current
        self._paint_cells(painter, style, grid, cell)
        self._paint_names(painter, style, grid, cell)
        self._paint_scale(painter, style, grid, cell)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for marked, colour in ((self.pinned, theme.positive), (self._hovered, theme.ink)):
            if marked is not None:
                painter.setPen(QPen(QColor(colour), 2 if marked == self.pinned else 1))
                painter.drawRect(self._outline(grid, cell, marked))
        if self.hasFocus() and current is None:
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawRect(grid.adjusted(0, 0, -1, -1))

    def _paint_cells(self, painter: QPainter, style: Look, grid: QRectF, cell: float) -> None:
        k = len(self.classes)
        if cell < 4 or k > MANY:
            painter.drawImage(grid, self._picture(style))
            return
        gap = 1.0 if cell > 8 else 0.0
        legible = cell >= style.px(NUMBERS)
        paper = QColor(style.theme.paper)
        painter.setFont(style.font(min(11.0, max(8.0, 0.45 * cell / style.scale)), mono=True))
        metrics = QFontMetricsF(painter.font())
        for row in range(k):
            for column in range(k):
                share = float(self._shares[row, column])
                box = QRectF(grid.left() + column * cell, grid.top() + row * cell, cell - gap, cell - gap)
                ground = self._colour(style, share) if share else paper
                painter.fillRect(box, ground)
                if share and legible:
                    text = self._text(row, column)
                    if text and metrics.horizontalAdvance(text) <= box.width():
                        painter.setPen(ink_on(style, ground))
                        painter.drawText(box, CENTRE, text)

    def _picture(self, style: Look) -> QImage:
        """A pixel a cell, coloured in steps too fine to see; cells of nothing are paper."""
        if self._image is None or self._image[0] != style.theme.name:
            k, first = len(self.classes), self._ramp()[2]
            steps = [self._colour(style, first + (1 - first) * step / STEPS).rgb() for step in range(STEPS + 1)]
            places = np.rint((self._shares - first) / (1 - first) * STEPS).astype(np.int64)
            # The smallest share, too, can be told from none.
            places += (places == round(-first / (1 - first) * STEPS)) & (self._shares != 0)
            cells = np.array(steps, np.uint32)[np.clip(places, 0, STEPS)]
            cells[self._shares == 0] = QColor(style.theme.paper).rgb()
            image = QImage(np.ascontiguousarray(cells).data, k, k, 4 * k, QImage.Format.Format_RGB32).copy()
            self._image = style.theme.name, image
        return self._image[1]

    @staticmethod
    def _outline(grid: QRectF, cell: float, marked: Cell) -> QRectF:
        row, column = marked
        top = grid.top() + row * cell
        if column is None:
            return QRectF(grid.left(), top, grid.width() - 1, cell - 1)
        return QRectF(grid.left() + column * cell, top, cell - 1, cell - 1)

    def _paint_names(self, painter: QPainter, style: Look, grid: QRectF, cell: float) -> None:
        px, current = style.px, self.current
        turned, names = self._turned(cell), self._longest(cell)
        tall = QFontMetricsF(self._font(cell)).height() * 0.85
        every = max(1, ceil(tall / cell))
        for row in (True, False):
            marked = None if current is None else current[0 if row else 1]
            for k, name in enumerate(self.classes):
                mine = k == marked
                # Where not all names have room, that of the marked cell takes the place of those around it.
                crowded = every > 1 and marked is not None and abs(k - marked) * cell < tall
                if not mine and (k % every or crowded):
                    continue
                painter.setFont(self._font(cell, mine))
                painter.setPen(style.colour("accent" if mine else "second"))
                room = names if row or turned else cell * every
                text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, ceil(room))
                middle = (k + 0.5) * cell
                if row:
                    box = QRectF(px(18), grid.top() + middle - tall, names, 2 * tall)
                    painter.drawText(box, RIGHT, text)
                elif turned:
                    painter.save()
                    painter.translate(grid.left() + middle, grid.bottom() + px(3))
                    painter.rotate(-90)
                    painter.drawText(QRectF(-names, -tall, names, 2 * tall), RIGHT, text)
                    painter.restore()
                else:
                    box = QRectF(grid.left() + middle - room / 2, grid.bottom() + px(2), room, px(16))
                    painter.drawText(box, CENTRE, text)

    def _paint_scale(self, painter: QPainter, style: Look, grid: QRectF, cell: float) -> None:
        """The axes' names and the colour scale."""
        px = style.px
        painter.setFont(style.font(11))
        painter.setPen(style.colour("third"))
        painter.save()
        painter.translate(px(7), grid.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-px(60), -px(8), px(120), px(16)), CENTRE, "true")
        painter.restore()
        top = grid.bottom() + self._room(cell)[1] - px(22)
        painter.drawText(QRectF(grid.left(), top, px(60), px(16)), MIDDLE, "read as")
        self._paint_ramp(painter, style, grid, top)

    def _ramp(self) -> tuple[str, str, float]:
        """The scale's ends, and the share at which it begins."""
        return "0", "100 %", 0.0

    def _paint_ramp(self, painter: QPainter, style: Look, grid: QRectF, top: float) -> None:
        px = style.px
        low, high, first = self._ramp()
        painter.setFont(style.font(11, mono=True))
        metrics = QFontMetricsF(painter.font())
        before, behind = metrics.horizontalAdvance(low) + px(4), metrics.horizontalAdvance(high) + px(6)
        width = min(px(120), grid.width() - px(54) - before - behind)
        if width < px(20):
            return
        bar = QRectF(grid.right() - width - behind, top + px(5), width, px(6))
        ramp = QLinearGradient(bar.topLeft(), bar.topRight())
        for stop in (0.0, 0.01, 0.04, 0.1, 0.2, 0.3, 0.4, 0.48, 0.5, 0.52, 0.6, 0.7, 0.8, 0.9, 1.0):
            ramp.setColorAt(stop, self._colour(style, first + (1 - first) * stop))
        painter.fillRect(bar, ramp)
        painter.setPen(style.colour("line"))
        painter.drawRect(bar)
        painter.setPen(style.colour("third"))
        painter.drawText(QRectF(bar.left() - before - px(2), top, before, px(16)), RIGHT, low)
        painter.drawText(QRectF(bar.right() + px(4), top, behind + px(4), px(16)), MIDDLE, high)

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
            self._tell()

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
