"""The states of the Write page that are worth a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.app.predict.write.page import WritePage


def states(page: WritePage) -> Iterator[str]:
    """Bring the page into each state, and name it."""
    page.show_view("generate")
    page.classes.setCurrentIndex(max(0, page.classes.findText("Italian")))
    page.settle()
    odds = page.generate.odds
    if odds.drawn:
        odds.choose(odds.given)
    yield "write"
    odds.choose(-1)
    page.show_view("surprise")
    page.settle()
    yield "write-surprise"
    page.show_view("generate")
