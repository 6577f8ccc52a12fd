"""Goes through steps: back, step, play with a speed, a scrubber, reset.

bar = StepBar()
bar.show_count(16)
bar.moved.connect(lambda k: ...)     # 0…15, when the user (or play) moved
bar.listen_to(page)                  # its keys work wherever the page has the focus
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSizePolicy, QSlider, QWidget

from explorer.app.widgets.text import button, label

SPEEDS = (0.5, 1.0, 2.0, 4.0)
"""Steps in a second."""

LONGEST, PART = 350, 0.6
"""A glide in milliseconds at most, and the part of a step's time that it may take: the rest is rest."""

KEYS = {
    Qt.Key.Key_Space: "advance",
    Qt.Key.Key_Right: "advance",
    Qt.Key.Key_PageDown: "advance",
    Qt.Key.Key_Left: "back",
    Qt.Key.Key_PageUp: "back",
    Qt.Key.Key_P: "toggle",
    Qt.Key.Key_Home: "reset",
    Qt.Key.Key_End: "end",
}
"""What each key does; PageDown and PageUp are what a presenter's clicker sends."""


class StepBar(QWidget):
    """Steps are counted from 0 and shown from 1. `set_index` and `show_count` are silent; what moves else emits."""

    moved = Signal(int)
    """The present step, when the user or play changed it."""

    played = Signal(bool)
    """Play began or ended."""

    motion_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count, self._index, self._motion = 0, 0, True
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.advance)
        self.back_button = button("◀", self._go_back, tip="Back (←, Page Up)")
        self.back_button.setAccessibleName("Back")
        self.step_button = button("Step", self._go_on, "primary", "One step (→, Space, Page Down)")
        self.play_button = button("Play", self.toggle, tip="Play or pause (P)")
        self.reset_button = button("Reset", self._go_first, "quiet", "To the first step (Home)")
        self.scrubber = QSlider(Qt.Orientation.Horizontal)
        self.scrubber.setPageStep(1)
        self.scrubber.setAccessibleName("Step")
        self.scrubber.setMinimumWidth(72)
        self.scrubber.valueChanged.connect(self._scrubbed)
        self.place = label("", "number")
        self.speeds = QComboBox()
        for speed in SPEEDS:
            self.speeds.addItem(f"{speed:g}×", speed)
        self.speeds.setCurrentIndex(SPEEDS.index(1.0))
        self.speeds.setAccessibleName("Speed of play")
        self.speeds.setToolTip("Speed of play: 1× is one step a second")
        self.speeds.currentIndexChanged.connect(self._pace)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        for part in (self.back_button, self.step_button, self.play_button, self.reset_button):
            box.addWidget(part)
        box.addWidget(self.scrubber, 1)
        for last in (self.place, self.speeds):
            box.addWidget(last)
        for part in self.findChildren(QPushButton):
            part.installEventFilter(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName("Steps")
        self._pace()
        self._show()

    # What it shows.

    @property
    def count(self) -> int:
        """How many steps there are."""
        return self._count

    @property
    def index(self) -> int:
        """The present step, from 0."""
        return self._index

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """Steps in a second of play, one of `SPEEDS`."""
        return float(self.speeds.currentData())

    @speed.setter
    def speed(self, value: float) -> None:
        self.speeds.setCurrentIndex(SPEEDS.index(value))

    @property
    def motion(self) -> bool:
        """Whether a step may be animated."""
        return self._motion

    @motion.setter
    def motion(self, on: bool) -> None:
        if on != self._motion:
            self._motion = on
            self.motion_changed.emit(on)

    @property
    def glide(self) -> int:
        """Milliseconds that the animation of one step may take: 0 without motion, less at a high speed."""
        return min(LONGEST, round(PART * self._timer.interval())) if self._motion else 0

    def show_count(self, count: int) -> None:
        """There are so many steps; the present one stays where that is possible. Ends play where nothing is left."""
        self._count = max(0, count)
        self._index = min(self._index, max(0, self._count - 1))
        if self._index + 1 >= self._count:
            self.pause()
        self._show()

    def set_index(self, index: int) -> None:
        """Be at a step, without telling anyone."""
        self._index = min(max(index, 0), max(0, self._count - 1))
        self._show()

    # What moves it.

    def advance(self) -> None:
        """One step on; at the last one play ends."""
        if self._index + 1 < self._count:
            self._move(self._index + 1)
        if self._index + 1 >= self._count:
            self.pause()

    def back(self) -> None:
        """One step back."""
        self._move(self._index - 1)

    def reset(self) -> None:
        """To the first step; ends play."""
        self.pause()
        self._move(0)

    def end(self) -> None:
        """To the last step; ends play."""
        self.pause()
        self._move(self._count - 1)

    def play(self) -> None:
        """Go on by itself; from the last step it begins again."""
        if self._count < 2 or self.playing:
            return
        if self._index + 1 >= self._count:
            self._move(0)
        self._timer.start()
        self._show()
        self.played.emit(True)

    def pause(self) -> None:
        """Stand still."""
        if self._timer.isActive():
            self._timer.stop()
            self._show()
            self.played.emit(False)

    def toggle(self) -> None:
        """Play, or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def take(self, event: QKeyEvent) -> bool:
        """Do what a key says; false for a key that is none of the bar's."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        what = KEYS.get(Qt.Key(event.key()))
        if what is None:
            return False
        if what in ("advance", "back"):
            self.pause()
        getattr(self, what)()
        return True

    def listen_to(self, page: QWidget) -> None:
        """Take the keys that reach `page` and that nothing on it wanted."""
        page.installEventFilter(self)

    def _go_on(self) -> None:
        self.pause()
        self.advance()

    def _go_back(self) -> None:
        self.pause()
        self.back()

    def _go_first(self) -> None:
        self.reset()

    def _scrubbed(self, value: int) -> None:
        if value != self._index:
            self.pause()
            self._move(value)

    def _move(self, index: int) -> None:
        index = min(max(index, 0), max(0, self._count - 1))
        if index != self._index:
            self._index = index
            self._show()
            self.moved.emit(index)

    def _pace(self) -> None:
        self._timer.setInterval(round(1000 / self.speed))

    def _show(self) -> None:
        last = max(0, self._count - 1)
        blocked = self.scrubber.blockSignals(True)
        self.scrubber.setRange(0, last)
        self.scrubber.setValue(self._index)
        self.scrubber.blockSignals(blocked)
        at = min(self._index + 1, self._count)
        width = len(str(self._count))
        padded = f"{at:>{width}}".replace(" ", "\u2007")  # as wide as a digit
        self.place.setText(f"{padded} / {self._count}")
        self.place.setAccessibleName(f"Step {at} of {self._count}")
        self.back_button.setEnabled(self._index > 0)
        self.step_button.setEnabled(self._index < last)
        self.reset_button.setEnabled(self._index > 0)
        self.play_button.setEnabled(self._count > 1)
        self.scrubber.setEnabled(self._count > 1)
        self.play_button.setText("Pause" if self.playing else "Play")
        self.setAccessibleDescription(f"Step {at} of {self._count}. Right arrow steps, left goes back, P plays.")

    # Events.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.take(event):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            own = isinstance(watched, QPushButton) and self.isAncestorOf(watched)
            if own and event.key() == Qt.Key.Key_Space:
                return False  # a button in focus is pressed by it
            return self.take(event)
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.pause()
        super().hideEvent(event)
