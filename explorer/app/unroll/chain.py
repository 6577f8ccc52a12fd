"""A recurrent network over time: folded into one cell with a loop, or unrolled into a copy of it for each step.

chain = Chain()
chain.show_shape(wiring("many-to-many", "LSTM", 6))
chain.show_labels("Pelaez", [Label("Spanish", -1.7)] * 6)
chain.show_step(2)
chain.clicked.connect(lambda spot: ...)      # Spot(step, part, row)
chain.fold()                                 # and chain.unroll()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEasingCurve, QEvent, QPointF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QToolTip, QWidget

from explorer.app.theme import CAPTION, look
from explorer.app.unroll.chainlayout import BAR, LEGEND, ROOM, ChainShape, Label, Places, Spot
from explorer.app.unroll.chainpaint import ChainPicture
from explorer.arch.text import number, plural

TIME = 600
"""Milliseconds in which the loop unrolls."""

KEYS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Return, Qt.Key.Key_Enter,
)  # fmt: skip


class Chain(QWidget):
    """Draws a `ChainShape`; of long sequences only what is in sight. Knows no model: what it shows is given to it.

    Left and right, Home and End choose a step, up and down a row: all tell `clicked`. The wheel scrolls.
    """

    pointed = Signal(object)
    """What the pointer is at: a `Spot`, or `None`."""

    clicked = Signal(object)
    """The `Spot` that was clicked, or the cell chosen with the keyboard."""

    settled = Signal()
    """The loop has unrolled, or folded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.motion = True
        """Whether unrolling is animated."""
        self.duration = TIME
        """Milliseconds of it."""
        self._shape = ChainShape(0)
        self._inputs: Sequence[str] = ()
        self._outputs: Sequence[Label | None] = ()
        self._weights = ("W", "U", "S")
        self._step, self._row = 0, -1
        self._known: int | None = None
        self._marks: Mapping[int, str] = {}
        self._hover: Spot | None = None
        self._open, self._folded = 1.0, False
        self._places: Places | None = None
        self._longest = ""
        self._animation = QVariantAnimation(self)
        self._animation.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._animation.valueChanged.connect(self._opened)
        self._animation.finished.connect(self.settled)
        self._bar = QScrollBar(Qt.Orientation.Horizontal, self)
        self._bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._bar.setAccessibleName("Steps in sight")
        self._bar.valueChanged.connect(lambda _: self._moved())
        self._bar.hide()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("The network over time")

    # What is shown.

    @property
    def shape(self) -> ChainShape:
        """What is drawn."""
        return self._shape

    @property
    def step(self) -> int:
        """The present step, from 0."""
        return self._step

    @property
    def folded(self) -> bool:
        """Whether the loop is folded (or on its way there)."""
        return self._folded

    @property
    def moving(self) -> bool:
        """Whether the loop is unrolling or folding now."""
        return self._animation.state() == QVariantAnimation.State.Running

    def show_shape(self, shape: ChainShape) -> None:
        """Draw another network; labels and marks stay until they are replaced."""
        self._shape, self._hover = shape, None
        self._step = min(self._step, max(shape.steps - 1, 0))
        self._row = -1
        self._arrange()

    def show_labels(self, inputs: Sequence[str] = (), outputs: Sequence[Label | None] = ()) -> None:
        """What enters and leaves at each step; fewer labels than steps leave the rest without. A space is drawn ␣."""
        self._inputs = [_visible(text) for text in inputs]
        self._outputs = [None if label is None else label._replace(text=_visible(label.text)) for label in outputs]
        self._longest = max((str(label) for label in outputs if label is not None), key=len, default="")
        self._arrange()

    def show_weights(self, names: tuple[str, str, str]) -> None:
        """How the weights of input, state and output are called: `("W_xh", "W_hh", "W_hy")`."""
        self._weights = names
        self.update()

    def show_step(self, step: int, row: int = -1) -> None:
        """Mark the present step, in one row or (−1) in all, and bring it into sight."""
        self._step, self._row = min(max(step, 0), max(self._shape.steps - 1, 0)), row
        self._reveal()
        self._tell()
        self.update()

    def show_known(self, count: int | None) -> None:
        """Let the steps from `count` on be pale: they are still to come. `None`: all are known."""
        self._known = count
        self.update()

    def show_marks(self, marks: Mapping[int, str]) -> None:
        """Steps with something to be warned of, and the sentence for it: `{7: "The state overflows here."}`."""
        self._marks = marks
        self.update()

    def words(self, spot: Spot) -> str:
        """A spot in words, counted from 1."""
        step, row = spot.step, self._shape.rows[spot.row]
        back = ", backwards" if row.backward else ""
        layer = f", layer {row.level + 1}" if len(self._shape.levels) > 1 else ""
        if spot.part in ("h", "c"):
            name = "Hidden state h" if spot.part == "h" else "Cell state c"
            first = step < 0 or step >= self._shape.steps
            where = "before the first step" if first else f"after step {number(step + 1)}"
            return f"{name} {where}{layer}{back}"
        if spot.part == "encoding":
            return "Encoding vector: all that the decoder knows of the input"
        if spot.part == "feedback":
            return f"The output of step {number(step + 1)} is the input of step {number(step + 2)}"
        at = f"Step {number(step + 1)} of {number(self._shape.steps)}{layer}{back}"
        if spot.part == "x":
            text = self._input(step) if row.level == 0 else ""
            return f"{at}: input{f' “{text}”' if text else ''}"
        if spot.part == "y":
            label = self._output(step) if row.level == len(self._shape.levels) - 1 else None
            return f"{at}: output{f' {label}' if label is not None else ''}"
        mark = self._marks.get(step)
        return f"{at}: {row.name} cell{f'. {mark}' if mark else ''}"

    def _input(self, step: int) -> str:
        return self._inputs[step] if step < len(self._inputs) else ""

    def _output(self, step: int) -> Label | None:
        return self._outputs[step] if step < len(self._outputs) else None

    def _tell(self) -> None:
        if not self._shape.steps:
            self.setAccessibleDescription("No steps.")
            return
        spot = Spot(self._step, "cell", max(self._row, 0))
        label = self._output(self._step)
        parts = [self.words(spot)]
        if self._input(self._step):
            parts.append(f"input “{self._input(self._step)}”")
        if label is not None:
            parts.append(f"output {label}")
        self.setAccessibleDescription(", ".join(parts) + ". Arrow keys go from step to step.")

    # Folding.

    def unroll(self) -> None:
        """Let the loop unroll into copies."""
        self._go(False)

    def fold(self) -> None:
        """Fold the copies into one cell with a loop."""
        self._go(True)

    def settle(self) -> None:
        """Everything is where it is going to, at once."""
        goal = 0.0 if self._folded else 1.0
        running = self.moving
        self._animation.stop()
        if self._open != goal:
            self._opened(goal)
        if running:
            self.settled.emit()

    def _go(self, folded: bool) -> None:
        if folded == self._folded:
            return
        self._folded = folded
        self._animation.stop()
        if not self.motion or self.duration <= 0 or not self.isVisible():
            self._opened(0.0 if folded else 1.0)
            self.settled.emit()
            return
        self._animation.setDuration(self.duration)
        self._animation.setStartValue(self._open)
        self._animation.setEndValue(0.0 if folded else 1.0)
        self._animation.start()

    def _opened(self, value: float) -> None:
        self._open = float(value)
        self._moved()
        self._bar.setVisible(self._bar.maximum() > 0 and self._open == 1.0)

    def hideEvent(self, event: QHideEvent) -> None:
        self.settle()
        super().hideEvent(event)

    # Where things are.

    @property
    def places(self) -> Places:
        """Where everything lies now."""
        if self._places is None:
            self._places = self._made(float(self._bar.value()))
        return self._places

    def _made(self, offset: float) -> Places:
        style = look(self)
        lines = 1
        if self._longest and self._shape.steps:
            outputs = self._shape.outputs if self._shape.outputs is not None else range(self._shape.steps)
            first = Places(self._shape, self.width(), self.height(), style.scale)
            wide = QFontMetricsF(style.font(CAPTION)).horizontalAdvance(self._longest)
            lines = 1 if not outputs or wide <= first.output(outputs[0]).width() - style.px(4) else 2
        return Places(self._shape, self.width(), self.height(), style.scale, offset, self._open, lines)

    def _moved(self) -> None:
        self._places = None
        self.update()

    def _arrange(self) -> None:
        """After a change of what is shown or of the room for it: the scroll bar, and what is in sight."""
        beyond = max(0, round(self._made(0.0).content - self.width()))
        self._bar.setRange(0, beyond)
        self._bar.setPageStep(self.width())
        self._bar.setSingleStep(round(self._made(0.0).pitch))
        tall = look(self).px(BAR)
        self._bar.setGeometry(0, self.height() - tall, self.width(), tall)
        self._bar.setVisible(beyond > 0 and self._open == 1.0)
        self._moved()
        self._reveal()
        self._tell()

    def _reveal(self) -> None:
        """Scroll as little as brings the present step, and its neighbours, into sight."""
        if not self._bar.maximum():
            return
        places = self.places
        x, margin = places.final_x(self._step), 1.5 * places.pitch + look(self).px(ROOM)
        if x < margin:
            self._bar.setValue(round(places.offset + x - margin))
        elif x > self.width() - margin:
            self._bar.setValue(round(places.offset + x - self.width() + margin))

    def spot_at(self, at: QPointF) -> Spot | None:
        """What lies at a place of the widget."""
        if not self._shape.steps or self.moving:
            return None
        if self._open < 1:
            inside = any(self.places.cell(0, row).contains(at) for row in range(len(self._shape.rows)))
            return Spot(self._step, "cell") if inside else None
        return self.places.find(at)

    # Events.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_bar"):
            self._arrange()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().x() or event.angleDelta().y()
        if self._bar.maximum():
            self._bar.setValue(self._bar.value() - round(turned / 120 * self._bar.singleStep()))
            event.accept()
        else:
            event.ignore()

    def _point(self, spot: Spot | None) -> None:
        if spot != self._hover:
            self._hover = spot
            self.setCursor(Qt.CursorShape.ArrowCursor if spot is None else Qt.CursorShape.PointingHandCursor)
            self.pointed.emit(spot)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.spot_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        if spot is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(spot)
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last, top = Qt.Key(event.key()), self._shape.steps - 1, len(self._shape.rows) - 1
        if key not in KEYS or last < 0:
            super().keyPressEvent(event)
            return
        step, row = self._step, self._row
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step += 1 if key == Qt.Key.Key_Right else -1
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            step = 0 if key == Qt.Key.Key_Home else last
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            row = min(max(row, 0) + 1, top) if key == Qt.Key.Key_Up else max(row - 1, 0)
        step = min(max(step, 0), last)
        chosen = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if chosen or (step, row) != (self._step, self._row):
            self.show_step(step, row)
            self.clicked.emit(Spot(step, "cell", max(row, 0)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            spot = self.spot_at(QPointF(event.pos()))
            if spot is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.words(spot), self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in KEYS:
            event.accept()  # what chooses a step here is no shortcut of the page
            return True
        return super().event(event)

    # Painting.

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(640), px(LEGEND + 110 + 104 * len(self._shape.rows)))

    def minimumSizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(280), px(LEGEND + 100 + 44 * len(self._shape.rows)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        picture = ChainPicture(
            look(self), self.places, self._inputs, self._outputs, self._weights, self._step, self._row,
            self._known, self._marks, self._hover, self.hasFocus(),
        )  # fmt: skip
        picture.paint(self)

    def describe(self) -> str:
        """The whole in a sentence."""
        kind = self._shape.rows[0].name
        copies = plural(self._shape.steps, "copy", "copies")
        return f"One {kind} cell, folded." if self._folded else f"One {kind} cell, in {copies}."


def _visible(text: str) -> str:
    return "␣" if text == " " else text
