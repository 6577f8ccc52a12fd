"""Words and small controls in the app's few styles."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from explorer.app.theme import look

WIDEST = 16_777_215
"""No limit to a widget's size, as Qt writes it."""


def label(text: str = "", role: str = "text", wrap: bool = False) -> QLabel:
    """A label; roles: title, head, caption, note, number, figure, formula, warning, text."""
    made = QLabel(text)
    made.setProperty("role", role)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made


def button(
    text: str,
    action: Callable[[], object] | None = None,
    role: str = "",
    tip: str = "",
    kind: type[QPushButton] = QPushButton,
) -> QPushButton:
    """A push button of a kind; roles: primary (one a page), quiet, link, segment, tab, or plain."""
    made = kind(text)
    if role:
        made.setProperty("role", role)
    if tip:
        made.setToolTip(tip)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if action is not None:
        made.clicked.connect(lambda *_: action())
    return made


class Info(QToolButton):
    """The ⓘ of a heading: hover or press it to read the explanation."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText("i")
        self.setProperty("role", "info")
        self.setToolTip(f"<p>{text}</p>")
        self.setAccessibleName("About this")
        self.setAccessibleDescription(text)
        self.clicked.connect(
            lambda: QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), self.toolTip(), self)
        )


class Head(QWidget):
    """A section heading with its ⓘ and an optional caption behind it.

    With `cut`, a caption takes the room there is and ends in … where it is too long: nothing around it moves.
    """

    def __init__(
        self, text: str, info: str = "", caption: str = "", parent: QWidget | None = None, *, cut: bool = False
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._head = label(text, "head")
        row.addWidget(self._head)
        if info:
            row.addWidget(Info(info))
        self._caption: QLabel = Elided("note") if cut else label("", "note")
        row.addWidget(self._caption, 1 if cut else 0)
        if not cut:
            row.addStretch(1)
        self.set_caption(caption)

    def set_text(self, text: str) -> None:
        """Change the heading."""
        self._head.setText(text)

    def set_caption(self, text: str) -> None:
        """Change the words behind it."""
        if isinstance(self._caption, Elided):
            self._caption.show_text(text)
        else:
            self._caption.setText(text)


class Elided(QLabel):
    """One line of text that ends in … where it is too long; hovering it shows all of it."""

    def __init__(self, role: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def whole(self) -> str:
        """The text before it is cut."""
        return self._whole

    def show_text(self, text: str) -> None:
        """Show a text, as much of it as there is room for."""
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def _fit(self) -> None:
        fitted = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.contentsRect().width())
        if fitted != self.text():
            self.setText(fitted)
        self.setToolTip(self._whole if fitted != self._whole else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()


def line() -> QFrame:
    """A hair line across."""
    made = QFrame()
    made.setProperty("role", "line")
    return made


def column(*items: QWidget | int | None, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QWidget:
    """Widgets below one another; an int is extra space, `None` a stretch."""
    return _box(QVBoxLayout(), items, gap, margins)


def row(*items: QWidget | int | None, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QWidget:
    """Widgets beside one another; an int is extra space, `None` a stretch."""
    return _box(QHBoxLayout(), items, gap, margins)


def _box(
    box: QVBoxLayout | QHBoxLayout,
    items: tuple[QWidget | int | None, ...],
    gap: int,
    margins: tuple[int, int, int, int],
) -> QWidget:
    made = QWidget()
    made.setLayout(box)
    box.setContentsMargins(*margins)
    box.setSpacing(gap)
    for item in items:
        if item is None:
            box.addStretch(1)
        elif isinstance(item, int):
            box.addSpacing(item)
        else:
            box.addWidget(item)
    return made


def scrolled(content: QWidget, across: bool = False) -> QScrollArea:
    """`content` in a scroll area that shows a bar only when there is too little room; with `across`, one below too."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    if not across:
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    content.setProperty("role", "plain")
    area.setWidget(content)
    area.viewport().setAutoFillBackground(False)
    return area


class Explained(QLabel):
    """A number whose tooltip is its arithmetic: it is shown on hover, on a click and on Enter."""

    def __init__(self, text: str = "", role: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setCursor(Qt.CursorShape.WhatsThisCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        _explain(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _asked(self, event):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _mark_focus(self)


def _explain(widget: QWidget) -> None:
    """Show a widget's tooltip below it. Not at a press: Qt takes tooltips away when a button is let go."""
    if widget.toolTip():
        QToolTip.showText(widget.mapToGlobal(widget.rect().bottomLeft()), widget.toolTip(), widget)


def _asked(widget: QWidget, event: QKeyEvent) -> bool:
    """Whether a key asks for an explanation; it is then given."""
    asked = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
    if asked:
        _explain(widget)
    return asked


def _mark_focus(widget: QWidget) -> None:
    if widget.hasFocus():
        painter = QPainter(widget)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look(widget).colour("accent"), 2))
        painter.drawRoundedRect(QRectF(widget.rect()).adjusted(1, 1, -1, -1), 4, 4)


class Figure(QWidget):
    """A large number over what it counts. `why` is its arithmetic, shown on hover, on a click and on Enter."""

    def __init__(self, unit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        self._value, self._unit = label("–", "figure"), label(unit, "caption")
        for part in (self._value, self._unit):
            part.setAlignment(Qt.AlignmentFlag.AlignRight)
            box.addWidget(part)
        self.setCursor(Qt.CursorShape.WhatsThisCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_value(self, text: str, why: str = "") -> None:
        """Show a number and where it comes from."""
        if self._value.text() != text:
            self._value.setText(text)
        self.setToolTip(why)
        self.setAccessibleName(f"{text} {self._unit.text()}")
        self.setAccessibleDescription(why)

    def show_unit(self, unit: str) -> None:
        """Say what the number counts."""
        self._unit.setText(unit)

    @property
    def text(self) -> str:
        """The number as shown."""
        return self._value.text()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        _explain(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _asked(self, event):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        _mark_focus(self)


def style_again(widget: QWidget) -> None:
    """Let the style sheet see a changed property."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
