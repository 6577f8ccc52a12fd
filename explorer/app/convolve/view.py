"""A picture or a map of any size, drawn as large as there is room for, with a frame where the window is.

view = PictureView("Input")
view.show_image(image)                        # QImage; one of its pixels is one value
view.pointed.connect(lambda cell: ...)        # (row, column), or None
view.show_frame((top, left, bottom, right))   # in pixels of the picture; may reach beyond it
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import Theme, blend, look
from explorer.app.widgets.pixels import ARROWS

Box = tuple[int, int, int, int]
"""Top, left, bottom, right; the last two are not included."""

STEPS = 127
"""Colours on either side of zero."""

LEAST_FRAME = 11
"""Least side of the frame on the screen, in pixels at scale 1: a window of 3×3 of a thousand would not be seen."""

BELOW = 28
"""Height of what stands below a view, in pixels at scale 1."""

SHARP = 1.5
"""Pixels of the screen to one of the picture from which on the picture's pixels are drawn as squares."""


class PictureView(QWidget):
    """Shows one image. The pointer, or the arrow keys, say which of its pixels is meant; a click means it for good."""

    pointed = Signal(object)
    clicked = Signal(object)
    left = Signal()
    fitted = Signal()
    """Another image is shown, which may need another place."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._scaled: QImage | None = None
        self._frame: Box | None = None
        self._words = ""
        self._like: tuple[int, int] | None = None
        self.at: tuple[int, int] | None = None
        """The pixel that is meant."""
        self.steps = (1, 1)
        """Rows and columns that an arrow key goes."""
        self.setAccessibleName(name)
        self.setAccessibleDescription("Arrow keys go from pixel to pixel, with Shift ten at a time.")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage | None, words: str = "", like: tuple[int, int] | None = None) -> None:
        """Show an image; without one, `words` in its place.

        Its pixels are as large as those of an image of size `like`, (rows, columns), would be.
        """
        self._image, self._scaled, self._words, self._like = image, None, words, like
        self.fitted.emit()
        self.update()

    def show_frame(self, frame: Box | None, at: tuple[int, int] | None) -> None:
        """Frame a part of the image; `at` is where the arrow keys go on from."""
        self.at = at
        if frame != self._frame:
            self._frame = frame
            self.update()

    # Where things are.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(320), px(280))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(120), px(96))

    def place(self) -> QRectF:
        """Where the image lies in the widget: at the top left."""
        if self._image is None:
            return QRectF(self.rect())
        wide, tall = self._image.width(), self._image.height()
        rows, columns = self._like or (tall, wide)
        cell = min((self.width() - 2) / max(columns, wide), (self.height() - 2) / max(rows, tall))
        if cell > SHARP:  # whole pixels: squares of one size
            cell = max(1.0, float(int(cell)))
        return QRectF(1, 1, wide * cell, tall * cell)

    def _cell_at(self, at: QPointF) -> tuple[int, int] | None:
        if self._image is None:
            return None
        place = self.place()
        if not place.contains(at):
            return None
        row = int((at.y() - place.y()) / place.height() * self._image.height())
        column = int((at.x() - place.x()) / place.width() * self._image.width())
        return min(row, self._image.height() - 1), min(column, self._image.width() - 1)

    # Events.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if cell is not None:
            self.pointed.emit(cell)
        else:
            self.left.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(cell)

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or self._image is None:
            super().keyPressEvent(event)
            return
        far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        row, column = self.at or (0, 0)
        row = min(max(row + far * self.steps[0] * step[1], 0), self._image.height() - 1)
        column = min(max(column + far * self.steps[1] * step[0], 0), self._image.width() - 1)
        self.clicked.emit((row, column))

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        place = self.place()
        if self._image is None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(style.colour("strong_line"), 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), style.px(8), style.px(8))
            painter.setPen(style.colour("second"))
            painter.setFont(style.font(13))
            inside = place.adjusted(style.px(16), 0, -style.px(16), 0)
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
            return
        painter.drawImage(place, self._fitted(place))
        painter.setPen(QPen(style.colour("strong_line"), 1))
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))
        if self._frame is not None:
            paint_frame(painter, self._frame_on_screen(place), style.px(1) * 2, style.colour("accent"))
        if self.hasFocus():
            painter.setPen(QPen(style.colour("accent"), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _frame_on_screen(self, place: QRectF) -> QRectF:
        assert self._frame is not None
        assert self._image is not None
        return on_screen(self._frame, place, (self._image.height(), self._image.width()), look(self).px(LEAST_FRAME))

    def _fitted(self, place: QRectF) -> QImage:
        """The image at the size it is shown in, kept until that changes; one with visible pixels stays as it is."""
        assert self._image is not None
        ratio = self.devicePixelRatioF()
        size = (place.size() * ratio).toSize().expandedTo(QSize(1, 1))
        if size.width() >= SHARP * self._image.width():
            return self._image
        if self._scaled is None or self._scaled.size() != size:
            smooth = Qt.TransformationMode.SmoothTransformation
            self._scaled = self._image.convertToFormat(QImage.Format.Format_RGB32).scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth
            )
        return self._scaled


class WithScale(QWidget):
    """A view with what explains its colours right below the picture, as wide as that."""

    def __init__(self, view: PictureView, below: QWidget) -> None:
        super().__init__()
        self._view, self._below = view, below
        for part in (view, below):
            part.setParent(self)
        view.fitted.connect(self.arrange)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def minimumSizeHint(self) -> QSize:
        least = self._view.minimumSizeHint()
        return QSize(least.width(), least.height() + look(self).px(8 + BELOW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Give both their places."""
        gap, tall = look(self).px(8), look(self).px(BELOW)
        self._view.setGeometry(0, 0, self.width(), max(1, self.height() - gap - tall))
        place = self._view.place()
        wide = max(round(place.width()) + 2, min(self.width(), look(self).px(160)))
        self._below.setGeometry(0, round(place.bottom()) + gap, wide, tall)


