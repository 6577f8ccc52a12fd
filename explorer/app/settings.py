"""What the window remembers between two starts."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

SMALLEST, LARGEST = 0.7, 2.5
"""Bounds of the scale."""


def scale_for(height: int) -> float:
    """The scale to begin with on a screen of that many pixels: what is read on a laptop is lost on a 4K projector."""
    return 1.0 if height < 1600 else min(round(height / 1440, 1), LARGEST)


class Settings:
    """Typed access to one small file in the store."""

    def __init__(self, store: Path, screen_height: int = 0) -> None:
        """`screen_height`, in pixels, decides the scale of a first start."""
        self._first_scale = scale_for(screen_height)
        self._file = QSettings(str(store / "window.ini"), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        """`light`, `dark`, or `system`."""
        value = str(self._file.value("theme", "system"))
        return value if value in ("light", "dark") else "system"

    @theme.setter
    def theme(self, value: str) -> None:
        self._file.setValue("theme", value)

    @property
    def scale(self) -> float:
        """Scale of everything, 0.7…2.5."""
        try:
            value = float(str(self._file.value("scale", self._first_scale)))
        except ValueError:
            value = self._first_scale
        return min(max(value, SMALLEST), LARGEST)

    @scale.setter
    def scale(self, value: float) -> None:
        self._file.setValue("scale", value)

    @property
    def geometry(self) -> QByteArray | None:
        """Where the window was."""
        value = self._file.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._file.setValue("geometry", value)

    @property
    def panel(self) -> str:
        """The panel that was shown last; empty at the very first start."""
        return str(self._file.value("panel", ""))

    @panel.setter
    def panel(self, value: str) -> None:
        self._file.setValue("panel", value)

    def flush(self) -> None:
        """Write now."""
        self._file.sync()
