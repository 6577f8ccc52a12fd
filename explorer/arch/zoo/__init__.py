"""The known networks that come with the app, each built when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from explorer.arch.document import read_network
from explorer.arch.errors import UsageError, nearest
from explorer.arch.network import Network
from explorer.arch.zoo import alexnet, googlenet, recurrent, resnet, small, vgg

Group = tuple[str, tuple[tuple[str, Callable[[], Network]], ...]]

_GROUPS: tuple[Group, ...] = (
    (
        "First networks",
        (
            ("linear-regression", small.linear_regression),
            ("logistic", small.logistic),
            ("mlp", small.mlp),
            ("mlp-dropout", small.mlp_dropout),
            ("lenet5", small.lenet5),
            ("digits-cnn", small.digits_cnn),
            ("cifar10", small.cifar10),
            ("cats-and-dogs", small.cats_and_dogs),
        ),
    ),
    (
        "Image classification (ImageNet)",
        (
            ("alexnet", alexnet.alexnet),
            *((f"vgg{depth}", partial(vgg.vgg, depth)) for depth in vgg.GROUPS),
            ("googlenet", googlenet.googlenet),
            ("googlenet-auxiliaries", googlenet.googlenet_auxiliaries),
            ("googlenet-torchvision", googlenet.googlenet_torchvision),
            *((f"resnet{depth}", partial(resnet.resnet, depth)) for depth in resnet.BLOCKS),
        ),
    ),
    (
        "Recurrent networks",
        (
            ("rnn-rows", recurrent.rnn_rows),
            ("names-rnn", recurrent.names_rnn),
            ("names-vanilla", recurrent.names_vanilla),
            ("names-lstm", recurrent.names_lstm),
            ("names-gru", recurrent.names_gru),
            ("names-two-way", recurrent.names_two_way),
            ("tagger", recurrent.tagger),
            ("sequence-lstm", recurrent.sequence_lstm),
            ("char-lm", recurrent.char_lm),
        ),
    ),
)

_BUILDERS = {name: build for _, members in _GROUPS for name, build in members}


def zoo_groups() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Headings and the names under them, in the order in which one would teach them."""
    return tuple((heading, tuple(name for name, _ in members)) for heading, members in _GROUPS)


@cache
def zoo_names() -> tuple[str, ...]:
    """Names of the known networks, in alphabetical order."""
    return tuple(sorted(_BUILDERS))


@cache
def zoo(name: str) -> Network:
    """A known network. Raises `UsageError` with the nearest name."""
    if name not in _BUILDERS:
        raise UsageError(f"There is no network “{name}”.{nearest(name, zoo_names())}")
    return _BUILDERS[name]()


def find_network(word: str) -> Network:
    """What a word on the command line means: a known network's name, a network file, or a run's folder.

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
