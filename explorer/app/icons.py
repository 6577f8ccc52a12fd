"""Line icons, in any colour."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from explorer.arch.resources import resource


class Icon(StrEnum):
    """The icons that ship."""

    APP = "app"
    WELCOME = "welcome"
    BUILD = "build"
    CONVOLVE = "convolve"
    UNROLL = "unroll"
    TRAIN = "train"
    PREDICT = "predict"


@lru_cache
def _source(icon: Icon) -> str:
    """The drawing itself, read once: icons are painted again and again."""
    return resource("icons", f"{icon}.svg").read_text("utf-8")


def paint(painter: QPainter, icon: Icon, where: QRectF, colour: QColor) -> None:
    """Draw an icon into a square."""
    source = _source(icon).replace("currentColor", colour.name())
    QSvgRenderer(QByteArray(source.encode())).render(painter, where)


def window_icon() -> QIcon:
    """The application's icon."""
    pixmap = QPixmap(QSize(128, 128))
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    paint(painter, Icon.APP, QRectF(0, 0, 128, 128), QColor("white"))
    painter.end()
    return QIcon(pixmap)
