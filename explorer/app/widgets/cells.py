"""What a grid of numbers shows, without painting it: values, texts, colours, and where each cell is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from explorer.app.theme import Theme
from explorer.app.widgets.scale import QUIET, brief, colours, ink_numbers, readable, shares, tidy

Cell = tuple[int, int]
"""Row and column, from 0."""

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST, MOST, LEGIBLE = 14, 64, 22
"""The least and the greatest side of a cell, and the least with a number in it: pixels at scale 1."""


class Texts:
    """The values as texts, made when they are asked for: at small sizes none are."""

    def __init__(self, values: Values) -> None:
        flat, inverse = np.unique(values.ravel(), return_inverse=True)
        self._numbers: list[float] = flat.tolist()
        self._order: list[int] = inverse.ravel().tolist()
        self._made: dict[int, tuple[list[str], int]] = {}

    def cells(self, digits: int) -> list[str]:
        """All cells in reading order, with 3 or 2 significant digits, or with 1 as brief as can be."""
        return self._texts(digits)[0]

    def longest(self, digits: int) -> int:
        """Characters of the longest one."""
        return self._texts(digits)[1]

    def _texts(self, digits: int) -> tuple[list[str], int]:
        if digits not in self._made:
            words = [tidy(value, digits) if digits > 1 else brief(value) for value in self._numbers]
            self._made[digits] = [words[i] for i in self._order], max(map(len, words), default=1)
        return self._made[digits]

    @cached_property
    def whole(self) -> bool:
        """Whether all are whole numbers, which more digits do not make longer."""
        return all(value.is_integer() for value in self._numbers)


@dataclass(frozen=True, eq=False)
class Board:
    """What a grid shows. values: (H, W); most: the end of the scale; known: (H, W) or `None` for all.

    before and after: rows and columns of padding around; unused: rows and columns at the end that no window reaches.
    """

    values: Values
    most: float
    before: Cell = (0, 0)
    after: Cell = (0, 0)
    unused: Cell = (0, 0)
    known: Mask | None = None
    window: tuple[Cell, ...] = ()
    lit: Cell | None = None
    marks: Mapping[Cell, str] = field(default_factory=dict)

    @property
    def shape(self) -> Cell:
        """Rows and columns."""
        return self.values.shape[0], self.values.shape[1]

    def with_(self, **changes: object) -> Board:
        """The same, but for some of its parts; what was worked out for the values is kept while they are the same."""
        made = replace(self, **changes)  # type: ignore[arg-type]
        if "texts" in self.__dict__ and made.values is self.values:
            made.__dict__["texts"] = self.texts
        return made

    @cached_property
    def ring(self) -> Mask:
        """(H, W): which cells are padding."""
        height, width = self.shape
        made = np.ones((height, width), dtype=np.bool_)
        made[self.before[0] : height - self.after[0], self.before[1] : width - self.after[1]] = False
        return made

    @cached_property
    def covered(self) -> Mask:
        """(H, W): which cells are not known yet."""
        return np.zeros(self.shape, dtype=np.bool_) if self.known is None else ~self.known

    @cached_property
    def texts(self) -> Texts:
        """The texts of all cells."""
        return Texts(self.values)

    def describe(self, cell: Cell) -> str:
        """A cell in words, counted from 1."""
        row, column = cell
        where = f"row {row + 1}, column {column + 1}"
        if self.covered[cell]:
            return f"{where}: not known yet"
        text = f"{where}: {tidy(float(self.values[cell]), 6)}"
        if self.ring[cell]:
            text += ", padding"
        height, width = self.shape
        if row >= height - self.unused[0] or column >= width - self.unused[1]:
            text += ", no window reaches it"
        return text


def grounds(theme: Theme, board: Board) -> tuple[Values, Values]:
    """The shares (H, W) and the colours (H, W, 3) of all cells: padding is paler, what is unknown is grey."""
    parts = shares(board.values, board.most)
    rgb = colours(theme, parts)
    paper = np.array(QColor(theme.paper).getRgb()[:3], dtype=np.float64)  # type: ignore[index]
    line = np.array(QColor(theme.line).getRgb()[:3], dtype=np.float64)  # type: ignore[index]
    rgb[board.ring] = paper + (rgb[board.ring] - paper) * (0.45 * np.abs(parts[board.ring])[:, None] ** 0.5)
    rgb[board.covered] = (paper + line) / 2
    return np.where(board.covered, 0.0, parts), rgb


def text_inks(theme: Theme, board: Board, parts: Values, rgb: Values) -> NDArray[np.int64]:
    """Which of the `inks` each cell's text has, (H, W): quiet ones for padding and the unknown."""
    found = ink_numbers(theme, parts, rgb)
    quiet = (board.ring | board.covered) & readable(QUIET, theme, rgb)
    found[quiet] = QUIET
    return found


@dataclass(frozen=True)
class Frame:
    """Where the cells are: the top left corner and the side of a cell, in pixels."""

    origin: QPointF
    side: float

    def cell(self, cell: Cell) -> QRectF:
        """The square of a cell."""
        row, column = cell
        return QRectF(self.origin.x() + column * self.side, self.origin.y() + row * self.side, self.side, self.side)

    def whole(self, shape: Cell) -> QRectF:
        """The rectangle of all cells."""
        return QRectF(self.origin.x(), self.origin.y(), shape[1] * self.side, shape[0] * self.side)

    def find(self, place: QPointF, shape: Cell) -> Cell | None:
        """The cell at a place."""
        if self.side <= 0:
            return None
        row = int((place.y() - self.origin.y()) // self.side)
        column = int((place.x() - self.origin.x()) // self.side)
        return (row, column) if 0 <= row < shape[0] and 0 <= column < shape[1] else None


def touched(shape: Cell, frame: Frame, region: QRectF) -> tuple[range, range]:
    """The rows and columns that a region touches."""
    x, y = region.x() - frame.origin.x(), region.y() - frame.origin.y()
    side = frame.side
    first, last = int(y // side), int((y + region.height()) // side) + 1
    left, right = int(x // side), int((x + region.width()) // side) + 1
    return range(max(0, first), min(shape[0], last)), range(max(0, left), min(shape[1], right))


def inside(cells: tuple[Cell, ...] | list[Cell], shape: Cell) -> list[Cell]:
    """Those cells that are there."""
    return [c for c in cells if 0 <= c[0] < shape[0] and 0 <= c[1] < shape[1]]
