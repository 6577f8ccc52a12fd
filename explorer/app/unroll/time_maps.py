"""Heat maps in rows and columns that belong together: one cell's parts, or three cells side by side.

atlas = Atlas()
atlas.arrange(of_cell("LSTM"))
atlas.show_values({("LSTM", "f"): trace.parts["f"], …}, labels)
atlas.clicked.connect(lambda key, hit: ...)     # ("LSTM", "f"), Hit(unit, step, value)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import look, rescale
from explorer.app.unroll.heat import Heat
from explorer.app.unroll.heatview import LETTERS, TITLE, Hit, Scale, Values
from explorer.app.unroll.time_find import title_of
from explorer.app.widgets.scale import ScaleBar, span
from explorer.app.widgets.text import column, label
from explorer.explain.recurrent.cell import Kind

Key = tuple[Kind, str]
"""A cell, and one of its parts."""

STATES, CANDIDATES = ("h", "c"), ("g", "n")


@dataclass(frozen=True)
class Map:
    """Where a map stands. `bar`: whether its scale stands below it, else it shares one with all of its kind."""

    key: Key
    title: str
    row: int
    column: int
    bar: bool = True

    @property
    def scale(self) -> Scale:
        """Gates go from 0 to 1; all else has a sign."""
        return "signed" if self.key[1] in STATES + CANDIDATES else "magnitude"


@dataclass(frozen=True)
class Plan:
    """Maps in rows and columns, `tall[k]` the share of row k in the height.

    `note`: words below the first column's one map, where also the scales stand that maps without a bar share.
    """

    maps: tuple[Map, ...]
    tall: tuple[int, ...]
    note: str = ""


def of_cell(kind: Kind) -> Plan:
    """One cell: its gates above, what they act on below."""
    rows = {
        "LSTM": (("f", "i", "o"), ("g", "c", "h")),
        "GRU": (("r", "z"), ("n", "h")),
    }.get(kind, (("h",),))
    maps = tuple(
        Map((kind, part), title_of(kind, part), r, c) for r, parts in enumerate(rows) for c, part in enumerate(parts)
    )
    return Plan(maps, (1,) * len(rows))


def of_three() -> Plan:
    """RNN, LSTM and GRU in a column each: the state on top, below it what only gated cells have."""
    columns: tuple[tuple[Kind, tuple[str, ...]], ...] = (
        ("RNN", ("h",)), ("LSTM", ("h", "f", "i", "o")), ("GRU", ("h", "z", "r", "n")),
    )  # fmt: skip
    maps = tuple(
        Map((kind, part), f"{kind} {title_of(kind, part)}", r, c, bar=False)
        for c, (kind, parts) in enumerate(columns)
        for r, part in enumerate(parts)
    )
    return Plan(maps, (3, 1, 1, 1), "An RNN has no gates: its whole state is written anew at each step.")


class _Low(Heat):
    """A map that may be lower than a map that stands alone."""

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(96), px(TITLE + LETTERS + 24))


class Atlas(QWidget):
    """What is pointed at, pinned or selected in one map is so in all that have as many units."""

    hovered = Signal(object, object)
    """The key of a map and its `Hit`, or `None`."""
    clicked = Signal(object, object)
    """The key of a map and the `Hit` that was chosen there, or `None` when it is let go."""
    selected = Signal(object, object)
    """The key of a map and the steps that were selected there, as (first, last), or `None`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plan: Plan | None = None
        self.maps: dict[Key, Heat] = {}
        self.scales: dict[Key | Scale, ScaleBar] = {}
        self._whole: QWidget | None = None
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def arrange(self, plan: Plan) -> None:
        """Make the maps of a plan; what was shown before is gone."""
        if plan == self.plan:
            return
        if self._whole is not None:
            self._whole.hide()
            self._box.removeWidget(self._whole)
            self._whole.deleteLater()
        self.plan, self.maps, self.scales = plan, {}, {}
        self._whole = whole = QWidget()
        grid = QGridLayout(whole)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        for one in plan.maps:
            grid.addWidget(self._made(one), one.row, one.column)
            grid.setColumnStretch(one.column, 1)
        for k, tall in enumerate(plan.tall):
            grid.setRowStretch(k, tall)
        if plan.note:
            grid.addWidget(self._legend(plan.note), 1, 0, len(plan.tall) - 1, 1)
        self._box.addWidget(whole)
        rescale(whole, look(self).scale)
        self._chain()

    def _made(self, one: Map) -> QWidget:
        made = (Heat if one.bar else _Low)(one.title, one.scale)
        self.maps[one.key] = made
        made.hovered.connect(lambda hit, key=one.key: self._hovered(key, hit))
        made.clicked.connect(lambda hit, key=one.key: self.clicked.emit(key, hit))
        made.selected.connect(lambda steps, key=one.key: self._selected(key, steps))
        if not one.bar:
            return made
        bar = self.scales[one.key] = ScaleBar(signed=one.scale == "signed")
        both = QWidget()
        down = QVBoxLayout(both)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(2)
        down.addWidget(made, 1)
        down.addWidget(bar)
        return both

    def _legend(self, note: str) -> QWidget:
        """The plan's note, and the two scales that all its maps share."""
        signed = self.scales["signed"] = ScaleBar(signed=True)
        plain = self.scales["magnitude"] = ScaleBar(signed=False)
        words = label(note, "caption", wrap=True)
        states, gates = label("States of all three", "note", wrap=True), label("Gates", "note")
        return column(words, 12, states, signed, 4, gates, plain, None, gap=4)

    def _chain(self) -> None:
        for one, two in zip(list(self.maps.values()), list(self.maps.values())[1:], strict=False):
            QWidget.setTabOrder(one, two)

    def show_values(self, values: Mapping[Key, Values], letters: Sequence[str]) -> None:
        """Show (steps, units) in each map. Maps that share a scale have the same end."""
        assert self.plan is not None
        shared = [values[one.key] for one in self.plan.maps if not one.bar and one.scale == "signed"]
        most = max(map(span, shared)) if shared else None
        for one in self.plan.maps:
            made = self.maps[one.key]
            made.show_letters(letters)
            made.show_values(values[one.key], most if one.scale == "signed" else None)
            if one.bar:
                self.scales[one.key].show_most(made.most)
        if most is not None:
            self.scales["signed"].show_most(most)

    def show_order(self, order: NDArray[np.intp] | None) -> None:
        """Which unit each row shows, in all maps that have as many."""
        for made in self.maps.values():
            fits = order is None or made.values.shape[1] == len(order)
            made.show_order(order if fits else None)

    def show_step(self, step: int | None) -> None:
        """Mark the present step."""
        for made in self.maps.values():
            made.show_step(step)

    def select(self, steps: tuple[int, int] | None) -> None:
        """Mark a range of steps, told by nobody but the caller."""
        for made in self.maps.values():
            made.select(steps)

    def pin(self, cell: tuple[int, int] | None) -> None:
        """Pin (unit, step) in all maps, or nothing."""
        for made in self.maps.values():
            made.pin(cell)

    def _hovered(self, key: Key, hit: Hit | None) -> None:
        units = self.maps[key].values.shape[1]
        for made in self.maps.values():
            there = hit is not None and made.values.shape[1] == units
            made.show_hover((hit.unit, hit.step) if there and hit is not None else None)
        self.hovered.emit(key, hit)

    def _selected(self, key: Key, steps: tuple[int, int] | None) -> None:
        self.select(steps)
        self.selected.emit(key, steps)
