"""What the network really gets: the drawing on its way to 28×28 pixels, step by step.

┌─────────┐ ┌─────────┐
│  drawn  │ │ cropped │
└─────────┘ └─────────┘
┌─────────┐ ┌─────────┐
│  20×20  │ │  28×28  │  ← point at a pixel to read it
└─────────┘ └─────────┘
row 12, column 9: 214 of 255
(214/255 − 0.1307)/0.3081 = 2.30
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.app.theme import look
from explorer.app.widgets.pixels import PixelView
from explorer.app.widgets.text import label
from explorer.arch.text import number
from explorer.learn.framing import Framing

CAPTIONS = ("1  your drawing", "2  cropped", "3  20×20 box", "4  28×28, centred")
BOX, SIDE = 20, 28
CAPTION, GAP, READOUT = 26, 16, 40
"""Heights in pixels at scale 1: a caption below its picture, a gap, the two lines that read a pixel."""


class Steps(QWidget):
    """Four pictures of equal size, and the value of the pixel that is pointed at. `read` is sent with its text."""

    read = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.views = [PixelView(caption[3:], reads=index == 3, parent=self) for index, caption in enumerate(CAPTIONS)]
        self._captions = [label(caption, "caption") for caption in CAPTIONS]
        self.readout = label("", "caption", wrap=True)
        for words in (*self._captions, self.readout):
            words.setParent(self)
        self._columns = 2
        self._normalised: tuple[float, float] | None = None
        self.pixels = self.views[3]
        self.pixels.pointed.connect(lambda *_: self._say())
        self._say()

    def set_columns(self, columns: int) -> None:
        """Two pictures or four beside one another."""
        self._columns = columns
        self._arrange()

    def set_normalised(self, mean: float, std: float) -> None:
        """How the chosen network's input is made from a pixel in 0…1."""
        self._normalised = (mean, std)
        self._say()

    def show_framing(self, framing: Framing | None) -> None:
        """Show a drawing's way; `None` for an empty one."""
        if framing is None:
            for view in self.views:
                view.show_pixels(None)
        else:
            edge = (SIDE - BOX) // 2
            self.views[0].show_pixels(framing.raw, framing.box)
            self.views[1].show_pixels(framing.cropped)
            self.views[2].show_pixels(framing.centred, (edge, edge, edge + BOX, edge + BOX))
            self.views[3].show_pixels(framing.pixels)
        self._say()

    def _say(self) -> None:
        pixels, at = self.pixels.pixels, self.pixels.at
        if pixels is None:
            words = "Each step of the way to the network appears here."
        elif at is None:
            words = "Point at a pixel of picture 4 to read what enters the network."
        else:
            value = int(pixels[at])
            words = f"row {at[0] + 1}, column {at[1] + 1}: {value} of 255"
            if self._normalised:
                mean, std = self._normalised
                entering = number((value / 255 - mean) / std, 3)
                words += f"\n({value}/255 − {mean:g}) / {std:g} = {entering}"
        self.readout.setText(words)
        self.read.emit(words)

    # Geometry.

    def side_for(self, width: int, height: int) -> int:
        """The side of a picture where the whole has this room."""
        px, rows = look(self).px, 4 // self._columns
        across = (width - (self._columns - 1) * px(GAP)) // self._columns
        down = (height - px(READOUT) - px(4)) // rows - px(CAPTION) - (rows - 1) * px(4) // rows
        return max(px(48), min(across, down))

    def width_for(self, side: int) -> int:
        """The width of the whole with pictures of this side."""
        return self._columns * side + (self._columns - 1) * look(self).px(GAP)

    def height_for(self, side: int) -> int:
        """The height of the whole with pictures of this side."""
        px, rows = look(self).px, 4 // self._columns
        return rows * (side + px(CAPTION)) + (rows - 1) * px(4) + px(4) + px(READOUT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        px = look(self).px
        side = self.side_for(self.width(), self.height())
        for index, (view, caption) in enumerate(zip(self.views, self._captions, strict=True)):
            x = (index % self._columns) * (side + px(GAP))
            y = (index // self._columns) * (side + px(CAPTION) + px(4))
            view.setGeometry(x, y, side, side)
            caption.setGeometry(x, y + side, side + px(GAP) // 2, px(CAPTION))
        below = self.height_for(side) - px(READOUT)
        self.readout.setGeometry(QRect(0, below, self.width(), px(READOUT)))
