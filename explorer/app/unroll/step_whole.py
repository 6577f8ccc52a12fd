"""All units of a part at once, as matrices and vectors on a blackboard: for small cells.

view = WholeView()
view.show_whole(whole(trace, "f", 0), unit=1)
view.unit_wanted.connect(...)
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.app.theme import Look, look
from explorer.app.unroll.step_formula import Run, draw, place
from explorer.app.widgets.scale import ink_of_sign
from explorer.explain.recurrent.notation import pieces, plain
from explorer.explain.recurrent.whole import Block, Whole
from explorer.explain.recurrent.words import said

LARGE, SMALL = 15, 11
"""The greatest and the least size of the numbers, in pixels at scale 1."""


@dataclass(frozen=True)
class _Spot:
    """A block at its place, and how wide each of its columns is."""

    block: Block
    box: QRectF
    columns: tuple[float, ...] = ()


class WholeView(QWidget):
    """The blocks of a `Whole`, broken into lines at signs. The row of one unit is marked; a click chooses a row."""

    unit_wanted = Signal(int)
    """The unit whose row was clicked, from 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole: Whole | None = None
        self._unit = 0
        self._made: tuple[object, int, list[_Spot], float] | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("All units")

    def show_whole(self, whole: Whole | None, unit: int = 0) -> None:
        """Show a part's arithmetic for all units, with the row of one unit marked."""
        self._whole, self._unit, self._made = whole, unit, None
        self.setAccessibleDescription("" if whole is None else "\n".join(whole.lines))
        self.updateGeometry()
        self.update()

    @property
    def whole(self) -> Whole | None:
        """What is shown."""
        return self._whole

    # Where things are.

    def _spots(self, width: int) -> tuple[int, list[_Spot], float]:
        style = look(self)
        if self._whole is None:
            return LARGE, [], 0.0
        key = (width, style)
        if self._made is None or self._made[0] != key:
            for size in range(LARGE, SMALL - 1, -1):
                spots, bottom, lines = self._flow(style, size, width)
                if lines <= 1 or size == SMALL:
                    break
            if lines > 1:  # in several lines there is room for larger numbers
                for size in range(LARGE - 1, SMALL - 1, -1):
                    spots, bottom, more = self._flow(style, size, width)
                    if more <= 2:
                        break
            self._made = (key, size, spots, bottom)
        return self._made[1], self._made[2], self._made[3]

    def _flow(self, style: Look, size: int, width: int) -> tuple[list[_Spot], float, int]:
        assert self._whole is not None
        metrics = QFontMetricsF(style.font(size, mono=True))
        tall, digit = metrics.height() * 1.12, metrics.horizontalAdvance("0")
        rows = max((len(b.values) for b in self._whole.blocks if b.values is not None), default=1)
        name = style.px(18)
        x = y = 0.0
        lines = 1
        spots: list[_Spot] = []
        for block in self._whole.blocks:
            if block.values is None:
                wide = digit * (len(block.text.strip()) + 1.2) if block.text.strip() else digit * 0.4
                columns: tuple[float, ...] = ()
            else:
                texts = [[said(value) for value in line] for line in block.values]
                columns = tuple(max(len(text) for text in column) * digit for column in zip(*texts, strict=True))
                wide = sum(columns) + digit * 0.9 * (len(columns) - 1) + digit * 1.4
                wide = max(wide, self._name_width(style, block.name))
            if x + wide > width and x > 0 and block.values is not None:
                # The sign before a matrix goes along with it.
                moved = [spots.pop()] if spots and spots[-1].block.values is None else []
                x, y, lines = float(style.px(16)), y + rows * tall + name + style.px(6), lines + 1
                for one in moved:
                    spots.append(_Spot(one.block, QRectF(x, y, one.box.width(), rows * tall)))
                    x += one.box.width()
            high = (len(block.values) if block.values is not None else rows) * tall
            spots.append(_Spot(block, QRectF(x, y + (rows * tall - high) / 2, wide, high), columns))
            x += wide
        return spots, y + rows * tall + name, lines

    def _name_width(self, style: Look, name: str) -> float:
        return QFontMetricsF(style.font(12, mono=True)).horizontalAdvance(plain(name)) + style.px(4)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._spots(width)[2]) + look(self).px(4)

    def sizeHint(self) -> QSize:
        return QSize(look(self).px(320), self.heightForWidth(max(self.width(), look(self).px(280))))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(200), self.heightForWidth(max(self.width(), look(self).px(280))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def _find(self, at: QPointF) -> tuple[_Spot, int] | None:
        for spot in self._spots(self.width())[1]:
            values = spot.block.values
            if values is not None and spot.box.contains(at):
                return spot, min(int((at.y() - spot.box.y()) / spot.box.height() * len(values)), len(values) - 1)
        return None

    def _of_unit(self, spot: _Spot) -> bool:
        """Whether the rows of a block are units."""
        values = spot.block.values
        if self._whole is None or values is None or len(values) != len(self._whole.result):
            return False
        # A vector behind a matrix is multiplied with each row: its rows are inputs, not units.
        blocks = self._whole.blocks
        index = next(k for k, one in enumerate(blocks) if one is spot.block)
        behind = blocks[index - 2].values if index >= 2 and blocks[index - 1].text == " " else None
        return behind is None

    # Events.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._find(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton and self._of_unit(found[0]):
            self.unit_wanted.emit(found[1])
        else:
            super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self._find(QPointF(event.pos()))
            if found is None:
                QToolTip.hideText()
            else:
                spot, row = found
                who = f"row {row + 1}" + (f", of unit {row + 1}" if self._of_unit(spot) else "")
                QToolTip.showText(event.globalPos(), f"{plain(spot.block.name)}, {who}", self)
            return True
        return super().event(event)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size, spots, _ = self._spots(self.width())
        for spot in spots:
            if spot.block.values is None:
                painter.setFont(style.font(size, mono=True))
                painter.setPen(style.colour("second"))
                painter.drawText(spot.box, Qt.AlignmentFlag.AlignCenter, spot.block.text.strip())
            else:
                self._paint_matrix(painter, style, spot, size)

    def _paint_matrix(self, painter: QPainter, style: Look, spot: _Spot, size: int) -> None:
        values, box = spot.block.values, spot.box
        assert values is not None
        digit = QFontMetricsF(style.font(size, mono=True)).horizontalAdvance("0")
        inner = sum(spot.columns) + digit * 0.9 * (len(spot.columns) - 1) + digit * 1.4
        left, tall = box.x() + (box.width() - inner) / 2, box.height() / len(values)
        if self._of_unit(spot) and self._unit < len(values):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("wash"))
            painter.drawRoundedRect(QRectF(left + 2, box.y() + self._unit * tall, inner - 4, tall), 3, 3)
        painter.setPen(QPen(style.colour("second"), max(1.0, style.px(1))))
        arm = digit * 0.35
        for x, by in ((left + 1, arm), (left + inner - 1, -arm)):
            top, low = QPointF(x, box.y() + 1), QPointF(x, box.bottom() - 1)
            painter.drawPolyline([top + QPointF(by, 0), top, low, low + QPointF(by, 0)])
        painter.setFont(style.font(size, mono=True))
        for row, line in enumerate(values):
            x = left + digit * 0.7
            for value, wide in zip(line, spot.columns, strict=True):
                painter.setPen(ink_of_sign(style, float(value), "paper") if value else style.colour("third"))
                where = QRectF(x - digit, box.y() + row * tall, wide + digit, tall)
                painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, said(value))
                x += wide + digit * 0.9
        runs = [Run(text, level, "ink") for text, level in pieces(spot.block.name)]
        placed, _ = place(style, runs, 12, 0.0, 1e6, 0.0)
        wide = placed[-1].box.right() if placed else 0.0
        painter.save()
        painter.translate(box.center().x() - wide / 2, box.bottom())
        painter.setOpacity(0.85)
        draw(painter, style, placed, 12)
        painter.restore()
