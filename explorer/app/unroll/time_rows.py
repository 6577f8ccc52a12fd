"""Lists that paint themselves: units that mark a stretch, with their course, and other texts, with the stretch in them.

rows = MarkerRows()
rows.show_markers(markers(values, 2, 4), values, (2, 3), "“ez”")
rows.chosen.connect(lambda k: ...)      # the row that was clicked, or chosen with Enter
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QWidget

from explorer.app.theme import CAPTION, HEAD, Look, look
from explorer.app.unroll.ink import elided
from explorer.app.unroll.time_find import Place, marker_words
from explorer.app.widgets.scale import tidy
from explorer.explain.recurrent.cell import Values
from explorer.explain.recurrent.patterns import Marker
from explorer.explain.recurrent.words import said

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

MOVES = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -5,
    Qt.Key.Key_PageDown: 5,
    Qt.Key.Key_Home: -(10**6),
    Qt.Key.Key_End: 10**6,
}


class Rows(QWidget):
    """Rows of which one is chosen. Up and down go from row to row, Enter chooses one."""

    chosen = Signal(int)
    """The row that was chosen, from 0."""

    tall = 28
    """Height of a row in pixels at scale 1."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count, self.present = 0, -1
        self._at, self._hover = 0, -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def words(self, row: int) -> str:
        """A row in words."""
        raise NotImplementedError

    def paint_row(self, painter: QPainter, style: Look, row: int, where: QRectF) -> None:
        """Paint a row into a place."""
        raise NotImplementedError

    def show_count(self, count: int, present: int = -1) -> None:
        """There are so many rows; `present` is marked as the chosen one."""
        self.count, self.present, self._at = count, present, max(present, 0)
        self._hover = -1
        self.updateGeometry()
        self._tell()
        self.update()

    def row_rect(self, row: int) -> QRectF:
        """Where a row lies."""
        high = look(self).px(self.tall)
        return QRectF(0, row * high, self.width(), high)

    def _row_at(self, y: float) -> int:
        row = int(y // look(self).px(self.tall))
        return row if 0 <= row < self.count else -1

    def _tell(self) -> None:
        self.setAccessibleDescription(self.words(self._at) if self.count else "Nothing found.")

    def _choose(self, row: int) -> None:
        if 0 <= row < self.count:
            self._at = self.present = row
            self._tell()
            self.update()
            self.chosen.emit(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row != self._hover:
            self._hover = row
            self.setCursor(Qt.CursorShape.ArrowCursor if row < 0 else Qt.CursorShape.PointingHandCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._row_at(event.position().y()))
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in MOVES and self.count:
            self._at = min(max(self._at + MOVES[key], 0), self.count - 1)
            self._tell()
            self.update()
            self._uncover()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._at)
        else:
            super().keyPressEvent(event)

    def _uncover(self) -> None:
        """Scroll so that the present row is seen."""
        view = self.parentWidget()
        area = view.parentWidget() if view is not None else None
        if isinstance(area, QScrollArea):
            middle = self.row_rect(self._at).center().toPoint()
            area.ensureVisible(middle.x(), middle.y(), 0, look(self).px(self.tall))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            row = self._row_at(event.pos().y())
            if row < 0:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.words(row), self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in MOVES:
            event.accept()  # what moves here is no shortcut of the page
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(look(self).px(200), look(self).px(self.tall) * max(self.count, 1))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(120), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in range(self.count):
            where = self.row_rect(row)
            if not where.toRect().intersects(event.rect()):
                continue
            inner = where.adjusted(1, 1, -1, -1)
            if row in (self._hover, self.present):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(style.colour("wash"))
                painter.drawRoundedRect(inner, style.px(5), style.px(5))
            if row == self._at and self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(style.colour("accent"), style.px(2)))
                painter.drawRoundedRect(inner, style.px(5), style.px(5))
            space = style.px(8)
            self.paint_row(painter, style, row, where.adjusted(space, 0, -space, 0))


