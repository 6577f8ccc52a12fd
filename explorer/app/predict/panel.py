"""The Predict panel: draw a digit, and see what a trained network makes of it while you draw.

The pen moves → (at most once in FRAME ms) → frame the ink → ask the model → bars, arithmetic, maps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFileDialog, QSizePolicy, QSlider, QVBoxLayout, QWidget

from explorer.app.icons import Icon
from explorer.app.opener import Opener
from explorer.app.panel import Panel
from explorer.app.predict.answer import Answer
from explorer.app.predict.desk import NARROW, Desk
from explorer.app.predict.inside import Inside
from explorer.app.predict.models import Choice, choice, choices
from explorer.app.predict.reader import Reader
from explorer.app.predict.showcase import states
from explorer.app.predict.steps import Steps
from explorer.app.predict.why import CellExplainer
from explorer.app.theme import look, sized
from explorer.app.widgets.pad import WIDTH, Pad
from explorer.app.widgets.text import Head, button, column, label, row, scrolled, style_again
from explorer.app.workspace import Workspace
from explorer.learn.framing import Framing, frame

if TYPE_CHECKING:
    from explorer.app.predict.probe import Maps, Reading

FRAME = 4
"""Least milliseconds between two predictions: still more often than a screen shows them."""

MAPS = 80
"""Milliseconds after a prediction in which the maps follow."""

MODELS = 320
"""Width of the list of models in pixels at scale 1."""

PICTURES = "Pictures (*.png *.jpg *.jpeg *.gif *.bmp *.webp *.tif *.tiff);;All files (*)"

CALM = "The answer follows the pen. Nothing you draw leaves this computer."


class PredictPanel(Panel):
    """Draw on the pad, read the bars, look at what the network gets and at what happens inside."""

    name, title, icon = "predict", "Predict", Icon.PREDICT

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._choices: tuple[Choice, ...] = ()
        self._others: list[Path] = []
        self._offered: set[Path] = set()
        self.framing: Framing | None = None
        self._blank: tuple[Maps, ...] = ()
        self._asked_at = 0.0
        self.reader, self.opener = Reader(self), Opener(self)
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
        self.reader.changed.connect(self._model_changed)
        self.opener.found.connect(self._picture_found)
        self.opener.refused.connect(lambda why: self._say(why, warning=True))
        self.answer.linked.connect(workspace.wanted)
        workspace.torch_changed.connect(self._torch_changed)
        workspace.run_changed.connect(self._run_changed)
        self._show_state()

    # Parts.

    def _lay_out(self) -> None:
        self.notice = label(CALM, "caption", wrap=True)
        self.notice.linkActivated.connect(self._link)
        self.models = QComboBox()
        self.models.setAccessibleName("The network that reads")
        sized(self.models, wide=MODELS)
        self.models.activated.connect(lambda index: self.choose(Path(self.models.itemData(index))))
        words = column(label("Draw a digit", "title"), self.notice, gap=4)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(12)
        self._top.addWidget(words, 1)
        self._top.addWidget(row(label("Read by", "caption"), self.models, None, gap=12))
        top = QWidget()
        top.setLayout(self._top)
        self._top.setContentsMargins(0, 0, 0, 0)

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
        stage = column(top, self.desk, gap=12, margins=(32, 24, 32, 8))
        layout = stage.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.setStretch(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(stage, across=True))
        chain = [
            self.models, self.pad, self.pen, self.clear_button, self.undo_button, self.open_button,
            self.answer.bars, self.answer.strip, self.steps.pixels,
        ]  # fmt: skip
        for one, following in pairwise(chain):
            QWidget.setTabOrder(one, following)

    def _make_actions(self) -> tuple[QAction, ...]:
        def action(text: str, does: object, *keys: str) -> QAction:
            made = QAction(text, self)
            made.setShortcuts([QKeySequence(key) for key in keys])
            made.triggered.connect(lambda *_: does())  # type: ignore[operator]
            return made

        return (
            action("Undo stroke", self.pad.undo, "Backspace"),
            action("Redo stroke", self.pad.redo, "Shift+Backspace"),
            action("Clear the pad", self.pad.clear, "Delete"),
            action("Paste a picture", self.paste, "Ctrl+V"),
        )

    # What the window asks.

    def heading(self) -> tuple[str, str]:
        probe = self.reader.probe
        if probe is None:
            return self.title, "no network yet"
        found = choice(probe.model.folder)
        return probe.model.network.name, found.state if found else ""

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

    def choose(self, folder: Path) -> None:
        """Read with the model in this folder."""
        if self.workspace.torch:
            self.reader.load(folder)
        self._show_state()

    def refresh_models(self) -> None:
        """Look again which models there are, and load one if none is."""
        self._choices = choices(self.workspace.runs_folder, self._others)
        self._show_choices()
        if self._choices and self.workspace.torch and self.reader.probe is None and not self.reader.busy:
            self.choose(self._choices[0].folder)
        self._show_state()

    def _show_choices(self) -> None:
        chosen = self.reader.folder
        self.models.blockSignals(True)
        self.models.clear()
        for index, one in enumerate(self._choices):
            self.models.addItem(one.title, str(one.folder))
            self.models.setItemData(index, one.about, Qt.ItemDataRole.ToolTipRole)
            if one.folder == chosen:
                self.models.setCurrentIndex(index)
        if not self._choices:
            self.models.addItem("no trained network yet")
        self.models.setEnabled(bool(self._choices))
        self.models.blockSignals(False)

    def _torch_changed(self) -> None:
        if self.isVisible():
            self.refresh_models()
        self._show_state()

    def _run_changed(self, folder: Path) -> None:
        """A run has new weights: read with them if it is chosen; offer it when it is new."""
        folder = folder.resolve()
        found = choice(folder)
        if found is None:
            return
        if folder.parent != self.workspace.runs_folder.resolve() and folder not in self._others:
            self._others.append(folder)
        if folder == self.reader.folder:
            self.choose(folder)
        elif folder not in self._offered:
            self._offered.add(folder)
            if self.isVisible() or self.reader.busy:
                title = escape(found.title)
                self._say(f'{title}, is trained. <a href="{escape(str(folder))}">Read with it</a>')
            else:  # it was trained in another panel: who comes here next wants to try it
                self.choose(folder)
        self._choices = choices(self.workspace.runs_folder, self._others)
        self._show_choices()

    def _link(self, target: str) -> None:
        self._say("")
        self.choose(Path(target))

    def _model_changed(self) -> None:
        probe = self.reader.probe
        if probe is not None and not self.reader.loading:
            self.steps.set_normalised(probe.mean, probe.std)
            self._blank = probe.layers
        if self.reader.problem:
            self._say(self.reader.problem, warning=True)
        self._show_choices()
        self._show_state()
        if not self.reader.loading:
            self.predict_now()
            self.show_maps_now()
            self.desk.arrange()
            self.heading_changed.emit()

    # From the pen to the bars.

    def _drawn(self) -> None:
        """Something was drawn: predict soon, however often this is called until then."""
        if self.notice.property("role") == "warning":
            self._say("")
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
            self._show_state()
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

    def _show_state(self) -> None:
        """Say in the answer's place why there is none."""
        if self.answer.reading is not None and self.framing is not None and self.reader.probe is not None:
            return
        if self.workspace.torch_error:
            words = escape(self.workspace.torch_error)
        elif not self.workspace.torch:
            words = "Loading PyTorch…"
        elif self.reader.loading:
            words = "Loading the network…"
        elif self.reader.probe is None and not self._choices:
            words = 'There is no trained network yet. <a href="train">Train one</a>, then choose it above.'
        elif self.reader.probe is None:
            words = "Choose a network above."
        else:
            words = "Nothing is drawn yet. The ten probabilities follow your first stroke."
        self.answer.show_reading(None, words)

    def _say(self, words: str, warning: bool = False) -> None:
        """Say something in the line below the title; nothing brings its usual words back."""
        role = "warning" if warning else "caption"
        self.notice.setTextFormat(Qt.TextFormat.PlainText if warning else Qt.TextFormat.RichText)
        self.notice.setText(words or CALM)
        if self.notice.property("role") != role:
            self.notice.setProperty("role", role)
            style_again(self.notice)

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
        self._say("")
        self.pad.show_picture(ink)  # type: ignore[arg-type]

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if Opener.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.opener.open_mime(event.mimeData())
        event.acceptProposedAction()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_top"):
            self._arrange()

    def _arrange(self) -> None:
        """In a narrow window the list of models stands below the title."""
        narrow = self.width() < look(self).px(NARROW)
        self._top.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh_models()
