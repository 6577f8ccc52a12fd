"""How a drawing lies on the screen, what painting keeps of it, and its texts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QStaticText

from explorer.app.build.drawing import Box, Drawing, Wire
from explorer.app.theme import Look
from explorer.arch.tree import Path

FREE_ROOM = 1e5
"""Room for a text beyond this is free room."""


@dataclass(frozen=True)
class View:
    """How a drawing lies on the screen: x there is x · zoom + dx."""

    zoom: float = 1.0
    dx: float = 0.0
    dy: float = 0.0

    def rect(self, x: float, y: float, w: float, h: float) -> QRectF:
        """A rectangle of the drawing on the screen."""
        return QRectF(x * self.zoom + self.dx, y * self.zoom + self.dy, w * self.zoom, h * self.zoom)

    def point(self, x: float, y: float) -> QPointF:
        """A point of the drawing on the screen."""
        return QPointF(x * self.zoom + self.dx, y * self.zoom + self.dy)

    def back(self, point: QPointF) -> tuple[float, float]:
        """A point of the screen in the drawing."""
        return (point.x() - self.dx) / self.zoom, (point.y() - self.dy) / self.zoom


@dataclass(frozen=True)
class Marks:
    """What is chosen and what the pointer is at."""

    chosen: Path | None = None
    hovered: Path | None = None


class Scene:
    """A drawing with what painting needs besides, found when it is first asked for."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing

    @cached_property
    def _boxes(self) -> tuple[list[float], list[int], float]:
        boxes, vertical = self.drawing.boxes, self.drawing.vertical
        at = [(box.y if vertical else box.x) for box in boxes]
        order = sorted(range(len(boxes)), key=at.__getitem__)
        return [at[k] for k in order], order, max((box.h if vertical else box.w for box in boxes), default=0.0)

    @cached_property
    def _wires(self) -> tuple[list[float], list[int], float]:
        wires, vertical = self.drawing.wires, self.drawing.vertical
        at = [(wire.y1 if vertical else wire.x1) for wire in wires]
        order = sorted(range(len(wires)), key=at.__getitem__)
        longest = max((w.y2 - w.y1 if vertical else w.x2 - w.x1 for w in wires), default=0.0)
        return [at[k] for k in order], order, longest

    def boxes(self, low: float, high: float) -> Iterable[Box]:
        """The boxes between two places along the flow."""
        at, order, most = self._boxes
        found = order[bisect_left(at, low - most) : bisect_right(at, high)]
        return (self.drawing.boxes[k] for k in found)

    def wires(self, low: float, high: float) -> Iterable[Wire]:
        """The wires between two places along the flow."""
        at, order, most = self._wires
        found = order[bisect_left(at, low - most) : bisect_right(at, high)]
        return (self.drawing.wires[k] for k in found)

    @cached_property
    def by_kind(self) -> dict[str, list[QRectF]]:
        """All boxes, in the drawing's own lengths, by their colours; what is not known has the empty name."""
        found: dict[str, list[QRectF]] = defaultdict(list)
        for box in self.drawing.boxes:
            if box.form not in ("branch", "tap"):
                found[box.kind if box.known else ""].append(QRectF(box.x, box.y, box.w, box.h))
        return found

    @cached_property
    def rows(self) -> dict[int, list[Box]]:
        """The boxes inside blocks whose texts are shown, row by row."""
        found: dict[int, list[Box]] = defaultdict(list)
        for box in self.drawing.boxes:
            if box.head and box.label and box.form != "card" and max(box.tw, box.th) < FREE_ROOM:
                found[box.row].append(box)
        return found

    @cached_property
    def lines(self) -> list[QLineF]:
        """All wires as straight lines, in the drawing's own lengths."""
        return [QLineF(w.x1, w.y1, w.x2, w.y2) for w in self.drawing.wires]


class Texts:
    """Short texts in few fonts, measured and shaped once. `lasting` keeps them as text, for files."""

    def __init__(self, style: Look, lasting: bool = False) -> None:
        self.lasting = lasting
        demi = QFont.Weight.DemiBold
        self.fonts = {
            "label": style.font(12),
            "small": style.font(11),
            "head": style.font(12, demi),
            "shape": style.font(11, mono=True),
        }
        self.metrics = {name: QFontMetricsF(font) for name, font in self.fonts.items()}
        self._widths: dict[tuple[str, str], float] = {}
        self._shaped: dict[tuple[str, str], QStaticText] = {}

    def width(self, text: str, font: str) -> float:
        """How wide a text is, in pixels."""
        found = self._widths.get((text, font))
        if found is None:
            if len(self._widths) > 20_000:
                self._widths.clear()
                self._shaped.clear()
            found = self._widths[text, font] = self.metrics[font].horizontalAdvance(text)
        return found

    def fitted(self, text: str, font: str, room: float) -> str:
        """The text, cut with … where it is too long: in its middle, since numbers at the end tell blocks apart.

        In little room only the end is left.
        """
        if self.width(text, font) <= room:
            return text
        middle = room > 4 * self.metrics[font].height()
        elide = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideLeft
        return self.metrics[font].elidedText(text, elide, room)

    def draw(self, painter: QPainter, x: float, top: float, text: str, font: str) -> None:
        """Paint a text with its upper left corner at a point."""
        painter.setFont(self.fonts[font])
        if self.lasting:
            painter.drawText(QPointF(x, top + self.metrics[font].ascent()), text)
            return
        shaped = self._shaped.get((text, font))
        if shaped is None:
            shaped = QStaticText(text)
            shaped.setTextFormat(Qt.TextFormat.PlainText)
            shaped.prepare(font=self.fonts[font])
            self._shaped[text, font] = shaped
        painter.drawStaticText(QPointF(x, top), shaped)
