"""The diverging scale: numbers to colours, the text colour on them, and the bar that explains it.

bar = ScaleBar()
bar.show_most(3.0)                 # −3 blue · 0 · 3 orange
"""

from __future__ import annotations

from functools import lru_cache
from math import isfinite, isnan

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.theme import Look, Theme, look

CONTRAST = 4.5
"""Least contrast of a text with its ground (WCAG 2, level AA)."""

FLIP = 0.8
"""The share of the scale beyond which text turns around."""


def tidy(value: float, digits: int = 3) -> str:
    """A value in few characters: whole numbers without decimals, others with at most `digits` significant ones."""
    if isnan(value):
        return "NaN"
    if not isfinite(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    whole = round(size)
    if size < 1e6 and abs(size - whole) <= 1e-9 * max(1.0, size):
        text = str(whole)
        return f"−{text}" if value < 0 and whole else text
    if 1e-3 <= size < 1e6:
        text = f"{size:.0f}" if size >= 10 ** (digits - 1) else f"{size:.{digits}g}"
    else:
        mantissa, exponent = f"{size:.{max(digits - 2, 0)}e}".split("e")
        text = f"{mantissa.removesuffix('.0')}e{int(exponent)}".replace("-", "−")
    return f"−{text}" if value < 0 else text


def brief(value: float) -> str:
    """A value for the smallest cells: two decimals at most, no 0 before them; below 10 no false whole numbers."""
    size, sign = abs(value), "−" if value < 0 else ""
    if not 0.005 <= size < 1e6:
        return "≈0" if 1e-9 < size < 1 else tidy(value)
    if abs(size - round(size)) <= 1e-9 * max(1.0, size):
        return tidy(value)
    decimals = 0 if size >= 10 else 1 if size >= 0.995 else 2
    return sign + f"{size:.{decimals}f}".removeprefix("0")


def span(values: NDArray[np.float64] | None) -> float:
    """The end of a scale that holds all finite values: the largest size, at least a hair above 0."""
    if values is None or not values.size:
        return 1.0
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def shares(values: NDArray[np.float64], most: float) -> NDArray[np.float64]:
    """Values as parts of the scale, −1…1; what is not a number counts as 0."""
    found: NDArray[np.float64] = np.clip(np.nan_to_num(values / most, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)
    return found


def _rgb(colour: str) -> NDArray[np.float64]:
    return np.array(QColor(colour).getRgb()[:3], dtype=np.float64)  # type: ignore[index]


def colours(theme: Theme, parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares −1…1 of any shape to red, green, blue of 0…255 in one more axis: the same scale as `Look.signed`."""
    zero, high, low = _rgb(theme.zero), _rgb(theme.positive), _rgb(theme.negative)
    ends = np.where(parts[..., None] >= 0, high, low)
    made: NDArray[np.float64] = zero + (ends - zero) * np.abs(parts)[..., None]
    return made


def magnitudes(theme: Theme, parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares 0…1 of any shape to red, green, blue of 0…255 in one more axis: the scale of what has no sign."""
    zero, full = _rgb(theme.zero), _rgb(theme.magnitude)
    made: NDArray[np.float64] = zero + (full - zero) * parts[..., None]
    return made


def to_image(rgb: NDArray[np.float64]) -> QImage:
    """(H, W, 3) of 0…255 as a picture of one pixel a cell."""
    height, width, _ = rgb.shape
    packed = np.full((height, width), 0xFF000000, dtype=np.uint32)
    whole = np.rint(rgb).astype(np.uint32)
    packed |= (whole[..., 0] << 16) | (whole[..., 1] << 8) | whole[..., 2]
    return QImage(packed.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def luminance(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relative luminance 0…1 of red, green, blue of 0…255 in the last axis (WCAG 2)."""
    part = rgb / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    found: NDArray[np.float64] = linear @ np.array([0.2126, 0.7152, 0.0722])
    return found


def contrast(one: QColor, two: QColor) -> float:
    """How far two colours stand apart: 1…21 (WCAG 2)."""
    a, b = sorted(_own(colour.name()) for colour in (one, two))
    return (b + 0.05) / (a + 0.05)


QUIET = 4
"""The number of the quiet one of the `inks`."""


def inks(theme: Theme) -> tuple[QColor, ...]:
    """The text colours of cells: the usual one, the one beyond 80 %, white, black, and a quiet one."""
    flipped = theme.zero if theme.name == "dark" else "#FFFFFF"
    return QColor(theme.ink), QColor(flipped), QColor("#FFFFFF"), QColor("#000000"), QColor(theme.second)


def ink_numbers(theme: Theme, parts: NDArray[np.float64], rgb: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which of the `inks` each cell's text has: the usual one, turned around beyond 80 % of the scale.

    Where the scale's colour is too light or too dark for that one, contrast decides: all text keeps 4.5 : 1.
    """
    ground = luminance(rgb)
    apart = np.stack([_apart(ground, ink) for ink in inks(theme)[:4]], axis=-1)
    beyond = np.abs(parts) > FLIP
    first, second = np.where(beyond, 1, 0), np.where(beyond, 0, 1)
    enough = apart >= CONTRAST
    strongest = 2 + np.argmax(apart[..., 2:], axis=-1)
    one = np.take_along_axis(enough, first[..., None], -1)[..., 0]
    two = np.take_along_axis(enough, second[..., None], -1)[..., 0]
    found: NDArray[np.int64] = np.where(one, first, np.where(two, second, strongest))
    return found


@lru_cache(maxsize=64)
def _own(name: str) -> float:
    """The luminance of a colour by its name, `#RRGGBB`."""
    return float(luminance(np.array(QColor(name).getRgb()[:3], dtype=np.float64)))  # type: ignore[index]


def _apart(ground: NDArray[np.float64], ink: QColor) -> NDArray[np.float64]:
    """The contrast of a text colour with grounds of these luminances."""
    own = _own(ink.name())
    found: NDArray[np.float64] = (np.maximum(ground, own) + 0.05) / (np.minimum(ground, own) + 0.05)
    return found


def readable(ink: int, theme: Theme, rgb: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where one of the `inks` can be read on these colours."""
    found: NDArray[np.bool_] = _apart(luminance(rgb), inks(theme)[ink]) >= CONTRAST
    return found


def ink_on_scale(style: Look, share: float) -> QColor:
    """The text colour on `style.signed(share)`."""
    parts = np.array([min(max(share, -1.0), 1.0)])
    return inks(style.theme)[int(ink_numbers(style.theme, parts, colours(style.theme, parts))[0])]


def ink_of_sign(style: Look, sign: float, ground: str = "surface") -> QColor:
    """The end of the scale as a text colour: as dark (in the dark theme as light) as can be read on `ground`."""
    colour = style.colour("positive" if sign > 0 else "negative" if sign < 0 else "third")
    under, dark = style.colour(ground), style.theme.name == "dark"
    for _ in range(20):
        if contrast(colour, under) >= CONTRAST:
            break
        colour = colour.lighter(106) if dark else colour.darker(106)
    return colour


class ScaleBar(QWidget):
    """What the colours mean: a bar from the least value over 0 to the greatest, with the three numbers below.

    Without `signed`, it begins at 0 and shows magnitudes.
    """

    def __init__(self, parent: QWidget | None = None, signed: bool = True) -> None:
        super().__init__(parent)
        self._most, self._signed = 1.0, signed
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Colour scale")
        self.show_most(1.0)

    @property
    def most(self) -> float:
        """The value at the right end; the left end is its opposite, or 0."""
        return self._most

    def show_most(self, most: float) -> None:
        """Show a scale of −most · 0 · most, or of 0 · most."""
        self._most = most
        below = f"{tidy(-most)} blue, " if self._signed else ""
        hue = "orange" if self._signed else "teal"
        self.setAccessibleDescription(f"{below}0 without colour, {tidy(most)} {hue}")
        self.setToolTip(f"{tidy(-most)} · 0 · {tidy(most)}" if self._signed else f"0 · {tidy(most)}")
        self.update()

    def sizeHint(self) -> QSize:
        px = look(self).px
        return QSize(px(224), px(8) + px(20))

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(72), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        style, painter = look(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(0.5, 0.5, self.width() - 1, style.px(8))
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        if self._signed:
            for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
                gradient.setColorAt((share + 1) / 2, style.signed(share))
        else:
            gradient.setColorAt(0.0, style.colour("zero"))
            gradient.setColorAt(1.0, style.colour("magnitude"))
        painter.setBrush(gradient)
        painter.setPen(style.colour("line"))
        painter.drawRoundedRect(bar, style.px(4), style.px(4))
        painter.setFont(style.font(11, mono=True))
        painter.setPen(style.colour("second"))
        below = QRectF(0, bar.bottom() + style.px(3), self.width(), style.px(16))
        for text, side in (
            (tidy(-self._most) if self._signed else "0", Qt.AlignmentFlag.AlignLeft),
            ("0" if self._signed else "", Qt.AlignmentFlag.AlignHCenter),
            (tidy(self._most), Qt.AlignmentFlag.AlignRight),
        ):
            painter.drawText(below, side | Qt.AlignmentFlag.AlignTop, text)
