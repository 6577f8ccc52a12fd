"""How a line of two compared networks looks: two halves with the same columns, and a sign between them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QListView, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from explorer.app.build.figures import cell, cell_amount
from explorer.app.build.words import fitted, settings, words
from explorer.app.theme import Look, look
from explorer.arch.analysis import Row
from explorer.arch.compare import Pair
from explorer.arch.text import times

ROW, GUTTER = 32, 32
"""Height of a line, and width of the middle, in pixels at scale 1."""

FIGURES = ("output", "parameters", "memory", "macs")
_HEADS = {"output": "output", "parameters": "parameters", "memory": "memory", "macs": "multiply-adds"}
_WIDE = {"output": 118, "parameters": 84, "memory": 60, "macs": 80}
_LEAST = {"output": 340, "parameters": 0, "memory": 420, "macs": 500}
"""Width of a column, and from which width of its half on it is shown, in pixels at scale 1."""

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True)
class Half:
    """One half of a line: where its columns lie. Those without room are not there."""

    whole: QRect
    name: QRect
    figures: dict[str, QRect]

    @staticmethod
    def of(style: Look, left: int, width: int, height: int) -> Half:
        """The columns of a half from `left` on, `width` pixels wide."""
        px = style.px
        shown = [name for name in FIGURES if width >= px(_LEAST[name])]
        right = left + width - px(4)
        figures = {}
        for name in reversed(shown):
            figures[name] = QRect(right - px(_WIDE[name]), 0, px(_WIDE[name]), height)
            right -= px(_WIDE[name]) + px(8)
        return Half(QRect(left, 0, width, height), QRect(left, 0, right - left, height), figures)


def halves(style: Look, width: int, height: int) -> tuple[Half, Half]:
    """Both halves of a line of this size."""
    each = max(1, (width - style.px(GUTTER)) // 2)
    return Half.of(style, 0, each, height), Half.of(style, width - each, each, height)


def figure_at(view: QListView, x: int) -> str:
    """Which figure lies at `x`, or an empty string."""
    for half in halves(look(view), view.viewport().width(), 1):
        for name, where in half.figures.items():
            if where.left() <= x <= where.right():
                return name
    return ""


class PairDelegate(QStyledItemDelegate):
    """Paints a `Pair`; its model has `pairs`."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        view = self.parent()
        assert isinstance(view, QWidget)
        return QSize(look(view).px(200), look(view).px(ROW))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view = self.parent()
        assert isinstance(view, QListView)
        pair: Pair = index.model().pairs[index.row()]  # type: ignore[attr-defined]
        style, rect, state = look(view), option.rect, option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(rect.topLeft())
        whole = QRect(0, 0, rect.width(), rect.height())
        if state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.fillRect(whole, style.colour("surface"))
        sides = halves(style, rect.width(), rect.height())
        for half, row, other in zip(sides, (pair.left, pair.right), (pair.right, pair.left), strict=True):
            if row is not None:
                _paint_half(painter, style, half, row, other, pair.same)
        painter.setPen(style.colour("line"))
        painter.drawLine(0, rect.height() - 1, rect.width(), rect.height() - 1)
        _paint_sign(painter, style, pair, whole)
        if state & QStyle.StateFlag.State_Selected:
            held = view.hasFocus()
            painter.setPen(QPen(style.colour("accent" if held else "strong_line"), style.px(2) if held else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(whole).adjusted(1, 1, -1, -2), style.px(4), style.px(4))
        painter.restore()


def _paint_sign(painter: QPainter, style: Look, pair: Pair, whole: QRect) -> None:
    both = pair.left is not None and pair.right is not None
    if pair.same and not both:  # nothing is compared yet
        return
    sign = "=" if pair.same else "≠" if both else "◂" if pair.left else "▸"
    painter.setFont(style.font(14, QFont.Weight.Normal if pair.same else QFont.Weight.DemiBold))
    painter.setPen(style.colour("third" if pair.same else "accent"))
    painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, sign)


def _paint_half(painter: QPainter, style: Look, half: Half, row: Row, other: Row | None, same: bool) -> None:
    px = style.px
    alone = other is None and not same
    height = half.whole.height()
    if alone:
        painter.fillRect(half.whole.adjusted(0, px(2), 0, -px(3)), style.colour("wash"))
    known = row.output is not None
    indent = px(14) * max(0, len(row.at) - 1)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.kind(row.kind, 1.0 if known else 0.35))
    painter.drawRoundedRect(QRectF(half.name.left() + indent + px(4), px(7), px(4), height - px(14)), 2, 2)

    name = half.name.adjusted(indent + px(18), 0, 0, 0)
    said = words(row)
    # Names do not count, but another kind of layer does.
    another = other is not None and not same and other.type != row.type
    wide = _paint_words(painter, style, name, said, _LEFT, "ink" if known else "third", another, size=14, mono=False)
    detail = name.adjusted(wide + px(10), 0, 0, 0)
    set_to = settings(row)
    if set_to[0] and detail.width() > px(24):
        beside = settings(other) if other is not None and other.node is not None else set_to
        changed = not same and not another and set_to != beside
        _paint_words(painter, style, detail, set_to, _LEFT, "second", changed, mono=False)
    for what, where in half.figures.items():
        text, empty = _figure(row, what)
        changed = other is not None and not same and _figure(other, what) != (text, empty)
        align = _LEFT if what == "output" else _RIGHT
        _paint_words(painter, style, where, text, align, "third" if empty else "ink", changed)


def _paint_words(
    painter: QPainter,
    style: Look,
    where: QRect,
    text: str | tuple[str, ...],
    align: Qt.AlignmentFlag,
    colour: str,
    changed: bool,
    size: int = 13,
    mono: bool = True,
) -> int:
    """Words in a cell; what differs stands on a wash, in the accent. Returns how wide they are."""
    painter.setFont(style.font(size, QFont.Weight.Normal, mono))
    text = fitted((text,) if isinstance(text, str) else text, painter.fontMetrics(), where.width())
    advance = painter.fontMetrics().horizontalAdvance(text)
    if changed:
        wide = advance + style.px(8)
        left = where.left() - style.px(4) if align == _LEFT else where.right() - wide + style.px(5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("wash"))
        painter.drawRoundedRect(
            QRectF(left, where.top() + style.px(5), wide, where.height() - style.px(11)), style.px(4), style.px(4)
        )
    painter.setPen(style.colour("accent" if changed else colour))
    painter.drawText(where, align, text)
    return advance


def _figure(row: Row, what: str) -> tuple[str, bool]:
    """A figure as it is written, and whether there is nothing to it."""
    if row.output is None:
        return "–", True
    if what == "output":
        return times(row.output, spaced=True), False
    if what == "memory":
        return cell_amount(row.memory_bytes or 0), not row.memory_bytes
    value = (row.parameters if what == "parameters" else row.macs) or 0
    return cell(value, 10**8), not value


class PairHeader(QWidget):
    """The names of the columns of both halves, above a list."""

    def __init__(self, rows: QListView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._both = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_both(self, both: bool) -> None:
        """Whether there is a network on the right, too."""
        self._both = both
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(look(self).px(400), look(self).px(24))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setPen(style.colour("third"))
        painter.setFont(style.font(12))
        sides = halves(style, self._rows.viewport().width(), self.height())
        for half in sides if self._both else sides[:1]:
            painter.drawText(half.name.adjusted(style.px(18), 0, 0, 0), _LEFT, "layer")
            for name, where in half.figures.items():
                painter.drawText(where, _LEFT if name == "output" else _RIGHT, _HEADS[name])
