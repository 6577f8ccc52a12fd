"""How the panel's parts share the room: all pictures grow with the window.

wide                                          narrow
┌────────┬──────────────┬──────────────┐      ┌────────┬────────────┐
│  pad   │  bars        │ steps  2 × 2 │      │  pad   │  bars      │
│ tools  │  arithmetic  │              │      │ tools  │ arithmetic │
├────────┴──────────────┴──────────────┤      ├────────┴────────────┤
│  inside, layer by layer              │      │  steps in one row   │
└──────────────────────────────────────┘      │  inside             │
                                              └─────────────────────┘

In a window still narrower all stand below one another.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.app.predict.answer import STRIP, Answer
from explorer.app.predict.inside import Inside
from explorer.app.predict.steps import Steps
from explorer.app.theme import look
from explorer.app.widgets.bars import LEAST
from explorer.app.widgets.pad import Pad
from explorer.app.widgets.text import Head

NARROW = 760
"""Below this width, in pixels at scale 1, the steps stand below the pad."""

SINGLE = 520
"""Below this width, in pixels at scale 1, the bars stand below the pad, too."""

HEAD, BELOW_HEAD, TOOLS, BELOW_PAD, GAP, COLUMN = 24, 8, 32, 12, 24, 32
LEAST_TOP = HEAD + BELOW_HEAD + 10 * LEAST + 8 + STRIP
"""Least height of ten bars and their arithmetic."""


class Desk(QWidget):
    """Holds the four parts with their heads, and arranges them."""

    def __init__(
        self,
        pad: tuple[QWidget, Pad, QWidget],
        answer: Answer,
        steps: tuple[Head, Steps],
        inside: tuple[Head, Inside],
        parent: QWidget | None = None,
    ) -> None:
        """`pad` comes with what stands above and below it, `steps` and `inside` with their heads."""
        super().__init__(parent)
        self._pad_head, self._pad, self._tools = pad
        self._answer = answer
        self._steps_head, self._steps = steps
        self._inside_head, self._inside = inside
        for part in (*pad, answer, *steps, *inside):
            part.setParent(self)
        self._fit()

    def _fit(self) -> None:
        """Claim the least height that nothing is cut off in."""
        px = look(self).px
        least = self._least_top() + px(GAP) + px(HEAD + BELOW_HEAD) + self._inside.least_height(self.width())
        if self._single:
            least += self._pad_height(self._least_side()) + px(GAP)
        if self._narrow:
            side = self._steps.side_for(self.width(), px(1000)) if self.width() else px(140)
            least += px(GAP) + px(HEAD + BELOW_HEAD) + self._steps.height_for(side)
        self.setMinimumHeight(least)
        self.setMinimumWidth(self._tools.minimumSizeHint().width())

    def _least_side(self) -> int:
        """The least side of the pad: its buttons need their words."""
        reach = 0 if self._single else look(self).px(COLUMN - 8)  # they may reach into the gap
        return self._tools.minimumSizeHint().width() - reach

    def _pad_height(self, side: int) -> int:
        """The height of the pad with its head and its buttons."""
        return look(self).px(HEAD + BELOW_HEAD + BELOW_PAD + TOOLS) + side

    def _least_top(self) -> int:
        """The least height of the bars, and of the pad where it stands beside them."""
        least = look(self).px(LEAST_TOP)
        return least if self._single else max(least, self._pad_height(self._least_side()))

    @property
    def _single(self) -> bool:
        return self.width() < look(self).px(SINGLE)

    @property
    def _narrow(self) -> bool:
        return self.width() < look(self).px(NARROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.arrange()

    def arrange(self) -> None:
        """Give every part its place."""
        self._steps.set_columns(4 if self._narrow else 2)
        self._fit()
        px = look(self).px
        head, start = px(HEAD), px(HEAD + BELOW_HEAD)
        below_pad = px(BELOW_PAD + TOOLS)
        width, height = self.width(), max(self.height(), self.minimumHeight())
        rest = px(GAP) + start + self._inside.least_height(width)
        steps_side = 0
        if self._narrow:
            steps_side = self._steps.side_for(width, px(1000))
            rest += px(GAP) + start + self._steps.height_for(steps_side)
        # The lower part grows too, but the pad comes first.
        upper = max(self._least_top(), height - max(rest, round(0.32 * height)))
        share = 0.5 if self._narrow else 0.37
        side = min(upper - start - below_pad, round(share * width) - px(COLUMN) // 2)
        side = max(side, self._least_side())
        upper = max(px(LEAST_TOP), start + side + below_pad)
        top = 0  # of the bars
        if self._single:
            top = upper = start + side + below_pad + px(GAP)
            upper += px(LEAST_TOP)

        self._pad_head.setGeometry(0, 0, side, head)
        self._pad.setGeometry(0, start, side, side)
        wide = max(side, min(self._tools.sizeHint().width(), side + px(COLUMN - 8)))
        self._tools.setGeometry(0, start + side + px(BELOW_PAD), wide, px(TOOLS))
        left = 0 if self._single else side + px(COLUMN)
        right = width
        y = upper + px(GAP)
        if self._narrow:
            self._steps_head.setGeometry(0, y, width, head)
            tall = self._steps.height_for(steps_side)
            self._steps.setGeometry(0, y + start, width, tall)
            y += start + tall + px(GAP)
        else:
            picture = self._steps.side_for(round(0.29 * width), upper - start)
            wide = self._steps.width_for(picture)
            right = width - wide - px(COLUMN)
            self._steps_head.setGeometry(width - wide, 0, wide, head)
            self._steps.setGeometry(QRect(width - wide, start, wide, upper - start))
        self._answer.setGeometry(left, top, right - left, upper - top)
        self._inside_head.setGeometry(0, y, width, head)
        self._inside.setGeometry(0, y + start, width, height - y - start)
