"""How a grid of numbers is painted: its colours as one picture, its texts only where they can be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPaintEngine, QPainter, QPen, QStaticText

from explorer.app.theme import Look, Theme
from explorer.app.widgets.cells import LEGIBLE, Board, Frame, grounds, inside, text_inks, touched
from explorer.app.widgets.scale import inks, to_image

LINED = 7
"""Cells smaller than this, in pixels, have no lines between them."""

UNKNOWN = "·"


class CellPainter:
    """Paints one board; what does not change between two paintings is kept.

    A picture of cells with numbers is kept, and painted anew only where numbers changed: text is what takes time.
    """

    def __init__(self) -> None:
        self._board: Board | None = None
        self._theme = ""
        self._image = QImage()
        self._inks: list[list[int]] | None = None
        self._find_inks: Callable[[], NDArray[np.int64]] | None = None
        self._sheet = QImage()
        self._sheet_of: tuple[Board, tuple[object, ...]] | None = None
        self._words: dict[str, tuple[QStaticText, float]] = {}
        self._words_of: tuple[object, ...] = ()

    def paint(self, painter: QPainter, style: Look, board: Board, frame: Frame, region: QRectF) -> None:
        """Paint the cells, as far as `region` touches them, without frames around any."""
        self._prepare(style.theme, board)
        if painter.paintEngine().type() != QPaintEngine.Type.Raster:
            self._draw_shapes(painter, style, board, frame)
        elif frame.side < style.px(LEGIBLE):
            self._draw(painter, style, board, frame, region)
        else:
            ratio = painter.device().devicePixelRatioF()
            self._draw_sheet(style, board, frame, ratio)
            part = region.intersected(frame.whole(board.shape).adjusted(0, 0, 1, 1))
            source = part.translated(-frame.origin)
            painter.drawImage(part, self._sheet, QRectF(source.topLeft() * ratio, source.size() * ratio))

    def _prepare(self, theme: Theme, board: Board) -> None:
        if self._board is board and self._theme == theme.name:
            return
        old = self._board
        same = old is not None and self._theme == theme.name and old.values is board.values
        if same and old is not None and old.known is board.known and _fixed(old) == _fixed(board):
            self._board = board
            return
        self._board, self._theme = board, theme.name
        parts, rgb = grounds(theme, board)
        self._image = to_image(rgb)
        # Which ink each number has is found when numbers are drawn: most cells of a large grid show none.
        self._find_inks = partial(text_inks, theme, board, parts, rgb)
        self._inks = None

    def _draw_sheet(self, style: Look, board: Board, frame: Frame, ratio: float) -> None:
        """Bring the kept picture up to date."""
        size = frame.whole(board.shape).size() + QRectF(0, 0, 1, 1).size()
        key = (style.theme.name, style.scale, frame.side, ratio, _fixed(board), self._fit(style, board, frame.side))
        whole = QRectF(QPointF(0, 0), size)
        if self._sheet_of is None or self._sheet_of[1] != key or self._sheet_of[0].shape != board.shape:
            self._sheet = QImage((size * ratio).toSize(), QImage.Format.Format_RGB32)
            self._sheet.setDevicePixelRatio(ratio)
            part: QRectF | None = whole
        else:
            part = _changed(self._sheet_of[0], board, Frame(QPointF(0, 0), frame.side))
        self._sheet_of = board, key
        if part is not None:
            painter = QPainter(self._sheet)
            painter.setClipRect(part)
            painter.fillRect(part, style.colour("paper"))  # shows through the dashes at the edge
            self._draw(painter, style, board, Frame(QPointF(0, 0), frame.side), part)
            painter.end()

    def _draw(self, painter: QPainter, style: Look, board: Board, frame: Frame, region: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(frame.whole(board.shape), self._image)
        self._draw_rest(painter, style, board, frame, region)

    def _draw_shapes(self, painter: QPainter, style: Look, board: Board, frame: Frame) -> None:
        """For files of shapes: a picture of one pixel a cell would be blurred there."""
        for row in range(board.shape[0]):
            for column in range(board.shape[1]):
                painter.fillRect(frame.cell((row, column)), self._image.pixelColor(column, row))
        self._draw_rest(painter, style, board, frame, frame.whole(board.shape))

    def _draw_rest(self, painter: QPainter, style: Look, board: Board, frame: Frame, region: QRectF) -> None:
        if frame.side >= LINED:
            paint_lines(painter, style, board, frame)
        paint_unused(painter, style, board, frame)
        if frame.side >= style.px(LEGIBLE):
            self._texts(painter, style, board, frame, *touched(board.shape, frame, region))

    def _fit(self, style: Look, board: Board, side: float) -> tuple[int, int, int]:
        font, digits, room = fitting(style, board, side)
        return font.pixelSize(), digits, room

    def _texts(self, painter: QPainter, style: Look, board: Board, frame: Frame, rows: range, columns: range) -> None:
        font, digits, room = fitting(style, board, frame.side)
        painter.setFont(font)
        kind_of_words = (font, room, frame.side)
        if kind_of_words != self._words_of or len(self._words) > MANY_WORDS:
            self._words_of, self._words = kind_of_words, {}
        metrics = QFontMetricsF(font)
        advance, half = metrics.horizontalAdvance("0"), (frame.side - metrics.height()) / 2
        palette, words = inks(style.theme), self._words
        texts, width = board.texts.cells(digits), board.shape[1]
        covered = board.covered.tolist()
        left, top, side = frame.origin.x(), frame.origin.y() + half, frame.side
        if self._inks is None:
            assert self._find_inks is not None
            self._inks = self._find_inks().tolist()
        chosen = self._inks
        for kind in sorted({ink for row in rows for ink in chosen[row][columns.start : columns.stop]}):
            painter.setPen(palette[kind])
            for row in rows:
                inks_here, covered_here, y = chosen[row], covered[row], top + row * side
                for column in columns:
                    if inks_here[column] != kind:
                        continue
                    text = UNKNOWN if covered_here[column] else texts[row * width + column]
                    found = words.get(text)
                    if found is None:
                        found = words[text] = self._word(text if len(text) <= room else "…", font, side, advance)
                    painter.drawStaticText(QPointF(left + column * side + found[1], y), found[0])

    @staticmethod
    def _word(text: str, font: QFont, side: float, advance: float) -> tuple[QStaticText, float]:
        """A prepared text, and how far it begins from the left of its cell."""
        word = QStaticText(text)
        word.setTextFormat(Qt.TextFormat.PlainText)
        word.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        word.prepare(font=font)
        return word, (side - advance * len(text)) / 2


MANY_WORDS = 4096
"""So many prepared texts are kept."""


def _fixed(board: Board) -> tuple[object, ...]:
    """What changes the look of all cells."""
    return board.most, board.before, board.after, board.unused


def _changed(old: Board, new: Board, frame: Frame) -> QRectF | None:
    """The rectangle around all cells that look different; `None` if there is none."""
    if old.values is new.values and old.known is new.known:
        return None
    different = (old.covered != new.covered) | ~(
        (old.values == new.values) | (np.isnan(old.values) & np.isnan(new.values))
    )
    rows, columns = np.flatnonzero(different.any(axis=1)), np.flatnonzero(different.any(axis=0))
    if not len(rows):
        return None
    first, last = frame.cell((int(rows[0]), int(columns[0]))), frame.cell((int(rows[-1]), int(columns[-1])))
    return first.united(last).adjusted(0, 0, 1, 1)


def fitting(style: Look, board: Board, side: float) -> tuple[QFont, int, int]:
    """The font for numbers in cells of that side, the significant digits that fit, and the characters that fit.

    1 digit stands for the briefest texts.
    """
    wanted, least = min(18.0, max(10.0, side / style.scale * 0.28)), 9.0
    room = 0
    # First a little smaller, then fewer digits, then as small as can be read.
    for digits, smallest in ((3, wanted * 0.75), (2, wanted * 0.75), (1, least)):
        for size in (wanted, max(least, (wanted + smallest) / 2), max(least, smallest)):
            font = style.font(size, mono=True)
            room = int((side - style.px(3)) / QFontMetricsF(font).horizontalAdvance("0"))
            if room < digits + 2 and digits > 1 and not board.texts.whole:
                continue  # even 0.25 does not fit: the texts need not be made
            if board.texts.longest(digits) <= room:
                return font, digits, room
    return font, digits, room


def paint_lines(painter: QPainter, style: Look, board: Board, frame: Frame) -> None:
    """Hair lines between the cells; dashed in the padding."""
    height, width = board.shape
    whole = frame.whole(board.shape)
    x, y, side = whole.x(), whole.y(), frame.side
    (above, left), (below, right) = board.before, board.after
    inner = QRectF(x + left * side, y + above * side, (width - left - right) * side, (height - above - below) * side)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    if above or left or below or right:
        pen = QPen(style.colour("strong_line"), 1, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.drawLines(
            [QLineF(x, y + r * side, whole.right(), y + r * side) for r in range(height + 1)]
            + [QLineF(x + c * side, y, x + c * side, whole.bottom()) for c in range(width + 1)]
        )
    painter.setPen(style.colour("strong_line"))
    rows, columns = range(above, height - below + 1), range(left, width - right + 1)
    painter.drawLines(
        [QLineF(inner.left(), y + r * side, inner.right(), y + r * side) for r in rows]
        + [QLineF(x + c * side, inner.top(), x + c * side, inner.bottom()) for c in columns]
    )


def paint_unused(painter: QPainter, style: Look, board: Board, frame: Frame) -> None:
    """Diagonal lines over the rows and columns at the end that no window reaches."""
    rows, columns = board.unused
    if not rows and not columns:
        return
    height = board.shape[0]
    whole, side = frame.whole(board.shape), frame.side
    bands = []
    if rows:
        bands.append(QRectF(whole.x(), whole.bottom() - rows * side, whole.width(), rows * side))
    if columns:
        bands.append(QRectF(whole.right() - columns * side, whole.y(), columns * side, (height - rows) * side))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for band in bands:
        painter.fillRect(band, style.colour("paper", 0.5))
    painter.setPen(QPen(style.colour("third", 0.6), max(1.0, style.scale)))
    gap = max(3.0, min(side / 3, style.px(9)))
    for band in bands:
        painter.setClipRect(band)
        start, end = int((band.left() - band.bottom() + band.top()) // gap), int(band.right() // gap) + 1
        painter.drawLines(
            [QLineF(k * gap, band.bottom(), k * gap + band.height(), band.top()) for k in range(start, end)]
        )
    painter.restore()


def paint_frames(painter: QPainter, style: Look, board: Board, frame: Frame) -> None:
    """The window's cells, the lit cell and the marks."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    accent = style.colour("accent")
    if board.window:
        paint_window(painter, accent, [frame.cell(c) for c in inside(board.window, board.shape)], style, frame.side)
    if board.lit is not None and inside((board.lit,), board.shape):
        box(painter, frame.cell(board.lit), accent, thickness(style, frame.side, 3))
    for cell, text in board.marks.items():
        if inside((cell,), board.shape):
            paint_mark(painter, style, frame.cell(cell), text)


