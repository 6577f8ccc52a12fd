"""What the pages of panels with several pages have in common: heading, sentence, following, and an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.app.widgets.text import Info, label, row


class PanelPage(QWidget):
    """One page of a panel.

    Class attributes: `name`, `title` (its first heading), `about` (what its ⓘ says). A page lays its content into
    `body`, says what is to be seen with `say`, and follows what the panel's pages share with `keep_up`.
    """

    name: str
    title: str
    about: str = ""

    def __init__(self, changed: SignalInstance, parent: QWidget | None = None) -> None:
        """`changed` is sent whenever what the pages share is another."""
        super().__init__(parent)
        self._changed = changed
        self._follow_up: Callable[[], object] | None = None
        self._stale = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.title)
        self.heading, self.sentence = label(self.title, "title"), label("", "caption", wrap=True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(32, 20, 32, 16)
        self.body.setSpacing(8)
        self.body.addWidget(row(self.heading, *([Info(self.about)] if self.about else []), None))
        self.body.addWidget(self.sentence)

    def hint(self) -> str:
        """Keys that work here, for the right end of the status bar."""
        return ""

    def tour(self) -> Iterator[str]:
        """Bring the page into each state worth a picture, and name it; the picture is taken after each `yield`."""
        yield ""

    def say(self, title: str, sentence: str) -> None:
        """What is to be seen here, in a heading and a sentence."""
        self.heading.setText(title)
        self.sentence.setText(sentence)

    def keep_up(self, follow: Callable[[], object]) -> None:
        """Call `follow` whenever something changes; while the page is hidden, once when it is shown again."""
        self._follow_up = follow
        self._changed.connect(lambda _: self.catch_up())

    def catch_up(self) -> None:
        """Follow now, or when the page is shown."""
        self._stale = not self.isVisible()
        if not self._stale and self._follow_up is not None:
            self._follow_up()

    def stop(self) -> None:
        """Let nothing go on by itself: the page is left, or the window closes. Called more than once."""

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.catch_up()
