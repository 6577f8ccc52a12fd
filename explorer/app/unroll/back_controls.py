"""Small controls of the page of backpropagation: a whole number to type, lists to choose from, text of any length."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QScrollArea, QSizePolicy, QWidget

from explorer.app.theme import sized
from explorer.app.widgets.text import column, scrolled, style_again
from explorer.arch.text import number

LONGEST = 6
"""Most characters of a number."""


class Count(QLineEdit):
    """A whole number from 1. Up and down change it by one; one that does not fit is marked and changes nothing."""

    chosen = Signal(int)
    """The number that was typed or stepped to, from 0."""

    def __init__(self, name: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most, self._value, self._tip = 1, 0, tip
        self.setMaxLength(LONGEST)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        sized(self, wide=48)
        self.textEdited.connect(self._typed)

    @property
    def value(self) -> int:
        """The number, from 0."""
        return self._value

    def show_value(self, value: int, most: int) -> None:
        """Show a number, from 0, of `most`."""
        self._value, self._most = value, most
        if self._read() != value:
            self.setText(str(value + 1))
        self._mark("")

    def _read(self) -> int | None:
        text = self.text().strip()
        return int(text) - 1 if text.isascii() and text.isdigit() else None

    def _typed(self) -> None:
        found = self._read()
        if found is None or not 0 <= found < self._most:
            self._mark(f"Type a whole number from 1 to {number(self._most)}.")
            return
        self._mark("")
        self._take(found)

    def _take(self, value: int) -> None:
        if value != self._value:
            self._value = value
            self.chosen.emit(value)

    def _mark(self, words: str) -> None:
        self.setToolTip(words or self._tip)
        self.setAccessibleDescription(words or self._tip)
        if (self.property("wrong") or False) != bool(words):
            self.setProperty("wrong", bool(words))
            style_again(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if not by:
            super().keyPressEvent(event)
            return
        value = min(max(self._value + by, 0), self._most - 1)
        self.setText(str(value + 1))
        self._mark("")
        self._take(value)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.setText(str(self._value + 1))
        self._mark("")
        super().focusOutEvent(event)


class Choice(QComboBox):
    """A list of named values; only what the user chooses is told."""

    chosen = Signal(object)
    """The value that was chosen."""

    def __init__(self, name: str, wide: int, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: list[tuple[str, object]] = []
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        sized(self, wide=wide)
        self.activated.connect(lambda index: self.chosen.emit(self._entries[index][1]))

    @property
    def values(self) -> list[object]:
        """All values to choose from."""
        return [value for _, value in self._entries]

    def show_choice(self, entries: Sequence[tuple[str, object]], value: object) -> None:
        """Show entries (words, value), of which the one with `value` is chosen."""
        made = list(entries)
        with QSignalBlocker(self):
            if made != self._entries:
                self._entries = made
                self.clear()
                self.addItems([words for words, _ in made])
            self.setCurrentIndex(next((k for k, (_, one) in enumerate(made) if one == value), 0))


def still(*lines: QLabel) -> QScrollArea:
    """Text of any length in a place of fixed height: more lines than fit are scrolled to, and nothing else moves."""
    for line in lines:
        line.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        line.setMinimumHeight(1)  # else the area makes room for it as if it were narrow
    made = scrolled(column(*lines, None, gap=2))
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made
