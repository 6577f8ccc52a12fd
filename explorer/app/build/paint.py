"""Paints a drawing: on the canvas and in pictures. Boxes and wires grow with the zoom, text keeps its size.

What is painted follows the room there is: below some zoom boxes lose their borders, and a text that would run into
another one, or out of its place, is left out.
"""

from __future__ import annotations

from collections import defaultdict

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from explorer.app.build.drawing import CORNER, HEADER, Box, Frame
from explorer.app.build.labels import Labels
from explorer.app.build.view import Marks, Scene, Texts, View
from explorer.app.theme import Look, blend
from explorer.arch.tree import Path

FAR, BARE, GLYPHS = 0.12, 0.3, 0.55
"""Zooms below which all boxes are painted at once, boxes have no borders, and cards no ▸."""


def paint(painter: QPainter, style: Look, scene: Scene, view: View, window: QRectF, texts: Texts, marks: Marks) -> None:
    """Paint what of a drawing lies in a window of the screen."""
    _Painting(painter, style, scene, view, window, texts, marks).run()


class _Painting:
    def __init__(
        self, painter: QPainter, style: Look, scene: Scene, view: View, window: QRectF, texts: Texts, marks: Marks
    ) -> None:
        self.painter, self.style, self.scene, self.view, self.texts = painter, style, scene, view, texts
        self.window, self.marks = window, marks
        self.drawing = scene.drawing
        self.far = view.zoom < FAR * style.scale
        self.bare = view.zoom < BARE * style.scale
        low, high = view.back(window.topLeft()), view.back(window.bottomRight())
        side = 1 if self.drawing.vertical else 0
        self.low, self.high = low[side] - 40, high[side] + 40
        self.placed: list[QRectF] = []

    def run(self) -> None:
        painter, style = self.painter, self.style
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frames = [(frame, self.view.rect(frame.x, frame.y, frame.w, frame.h)) for frame in self.drawing.frames]
        frames = [(frame, rect) for frame, rect in frames if rect.intersects(self.window)]
        self._frames(frames)
        if self.far:
            self._all_wires()
            self._all_boxes()
            boxes: list[Box] = []
        else:
            self._wires()
            boxes = list(self.scene.boxes(self.low, self.high))
            self._boxes(boxes)
        self._mark(self.marks.hovered, style.colour("third"), 1.5)
        self._mark(self.marks.chosen, style.colour("accent"), 2.4)
        for box in self.drawing.boxes if self.far else boxes:
            if box.fault:
                self._fault(box)
        self._headers(frames)
        if not self.far:
            self._cards([box for box in boxes if box.form == "card"])
            named = [box for box in boxes if box.label and box.form != "card"]
            labels = Labels(painter, style, self.texts, self.view, self.scene, self.window, self.placed)
            labels.paint(named, frames, self.marks.chosen)

    # Frames.

    def _frames(self, frames: list[tuple[Frame, QRectF]]) -> None:
        painter, style = self.painter, self.style
        corner = min(CORNER * style.scale, CORNER * self.view.zoom * 1.2)
        for frame, rect in frames:
            if frame.quiet:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(style.kind("block", 0.07 if style.theme.name == "light" else 0.16))
            else:
                pen = QPen(style.colour("strong_line"), 1)
                if not frame.known:
                    pen.setStyle(Qt.PenStyle.DashLine)
                painter.setPen(pen)
                painter.setBrush(style.colour("surface", 0.75))
            painter.drawRoundedRect(rect, corner, corner)

    def _headers(self, frames: list[tuple[Frame, QRectF]]) -> None:
        style, texts = self.style, self.texts
        px, zoom = style.px, self.view.zoom
        high = texts.metrics["head"].height()
        for frame, rect in frames:
            band = HEADER * zoom
            inside = band >= high - 1
            if not inside and frame.level > 1:
                continue
            note = texts.width(frame.note, "head") + px(6) if frame.note else 0.0
            left = rect.left() + (px(20) if inside else px(2))
            room = rect.right() - px(8) - left - note
            if room < px(18):
                continue
            name = texts.fitted(frame.name, "head" if not frame.quiet else "label", room)
            if name != frame.name and room < px(40):
                continue
            top = rect.top() + (min(band, px(26)) - high) / 2 if inside else rect.top() - high - 1
            above = QRectF(left, top, room, high)
            if not inside and any(above.intersects(other) for one, other in frames if one is not frame):
                continue
            font = "head" if not frame.quiet else "label"
            chosen = self.marks.chosen == frame.at
            colour = "warning" if frame.fault else "accent" if chosen else "second" if frame.known else "third"
            self.painter.setPen(style.colour(colour))
            texts.draw(self.painter, left, top, name, font)
            width = texts.width(name, font)
            if frame.note:
                self.painter.setPen(style.colour("accent" if frame.known else "third"))
                texts.draw(self.painter, left + width + px(6), top, frame.note, "head")
            if inside:
                self._glyph(rect.left() + px(11), top + high / 2, True, colour)
            self.placed.append(QRectF(left, top, width + note, high))

    def _glyph(self, x: float, y: float, opened: bool, colour: str) -> None:
        """The ▾ of what is expanded, the ▸ of what is collapsed."""
        r = self.style.px(3.5)
        down = [(-r, -r * 0.6), (r, -r * 0.6), (0, r * 0.7)]
        points = down if opened else [(b, a) for a, b in down]
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(self.style.colour(colour))
        self.painter.drawPolygon(QPolygonF([QPointF(x + a, y + b) for a, b in points]))

    # Wires.

    def _wire_pen(self, known: bool) -> QPen:
        theme = self.style.theme  # opaque: wires that meet show no joint
        pen = QPen(blend(theme.paper, theme.third, 0.6 if known else 0.45), 1.4 * min(1.5, max(1.0, self.view.zoom)))
        if not known:
            pen.setStyle(Qt.PenStyle.DashLine)
        return pen

    def _wires(self) -> None:
        view = self.view
        zoom, dx, dy = view.zoom, view.dx, view.dy
        straight: dict[bool, list[QLineF]] = {True: [], False: []}
        bent = {True: QPainterPath(), False: QPainterPath()}
        for wire in self.scene.wires(self.low, self.high):
            x1, y1, x2, y2 = wire.x1 * zoom + dx, wire.y1 * zoom + dy, wire.x2 * zoom + dx, wire.y2 * zoom + dy
            if wire.bend == "straight":
                straight[wire.known].append(QLineF(x1, y1, x2, y2))
                along, across = (y2 - y1, x2 - x1) if self.drawing.vertical else (x2 - x1, y2 - y1)
                if across > along:  # down to a side classifier: texts keep away from it
                    self.placed.append(QRectF(x1 - 1, y1 - 1, x2 - x1 + 2, y2 - y1 + 2))
                continue
            path = bent[wire.known]
            path.moveTo(x1, y1)
            if wire.bend == "turn":
                corner = (x2, y1) if self.drawing.vertical else (x1, y2)
                path.cubicTo(*corner, *corner, x2, y2)
            elif self.drawing.vertical:
                path.cubicTo(x1, (y1 + y2) / 2, x2, (y1 + y2) / 2, x2, y2)
            else:
                path.cubicTo((x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        for known in (True, False):
            self.painter.setPen(self._wire_pen(known))
            if straight[known]:
                self.painter.drawLines(straight[known])
            if not bent[known].isEmpty():
                self.painter.drawPath(bent[known])

    def _all_wires(self) -> None:
        painter, view = self.painter, self.view
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.translate(view.dx, view.dy)
        painter.scale(view.zoom, view.zoom)
        pen = QPen(self.style.colour("third", 0.5), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        if self.scene.lines:
            painter.drawLines(self.scene.lines)
        painter.restore()

    # Boxes.

    def _all_boxes(self) -> None:
        painter, view = self.painter, self.view
        painter.save()
        painter.translate(view.dx, view.dy)
        painter.scale(view.zoom, view.zoom)
        painter.setPen(Qt.PenStyle.NoPen)
        for kind, rects in self.scene.by_kind.items():
            painter.setBrush(self.style.kind(kind, 0.6) if kind else self.style.colour("third", 0.3))
            painter.drawRects(rects)
        painter.restore()

    def _boxes(self, boxes: list[Box]) -> None:
        painter, style, zoom = self.painter, self.style, self.view.zoom
        dx, dy = self.view.dx, self.view.dy
        groups: dict[tuple[str, str, bool], list[QRectF]] = defaultdict(list)
        for box in boxes:
            rect = QRectF(box.x * zoom + dx, box.y * zoom + dy, box.w * zoom, box.h * zoom)
            if box.form == "steps":
                step = rect.width() * 0.36
                for k in range(3):
                    tooth = QRectF(rect.left() + k * step, rect.top(), rect.width() * 0.28, rect.height())
                    groups["slab" if not k else f"steps{k}", box.kind, box.known].append(tooth)
            else:
                groups[box.form, box.kind, box.known].append(rect)
        corner = min(2.0 * style.scale, 2.0 * zoom)
        for (form, kind, known), rects in groups.items():
            if form in ("slab", "thin") or form.startswith("steps"):
                self._slabs(form, kind, known, rects, corner)
            elif form in ("add", "concat"):
                for rect in rects:
                    self._merge(rect, form, known)
            elif form in ("branch", "tap"):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(style.colour("third", 0.85 if known else 0.4))
                for rect in rects if not self.bare else ():
                    painter.drawEllipse(rect.center(), rect.width() * 0.34, rect.width() * 0.34)

    def _slabs(self, form: str, kind: str, known: bool, rects: list[QRectF], corner: float) -> None:
        painter, style = self.painter, self.style
        fade = {"steps1": 0.7, "steps2": 0.4}.get(form, 1.0)
        pen = QPen(style.kind(kind, fade), 1.4)
        if form == "thin" and known:
            pen = QPen(Qt.PenStyle.NoPen)
            brush = style.kind(kind, 0.75)
        elif not known:
            pen = QPen(style.colour("third", 0.7 * fade), 1.1, Qt.PenStyle.DashLine)
            brush = style.colour("third", 0.06)
        else:
            brush = style.kind(kind, 0.28 * fade)
        if self.bare:
            pen = QPen(Qt.PenStyle.NoPen)
            brush.setAlphaF(min(1.0, brush.alphaF() * 1.8))
        painter.setPen(pen)
        painter.setBrush(brush)
        if self.bare or corner < 0.8:
            painter.drawRects(rects)
            return
        for rect in rects:
            painter.drawRoundedRect(rect, corner, corner)

    def _merge(self, rect: QRectF, form: str, known: bool, ink: QColor | None = None) -> None:
        painter, style = self.painter, self.style
        ink = ink or style.kind("block") if known else style.colour("third", 0.7)
        pen = QPen(ink, 1.4 if not self.bare else 1.0)
        if not known:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(style.colour("surface"))
        middle, r = rect.center(), rect.width() / 2
        painter.drawEllipse(middle, r, r)
        if r < 4:
            return
        pen.setStyle(Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        x, y = middle.x(), middle.y()
        if form == "add":
            painter.drawLines([QLineF(x - r * 0.5, y, x + r * 0.5, y), QLineF(x, y - r * 0.5, x, y + r * 0.5)])
        else:  # slices behind one another
            painter.drawLines([QLineF(x + k * r * 0.4, y - r * 0.5, x + k * r * 0.4, y + r * 0.5) for k in (-1, 0, 1)])

    def _cards(self, cards: list[Box]) -> None:
        painter, style = self.painter, self.style
        px, zoom = style.px, self.view.zoom
        corner = min(CORNER * style.scale, CORNER * zoom)
        line = QPen(style.colour("strong_line"), 1)
        for box in cards:
            rect = self.view.rect(box.x, box.y, box.w, box.h)
            pen = QPen(line)
            if not box.known:
                pen.setStyle(Qt.PenStyle.DashLine)
            if box.fault:
                pen.setColor(style.colour("warning"))
            painter.setPen(pen)
            painter.setBrush(style.colour("surface"))
            for k in (2, 1) if box.stacked else ():
                painter.drawRoundedRect(rect.translated(3 * k * zoom, -3 * k * zoom), corner, corner)
            painter.drawRoundedRect(rect, corner, corner)
            room = rect.width() - px(8)
            self.placed.append(rect)
            if box.at == self.marks.chosen:
                self._mark(box.at, style.colour("accent"), 2.4)
            if room >= px(18):
                self._card_texts(box, rect, room)

    def _card_texts(self, box: Box, rect: QRectF, room: float) -> None:
        """Name, parameters and shape, as much of them as there is room for; the name comes first, then the shape."""
        painter, style, texts = self.painter, self.style, self.texts
        px = style.px
        high = texts.metrics["label"].height() + 1
        count = max(int((rect.height() - px(4)) // high), rect.height() > px(9))  # a flat card still has a name
        lines = [("head", box.label, "ink"), ("label", box.note, "second"), ("shape", box.shape, "third")]
        if count < 3:
            lines = [lines[0], lines[2]][:count]
        lines = [line for line in lines if line[1] and (line[0] == "head" or texts.width(line[1], line[0]) <= room)]
        top = rect.center().y() - high * len(lines) / 2
        for font, text, colour in lines:
            fitted = texts.fitted(text, font, room)
            wide = texts.width(fitted, font)
            roomy = self.view.zoom > GLYPHS * style.scale and wide + px(13) <= room
            glyph = px(13) if font == "head" and roomy else 0
            x = rect.center().x() - (wide + glyph) / 2
            if glyph:
                self._glyph(x + px(4), top + high / 2, False, "second")
            painter.setPen(style.colour(colour if box.known else "third"))
            texts.draw(painter, x + glyph, top, fitted, font)
            top += high

    # Marks.

    def _mark(self, at: Path | None, colour: QColor, width: float) -> None:
        if at is None:
            return
        drawing = self.drawing
        at = drawing.shown(at)
        if at in drawing.framed:
            frame = drawing.frames[drawing.framed[at]]
            rect = self.view.rect(frame.x, frame.y, frame.w, frame.h)
            corner = CORNER * min(self.style.scale, self.view.zoom)
        else:
            box = drawing.boxes[drawing.places[at]]
            rect = self.view.rect(box.x, box.y, box.w, box.h)
            corner = rect.width() / 2 if box.form in ("branch", "tap") else CORNER if box.form == "card" else 2.0
            grow = 1.5 if box.form != "card" else 0.0
            rect = rect.adjusted(-grow, -grow, grow, grow)
            corner *= min(self.style.scale, self.view.zoom) if box.form not in ("branch", "tap") else 1.0
        self.painter.setPen(QPen(colour, width * self.style.scale))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawRoundedRect(rect, corner, corner)

    def _fault(self, box: Box) -> None:
        """A box that cannot be: in the warning colour, with a mark at its corner."""
        painter, style = self.painter, self.style
        px = style.px
        rect = self.view.rect(box.x, box.y, box.w, box.h)
        painter.setPen(QPen(style.colour("warning"), 1.8))
        painter.setBrush(style.colour("warning_wash") if box.form != "card" else Qt.BrushStyle.NoBrush)
        corner = 2.0
        if box.form in ("add", "concat"):
            self._merge(rect, box.form, True, style.colour("warning"))
        elif box.form != "card":
            painter.drawRoundedRect(rect, corner, corner)
        middle = QPointF(rect.center().x(), rect.top() - px(13))
        if self.drawing.vertical:
            middle = QPointF(rect.left() - px(13), rect.center().y())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("warning"))
        painter.drawEllipse(middle, px(8), px(8))
        width = self.texts.width("!", "head")
        painter.setPen(style.colour("surface"))
        high = self.texts.metrics["head"].height()
        self.texts.draw(painter, middle.x() - width / 2, middle.y() - high / 2, "!", "head")
