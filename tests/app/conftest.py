"""A workspace of its own, with the theme in place."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from explorer.app import theme
from explorer.app.workspace import Workspace


@pytest.fixture(autouse=True)
def looks(qapp: QApplication) -> None:
    theme.prepare(qapp)
    theme.apply(qapp, theme.LIGHT, 1.0)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "store")
