"""The layers one can add: click, press Enter, or drag into the list."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QVBoxLayout, QWidget

from explorer.app.theme import look
from explorer.app.widgets.text import Head
from explorer.arch.layer import Layer
from explorer.arch.layers import PALETTE

LAYER_TYPE = "application/x-explorer-layer-type"
"""Mime type of a dragged kind of layer; the data are its name."""


class _Entry(QAbstractButton):
    def __init__(self, kind: type[Layer]) -> None:
        super().__init__()
        self.kind = kind
        self._pressed_at = QPoint()
        self.setText(kind.title)
        self.setToolTip(f"<p><b>{kind.__name__}</b>: {kind.about}</p><p>Click to add it below the chosen layer.</p>")
        self.setAccessibleName(f"Add {kind.title}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(136), px(30))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        px = style.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(style.colour("accent") if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("wash"))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), px(6), px(6))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.kind(self.kind.kind))
        painter.drawRoundedRect(px(8), px(7), px(4), self.height() - px(14), 2, 2)
        painter.setPen(style.colour("ink"))
        painter.setFont(style.font(14, QFont.Weight.Normal))
        painter.drawText(self.rect().adjusted(px(22), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if not event.buttons() & Qt.MouseButton.LeftButton or moved < QApplication.startDragDistance():
            return
        data = QMimeData()
        data.setData(LAYER_TYPE, self.kind.__name__.encode())
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(self.grab())
        drag.setHotSpot(self._pressed_at)
        self.setDown(False)
        drag.exec(Qt.DropAction.CopyAction)


class Palette(QWidget):
    """All kinds of layers; `chosen` carries the class of the one to add."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 24, 12, 16)
        box.setSpacing(0)
        head = Head("Add a layer", "Click a layer to put it below the chosen one, or drag it to its place in the list.")
        head.layout().setContentsMargins(8, 0, 0, 0)  # type: ignore[union-attr]
        box.addWidget(head)
        box.addSpacing(8)
        self.entries: dict[str, _Entry] = {}
        for kind in PALETTE:
            entry = _Entry(kind)
            entry.clicked.connect(lambda *_, kind=kind: self.chosen.emit(kind))
            self.entries[kind.__name__] = entry
            box.addWidget(entry)
        box.addStretch(1)
