"""Units over time as a heat map: rows are units, columns steps.

heat = Heat("forget gate f", "magnitude")     # 0…1; "signed" for states
heat.show_letters("Pelaez")
heat.show_values(trace.parts["f"])            # (steps, units), as a `Trace` has them
heat.hovered.connect(lambda hit: ...)         # Hit(unit, step, value), or None
heats = Heats({"f": ("forget gate f", "magnitude"), "c": ("cell state c", "signed")})   # several, in step
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.app.unroll.heatview import HeatView, Hit, Scale, Values
from explorer.app.widgets.scale import ScaleBar

ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
"""Rows down and steps to the right."""


class Heat(HeatView):
    """One map. Arrow keys move a cursor, Enter chooses its cell, Shift with left or right selects columns, Escape
    lets go of everything. Dragging across columns selects them.
    """

    hovered = Signal(object)
    """The `Hit` that is pointed at, with the mouse or the arrow keys, or `None`."""

    clicked = Signal(object)
    """The `Hit` that was clicked or chosen with Enter; `None` when Escape lets go."""

    selected = Signal(object)
    """The range of steps that was selected, as (first, last), both included; `None` for none."""

    def __init__(self, title: str, scale: Scale = "signed", parent: QWidget | None = None) -> None:
        super().__init__(title, scale, parent)
        self._pressed: int | None = None
        self._dragged = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _point(self, cell: tuple[int, int] | None) -> None:
        if cell != self._hover:
            self._hover = cell
            self.update()
            self.hovered.emit(None if cell is None else self.hit(*cell))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            step = self._column(event.position().x())
            if step != self._pressed or self._dragged:
                self._dragged = True
                self._choose((min(self._pressed, step), max(self._pressed, step)))
        self._point(self.cell_at(event.position()))

    def _choose(self, steps: tuple[int, int] | None) -> None:
        if steps != self._range:
            self._range = steps
            self.update()
            self.selected.emit(steps)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._pressed, self._dragged = cell[1], False

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            super().mouseReleaseEvent(event)
            return
        dragged, self._pressed = self._dragged, None
        cell = self.cell_at(event.position())
        if not dragged and cell is not None:
            self._cursor = cell
            self._choose(None)
            self._press(cell)

    def _press(self, cell: tuple[int, int] | None) -> None:
        self._pin = cell
        self.update()
        self.clicked.emit(None if cell is None else self.hit(*cell))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, (steps, units) = Qt.Key(event.key()), self._values.shape
        if not steps or not units:
            super().keyPressEvent(event)
        elif key in ARROWS:
            self._move(ARROWS[key], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._move((0, -steps if key == Qt.Key.Key_Home else steps), False)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._press(self._cursor)
        elif key == Qt.Key.Key_Escape and (self._range or self._pin or self._hover):
            self._choose(None)
            self._point(None)
            self._press(None)
        else:
            super().keyPressEvent(event)

    def _move(self, by: tuple[int, int], selects: bool) -> None:
        (steps, units), (unit, step) = self._values.shape, self._cursor
        row = int(np.flatnonzero(self._order == unit)[0])
        moved = min(max(step + by[1], 0), steps - 1)
        if selects and by[1]:
            first, last = self._range or (step, step)
            fixed = last if step == first and first != last else first
            self._choose((min(fixed, moved), max(fixed, moved)))
        self._cursor = int(self._order[min(max(row + by[0], 0), units - 1)]), moved
        self._tell()
        self._point(self._cursor)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._tell()
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if not self.underMouse():
            self._point(None)
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            lets_go = key == Qt.Key.Key_Escape and (self._range or self._pin or self._hover)
            if key in ARROWS or key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return) or lets_go:
                event.accept()  # what moves here is no shortcut of the page
                return True
        return super().event(event)


class Heats(QWidget):
    """Maps side by side in one order of units: what is pointed at, pinned or selected in one is so in all."""

    hovered = Signal(str, object)
    """The key of a map and its `Hit`, or `None`."""

    clicked = Signal(str, object)
    """The key of a map and the `Hit` that was chosen there, or `None` when it is let go."""

    selected = Signal(object)
    """The range of steps that was selected, as (first, last), or `None`."""

    def __init__(self, maps: Mapping[str, tuple[str, Scale]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.maps: dict[str, Heat] = {}
        self.scales: dict[str, ScaleBar] = {}
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(24)
        for key, (title, scale) in maps.items():
            made, bar = Heat(title, scale), ScaleBar(signed=scale == "signed")
            down = QVBoxLayout()
            down.setSpacing(4)
            down.addWidget(made, 1)
            down.addWidget(bar)
            across.addLayout(down, 1)
            self.maps[key], self.scales[key] = made, bar
            made.hovered.connect(lambda hit, key=key: self._hovered(key, hit))
            made.clicked.connect(lambda hit, key=key: self._clicked(key, hit))
            made.selected.connect(self._selected)

    def show_values(self, values: Mapping[str, Values], letters: Sequence[str] = ()) -> None:
        """Show (steps, units) in each map whose key is there."""
        for key, found in values.items():
            made = self.maps[key]
            made.show_letters(letters)
            made.show_values(found)
            self.scales[key].show_most(made.most)

    def show_order(self, order: NDArray[np.intp] | None) -> None:
        """Which unit each row shows, in all maps."""
        for made in self.maps.values():
            made.show_order(order)

    def show_step(self, step: int | None, known: int | None = None) -> None:
        """Mark the present step in all maps."""
        for made in self.maps.values():
            made.show_step(step, known)

    def select(self, steps: tuple[int, int] | None) -> None:
        """Mark a range of steps in all maps, told by nobody but the caller."""
        for made in self.maps.values():
            made.select(steps)

    def pin(self, cell: tuple[int, int] | None) -> None:
        """Pin (unit, step) in all maps, or nothing."""
        for made in self.maps.values():
            made.pin(cell)

    def _hovered(self, key: str, hit: Hit | None) -> None:
        for made in self.maps.values():
            made.show_hover(None if hit is None else (hit.unit, hit.step))
        self.hovered.emit(key, hit)

    def _clicked(self, key: str, hit: Hit | None) -> None:
        self.pin(None if hit is None else (hit.unit, hit.step))
        self.clicked.emit(key, hit)

    def _selected(self, steps: tuple[int, int] | None) -> None:
        self.select(steps)
        self.selected.emit(steps)
