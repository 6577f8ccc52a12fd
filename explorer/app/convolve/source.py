"""Where the picture comes from: a file, the drawing pad, or a sample of a data set.

source = Source(workspace)
source.changed.connect(lambda: look_at(source.pixels))
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QMimeData, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QWidget

from explorer.app.latest import Latest
from explorer.app.opener import Opener
from explorer.app.widgets.numbers import NumberRow
from explorer.app.widgets.pad import Pad
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import button, row
from explorer.app.workspace import Workspace
from explorer.arch.text import number, times
from explorer.learn.image import Photo, read_image
from explorer.learn.samples import SAMPLES, offered, sample

FILES = "Pictures (*.png *.jpg *.jpeg *.gif *.bmp *.webp *.tif *.tiff *.ppm *.avif);;All files (*)"

DRAWN = 112
"""Pixels at a side that a drawing is read at: its map then follows the pen."""

FOLLOW = 8
"""Milliseconds after a movement of the pen in which the picture follows."""

WAYS = {"sample": "Sample", "file": "Picture", "pad": "Drawing"}


class Source(QWidget):
    """Controls in a row, and the picture they lead to. One that cannot be read leaves the one before in place."""

    changed = Signal()
    """Another picture, or the same in grey or in colour."""

    way_changed = Signal(str)
    said = Signal(str, bool)
    """A sentence on the picture, and whether it is a warning."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.pad = Pad("Draw here")
        self.ways, self.tones = Tabs(WAYS), Tabs({"grey": "Grey", "colour": "Colour"})
        self._photos: dict[str, Photo] = {}
        self._words: dict[str, str] = {}
        self._name = ""
        self._opener = Opener(self, read_image)
        self._reader = Latest("sample", self, "The sample cannot be read: {error}.")
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(FOLLOW)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.open_button = button("Open…", self.ask, tip="Open a picture of any kind; or drop it here (Ctrl+O)")
        self.paste_button = button("Paste", self.paste, "quiet", "The picture on the clipboard (Ctrl+V)")
        self.sets = QComboBox()
        self.sets.setAccessibleName("Data set")
        for one in offered(self._workspace.data_folder):
            self.sets.addItem(one.title, one.name)
        self.number = NumberRow("Sample", 1, SAMPLES)
        self.number.show_numbers((1,))
        self.number.setMinimumWidth(220)
        self.undo_button = button("Undo stroke", self.pad.undo, tip="Take back the last stroke")
        self.clear_button = button("Clear", self.pad.clear, "quiet", "Begin anew")
        self._tools = {
            "file": row(self.open_button, self.paste_button),
            "sample": row(self.sets, self.number),
            "pad": row(self.undo_button, self.clear_button),
        }
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        box.addWidget(self.ways)
        for tools in self._tools.values():
            box.addWidget(tools)
        box.addWidget(self.tones)
        box.addStretch(1)
        self._show_way()

    def _connect(self) -> None:
        self.ways.chosen.connect(self._choose_way)
        self.tones.chosen.connect(lambda _: self.changed.emit())
        self.sets.activated.connect(lambda _: self.read_sample())
        self.number.edited.connect(self._another_sample)
        self.pad.changed.connect(self._follow.start)
        self._follow.timeout.connect(self._drawn)
        self._opener.found.connect(self._opened)
        self._opener.refused.connect(lambda why: self._say(why, warning=True))
        self._reader.came.connect(self._sampled)
        self._reader.ended.connect(self._sample_ended)

    # What there is.

    @property
    def way(self) -> str:
        """`file`, `pad` or `sample`."""
        return self.ways.name

    @property
    def photo(self) -> Photo | None:
        """The picture as it came."""
        return self._photos.get(self.way)

    @property
    def pixels(self) -> NDArray[np.uint8] | None:
        """The picture as it is to be seen: (1, H, W) grey or (3, H, W) colour."""
        photo = self.photo
        if photo is None:
            return None
        return photo.pixels if self.tones.name == "colour" else photo.grey

    @property
    def busy(self) -> bool:
        """Whether a picture is on its way."""
        return self._reader.busy or self._opener.busy

    def start(self) -> None:
        """Show the first picture, once somebody looks."""
        if not self._photos and not self.busy:
            self.read_sample()

    def stop(self) -> None:
        """Stop reading, and wait for it."""
        self._follow.stop()
        self._opener.stop()
        self._reader.stop()

    # Files.

    def ask(self) -> None:
        """Ask for a file, and open it."""
        path, _filter = QFileDialog.getOpenFileName(self, "Open picture", str(Path.home()), FILES)
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Open a picture file."""
        self._name = path.name
        self._opener.open_path(path)

    def open_mime(self, mime: QMimeData | None) -> None:
        """Open what was dropped or pasted."""
        local = [url for url in mime.urls() if url.isLocalFile()] if mime is not None else []
        self._name = Path(local[0].toLocalFile()).name if local else "Pasted picture"
        self._opener.open_mime(mime)

    def paste(self) -> None:
        """Open the picture on the clipboard."""
        self.open_mime(QGuiApplication.clipboard().mimeData())

    def _opened(self, photo: Photo) -> None:
        self._photos["file"] = photo
        height, width = photo.pixels.shape[1:]
        kind = "colour" if len(photo.pixels) == 3 else "grey"
        said = f"{self._name}, {times((width, height))} pixels, {kind}."
        self._words["file"] = " ".join((said, *photo.remarks))
        if len(photo.pixels) == 3 and self.way != "file":
            self.tones.show_chosen("colour")
        self.ways.show_chosen("file")
        self._show_way()
        self._say(self._words["file"])
        self.changed.emit()

    # Samples.

    def read_sample(self) -> None:
        """Read the sample that the controls name, beside the window; the last one asked for wins."""
        name, which, folder = str(self.sets.currentData()), self.number_shown, self._workspace.data_folder
        self._reader.ask(lambda: _read(name, folder, which - 1), patient=True)

    @property
    def number_shown(self) -> int:
        """Which sample, from 1."""
        return self.number.numbers[0]

    def _another_sample(self, numbers: tuple[int, ...]) -> None:
        self.number.show_numbers(numbers)
        self.read_sample()

    def _sampled(self, found: tuple[NDArray[np.uint8], int, int]) -> None:
        pixels, label, which = found
        self._photos["sample"] = Photo(pixels)
        title = self.sets.currentText()
        self._words["sample"] = f"{title}, test sample {number(which + 1)}: a {label} of 28×28 pixels, ink bright."
        if self.way == "sample":
            self._say(self._words["sample"])
            self._show_way()
            self.changed.emit()

    def _sample_ended(self, why: str) -> None:
        if why:
            self._say(why, warning=True)

    # The pad.

    def _drawn(self) -> None:
        ink = Image.fromarray(self.pad.ink()).resize((DRAWN, DRAWN), Image.Resampling.BOX)
        self._photos["pad"] = Photo(np.asarray(ink)[None])
        if self.way == "pad":
            self.changed.emit()

    # Which.

    def choose_way(self, way: str) -> None:
        """Go to a file, the pad or a sample."""
        self.ways.show_chosen(way)
        self._choose_way(way)

    def _choose_way(self, way: str) -> None:
        if way == "pad" and "pad" not in self._photos:
            self._drawn()
            self._words["pad"] = f"Your drawing, read at {times((DRAWN, DRAWN))} pixels. The map follows the pen."
        if way == "sample" and "sample" not in self._photos:
            self.read_sample()
        self._show_way()
        self._say(self._words.get(way, "Open a picture, drop one here, or paste it."))
        self.changed.emit()

    def _show_way(self) -> None:
        for way, tools in self._tools.items():
            tools.setVisible(way == self.way)
        photo = self.photo
        self.tones.setVisible(photo is not None and len(photo.pixels) == 3)
        self.way_changed.emit(self.way)

    def _say(self, words: str, warning: bool = False) -> None:
        kept = " The picture before stays." if warning and self.photo is not None else ""
        self.said.emit(words + kept, warning)


def _read(name: str, folder: Path, which: int) -> Iterator[tuple[NDArray[np.uint8], int, int]]:
    pixels, label = sample(name, folder, which)
    yield pixels, label, which
