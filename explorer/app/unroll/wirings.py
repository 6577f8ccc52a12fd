"""Wirings: what one cell can be used for, each with a small trained example."""

from __future__ import annotations

from explorer.app.unroll.page import Page


class WiringsPage(Page):
    """The wirings of recurrent cells, each with real numbers of a small trained example."""

    name, title = "wirings", "Wirings"
