"""The lens between a picture and its map: the numbers in the window, and the filter they are multiplied by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.convolve.bank import Filter
from explorer.app.theme import look
from explorer.app.widgets.grid import TensorGrid
from explorer.app.widgets.text import Head, button
from explorer.arch.text import number
from explorer.explain.scan import window
from explorer.explain.spec import Spec

CELL, NARROWEST, WIDEST, REST = 48, 208, 0.28, 430
"""A number's cell and the least width in pixels at scale 1, the widest part of the page, and the height in pixels
that everything else on the page takes."""

LEAST, TITLE = 22, 26
"""The least cell whose number can be read, and a grid's title."""

COLOURS = ("Red", "Green", "Blue")


class Lens(QWidget):
    """`chosen` carries the name of the filter that was chosen; `taken` asks to use it in the example."""

    chosen = Signal(str)
    taken = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec: Spec | None = None
        self.head = Head("Window", "What the filter sees at this place. Pale cells lie outside the picture: padding.")
        self.grids = tuple(TensorGrid() for _ in COLOURS)
        for grid, name in zip(self.grids, COLOURS, strict=True):
            grid.setAccessibleName(f"Window, {name.lower()}")
        self.kernel = TensorGrid()
        self.kernel.setAccessibleName("Filter")
        self.names = QComboBox()
        self.names.setAccessibleName("Which filter")
        self.names.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.names.setMinimumContentsLength(6)
        self.names.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.names.activated.connect(lambda index: self.chosen.emit(str(self.names.itemData(index))))
        self.use = button("Use in the example", self.taken.emit, "link", "Make this filter the example's own")
        windows, filters = QHBoxLayout(), QHBoxLayout()
        windows.setSpacing(8)
        filters.setSpacing(12)
        for grid in self.grids:
            windows.addWidget(grid)
        filters.addWidget(Head("Filter", "The window is multiplied by it, number by number."))
        filters.addWidget(self.names, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self.head)
        box.addLayout(windows)
        box.addSpacing(4)
        box.addLayout(filters)
        box.addWidget(self.kernel)
        box.addWidget(self.use)
        box.addStretch(1)

    def show_filters(self, filters: tuple[Filter, ...], shown: Filter) -> None:
        """Offer these filters, of which one is shown."""
        self.names.clear()
        for one in filters:
            self.names.addItem(one.title, one.name)
            self.names.setItemData(self.names.count() - 1, one.about, Qt.ItemDataRole.ToolTipRole)
        self.names.setCurrentIndex(self.names.findData(shown.name))
        self.names.setToolTip(shown.about)

    def show_window(self, pixels: NDArray[np.uint8], shown: Filter, spec: Spec, at: tuple[int, int]) -> None:
        """Show the window behind cell `at` of the map of a picture, (C, H, W)."""
        self._spec = spec
        values = window(pixels, spec, at)  # type: ignore[arg-type]  # bytes, not to be copied for each movement
        places = [
            [a * s - before + d * k for k in range(size)]
            for a, s, (before, _), d, size in zip(
                at, spec.stride, spec.padding, spec.dilation, spec.kernel, strict=True
            )
        ]
        middle = [axis[len(axis) // 2] + 1 for axis in places]
        self.head.set_caption(f"row {number(middle[0])}, column {number(middle[1])}")
        before, after = (0, 0), (0, 0)
        if spec.mode == "zeros":
            before = (sum(p < 0 for p in places[0]), sum(p < 0 for p in places[1]))
            height, width = pixels.shape[1:]
            after = (sum(p >= height for p in places[0]), sum(p >= width for p in places[1]))
        for channel, grid in enumerate(self.grids):
            grid.setVisible(channel < len(pixels))
            grid.title = COLOURS[channel] if len(pixels) == 3 else ""
            if channel < len(pixels):
                grid.show_values(values[channel].astype(np.float64), 255.0)
                grid.show_ring(before, after)
        weights = shown.over(len(pixels))
        self.kernel.show_values(np.array(weights[0, ::-1, ::-1] if spec.flipped else weights[0]), None)

    def fit(self, width: int, height: int) -> None:
        """Be as large as the numbers need on a page of this size, and never so wide that the pictures suffer."""
        px = look(self).px
        rows, columns = self._spec.kernel if self._spec is not None else (3, 3)
        channels = max(1, sum(not grid.isHidden() for grid in self.grids))
        wide = max(px(NARROWEST), columns * channels * px(CELL) + 8 * (channels - 1))
        wide = min(wide, max(px(NARROWEST), int(WIDEST * width)))
        self.setFixedWidth(wide)
        across = (wide - 8 * (channels - 1)) // (columns * channels)
        down = (height - px(REST)) // (2 * rows)
        tall = min(px(CELL), across, max(px(LEAST), down)) * rows + px(4)
        for grid in self.grids:
            grid.setFixedHeight(tall + (px(TITLE) if grid.title else 0))
        self.kernel.setFixedHeight(tall)
