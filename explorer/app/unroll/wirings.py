"""Wirings: what one cell can be used for, each with a small trained example.

┌ wirings ┬ the chosen one ────────────────┐
│ ▫       │ its text, the network over time │
│ ▫▫▫     │ Step, Play, scrubber            │
│ …       │ state, where from, likeliest    │
└─────────┴─────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.app.theme import look, rescale
from explorer.app.unroll.document import Document
from explorer.app.unroll.page import Page
from explorer.app.unroll.wiring_cards import CARDS, Cards
from explorer.app.unroll.wiring_noise import NoiseView
from explorer.app.unroll.wiring_play import PlayView
from explorer.app.widgets.stage import Stage
from explorer.app.widgets.text import label
from explorer.app.workspace import Workspace
from explorer.arch.errors import ExplorerError
from explorer.learn.toys import TOYS, Example, Name, load

FIRST: Name = "many-to-one"

ABOUT = (
    "One cell, copied over time, can be wired in several ways: what enters at which step, and which outputs count. "
    "Each example here is a small network that was really trained; all of its numbers are computed as you step."
)


class WiringsPage(Page):
    """The wirings of recurrent cells, each with real numbers of a small trained example."""

    name, title, about = "wirings", "Wirings", ABOUT

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(document, workspace, parent)
        self._loaded: dict[Name, Example] = {}
        self.cards = Cards()
        self.cards.chosen.connect(self.choose)
        self.play = PlayView()
        self._noise: NoiseView | None = None
        self.refusal = label("", "warning", wrap=True)
        self.refusal.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.stage = Stage()
        for view in (self.play, self.refusal):
            view.setParent(self.stage)
            view.hide()
        across = QHBoxLayout()
        across.setContentsMargins(0, 4, 0, 0)
        across.setSpacing(24)
        across.addWidget(self.cards)
        across.addWidget(self.stage, 1)
        self.body.addLayout(across, 1)
        self.play.chain.motion = document.motion
        document.motion_changed.connect(self._move_or_not)
        self.play.bar.listen_to(self)
        self.choose(FIRST)

    @property
    def chosen(self) -> Name:
        """The wiring that is shown."""
        return self.cards.name

    @property
    def noise(self) -> NoiseView:
        """The curves of the noise: made when they are first looked at, for plots take their time."""
        if self._noise is None:
            self._noise = NoiseView(self.workspace)
            self._noise.hide()
            self._noise.setParent(self.stage)
            rescale(self._noise, look(self).scale)
        return self._noise

    def choose(self, name: Name) -> None:
        """Show a wiring with its example; what cannot be read is said in its place."""
        self.cards.show_chosen(name)
        card = CARDS[name]
        self.say(f"{card.title}: {TOYS[name].task}", f"{card.does} {card.used}")
        try:
            if name not in self._loaded:
                self._loaded[name] = load(name)
        except ExplorerError as error:
            self.refusal.setText(str(error))
            self.stage.show_page(self.refusal)
            return
        example = self._loaded[name]
        if example.wired is None:
            self.play.bar.pause()
            self.noise.show_example(example)
            self.stage.show_page(self.noise)
            return
        self.play.show_example(example)
        self.stage.show_page(self.play)

    def _move_or_not(self, on: bool) -> None:
        self.play.chain.motion = on

    # What the panel asks.

    def step(self, by: int) -> None:
        if self.chosen != "noise":
            self.play.step(by)

    def hint(self) -> str:
        return "" if self.chosen == "noise" else "→ step · ← back · P play · Home first"

    def stop(self) -> None:
        self.play.bar.pause()
        if self._noise is not None:
            self._noise.stop(wait=self.isVisible())  # a page that is only left must not hold up the next one

    def tour(self) -> Iterator[str]:
        before = self.chosen
        for name in CARDS:
            self.choose(name)
            if name != "noise" and self.play.played is not None:
                self.play.go_to(2 * len(self.play.played.stops) // 3)
            yield name
        self.choose(before)
