"""The words in a cell of the confusion matrix, with what the network says of each."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import look
from explorer.app.train.work import Inside
from explorer.app.widgets.text import label
from explorer.arch.text import number, plural

ASK = "Click a cell of the matrix to see the words in it."
TIP = "Click a word, or press Enter on it, to open it in Predict."


class CellWords(QWidget):
    """A sentence and a list, the surest answers first; `chosen` carries a word that was clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        self.head = label(ASK, "caption", wrap=True)
        box.addWidget(self.head)
        self.list = QListWidget()
        self.list.setAccessibleName("Words in the cell")
        self.list.setToolTip(TIP)
        self.list.setCursor(Qt.CursorShape.PointingHandCursor)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setUniformItemSizes(True)
        self.list.setMinimumHeight(0)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.list.itemClicked.connect(self._choose)
        self.list.installEventFilter(self)
        box.addWidget(self.list, 1)

    def say(self, text: str = ASK) -> None:
        """Say something instead of a list."""
        self.head.setText(text)
        self.list.clear()

    def show_words(self, inside: Inside, unit: str) -> None:
        """Show the words of a cell."""
        classes = inside.classes
        true, read = classes[inside.true], classes[inside.read]
        what = f"read as {read}" if inside.true != inside.read else "read right"
        count = plural(len(inside.words), unit)
        self.head.setText(
            f"{true}, {what}: {count} of the {inside.part} part, with the weights of step {number(inside.step)}"
        )
        self.list.clear()
        wide = min(max((len(said.word) for said in inside.words), default=0), 20)
        font = self._mono()
        for said in inside.words:
            text = f"{said.word:<{wide}}  {read} {number(said.answer, 2)}"
            if inside.true != inside.read:
                text += f" · {true} {number(said.truth, 2)}"
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, said.word)
            item.setFont(font)
            item.setToolTip(f"<p>{text}: natural logarithms of the probabilities. {TIP}</p>")
            self.list.addItem(item)

    def _mono(self) -> QFont:
        return look(self).font(12, mono=True)

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: ARG002
        # Enter alone: what activates an item by the mouse differs between systems.
        if event.type() == QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # type: ignore[attr-defined]
            if (item := self.list.currentItem()) is not None:
                self._choose(item)
            return True
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "list"):
            font = self._mono()
            for row in range(self.list.count()):
                self.list.item(row).setFont(font)
