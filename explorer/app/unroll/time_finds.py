"""What was found about a selected stretch: the units that mark it, and other texts in which one does the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.app.latest import Latest
from explorer.app.theme import sized
from explorer.app.unroll.time_find import Places, search, sentences, stretch_words
from explorer.app.unroll.time_maps import Key
from explorer.app.unroll.time_rows import MarkerRows, PlaceRows
from explorer.app.widgets.text import Head, button, label, row, scrolled
from explorer.arch.text import number, plural
from explorer.explain.recurrent.cell import Values
from explorer.explain.recurrent.patterns import markers
from explorer.explain.recurrent.study import Unrolled

WIDE = 292
"""Width in pixels at scale 1."""

REST = 150
"""Milliseconds without a new selection, then other texts are read."""


class Finds(QWidget):
    """A column: units above, other texts below."""

    unit_chosen = Signal(int)
    """A unit that was clicked, from 0."""
    place_chosen = Signal(object)
    """A `Place` that was clicked: it is to be unrolled."""
    closed = Signal()
    """The stretch is to be let go."""

    def __init__(self, words: Callable[[], Sequence[str]], parent: QWidget | None = None) -> None:
        """`words` reads the texts to look in; it is called in the background."""
        super().__init__(parent)
        self._words = words
        self._unrolled: Unrolled | None = None
        self.of: Key | None = None
        """The cell and the part that are searched."""
        self._part, self._steps = "h", (0, 0)
        self._own: int | None = None
        """The unit that was clicked: it stays chosen while it is among those found."""
        self._kept: dict[str, Values] = {}
        self._kept_of: tuple[Unrolled, str] | None = None
        self.work = Latest("search-names", self)
        self.work.came.connect(self._came)
        self.work.ended.connect(self._ended)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(REST)
        self._soon.timeout.connect(self._search)
        self.head = Head(
            "Units that mark it",
            "Units that are high or low at the selected steps and nowhere else, the clearest first; then those whose "
            "means differ most. The line is the unit’s value at each step; the two numbers are its means at the "
            "selected steps and elsewhere.",
        )
        self.about = label("", "note", wrap=True)
        self.units, self.texts = MarkerRows(), PlaceRows()
        self.units.chosen.connect(self._choose)
        self.texts.chosen.connect(lambda k: self.place_chosen.emit(self.texts.places[k]))
        self.other = Head(
            "Other texts",
            "Names (or sentences) that the same cell reads, and where in them the chosen unit does the same, one step "
            "before and after included. The number is how far the values differ on average. Click a text to unroll it.",
        )
        self.said = label("", "note", wrap=True)
        self.stop_button = button("Stop", self.stop, "link", "Stop reading other texts")
        self.again_button = button("Go on", self._search, "link", "Go on reading other texts")
        close = button("Done", self.closed.emit, "quiet", "Let go of the selected steps (Esc)")
        down = QVBoxLayout(self)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(4)
        down.addWidget(row(self.head, None, close))
        down.addWidget(self.about)
        down.addWidget(_area(self.units), 3)
        down.addSpacing(8)
        down.addWidget(row(self.other, None, self.stop_button, self.again_button))
        down.addWidget(self.said)
        down.addWidget(_area(self.texts), 2)
        sized(self, wide=WIDE)
        self.setAccessibleName("What was found")

    def show_stretch(self, unrolled: Unrolled, of: Key, steps: tuple[int, int]) -> None:
        """Find the units of a part that mark `steps` (first and last), and soon other texts."""
        part, self.of = of[1], of
        self._unrolled, self._part, self._steps = unrolled, part, steps
        values, where = unrolled.values(part), stretch_words(unrolled.labels, steps, unrolled.study.unit)
        found = markers(values, steps[0], steps[1] + 1)
        self.units.show_markers(found, values, steps, where)
        self.head.set_text(f"Units that mark {where}" if len(where) < 24 else "Units that mark them")
        clear = sum(marker.clear for marker in found)
        if not found:
            text = "All steps are selected. Select fewer, so that there is something to compare with."
        elif clear:
            text = f"{plural(clear, 'unit')} of {part}. Means here / elsewhere:"
        else:
            text = f"No unit of {part} so clearly. Means here / elsewhere:"
        self.about.setText(text)
        units = [marker.unit for marker in found]
        if self._own in units:
            self.units.show_count(len(found), units.index(self._own))
        self.texts.show_places(())
        self._soon.stop()
        self.work.forget()
        self._say("")
        if found:
            self._soon.start()

    @property
    def marker(self) -> int | None:
        """The unit whose pattern is looked for."""
        k = self.units.present
        return self.units.markers[k].unit if 0 <= k < len(self.units.markers) else None

    def stop(self) -> None:
        """Let nothing go on."""
        waiting = self._soon.isActive() or self.work.busy
        self._soon.stop()
        self.work.forget()
        if waiting:
            self._say("Stopped.", stopped=True)

    def settle(self) -> None:
        """Read the other texts now, and wait for them: for pictures, not for people."""
        self._search()
        self.work.wait()

    def _choose(self, k: int) -> None:
        self._own = self.units.markers[k].unit
        self.unit_chosen.emit(self._own)
        self._search()

    def _search(self) -> None:
        self._soon.stop()
        unit, unrolled, part = self.marker, self._unrolled, self._part
        if unrolled is None or unit is None:
            return
        if self._kept_of is None or self._kept_of != (unrolled, part):
            self._kept_of, self._kept = (unrolled, part), {}
        kept, steps = self._kept, self._steps
        words = sentences if unrolled.study.unit == "word" else self._words
        self._say(f"Reading {self._noun}s…", running=True)
        self.texts.show_places(())
        self.work.ask(lambda: search(unrolled, part, unit, steps, words, kept))

    @property
    def _noun(self) -> str:
        """What the other texts are."""
        return "sentence" if self._unrolled is not None and self._unrolled.study.unit == "word" else "name"

    def _came(self, event: int | Places) -> None:
        if isinstance(event, int):
            self._say(f"{number(event)} {self._noun}s read…", running=True)
            return
        unit = self.marker
        who = f"Unit {unit + 1}" if unit is not None else "The unit"
        self.texts.show_places(event.places)
        if not event.places:
            self._say(f"{who} does so in none of {plural(event.read, self._noun)}.")
            return
        shown = "" if len(event.places) == event.count else f"; the nearest {len(event.places)} here"
        self._say(f"In {number(event.count)} of {number(event.read)} {self._noun}s{shown}.")

    def _ended(self, error: str) -> None:
        if error:
            self._say(error)

    def _say(self, text: str, running: bool = False, stopped: bool = False) -> None:
        self.said.setText(text)
        self.stop_button.setVisible(running)
        self.again_button.setVisible(stopped)


def _area(content: QWidget) -> QWidget:
    made = scrolled(content)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made
