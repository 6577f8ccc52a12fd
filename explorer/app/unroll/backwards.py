"""Backpropagation through time, with its numbers."""

from __future__ import annotations

from explorer.app.unroll.page import Page


class BackwardsPage(Page):
    """How each step's loss asks something of each earlier step."""

    name, title = "backwards", "Backwards"
