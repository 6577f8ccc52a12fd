"""A button whose words are a symbol, its index set lower: `W_f`."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter

from explorer.app.theme import TEXT, look
from explorer.app.unroll.ink import draw_symbol


class SignButton(QPushButton):
    """A tab that is written as `draw_symbol` writes; its text is the symbol, such as `W_f`."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter, option = look(self), QStylePainter(self), QStyleOptionButton()
        self.initStyleOption(option)
        sign, option.text = option.text, ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        chosen = self.isChecked()
        painter.setPen(style.colour("accent" if chosen else "ink" if self.underMouse() else "second"))
        weight = QFont.Weight.DemiBold if chosen else QFont.Weight.Medium
        middle = QPointF(self.width() / 2, self.height() / 2)
        draw_symbol(painter, style, middle, sign, TEXT, weight=weight)
