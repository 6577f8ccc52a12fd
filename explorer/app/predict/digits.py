"""The page Digits: draw a digit, and see what a trained network makes of it while you draw.

The pen moves → (at most once in FRAME ms) → frame the ink → ask the model → bars, arithmetic, maps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QSlider, QWidget

from explorer.app.opener import Opener
from explorer.app.predict.answer import Answer
from explorer.app.predict.desk import Desk
from explorer.app.predict.inside import Inside
from explorer.app.predict.page import Page
from explorer.app.predict.reader import Reader
from explorer.app.predict.showcase import states
from explorer.app.predict.steps import Steps
from explorer.app.predict.why import CellExplainer
from explorer.app.theme import sized
from explorer.app.widgets.pad import WIDTH, Pad
from explorer.app.widgets.text import Head, button, label, row
from explorer.app.workspace import Workspace
from explorer.learn.framing import Framing, frame

if TYPE_CHECKING:
    from explorer.app.predict.probe import Maps, Reading

FRAME = 4
"""Least milliseconds between two predictions: still more often than a screen shows them."""

MAPS = 80
"""Milliseconds after a prediction in which the maps follow."""

PICTURES = "Pictures (*.png *.jpg *.jpeg *.gif *.bmp *.webp *.tif *.tiff);;All files (*)"


class DigitsPage(Page):
    """Draw on the pad, read the bars, look at what the network gets and at what happens inside."""

    name, title, asks, kind = "digits", "Digits", "Draw a digit", "pictures"
    calm = "The answer follows the pen. Nothing you draw leaves this computer."

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        reader = Reader()
        super().__init__(workspace, reader, parent)
        self.reader = reader
        self.framing: Framing | None = None
        self._blank: tuple[Maps, ...] = ()
        self._asked_at = 0.0
        self.opener = Opener(self)
        self.pad = Pad("Draw a digit here")
        self.answer, self.steps, self.inside = Answer(), Steps(), Inside()
        self.cells = CellExplainer(self.reader, self.answer, self.inside, self)
        self._lay_out()
        self._actions = self._make_actions()
        self._ask, self._follow = QTimer(self), QTimer(self)
        for timer, does in ((self._ask, self.predict_now), (self._follow, self.show_maps_now)):
            timer.setSingleShot(True)
            timer.timeout.connect(does)
        self.setAcceptDrops(True)
        self.pad.changed.connect(self._drawn)
        self.reader.answered.connect(self._answered)
        self.opener.found.connect(self._picture_found)
        self.opener.refused.connect(lambda why: self.say(why, warning=True))
        self.answer.linked.connect(workspace.wanted)
        self.begin()

    # Parts.

    def _lay_out(self) -> None:
        self.pen = QSlider(Qt.Orientation.Horizontal)
        self.pen.setRange(2, 14)
        self.pen.setValue(round(100 * WIDTH))
        self.pen.setAccessibleName("Pen width, in percent of the pad")
        self.pen.valueChanged.connect(self._set_pen)
        sized(self.pen, wide=72, tall=20)
        pen = label("Pen 6 %", "note")
        self._pen_words = pen
        pad_head = row(
            Head("Your drawing",
                "Draw with the mouse, a pen or a finger. With the keyboard: arrow keys move the pen, Space puts it "
                "down and lifts it. You can also drop, paste or open a picture of a digit.",
            ),
            pen, self.pen,
        )  # fmt: skip
        self.undo_button = button("Undo stroke", self.pad.undo, tip="Take back the last stroke (Backspace)")
        self.clear_button = button("Clear", self.pad.clear, tip="Begin anew (Delete)")
        self.open_button = button(
            "Open picture",
            self._open,
            role="quiet",
            tip="Open a picture of a digit; or drop it here, or paste it (Ctrl+V)",
        )
        tools = row(self.clear_button, self.undo_button, self.open_button, None)

        steps_head = Head(
            "What the network gets",
            "The network learnt from digits that were cut out, scaled to 20×20 pixels and moved so that their centre "
            "of mass is in the middle of 28×28. Your drawing goes the same way. Point at a pixel of the last picture "
            "to read the number that enters the network.",
        )
        self._inside_head = Head(
            "Inside, layer by layer",
            "What leaves each convolution, pooling and linear layer for your drawing: one small picture a map, one "
            "cell a unit of a linear layer; the last one's cells are the logits. Blue is negative, orange positive; "
            "the scale below each layer is its own. Point at a cell to read it, click it to see where it comes from.",
        )
        self.inside.pointed.connect(self._inside_head.set_caption)
        self.desk = Desk(
            (pad_head, self.pad, tools), self.answer, (steps_head, self.steps), (self._inside_head, self.inside)
        )
        self.body.addWidget(self.desk, 1)
        chain = [
            self.models, self.pad, self.pen, self.clear_button, self.undo_button, self.open_button,
            self.answer.bars, self.answer.strip, self.steps.pixels,
        ]  # fmt: skip
        for one, following in pairwise(chain):
            QWidget.setTabOrder(one, following)

    def _make_actions(self) -> tuple[QAction, ...]:
        return (
            self.action("Undo stroke", self.pad.undo, "Backspace"),
            self.action("Redo stroke", self.pad.redo, "Shift+Backspace"),
            self.action("Clear the pad", self.pad.clear, "Delete"),
            self.action("Paste a picture", self.paste, "Ctrl+V"),
        )

    # What the window asks.

    def menu_actions(self) -> tuple[QAction, ...]:
        return self._actions

    def hint(self) -> str:
        return "Backspace undo stroke · Delete clear · Ctrl+V paste a picture"

    def tour(self) -> Iterator[str]:
        return states(self)

    def close_down(self) -> None:
        for timer in (self._ask, self._follow):
            timer.stop()
        self.answer.bars.settle()
        self.reader.stop()
        self.opener.stop()

    def settle(self) -> None:
        """Bring everything up to what is drawn, now."""
        self.predict_now()
        self.reader.wait()
        self.answer.bars.settle()
        self.show_maps_now()

    # The model.

    def model_changed(self) -> None:
        probe = self.reader.probe
        if probe is not None:
            self.steps.set_normalised(probe.mean, probe.std)
            self._blank = probe.layers
        self.predict_now()
        self.show_maps_now()
        self.desk.arrange()

    # From the pen to the bars.

    def _drawn(self) -> None:
        """Something was drawn: predict soon, however often this is called until then."""
        if self.notice.property("role") == "warning":
            self.say("")
        if not self._ask.isActive():
            since = 1000 * (time.perf_counter() - self._asked_at)
            self._ask.start(max(0, round(FRAME - since)))

    def predict_now(self) -> None:
        """Frame what is drawn and ask the model."""
        self._ask.stop()
        self.framing = None if self.pad.drawing.empty else frame(self.pad.ink())
        self.steps.show_framing(self.framing)
        self.undo_button.setEnabled(self.pad.can_undo)
        self.clear_button.setEnabled(not self.pad.drawing.empty)
        if self.framing is None:
            self.reader.forget()
        if self.framing is None or self.reader.probe is None:
            self.show_state()
            self._follow_soon()
        else:
            self.reader.ask(self.framing.pixels)
        self._asked_at = time.perf_counter()

    def _answered(self, reading: Reading) -> None:
        self.answer.show_reading(
            reading, "Click a bar, or a cell below. The arithmetic behind its number appears here."
        )
        self.cells.follow()
        self._follow_soon()

    def _follow_soon(self) -> None:
        if not self._follow.isActive():
            self._follow.start(MAPS)

    def show_maps_now(self) -> None:
        """Bring the maps up to the last answer."""
        self._follow.stop()
        reading = self.answer.reading
        self.inside.show_layers(reading.maps if reading else self._blank)

    def show_state(self) -> None:
        if self.answer.reading is not None and self.framing is not None and self.reader.probe is not None:
            return
        self.answer.show_reading(
            None, self.state or "Nothing is drawn yet. The ten probabilities follow your first stroke."
        )

    def _set_pen(self, percent: int) -> None:
        self.pad.pen_width = percent / 100
        self._pen_words.setText(f"Pen {percent} %")

    # Pictures.

    def _open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a picture of a digit", "", PICTURES)
        if path:
            self.opener.open_path(Path(path))

    def paste(self) -> None:
        """Read the picture on the clipboard."""
        self.opener.open_mime(QGuiApplication.clipboard().mimeData())

    def _picture_found(self, ink: object) -> None:
        self.say("")
        self.pad.show_picture(ink)  # type: ignore[arg-type]

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if Opener.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.opener.open_mime(event.mimeData())
        event.acceptProposedAction()
