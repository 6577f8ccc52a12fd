"""The middle: the state in a sentence, the buttons, what is wrong, and the two plots.

┌────────────────────────────────────────┐
│ Epoch 4 of 5       Pause  Stop Restart │
│ step 3 310 · 13 200 images/s · …       │
│ ━━━━━━━━━━━━━━━━━━━━━━━━━───────────── │
│ (notices)                              │
│ loss                                   │
│ accuracy, or of texts perplexity       │
│ of words: what was asked on the way    │
└────────────────────────────────────────┘
"""

from __future__ import annotations

from math import log

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from explorer.app.theme import look, sized
from explorer.app.train.called import Called
from explorer.app.train.curve import Curve
from explorer.app.train.log import AskedLog
from explorer.app.train.notice import Notice
from explorer.app.train.record import Record, Tried
from explorer.app.train.words import Phase, Words
from explorer.app.widgets.plot import LivePlot
from explorer.app.widgets.text import button, label
from explorer.app.widgets.ticks import brief
from explorer.arch.text import THIN, UNBROKEN, number, plural
from explorer.explain.metrics import perplexity

POINTS = 400
"""Most validation points drawn."""

LOSS = (
    "The cross-entropy: minus the natural logarithm of the probability that the network gives to the right class, "
    "averaged. 0 is perfect; guessing gives each of K classes 1/K, and so −ln(1/K) = ln K. The pale line "
    "is each batch, the strong one a running average over up to 50 steps, the circles are the validation data. "
    "Where a step is one sample, there is only the strong line: the mean of each 1 000 samples."
)
ACCURACY = (
    "How many of 100 are read right: pale in each batch, strong as a running average over up to 50 steps, "
    "circles on the validation data. If training goes on rising and validation does not, the network learns its "
    "samples by heart. Where a step is one sample, the line is the mean of each 1 000 samples."
)
PERPLEXITY = (
    "exp of the loss: between how many signs the network is undecided on average. 1: the right sign is always "
    "certain. The number of signs: the network knows nothing, all are equally likely to it."
)


