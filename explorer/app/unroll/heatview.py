"""A heat map without the mouse and the keys: what it shows, where its cells are, and how it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import CAPTION, HEAD, Look, Theme, advance, look
from explorer.app.unroll.ink import elided
from explorer.app.widgets.scale import colours, magnitudes, span, tidy
from explorer.arch.text import number, plural

Values = NDArray[np.float64]
Scale = Literal["magnitude", "signed"]

STEPS = 255
"""Colours on each side of zero."""

MANY = 4
"""From so many values in one, it does not matter if some have fewer."""

TITLE, LETTERS = 22, 20
"""Heights of the title above and of the letters below, in pixels at scale 1."""


class Hit(NamedTuple):
    """A cell: the unit (not its row) and the step, from 0, and the value there."""

    unit: int
    step: int
    value: float


def painted(theme: Theme, scale: Scale, values: Values, most: float) -> QImage:
    """(rows, columns) as a picture of one pixel a cell. What is no finite number has the ink's colour."""
    low, table = 0 if scale == "magnitude" else -STEPS, _table(theme, scale)
    with np.errstate(invalid="ignore"):
        share = np.clip(values * (STEPS / most), low, STEPS)
    finite = np.isfinite(values)
    index = np.where(finite, np.rint(np.where(finite, share, 0)) - low, len(table) - 1).astype(np.intp)
    packed = np.ascontiguousarray(table[index])
    height, width = packed.shape
    return QImage(packed.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


@lru_cache(maxsize=4)
def _table(theme: Theme, scale: Scale) -> NDArray[np.uint32]:
    """The colours of a scale, and last that of what is no finite number."""
    parts = np.arange(0 if scale == "magnitude" else -STEPS, STEPS + 1) / STEPS
    rgb = magnitudes(theme, parts) if scale == "magnitude" else colours(theme, parts)
    return np.concatenate([_packed(rgb), _packed(_ink(theme))])


def fewer(values: Values, most: int) -> Values:
    """(rows, columns) with at most so many rows: each the mean of neighbours. Far quicker than to shrink a picture."""
    count = len(values)
    if count <= most:
        return values
    each = -(-count // most)
    with np.errstate(invalid="ignore", over="ignore"):
        if each >= MANY:  # equal groups are summed much faster; that the last is smaller is no pixel
            full = count // each
            means = values[: full * each].reshape(full, each, -1).mean(axis=1)
            rest = values[full * each :]
            return np.concatenate([means, rest.mean(axis=0)[None]]) if len(rest) else means
        starts = np.arange(most) * count // most
        sizes = np.diff(starts, append=count)
        made: Values = np.add.reduceat(values, starts, axis=0) / sizes[:, None]
    return made


def _ink(theme: Theme) -> Values:
    colour = theme.ink.removeprefix("#")
    return np.array([[int(colour[k : k + 2], 16) for k in (0, 2, 4)]], dtype=np.float64)


def _packed(rgb: Values) -> NDArray[np.uint32]:
    parts = [np.rint(rgb[..., k]).astype(np.uint32) << np.uint32(8 * (2 - k)) for k in range(3)]
    made: NDArray[np.uint32] = parts[0] | parts[1] | parts[2] | np.uint32(0xFF000000)
    return made


class HeatView(QWidget):
    """What `Heat` shows; it answers to nothing."""

    def __init__(self, title: str, scale: Scale = "signed", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._scale = title, scale
        self._values: Values = np.zeros((0, 0))
        self._order: NDArray[np.intp] = np.arange(0)
        self._most, self._fixed = 1.0, False
        self._letters: Sequence[str] = ()
        self._step: int | None = None
        self._known: int | None = None
        self._hover: tuple[int, int] | None = None
        self._pin: tuple[int, int] | None = None
        self._cursor: tuple[int, int] = (0, 0)
        self._range: tuple[int, int] | None = None
        self._image: QImage | None = None
        self._image_of: tuple[str, QSize] | None = None
        self._few: tuple[int, Values] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title)

    # What is shown.

    @property
    def values(self) -> Values:
        """What is shown: (steps, units)."""
        return self._values

    @property
    def most(self) -> float:
        """The end of the scale."""
        return self._most

    @property
    def selection(self) -> tuple[int, int] | None:
        """The first and the last selected step."""
        return self._range

    @property
    def pinned(self) -> tuple[int, int] | None:
        """Unit and step of the pinned cell."""
        return self._pin

    def show_values(self, values: Values, most: float | None = None) -> None:
        """Show (steps, units). most: the end of the scale, else 1 for a magnitude and the largest for signed values.

        Raises `ValueError` if there are not two axes.
        """
        if values.ndim != 2:
            raise ValueError(f"a heat map needs (steps, units), not {values.shape}")
        same = values.shape[1] == len(self._order)
        self._values = np.asarray(values, dtype=np.float64)
        self._most = most or (1.0 if self._scale == "magnitude" else span(self._values))
        if not same:
            self._order = np.arange(values.shape[1])
        self._pin = self._pin if self._there(self._pin) else None
        self._hover = self._hover if self._there(self._hover) else None
        self._cursor = (
            self._cursor if self._there(self._cursor) else (int(self._order[0]) if len(self._order) else 0, 0)
        )
        if self._range is not None and self._range[1] >= len(values):
            self._range = None
        self._image = self._few = None
        self._tell()
        self.update()

    def show_order(self, order: NDArray[np.intp] | None) -> None:
        """Which unit each row shows, from the top; `None`: by number. Raises `ValueError` for no permutation."""
        units = self._values.shape[1]
        made = np.arange(units) if order is None else np.asarray(order, dtype=np.intp)
        if not np.array_equal(np.sort(made), np.arange(units)):
            raise ValueError(f"an order of {units} units has each of them once")
        self._order, self._image = made, None
        self.update()

    def show_letters(self, letters: Sequence[str]) -> None:
        """What stands below the columns; where they are too narrow, steps are numbered instead."""
        self._letters = letters
        self.update()

    def show_step(self, step: int | None, known: int | None = None) -> None:
        """Mark the present step's column; columns from `known` on are still to come and stay empty."""
        self._step, self._known = step, known
        self.update()

    def show_hover(self, cell: tuple[int, int] | None) -> None:
        """Mark (unit, step) as if it was pointed at, without telling it: for maps side by side."""
        self._hover = cell if self._there(cell) else None
        self.update()

    def pin(self, cell: tuple[int, int] | None) -> None:
        """Keep (unit, step) marked, or nothing."""
        self._pin = cell if self._there(cell) else None
        self.update()

    def select(self, steps: tuple[int, int] | None) -> None:
        """Mark a range of steps, both ends included, or none; told by nobody but the caller."""
        self._range = steps
        self.update()

    def hit(self, unit: int, step: int) -> Hit:
        """A cell with its value."""
        return Hit(unit, step, float(self._values[step, unit]))

    def words(self, hit: Hit) -> str:
        """A cell in words, counted from 1."""
        letter = self._letters[hit.step] if hit.step < len(self._letters) else ""
        at = f"step {number(hit.step + 1)}" + (f" “{letter}”" if letter else "")
        if self._covered(hit.step):
            return f"unit {number(hit.unit + 1)}, {at}: not known yet"
        return f"unit {number(hit.unit + 1)}, {at}: {tidy(hit.value)}"

    def _covered(self, step: int) -> bool:
        return self._known is not None and step >= self._known

    def _there(self, cell: tuple[int, int] | None) -> bool:
        steps, units = self._values.shape
        return cell is not None and 0 <= cell[0] < units and 0 <= cell[1] < steps

    def _tell(self) -> None:
        steps, units = self._values.shape
        text = f"{plural(units, 'unit')}, {plural(steps, 'step')}."
        if self.hasFocus() and self._there(self._cursor):
            text = self.words(self.hit(*self._cursor)) + "."
        self.setAccessibleDescription(f"{text} Arrow keys go from cell to cell, Shift selects steps.")

    # Where things are.

    def _map(self) -> QRectF:
        px = look(self).px
        top, below = px(TITLE), px(LETTERS)
        return QRectF(1, top, max(self.width() - 2, 1), max(self.height() - top - below, 1))

    def cell_rect(self, unit: int, step: int) -> QRectF:
        """Where a cell lies."""
        where, (steps, units) = self._map(), self._values.shape
        row = int(np.flatnonzero(self._order == unit)[0])
        wide, tall = where.width() / steps, where.height() / units
        return QRectF(where.x() + step * wide, where.y() + row * tall, wide, tall)

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """Unit and step at a place."""
        where, (steps, units) = self._map(), self._values.shape
        if not steps or not units or not where.contains(at):
            return None
        row = min(int((at.y() - where.y()) / where.height() * units), units - 1)
        return int(self._order[row]), self._column(at.x())

    def _column(self, x: float) -> int:
        where, steps = self._map(), len(self._values)
        return min(max(int((x - where.x()) / where.width() * steps), 0), steps - 1)

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(216), px(TITLE + LETTERS + 152))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(110), px(TITLE + LETTERS + 64))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter, where = look(self), QPainter(self), self._map()
        steps, units = self._values.shape
        self._paint_title(painter, style)
        if not steps or not units:
            painter.setPen(style.colour("second"))
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, "No steps yet")
            return
        painter.drawImage(where, self._sized(style, where))
        wide = where.width() / steps
        if self._known is not None and self._known < steps:
            left = where.x() + max(self._known, 0) * wide
            painter.fillRect(QRectF(left, where.y(), where.right() - left, where.height()), style.colour("line"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(style.colour("line"), 1))
        painter.drawRect(where.adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._range is not None:
            first, last = self._range
            for left, right in ((0, first), (last + 1, steps)):
                cover = QRectF(where.x() + left * wide, where.y(), (right - left) * wide, where.height())
                painter.fillRect(cover, style.colour("paper", 0.66))
            box = QRectF(where.x() + first * wide, where.y(), (last + 1 - first) * wide, where.height())
            painter.setPen(QPen(style.colour("accent"), style.px(2)))
            painter.drawRect(box)
        if self._step is not None and 0 <= self._step < steps:
            box = QRectF(where.x() + self._step * wide, where.y(), wide, where.height())
            painter.setPen(QPen(style.colour("accent"), style.px(2)))
            painter.drawRect(box.adjusted(1, 0, -1, 0) if wide > 6 else box)
        self._paint_letters(painter, style, where, wide)
        for cell, colour in ((self._pin, "accent"), (self._hover, "ink")):
            if cell is not None:
                self._frame(painter, style, cell, colour)
        if self.hasFocus():
            painter.setPen(QPen(style.colour("accent"), 1))
            painter.drawRect(where.adjusted(-0.5, -0.5, 0.5, 0.5))
            if self._hover is None and self._there(self._cursor):
                self._frame(painter, style, self._cursor, "accent")

    def _frame(self, painter: QPainter, style: Look, cell: tuple[int, int], colour: str) -> None:
        box = self.cell_rect(*cell)
        grow = max(0.0, style.px(5) - min(box.width(), box.height())) / 2  # a cell of one pixel must be found, too
        box = box.adjusted(-grow - 1, -grow - 1, grow + 1, grow + 1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(style.colour("surface"), style.px(3)))
        painter.drawRect(box)
        painter.setPen(QPen(style.colour(colour), style.px(1.5)))
        painter.drawRect(box)

    def _sized(self, style: Look, where: QRectF) -> QImage:
        """The picture; where cells are smaller than pixels, their mean. Kept until something else is shown."""
        steps, units = self._values.shape
        room = (where.size() * self.devicePixelRatioF()).toSize().expandedTo(QSize(1, 1))
        size = QSize(min(steps, room.width()), min(units, room.height()))
        if self._image is None or self._image_of != (style.theme.name, size):
            if self._few is None or self._few[0] != size.width():
                self._few = size.width(), fewer(self._values, size.width())
            rows = self._few[1].T[self._order]
            image = painted(style.theme, self._scale, fewer(rows, size.height()), self._most)
            self._image, self._image_of = image, (style.theme.name, size)
        return self._image

    def _paint_title(self, painter: QPainter, style: Look) -> None:
        """What the map shows, and the value that is pointed at."""
        font, mono = style.font(CAPTION), style.font(HEAD - 1, mono=True)
        cell = self._hover or self._pin
        said = ""
        if cell is not None:
            hit = self.hit(*cell)
            letter = self._letters[hit.step] if hit.step < len(self._letters) else ""
            where = f"“{letter}”" if letter else f"step {number(hit.step + 1)}"
            value = "–" if self._covered(hit.step) else tidy(hit.value)
            said = f"unit {number(hit.unit + 1)} {where} {value}"
            # What the map shows must be read, too: where both have no room, less is said of the cell.
            room = self.width() - advance(font, self._title) - style.px(8)
            fits = (text for text in (said, value) if advance(mono, text) <= room)
            said = next(fits, "")
        tail = advance(mono, said)
        room = self.width() - tail - style.px(8)
        band = QRectF(0, 0, self.width() - 1, style.px(TITLE) - style.px(4))
        middle = Qt.AlignmentFlag.AlignVCenter
        if not said or room > style.px(40):
            painter.setFont(font)
            painter.setPen(style.colour("second"))
            painter.drawText(band, middle | Qt.AlignmentFlag.AlignLeft, elided(font, self._title, room))
        painter.setFont(mono)
        painter.setPen(style.colour("ink"))
        painter.drawText(band, middle | Qt.AlignmentFlag.AlignRight, elided(mono, said, band.width()))

    def _paint_letters(self, painter: QPainter, style: Look, where: QRectF, wide: float) -> None:
        steps = len(self._values)
        letters = [self._letters[k] if k < len(self._letters) else "" for k in range(min(steps, 400))]
        font = style.font(min(CAPTION, max(10, wide / style.scale * 0.8)), mono=True)
        longest = advance(font, max(letters, key=len, default=""))
        fits = steps <= 400 and any(letters) and (longest <= wide or (wide >= style.px(26) and longest <= 3 * wide))
        every = 1
        if not fits:
            font = style.font(10, mono=True)
            digits = advance(font, number(steps)) + style.px(16)
            every = next(k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if k * wide >= digits)
        painter.setFont(font)
        metrics, colour = (
            QFontMetricsF(font),
            {lit: style.colour("accent" if lit else "second") for lit in (True, False)},
        )
        line = where.bottom() + 2 + (style.px(LETTERS) - 2 + metrics.ascent() - metrics.descent()) / 2
        first, last = self._range or (0, -1)
        for step in range(steps) if fits else range(every - 1 if every <= steps else 0, steps, every):
            text = letters[step] if fits else number(step + 1)
            if fits and len(text) > 1:
                text = elided(font, text, wide - 2)
            half = advance(font, text) / 2
            middle = where.x() + (step + 0.5) * wide
            if not fits:
                middle = min(middle, where.right() - half)
            painter.setPen(colour[step == self._step or first <= step <= last])
            painter.drawText(QPointF(middle - half, line), text)
