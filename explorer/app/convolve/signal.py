"""A signal under a sliding kernel: from the dot product to 1-D, causal and transposed convolution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from PySide6.QtGui import QUndoCommand
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QStackedWidget, QWidget

from explorer.app.convolve.document import Document, index_of
from explorer.app.convolve.lane import Spot
from explorer.app.convolve.lanes import Lanes
from explorer.app.convolve.page import Page
from explorer.app.convolve.spread import Mode, Sliding, lanes
from explorer.app.theme import sized
from explorer.app.widgets.formula import FormulaStrip
from explorer.app.widgets.grid import TensorGrid
from explorer.app.widgets.numbers import NumberRow
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Head, column, label, row, scrolled
from explorer.arch.errors import UsageError
from explorer.arch.text import plural
from explorer.explain.kernels import SIGNAL_KERNELS
from explorer.explain.scan import order, receivers

MODES: dict[Mode, tuple[str, str]] = {
    "dot": ("Dot product", "Multiply value by value and add it all up. Every convolution is made of this."),
    "slide": ("1-D convolution", "The kernel slides along; at each place one dot product with what lies under it."),
    "causal": ("Causal", "All padding lies in front: an output sees its own moment and the past, never the future."),
    "spread": ("Transposed", "Turned around: each value lays down a copy of the kernel; copies that overlap add up."),
    "spread2": (
        "Transposed in 2-D",
        "Each cell lays down a copy of the kernel, a stride apart, so a map grows larger.",
    ),
}

SIDE = 264
"""Width of the settings in pixels at scale 1."""


class _Change(QUndoCommand):
    """The page's numbers before and after. Edits with one `merge` key become one."""

    def __init__(self, page: SignalPage, after: Sliding, text: str, merge: str) -> None:
        super().__init__(text)
        self._page, self._before, self._after, self._merge = page, page.sliding, after, merge

    def id(self) -> int:
        return 2

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or not self._merge or other._merge != self._merge:
            return False
        self._after = other._after
        self.setObsolete(self._after == self._before)
        return True

    def redo(self) -> None:
        self._page.show_sliding(self._after)

    def undo(self) -> None:
        self._page.show_sliding(self._before)


