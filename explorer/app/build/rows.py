"""How a row of the list looks: its columns, their heads, its figures and bars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QListView, QWidget

from explorer.app.build.figures import cell, cell_amount
from explorer.app.build.words import fitted, settings
from explorer.app.theme import Look, look
from explorer.arch.analysis import Row
from explorer.arch.text import TIMES

ROW = 36
"""Height of a row in pixels at scale 1."""


@dataclass(frozen=True)
class Columns:
    """Where the columns lie in a row of a given width: left edges and widths in pixels."""

    name: QRect
    detail: QRect
    output: QRect
    parameters: QRect
    parameter_bar: QRect
    memory: QRect
    memory_bar: QRect
    macs: QRect
    mac_bar: QRect

    @staticmethod
    def of(style: Look, width: int, height: int) -> Columns:
        """The columns for a row; extra width goes to the gaps and the bars."""
        px = style.px
        # Without bars everything needs 594. The settings of blocks come first, then bars, those of parameters and
        # memory before the third, then wider gaps.
        spare = max(0, width - px(594))
        lead = min(spare, px(16))
        spare -= lead
        more = max(0, spare - px(108))
        bar = min(spare // 2, px(36) + more * 2 // 9)
        third = min(max(0, spare - px(72)), bar)
        gap = more // 6
        x = px(24)

        def take(size: int, after: int = 0) -> QRect:
            nonlocal x
            made = QRect(x, 0, size, height)
            x += size + after
            return made

        return Columns(
            name=take(px(92), px(4)),
            detail=take(px(100) + lead + gap, px(10)),
            output=take(px(108) + gap, px(4)),
            parameters=take(px(84), px(6)),
            parameter_bar=take(bar, px(6)),
            memory=take(px(60), px(6)),
            memory_bar=take(bar, px(4)),
            macs=take(px(76), px(6)),
            mac_bar=take(third),
        )

    def at(self, x: int) -> str:
        """Which figure lies at `x`: output, parameters, memory or macs, or an empty string."""
        for name in ("output", "parameters", "memory", "macs"):
            rect: QRect = getattr(self, name)
            bar: QRect | None = {"parameters": self.parameter_bar, "memory": self.memory_bar, "macs": self.mac_bar}.get(
                name
            )
            if rect.left() <= x <= (bar or rect).right():
                return name
        return ""


def indent(style: Look, row: Row) -> int:
    """How far in a row begins: blocks within blocks step to the right."""
    return style.px(14) * max(0, len(row.at) - 1)


@dataclass(frozen=True)
class Scale:
    """The ends of the bars: most parameters, bytes of memory and multiply-adds of any line."""

    parameters: int
    memory: int
    macs: int

    @staticmethod
    def of(rows: Iterable[Row]) -> Scale:
        """The scale of the rows whose bars are drawn together."""
        rows = tuple(rows)
        return Scale(
            max((row.parameters or 0 for row in rows), default=0),
            max((row.memory_bytes or 0 for row in rows), default=0),
            max((row.macs or 0 for row in rows), default=0),
        )


@dataclass(frozen=True)
class Line:
    """How a row is drawn: `mark` is the ▸ or ▾ of a block; the bars of an opened block stand at what it holds."""

    row: Row
    name: str
    output: str
    broken: bool
    chosen: bool
    mark: str

    @property
    def barred(self) -> bool:
        """Whether the row has bars."""
        return self.mark != "▾"


def paint_row(painter: QPainter, style: Look, line: Line, scale: Scale, width: int, height: int) -> None:
    """Paint one row of the list; what lies behind a fault is grey."""
    row, mark, chosen = line.row, line.mark, line.chosen
    px, columns = style.px, Columns.of(style, width, height)
    known = row.output is not None
    kind, left_edge = row.kind, indent(style, row)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.kind(kind, 1.0 if known else 0.35))
    if mark:
        painter.setPen(style.colour("second"))
        painter.setFont(style.font(13))
        painter.drawText(QRect(left_edge + px(4), 0, px(16), height), Qt.AlignmentFlag.AlignCenter, mark)
    else:
        painter.drawRoundedRect(QRectF(left_edge + px(8), px(7), px(4), height - px(14)), 2, 2)
    left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight

    def text(
        where: QRect, words: str | tuple[str, ...], align: Qt.AlignmentFlag, colour: str, mono: bool = True
    ) -> None:
        weight = QFont.Weight.DemiBold if chosen and not mono and colour == "ink" else QFont.Weight.Normal
        painter.setFont(style.font(13 if mono or colour != "ink" else 14, weight, mono))
        painter.setPen(style.colour(colour))
        texts = (words,) if isinstance(words, str) else words
        painter.drawText(where, align, fitted(texts, painter.fontMetrics(), where.width()))

    name = columns.name.adjusted(left_edge, 0, 0, 0)
    called = line.name
    painter.setFont(style.font(14, QFont.Weight.DemiBold if chosen else QFont.Weight.Normal))
    needed = min(painter.fontMetrics().horizontalAdvance(called) + 2, px(128))
    name.setRight(max(name.right(), name.left() + needed))
    text(name, called, left, "ink" if known else "third", mono=False)
    if row.node:
        detail = columns.detail
        # It begins below the others, or earlier where it has more to say than there is room for.
        painter.setFont(style.font(13))
        wide = painter.fontMetrics().horizontalAdvance(settings(row)[0])
        start = min(detail.left(), detail.right() - wide)
        detail.setLeft(max(start, name.left() + needed + px(8)))
        text(detail, settings(row), left, "second" if known else "third", mono=False)
    if not known:
        said, colour = ("does not fit", "warning") if line.broken else ("–", "third")
        text(columns.output, said, left, colour, mono=False)
        return
    macs = row.macs or 0
    painter.setFont(style.font(13, mono=True))
    wide = painter.fontMetrics().horizontalAdvance(line.output) > columns.output.width()
    text(columns.output, line.output.replace(f" {TIMES} ", TIMES) if wide else line.output, left, "ink")
    text(columns.parameters, cell(row.parameters or 0, 10**8), right, "ink" if row.parameters else "third")
    memory = columns.memory.adjusted(-style.px(4), 0, 0, 0)
    text(memory, cell_amount(row.memory_bytes or 0), right, "ink" if row.memory_bytes else "third")
    text(columns.macs, cell(macs), right, "ink" if row.macs else "third")
    if line.barred:
        _bar(painter, style, columns.parameter_bar, row.parameters or 0, scale.parameters, "accent")
        _bar(painter, style, columns.memory_bar, row.memory_bytes or 0, scale.memory, "magnitude")
        _bar(painter, style, columns.mac_bar, macs, scale.macs, "third")


def _bar(painter: QPainter, style: Look, where: QRect, value: int, most: int, colour: str) -> None:
    if not value or not most or where.width() < 4:
        return
    length = max(style.px(2), round(where.width() * value / most))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.colour(colour, 0.85))
    thick = style.px(6)
    painter.drawRoundedRect(QRectF(where.x(), where.center().y() - thick / 2 + 1, length, thick), thick / 2, thick / 2)


class Header(QWidget):
    """The names of the columns of a list, above them."""

    def __init__(self, rows: QListView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(400), px(24))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        columns = Columns.of(style, self._rows.viewport().width(), self.height())
        painter.setPen(style.colour("third"))
        painter.setFont(style.font(12))
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for where, words, align in (
            (columns.name, "layer", left),
            (columns.output, "output", left),
            (columns.parameters, "parameters", right),
            (columns.memory, "memory", right),
            (columns.macs, "multiply-adds", right),
        ):
            painter.drawText(where.adjusted(-style.px(30) if align == right else 0, 0, 0, 0), align, words)
