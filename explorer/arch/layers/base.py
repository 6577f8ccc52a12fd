"""What the declarations of layers share."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from explorer.arch.layer import Fix, Layer, ShapeError
from explorer.arch.shape import Shape
from explorer.arch.text import times

Pair = tuple[Annotated[int, Meta(ge=1, le=4096)], Annotated[int, Meta(ge=1, le=4096)]]
PairFromZero = tuple[Annotated[int, Meta(ge=0, le=4096)], Annotated[int, Meta(ge=0, le=4096)]]


def square(pair: tuple[int, int]) -> int | tuple[int, int]:
    """A pair of equal numbers as one, as PyTorch's calls are usually written."""
    return pair[0] if pair[0] == pair[1] else pair


def changed(**values: tuple[Any, Any]) -> tuple[tuple[str, Any], ...]:
    """Keyword arguments of a call, those at PyTorch's default left out: name=(value, default)."""
    return tuple((name, value) for name, (value, default) in values.items() if value != default)


def needs_image(layer: Layer, shape: Shape) -> None:
    """Raise `ShapeError` unless an image arrives."""
    if len(shape) != 3:
        fix = Fix(f"Remove this {layer.title.lower()}", remove=True)
        raise ShapeError(
            f"{layer.type} needs an image (channels × height × width); {times(shape)} arrives. "
            "Put it before Flatten, or remove it.",
            fix,
        )
