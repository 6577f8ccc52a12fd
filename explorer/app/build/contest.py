"""ImageNet's contest as a chart: how the error fell, year by year, and where a trained human stands.

chart = ContestChart(ENTRIES, HUMAN)          # from explorer.arch.zoo.contest
chart.wanted.connect(lambda name: ...)        # a network of the zoo was clicked
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import blend, look
from explorer.app.widgets.text import Head, label
from explorer.app.widgets.ticks import nice_ceil, ticks
from explorer.arch.text import number, plural

INFO = (
    "Five guesses for each picture: the top-5 error is the share of pictures whose true class is not among them. "
    "1.2 million pictures of 1\u2009000 classes to learn from."
)

GAP, BAR = 0.5, 0.7
"""Between two years, and the width of a bar; the bars of a year are 1 apart."""


class ContestEntry(Protocol):
    """One result: `top5` in percent; `layers` may be unknown; `zoo` names the network, if it is there."""

    @property
    def year(self) -> int: ...
    @property
    def team(self) -> str: ...
    @property
    def network(self) -> str: ...
    @property
    def layers(self) -> int | None: ...
    @property
    def top5(self) -> float: ...
    @property
    def note(self) -> str: ...
    @property
    def zoo(self) -> str | None: ...


def percent(value: float) -> str:
    """`16.4 %`, `3.57 %`: as many decimals as were published."""
    return f"{number(value, 2 if round(value, 1) != value else 1)} %"


def shown_name(entry: ContestEntry) -> str:
    """What stands on a bar: the network, or the team where there was none."""
    return entry.team if entry.layers is None else entry.network


def sentence(entry: ContestEntry) -> str:
    """All that is known of a result, in a line."""
    layers = "" if entry.layers is None else f", {plural(entry.layers, 'layer')}"
    return f"{entry.year} · {entry.team} · {entry.network}{layers} · {percent(entry.top5)}"


def places(entries: Sequence[ContestEntry]) -> list[float]:
    """Where the bars stand: those of a year beside one another, with a gap between two years."""
    found, x = list[float](), 0.0
    for index, entry in enumerate(entries):
        if index:
            x += 1.0 if entry.year == entries[index - 1].year else 1.0 + GAP
        found.append(x)
    return found


class ContestChart(QWidget):
    """Bars of the error in percent. `wanted` carries the zoo's name of a network that was clicked."""

    wanted = Signal(str)

    def __init__(self, entries: Sequence[ContestEntry], human: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries = tuple(sorted(entries, key=lambda entry: entry.year))
        self.human = human
        self.index = -1
        self._places = places(self.entries)
        self._fit = (False, False)  # whether the values, and the names, have room on all bars
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Top-5 error in ImageNet's contest")
        self.setAccessibleDescription(INFO)
        self.said, self.note = label("", "text"), label("", "caption", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(Head("Top-5 error in ImageNet's contest", INFO, "percent of the test pictures"))
        self._make()
        box.addWidget(self.view, 1)
        box.addWidget(self.said)
        box.addWidget(self.note)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._arrange)
        self.apply_theme()
        self.point(-1)

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
        item.disableAutoRange()
        self._box = item.getViewBox()
        self._axes = [item.getAxis(side) for side in ("left", "bottom")]
        for axis in self._axes:
            axis.setStyle(tickLength=0)
            axis.setTickPen(pg.mkPen(None))
        self._grid = pg.PlotCurveItem(connect="pairs")
        self._bars = pg.BarGraphItem(x=[], height=[], width=BAR)
        self._line = pg.PlotCurveItem()
        self._human = pg.TextItem(f"trained\nhuman\n{percent(self.human)}", anchor=(1, 0.5))
        self.values = [pg.TextItem(percent(entry.top5), anchor=(0.5, 1)) for entry in self.entries]
        self.names = [pg.TextItem(shown_name(entry), anchor=(0.5, 1)) for entry in self.entries]
        for text in (self._human, *self.values, *self.names):
            text.textItem.document().setDocumentMargin(1)
        for part in (self._grid, self._bars, self._line, self._human, *self.values, *self.names):
            self.view.addItem(part, ignoreBounds=True)
        self.view.scene().sigMouseMoved.connect(self._moved)
        self.view.scene().sigMouseClicked.connect(lambda event: self._clicked(event.scenePos()))
        self.view.viewport().installEventFilter(self)

    # What is pointed at.

    @property
    def entry(self) -> ContestEntry | None:
        """The result that is pointed at."""
        return self.entries[self.index] if self.index >= 0 else None

    def point(self, index: int) -> None:
        """Point at a result; −1 at none."""
        self.index = index
        entry = self.entry
        if entry is None:
            self.said.setText("Point at a bar to read who it was.")
            self.note.setText("Networks that can be opened are in colour.")
        else:
            self.said.setText(sentence(entry))
            self.note.setText(f"{entry.note}{' Click to open the network.' if entry.zoo else ''}".strip())
        self.view.viewport().setCursor(
            Qt.CursorShape.PointingHandCursor if entry is not None and entry.zoo else Qt.CursorShape.ArrowCursor
        )
        self._colour()

    def ask(self, index: int) -> None:
        """Ask for the network of a result, if the zoo has it."""
        name = self.entries[index].zoo if 0 <= index < len(self.entries) else None
        if name:
            self.wanted.emit(name)

    def index_at(self, place: QPointF) -> int:
        """The result whose bar, or whose place above it, is at a point of the scene; −1 for none."""
        if not self._box.sceneBoundingRect().contains(place):
            return -1
        x = float(self._box.mapSceneToView(place).x())
        return next((i for i, at in enumerate(self._places) if abs(x - at) <= 0.5), -1)

    def _moved(self, place: QPointF) -> None:
        index = self.index_at(place)
        if index != self.index:
            self.point(index)

    def _clicked(self, place: QPointF) -> None:
        self.ask(self.index_at(place))

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: ARG002
        if event.type() == QEvent.Type.Leave:
            self.point(-1)
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go from bar to bar, Enter opens the network, Escape points at none."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and self.entries:
            first = 0 if step > 0 else len(self.entries) - 1
            self.point(first if self.index < 0 else min(max(self.index + step, 0), len(self.entries) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.ask(self.index)
        elif event.key() == Qt.Key.Key_Escape and self.index >= 0:
            self.point(-1)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason) and self.entries:
            self.point(max(self.index, 0))

    # Look.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(560), px(360))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(360), px(240))

    def apply_theme(self) -> None:
        """Take colours and type from the widget's look."""
        style = look(self)
        theme, px = style.theme, style.px
        self.view.setBackground(None)
        for axis in self._axes:
            axis.setPen(pg.mkPen(None))
            axis.setTextPen(theme.third)
            axis.setStyle(tickTextOffset=px(6))
        self._axes[0].setTickFont(style.font(11, mono=True))
        self._axes[1].setTickFont(style.font(12))
        self._axes[0].setWidth(px(46))
        self._axes[1].setHeight(px(24))
        self._grid.setPen(pg.mkPen(theme.line, width=1))
        self._line.setPen(pg.mkPen(theme.ink, width=1, style=Qt.PenStyle.DashLine))
        self._human.setColor(theme.ink)
        self._human.setFont(style.font(12))
        self._human.fill = pg.mkBrush(theme.paper)
        self._arrange()

    def _colour(self) -> None:
        if not self.entries:  # pyqtgraph cannot draw no bars with pens
            return
        style = look(self)
        theme = style.theme
        bars = []
        for index, entry in enumerate(self.entries):
            colour, pointed = theme.accent if entry.zoo else theme.third, index == self.index
            bars.append(pg.mkBrush(blend(theme.paper, colour, 1.0 if pointed else 0.75)))
            # As many words as there is room for, and all of them on the bar that is pointed at, over the others.
            for text, fits in ((self.values[index], self._fit[0]), (self.names[index], self._fit[1])):
                text.setVisible(pointed or fits)
                text.setColor(theme.ink if pointed or self.index < 0 else theme.second)
                text.fill = pg.mkBrush(theme.paper)
                text.setZValue(2 if pointed else 1)
        self._bars.setOpts(
            x=self._places,
            height=[entry.top5 for entry in self.entries],
            width=BAR,
            brushes=bars,
            pens=[
                pg.mkPen(theme.ink, width=style.px(2)) if index == self.index else pg.mkPen(None)
                for index in range(len(self.entries))
            ],
        )

    def _arrange(self) -> None:
        """Bring ranges, ticks and words to the size that there is."""
        style = look(self)
        wide, tall = max(40.0, self._box.width()), max(40.0, self._box.height())
        top = nice_ceil(max([self.human, *(entry.top5 for entry in self.entries)]))
        left, last = -0.75, self._places[-1] if self._places else 0.0
        # The human's words stand behind the last bar, on the line.
        beyond = style.px(72) / wide
        right = (last + 0.5 - left * beyond) / (1 - beyond)
        room = top * style.px(36) / max(1.0, tall - style.px(36))
        self._box.setRange(xRange=(left, right), yRange=(0, top + room), padding=0, disableAutoRange=True)
        heights = ticks(0, top, max(2, int(tall / style.px(56))), " %")
        self._axes[0].setTicks([heights])
        self._axes[1].setTicks([self._years()])
        ends = np.array([y for y, _ in heights])
        self._grid.setData(np.tile([left, right], len(ends)), np.repeat(ends, 2))
        self._line.setData(np.array([left, last + 0.6]), np.array([self.human, self.human]))
        self._human.setPos(right, self.human)
        each = wide / (right - left)
        metrics = QFontMetricsF(style.font(12))
        self._fit = (
            _apart([percent(entry.top5) for entry in self.entries], self._places, each, metrics),
            _apart([shown_name(entry) for entry in self.entries], self._places, each, metrics),
        )
        above, raised = ((top + room) * style.px(length) / tall for length in (2, 16))
        for place, entry, value, name in zip(self._places, self.entries, self.values, self.names, strict=True):
            for text, height in ((value, entry.top5 + above), (name, entry.top5 + above + raised)):
                text.setFont(style.font(12))
                text.setPos(place, height)
        self._colour()

    def _years(self) -> list[tuple[float, str]]:
        """A label in the middle of each year's bars."""
        years = sorted({entry.year for entry in self.entries})
        spots = [[at for at, entry in zip(self._places, self.entries, strict=True) if entry.year == y] for y in years]
        return [(sum(spot) / len(spot), str(year)) for year, spot in zip(years, spots, strict=True)]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_soon"):
            self.apply_theme()
            self._soon.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._soon.start()


def _apart(words: Sequence[str], at: Sequence[float], each: float, metrics: QFontMetricsF) -> bool:
    """Whether words in the middle of their places, `each` pixels a unit, do not touch their neighbours."""
    wide = [metrics.horizontalAdvance(word) + 6 for word in words]
    pairs = zip(pairwise(wide), pairwise(at), strict=True)
    return all((one + two) / 2 <= (right - left) * each for (one, two), (left, right) in pairs)
