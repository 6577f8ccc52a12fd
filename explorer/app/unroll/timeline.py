"""Over time: heat maps, letters × units, of every gate and state."""

from __future__ import annotations

from explorer.app.unroll.page import Page


class TimePage(Page):
    """Every gate and state of the cell at every letter."""

    name, title = "time", "Over time"
