"""Where one number comes from: its equation, the numbers put in, and what they do, in words."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from explorer.app.theme import MONO, Look, look
from explorer.app.widgets.scale import ink_of_sign
from explorer.app.widgets.text import Head
from explorer.explain.recurrent.notation import html
from explorer.explain.recurrent.story import Story
from explorer.explain.recurrent.words import Piece

INFO = (
    "The equation as it stands in a book, below it with the numbers of the chosen unit, then each share of the sum "
    "with its largest products. Click another cell of the state, or another bar, to see where that comes from."
)


class StoryBox(QWidget):
    """Shows a `Story`; all of it is text that can be marked and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._story: Story | None = None
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        self.head = Head("Where it comes from", INFO)
        box.addWidget(self.head)
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.addWidget(self.text, 1)

    @property
    def story(self) -> Story | None:
        """What is told."""
        return self._story

    def show_story(self, story: Story | None) -> None:
        """Tell another one; `None` tells nothing."""
        self._story = story
        if story is None:
            self.text.setText("")
            return
        self.head.set_text(f"{story.title}, where it comes from")
        style = look(self)
        second, size = style.theme.second, style.px(13)
        mono = f"font-family:'{MONO}'"
        parts = [
            f'<p style="{mono}; font-size:{style.px(14)}px; margin:0 0 6px 0">{html(story.equation)}</p>',
            f'<p style="{mono}; font-size:{style.px(15)}px; margin:0 0 6px 0">'
            f"{''.join(_dressed(style, piece) for piece in story.formula)}</p>",
            *(
                f'<p style="color:{second}; font-size:{size}px; margin:0 0 3px 0">{escape(line)}</p>'
                for line in dict.fromkeys((*story.details, *story.remarks))
            ),
        ]
        self.text.setText("".join(parts))
        self.text.setAccessibleName(" ".join(story.lines))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "text"):
            self.show_story(self._story)


def _dressed(style: Look, piece: Piece) -> str:
    text = escape(piece.text).replace(" ", "&nbsp;") if piece.tone == "result" else escape(piece.text)
    if piece.tone in ("positive", "negative"):
        colour = ink_of_sign(style, 1.0 if piece.tone == "positive" else -1.0, "paper").name()
        return f'<span style="color:{colour}; font-weight:600">{text}</span>'
    if piece.tone == "result":
        wash = style.theme.wash
        return f'<span style="background:{wash}; font-weight:600">&nbsp;{text}&nbsp;</span>'
    if piece.tone in ("word", "zero"):
        return f'<span style="color:{style.theme.second}">{text}</span>'
    return text
