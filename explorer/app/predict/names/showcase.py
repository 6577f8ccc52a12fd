"""The states of the page Names that are worth a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.app.predict.names.page import NamesPage

CLASS = "Pelaez\nLukashenko\nWitek\nPutin\nMüller\nNguyễn\nSato\nO’Neill\nRossi\nPapadopoulos\nЖуков\nKim"
"""A class list."""


def states(page: NamesPage) -> Iterator[str]:
    """Bring the page into each state, and name it."""
    page.settle()
    page.field.clear()
    page.settle()
    yield "names-empty"
    page.open_name("Pelaez")
    page.settle()
    yield "names"
    side = page.sides[0]
    if side.ranking.order:
        page.explainer.ask(len(page.word.tokens) - 1, side.ranking.order[0])
        page.settle()
        yield "names-why"
    if page.inside.maps:
        part = next(iter(page.inside.maps))
        unit = min(16, page.inside.maps[part].values.shape[1] - 1)
        page.inside.choose(part, unit, min(2, len(page.word.tokens) - 1))
        page.settle()
        yield "names-inside"
        page.inside.leave()
    page.open_name("Nguyễnж")
    page.settle()
    yield "names-folded"
    page.field.setText(CLASS)
    page.settle()
    yield "names-list"
    page.open_name("Witek")
    if len(page.choices) > 1:
        page.choose_second(next(one.folder for one in page.choices if one.folder != page.reader.folder))
        page.settle()
        yield "names-two"
        page.second.unload()
    page.open_name("")
    page.settle()
