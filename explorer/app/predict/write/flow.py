"""Signs beside one another, in as many lines as they need; one of them can be chosen.

What a sign shows is painted by those that derive from this.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from explorer.app.theme import Look, look
from explorer.app.widgets.text import scrolled


def seen_through(flow: Flow) -> QScrollArea:
    """Signs in a scroll area that takes the room there is, and asks for none."""
    area = scrolled(flow)
    area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
    return area


class Flow(QWidget):
    """`chosen` carries the place of a sign, −1 when none is chosen any more; `reached` where it lies.

    A click, or Enter on the sign that the arrow keys led to, chooses; the same again, or Esc, leaves it.
    """

    chosen = Signal(int)
    reached = Signal(QRect)

    tall = 40
    """Height of a line in pixels at scale 1."""
    gap = 8
    """Between two lines, in pixels at scale 1."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widths: tuple[int, ...] = ()
        self._places: list[QRectF] = []
        self._index, self._hover, self._key = -1, -1, 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(name)

    # For those that derive from this.

    def paint_sign(self, painter: QPainter, style: Look, index: int, place: QRectF) -> None:
        """Paint one sign."""
        raise NotImplementedError

    def in_words(self, index: int) -> str:
        """One sign for a screen reader."""
        raise NotImplementedError

    def show_widths(self, widths: Sequence[int]) -> None:
        """Show so many signs, so wide each in pixels at scale 1. The chosen one stays, if there is still one."""
        fewer = len(widths) < len(self._widths)
        self._widths = tuple(widths)
        if fewer:
            self._hover, self._key = -1, 0
        if self._index >= len(widths):
            self._index = -1
        self._place()
        self.update()

    def fit(self, wide: float, tall: float) -> None:
        """Set `tall` and the widths for a room of so many pixels at scale 1. They stay as they are without this."""

    def set_widths(self, widths: Sequence[int]) -> None:
        """Change the widths, from within `fit`."""
        self._widths = tuple(widths)

    # What is chosen.

    @property
    def count(self) -> int:
        """How many signs there are."""
        return len(self._widths)

    @property
    def index(self) -> int:
        """The chosen sign; −1 for none."""
        return self._index

    def choose(self, index: int) -> None:
        """Choose a sign; −1, or the chosen one again, chooses none."""
        self._index = -1 if index == self._index else index
        self._key = max(self._index, 0)
        self._tell(self._index)
        self.chosen.emit(self._index)
        self.update()

    def place_of(self, index: int) -> QRectF:
        """Where a sign lies."""
        return self._places[index]

    def _tell(self, index: int) -> None:
        self.setAccessibleDescription(self.in_words(index) if 0 <= index < self.count else "")
        if 0 <= index < len(self._places):
            self.reached.emit(self._places[index].toAlignedRect())

    # Room.

    def _place(self) -> None:
        style = look(self)
        px, around = style.px, self.parentWidget()
        # In a scroll area that is what can be seen of it: the own height follows from the signs.
        room = around.height() if around is not None else self.height()
        self.fit(self.width() / style.scale, room / style.scale)
        x, y, self._places = 0.0, 0.0, []
        for wide in self._widths:
            if x and x + px(wide) > self.width():
                x, y = 0.0, y + px(self.tall) + px(self.gap)
            self._places.append(QRectF(x, y, px(wide), px(self.tall)))
            x += px(wide)
        self.setMinimumHeight(round(y) + px(self.tall))

    def sizeHint(self) -> QSize:
        return QSize(look(self).px(400), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._place()

    # Events.

    def _at(self, point: QPointF) -> int:
        return next((k for k, place in enumerate(self._places) if place.contains(point)), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hover = self._at(event.position())
        if hover != self._hover:
            self._hover = hover
            self.setCursor(Qt.CursorShape.PointingHandCursor if hover >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self.choose(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = event.key(), self.count - 1
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -last, Qt.Key.Key_End: last}
        if Qt.Key(key) in step and self.count:
            self._key = min(max(self._key + step[Qt.Key(key)], 0), last)
            if self._index >= 0 and self._key != self._index:
                self.choose(self._key)
            self._tell(self._key)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.count:
            self.choose(self._key)
        elif key == Qt.Key.Key_Escape and self._index >= 0:
            self.choose(-1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = QRectF(event.rect())
        for index, place in enumerate(self._places):
            if not place.intersects(seen):
                continue
            held = self.hasFocus() and index == self._key
            if held or index in (self._index, self._hover):
                painter.setPen(QPen(style.colour("accent"), 2) if held else Qt.PenStyle.NoPen)
                painter.setBrush(style.colour("wash", 1.0 if index == self._index else 0.6))
                painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), style.px(6), style.px(6))
            self.paint_sign(painter, style, index, place)
