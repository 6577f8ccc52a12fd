"""Motion over a page: the kernel's frame glides to its next window, and the result flies into its cell.

glide = Glide(page)
glide.step(grid, old_cells, new_cells, output, cell, "3")   # grid and output are TensorGrids on the page
glide.motion = False                                        # all at once from now on
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPointF, QRectF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QFont, QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from explorer.app.theme import look
from explorer.app.widgets.cells import Cell
from explorer.app.widgets.grid import TensorGrid
from explorer.app.widgets.scale import CONTRAST, contrast

TIME = 300
"""Milliseconds of one glide."""


class Glide(QWidget):
    """Lies over its parent, lets all clicks through, and is hidden while nothing moves.

    All rectangles are in the parent's coordinates: see `where`. A new motion ends the one before it at once.
    """

    finished = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._page = parent
        self.motion = True
        """Whether anything moves at all."""
        self.duration = TIME
        """Milliseconds of one glide."""
        self._frame: tuple[QRectF, QRectF] | None = None
        self._flight: tuple[QRectF, QRectF, str, QColor] | None = None
        self._then: Callable[[], None] | None = None
        self._at = 0.0
        self._shown = QRectF()
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.valueChanged.connect(self._moved)
        self._animation.finished.connect(self._arrive)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        parent.installEventFilter(self)
        self.hide()

    @property
    def running(self) -> bool:
        """Whether something moves."""
        return self._frame is not None or self._flight is not None

    def where(self, widget: QWidget, rect: QRectF) -> QRectF:
        """A rectangle of a widget on the page, in the page's coordinates."""
        corner = widget.mapTo(self._page, rect.topLeft().toPoint())
        return QRectF(QPointF(corner), rect.size())

    def glide(self, start: QRectF, end: QRectF, then: Callable[[], None] | None = None) -> None:
        """Move an accent frame; `then` is called when it has arrived."""
        self.finish()
        self._frame, self._then = (start, end), then
        self._start(QEasingCurve.Type.InOutCubic)

    def fly(
        self,
        text: str,
        start: QRectF,
        end: QRectF,
        colour: QColor | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Move a value into its cell; `colour` is the ground it stands on."""
        self.finish()
        ground = look(self).colour("wash") if colour is None else colour
        self._flight, self._then = (start, end, text, ground), then
        self._start(QEasingCurve.Type.InOutQuad)

    def step(
        self,
        grid: TensorGrid,
        old: Sequence[Cell],
        new: Sequence[Cell],
        output: TensorGrid,
        cell: Cell,
        text: str,
        source: QRectF | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """The whole step: the frame glides from the old window to the new one, then the value flies into `cell`.

        `source` is where the value comes from, as the formula's result; without it, from the window. The grids must
        show the new state already: what is on its way is hidden until it arrives.
        """
        self.finish()
        if not self.motion or not new or not self._page.isVisible():
            if then is not None:
                then()
            self.finished.emit()
            return
        start, end = self._around(grid, old or new), self._around(grid, new)
        goal = self.where(output, output.cell_rect(cell))
        share = 0.0 if output.values is None else float(output.values[cell]) / output.most
        colour = look(self).signed(share)
        grid.veil(None, window=True)
        output.veil(cell)

        def arrived() -> None:
            if isValid(grid):  # the page may have thrown it away on the way
                grid.veil(None)
            self.fly(text, source or end, goal, colour, landed)

        def landed() -> None:
            if isValid(output):
                output.veil(None)
            if then is not None:
                then()

        self.glide(start, end, arrived)

    def finish(self) -> None:
        """Everything arrives now."""
        while self.running:  # what arrives may start the next motion
            self._arrive()

    def _arrive(self) -> None:
        self._animation.stop()
        self._frame = self._flight = None
        self.hide()
        then, self._then = self._then, None
        if then is not None:
            then()
        if not self.running:
            self.finished.emit()

    def _around(self, grid: TensorGrid, cells: Sequence[Cell]) -> QRectF:
        found = QRectF()
        for cell in cells:
            found = found.united(grid.cell_rect(cell))
        return self.where(grid, found)

    def _start(self, curve: QEasingCurve.Type) -> None:
        if not self.motion or self.duration <= 0 or not self._page.isVisible():
            self.finish()
            return
        self.setGeometry(self._page.rect())
        self._at, self._shown = 0.0, QRectF()
        self.raise_()
        self.show()
        self._animation.setDuration(self.duration)
        self._animation.setEasingCurve(curve)
        self._animation.start()

    def _moved(self, value: float) -> None:
        self._at = float(value)
        old, self._shown = self._shown, self._place().adjusted(-6, -6, 6, 6)
        self.update(old.united(self._shown).toAlignedRect())

    def _place(self) -> QRectF:
        pair = self._frame or self._flight
        if pair is None:
            return QRectF()
        one, two, at = pair[0], pair[1], self._at
        return QRectF(
            one.x() + (two.x() - one.x()) * at,
            one.y() + (two.y() - one.y()) * at,
            one.width() + (two.width() - one.width()) * at,
            one.height() + (two.height() - one.height()) * at,
        )

    def hideEvent(self, event: QHideEvent) -> None:
        self.finish()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Where the page changes its size, nothing lies any more where it was going to.
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self.finish()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = self._place()
        if self._frame is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            wide = style.px(3)
            painter.fillRect(place, style.colour("accent", 0.10))
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(style.colour("accent"))
            pen.setWidth(wide)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(place.adjusted(wide / 2, wide / 2, -wide / 2, -wide / 2))
        elif self._flight is not None:
            _, end, text, ground = self._flight
            # It is as large as its cell all the way.
            cell = QRectF(0, 0, end.width(), end.height())
            cell.moveCenter(place.center())
            painter.setPen(style.colour("accent"))
            painter.setBrush(ground)
            painter.drawRoundedRect(cell, style.px(4), style.px(4))
            size = max(9.0, min(18.0, cell.width() / style.scale * 0.28))
            painter.setFont(style.font(size, QFont.Weight.DemiBold, mono=True))
            inks = (style.colour("ink"), QColor("#FFFFFF"), QColor("#000000"))
            painter.setPen(next((ink for ink in inks if contrast(ink, ground) >= CONTRAST), inks[0]))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)
