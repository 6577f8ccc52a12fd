"""What the window needs of a panel."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QUndoStack
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.app.icons import Icon
from explorer.app.workspace import Workspace


class Panel(QWidget):
    """A page of the window, made as `SomePanel(workspace, parent)`.

    Class attributes: `name` (as on the command line), `title` (in the rail) and `icon`.
    """

    name: str
    title: str
    icon: Icon

    trains: bool = False
    """Whether networks are trained here."""

    heading_changed = Signal()
    """What the top bar says of this panel is new."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace

    def meet(self, others: frozenset[str]) -> None:
        """Which panels the window has, by their names."""

    def heading(self) -> tuple[str, str]:
        """What the top bar says: what is open, and its state in a word or two."""
        return self.title, ""

    def tools(self) -> tuple[QPushButton, ...]:
        """Buttons for the top bar while this panel is shown; made once."""
        return ()

    def menu_actions(self) -> tuple[QAction, ...]:
        """Actions with shortcuts that work while this panel is shown."""
        return ()

    def undo_stack(self) -> QUndoStack:
        """The history that Undo and Redo go through while this panel is shown; the network's, unless it has its own."""
        return self.workspace.undo

    def hint(self) -> str:
        """Keys that work here, for the right end of the status bar."""
        return ""

    def tour(self) -> Iterator[str]:
        """Bring the panel into each state worth a picture, and name it; the picture is taken after each `yield`."""
        yield ""

    def close_down(self) -> None:
        """The window closes: stop what runs and keep what there is, without asking."""
