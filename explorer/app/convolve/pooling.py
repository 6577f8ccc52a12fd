"""Pooling of the feature maps, window by window, with where each maximum came from; and ReLU between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtGui import QUndoCommand
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from explorer.app.convolve.document import Document, index_of, place_of
from explorer.app.convolve.page import Page
from explorer.app.convolve.written import Written
from explorer.app.theme import sized
from explorer.app.widgets.numbers import NumberRow
from explorer.app.widgets.scale import ScaleBar, span
from explorer.app.widgets.stack import GridStack, Place
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Head, column, label, scrolled
from explorer.arch.errors import UsageError
from explorer.arch.text import plural, times
from explorer.explain.example import lecture
from explorer.explain.pooling import Pooling, PoolStep, pool, pool_step
from explorer.explain.scan import Values, receivers
from explorer.explain.spec import Spec

SIDE = 264
"""Width of the settings in pixels at scale 1."""


@dataclass(frozen=True)
class PoolSettings:
    """How maps are pooled, and whether ReLU comes before."""

    kind: Pooling = "max"
    size: int = 2
    stride: int = 2
    padding: int = 0
    relu: bool = False

    def spec(self, axes: int) -> Spec:
        """The windows over one or two spatial axes."""
        p = (self.padding, self.padding)
        return Spec((self.size,) * axes, (self.stride,) * axes, (p,) * axes, (1,) * axes)


class _Change(QUndoCommand):
    """The settings before and after. Turning one setting is one step back."""

    def __init__(self, page: PoolingPage, after: PoolSettings, text: str) -> None:
        super().__init__(text)
        self._page, self._before, self._after = page, page.settings, after

    def id(self) -> int:
        return 3

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other.text() != self.text():
            return False
        self._after = other._after
        self.setObsolete(self._after == self._before)
        return True

    def redo(self) -> None:
        self._page.show_settings(self._after)

    def undo(self) -> None:
        self._page.show_settings(self._before)


class PoolingPage(Page):
    """Pools what the convolution of the document gives; its settings and its stepping are its own."""

    name = "pooling"
    title = "Pooling"
    about = (
        "Pooling makes each map smaller and keeps its number of channels. A maximum keeps the strongest answer of a "
        "window and forgets where in it that was; a mean keeps how strong the window is as a whole."
    )

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.settings = PoolSettings()
        self._index, self._reached = 0, 0
        self._maps: Values = np.zeros((1, 1, 1))
        self._origins: dict[int, Place | None] = {}
        self._input: Values = self._maps
        self._output: Values = self._maps
        self._arrange()
        self._connect()
        self._follow()

    # Its parts.

    def _arrange(self) -> None:
        self.before, self.between, self.after = GridStack(), GridStack(), GridStack()
        self.before_head = Head("Feature maps", "What the convolution gave.")
        self.between_head = Head("After ReLU", "Negative values become 0.")
        self.after_head = Head("Pooled", "One value for each window; as many channels as before.")
        self._parts = []
        across = QHBoxLayout()
        across.setSpacing(24)
        for head, stack, share in (
            (self.before_head, self.before, 4),
            (self.between_head, self.between, 4),
            (self.after_head, self.after, 3),
        ):
            stack.setMinimumSize(96, 96)  # many maps make their cells small rather than the page too large
            part = QWidget()
            box = QVBoxLayout(part)
            box.setContentsMargins(0, 0, 0, 0)
            box.addWidget(head)
            box.addWidget(stack, 1)
            across.addWidget(part, share)
            self._parts.append(part)
        self.scale = ScaleBar()
        self.scale.setMaximumWidth(320)
        left = QVBoxLayout()
        left.addLayout(across, 1)
        left.addWidget(self.scale)
        middle = QHBoxLayout()
        middle.setSpacing(24)
        middle.addLayout(left, 1)
        middle.addWidget(self._settings())
        self.written = Written()
        self.body.addSpacing(4)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self.written)
        self.body.addWidget(self.bar)

    def _settings(self) -> QWidget:
        self.kinds = Tabs({"max": "Maximum", "average": "Average"})
        self.size_row = NumberRow("Window", 1, 6, tip="Rows and columns of each window")
        self.stride_row = NumberRow("Stride", 1, 6, tip="How far the window moves at each step")
        self.padding_row = NumberRow("Padding", 0, 3, tip="Around each map; never a maximum, zeros in a mean")
        self.relu = QCheckBox("ReLU before")
        self.relu.setToolTip("Negative values become 0 before they are pooled")
        self.result = label("", "formula", wrap=True)
        self.result.setAccessibleName("Size of the output")
        area = scrolled(
            column(
                Head("Settings"),
                self.kinds,
                self.size_row,
                self.stride_row,
                self.padding_row,
                self.relu,
                8,
                Head("Size of the output", "How many places there are, with the numbers put in."),
                self.result,
                None,
            )
        )
        sized(area, wide=SIDE)
        return area

    def _connect(self) -> None:
        self.keep_up(self._follow)
        self.bar.moved.connect(self._step)
        self.kinds.chosen.connect(lambda kind: self.size_row.attempt(lambda: self._set("Kind of pooling", kind=kind)))
        self.relu.toggled.connect(lambda on: self._set("ReLU", relu=on))
        for made, name in ((self.size_row, "size"), (self.stride_row, "stride"), (self.padding_row, "padding")):
            made.edited.connect(lambda n, m=made, name=name: m.attempt(lambda: self._set(m.title, **{name: n[0]})))
        self.after.hovered.connect(self._look)
        self.after.clicked.connect(lambda place: self._step(index_of(self._there(place), self._output.shape)))
        for stack in (self.before, self.between):
            stack.hovered.connect(self._look_from)

    # Changes.

    def _set(self, text: str, **changes: object) -> None:
        """Change settings, undoably. Raises `UsageError` where they do not fit."""
        after = replace(self.settings, **changes)  # type: ignore[arg-type]
        pool(self._maps, after.kind, after.spec(self._maps.ndim - 1))
        if after != self.settings:
            self.document.undo.push(_Change(self, after, text))

    def show_settings(self, settings: PoolSettings) -> None:
        """Show these settings; what does not fit the maps is said."""
        self.settings = settings
        self._follow()

    def _follow(self) -> None:
        """Other maps, or other settings."""
        output, s = self.document.good.output, self.settings
        assert output is not None
        self._maps = output
        self._input = np.maximum(output, 0.0) if s.relu else output
        spec = s.spec(output.ndim - 1)
        self.kinds.show_chosen(s.kind)
        self.relu.blockSignals(True)
        self.relu.setChecked(s.relu)
        self.relu.blockSignals(False)
        for made, n in ((self.size_row, s.size), (self.stride_row, s.stride), (self.padding_row, s.padding)):
            made.show_numbers((n,))
        try:
            self._output = pool(self._input, s.kind, spec)
        except UsageError as error:
            # Smaller maps came: the window shrinks with them rather than to show what is no longer there.
            smaller = min(output.shape[1:])
            if s.size > smaller or s.padding:
                self.settings = replace(s, size=min(s.size, smaller), padding=0)
                self._follow()
                self.size_row.say(str(error))
            return
        self.result.setText("\n".join(spec.why_output(output.shape[1:])))
        self._reached = self._index = min(self._reached, self._output.size - 1)
        self.bar.show_count(self._output.size)
        self._fill()
        self._move()

    # Stepping.

    @property
    def step(self) -> PoolStep:
        """The arithmetic of the output that is looked at."""
        spec = self.settings.spec(self._input.ndim - 1)
        return pool_step(self._input, self.settings.kind, spec, place_of(self._index, self._output.shape))

    def _step(self, index: int) -> None:
        self._index = self._reached = min(max(index, 0), self._output.size - 1)
        self._move()

    def _look(self, place: Place | None) -> None:
        index = self._reached if place is None else index_of(self._there(place), self._output.shape)
        if index != self._index:
            self._index = index
            self._move()

    def _look_from(self, place: Place | None) -> None:
        """Look at the first window that sees an input."""
        if place is None:
            self._look(None)
            return
        p = self.settings.padding
        there = self._there(place)
        source = tuple(at - p for at in there[1:])
        size = self._input.shape[1:]
        if all(0 <= at < n for at, n in zip(source, size, strict=True)):
            found = receivers(self.settings.spec(len(size)), size, source)
            if found:
                self._look(self._shown((there[0], *found[0])))

    # Showing. Signals are shown as maps of one row.

    def _flat(self) -> bool:
        return self._input.ndim == 2

    def _there(self, place: Place) -> tuple[int, ...]:
        """A place in the stacks as an index of the values."""
        return (place[0], place[2]) if self._flat() else place

    def _shown(self, index: tuple[int, ...]) -> Place:
        """An index of the values as a place in the stacks."""
        return (index[0], 0, index[1]) if self._flat() else (index[0], index[1], index[2])

    def _padded(self, values: Values) -> Values:
        """Maps as rows and columns, with the padding of the pooling."""
        p, s = self.settings.padding, self.settings
        if p:
            around = ((0, 0), *((p, p),) * (values.ndim - 1))
            values = np.pad(values, around, constant_values=-np.inf if s.kind == "max" else 0.0)
        return values[:, None] if self._flat() else values

    def _fill(self) -> None:
        s, most = self.settings, span(self._maps)
        self._origins = {}
        p, size = s.padding, self._maps.shape[1:]
        shape = times(self._maps.shape, spaced=True)
        self.before_head.set_caption(shape)
        self.between_head.set_caption(shape)
        self.after_head.set_caption(times(self._output.shape, spaced=True))
        self._parts[1].setVisible(s.relu)
        self.before.show_values(self._padded(self._maps) if not s.relu else self._plain(self._maps), most)
        self.between.show_values(self._padded(self._input), most)
        self.after.show_values(self._plain(self._output), most)
        unreached = s.spec(len(size)).unreached(size)
        ring = (0, p) if self._flat() else (p, p)
        hatched = (0, unreached[0]) if self._flat() else (unreached[0], unreached[1])
        for stack in (self.before, self.between):
            active = stack is self._source
            stack.show_ring(ring if active else (0, 0), ring if active else (0, 0))
            stack.show_hatched(*(hatched if active else (0, 0)))
            stack.show_names(lambda channel: f"Map {channel + 1}")
        self.after.show_names(lambda channel: f"Map {channel + 1}")
        self.scale.show_most(most)

    def _plain(self, values: Values) -> Values:
        return values[:, None] if self._flat() else values

    @property
    def _source(self) -> GridStack:
        """The maps that the windows lie on."""
        return self.between if self.settings.relu else self.before

    def _move(self) -> None:
        s, step = self.settings, self.step
        self.bar.set_index(self._reached)
        spec = s.spec(self._input.ndim - 1)
        starts = tuple(at * d for at, d in zip(step.index[1:], spec.stride, strict=True))
        window = [
            self._shown((step.index[0], *(a + o for a, o in zip(starts, offset, strict=True))))
            for offset in np.ndindex(*spec.kernel)
        ]
        other = self.before if s.relu else self.between
        other.show_window([])
        other.show_marks({})
        if s.relu:
            sources = [self._shown(source) for source in step.sources if source is not None]
            other.show_window(sources)
        self._source.show_window(window)
        self._source.show_marks(self._chosen_cells())
        self.after.show_lit(self._shown(step.index))
        self.after.show_known(self._reached + 1)
        self.written.show_lines(step.lines)
        self._say(step)

    def _chosen_cells(self) -> dict[Place, str]:
        """Where the maxima told so far came from."""
        if self.settings.kind != "max":
            return {}
        found = (self._origin(index) for index in {*range(self._reached + 1), self._index})
        return {place: "•" for place in found if place is not None}

    def _origin(self, index: int) -> Place | None:
        """Where a maximum came from; found once for each of the maps."""
        if index not in self._origins:
            p, spec = self.settings.padding, self.settings.spec(self._input.ndim - 1)
            step = pool_step(self._input, "max", spec, place_of(index, self._output.shape))
            source = None if step.chosen is None else step.sources[step.chosen]
            self._origins[index] = None if source is None else self._shown((source[0], *(at + p for at in source[1:])))
        return self._origins[index]

    def _say(self, step: PoolStep) -> None:
        s, count = self.settings, self._output.size
        title = "Max pooling" if s.kind == "max" else "Average pooling"
        window = times((s.size,) * (self._input.ndim - 1))
        if s.kind == "max":
            chosen = step.sources[step.chosen] if step.chosen is not None else None
            where = "" if chosen is None else f"; it comes from {_where(chosen)}, the cell with the dot"
            what = f"Of the {window} window only the largest value stays{where}."
        else:
            what = f"The mean of the {plural(len(step.values), 'value')} in the {window} window."
        self.say(f"{title}, step {self._index + 1} of {count}", what)

    # The page.

    def tour(self) -> Iterator[str]:
        before = self.document.example
        self.document.edit(lecture(2), "Two filters")
        self._step(2)
        yield "pooling-max"
        self._set("ReLU", relu=True)
        self._step(5)
        yield "pooling-relu"
        self._set("Kind of pooling", kind="average")
        self._set("ReLU", relu=False)
        self._set("Padding", padding=1)
        self._step(4)
        yield "pooling-average"
        self.show_settings(PoolSettings())
        self.document.edit(before, "The example before")


def _where(source: tuple[int, ...]) -> str:
    """`row 2, column 3`."""
    if len(source) == 2:
        return f"position {source[1] + 1}"
    return f"row {source[1] + 1}, column {source[2] + 1}"
