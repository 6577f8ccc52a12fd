"""The list of layers with their shapes and costs; rows are chosen, moved, removed, copied and dropped in.

┃ Conv2d  16 filters 5×5   16 × 10 × 10    2 416 ▬    6.4 KB ▬▬    240 000
  └ name  └ detail         └ output        └ parameters └ memory   └ multiply-adds
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from explorer.app.build.model import Index, LayerModel, opening
from explorer.app.build.note import FaultNote
from explorer.app.build.rows import ROW, Columns, Line, indent, paint_row
from explorer.app.build.words import settings
from explorer.app.theme import look
from explorer.arch.analysis import Report, Row
from explorer.arch.editing import topmost
from explorer.arch.tree import Path


class _Delegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        view = self.parent()
        assert isinstance(model, LayerModel)
        assert isinstance(view, QListView)
        line = index.row()
        row = model.lines[line]
        style, rect = look(view), option.rect
        painter.save()
        painter.translate(rect.topLeft())
        px = style.px
        height = px(ROW)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(QRect(0, 0, rect.width(), rect.height()), style.colour("wash"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(QRect(0, 0, rect.width(), rect.height()), style.colour("surface"))
        painter.setPen(style.colour("line"))
        painter.drawLine(0, rect.height() - 1, rect.width(), rect.height() - 1)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        mark = "" if not model.is_block(line) else "▸" if row.at in model.collapsed else "▾"
        fault = model.report.fault
        broken = fault is not None and fault.at == row.at
        shown = Line(row, model.name(row), model.output(row), broken, chosen, mark)
        paint_row(painter, style, shown, model.scale, rect.width(), height)
        if state & QStyle.StateFlag.State_Selected and view.hasFocus():
            painter.setPen(style.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRect(0, 0, rect.width() - 1, rect.height() - 2))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        view, model = self.parent(), index.model()
        assert isinstance(view, LayerList)
        assert isinstance(model, LayerModel)
        if view.uniformItemSizes():
            return view.row_size()
        fault, extra = model.report.fault, 0
        if fault is not None and fault.at == model.lines[index.row()].at:
            extra = look(view).px(48)
            if view.note is not None:
                extra = max(extra, view.note.heightForWidth(view.viewport().width()))
        return view.row_size() + QSize(0, extra)


class LayerList(QListView):
    """The list itself. Wishes leave as signals; nodes are named by their paths, () is the input.

    `removed` and `shifted(±1)` are about all chosen nodes.
    """

    chosen = Signal(object)
    asked = Signal(object, str)
    removed = Signal()
    shifted = Signal(int)
    repaired = Signal(int)

    def __init__(self, report: Report, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = 0, QSize()
        self.layers = LayerModel(report)
        self.setModel(self.layers)
        self.setItemDelegate(_Delegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Layers")
        self.viewport().setAutoFillBackground(False)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self._note: FaultNote | None = None
        self._noted: Path | None = None
        self._at: Path = ()
        self.selectionModel().currentChanged.connect(self._chosen)
        self.show_report(report)

    def row_size(self) -> QSize:
        """The size of a row; looked up once for each size of type, since Qt asks for it row by row."""
        letters = QApplication.font().pixelSize()
        if self._row[0] != letters:
            self._row = letters, QSize(look(self).px(200), look(self).px(ROW))
        return self._row[1]

    def show_report(self, report: Report, afresh: bool = False) -> None:
        """Show another report; the chosen node stays. `afresh`: it is another document, its large blocks are closed."""
        self.setUpdatesEnabled(False)
        self._drop_note()
        self.setUniformItemSizes(report.fault is None)  # then Qt asks for the height of one row, not of all
        at = self._at
        self.layers.show_report(report, opening(report) if afresh else None)
        if report.fault:
            self._note, self._noted = FaultNote(report), report.fault.at
            self._note.repair.connect(self.repaired)
            self.setIndexWidget(self.layers.index(self.layers.line_of(report.fault.at)), self._note)
        self.scheduleDelayedItemsLayout()
        line = self.layers.line_of(at if at in report.places else at[:-1] if at[:-1] in report.places else ())
        if self.currentIndex().row() != line:
            self._choose_line(line)
        self._at = self.layers.lines[line].at
        self.setUpdatesEnabled(True)

    def _drop_note(self) -> None:
        if self._note is not None and self._noted is not None:
            line = self.layers.line_of(self._noted)
            self._note.hide()  # Qt deletes it later
            self.setIndexWidget(self.layers.index(line), None)  # type: ignore[arg-type]
        self._note = self._noted = None

    @property
    def note(self) -> FaultNote | None:
        """What is said at the fault, if there is one."""
        return self._note

    @property
    def at(self) -> Path:
        """The chosen node; () is the input."""
        return self._at

    @property
    def marked(self) -> tuple[Path, ...]:
        """All chosen nodes, without those inside another one and without the input."""
        lines = {index.row() for index in self.selectedIndexes()} | {self.currentIndex().row()}
        return topmost(self.layers.lines[line].at for line in lines if line >= 0)

    def _chosen(self, now: QModelIndex, before: QModelIndex) -> None:  # noqa: ARG002
        if now.isValid():
            self._at = self.layers.lines[now.row()].at
            self.chosen.emit(self._at)

    def _choose_line(self, line: int) -> None:
        index = self.layers.index(line)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)

    def choose(self, at: Path) -> None:
        """Choose the node at a path, opening the blocks that hide it; () is the input."""
        hiding = frozenset(block for block in self.layers.collapsed if at[: len(block)] == block and at != block)
        if hiding:
            self._collapse(self.layers.collapsed - hiding)
        self._choose_line(self.layers.line_of(at))

    def mark(self, paths: Iterable[Path]) -> None:
        """Choose several nodes; the last one is the current one."""
        paths = tuple(paths)
        self.choose(paths[-1])
        for at in paths[:-1]:
            index = self.layers.index(self.layers.line_of(at))
            self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)

    def toggle(self, at: Path) -> None:
        """Open or close the block at a path."""
        self._collapse(self.layers.collapsed ^ {at})
        self._choose_line(self.layers.line_of(at))

    def _collapse(self, collapsed: frozenset[Path]) -> None:
        self._drop_note()
        self.layers.show_report(self.layers.report, collapsed)
        self.show_report(self.layers.report)

    # Events.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        x = round(event.position().x())
        if index.isValid() and self.layers.is_block(index.row()):
            left = indent(look(self), self.layers.lines[index.row()])
            if left <= x <= left + look(self).px(22):
                self.toggle(self.layers.lines[index.row()].at)
                return
        super().mousePressEvent(event)
        if index.isValid():
            what = Columns.of(look(self), self.viewport().width(), 1).at(x)
            if what:
                self.asked.emit(self.layers.lines[index.row()].at, what)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self.layers.is_block(index.row()):
            self.toggle(self.layers.lines[index.row()].at)

    def viewportEvent(self, event: Any) -> bool:
        if isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            row = self.layers.lines[index.row()] if index.isValid() else None
            if row is not None and row.node is not None:
                QToolTip.showText(event.globalPos(), _tip(row), self)
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at, line = self._at, self.currentIndex().row()
        key = Qt.Key(event.key())
        block = line >= 0 and self.layers.is_block(line)
        closed = at in self.layers.collapsed
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(key, 0)
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and at:
            self.removed.emit()
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and step and at:
            self.shifted.emit(step)
        elif block and (
            key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            or (key == Qt.Key.Key_Right and closed)
            or (key == Qt.Key.Key_Left and not closed)
        ):
            self.toggle(at)
        elif key == Qt.Key.Key_Left and len(at) > 1:
            self.choose(at[:-1])
        else:
            super().keyPressEvent(event)


def _tip(row: Row) -> str:
    """What a tooltip says about a line: what it is, and its settings, which may be cut in the line."""
    assert row.node is not None
    about = f"<p><b>{escape(row.path)}</b>: {escape(row.node.about)}</p>"
    return f"{about}<p>{escape(settings(row)[0])}</p>" if settings(row)[0] else about
