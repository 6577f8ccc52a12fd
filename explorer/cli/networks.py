"""What a word on the command line means as a network."""

from __future__ import annotations

import re

from explorer.arch.fields import read_shape
from explorer.arch.network import Network
from explorer.arch.share import from_text, is_text
from explorer.arch.zoo import find_network


def is_class(word: str) -> bool:
    """Whether a word names a class in a Python module: `package.module:Class`."""
    return not is_text(word) and re.fullmatch(r"([^\W\d][\w.]+|\S+\.py):[^\W\d][\w.]*", word) is not None


def network_of(word: str, shape: str | None = None) -> Network:
    """The network that a word means: a shipped one's name, a file, a run, `module:Class`, or a shared text.

    Only for `module:Class` is code run, which the user has named; PyTorch is imported only then. `shape`, such as
    `3x32x32`, is the input to take instead of the network's own; a class needs one. Raises `UsageError`,
    `DocumentError` or `ArchitectureError`.
    """
    size = None if shape is None else read_shape(shape)
    if is_class(word):
        from explorer.learn.tracing import import_network

        return import_network(word, size)
    if is_text(word):
        network = from_text(word)
    else:
        network = find_network(word)
    return network if size is None else network.with_input(size)
