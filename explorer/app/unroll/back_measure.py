"""The triangle of contributions: what it measures, where a number comes from, and the sums beside autograd's."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import sized
from explorer.app.unroll.back_controls import Choice, Count, still
from explorer.app.unroll.back_sums import BackSums
from explorer.app.unroll.back_task import Measure, Passed
from explorer.app.unroll.back_triangle import BackTriangle
from explorer.app.unroll.back_words import origin
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Elided, Info, column, label, row
from explorer.explain.recurrent.bptt import Triangle
from explorer.explain.recurrent.cell import Values
from explorer.explain.recurrent.edges import sign, write

ABOUT_TRIANGLE = (
    "The cell in row i and column j is what loss i contributes to the gradient at step j: the size (norm) of δ ⊗ h for "
    "U, of δ ⊗ x for W, where δ is the derivative by the gates’ sums. Bars at the right are whole losses, bars below "
    "whole steps. “One weight” shows a single number with its sign. Cells in the colour of text are no finite numbers. "
    "In the sentence above, 100 % is a loss’s share at its own step, on average over all losses. Click a cell to see "
    "where its number comes from."
)


class MeasurePart(QWidget):
    """Triangle and sums: both where there is room, else one of them."""

    asked = Signal(object)
    """A dict of the fields of `Measure` that the user changed."""

    scale_chosen = Signal(bool)
    """Whether the scale is to be logarithmic."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Passed, Measure, Triangle] | None = None
        self._roomy, self._wide = False, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.weight = Tabs({"u": "U", "w": "W"}, role="segment")
        self.weight.entries["u"].setToolTip("The weights on the state")
        self.weight.entries["w"].setToolTip("The weights on the input")
        self.weight.chosen.connect(lambda name: self.asked.emit({"weight": name}))
        self.gate = Choice("Gate", 102, "The gate whose weights are measured")
        self.gate.chosen.connect(lambda value: self.asked.emit({"gate": value}))
        self.what = Choice("Sizes or one weight", 112, "Sizes of whole matrices, or one weight with its sign")
        self.what.chosen.connect(lambda value: self.asked.emit({"single": value}))
        self.column_label = label("column", "caption")
        self.column = Count("Column of the one weight", "Column of the one weight; its row is the unit")
        self.column.chosen.connect(lambda value: self.asked.emit({"column": value}))
        self.scale = Choice("Scale", 76, "Logarithmic: each power of ten is as wide as the next")
        self.scale.show_choice([("log", True), ("linear", False)], True)
        self.scale.chosen.connect(self._scaled)
        self.triangle = BackTriangle()
        self.origin = label("", "number", wrap=True)
        self.origin.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.agrees = label("", "caption")
        self.sums = BackSums()
        self.view = Tabs({"triangle": "Contributions", "sum": "Their sum"})
        self.view.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.view.chosen.connect(lambda _: self._show_parts())
        self.head, self.measured = label("Contributions", "head"), Elided("note")
        self._lay_out()

    def _lay_out(self) -> None:
        top = row(self.view, self.head, Info(ABOUT_TRIANGLE), gap=6)
        across = top.layout()
        assert isinstance(across, QHBoxLayout)
        across.addWidget(self.measured, 1)
        across.addStretch(0)
        across.addWidget(self.scale)
        beneath = still(self.origin)
        sized(beneath, tall=56)
        measures = row(self.weight, self.gate, self.what, self.column_label, self.column, None, gap=4)
        self.parts = column(measures, self.triangle, beneath, self.agrees, gap=6)
        under = self.parts.layout()
        assert isinstance(under, QVBoxLayout)
        under.setStretch(1, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(top)
        box.addWidget(self.parts, 1)
        box.addWidget(self.sums)
        self._show_parts()

    def arrange(self, roomy: bool, wide: bool) -> None:
        """roomy: the sums fit below the triangle; wide: all captions fit."""
        if (roomy, wide) != (self._roomy, self._wide):
            self._roomy, self._wide = roomy, wide
            self._show_parts()

    def _show_parts(self) -> None:
        triangle = self._roomy or self.view.name == "triangle"
        self.view.setVisible(not self._roomy)
        self.head.setVisible(self._roomy)
        self.sums.setVisible(self._roomy or not triangle)
        self.parts.setVisible(triangle)
        self.agrees.setVisible(not self._roomy or self.what.currentIndex() == 1)
        self.sums.formulas.setVisible(not self._roomy)
        self.scale.setVisible(triangle)
        self.measured.setVisible(self._wide and triangle)

    def _scaled(self, logarithmic: object) -> None:
        self.triangle.show_scale(bool(logarithmic))
        self.scale_chosen.emit(bool(logarithmic))

    def show_triangle(self, passed: Passed, measure: Measure, triangle: Triangle) -> None:
        """Show a triangle, and what it measures."""
        self._shown = passed, measure, triangle
        cell = passed.task.trace.cell
        self.weight.show_chosen(measure.weight)
        gates: list[tuple[str, object]] = [] if measure.single else [("all gates", None)]
        gates += [(f"{gate.title.removesuffix(' gate')} {sign(gate.name)}", gate.name) for gate in cell.gates]
        self.gate.show_choice(gates, measure.gate)
        self.gate.setVisible(len(cell.gates) > 1)
        self.what.show_choice([("sizes", False), ("one weight", True)], measure.single)
        self.column.show_value(measure.column, cell.hidden if measure.weight == "u" else cell.features)
        self.column.setVisible(measure.single)
        self.column_label.setVisible(measure.single)
        self.triangle.show_triangle(
            triangle, passed.task.losses, passed.task.labels, measure.single, passed.back.truncate
        )
        what = f"{measure.name} row {measure.row + 1}, column {measure.column + 1}" if measure.single else measure.name
        self._show_agreement()
        self._show_parts()
        self.measured.show_text(f"to {what}: losses down, steps across")

    def explain(self, loss: int, step: int) -> None:
        """Say where the number at a place comes from; −1 stands for all."""
        if self._shown is not None:
            self.origin.setText(origin(*self._shown, loss, step))

    def show_sums(self, gradients: Mapping[str, Values]) -> None:
        """Show the gradients, of which autograd's are not known."""
        self.sums.show_sums(gradients)

    def show_others(self, others: Mapping[str, Values]) -> None:
        """Show autograd's beside them."""
        self.sums.show_others(others)
        self.tell(self.sums.status)

    def tell(self, words: str) -> None:
        """How the sums stand beside autograd's."""
        self.sums.say(words)
        self._show_agreement()

    def _show_agreement(self) -> None:
        """The sums in a sentence; of a single weight its own two numbers."""
        words, shown = self.sums.status, self._shown
        text = f"Their sum is the gradient: {words}{'' if words.endswith('…') else '.'}"
        if shown is not None and shown[1].single:
            passed, measure, triangle = shown
            gate = [one.name for one in passed.task.trace.cell.gates].index(passed.gate(measure))
            other = self.sums.other(measure.weight, (gate, measure.row, measure.column))
            text = f"Their sum: {write(triangle.total)}; autograd: {words if other is None else write(other)}"
            text += "" if text.endswith("…") else "."
        self.agrees.setText(text)
