"""A stepping as an animated picture: drawn frame by frame by a page out of sight, and written at the end.

frames = Frames(page, count, advance)            # a copy of a page, at its first step
animation = Animation(parent)
animation.start(frames, "gif", path, speed=1.0)  # goes on beside the window
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from explorer.app.theme import look
from explorer.app.worker import Worker
from explorer.arch.errors import DataError
from explorer.arch.storage import reason, write_atomic
from explorer.arch.text import number, plural

Kind = Literal["gif", "webp"]

WIDE, HIGH = 960, 540
"""Size of a frame in pixels at scale 1: half the height of a slide."""

MOST = 256
"""Most frames of an animation; more make files that slides choke on."""

LAST = 2000
"""Milliseconds for which the last frame stays."""

COLOURS = 255
"""Colours of a GIF, which has one palette for all frames."""


class Frame(NamedTuple):
    """One picture: its width and height in pixels, and its packed red, green and blue."""

    width: int
    height: int
    packed: bytes

    def image(self) -> Image.Image:
        """As a picture of Pillow."""
        return Image.frombytes("RGB", (self.width, self.height), zlib.decompress(self.packed))


class Frames:
    """Draws one step after the other; `next` draws, and tells whether there are more."""

    def __init__(
        self,
        page: QWidget,
        count: int,
        advance: Callable[[], object],
        stop: Callable[[], object],
        most: int = MOST,
    ) -> None:
        """`page` is shown nowhere, stands at its first of `count` steps, and goes on with `advance`.

        `stop` lets nothing on it go on by itself; of more than `most` steps only the first are drawn.
        """
        self.page, self.count, self.total = page, min(count, most), count
        self._advance, self._stop = advance, stop
        self.made: list[Frame] = []

    def next(self) -> bool:
        """Draw the present step, and go to the next one."""
        self.made.append(drawn(self.page))
        if len(self.made) < self.count:
            self._advance()
            return True
        return False

    def close(self) -> None:
        """Throw the page away."""
        self._stop()
        self.page.deleteLater()


def drawn(page: QWidget) -> Frame:
    """A page as it is now."""
    shot = page.grab().toImage()
    image = QImage(shot.size(), QImage.Format.Format_RGB888)
    image.fill(look(page).colour("paper"))
    shot.setDevicePixelRatio(1.0)
    painter = QPainter(image)
    painter.drawImage(0, 0, shot)
    painter.end()
    width, height, line = image.width(), image.height(), image.bytesPerLine()
    data = bytes(image.constBits())
    rows = data if line == 3 * width else b"".join(data[y * line : y * line + 3 * width] for y in range(height))
    return Frame(width, height, zlib.compress(rows, 1))


class Animation(QObject):
    """Makes one animation at a time: frames in between other work of the window, the file on a background thread."""

    progress = Signal(int, int, str)
    """How many are done of how many, and of what."""
    ended = Signal(str)
    """What came of it, in a sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._frames: Frames | None = None
        self._kind: Kind = "gif"
        self._path = Path()
        self._pace = 1000
        self._stopped = threading.Event()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._draw)
        self._worker = Worker(self)
        self._worker.batch.connect(lambda events: self.progress.emit(*events[-1]))
        self._worker.ended.connect(self._written)

    @property
    def running(self) -> bool:
        """Whether one is being made."""
        return self._frames is not None

    def start(self, frames: Frames, kind: Kind, path: Path, speed: float) -> None:
        """Begin; `speed` is steps in a second. None may be running."""
        assert self._frames is None
        self._frames, self._kind, self._path, self._pace = frames, kind, path, round(1000 / speed)
        self._stopped.clear()
        self._timer.start(0)

    def stop(self) -> None:
        """Give it up; what stood in the file's place before stays."""
        if self._frames is not None:
            self._stopped.set()
            if self._timer.isActive():
                self._end("The animation was stopped.")

    def close_down(self) -> None:
        """Stop, and wait for it."""
        self.stop()
        self._worker.stop(wait=True)

    def _draw(self) -> None:
        frames = self._frames
        assert frames is not None
        more = frames.next()
        self.progress.emit(len(frames.made), frames.count, "Drawing step")
        if not more:
            self._timer.stop()
            made, kind, path, pace = frames.made, self._kind, self._path, self._pace
            stopped = self._stopped.is_set
            self._worker.start(lambda: write(made, kind, path, pace, stopped), "animation")

    def _written(self, error: BaseException | None) -> None:
        frames = self._frames
        if frames is None:
            return
        if self._stopped.is_set():
            self._end("The animation was stopped.")
        elif error is not None:
            self._end(str(error) if isinstance(error, DataError) else f"The animation cannot be made: {error}.")
        else:
            made, whole = frames.count, frames.total
            cut = f": the first {number(made)} of {number(whole)} steps"
            what = cut if made < whole else f", {plural(made, 'step')}"
            self._end(f"Wrote {self._path.name}{what}.")

    def _end(self, words: str) -> None:
        self._timer.stop()
        frames, self._frames = self._frames, None
        if frames is not None:
            frames.close()
        self.ended.emit(words)


def write(
    frames: list[Frame], kind: Kind, path: Path, pace: int, stopped: Callable[[], bool] = lambda: False
) -> Iterator[tuple[int, int, str]]:
    """Write an animation, each frame for `pace` ms, in an endless loop; yields progress.

    Nothing is written when `stopped` says so meanwhile. Raises `DataError` if the file cannot be written.
    """
    done = 0

    class Stop(Exception):  # noqa: N818  (it is no error)
        pass

    def following() -> Iterator[Image.Image]:
        nonlocal done
        for frame in frames[1:]:
            if stopped():
                raise Stop
            done += 1
            yield prepared(frame)

    palette = _palette(frames) if kind == "gif" else None

    def prepared(frame: Frame) -> Image.Image:
        image = frame.image()
        return image if palette is None else image.quantize(palette=palette, dither=Image.Dither.NONE)

    yield 0, len(frames), "Writing step"
    times = [pace] * (len(frames) - 1) + [max(pace, LAST)]
    buffer = BytesIO()
    settings = {"lossless": True, "method": 1, "quality": 30} if kind == "webp" else {"optimize": False}
    try:
        first = prepared(frames[0])
        first.save(
            buffer, kind.upper(), save_all=True, append_images=following(), duration=times, loop=0, **settings
        )  # fmt: skip
    except Stop:
        return
    if stopped():
        return
    try:
        write_atomic(path, buffer.getvalue())
    except OSError as error:
        raise DataError(f"{path.name} cannot be written: {reason(error)}. Choose another place.") from None
    yield len(frames), len(frames), "Writing step"


def _palette(frames: list[Frame]) -> Image.Image:
    """One palette for all: what the first, the middle and the last frame need."""
    chosen = [frames[k].image() for k in (0, len(frames) // 2, len(frames) - 1)]
    sheet = Image.new("RGB", (chosen[0].width, sum(image.height for image in chosen)))
    top = 0
    for image in chosen:
        sheet.paste(image, (0, top))
        top += image.height
    return sheet.quantize(COLOURS)
