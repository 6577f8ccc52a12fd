"""Beside the grids: the same step as a fully connected layer, with only the wires of one output."""

from __future__ import annotations

from math import prod

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.app.convolve.document import Document
from explorer.app.convolve.wires import Wires, Wiring
from explorer.app.theme import sized
from explorer.app.widgets.text import Head, button, label
from explorer.arch.text import number, plural
from explorer.explain.wiring import wires

ASIDE = 264
"""Width in pixels at scale 1."""

MOST = 64
"""Most inputs whose wires are drawn here."""


class WiresAside(QWidget):
    """Follows the document while it is seen; pointing at an output here moves the stepping, too."""

    wanted = Signal()
    """All of it was asked for."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._shown: tuple[object, int] | None = None
        self.wires, self.about, self.counts = Wires(), label("", "caption", wrap=True), label("", "number", wrap=True)
        self.more = button("Show the matrix", self.wanted.emit, "link")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(
            Head(
                "As a fully connected layer",
                "The image's cells in reading order on the left, the outputs on the right. A convolution is a linear "
                "layer with few wires, and all outputs share the same weights.",
            )
        )
        for part, stretch in ((self.about, 0), (self.wires, 1), (self.counts, 0), (self.more, 0)):
            box.addWidget(part, stretch)
        sized(self, wide=ASIDE)
        document.changed.connect(lambda _: self.follow())
        document.stepped.connect(lambda _: self.follow())
        document.reveal_changed.connect(lambda _: self.follow())
        self.wires.pointed.connect(self._point)
        self.wires.clicked.connect(lambda index: document.go_to(self._place(index)))

    @property
    def fits(self) -> bool:
        """Whether there are few enough cells to draw their wires."""
        return prod(self.document.good.size) <= MOST and prod(self.document.good.shape[1:]) <= MOST

    def follow(self) -> None:
        """Show the present step."""
        if not self.isVisibleTo(self.window()) or not self.fits:
            return
        document = self.document
        good, place = document.good, document.place
        if self._shown is None or self._shown[0] is not good or self._shown[1] != place[0]:
            self._rewire(place[0])
        cells = prod(good.shape[1:])
        at = document.index - place[0] * cells
        known = cells if document.reveal else min(max(document.reached + 1 - place[0] * cells, 0), cells)
        self.wires.show_row(at, known)
        numbers = self._numbers[at]
        used, weights = int((numbers >= 0).sum()), prod(good.spec.kernel)
        every = f"every output uses the same {plural(weights, 'weight')}"
        self.about.setText(f"{used} of {plural(len(numbers), 'wire')}, and {every}.")

    def _rewire(self, which: int) -> None:
        good = self.document.good
        output = good.output
        assert output is not None
        first = which // max(len(good.filters) // good.spec.groups, 1) * good.filters.shape[1]
        self._numbers = wires(good.spec, good.size)
        self.wires.show_wiring(
            Wiring(
                self._numbers, good.filters[which, 0].ravel(), good.image[first].ravel(), output[which].ravel(),
                tuple(good.size), tuple(good.shape[1:]),
            )
        )  # fmt: skip
        ins, outs, kernel = prod(good.size), prod(good.shape[1:]), good.spec.kernel
        self.counts.setText(
            f"fully connected  {ins}·{outs} = {number(ins * outs)}\n"
            f"convolution      {kernel[0]}·{kernel[1]} = {number(prod(kernel))}"
        )
        self._shown = (good, which)

    def _place(self, index: int) -> tuple[int, ...]:
        width = self.document.good.shape[2]
        return (self.document.place[0], index // width, index % width)

    def _point(self, at: tuple[str, int] | None) -> None:
        self.wires.show_input(at[1] if at is not None and at[0] == "input" else None)
        self.document.peek(self._place(at[1]) if at is not None and at[0] == "output" else None)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.follow()