class Frame(QWidget):
    """Lies over another widget and frames a part of it; the pointer goes through."""

    def __init__(self, below: QWidget) -> None:
        super().__init__(below)
        self._over = below
        self._frame: Box | None = None
        self._size = (1, 1)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        below.installEventFilter(self)

    def show_frame(self, frame: Box | None, size: tuple[int, int]) -> None:
        """Frame a part of what is `size` (rows, columns) large and fills the square below."""
        self._frame, self._size = frame, size
        self.update()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._over:
            self.resize(self._over.size())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._frame is not None:
            style, painter = look(self), QPainter(self)
            side = min(self.width(), self.height())
            where = on_screen(self._frame, QRectF(0, 0, side, side), self._size, style.px(LEAST_FRAME))
            paint_frame(painter, where, style.px(1) * 2, style.colour("accent"))


def on_screen(frame: Box, place: QRectF, size: tuple[int, int], least: float) -> QRectF:
    """Where a frame in pixels of a picture of `size` (rows, columns), drawn at `place`, lies on the screen."""
    tall, wide = place.height() / size[0], place.width() / size[1]
    top, left, bottom, right = frame
    where = QRectF(place.x() + left * wide, place.y() + top * tall, (right - left) * wide, (bottom - top) * tall)
    more, taller = max(0.0, least - where.width()) / 2, max(0.0, least - where.height()) / 2
    return where.adjusted(-more, -taller, more, taller)


def paint_frame(painter: QPainter, where: QRectF, width: float, colour: QColor) -> None:
    """A frame that is seen on any picture: the accent, in white."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen, wide in ((QColor("#FFFFFF"), 2.0 * width), (colour, width)):
        painter.setPen(QPen(pen, wide, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(where)
    painter.restore()


def photo_image(pixels: NDArray[np.uint8]) -> QImage:
    """(1, H, W) or (3, H, W) uint8 as an image."""
    if len(pixels) == 1:
        height, width = pixels.shape[1:]
        grey = np.ascontiguousarray(pixels[0])
        return QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8).copy()
    colours = np.ascontiguousarray(pixels.transpose(1, 2, 0))
    height, width = colours.shape[:2]
    return QImage(colours.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def shades(values: NDArray[np.floating], most: float) -> NDArray[np.uint8]:
    """(H, W) numbers of colours on the diverging scale: 0 is −most or less, STEPS zero, 2·STEPS most or more."""
    scaled = np.multiply(values, STEPS / most if most > 0 else 0.0, dtype=np.float32)
    scaled += STEPS + 0.5
    np.clip(scaled, 0, 2 * STEPS + 0.5, out=scaled)
    numbers: NDArray[np.uint8] = scaled.astype(np.uint8)
    return numbers


def signed_image(numbers: NDArray[np.uint8], theme: Theme) -> QImage:
    """`shades` as an image in the colours of a theme."""
    height, width = numbers.shape
    kept = np.ascontiguousarray(numbers)
    image = QImage(kept.data, width, height, width, QImage.Format.Format_Indexed8).copy()
    table = []
    for k in range(-STEPS, STEPS + 1):
        end = theme.positive if k >= 0 else theme.negative
        table.append(blend(theme.zero, end, abs(k) / STEPS).rgb())
    image.setColorTable(table)
    return image
