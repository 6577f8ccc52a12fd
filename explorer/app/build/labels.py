"""The texts of boxes: which are shown follows the room there is, and none runs into another."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from explorer.app.build.drawing import Box, Frame
from explorer.app.build.view import Scene, Texts, View
from explorer.app.theme import Look
from explorer.arch.tree import Path


@dataclass(frozen=True)
class Labels:
    """Paints the texts of boxes. `window` is what one sees, `taken` where other things lie on the screen."""

    painter: QPainter
    style: Look
    texts: Texts
    view: View
    scene: Scene
    window: QRectF
    taken: list[QRectF]

    def paint(self, boxes: list[Box], frames: list[tuple[Frame, QRectF]], chosen: Path | None) -> None:
        """Those of the chosen box and of faults come first.

        In a row within a block all texts are shown or none, in the outermost row every so many.
        """
        inside = self.scene.rows
        rows = {row: self._row_lines(inside[row]) for row in {box.row for box in boxes} & inside.keys()}
        ends: dict[int, float] = {}
        for box in boxes:
            if box.at == chosen or box.fault:
                self._marked(box, frames)
        for box in boxes:
            if box.head and not box.fault and box.at != chosen:
                self._plain(box, frames, rows.get(box.row), ends)

    def _marked(self, box: Box, frames: list[tuple[Frame, QRectF]]) -> None:
        """A text that matters most: if there is no room for both lines, then for its name."""
        for lines in range(self._lines(box), 0, -1):
            rect = self._rect(box, lines, "head")
            if self._is_free(rect) and self._clear(box, rect, frames):
                self.taken.append(rect)
                self._draw(box, rect, lines, "head")
                return

    def _plain(self, box: Box, frames: list[tuple[Frame, QRectF]], most: int | None, ends: dict[int, float]) -> None:
        lines = self._lines(box) if most is None else min(self._lines(box), most)
        if not lines:
            return
        font = "label" if lines == 2 else "small"
        rect = self._rect(box, lines, font)
        start = rect.top() if self.scene.drawing.vertical else rect.left() - self.style.px(2) * lines
        if start < ends.get(box.row, start) or not self._is_free(rect):
            return
        if most is None:
            if not self._clear(box, rect, frames):
                return
            self.taken.append(rect)
        ends[box.row] = rect.bottom() if self.scene.drawing.vertical else rect.right()
        self._draw(box, rect, lines, font)

    def _lines(self, box: Box) -> int:
        """How many lines of text there is room for."""
        room, metrics = box.th * self.view.zoom + 2, self.texts.metrics
        name, shape = metrics["label"].height(), metrics["shape"].height()
        return 2 if room >= name + shape else 1 if room >= name else 0

    def _row_lines(self, boxes: list[Box]) -> int:
        """How many lines all boxes of a row within a block have the width for: both, only the names, or none."""
        width, zoom = self.texts.width, self.view.zoom
        wanted = {(box.label, box.shape, box.tw) for box in boxes}
        if all(max(width(name, "label"), width(shape, "shape")) <= room * zoom + 2 for name, shape, room in wanted):
            return 2
        return 1 if all(width(name, "small") <= room * zoom + 2 for name, _, room in wanted) else 0

    def _rect(self, box: Box, lines: int, font: str) -> QRectF:
        texts = self.texts
        wide, high = texts.width(box.label, font), texts.metrics["label"].height()
        if lines == 2:
            wide, high = max(wide, texts.width(box.shape, "shape")), high + texts.metrics["shape"].height()
        at: QPointF = self.view.point(box.tx, box.ty)
        if self.scene.drawing.vertical:
            return QRectF(at.x(), at.y() - high / 2, wide, high)
        return QRectF(at.x() - wide / 2, at.y(), wide, high)

    def _is_free(self, text: QRectF) -> bool:
        """Whether a text can be seen and lies on nothing."""
        gap = self.style.px(4)
        around = text.adjusted(-gap, 0, gap, 0)
        return text.intersects(self.window) and not any(around.intersects(other) for other in self.taken)

    def _clear(self, box: Box, text: QRectF, frames: list[tuple[Frame, QRectF]]) -> bool:
        """Whether a text wider than its column stays in the frames that hold its box, and out of all others."""
        gap = self.style.px(4)
        around = text.adjusted(-gap, 0, gap, 0)
        x, y = box.centre
        for frame, rect in frames:
            if frame.x <= x <= frame.x + frame.w and frame.y <= y <= frame.y + frame.h:
                if text.left() < rect.left() or text.right() > rect.right():
                    return False
            elif around.intersects(rect):
                return False
        return True

    def _draw(self, box: Box, rect: QRectF, lines: int, font: str) -> None:
        painter, style, texts = self.painter, self.style, self.texts
        colour = "warning" if box.fault else "ink" if font == "head" else "second" if box.known else "third"
        high = texts.metrics["label"].height()
        for line, (text, kind) in enumerate(((box.label, font), (box.shape, "shape"))[:lines]):
            x = rect.left() if self.scene.drawing.vertical else rect.center().x() - texts.width(text, kind) / 2
            painter.setPen(style.colour("third" if line else colour))
            texts.draw(painter, x, rect.top() + line * high, text, kind)
