"""The page of the 2-D convolution: input, filter and feature map side by side, and the arithmetic of one output."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from explorer.app.convolve import words
from explorer.app.convolve.aside import WiresAside
from explorer.app.convolve.bench import Bench
from explorer.app.convolve.document import Document
from explorer.app.convolve.page import Page
from explorer.app.theme import look
from explorer.app.widgets.formula import FormulaStrip
from explorer.app.widgets.glide import Glide
from explorer.app.widgets.scale import tidy
from explorer.app.widgets.text import style_again
from explorer.explain.kernels import KERNELS
from explorer.explain.scan import pad, receivers

if TYPE_CHECKING:
    from explorer.explain.example import Example
    from explorer.explain.scan import Step, Term

Place = tuple[int, ...]

WIDE = 1160
"""Width of the page in pixels at scale 1 from which on there is room for the wires beside it."""


class ConvolutionPage(Page):
    """Step through all outputs; point at a cell to see where it comes from; change any number."""

    name = "2d"
    title = "Convolution"
    about = (
        "A small filter slides over the image. At each place the numbers under it are multiplied by its weights and "
        "added up: one cell of the feature map. Large where the image looks like the filter."
    )

    wires_wanted = Signal()
    """The page of the fully connected layer is asked for."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.bench = Bench()
        self.input, self.filter, self.map = self.bench.input, self.bench.filter, self.bench.map
        self.formula = FormulaStrip()
        policy = self.formula.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.formula.setSizePolicy(policy)
        self.aside = WiresAside(document)
        self.aside.wanted.connect(self.wires_wanted)
        self.glide = Glide(self)
        self._step: Step | None = None
        middle = QHBoxLayout()
        middle.setSpacing(32)
        middle.addWidget(self.bench, 1)
        middle.addWidget(self.aside)
        self.body.addSpacing(8)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self.formula)
        self.body.addSpacing(4)
        self.body.addWidget(self.bar)
        self._connect()
        self.show_example()

    def _connect(self) -> None:
        document = self.document
        document.changed.connect(lambda _: self.show_example())
        document.stepped.connect(lambda _: self.show_step())
        document.reveal_changed.connect(lambda _: self.show_step())
        self.bar.moved.connect(self._move)
        self.input.hovered.connect(self._point_input)
        self.input.clicked.connect(self._pin_input)
        self.input.edited.connect(self._edit_input)
        self.filter.hovered.connect(self._point_weight)
        self.filter.edited.connect(self._edit_weight)
        self.map.hovered.connect(self._point_output)
        self.map.clicked.connect(self._pin_output)
        self.formula.hovered.connect(self.light)

    # What is shown.

    def show_example(self) -> None:
        """The example is another one."""
        example, good = self.document.example, self.document.good
        spec = example.spec
        padded = pad(example.image, spec) if not example.fault else example.image
        (top, bottom), (left, right) = spec.padding if not example.fault else ((0, 0), (0, 0))
        which = min(self.document.place[0], len(example.filters) - 1)
        self.bench.sign = "∗" if spec.flipped else "⋆"
        self.bench.show_values(padded, example.filters[which], good.output)
        self.input.show_ring((top, left), (bottom, right))
        self.input.show_hatched(*(spec.unreached(example.size) if not example.fault else (0, 0)))
        self.bench.show_stale(bool(example.fault))
        self.formula.setVisible(not example.fault)
        self.bench.input_head.set_caption(
            words.input_caption(example) if not example.fault else " × ".join(map(str, example.size))
        )
        self.bench.filter_head.set_caption(words.filter_caption(example))
        self.bench.map_head.set_caption(words.map_caption(good))
        self.bench.map_head.set_text("Feature maps" if len(good.filters) > 1 else "Feature map")
        self.bar.show_count(self.document.count)
        self.show_step()
        self._show_aside()
        self.bench.arrange()

    def show_step(self) -> None:
        """The stepping stands elsewhere, or the pointer rests on another output."""
        document = self.document
        example, good = document.example, document.good
        self.bar.set_index(document.reached)
        which = min(document.place[0], len(example.filters) - 1)
        self._show_filter(example, which)
        self.map.show_known(self._known())
        if example.fault:
            self._step = None
            self.input.show_window(())
            self.map.show_lit(None)
            self.formula.show_step(None)
            self._say_fault(example)
            return
        self._step = step = document.step
        self.input.show_window([_cell(term.padded) for term in step.terms])
        self.map.show_lit(_cell(document.place))
        self.formula.show_step(step)
        self._light_term(None)
        title = f"{words.kind(good)}, step {document.index + 1} of {document.count}"
        self._say(title, f"{words.what_happens(good, which)} {words.unreached(good)}".rstrip(), warning=False)

    def _known(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None:
        """Which outputs are shown: those the stepping reached, and the one that is pointed at."""
        document = self.document
        output = document.good.output
        if document.reveal or output is None:
            return None
        known = np.arange(output.size) <= document.reached
        known[document.index] = True
        return known.reshape(output.shape)

    def _show_filter(self, example: Example, which: int) -> None:
        self.filter.show_values(example.filters[which], self.filter.most)
        self.bench.filter_head.set_text(
            f"Filter {which + 1}" if len(example.filters) > 1 else self._filter_name(example)
        )
        found = next((k for k in KERNELS.values() if np.array_equal(k.values, example.filters[which][0])), None)
        self.bench.note.setText(words.what_filter(example, which, found.about if found else ""))

    def _filter_name(self, example: Example) -> str:
        found = next((k for k in KERNELS.values() if np.array_equal(k.values, example.filters[0][0])), None)
        return found.title if found else "Filter"

    def _say_fault(self, example: Example) -> None:
        self._say(
            words.kind(self.document.good), f"{example.fault} The last feature map that could be computed stays.", True
        )

    def _say(self, title: str, sentence: str, warning: bool) -> None:
        self.say(title, sentence)
        role = "warning" if warning else "caption"
        if self.sentence.property("role") != role:
            self.sentence.setProperty("role", role)
            style_again(self.sentence)

    def light(self, which: int | None) -> None:
        """Light up the two operands of a term of the formula, counted from 0."""
        term = None if which is None or self._step is None else self._step.terms[which]
        self.input.show_lit(None if term is None else _cell(term.padded))
        self.filter.show_lit(None if term is None else _cell(term.place))

    # Stepping.

    def _move(self, index: int) -> None:
        """The step bar moved: on to the next output, in motion where that is wanted."""
        before = self._step
        self.document.set_index(index)
        step = self._step
        if before is None or step is None or not self.bar.glide or not self.isVisible():
            return
        self.bench.fly(self.glide, before, step, self.formula, tidy(step.result), self.bar.glide)

    # Pointing.

    def _receiver(self, cell: Place) -> Place | None:
        """The output in whose window's middle an input cell (channel, row, column) is, as nearly as possible."""
        good = self.document.good
        if self.document.example.fault:
            return None
        spec, which = good.spec, self.document.place[0]
        if good.depthwise:
            per = len(good.filters) // good.spec.groups
            which = cell[0] * per + which % per
        best = []
        for at, stride, reach, n in zip(cell[1:], spec.stride, spec.reach, spec.output(good.size), strict=True):
            best.append(min(max(round((at - (reach - 1) / 2) / stride), 0), n - 1))
        found = (which, *best)
        before = tuple(first for first, _ in spec.padding)
        source = tuple(at - first for at, first in zip(cell[1:], before, strict=True))
        if all(0 <= at < n for at, n in zip(source, good.size, strict=True)):
            seen = receivers(spec, good.size, source)
            if not seen:
                return None
            if found[1:] not in seen:
                found = (which, *min(seen, key=lambda out: sum(abs(a - b) for a, b in zip(out, best, strict=True))))
        return found

    def _point_input(self, cell: Place | None) -> None:
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return  # someone paints: what is below the pen must not run away
        self._take_over(cell)
        self.document.peek(None if cell is None else self._receiver(cell))
        self._light_term(None if cell is None else self._number_of(lambda term: term.padded == cell))

    def _pin_input(self, cell: Place) -> None:
        found = self._receiver(cell)
        if found is not None:
            self.document.go_to(found)

    def _point_output(self, cell: Place | None) -> None:
        self._take_over(cell)
        if not self.document.example.fault:
            self.document.peek(cell)

    def _pin_output(self, cell: Place) -> None:
        if not self.document.example.fault:
            self.document.go_to(cell)

    def _take_over(self, cell: Place | None) -> None:
        """Who points at something wants to look at it in peace."""
        if cell is not None:
            self.bar.pause()

    def _point_weight(self, cell: Place | None) -> None:
        self._light_term(None if cell is None else self._number_of(lambda term: term.place == cell))

    def _number_of(self, found: Callable[[Term], bool]) -> int | None:
        """Which term of the present step it is."""
        terms = () if self._step is None else self._step.terms
        return next((number for number, term in enumerate(terms) if found(term)), None)

    def _light_term(self, which: int | None) -> None:
        self.light(which)
        self.formula.show_lit(which)

    # Editing.

    def _edit_input(self, channel: int, row: int, column: int, value: float) -> None:
        example = self.document.example
        before = (0, 0) if example.fault else tuple(first for first, _ in example.spec.padding)
        place = (channel, row - before[0], column - before[1])
        if all(0 <= at < n for at, n in zip(place, example.image.shape, strict=True)):
            self.document.edit(
                example.with_cell(place, value), "Cell of the image", f"image {self.bench.stroke(self.input)}"
            )
        else:
            self.show_example()

    def _edit_weight(self, channel: int, row: int, column: int, value: float) -> None:
        example = self.document.example
        which = min(self.document.place[0], len(example.filters) - 1)
        place = (which, channel, row, column)
        self.document.edit(
            example.with_weight(place, value), "Weight", f"weight {which} {self.bench.stroke(self.filter)}"
        )

    # The page.

    def hint(self) -> str:
        return "Space step · ← back · P play · type in a cell to change it · Ctrl+H show all · Ctrl+Z undo"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_aside()

    def _show_aside(self) -> None:
        self.aside.setVisible(self.aside.fits and self.width() >= look(self).px(WIDE))


def _cell(place: Place) -> tuple[int, int, int]:
    """A place of three axes, as the grids know it."""
    channel, row, column = place
    return channel, row, column
