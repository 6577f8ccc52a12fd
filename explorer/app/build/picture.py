"""The diagram as a picture: SVG, PNG or PDF, whole and with a title.

save_picture(network, Path("lenet5.svg"), "svg")
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from explorer.app import theme as themes
from explorer.app.build.layout import lay_out
from explorer.app.build.paint import paint
from explorer.app.build.view import Marks, Scene, Texts, View
from explorer.app.theme import MONO, SANS, Look
from explorer.arch.analysis import analyse
from explorer.arch.errors import DataError
from explorer.arch.network import Network
from explorer.arch.storage import reason, write_atomic
from explorer.arch.text import plural

Kind = Literal["svg", "png", "pdf"]

MARGIN, HEAD = 32, 56
"""Around the drawing, and for the title above it, in pixels at scale 1."""

SHARP = 2
"""Pixels of a PNG for one of the drawing."""

LARGEST = 32_000
"""Longest side of a PNG in pixels; a longer drawing is made smaller."""

DOTS = 96
"""Pixels of the drawing to an inch of paper."""


def save_picture(
    network: Network, path: Path, kind: Kind, *, theme: Literal["light", "dark"] = "light", vertical: bool = False
) -> None:
    """Draw a network, all blocks expanded, into a file; a repeated block is drawn once, with how often it stands there.

    Of a network with a fault what stands in front of it is alive, the rest grey. Raises `DataError` if the file
    cannot be written; then what stood there before is still there.
    """
    data = picture(network, kind, theme=theme, vertical=vertical)
    try:
        write_atomic(path, data)
    except OSError as error:
        raise DataError(
            f"The picture cannot be written to {path}: {reason(error)}. Choose another file or folder."
        ) from error


def picture(
    network: Network, kind: Kind, *, theme: Literal["light", "dark"] = "light", vertical: bool = False
) -> bytes:
    """The picture as the bytes of a file. Raises `DataError` for another kind of file."""
    if kind not in get_args(Kind):
        raise DataError(f"A picture can be {', '.join(get_args(Kind))}, but not “{kind}”. Choose one of these.")
    if QApplication.instance() is None:
        from explorer.app.main import make_application

        make_application()  # Qt itself keeps it until the program ends
    sheet = _Sheet(network, Look(themes.THEMES[theme], 1.0), vertical)
    return {"svg": sheet.svg, "png": sheet.png, "pdf": sheet.pdf}[kind]()


class _Sheet:
    """A title with the diagram below it."""

    def __init__(self, network: Network, style: Look, vertical: bool) -> None:
        report = analyse(network)
        self.style = style
        self.scene = Scene(lay_out(report, vertical=vertical))
        self.name = network.name
        self.about = plural(report.parameters, "parameter")
        if report.fault is not None:
            self.about += f" up to {report.fault.path}, where it does not fit"
        self.title_font = style.font(18, QFont.Weight.DemiBold)
        left, top, wide, tall = self.scene.drawing.bounds
        words = QFontMetricsF(self.title_font).horizontalAdvance(self.name)
        # The words below the title are in a smaller font, which 8 pixels a letter hold.
        self.wide = max(wide, words, len(self.about) * 8.0) + 2 * MARGIN
        self.tall = tall + 2 * MARGIN + HEAD
        self.view = View(1.0, (self.wide - wide) / 2 - left, MARGIN + HEAD - top)

    def draw(self, painter: QPainter, lasting: bool) -> None:
        """Paint all of it at scale 1."""
        style, window = self.style, QRectF(0, 0, self.wide, self.tall)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(window, style.colour("paper"))
        painter.setPen(style.colour("ink"))
        painter.setFont(self.title_font)
        painter.drawText(QPointF(MARGIN, MARGIN + 14), self.name)
        painter.setPen(style.colour("second"))
        painter.setFont(style.font(13))
        painter.drawText(QPointF(MARGIN, MARGIN + 36), self.about)
        paint(painter, style, self.scene, self.view, window, Texts(style, lasting), Marks())

    def svg(self) -> bytes:
        """Text stays text; where the fonts are missing, others of their kind stand in."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        made = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
        made.setOutputDevice(buffer)
        made.setSize(QSize(round(self.wide), round(self.tall)))
        made.setViewBox(QRectF(0, 0, self.wide, self.tall))
        made.setResolution(DOTS)
        made.setTitle(self.name)
        made.setDescription(self.about)
        painter = QPainter(made)
        self.draw(painter, True)
        painter.end()
        text = _bytes(buffer.data())
        for font, generic in ((SANS, "sans-serif"), (MONO, "monospace")):
            text = text.replace(f'font-family="{font}"'.encode(), f'font-family="{font}, {generic}"'.encode())
        return text

    def png(self) -> bytes:
        scale = min(SHARP, LARGEST / max(self.wide, self.tall))
        image = QImage(round(self.wide * scale), round(self.tall * scale), QImage.Format.Format_RGB32)
        image.fill(self.style.colour("paper"))
        painter = QPainter(image)
        painter.scale(scale, scale)
        self.draw(painter, False)
        painter.end()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]
        return _bytes(buffer.data())

    def pdf(self) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        made = QPdfWriter(buffer)
        made.setTitle(self.name)
        made.setResolution(DOTS)
        made.setPageSize(QPageSize(QSizeF(self.wide, self.tall) / DOTS, QPageSize.Unit.Inch))
        made.setPageOrientation(QPageLayout.Orientation.Portrait)
        made.setPageMargins(QMarginsF(0, 0, 0, 0))
        painter = QPainter(made)
        self.draw(painter, True)
        painter.end()
        return _bytes(buffer.data())


def _bytes(data: QByteArray) -> bytes:
    return bytes(data.data())
