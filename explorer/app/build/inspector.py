"""The chosen layer: its settings, and the arithmetic behind each of its figures."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from explorer.app.build.figures import headline, headline_amount, sides
from explorer.app.theme import sized
from explorer.app.widgets.form import EDITOR, Form
from explorer.app.widgets.text import Head, button, label, row, style_again
from explorer.arch.analysis import Report, Row
from explorer.arch.convention import Convention, written_outputs
from explorer.arch.cost import reasons
from explorer.arch.errors import UsageError
from explorer.arch.fields import fields, read_shape
from explorer.arch.layer import Layer
from explorer.arch.network import Network
from explorer.arch.shape import Shape
from explorer.arch.text import THIN, UNBROKEN, times
from explorer.arch.tree import Path

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
        self.formula.setText("\n".join(lines).replace(THIN, UNBROKEN))  # numbers stay on one line

    def light(self, on: bool) -> None:
        if bool(self.formula.property("lit")) != on:
            self.formula.setProperty("lit", on)
            style_again(self.formula)


def _arrives(shown: Row) -> dict[str, str]:
    """Words for the fields that are left to what arrives, and for the name."""
    words = {"name": shown.path.rpartition(".")[2]}
    if shown.input is not None:
        words |= {"in_channels": str(shown.input[0]), "in_features": str(shown.input[-1])}
    return words


class Inspector(QWidget):
    """Shows one row of a report. `edited` carries the new network, what was done, and a key for merging edits."""

    edited = Signal(object, str, str)
    removed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: Report | None = None
        self._at: Path = ()
        self._convention: Convention = "pytorch"
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
        self.remove = button("Remove", self.removed.emit, tip="Delete")
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

    def show_row(self, report: Report, at: Path) -> None:
        """Show the layer or block at a path of a report; () is the input."""
        before = self._shown_node()
        self._report, self._at = report, at
        shown = report.places[at]
        node = shown.node
        if node is None:
            self._title.setText("Input")
            self._says.setText("What enters the network: one sample, without the batch.")
            if not self.name.hasFocus():
                self.name.setText(report.network.name)
            if not (self.shape.hasFocus() and self._shape() == report.network.input):
                self.shape.setText(times(report.network.input, spaced=True))
                self._wrong.hide()
        else:
            self._title.setText(node.type if isinstance(node, Layer) else node.title)
            shape = shown.input if shown.output is not None else None
            self._says.setText(node.says(shape) if isinstance(node, Layer) and shape is not None else node.about)
            if self._form is None or type(node) is not type(before) or self._form_of is not type(node):
                self._remake_form(type(node))
            assert self._form is not None
            self._form.show_values(node, _arrives(shown))
        self._input.setVisible(node is None)
        if self._form is not None:
            self._form.setVisible(node is not None)
        self._settings.setVisible(node is None or bool(fields(type(node))))
        self.remove.setVisible(node is not None)
        self._show_figures(shown)

    _form_of: type | None = None

    def _shown_node(self) -> Any:
        if self._report is None or self._at not in self._report.places:
            return None
        return self._report.places[self._at].node

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
        return self._form if self._shown_node() is not None else None

    def _show_figures(self, shown: Row) -> None:
        output, report = shown.output, self._report
        for section in self.sections.values():
            section.setVisible(output is not None)
            section.light(False)
        if output is None or report is None:
            return
        whole = report.network.input
        field = sides(shown.receptive_field or (), spaced=True)
        of = sides(whole[1:] if len(whole) == 3 else whole, spaced=True)
        titles = {
            "output": f"Output {self._shape_words(output)}",
            "parameters": f"Parameters {headline(shown.parameters or 0)}",
            "memory": f"Memory {headline_amount(shown.memory_bytes or 0)}",
            "macs": f"Multiply-adds {headline(shown.macs or 0)}",
            "receptive": f"Receptive field {field} of {of}",
        }
        why = reasons(shown, report)
        for name, words in titles.items():
            self.sections[name].show_lines(words, why[name])

    def light(self, name: str) -> None:
        """Light up the arithmetic of one figure: output, parameters, memory or macs."""
        for key, section in self.sections.items():
            section.light(key == name)
        QTimer.singleShot(2500, self, lambda: self.sections[name].light(False))

    # Edits leave as whole networks.

    def _change(self, name: str, value: Any) -> None:
        if self._report is None:
            return
        shown = self._report.places[self._at]
        assert shown.node is not None
        network = self._report.network.put(self._at, replace(shown.node, **{name: value}))
        title = next(field.title for field in fields(type(shown.node)) if field.name == name)
        self.edited.emit(network, f"{title} of {shown.path}", f"{self._at}.{name}")

    def write_as(self, convention: Convention) -> None:
        """Write the output's shape as PyTorch or Keras does."""
        self._convention = convention
        if self._report is not None and self._at in self._report.places:
            self._show_figures(self._report.places[self._at])

    def _shape_words(self, output: Shape) -> str:
        if self._convention == "pytorch" or self._report is None:
            return sides(output, spaced=True)
        return written_outputs(self._report, self._convention, batch=True)[self._at]

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
