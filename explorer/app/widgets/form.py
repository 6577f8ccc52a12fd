"""A form made from a declaration: one row a field, read and checked at every keystroke."""

from __future__ import annotations

from math import log10
from typing import Any

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QSlider, QVBoxLayout, QWidget

from explorer.app.theme import sized
from explorer.app.widgets.text import label, line, style_again
from explorer.arch.errors import UsageError
from explorer.arch.fields import Field, fields

EDITOR = 112
"""Width of the editors in pixels at scale 1."""


class _Line(QLineEdit):
    """A field to type in. Up and down change a number by one, a learning rate by a quarter decade."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self.setAlignment(Qt.AlignmentFlag.AlignLeft if field.kind == "name" else Qt.AlignmentFlag.AlignRight)
        self.setPlaceholderText(field.automatic)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        up, down = event.key() == Qt.Key.Key_Up, event.key() == Qt.Key.Key_Down
        if not (up or down):
            super().keyPressEvent(event)
            return
        try:
            value = self.field.read(self.text())
        except UsageError:
            return
        stepped = _stepped(self.field, value, 1 if up else -1)
        text = self.field.show(stepped)
        if stepped is not None and text != self.text():
            self.setText(text)
            self.textEdited.emit(text)


def _stepped(field: Field, value: Any, by: int) -> Any:
    if value is None or isinstance(value, str):
        return None

    def bounded(number: float) -> float:
        low = field.low if field.low is not None else number
        high = field.high if field.high is not None else number
        return min(max(number, low), high)

    if field.kind == "pair":
        return tuple(int(bounded(member + by)) for member in value)
    if field.logarithmic:
        return float(f"{bounded(value * 10 ** (by / 4)):.3g}")
    if field.kind == "number":
        return round(bounded(value + by * 0.05), 6)
    return int(bounded(value + by))


class _Row(QWidget):
    """One field: its name, its editor, and under them what is wrong with what was typed."""

    edited = Signal(str, object)

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self.setToolTip(f"<p>{field.help}</p>")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(0, 4, 0, 4)
        top.setSpacing(8)
        name = label(field.title, "caption")
        top.addWidget(name, 1)
        self.editor = self._make()
        self.editor.setAccessibleName(field.title)
        self.editor.setAccessibleDescription(field.help)
        name.setBuddy(self.editor)
        if not isinstance(self.editor, QCheckBox):
            sized(self.editor, wide=EDITOR)
        top.addWidget(self.editor)
        box.addLayout(top)
        self.slider: QSlider | None = None
        if field.logarithmic:
            self.slider = self._make_slider(box)
        self.wrong = label("", "warning", wrap=True)
        self.wrong.hide()
        box.addWidget(self.wrong)
        box.addWidget(line())

    def _make(self) -> QWidget:
        if self.field.kind == "flag":
            check = QCheckBox()
            check.toggled.connect(lambda on: self.edited.emit(self.field.name, on))
            return check
        if self.field.kind == "choice":
            combo = QComboBox()
            combo.addItems(self.field.choices)
            combo.textActivated.connect(lambda text: self.edited.emit(self.field.name, text))
            return combo
        edit = _Line(self.field)
        edit.textEdited.connect(self._typed)
        return edit

    def _make_slider(self, box: QVBoxLayout) -> QSlider:
        low, high = log10(self.field.low or 1e-6), log10(self.field.high or 1)
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(round(low * 20), round(high * 20))
        slider.setAccessibleName(f"{self.field.title}, logarithmic")
        slider.valueChanged.connect(self._slid)
        box.addWidget(slider)
        decades = QHBoxLayout()
        decades.setContentsMargins(0, 2, 0, 6)
        powers = range(round(low), round(high) + 1)
        for index, power in enumerate(powers):
            if index:
                decades.addStretch(1)
            decades.addWidget(label(f"10{_superscript(power)}", "note"))
        box.addLayout(decades)
        return slider

    def _slid(self, position: int) -> None:
        value = float(f"{10 ** (position / 20):.2g}")
        assert isinstance(self.editor, _Line)
        self.editor.setText(self.field.show(value))
        self._typed(self.editor.text())

    def _typed(self, text: str) -> None:
        try:
            value = self.field.read(text)
        except UsageError as error:
            self._say(str(error))
            return
        self._say("")
        self._follow(value)
        self.edited.emit(self.field.name, value)

    def _follow(self, value: Any) -> None:
        if self.slider is not None:
            self.slider.blockSignals(True)
            self.slider.setValue(round(20 * log10(value)))
            self.slider.blockSignals(False)

    def _say(self, text: str) -> None:
        self.wrong.setText(text)
        self.wrong.setVisible(bool(text))
        if self.editor.property("wrong") != bool(text):
            self.editor.setProperty("wrong", bool(text))
            style_again(self.editor)

    def show_value(self, value: Any, arrives: str = "") -> None:
        self.editor.blockSignals(True)
        if isinstance(self.editor, QCheckBox):
            self.editor.setChecked(bool(value))
        elif isinstance(self.editor, QComboBox):
            self.editor.setCurrentText(str(value))
        elif isinstance(self.editor, _Line):
            if arrives:
                self.editor.setPlaceholderText(arrives)
            # What is being typed stays as it was typed, as long as it means the same.
            if not (self.editor.hasFocus() and self._means(value)):
                self.editor.setText(self.field.show(value))
                self.editor.setCursorPosition(0)  # of a long name one sees the beginning
                self._say("")
            self._follow(value)
            self._dress()
        self.editor.blockSignals(False)

    def _dress(self) -> None:
        """Words that stand in for a number, such as “as the window”, are set as words: then there is room for them."""
        assert isinstance(self.editor, _Line)
        instead = not self.editor.text() and self.editor.placeholderText().replace(" ", "").isalpha()
        role = "words" if instead and self.field.kind != "name" else ""
        if (self.editor.property("role") or "") != role:
            self.editor.setProperty("role", role)
            style_again(self.editor)

    def _means(self, value: Any) -> bool:
        assert isinstance(self.editor, _Line)
        try:
            return bool(self.field.read(self.editor.text()) == value)
        except UsageError:
            return True


def _superscript(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


class Form(QWidget):
    """The settings of one structure. `edited` carries the field's name and its new, valid value."""

    edited = Signal(str, object)

    def __init__(self, struct: type[msgspec.Struct], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self.rows = {field.name: _Row(field) for field in fields(struct)}
        for made in self.rows.values():
            made.edited.connect(self.edited)
            box.addWidget(made)

    def show_values(self, values: msgspec.Struct, arrives: dict[str, str] | None = None) -> None:
        """Show a structure's values; `arrives` gives words for fields left to what arrives."""
        for name, made in self.rows.items():
            made.show_value(getattr(values, name), (arrives or {}).get(name, ""))

    def editor(self, name: str) -> QWidget:
        """The editor of a field."""
        return self.rows[name].editor
