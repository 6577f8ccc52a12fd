"""Where a name is typed: the field, examples, and what can be done with the name; below it, how it is read."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from explorer.app.predict.names.spelt import Spelt
from explorer.app.theme import look, sized
from explorer.app.widgets.text import button, column, label, row

EXAMPLES = ("Pelaez", "Lukashenko", "Witek", "Putin", "Müller", "Nguyễn")

FIELD, GAP = 320, 8
"""Width of the field, and gaps beside it, in pixels at scale 1."""


LONGEST = 4_000_000
"""Most letters that the field takes: a list that is dropped there comes whole."""


class NameField(QLineEdit):
    """A field of one line; `listed` carries what is pasted with the keyboard and has several lines."""

    listed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxLength(LONGEST)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            text = QGuiApplication.clipboard().text()
            if "\n" in text.strip():  # laid out as one line, thousands of them would take a while
                self.listed.emit(text)
                return
        super().keyPressEvent(event)


class Entry(QWidget):
    """`picked` carries an example that was chosen; what the buttons do is the page's."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = NameField()
        self.field.setProperty("role", "name")
        self.field.setPlaceholderText("Type a name")
        self.field.setAccessibleName("The name that is read")
        self.field.setToolTip("One name; several with commas between them, or a pasted list with one a line")
        sized(self.field, wide=FIELD, tall=44)
        self.examples = {name: button(name, lambda name=name: self.picked.emit(name), "quiet") for name in EXAMPLES}  # type: ignore[misc]
        self.unroll_button = button("Unroll it", tip="Step through the arithmetic of this name")
        self.back_button = button("Back to the list")
        self.list_button = button("Paste a list", tip="Read the names on the clipboard, one a line (Ctrl+Shift+V)")
        self.buttons = (self.unroll_button, self.back_button, self.list_button)
        self.unroll_button.hide()
        self.back_button.hide()
        self.spelt = Spelt()
        self.differs = label("", "text", wrap=True)
        below = row(self.spelt, self.differs, gap=24)
        inner = below.layout()
        assert isinstance(inner, QHBoxLayout)
        inner.setStretch(0, 2)
        inner.setStretch(1, 3)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(column(row(self.field, *self.examples.values(), None, *self.buttons, gap=GAP), below, gap=12))

    @property
    def chain(self) -> tuple[QWidget, ...]:
        """What the Tab key goes through."""
        return (self.field, *self.examples.values(), *self.buttons)

    def show_text(self, text: str) -> None:
        """Put a text into the field, told to nobody."""
        self.field.blockSignals(True)
        self.field.setText(text)
        self.field.blockSignals(False)

    def show_buttons(self, unroll: bool, back: bool) -> None:
        """Which buttons there are now."""
        self.unroll_button.setVisible(unroll)
        self.back_button.setVisible(back)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "spelt"):
            self._arrange()

    def _arrange(self) -> None:
        """Show as many examples as there is room for."""
        px = look(self).px
        room = self.width() - px(FIELD + GAP)
        room -= sum(px(GAP) + made.sizeHint().width() for made in self.buttons if not made.isHidden())
        for made in self.examples.values():
            room -= made.sizeHint().width() + px(GAP)
            made.setVisible(room >= 0)
