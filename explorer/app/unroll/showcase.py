"""States of the Unroll panel worth a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.app.unroll.panel import UnrollPanel


def showcase(panel: UnrollPanel) -> Iterator[str]:
    """Show each page as its `tour` has it; in the end the panel is as it was."""
    was = panel.page.name
    for name in ("step", "time", "wirings", "backwards", "vanishing"):
        panel.show_page(name)
        yield from panel.page.tour()
    panel.show_page(was)
