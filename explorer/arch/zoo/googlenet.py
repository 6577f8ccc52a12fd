"""GoogLeNet: inception blocks (Szegedy and others 2014, arXiv:1409.4842)."""

from __future__ import annotations

from collections.abc import Callable

from explorer.arch.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    ReLU,
)
from explorer.arch.network import Network
from explorer.arch.tree import Auxiliary, Node, Parallel, Sequence

WIDTHS = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Filters of each inception block: 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection (table 1 of the paper)."""

Unit = Callable[[int, int, str], tuple[Node, ...]]
"""Filters, side of the kernel and name → a convolution that keeps the size, with all that follows it."""

POOL = MaxPool2d(kernel=(3, 3), stride=(2, 2), ceil_mode=True)
"""Halves the size: windows that overhang at the end count, as in Caffe and torchvision (112 → 56 → 28 → 14 → 7)."""


def googlenet() -> Network:
    """The paper's main path: biases, no batch normalisation."""
    return Network(
        input=(3, 224, 224),
        layers=(*_stem(), *_blocks(_plain, 5), *_head(_PAPER_POOL, 0.4)),
        name="GoogLeNet",
        about="Szegedy and others 2014. Inception blocks with 1×1 reductions: "
        "better than VGG with a twentieth of its parameters.",
    )


def googlenet_auxiliaries() -> Network:
    """The paper's network as it was trained, with both auxiliary classifiers."""
    return Network(
        input=(3, 224, 224),
        layers=(*_stem(), *_blocks(_plain, 5, _auxiliary(_plain, _SIDE_POOL)), *_head(_PAPER_POOL, 0.4)),
        name="GoogLeNet with auxiliary heads",
        about="Szegedy and others 2014, as it was trained: "
        "two classifiers at the side bring the gradient to the lower layers. They are dropped afterwards.",
    )


def googlenet_torchvision() -> Network:
    """Torchvision's version: batch normalisation, and 3×3 kernels where the paper has 5×5."""
    return Network(
        input=(3, 224, 224),
        layers=(
            *(*_normed(64, 7, "conv1", stride=2), POOL),
            *(*_normed(64, 1, "conv2"), *_normed(192, 3, "conv3"), POOL),
            *_blocks(_normed, 3, _auxiliary(_normed, AdaptiveAvgPool2d(size=(4, 4), name="avgpool")), last=2),
            *_head(AdaptiveAvgPool2d(size=(1, 1), name="avgpool"), 0.2),
        ),
        name="GoogLeNet (torchvision)",
        about="GoogLeNet as torchvision has it: with the batch normalisation of Ioffe and Szegedy 2015, "
        "and 3×3 kernels in place of 5×5.",
    )


_PAPER_POOL = AvgPool2d(kernel=(7, 7), stride=(1, 1), name="avgpool")
_SIDE_POOL = AvgPool2d(kernel=(5, 5), stride=(3, 3), name="avgpool")


def _plain(filters: int, side: int, name: str, stride: int = 1) -> tuple[Node, ...]:
    half = side // 2
    conv = Conv2d(filters=filters, kernel=(side, side), stride=(stride, stride), padding=(half, half), name=name)
    return conv, ReLU()


def _normed(filters: int, side: int, name: str, stride: int = 1) -> tuple[Node, ...]:
    half = side // 2
    conv = Conv2d(
        filters=filters, kernel=(side, side), stride=(stride, stride), padding=(half, half), bias=False, name=name
    )
    return conv, BatchNorm2d(eps=0.001), ReLU()


def _stem() -> tuple[Node, ...]:
    return (
        *(*_plain(64, 7, "conv1", stride=2), POOL, LocalResponseNorm()),
        *(*_plain(64, 1, "conv2_reduce"), *_plain(192, 3, "conv2"), LocalResponseNorm(), POOL),
    )


def _blocks(unit: Unit, large: int, side: Callable[[], Auxiliary] | None = None, last: int = 3) -> list[Node]:
    """All inception blocks, with pooling between the groups and `side` behind 4a and 4d.

    `large` is the kernel in the branch of the 5×5 convolutions, `last` the window of the last pooling.
    """
    nodes: list[Node] = []
    for name, widths in WIDTHS.items():
        if name == "4a":
            nodes.append(POOL)
        if name == "5a":
            nodes.append(MaxPool2d(kernel=(last, last), stride=(2, 2), ceil_mode=True))
        nodes.append(_inception(unit, large, f"inception{name}", *widths))
        if side and name in ("4a", "4d"):
            nodes.append(side())
    return nodes


def _inception(
    unit: Unit, large: int, name: str, one: int, reduce3: int, three: int, reduce5: int, five: int, project: int
) -> Parallel:
    pool = MaxPool2d(kernel=(3, 3), stride=(1, 1), padding=(1, 1), ceil_mode=True)
    big = f"conv{large}x{large}"
    return Parallel(
        branches=(
            Sequence(children=unit(one, 1, "conv1x1")),
            Sequence(children=(*unit(reduce3, 1, "reduce"), *unit(three, 3, "conv3x3"))),
            Sequence(children=(*unit(reduce5, 1, "reduce"), *unit(five, large, big))),
            Sequence(children=(pool, *unit(project, 1, "project"))),
        ),
        name=name,
    )


def _auxiliary(unit: Unit, pool: AvgPool2d | AdaptiveAvgPool2d) -> Callable[[], Auxiliary]:
    def made() -> Auxiliary:
        return Auxiliary(
            children=(
                *(pool, *unit(128, 1, "conv"), Flatten()),
                *(Linear(units=1024), ReLU(), Dropout(p=0.7), Linear(units=1000)),
            )
        )

    return made


def _head(pool: AvgPool2d | AdaptiveAvgPool2d, off: float) -> tuple[Node, ...]:
    return pool, Flatten(), Dropout(p=off), Linear(units=1000, name="fc")
