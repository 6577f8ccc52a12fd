"""Over time: heat maps, steps × units, of every gate and state, and what marks a stretch of them.

┌──────────────────────────────┬──────────────┐
│ look at · sort               │ units that   │
│ heat maps                    │ mark “ez”    │
│                              │ other texts  │
├──────────────────────────────┴──────────────┤
│ where the number comes from                  │
└──────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from explorer.app.latest import Latest
from explorer.app.unroll.document import Document
from explorer.app.unroll.heatview import Hit
from explorer.app.unroll.page import Page
from explorer.app.unroll.time_find import Place, Sort, beside, effort, order_of, sample, title_of, unrolled_at
from explorer.app.unroll.time_finds import Finds
from explorer.app.unroll.time_maps import Atlas, Key, of_cell, of_three
from explorer.app.unroll.time_story import StoryStrip
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import label, row
from explorer.app.workspace import Workspace
from explorer.arch.errors import UsageError
from explorer.arch.resources import resource
from explorer.arch.text import number, plural
from explorer.explain.recurrent.cell import Kind
from explorer.explain.recurrent.story import Move
from explorer.explain.recurrent.study import Unrolled
from explorer.explain.recurrent.words import called
from explorer.learn.lists import read_lists

MUCH = 20_000_000
"""Multiplications beyond which cells are computed in the background."""

ABOUT = (
    "All values of the cell: a column is a step, a row is a unit. Gates go from 0 (white) to 1 (teal); states are blue "
    "below 0 and orange above. Rows stand in the same order in all maps. Click a cell to see where its number comes "
    "from. Drag across columns, or hold Shift with ← or →, to find the units that mark a stretch, and other texts in "
    "which they do the same."
)


def names() -> Sequence[str]:
    """The names that come with the program, a part of them."""
    return sample(read_lists(resource("names")))


class TimePage(Page):
    """Every gate and state at every step."""

    name, title, about = "time", "Over time", ABOUT

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(document, workspace, parent)
        self.kinds: Mapping[Kind, Unrolled] = {}
        self.key: Key = (document.unrolled.cell.kind, "h")
        self.order: NDArray[np.intp] | None = None
        self._shown: Unrolled | None = None
        self._sort: Sort = "alike"
        self._beside, self._sorting = Latest("three-cells", self), Latest("sort-rows", self)
        self._beside.came.connect(self._take)
        self._beside.ended.connect(self._not_beside)
        self._sorting.came.connect(self._take_order)
        self.cells = Tabs({"one": "This cell", "three": "RNN, LSTM, GRU"}, role="segment")
        self.cells.setAccessibleName("Cells")
        self.cells.entries["three"].setToolTip("Three cells on the same text, with weights from the same seed")
        self.part = QComboBox()
        self.part.setAccessibleName("Part that is sorted by and searched")
        self.part.setToolTip("The part by which units are sorted, and whose pattern is looked for")
        self.sorts = Tabs({"alike": "likeness", "number": "number", "value": "value here"}, role="segment")
        self.sorts.setAccessibleName("Sort units by")
        self.atlas, self.strip, self.finds = Atlas(), StoryStrip(), Finds(names)
        self.warning = label("", "warning", wrap=True)
        self.warning.hide()
        self.finds.hide()
        self._lay_out()
        self._listen()
        self._follow()

    def _lay_out(self) -> None:
        self.body.addWidget(
            row(self.cells, 12, label("Look at", "caption"), self.part, 12, label("Sort units by", "caption"),
                self.sorts, None, gap=6)
        )  # fmt: skip
        self.body.addWidget(self.warning)
        middle = QWidget()
        across = QHBoxLayout(middle)
        across.setContentsMargins(0, 4, 0, 4)
        across.setSpacing(24)
        left = QVBoxLayout()
        left.addWidget(self.atlas)
        across.addLayout(left, 1)
        across.addWidget(self.finds)
        self.body.addWidget(middle, 1)
        self.body.addWidget(self.strip)

    def _listen(self) -> None:
        self.cells.chosen.connect(lambda _: self._follow())
        self.part.activated.connect(lambda k: self._look_at(self.part.itemData(k)))
        self.sorts.chosen.connect(self._sort_by)
        self.atlas.clicked.connect(self._clicked)
        self.atlas.selected.connect(self._selected)
        self.finds.unit_chosen.connect(self.document.set_unit)
        self.finds.place_chosen.connect(self._unroll)
        self.finds.closed.connect(self.let_go)
        self.strip.wanted.connect(self._go)
        self.document.stepped.connect(lambda _: self._move())
        self.document.unit_changed.connect(lambda _: self._move())
        self.document.notation_changed.connect(lambda _: self._tell())
        self.keep_up(self._follow)

    # What the page has in common with the others.

    def step(self, by: int) -> None:
        """One column on or back."""
        self.document.go_to(min(max(self.document.move.step + by, 0), len(self.document.unrolled) - 1))

    def hint(self) -> str:
        return "← → a step · ↑ ↓ a unit · Shift selects"

    def stop(self) -> None:
        self._stale = self._stale or self._beside.busy or self._sorting.busy
        self._beside.forget()
        self._sorting.forget()
        self.finds.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = {Qt.Key.Key_Right: 1, Qt.Key.Key_Space: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self.selection is not None:
            self.let_go()
        elif move is not None:
            self.step(move)
        else:
            super().keyPressEvent(event)

    def tour(self) -> Iterator[str]:
        steps = len(self.document.unrolled)
        self.cells.entries["one"].click()
        self.let_go()
        yield "time"
        self.select((min(1, steps - 1), min(2, steps - 1)))
        self.finds.settle()
        yield "time-marks"
        self.let_go()
        self.cells.entries["three"].click()
        yield "time-three"
        self.cells.entries["one"].click()

    # What is shown.

    @property
    def selection(self) -> tuple[int, int] | None:
        """The first and the last selected step."""
        return next((made.selection for made in self.atlas.maps.values()), None)

    @property
    def looked_at(self) -> Unrolled:
        """The cell of the part that is looked at."""
        return self.kinds[self.key[0]]

    def _follow(self) -> None:
        """Show the document's study."""
        unrolled = self.document.unrolled
        self._beside.forget()
        if self.cells.name == "one":
            self._take({unrolled.cell.kind: unrolled})
        elif effort(unrolled) <= MUCH:
            try:
                self._take(beside(unrolled))
            except UsageError as error:
                self._not_beside(str(error))
        else:
            self._take({unrolled.cell.kind: unrolled}, "Computing the other two cells…")
            self._beside.ask(lambda: iter((beside(unrolled),)))

    def _not_beside(self, error: str) -> None:
        if error:
            unrolled = self.document.unrolled
            self._take({unrolled.cell.kind: unrolled}, error)

    def _take(self, kinds: Mapping[Kind, Unrolled], said: str = "") -> None:
        """Show these cells."""
        unrolled, before = self.document.unrolled, self._shown
        self.kinds, self._shown = kinds, unrolled
        plan = of_cell(unrolled.cell.kind) if len(kinds) == 1 else of_three()
        keys = [one.key for one in plan.maps]
        selected = self.selection
        if plan != self.atlas.plan:
            self.atlas.arrange(plan)
        if self.key not in keys:
            same = [key for key in keys if key == (unrolled.cell.kind, self.key[1])]
            self.key = same[0] if same else (unrolled.cell.kind if unrolled.cell.kind in kinds else keys[0][0], "h")
        self.part.clear()
        for one in plan.maps:
            # Of three cells short names, so that the row has room.
            self.part.addItem(one.title if len(kinds) == 1 else " ".join(one.key), one.key)
        self.part.setCurrentIndex(keys.index(self.key))
        letters = unrolled.labels if unrolled.study.is_text else ()  # others are numbered anyway
        self.atlas.show_values({key: kinds[key[0]].trace.parts[key[1]] for key in keys}, letters)
        self._warn(said)
        self._arrange_rows()
        self._move(sorts=False)
        self._keep(selected, before is not unrolled)

    def _keep(self, selected: tuple[int, int] | None, new: bool) -> None:
        """A selection stays where its steps still are; what was found there is found anew."""
        if selected is not None and selected[1] < len(self.document.unrolled):
            self.atlas.select(selected)
            if new or not self.finds.isVisibleTo(self) or self.finds.of != self.key:
                self._find(selected)
        else:
            self.let_go()

    def _warn(self, said: str) -> None:
        texts = [said, self.document.fault]
        for kind, unrolled in self.kinds.items():
            broken = unrolled.trace.broken
            if broken is not None:
                who = f"{kind}: at" if len(self.kinds) > 1 else "At"
                part = title_of(kind, broken[1])
                where = self._where(unrolled, broken[0])
                texts.append(
                    f"{who} {where} the {part[3:]} first is no finite number. Such cells have the colour of text."
                )
        self.warning.setText(" ".join(text for text in texts if text))
        self.warning.setVisible(any(texts))

    # The order of rows.

    def _sort_by(self, name: str) -> None:
        self._sort = cast(Sort, name)
        self._arrange_rows()
        self._say()

    def _look_at(self, key: Key) -> None:
        if tuple(key) == self.key:
            return
        self.key = (key[0], key[1])
        self.part.setCurrentIndex(list(self.atlas.maps).index(self.key))
        self._arrange_rows()
        self._move(sorts=False)
        if self.selection is not None:
            self._find(self.selection)

    def _arrange_rows(self) -> None:
        self._sorting.forget()
        values, sort, step = self.looked_at.trace.parts[self.key[1]], self._sort, self.document.move.step
        if sort == "alike" and values.size * values.shape[1] > MUCH:
            self._take_order(None)
            self._sorting.ask(lambda: iter((order_of(values, sort, step),)))
        else:
            self._take_order(order_of(values, sort, step))

    def _take_order(self, order: NDArray[np.intp] | None) -> None:
        self.order = order
        self.atlas.show_order(order)

    # Where one is.

    def _clicked(self, key: Key, hit: Hit | None) -> None:
        if hit is None:
            self.let_go()
            self.atlas.pin(None)
            return
        self._look_at(key)
        self.document.set_unit(hit.unit)
        self.document.go_to(hit.step, key[1] if key[0] == self.document.unrolled.cell.kind else None)
        self._move()

    def _go(self, part: str, step: int, unit: int) -> None:
        """Go to an operand."""
        self._clicked((self.key[0], part), Hit(unit, step, 0.0))

    def _move(self, sorts: bool = True) -> None:
        """Follow to another step or unit."""
        if self._shown is not self.document.unrolled:
            return  # the page is hidden, and will follow when it is shown
        step = self.document.move.step
        self.atlas.show_step(step)
        self.atlas.pin((min(self.document.unit, self.looked_at.cell.hidden - 1), step))
        if sorts and self._sort == "value":
            self._arrange_rows()
        self._say()
        self._tell()

    def _where(self, unrolled: Unrolled, step: int) -> str:
        sign = unrolled.labels[step] if step < len(unrolled.labels) else ""
        if self.document.unrolled.study.is_text and sign:
            return f"“{sign}”, step {number(step + 1)}" if unrolled.labels.count(sign) > 1 else f"“{sign}”"
        return f"step {number(step + 1)}"

    def _tell(self) -> None:
        """The number's story."""
        unrolled, step = self.looked_at, self.document.move.step
        unit = min(self.document.unit, unrolled.cell.hidden - 1)
        story = unrolled.story(Move(step, self.key[1]), unit, self.document.notation)
        self.strip.show_story(unrolled.cell.kind, story, f"at {self._where(unrolled, step)}")

    def _say(self) -> None:
        unrolled, (kind, part) = self.document.unrolled, self.key
        study = unrolled.study
        text = study.text if len(study.text) <= 24 else f"{study.text[:23]}…"
        what = f"“{text}”" if study.is_text else plural(len(unrolled), "step")
        cells = called(unrolled.cell.kind) if len(self.kinds) == 1 else "RNN, LSTM and GRU"
        where = self._where(unrolled, self.document.move.step)
        self.sorts.entries["value"].setToolTip(f"The largest value at {where} on top")
        how = {"alike": "by likeness", "number": "by number", "value": f"by value at {where}"}[self._sort]
        by = f" of the {title_of(kind, part)[3:]}" if self._sort != "number" else ""
        of = f" ({kind})" if by and len(self.kinds) > 1 else ""
        shape = f"{plural(len(unrolled), 'step')} across, {plural(unrolled.cell.hidden, 'unit')} down"
        told = "Click a cell, or drag across steps."
        if len(self.kinds) > 1 and study.trained is not None:
            told = f"{' and '.join(one for one in self.kinds if one != unrolled.cell.kind)} have random weights."
        self.say(f"{what} over time, {cells}", f"{shape}, sorted {how}{by}{of}. {told}")

    # A stretch.

    def select(self, steps: tuple[int, int]) -> None:
        """Select a stretch of steps, first and last, and find what marks it."""
        self.atlas.select(steps)
        self._find(steps)

    def let_go(self) -> None:
        """Select nothing."""
        self.finds.stop()
        self.finds.hide()
        self.atlas.select(None)

    def _selected(self, key: Key, steps: tuple[int, int] | None) -> None:
        if steps is None:
            self.let_go()
            return
        self._look_at(key)
        self._find(steps)

    def _find(self, steps: tuple[int, int]) -> None:
        self.finds.show_stretch(self.looked_at, self.key, steps)
        self.finds.show()

    def _unroll(self, place: Place) -> None:
        """Unroll another text, with the stretch in it selected."""
        study, steps = unrolled_at(self.document.study, place)
        self.document.edit(study, f"Unroll “{place.text}”")
        if not self.document.fault:
            self.document.go_to(steps[0])
            self.select(steps)
