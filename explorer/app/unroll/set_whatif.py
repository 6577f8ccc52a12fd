"""What would be if: gates that are held, another forget bias, a larger or smaller recurrent scale."""

from __future__ import annotations

from dataclasses import replace
from math import log10

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSlider, QVBoxLayout, QWidget

from explorer.app.latest import Latest
from explorer.app.theme import sized
from explorer.app.unroll.document import Document
from explorer.app.widgets.celledit import NumberError, read_number
from explorer.app.widgets.text import Head, label, row, style_again
from explorer.arch.text import number
from explorer.explain.recurrent.cell import GATES, Cell
from explorer.explain.recurrent.lesson import forget_bias, spectral_radius
from explorer.explain.recurrent.study import gates_of

WAYS = {"free": "free", "zero": "held at 0", "one": "held at 1", "value": "held at …"}

FIELD, LIST = 56, 104
"""Widths of a number and of a list, in pixels at scale 1."""

REST = 150
"""Milliseconds without an edit after which the eigenvalues are found."""

DECADE, REACH = 40, 2
"""Positions of the scale's slider in a decade, and how many decades it reaches up and down."""


MOST = "10⁹"
"""The largest number that can be typed, in words; see `read_number`."""


def written(value: float) -> str:
    """A value as one types it."""
    return f"{value:.6g}".replace("-", "−")


class NumberField(QLineEdit):
    """A number with decimals. `edited` carries it whenever what is typed is one; `cleared` says that nothing is."""

    edited = Signal(float)
    cleared = Signal()

    def __init__(self, name: str, low: float | None = None, high: float | None = None) -> None:
        super().__init__()
        self._low, self._high = low, high
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMaxLength(16)
        self.wrong = label("", "warning", wrap=True)
        self.wrong.hide()
        self.textEdited.connect(lambda _: self._typed())

    def value(self) -> float | None:
        """What is typed, or `None` if it is no number that can be taken."""
        try:
            found = read_number(self.text())
        except NumberError:
            return None
        low, high = self._low, self._high
        return None if (low is not None and found < low) or (high is not None and found > high) else found

    def _typed(self) -> None:
        found = self.value()
        empty = not self.text().strip()
        if found is not None:
            self._say("")
            self.edited.emit(found)
        elif empty and self.placeholderText():
            self._say("")
            self.cleared.emit()
        else:
            self._say(self._needs())

    def _needs(self) -> str:
        low, high = self._low, self._high
        if low is not None and high is not None:
            return f"A number from {number(low)} to {number(high)} is needed."
        return f"A number from {f'−{MOST}' if low is None else number(low)} to {MOST} is needed."

    def show_value(self, value: float | None) -> None:
        """Show a value, or none; what is being typed and means the same stays as it was typed."""
        if value is None:
            if self.text() and not (self.hasFocus() and self.wrong.text()):
                self.clear()
                self._say("")
        elif self.value() != value:
            self.setText(written(value))
            self._say("")
        else:
            self._say("")

    def _say(self, words: str) -> None:
        self.wrong.setText(words)
        self.wrong.setVisible(bool(words))
        if bool(self.property("wrong")) != bool(words):
            self.setProperty("wrong", bool(words))
            style_again(self)


class GateRow(QWidget):
    """One gate: free, held at 0 or at 1, or at a value from 0 to 1."""

    held = Signal(str, object)
    """The gate and the value at which it is held, or `None`."""

    def __init__(self, gate: str, title: str) -> None:
        super().__init__()
        self.gate = gate
        self.ways = QComboBox()
        self.ways.setAccessibleName(f"{title}: free or held")
        for key, words in WAYS.items():
            self.ways.addItem(words, key)
        sized(self.ways, wide=LIST)
        self.field = NumberField(f"{title}: held at", 0.0, 1.0)
        sized(self.field, wide=FIELD)
        name = label(title.capitalize(), "caption")
        name.setBuddy(self.ways)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(row(name, None, self.field, self.ways))
        box.addWidget(self.field.wrong)
        self.ways.activated.connect(lambda _: self._chosen(str(self.ways.currentData())))
        self.field.edited.connect(lambda value: self.held.emit(self.gate, value))

    def show_held(self, value: float | None) -> None:
        """Show whether the gate is held."""
        typing = self.field.hasFocus() and value is not None
        key = "free" if value is None else "value"
        if not typing and value in (0.0, 1.0) and self.ways.currentData() != "value":
            key = "zero" if value == 0 else "one"
        self.ways.setCurrentIndex(self.ways.findData(key))
        self.field.setVisible(key == "value")
        self.field.show_value(value if key == "value" else None)

    def _chosen(self, key: str) -> None:
        if key == "value":
            self.field.show()
            self.held.emit(self.gate, 0.5)
            self.field.setFocus()
            self.field.selectAll()
        else:
            self.held.emit(self.gate, {"free": None, "zero": 0.0, "one": 1.0}[key])


