"""The page Names: type a name, and see after every letter what trained networks make of it.

A letter is typed → fold it → ask the model → picture and bars → (a moment later) the numbers inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from explorer.app.predict.modellist import ModelList
from explorer.app.predict.names.crowd import Crowd, names_in
from explorer.app.predict.names.entry import Entry
from explorer.app.predict.names.explainer import Explainer
from explorer.app.predict.names.inside import Inside
from explorer.app.predict.names.reader import NameReader, Reading
from explorer.app.predict.names.showcase import states
from explorer.app.predict.names.side import Side
from explorer.app.predict.names.whybox import Why
from explorer.app.predict.names.words import difference
from explorer.app.predict.page import Page
from explorer.app.theme import look
from explorer.app.widgets.text import label
from explorer.app.workspace import Workspace
from explorer.learn.letters import Folded, fold

if TYPE_CHECKING:
    pass

FOLLOW = 60
"""Milliseconds after an answer in which the numbers inside follow."""

BELOW = 1000
"""Below this width in pixels at scale 1 what is inside stands below the answers."""

EMPTY = "Type a name. The answer begins with its first letter."
HOW = "Click a class or a cell. What each letter does for it, or where the number comes from, appears here."


class NamesPage(Page):
    """One name letter by letter, by one model or two; or a list of names in a table."""

    name, title, asks, kind = "names", "Names", "Type a name", "words"
    calm = "The answer follows every letter. Nothing you type leaves this computer."
    list_width, narrow = 232, 1060

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        reader = NameReader()
        super().__init__(workspace, reader, parent)
        self.reader, self.second = reader, NameReader(self)
        self.word: Folded = fold("")
        self._lay_out()
        self._actions = (
            self.action("Type another name", self._anew, "Ctrl+L"),
            self.action("Paste a list of names", self.paste_list, "Ctrl+Shift+V"),
            self.action("Read with one network only", self.second.unload),
        )
        self.explainer = Explainer((self.reader, self.second), self.sides, self.inside, self.why, self)
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.timeout.connect(self.show_inside_now)
        self.field.textChanged.connect(self._typed)
        self.entry.picked.connect(self.open_name)
        self.field.listed.connect(self.show_list)
        for made, does in (
            (self.entry.unroll_button, self._unroll),
            (self.entry.back_button, self._show_list),
            (self.entry.list_button, self.paste_list),
        ):
            made.clicked.connect(lambda _, does=does: does())
        for which, asked in enumerate((self.reader, self.second)):
            asked.answered.connect(lambda reading, which=which: self._answered(which, reading))
            asked.refused.connect(lambda why: self.say(why, warning=True))
        self.second.changed.connect(self._second_changed)
        workspace.run_changed.connect(self._second_learnt)
        self.explainer.begun.connect(self._bring_why)
        self.explainer.left.connect(self.show_state)
        self.crowd.opened.connect(self.open_name)
        self.crowd.closed.connect(self._close_list)
        self.why.text.linkActivated.connect(workspace.wanted)
        self.begin()

    # Parts.

    def _lay_out(self) -> None:
        self.beside = ModelList("A second network beside it", "no second network", self.list_width)
        self.beside.picked.connect(self.choose_second)
        self.beside.cleared.connect(self.second.unload)
        self.lists.layout().addWidget(label("beside", "caption"))  # type: ignore[union-attr]
        self.lists.layout().addWidget(self.beside)  # type: ignore[union-attr]
        self.entry = Entry()
        self.field, self.spelt, self.differs = self.entry.field, self.entry.spelt, self.entry.differs
        self._unrolls = False
        self.body.addWidget(self.entry)
        self.sides, self.inside, self.why = (Side(), Side()), Inside(), Why()
        self.desk = QWidget()
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.desk)
        self._across.setContentsMargins(0, 0, 0, 0)
        self._across.setSpacing(32)
        for part, stretch in ((self.sides[0], 11), (self.sides[1], 11), (self.inside, 6)):
            self._across.addWidget(part, stretch)
        self.sides[1].hide()
        self.differs.hide()
        self.body.addWidget(self.desk, 1)
        self.body.addWidget(self.why)
        self.crowd = Crowd()
        self.crowd.hide()
        self.body.addWidget(self.crowd, 1)
        self.setFocusProxy(self.field)
        first, second = self.sides
        chain = (
            *self.entry.chain, first.heat, first.ranking, second.heat, second.ranking, self.why.rows,
            self.crowd.copy_button, self.crowd.close_button, self.crowd.table,
        )  # fmt: skip
        for one, following in pairwise(chain):
            QWidget.setTabOrder(one, following)

    # What the window asks.

    def menu_actions(self) -> tuple[QAction, ...]:
        return self._actions

    def hint(self) -> str:
        return "Ctrl+L another name · Ctrl+Shift+V paste a list · Enter on a cell: why"

    def tour(self) -> Iterator[str]:
        return states(self)

    def settle(self) -> None:
        self.reader.wait()
        self.second.wait()
        self.show_inside_now()
        self.crowd.wait()
        self.reader.wait()

    def close_down(self) -> None:
        self._follow.stop()
        self.second.stop()
        self.crowd.stop()
        super().close_down()

    def offer_unroll(self, there: bool) -> None:
        """Whether there is a panel in which the name can be unrolled."""
        self._unrolls = there
        self._show_buttons()

    def open_name(self, name: str) -> None:
        """Show this name, letter by letter."""
        self.entry.show_text(name)  # told to nobody: a name that comes from elsewhere may have commas
        self._read(name)

    # Models.

    def model_changed(self) -> None:
        self.explainer.leave()
        namer = self.reader.model
        self.inside.show_model(namer.inner if namer else None)
        if namer is not None:
            self.sides[0].show_classes(namer.classes)
        if not self.crowd.isHidden():
            self.crowd.ask(namer)
        self.ask_now()

    def show_choices(self) -> None:
        super().show_choices()
        if hasattr(self, "beside"):
            self.beside.show_choices(self.choices, self.second.folder)

    def choose_second(self, folder: Path) -> None:
        """Read with this model, too, beside the first."""
        if self.workspace.torch:
            self.second.load(folder)

    def _second_learnt(self, folder: Path) -> None:
        """A run has new weights, which may be those of the second network."""
        if self.second.folder is not None and folder.resolve() == self.second.folder.resolve():
            self.choose_second(self.second.folder)

    def _second_changed(self) -> None:
        if self.second.loading:
            return
        if self.second.problem:
            self.say(self.second.problem, warning=True)
        namer = self.second.model
        two = namer is not None
        self.explainer.leave()
        self.sides[1].setVisible(two)
        self.inside.setVisible(not two)
        self.differs.setVisible(two)
        if namer is not None:
            self.sides[1].show_classes(namer.classes)
        self._name_sides()
        self.show_choices()
        self._arrange()
        self.ask_now()

    def _titles(self) -> tuple[str, str]:
        first, second = (one.model.model.network.name if one.model else "" for one in (self.reader, self.second))
        if first == second:
            first, second = (one.folder.name if one.folder else "" for one in (self.reader, self.second))
        return first, second

    def _name_sides(self) -> None:
        two = self.second.model is not None
        for side, title in zip(self.sides, self._titles(), strict=True):
            side.heat_head.set_text(title if two else "After every letter")

    # From the letter to the picture.

    def _typed(self, text: str) -> None:
        names = names_in(text)
        if len(names) > 1:
            self._begin_list(names)
            if "\n" in text or len(names) > 20:  # a pasted list: the field stays free for one name
                self.entry.show_text("")
            return
        self._read(names[0] if names else "")

    def _read(self, name: str) -> None:
        self._leave_list()
        self.word = fold(name)
        self.spelt.show_word(self.word)
        if self.notice.property("role") == "warning" or self.word.remark:
            self.say(self.word.remark, warning=bool(self.word.remark))
        self._show_buttons()
        self.ask_now()

    def ask_now(self) -> None:
        """Ask the models about what is typed."""
        text, tokens = self.word.text, self.word.tokens
        for side, asked in zip(self.sides, (self.reader, self.second), strict=True):
            if not tokens or asked.model is None:
                asked.forget()
                side.show_reading(None)
            else:
                asked.ask(text, tokens)
        self._name_sides()
        self._say_difference()
        if not tokens:
            self.explainer.leave()
            self.inside.show_done("", self.reader.model.inside(()) if self.reader.model else None)
        self.show_state()

    def _answered(self, which: int, reading: Reading) -> None:
        if reading.tokens != self.word.tokens:
            return
        before = self.sides[which].reading
        self.sides[which].show_reading(reading)
        self.explainer.follow(which, before, reading)
        self._say_difference()
        self.show_state()
        self._follow.start(FOLLOW)

    def show_inside_now(self) -> None:
        """Bring the numbers inside up to what is typed."""
        self._follow.stop()
        namer = self.reader.model
        if namer is not None and not self.inside.isHidden() and self.word.tokens:
            self.inside.show_done(self.word.text, namer.inside(self.word.tokens))

    def _say_difference(self) -> None:
        one, two = (side.reading for side in self.sides)
        if one is None or two is None:
            self.differs.setText("")
            return
        self.differs.setText(
            difference(one.logs[-1], two.logs[-1], (one.classes, two.classes), self._titles()) if len(one.logs) else ""
        )

    def show_state(self) -> None:
        if self.explainer.busy:
            return
        if self.state:
            self.why.show_words(self.state)
        elif self.word.text:
            self.why.show_words(HOW)
        elif self.word.signs:
            self.why.show_words("No letter of this can be read, so there is no answer. " + escape(self.word.remark))
        else:
            self.why.show_words(EMPTY)

    def _bring_why(self) -> None:
        """In a low window, scroll to the explanation; whoever types sees the field instead."""
        if not self.field.hasFocus():
            self.area.ensureWidgetVisible(self.why, 0, look(self).px(8))

    # Lists.

    def paste_list(self) -> None:
        """Read the names on the clipboard."""
        self.show_list(QGuiApplication.clipboard().text())

    def show_list(self, text: str) -> None:
        """Read the names in a text: one a line, or with commas between them."""
        names = names_in(text)
        if not names:
            self.say("There is no text on the clipboard. Copy a list of names first, one a line.", warning=True)
        elif len(names) == 1:
            self.open_name(names[0])
        else:
            self.entry.show_text("")
            self._begin_list(names)

    def _begin_list(self, names: tuple[str, ...]) -> None:
        if self.notice.property("role") == "warning":
            self.say("")
        self.word = fold("")
        self.spelt.show_word(None)
        # The table first: once the names are being read, Qt has to wait for Python at each of its calls.
        self._show_list()
        self.crowd.show_names(names, self.reader.model)

    def _show_list(self) -> None:
        self._turn(True)

    def _leave_list(self) -> None:
        if not self.crowd.isHidden():
            self._turn(False)

    def _close_list(self) -> None:
        self.crowd.show_names((), None)
        self._anew()

    def _turn(self, listed: bool) -> None:
        self.crowd.setVisible(listed)
        for part in (self.desk, self.why, self.spelt):
            part.setVisible(not listed)
        self.inside.setVisible(not listed and self.second.model is None)
        self.differs.setVisible(not listed and self.second.model is not None)
        self._show_buttons()

    def _anew(self) -> None:
        self._leave_list()
        self.field.clear()
        self.field.setFocus()
        self._show_buttons()

    def _show_buttons(self) -> None:
        single = self.crowd.isHidden()
        self.entry.show_buttons(
            unroll=self._unrolls and bool(self.word.text) and single, back=bool(self.crowd.names) and single
        )

    def _unroll(self) -> None:
        if self.reader.folder is not None and self.word.text:
            self.workspace.unroll_wanted.emit(self.word.text, self.reader.folder)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Whoever types while a picture has the focus goes on with the name."""
        text, back = event.text(), event.key() == Qt.Key.Key_Backspace
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        types = bool(text.strip()) and text.isprintable()
        if plain and (types or back) and self.crowd.isHidden():
            self.field.setFocus()
            if back:
                self.field.backspace()
            else:
                self.field.insert(text)
        else:
            super().keyPressEvent(event)

    # Room.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_across"):
            self._arrange()

    def _arrange(self) -> None:
        super()._arrange()
        if not hasattr(self, "_across"):
            return
        px = look(self).px
        below = self.width() < px(BELOW)
        if below == (self.body.indexOf(self.inside) >= 0):
            return
        if below:
            self.body.insertWidget(self.body.indexOf(self.why) + 1, self.inside)
        else:
            self._across.addWidget(self.inside, 6)
        self.inside.setMinimumHeight(px(240) if below else 0)
