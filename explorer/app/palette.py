"""The two palettes, and the fonts and sizes of type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtGui import QColor

SANS, MONO = "Inter", "JetBrains Mono"

TEXT, CAPTION, HEAD, TITLE = 14, 13, 12, 22
"""Sizes of type in pixels at scale 1."""


@dataclass(frozen=True, eq=False)
class Theme:
    """The colours of one theme, as #RRGGBB. There is one of each: what is made of it can be kept under it."""

    name: str
    paper: str
    surface: str
    line: str
    strong_line: str
    ink: str
    second: str
    third: str
    accent: str
    wash: str
    on_accent: str
    positive: str
    negative: str
    zero: str
    magnitude: str
    good: str
    warning: str
    warning_wash: str
    kinds: Mapping[str, str] = field(default_factory=dict)


_KINDS = {
    "convolution": "#E0A030",
    "pooling": "#3C9A6B",
    "activation": "#C2577A",
    "linear": "#6741D9",
    "normalisation": "#7A828C",
    "recurrent": "#1C8C98",
    "reshape": "#A7ABB1",
    "block": "#5B7083",
    "input": "#A7ABB1",
}

# The third ink is darker (in the dark theme lighter) than a plain grey would be: captions, too, keep 4.5 : 1.
LIGHT = Theme(
    name="light",
    paper="#FAFAF7",
    surface="#FFFFFF",
    line="#E6E4DF",
    strong_line="#D3D0C9",
    ink="#1E2227",
    second="#5B626B",
    third="#6C737C",
    accent="#6741D9",
    wash="#F1ECFD",
    on_accent="#FFFFFF",
    positive="#E8751A",
    negative="#1F77B4",
    zero="#FFFFFF",
    magnitude="#1C8C98",
    good="#2B8A3E",
    warning="#A85600",
    warning_wash="#FFF4E6",
    kinds=_KINDS,
)

DARK = Theme(
    name="dark",
    paper="#16181C",
    surface="#1D2025",
    line="#2C3036",
    strong_line="#3B4047",
    ink="#ECEDEE",
    second="#A9AFB7",
    third="#8B929B",
    accent="#9775FA",
    wash="#2A2440",
    on_accent="#16181C",
    positive="#FF922B",
    negative="#4DABF7",
    zero="#16181C",
    magnitude="#3BC9DB",
    good="#69DB7C",
    warning="#FFA94D",
    warning_wash="#33281A",
    kinds={kind: QColor(colour).lighter(110).name() for kind, colour in _KINDS.items()}
    | {"linear": "#8A67F0"},  # the accent itself: 10 % lighter alone would drown in the dark
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK)}
