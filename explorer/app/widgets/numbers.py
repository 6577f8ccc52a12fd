"""Rows of whole numbers to set: typed, stepped with the arrow keys and the wheel, or slid."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSlider, QVBoxLayout, QWidget

from explorer.app.theme import sized
from explorer.app.widgets.text import label, style_again
from explorer.arch.errors import UsageError

WIDE = 48
"""Width of a number's field in pixels at scale 1."""

LONGEST = 9
"""Most characters of a number: Python refuses to read thousands of digits."""


class _Number(QLineEdit):
    """One whole number. `asked` is sent when another one is typed, stepped or scrolled to."""

    asked = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setAccessibleName(name)
        self.setMaxLength(LONGEST)
        self.textEdited.connect(lambda _: self.asked.emit())
        sized(self, wide=WIDE)

    def number(self) -> int | None:
        """What is typed, or `None` if that is no whole number."""
        text = self.text().strip().replace("−", "-")
        return int(text) if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() else None

    def _step(self, by: int) -> None:
        number = self.number()
        if number is not None:
            self.setText(str(number + by))
            self.asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if by:
            self._step(by)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():  # otherwise the column scrolls under the pointer and the numbers must not
            self._step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()


class NumberRow(QWidget):
    """A setting of one number, or of two: rows and columns. `edited` carries the new, valid numbers as a tuple.

    What does not fit is said below it; the setting then stays as it was.
    """

    edited = Signal(object)

    def __init__(self, title: str, low: int, high: int, names: tuple[str, ...] = ("",), tip: str = "") -> None:
        """`names` tells the numbers apart, for instance ("rows", "columns"); the slider below moves all of them."""
        super().__init__()
        self.title, self.low, self.high = title, low, high
        self._shown: tuple[int, ...] = ()
        if tip:
            self.setToolTip(f"<p>{tip}</p>")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(6)
        words = label(title, "caption")
        top.addWidget(words)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(low, high)
        self.slider.setAccessibleName(f"{title}, slider")
        self.slider.setMinimumWidth(40)
        self.slider.valueChanged.connect(self._slid)
        sized(words, wide=72)
        top.addWidget(self.slider, 1)
        self.editors: list[_Number] = []
        for index, name in enumerate(names):
            if index:
                top.addWidget(label("×", "note"))
            editor = _Number(f"{title}, {name}" if name else title)
            editor.asked.connect(self._typed)
            self.editors.append(editor)
            top.addWidget(editor)
        words.setBuddy(self.editors[0])
        box.addLayout(top)
        self.wrong = label("", "warning", wrap=True)
        self.wrong.hide()
        box.addWidget(self.wrong)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers last shown."""
        return self._shown

    def show_numbers(self, numbers: tuple[int, ...]) -> None:
        """Show the setting; what is being typed and means the same stays as it was typed."""
        self._shown = numbers
        for editor, number in zip(self.editors, numbers, strict=True):
            if editor.number() != number:
                editor.setText(str(number))
        self.slider.blockSignals(True)
        self.slider.setValue(max(numbers))
        self.slider.blockSignals(False)
        self.say("")

    def say(self, words: str) -> None:
        """Say below the row what is wrong with it; nothing takes that away."""
        self.wrong.setText(words)
        self.wrong.setVisible(bool(words))
        for editor in self.editors:
            number = editor.number()
            wrong = bool(words) and (number is None or not self.low <= number <= self.high)
            if editor.property("wrong") != wrong:
                editor.setProperty("wrong", wrong)
                style_again(editor)

    def attempt(self, change: Callable[[], object]) -> None:
        """Do something that may be refused, and say so here."""
        try:
            change()
        except UsageError as error:
            self.say(str(error))

    def _typed(self) -> None:
        numbers = [editor.number() for editor in self.editors]
        if any(number is None for number in numbers):
            self.say("A whole number is needed.")
        elif any(not self.low <= number <= self.high for number in numbers if number is not None):
            self.say(f"From {self.low} to {self.high}.")
        else:
            self.say("")
            self.edited.emit(tuple(numbers))

    def _slid(self, value: int) -> None:
        for editor in self.editors:
            editor.setText(str(value))
        self._typed()
