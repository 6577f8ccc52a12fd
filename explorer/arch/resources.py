"""Finds the data that ship with the app."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def resource(*parts: str) -> Path:
    """Path of a shipped file or folder, e.g. `resource("models", "digits-cnn")`.

    A wheel carries the resources inside the package; an editable install and a checkout have them beside it.
    """
    inside = _PACKAGE / "_resources"
    root = inside if inside.is_dir() else _PACKAGE.parent / "resources"
    return root.joinpath(*parts)
