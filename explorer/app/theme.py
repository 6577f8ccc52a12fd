"""How everything looks: two palettes, one scale, one style sheet for the whole application.

A widget that paints itself asks `look(self)`: the theme follows from its palette and the scale from its font, so
that any widget can be used alone, and changing the application's palette or font changes everything.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QLayout, QWidget

from explorer.app.palette import CAPTION, DARK, HEAD, LIGHT, MONO, SANS, TEXT, THEMES, TITLE, Theme
from explorer.arch.resources import resource

__all__ = [
    "CAPTION", "DARK", "HEAD", "LIGHT", "MONO", "SANS", "TEXT", "THEMES", "TITLE", "Look", "Theme", "advance", "apply",
    "blend", "follow_system", "look", "prepare", "rescale", "sized",
]  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What a painting widget needs: the theme's colours, and the scale of all lengths."""

    theme: Theme
    scale: float

    def px(self, length: float) -> int:
        """A length in pixels at scale 1, at this scale."""
        return max(1, round(length * self.scale))

    def colour(self, name: str, alpha: float = 1.0) -> QColor:
        """A colour of the theme by its name, with an opacity of 0…1."""
        return QColor(_colour(getattr(self.theme, name), alpha))

    def kind(self, kind: str, alpha: float = 1.0) -> QColor:
        """The colour of a kind of layer."""
        return QColor(_colour(self.theme.kinds[kind], alpha))

    def font(self, size: float = TEXT, weight: QFont.Weight = QFont.Weight.Normal, mono: bool = False) -> QFont:
        """A font of `size` pixels at scale 1; `mono` for numbers."""
        return QFont(_font(self.px(size), weight, mono))

    def wide(
        self, text: str, size: float = TEXT, weight: QFont.Weight = QFont.Weight.Normal, mono: bool = False
    ) -> float:
        """How many pixels wide a text gets in such a font."""
        return _advance(MONO if mono else SANS, self.px(size), weight, text)

    def signed(self, share: float) -> QColor:
        """The diverging scale: −1 negative, 0 zero, 1 positive."""
        end = self.theme.positive if share >= 0 else self.theme.negative
        return blend(self.theme.zero, end, min(1.0, abs(share)))


# A picture asks for the same few colours, fonts and widths hundreds of times, each time that it is painted: they are
# kept, and given away as copies, since Qt's can be changed.


@lru_cache(maxsize=512)
def _colour(text: str, alpha: float) -> QColor:
    made = QColor(text)
    made.setAlphaF(alpha)
    return made


@lru_cache(maxsize=256)
def _font(pixels: int, weight: QFont.Weight, mono: bool) -> QFont:
    made = QFont(MONO if mono else SANS)
    made.setPixelSize(pixels)
    made.setWeight(weight)
    return made


@lru_cache(maxsize=8192)
def _advance(family: str, pixels: int, weight: QFont.Weight, text: str) -> float:
    font = QFont(family)
    font.setPixelSize(pixels)
    font.setWeight(weight)
    return QFontMetricsF(font).horizontalAdvance(text)


def advance(font: QFont, text: str) -> float:
    """How many pixels wide a text gets in a font of `Look.font`."""
    return _advance(font.family(), font.pixelSize(), font.weight(), text)


def blend(a: str, b: str, share: float) -> QColor:
    """The colour `share` (0…1) of the way from `a` to `b`."""
    return QColor(_blend(a, b, share))


@lru_cache(maxsize=2048)
def _blend(a: str, b: str, share: float) -> QColor:
    one, two = QColor(a), QColor(b)
    return QColor.fromRgbF(
        *(p + (q - p) * share for p, q in zip(one.getRgbF()[:3], two.getRgbF()[:3], strict=True))  # type: ignore[index]
    )


def look(widget: QWidget) -> Look:
    """The look of a widget, from the palette and the font that its application has."""
    # Not the widget's own: a style sheet that makes a background transparent changes that one to black.
    dark = QApplication.palette(widget).color(QPalette.ColorRole.Window).lightness() < 128
    return Look(DARK if dark else LIGHT, max(0.5, QApplication.font().pixelSize() / TEXT))


def prepare(application: QApplication) -> None:
    """Once at start: fonts, base style, plotting defaults."""
    for path in sorted(Path(resource("fonts")).glob("*.[ot]tf")):
        QFontDatabase.addApplicationFont(str(path))
    application.setStyle("Fusion")
    pyqtgraph.setConfigOptions(imageAxisOrder="row-major", antialias=False)