class SignalPage(Page):
    """Its signal, kernel and settings are its own; edits go into the history that all pages share."""

    name = "signal"
    title = "Signals"
    about = (
        "Convolution begins with the dot product. Slide it along a signal and you have a 1-D convolution; the 2-D one "
        "does the same in two directions."
    )

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.sliding = Sliding()
        self._index, self._reached = 0, 0
        self.modes = Tabs({mode: title for mode, (title, _) in MODES.items()})
        self.modes.chosen.connect(self._choose_mode)
        self.lanes, self.formula = Lanes(), FormulaStrip()
        self.image, self.square, self.map = TensorGrid("Input"), TensorGrid("Kernel"), TensorGrid("Output")
        for grid in (self.image, self.square):
            grid.editable = True
        self.body.insertWidget(1, row(self.modes, None))
        self._arrange()
        self._connect()
        self._show()

    # Its parts.

    def _arrange(self) -> None:
        grids = QWidget()
        across = QHBoxLayout(grids)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(24)
        for grid, share in ((self.image, 3), (self.square, 3), (self.map, 7)):
            across.addWidget(grid, share)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.lanes)
        self.stack.addWidget(grids)
        middle = QHBoxLayout()
        middle.setSpacing(24)
        middle.addWidget(self.stack, 1)
        middle.addWidget(self._settings())
        self.body.addSpacing(4)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self.formula)
        self.body.addWidget(self.bar)

    def _settings(self) -> QWidget:
        self.length = NumberRow("Signal", 2, 20, tip="How many values the signal has")
        self.taps = NumberRow("Kernel", 1, 7, tip="How many weights the kernel has")
        self.stride = NumberRow("Stride", 1, 4, tip="How far the kernel moves at each step")
        self.padding = NumberRow("Padding", 0, 4, tip="Zeros at both ends; a transposed convolution takes them away")
        self.dilation = NumberRow("Dilation", 1, 3, tip="How far apart the weights lie on the signal")
        self.kernels = QComboBox()
        self.kernels.setAccessibleName("Kernel")
        self.kernels.addItem("Your own", "")
        for kernel in SIGNAL_KERNELS.values():
            self.kernels.addItem(kernel.title, kernel.name)
        self.flip = QCheckBox("Turn the kernel around")
        self.flip.setToolTip("What mathematics calls convolution; networks leave the kernel as it is (correlation)")
        self.result = label("", "formula", wrap=True)
        self.result.setAccessibleName("Size of the output")
        self.result_head = Head("Size of the output", "How many places there are, with the numbers put in.")
        self.wrong = label("", "warning", wrap=True)
        self.wrong.hide()
        side = column(
            Head("Settings"),
            self.kernels,
            self.length,
            self.taps,
            self.stride,
            self.padding,
            self.dilation,
            self.flip,
            8,
            self.result_head,
            self.result,
            self.wrong,
            None,
        )
        area = scrolled(side)
        sized(area, wide=SIDE)
        return area

    def _connect(self) -> None:
        self.bar.moved.connect(self._step)
        self.lanes.pointed.connect(self._point)
        self.lanes.clicked.connect(self._pin)
        self.lanes.edited.connect(self._edit)
        self.lanes.refused.connect(self._warn)
        self.kernels.activated.connect(self._choose_kernel)
        self.flip.toggled.connect(lambda on: self.change(replace(self.sliding, flipped=on), "Turn the kernel around"))
        for made, text, edit in (
            (self.length, "Length of the signal", lambda n: self.sliding.with_lengths(signal=n)),
            (self.taps, "Length of the kernel", lambda n: self.sliding.with_lengths(kernel=n)),
            (self.stride, "Stride", lambda n: self.sliding.with_stride(n)),
            (self.padding, "Padding", lambda n: self.sliding.with_padding(n)),
            (self.dilation, "Dilation", lambda n: replace(self.sliding, dilation=n)),
        ):
            made.edited.connect(self._setter(made, text, edit))
        self.image.edited.connect(lambda r, c, v: self._edit_cell("image", r, c, v))
        self.square.edited.connect(lambda r, c, v: self._edit_cell("square", r, c, v))
        self.map.hovered.connect(lambda cell: self._look(None if cell is None else self._number(cell)))
        self.map.clicked.connect(lambda cell: self._step(self._number(cell)))
        self.image.hovered.connect(self._spread_from)

    def _setter(self, made: NumberRow, text: str, edit: Callable[[int], Sliding]) -> Callable[[object], None]:
        def change(numbers: object) -> None:
            assert isinstance(numbers, tuple)
            made.attempt(lambda: self.change(edit(numbers[0]), text, merge=text))

        return change

    # Changes.

    def change(self, after: Sliding, text: str, merge: str = "") -> None:
        """Change the numbers, undoably. Raises `UsageError` where nothing fits; then all stays."""
        _ = after.count
        if after != self.sliding:
            self.document.undo.push(_Change(self, after, text, merge))

    def show_sliding(self, after: Sliding) -> None:
        """Show other numbers; the stepping stays where it can."""
        same = after.mode == self.sliding.mode
        self.sliding = after
        last = after.count - 1
        self._index = self._reached = min(self._reached, last) if same else 0
        self._show()

    def _choose_mode(self, mode: str) -> None:
        try:
            self.change(replace(self.sliding, mode=mode), MODES[mode][0])  # type: ignore[arg-type, index]
        except UsageError:  # too much padding for one that takes it away
            self.change(replace(self.sliding, mode=mode, padding=0, wide_padding=0), MODES[mode][0])  # type: ignore[arg-type, index]

    def _choose_kernel(self, row: int) -> None:
        name = self.kernels.itemData(row)
        if name:
            kernel = SIGNAL_KERNELS[name]
            values = tuple(float(v) for v in kernel.values)
            self._try(lambda: self.change(replace(self.sliding, kernel=values), kernel.title))

    def _edit(self, lane: str, index: int, value: float) -> None:
        text = "Value of the signal" if lane == "x" else "Weight of the kernel"
        self._try(lambda: self.change(self.sliding.with_value(lane, index, value), text, merge=f"{lane}{index}"))

    def _edit_cell(self, which: str, row: int, column: int, value: float) -> None:
        rows = [list(line) for line in getattr(self.sliding, which)]
        rows[row][column] = value
        table = tuple(tuple(line) for line in rows)
        after = replace(self.sliding, **{which: table})  # type: ignore[arg-type]
        self.change(after, "Cell of the input" if which == "image" else "Weight of the kernel")

    def _try(self, change: Callable[[], object]) -> None:
        try:
            change()
        except UsageError as error:
            self._warn(str(error))

    def _warn(self, text: str) -> None:
        self.wrong.setText(text)
        self.wrong.setVisible(bool(text))

    # Stepping.

    def _step(self, index: int) -> None:
        self._index = self._reached = min(max(index, 0), self.sliding.count - 1)
        self._move(self.bar.glide)

    def _look(self, index: int | None) -> None:
        """Look at an output while the pointer rests on it."""
        index = self._reached if index is None else index
        if index != self._index:
            self._index = index
            self._move(0)

    def _point(self, spot: Spot | None) -> None:
        here = spot is not None and spot[0] in ("y", "p", "s")
        self._look(spot[1] if here and spot is not None else None)

    def _pin(self, spot: Spot) -> None:
        if spot[0] in ("y", "p", "s"):
            self._step(spot[1])

    def _number(self, cell: tuple[int, int]) -> int:
        return index_of(cell, self.sliding.output.shape)

    def _spread_from(self, cell: tuple[int, int] | None) -> None:
        """Frame where an input's copy of the kernel lands."""
        if cell is None:
            self._move(0)
            return
        self.map.show_window([(r, c) for r, c in receivers(self.sliding.spec, self.sliding.input.shape[1:], cell)])
        self.image.show_window([cell])
        self.square.show_window([])

    # Showing.

    def _show(self) -> None:
        s = self.sliding
        self.modes.show_chosen(s.mode)
        flat = s.mode == "spread2"
        self.stack.setCurrentIndex(1 if flat else 0)
        for made, numbers in (
            (self.length, len(s.signal)),
            (self.taps, len(s.kernel)),
            (self.stride, s.wide_stride if flat else s.stride),
            (self.padding, s.wide_padding if flat else s.padding),
            (self.dilation, s.dilation),
        ):
            made.show_numbers((numbers,))
        self.length.setVisible(s.mode not in ("dot", "spread2"))
        self.taps.setVisible(not flat)
        self.kernels.setVisible(not flat)
        self.stride.setVisible(s.mode in ("slide", "spread", "spread2"))
        self.padding.setVisible(s.mode in ("slide", "spread", "spread2"))
        self.dilation.setVisible(s.mode in ("slide", "causal", "spread"))
        self.flip.setVisible(s.mode in ("slide", "causal"))
        self.flip.blockSignals(True)
        self.flip.setChecked(s.flipped)
        self.flip.blockSignals(False)
        known = next((k.name for k in SIGNAL_KERNELS.values() if tuple(map(float, k.values)) == s.kernel), "")
        self.kernels.setCurrentIndex(self.kernels.findData(known))
        self.result.setText("\n".join(s.spec.why_output(s.input.shape[1:])))
        for part in (self.result_head, self.result):
            part.setVisible(s.mode != "dot")
        self._warn("")
        self.bar.show_count(s.count)
        self._move(0)

    def _move(self, glide: int) -> None:
        s = self.sliding
        self.bar.set_index(self._reached)
        if s.mode == "spread2":
            self._show_grids()
        else:
            self.lanes.show_lanes(*lanes(s, self._index, self._reached), glide)
        if s.mode == "dot":
            self.formula.show_step(s.step(0), self._index + 1 if self._index + 1 < s.count else None)
        else:
            self.formula.show_step(s.step(self._index))
        self._say()

    def _show_grids(self) -> None:
        s, found = self.sliding, self.sliding.step(self._index)
        self.image.show_values(s.input[0])
        self.square.show_values(s.filters[0, 0])
        self.map.show_values(s.output)
        cell = order(s.output.shape)[self._index]
        self.map.show_lit((cell[0], cell[1]))
        self.map.show_window([])
        self.map.show_known(max(self._reached + 1, 0))
        self.image.show_window([(t.source[1], t.source[2]) for t in found.terms if t.source is not None])
        self.square.show_window([(t.place[1], t.place[2]) for t in found.terms])

    def _say(self) -> None:
        s, at = self.sliding, self._index + 1
        title, sentence = MODES[s.mode]
        if s.mode == "dot":
            sentence += f" Product {at} of {s.count}."
        elif s.mode in ("spread", "spread2"):
            terms = len(s.step(self._index).terms)
            sentence += f" Output {at} of {s.count} is the sum of {plural(terms, 'product')}."
        else:
            seen = [t.padded[1] for t in s.step(self._index).terms]
            before = s.spec.padding[0][0]
            first, last = min(seen) - before + 1, max(seen) - before + 1
            place = f"places {first} to {last}" if last > first else f"place {first}"
            sentence += f" Output {at} of {s.count} sees {place}.".replace("-", "−")
        self.say(title, sentence)

    # The page.

    def hint(self) -> str:
        return "Space step · ← back · Enter edit · ↑↓ change a value"

    def stop(self) -> None:
        super().stop()
        self.lanes.settle()

    def tour(self) -> Iterator[str]:
        for mode, at in (("dot", 1), ("slide", 4), ("causal", 5), ("spread", 6), ("spread2", 16)):
            self._choose_mode(mode)
            self._step(at)
            self.lanes.settle()
            yield f"signal-{mode}"
        self._choose_mode("slide")
