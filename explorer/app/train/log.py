"""What the network said of words on the way, line by line as the lecture prints it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import look
from explorer.app.train.record import Line
from explorer.app.train.words import log_lines
from explorer.app.widgets.text import WIDEST, Head, column, label, scrolled

LOG = (
    "Twenty times in a run: the step, how much of the run that is, the time of training so far, the loss of the step, "
    "and a word of it with what the network says. ✓: right. ✗: wrong, and in brackets what is right."
)

WIDE, TALL = 440, 118
"""In pixels at scale 1: width beside the plots, height below them."""


class AskedLog(QWidget):
    """A few lines in a monospaced font; the newest is in sight."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(Head("Log", LOG, "step, share, time, loss, word / answer"))
        self.lines = label("", "log")
        self.lines.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.lines.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.lines.setAccessibleName("Log")
        self._area = scrolled(column(self.lines, None), across=True)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.setAccessibleName("Log")
        self._area.verticalScrollBar().rangeChanged.connect(lambda _, end: self._area.verticalScrollBar().setValue(end))
        box.addWidget(self._area, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._beside, self._scale = False, 0.0
        self._size()

    def show_lines(self, asked: Sequence[Line], steps: int) -> None:
        """Show what was asked so far in a run of `steps` steps."""
        if look(self).scale != self._scale:
            self._size()
        text = log_lines(asked, steps) or "The first line comes after a twentieth of the run."
        if text != self.lines.text():
            self.lines.setText(text)

    def stand_beside(self, beside: bool) -> None:
        """Stand beside the plots, at their height, or below them."""
        if beside != self._beside:
            self._beside = beside
            self._size()

    def _size(self) -> None:
        px, scale = look(self).px, look(self).scale
        self.setMaximumWidth(px(WIDE) if self._beside else WIDEST)
        self.setMinimumHeight(0 if self._beside else px(TALL))
        self.setMaximumHeight(WIDEST if self._beside else px(TALL))
        self._scale = scale

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if look(self).scale != self._scale:
            self._size()
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.maximum())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_scale"):
            self._size()
