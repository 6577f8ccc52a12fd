"""The page Step: one number of one part of one step at a time."""

from __future__ import annotations

from explorer.app.unroll.page import Page


class StepPage(Page):
    """Step through the cell, part by part."""

    name, title = "step", "Step"
