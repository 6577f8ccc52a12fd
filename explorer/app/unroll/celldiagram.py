"""The inside of a recurrent cell as its well-known diagram, on which the present part of a step lights up.

cell = CellDiagram()
cell.show_labels(x="l", h_prev="after e", c_prev="after e")
cell.show_state("LSTM", "f", {"x": 0.2, "h_prev": -0.41, "c_prev": 2.14, "f": 0.873})
cell.clicked.connect(lambda name: ...)       # "f", "h_prev", "ig" …: the names of the values in `celllayout`
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.app.theme import look
from explorer.app.unroll.celllayout import Diagram, diagram_of
from explorer.app.unroll.cellpaint import CellPicture, CellView
from explorer.app.widgets.scale import tidy
from explorer.arch.text import plural
from explorer.explain.recurrent.cell import Kind

Value = float | NDArray[np.float64]

KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class CellDiagram(QWidget):
    """Left and right go through the values in the order in which they are made, Enter chooses one, Escape lets go."""

    pointed = Signal(object)
    """The name of the value that the pointer or the keyboard is at, or `None`."""

    clicked = Signal(str)
    """The name of the value that was clicked, or chosen with Enter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._diagram: Diagram = diagram_of("LSTM")
        self._part: str | None = ""
        self._values: Mapping[str, Value] = {}
        self._held: Mapping[str, float] = {}
        self._labels: Mapping[str, str] = {}
        self._symbols: Mapping[str, str] = {}
        self._hover: str | None = None
        self._pinned: str | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Inside the cell")

    # What is shown.

    @property
    def diagram(self) -> Diagram:
        """The nodes and wires that are drawn."""
        return self._diagram

    @property
    def part(self) -> str | None:
        """The part that is being made; "" before the first, `None` when all is known."""
        return self._part

    @property
    def pinned(self) -> str | None:
        """The name of the value that is pinned."""
        return self._pinned

    def show_state(
        self,
        kind: Kind,
        part: str | None,
        values: Mapping[str, Value] | None = None,
        *,
        held: Mapping[str, float] | None = None,
        squash: str = "tanh",
    ) -> None:
        """Light what makes `part`, ink what is made before it, and leave the rest pale.

        values: by name a number (of one unit) or a vector (H,), shown as a strip of colours; those of parts still to
        come are not shown. held: the gates that are held, and at what. squash: what an RNN has in place of tanh.
        """
        diagram = diagram_of(kind, squash)
        if diagram is not self._diagram:
            self._diagram, self._hover = diagram, None
            self._pinned = self._pinned if self._pinned in diagram.names else None
            self.updateGeometry()
        self._part, self._values, self._held = part, dict(values or {}), dict(held or {})
        self._tell()
        self.update()

    def show_labels(self, **labels: str) -> None:
        """What stands with the ends: `x="l", h_prev="after e", c_prev="after e"`; also `h`, `c` and `y`."""
        self._labels = labels
        self.update()

    def show_symbols(self, symbols: Mapping[str, str]) -> None:
        """Other symbols for values, as a notation has them: `{"h": "a_t", "g": "g"}`."""
        self._symbols = dict(symbols)
        self.update()

    def pin(self, name: str | None) -> None:
        """Keep a value marked, or none."""
        self._pinned = name
        self.update()

    def words(self, name: str) -> str:
        """A value in words: what it is, and how large."""
        says = self._diagram.node(name).says if name in self._diagram.names else "The input and the old state, joined."
        if name in self._held:
            says += f" Held at {tidy(float(self._held[name]))}."
        known = name in self._diagram.names and self._ready(name)
        value = self._values.get(name) if known else None
        if value is None:
            return says
        if isinstance(value, float | int):
            return f"{says} Here {tidy(float(value), 4)}."
        vector = np.asarray(value)
        low, high = (tidy(float(v)) for v in (vector.min(), vector.max()))
        return f"{says} {plural(vector.size, 'unit')}, {low} to {high}."

    def _ready(self, name: str) -> bool:
        order = self._diagram.order
        now = len(order) if self._part is None else order.index(self._part) if self._part in order else -1
        return self._diagram.ready(self._diagram.node(name)) <= now

    def _tell(self) -> None:
        name = self._part
        if name is None:
            text = "All parts are made."
        elif name not in self._diagram.order:
            text = "Nothing is made yet."
        else:
            text = self.words(name)
        self.setAccessibleDescription(f"{self._diagram.kind} cell. {text}")

    # Events.

    @property
    def view(self) -> CellView:
        """Where everything lies now."""
        return CellView(self._diagram, self.width(), self.height(), look(self).scale)

    def _point(self, name: str | None) -> None:
        if name != self._hover:
            self._hover = name
            self.setCursor(Qt.CursorShape.ArrowCursor if name is None else Qt.CursorShape.PointingHandCursor)
            self.pointed.emit(name)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.view.find(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        name = self.view.find(event.position())
        if name is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(name)
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, names = Qt.Key(event.key()), self._diagram.names
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            by = 1 if key == Qt.Key.Key_Right else -1
            start = self._hover or self._pinned or (self._part if self._part in names else None)
            at = names.index(start) + by if start in names else 0
            self._point(names[min(max(at, 0), len(names) - 1)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hover is not None:
            self.clicked.emit(self._hover)
        elif key == Qt.Key.Key_Escape and self._hover is not None:
            self._point(None)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if not self.underMouse():
            self._point(None)
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            name = self.view.find(QPointF(event.pos()))
            if name is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.words(name), self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            wanted = event.key() in KEYS[:4] or (event.key() == Qt.Key.Key_Escape and self._hover is not None)
            if wanted:
                event.accept()  # what goes from value to value here is no shortcut of the page
                return True
        return super().event(event)

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(*(px(side) for side in self._diagram.size))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(*(px(side * 0.7) for side in self._diagram.size))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        picture = CellPicture(
            look(self), self.view, self._part, self._values, self._held, self._labels, self._symbols, self._hover,
            self._pinned, self.hasFocus(),
        )  # fmt: skip
        picture.paint(self)
