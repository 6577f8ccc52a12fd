"""The chosen layer: its settings, and the arithmetic behind each of its figures."""

from __future__ import annotations

from math import prod
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from explorer.app.build.figures import headline, headline_amount, sides
from explorer.app.theme import sized
from explorer.app.widgets.form import EDITOR, Form
from explorer.app.widgets.text import Head, button, label, row, style_again
from explorer.arch.analysis import Report, Row
from explorer.arch.errors import UsageError
from explorer.arch.fields import fields, read_shape
from explorer.arch.layer import VALUE_BYTES
from explorer.arch.network import Network
from explorer.arch.shape import Shape
from explorer.arch.text import number, times

ABOUT = {
    "output": "The shape that leaves the layer: channels × height × width, or the number of values. No batch.",
    "parameters": "The numbers that training changes: weights and biases.",
    "memory": "What the layer's output takes for one sample, 4 bytes a value. Training keeps it for the way back.",
    "macs": "Multiply-adds: a product added to a sum, for one sample. It is the usual measure of work.",
    "receptive": "How much of the input one output value can see.",
}


class _Section(QWidget):
    """A heading with a value, and the formula that gives it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        self.head = Head("", ABOUT[name])
        self.formula = label("", "formula", wrap=True)
        box.addWidget(self.head)
        box.addWidget(self.formula)

    def show_lines(self, title: str, lines: tuple[str, ...]) -> None:
        self.head.set_text(title)
        self.formula.setText("\n".join(lines))

    def light(self, on: bool) -> None:
        if bool(self.formula.property("lit")) != on:
            self.formula.setProperty("lit", on)
            style_again(self.formula)


def _why_input(shape: Shape) -> dict[str, tuple[str, ...]]:
    """Where the figures of the input come from."""
    size = VALUE_BYTES * prod(shape)
    what = "channels × height × width" if len(shape) == 3 else "number of values"
    return {
        "output": (f"{what} of one sample, as it is set: {times(shape)}",),
        "parameters": ("nothing to learn here: 0",),
        "memory": (f"{'·'.join(map(str, shape))} values · {VALUE_BYTES} bytes = {number(size)} bytes",),
        "macs": ("nothing is computed here: 0",),
    }


class Inspector(QWidget):
    """Shows one row of a report. `edited` carries the new network, what was done, and a key for merging edits."""

    edited = Signal(object, str, str)
    removed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: Report | None = None
        self._position = -1
        self._form: Form | None = None
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 24, 24, 24)
        box.setSpacing(8)
        self._title, self._says = label("", "title"), label("", "caption", wrap=True)
        box.addWidget(self._title)
        box.addWidget(self._says)
        box.addSpacing(8)
        self._settings = Head("Settings", "What can be changed on this layer. Every change shows at once.")
        box.addWidget(self._settings)
        self._forms = QVBoxLayout()
        self._forms.setContentsMargins(0, 0, 0, 0)
        box.addLayout(self._forms)
        self.name, self.shape = QLineEdit(), QLineEdit()
        self._wrong = label("", "warning", wrap=True)
        self._input = self._make_input()
        box.addWidget(self._input)
        box.addSpacing(8)
        self.sections = {name: _Section(name) for name in ABOUT}
        for section in self.sections.values():
            box.addWidget(section)
            box.addSpacing(4)
        self.remove = button("Remove layer", lambda: self.removed.emit(self._position), tip="Delete")
        box.addWidget(row(self.remove, None))
        box.addStretch(1)

    def _make_input(self) -> QWidget:
        made = QWidget()
        box = QVBoxLayout(made)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        self.name.setProperty("role", "words")
        for words, editor in (("Name", self.name), ("Input shape", self.shape)):
            sized(editor, wide=EDITOR + 40)
            editor.setAccessibleName(words)
            name = label(words, "caption")
            name.setBuddy(editor)
            box.addWidget(row(name, None, editor))
        self.name.setMaxLength(60)
        self.name.textEdited.connect(self._rename)
        self.shape.textEdited.connect(self._reshape)
        self.shape.setToolTip("Channels × height × width of one sample, such as 1 × 28 × 28, or one number.")
        box.addWidget(self._wrong)
        self._wrong.hide()
        return made

    def show_row(self, report: Report, position: int) -> None:
        """Show the layer at `position` of a report; −1 is the input."""
        before = self._shown_layer()
        self._report, self._position = report, position
        shown = report.rows[position + 1]
        layer = shown.layer
        if layer is None:
            self._title.setText("Input")
            self._says.setText("What enters the network: one sample, without the batch.")
            if not self.name.hasFocus():
                self.name.setText(report.network.name)
            if not (self.shape.hasFocus() and self._shape() == report.network.input):
                self.shape.setText(times(report.network.input, spaced=True))
                self._wrong.hide()
        else:
            self._title.setText(layer.type)
            fits = shown.input is not None and shown.output is not None
            self._says.setText(layer.says(shown.input) if fits and shown.input else layer.about)
            if self._form is None or type(layer) is not type(before) or self._form_of is not type(layer):
                self._remake_form(type(layer))
            arrives = {}
            if shown.input is not None:
                arrives = {"in_channels": str(shown.input[0]), "in_features": str(shown.input[0])}
            assert self._form is not None
            self._form.show_values(layer, arrives)
        self._input.setVisible(layer is None)
        if self._form is not None:
            self._form.setVisible(layer is not None)
        self._settings.setVisible(layer is None or bool(fields(type(layer))))
        self.remove.setVisible(layer is not None)
        self._show_figures(shown)

    _form_of: type | None = None

    def _shown_layer(self) -> Any:
        if self._report is None or self._position + 1 >= len(self._report.rows):
            return None
        return self._report.rows[self._position + 1].layer

    def _remake_form(self, kind: type) -> None:
        if self._form is not None:
            self._forms.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
        self._form = Form(kind)
        self._form_of = kind
        self._form.edited.connect(self._change)
        self._forms.addWidget(self._form)

    @property
    def form(self) -> Form | None:
        """The form of the chosen layer; `None` while the input is chosen."""
        return self._form if self._shown_layer() is not None else None

    def _show_figures(self, shown: Row) -> None:
        layer, shape, output = shown.layer, shown.input, shown.output
        known = output is not None and (layer is None or shape is not None)
        for section in self.sections.values():
            section.setVisible(known)
            section.light(False)
        if output is None or not known:
            return
        field = sides(shown.receptive_field or (), spaced=True)
        of = sides(self._report.network.input[1:] if self._report and len(self._report.network.input) == 3 else ())
        titles = {
            "output": f"Output {sides(output, spaced=True)}",
            "parameters": f"Parameters {headline(shown.parameters or 0)}",
            "memory": f"Memory {headline_amount(shown.memory_bytes or 0)}",
            "macs": f"Multiply-adds {headline(shown.macs or 0)}",
        }
        if layer is None or shape is None:
            reasons = _why_input(output)
        else:
            reasons = {
                "output": layer.why_output(shape),
                "parameters": layer.why_parameters(shape),
                "memory": layer.why_memory(shape),
                "macs": layer.why_macs(shape),
            }
        for name, words in titles.items():
            self.sections[name].show_lines(words, reasons[name])
        title = f"Receptive field {field}" + (f" of {of}" if of else "")
        self.sections["receptive"].show_lines(title, shown.why_receptive_field)

    def light(self, name: str) -> None:
        """Light up the arithmetic of one figure: output, parameters, memory or macs."""
        for key, section in self.sections.items():
            section.light(key == name)
        QTimer.singleShot(2500, self, lambda: self.sections[name].light(False))

    # Edits leave as whole networks.

    def _change(self, name: str, value: Any) -> None:
        if self._report is None:
            return
        shown = self._report.rows[self._position + 1]
        assert shown.layer is not None
        network = self._report.network.put(self._position, replace(shown.layer, **{name: value}))  # type: ignore[arg-type]
        title = next(field.title for field in fields(type(shown.layer)) if field.name == name)
        self.edited.emit(network, f"{title} of {shown.path}", f"{self._position}.{name}")

    def _rename(self, text: str) -> None:
        if self._report is not None and text.strip():
            self.edited.emit(self._report.network.named(text.strip()), "Name", "name")

    def _shape(self) -> tuple[int, ...] | None:
        try:
            return read_shape(self.shape.text())
        except UsageError:
            return None

    def _reshape(self, text: str) -> None:
        try:
            shape = read_shape(text)
        except UsageError as error:
            self._wrong.setText(str(error))
            self._wrong.show()
            return
        self._wrong.hide()
        if self._report is not None:
            network: Network = self._report.network.with_input(shape)
            self.edited.emit(network, "Input shape", "input")
