"""The list of layers with their shapes and costs; rows are chosen, moved, removed and dropped in.

┃ Conv2d  16 filters 5×5   16 × 10 × 10    2 416 ▬    6.4 KB ▬▬    240 000
  └ name  └ detail         └ output        └ parameters └ memory   └ multiply-adds
"""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from explorer.app.build.palette import LAYER_TYPE
from explorer.app.build.rows import ROW, Columns, paint_row
from explorer.app.theme import look
from explorer.app.widgets.text import button, label
from explorer.arch.analysis import Report
from explorer.arch.text import number, times

LAYER_ROW = "application/x-explorer-layer-row"
"""Mime type of a dragged row; the data are its layer's position."""

Index = QModelIndex | QPersistentModelIndex


class LayerModel(QAbstractListModel):
    """Row 0 is the input, row i + 1 is layer i. It only shows a report; wishes leave as signals."""

    moved = Signal(int, int)
    inserted = Signal(str, int)

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report

    def show_report(self, report: Report) -> None:
        """Show another report; rows are reset only if their number changed."""
        same = len(report.rows) == len(self.report.rows)
        if not same:
            self.beginResetModel()
        self.report = report
        if same:
            self.dataChanged.emit(self.index(0), self.index(len(report.rows) - 1))
        else:
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        return 0 if parent.isValid() else len(self.report.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.report.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            shape = times(row.output) if row.output else "unknown"
            return f"{row.path} {row.type}, output {shape}, {number(row.parameters or 0)} parameters"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return base | Qt.ItemFlag.ItemIsDragEnabled if index.row() else base

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [LAYER_ROW, LAYER_TYPE]

    def mimeData(self, indexes: Any) -> QMimeData:
        data = QMimeData()
        data.setData(LAYER_ROW, str(indexes[0].row() - 1).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:  # noqa: ARG002
        if row < 0:
            row = parent.row() + 1 if parent.isValid() else self.rowCount()
        place = max(0, row - 1)
        if data.hasFormat(LAYER_TYPE):
            self.inserted.emit(bytes(data.data(LAYER_TYPE).data()).decode(), place)
        elif data.hasFormat(LAYER_ROW):
            start = int(data.data(LAYER_ROW).data())
            self.moved.emit(start, place - 1 if place > start else place)
        # False: the view must not remove the dragged row itself, the document does that.
        return False


class _Delegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        view = self.parent()
        assert isinstance(model, LayerModel)
        assert isinstance(view, QListView)
        report, row = model.report, model.report.rows[index.row()]
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
        paint_row(painter, style, report, row, rect.width(), height, bool(state & QStyle.StateFlag.State_Selected))
        if state & QStyle.StateFlag.State_Selected and view.hasFocus():
            painter.setPen(style.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRect(0, 0, rect.width() - 1, rect.height() - 2))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        view, model = self.parent(), index.model()
        assert isinstance(view, LayerList)
        assert isinstance(model, LayerModel)
        fault, extra = model.report.fault, 0
        if fault is not None and fault.index + 1 == index.row():
            extra = look(view).px(48)
            if view.note is not None:
                extra = max(extra, view.note.heightForWidth(view.viewport().width()))
        return QSize(look(view).px(200), look(view).px(ROW) + extra)


class FaultNote(QWidget):
    """Says at the layer what does not fit, and offers the repairs. `repair` carries the index of the one chosen."""

    repair = Signal(int)

    def __init__(self, report: Report, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        assert report.fault is not None
        self.fault = report.fault
        box = QVBoxLayout(self)
        self._top = look(self).px(ROW)
        box.setContentsMargins(look(self).px(24), self._top, look(self).px(8), look(self).px(10))
        box.setSpacing(look(self).px(6))
        self.message = label(report.fault.message, "warning", wrap=True)
        box.addWidget(self.message)
        row = QHBoxLayout()
        row.setSpacing(look(self).px(8))
        self.buttons = []
        for index, fix in enumerate(report.fault.fixes):
            made = button(fix.text, partial(self.repair.emit, index), "primary" if index == 0 else "")
            self.buttons.append(made)
            row.addWidget(made)
        row.addStretch(1)
        box.addLayout(row)

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        assert layout is not None
        return layout.totalHeightForWidth(width) - self._top


class LayerList(QListView):
    """The list itself. Wishes leave as signals; positions are those of layers (−1 is the input)."""

    chosen = Signal(int)
    asked = Signal(int, str)
    removed = Signal(int)
    shifted = Signal(int, int)
    repaired = Signal(int)

    def __init__(self, report: Report, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = LayerModel(report)
        self.setModel(self.layers)
        self.setItemDelegate(_Delegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
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
        self.selectionModel().currentChanged.connect(self._chosen)
        self.show_report(report)

    def show_report(self, report: Report) -> None:
        """Show another report; the chosen row stays."""
        current = self.currentIndex().row()
        self.setUpdatesEnabled(False)
        self._drop_note()
        self.layers.show_report(report)
        if report.fault:
            self._note = FaultNote(report)
            self._note.repair.connect(self.repaired)
            self.setIndexWidget(self.layers.index(report.fault.index + 1), self._note)
        self.scheduleDelayedItemsLayout()
        row = min(max(current, 0), len(report.rows) - 1)
        if self.currentIndex().row() != row:
            self.choose(row - 1)
        self.setUpdatesEnabled(True)

    def _drop_note(self) -> None:
        fault = self.layers.report.fault
        if self._note is not None and fault is not None:
            self.setIndexWidget(self.layers.index(fault.index + 1), None)  # type: ignore[arg-type]
        self._note = None

    @property
    def note(self) -> FaultNote | None:
        """What is said at the fault, if there is one."""
        return self._note

    def _chosen(self, now: QModelIndex, before: QModelIndex) -> None:  # noqa: ARG002
        self.chosen.emit(now.row() - 1)

    def choose(self, position: int) -> None:
        """Choose the layer at `position`; −1 is the input."""
        index = self.layers.index(position + 1)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            x = round(event.position().x())
            what = Columns.of(look(self), self.viewport().width(), 1).at(x)
            if what:
                self.asked.emit(index.row() - 1, what)

    def viewportEvent(self, event: Any) -> bool:
        if isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            row = self.layers.report.rows[index.row()] if index.isValid() else None
            if row is not None and row.layer is not None:
                QToolTip.showText(event.globalPos(), f"<p><b>{row.path}</b>: {row.layer.about}</p>", self)
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        position = self.currentIndex().row() - 1
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        count = len(self.layers.report.rows) - 1
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and position >= 0:
            self.removed.emit(position)
        elif alt and event.key() == Qt.Key.Key_Up and position > 0:
            self.shifted.emit(position, position - 1)
        elif alt and event.key() == Qt.Key.Key_Down and 0 <= position < count - 1:
            self.shifted.emit(position, position + 1)
        else:
            super().keyPressEvent(event)
