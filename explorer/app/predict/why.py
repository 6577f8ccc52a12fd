"""Keeps one cell of a feature map explained while the drawing changes."""

from __future__ import annotations

from PySide6.QtCore import QObject

from explorer.app.predict.answer import Answer
from explorer.app.predict.inside import Inside
from explorer.app.predict.reader import Reader


class CellExplainer(QObject):
    """A click on a map's cell shows its arithmetic in the answer's strip; it then follows every new answer."""

    def __init__(self, reader: Reader, answer: Answer, inside: Inside, parent: QObject) -> None:
        super().__init__(parent)
        self._reader, self._answer, self._inside = reader, answer, inside
        self._cell: tuple[str, int, int, int] | None = None
        inside.chosen.connect(self.choose)
        answer.cell_left.connect(self.leave)
        reader.changed.connect(self._reader_changed)

    def choose(self, layer: str, index: int, row: int, column: int) -> None:
        """Explain a cell; the same one again leaves it."""
        cell = (layer, index, row, column)
        if cell == self._cell:
            self._answer.leave_cell()
        else:
            self._cell = cell
            self._inside.pin(cell)
            self.follow()

    def leave(self) -> None:
        """Explain no cell any more."""
        self._cell = None
        self._inside.pin(None)

    def follow(self) -> None:
        """Bring the explanation up to the last answer."""
        reading, probe = self._answer.reading, self._reader.probe
        if self._cell is None or reading is None or probe is None:
            return
        from explorer.app.predict.probe import Cell, why_cell  # torch is there once something was read

        layer, index, row, column = self._cell
        maps = next((maps for maps in reading.maps if maps.name == layer), None)
        if maps is None:
            self._answer.leave_cell()
            return
        title = f"{layer}, {maps.place(index, row, column)}"
        self._answer.show_cell(title, why_cell(probe.model, maps, Cell(layer, index, row, column)))

    def _reader_changed(self) -> None:
        if self._cell is not None and self._reader.loading:
            self._answer.leave_cell()  # another network has other cells
