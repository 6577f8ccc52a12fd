"""How unsure a network is of a text: its perplexity between perfect and knowing nothing."""

from __future__ import annotations

from math import log

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import look
from explorer.app.train.record import Record
from explorer.app.widgets.text import Figure, Head, label, row
from explorer.arch.text import number
from explorer.explain.metrics import percent, perplexity, why_perplexity

ABOUT = (
    "exp of the mean of −ln p(right sign) over all signs of the text. A network that always thinks n signs equally "
    "likely, the right one among them, has perplexity n."
)


class PerplexityScale(QWidget):
    """A logarithmic scale from 1 to the number of signs, and where the network stands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._signs = 2
        self._value = float("nan")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Perplexity scale")

    def show_value(self, value: float | None, signs: int) -> None:
        """Show a perplexity, or none yet, among so many signs."""
        new = float("nan") if value is None else value
        if (new, signs) != (self._value, self._signs):
            self._value, self._signs = new, signs
            self.setAccessibleDescription("" if value is None else f"{number(value, 2)} of 1…{number(signs)}")
            self.update()

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(200), px(70))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        px = style.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right, y = px(4), self.width() - px(4), px(34)
        painter.setFont(style.font(11))
        painter.setPen(QPen(style.colour("strong_line"), px(2)))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        painter.setPen(style.colour("second"))
        for text, flags in (
            ("1\nperfect", Qt.AlignmentFlag.AlignLeft),
            (f"{number(self._signs)} signs\nknows nothing", Qt.AlignmentFlag.AlignRight),
        ):
            painter.drawText(QRectF(left, y + px(6), right - left, px(32)), flags, text)
        for end in (left, right):
            painter.drawLine(QPointF(end, y - px(4)), QPointF(end, y + px(4)))
        if self._value != self._value:
            return
        share = min(max(log(max(self._value, 1.0)) / log(max(self._signs, 2)), 0.0), 1.0)
        x = left + share * (right - left)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("accent"))
        painter.drawRoundedRect(QRectF(left, y - px(2), x - left, px(4)), px(2), px(2))
        painter.drawEllipse(QPointF(x, y), px(6), px(6))
        painter.setPen(style.colour("accent"))
        painter.setFont(style.font(12, mono=True))
        text = number(self._value, 2)
        wide = painter.fontMetrics().horizontalAdvance(text)
        at = min(max(x - wide / 2, 0), self.width() - wide)
        painter.drawText(QRectF(at, 0, wide + 1, y - px(8)), Qt.AlignmentFlag.AlignBottom, text)


class Unsure(QWidget):
    """The right column of a text: perplexity, what it means, and how many signs are guessed right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 8, 0, 0)
        box.setSpacing(8)
        box.addWidget(Head("Perplexity", ABOUT))
        self.on = label("", "note", wrap=True)
        box.addWidget(self.on)
        self.figures = [Figure("perplexity"), Figure("signs right")]
        box.addWidget(row(self.figures[0], self.figures[1], None, gap=24))
        self.scale = PerplexityScale()
        box.addWidget(self.scale)
        self.why, self.words = label("", "caption", wrap=True), label("", "caption", wrap=True)
        box.addWidget(self.words)
        box.addWidget(self.why)
        box.addStretch(1)

    def show_record(self, record: Record, signs: int) -> None:
        """Show the newest validation, or the test once there is one."""
        unit = record.called.unit
        if record.tested is not None and record.tested.loss is not None:
            loss, right, count, part = record.tested.loss, record.tested.accuracy, record.tested.samples, "Test"
        elif record.validated:
            newest = record.validated[-1]
            loss, right, count, part = newest.loss, newest.accuracy, newest.samples, "Validation"
        else:
            self.on.setText("The first numbers come soon after the start.")
            self.scale.show_value(None, signs)
            for figure in self.figures:
                figure.show_value("–")
            for text in (self.why, self.words):
                text.setText("")
            return
        value = perplexity(loss)
        self.on.setText(f"{part}, {number(count)} {unit}s, step {number(record.step)}")
        self.figures[0].show_value(number(value, 2), why_perplexity(loss, signs))
        self.figures[1].show_value(percent(right), f"Of all signs, the share that the network holds most likely: "
                                                   f"{percent(right)}")  # fmt: skip
        self.scale.show_value(value, signs)
        self.words.setText(
            f"At each sign the network is as undecided as between {number(value, 1)} signs that are equally likely."
        )
        self.why.setText(why_perplexity(loss, signs))
