"""Says at a layer what does not fit there, and offers the repairs."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.app.build.rows import ROW
from explorer.app.theme import look
from explorer.app.widgets.text import button, label
from explorer.arch.analysis import Report


class FaultNote(QWidget):
    """Says at the layer what does not fit, and offers the repairs. `repair` carries the index of the one chosen."""

    repair = Signal(int)

    def __init__(self, report: Report, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        assert report.fault is not None
        self.fault = report.fault
        box = QVBoxLayout(self)
        self._top = look(self).px(ROW)
        box.setContentsMargins(look(self).px(24), self._top, look(self).px(8), look(self).px(10))
        box.setSpacing(look(self).px(6))
        self.message = label(report.fault.message, "warning", wrap=True)
        box.addWidget(self.message)
        row = QHBoxLayout()
        row.setSpacing(look(self).px(8))
        self.buttons = []
        for index, fix in enumerate(report.fault.fixes):
            made = button(fix.text, partial(self.repair.emit, index), "primary" if index == 0 else "")
            self.buttons.append(made)
            row.addWidget(made)
        row.addStretch(1)
        box.addLayout(row)

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        assert layout is not None
        return layout.totalHeightForWidth(width) - self._top
