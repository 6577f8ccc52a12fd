"""How what is typed becomes letters that the network reads: sign by sign, with every change and every gap marked."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.predict.names.words import shown
from explorer.app.theme import Look, look
from explorer.arch.text import plural
from explorer.learn.letters import Folded, Sign

HEIGHT = 26
"""In pixels at scale 1."""


def words_of(sign: Sign) -> str:
    """A sign and what becomes of it: `é → e`, `ж: not read`, or itself."""
    if not sign.known:
        return f"{sign.typed}: not read"
    return f"{sign.typed} → {sign.folded}" if sign.typed != sign.folded else shown(sign.typed)


def sentence(word: Folded | None) -> str:
    """All of it in words."""
    if word is None or not word.signs:
        return ""
    odd = [words_of(sign) for sign in dict.fromkeys(word.signs) if not sign.known or sign.typed != sign.folded]
    read = f"{plural(len(word.text), 'letter')} read"
    return f"{read}; {', '.join(odd)}." if odd else f"{read}."


class Spelt(QWidget):
    """One line of signs; what does not fit is in the tooltip and in the accessible text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word: Folded | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("How the name is read")

    @property
    def text(self) -> str:
        """What is said, in words."""
        return sentence(self._word)

    def show_word(self, word: Folded | None) -> None:
        """Show a word, or nothing."""
        self._word = word
        self.setAccessibleDescription(self.text)
        remark = word.remark if word else ""
        self.setToolTip(f"<p>{self.text} {remark}</p>" if word and word.signs else "")
        self.update()

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(200), px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        word = self._word
        if word is None or not word.signs:
            return
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at, gap = 0.0, style.px(4)
        note = style.font(12)
        tail = f"{plural(len(word.text), 'letter')} read" + (", the rest is cut" if word.cut else "")
        end = self.width() - QFontMetricsF(note).horizontalAdvance(tail) - style.px(28)
        for sign in word.signs:
            wide = self._wide(style, sign)
            if at + wide > end:
                painter.setPen(style.colour("second"))
                painter.setFont(style.font(13, mono=True))
                painter.drawText(QRectF(at, 0, style.px(20), self.height()), Qt.AlignmentFlag.AlignVCenter, "…")
                at += style.px(20)
                break
            self._paint(painter, style, sign, QRectF(at, style.px(2), wide, self.height() - style.px(4)))
            at += wide + gap
        painter.setFont(note)
        painter.setPen(style.colour("warning" if word.cut else "second"))
        box = QRectF(at + style.px(6), 0, self.width() - at, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, tail)

    def _wide(self, style: Look, sign: Sign) -> float:
        metrics = QFontMetricsF(style.font(13, mono=True))
        return metrics.horizontalAdvance(words_of(sign)) + style.px(10)

    def _paint(self, painter: QPainter, style: Look, sign: Sign, box: QRectF) -> None:
        changed = sign.typed != sign.folded
        ground = "warning_wash" if not sign.known else "wash" if changed else "surface"
        edge = "warning" if not sign.known else "accent" if changed else "line"
        painter.setBrush(style.colour(ground))
        painter.setPen(style.colour(edge))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), style.px(4), style.px(4))
        painter.setFont(style.font(13, mono=True))
        painter.setPen(style.colour("warning" if not sign.known else "ink"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words_of(sign))
