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

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

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
from explorer.app.panel import Panel
from explorer.app.theme import look, rescale, sized
from explorer.app.widgets.stage import Stage
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import WIDEST, button, row, scrolled
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

SIDE, NARROW = 324, 1040
"""Width in pixels at scale 1 of the column of settings; in a panel narrower than the second it is hidden at first."""

BAR = 800
"""Below this width in pixels at scale 1 the top bar has no room for all buttons."""


class ConvolvePanel(Panel):
    """From the 6×6 example to one's own: every product of a convolution, step by step."""

    name, title, icon = "convolve", "Convolve", Icon.CONVOLVE

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.document = Document(lecture(), self)
        self.tabs = Tabs({name: words for name, (words, _) in PAGES.items()})
        self._stage = Stage()
        self.pages: dict[str, Page] = {}
        self.settings = Settings(self.document)
        self.share = Share(self.document, self)
        self._narrow, self._with_side = False, True
        self._lay_out()
        self._tools = self._make_tools()
        self._actions = self._make_actions()
        self.tabs.chosen.connect(self.show_page)
        self.document.changed.connect(lambda _: self.heading_changed.emit())
        self.show_page("2d")

    # Parts.

    def _lay_out(self) -> None:
        left = QWidget()
        box = QVBoxLayout(left)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self.more = button("Settings", role="tab", tip="Show or hide the column of settings (Ctrl+,)")
        self.more.setCheckable(True)
        self.more.clicked.connect(self._turn_side)
        tabs = row(self.tabs, None, self.more, margins=(24, 12, 24, 0))
        box.addWidget(tabs)
        box.addWidget(self._stage, 1)
        self.side = QWidget()
        self.side.setProperty("role", "side")
        self.side.setProperty("edge", "left")
        self.side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QVBoxLayout(self.side)
        inner.setContentsMargins(1, 0, 0, 0)
        area = scrolled(self.settings)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner.addWidget(area)
        sized(self.side, wide=SIDE)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(left, 1)
        whole.addWidget(self.side)

    def _make_tools(self) -> tuple[QPushButton, ...]:
        undo = self.document.undo
        back, again = button("Undo", undo.undo, "quiet", "Ctrl+Z"), button("Redo", undo.redo, "quiet", "Ctrl+Y")
        undo.canUndoChanged.connect(back.setEnabled)
        undo.canRedoChanged.connect(again.setEnabled)
        back.setEnabled(False)
        again.setEnabled(False)
        share = button("Copy and export", role="quiet", tip="Code that computes this, pictures and animations of it")
        share.setMenu(self.share.menu(share))
        quiz = button("Predict, then reveal", lambda: self.show_page("quiz"), "quiz", "Cover the output and be asked")
        quiz.setProperty("role", "quiet")
        return quiz, share, back, again

    def _make_actions(self) -> tuple[QAction, ...]:
        made = [
            self._action("One step on", lambda: self._step(1), "PgDown"),
            self._action("One step back", lambda: self._step(-1), "PgUp"),
            self._action("Show or cover the outputs", self._turn_reveal, "Ctrl+H"),
            self._action("Motion on or off", self._turn_motion, "Ctrl+M"),
            self._action("Show or hide the settings", self._turn_side, "Ctrl+,"),
            self._action("The lecture’s example", self.settings.reset.click, "Ctrl+R"),
            *(
                self._action(f"Show {words}", lambda name=name: self.show_page(name), f"Alt+{index + 1}")  # type: ignore[misc]
                for index, (name, (words, _)) in enumerate(PAGES.items())
            ),
        ]
        return (*made, *self.share.actions)

    def _action(self, text: str, does: Callable[[], object], key: str) -> QAction:
        made = QAction(text, self)
        made.setShortcut(QKeySequence(key))
        made.triggered.connect(lambda *_: does())
        return made

    # What the window asks.

    def heading(self) -> tuple[str, str]:
        return self.document.example.name, "" if self.document.example == lecture() else "changed"

    def tools(self) -> tuple[QPushButton, ...]:
        return self._tools

    def menu_actions(self) -> tuple[QAction, ...]:
        return self._actions

    def undo_stack(self) -> QUndoStack:
        return self.document.undo

    def hint(self) -> str:
        return self.page.hint()

    def tour(self) -> Iterator[str]:
        return showcase(self)

    def close_down(self) -> None:
        for page in self.pages.values():
            page.stop()
        self.share.close_down()
        self.settings.kernels.learned.stop()

    # Pages.

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return self.pages[self.tabs.name]

    def show_page(self, name: str) -> None:
        """Show a page; it is made when it is first looked at."""
        self.tabs.show_chosen(name)
        if name not in self.pages:
            self.pages[name] = made = self._make(PAGES[name][1])
            made.setParent(self._stage)
            rescale(made, look(self).scale)
        self._stage.show_page(self.page)
        self.setFocusProxy(self.page)
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)
        self._arrange()
        self.heading_changed.emit()

    def _make(self, kind: type[Page]) -> Page:
        if issubclass(kind, PicturePage):
            return kind(self.document, self.workspace)
        made = kind(self.document)
        if isinstance(made, ConvolutionPage):
            made.wires_wanted.connect(lambda: self.show_page("wired"))
        return made

    def _step(self, by: int) -> None:
        self.page.bar.pause()
        if by > 0:
            self.page.bar.advance()
        else:
            self.page.bar.back()

    def _turn_side(self) -> None:
        self._with_side = not self._with_side
        self._arrange()

    def _turn_reveal(self) -> None:
        self.document.set_reveal(not self.document.reveal)

    def _turn_motion(self) -> None:
        self.document.set_motion(not self.document.motion)

    # Room.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange) and hasattr(self, "_tools"):
            self._arrange()

    def _arrange(self) -> None:
        px = look(self).px
        narrow = self.width() < px(NARROW)
        if narrow != self._narrow:
            self._narrow, self._with_side = narrow, not narrow
        has_settings = self.tabs.name in SET
        self.more.setVisible(has_settings)
        self.more.setChecked(self._with_side)
        self.side.setVisible(has_settings and self._with_side)
        for tool in self._tools[2:]:
            # The bar itself shows and hides the buttons, so they get no width instead; the menu has both, too.
            tool.setMaximumWidth(0 if self.width() < px(BAR) else WIDEST)
