"""Ready blocks to build with, made to fit the shape that arrives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.arch.layers import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    LastStep,
    Linear,
    MaxPool2d,
    ReLU,
)
from explorer.arch.shape import Shape
from explorer.arch.tree import Auxiliary, Node, Parallel, Sequence


@dataclass(frozen=True)
class Template:
    """A block of the palette: `make` gets the shape that arrives (`None` if unknown)."""

    name: str
    title: str
    about: str
    make: Callable[[Shape | None], Node]


def _wide(shape: Shape | None) -> int:
    """Channels or features that arrive; 16 where unknown."""
    return shape[0] if shape else 16


def _is_image(shape: Shape | None) -> bool:
    return shape is None or len(shape) == 3


def residual(shape: Shape | None) -> Parallel:
    """Two layers and a skip connection around them, added: the output has the shape of the input (He et al. 2015)."""
    body: tuple[Node, ...]
    if _is_image(shape):
        one = Conv2d(filters=_wide(shape), padding=(1, 1), bias=False)
        body = (one, BatchNorm2d(), ReLU(), one, BatchNorm2d())
    else:
        units = shape[-1] if shape else 16
        body = (Linear(units), ReLU(), Linear(units))
    return Parallel((Sequence(body), Sequence()), merge="add")


def inception(shape: Shape | None) -> Parallel:
    """Four paths with kernels of different size, joined (Szegedy et al. 2014); the widths are those of block 3a."""
    if not _is_image(shape):
        paths = tuple(Sequence((Linear(units), ReLU())) for units in (64, 128, 32, 32))
        return Parallel(paths, along="features")

    def conv(filters: int, side: int = 1) -> tuple[Node, ...]:
        return (Conv2d(filters=filters, kernel=(side, side), padding=(side // 2, side // 2)), ReLU())

    return Parallel(
        (
            Sequence(conv(64)),
            Sequence((*conv(96), *conv(128, 3))),
            Sequence((*conv(16), *conv(32, 5))),
            Sequence((MaxPool2d(kernel=(3, 3), stride=(1, 1), padding=(1, 1)), *conv(32))),
        )
    )


def branches(shape: Shape | None) -> Parallel:
    """Two paths, joined."""
    if not _is_image(shape):
        return Parallel((Sequence((Linear(16),)), Sequence((Linear(16),))), along="features")
    return Parallel((Sequence((Conv2d(filters=16, kernel=(1, 1)),)), Sequence((Conv2d(filters=16, padding=(1, 1)),))))


def repeated(shape: Shape | None) -> Sequence:
    """A sequence that is used twice, each time with its own weights."""
    if not _is_image(shape):
        return Sequence((Linear(shape[-1] if shape else 16), ReLU()), repeat=2)
    return Sequence((Conv2d(filters=_wide(shape), padding=(1, 1)), ReLU()), repeat=2)


def auxiliary(shape: Shape | None) -> Auxiliary:
    """A small classifier of ten classes at the side, used in training only (Szegedy et al. 2014)."""
    if not _is_image(shape):
        return Auxiliary((*(() if len(shape or ()) == 1 else (LastStep(),)), Linear(10)))
    return Auxiliary((AdaptiveAvgPool2d((4, 4)), Conv2d(filters=32, kernel=(1, 1)), ReLU(), Flatten(), Linear(10)))


TEMPLATES = (
    Template("residual", "Residual", "Layers with a skip connection around them; both are added.", residual),
    Template("inception", "Inception", "Four paths with different kernels, joined behind one another.", inception),
    Template("branches", "Branches", "Two paths that get the same input, joined.", branches),
    Template("repeat", "Repeat ×N", "Layers that stand N times in a row, each time with their own weights.", repeated),
    Template("auxiliary", "Auxiliary head", Auxiliary.about, auxiliary),
)
