"""The states of the panel that are worth a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from explorer.explain.example import lecture

if TYPE_CHECKING:
    from explorer.app.convolve.panel import ConvolvePanel


def showcase(panel: ConvolvePanel) -> Iterator[str]:
    """Bring the panel into each of them, and name it; the example of the lecture comes back at the end."""
    document = panel.document
    document.set_motion(False)
    panel.show_page("2d")
    yield "first"
    document.set_index(5)
    yield "step-6"
    document.edit(lecture().with_spec(stride=(2, 2)), "Stride 2")
    document.set_reveal(True)
    yield "stride-2"
    document.set_reveal(False)
    document.edit(lecture().with_padding("same"), "Padding")
    document.set_index(7)
    yield "same"
    document.edit(lecture(2), "Two filters")
    document.set_index(16 + 9)
    yield "two-filters"
    document.edit(lecture().with_channels(3), "Colour")
    document.set_index(5)
    yield "colour"
    document.edit(lecture().with_kernel_size((7, 7)), "Too large")
    yield "fault"
    document.edit(lecture(), "The lecture’s example")
    document.set_index(5)
    for name in panel.tabs.entries:
        if name != "2d":
            panel.show_page(name)
            for state in panel.page.tour():
                yield state if state.startswith(name) else f"{name}-{state}" if state else name
    document.undo.clear()
    document.set_index(0)
    document.set_motion(True)
    panel.show_page("2d")
