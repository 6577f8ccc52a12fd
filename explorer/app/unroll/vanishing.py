"""Vanishing and exploding: how the size of the gradient changes on its way back through time."""

from __future__ import annotations

from explorer.app.unroll.page import Page


class VanishingPage(Page):
    """Gradient sizes of the RNN, the LSTM, the GRU and an identity path over the steps."""

    name, title = "vanishing", "Vanishing and exploding gradients"
