"""A canvas on which a network is laid out: what is shown of it, and how it lies there."""

from __future__ import annotations

from dataclasses import replace

from msgspec import structs
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.app.build.drawing import Drawing, Units
from explorer.app.build.layout import lay_out
from explorer.app.build.view import Scene, View
from explorer.app.theme import look
from explorer.arch.analysis import Report
from explorer.arch.convention import Convention, written_outputs
from explorer.arch.tree import Path

CLOSEST, LARGEST = 6.0, 1.5
"""The largest zoom, and the largest that a network gets when it is fitted into the view."""

READABLE, HOPELESS, SMALL = 0.8, 0.3, 400
"""Between these zooms a drawing is made denser to be fitted; one of more boxes than this is left as it is."""

WIDER = (1.5, 1.25, 1.0, 0.85)
"""How much wider than its names a short network is drawn, the first that there is room for."""

EDGE, SIDES, TOP = 16, 30, 38
"""Below, beside and above a fitted drawing, in pixels at scale 1: the first and last texts are wider than their boxes,
and the buttons lie at the top."""


class Canvas(QWidget):
    """Lays a report out and shows a part of it; painting and wishes are another's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: Report | None = None
        self._drawing: Drawing | None = None
        self._scene: Scene | None = None
        self._collapsed: frozenset[Path] = frozenset()
        self._vertical = False
        self._units = Units()
        self._convention: Convention = "pytorch"
        self._view = View()
        self._fitted = True

    @property
    def collapsed(self) -> frozenset[Path]:
        """The blocks that are one card."""
        return self._collapsed

    @property
    def drawing(self) -> Drawing | None:
        """What is drawn."""
        return self._drawing

    @property
    def view(self) -> View:
        """How the drawing lies in the widget."""
        return self._view

    @property
    def vertical(self) -> bool:
        """Whether the flow goes from top to bottom."""
        return self._vertical

    def _collapse(self, collapsed: frozenset[Path]) -> None:
        self._collapsed = collapsed
        self._lay_out()

    def _lay_out(self) -> None:
        if self._report is not None:
            self._drawing = self._written(lay_out(self._report, self._collapsed, self._vertical, self._units))
            self._scene = Scene(self._drawing)
            self.update()

    def write_as(self, convention: Convention) -> None:
        """Write shapes as PyTorch or Keras does; both take the same room."""
        self._convention = convention
        self._lay_out()

    def _written(self, drawing: Drawing) -> Drawing:
        if self._convention == "pytorch" or self._report is None:
            return drawing
        outputs = written_outputs(self._report, self._convention)
        boxes = tuple(
            structs.replace(box, shape=outputs[box.at].replace(" ", "")) if outputs.get(box.at) and box.known else box
            for box in drawing.boxes
        )
        return replace(drawing, boxes=boxes)

    def _room(self) -> QRectF:
        px = look(self).px
        wide, tall = self.width() - 2 * px(SIDES), self.height() - px(TOP + EDGE)
        return QRectF(px(SIDES), px(TOP), max(1, wide), max(1, tall))

    def _fit_zoom(self) -> float:
        """The zoom that shows all of the present drawing."""
        assert self._drawing is not None
        room, (_, _, wide, tall) = self._room(), self._drawing.bounds
        return min(room.width() / max(wide, 1), room.height() / max(tall, 1), LARGEST * look(self).scale)

    def _flow_zoom(self) -> float:
        """The zoom at which the present drawing is as long as there is room."""
        assert self._drawing is not None
        room, (_, _, wide, tall) = self._room(), self._drawing.bounds
        return room.height() / max(tall, 1) if self._vertical else room.width() / max(wide, 1)

    def fit(self) -> None:
        """Show all of the network. A long one is drawn denser, and its tensors taller where there is room."""
        if self._report is None:
            return
        self._units = Units()
        self._lay_out()
        drawing = self._drawing
        assert drawing is not None
        if len(drawing.boxes) <= SMALL:
            self._make_dense()
            self._make_wide()
        drawing = self._drawing
        assert drawing is not None
        room, zoom = self._room(), self._fit_zoom()
        left, top, wide, tall = drawing.bounds
        self._view = View(
            zoom, room.center().x() - (left + wide / 2) * zoom, room.center().y() - (top + tall / 2) * zoom
        )
        self._fitted = True
        self.update()

    def _make_dense(self) -> None:
        scale = look(self).scale
        for spread in (0.7, 0.4):
            if not HOPELESS * scale < self._flow_zoom() < READABLE * scale or self._flow_zoom() > self._fit_zoom():
                break
            self._units = Units(spread=spread)
            self._lay_out()
        assert self._drawing is not None
        zoom = self._fit_zoom()
        room = self._room()
        along = self._drawing.bounds[3] * zoom / room.height(), self._drawing.bounds[2] * zoom / room.width()
        spare = 0.95 / max(along[1] if self._vertical else along[0], 0.1)
        if spare > 1.1 and zoom < LARGEST * scale:
            plain, before = self._units, self._drawing
            self._units = replace(plain, tall=min(plain.tall * spare, 320.0))
            self._lay_out()
            if self._fit_zoom() < zoom * 0.98:
                self._units, self._drawing, self._scene = plain, before, Scene(before)

    def _make_wide(self) -> None:
        """A short network whose height bounds it gets longer wires: then there is room for its names."""
        assert self._drawing is not None
        zoom, plain, before = self._fit_zoom(), self._units, self._drawing
        if plain.spread < 1 or self._flow_zoom() < zoom * 1.05:
            return
        names = max(1.0, look(self).scale / zoom)  # they keep their size while the drawing shrinks
        for wider in WIDER:
            self._units = replace(plain, spread=names * wider)
            self._lay_out()
            if self._fit_zoom() >= zoom * 0.999:
                return
        self._units, self._drawing, self._scene = plain, before, Scene(before)

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom by a factor around a point of the widget, by default its middle."""
        if self._drawing is None:
            return
        about = about or QPointF(self.rect().center())
        scale = look(self).scale
        least = min(self._fit_zoom(), 0.25 * scale) * 0.8
        zoom = min(max(self._view.zoom * factor, least), CLOSEST * scale)
        x, y = self._view.back(about)
        self._view = View(zoom, about.x() - x * zoom, about.y() - y * zoom)
        self._fitted = False
        self._keep_in_view()

    def pan(self, dx: float, dy: float) -> None:
        """Move the drawing by so many pixels."""
        self._view = replace(self._view, dx=self._view.dx + dx, dy=self._view.dy + dy)
        self._fitted = False
        self._keep_in_view()

    def _keep_in_view(self) -> None:
        """A part of the drawing always stays in the widget."""
        if self._drawing is None:
            return
        view, (left, top, wide, tall) = self._view, self._drawing.bounds
        edge = min(self.width(), self.height()) * 0.25
        low_x, high_x = edge - (left + wide) * view.zoom, self.width() - edge - left * view.zoom
        low_y, high_y = edge - (top + tall) * view.zoom, self.height() - edge - top * view.zoom
        self._view = replace(view, dx=min(max(view.dx, low_x), high_x), dy=min(max(view.dy, low_y), high_y))
        self.update()

    def reveal(self, at: Path) -> None:
        """Bring a node into view, large enough to be read; blocks that hide it are expanded."""
        if self._drawing is None:
            return
        hiding = {at[:k] for k in range(1, len(at))}
        if hiding & self._collapsed:
            self._collapse(self._collapsed - hiding)
        scale = look(self).scale
        if self._view.zoom < 0.5 * scale:
            self._view = replace(self._view, zoom=scale)
            self._fitted = False
        self._bring(at)

    def _bring(self, at: Path) -> None:
        assert self._drawing is not None
        rect = self._view.rect(*self._drawing.area(at))
        room = self._room()
        dx = _shift(rect.left(), rect.right(), room.left(), room.right())
        dy = _shift(rect.top(), rect.bottom(), room.top(), room.bottom())
        if (dx or dy) and not self._fitted:
            self.pan(dx, dy)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
        else:
            self._keep_in_view()


def _shift(low: float, high: float, start: float, end: float) -> float:
    """How far something from `low` to `high` has to move to lie in `start`…`end`."""
    if high - low > end - start or low < start:
        return start - low if low < start or low > end else 0.0
    return min(0.0, end - high)
