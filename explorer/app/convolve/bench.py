"""Input, filter and feature map side by side, all with cells of one size, as large as there is room for.

Input  6 × 6        Filter 1  3 × 3     Feature map  4 × 4
┌─────────────┐     ┌──────┐            ┌─────────┐
│             │  ⋆  │      │     =      │         │
│             │     └──────┘            └─────────┘
└─────────────┘     what it finds       −3 ━━━ 0 ━━━ 3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QSizePolicy, QWidget

from explorer.app.convolve.fitting import Measures, Row, Stack
from explorer.app.theme import HEAD, look
from explorer.app.widgets.scale import ScaleBar, span
from explorer.app.widgets.stack import GAP, GridStack
from explorer.app.widgets.text import Head, label

if TYPE_CHECKING:
    from explorer.app.widgets.formula import FormulaStrip
    from explorer.app.widgets.glide import Glide
    from explorer.explain.scan import Step

Values = NDArray[np.float64]

LARGEST, FEWEST = 120, 3
"""The largest and the smallest side of a cell that is tried, in pixels at scale 1."""

READABLE, COMFORTABLE = 30, 44
"""Sides in pixels at scale 1: the least of the filter's cells beside a large image whose cells are small, and the one
that the cells of filter and map grow to where the image leaves room."""

FARTHEST = 88
"""Greatest distance of two grids, in pixels at scale 1: the signs stand there."""

ALIKE = 6.0
"""Grids share one scale while their largest values differ by no more than this factor."""

ROOMY, TIGHT = (44, 176), (28, 64)
"""Least distance of two grids, and least width of the words below the filter, in pixels at scale 1; tight where the
cells would otherwise be too small for their numbers."""

LEGIBLE = 24
"""The side from which on cells are large enough, in pixels at scale 1."""

STALE = 0.4
"""How faint the last good map is while there is no other."""


class Bench(QWidget):
    """Places the three stacks; what they show is the page's business."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.input, self.filter, self.map = GridStack(self), GridStack(self), GridStack(self)
        self.input_head = Head(
            "Input",
            "The image, or what an earlier layer made of it. Click a cell and type, drag to paint, or scroll on it. "
            "Pale cells around it are padding.",
            parent=self,
        )
        self.filter_head = Head(
            "Filter",
            "The weights, the same at every place. Change them as you change the image, or choose a known kernel in "
            "the settings.",
            parent=self,
        )
        self.map_head = Head(
            "Feature map",
            "One cell for each place of the window, one map for each filter. Point at a cell to see where it comes "
            "from, click to stay there.",
            parent=self,
        )
        self.note = label("", "caption", wrap=True)
        self.note.setParent(self)
        self.scales = (ScaleBar(self), ScaleBar(self), ScaleBar(self))
        for stack, name in zip(self._stacks, ("Input", "Filter", "Feature map"), strict=True):
            stack.setAccessibleName(name)
        self.input.editable = self.filter.editable = True
        self.sign = "⋆"
        """Stands between input and filter: ⋆ for a correlation, ∗ for a true convolution."""
        self._signs: list[tuple[QRectF, bool]] = []
        self._arranged: object = None
        self.common = True
        """Whether one scale holds for all three."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def _stacks(self) -> tuple[GridStack, GridStack, GridStack]:
        return self.input, self.filter, self.map

    @property
    def _heads(self) -> tuple[Head, Head, Head]:
        return self.input_head, self.filter_head, self.map_head

    def show_values(self, image: Values, weights: Values, maps: Values | None, most: float | None = None) -> None:
        """Show (C, H, W), (C, K, L) and (F, H, W); `arrange` then places them.

        They share one scale where their values are of one size. `most` ends that of the maps, for maps that are
        covered: their own largest value would tell of them.
        """
        tables = (image, weights, maps)
        sizes = [span(image), span(weights), span(maps) if most is None else most]
        self.common = max(sizes) <= ALIKE * min(sizes)
        names = ("channel", "slice", "map")
        for stack, table, size, name in zip(self._stacks, tables, sizes, names, strict=True):
            count = 0 if table is None else len(table)
            if (len(stack.grids) > 1) != (count > 1) or not stack.grids:
                stack.show_names(lambda k, n=name, c=count: f"{n} {k + 1}" if c > 1 else "")  # type: ignore[misc]
            stack.show_values(table, max(sizes) if self.common else size)
        for bar, size in zip(self.scales, sizes, strict=True):
            bar.show_most(max(sizes) if self.common else size)

    def show_stale(self, stale: bool) -> None:
        """Grey the map while it is not that of the present input and filter."""
        if stale and self.map.graphicsEffect() is None:
            faint = QGraphicsOpacityEffect(self.map)
            faint.setOpacity(STALE)
            self.map.setGraphicsEffect(faint)
        elif not stale and self.map.graphicsEffect() is not None:
            self.map.setGraphicsEffect(None)  # type: ignore[arg-type]

    def stroke(self, stack: GridStack) -> int:
        """Counts the strokes of the pen on a stack: edits of one stroke belong together."""
        return sum(grid.stroke for grid in stack.grids)

    def fly(self, glide: Glide, before: Step, step: Step, formula: FormulaStrip, text: str, duration: int) -> None:
        """Let the kernel glide from one step's window to the next one's, and its result fly into its cell."""
        channel, out = step.terms[0].padded[0], step.index
        if channel >= len(self.input.grids) or out[0] >= len(self.map.grids):
            return
        old = [term.padded[1:] for term in before.terms if term.padded[0] == channel]
        new = [term.padded[1:] for term in step.terms if term.padded[0] == channel]
        glide.duration = duration
        source = glide.where(formula, formula.result_rect())
        glide.step(self.input.grids[channel], old, new, self.map.grids[out[0]], out[1:], text, source)  # type: ignore[arg-type]

    # Room.

    def _row(self, spacing: tuple[int, int], left: int, own: int, bar: int) -> Row:
        """The three stacks in the height that is `left`: scales and words stand below them.

        `own` is the room for a scale that is not shared, `bar` for the one that is always there.
        """
        px, (between, note) = look(self).px, spacing
        words = self.note.heightForWidth(px(note)) if spacing is ROOMY else 0
        rooms = (left - own, left - own - words, left - bar)
        # A heading may reach into the gap behind it.
        heads = [head.sizeHint().width() for head in self._heads]
        into = px(between) - px(12)
        least = heads[0] - into, max(heads[1] - into, px(note)), heads[2]
        one, two, three = (Stack(*_shape(stack), room) for stack, room in zip(self._stacks, rooms, strict=True))
        measures = Measures(2 * px(2) + 1, px(HEAD + 14), px(GAP), px(64))
        return Row((one, two, three), least, 2 * px(between), self.width(), measures)

    def arrange(self) -> None:
        """Give everything its place, if anything is new."""
        if self.width() < 10 or self.input.values is None:
            return
        px = look(self).px
        top = self.input_head.sizeHint().height() + px(8)
        bar = self.scales[0].sizeHint().height() + px(8)
        left, own = self.height() - top, 0 if self.common else bar
        rows = [self._row(spacing, left, own, bar) for spacing in (ROOMY, TIGHT)]
        key = (tuple(rows), look(self), self.note.text(), self.height())
        if key == self._arranged:
            return
        self._arranged = key
        bounds = FEWEST, px(LARGEST), px(READABLE), px(COMFORTABLE)
        row, spacing = rows[0], ROOMY
        sides = row.best(*bounds)
        if sides[0] < px(LEGIBLE):
            tighter = rows[1].best(*bounds)
            if tighter[0] > sides[0]:
                row, spacing, sides = rows[1], TIGHT, tighter
        blocks = row.blocks(sides) or [(round(self.width() / 4), max(left, 1))] * 3
        columns = row.columns(blocks)
        gap = int(min(max((self.width() - sum(columns)) / 2, px(spacing[0])), px(FARTHEST)))
        self._signs = []
        x, middle = 0, top + blocks[1][1] / 2
        for index, stack in enumerate(self._stacks):
            wide, high = blocks[index]
            head, scale = self._heads[index], self.scales[index]
            head.setGeometry(x, 0, max(columns[index], head.sizeHint().width()), head.sizeHint().height())
            stack.setGeometry(x, top, wide, high)
            stack.show_side(sides[index])
            rows_of = _shape(stack)[1]
            end = max((stack.cell_rect((k, rows_of - 1, 0)).bottom() for k in range(len(stack.grids))), default=0.0)
            below = top + round(end) + px(10)
            scale.setVisible(index == 2 or not self.common)
            scale.setGeometry(x, below, min(max(wide, px(96)), px(320)), scale.sizeHint().height())
            if index == 1:
                self._place_note(x, below + own, max(wide, columns[1]))
            if index < 2:
                sign = px(24)
                centre = x + (wide + columns[index] + gap) / 2
                self._signs.append((QRectF(centre - sign / 2, middle - sign, sign, sign), index == 0))
            x += columns[index] + gap
        self.update()

    def _place_note(self, x: int, y: int, wide: int) -> None:
        tall = self.note.heightForWidth(wide)
        self.note.setGeometry(x, y, wide, tall)
        # Where there is no room for it: what it says stands in the settings, too.
        self.note.setVisible(y + tall <= self.height() and wide >= look(self).px(0.6 * ROOMY[1]))

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(640), px(320))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(480), px(200))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "scales"):
            self._arranged = None
            self.arrange()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setFont(style.font(20, QFont.Weight.Medium))
        painter.setPen(style.colour("third"))
        for where, first in self._signs:
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, self.sign if first else "=")


def _shape(stack: GridStack) -> tuple[int, int, int]:
    """How many grids, and the rows and columns of each."""
    if stack.values is None:
        return 1, 1, 1
    rows, columns = stack.values.shape[1:]
    return len(stack.grids), int(rows), int(columns)
