"""What the pages of the Convolve panel share: the example, where the stepping stands, and the history of edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from explorer.app.undo import LIMIT, Replace

if TYPE_CHECKING:
    from explorer.explain.example import Example
    from explorer.explain.scan import Step


class Document(QObject):
    """The example that all pages show. An example with a fault has no output; `good` is the last one that had."""

    changed = Signal(object)
    """The new `Example`; where the stepping stands still fits it."""
    stepped = Signal(int)
    """Another output is looked at: the stepping went on, or the pointer rests on it."""
    reveal_changed = Signal(bool)
    """Whether all outputs are shown, or only those that the stepping reached, is new."""
    motion_changed = Signal(bool)
    """Whether things may move is new."""

    def __init__(self, example: Example, parent: QObject | None = None) -> None:
        """`example` has no fault."""
        super().__init__(parent)
        self.example = self.good = example
        self.index = 0
        """The output that is looked at, from 0 in reading order, filter by filter."""
        self.reached = 0
        """The output at which the stepping stands; `index` is another one only while the pointer rests on that."""
        self.reveal = False
        """Whether outputs that the stepping has not reached are shown, too."""
        self.motion = True
        """Whether things may move; otherwise they are at once where they belong."""
        self.undo = QUndoStack(self)
        self.undo.setUndoLimit(LIMIT)

    @property
    def count(self) -> int:
        """How many outputs there are to step through; at least 1."""
        return self.good.count

    @property
    def place(self) -> tuple[int, ...]:
        """The output that is looked at: (filter, row, column)."""
        return place_of(self.index, self._shape)

    @property
    def step(self) -> Step:
        """The arithmetic of the output that is looked at."""
        return self.good.step(self.place)

    @property
    def _shape(self) -> tuple[int, ...]:
        output = self.good.output
        assert output is not None
        return tuple(int(n) for n in output.shape)

    def edit(self, after: Example, text: str, merge: str = "") -> None:
        """Change the example, undoably. `text` names the edit; edits in a row with one `merge` key are one."""
        if after != self.example:
            self.undo.push(Replace(self._take, self.example, after, text, merge))

    def set_index(self, index: int) -> None:
        """Go to a step; one that is not there becomes the nearest."""
        index = min(max(index, 0), self.count - 1)
        if (index, index) != (self.index, self.reached):
            self.index = self.reached = index
            self.stepped.emit(index)

    def go_to(self, place: tuple[int, ...]) -> None:
        """Go to the step of an output, (filter, row, column)."""
        self.set_index(index_of(place, self._shape))

    def peek(self, place: tuple[int, ...] | None) -> None:
        """Look at an output, (filter, row, column), while the pointer rests on it; `None`: back to the stepping."""
        index = self.reached if place is None else index_of(place, self._shape)
        if index != self.index:
            self.index = index
            self.stepped.emit(index)

    def set_motion(self, on: bool) -> None:
        """Let things move, or not."""
        if on != self.motion:
            self.motion = on
            self.motion_changed.emit(on)

    def set_reveal(self, on: bool) -> None:
        """Show all outputs, or only those that the stepping reached."""
        if on != self.reveal:
            self.reveal = on
            self.reveal_changed.emit(on)

    def _take(self, example: Example) -> None:
        before = self._shape
        self.example = example
        if not example.fault:
            places = [place_of(index, before) for index in (self.index, self.reached)]
            self.good = example
            if self._shape != before:
                self.index, self.reached = (self._nearest(place) for place in places)
        self.changed.emit(example)

    def _nearest(self, place: tuple[int, ...]) -> int:
        """The same output where there still is one: a wider image must not throw the lesson back."""
        return index_of(tuple(min(at, n - 1) for at, n in zip(place, self._shape, strict=True)), self._shape)


def place_of(index: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The place of an output in reading order, filter by filter."""
    place = []
    for n in reversed(shape):
        index, at = divmod(index, n)
        place.append(at)
    return tuple(reversed(place))


def index_of(place: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """Which output in reading order, filter by filter, a place is."""
    index = 0
    for at, n in zip(place, shape, strict=True):
        index = index * n + at
    return index
