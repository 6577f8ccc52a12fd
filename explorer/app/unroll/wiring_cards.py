"""The wirings to choose from: a small picture of each, with its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import CAPTION, Look, look, sized
from explorer.app.unroll.chainlayout import WIRINGS, Wiring
from explorer.app.widgets.painted import PaintedButton
from explorer.learn.toys import Name


@dataclass(frozen=True)
class Card:
    """What a wiring is called, what it does, and what it is used for, a sentence each."""

    title: str
    does: str
    used: str


_USED: dict[Wiring, str] = {
    "one-to-one": "Used for what has no order: one picture, one row of a table.",
    "one-to-many": "Used for a sentence about a picture, and for music from a genre.",
    "many-to-one": "Used for whole documents, moods, names, and actions in a film.",
    "many-to-many": "Used for parts of speech, and for the action in each frame of a film.",
    "delayed": "Used for translating and summarising.",
    "bidirectional": "Used where all is there at once: finding names in texts, reading handwriting.",
    "stacked": "Used for hard tasks such as hearing speech: each layer works on what the one below found.",
}

CARDS: dict[Name, Card] = {
    **{name: Card(title, does, _USED[name]) for name, (title, does) in WIRINGS.items()},
    "noise": Card(
        "Learning noise by heart",
        "Many to one, with nothing to find out: sequences and labels are random.",
        "Shows why one always measures on sequences that were held out.",
    ),
}
"""All choices by the name of their example."""

WIDE, TALL = 176, 58
PICTURE = 60
"""Width of the small picture in pixels at scale 1."""


class Cards(QWidget):
    """One card below the other; `chosen` carries the name of the one that the user chose."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        self._group = QButtonGroup(self)
        self.buttons: dict[Name, WiringCard] = {}
        for name, card in CARDS.items():
            made = WiringCard(name, card)
            made.clicked.connect(lambda *_, name=name: self.chosen.emit(name))
            self._group.addButton(made)
            self.buttons[name] = made
            box.addWidget(made, 100)
        box.addStretch(1)
        sized(self, wide=WIDE)
        self.setAccessibleName("Wirings")

    @property
    def name(self) -> Name:
        """The chosen one."""
        return next(name for name, made in self.buttons.items() if made.isChecked())

    def show_chosen(self, name: Name) -> None:
        """Mark one as chosen."""
        self.buttons[name].setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if not by:
            super().keyPressEvent(event)
            return
        names = list(self.buttons)
        name = names[(names.index(self.name) + by) % len(names)]
        self.show_chosen(name)
        self.buttons[name].setFocus()
        self.chosen.emit(name)


class WiringCard(PaintedButton):
    """One wiring."""

    size_at_one = (WIDE, TALL)
    least_at_one = (WIDE, 40)

    def __init__(self, name: Name, card: Card, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._card = name, card
        self.setCheckable(True)
        self.setText(card.title)
        self.setAccessibleName(card.title)
        self.setAccessibleDescription(f"{card.does} {card.used}")
        self.setToolTip(f"<p>{card.does} {card.used}</p>")
        # Where a window is low, the cards shrink rather than being cut off.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMaximumHeight(round(1.5 * look(self).px(TALL)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()  # the column's
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        chosen = self.isChecked()
        style, painter = self.begin(8, None)
        px = style.px
        if chosen:
            painter.setPen(QPen(style.colour("accent"), px(1)))
            painter.setBrush(style.colour("wash"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(8), px(8))
        ink = style.colour("accent" if chosen else "second")
        picture = QRectF(px(8), px(4), px(PICTURE), self.height() - px(8))
        _draw(painter, style, self._name, picture, ink)
        painter.setFont(style.font(CAPTION, QFont.Weight.DemiBold if chosen else QFont.Weight.Medium))
        painter.setPen(style.colour("accent" if chosen else "ink"))
        left = picture.right() + px(8)
        words = QRectF(left, 0, self.width() - left - px(4), self.height())
        flags = int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(words, flags, self._card.title)
        painter.end()


def _draw(painter: QPainter, style: Look, name: Name, where: QRectF, ink: QColor) -> None:
    """The picture: cells as boxes, states between them, inputs below, outputs above."""
    levels = 2 if name in ("bidirectional", "stacked", "noise") else 1
    cells = {"one-to-one": 1, "delayed": 4}.get(name, 3)
    inputs: Sequence[int] = {"one-to-many": (0,), "delayed": (0, 1)}.get(name, tuple(range(cells)))
    outputs: Sequence[int] = {"many-to-one": (2,), "noise": (2,), "delayed": (2, 3)}.get(name, tuple(range(cells)))
    px = style.px
    side = px(8)
    pitch = where.width() / 4
    gap = px(4) if levels > 1 else 0.0
    middle = where.center().y()
    tops = [middle - (levels * side + (levels - 1) * gap) / 2 + k * (side + gap) for k in range(levels)]
    first = where.center().x() - (cells - 1) * pitch / 2
    pen = QPen(ink, max(1.0, 1.2 * style.scale))
    painter.setPen(pen)
    painter.setBrush(ink)
    wire = px(7)
    for k in range(cells):
        x = first + k * pitch
        for row, top in enumerate(tops):
            painter.drawRoundedRect(QRectF(x - side / 2, top, side, side), 2, 2)
            if k + 1 < cells:
                y = top + side / 2
                back = name == "bidirectional" and row == 0
                _arrow(painter, QPointF(x + side / 2, y), QPointF(x + pitch - side / 2, y), back, style)
        if levels > 1 and name != "bidirectional":
            painter.drawLine(QPointF(x, tops[0] + side), QPointF(x, tops[1]))
        if k in inputs:
            painter.drawLine(QPointF(x, tops[-1] + side), QPointF(x, tops[-1] + side + wire))
            painter.drawEllipse(QPointF(x, tops[-1] + side + wire), 1.6 * style.scale, 1.6 * style.scale)
        if k in outputs:
            painter.drawLine(QPointF(x, tops[0]), QPointF(x, tops[0] - wire))
            painter.drawEllipse(QPointF(x, tops[0] - wire), 1.6 * style.scale, 1.6 * style.scale)


def _arrow(painter: QPainter, start: QPointF, end: QPointF, back: bool, style: Look) -> None:
    painter.drawLine(start, end)
    tip = start if back else end
    by, high = (2.4 if back else -2.4) * style.scale, 1.8 * style.scale
    painter.drawPolygon([tip, tip + QPointF(by, -high), tip + QPointF(by, high)])
