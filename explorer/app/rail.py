"""The rail at the left: one button a panel."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from explorer.app.icons import Icon, paint
from explorer.app.theme import look, sized


class _RailButton(QAbstractButton):
    def __init__(self, icon: Icon, text: str, key: str) -> None:
        super().__init__()
        self._icon = icon
        self.setText(text)
        self.setCheckable(True)
        self.setToolTip(f"{text} ({key})")
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(87), px(64))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        if chosen or self.underMouse():
            painter.fillRect(self.rect(), style.colour("wash" if chosen else "paper"))
        if chosen:
            painter.fillRect(0, 0, style.px(3), self.height(), style.colour("accent"))
        colour = style.colour("accent" if chosen else "second")
        side = style.px(24)
        paint(painter, self._icon, QRectF((self.width() - side) / 2, style.px(10), side, side), colour)
        painter.setPen(colour)
        painter.setFont(style.font(12, QFont.Weight.DemiBold if chosen else QFont.Weight.Normal))
        text = QRectF(0, style.px(36), self.width(), style.px(20))
        painter.drawText(text, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            painter.setPen(style.colour("accent"))
            painter.drawRoundedRect(self.rect().adjusted(4, 3, -4, -3), 6, 6)


class Rail(QWidget):
    """Chooses a panel; `chosen` carries its index."""

    chosen = Signal(int)

    def __init__(self, entries: list[tuple[Icon, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        sized(self, wide=88)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 8, 1, 8)
        box.setSpacing(0)
        self._group = QButtonGroup(self)
        for index, (icon, text) in enumerate(entries):
            made = _RailButton(icon, text, f"Ctrl+{index + 1}")
            self._group.addButton(made, index)
            box.addWidget(made)
        box.addStretch(1)
        self._group.idClicked.connect(self.chosen)

    def show_chosen(self, index: int) -> None:
        """Mark the entry of the panel that is shown; none for an index without one."""
        found = self._group.button(index)
        self._group.setExclusive(found is not None)
        for made in self._group.buttons():
            made.setChecked(made is found)
        self._group.setExclusive(True)
