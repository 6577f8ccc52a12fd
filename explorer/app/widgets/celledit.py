"""The line in which one types a cell's number, right in the cell."""

from __future__ import annotations

from math import isfinite

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from explorer.app.theme import look
from explorer.app.widgets.text import label, style_again

LARGEST = 1e9
"""Sizes beyond it are no use in a grid, and would not fit."""


class NumberError(ValueError):
    """What was typed is no number; the message says why, for the user."""


def read_number(text: str) -> float:
    """A typed number; a decimal comma and a true minus count. Raises `NumberError`."""
    plain = text.strip().replace("−", "-").replace("\u2009", "").replace(",", ".")
    if not plain:
        raise NumberError("empty: type a number")
    if "_" in plain:  # Python would read it
        raise NumberError("not a number")
    try:
        value = float(plain)
    except ValueError:
        raise NumberError("not a number") from None
    if not isfinite(value):
        raise NumberError("not a finite number")
    if abs(value) > LARGEST:
        raise NumberError("too large")
    return value + 0.0


class CellEdit(QLineEdit):
    """Opens over a cell; Enter commits, Escape cancels, and what is no number is said below and stays open."""

    committed = Signal(float)

    def __init__(self, grid: QWidget) -> None:
        super().__init__(grid)
        self._grid = grid
        self._forwarding = False
        self._open = False
        self.hide()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMaxLength(16)
        self.setAccessibleName("New value")
        self.textEdited.connect(self._calm)
        self._note: QLabel = label("", "warning")
        self._note.setParent(grid)
        self._note.hide()

    @property
    def is_open(self) -> bool:
        """Whether a cell is being typed into."""
        return self._open

    @property
    def complaint(self) -> str:
        """Why the text could not be taken; empty if it could."""
        return self._note.text() if self._note.isVisibleTo(self._grid) else ""

    def open(self, cell: QRectF, text: str) -> None:
        """Begin over a cell, with a text."""
        style = look(self)
        wide = max(cell.width(), style.px(52))
        place = QRectF(cell.center().x() - wide / 2, cell.y(), wide, max(cell.height(), style.px(22)))
        place.moveLeft(min(max(place.left(), 0.0), max(0.0, self._grid.width() - wide)))
        t = style.theme
        self.setStyleSheet(
            f"QLineEdit {{ padding: 0; border-radius: 0; border: {style.px(2)}px solid {t.accent}; min-height: 0;"
            f" font-size: {style.px(14)}px; }} QLineEdit[wrong='true'] {{ border-color: {t.warning}; padding: 0; }}"
        )
        self._note.setStyleSheet(
            f"QLabel {{ background: {t.warning_wash}; border: 1px solid {t.warning}; border-radius: {style.px(4)}px;"
            f" color: {t.warning}; padding: {style.px(2)}px {style.px(6)}px; }}"
        )
        self._calm()
        self.setGeometry(place.toRect().adjusted(0, 0, 1, 1))
        self.setText(text.replace("-", "−"))
        self._open = True
        self.show()
        self.raise_()
        self.setFocus()

    def forward(self, event: QKeyEvent) -> None:
        """A key that reached the grid while this is open."""
        if self._forwarding:  # it was not wanted here, and came back to the grid
            event.ignore()
            return
        self._forwarding = True
        try:
            QCoreApplication.sendEvent(self, event)
        finally:
            self._forwarding = False

    def commit(self) -> bool:
        """Take the text as it is; false, with the reason shown, if it is no number."""
        try:
            value = read_number(self.text())
        except NumberError as error:
            self._complain(str(error))
            return False
        self.cancel()
        self.committed.emit(value)
        return True

    def finish(self) -> None:
        """End: take what is a number, forget what is none."""
        if self._open and not self.commit():
            self.cancel()

    def cancel(self) -> None:
        """End without a change."""
        if not self._open:
            return
        self._open = False
        had = self.hasFocus()
        self._calm()
        self.hide()
        if had:
            self._grid.setFocus()

    def _complain(self, why: str) -> None:
        self.setProperty("wrong", True)
        style_again(self)
        self._note.setText(why)
        self.setAccessibleDescription(why)
        self._note.adjustSize()
        below = self.geometry().bottom() + 2
        if below + self._note.height() > self._grid.height():
            below = max(0, self.geometry().top() - self._note.height() - 2)
        left = min(self.geometry().left(), max(0, self._grid.width() - self._note.width()))
        self._note.move(max(0, left), below)
        self._note.show()
        self._note.raise_()

    def _calm(self) -> None:
        if self.property("wrong"):
            self.setProperty("wrong", False)
            style_again(self)
        self.setAccessibleDescription("")
        self._note.hide()

    def event(self, event: QEvent) -> bool:
        # Tab would leave the grid; here it means: this one is done.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab:
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
        elif key == Qt.Key.Key_Escape:
            self.cancel()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Tab):
            if self.commit():
                arrow = Qt.Key.Key_Right if key == Qt.Key.Key_Tab else key
                go = QKeyEvent(QEvent.Type.KeyPress, arrow, Qt.KeyboardModifier.NoModifier)
                QCoreApplication.sendEvent(self._grid, go)
        elif event.text() == "-":
            self.insert("−")
            self._calm()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._open and event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self.finish()
