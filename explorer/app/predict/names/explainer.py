"""Keeps one number of the page explained while the name changes: a class after a letter, or a cell inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from explorer.app.predict.names.inside import Inside
from explorer.app.predict.names.reader import NameReader, Reading
from explorer.app.predict.names.side import Side
from explorer.app.predict.names.whybox import Why
from explorer.explain.recurrent.story import Story

if TYPE_CHECKING:
    from explorer.learn.blame import Blame


class Explainer(QObject):
    """`begun` is sent when something is asked, `left` when nothing is explained any more."""

    begun = Signal()
    left = Signal()

    def __init__(
        self,
        readers: tuple[NameReader, NameReader],
        sides: tuple[Side, Side],
        inside: Inside,
        why: Why,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._readers, self._sides, self._inside, self._why = readers, sides, inside, why
        self.asked: tuple[int, int, int] | None = None
        """The side, the letter and the class that are explained, from 0."""
        for which, (reader, side) in enumerate(zip(readers, sides, strict=True)):
            reader.blamed.connect(lambda blame, which=which: self._blamed(which, blame))
            side.asked.connect(lambda step, index, which=which: self.toggle(step, index, which))
        inside.explained.connect(self._explained)
        inside.left.connect(self._inside_left)

    @property
    def busy(self) -> bool:
        """Whether something is explained, or will be in a moment."""
        return self.asked is not None or self._why.story is not None

    def toggle(self, step: int, index: int, which: int = 0) -> None:
        """Explain class `index` after letter `step` of side `which`; the same again lets it go."""
        if self.asked == (which, step, index):
            self.leave()
        else:
            self.ask(step, index, which)

    def ask(self, step: int, index: int, which: int = 0) -> None:
        """Explain class `index` after letter `step` of side `which`, all from 0."""
        reading = self._sides[which].reading
        if reading is None or not 0 <= step < len(reading.tokens):
            return
        self._inside.leave()
        self.asked = (which, step, index)
        for number, side in enumerate(self._sides):
            side.pin((index, step) if number == which else None)
        self._readers[which].why(reading.tokens[: step + 1], index)
        self.begun.emit()

    def follow(self, which: int, before: Reading | None, reading: Reading) -> None:
        """A side has another answer: who asked about its last letter wants to know it of the new last one."""
        if self.asked is None or self.asked[0] != which:
            return
        _, step, index = self.asked
        if before is not None and step == len(before.tokens) - 1:
            step = len(reading.tokens) - 1
        if step < len(reading.tokens):
            self.ask(step, index, which)
        else:
            self.leave()

    def leave(self) -> None:
        """Explain nothing any more."""
        self.asked = None
        self._why.show_words("")
        for side in self._sides:
            side.pin(None)
        self._inside.leave()
        self.left.emit()

    def _blamed(self, which: int, blame: Blame) -> None:
        reading = self._sides[which].reading
        if self.asked is None or self.asked[0] != which or reading is None:
            return
        if reading.tokens[: len(blame.tokens)] == blame.tokens:
            self._why.show_blame(blame, reading.letters[: len(blame.tokens)], reading.classes[blame.index])

    def _explained(self, story: Story, where: str) -> None:
        self.asked = None
        for side in self._sides:
            side.pin(None)
        self._why.show_story(story, where)
        self.begun.emit()

    def _inside_left(self) -> None:
        if self._why.story is not None:
            self._why.show_words("")
            self.left.emit()
