"""What the pages of the Unroll panel share: the study, its numbers, where the stepping stands, and the history."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from explorer.app.undo import LIMIT, Replace
from explorer.arch.errors import ExplorerError
from explorer.explain.recurrent.story import Move, Story
from explorer.explain.recurrent.study import Study, Unrolled, resolve


class Document(QObject):
    """The study that all pages show. One that cannot be unrolled has a `fault`; `unrolled` stays the last good one."""

    changed = Signal(object)
    """The new `Unrolled`; where the stepping stands fits it. Also when only the fault is new."""
    stepped = Signal(int)
    """The stepping stands at another move."""
    unit_changed = Signal(int)
    """Another unit is looked at."""
    notation_changed = Signal(str)
    """The equations are written in another way."""
    motion_changed = Signal(bool)
    """Whether things may move is new."""

    def __init__(self, study: Study, parent: QObject | None = None) -> None:
        """`study` can be unrolled."""
        super().__init__(parent)
        self.study = study
        self.unrolled: Unrolled = resolve(study)
        self.fault = ""
        """Why the study cannot be unrolled, in one sentence."""
        self.index = 0
        """The move at which the stepping stands, from 0."""
        self.unit = 0
        """The unit whose numbers are written out, from 0."""
        self.notation = "gates"
        """A key of `explain.recurrent.notation.NOTATIONS`."""
        self.motion = True
        """Whether things may move; otherwise they are at once where they belong."""
        self.undo = QUndoStack(self)
        self.undo.setUndoLimit(LIMIT)

    @property
    def moves(self) -> tuple[Move, ...]:
        """All moves of the walk; at least one."""
        return self.unrolled.moves

    @property
    def move(self) -> Move:
        """The move at which the stepping stands."""
        return self.moves[self.index]

    @property
    def story(self) -> Story:
        """Where the number of the present move and unit comes from."""
        return self.unrolled.story(self.move, self.unit, self.notation)

    def edit(self, after: Study, text: str, merge: str = "") -> None:
        """Change the study, undoably. `text` names the edit; edits in a row with one `merge` key are one."""
        if after != self.study:
            self.undo.push(Replace(self._take, self.study, after, text, merge))

    def set_index(self, index: int) -> None:
        """Go to a move; one that is not there becomes the nearest."""
        index = min(max(index, 0), len(self.moves) - 1)
        if index != self.index:
            self.index = index
            self.stepped.emit(index)

    def go_to(self, step: int, part: str | None = None) -> None:
        """Go to a part of a step, from 0; without one, to the part at which the stepping stands, there."""
        parts, part = self._parts, part or self.move.part
        if part in parts and 0 <= step < len(self.unrolled):
            self.set_index(step * len(parts) + parts.index(part))

    @property
    def _parts(self) -> tuple[str, ...]:
        """The parts of each step: all have the same."""
        return tuple(move.part for move in self.moves[: len(self.moves) // len(self.unrolled)])

    def set_unit(self, unit: int) -> None:
        """Look at another unit; one that is not there becomes the nearest."""
        unit = min(max(unit, 0), self.unrolled.cell.hidden - 1)
        if unit != self.unit:
            self.unit = unit
            self.unit_changed.emit(unit)

    def set_notation(self, notation: str) -> None:
        """Write the equations in another way."""
        if notation != self.notation:
            self.notation = notation
            self.notation_changed.emit(notation)

    def set_motion(self, on: bool) -> None:
        """Let things move, or not."""
        if on != self.motion:
            self.motion = on
            self.motion_changed.emit(on)

    def _take(self, study: Study) -> None:
        self.study, self.fault = study, ""
        before = self.move
        try:
            self.unrolled = resolve(study)
        except ExplorerError as error:
            self.fault = str(error)
        else:
            self._stay_at(before)
        self.changed.emit(self.unrolled)

    def _stay_at(self, before: Move) -> None:
        """The same part of the same step where there still is one: a longer word must not throw the lesson back."""
        parts = self._parts
        part = parts.index(before.part) if before.part in parts else 0
        step = min(before.step, len(self.unrolled) - 1)
        self.index = step * len(parts) + part
        self.unit = min(self.unit, self.unrolled.cell.hidden - 1)
