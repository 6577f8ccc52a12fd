"""What a panel shows, to take away: pictures of the page and animations of its stepping, written to files.

class Share(Sharing):
    def page(self) -> QWidget: ...
    def frames(self) -> tuple[Frames, float]: ...
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QObject, QPoint, QRect, QSize
from PySide6.QtGui import QAction, QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from explorer.app.animation import Animation, Frames, Kind
from explorer.app.theme import MONO, SANS, look
from explorer.arch.errors import DataError
from explorer.arch.storage import reason, write_atomic
from explorer.arch.text import number

SHARP = 2
"""Pixels of a PNG for one on the screen."""

PICTURES = {"png": "PNG", "svg": "SVG"}

ANIMATIONS: dict[Kind, str] = {"gif": "GIF", "webp": "WebP"}


class Sharing(QObject):
    """Base of what writes a panel's pictures and animations. `codes` are a panel's own actions, first in the menu.

    `say` tells what was done; `stem` begins the names of files.
    """

    codes: tuple[QAction, ...] = ()

    def __init__(self, panel: QWidget, say: Callable[[str], object], stem: str) -> None:
        super().__init__(panel)
        self._over, self.say, self._stem = panel, say, stem
        self.animation = Animation(self)
        self.animation.progress.connect(self._progress)
        self.animation.ended.connect(self._ended)
        self.stop_action = self.action("Stop the animation", self.animation.stop)
        self.stop_action.setEnabled(False)
        self.pictures = tuple(
            self.action(f"Save the page as {words}…", partial(self.ask, name)) for name, words in PICTURES.items()
        )
        self.animations = tuple(
            self.action(f"Save the stepping as {words}…", partial(self.ask, name)) for name, words in ANIMATIONS.items()
        )

    def page(self) -> QWidget:
        """The page that is shown."""
        raise NotImplementedError

    def page_name(self) -> str:
        """Its name, for a file's."""
        raise NotImplementedError

    def frames(self) -> tuple[Frames, float]:
        """The stepping from its beginning, and how many steps pass in a second. Raises `DataError` without steps."""
        raise NotImplementedError

    def action(self, text: str, does: Callable[[], object]) -> QAction:
        """An action that does something."""
        made = QAction(text, self)
        made.triggered.connect(lambda *_: does())
        return made

    @property
    def actions(self) -> tuple[QAction, ...]:
        """Everything that can be done here."""
        return (*self.codes, *self.pictures, *self.animations, self.stop_action)

    def menu(self, parent: QWidget) -> QMenu:
        """The same as a menu."""
        menu = QMenu(parent)
        for group in (self.codes, self.pictures, self.animations):
            menu.addActions(list(group))
            menu.addSeparator()
        menu.addAction(self.stop_action)
        return menu

    def close_down(self) -> None:
        """Stop what runs, and wait for it."""
        self.animation.close_down()

    def ask(self, kind: str) -> None:
        """Ask for a file, and write it."""
        words = next(words for name, words in (*PICTURES.items(), *ANIMATIONS.items()) if name == kind)
        path = self.asked(words, kind, self.page_name())
        if path is not None:
            self.write(kind, path)

    def asked(self, words: str, ending: str, name: str) -> Path | None:
        """The file that the user names; `None` if none."""
        plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in name)
        start = str(Path.home() / f"{self._stem}-{plain}.{ending}")
        path, _filter = QFileDialog.getSaveFileName(self._over, f"Save as {words}", start, f"{words} (*.{ending})")
        target = Path(path)
        return None if not path else target if target.suffix else target.with_suffix(f".{ending}")

    def write(self, kind: str, path: Path) -> None:
        """Write `png`, `svg`, `gif` or `webp`; an animation goes on beside the window."""
        if kind in ("gif", "webp"):
            self._animate("gif" if kind == "gif" else "webp", path)
        elif self.put(path, page_png(self.page()) if kind == "png" else page_svg(self.page())):
            self.say(f"Wrote {path.name}.")

    def put(self, path: Path, data: bytes) -> bool:
        """Write a file whole, or say why not."""
        try:
            write_atomic(path, data)
        except OSError as error:
            self.say(f"{path.name} cannot be written: {reason(error)}. Choose another place.")
            return False
        return True

    def _animate(self, kind: Kind, path: Path) -> None:
        if self.animation.running:
            self.say("The last animation is still being made. Wait for it, or stop it.")
            return
        try:
            frames, speed = self.frames()
        except DataError as error:
            self.say(str(error))
            return
        self.stop_action.setEnabled(True)
        self.animation.start(frames, kind, path, speed)

    def _progress(self, done: int, count: int, what: str) -> None:
        self.say(f"{what} {number(done)} of {number(count)}…")

    def _ended(self, words: str) -> None:
        self.stop_action.setEnabled(False)
        self.say(words)


def page_png(page: QWidget) -> bytes:
    """A page as it is shown, with twice its pixels."""
    image = QImage(page.size() * SHARP, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SHARP)
    image.fill(look(page).colour("paper"))
    page.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def page_svg(page: QWidget) -> bytes:
    """A page as it is shown, to be enlarged at will. Text stays text."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    made = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    made.setOutputDevice(buffer)
    made.setSize(QSize(page.width(), page.height()))
    made.setViewBox(QRect(0, 0, page.width(), page.height()))
    made.setTitle(page.accessibleName())
    painter = QPainter(made)
    painter.fillRect(page.rect(), look(page).colour("paper"))
    page.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    painter.end()
    text = bytes(buffer.data().data())
    for font, generic in ((SANS, "sans-serif"), (MONO, "monospace")):
        text = text.replace(f'font-family="{font}"'.encode(), f'font-family="{font}, {generic}"'.encode())
    return text
