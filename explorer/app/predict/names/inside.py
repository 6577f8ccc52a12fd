"""Every gate and state of a recurrent model, letter by letter: a heat map each, units × letters."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.predict.names.words import shown
from explorer.app.theme import CAPTION, HEAD, Look, look
from explorer.app.unroll.heat import Heat
from explorer.app.unroll.heatview import TITLE, Hit, Scale
from explorer.app.widgets.scale import tidy
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Head, label
from explorer.arch.text import plural
from explorer.explain.recurrent.cell import GATES, ORDER, Kind
from explorer.explain.recurrent.layered import Done, Layered
from explorer.explain.recurrent.story import Story, explain

ABOUT = (
    "The real numbers of the trained network, computed again from its weights. A column is a letter, a row a unit; a "
    "unit has the same row in every picture. Gates go from 0 (white, in the dark theme black) to 1 (teal); states are "
    "blue below 0 and orange above, each picture to its own largest value. Point at a cell to read it, click it to "
    "see where it comes from."
)

LEAST = 110
"""Least width of a map in pixels at scale 1."""


def map_title(kind: Kind, part: str) -> str:
    """What a map shows: `forget gate f`, `hidden state h`."""
    if part in ("h", "c"):
        return f"{'hidden' if part == 'h' else 'cell'} state {part}"
    return next(f"{gate.title} {part}" for gate in GATES[kind] if gate.name == part)


def is_gate(kind: Kind, part: str) -> bool:
    """Whether its values lie in 0…1."""
    return any(gate.name == part and gate.squash == "sigmoid" for gate in GATES[kind])


class _Map(Heat):
    """A map whose title stays while a value is read."""

    def __init__(self, part: str, title: str, scale: Scale) -> None:
        super().__init__(title, scale)
        self._part = part
        # It takes what room there is: a page asks for no more than its least height.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)

    def _paint_title(self, painter: QPainter, style: Look) -> None:
        cell = self._hover or self._pin
        text = tidy(self.hit(*cell).value) if cell is not None else ""
        band = QRectF(0, 0, self.width() - 1, style.px(TITLE) - style.px(4))
        middle = Qt.AlignmentFlag.AlignVCenter
        mono, font = style.font(HEAD - 1, mono=True), style.font(CAPTION)
        room = band.width() - QFontMetricsF(mono).horizontalAdvance(text) - style.px(6)
        title = self._title if QFontMetricsF(font).horizontalAdvance(self._title) <= room else self._part
        painter.setFont(font)
        painter.setPen(style.colour("second"))
        painter.drawText(band, middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.setFont(mono)
        painter.setPen(style.colour("ink"))
        painter.drawText(band, middle | Qt.AlignmentFlag.AlignRight, text)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._values.size:
            super().paintEvent(event)
            return
        style, painter = look(self), QPainter(self)
        self._paint_title(painter, style)
        painter.fillRect(self._map(), style.colour("line", 0.35))


class Inside(QWidget):
    """Maps of one layer and direction; `explained` carries a `Story` and where it is, `left` says it is let go."""

    explained = Signal(object, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: Layered | None = None
        self._done: Done | None = None
        self._letters = ""
        self._cell: tuple[str, int, int] | None = None  # part, unit, letter
        self.maps: dict[str, Heat] = {}
        self.head = Head("Inside, letter by letter", ABOUT, cut=True)
        self._none = label("", "caption", wrap=True)
        self._tabs: Tabs | None = None
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(6)
        self._box.addWidget(self.head)
        self._box.addWidget(self._none)
        self._box.addLayout(self._grid, 1)

    @property
    def place(self) -> tuple[int, int]:
        """The layer and the direction that are shown, from 0."""
        if self._tabs is None:
            return 0, 0
        layer, way = self._tabs.name.split(".")
        return int(layer), int(way)

    # What is shown.

    def show_model(self, model: Layered | None) -> None:
        """Make the maps that a model has; those of the one before go."""
        if model is self._model:
            return
        self._model, self._done, self._cell = model, None, None
        for made in self.maps.values():
            self._grid.removeWidget(made)
            made.deleteLater()
        self.maps = {}
        if self._tabs is not None:
            self._box.removeWidget(self._tabs)
            self._tabs.deleteLater()
            self._tabs = None
        self._none.setVisible(model is None)
        if model is None:
            self._none.setText("This network has no recurrent layer that can be shown here.")
            return
        places = {
            f"{layer}.{way}": (f"Layer {layer + 1}" if len(model.cells) > 1 else "")
            + (" " if len(model.cells) > 1 and model.ways > 1 else "")
            + (("forwards", "backwards")[way] if model.ways > 1 else "")
            for layer in range(len(model.cells))
            for way in range(model.ways)
        }
        if len(places) > 1:
            self._tabs = Tabs({place: words[:1].upper() + words[1:] for place, words in places.items()})
            self._tabs.setAccessibleName("Layer and direction")
            self._tabs.chosen.connect(lambda _: self._turned())
            self._box.insertWidget(1, self._tabs)
        for part in ORDER[model.kind]:
            made = _Map(part, map_title(model.kind, part), "magnitude" if is_gate(model.kind, part) else "signed")
            made.hovered.connect(self._hovered)
            made.clicked.connect(lambda hit, part=part: self._clicked(part, hit))
            self.maps[part] = made
        self._say(None)
        self._arrange()

    def show_done(self, letters: str, done: Done | None) -> None:
        """Show a run over these letters."""
        self._letters, self._done = letters, done
        self._say(None)
        if done is None or self._model is None:
            return
        layer, way = self.place
        trace = done.traces[layer][way]
        for part, made in self.maps.items():
            values = trace.parts[part]
            made.show_letters([shown(letter) for letter in letters])
            made.show_values(values[::-1] if way else values)
        # The cell that is explained follows what is typed.
        if self._cell is not None:
            if self._cell[2] < len(letters):
                self._explain()
            else:
                self.leave()

    def leave(self) -> None:
        """Explain no cell any more."""
        was, self._cell = self._cell, None
        for made in self.maps.values():
            made.pin(None)
        if was is not None:
            self.left.emit()

    def choose(self, part: str, unit: int, step: int) -> None:
        """Explain a cell: a part, its unit and the letter, from 0."""
        self._cell = (part, unit, step)
        for made in self.maps.values():
            made.pin((unit, step))
        self._explain()

    def _turned(self) -> None:
        self.leave()
        self.show_done(self._letters, self._done)

    def _hovered(self, hit: Hit | None) -> None:
        for made in self.maps.values():
            made.show_hover(None if hit is None else (hit.unit, hit.step))
        self._say(hit)

    def _say(self, hit: Hit | None) -> None:
        units = plural(self._model.cells[0][0].hidden, "unit") if self._model is not None else ""
        if hit is None or hit.step >= len(self._letters):
            self.head.set_caption(units)
        else:
            self.head.set_caption(f"unit {hit.unit + 1}, letter {hit.step + 1} “{shown(self._letters[hit.step])}”")

    def _clicked(self, part: str, hit: Hit | None) -> None:
        if hit is None or (part, hit.unit, hit.step) == self._cell:
            self.leave()
        else:
            self.choose(part, hit.unit, hit.step)

    def _explain(self) -> None:
        if self._cell is None or self._done is None:
            return
        (part, unit, step), (layer, way) = self._cell, self.place
        trace = self._done.traces[layer][way]
        letters = self._letters[::-1] if way else self._letters
        story: Story = explain(trace, part, len(letters) - 1 - step if way else step, unit, labels=tuple(letters))
        words = [f"unit {unit + 1}, letter {step + 1} “{shown(self._letters[step])}”"]
        if self._tabs is not None:
            words.append(self._tabs.entries[self._tabs.name].text().lower())
        self.explained.emit(story, ", ".join(words))

    # Room.

    def _arrange(self) -> None:
        count = len(self.maps)
        if not count:
            return
        fits = max(self.width() // look(self).px(LEAST + 8), 1)
        wide = self.width() > 1.6 * max(self.height(), 1)
        columns = min(count if wide else (2 if count in (2, 3, 4) else 3 if count > 4 else 1), fits)
        columns = -(-count // -(-count // columns))  # no row much shorter than the others
        for index, made in enumerate(self.maps.values()):
            self._grid.addWidget(made, index // columns, index % columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_grid"):
            self._arrange()
