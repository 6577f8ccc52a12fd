"""The network as code: the chosen layer's lines are lit, and a click on a line chooses its layer."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from explorer.app.theme import look
from explorer.arch.export import Code
from explorer.arch.tree import Path

_WORDS = re.compile(
    r"(?P<comment>#.*)|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    rf"|(?P<keyword>\b(?:{'|'.join(keyword.kwlist)}|self)\b)|(?P<number>\b\d[\d_.e]*\b)"
)


class _Colours(QSyntaxHighlighter):
    """Comments, strings, keywords and numbers."""

    def __init__(self, document: QTextDocument, colours: dict[str, QColor]) -> None:
        super().__init__(document)
        self.colours = colours

    def highlightBlock(self, text: str) -> None:
        quoted = self.previousBlockState() == 1
        if text.count('"""') == 1 or quoted:  # a docstring of several lines
            ends = quoted and '"""' in text
            self.setCurrentBlockState(0 if ends else 1)
            self._colour(0, len(text), "comment")
            return
        self.setCurrentBlockState(0)
        for match in _WORDS.finditer(text):
            self._colour(match.start(), match.end() - match.start(), match.lastgroup or "")

    def _colour(self, start: int, length: int, what: str) -> None:
        form = QTextCharFormat()
        form.setForeground(self.colours.get(what, QColor()))
        self.setFormat(start, length, form)


class CodeView(QPlainTextEdit):
    """Shows code; `chosen` carries the path of the node whose line was clicked."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code = Code("", {})
        self._at: Path = ()
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName("Code of the network")
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self._colours = _Colours(self.document(), {})
        self._dress()

    def show_code(self, code: Code) -> None:
        """Show other code; the place in it stays."""
        if code.text == self._code.text:
            self._code = code
            return
        before, self._code = self._code.text, code
        across, down = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        self._replace(before, code.text)
        self.horizontalScrollBar().setValue(across)
        self.verticalScrollBar().setValue(down)
        self.show_chosen(self._at)

    def _replace(self, before: str, after: str) -> None:
        """Change only the lines that differ, so that Qt need not colour and measure all of a long text anew."""
        old, new = before.split("\n"), after.split("\n")
        first = _common(old, new)
        if not first:
            self.setPlainText(after)
            return
        last = _common(old[: first - 1 : -1], new[: first - 1 : -1])
        start, end = (self.document().findBlockByNumber(line) for line in (first - 1, len(old) - last - 1))
        cursor = QTextCursor(start)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        cursor.setPosition(end.position() + end.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText("".join(f"\n{line}" for line in new[first : len(new) - last]))

    def show_chosen(self, at: Path, reveal: bool = False) -> None:
        """Light up the lines of the node at a path, and with `reveal` scroll to them."""
        self._at = at
        style = look(self)
        lit = []
        for first, last in self._code.lines.get(at, ()):
            for line in range(first, last + 1):
                selection = QTextEdit.ExtraSelection()
                block = self.document().findBlockByNumber(line)
                selection.cursor = QTextCursor(block)
                selection.format.setBackground(style.colour("wash"))
                selection.format.setProperty(QTextCharFormat.Property.FullWidthSelection, True)
                lit.append(selection)
        self.setExtraSelections(lit)
        ranges = self._code.lines.get(at, ())
        if reveal and ranges:
            cursor = QTextCursor(self.document().findBlockByNumber(ranges[0][0]))
            self.setTextCursor(cursor)
            self.centerCursor()

    @property
    def lit(self) -> tuple[int, ...]:
        """The numbers of the lines that are lit, from 0."""
        return tuple(selection.cursor.blockNumber() for selection in self.extraSelections())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            at = self._code.at(self.cursorForPosition(event.position().toPoint()).blockNumber())
            if at is not None:
                self.chosen.emit(at)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange) and hasattr(self, "_colours"):
            self._dress()

    def _dress(self) -> None:
        style = look(self)
        wanted = style.font(13, QFont.Weight.Normal, mono=True)
        if self.document().defaultFont() != wanted:
            self.document().setDefaultFont(wanted)
        colours = {
            "comment": style.colour("third"),
            "text": style.colour("good"),
            "keyword": style.colour("accent"),
            "number": style.colour("warning"),
        }
        if colours != self._colours.colours:
            self._colours.colours = colours
            self._colours.rehighlight()
        self.show_chosen(self._at)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    return next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
