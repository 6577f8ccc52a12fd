"""Pictures from a file, from another window or from the clipboard, read in the background."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QImage

from explorer.app.latest import Latest
from explorer.arch.errors import DataError
from explorer.learn.picture import read_picture

PASTED = "the pasted picture"


class Opener(QObject):
    """`found` carries what `read` makes of a picture file, usually (H, W) uint8 ink; `refused` a sentence that says
    why there is none.
    """

    found = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None, read: Callable[[Path], object] = read_picture) -> None:
        """`read` is called on the background thread; its `DataError` names the file."""
        super().__init__(parent)
        self._read = read
        self._reader = Latest("read-picture", self, "the picture cannot be read: {error}")
        self._reader.came.connect(self.found)
        self._reader.ended.connect(self._ended)

    @property
    def busy(self) -> bool:
        """Whether a picture is being read."""
        return self._reader.busy

    def open_path(self, path: Path) -> None:
        """Read a picture file."""
        self._reader.ask(lambda: _read(self._read, path))

    def open_image(self, image: QImage) -> None:
        """Read a picture from memory."""
        self._reader.ask(lambda: _read_image(self._read, image))

    def open_mime(self, mime: QMimeData | None) -> None:
        """Read what was dropped or pasted."""
        # An empty clipboard has none, whatever the annotation of Qt says.
        mime = mime or QMimeData()
        paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
        if paths:
            self.open_path(paths[0])
        elif mime.hasImage() and isinstance(image := mime.imageData(), QImage):
            self.open_image(image)
        else:
            self.refused.emit("There is no picture on the clipboard. Copy one, or draw.")

    @staticmethod
    def takes(mime: QMimeData) -> bool:
        """Whether this can be a picture."""
        return mime.hasImage() or any(url.isLocalFile() for url in mime.urls())

    def stop(self) -> None:
        """Stop reading, and wait for it."""
        self._reader.stop()

    def _ended(self, why: str) -> None:
        if why:
            self.refused.emit(why[:1].upper() + why[1:].rstrip(".") + ".")


def _read(read: Callable[[Path], object], path: Path, name: str = "") -> Iterator[object]:
    try:
        yield read(path)
    except DataError as error:
        # In the window the file's name says enough: its folder would fill the line.
        raise DataError(str(error).replace(str(path), name or f"“{path.name}”")) from None


def _read_image(read: Callable[[Path], object], image: QImage) -> Iterator[object]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pasted.png"
        if not image.save(str(path)):
            raise DataError(f"{PASTED} cannot be read; save it as a PNG file and open that")
        yield from _read(read, path, PASTED)
