"""What to do when the open network cannot be trained on the chosen data. Knows no Qt and no torch."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from explorer.app.train.called import own
from explorer.arch.errors import ArchitectureError
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.arch.zoo import zoo
from explorer.learn.catalog import Kind, Source
from explorer.learn.fit import Misfit, adapt, misfit

READERS: dict[Kind, str] = {"pictures": "lenet5", "words": "names-lstm", "text": "char-lm"}
"""A network of the zoo for each kind of data."""

DATA = ("names", "names#letters", "strokes")
"""Data of the program that are tried for a network, in this order."""


@dataclass(frozen=True)
class Way:
    """Words for a button, and the network to edit to or (`opens`) to open, or else the name of data to take."""

    text: str
    network: Network | None = None
    opens: bool = False
    data: str = ""


def ways_out(network: Network, source: Source, problem: Misfit) -> tuple[Way, ...]:
    """The repair, where it keeps what the network reads; data that fit the network; a network that fits the data."""
    ways: list[Way] = []
    other = (network.input[0] is T) == (source.kind == "pictures")
    if problem.repaired is not None and not other:
        ways.append(Way(problem.text, problem.repaired))
    if other:
        ways += [fitting] if (fitting := _other_network(source)) else []
        ways += [Way(f"Take {data.title} as data", data=data.name) for data in _other_data(network)]
        if problem.repaired is not None and not ways:
            ways.append(Way(problem.text, problem.repaired))
    return tuple(ways)


def _other_data(network: Network) -> list[Source]:
    """The first data of the program on which the network can be trained as it is."""
    for name in DATA:
        source = own(name)
        if source is not None and misfit(network, source) is None:
            return [source]
    return []


def _other_network(source: Source) -> Way | None:
    """A network of the zoo, made to fit."""
    made = zoo(READERS[source.kind])
    with suppress(ArchitectureError):
        for repaired, _ in adapt(made, source):
            made = repaired
        return Way(f"Open {made.name}", made, opens=True)
    return None