def thickness(style: Look, side: float, wanted: int) -> int:
    """A frame of up to `wanted` pixels that leaves something of a small cell."""
    return max(1, min(style.px(wanted), int(side / 6)))


def box(painter: QPainter, where: QRectF, colour: QColor, wide: int) -> None:
    """A frame of `wide` pixels within a cell, up to the line below and right of it."""
    x, y, w, h = (round(v) for v in (where.x(), where.y(), where.width() + 1, where.height() + 1))
    painter.fillRect(x, y, w, wide, colour)
    painter.fillRect(x, y + h - wide, w, wide, colour)
    painter.fillRect(x, y + wide, wide, h - 2 * wide, colour)
    painter.fillRect(x + w - wide, y + wide, wide, h - 2 * wide, colour)


def paint_window(painter: QPainter, colour: QColor, cells: Sequence[QRectF], style: Look, side: float) -> None:
    """A frame around each cell of the window."""
    for cell in cells:
        box(painter, cell, colour, thickness(style, side, 2))


def paint_mark(painter: QPainter, style: Look, cell: QRectF, text: str) -> None:
    """A dot (for an empty text or `•`), or a short text, in a corner of a cell."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if text in ("", "•"):
        radius = max(1.5, min(cell.width() * 0.09, style.px(4)))
        middle = QPointF(cell.right() - 2.2 * radius, cell.top() + 2.4 * radius)
        painter.setPen(QPen(style.colour("surface"), 1))
        painter.setBrush(style.colour("accent"))
        painter.drawEllipse(middle, radius, radius)
    elif cell.width() >= style.px(LEGIBLE):
        painter.setFont(style.font(9, QFont.Weight.DemiBold))
        painter.setPen(style.colour("ink"))
        painter.drawText(
            cell.adjusted(style.px(3), style.px(1), -style.px(3), 0),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop,
            text,
        )
    painter.restore()
