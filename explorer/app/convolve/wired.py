"""A convolution as a fully connected layer: few of its wires, and the same weights at every output."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.app.convolve.document import Document
from explorer.app.convolve.matrix import KernelKey, Matrix
from explorer.app.convolve.page import Page
from explorer.app.convolve.wires import Colours, Wires, Wiring
from explorer.app.widgets.formula import FormulaStrip
from explorer.app.widgets.scale import ScaleBar, span
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Head, label, row
from explorer.arch.text import number, plural
from explorer.explain.example import Example
from explorer.explain.wiring import counts, wires

WIRED = 64
"""Most inputs that are drawn as dots with wires."""

DRAWN = 1024
"""Most inputs whose matrix is drawn."""


class WiredView(Page):
    """Follows the document; hovering an output here moves the stepping everywhere."""

    name = "wired"
    title = "As a fully connected layer"
    about = (
        "Flatten the image, and a convolution is a linear layer. Each output is wired only to the inputs in its "
        "window, and all outputs share the kernel's weights. That is why it needs so few."
    )

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self._channel = 0
        self._colours: Colours = "weight"
        self._lit: int | None = None
        self._map = -1
        self.wiring: Wiring | None = None

        self.wires, self.matrix, self.key = Wires(), Matrix(), KernelKey()
        self.colours = Tabs({"weight": "Value", "number": "Number"})
        self.colours.setToolTip("Colour wires by the weight's value, or each of the shared weights by its own mark")
        self.channels = QWidget()
        self._channel_row = QHBoxLayout(self.channels)
        self._channel_row.setContentsMargins(0, 0, 0, 0)
        self.counts = label("", "caption", wrap=True)
        self.counts.setAccessibleName("Weights of a fully connected layer and of the convolution")
        self.formula, self.scale = FormulaStrip(), ScaleBar()
        self.too_many = label("", "caption", wrap=True)
        self._arrange()
        self._connect()
        self._follow()

    def _arrange(self) -> None:
        self.wires_head = Head("Wires", "Each input is a dot that is filled by its value; each output shows its own.")
        self.matrix_head = Head(
            "The same as a matrix",
            "A row for each output, a column for each input. Where it is empty there is no wire: that weight is "
            "zero for ever. Along the diagonals the same weights come again.",
        )
        left, right = QWidget(), QWidget()
        boxes = QVBoxLayout(left), QVBoxLayout(right)
        for box in boxes:
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(8)
        boxes[0].addWidget(row(self.wires_head, self.channels))
        boxes[0].addWidget(self.too_many)
        boxes[0].addWidget(self.wires, 1)
        boxes[0].addWidget(self.scale)
        boxes[0].addStretch(0)  # where there are no wires
        boxes[1].addWidget(self.matrix_head)
        boxes[1].addWidget(self.matrix, 1)
        shared = QWidget()
        box = QVBoxLayout(shared)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(row(Head("Shared weights"), label("colour by", "note"), self.colours, None))
        below = QHBoxLayout()
        below.setSpacing(24)
        below.addWidget(self.key)
        below.addWidget(self.counts, 1)
        box.addLayout(below)
        boxes[1].addWidget(shared)
        split = QHBoxLayout()
        split.setSpacing(32)
        split.addWidget(left, 4)
        split.addWidget(right, 5)
        self.body.addSpacing(4)
        self.body.addLayout(split, 1)
        self.body.addWidget(self.formula)
        self.body.addWidget(self.bar)

    def _connect(self) -> None:
        self.keep_up(self._follow)
        self.document.stepped.connect(lambda _: self._keep_step())
        self.document.reveal_changed.connect(lambda _: self._keep_step())
        self.bar.moved.connect(self.document.set_index)
        self.colours.chosen.connect(self._recolour)
        self.wires.pointed.connect(self._point_wires)
        self.wires.clicked.connect(self._pin)
        self.matrix.pointed.connect(self._point_matrix)
        self.matrix.clicked.connect(self._pin)
        self.key.pointed.connect(lambda which: self._light(None if which < 0 else which))

    # What is shown.

    @property
    def _cells(self) -> int:
        """Outputs of one map."""
        assert self.wiring is not None
        return len(self.wiring.outputs)

    def _follow(self) -> None:
        self._map, self._lit = -1, None
        self._move()

    def _keep_step(self) -> None:
        if self.isVisible():
            self._move()
        else:
            self.catch_up()

    def _move(self) -> None:
        """The stepping went on."""
        example, place = self.document.good, self.document.place
        if place[0] != self._map:
            self._rewire(example, place[0])
        assert self.wiring is not None
        at = self._number(place)
        first = place[0] * self._cells
        known = self._cells if self.document.reveal else min(max(self.document.reached + 1 - first, 0), self._cells)
        self.wires.show_row(at, known)
        self.matrix.show_row(at, self.wires.input)
        self.bar.show_count(self.document.count)
        self.bar.set_index(self.document.reached)
        self.formula.show_step(self.document.step)
        self._say(at)

    def _number(self, place: tuple[int, ...]) -> int:
        assert self.wiring is not None
        index = 0
        for at, n in zip(place[1:], self.wiring.shape, strict=True):
            index = index * n + at
        return index

    def _rewire(self, example: Example, chosen: int) -> None:
        """Another filter, channel or example: other wires."""
        self._map = chosen
        output = example.output
        assert output is not None
        spec, size = example.spec, tuple(int(n) for n in example.image.shape[1:])
        shape = tuple(int(n) for n in output.shape[1:])
        depth = example.filters.shape[1]
        first = chosen // max(len(example.filters) // spec.groups, 1) * depth
        self._channel = min(self._channel, depth - 1)
        inputs = int(example.image[0].size)
        self._offer(depth, first)
        drawn = inputs <= DRAWN and prod(shape) <= 2 * DRAWN
        wired = inputs <= WIRED and prod(shape) <= 2 * WIRED
        numbers = wires(spec, size) if drawn else np.empty((0, 0), np.int16)
        self.wiring = Wiring(
            numbers,
            example.filters[chosen, self._channel].ravel(),
            example.image[first + self._channel].ravel(),
            output[chosen].ravel(),
            size,
            shape,
        )
        self.wires.setVisible(wired)
        self.scale.setVisible(wired)
        self.scale.show_most(span(self.wiring.outputs))
        self.too_many.setVisible(not wired)
        self.too_many.setText(
            f"{plural(inputs, 'input')} are too many to draw as wires; up to {WIRED} are. "
            + ("The matrix shows all of them." if drawn else f"The matrix shows up to {number(DRAWN)}.")
        )
        self.matrix.setVisible(drawn)
        self.key.setEnabled(drawn)
        self.wires.show_wiring(self.wiring if wired else None)
        self.matrix.show_wiring(self.wiring if drawn else None)
        self._recolour(self._colours)
        self._count(example, size)
        caption = f"{plural(inputs, 'input')}, {plural(len(self.wiring.outputs), 'output')}"
        if len(example.filters) > 1:
            caption += f" of filter {chosen + 1}"
        self.wires_head.set_caption(caption)
        self.matrix_head.set_caption(f"{len(self.wiring.outputs)} × {inputs}")

    def _count(self, example: Example, size: tuple[int, ...]) -> None:
        found = counts(example.spec, size, example.image.shape[0], len(example.filters))
        self.counts.setText("\n".join(found.lines))

    def _offer(self, depth: int, first: int) -> None:
        """A choice of the input channels, where there are several."""
        names = {str(k): f"Channel {first + k + 1}" if k == 0 else str(first + k + 1) for k in range(min(depth, 8))}
        old = self._channel_row.itemAt(0)
        shown = old.widget() if old is not None else None
        if isinstance(shown, Tabs) and [b.text() for b in shown.entries.values()] == list(names.values()):
            return
        if shown is not None:
            self._channel_row.removeWidget(shown)
            shown.deleteLater()
        self.channels.setVisible(depth > 1)
        if depth > 1:
            tabs = Tabs(names)
            tabs.show_chosen(str(min(self._channel, len(names) - 1)))
            tabs.chosen.connect(self._choose_channel)
            self._channel_row.addWidget(tabs)

    def _choose_channel(self, name: str) -> None:
        self._channel, self._map = int(name), -1
        self._move()

    def _recolour(self, colours: str) -> None:
        self._colours = "number" if colours == "number" else "weight"
        self.colours.show_chosen(self._colours)
        self._light(self._lit)

    def _light(self, lit: int | None) -> None:
        """Show all wires that share a weight; `None`: those of the present output."""
        self._lit = lit
        self.wires.show_colours(self._colours, lit)
        self.matrix.show_colours(self._colours, lit)
        kernel = tuple(self.document.good.spec.kernel)
        self.key.show_weights(self.wiring, kernel if len(kernel) == 2 else (1, *kernel), self._colours, lit)  # type: ignore[arg-type]
        if self.wiring is not None:
            self._say(self._number(self.document.place))

    def _say(self, at: int) -> None:
        assert self.wiring is not None
        inputs, of = len(self.wiring.inputs), len(self.wiring.weights)
        if self._lit is not None:
            uses = int((self.wiring.numbers == self._lit).sum())
            weight = number(float(self.wiring.weights[self._lit]))
            self.say(
                self.title, f"Weight {self._lit + 1} is {weight}. It is one number, used on {plural(uses, 'wire')}."
            )
            return
        if self.wires.input is not None:
            seen = int((self.wiring.numbers[:, self.wires.input] >= 0).sum())
            self.say(self.title, f"Input {self.wires.input + 1} reaches {plural(seen, 'output')} of {self._cells}.")
            return
        terms = self.document.step.terms
        used = sum(t.source is not None and t.place[0] == self._channel for t in terms)
        rest = f"; {plural(of - used, 'weight meets', 'weights meet')} only padding" if used < of else ""
        self.say(
            self.title,
            f"Output {at + 1} has {used} of {inputs} wires{rest}. Every output uses the same {plural(of, 'weight')}.",
        )

    # Pointing.

    def _place(self, output: int) -> tuple[int, ...]:
        assert self.wiring is not None
        rest = []
        for n in reversed(self.wiring.shape):
            output, at = divmod(output, n)
            rest.append(at)
        return (self._map, *reversed(rest))

    def _pin(self, output: int) -> None:
        self.document.go_to(self._place(output))

    def _point_wires(self, at: tuple[str, int] | None) -> None:
        self._show_input(at[1] if at is not None and at[0] == "input" else None)
        self.document.peek(self._place(at[1]) if at is not None and at[0] == "output" else None)

    def _point_matrix(self, at: tuple[int, int] | None) -> None:
        self.matrix.show_row(self._number(self.document.place), None if at is None else at[1])
        self.document.peek(None if at is None else self._place(at[0]))

    def _show_input(self, index: int | None) -> None:
        if index != self.wires.input:
            self.wires.show_input(index)
            at = self._number(self.document.place)
            self.matrix.show_row(at, index)
            self._say(at)

    # The page.

    def hint(self) -> str:
        return "Space step · ← back · N colours · Tab to the weights"

    def tour(self) -> Iterator[str]:
        self.document.set_index(5)
        yield "wired"
        self._recolour("number")
        self.document.set_index(10)
        yield "wired-numbers"
        self._light(4)
        yield "wired-weight"
        self._light(None)
        self._recolour("weight")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_N:
            self._recolour("number" if self._colours == "weight" else "weight")
        else:
            super().keyPressEvent(event)
