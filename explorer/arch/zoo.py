"""The known networks that ship with the app."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from explorer.arch.document import read_network
from explorer.arch.errors import UsageError, nearest
from explorer.arch.network import Network
from explorer.arch.resources import resource


@lru_cache
def zoo_names() -> tuple[str, ...]:
    """Names of the shipped networks, in alphabetical order."""
    return tuple(sorted(path.stem for path in resource("zoo").glob("*.json")))


@lru_cache
def zoo(name: str) -> Network:
    """A shipped network. Raises `UsageError` with the nearest name."""
    if name not in zoo_names():
        raise UsageError(f"There is no network “{name}”.{nearest(name, zoo_names())}")
    return read_network(resource("zoo", f"{name}.json"))


def find_network(word: str) -> Network:
    """What a word on the command line means: a shipped network's name, a network file, or a run's folder.

    Raises `UsageError` (unknown name) or `DocumentError` (unreadable file).
    """
    if word in zoo_names():
        return zoo(word)
    path = Path(word)
    if (path / "network.json").is_file():
        return read_network(path / "network.json")
    if path.exists() or path.suffix == ".json" or len(path.parts) > 1:
        return read_network(path)
    return zoo(word.lower())
