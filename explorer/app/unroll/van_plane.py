"""The eigenvalues of the recurrent weights in the complex plane, with the unit circle and the spectral radius."""

from __future__ import annotations

from math import hypot

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import HEAD, Look, look
from explorer.app.unroll.ink import readable
from explorer.arch.text import number, plural
from explorer.explain.recurrent.flow import Spectrum

REACH, GRIP, START = 10, 7, 4
"""Pixels at scale 1: how near the pointer comes to an eigenvalue or to the ring, and how far a drag goes to be one."""

ROOM = 1.18
"""Half the plane's width, against the larger one of the spectral radius and 1."""

SMALL, LARGE = 0.1, 5.0
"""Least and largest spectral radius that the ring can be drawn to."""


class EigenPlane(QWidget):
    """`pointed` and `pinned` carry an eigenvalue's index, or `None`; `scaled` the radius to which the ring is drawn."""

    pointed = Signal(object)
    pinned = Signal(object)
    scaled = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spectrum = Spectrum(np.zeros(0, np.complex128), 0.0)
        self._at: int | None = None
        self._pin: int | None = None
        self._pressed: QPointF | None = None
        self._half: float | None = None
        self._drags = False
        self._framed = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Eigenvalues of the recurrent weights")

    @property
    def index(self) -> int | None:
        """The eigenvalue that is read: the one pointed at, else the pinned one."""
        return self._pin if self._at is None else self._at

    @property
    def spectrum(self) -> Spectrum:
        """What is shown."""
        return self._spectrum

    def show_spectrum(self, spectrum: Spectrum) -> None:
        """Show eigenvalues, largest first."""
        self._spectrum = spectrum
        count = len(spectrum.values)
        self._at = self._at if self._at is not None and self._at < count else None
        self._pin = self._pin if self._pin is not None and self._pin < count else None
        outside = int((np.abs(spectrum.values) > 1 + 1e-9).sum())
        self.setAccessibleDescription(
            f"{plural(count, 'eigenvalue')}, {number(outside)} outside the unit circle. {spectrum.text} "
            "Arrow keys go from one to the next; Enter pins; + and − scale the weights."
        )
        self.update()

    # Where things are.

    def _middle(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2)

    def _scale(self) -> float:
        """Pixels for 1. While the ring is drawn the plane stays as it is: it must not flee from the hand."""
        half = self._half or ROOM * max(1.0, self._spectrum.radius)
        return min(self.width(), self.height()) / 2 / half

    def place(self, index: int) -> QPointF:
        """Where an eigenvalue lies."""
        value, scale, middle = self._spectrum.values[index], self._scale(), self._middle()
        return QPointF(middle.x() + value.real * scale, middle.y() - value.imag * scale)

    def _near(self, at: QPointF) -> int | None:
        if not len(self._spectrum.values):
            return None
        middle, scale, values = self._middle(), self._scale(), self._spectrum.values
        gaps = np.hypot(middle.x() + values.real * scale - at.x(), middle.y() - values.imag * scale - at.y())
        best = int(np.argmin(gaps))
        return best if gaps[best] <= look(self).px(REACH) else None

    def _on_ring(self, at: QPointF) -> bool:
        return abs(self._length(at) - self._spectrum.radius * self._scale()) <= look(self).px(GRIP)

    def _length(self, at: QPointF) -> float:
        by = at - self._middle()
        return hypot(by.x(), by.y())

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(240), px(200))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(200), px(84))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter, middle, scale = look(self), QPainter(self), self._middle(), self._scale()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(style.colour("line"), 1))
        half = min(self.width(), self.height()) / 2
        painter.drawLine(QPointF(middle.x() - half, middle.y()), QPointF(middle.x() + half, middle.y()))
        painter.drawLine(QPointF(middle.x(), middle.y() - half), QPointF(middle.x(), middle.y() + half))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(style.colour("ink"), style.px(1), Qt.PenStyle.DashLine))
        painter.drawEllipse(middle, scale, scale)
        radius = self._spectrum.radius * scale
        painter.setPen(QPen(style.colour("accent"), style.px(3 if self._drags else 2)))
        painter.drawEllipse(middle, radius, radius)
        self._words(painter, style, middle, half, scale)
        size = max(2.2, min(4.0, 4.5 - len(self._spectrum.values) / 60)) * style.scale
        painter.setPen(QPen(style.colour("paper"), 1))
        for index, value in enumerate(self._spectrum.values):
            painter.setBrush(self._ink(style, abs(value)))
            painter.drawEllipse(self.place(index), size, size)
        for chosen, filled in ((self._pin, True), (self._at, False)):
            if chosen is not None:
                painter.setBrush(
                    self._ink(style, abs(self._spectrum.values[chosen])) if filled else Qt.BrushStyle.NoBrush
                )
                painter.setPen(QPen(style.colour("ink"), style.px(2)))
                painter.drawEllipse(self.place(chosen), size + style.px(2), size + style.px(2))
        if self._framed:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(style.colour("accent"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _words(self, painter: QPainter, style: Look, middle: QPointF, half: float, scale: float) -> None:
        """Names of the axes and of the two circles."""
        font, px = style.font(HEAD), style.px
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(style.colour("third"))
        real, imaginary = "real", "imaginary"
        left = min(middle.x() + half + px(6), self.width() - metrics.horizontalAdvance(real))
        painter.drawText(QPointF(left, middle.y() - px(4)), real)
        painter.drawText(QPointF(middle.x() + px(6), middle.y() - half + metrics.ascent()), imaginary)
        for words, size, right in (("|λ| = 1", 1.0, True), (f"radius {self._spectrum.written}", None, False)):
            away = (self._spectrum.radius if size is None else size) * scale * 0.72 + px(3)
            wide = metrics.horizontalAdvance(words)
            x = middle.x() + away if right else middle.x() - away - wide
            box = QRectF(min(max(x, 0), self.width() - wide), middle.y() + away, wide, metrics.height())
            box.moveBottom(min(box.bottom(), self.height()))
            painter.fillRect(box.adjusted(-2, 0, 2, 0), style.colour("paper", 0.8))
            painter.setPen(readable(style, style.colour("second" if right else "accent")))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    @staticmethod
    def _ink(style: Look, size: float) -> QColor:
        """Blue where products shrink, orange where they grow."""
        return style.colour("negative" if size < 1 - 1e-9 else "positive" if size > 1 + 1e-9 else "second")

    # What it answers to.

    def _point(self, index: int | None) -> None:
        if index != self._at:
            self._at = index
            self.pointed.emit(index)
            self.update()

    def _turn_pin(self, index: int | None) -> None:
        self._pin = None if index == self._pin else index
        self.pinned.emit(self._pin)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is not None and not self._drags and self._on_ring(self._pressed):
            by = at - self._pressed
            if hypot(by.x(), by.y()) >= look(self).px(START):
                self._half = min(self.width(), self.height()) / 2 / self._scale()
                self._drags = True
        if self._drags:
            self.scaled.emit(float(f"{min(max(self._length(at) / self._scale(), SMALL), LARGE):.2g}"))
            return
        index = self._near(at)
        over_ring = index is None and self._on_ring(at)
        self.setCursor(Qt.CursorShape.SizeAllCursor if over_ring else Qt.CursorShape.ArrowCursor)
        self._point(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            if not self._drags:
                self._turn_pin(self._near(event.position()))
            self._pressed, self._drags, self._half = None, False, None
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._framed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._framed = False
        self.update()
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from the largest eigenvalue to the smallest, Enter pins, Escape lets go, + and − scale."""
        key, count = Qt.Key(event.key()), len(self._spectrum.values)
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}.get(key, 0)
        if by and count:
            self._point(0 if self.index is None else (self.index + by) % count)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._at is not None:
            self._turn_pin(self._at)
        elif key == Qt.Key.Key_Escape and self.index is not None:
            self._point(None)
            self._turn_pin(None)
        elif event.text() in ("+", "-", "−"):
            factor = 1.05 if event.text() == "+" else 1 / 1.05
            self.scaled.emit(float(f"{min(max(self._spectrum.radius * factor, SMALL), LARGE):.3g}"))
        else:
            super().keyPressEvent(event)
