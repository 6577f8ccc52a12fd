"""Any weight and any input as a table, to be changed by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from explorer.app.unroll.document import Document
from explorer.app.unroll.set_signs import SignButton
from explorer.app.unroll.weights import NumberTable
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import button, label, row
from explorer.arch.errors import ExplorerError
from explorer.arch.text import number, plural
from explorer.explain.recurrent.cell import ORDER
from explorer.explain.recurrent.lesson import Which
from explorer.explain.recurrent.notation import plain, symbols
from explorer.explain.recurrent.study import Change

INPUT = "x"


class NumberEditor(QWidget):
    """The table of one gate's weights on the input or the state, of its biases, or of the inputs."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._kind = ""
        self.gates = QComboBox()
        self.gates.setAccessibleName("Gate")
        self.parts = Tabs({"w": "W", "u": "U", "b": "b", "x": "Input"}, kind=SignButton)
        for key, tip in (
            ("w", "Weights on the input"), ("u", "Weights on the state"), ("b", "Biases"),
            ("x", "What is read at each step"),
        ):  # fmt: skip
            self.parts.entries[key].setToolTip(tip)
            self.parts.entries[key].setAccessibleName(tip)
        self.table = NumberTable("Numbers")
        self.said = label("", "note", wrap=True)
        self.back = button("Put back", self.put_back, tip="All numbers that were changed by hand, as they were")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.parts)
        box.addWidget(self.gates)
        box.addWidget(self.table)
        box.addWidget(row(self.said, self.back))
        self.gates.activated.connect(lambda _: self.show_study())
        self.parts.chosen.connect(lambda _: self.show_study())
        self.table.edited.connect(self._edited)
        document.unit_changed.connect(lambda _: self._mark())
        document.stepped.connect(lambda _: self._mark())
        document.notation_changed.connect(lambda _: self.show_study())

    @property
    def part(self) -> str:
        """What the table shows: w, u, b or x."""
        return self.parts.name

    def show_study(self) -> None:
        """Show the document's numbers."""
        cell = self.document.unrolled.cell
        if cell.kind != self._kind:
            self._kind = cell.kind
            self.gates.clear()
            order = [part for part in ORDER[cell.kind] if part in {gate.name for gate in cell.gates}]
            titles = {gate.name: gate.title.capitalize() for gate in cell.gates}
            for name in order:
                self.gates.addItem(titles[name], name)
        named = symbols(cell.kind, str(self.gates.currentData()), self.document.notation)
        for key, sign in (("w", named.w), ("u", named.u), ("b", named.b)):
            self.parts.entries[key].setText(plain(sign))
        self.gates.setVisible(self.gates.count() > 1 and self.part != INPUT)
        self._fill()
        self._mark()

    def _fill(self) -> None:
        now, study = self.document.unrolled, self.document.study
        cell = now.cell
        names = now.inputs.names
        if self.part == INPUT:
            labels = now.inputs.labels
            self.table.show_numbers(
                now.inputs.x,
                rows=lambda at: f"{at + 1} {labels[at]}" if study.is_text and at < len(labels) else number(at + 1),
                columns=lambda at: _named(names, at),
                changed={(c.index[0], c.index[1]) for c in study.changes if c.which == INPUT},
            )
        else:
            g = self._gate
            values: NDArray[np.float64]
            if self.part == "b":
                values = (
                    np.stack([cell.b[g], cell.d[g]], axis=1) if cell.d[g].any() or self._two else cell.b[g][:, None]
                )
                changed = {
                    (c.index[1], 0 if c.which == "b" else 1)
                    for c in study.changes
                    if c.which in ("b", "d") and c.index[0] == g
                }
                titles = ("on x", "on h") if values.shape[1] == 2 else ("bias",)
                self.table.show_numbers(values, columns=lambda at: titles[at], changed=changed)
            else:
                values = cell.w[g] if self.part == "w" else cell.u[g]
                changed = {(c.index[1], c.index[2]) for c in study.changes if c.which == self.part and c.index[0] == g}
                layered = study.weights == "model" and study.layer > 0
                self.table.show_numbers(
                    values,
                    columns=(lambda at: _named(names, at)) if self.part == "w" and not layered else None,
                    changed=changed,
                )
        self.table.updateGeometry()
        count = len(study.changes)
        self.said.setText(
            f"{plural(count, 'number')} changed, each with a dot." if count else "Click a number to change it."
        )
        self.back.setVisible(bool(count))

    @property
    def _gate(self) -> int:
        """The chosen gate's place among the cell's."""
        name = str(self.gates.currentData())
        return next((k for k, gate in enumerate(self.document.unrolled.cell.gates) if gate.name == name), 0)

    @property
    def _two(self) -> bool:
        """Whether the cell has two biases: both can then be changed."""
        return bool(self.document.unrolled.cell.d.any())

    def _mark(self) -> None:
        at = self.document.move.step if self.part == INPUT else self.document.unit
        if self.part == INPUT and self.document.study.way and self.document.unrolled.done is not None:
            at = len(self.document.unrolled) - 1 - at
        self.table.show_row(at)

    def _edited(self, row: int, column: int, value: float) -> None:
        study, g = self.document.study, self._gate
        which: Which | str = self.part
        index: tuple[int, ...] = (row, column) if which == INPUT else (g, row, column)
        if which == "b":
            which, index = "d" if column else "b", (g, row)
        try:
            after = study.change(which, index, value)  # type: ignore[arg-type]
        except ExplorerError as error:
            self.said.setText(str(error))
            return
        self.document.edit(after, "Input" if which == INPUT else "Weight", f"number {which} {index}")

    def put_back(self) -> None:
        """All numbers as they were before they were changed by hand."""
        none: tuple[Change, ...] = ()
        self.document.edit(replace(self.document.study, changes=none), "Put numbers back")


def _named(names: tuple[str, ...], at: int) -> str:
    if at >= len(names):
        return number(at + 1)
    return "space" if names[at] == " " else names[at]
