"""Find an action by its words: everything the window can do, from the keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from explorer.app.theme import look
from explorer.app.widgets.text import label

WIDE, MOST = 440, 380
"""Width, and greatest height, in pixels at scale 1."""


class ActionSearch(QWidget):
    """A small list over the window; typing narrows it, Enter carries out what is chosen, Esc closes it."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)  # round corners
        self._over = parent
        self._actions = [action for action in actions if action.isEnabled() and action.text()]
        px = look(self).px
        card = QFrame()  # the style sheet draws a frame, but not a subclass of one
        card.setProperty("role", "card")
        self._around = around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(card)
        self._box = box = QVBoxLayout(card)
        box.setContentsMargins(px(12), px(12), px(12), px(12))
        box.setSpacing(px(8))
        self.words = QLineEdit()
        self.words.setProperty("role", "words")
        self.words.setPlaceholderText("Search actions")
        self.words.setAccessibleName("Search actions")
        self.words.textChanged.connect(self._narrow)
        self.words.returnPressed.connect(self._carry_out)
        self.words.installEventFilter(self)
        self.found = QListWidget()
        self.found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.found.itemClicked.connect(lambda _: self._carry_out())
        box.addWidget(self.words)
        box.addWidget(self.found)
        self._nothing = label("Nothing has all these words.", "caption")
        box.addWidget(self._nothing)
        self.setFixedWidth(min(px(WIDE), parent.width()))
        self._narrow("")

    def open(self) -> None:
        """Show it below the top of its parent."""
        parent = self._over
        self.move(parent.mapToGlobal(QPoint((parent.width() - self.width()) // 2, look(self).px(56))))
        self.show()
        self.words.setFocus()

    def _narrow(self, text: str) -> None:
        wanted = text.lower().split()
        self.found.clear()
        named = [(action.text().replace("&", "").replace("…", ""), index) for index, action in enumerate(self._actions)]
        found = [(name, index) for name, index in named if all(word in name.lower() for word in wanted)]
        if wanted:  # those that say little else come first
            found.sort(key=lambda one: len(one[0]))
        for name, index in found:
            keys = self._actions[index].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QListWidgetItem(f"{name}    {keys}" if keys else name)
            item.setData(Qt.ItemDataRole.UserRole, index)
            self.found.addItem(item)
        self.found.setCurrentRow(0)
        self._fit()

    def _fit(self) -> None:
        """As high as what was found, up to a limit."""
        px, count = look(self).px, self.found.count()
        self.found.setVisible(count > 0)
        self._nothing.setVisible(count == 0)
        if count:
            room = min(px(MOST), self._over.height() - px(112)) - self.words.sizeHint().height() - px(32)
            self.found.setFixedHeight(max(px(32), min(count * self.found.sizeHintForRow(0) + px(2), room)))
        for layout in (self._box, self._around):  # from the inside out: each asks the one within
            layout.activate()
        self.setFixedHeight(self.sizeHint().height())

    def _carry_out(self) -> None:
        item = self.found.currentItem()
        if item is not None:
            action = self._actions[item.data(Qt.ItemDataRole.UserRole)]
            self.close()
            action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step and self.found.count():
                self.found.setCurrentRow((self.found.currentRow() + step) % self.found.count())
                return True
        return super().eventFilter(watched, event)
