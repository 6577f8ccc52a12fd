"""The first page: what one can begin with."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from explorer.app.icons import Icon, paint
from explorer.app.theme import look
from explorer.app.widgets.painted import PaintedButton
from explorer.app.widgets.text import label

STARTS = (
    (
        "build",
        Icon.BUILD,
        "Build a network",
        "Stack layers. See shapes, parameters and costs at once, and where each number comes from.",
    ),
    (
        "convolve",
        Icon.CONVOLVE,
        "Step through a convolution",
        "A filter slides over a 6×6 image, one product at a time. Then over any picture of yours.",
    ),
    (
        "unroll",
        Icon.UNROLL,
        "Unroll a network",
        "An LSTM reads a name, gate by gate. Then see why gradients vanish, and what helps.",
    ),
    (
        "train",
        Icon.TRAIN,
        "Watch it learn",
        "Train LeNet-5 on digits, here, in a minute or two. Nothing to download.",
    ),
    (
        "predict",
        Icon.PREDICT,
        "Draw a digit",
        "A trained network reads it while you draw, and shows what it really gets to see.",
    ),
    (
        "names",
        Icon.PREDICT,
        "Type a name",
        "After every letter a network says which of 18 languages it takes the name for, and why.",
    ),
)


ACROSS = 3
"""Starts in a row."""


class _Start(PaintedButton):
    size_at_one, least_at_one = (300, 190), (200, 190)

    def __init__(self, icon: Icon, title: str, text: str) -> None:
        super().__init__()
        self._icon, self._title, self._text = icon, title, text
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = self.begin(10, look(self).colour("surface"), look(self).colour("line"))
        px = style.px
        paint(painter, self._icon, QRectF(px(24), px(24), px(36), px(36)), style.colour("accent"))
        painter.setPen(style.colour("ink"))
        painter.setFont(style.font(17, QFont.Weight.DemiBold))
        painter.drawText(QRectF(px(24), px(72), self.width() - px(48), px(28)), 0, self._title)
        painter.setPen(style.colour("second"))
        painter.setFont(style.font(13))
        flags = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignTop)
        painter.drawText(QRectF(px(24), px(104), self.width() - px(48), self.height() - px(112)), flags, self._text)


class Welcome(QWidget):
    """Offers the starts; `chosen` carries the name of a panel, or `names`."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        box = QVBoxLayout(self)
        box.setContentsMargins(48, 32, 48, 32)
        box.setSpacing(8)
        box.addStretch(2)
        box.addWidget(label("See how neural networks work", "title"), 0, Qt.AlignmentFlag.AlignHCenter)
        words = label("Every number on the screen explains itself, and what you build is what runs.", "caption")
        box.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addSpacing(24)
        cards = QGridLayout()
        cards.setSpacing(24)
        cards.setColumnStretch(0, 1)
        cards.setColumnStretch(ACROSS + 1, 1)
        self.starts: dict[str, _Start] = {}
        for index, (name, icon, title, text) in enumerate(STARTS):
            start = _Start(icon, title, text)
            start.clicked.connect(lambda *_, name=name: self.chosen.emit(name))
            self.starts[name] = start
            cards.addWidget(start, index // ACROSS, 1 + index % ACROSS)
        box.addLayout(cards)
        box.addStretch(3)
