"""A setting of one number: a slider, and a field in which it can be typed. What is typed is checked in place."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, nan

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSlider, QVBoxLayout, QWidget

from explorer.app.theme import sized
from explorer.app.widgets.celledit import NumberError, read_number
from explorer.app.widgets.text import label, style_again
from explorer.arch.text import number

NOTCHES = 240
"""Places of a slider for numbers that are not whole."""

FIELD, NAME = 68, 106
"""Widths of a field and of a setting's name in pixels at scale 1."""


@dataclass(frozen=True)
class Scale:
    """What a dial can be set to. The slider goes from `low` to `high`, the field from `least` to `most`.

    `whole` numbers only, or any; `logarithmic` sliders have equal ways for equal factors; `step` rounds what the
    slider gives. `off` names the slider's right end, beyond `high`: there is no number there, but `None`.
    """

    low: float
    high: float
    least: float
    most: float
    whole: bool = False
    logarithmic: bool = False
    step: float = 0.0
    off: str = ""

    @property
    def notches(self) -> int:
        """The slider's last place."""
        return (round(self.high - self.low) if self.whole else NOTCHES) + (1 if self.off else 0)

    def at(self, notch: int) -> float | None:
        """The number at a place of the slider."""
        if self.off and notch >= self.notches:
            return None
        if self.whole:
            return self.low + notch
        share = notch / NOTCHES
        if self.logarithmic:
            return float(f"{exp(log(self.low) + share * log(self.high / self.low)):.2g}")
        return round((self.low + share * (self.high - self.low)) / self.step) * self.step

    def notch(self, value: float | None) -> int:
        """The place of a number; the nearest end for one beyond the slider."""
        if value is None:
            return self.notches
        value = min(max(value, self.low), self.high)
        if self.whole:
            return round(value - self.low)
        if self.logarithmic:
            return round(NOTCHES * log(value / self.low) / log(self.high / self.low))
        return round(NOTCHES * (value - self.low) / (self.high - self.low))

    def show(self, value: float | None) -> str:
        """As one would type it."""
        if value is None:
            return self.off
        return f"{value:.6g}".replace("-", "−")

    @property
    def range(self) -> str:
        """What can be typed, in words."""
        kind = "A whole number" if self.whole else "A number"
        low, high = (number(int(v) if v == int(v) else v) for v in (self.least, self.most))
        return f"{kind} from {low} to {high}" + (f", or “{self.off}”." if self.off else ".")

    def read(self, text: str) -> float | None:
        """The number that is meant. Raises `NumberError` in words for the user."""
        if self.off and text.strip().lower() in ("", self.off):
            return None
        try:
            value = read_number(text)
        except NumberError:
            value = nan
        if not self.least <= value <= self.most or (self.whole and value != int(value)):
            raise NumberError(self.range)
        return value


DIALS: dict[str, tuple[str, Scale, str]] = {
    "length": (
        "Sequence length",
        Scale(1, 200, 1, 200, whole=True),
        "Steps of the sequence: so many factors lie between the first state and the last.",
    ),
    "radius": (
        "Spectral radius",
        Scale(0.1, 5, 0, 1000, logarithmic=True),
        "The size of the largest eigenvalue of each gate’s recurrent weights. All of them are scaled to it.",
    ),
    "forget_bias": (
        "Forget bias",
        Scale(-4, 8, -1000, 1000, step=0.1),
        "The bias of the LSTM’s forget gate and of the GRU’s update gate. A large one holds the gate near 1: keep.",
    ),
    "clip": (
        "Clip at norm",
        Scale(0.1, 10, 0.0001, 1_000_000, logarithmic=True, off="off"),
        "The largest norm that the gradient of all weights may have. A longer one is scaled down to it.",
    ),
    "hidden": (
        "Units",
        Scale(2, 128, 1, 128, whole=True),
        "Numbers in the hidden state, of all four paths.",
    ),
    "seed": (
        "Seed",
        Scale(0, 99, 0, 999_999, whole=True),
        "Which random weights and inputs are drawn. The same seed draws the same ones.",
    ),
}
"""Each number's title, range, and what it means."""


class _Field(QLineEdit):
    """Up and down move the slider by a notch."""

    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(by)


def named(title: str, *editors: QWidget) -> QWidget:
    """A setting's row: its name, and what it is set with; the first editor takes the room."""
    made = QWidget()
    box = QHBoxLayout(made)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(8)
    name = label(title, "caption")
    sized(name, wide=NAME)
    name.setBuddy(editors[-1])
    box.addWidget(name)
    for index, editor in enumerate(editors):
        box.addWidget(editor, 0 if index else 1)
    return made


class Dial(QWidget):
    """`edited` carries the new number, or `None` for off. What cannot be is said below it."""

    edited = Signal(object)

    def __init__(self, title: str, scale: Scale, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.scale = title, scale
        self._value: float | None = nan
        self.setToolTip(f"<p>{about}</p>")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.field = _Field()
        self.field.setAccessibleName(title)
        self.field.setAccessibleDescription(about)
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setMaxLength(24)
        self.field.textEdited.connect(self._typed)
        self.field.editingFinished.connect(self._settle)
        self.field.moved.connect(lambda by: self.slider.setValue(self.slider.value() + by))
        sized(self.field, wide=FIELD)
        self.slider.setRange(0, scale.notches)
        self.slider.setPageStep(max(1, scale.notches // 10))
        self.slider.setAccessibleName(f"{title}, slider")
        self.slider.setMinimumWidth(40)
        self.slider.valueChanged.connect(self._slid)
        box.addWidget(named(title, self.slider, self.field))
        self.wrong = label("", "warning", wrap=True)
        self.wrong.hide()
        box.addWidget(self.wrong)

    def show_value(self, value: float | None) -> None:
        """Show a number; what is being typed and means the same stays as it was typed."""
        self._value = value
        try:
            same = self.scale.read(self.field.text()) == value
        except NumberError:
            same = False
        if not (same and self.field.hasFocus()):
            self.field.setText(self.scale.show(value))
        self._follow(value)
        self._say("")

    @property
    def complaint(self) -> str:
        """What is wrong with what was typed; empty if nothing is."""
        return self.wrong.text()

    def _follow(self, value: float | None) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(self.scale.notch(value))
        self.slider.blockSignals(False)

    def _slid(self, notch: int) -> None:
        value = self.scale.at(notch)
        self.field.setText(self.scale.show(value))
        self._say("")
        self.edited.emit(value)

    def _typed(self, text: str) -> None:
        try:
            value = self.scale.read(text)
        except NumberError as error:
            self._say(str(error))
            return
        self._say("")
        self._follow(value)
        self.edited.emit(value)

    def _settle(self) -> None:
        """The field is left: what cannot be is forgotten."""
        if not self.field.hasFocus() and self._value == self._value:
            self.show_value(self._value)

    def _say(self, text: str) -> None:
        self.wrong.setText(text)
        self.wrong.setVisible(bool(text))
        if self.field.property("wrong") != bool(text):
            self.field.setProperty("wrong", bool(text))
            style_again(self.field)
