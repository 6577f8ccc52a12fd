"""A button that paints itself: pointing hand, hover, focus frame, and a size that follows the scale."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from explorer.app.theme import Look, look


class PaintedButton(QAbstractButton):
    """Base of such buttons. `size_at_one` and `least_at_one` are (width, height) in pixels at scale 1."""

    size_at_one: ClassVar[tuple[int, int]]
    least_at_one: ClassVar[tuple[int, int]]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(*map(px, self.size_at_one))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(*map(px, self.least_at_one))

    @property
    def lit(self) -> bool:
        """Whether the pointer or the focus is here."""
        return self.underMouse() or self.hasFocus()

    def begin(self, radius: int, ground: QColor | None, edge: QColor | None = None) -> tuple[Look, QPainter]:
        """A painter, with the button's ground painted: washed where it is lit, else `ground` with a thin `edge`."""
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(style.colour("accent"), style.px(1)))
        else:
            painter.setPen(QPen(style.colour("accent") if self.lit else edge) if edge else Qt.PenStyle.NoPen)
        fill = style.colour("wash") if self.lit else ground
        painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), style.px(radius), style.px(radius))
        return style, painter
