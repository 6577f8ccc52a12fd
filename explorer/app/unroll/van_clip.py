"""The size of each path's whole gradient before and after clipping, as bars on one logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, log10

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.app.theme import CAPTION, Look, look
from explorer.app.unroll.ink import readable
from explorer.app.unroll.van_plot import ink_of
from explorer.app.unroll.van_words import Clip

ROW, NAME, VALUE = 22, 62, 104
"""Height of a row, and room for its name and its numbers, in pixels at scale 1."""

LOW = -2.0
"""The left end of the bars, log10, unless something is smaller."""


class ClipBars(QWidget):
    """One row a path: what clipping takes away is pale. A row's arithmetic is shown on hover, click and Enter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clips: tuple[Clip, ...] = ()
        self._row = 0
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.WhatsThisCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Norm of all gradients, before and after clipping")

    def show_clips(self, clips: Sequence[Clip]) -> None:
        """Show one row for each."""
        self._clips = tuple(clips)
        self._row = min(self._row, max(len(clips) - 1, 0))
        self._tell()
        self.updateGeometry()
        self.update()

    def _tell(self) -> None:
        if self.hasFocus() and self._clips:
            self.setAccessibleDescription(self._clips[self._row].why)
        else:
            self.setAccessibleDescription(". ".join(f"{clip.path} {clip.text}" for clip in self._clips))

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(260), px(ROW) * max(len(self._clips), 4))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        px = style.px
        bars = QRectF(px(NAME), 0, max(self.width() - px(NAME + VALUE), 10), self.height())
        logs = [log for clip in self._clips for log in (clip.clipping.before, clip.clipping.after) if isfinite(log)]
        low, high = min([LOW, *logs]), max([1.0, *logs])
        for row, clip in enumerate(self._clips):
            self._paint_row(painter, style, bars, row, clip, (low, high))
        limit = next((clip.clipping.limit for clip in self._clips), None)
        if limit is not None:
            share = min(max((log10(limit) - low) / (high - low), 0.0), 1.0)
            x = bars.x() + bars.width() * share
            painter.setPen(QPen(style.colour("ink"), px(1), Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, 0), QPointF(x, px(ROW) * len(self._clips)))

    def _paint_row(
        self, painter: QPainter, style: Look, bars: QRectF, row: int, clip: Clip, ends: tuple[float, float]
    ) -> None:
        px, top = style.px, row * style.px(ROW)
        line = QRectF(0, top, self.width(), px(ROW))
        ink = ink_of(style, clip.path)
        middle = Qt.AlignmentFlag.AlignVCenter
        if self.hasFocus() and row == self._row:
            painter.setPen(QPen(style.colour("accent"), 1))
            painter.setBrush(style.colour("wash"))
            painter.drawRoundedRect(line.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setFont(style.font(CAPTION, QFont.Weight.Medium))
        painter.setPen(readable(style, ink))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, clip.path)
        painter.setPen(Qt.PenStyle.NoPen)
        for log, opacity in ((clip.clipping.before, 0.3), (clip.clipping.after, 1.0)):
            if isfinite(log):
                painter.setOpacity(opacity)
                painter.setBrush(ink)
                wide = bars.width() * (log - ends[0]) / (ends[1] - ends[0])
                painter.drawRoundedRect(QRectF(bars.x(), top + px(7), wide, px(ROW - 14)), px(2), px(2))
        painter.setOpacity(1.0)
        font = style.font(CAPTION)
        painter.setFont(font)
        painter.setPen(style.colour("ink"))
        words = QFontMetricsF(font).elidedText(clip.text, Qt.TextElideMode.ElideRight, px(VALUE - 4))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, words)

    # What it answers to.

    def _row_at(self, at: QPointF) -> int | None:
        row = int(at.y() // look(self).px(ROW))
        return row if 0 <= row < len(self._clips) else None

    def _explain(self, row: int) -> None:
        top = (row + 1) * look(self).px(ROW)
        QToolTip.showText(self.mapToGlobal(QPointF(0, top).toPoint()), f"<p>{self._clips[row].why}</p>", self)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        self.setToolTip("" if row is None else f"<p>{self._clips[row].why}</p>")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if row is not None:
            self._explain(row)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._tell()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._tell()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down go from row to row, Enter explains."""
        key = Qt.Key(event.key())
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(key, 0)
        if by:
            self._row = min(max(self._row + by, 0), max(len(self._clips) - 1, 0))
            self._tell()
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._clips:
            self._explain(self._row)
        else:
            super().keyPressEvent(event)
