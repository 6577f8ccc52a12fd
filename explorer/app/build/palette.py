"""The layers and blocks one can add: click, press Enter, or drag into the list or the diagram."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QFont, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from explorer.app.theme import look
from explorer.app.widgets.painted import PaintedButton
from explorer.app.widgets.text import Head, label
from explorer.arch.blocks import TEMPLATES
from explorer.arch.layers import GROUPS

LAYER_TYPE = "application/x-explorer-layer-type"
"""Mime type of a dragged kind of layer or block; the data are its name."""

COMMON = (
    "Conv2d",
    "MaxPool2d",
    "AvgPool2d",
    "ReLU",
    "Linear",
    "Flatten",
    "Dropout",
    "BatchNorm2d",
    "Embedding",
    "RNN",
    "LSTM",
    "GRU",
)
"""Kinds that stand first, in this order."""


class _Entry(PaintedButton):
    size_at_one, least_at_one = (136, 28), (100, 28)

    def __init__(self, name: str, title: str, about: str, kind: str) -> None:
        super().__init__()
        self.name, self.kind, self.about = name, kind, about
        self._pressed_at = QPoint()
        self.setText(title)
        self.setToolTip(f"<p><b>{name if name[0].isupper() else title}</b>: {about}</p><p>Click to add it.</p>")
        self.setAccessibleName(f"Add {title}")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = self.begin(6, None)
        px = style.px
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.kind(self.kind))
        painter.drawRoundedRect(px(8), px(7), px(4), self.height() - px(14), 2, 2)
        painter.setPen(style.colour("ink"))
        painter.setFont(style.font(14, QFont.Weight.Normal))
        where = self.rect().adjusted(px(22), 0, -px(2), 0)
        fitted = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, where.width())
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, fitted)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if not event.buttons() & Qt.MouseButton.LeftButton or moved < QApplication.startDragDistance():
            return
        px = look(self).px
        data = QMimeData()
        data.setData(LAYER_TYPE, self.name.encode())
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(self.grab())
        drag.setHotSpot(QPoint(-px(12), -px(10)))  # beside the pointer: one sees where it would go
        self.setDown(False)
        drag.exec(Qt.DropAction.CopyAction)


class _Group(QWidget):
    """A heading and its entries; both are hidden when a search finds none of them."""

    def __init__(self, title: str, entries: list[_Entry], info: str = "") -> None:
        super().__init__()
        self.entries = entries
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 12)
        box.setSpacing(0)
        head = Head(title, info) if info else label(title, "head", wrap=True)
        head.setContentsMargins(8, 0, 0, 4)
        box.addWidget(head)
        for entry in entries:
            box.addWidget(entry)

    def narrow(self, words: list[str]) -> bool:
        """Show what has all words in its title, class name or explanation; says whether anything is left."""
        for entry in self.entries:
            text = f"{entry.text()} {entry.name} {entry.about}".lower()
            entry.setVisible(all(word in text for word in words))
        found = any(not entry.isHidden() for entry in self.entries)
        self.setVisible(found)
        return found


class Palette(QWidget):
    """All kinds of layers and blocks; `chosen` carries the name of the one to add."""

    chosen = Signal(str)
    left = Signal()
    """The search has done its work: the keyboard may go elsewhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 16, 12, 8)
        box.setSpacing(0)
        self.search = QLineEdit()
        self.search.setProperty("role", "words")
        self.search.setPlaceholderText("Find a layer to add")
        self.search.setAccessibleName("Find a layer to add")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._first)
        box.addWidget(self.search)
        box.addSpacing(12)
        self.entries: dict[str, _Entry] = {}
        self.groups = self._make_groups()
        for group in self.groups:
            box.addWidget(group)
        self._nothing = label("No layer has these words.", "caption", wrap=True)
        self._nothing.hide()
        box.addWidget(self._nothing)
        box.addStretch(1)

    def _make_groups(self) -> list[_Group]:
        kinds = {kind.__name__: kind for _, group in GROUPS for kind in group}

        def entry(name: str) -> _Entry:
            kind = kinds[name]
            return self._entry(name, kind.title, kind.about, kind.kind)

        add = "Click a layer to put it below the chosen one, or drag it to its place in the list or the diagram."
        made = [_Group("Add a layer", [entry(name) for name in COMMON], add)]
        blocks = [self._entry(t.name, t.title, t.about, "block") for t in TEMPLATES]
        made.append(_Group("Blocks", blocks, "Several layers that belong together; each can be changed afterwards."))
        for title, group in GROUPS:
            rest = [entry(kind.__name__) for kind in group if kind.__name__ not in COMMON]
            if rest:
                made.append(_Group(f"More {title[0].lower()}{title[1:]}", rest))
        return made

    def _entry(self, name: str, title: str, about: str, kind: str) -> _Entry:
        made = _Entry(name, title, about, kind)
        made.clicked.connect(lambda *_: self.chosen.emit(name))
        self.entries[name] = made
        return made

    def _narrow(self, text: str) -> None:
        words = text.lower().split()
        found = [group.narrow(words) for group in self.groups]
        self._nothing.setVisible(not any(found))

    def _first(self) -> None:
        """Enter in the search adds the first layer that was found."""
        found = (e for group in self.groups if not group.isHidden() for e in group.entries if not e.isHidden())
        first = next(found, None)
        if first is not None and self.search.text().strip():
            self.search.setText("")
            self.chosen.emit(first.name)
            self.left.emit()
