"""The gradients as sums over all losses and steps, autograd's beside them, and how far they are apart.

sums = BackSums()
sums.show_sums(back.gradients)
sums.show_others(others)             # autograd's; or sums.say("loading PyTorch…")
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from explorer.app.unroll.back_words import agreement, tiny
from explorer.app.widgets.text import Explained, Head, label
from explorer.arch.text import number, times
from explorer.explain.recurrent.bptt import Difference, compare
from explorer.explain.recurrent.edges import write
from explorer.explain.recurrent.flow import log_norm, power
from explorer.explain.recurrent.notation import html

Values = NDArray[np.float64]

KINDS = {
    "w": ("W", "the weights on the input"),
    "u": ("U", "the weights on the state"),
    "b": ("b", "the first bias"),
    "d": ("d", "the second bias"),
    "s": ("S", "the weights of the output"),
    "bias": ("e", "the bias of the output"),
}
"""Each kind of weight that is compared: its symbol, and what it is."""

ROWS = {"sum": "sum", "autograd": "autograd", "apart": "apart by"}

FORMULAS = (
    "∂E/∂W = Σ_{i} Σ_{j} δ_{j}^{(i)} x_{j}^{T}",
    "∂E/∂U = Σ_{i} Σ_{j} δ_{j}^{(i)} h_{j−1}^{T}",
    "over all losses i and all steps j up to i",
)
"""What the sums are made of, as markup."""

INFO = (
    "All copies are the same weights, so that their gradients add up. The first column is the size (norm) of the sum "
    "over all losses and steps, made step by step in NumPy; the second one is what PyTorch’s autograd gives for the "
    "same network; the last one is the largest difference of two numbers in them."
)


class BackSums(QWidget):
    """A small table; each number tells on hover, click or Enter what it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gradients: Mapping[str, Values] = {}
        self._others: Mapping[str, Values] = {}
        self.differences: tuple[Difference, ...] = ()
        """How far each kind is from autograd's; empty while that is not known."""
        self.head = Head("The gradient is their sum", INFO)
        self.status = ""
        """What the caption says of autograd."""
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        self.cells: dict[tuple[str, str], QLabel] = {}
        for column, words in enumerate(ROWS.values(), 1):
            made = label(words, "caption")
            made.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(made, 0, column)
            grid.setColumnStretch(column, 1)
        for line, (kind, (symbol, says)) in enumerate(KINDS.items(), 1):
            made = label(symbol, "number")
            made.setToolTip(says)
            grid.addWidget(made, line, 0)
            for column, row in enumerate(ROWS, 1):
                cell = Explained("–", "number")
                cell.setAlignment(Qt.AlignmentFlag.AlignRight)
                grid.addWidget(cell, line, column)
                self.cells[row, kind] = cell
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.head)
        box.addLayout(grid)
        self.formulas = QLabel("<br>".join(html(line) for line in FORMULAS))
        self.formulas.setTextFormat(Qt.TextFormat.RichText)
        self.formulas.setContentsMargins(0, 12, 0, 0)
        box.addWidget(self.formulas)
        box.addStretch(1)

    def show_sums(self, gradients: Mapping[str, Values]) -> None:
        """Show sums (see `Backward.gradients`); autograd's are not known for these."""
        self._gradients, self._others, self.differences = gradients, {}, ()
        for kind, (symbol, says) in KINDS.items():
            values = gradients[kind]
            text = f"The gradient of {symbol}, {says}: {times(values.shape)} numbers, summed over all losses and steps."
            self._show("sum", kind, size(values), f"{text} Their norm is {size(values)}.")
            for row in ("autograd", "apart"):
                self._show(row, kind, "–", "Not known yet.")

    def show_others(self, others: Mapping[str, Values]) -> None:
        """Show autograd's, and compare."""
        self._others = others
        mine = {kind: self._gradients[kind] for kind in KINDS}
        self.differences = compare(mine, others)
        for one in self.differences:
            values, other = mine[one.name], np.asarray(others[one.name])
            self._show("autograd", one.name, size(other), f"PyTorch’s autograd gives {size(other)}.")
            with np.errstate(all="ignore"):
                apart = np.abs(values - other)
            at = np.unravel_index(int(np.argmax(np.nan_to_num(apart))), apart.shape)
            where = ", ".join(number(int(k) + 1) for k in at)
            self._show(
                "apart", one.name, tiny(one.largest),
                f"Largest difference, at place {where}: {write(float(values[at]))} and {write(float(other[at]))}.",
            )  # fmt: skip
        self.say(agreement(self.differences))

    def other(self, kind: str, place: tuple[int, ...]) -> float | None:
        """Autograd's gradient of a single weight, if it is known."""
        return float(self._others[kind][place]) if self._others else None

    def say(self, words: str) -> None:
        """Say behind the heading how autograd stands."""
        self.status = words
        self.head.set_caption(words)

    def _show(self, row: str, kind: str, text: str, why: str) -> None:
        cell = self.cells[row, kind]
        cell.setText(text)
        cell.setToolTip(f"<p>{why}</p>")
        cell.setAccessibleName(f"{ROWS[row]}, {KINDS[kind][0]}: {text}")


def size(values: Values) -> str:
    """The norm of an array, whatever its range."""
    return power(log_norm((values,)))
