"""A small grey picture: ink on dark ground, its pixels sharp where they are large enough to be seen.

view = PixelView("20×20 box")
view.show_pixels(array)            # (H, W) uint8, ink bright
view.pointed.connect(lambda row, column: ...)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from explorer.app.theme import Look, look

GROUND = {"light": QColor("#16181C"), "dark": QColor("#0C0D10")}
"""What ink is drawn on, in each theme: as dark as the ground the network was trained with."""

HAZE = QColor("#A9AFB7")
"""Words and marks on that ground."""

LIT = QColor("#B197FC")
"""The accent on that ground, in both themes."""

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""Steps to the right and down."""

Box = tuple[int, int, int, int]
"""Top, left, bottom, right; the last two are not included."""


def to_image(pixels: NDArray[np.uint8]) -> QImage:
    """(H, W) uint8 ink as white of that opacity, to be laid on the ground."""
    # In premultiplied white all four bytes are the opacity; this format is drawn several times faster than grey.
    inked = pixels.astype(np.uint32) * np.uint32(0x01010101)
    height, width = inked.shape
    return QImage(inked.data, width, height, QImage.Format.Format_ARGB32_Premultiplied).copy()


def paint_ground(painter: QPainter, style: Look, where: QRectF, corner: float) -> None:
    """The dark ground, with a hair line where the paper is dark too."""
    painter.setPen(style.colour("strong_line") if style.theme.name == "dark" else Qt.PenStyle.NoPen)
    painter.setBrush(GROUND[style.theme.name])
    painter.drawRoundedRect(where.adjusted(0.5, 0.5, -0.5, -0.5), corner, corner)


class PixelView(QWidget):
    """Shows one picture in a square. With `reads`, pointing at a pixel (or the arrow keys) tells which one.

    `pointed` carries its row and column, or −1 and −1 when none is pointed at.
    """

    pointed = Signal(int, int)

    def __init__(self, name: str, reads: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixels: NDArray[np.uint8] | None = None
        self._image: QImage | None = None
        self._boxes: tuple[Box, ...] = ()
        self._reads = reads
        self._at: tuple[int, int] | None = None
        self.setAccessibleName(name)
        if reads:
            self.setMouseTracking(True)
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.CrossCursor)
            self.setAccessibleDescription("Arrow keys go from pixel to pixel.")

    @property
    def pixels(self) -> NDArray[np.uint8] | None:
        """What is shown."""
        return self._pixels

    @property
    def at(self) -> tuple[int, int] | None:
        """Row and column of the pixel that is pointed at."""
        return self._at

    def show_pixels(self, pixels: NDArray[np.uint8] | None, *boxes: Box) -> None:
        """Show (H, W) uint8, with frames around `boxes`; `None` shows empty ground."""
        self._pixels, self._boxes = pixels, boxes
        self._image = None
        self.update()

    def point_at(self, row: int, column: int) -> None:
        """Point at a pixel; −1 points at none."""
        at = None
        if self._pixels is not None and min(row, column) >= 0:
            at = min(row, self._pixels.shape[0] - 1), min(column, self._pixels.shape[1] - 1)
        if at != self._at:
            self._at = at
            self.pointed.emit(*(at or (-1, -1)))
            self.update()

    # Where things are.

    def _square(self) -> QRectF:
        side = min(self.width(), self.height())
        return QRectF(0, 0, side, side)

    def _cell(self) -> float:
        """Size of a pixel on the screen."""
        assert self._pixels is not None
        return float(self._square().width() / max(self._pixels.shape))

    def _place(self) -> QRectF:
        """Where the picture lies in the square."""
        assert self._pixels is not None
        cell, square = self._cell(), self._square()
        height, width = (cell * side for side in self._pixels.shape)
        return QRectF((square.width() - width) / 2, (square.height() - height) / 2, width, height)

    # Events.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._reads and self._pixels is not None:
            place, at = self._place(), event.position()
            inside = place.contains(at)
            row, column = (int((at.y() - place.y()) / self._cell()), int((at.x() - place.x()) / self._cell()))
            self.point_at(*(row, column) if inside else (-1, -1))

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self.point_at(-1, -1)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.point_at(-1, -1)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or self._pixels is None or not self._reads:
            super().keyPressEvent(event)
            return
        row, column = self._at or (self._pixels.shape[0] // 2, self._pixels.shape[1] // 2)
        self.point_at(max(0, row + step[1]), max(0, column + step[0]))

    # Painting.

    def sizeHint(self) -> QSize:
        side = look(self).px(112)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square, corner = self._square(), style.px(6)
        paint_ground(painter, style, square, corner)
        if self._pixels is not None:
            self._paint_picture(painter, style)
        if self.hasFocus():
            painter.setPen(QPen(style.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(square.adjusted(1, 1, -1, -1), corner, corner)

    def _paint_picture(self, painter: QPainter, style: Look) -> None:
        cell, place = self._cell(), self._place()
        painter.drawImage(place, self._sized(place, sharp=cell >= 1.5))  # pixels one can see stay sharp
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(HAZE, 1, Qt.PenStyle.DotLine))
        for top, left, bottom, right in self._boxes:
            corner = place.topLeft() + QPointF(left * cell, top * cell)
            painter.drawRect(QRectF(corner.x(), corner.y(), (right - left) * cell, (bottom - top) * cell))
        if self._at is not None:
            row, column = self._at
            painter.setPen(QPen(LIT, style.px(2)))
            pixel = QRectF(place.x() + column * cell, place.y() + row * cell, cell, cell)
            around = style.px(1)
            painter.drawRect(pixel.adjusted(-around, -around, around, around))

    def _sized(self, place: QRectF, sharp: bool) -> QImage:
        """The picture, made smaller where it is larger than its place; kept until another one comes."""
        assert self._pixels is not None
        pixels = self._pixels
        size = QSize(pixels.shape[1], pixels.shape[0])
        if not sharp:
            size = (place.size() * self.devicePixelRatioF()).toSize().expandedTo(QSize(1, 1))
        if self._image is None or self._image.size() != size:
            if not sharp:
                grey = Image.fromarray(pixels).resize((size.width(), size.height()), Image.Resampling.BOX)
                pixels = np.asarray(grey)
            self._image = to_image(pixels)
        return self._image