class MarkerRows(Rows):
    """Units that are high or low in a stretch, each with its course over the steps."""

    tall = 48

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Units that mark the selected steps", parent)
        self._markers: Sequence[Marker] = ()
        self._values: Values = np.zeros((0, 0))
        self._steps, self._where = (0, 0), ""

    @property
    def markers(self) -> Sequence[Marker]:
        """What is shown."""
        return self._markers

    def show_markers(self, markers: Sequence[Marker], values: Values, steps: tuple[int, int], where: str) -> None:
        """Units with the (T, H) values that they were found in; `steps`: first and last; `where` names them."""
        self._markers, self._values, self._steps, self._where = markers, values, steps, where
        self.show_count(len(markers), 0 if markers else -1)

    def words(self, row: int) -> str:
        text = marker_words(self._markers[row], self._where)
        return f"{text[:1].upper()}{text[1:]}."

    def paint_row(self, painter: QPainter, style: Look, row: int, where: QRectF) -> None:
        marker = self._markers[row]
        text = QRectF(where.x(), where.y() + style.px(5), style.px(132), style.px(20))
        painter.setFont(style.font(CAPTION, QFont.Weight.DemiBold))
        painter.setPen(style.colour("ink"))
        painter.drawText(text, LEFT, f"unit {marker.unit + 1}")
        wide = QFontMetricsF(painter.font()).horizontalAdvance(f"unit {marker.unit + 1} ")
        painter.setFont(style.font(HEAD))
        painter.setPen(style.colour("second"))
        how = f"{marker.direction} only here" if marker.clear else "higher" if marker.direction == "high" else "lower"
        painter.drawText(text.adjusted(wide, 0, style.px(20), 0), LEFT, how)
        below = text.translated(0, style.px(19))
        font = style.font(HEAD - 1, mono=True)
        painter.setFont(font)
        painter.drawText(below, LEFT, f"{said(marker.inside)} / {said(marker.outside)}")
        left = where.x() + style.px(150)
        plot = QRectF(left, where.y() + style.px(7), max(where.right() - left, 8), where.height() - style.px(14))
        self._paint_course(painter, style, self._values[:, marker.unit], plot)

    def _paint_course(self, painter: QPainter, style: Look, values: Values, plot: QRectF) -> None:
        """The unit's value at each step, as a line; the stretch stands on a ground of its own."""
        course = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        steps = len(course)
        low, high = min(float(course.min()), 0.0), max(float(course.max()), 0.0)
        tall = plot.height() / ((high - low) or 1.0)
        wide = plot.width() / steps
        first, last = self._steps
        box = QRectF(plot.x() + first * wide, plot.y() - style.px(3), (last - first + 1) * wide, plot.height())
        painter.fillRect(box.adjusted(0, 0, 0, style.px(6)), style.colour("accent", 0.22))
        zero = plot.bottom() + low * tall
        painter.setPen(QPen(style.colour("strong_line"), 1))
        painter.drawLine(QPointF(plot.x(), zero), QPointF(plot.right(), zero))
        at, shown = _thinned(course, max(int(plot.width()), 2))
        points = [QPointF(plot.x() + (k + 0.5) * wide, zero - v * tall) for k, v in zip(at, shown, strict=True)]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(style.colour("ink"), style.px(1.5)))
        painter.drawPolyline(QPolygonF(points))
        if steps <= 40:
            painter.setPen(Qt.PenStyle.NoPen)
            for k, point in zip(at, points, strict=True):
                painter.setBrush(style.colour("accent" if first <= k <= last else "ink"))
                painter.drawEllipse(point, style.px(2), style.px(2))


def _thinned(course: Values, most: int) -> tuple[list[int], list[float]]:
    """Steps and values; of very many the least and the greatest of each few, so that no peak is lost."""
    steps = len(course)
    if steps <= 2 * most:
        return list(range(steps)), course.tolist()
    at: list[int] = []
    edges = np.linspace(0, steps, most + 1).astype(int)
    for start, stop in pairwise(edges.tolist()):
        part = course[start:stop]
        at += sorted({int(start + part.argmin()), int(start + part.argmax())})
    return at, course[at].tolist()


class PlaceRows(Rows):
    """Other texts, with the stretch in which a unit does the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Other texts with the same pattern", parent)
        self._places: Sequence[Place] = ()

    @property
    def places(self) -> Sequence[Place]:
        """What is shown."""
        return self._places

    def show_places(self, places: Sequence[Place]) -> None:
        """Texts, the best first."""
        self._places = places
        self.show_count(len(places))

    def words(self, row: int) -> str:
        place = self._places[row]
        start, stop = place.span
        inside = place.text[start:stop]
        return f"“{inside}” in {place.text}. It differs by {tidy(place.distance)} on average. Click to unroll it."

    def paint_row(self, painter: QPainter, style: Look, row: int, where: QRectF) -> None:
        place = self._places[row]
        font = style.font(CAPTION + 1, mono=True)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        off = tidy(place.distance, 2)
        room = where.width() - style.px(64)
        text = elided(font, place.text, room)
        one = metrics.horizontalAdvance("0")
        start, stop = (min(k, len(text)) for k in place.span)
        box = QRectF(where.x() + start * one - 1, where.y() + style.px(4), (stop - start) * one + 2, 0)
        box.setHeight(where.height() - style.px(8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("accent"))
        painter.drawRoundedRect(box, style.px(3), style.px(3))
        for part, first, colour in (
            (text[:start], 0, "ink"), (text[start:stop], start, "on_accent"), (text[stop:], stop, "ink"),
        ):  # fmt: skip
            painter.setPen(style.colour(colour))
            painter.drawText(where.adjusted(first * one, 0, 0, 0), LEFT, part)
        painter.setFont(style.font(HEAD - 1, mono=True))
        painter.setPen(style.colour("third"))
        painter.drawText(where, RIGHT, f"±{off}")
