"""The one undoable edit: an immutable value takes the place of another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QUndoCommand

LIMIT = 1000
"""Edits that can be taken back."""


class Replace(QUndoCommand):
    """The value before and after. Edits in a row with one `merge` key become one."""

    def __init__(self, take: Callable[[Any], object], before: object, after: object, text: str, merge: str) -> None:
        """`take` puts a value in place; `text` names the edit."""
        super().__init__(text)
        self._take, self._merge = take, merge
        self._before, self._after = before, after

    def id(self) -> int:
        """Commands of one kind may merge."""
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Typing a word, painting over a grid, or turning one setting, is one step back."""
        if not isinstance(other, Replace) or not self._merge or other._merge != self._merge:
            return False
        self._after = other._after
        self.setObsolete(self._after == self._before)
        return True

    def redo(self) -> None:
        """Put the new value in place."""
        self._take(self._after)

    def undo(self) -> None:
        """Put the old value in place."""
        self._take(self._before)