class WhatIf(QWidget):
    """Changes of the whole cell. Each is one step back; turning the scale is one, too."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.gates: dict[str, GateRow] = {}
        self._kind = ""
        self._radius_of: Cell | None = None
        self.no_gates = label("", "note", wrap=True)
        self._gates_box = QVBoxLayout()
        self._gates_box.setSpacing(6)
        self.bias = NumberField("Forget bias")
        sized(self.bias, wide=FIELD + 20)
        name = label("Forget bias", "caption")
        name.setBuddy(self.bias)
        self._bias_row = row(name, None, self.bias)
        self._bias_row.setToolTip(
            "<p>The bias of the forget gate, the same in all units. At 1 or more the cell remembers from the start. "
            "Empty: as the weights have it; the pale number is their mean.</p>"
        )
        self.scale = NumberField("Recurrent scale", 0.0)
        sized(self.scale, wide=FIELD + 20)
        title = label("Recurrent scale", "caption")
        title.setBuddy(self.scale)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(-REACH * DECADE, REACH * DECADE)
        self.slider.setAccessibleName("Recurrent scale, logarithmic")
        marks = row(label("0.01", "note"), None, label("1", "note"), None, label("100", "note"))
        self._scale_row = row(title, None, self.scale)
        self._scale_row.setToolTip("<p>All weights on the state are multiplied by it.</p>")
        self.radius_head = Head(
            "Spectral radius",
            "The size of the largest eigenvalue of the weights on the state. Below 1 what was seen fades from step "
            "to step, above 1 it may grow.",
        )
        self.radius = label("", "note", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addLayout(self._gates_box)
        for part in (
            self.no_gates, self._bias_row, self.bias.wrong, self._scale_row, self.slider, marks, self.scale.wrong,
            self.radius_head, self.radius,
        ):  # fmt: skip
            box.addWidget(part)
        self._later = Latest("spectral-radius", self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._ask_radius)
        self._later.came.connect(self._show_radius)
        self.bias.edited.connect(self._set_bias)
        self.bias.cleared.connect(lambda: self._set_bias(None))
        self.scale.edited.connect(self._set_scale)
        self.slider.valueChanged.connect(self._slid)

    # What it shows.

    def show_study(self) -> None:
        """Show what the document's study changes about its cell."""
        study, cell = self.document.study, self.document.unrolled.cell
        if cell.kind != self._kind:
            self._make_gates(cell)
        for gate, made in self.gates.items():
            made.show_held(study.frozen_at(gate))
        lstm = cell.kind == "LSTM"
        self._bias_row.setVisible(lstm)
        if lstm:
            mean = forget_bias(cell)
            self.bias.setPlaceholderText(written(round(mean, 3)) if mean is not None else "")
            self.bias.show_value(study.forget_bias)
        self.scale.show_value(study.scale)
        self.slider.blockSignals(True)
        at = round(DECADE * log10(study.scale)) if study.scale > 0 else -REACH * DECADE
        self.slider.setValue(min(max(at, -REACH * DECADE), REACH * DECADE))
        self.slider.blockSignals(False)
        if self.isVisible():
            self._rest.start()

    def _make_gates(self, cell: Cell) -> None:
        for made in self.gates.values():
            self._gates_box.removeWidget(made)
            made.hide()
            made.deleteLater()
        self._kind = cell.kind
        # Those of another cell's parts must not be read as this one's. The new ones are as many lines high.
        self.radius.setText("…\n" if cell.kind in ("LSTM", "GRU") else "…")
        titles = {gate.name: gate.title for gate in GATES[cell.kind]}
        self.gates = {gate: GateRow(gate, titles[gate]) for gate in gates_of(cell.kind)}
        if cell.kind == "LSTM":  # in the order of a step
            self.gates = {gate: self.gates[gate] for gate in "fio"}
        for gate, made in self.gates.items():
            made.held.connect(self._hold)
            self._gates_box.addWidget(made)
            del gate
        what = "The lecture’s cell" if cell.kind == "ConcatRNN" else "An RNN"
        self.no_gates.setText(f"{what} has no gates to hold.")
        self.no_gates.setVisible(not self.gates)

    def _ask_radius(self) -> None:
        """Eigenvalues of large cells take longer than a frame: they are found beside the window."""
        cell = self.document.unrolled.cell
        if cell is not self._radius_of:
            self._radius_of = cell
            self._later.ask(lambda: [(cell, spectral_radius(cell))])

    def _show_radius(self, found: tuple[Cell, tuple[float, ...]]) -> None:
        cell, radii = found
        if len(radii) == 1:
            self.radius.setText(_said(radii[0]))
            return
        order = ("f", "i", "g", "o") if cell.kind == "LSTM" else tuple(gate.name for gate in cell.gates)
        of = {gate.name: (gate.title, radius) for gate, radius in zip(cell.gates, radii, strict=True)}
        self.radius.setText(" · ".join(f"{of[name][0]} {_said(of[name][1])}" for name in order))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_radius()

    # Edits.

    def _hold(self, gate: str, value: float | None) -> None:
        self.document.edit(self.document.study.hold(gate, value), "Hold a gate", f"hold {gate}")

    def _set_bias(self, value: float | None) -> None:
        self.document.edit(replace(self.document.study, forget_bias=value), "Forget bias", "forget bias")

    def _set_scale(self, value: float) -> None:
        self.document.edit(replace(self.document.study, scale=value), "Recurrent scale", "scale")

    def _slid(self, position: int) -> None:
        self._set_scale(float(f"{10 ** (position / DECADE):.3g}"))

    @property
    def busy(self) -> bool:
        """Whether eigenvalues are on their way."""
        return self._later.busy or self._rest.isActive()

    def close_down(self) -> None:
        """Stop computing, and wait for it."""
        self._rest.stop()
        self._later.stop()

    def hideEvent(self, event: QHideEvent) -> None:
        self._rest.stop()
        super().hideEvent(event)


def _said(radius: float) -> str:
    return number(float(radius), 2) if radius == radius and radius < 1e6 else "too large" if radius == radius else "–"