class Thread(QWidget):
    """A thin line that fills from left to right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.share: float | None = None
        sized(self, tall=4)

    def show_share(self, share: float | None) -> None:
        """How much is done, 0…1; `None` leaves the line empty."""
        if share != self.share:
            self.share = share
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box, radius = QRectF(self.rect()), self.height() / 2
        painter.setBrush(style.colour("line"))
        painter.drawRoundedRect(box, radius, radius)
        if self.share:
            painter.setBrush(style.colour("accent"))
            painter.drawRoundedRect(
                QRectF(0, 0, max(box.width() * self.share, box.height()), box.height()), radius, radius
            )


class Stage(QWidget):
    """Shows a record; its buttons only tell what is wanted, by name."""

    wanted = Signal(str)
    """`train`, `toggle` (pause or resume), `stop`, `restart` or `continue`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        box.setContentsMargins(32, 20, 32, 12)
        box.setSpacing(8)
        self.title, self.caption = label("", "title", wrap=True), label("", "caption", wrap=True)
        sentence = QVBoxLayout()
        sentence.setSpacing(2)
        sentence.addWidget(self.title)
        sentence.addWidget(self.caption)
        self.buttons = {
            "train": button("Train", role="primary"),
            "continue": button("Continue"),
            "toggle": button("Pause"),
            "stop": button("Stop"),
            "restart": button("Restart", tip="Stop, and begin anew with the settings on the left"),
        }
        row = QHBoxLayout()
        row.setSpacing(8)
        for name, made in self.buttons.items():
            made.clicked.connect(lambda *_, name=name: self.wanted.emit(name))
            row.addWidget(made)
        row.addStretch(1)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top.setSpacing(12)
        self._top.addLayout(sentence, 1)
        self._top.addLayout(row)
        self._top.setAlignment(row, Qt.AlignmentFlag.AlignTop)
        box.addLayout(self._top)
        self.thread_line = Thread()
        box.addWidget(self.thread_line)
        self.misfit, self.trouble, self.note = Notice(True), Notice(True), Notice(False)
        for notice in (self.misfit, self.trouble, self.note):
            box.addWidget(notice)
        box.addSpacing(4)
        self.loss = LivePlot("Loss", LOSS, "mean of −ln p(true class), nats", switch="Log")
        self.loss.switch.setToolTip("Show the loss on a logarithmic scale")
        self.accuracy = LivePlot("Accuracy", ACCURACY, "images read right", " %", ceiling=100.0, switch="Close-up")
        self.accuracy.switch.setToolTip("Show only the part that the curves have reached")
        self.perplexity = LivePlot("Perplexity", PERPLEXITY, "exp(loss), signs", switch="Log")
        self.perplexity.switch.setToolTip("Show the perplexity on a logarithmic scale")
        plots = QVBoxLayout()
        plots.setSpacing(8)
        for plot in (self.loss, self.accuracy, self.perplexity):
            plot.pointed.connect(self._point)
            plots.addWidget(plot, 1)
        self.log = AskedLog()
        self._middle = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._middle.setSpacing(8)
        self._middle.addLayout(plots, 1)
        self._middle.addWidget(self.log)
        box.addLayout(self._middle, 1)
        for hidden in (self.perplexity, self.log):
            hidden.hide()
        self._record, self._drawn = Record(), False

    def show_words(self, words: Words, phase: Phase, can_train: bool, can_continue: bool, why: str = "") -> None:
        """Say the state, and offer what it allows; `why` is the arithmetic behind the caption's numbers."""
        self.caption.setToolTip(why)
        self.caption.setAccessibleDescription(why)
        for part, text in ((self.title, words.title), (self.caption, words.caption)):
            whole = text.replace(THIN, UNBROKEN)  # numbers stay on one line
            if part.text() != whole:
                part.setText(whole)
        self.thread_line.show_share(words.share)
        idle = not phase.busy
        running = phase in (Phase.RUNNING, Phase.PAUSED)
        for name, there in (
            ("train", idle), ("continue", idle and can_continue), ("toggle", running),
            ("stop", running or phase is Phase.STARTING), ("restart", running),
        ):  # fmt: skip
            self.buttons[name].setVisible(there)
        self.buttons["train"].setEnabled(can_train)
        self.buttons["restart"].setEnabled(can_train)
        self.buttons["toggle"].setText("Resume" if phase is Phase.PAUSED else "Pause")

    def show_record(self, record: Record, steps: int, per_epoch: int, classes: int, of: Called) -> None:
        """Draw a run; `steps` and `per_epoch` say how long it is, or will be, `of` what its data are."""
        self._record = record
        text = of.kind == "text"
        self.accuracy.setVisible(not text)
        self.perplexity.setVisible(text)
        self.log.setVisible(of.kind == "words")
        marks = [
            (float(per_epoch * (k + 1)), f"epoch {number(k + 1)}")
            for k in range(min(steps // max(1, per_epoch), 10_000))
        ]
        for plot in (self.loss, self.accuracy, self.perplexity):
            plot.set_span(steps, marks)
        self._show_guides(classes, of)
        if not len(record.loss) and not record.validated and not self._drawn:
            return
        self._drawn = bool(len(record.loss) or record.validated)
        seen = record.validated[:: max(1, len(record.validated) // POINTS)]
        at = [event.step for event in seen]
        loss, accuracy = record.loss, record.accuracy
        # A step of one sample is right or wrong: only means are worth a line.
        raw = not loss.block
        self.loss.show_data(loss.raw() if raw else ((), ()), loss.smooth(), (at, [e.loss for e in seen]))
        if text:
            where, losses = loss.smooth()
            # Beyond, a perplexity is no number that one could draw.
            values = np.exp(np.minimum(losses, 300.0))
            self.perplexity.show_data(((), ()), (where, values), (at, [perplexity(e.loss) for e in seen]))
        else:
            right = (at, [100 * e.accuracy for e in seen])
            self.accuracy.show_data(accuracy.raw() if raw else ((), ()), accuracy.smooth(), right)
        self.log.show_lines(record.asked, record.steps)

    def _show_guides(self, classes: int, of: Called) -> None:
        guess, share = number(log(classes), 2), f"{number(100 / classes, 0 if classes <= 50 else 1)} %"
        what = "signs" if of.kind == "text" else "classes"
        self.loss.set_guide(log(classes), f"guessing {guess}")
        self.accuracy.set_guide(100 / classes, f"guessing {share}")
        sign = "next sign" if of.kind == "text" else "true class"
        self.loss.head.set_caption(f"mean of −ln p({sign}), nats")
        self.accuracy.head.set_caption(f"{of.unit}s read right")
        self.perplexity.set_guide(float(classes), f"knows nothing: {number(classes)} signs")
        self.perplexity.set_floor(1.0, "perfect: 1")
        each = f"with {number(classes)} {what}, each guessed with 1/{number(classes)}"
        of_k = f"−ln(1/{number(classes)}) = ln {number(classes)} = {guess}"
        self.loss.head.setToolTip(f"guessing {guess}: {each}, the loss is {of_k}")
        self.accuracy.head.setToolTip(f"guessing {share}: {each}, 100/{classes} of 100 {of.unit}s are right")
        self.perplexity.head.setToolTip(f"{each}, the loss is {of_k} and the perplexity exp({guess}) = {classes}")

    def _point(self, step: float | None) -> None:
        """The read-out of one plot is that of both."""
        record = self._record
        if record.called.kind == "text":
            self._point_at_perplexity(step)
        for plot, curve, unit, scale in (
            (self.loss, record.loss, "", 1.0),
            (self.accuracy, record.accuracy, " %", 100.0),
        ):
            place = None if step is None else curve.at(step)
            if place is None:
                plot.point(None)
                continue
            lines = [f"step {number(place.step)}", *_lines(curve, place.step, unit, record)]
            seen = self._tried_near(place.step)
            if seen is not None:
                value = scale * (seen.accuracy if unit else seen.loss)
                right = f"{number(round(seen.accuracy * seen.samples))} of {number(seen.samples)}"
                source = right if unit else f"mean of {number(seen.samples)}"
                lines.append(f"validation {_value(value, unit)}, {source}")
            plot.point(place.step, lines)

    def _tried_near(self, step: int) -> Tried | None:
        record = self._record
        near = [v for v in record.validated if abs(v.step - step) <= record.steps / 60]
        return min(near, key=lambda v: abs(v.step - step)) if near else None

    def _point_at_perplexity(self, step: float | None) -> None:
        place = None if step is None else self._record.loss.at(step)
        if place is None:
            self.perplexity.point(None)
            return
        lines = [f"step {number(place.step)}", _exp("smoothed", place.smooth)]
        seen = self._tried_near(place.step)
        if seen is not None:
            lines.append(_exp("validation", seen.loss))
        self.perplexity.point(place.step, lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the buttons stand below the sentence."""
        super().resizeEvent(event)
        narrow = self.width() < look(self).px(520)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._top.direction() != direction:
            self._top.setDirection(direction)
        wide = self.width() >= look(self).px(1000)
        across = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._middle.setDirection(across)
        self.log.stand_beside(wide)


def _lines(curve: Curve, step: int, unit: str, record: Record) -> list[str]:
    """The read-out of a curve, with over how many samples its numbers go; the heading says of what they are means."""
    place = curve.at(step)
    if place is None:
        return []
    of = record.called
    if curve.block:
        return [f"mean of {number(curve.block)} {of.unit}s {_value(place.smooth, unit)}"]
    lines = [f"smoothed {_value(place.smooth, unit)}"]
    source = f"of {plural(record.batch, of.unit)}" if unit else f"mean of {number(record.batch)}"
    if place.low == place.high:
        return [*lines, f"batch {_value(place.low, unit)}, {source}"]
    return [*lines, f"batches {_value(place.low, '')}…{_value(place.high, unit)}, each {source}"]


def _exp(name: str, loss: float) -> str:
    return f"{name} exp({number(float(loss), 2)}) = {brief(perplexity(loss))}"


def _value(value: float, unit: str) -> str:
    return f"{number(float(value), 1)}{unit}" if unit else brief(float(value))
