"""What rows are called, and their settings in few words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from explorer.arch.analysis import Row
from explorer.arch.layer import Layer
from explorer.arch.tree import Parallel, Sequence


def words(row: Row) -> str:
    """What a line is called: by the name that it was given, else by its kind."""
    if row.node is None:
        return "Input"
    if row.node.name:
        return row.node.name
    if isinstance(row.node, Sequence):
        return row.path.rpartition(".")[2]
    return row.type if isinstance(row.node, Layer) else row.node.title


def settings(row: Row) -> tuple[str, ...]:
    """A line's settings, written ever more shortly: the last ones are left out, whole."""
    if row.node is None:
        return ("",)
    whole = row.node.detail(row.input)
    if isinstance(row.node, Parallel):
        return whole, f"{len(row.node.branches)} {'added' if row.node.merge == 'add' else 'joined'}"
    parts = whole.split(", ")
    return whole, *(", ".join(parts[:k]) + " …" for k in range(len(parts) - 1, 0, -1))


def fitted(texts: tuple[str, ...], metrics: QFontMetrics, room: int) -> str:
    """The first text that there is room for; the last one is cut if none fits."""
    found = next((text for text in texts if metrics.horizontalAdvance(text) <= room), "")
    return found or metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, max(0, room))
