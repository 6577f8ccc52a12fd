"""What is shown, to take away: as code, as a picture, or as an animation of the stepping."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QObject, QPoint, QRect, QSize
from PySide6.QtGui import QAction, QGuiApplication, QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from explorer.app.convolve.animation import Animation, Kind, frames_of
from explorer.app.convolve.document import Document
from explorer.app.convolve.network import NetworkPage
from explorer.app.convolve.picture import PicturePage
from explorer.app.convolve.pooling import PoolingPage
from explorer.app.convolve.quiz import QuizPage
from explorer.app.convolve.signal import SignalPage
from explorer.app.theme import MONO, SANS, look
from explorer.arch.errors import DataError
from explorer.arch.storage import reason, write_atomic
from explorer.arch.text import number, plural
from explorer.explain.code import Classify, Pool, numpy_code, torch_code
from explorer.explain.example import Example
from explorer.explain.scan import Step
from explorer.explain.spec import Spec
from explorer.explain.stages import stages

if TYPE_CHECKING:
    from explorer.app.convolve.panel import ConvolvePanel

SHARP = 2
"""Pixels of a PNG for one on the screen."""

CODES = {"numpy": ("NumPy", numpy_code), "pytorch": ("PyTorch", torch_code)}

PICTURES = {"png": "PNG", "svg": "SVG"}

ANIMATIONS: dict[Kind, str] = {"gif": "GIF", "webp": "WebP"}


class Share(QObject):
    """Copies and writes what the panel shows, and says in the status line what it did."""

    def __init__(self, document: Document, panel: ConvolvePanel) -> None:
        super().__init__(panel)
        self._document, self._panel = document, panel
        self.animation = Animation(self)
        self.animation.progress.connect(self._progress)
        self.animation.ended.connect(self._ended)
        self.stop_action = QAction("Stop the animation", self)
        self.stop_action.triggered.connect(self.animation.stop)
        self.stop_action.setEnabled(False)
        self.codes = tuple(self._action(f"Copy as {words} code", partial(self.copy, name))
                           for name, (words, _) in CODES.items())  # fmt: skip
        self.pictures = tuple(self._action(f"Save the page as {words}…", partial(self.ask, name))
                              for name, words in PICTURES.items())  # fmt: skip
        self.animations = tuple(self._action(f"Save the stepping as {words}…", partial(self.ask, name))
                                for name, words in ANIMATIONS.items())  # fmt: skip

    def _action(self, text: str, does: partial[None]) -> QAction:
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

    # Code.

    def example(self) -> Example:
        """What the page shows; pages without an example of their own show the document's."""
        page = self._panel.page
        found: Example | None = None
        if isinstance(page, (PicturePage, QuizPage)):
            found = page.shown()
        elif isinstance(page, SignalPage):
            sliding = page.sliding
            found = Example(sliding.input, sliding.filters, np.zeros(1), sliding.spec, name="Signal")
        return self._document.good if found is None else found

    def code(self, name: str) -> str:
        """What is shown as `numpy` or `pytorch` code."""
        page, write = self._panel.page, CODES[name][1]
        if isinstance(page, PoolingPage):
            settings, example = page.settings, self._document.good
            if settings.relu:
                example = example.with_activation("relu")
            return write(example, Pool(settings.kind, settings.spec(len(example.size))))
        if isinstance(page, NetworkPage):
            return write(*_network(self._document.good))
        return write(self.example())

    def copy(self, name: str) -> None:
        """Copy what is shown as code."""
        code = self.code(name)
        QGuiApplication.clipboard().setText(code)
        lines = plural(code.count("\n"), "line")
        self._say(f"Copied {lines} of {CODES[name][0]} code. They print the output that is shown.")

    # Files.

    def ask(self, kind: str) -> None:
        """Ask for a file, and write it."""
        name = "".join(c if c.isalnum() or c in "-_" else "-" for c in self._panel.page.name)
        words = next(words for name, words in (*PICTURES.items(), *ANIMATIONS.items()) if name == kind)
        start = str(Path.home() / f"convolution-{name}.{kind}")
        path, _filter = QFileDialog.getSaveFileName(self._panel, f"Save as {words}", start, f"{words} (*.{kind})")
        if path:
            target = Path(path)
            self.write(kind, target if target.suffix else target.with_suffix(f".{kind}"))

    def write(self, kind: str, path: Path) -> None:
        """Write `png`, `svg`, `gif` or `webp`; an animation goes on beside the window."""
        if kind in ("gif", "webp"):
            self._animate("gif" if kind == "gif" else "webp", path)
            return
        data = page_png(self._panel.page) if kind == "png" else page_svg(self._panel.page)
        try:
            write_atomic(path, data)
        except OSError as error:
            self._say(f"{path.name} cannot be written: {reason(error)}. Choose another place.")
        else:
            self._say(f"Wrote {path.name}.")

    def _animate(self, kind: Kind, path: Path) -> None:
        if self.animation.running:
            self._say("The last animation is still being made. Wait for it, or stop it.")
            return
        page = self._panel.page
        try:
            frames = frames_of(page, self._document.good)
        except DataError as error:
            self._say(str(error))
            return
        self.stop_action.setEnabled(True)
        self.animation.start(frames, kind, path, page.bar.speed)

    def _progress(self, done: int, count: int, what: str) -> None:
        self._say(f"{what} {number(done)} of {number(count)}…")

    def _ended(self, words: str) -> None:
        self.stop_action.setEnabled(False)
        self._say(words)

    def _say(self, words: str) -> None:
        self._panel.workspace.said.emit(words)


def _network(example: Example) -> tuple[Example, Pool, Classify]:
    """The whole network as its parts."""
    pooled, linear = (next(s for s in stages(example) if s.name == name) for name in ("pool", "linear"))
    steps = [linear.step((k,)).detail for k in range(linear.count)]
    parts = [part for part in steps if isinstance(part, Step)]
    end = Classify(
        np.array([[term.weight for term in part.terms] for part in parts]), np.array([part.bias for part in parts])
    )
    size = tuple(min(2, n) for n in pooled.input.shape[1:])
    return example.with_activation("relu"), Pool("max", Spec(size, size, ((0, 0),) * len(size), (1,) * len(size))), end


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
