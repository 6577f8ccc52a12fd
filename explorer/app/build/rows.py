"""How a row of the list looks: its columns, their heads, its figures and bars."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QListView, QWidget

from explorer.app.build.figures import cell, cell_amount
from explorer.app.theme import Look, look
from explorer.arch.analysis import Report, Row
from explorer.arch.text import times

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
        # Without bars everything needs 584; bars come first, then wider gaps.
        spare = max(0, width - px(588))
        more = max(0, spare - px(72))
        bar = min(spare // 3, px(24) + more * 2 // 9)
        gap = more // 6
        x = px(24)

        def take(size: int, after: int = 0) -> QRect:
            nonlocal x
            made = QRect(x, 0, size, height)
            x += size + after
            return made

        return Columns(
            name=take(px(92), px(4)),
            detail=take(px(100) + gap, px(4)),
            output=take(px(108) + gap, px(4)),
            parameters=take(px(84), px(6)),
            parameter_bar=take(bar, px(6)),
            memory=take(px(60), px(6)),
            memory_bar=take(bar, px(4)),
            macs=take(px(76), px(6)),
            mac_bar=take(bar),
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


def paint_row(painter: QPainter, style: Look, report: Report, row: Row, width: int, height: int, chosen: bool) -> None:
    """Paint one row of the list; what lies behind a fault is grey."""
    px, columns = style.px, Columns.of(style, width, height)
    known = row.output is not None
    kind = row.layer.kind if row.layer else "input"
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.kind(kind, 1.0 if known else 0.35))
    painter.drawRoundedRect(QRectF(px(8), px(7), px(4), height - px(14)), 2, 2)
    left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight

    def text(where: QRect, words: str, align: Qt.AlignmentFlag, colour: str, mono: bool = True) -> None:
        weight = QFont.Weight.DemiBold if chosen and not mono and colour == "ink" else QFont.Weight.Normal
        painter.setFont(style.font(13 if mono or colour != "ink" else 14, weight, mono))
        painter.setPen(style.colour(colour))
        fitted = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, where.width())
        painter.drawText(where, align, fitted)

    text(columns.name, row.type, left, "ink" if known else "third", mono=False)
    if row.layer:
        text(columns.detail, row.layer.detail(row.input), left, "second" if known else "third", mono=False)
    if not known:
        broken = report.fault is not None and report.rows[report.fault.index + 1] is row
        text(columns.output, "does not fit" if broken else "–", left, "warning" if broken else "third", mono=False)
        return
    assert row.output is not None
    macs = row.macs or 0
    text(columns.output, times(row.output, spaced=True), left, "ink")
    text(columns.parameters, cell(row.parameters or 0, 10**8), right, "ink" if row.parameters else "third")
    memory = columns.memory.adjusted(-style.px(4), 0, 0, 0)
    text(memory, cell_amount(row.memory_bytes or 0), right, "ink" if row.memory_bytes else "third")
    text(columns.macs, cell(macs), right, "ink" if row.macs else "third")
    most_parameters, most_memory, most_macs = report.largest
    _bar(painter, style, columns.parameter_bar, row.parameters or 0, most_parameters, "accent")
    _bar(painter, style, columns.memory_bar, row.memory_bytes or 0, most_memory, "magnitude")
    _bar(painter, style, columns.mac_bar, macs, most_macs, "third")


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
