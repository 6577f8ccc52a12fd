"""Pictures from a file, from another window or from the clipboard, read in the background."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QImage

from explorer.app.worker import Worker
from explorer.arch.errors import DataError, ExplorerError
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
        self._worker = Worker(self)
        self._worker.batch.connect(lambda pictures: self.found.emit(pictures[-1]))
        self._worker.ended.connect(self._ended)
        self._next: Callable[[], Iterator[object]] | None = None

    @property
    def busy(self) -> bool:
        """Whether a picture is being read."""
        return self._worker.running

    def open_path(self, path: Path) -> None:
        """Read a picture file."""
        self._start(lambda: _read(self._read, path))

    def open_image(self, image: QImage) -> None:
        """Read a picture from memory."""
        self._start(lambda: _read_image(self._read, image))

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
        self._next = None
        self._worker.stop(wait=True)

    def _start(self, read: Callable[[], Iterator[object]]) -> None:
        if self._worker.running:
            self._next = read
        else:
            self._worker.start(read, "read-picture")

    def _ended(self, error: BaseException | None) -> None:
        if error is not None:
            words = str(error) if isinstance(error, ExplorerError) else f"the picture cannot be read: {error}"
            self.refused.emit(words[:1].upper() + words[1:].rstrip(".") + ".")
        following, self._next = self._next, None
        if following is not None:
            self._start(following)


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
