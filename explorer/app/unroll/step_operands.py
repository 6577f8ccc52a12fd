"""The products that one share of a sum is made of, largest first: each value, its weight, and what they add.

table = OperandTable()
table.show_term(story.terms[0])
table.place_wanted.connect(...)      # the Place of a value that was clicked
table.weight_edited.connect(...)     # the Place of a weight, and its new number
"""

from __future__ import annotations

from math import isfinite

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.app.theme import HEAD, Look, look
from explorer.app.unroll.step_formula import Run, draw, place
from explorer.app.widgets.celledit import CellEdit
from explorer.app.widgets.scale import ink_of_sign
from explorer.explain.recurrent.notation import pieces, plain
from explorer.explain.recurrent.words import WEIGHT, Operand, Place, Term, factor, said

ROW = 22
"""Height of a product's row, in pixels at scale 1."""

EDITABLE = ("w", "u", "b", "d")
"""Parts of a cell whose numbers can be typed."""

SOME = 40
"""Rows whose texts decide how wide the columns are."""

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def named(one: Operand) -> str:
    """What a row is called: its value, or both factors where neither is a weight (markup)."""
    return f"{one.name} · {one.by}" if one.by and one.by != WEIGHT else one.name


def digits(one: Operand) -> int:
    """Decimals of a value: those of gates are few, and told more exactly."""
    return 3 if one.by and one.by != WEIGHT else 2


