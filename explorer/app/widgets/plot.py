"""A live curve plot: raw values, their smoothing, single points, and marks across. Made for many updates a second.

plot = LivePlot("Loss")
plot.set_span(860, [(430, "epoch 1"), (860, "epoch 2")])
plot.show_data(raw=(steps, losses), smooth=(steps, smoothed), points=([430], [0.3]))
plot.pointed.connect(print)  # the step below the pointer, or None
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import blend, look
from explorer.app.widgets.text import Head, button
from explorer.app.widgets.ticks import brief, log_ticks, nice_ceil, nice_step, ticks
from explorer.arch.text import number

Pair = tuple[ArrayLike, ArrayLike]
NONE: Pair = ((), ())
FLOOR = 1e-6
"""What a logarithmic axis shows for 0."""


class LivePlot(QWidget):
    """Curves over the steps. The height runs from 0 to what there is, or to `ceiling` if the values have one.

    `switch` names the button at the upper right: it makes an open axis logarithmic, and lets one with a ceiling show
    only the part that the curves now reach.
    """

    pointed = Signal(object)
    """The step that the pointer or the arrow keys are at, or `None`."""

    def __init__(
        self,
        title: str,
        info: str = "",
        caption: str = "",
        unit: str = "",
        ceiling: float | None = None,
        switch: str = "",
        names: tuple[str, str] = ("train", "validation"),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._unit, self._ceiling, self._names = unit, ceiling, names
        self._last, self._marks = 1.0, list[tuple[float, str]]()
        self._guide: tuple[float, str] | None = None
        self._floor: tuple[float, str] | None = None
        self._raw, self._smooth, self._points = _arrays(NONE), _arrays(NONE), _arrays(NONE)
        self._at: float | None = None
        self._lines: Sequence[str] = ()
        self._range: tuple[float, float] = (0.0, 1.0)
        self._right, self._chance_shown = 1.0, False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title)
        self.setAccessibleDescription(info)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        self.head = Head(title, info, caption)
        top.addWidget(self.head, 1)
        self.switch = button(switch, role="quiet")
        self.switch.setCheckable(True)
        self.switch.setProperty("role", "segment")
        self.switch.setVisible(bool(switch))
        self.switch.toggled.connect(lambda _: self._arrange(force=True))
        top.addWidget(self.switch)
        box.addLayout(top)
        self._make()
        box.addWidget(self.view, 1)
        # A resize or a change of theme comes as a burst of events: arrange once, after them.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(lambda: self._arrange(force=True))
        self.apply_theme()

    def _make(self) -> None:
        self.view: Any = pg.PlotWidget()
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setFrameShape(self.view.Shape.NoFrame)
        self.view.setMinimumSize(60, 40)
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        item = self.view.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.setMouseEnabled(False, False)
        item.getViewBox().setDefaultPadding(0)
        item.disableAutoRange()
        self._box = item.getViewBox()
        self._axes = [item.getAxis(side) for side in ("left", "bottom")]
        for axis in self._axes:
            axis.setStyle(tickLength=0)
        # From the back to the front. Static lines are one item each; so is everything that moves.
        self._grid = pg.PlotCurveItem(connect="pairs")
        self._epochs = pg.PlotCurveItem(connect="pairs")
        self._chance = pg.PlotCurveItem()
        self._least = pg.PlotCurveItem()
        self._noise = pg.PlotCurveItem(antialias=True)
        self._curve = pg.PlotCurveItem(antialias=True)
        self._curve.setSegmentedLineMode("on")
        self._dots = pg.ScatterPlotItem(antialias=True, pxMode=True)
        self._bar = pg.PlotCurveItem()
        self._ends = [pg.TextItem(anchor=(0, 0.5)) for _ in self._names]
        self._chance_text = pg.TextItem(anchor=(1, 1))
        self._least_text = pg.TextItem(anchor=(0, 1))
        self._note = pg.TextItem(anchor=(0, 0))
        lines = (self._grid, self._epochs, self._chance, self._least, self._noise, self._curve, self._dots, self._bar)
        for part in lines:
            self.view.addItem(part, ignoreBounds=True)
        for text in (*self._ends, self._chance_text, self._least_text, self._note):
            self.view.addItem(text, ignoreBounds=True)
        self._note.setZValue(10)
        self.view.scene().sigMouseMoved.connect(self._moved)
        self.view.viewport().installEventFilter(self)

    # What it shows.

    def set_span(self, last: float, marks: Sequence[tuple[float, str]] = ()) -> None:
        """The steps from 0 to `last`, with dashed lines and labels at `marks`."""
        if (last, list(marks)) != (self._last, self._marks):
            self._last, self._marks = max(1.0, last), list(marks)
            self._arrange(force=True)

    def set_guide(self, value: float | None, text: str = "") -> None:
        """A dotted line across at `value`, with a word on it; `None` takes it away."""
        guide = None if value is None else (value, text)
        if guide != self._guide:
            self._guide = guide
            self._arrange(force=True)

    def set_floor(self, value: float | None, text: str = "") -> None:
        """A second dotted line, at the best value there can be; `None` takes it away."""
        floor = None if value is None else (value, text)
        if floor != self._floor:
            self._floor = floor
            self._arrange(force=True)

    def show_data(self, raw: Pair = NONE, smooth: Pair = NONE, points: Pair = NONE) -> None:
        """Replace the curves: (steps, values) each."""
        self._raw, self._smooth, self._points = _arrays(raw), _arrays(smooth), _arrays(points)
        self._arrange()

    def point(self, step: float | None, lines: Sequence[str] = ()) -> None:
        """Draw the read-out line at `step`, with `lines` beside it."""
        self._at, self._lines = step, lines
        self._draw_pointer()

    def sizeHint(self) -> QSize:
        """The least that can be read: a plot takes what room there is."""
        px = look(self).px
        return QSize(px(280), px(150))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    # Ranges.

    def _bounds(self) -> tuple[float, float]:
        smooth, points = self._smooth[1], self._points[1]
        there = np.concatenate((smooth, points))
        guide = [line[0] for line in (self._guide, self._floor) if line]
        if self._ceiling is not None:
            if not self.switch.isChecked() or not len(there):
                return 0.0, self._ceiling
            low = float(min(np.concatenate((smooth[len(smooth) // 2 :], points[-1:]))))
            step = nice_step(max(self._ceiling - low, self._ceiling / 200), 4)
            return max(0.0, self._ceiling - step * ceil((self._ceiling - low) / step + 0.2)), self._ceiling
        values = np.concatenate((there, guide)) if len(there) else np.array(guide or [1.0])
        if self.switch.isChecked():
            logs = np.log10(np.maximum(values, FLOOR))
            low, high = float(logs.min()) - 0.15, float(logs.max()) + 0.1
            return (low, high) if high - low > 0.5 else (high - 0.5, high)
        # What explodes leaves the picture at the top, so that what came before it can still be seen.
        start = max([*guide, float(smooth[0]) if len(smooth) else 0.0])
        now = max((float(ys[-1]) for ys in (smooth, points) if len(ys)), default=0.0)
        high = min(float(values.max()), max(3 * start, 1.3 * now)) if start > 0 else float(values.max())
        return 0.0, nice_ceil(1.04 * (high or 1.0))

    def _height(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        logarithmic = self._ceiling is None and self.switch.isChecked()
        return np.log10(np.maximum(values, FLOOR)) if logarithmic else values

    def _arrange(self, force: bool = False) -> None:
        """Bring everything to what is known now; axes only where they changed, for they cost most."""
        bounds = self._bounds()
        if force or bounds != self._range:
            self._range = bounds
            self._draw_axes()
        self._noise.setData(self._raw[0], self._height(self._raw[1]))
        self._curve.setData(self._smooth[0], self._height(self._smooth[1]))
        self._dots.setData(self._points[0], self._height(self._points[1]))
        self._draw_ends()
        self._draw_pointer()

    def _pixels(self) -> tuple[float, float]:
        return max(40.0, self._box.width()), max(40.0, self._box.height())

    def _draw_axes(self) -> None:
        low, high = self._range
        style = look(self)
        wide, tall = self._pixels()
        room = (high - low) * style.px(8) / tall
        metrics = self.fontMetrics()
        margin = max(metrics.horizontalAdvance(f"{name} 00.00 ") for name in self._names)
        self._right = self._last * (1 + margin / max(wide - margin, 40.0))
        self._box.setRange(xRange=(0, self._right), yRange=(low, high + room), padding=0, disableAutoRange=True)
        most = max(2, int(tall / style.px(44)))
        logarithmic = self._ceiling is None and self.switch.isChecked()
        heights = log_ticks(low, high, most) if logarithmic else ticks(low, high, most, self._unit)
        self._axes[0].setTicks([heights])
        labels = self._labels(wide, style.px(58))
        self._axes[1].setTicks([labels])
        ends = np.array([y for y, _ in heights])
        self._grid.setData(np.tile([0, self._right], len(ends)), np.repeat(ends, 2))
        # Many epochs: a line only where there is a label.
        shown = np.array([x for x, _ in (self._marks if len(self._marks) <= 12 else labels)])
        self._epochs.setData(np.repeat(shown, 2), np.tile([low, high + room], len(shown)))
        self._chance_shown = self._draw_guide(self._guide, self._chance, self._chance_text)
        self._least_text.setVisible(self._draw_guide(self._floor, self._least, self._least_text))
        # At the left: at the right stand the curves' ends, which come down to it.
        self._least_text.setX(0.0)

    def _draw_guide(self, guide: tuple[float, str] | None, line: Any, text: Any) -> bool:
        """Put a dotted line and its word in place; says whether it lies within the picture."""
        inside = False
        if guide is not None:
            y = float(self._height(np.array([guide[0]]))[0])
            inside = self._range[0] <= y <= self._range[1]
            line.setData(np.array([0.0, self._right]), np.array([y, y]))
            text.setText(guide[1])
            text.setPos(self._right, y)
            # Above the line, or below where there is no room for it.
            low, top = self._box.viewRange()[1]
            above = (top - y) / max(top - low, 1e-12) * self._pixels()[1]
            text.setAnchor((text.anchor.x(), 1 if above >= self.fontMetrics().height() else 0))
        line.setVisible(inside)
        return inside

    def _labels(self, wide: float, each: float) -> list[tuple[float, str]]:
        """The marks' labels, thinned out until they have room; without marks, round steps."""
        if not self._marks:
            return ticks(0, self._last, max(2, int(wide / each)))
        room = max(1, int(wide * self._last / self._right / each))
        every = -(-len(self._marks) // room)
        return self._marks[every - 1 :: every]

    def _draw_ends(self) -> None:
        """Words at the curves' ends instead of a legend, kept apart from one another."""
        values = [ys[-1] if len(ys) else None for ys in (self._smooth[1], self._points[1])]
        x = max((xs[-1] for xs in (self._smooth[0], self._points[0]) if len(xs)), default=0.0)
        wide, tall = self._pixels()
        low, high = self._range
        per_pixel = (high - low) / tall
        line = self.fontMetrics().height() * 0.95 * per_pixel
        half = line / 2
        places = [None if v is None else float(self._height(np.array([v]))[0]) for v in values]
        ys = [None if y is None else min(max(y, low + half), high - half) for y in places]
        if ys[0] is not None and ys[1] is not None and abs(ys[0] - ys[1]) < line:
            above = 1 if (places[1] or 0) >= (places[0] or 0) else -1
            middle = min(max((ys[0] + ys[1]) / 2, low + line), high - line)
            ys = [middle - above * half, middle + above * half]
        for text, name, value, y in zip(self._ends, self._names, values, ys, strict=True):
            text.setVisible(y is not None)
            if y is not None and value is not None:
                text.setText(f"{name} {_reading(value, self._unit)}")
                text.setPos(x + self._right * 8 / wide, y)
        # The word on the guide gives way to those at the curves' ends.
        guide = self._chance_text.pos().y()
        near = x > 0.5 * self._right and any(y is not None and -line < y - guide < 2 * line for y in ys)
        self._chance_text.setVisible(self._chance_shown and not near)

    # The read-out.

    def _draw_pointer(self) -> None:
        there = self._at is not None and self._at <= self._last
        self._bar.setVisible(there)
        self._note.setVisible(there and bool(self._lines))
        if not there or self._at is None:
            return
        low, high = self._range
        self._bar.setData(np.array([self._at, self._at]), np.array([low, high * 2 if high > 0 else 1.0]))
        if self._lines:
            self._note.setAnchor((0, 0) if self._at < self._right / 2 else (1, 0))
            # The box lies beside the line, not on it.
            self._note.setPos(self._at, self._box.viewRange()[1][1])
            self._note.setText("\n".join(self._lines))

    def _moved(self, place: QPointF) -> None:
        if self._box.sceneBoundingRect().contains(place):
            x = float(self._box.mapSceneToView(place).x())
            self.pointed.emit(x if 0 <= x <= self._last else None)
        else:
            self.pointed.emit(None)

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: ARG002
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(None)
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the read-out, Escape takes it away."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        steps = self._smooth[0]
        if by is not None and len(steps):
            near = len(steps) - 1 if self._at is None else int(np.argmin(np.abs(steps - self._at)))
            far = max(1, len(steps) // 100)
            self.pointed.emit(float(steps[min(max(near + by * far, 0), len(steps) - 1)]))
        elif event.key() == Qt.Key.Key_Escape:
            self.pointed.emit(None)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason) and len(
            self._smooth[0]
        ):
            self.pointed.emit(float(self._smooth[0][-1]))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.pointed.emit(None)

    # Look.

    def apply_theme(self) -> None:
        """Take colours and type from the widget's look."""
        style = look(self)
        theme, px = style.theme, style.px
        self.view.setBackground(None)
        for axis in self._axes:
            axis.setPen(pg.mkPen(None))
            axis.setTextPen(theme.third)
            axis.setTickFont(style.font(11, mono=True))
            axis.setStyle(tickTextOffset=px(6))
        self._axes[0].setWidth(px(46))
        self._axes[1].setHeight(px(22))
        # A wide smooth line in one piece is drawn some hundred times slower than one of width 1; the one curve
        # that is wider is drawn in segments, which costs a millisecond.
        self._grid.setPen(pg.mkPen(theme.line, width=1))
        self._epochs.setPen(pg.mkPen(theme.strong_line, width=1, style=Qt.PenStyle.DashLine))
        for line in (self._chance, self._least):
            line.setPen(pg.mkPen(theme.third, width=1, style=Qt.PenStyle.DotLine))
        # Pale but not transparent: lines that lie upon one another would add up to the accent.
        self._noise.setPen(pg.mkPen(blend(theme.paper, theme.accent, 0.3), width=1))
        self._curve.setPen(pg.mkPen(theme.accent, width=1.6 * style.scale))
        self._dots.setPen(pg.mkPen(theme.positive, width=2))
        self._dots.setBrush(pg.mkBrush(theme.paper))
        self._dots.setSize(px(8))
        self._bar.setPen(pg.mkPen(theme.ink, width=1))
        for text, colour in zip(self._ends, (theme.accent, theme.warning), strict=True):
            text.setColor(colour)
            text.setFont(style.font(12))
        for text in (self._chance_text, self._least_text):
            text.setColor(theme.third)
            text.setFont(style.font(11))
        self._note.setColor(theme.ink)
        self._note.setFont(style.font(11, mono=True))
        self._note.fill = pg.mkBrush(theme.surface)
        self._note.border = pg.mkPen(theme.strong_line)
        self._arrange(force=True)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_soon"):
            self.apply_theme()
            self._soon.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._soon.start()


def _arrays(pair: Pair) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Steps and values; values that are no numbers, or infinite, have no place in a picture."""
    steps, values = np.asarray(pair[0], dtype=np.float64), np.asarray(pair[1], dtype=np.float64)
    there = np.isfinite(values)
    return (steps, values) if there.all() else (steps[there], values[there])


def _reading(value: float, unit: str) -> str:
    if unit:
        return f"{number(float(value), 1)}{unit}"
    return brief(float(value), 2) if 0.1 <= abs(value) < 1000 else brief(float(value))
