"""A row of words of which one is chosen: pages of a panel, or one of a few ways to see something."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from explorer.app.widgets.text import button


class Tabs(QWidget):
    """Chooses one of a few names; `chosen` carries it, but only when the user chose it."""

    chosen = Signal(str)

    def __init__(
        self,
        entries: dict[str, str],
        parent: QWidget | None = None,
        role: str = "tab",
        kind: type[QPushButton] = QPushButton,
    ) -> None:
        """`entries` are names and the words shown for them; roles: tab, segment. `kind` is that of the buttons."""
        super().__init__(parent)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        self._group = QButtonGroup(self)
        self.entries: dict[str, QPushButton] = {}
        for name, words in entries.items():
            made = button(words, lambda name=name: self._choose(name), role, kind=kind)  # type: ignore[misc]
            made.setCheckable(True)
            self._group.addButton(made)
            self.entries[name] = made
            box.addWidget(made)
        next(iter(self.entries.values())).setChecked(True)

    @property
    def name(self) -> str:
        """The chosen name."""
        return next(name for name, made in self.entries.items() if made.isChecked())

    def show_chosen(self, name: str) -> None:
        """Mark a name as the chosen one."""
        self.entries[name].setChecked(True)

    def _choose(self, name: str) -> None:
        self.show_chosen(name)
        self.chosen.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        shown = [name for name, made in self.entries.items() if not made.isHidden()]
        if step and self.name in shown:
            name = shown[(shown.index(self.name) + step) % len(shown)]
            self.entries[name].setFocus()
            self._choose(name)
        else:
            super().keyPressEvent(event)
