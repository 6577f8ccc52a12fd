"""Where memory and parameters lie, at a glance: a bar for each layer, memory upwards, parameters downwards.

    ▁█▇▅▄▃▂▁▁       memory
────────────────
          ▔▔▔▀█     parameters
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.app.theme import look
from explorer.arch.analysis import Report, Row
from explorer.arch.text import amount, number
from explorer.arch.tree import Path

WORDS = 84
"""Room for the names of the two halves, in pixels at scale 1."""


class Profile(QWidget):
    """Shows a report's rows in the order in which they run; `chosen` carries the path of the one clicked."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()
        self._most = (1, 1)
        self._at: Path = ()
        self.setAccessibleName("Memory and parameters of each layer")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(400), px(52))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(200), px(52))

    def show_report(self, report: Report) -> None:
        """Show another network."""
        self._rows = report.rows
        memory = max((row.memory_bytes or 0 for row in self._rows), default=0)
        learned = max((row.parameters or 0 for row in self._rows), default=0)
        self._most = (max(memory, 1), max(learned, 1))
        self.setAccessibleDescription(f"Most memory {amount(memory)}, most parameters {number(learned)}")
        self.update()

    def show_chosen(self, at: Path) -> None:
        """Mark the layer, or what the block at a path holds."""
        self._at = at
        self.update()

    def row_at(self, x: float) -> Row | None:
        """The row whose bar stands at `x`."""
        left = look(self).px(WORDS)
        wide = (self.width() - left) / max(len(self._rows), 1)
        index = int((x - left) // wide) if wide > 0 else -1
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        px, count = style.px, max(len(self._rows), 1)
        left, middle = px(WORDS), self.height() / 2
        wide = (self.width() - left) / count
        room = middle - px(3)
        painter.setFont(style.font(11))
        painter.setPen(style.colour("third"))
        names = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, left, middle), names, "memory")
        painter.drawText(QRectF(0, middle, left, middle), names, "parameters")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, wide > 3)
        gap = min(wide * 0.25, px(3))
        marked = len(self._at)
        for index, row in enumerate(self._rows):
            bar = QRectF(left + index * wide + gap / 2, 0, max(wide - gap, 1.0), 0)
            here = row.at[:marked] == self._at if marked else not row.at
            if here and wide > 1:
                painter.fillRect(bar.adjusted(-gap / 2, 0, gap / 2, self.height()), style.colour("wash"))
            alpha = 1.0 if here else 0.75
            if row.memory_bytes:
                up = max(1.0, room * row.memory_bytes / self._most[0])
                painter.fillRect(QRectF(bar.x(), middle - up, bar.width(), up), style.colour("magnitude", alpha))
            if row.parameters:
                down = max(1.0, room * row.parameters / self._most[1])
                painter.fillRect(QRectF(bar.x(), middle + 1, bar.width(), down), style.colour("accent", alpha))
        painter.setPen(style.colour("strong_line"))
        painter.drawLine(left, round(middle), self.width(), round(middle))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position().x())
        if row is not None:
            self.chosen.emit(row.at)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            row = self.row_at(event.pos().x())
            if row is not None and row.output is not None:
                words = f"{amount(row.memory_bytes or 0)} of memory, {number(row.parameters or 0)} parameters"
                QToolTip.showText(event.globalPos(), f"{row.path}: {words}", self)
            return True
        return super().event(event)