def apply(application: QApplication, theme: Theme, scale: float) -> None:
    """Give the application this theme at this scale; all widgets follow."""
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, theme.paper), (role.Base, theme.surface), (role.AlternateBase, theme.paper),
        (role.Button, theme.surface), (role.WindowText, theme.ink), (role.Text, theme.ink),
        (role.ButtonText, theme.ink), (role.BrightText, theme.ink), (role.PlaceholderText, theme.third),
        (role.Highlight, theme.accent), (role.HighlightedText, theme.on_accent), (role.Accent, theme.accent),
        (role.ToolTipBase, theme.surface), (role.ToolTipText, theme.ink), (role.Link, theme.accent),
        (role.Light, theme.surface), (role.Midlight, theme.line), (role.Mid, theme.strong_line),
        (role.Dark, theme.strong_line), (role.Shadow, theme.line),
    ):  # fmt: skip
        palette.setColor(which, QColor(colour))
    for which in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.third))
    font = QFont(SANS)
    font.setPixelSize(round(TEXT * scale))
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    with _no_collection():
        application.setPalette(palette)
        application.setFont(font)
        application.setStyleSheet(_sheet(theme, scale))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Qt goes through a list of all widgets and asks each; Python must not collect one of them meanwhile."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def follow_system(application: QApplication) -> Theme:
    """The theme that the system asks for."""
    dark = application.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return DARK if dark else LIGHT


def rescale(root: QWidget, scale: float) -> None:
    """Bring margins, gaps and fixed sizes below `root` to `scale`; what they are at scale 1 is kept beside them."""
    for layout in root.findChildren(QLayout):
        base = layout.property("base")
        if base is None:
            margins = layout.contentsMargins()
            base = [margins.left(), margins.top(), margins.right(), margins.bottom(), layout.spacing()]
            layout.setProperty("base", base)
        left, top, right, bottom, gap = (round(v * scale) for v in base)
        layout.setContentsMargins(left, top, right, bottom)
        if base[4] >= 0:
            layout.setSpacing(gap)
    for widget in root.findChildren(QWidget):
        width, height = widget.property("wide"), widget.property("tall")
        if width is not None:
            widget.setFixedWidth(round(width * scale))
        if height is not None:
            widget.setFixedHeight(round(height * scale))


def sized(widget: QWidget, wide: int | None = None, tall: int | None = None) -> None:
    """Fix a widget's size in pixels at scale 1; `rescale` keeps it in proportion."""
    scale = look(widget).scale
    if wide is not None:
        widget.setProperty("wide", wide)
        widget.setFixedWidth(round(wide * scale))
    if tall is not None:
        widget.setProperty("tall", tall)
        widget.setFixedHeight(round(tall * scale))


