"""The network drawn as its tensors: height follows the image's size, width the number of maps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import log1p, sqrt

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from explorer.app.theme import look
from explorer.arch.analysis import Report, Row
from explorer.arch.shape import Shape
from explorer.arch.text import times


@dataclass(frozen=True)
class Box:
    """One tensor of the drawing: the row that makes it, and the rows that only change its values."""

    row: int
    members: tuple[int, ...]
    kind: str
    words: str
    shape: Shape | None


def boxes(report: Report) -> tuple[Box, ...]:
    """What is drawn: a box for the input and for each layer that changes the shape."""
    made: list[Box] = []
    for index, row in enumerate(report.rows):
        keeps = row.layer is not None and row.layer.kind in ("activation", "normalisation")
        broken = report.fault is not None and report.fault.index + 1 == index
        if keeps and not broken and made:
            last = made[-1]
            made[-1] = Box(last.row, (*last.members, index), last.kind, last.words, last.shape)
        else:
            kind = row.layer.kind if row.layer else "input"
            made.append(Box(index, (index,), kind, _words(row), row.output))
    return tuple(made)


def _words(row: Row) -> str:
    if row.layer is None:
        return "input"
    window = row.layer.window()
    return f"{row.layer.stem if row.layer.stem != 'fc' else 'linear'}{' ' + times(window.kernel) if window else ''}"


def _draw_elided(painter: QPainter, where: QRectF, words: str) -> None:
    fitted = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(where.width()) + 1)
    painter.drawText(where, Qt.AlignmentFlag.AlignCenter, fitted)


class Diagram(QWidget):
    """Shows a report; `chosen` carries the position of the layer that was clicked (−1 is the input)."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: Report | None = None
        self._boxes: tuple[Box, ...] = ()
        self._position = -1
        self.setAccessibleName("Diagram of the network")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(640), px(196))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(320), px(150))

    def show_report(self, report: Report) -> None:
        """Draw another network."""
        self._report, self._boxes = report, boxes(report)
        self.update()

    def show_chosen(self, position: int) -> None:
        """Mark the layer at `position` (−1 is the input)."""
        self._position = position
        self.update()

    def places(self) -> list[QRectF]:
        """Where the boxes are drawn, in their order."""
        style = look(self)
        px = style.px
        room = QRectF(px(4), px(8), self.width() - px(8), self.height() - px(8) - px(40))
        shapes = [box.shape for box in self._boxes]
        tallest = max((max(s[1:]) for s in shapes if s and len(s) == 3), default=1)
        deepest = max((s[0] for s in shapes if s and len(s) == 3), default=1)
        longest = max((s[0] for s in shapes if s and len(s) == 1), default=1)
        column = room.width() / max(len(shapes), 1)
        places = []
        for index, shape in enumerate(shapes):
            width: float
            height: float
            if shape is None:
                width, height = px(14), px(40)
            elif len(shape) == 3:
                height = max(px(10), room.height() * sqrt(max(shape[1:]) / tallest))
                width = px(10) + px(40) * sqrt(shape[0] / deepest)
            else:
                height = max(px(10), room.height() * log1p(shape[0]) / log1p(longest))
                width = px(8)
            width = min(width, column * 0.7)
            x = room.left() + column * (index + 0.5) - width / 2
            places.append(QRectF(x, room.center().y() - height / 2, width, height))
        return places

    def _at(self, x: float) -> int | None:
        count = len(self._boxes)
        index = int(x / max(self.width() / max(count, 1), 1e-9))
        return index if 0 <= index < count else None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        px = style.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = self.places()
        painter.setPen(style.colour("strong_line"))
        for before, after in pairwise(places):
            y = before.center().y()
            if after.left() - before.right() > px(6):
                painter.drawLine(round(before.right() + px(3)), round(y), round(after.left() - px(3)), round(y))
        column = self.width() / max(len(places), 1)
        # Where all labels would not fit side by side, those at even distances from the chosen one stay.
        every = max(1, -(-px(64) // max(int(column), 1)))
        here = next((k for k, box in enumerate(self._boxes) if self._position + 1 in box.members), 0)
        for index, (box, place) in enumerate(zip(self._boxes, places, strict=True)):
            chosen = self._position + 1 in box.members
            known = box.shape is not None
            pen = painter.pen()
            pen.setColor(style.colour("accent") if chosen else style.kind(box.kind, 1.0 if known else 0.4))
            pen.setWidthF(px(2.4) if chosen else 1.4)
            pen.setStyle(Qt.PenStyle.SolidLine if known else Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(style.kind(box.kind, 0.28 if known else 0.06))
            painter.drawRoundedRect(place, px(2), px(2))
            if (index - here) % every:
                continue
            room = min(every * column - px(6), self.width())
            wide = QRectF(place.center().x() - room / 2, self.height() - px(38), room, px(18))
            painter.setPen(style.colour("ink" if chosen else "second"))
            painter.setFont(style.font(12, QFont.Weight.DemiBold if chosen else QFont.Weight.Normal))
            _draw_elided(painter, wide, box.words)
            painter.setPen(style.colour("third"))
            painter.setFont(style.font(11, mono=True))
            words = times(box.shape) if box.shape else "?"
            _draw_elided(painter, wide.translated(0, px(17)), words)
        if self.hasFocus():
            painter.setPen(style.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(4), px(4))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position().x())
        if index is not None:
            self.chosen.emit(self._boxes[index].row - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = next((k for k, box in enumerate(self._boxes) if self._position + 1 in box.members), 0)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and 0 <= here + step < len(self._boxes):
            self.chosen.emit(self._boxes[here + step].row - 1)
        elif not step:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._report is not None:
            index = self._at(event.pos().x())
            if index is not None:
                names = [self._report.rows[k].path for k in self._boxes[index].members]
                shape = self._boxes[index].shape
                words = times(shape, spaced=True) if shape else "unknown"
                QToolTip.showText(event.globalPos(), f"{', '.join(names)}: {words}", self)
            return True
        return super().event(event)
