"""The triangle of contributions without mouse and keys: what it shows, where its cells are, how it is painted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import HEAD, Look, look
from explorer.app.unroll.back_task import low
from explorer.app.unroll.ink import elided
from explorer.app.widgets.scale import colours, ink_numbers, inks, magnitudes, span, tidy, to_image
from explorer.arch.text import number
from explorer.explain.recurrent.bptt import Triangle

Values = NDArray[np.float64]
At = tuple[int, int]
"""A loss and a step from 0; −1 for the sum over all of them."""

DECADES = 8
"""Powers of ten that the logarithmic scale spans at most, below the largest value."""

EDGE, FOOT, SUMS, GAP = 30, 20, 56, 8
"""Room for the losses’ names, the steps’ names, the bars, and between map and bars: pixels at scale 1."""

WRITTEN = (38, 19)
"""Least width and height of a cell with its number in it, in pixels at scale 1."""

TALLEST = 64
"""Greatest height of a cell in pixels at scale 1: where few losses are shown, the bars get the rest."""


def short(value: float, digits: int = 2) -> str:
    """A value in few characters, however small: `0.062`, `4e−12`, `0` only for 0."""
    if 0 < abs(value) < 1e-6:
        head, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{head.removesuffix('.0')}e{int(exponent)}".replace("-", "−")
    return tidy(value, digits)


def decades(values: Values, most: float) -> int:
    """How many powers of ten a logarithmic scale needs that ends at `most`: 1 to `DECADES`."""
    size = np.abs(values[np.isfinite(values) & (values != 0)])
    least = float(size.min()) if size.size else most
    return int(min(max(np.ceil(np.log10(most) - np.log10(least) + 0.05), 1), DECADES))


def shares(values: Values, most: float, powers: int | None) -> Values:
    """Values as parts of the scale, −1…1; signs stay, and what is no number is 0.

    With `powers` the scale is logarithmic: so many powers of ten below `most` is 0.
    """
    with np.errstate(all="ignore"):
        size = np.abs(values) / most
        if powers is not None:
            size = np.where(size > 0, 1 + np.log10(np.where(size > 0, size, 1.0)) / powers, 0.0)
        size = np.where(np.isnan(size), 0.0, np.clip(size, 0.0, 1.0))
    made: Values = np.copysign(size, np.where(np.isnan(values), 0.0, values))
    return made


class BackTriangleView(QWidget):
    """What `BackTriangle` shows; it answers to nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        nothing = np.zeros((0, 0))
        self._triangle = Triangle(nothing, np.zeros(0), np.zeros(0), 0.0)
        self._losses: tuple[int, ...] = ()
        self._labels: Sequence[str] = ()
        self._signed, self._logarithmic = False, True
        self._cut: int | None = None
        self._most, self._powers = 1.0, 1
        self._present: At | None = None
        self._hover: At | None = None
        self._cursor: At = (0, 0)
        self._image: tuple[str, QImage] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Contributions of each loss at each step")

    # What is shown.

    @property
    def most(self) -> float:
        """The end of the cells' scale."""
        return self._most

    @property
    def losses(self) -> tuple[int, ...]:
        """The losses whose rows are shown."""
        return self._losses

    def show_triangle(
        self, triangle: Triangle, losses: tuple[int, ...], labels: Sequence[str], signed: bool, cut: int | None
    ) -> None:
        """Show contributions (T, T), of which only the rows in `losses`. cut: how far back each loss goes at most."""
        self._triangle, self._losses, self._labels, self._signed, self._cut = triangle, losses, labels, signed, cut
        self._most = span(triangle.values)
        self._powers = decades(triangle.values, self._most)
        self._hover = None
        if not self._there(self._cursor):
            self._cursor = (losses[-1], 0) if losses else (0, 0)
        self._image = None
        self._tell()
        self.update()

    def show_scale(self, logarithmic: bool) -> None:
        """Colours and bars on a logarithmic scale, or a linear one."""
        self._logarithmic, self._image = logarithmic, None
        self.update()

    def show_present(self, at: At | None) -> None:
        """Mark the place at which the walk is."""
        self._present = at
        self.update()

    def value(self, at: At) -> float:
        """The number at a place."""
        loss, step = at
        if loss < 0:
            return float(self._triangle.steps[step])
        return float(self._triangle.losses[loss] if step < 0 else self._triangle.values[loss, step])

    def words(self, at: At) -> str:
        """A place in words, counted from 1."""
        loss, step = at
        letter = f" “{self._labels[step]}”" if 0 <= step < len(self._labels) else ""
        if loss < 0:
            return f"step {number(step + 1)}{letter}, all losses: {short(self.value(at), 3)}"
        if step < 0:
            return f"loss {number(loss + 1)}, all steps: {short(self.value(at), 3)}"
        where = f"loss {number(loss + 1)} at step {number(step + 1)}{letter}"
        return f"{where}: cut off" if self._cut_off(loss, step) else f"{where}: {short(self.value(at), 3)}"

    def _cut_off(self, loss: int, step: int) -> bool:
        return self._cut is not None and loss - step > self._cut

    def _there(self, at: At) -> bool:
        loss, step = at
        steps = len(self._triangle.steps)
        if loss < 0 or step < 0:
            return max(loss, step) >= 0 and (step < steps if loss < 0 else loss in self._losses)
        return loss in self._losses and 0 <= step <= loss

    def _tell(self) -> None:
        text = f"{number(len(self._losses))} losses, {number(len(self._triangle.steps))} steps."
        if self.hasFocus() and self._there(self._cursor):
            text = self.words(self._cursor) + "."
        self.setAccessibleDescription(f"{text} Arrow keys go from cell to cell, Enter chooses one.")

    # Where things are.

    def _parts(self) -> tuple[QRectF, QRectF, QRectF]:
        """The map, the bars right of it, and those below it."""
        px = look(self).px
        count, wide = max(len(self._losses), 1), max(self.width() - px(EDGE) - px(SUMS) - px(GAP), 1)
        bars = max(px(44), min(round(self.height() * 0.22), px(110)))
        tall = min(max(self.height() - bars - px(FOOT) - px(2), 1), count * px(TALLEST))
        bars = self.height() - px(FOOT) - tall - px(2)
        cells = QRectF(px(EDGE), 1, wide, tall)
        right = QRectF(cells.right() + px(GAP), 1, px(SUMS) - 1, tall)
        below = QRectF(cells.x(), cells.bottom() + px(FOOT), wide, bars)
        return cells, right, below

    def _cell(self, at: At) -> QRectF:
        cells, right, below = self._parts()
        loss, step = at
        rows, steps = len(self._losses), len(self._triangle.steps)
        if loss < 0:
            wide = below.width() / steps
            return QRectF(below.x() + step * wide, below.y(), wide, below.height())
        tall = cells.height() / rows
        top = cells.y() + self._losses.index(loss) * tall
        if step < 0:
            return QRectF(right.x(), top, right.width(), tall)
        wide = cells.width() / steps
        return QRectF(cells.x() + step * wide, top, wide, tall)

    def place_at(self, at: QPointF) -> At | None:
        """What lies there."""
        cells, right, below = self._parts()
        rows, steps = len(self._losses), len(self._triangle.steps)
        if not rows or not steps:
            return None
        step = min(int((at.x() - cells.x()) / cells.width() * steps), steps - 1)
        row = min(int((at.y() - cells.y()) / cells.height() * rows), rows - 1)
        if cells.contains(at):
            return (self._losses[row], step) if step <= self._losses[row] else None
        if right.contains(at):
            return self._losses[row], -1
        return (-1, step) if below.contains(at) else None

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(340), px(230))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(260), px(106))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        cells, right, below = self._parts()
        rows, steps = len(self._losses), len(self._triangle.steps)
        if not rows or not steps:
            painter.setPen(style.colour("second"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "No loss yet")
            return
        wide, tall = cells.width() / steps, cells.height() / rows
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, wide < 1 or tall < 1)
        painter.drawImage(cells, self._picture(style))
        self._stairs(painter, style, cells, wide, tall)
        if wide >= style.px(WRITTEN[0]) and tall >= style.px(WRITTEN[1]):
            self._numbers(painter, style)
        self._names(painter, style, cells, wide, tall)
        self._bars(painter, style, right, below)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._legend(painter, style, QRectF(right.x(), below.y(), right.width(), below.height()))
        for at, colour in ((self._present, "accent"), (self._hover, "ink")):
            if at is not None and self._there(at):
                self._frame(painter, style, at, colour)
        if self.hasFocus():
            painter.setPen(QPen(style.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
            if self._hover is None and self._there(self._cursor):
                self._frame(painter, style, self._cursor, "accent")

    def _colours(self, style: Look) -> tuple[Values, Values]:
        """Shares and colours of the rows that are shown."""
        parts = self._shares(self._triangle.values[list(self._losses)])
        return parts, colours(style.theme, parts) if self._signed else magnitudes(style.theme, np.abs(parts))

    def _shares(self, values: Values, most: float | None = None) -> Values:
        return shares(values, most or self._most, self._powers if self._logarithmic else None)

    def _picture(self, style: Look) -> QImage:
        if self._image is None or self._image[0] != style.theme.name:
            values = self._triangle.values[list(self._losses)]
            _, rgb = self._colours(style)
            rgb[~np.isfinite(values)] = _rgb(style, "ink")
            step, loss = np.arange(values.shape[1]), np.array(self._losses)[:, None]
            rgb[step > loss] = _rgb(style, "paper")  # no loss depends on a later step
            if self._cut is not None:
                rgb[loss - step > self._cut] = _rgb(style, "line")
            self._image = style.theme.name, to_image(rgb)
        return self._image[1]

    def _stairs(self, painter: QPainter, style: Look, cells: QRectF, wide: float, tall: float) -> None:
        """The edge of the triangle, hair lines between large cells, and the edge of what is cut off."""
        painter.setPen(QPen(style.colour("line"), 1))
        if wide >= style.px(10) and tall >= style.px(10):
            for row, loss in enumerate(self._losses):
                for step in range(loss + 1):
                    painter.drawRect(QRectF(cells.x() + step * wide, cells.y() + row * tall, wide, tall))
        painter.setPen(QPen(style.colour("strong_line"), 1))
        for row, loss in enumerate(self._losses):
            y, x = cells.y() + row * tall, cells.x() + (loss + 1) * wide
            painter.drawLine(QPointF(x, y), QPointF(x, y + tall))
            before = self._losses[row - 1] if row else -1
            painter.drawLine(QPointF(cells.x() + (before + 1) * wide, y), QPointF(x, y))
        painter.drawLine(cells.topLeft(), cells.bottomLeft())
        end = cells.x() + (self._losses[-1] + 1) * wide
        painter.drawLine(cells.bottomLeft(), QPointF(end, cells.bottom()))
        if self._cut is not None:
            painter.setPen(QPen(style.colour("warning"), style.px(1.5)))
            before_x = cells.x()
            for row, loss in enumerate(self._losses):
                x = cells.x() + max(loss - self._cut, 0) * wide
                y = cells.y() + row * tall
                if x > cells.x():
                    painter.drawLine(QPointF(before_x, y), QPointF(x, y))
                    painter.drawLine(QPointF(x, y), QPointF(x, y + tall))
                before_x = x

    def _numbers(self, painter: QPainter, style: Look) -> None:
        parts, rgb = self._colours(style)
        found = ink_numbers(style.theme, np.abs(parts), rgb)
        made = inks(style.theme)
        font = style.font(11, mono=True)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        for row, loss in enumerate(self._losses):
            for step in range(loss + 1):
                if self._cut_off(loss, step):
                    continue
                box, text = self._cell((loss, step)), short(float(self._triangle.values[loss, step]), 2)
                if metrics.horizontalAdvance(text) <= box.width() - 2:
                    painter.setPen(made[int(found[row, step])])
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _names(self, painter: QPainter, style: Look, cells: QRectF, wide: float, tall: float) -> None:
        """Losses at the left and steps below, as many as there is room for."""
        font = style.font(HEAD - 1, mono=True)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        middle = Qt.AlignmentFlag.AlignVCenter
        lit = self._hover or self._present
        high = metrics.height()
        for row in range(0, len(self._losses), self._every(tall, high)):
            loss = self._losses[row]
            box = QRectF(0, cells.y() + (row + 0.5) * tall - high / 2, style.px(EDGE) - style.px(5), high)
            painter.setPen(style.colour("accent" if lit is not None and lit[0] == loss else "second"))
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, f"E{low(loss + 1)}")
        steps = len(self._triangle.steps)
        longest = max((metrics.horizontalAdvance(text) for text in self._labels[:400]), default=0.0)
        lettered = steps <= 400 and 0 < longest <= wide
        every = 1 if lettered else self._every(wide, metrics.horizontalAdvance(str(steps)) + style.px(10))
        for step in range(0 if lettered else every - 1, steps, every):
            text = self._labels[step] if lettered else number(step + 1)
            room = max(wide, style.px(40))
            box = QRectF(cells.x() + (step + 0.5) * wide - room / 2, cells.bottom() + 1, room, style.px(FOOT) - 3)
            painter.setPen(style.colour("accent" if lit is not None and lit[1] == step else "second"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, elided(font, text, room))

    @staticmethod
    def _every(room: float, needed: float) -> int:
        return next(k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if k * room >= needed or k == 10**9)

    def _bars(self, painter: QPainter, style: Look, right: QRectF, below: QRectF) -> None:
        """Row sums to the right, column sums downwards."""
        steps = len(self._triangle.steps)
        sums = self._shares(self._triangle.losses, max(span(self._triangle.losses), self._most))[list(self._losses)]
        tall = right.height() / len(self._losses)
        painter.setPen(QPen(style.colour("strong_line"), 1))
        painter.drawLine(right.topLeft(), right.bottomLeft())
        painter.drawLine(below.topLeft(), below.topRight())
        for row, part in enumerate(sums):
            box = QRectF(
                right.x() + 1, right.y() + (row + 0.5) * tall - tall * 0.36, right.width() * abs(part), tall * 0.72
            )
            painter.fillRect(box, self._bar(style, float(part)))
        wide = below.width() / steps
        inner = below.height() - style.px(2)
        font = style.font(10, mono=True)
        metrics = QFontMetricsF(font)
        written = wide >= style.px(WRITTEN[0]) and inner > 3 * metrics.height()
        inner -= metrics.height() if written else 0.0
        painter.setFont(font)
        for step, part in enumerate(self._shares(self._triangle.steps, max(span(self._triangle.steps), self._most))):
            box = QRectF(below.x() + (step + 0.14) * wide, below.y() + 1, max(wide * 0.72, 1), inner * abs(part))
            painter.fillRect(box, self._bar(style, float(part)))
            if written:
                painter.setPen(style.colour("second"))
                text = elided(font, short(float(self._triangle.steps[step]), 2), wide)
                under = QRectF(below.x() + step * wide, box.bottom() + 1, wide, metrics.height())
                painter.drawText(under, Qt.AlignmentFlag.AlignCenter, text)

    def _legend(self, painter: QPainter, style: Look, room: QRectF) -> None:
        """What the colours mean: the ends of the scale, in the corner between the bars."""
        px, font = style.px, style.font(10, mono=True)
        high = QFontMetricsF(font).height()
        strip = QRectF(room.x(), room.y() + px(4), room.width(), px(7))
        fade = QLinearGradient(strip.topLeft(), strip.topRight())
        if self._signed:
            for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
                fade.setColorAt((share + 1) / 2, style.signed(share))
        else:
            fade.setColorAt(0.0, style.colour("zero"))
            fade.setColorAt(1.0, style.colour("magnitude"))
        painter.setPen(style.colour("line"))
        painter.setBrush(fade)
        painter.drawRect(strip)
        painter.setFont(font)
        painter.setPen(style.colour("second"))
        least = (
            short(-self._most, 2)
            if self._signed
            else short(self._most / 10**self._powers, 2)
            if self._logarithmic
            else "0"
        )
        lines = (f"{least} …", short(self._most, 2))
        for k, text in enumerate(lines):
            line = QRectF(room.x() - px(4), strip.bottom() + px(2) + k * high, room.width() + px(4), high)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight, text)

    def _bar(self, style: Look, part: float) -> QColor:
        if self._signed:
            return style.colour("positive" if part >= 0 else "negative")
        return style.colour("magnitude")

    def _frame(self, painter: QPainter, style: Look, at: At, colour: str) -> None:
        box = self._cell(at)
        grow = max(0.0, style.px(5) - min(box.width(), box.height())) / 2
        box = box.adjusted(-grow, -grow, grow, grow)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(style.colour("surface"), style.px(3)))
        painter.drawRect(box)
        painter.setPen(QPen(style.colour(colour), style.px(1.5)))
        painter.drawRect(box)


def _rgb(style: Look, name: str) -> tuple[int, int, int]:
    colour = style.colour(name)
    return colour.red(), colour.green(), colour.blue()
