"""What the list of layers shows: the lines of a report's outline that no collapsed block hides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal

from explorer.app.build.palette import LAYER_TYPE
from explorer.app.build.rows import Scale
from explorer.app.build.words import words
from explorer.arch.analysis import Report, Row
from explorer.arch.convention import Convention, written_names, written_outputs
from explorer.arch.editing import topmost
from explorer.arch.layer import Layer
from explorer.arch.network import Network
from explorer.arch.text import number, times
from explorer.arch.tree import Path, children

LAYER_ROW = "application/x-explorer-layer-row"
"""Mime type of dragged rows; the data are their paths, such as `0.2.1 0.3`."""

MANY = 36
"""A network of more lines than this is opened with its blocks collapsed."""

Index = QModelIndex | QPersistentModelIndex


def opening(report: Report) -> frozenset[Path]:
    """The blocks that are collapsed when a network is opened."""
    if len(report.outline) <= MANY:
        return frozenset()
    return frozenset(row.at for row in report.outline if row.piece is not None and children(row.piece.node))


def paths_text(paths: Iterable[Path]) -> bytes:
    """Paths as the data of a drag."""
    return " ".join(".".join(map(str, at)) for at in paths).encode()


def paths_of(data: bytes) -> tuple[Path, ...]:
    """The paths in the data of a drag."""
    return tuple(tuple(map(int, at.split("."))) for at in data.decode().split())


class LayerModel(QAbstractListModel):
    """Line 0 is the input. It only shows a report; wishes leave as signals.

    `moved(paths, to)` carries the dragged nodes, `inserted(kind, to)` the name of a kind of layer.
    """

    moved = Signal(object, object)
    inserted = Signal(str, object)

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report
        self.convention: Convention = "pytorch"
        self.collapsed = opening(report)
        self.lines: tuple[Row, ...] = self._visible()
        self._write()

    def _write(self) -> None:
        """Names and shapes, where they are not written as in PyTorch."""
        keras = self.convention == "keras"
        self._names = written_names(self.report, self.convention) if keras else {}
        self._outputs = written_outputs(self.report, self.convention, batch=True) if keras else {}

    def write_as(self, convention: Convention) -> None:
        """Write names and shapes as PyTorch or Keras does."""
        self.convention = convention
        self.show_report(self.report)

    def name(self, row: Row) -> str:
        """What a line is called."""
        return self._names.get(row.at) or words(row)

    def output(self, row: Row) -> str:
        """The shape that leaves a line's layer."""
        return self._outputs.get(row.at) or times(row.output or (), spaced=True)

    @property
    def scale(self) -> Scale:
        """The common scale of the bars that are shown."""
        return self._scale

    def show_report(self, report: Report, collapsed: frozenset[Path] | None = None) -> None:
        """Show another report, perhaps with other blocks collapsed; lines are reset only if their number changed."""
        fault = report.fault
        wanted = self.collapsed if collapsed is None else collapsed
        if fault is not None:  # it is never hidden
            wanted = frozenset(at for at in wanted if fault.at[: len(at)] != at or at == fault.at)
        before = len(self.lines)
        self.report, self.collapsed = report, wanted
        self._write()
        lines = self._visible()
        if len(lines) == before:
            self.lines = lines
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
        else:
            self.beginResetModel()
            self.lines = lines
            self.endResetModel()

    def _visible(self) -> tuple[Row, ...]:
        lines, hidden = [], None
        for row in self.report.outline:
            if hidden is not None and row.at[: len(hidden)] == hidden:
                continue
            hidden = row.at if row.at in self.collapsed else None
            lines.append(row)
        opened = {row.at[:-1] for row in lines}
        self._scale = Scale.of(row for row in lines if not row.at or row.at not in opened)
        return tuple(lines)

    def line_of(self, at: Path) -> int:
        """The line of the node at a path, or of the collapsed block that holds it."""
        places = {row.at: line for line, row in enumerate(self.lines)}
        while at not in places:
            at = at[:-1]
        return places[at]

    def is_block(self, line: int) -> bool:
        """Whether a line is a block's, which can be collapsed."""
        row = self.lines[line]
        return row.node is not None and not isinstance(row.node, Layer)

    # Qt's side.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.lines[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            shape = times(row.output) if row.output else "unknown"
            return f"{row.path} {row.type}, output {shape}, {number(row.parameters or 0)} parameters"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        if not index.row():
            return base
        drop = Qt.ItemFlag.ItemIsDropEnabled if self.is_block(index.row()) else Qt.ItemFlag.NoItemFlags
        return base | Qt.ItemFlag.ItemIsDragEnabled | drop

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [LAYER_ROW, LAYER_TYPE]

    def mimeData(self, indexes: Any) -> QMimeData:
        data = QMimeData()
        data.setData(LAYER_ROW, paths_text(topmost(self.lines[index.row()].at for index in indexes)))
        return data

    def place(self, line: int, onto: int | None = None) -> Path:
        """The place in the document in front of a line, or at the end of the block in line `onto`."""
        network: Network = self.report.network
        if onto is not None and self.is_block(onto):
            node = self.lines[onto].node
            inside = children(node) if node is not None else ()
            return (*self.lines[onto].at, len(inside))
        if 0 < line < len(self.lines):
            return self.lines[line].at
        return (0,) if line == 0 else (len(network.layers),)

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:  # noqa: ARG002
        onto = parent.row() if parent.isValid() and row < 0 else None
        place = self.place(row if row >= 0 else len(self.lines), onto)
        if data.hasFormat(LAYER_TYPE):
            self.inserted.emit(bytes(data.data(LAYER_TYPE).data()).decode(), place)
        elif data.hasFormat(LAYER_ROW):
            self.moved.emit(paths_of(bytes(data.data(LAYER_ROW).data())), place)
        # False: the view must not remove the dragged row itself, the document does that.
        return False
