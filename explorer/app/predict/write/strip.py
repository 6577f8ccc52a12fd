"""The strip that shows the arithmetic behind what was clicked, or says what there is to click."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from explorer.app.theme import SANS, sized
from explorer.app.widgets.text import style_again
from explorer.arch.text import THIN

TALL = 104
"""Height in pixels at scale 1: the same with and without, so that nothing moves under the pointer."""


def as_html(lines: Sequence[str]) -> str:
    """Lines of arithmetic with raised exponents, the first one bold; no number is broken."""

    def raised(text: str) -> str:
        text = re.sub(r"\^\(([^)]*)\)", r"<sup>\1</sup>", escape(text))
        return re.sub(r"\^(−?[\d.]+)", r"<sup>\1</sup>", text).replace(THIN, "\u00a0")

    first, *rest = lines
    return "<br>".join([f"<b>{raised(first)}</b>", *map(raised, rest)]).replace(" = ", " =&nbsp;")


class Strip(QLabel):
    """Arithmetic, lit, or a sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "formula")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._lines: tuple[str, ...] = ()
        sized(self, tall=TALL)

    @property
    def lines(self) -> tuple[str, ...]:
        """The arithmetic that is shown; empty while a sentence is."""
        return self._lines

    def explain(self, lines: Sequence[str]) -> None:
        """Show arithmetic."""
        self._lines = tuple(lines)
        self._fit()
        self._light(True)

    def say(self, words: str) -> None:
        """Show a sentence."""
        self._lines = ()
        self.setText(f"<span style=\"font-family: '{SANS}'\">{escape(words)}</span>")
        self.setToolTip("")
        self._light(False)

    def _fit(self) -> None:
        """All lines where there is room, else the first ones; the tooltip has all."""
        shown = list(self._lines)
        self.setText(as_html(shown))
        while len(shown) > 1 and self.heightForWidth(self.width()) > self.height():
            shown.pop()
            self.setText(as_html(shown))
        self.setToolTip(f"<p>{as_html(self._lines)}</p>" if len(shown) < len(self._lines) else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._lines:
            self._fit()

    def _light(self, lit: bool) -> None:
        if self.property("lit") != lit:
            self.setProperty("lit", lit)
            style_again(self)
