"""The first page: what one can begin with."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

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
        "Step through it",
        "A filter slides over a 6×6 image, one product at a time. Then over any picture of yours.",
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
)


class _Start(PaintedButton):
    size_at_one, least_at_one = (264, 200), (190, 200)

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
    """Offers the starts; `chosen` carries the name of a panel."""

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
        cards = QHBoxLayout()
        cards.setSpacing(24)
        cards.addStretch(1)
        self.starts: dict[str, _Start] = {}
        for name, icon, title, text in STARTS:
            start = _Start(icon, title, text)
            start.clicked.connect(lambda *_, name=name: self.chosen.emit(name))
            self.starts[name] = start
            cards.addWidget(start)
        cards.addStretch(1)
        box.addLayout(cards)
        box.addStretch(3)
