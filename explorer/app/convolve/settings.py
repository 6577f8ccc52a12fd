"""The column of settings: how the kernel slides, what it is, and what follows the sum."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from explorer.app.convolve.document import Document
from explorer.app.convolve.kernelbox import KernelBox
from explorer.app.theme import sized
from explorer.app.widgets.celledit import NumberError, read_number
from explorer.app.widgets.numbers import NumberRow
from explorer.app.widgets.text import Head, button, label, line, row, style_again
from explorer.arch.errors import UsageError
from explorer.arch.text import number
from explorer.explain.example import LARGEST, lecture

if TYPE_CHECKING:
    from explorer.explain.example import Example

AXES = ("rows", "columns")

PADDINGS = {"valid": "none (valid)", "same": "same size", "amount": "an amount"}

MODES = {"zeros": "zeros", "reflect": "reflected", "replicate": "edge repeated", "circular": "from the other side"}

GROUPS = {"1": "sees all channels", "depthwise": "one channel each (depthwise)"}

ACTIVATIONS = {"none": "none", "relu": "ReLU"}

EDITOR = 164
"""Width of the lists in pixels at scale 1."""


class Settings(QWidget):
    """All settings of the document's example. Each edit is one step back; what does not fit is said in its place."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.kernels = KernelBox()
        self.kernel = NumberRow("Size", 1, 15, AXES, "Rows and columns of the window")
        self.flip = QCheckBox("True convolution (kernel flipped)")
        self.flip.setToolTip(
            "<p>Mathematics turns the kernel by 180° before it slides: that is a convolution. Networks do not, and "
            "compute a correlation; as their weights are learnt it makes no difference to them.</p>"
        )
        self.stride = NumberRow("Stride", 1, 9, AXES, "How far the window moves from one output to the next")
        self.dilation = NumberRow("Dilation", 1, 6, AXES, "1: neighbouring cells. 2: every other cell, and so on")
        self.padding = _choice("Padding", PADDINGS)
        self.amount = NumberRow("Amount", 0, 8, AXES, "Rows and columns added at each side")
        self.uneven = label("", "note", wrap=True)
        self.mode = _choice("Filled with", MODES)
        self.formula = label("", "formula", wrap=True)
        self.fault = label("", "warning", wrap=True)
        self.channels = NumberRow("Channels", 1, 32, tip="Of the input: 1 is grey, 3 is colour")
        self.filters = NumberRow("Filters", 1, 32, tip="Each filter makes one map of the output")
        self.groups = _choice("A filter", GROUPS)
        self.bias = _Decimal("Bias")
        self.activation = _choice("Activation", ACTIVATIONS)
        self.image = NumberRow("Image", 1, 64, AXES, "Rows and columns of the input")
        self.reveal = QCheckBox("Show all outputs")
        self.reveal.setToolTip("<p>Otherwise an output appears when the stepping reaches it (Ctrl+H).</p>")
        self.motion = QCheckBox("Motion")
        self.motion.setToolTip("<p>The kernel glides and the result flies into its cell; without, both jump.</p>")
        self.reset = button("The lecture’s example", self._reset, tip="6×6 image, Filter 1; undo brings yours back")
        self._lay_out()
        self._connect()
        self.show_example(document.example)

    # Parts.

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 24, 20, 24)
        box.setSpacing(8)

        def section(title: str, info: str, *parts: QWidget) -> Head:
            if box.count():
                box.addSpacing(4)
                box.addWidget(line())
                box.addSpacing(4)
            head = Head(title, info)
            box.addWidget(head)
            for part in parts:
                box.addWidget(part)
            return head

        self._head = section(
            "Kernel",
            "The small grid of weights that slides over the input. Choose a known one, or change its cells yourself.",
            self.kernels, self.kernel, self.flip,
        )  # fmt: skip
        section(
            "Sliding",
            "Stride is the step of the window; padding adds cells around the input; dilation pulls the window's "
            "cells apart. “Same size” pads as much as keeps the size at stride 1.",
            self.stride, self.dilation, _named("Padding", self.padding), self.amount, self.uneven,
            _named("Filled with", self.mode),
        )  # fmt: skip
        section(
            "Size of the output",
            "⌊(W + 2P − D·(K − 1) − 1) / S⌋ + 1: input W, padding P on both sides, dilation D, kernel K, stride S. "
            "⌊ ⌋ rounds down; what is cut off there no window reaches.",
            self.formula, self.fault,
        )  # fmt: skip
        section(
            "Channels",
            "Each filter has a slice for every input channel; the products of all slices are added to one sum. "
            "Depthwise, a filter sees one channel only. A 1×1 kernel mixes channels and nothing else.",
            self.image, self.channels, self.filters, _named("A filter", self.groups),
        )  # fmt: skip
        self._after = section(
            "After the sum",
            "The bias is one number for each filter, added to every sum. ReLU then turns negative sums into 0.",
            _named("Bias", self.bias), self.bias.wrong, _named("Activation", self.activation),
        )  # fmt: skip
        section("Show", "What is hidden and what moves on this page.", self.reveal, self.motion, row(self.reset, None))
        box.addStretch(1)

    def _connect(self) -> None:
        self.kernels.chosen.connect(self._kernel_chosen)
        self._edits(self.kernel, "Kernel size", lambda e, n: e.with_kernel_size(n))
        self._edits(self.stride, "Stride", lambda e, n: e.with_spec(stride=n))
        self._edits(self.dilation, "Dilation", lambda e, n: e.with_spec(dilation=n))
        self._edits(self.amount, "Padding", lambda e, n: e.with_padding(n))
        self._edits(self.channels, "Channels", lambda e, n: e.with_channels(n[0]))
        self._edits(self.filters, "Filters", lambda e, n: e.with_filters(n[0]))
        self._edits(self.image, "Image size", lambda e, n: e.with_size(*n))
        self.flip.toggled.connect(lambda on: self._try(lambda e: e.with_spec(flipped=on), "Flip the kernel"))
        self.padding.activated.connect(lambda _: self._pad(str(self.padding.currentData())))
        self._chooses(self.mode, "Padding values", lambda e, name: e.with_spec(mode=name))
        self._chooses(self.groups, "Groups", lambda e, name: e.with_groups(1 if name == "1" else "depthwise"))
        self._chooses(
            self.activation, "Activation", lambda e, name: e.with_activation("relu" if name == "relu" else "none")
        )
        self.bias.edited.connect(
            lambda value: self._try(lambda e: e.with_bias(self._filter, value), "Bias", f"bias {self._filter}")
        )
        self.reveal.toggled.connect(self.document.set_reveal)
        self.motion.toggled.connect(self.document.set_motion)
        self.document.reveal_changed.connect(self.reveal.setChecked)
        self.document.motion_changed.connect(self.motion.setChecked)
        self.document.changed.connect(self.show_example)
        self.document.stepped.connect(lambda _: self._show_filter())

    def _edits(self, editor: NumberRow, text: str, change: Callable[[Example, tuple[int, ...]], Example]) -> None:
        def edit(numbers: tuple[int, ...]) -> None:
            editor.attempt(lambda: self._push(lambda example: change(example, numbers), text, text))

        editor.edited.connect(edit)

    def _chooses(self, combo: QComboBox, text: str, change: Callable[[Example, str], Example]) -> None:
        combo.activated.connect(lambda _: self._try(lambda e: change(e, str(combo.currentData())), text))

    # Edits.

    def _push(self, change: Callable[[Example], Example], text: str, merge: str = "") -> None:
        self.document.edit(change(self.document.example), text, merge)

    def _try(self, change: Callable[[Example], Example], text: str, merge: str = "") -> None:
        try:
            self._push(change, text, merge)
        except UsageError as error:
            self.show_example(self.document.example)
            self._say(str(error))

    def _kernel_chosen(self, values: NDArray[np.float64], title: str) -> None:
        merge = title if title in ("random numbers", "a learnt filter") else ""
        self._try(lambda e: e.with_kernel(values, self._filter), f"Kernel: {title}", merge)

    def _pad(self, kind: str) -> None:
        if kind == "amount":
            self._show_padding(self.document.example)
            self.amount.editors[0].setFocus()
            self.amount.editors[0].selectAll()
        else:
            self._try(lambda e: e.with_padding("same" if kind == "same" else "valid"), "Padding")

    def _reset(self) -> None:
        self.document.edit(lecture(), "The lecture’s example")
        self.document.set_index(0)

    # What it shows.

    @property
    def _filter(self) -> int:
        return min(self.document.place[0], len(self.document.example.filters) - 1)

    def show_example(self, example: Example) -> None:
        """Show an example's settings, and the output-size formula with its numbers."""
        spec = example.spec
        self.kernel.show_numbers(spec.kernel)
        self.stride.show_numbers(spec.stride)
        self.dilation.show_numbers(spec.dilation)
        self.image.show_numbers(example.image.shape[1:])
        self.channels.show_numbers((len(example.image),))
        self.filters.show_numbers((len(example.filters),))
        self._show_padding(example)
        _show(self.mode, spec.mode)
        _show(self.groups, "1" if spec.groups == 1 else "depthwise")
        self.groups.setEnabled(len(example.image) > 1)
        _show(self.activation, example.activation)
        self.flip.blockSignals(True)
        self.flip.setChecked(spec.flipped)
        self.flip.blockSignals(False)
        self.reveal.setChecked(self.document.reveal)
        self.motion.setChecked(self.document.motion)
        self._say(example.fault)
        if not example.fault:
            self.formula.setText("\n".join(spec.why_output(example.image.shape[1:])))
        self.formula.setEnabled(not example.fault)
        self._show_filter()

    def _show_padding(self, example: Example) -> None:
        around = example.spec.padding
        _show(self.padding, example.padding if example.padding in PADDINGS else "amount")
        self.amount.show_numbers(tuple(after for _, after in around))
        self.mode.setEnabled(any(any(each) for each in around))
        uneven = any(before != after for before, after in around)
        if uneven:
            (top, bottom), (left, right) = around
            self.uneven.setText(
                f"Above {top}, below {bottom}, left {left}, right {right}: the two sides of an even kernel differ."
            )
        self.uneven.setVisible(uneven)

    def _show_filter(self) -> None:
        example, which = self.document.example, self._filter
        several = len(example.filters) > 1
        self._head.set_caption(f"of filter {which + 1}" if several else "")
        self._after.set_caption(f"of filter {which + 1}" if several else "")
        self.kernels.show_filter(example, which)
        self.bias.show_value(float(example.bias[which]))

    def _say(self, words: str) -> None:
        self.fault.setText(words)
        self.fault.setVisible(bool(words))