class OperandTable(QWidget):
    """One row a product. A click on a value tells its place; one on a weight lets a new number be typed.

    Up and down go through the rows, Enter chooses the value, F2 types the weight.
    """

    place_wanted = Signal(object)
    """The `Place` of the value that is to be looked at."""

    weight_edited = Signal(object, float)
    """The `Place` of a weight and its new number."""

    row_moved = Signal(int)
    """The keyboard is at another row: it should be in sight."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gated = False
        self._operands: tuple[Operand, ...] = ()
        self._most = 1.0
        self._hover: tuple[int, str] | None = None
        self._cursor = 0
        self._lengths = (0, 0, 0, 0)
        self._editing = -1
        self._edit = CellEdit(self)
        self._edit.committed.connect(self._typed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName("Products, largest first")

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The rows that are shown."""
        return self._operands

    def show_term(self, term: Term | None) -> None:
        """Show a share's products; what multiplies all of them comes first."""
        if term is None:
            self.show_operands(())
        else:
            self.show_operands(term.operands, term.gate)

    def show_operands(self, products: tuple[Operand, ...], gate: Operand | None = None) -> None:
        """Show products; `gate` multiplies the sum of them all."""
        operands = products if gate is None else (gate, *products)
        if operands == self._operands:
            return
        self._edit.cancel()
        self._gated, self._operands = gate is not None, operands
        self._most = max((abs(one.product) for one in products if isfinite(one.product)), default=0.0) or 1.0
        self._hover, self._cursor = None, 0
        self._lengths = self._longest()
        self._tell()
        self.updateGeometry()
        self.update()

    def _longest(self) -> tuple[int, int, int, int]:
        """The most characters of a name, a value, a weight and a product; those further down are smaller."""
        some = self._operands[:SOME]
        return (
            max((len(plain(named(one))) for one in some), default=0),
            max((len(said(one.value, digits(one))) for one in some), default=0),
            max((len(factor(one.weight)) for one in some if one.by), default=0),
            max((len(said(one.product)) for one in some if one.by), default=0),
        )

    def words(self, row: int) -> str:
        """A row in words."""
        one = self._operands[row]
        if self._gates(row):
            return f"{plain(one.name)} = {said(one.value)} multiplies the sum of all rows below."
        if not one.by:
            return f"{plain(one.name)} = {said(one.value)}"
        return (
            f"{plain(one.name)} {said(one.value, 4)} · {plain(one.by)} {said(one.weight, 4)} = {said(one.product, 4)}"
        )

    def _gates(self, row: int) -> bool:
        return row == 0 and self._gated

    def _tell(self) -> None:
        at = self.words(self._cursor) if self._operands else "No products."
        self.setAccessibleDescription(f"{at} Up and down go through the rows, F2 changes a weight.")

    # Where things are.

    def row_rect(self, row: int) -> QRectF:
        """Where a row lies."""
        tall = look(self).px(ROW)
        return QRectF(0, row * tall, self.width(), tall)

    def _columns(self, style: Look) -> tuple[float, float, float, float, float]:
        """The right ends of name, value, weight and product, and the left end of the bar."""
        digit = QFontMetricsF(style.font(HEAD + 1, mono=True)).horizontalAdvance("0")
        names, values, weights, products = self._lengths
        name = style.px(8) + names * digit
        value = name + (values + 1) * digit
        weight = value + (weights + 2.5) * digit if weights else value
        product = weight + (products + 2.5) * digit
        return name, value, weight, product, product + style.px(10)

    def weight_rect(self, row: int) -> QRectF:
        """Where a row's weight stands; a bias is a value that is also a weight."""
        style, where = look(self), self.row_rect(row)
        name, value, weight, _, _ = self._columns(style)
        if not self._operands[row].by:
            return QRectF(name, where.y(), value - name, where.height())
        return QRectF(value + style.px(12), where.y(), weight - value - style.px(12), where.height())

    def _find(self, at: QPointF) -> tuple[int, str] | None:
        row = int(at.y() // look(self).px(ROW))
        if not 0 <= row < len(self._operands):
            return None
        if self.weight_rect(row).contains(at):
            if self._weight(row) is not None:
                return row, "weight"
            if self._operands[row].other is not None and self._operands[row].by != WEIGHT:
                return row, "other"
        return row, "value"

    def _weight(self, row: int) -> Place | None:
        """The place of the row's weight, if one may type it."""
        one = self._operands[row]
        found = one.other if one.by == WEIGHT else one.place
        return found if found is not None and found.part in EDITABLE else None

    def _value(self, row: int) -> Place | None:
        """The place of the row's value, if it is one of another step or part."""
        place = self._operands[row].place
        return None if place.part in EDITABLE or place.part == "bias" else place

    # Editing.

    def edit_weight(self, row: int) -> None:
        """Let the row's weight be typed."""
        if self._weight(row) is None:
            return
        one = self._operands[row]
        self._editing = row
        self._edit.open(self.weight_rect(row), f"{one.weight if one.by else one.value:.6g}")
        self._edit.selectAll()

    def _typed(self, value: float) -> None:
        place = self._weight(self._editing) if 0 <= self._editing < len(self._operands) else None
        if place is not None:
            self.weight_edited.emit(place, value)

    # Events.

    def _point(self, found: tuple[int, str] | None) -> None:
        if found != self._hover:
            self._hover = found
            acts = found is not None and (found[1] != "value" or self._value(found[0]) is not None)
            self.setCursor(Qt.CursorShape.PointingHandCursor if acts else Qt.CursorShape.ArrowCursor)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._find(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        found = self._find(event.position())
        if found is None or event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        self._edit.finish()
        self._cursor = found[0]
        self._tell()
        if found[1] == "weight":
            self.edit_weight(found[0])
        else:
            self._want(*found)

    def _want(self, row: int, which: str = "value") -> None:
        place = self._operands[row].other if which == "other" else self._value(row)
        if place is not None:
            self.place_wanted.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self._edit.is_open:
            self._edit.forward(event)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._operands:
            by = 1 if key == Qt.Key.Key_Down else -1
            self._cursor = min(max(self._cursor + by, 0), len(self._operands) - 1)
            self._tell()
            self.row_moved.emit(self._cursor)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._operands:
            self._want(self._cursor)
        elif key == Qt.Key.Key_F2 and self._operands:
            self.edit_weight(self._cursor)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self._find(QPointF(event.pos()))
            if found is None or self._edit.is_open:
                QToolTip.hideText()
            else:
                does = ""
                if found[1] == "weight":
                    does = " Click to type another weight."
                elif found[1] == "other" or self._value(found[0]) is not None:
                    does = " Click to see where it comes from."
                QToolTip.showText(event.globalPos(), f"{self.words(found[0])}.{does}".replace("..", "."), self)
            return True
        return super().event(event)

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(320), px(ROW) * max(len(self._operands), 1))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tall = style.px(ROW)
        first = max(event.rect().top() // tall, 0)
        last = min(event.rect().bottom() // tall + 1, len(self._operands))
        columns = self._columns(style)
        for row in range(first, last):
            self._paint_row(painter, style, row, columns)

    def _paint_row(
        self, painter: QPainter, style: Look, row: int, columns: tuple[float, float, float, float, float]
    ) -> None:
        one, where = self._operands[row], self.row_rect(row)
        _, value, weight, product, bar = columns
        lit = self._hover is not None and self._hover[0] == row
        if lit or (self.hasFocus() and row == self._cursor):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("wash"))
            painter.drawRoundedRect(where.adjusted(0, 1, 0, -1), style.px(4), style.px(4))
        runs = [Run(text, level, "ink") for text, level in pieces(named(one))]
        placed, bottom = place(style, runs, HEAD + 1, style.px(8), 1e6, 0.0)
        painter.save()
        painter.translate(0, where.center().y() - bottom / 2)
        draw(painter, style, placed, HEAD + 1)
        painter.restore()
        plain_font = style.font(HEAD + 1, mono=True)

        def written(text: str, right: float, colour: str = "ink") -> None:
            painter.setPen(style.colour(colour))
            painter.drawText(QRectF(0, where.y(), right, where.height()), RIGHT, text)

        painter.setFont(plain_font)
        if not one.by:
            written(said(one.value), value)
            if self._gates(row):
                painter.setFont(style.font(HEAD))
                painter.setPen(style.colour("second"))
                rest = QRectF(value + style.px(10), where.y(), self.width() - value - style.px(10), where.height())
                painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, "times the sum of these:")
                return
        else:
            written(said(one.value, digits(one)), value)
            painter.setPen(style.colour("third"))
            painter.drawText(QRectF(value, where.y(), style.px(20), where.height()), Qt.AlignmentFlag.AlignCenter, "·")
            written(factor(one.weight), weight)
            painter.setPen(style.colour("third"))
            painter.drawText(QRectF(weight, where.y(), style.px(20), where.height()), Qt.AlignmentFlag.AlignCenter, "=")
        if self._hover == (row, "weight"):
            edge = self.weight_rect(row)
            right = value if not one.by else weight
            wide = QFontMetricsF(plain_font).horizontalAdvance(said(one.weight if one.by else one.value))
            painter.setPen(style.colour("accent"))
            painter.drawLine(QPointF(right - wide, edge.bottom() - 3), QPointF(right, edge.bottom() - 3))
        painter.setFont(style.font(HEAD + 1, QFont.Weight.DemiBold, mono=True))
        painter.setPen(ink_of_sign(style, one.product, "paper") if one.product else style.colour("third"))
        painter.drawText(QRectF(0, where.y(), product, where.height()), RIGHT, said(one.product))
        self._paint_bar(painter, style, one.product, QRectF(bar, where.y(), self.width() - bar, where.height()))

    def _paint_bar(self, painter: QPainter, style: Look, product: float, room: QRectF) -> None:
        """How much the product adds, left of the middle what it takes away."""
        half = (room.width() - style.px(8)) / 2
        if half < style.px(12):
            return
        middle = room.x() + half
        share = min(abs(product) / self._most, 1.0) if product == product else 0.0
        tall = style.px(8)
        box = QRectF(middle, room.center().y() - tall / 2, half * share, tall)
        if product < 0:
            box.moveRight(middle)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("positive" if product > 0 else "negative"))
        painter.drawRect(box)
        painter.setBrush(style.colour("strong_line"))
        painter.drawRect(QRectF(middle - 0.5, room.y(), 1, room.height()))