def _sheet(theme: Theme, scale: float) -> str:
    def px(length: float) -> str:
        return f"{max(1, round(length * scale))}px"

    def disc(side: float, border: int) -> str:
        """The radius of a circle of that inner side: Qt draws a square where it is larger than half of it all."""
        return f"{(max(1, round(side * scale)) + 2 * border) // 2}px"

    t = theme
    return f"""
    * {{ font-family: "{SANS}"; font-size: {px(TEXT)}; }}
    QLabel {{ background: transparent; }}
    QLabel[role="title"] {{ font-size: {px(TITLE)}; font-weight: 600; }}
    QLabel[role="head"] {{ font-size: {px(HEAD)}; font-weight: 600; color: {t.second}; }}
    QLabel[role="caption"] {{ font-size: {px(CAPTION)}; color: {t.second}; }}
    QLabel[role="note"] {{ font-size: {px(HEAD)}; color: {t.third}; }}
    QLabel[role="number"] {{ font-family: "{MONO}"; }}
    QLabel[role="log"] {{ font-family: "{MONO}"; font-size: {px(HEAD)}; }}
    QLabel[role="figure"] {{ font-family: "{MONO}"; font-size: {px(20)}; }}
    QLabel[role="formula"] {{ font-family: "{MONO}"; font-size: {px(HEAD)}; background: {t.surface};
        border: 1px solid {t.line}; border-radius: {px(8)}; padding: {px(6)} {px(10)}; }}
    QLabel[role="formula"][lit="true"] {{ border-color: {t.accent}; background: {t.wash}; }}
    QLabel[role="warning"] {{ color: {t.warning}; font-size: {px(CAPTION)}; }}
    QWidget[role="surface"] {{ background: {t.surface}; }}
    QWidget[role="rail"] {{ background: {t.surface}; border-right: 1px solid {t.line}; }}
    QWidget[role="side"] {{ background: {t.surface}; }}
    QWidget[role="side"][edge="left"] {{ border-left: 1px solid {t.line}; }}
    QWidget[role="side"][edge="right"] {{ border-right: 1px solid {t.line}; }}
    QWidget[role="bar"] {{ background: {t.surface}; border-bottom: 1px solid {t.line}; }}
    QWidget[role="status"] {{ background: {t.surface}; border-top: 1px solid {t.line}; }}
    QWidget[role="status"] QLabel {{ font-size: {px(HEAD)}; color: {t.second}; }}
    .QFrame[role="card"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {px(10)}; }}
    .QFrame[role="warning"] {{ background: {t.warning_wash}; border: 1px solid {t.warning}; border-radius: {px(8)}; }}
    QFrame[role="line"] {{ background: {t.line}; border: none; max-height: 1px; min-height: 1px; }}
    QScrollArea, QScrollArea > QWidget > QWidget[role="plain"] {{ background: transparent; border: none; }}

    QPushButton {{ background: {t.surface}; border: 1px solid {t.strong_line}; border-radius: {px(6)};
        padding: {px(5)} {px(12)}; font-weight: 500; min-height: {px(18)}; }}
    QPushButton:hover {{ border-color: {t.accent}; }}
    QPushButton:pressed {{ background: {t.wash}; }}
    QPushButton:focus {{ border: 2px solid {t.accent}; padding: {px(4)} {px(11)}; }}
    QPushButton:disabled {{ color: {t.third}; border-color: {t.line}; }}
    QPushButton[role="primary"] {{ background: {t.accent}; border-color: {t.accent}; color: {t.on_accent}; }}
    QPushButton[role="primary"]:hover {{ background: {QColor(t.accent).darker(110).name()}; }}
    QPushButton[role="primary"]:focus {{ border: 2px solid {t.ink}; }}
    QPushButton[role="primary"]:disabled {{ background: {t.line}; border-color: {t.line}; color: {t.third}; }}
    QPushButton[role="quiet"] {{ background: transparent; border-color: transparent; color: {t.second}; }}
    QPushButton[role="quiet"]:hover {{ background: {t.wash}; color: {t.accent}; }}
    QPushButton[role="quiet"]:focus {{ border: 2px solid {t.accent}; }}
    QPushButton[role="quiet"]:disabled {{ color: {t.third}; }}
    QPushButton[role="quiet"]::menu-indicator {{ image: none; width: 0; }}
    QPushButton[role="link"] {{ background: transparent; border: 1px solid transparent; color: {t.accent};
        padding: {px(2)} {px(4)}; text-align: left; }}
    QPushButton[role="link"]:hover {{ text-decoration: underline; }}
    QPushButton[role="link"]:focus {{ border: 1px solid {t.accent}; }}
    QPushButton[role="segment"] {{ border-radius: {px(6)}; background: transparent; border-color: transparent;
        color: {t.second}; }}
    QPushButton[role="segment"]:checked {{ background: {t.accent}; border-color: {t.accent}; color: {t.on_accent}; }}
    QPushButton[role="segment"]:hover:!checked {{ background: {t.wash}; }}
    QPushButton[role="segment"]:focus {{ border: 2px solid {t.ink}; }}
    QPushButton[role="tab"] {{ border-radius: {px(6)}; background: transparent; border-color: transparent;
        color: {t.second}; }}
    QPushButton[role="tab"]:checked {{ background: {t.wash}; color: {t.accent}; font-weight: 600; }}
    QPushButton[role="tab"]:hover:!checked {{ color: {t.ink}; }}
    QPushButton[role="tab"]:focus {{ border: 2px solid {t.accent}; }}
    QToolButton[role="info"] {{ border: 1px solid {t.strong_line}; border-radius: {disc(12, 1)}; color: {t.second};
        font-size: {px(10)}; font-weight: 600; min-width: {px(12)}; max-width: {px(12)}; min-height: {px(12)};
        max-height: {px(12)}; padding: 0; background: transparent; }}
    QToolButton[role="info"]:hover, QToolButton[role="info"]:focus {{ border-color: {t.accent}; color: {t.accent}; }}

    QLineEdit, QComboBox {{ background: {t.surface}; border: 1px solid {t.strong_line}; border-radius: {px(6)};
        padding: {px(3)} {px(8)}; min-height: {px(20)}; selection-background-color: {t.accent};
        selection-color: {t.on_accent}; }}
    QLineEdit {{ font-family: "{MONO}"; }}
    QLineEdit[role="words"] {{ font-family: "{SANS}"; }}
    QLineEdit[role="name"] {{ font-size: {px(20)}; border-radius: {px(8)}; padding: {px(3)} {px(12)}; }}
    QLineEdit[role="name"]:focus {{ padding: {px(2)} {px(11)}; }}
    QPlainTextEdit {{ background: {t.surface}; border: 1px solid {t.strong_line}; border-radius: {px(6)};
        padding: {px(3)} {px(4)}; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
    QPlainTextEdit:focus {{ border: 2px solid {t.accent}; padding: {px(2)} {px(3)}; }}
    QLineEdit:hover, QComboBox:hover {{ border-color: {t.third}; }}
    QLineEdit:focus, QComboBox:focus {{ border: 2px solid {t.accent}; padding: {px(2)} {px(7)}; }}
    QLineEdit:disabled, QComboBox:disabled {{ background: {t.paper}; color: {t.third}; border-color: {t.line}; }}
    QLineEdit[wrong="true"] {{ border: 2px solid {t.warning}; padding: {px(2)} {px(7)}; }}
    /* Its list is as high as its entries only where the closed box has no padding above and below. */
    QComboBox {{ padding: 0 {px(8)}; min-height: {px(26)}; }}
    QComboBox:focus {{ padding: 0 {px(7)}; min-height: {px(24)}; }}
    QComboBox::drop-down {{ border: none; width: {px(18)}; }}
    QComboBox::down-arrow {{ image: url("{resource("icons", "down.svg").as_posix()}"); width: {px(12)};
        height: {px(12)}; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; border: 1px solid {t.strong_line};
        selection-background-color: {t.wash}; selection-color: {t.ink}; outline: 0; padding: {px(4)}; }}
    QCheckBox {{ spacing: {px(8)}; }}
    QCheckBox::indicator {{ width: {px(16)}; height: {px(16)}; border: 1px solid {t.third}; border-radius: {px(4)};
        background: {t.surface}; }}
    QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent};
        image: url("{resource("icons", f"check-{t.name}.svg").as_posix()}"); }}
    QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border: 2px solid {t.accent}; }}
    QCheckBox::indicator:disabled {{ border-color: {t.line}; }}
    QSlider::groove:horizontal {{ height: {px(4)}; background: {t.strong_line}; border-radius: {px(2)}; }}
    QSlider::sub-page:horizontal {{ background: {t.accent}; border-radius: {px(2)}; }}
    QSlider::handle:horizontal {{ background: {t.surface}; border: 2px solid {t.accent}; width: {px(12)};
        height: {px(12)}; margin: -{px(6)} 0; border-radius: {disc(12, 2)}; }}
    QSlider::handle:horizontal:focus {{ background: {t.accent}; }}
    QSlider:horizontal {{ min-height: {px(20)}; }}
    QListView {{ background: transparent; border: none; outline: 0; }}
    QTableView {{ background: transparent; border: none; outline: 0; gridline-color: {t.line};
        selection-background-color: {t.wash}; selection-color: {t.ink}; }}
    QTableView::item {{ padding: 0 {px(8)}; border-bottom: 1px solid {t.line}; }}
    QHeaderView {{ background: transparent; border: none; }}
    QHeaderView::section {{ background: transparent; border: none; border-bottom: 1px solid {t.strong_line};
        color: {t.second}; font-size: {px(HEAD)}; font-weight: 600; padding: {px(4)} {px(11)}; }}
    QTableCornerButton::section {{ background: transparent; border: none; }}
    QMenu {{ background: {t.surface}; border: 1px solid {t.strong_line}; padding: {px(6)}; }}
    QMenu::item {{ padding: {px(6)} {px(24)} {px(6)} {px(12)}; border-radius: {px(4)}; }}
    QMenu::item:selected {{ background: {t.wash}; color: {t.ink}; }}
    QMenu::item:disabled {{ color: {t.third}; }}
    QMenu::separator {{ height: 1px; background: {t.line}; margin: {px(4)} {px(8)}; }}
    QToolTip {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.strong_line}; padding: {px(6)}; }}
    QScrollBar:vertical {{ background: transparent; width: {px(10)}; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: {px(10)}; margin: 0; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    QScrollBar::handle {{ background: {t.strong_line}; border-radius: {px(3)}; min-height: {px(32)};
        min-width: {px(32)}; margin: {px(2)}; }}
    QScrollBar::handle:hover {{ background: {t.third}; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
        background: transparent; width: 0; height: 0; }}
    """
