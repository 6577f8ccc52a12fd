"""One output as a formula: its products, their sum, the bias, the activation, the result.

strip = FormulaStrip()
strip.show_step(step)                # explorer.explain.scan.step(...)
strip.show_step(step, upto=4)        # four products are added so far
strip.hovered.connect(lambda term: ...)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.app.theme import Look, look
from explorer.app.widgets.scale import ink_of_sign
from explorer.app.widgets.terms import Line, Piece, Token, lines, sentence
from explorer.explain.scan import Step

LARGE, SMALL = 19, 14
"""The size of the formula where it fits into one line, and the least before it goes on in the next: px at scale 1."""

BELOW = 11
"""The size of the sums below."""

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True)
class _Placed:
    """A token, or the plus before one, at its place."""

    token: Token
    where: QRectF
    plus: QRectF | None


@dataclass(frozen=True)
class _Layout:
    size: int
    placed: tuple[_Placed, ...]
    leads: tuple[tuple[str, QRectF], ...]
    sums: tuple[QRectF, ...]
    """Where a line of sums begins."""
    height: float


class FormulaStrip(QWidget):
    """A card with the formula of one step. Hovering a product tells which; its tooltip says where both factors are."""

    hovered = Signal(object)
    """The index of the term that is pointed at, or `None`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step: Step | None = None
        self._upto: int | None = None
        self._channel: int | None = None
        self._picked: int | None = None
        self._lines: tuple[Line, ...] = ()
        self._whole: tuple[Line, ...] = ()
        self._hover: int | None = None
        self._lit: int | None = None
        self._placed: tuple[object, _Layout] | None = None
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Formula")

    # What it shows.

    @property
    def step(self) -> Step | None:
        """What is shown."""
        return self._step

    def show_step(self, step: Step | None, upto: int | None = None) -> None:
        """Show a step of which the first `upto` products are added; `None`: all, with bias, activation and result."""
        if step is None or self._step is None or step.index != self._step.index:
            self._picked = None
        self._step, self._upto = step, upto
        self.setAccessibleDescription("" if step is None else sentence(step))
        self._again()

    def show_channel(self, channel: int | None) -> None:
        """Show the products of this channel (of the filter, from 0); `None`: of the one that is being added."""
        self._channel = channel
        self._again()

    def show_lit(self, term: int | None) -> None:
        """Highlight a term, as when its weight or its input is pointed at."""
        if term != self._lit:
            self._lit = term
            self.update()

    def text(self) -> str:
        """All that is written, line by line, without the sums below."""
        made = []
        for one in self._lines:
            words = " ".join(("+ " if t.joins else "") + "".join(p.text for p in t.pieces) for t in one.tokens)
            made.append(f"{one.lead}: {words}" if one.lead else words)
        return "\n".join(made)

    def term_rect(self, term: int) -> QRectF | None:
        """Where a term is written, in the widget's coordinates; `None` if it is not."""
        return next((p.where for p in self._layout().placed if p.token.term == term), None)

    def result_rect(self) -> QRectF:
        """Where the result is written."""
        placed = self._layout().placed
        return placed[-1].where if placed else QRectF(self.rect())

    def _again(self) -> None:
        picked = self._picked if self._picked is not None else self._channel
        old = self._layout().height if self._lines else 0.0
        self._lines = () if self._step is None else lines(self._step, self._upto, picked)
        # The finished formula decides the size, so that nothing jumps while it builds up.
        self._whole = self._lines if self._step is None or self._upto is None else lines(self._step, None, picked)
        self._placed = None
        if self._layout().height != old:
            self.updateGeometry()
        self.update()

    # Where things are.

    def _layout(self) -> _Layout:
        style = look(self)
        key = (self.width(), style)
        if self._placed is None or self._placed[0] != key:
            self._placed = (key, arrange(self._lines, self._whole, self.width(), style))
        return self._placed[1]

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(arrange(self._lines, self._whole, width, look(self)).height)

    def sizeHint(self) -> QSize:
        width = max(self.width(), look(self).px(560))
        return QSize(look(self).px(560), self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(160), self.heightForWidth(max(self.width(), look(self).px(160))))

    # Events.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def _at(self, place: QPointF) -> Token | None:
        around = look(self).px(6)
        reach = [(p.where.adjusted(-around, -around, around, around), p.token) for p in self._layout().placed]
        return next((token for where, token in reach if where.contains(place)), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        token = self._at(event.position())
        picks = token is not None and token.channel >= 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if picks else Qt.CursorShape.ArrowCursor)
        term = None if token is None or token.term < 0 else token.term
        if term != self._hover:
            self._hover = term
            self.hovered.emit(term)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        token = self._at(event.position())
        if token is not None and token.channel >= 0:
            self._picked = token.channel
            self._again()
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self._hover is not None:
            self._hover = None
            self.hovered.emit(None)
            self.update()
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            token = self._at(QPointF(event.pos()))
            if token is None or not token.tip:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), token.tip, self)
            return True
        return super().event(event)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.colour("line"))
        painter.setBrush(style.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), style.px(8), style.px(8))
        layout = self._layout()
        painter.setPen(style.colour("third"))
        painter.setFont(style.font(BELOW, mono=True))
        for where in layout.sums:
            painter.drawText(where, LEFT, "Σ")
        painter.setFont(style.font(12))
        for text, where in layout.leads:
            painter.drawText(where, LEFT, text)
        for placed in layout.placed:
            self._paint(painter, style, layout.size, placed)

    def _paint(self, painter: QPainter, style: Look, size: int, placed: _Placed) -> None:
        token, where = placed.token, placed.where
        if token.term >= 0 and token.term in (self._hover, self._lit):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.colour("wash"))
            painter.drawRoundedRect(where.adjusted(-4, -2, 4, 2), style.px(5), style.px(5))
        elif token.now:
            painter.setPen(style.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(where.adjusted(-3.5, -1.5, 3.5, 1.5), style.px(5), style.px(5))
        if placed.plus is not None:
            painter.setFont(style.font(size, mono=True))
            painter.setPen(style.colour("second"))
            painter.drawText(placed.plus, CENTRE, "+")
        x = where.x()
        for piece in token.pieces:
            font = font_of(style, size, piece)
            wide = _advance(style, size, piece)
            place = QRectF(x, where.y(), wide, where.height())
            if piece.tone == "result":
                space = result_space(style)
                place = QRectF(x, where.y(), wide + 2 * space, where.height())
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(style.colour("wash"))
                painter.drawRoundedRect(place.adjusted(0, -2, 0, 2), style.px(5), style.px(5))
            painter.setFont(font)
            painter.setPen(colour_of(style, piece))
            painter.drawText(place, CENTRE, piece.text)
            x += place.width()
        if token.below:
            weight = QFont.Weight.DemiBold if token.now else QFont.Weight.Normal
            painter.setFont(style.font(BELOW, weight, mono=True))
            painter.setPen(style.colour("accent" if token.now else "third"))
            wide = max(where.width(), style.px(64))
            below = QRectF(where.center().x() - wide / 2, where.bottom() + style.px(4), wide, style.px(BELOW + 4))
            painter.drawText(below, CENTRE, token.below)


def result_space(style: Look) -> int:
    """The room at either side of the result in its box."""
    return style.px(9)


def font_of(style: Look, size: int, piece: Piece) -> QFont:
    """The font of a piece: words are small and not in the face of the numbers."""
    if piece.tone.startswith("word"):
        return style.font(max(12, size - 5))
    bold = piece.tone in ("positive", "negative", "result", "present")
    return style.font(size, QFont.Weight.DemiBold if bold else QFont.Weight.Normal, mono=True)


def colour_of(style: Look, piece: Piece) -> QColor:
    """The colour of a piece."""
    tone = piece.tone.removeprefix("word-")
    if tone in ("positive", "negative"):
        return ink_of_sign(style, 1.0 if tone == "positive" else -1.0)
    if tone == "present":
        return style.colour("accent")
    return style.colour({"zero": "third", "faint": "third", "word": "second"}.get(tone, "ink"))


def arrange(formulas: tuple[Line, ...], whole: tuple[Line, ...], width: int, style: Look) -> _Layout:
    """Put all tokens into a width: one line each if a readable size allows, else they wrap at the smallest.

    `whole` is the finished formula: the size and the height are those that it needs, too, so that nothing jumps.
    """
    for size in range(LARGE, SMALL - 1, -1):
        wrap = size == SMALL
        made = _put(formulas, width, style, size, wrap)
        needed = made if whole is formulas else _put(whole, width, style, size, wrap)
        if made is not None and needed is not None:
            return replace(made, height=max(made.height, needed.height))
    raise AssertionError("with wrapping every formula fits")


def _width(style: Look, size: int, token: Token) -> float:
    wide = sum(_advance(style, size, piece) for piece in token.pieces)
    return wide + (2 * result_space(style) if token.pieces[-1].tone == "result" else 0)


def _advance(style: Look, size: int, piece: Piece) -> float:
    if piece.tone.startswith("word"):
        return _metrics(font_of(style, size, piece).toString()).horizontalAdvance(piece.text)
    return _metrics(style.font(size, mono=True).toString()).horizontalAdvance("0") * len(piece.text)


@lru_cache(maxsize=64)
def _metrics(font: str) -> QFontMetricsF:
    made = QFont()
    made.fromString(font)
    return QFontMetricsF(made)


def _put(formulas: tuple[Line, ...], width: int, style: Look, size: int, wrap: bool) -> _Layout | None:
    metrics = QFontMetricsF(style.font(size, mono=True))
    space, high = metrics.horizontalAdvance("0"), metrics.height()
    left, right, top = style.px(24), width - style.px(20), float(style.px(16))
    lead = style.px(84) if any(line.lead for line in formulas) else 0
    placed: list[_Placed] = []
    leads: list[tuple[str, QRectF]] = []
    sums: list[QRectF] = []
    y = top
    below = style.px(BELOW + 8)
    for line in formulas:
        if line.lead:
            leads.append((line.lead, QRectF(left, y, lead, high)))
        start = x = float(left + lead)
        room_below = _summed(line)
        for token in line.tokens:
            wide = _width(style, size, token)
            plus = 2.4 * space if token.joins else space if x > start else 0.0
            if x + plus + wide > right and x > start:
                if not wrap:
                    return None
                x, y = start, y + high + (below + style.px(8) if room_below else style.px(8))
                plus = 2.0 * space if token.joins else 0.0
            box = QRectF(x, y, plus, high) if token.joins else None
            placed.append(_Placed(token, QRectF(x + plus, y, wide, high), box))
            x += plus + wide
            if token.below and not any(mark.y() > y for mark in sums):
                sums.append(QRectF(start - style.px(14), y + high + style.px(4), style.px(14), style.px(BELOW + 4)))
        y += high + (below if room_below else 0) + style.px(8)
    bottom = y - style.px(8) + style.px(12)
    return _Layout(size, tuple(placed), tuple(leads), tuple(sums), max(bottom, style.px(64)))


def _summed(line: Line) -> bool:
    """Whether sums stand below, or will."""
    return any(token.below or token.term >= 0 or token.channel > 0 for token in line.tokens)
