"""The quiet buttons in a corner of the diagram."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.app.theme import look
from explorer.app.widgets.painted import PaintedButton

SIDE = 26
"""Side of a button in pixels at scale 1."""

_STROKES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "fit": (
        ((-5, -2), (-5, -5), (-2, -5)),
        ((2, -5), (5, -5), (5, -2)),
        ((5, 2), (5, 5), (2, 5)),
        ((-2, 5), (-5, 5), (-5, 2)),
    ),
    "in": (((-5, 0), (5, 0)), ((0, -5), (0, 5))),
    "out": (((-5, 0), (5, 0)),),
    "turn": (((-5, -3), (5, -3), (2.5, -5.5)), ((-3, 0), (-3, 6), (-5.5, 3.5))),
    "expand": (((-4, -2), (0, -6), (4, -2)), ((-4, 2), (0, 6), (4, 2))),
    "collapse": (((-4, -6), (0, -2), (4, -6)), ((-4, 6), (0, 2), (4, 6))),
}
"""The icons, as lines around the middle of a button."""


class CornerButton(PaintedButton):
    """One of the buttons; `glyph` is the name of its icon."""

    size_at_one = least_at_one = (SIDE, SIDE)

    def __init__(self, glyph: str, name: str, keys: str, action: Callable[[], object]) -> None:
        super().__init__()
        self.glyph = glyph
        self.setAccessibleName(name)
        self.setToolTip(f"{name} ({keys})" if keys else name)
        self.clicked.connect(lambda *_: action())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = self.begin(5, look(self).colour("paper", 0.85))
        pen = QPen(style.colour("accent" if self.lit else "second"), 1.4 * style.scale)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        middle, scale = QRectF(self.rect()).center(), style.scale
        for stroke in _STROKES[self.glyph]:
            points = [middle + QPointF(x, y) * scale for x, y in stroke]
            painter.drawLines([QLineF(a, b) for a, b in pairwise(points)])


class Corner(QWidget):
    """The buttons in a row: each a glyph, a name, its keys and what it does."""

    def __init__(self, *buttons: tuple[str, str, str, Callable[[], object]]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.buttons: dict[str, CornerButton] = {}
        for glyph, name, keys, action in buttons:
            made = CornerButton(glyph, name, keys, action)
            self.buttons[glyph] = made
            row.addWidget(made)
