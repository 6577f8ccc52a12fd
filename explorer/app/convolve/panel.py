"""The Convolve panel: one example, seen in several ways.

┌───────────────────────────────────────┬──────────┐
│ 2-D  Fully connected  1-D  Pooling  … │ settings │
├───────────────────────────────────────┤          │
│ Convolution, step 6 of 16             │          │
│ [input]  [filter]  [feature map]      │          │
│ 1·1 + 0·(−1) + …  = 1                 │          │
│ ◀ Step Play ────●──── 6 / 16          │          │
└───────────────────────────────────────┴──────────┘
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from explorer.app.convolve.convolution import ConvolutionPage
from explorer.app.convolve.document import Document
from explorer.app.convolve.network import NetworkPage
from explorer.app.convolve.page import Page
from explorer.app.convolve.picture import PicturePage
from explorer.app.convolve.pooling import PoolingPage
from explorer.app.convolve.quiz import QuizPage
from explorer.app.convolve.settings import Settings
from explorer.app.convolve.share import Share
from explorer.app.convolve.showcase import showcase
from explorer.app.convolve.signal import SignalPage
from explorer.app.convolve.wired import WiredView
from explorer.app.icons import Icon
from explorer.app.paged import PagedPanel
from explorer.app.theme import look
from explorer.app.widgets.text import WIDEST, button
from explorer.app.workspace import Workspace
from explorer.explain.example import lecture

PAGES: dict[str, tuple[str, type[Page]]] = {
    "2d": ("2-D", ConvolutionPage),
    "wired": ("Fully connected", WiredView),
    "1d": ("1-D", SignalPage),
    "pooling": ("Pooling", PoolingPage),
    "network": ("Whole CNN", NetworkPage),
    "picture": ("Picture", PicturePage),
    "quiz": ("Quiz", QuizPage),
}
"""Each page's words in the row of pages, and what makes it."""

SET = ("2d", "wired")
"""Pages that the column of settings belongs to."""

BAR = 800
"""Below this width in pixels at scale 1 the top bar has no room for all buttons."""


class ConvolvePanel(PagedPanel[Page]):
    """From the 6×6 example to one's own: every product of a convolution, step by step."""

    name, title, icon = "convolve", "Convolve", Icon.CONVOLVE

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.document = Document(lecture(), self)
        self.settings = Settings(self.document)
        self.share = Share(self.document, self)
        self._set_up({name: words for name, (words, _) in PAGES.items()}, self.settings, SET)
        quiz = button("Predict, then reveal", lambda: self.show_page("quiz"), "quiz", "Cover the output and be asked")
        quiz.setProperty("role", "quiet")
        self._tools = (quiz, *self._usual_tools(self.share.menu))
        self._actions = (
            self._action("One step on", lambda: self._step(1), "PgDown"),
            self._action("One step back", lambda: self._step(-1), "PgUp"),
            self._action("Show or cover the outputs", self._turn_reveal, "Ctrl+H"),
            self._action("Motion on or off", self._turn_motion, "Ctrl+M"),
            self._action("The lecture’s example", self.settings.reset.click, "Ctrl+R"),
            *self._usual_actions(),
            *self.share.actions,
        )
        self.document.changed.connect(lambda _: self.heading_changed.emit())
        self.show_page("2d")

    def _make(self, name: str) -> Page:
        kind = PAGES[name][1]
        if issubclass(kind, PicturePage):
            return kind(self.document, self.workspace)
        made = kind(self.document)
        if isinstance(made, ConvolutionPage):
            made.wires_wanted.connect(lambda: self.show_page("wired"))
        return made

    # What the window asks.

    def heading(self) -> tuple[str, str]:
        return self.document.example.name, "" if self.document.example == lecture() else "changed"

    def undo_stack(self) -> QUndoStack:
        return self.document.undo

    def tour(self) -> Iterator[str]:
        return showcase(self)

    def close_down(self) -> None:
        super().close_down()
        self.share.close_down()
        self.settings.kernels.learned.stop()

    # What the actions do.

    def _step(self, by: int) -> None:
        self.page.bar.pause()
        if by > 0:
            self.page.bar.advance()
        else:
            self.page.bar.back()

    def _turn_reveal(self) -> None:
        self.document.set_reveal(not self.document.reveal)

    def _turn_motion(self) -> None:
        self.document.set_motion(not self.document.motion)

    def _arrange(self) -> None:
        super()._arrange()
        for tool in self._tools[2:]:
            # The bar itself shows and hides the buttons, so they get no width instead; the menu has both, too.
            tool.setMaximumWidth(0 if self.width() < look(self).px(BAR) else WIDEST)
