"""One trained example, played step by step on its own text.

┌ Name [Pelaez   ] → Spanish        Try: …  accuracy ⓘ ┐
│ the network over time, with what it reads and tells    │
├ ◀ Step Play Reset ─────────────────────── 3 / 13  1× ──┤
│ State · a strip │ where it comes from │ likeliest       │
└─────────────────────────────────────────────────────────┘
"""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import look, sized
from explorer.app.unroll.chain import Chain
from explorer.app.unroll.chainlayout import Label, Spot
from explorer.app.unroll.heat import Heat
from explorer.app.unroll.heatview import Hit
from explorer.app.unroll.wiring_story import StoryBox
from explorer.app.unroll.wiring_strip import Strip, Top
from explorer.app.unroll.wiring_words import (
    ENCODING_INFO,
    ODDS_INFO,
    READS,
    STATE_INFO,
    TELLS,
    measured,
    named,
    place,
    shape,
)
from explorer.app.widgets.stepbar import StepBar
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Elided, Head, Info, button, column, label, row, scrolled, style_again
from explorer.arch.errors import ExplorerError
from explorer.arch.text import number, plural
from explorer.explain.recurrent.cell import GATES
from explorer.explain.recurrent.notation import symbol
from explorer.explain.recurrent.wired import Played, Stop, play
from explorer.explain.recurrent.words import about
from explorer.learn.toys import Example, Name, strange

MOST = 5
"""Outputs that are shown, the likeliest first."""

FIELD = 236
"""Width in pixels at scale 1 of the field for the text."""

ROOM = 116
"""Height in pixels at scale 1 that must be left over for the states of all steps to be shown, too."""


