"""What one model says of the name: letters × classes, and the last column sorted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from explorer.app.predict.names.letterheat import LetterHeat
from explorer.app.predict.names.ranking import Ranking
from explorer.app.predict.names.reader import Reading
from explorer.app.theme import look
from explorer.app.widgets.text import Head, column

AFTER_EVERY = (
    "What the network says after every letter, as log-probabilities: 0 is certain, and −2.89 is 1 of 18. It reads from "
    "left to right and knows only the letters so far; the last column counts. The likeliest class of each column has a "
    "frame. Click a cell to see why. Two networks beside one another have the same colours."
)
AFTER_ALL = (
    "The last column, sorted. In brackets the log-probability, as the lecture prints it; at the right the "
    "probability, e to that power. Together they are 1. Click a row to see what each letter does for it."
)

STACKED = 440
"""Below this width in pixels at scale 1 the bars stand below the picture."""


class Side(QWidget):
    """`asked` carries the letter and the class, from 0, that someone asks about."""

    asked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reading: Reading | None = None
        self.heat, self.ranking = LetterHeat(), Ranking()
        self.heat_head = Head("After every letter", AFTER_EVERY, cut=True)
        self.rank_head = Head("After the last letter", AFTER_ALL)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(24)
        for parts, stretch in (((self.heat_head, self.heat), 8), ((self.rank_head, self.ranking), 7)):
            made = column(*parts, gap=6)
            made.layout().setStretch(1, 1)  # type: ignore[union-attr]
            self._box.addWidget(made, stretch)
        self.heat.pointed.connect(self.heat_head.set_caption)
        self.heat.chosen.connect(self.asked)
        self.ranking.chosen.connect(lambda index: self.asked.emit(self._steps - 1, index))

    @property
    def _steps(self) -> int:
        return len(self.reading.logs) if self.reading is not None else 0

    def show_classes(self, classes: Sequence[str]) -> None:
        """Name the classes."""
        self.heat.show_classes(classes)
        self.ranking.show_classes(classes)

    def show_reading(self, reading: Reading | None) -> None:
        """Show an answer, or none."""
        self.reading = reading
        if reading is not None:
            self.show_classes(reading.classes)
            self.heat.show_logs(reading.letters, reading.logs)
        else:
            self.heat.show_logs("", self.heat.logs[:0])
        self.ranking.show_logs(reading.logs[-1] if reading is not None and len(reading.logs) else None)

    def pin(self, cell: tuple[int, int] | None) -> None:
        """Mark (class, letter) as what is explained, or nothing."""
        self.heat.pin(cell)
        self.ranking.pin(cell[0] if cell is not None and cell[1] == self._steps - 1 else -1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_box"):
            self._arrange()

    def _arrange(self) -> None:
        stacked = self.width() < look(self).px(STACKED)
        self._box.setDirection(QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight)
