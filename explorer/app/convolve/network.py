"""The whole network of the example: six stages in a row, one of them open, to be stepped through value by value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.app.convolve.document import Document, index_of
from explorer.app.convolve.page import Page
from explorer.app.convolve.side import Side
from explorer.app.convolve.strip import Strip, Tile
from explorer.app.convolve.written import Written
from explorer.app.widgets.formula import FormulaStrip
from explorer.app.widgets.text import Head
from explorer.arch.text import times
from explorer.explain.example import lecture
from explorer.explain.pooling import PoolStep
from explorer.explain.scan import Step
from explorer.explain.stages import Stage, Trace, stages

Index = tuple[int, ...]

TRACED = 256
"""Most values whose origins are followed one stage back: of more, the pictures of the stages have no room to tell."""

SEARCHED = 1024
"""Most values of a stage among which one that an input takes part in is looked for."""


class NetworkPage(Page):
    """Runs the document's example through a network; which stage is open and where it stands is its own."""

    name = "network"
    title = "The whole network"
    about = (
        "Convolution finds patterns, ReLU drops what speaks against them, pooling keeps the strongest, and the linear "
        "layer turns what is left into one score a class; softmax makes probabilities of these."
    )

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.stages: tuple[Stage, ...] = ()
        self._known: dict[tuple[int, Index], tuple[Index, ...]] = {}
        self.open = 0
        """Which stage is open, from 0."""
        self._reached = [0] * 6
        self._index = 0
        self.strip = Strip()
        self._arrange()
        self._connect()
        self._follow()

    # Its parts.

    def _arrange(self) -> None:
        self.input, self.weights, self.output = Side(), Side(), Side()
        self.input_head = Head("Input", "What reaches this stage. Framed: what the present value is made of.")
        self.weights_head = Head("Weights", "What the framed values are multiplied by.")
        self.output_head = Head("Output", "What leaves this stage. Point at a value to see where it comes from.")
        across = QHBoxLayout()
        across.setSpacing(32)
        self._middle = QWidget()
        for part, head, side, share in (
            (QWidget(), self.input_head, self.input, 5),
            (self._middle, self.weights_head, self.weights, 3),
            (QWidget(), self.output_head, self.output, 5),
        ):
            box = QVBoxLayout(part)
            box.setContentsMargins(0, 0, 0, 0)
            box.addWidget(head)
            box.addWidget(side, 1)
            box.addWidget(side.scale)
            across.addWidget(part, share)
        self.formula, self.written = FormulaStrip(), Written()
        self.body.addSpacing(4)
        self.body.addWidget(self.strip)
        self.body.addSpacing(8)
        self.body.addLayout(across, 1)
        self.body.addWidget(self.formula)
        self.body.addWidget(self.written)
        self.body.addWidget(self.bar)

    def _connect(self) -> None:
        self.keep_up(self._follow)
        self.bar.moved.connect(self._step)
        self.strip.chosen.connect(lambda tile: self.show_stage(tile - 1))
        self.output.hovered.connect(self._look)
        self.output.clicked.connect(lambda index: self._step(index_of(index, self.stage.output.shape)))
        self.input.hovered.connect(self._look_from)

    # What is shown.

    @property
    def stage(self) -> Stage:
        """The stage that is open."""
        return self.stages[self.open]

    @property
    def trace(self) -> Trace:
        """Where the value that is looked at comes from."""
        return self.stage.step(self.stage.places[self._index])

    def show_stage(self, number: int) -> None:
        """Open a stage, from 0, where its stepping was left."""
        self.bar.pause()
        self.open = min(max(number, 0), len(self.stages) - 1)
        self._fill()

    def _follow(self) -> None:
        """Another example: all stages anew; the stepping stays where it can."""
        self.stages = stages(self.document.good)
        self._known = {}
        self._reached = [min(k, stage.count - 1) for k, stage in zip(self._reached, self.stages, strict=True)]
        self._fill()

    def _step(self, index: int) -> None:
        self._reached[self.open] = self._index = min(max(index, 0), self.stage.count - 1)
        self._move()

    def _look(self, index: Index | None) -> None:
        """Look at an output while the pointer rests on it."""
        number = self._reached[self.open] if index is None else index_of(index, self.stage.output.shape)
        if number != self._index:
            self._index = number
            self._move()

    def _look_from(self, index: Index | None) -> None:
        """Look at the first output that an input takes part in."""
        if index is None:
            self._look(None)
            return
        stage = self.stage
        found = None
        if stage.count <= SEARCHED:
            found = next((place for place in stage.places if index in self._sources(self.open, place)), None)
        self._look(found)

    def _fill(self) -> None:
        """Another stage, or other values."""
        stage = self.stage
        self._index = self._reached[self.open]
        before = self.stages[self.open - 1] if self.open else None
        self.input.show_values(stage.input, before.labels if before else (), "Channel" if not self.open else "Map")
        probabilities = stage.name == "softmax"
        self.output.show_values(stage.output, stage.labels, most=1.0 if probabilities else None)
        self.input_head.set_caption(times(stage.input.shape, spaced=True))
        self.output_head.set_caption(times(stage.output.shape, spaced=True))
        self.bar.show_count(stage.count)
        self._move()

    def _move(self) -> None:
        stage, trace = self.stage, self.trace
        self.bar.set_index(self._reached[self.open])
        sources = frozenset(trace.sources)
        dots = {}
        if isinstance(trace.detail, PoolStep) and trace.detail.chosen is not None:
            chosen = trace.detail.sources[trace.detail.chosen]
            if chosen is not None:
                dots[chosen] = "•"
        self.input.mark(sources, dots=dots)
        self.output.mark(lit=trace.index, known=self._reached[self.open] + 1)
        self._show_weights(trace)
        product = isinstance(trace.detail, Step)
        self.formula.setVisible(product)
        self.written.setVisible(not product)
        if isinstance(trace.detail, Step):
            self.formula.show_step(trace.detail)
        else:
            self.written.show_lines(trace.lines)
        self.strip.show_tiles(self._tiles(trace), self.open + 1)
        self.say(
            f"{stage.title}, step {self._index + 1} of {stage.count}",
            f"Stage {self.open + 1} of {len(self.stages)}: {stage.note}.",
        )

    def _show_weights(self, trace: Trace) -> None:
        """The filter, or the row of the linear layer, that made the present value."""
        self._middle.setVisible(isinstance(trace.detail, Step))
        if not isinstance(trace.detail, Step):
            return
        if self.open == 0:
            values = self.document.good.filters[trace.index[0]]
            self.weights_head.set_text(f"Filter {trace.index[0] + 1}")
            self.weights.show_values(values, name="Slice" if len(values) > 1 else "Filter")
            self.weights_head.set_caption(times(values.shape, spaced=True))
        else:
            row = np.array([term.weight for term in trace.detail.terms])
            self.weights_head.set_text("Weights")
            self.weights_head.set_caption(f"of {self.stage.labels[trace.index[0]]}")
            self.weights.show_values(row)
        self.weights.mark()

    def _tiles(self, trace: Trace) -> tuple[Tile, ...]:
        """All stages, with what the present value goes back to, from stage to stage to the image."""
        marked: list[frozenset[Index]] = [frozenset()] * (len(self.stages) + 1)
        marked[self.open] = frozenset(trace.sources)
        for number in range(self.open - 1, -1, -1):
            after = marked[number + 1]
            if len(after) > TRACED:
                break
            marked[number] = frozenset(source for index in after for source in self._sources(number, index))
        image = Tile("Image", "input", self.stages[0].input, marked[0])
        rest = (
            Tile(stage.title, stage.kind, stage.output, marked[k], trace.index if k == self.open + 1 else None)
            for k, stage in enumerate(self.stages, 1)
        )
        return (image, *rest)

    def _sources(self, number: int, index: Index) -> tuple[Index, ...]:
        """What a value of a stage is made of; found once for each example."""
        key = (number, index)
        if key not in self._known:
            self._known[key] = self.stages[number].step(index).sources
        return self._known[key]

    # The page.

    def hint(self) -> str:
        return "Space step · ← back · ↑↓ another stage"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if by:
            self.show_stage(self.open + by)
        else:
            super().keyPressEvent(event)

    def tour(self) -> Iterator[str]:
        before = self.document.example
        self.document.edit(lecture(2), "Two filters")
        for number, at in ((0, 5), (2, 2), (4, 0), (5, 0)):
            self.show_stage(number)
            self._step(at)
            yield f"network-{self.stage.name}"
        self.show_stage(0)
        self.document.edit(before, "The example before")