class _Decimal(QLineEdit):
    """A number with decimals; `edited` carries it whenever what is typed is one."""

    edited = Signal(float)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.wrong = label("", "warning", wrap=True)
        self.wrong.hide()
        self.textEdited.connect(self._typed)

    def _value(self) -> float | None:
        try:
            value = read_number(self.text())
        except NumberError:
            return None
        return value if abs(value) <= LARGEST else None

    def _typed(self) -> None:
        value = self._value()
        self._say("" if value is not None else f"A number is needed, at most {number(int(LARGEST))} in size.")
        if value is not None:
            self.edited.emit(value)

    def show_value(self, value: float) -> None:
        """Show a value; what is being typed and means the same stays as it was typed."""
        if self._value() != value:
            self.setText(f"{value:g}".replace("-", "−"))
            self._say("")

    def _say(self, words: str) -> None:
        self.wrong.setText(words)
        self.wrong.setVisible(bool(words))
        if self.property("wrong") != bool(words):
            self.setProperty("wrong", bool(words))
            style_again(self)


def _choice(name: str, entries: dict[str, str]) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    for key, words in entries.items():
        made.addItem(words, key)
    return made


def _show(combo: QComboBox, name: str) -> None:
    combo.setCurrentIndex(combo.findData(name))


def _named(title: str, editor: QWidget) -> QWidget:
    words = label(title, "caption")
    words.setBuddy(editor)
    sized(editor, wide=EDITOR)
    return row(words, None, editor)