class PlayView(QWidget):
    """Shows an `Example`; `moved` tells that the stepping stands elsewhere."""

    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._example: Example | None = None
        self.played: Played | None = None
        """What is shown; the last good one while the text cannot be read."""
        self._texts: dict[Name, str] = {}
        self._part, self._unit, self._class = "h", 0, -1
        self._order: tuple[int, ...] = ()
        self._lay_out()

    # Parts.

    def _lay_out(self) -> None:
        self.field = QLineEdit()
        self.field.setProperty("role", "words")
        self.field.setMaxLength(400)
        sized(self.field, wide=FIELD)
        self.field.textEdited.connect(self._typed)
        self.asks, self.answer = label("", "caption"), Elided("text")
        self.tries = button("Examples", tip="Texts to begin with")
        self.menu = QMenu(self.tries)
        self.tries.setMenu(self.menu)
        self.wrong = label("", "warning", wrap=True)
        self.wrong.hide()
        self.measured, self.measured_info = label("", "note"), Info("")
        self.chain = Chain()
        self.chain.clicked.connect(self._clicked)
        self.bar = StepBar()
        self.bar.moved.connect(self._stepped)
        self.bar.listen_to(self)
        self.says = label("", "text", wrap=True)
        first = row(self.asks, self.field, self.tries, 4, self.answer)
        layout = first.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.setStretchFactor(self.answer, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(first)
        box.addWidget(self.wrong)
        box.addWidget(row(self.measured, self.measured_info, None, gap=6))
        box.addWidget(self.chain, 5)
        box.addWidget(self.bar)
        box.addWidget(self.says)
        box.addWidget(self._below(), 4)

    def _below(self) -> QWidget:
        self.strip = Strip("State")
        self.strip.chosen.connect(self._unit_chosen)
        self.strip_head = Head("State", STATE_INFO)
        self.parts = QHBoxLayout()
        self.parts.setContentsMargins(0, 0, 0, 0)
        parts = QWidget()
        parts.setLayout(self.parts)
        self._tabs: Tabs | None = None
        self.encoding = Strip("Encoding vector")
        self.encoding.chosen.connect(self._encoding_chosen)
        self.encoding_head = Head("Encoding vector", ENCODING_INFO)
        self.heat = Heat("At each step", "signed")
        self.heat.clicked.connect(self._heat_clicked)
        # It takes what is left over, and asks for nothing: the diagram must not shrink for it.
        self.heat.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.heat.hide()
        left = column(self.strip_head, parts, self.strip, 4, self.encoding_head, self.encoding, 4, gap=4)
        inner = left.layout()
        assert isinstance(inner, QVBoxLayout)
        inner.addWidget(self.heat, 1)
        inner.addStretch(0)
        self.story = StoryBox()
        self.top = Top()
        self.top.chosen.connect(self._class_chosen)
        self.top_head = Head("Output", ODDS_INFO)
        self.tells = label("", "note", wrap=True)
        right = column(self.top_head, self.top, self.tells, None, gap=4)
        self.below = below = QWidget()
        box = QHBoxLayout(below)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(24)
        box.addWidget(left, 5)
        box.addWidget(scrolled(self.story), 6)
        box.addWidget(right, 4)
        return below

    # What is shown.

    @property
    def example(self) -> Example | None:
        """The example that is shown."""
        return self._example

    @property
    def stop(self) -> Stop | None:
        """Where the stepping stands."""
        return None if self.played is None else self.played.stops[self.bar.index]

    def show_example(self, example: Example) -> None:
        """Show another example, with the text that it last had."""
        toy = example.toy
        self._example, self._part, self._unit, self._class = example, "h", 0, -1
        self.played = None
        self.asks.setText(READS[toy.name])
        self.field.setAccessibleName(READS[toy.name])
        self.field.setPlaceholderText(toy.tries[0])
        self.menu.clear()
        for text in toy.tries:
            self.menu.addAction(text).triggered.connect(partial(self._try, text))
        said = measured(example)
        self.measured.setText(said)
        info = f"Trained on {example.card.about}. {example.card.how[:1].upper()}{example.card.how[1:]}."
        self.measured_info.setToolTip(f"<p>{info}</p>")
        self.measured_info.setAccessibleDescription(info)
        last = self._texts.get(toy.name, toy.tries[0])
        if last != toy.tries[0]:  # it may be unreadable, and the picture must not stay that of another example
            self.show_text(toy.tries[0])
        self.show_text(last)

    def show_text(self, text: str) -> None:
        """Read a text."""
        self.field.setText(text)
        self._typed(text)

    def _try(self, text: str, *_: object) -> None:
        self.show_text(text)

    def _typed(self, text: str) -> None:
        if self._example is None or self._example.wired is None:
            return
        self._texts[self._example.toy.name] = text
        try:
            self.played = play(self._example.wired, text)
        except ExplorerError as error:
            self._say_wrong(str(error))
            return
        self._say_wrong("")
        self._say_strange(strange(self._example.toy.name, text))
        self.bar.pause()
        self.bar.show_count(len(self.played.stops))
        self.bar.set_index(0)
        self._show_whole()

    def _say_wrong(self, text: str) -> None:
        self.wrong.setText(text)
        self.wrong.setVisible(bool(text))
        self.answer.show_text("" if text else self.answer.whole)
        if bool(self.field.property("wrong")) != bool(text):
            self.field.setProperty("wrong", bool(text))
            style_again(self.field)

    def _say_strange(self, text: str) -> None:
        """What is unusual about a text that was read."""
        self.wrong.setText(text)
        self.wrong.setVisible(bool(text))

    def _show_whole(self) -> None:
        played = self.played
        assert played is not None
        self.chain.show_shape(shape(played))
        self.chain.show_labels(
            [text if t in played.given else "" for t, text in enumerate(played.read)],
            [Label(text) if text else None for text in played.chosen],
        )
        self.answer.show_text(f"→ {played.answer}")
        while (item := self.parts.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._tabs = None
        names = played.parts(0)
        if len(names) > 1:
            self._tabs = Tabs({name: symbol(played.traces[0].cell.kind, name) for name in names}, role="segment")
            for name, made in self._tabs.entries.items():
                made.setToolTip(" ".join(about(played.traces[0].cell.kind, name)))
                made.setAccessibleName(about(played.traces[0].cell.kind, name)[0])
            self._tabs.chosen.connect(self._part_chosen)
            self.parts.addWidget(self._tabs)
            self.parts.addStretch(1)
        self._part = self._part if self._part in names else names[-1]
        if self._tabs is not None:
            self._tabs.show_chosen(self._part)
        encoding = played.encoding
        self.encoding_head.setVisible(encoding is not None)
        self.encoding.setVisible(encoding is not None)
        if encoding is not None:
            self.encoding.show_values(encoding)
            self.encoding_head.set_caption(f"{number(len(encoding))} numbers")
        self._show_stop()

    def _show_stop(self) -> None:
        played, stop = self.played, self.stop
        if played is None or stop is None:
            return
        self.chain.show_step(stop.step, stop.row if stop.part == "h" else -1)
        self.chain.show_known(played.known(self.bar.index))
        self.says.setText(played.say(stop))
        self._show_numbers()
        self.moved.emit(self.bar.index)

    def _show_numbers(self) -> None:
        played, stop = self.played, self.stop
        if played is None or stop is None:
            return
        trace, _ = played.at(stop.step, stop.row)
        title = about(trace.cell.kind, self._part)[0]
        both = played.wired.model.ways == 2 and stop.part == "y"
        squash = next((gate.squash for gate in GATES[trace.cell.kind] if gate.name == self._part), "tanh")
        values = played.joined[stop.step] if both else played.state(stop.step, stop.row, self._part)
        self.strip.show_values(values, title, squash != "sigmoid")
        self.strip_head.set_text(place(played, stop, title, both))
        self.strip_head.set_caption(plural(len(values), "unit"))
        self._unit = min(self._unit, self.strip.count - 1)
        self._show_odds(played, stop)
        self._show_heat(played, stop)
        at_output = stop.part == "y"
        self.strip.show_chosen(-1 if at_output else self._unit)
        self.encoding.show_chosen(-1)
        if at_output:
            chosen = self._class if self._class in self._order else self._order[0]
            self.top.show_chosen(self._order.index(chosen))
            self.story.show_story(played.story(stop, chosen))
        else:
            self.story.show_story(played.story(stop, self._unit, self._part))

    def _show_heat(self, played: Played, stop: Stop) -> None:
        """All steps of the row, where there is room: the columns that are still to come are empty."""
        style, wide = look(self), self.strip.width()
        taken = style.px(30) + self.strip.heightForWidth(wide) + (style.px(36) if self._tabs is not None else 0)
        if played.encoding is not None:
            taken += style.px(36) + self.encoding.heightForWidth(wide)
        shown = self.below.height() - taken >= style.px(ROOM) and len(played) > 1
        self.heat.setVisible(shown)
        if not shown:
            return
        both = played.wired.model.ways == 2 and stop.part == "y"
        states = [played.state(t, stop.row, self._part) for t in range(len(played))]
        values = played.joined if both else np.stack(states)
        self.heat.show_letters(played.read)
        self.heat.show_values(values, None if self.strip.signed else 1.0)
        self.heat.show_step(stop.step)

    def _heat_clicked(self, hit: Hit | None) -> None:
        played, stop = self.played, self.stop
        if hit is not None and played is not None and stop is not None:
            row, self._unit = self._row_of(played, stop, hit.unit)
            self.go_to(played.find(hit.step, row, "h"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._show_numbers)  # once the layout has given its parts their room

    def _show_odds(self, played: Played, stop: Stop) -> None:
        """What is likeliest: at an output; and in a many-to-one network at each state, if the text ended there."""
        early = played.wired.wiring == "many-to-one" and stop.part == "h"
        shown = stop.part == "y" or early
        self.top.setVisible(shown)
        self.tells.setText(TELLS[played.wired.wiring])
        if not shown:
            self._order = ()
            self.tells.setText("Not read here. Step on to the next output.")
            return
        odds = played.probabilities[stop.step]
        self._order = tuple(int(k) for k in (-odds).argsort(kind="stable")[:MOST])
        names = [named(played.wired.classes[k]) for k in self._order]
        self.top.show_odds(names, [float(odds[k]) for k in self._order], early)
        self.top.show_chosen(-1)
        if early and stop.step < len(played) - 1:
            self.tells.setText("If the name ended here. Only the last output counts.")

    # What the user does.

    def step(self, by: int) -> None:
        """One stop on (1) or back (−1)."""
        if by > 0:
            self.bar.advance()
        else:
            self.bar.back()

    def _stepped(self, index: int) -> None:  # noqa: ARG002
        self._show_stop()

    def go_to(self, index: int) -> None:
        """Go to a stop."""
        self.bar.pause()
        self.bar.set_index(index)
        self._show_stop()

    def _clicked(self, spot: Spot) -> None:
        played = self.played
        if played is None:
            return
        step = min(max(spot.step, 0), len(played) - 1)
        out = spot.part in ("y", "feedback") and step in played.outputs
        self.go_to(played.find(step, spot.row, "y" if out and spot.row in (0, played.wired.rows - 1) else "h"))
        if spot.part == "encoding":
            self.encoding.setFocus(Qt.FocusReason.OtherFocusReason)

    def _unit_chosen(self, unit: int) -> None:
        played, stop = self.played, self.stop
        if played is None or stop is None:
            return
        row, unit = self._row_of(played, stop, unit)
        self._unit = unit
        if stop.part == "y":
            # The state that this output reads.
            self.go_to(played.find(stop.step, row, "h"))
        self.strip.show_chosen(unit)
        self.story.show_story(played.story(Stop(stop.step, row, "h"), unit, self._part))

    def _row_of(self, played: Played, stop: Stop, unit: int) -> tuple[int, int]:
        """The row of a unit, and its number there: an output of two directions shows both states."""
        hidden = played.traces[0].cell.hidden
        if stop.part == "y" and played.wired.model.ways == 2:
            return stop.row - 1 + unit // hidden, unit % hidden
        return stop.row, unit

    def _encoding_chosen(self, unit: int) -> None:
        if self.played is not None:
            self._unit, self._part = unit, "h"
            if self._tabs is not None:
                self._tabs.show_chosen("h")
            self.go_to(self.played.find(self.played.encoder - 1, 0, "h"))
            self.encoding.show_chosen(unit)

    def _class_chosen(self, rank: int) -> None:
        played, stop = self.played, self.stop
        if played is None or stop is None or rank >= len(self._order):
            return
        self._class = self._order[rank]
        self.strip.show_chosen(-1)
        self.story.show_story(played.story(Stop(stop.step, stop.row, "y"), self._class))

    def _part_chosen(self, part: str) -> None:
        self._part = part
        played, stop = self.played, self.stop
        if played is not None and stop is not None and stop.part == "y":
            self.go_to(played.find(stop.step, stop.row, "h"))
        else:
            self._show_numbers()
