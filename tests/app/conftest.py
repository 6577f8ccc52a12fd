"""A workspace of its own, with the theme in place."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from explorer.app import theme
from explorer.app.workspace import Workspace


@pytest.fixture(scope="session")
def first_sheet(qapp: QApplication) -> str:
    """The light theme, once: giving an application its style sheet takes as long as a small test."""
    theme.prepare(qapp)
    theme.apply(qapp, theme.LIGHT, 1.0)
    return qapp.styleSheet()


@pytest.fixture(autouse=True)
def looks(qapp: QApplication, first_sheet: str) -> None:
    """Every test begins with the light theme at scale 1, whatever the one before left."""
    if qapp.styleSheet() != first_sheet or qapp.font().pixelSize() != theme.TEXT:
        theme.apply(qapp, theme.LIGHT, 1.0)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "store")
