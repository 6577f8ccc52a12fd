"""The states of the panel that are worth a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.app.unroll.panel import UnrollPanel


def showcase(panel: UnrollPanel) -> Iterator[str]:
    """Bring the panel into each of them, and name it; at the end, or when it is left, the panel is as it was."""
    document, page = panel.document, panel.page.name
    study, unit, notation, motion = document.study, document.unit, document.notation, document.motion
    index, edits, place = document.index, document.undo.count(), document.undo.index()

    def back() -> None:
        while document.undo.index() > place:
            document.undo.undo()
        document.edit(study, "Back")
        document.set_index(index)
        document.set_unit(unit)
        document.set_notation(notation)

    document.set_motion(False)
    try:
        for name in panel.tabs.entries:
            panel.show_page(name)
            for state in panel.page.tour():
                plain = state.removeprefix(f"{panel.name}-")
                yield plain if plain.startswith(name) else f"{name}-{plain}" if plain else name
            back()
            if name == "step":
                document.edit(study.with_kind("GRU"), "GRU")
                document.go_to(min(2, len(document.unrolled) - 1), "z")
                yield "step-gru"
                back()
    finally:
        back()
        if not edits:
            document.undo.clear()
        document.set_motion(motion)
        panel.show_page(page)
