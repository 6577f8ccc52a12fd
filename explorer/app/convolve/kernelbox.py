"""Chooses the numbers of a filter: known kernels, random ones, or what a trained network learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from explorer.app.convolve.learned import Learned
from explorer.app.widgets.numbers import NumberRow
from explorer.app.widgets.text import label
from explorer.explain.kernels import KERNELS, random_kernel

if TYPE_CHECKING:
    from explorer.explain.example import Example

OWN, RANDOM, LEARNED = "own", "random", "learned"

ABOUT = {
    OWN: "Your own numbers: type them, drag over them, or scroll on them.",
    RANDOM: "Numbers from −1 to 1 in steps of 0.1; the same seed gives the same numbers.",
    LEARNED: "One of the filters that the digit reader which ships with this program learnt in training.",
}


class KernelBox(QWidget):
    """`chosen` carries the numbers wanted, (rows, columns), and what to call them; learnt ones come a moment later."""

    chosen = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.learned = Learned(self)
        self._size: tuple[int, ...] = (3, 3)
        self._filter: NDArray[np.float64] = np.zeros((3, 3))
        self.names = QComboBox()
        self.names.setAccessibleName("Kernel")
        for kernel in KERNELS.values():
            self.names.addItem(kernel.title, kernel.name)
            self.names.setItemData(self.names.count() - 1, kernel.about, Qt.ItemDataRole.ToolTipRole)
        self.names.insertSeparator(self.names.count())
        for title, name in (("Random", RANDOM), ("Learnt by a network", LEARNED), ("Your own", OWN)):
            self.names.addItem(title, name)
        self.names.activated.connect(self._chosen)
        self.seed = NumberRow("Seed", 0, 999)
        self.seed.show_numbers((1,))
        self.seed.edited.connect(lambda _: self._random())
        self.which = NumberRow("Filter", 1, 1, tip="Which of the network's filters")
        self.which.show_numbers((1,))
        self.which.edited.connect(lambda _: self._take_learned())
        self.about = label("", "note", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for part in (self.names, self.seed, self.which, self.about):
            box.addWidget(part)
        self.learned.ready.connect(self._take_learned)
        self.learned.failed.connect(self._say)
        self._kind = ""

    @property
    def kind(self) -> str:
        """The chosen name."""
        return str(self.names.currentData())

    def choose(self, name: str) -> None:
        """Choose a kernel by its name."""
        self.names.setCurrentIndex(self.names.findData(name))
        self._chosen()

    def show_filter(self, example: Example, which: int) -> None:
        """Say which kernel the first slice of a filter is."""
        values = example.filters[which][0]
        self._size, self._filter = values.shape, values
        found = next((one.name for one in KERNELS.values() if np.array_equal(one.values, values)), None)
        if found is None:
            found = next((name for name in (RANDOM, LEARNED) if self._is(name, values)), OWN)
        self._show(found)

    def _is(self, name: str, values: NDArray[np.float64]) -> bool:
        if name == RANDOM:
            return self._kind == RANDOM and np.array_equal(random_kernel(self._size, self._seed), values)
        learned = self._learned()
        return learned is not None and np.array_equal(learned, values)

    @property
    def _seed(self) -> int:
        return self.seed.editors[0].number() or 0

    def _learned(self) -> NDArray[np.float64] | None:
        filters = self.learned.filters
        number = self.which.editors[0].number()
        if filters is None or number is None or not 1 <= number <= len(filters):
            return None
        found: NDArray[np.float64] = np.round(filters[number - 1, 0], 2)
        return found

    def _show(self, name: str) -> None:
        self._kind = name
        self.names.setCurrentIndex(self.names.findData(name))
        self.seed.setVisible(name == RANDOM)
        self.which.setVisible(name == LEARNED and self.learned.filters is not None)
        self._say(ABOUT[name] if name in ABOUT else KERNELS[name].about)

    def _say(self, words: str) -> None:
        self.about.setText(words)

    def _chosen(self, *_: object) -> None:
        name = self.kind
        self._show(name)
        if name == RANDOM:
            self._random()
        elif name == LEARNED:
            if self.learned.filters is None:
                self._say("Reading the network's filters…")
            self.learned.ask()
        elif name == OWN:
            self.chosen.emit(self._filter, "own numbers")
        else:
            self.chosen.emit(KERNELS[name].values, KERNELS[name].title)

    def _random(self) -> None:
        self.chosen.emit(random_kernel(self._size, self._seed), "random numbers")

    def _take_learned(self) -> None:
        filters = self.learned.filters
        if filters is None or self._kind != LEARNED:
            return
        self.which.high = len(filters)
        self.which.slider.setRange(1, len(filters))
        self.which.show()
        found = self._learned()
        if found is not None:
            self._say(ABOUT[LEARNED])
            self.chosen.emit(found, "a learnt filter")
