"""What rows are called."""

from __future__ import annotations

from explorer.arch.analysis import Row
from explorer.arch.layer import Layer
from explorer.arch.tree import Sequence


def words(row: Row) -> str:
    """What a line is called: by the name that it was given, else by its kind."""
    if row.node is None:
        return "Input"
    if row.node.name:
        return row.node.name
    if isinstance(row.node, Sequence):
        return row.path.rpartition(".")[2]
    return row.type if isinstance(row.node, Layer) else row.node.title
