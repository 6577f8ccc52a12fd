"""A sentence in a frame with what one can do about it, in the page and never in a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from explorer.app.widgets.text import button, label

Choice = tuple[str, Callable[[], object]]


class Notice(QWidget):
    """Hidden until it has something to say. `warning` frames it as one."""

    def __init__(self, warning: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        frame = QFrame()  # the style sheet draws a frame, but not a subclass of one
        frame.setProperty("role", "warning" if warning else "card")
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(frame)
        box = QVBoxLayout(frame)
        box.setContentsMargins(12, 8, 12, 8)
        box.setSpacing(6)
        self._words = label("", "warning" if warning else "caption", wrap=True)
        box.addWidget(self._words)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._row.addStretch(1)
        box.addLayout(self._row)
        self.buttons: list[QPushButton] = []
        self._key: tuple[str, ...] = ()
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while it is hidden."""
        return "" if self.isHidden() else self._words.text()

    def say(self, text: str, *choices: Choice) -> None:
        """Say a sentence, with a button for each choice. Nothing to say hides the frame."""
        key = (text, *(words for words, _ in choices))
        if key != self._key:
            self._key = key
            self._words.setText(text)
            for old in self.buttons:
                self._row.removeWidget(old)
                old.hide()
                old.deleteLater()
            self.buttons = [button(words, action) for words, action in choices]
            for place, made in enumerate(self.buttons):
                self._row.insertWidget(place, made)
        self.setVisible(bool(text))
