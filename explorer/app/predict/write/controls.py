"""What a text is to be like: its first signs, the temperature, how many or how long, the seed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSlider, QWidget

from explorer.app.theme import sized
from explorer.app.widgets.text import button, column, label, style_again
from explorer.arch.text import number

MOST_SEED = 2**31 - 1

STEP = 0.05
"""Of the temperature."""

HOTTEST = 2.0


@dataclass(frozen=True)
class Wish:
    """What is to be written: `many` texts of at most `most` signs each."""

    first: str
    temperature: float
    seed: int
    many: int
    most: int


def in_words(temperature: float) -> str:
    """What a temperature does."""
    if temperature == 0:
        return "always the likeliest"
    if temperature < 0.95:
        return "likely signs more often"
    return "as the network learnt" if temperature <= 1.05 else "unlikely signs more often"


class Controls(QWidget):
    """`changed` says that something else is to be written."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first = QLineEdit("S")
        self.first.setMaxLength(200)
        sized(self.first, wide=150)
        self.heat = QSlider(Qt.Orientation.Horizontal)
        self.heat.setRange(0, round(HOTTEST / STEP))
        self.heat.setValue(round(0.8 / STEP))
        self.heat.setAccessibleName("Temperature, in twentieths")
        self.heat.setToolTip(
            "<p>Each logit is divided by the temperature before the softmax. 0 always takes the likeliest; 1 draws as "
            "the network has learnt; 2 draws unlikely signs more often.</p>"
        )
        sized(self.heat, wide=190, tall=28)
        self.many = QComboBox()
        for count in (1, 5, 10, 20, 50):
            self.many.addItem(number(count), count)
        self.many.setCurrentIndex(2)
        self.most = QComboBox()
        for count in (50, 100, 200, 400):
            self.most.addItem(number(count), count)
        self.most.setCurrentIndex(1)
        self.seed = QLineEdit("0")
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("The same seed writes the same again.")
        for box in (self.many, self.most, self.seed):
            sized(box, wide=76)
        self.another = button("Write others", self._another, "primary", "Take the next seed (Ctrl+Return)")
        self._first_words, self._heat_words = label("First letters", "caption"), label("", "caption")
        self._many_words, self._most_words = label("Names", "caption"), label("Length", "caption")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(20)
        self._parts = [
            self._named(self._first_words, self.first),
            self._named(self._heat_words, self.heat),
            self._named(self._many_words, self.many),
            self._named(self._most_words, self.most),
            self._named(label("Seed", "caption"), self.seed),
        ]
        for part in self._parts:
            line.addWidget(part)
        line.addWidget(column(None, self.another))
        line.addStretch(1)
        self.problem = label("", "warning")
        line.addWidget(self.problem)
        self.first.textChanged.connect(lambda *_: self.changed.emit())
        self.first.returnPressed.connect(self._another)
        self.heat.valueChanged.connect(self._heated)
        for combo in (self.many, self.most):
            combo.currentIndexChanged.connect(lambda *_: self.changed.emit())
        self.seed.textChanged.connect(self._seeded)
        self._show_heat()

    def _named(self, words: QLabel, field: QWidget) -> QWidget:
        words.setBuddy(field)
        if not field.accessibleName():
            field.setAccessibleName(words.text())
        return column(words, field, gap=4)

    def set_kind(self, names: bool, unit: str) -> None:
        """Whether names are written, or a text of letters or words (`unit`)."""
        self._first_words.setText(f"First {unit}s")
        self._most_words.setText(f"Length, {unit}s")
        self._parts[2].setVisible(names)
        self._parts[3].setVisible(not names)
        sized(self.first, wide=150 if names else 190)
        for field, words in ((self.first, self._first_words), (self.most, self._most_words)):
            field.setAccessibleName(words.text())

    @property
    def wish(self) -> Wish | None:
        """What is to be written; `None` while the seed is none."""
        text = self.seed.text().strip()
        if not text.isdecimal() or len(text) > 10 or int(text) > MOST_SEED:
            return None
        heat = round(self.heat.value() * STEP, 2)
        return Wish(self.first.text(), heat, int(text), self.many.currentData(), self.most.currentData())

    def _another(self) -> None:
        wish = self.wish
        self.seed.setText(str((wish.seed + 1) % (MOST_SEED + 1) if wish else 0))

    def _heated(self) -> None:
        self._show_heat()
        self.changed.emit()

    def _show_heat(self) -> None:
        heat = self.heat.value() * STEP
        self._heat_words.setText(f"Temperature {number(heat, 2)}: {in_words(heat)}")
        self.heat.setAccessibleDescription(self._heat_words.text())

    def _seeded(self) -> None:
        wrong = self.wish is None
        self.problem.setText(f"A seed is a whole number, 0…{number(MOST_SEED)}." if wrong else "")
        if bool(self.seed.property("wrong")) != wrong:
            self.seed.setProperty("wrong", wrong)
            style_again(self.seed)
        if not wrong:
            self.changed.emit()
