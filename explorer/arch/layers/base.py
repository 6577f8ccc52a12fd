"""What the declarations of layers share."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from msgspec import Meta

from explorer.arch.layer import Fix, Layer
from explorer.arch.shape import Shape, Symbol
from explorer.arch.text import number, plural, times

Size = Annotated[int, Meta(ge=1, le=4096)]
SizeFromZero = Annotated[int, Meta(ge=0, le=4096)]
Pair = tuple[Size, Size]
PairFromZero = tuple[SizeFromZero, SizeFromZero]
MOST = 4096
"""The largest member of a pair."""

PAIRED = ("kernel", "stride", "padding", "output_padding", "dilation", "size")
"""The settings that are one number for a signal and two for an image."""

L = TypeVar("L", bound=Layer)


def square(value: Any) -> Any:
    """A pair of equal numbers as one, as PyTorch's calls are usually written; anything else as it is."""
    return value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value


def per_axis(value: int | tuple[int, ...]) -> tuple[int, ...]:
    """A setting as one number per axis."""
    return value if isinstance(value, tuple) else (value,)


def changed(**values: tuple[Any, Any]) -> tuple[tuple[str, Any], ...]:
    """Keyword arguments of a call, those at PyTorch's default left out: name=(value, default)."""
    return tuple((name, value) for name, (value, default) in values.items() if value != default)


def turned(layer: Layer, kind: type[L]) -> L:
    """The layer as one of another kind, with the settings that both have: Conv2d as Conv1d and back."""
    values = {name: getattr(layer, name) for name in kind.__struct_fields__ if hasattr(layer, name)}
    pairs = kind.__name__.endswith("2d")
    for name in PAIRED:
        value = values.get(name)
        if isinstance(value, tuple) and not pairs:
            values[name] = value[0]
        elif isinstance(value, int) and pairs:
            values[name] = (value, value)
    return kind(**values)


def is_open(size: int) -> bool:
    """Whether the size is not fixed: the number of time steps."""
    return isinstance(size, Symbol)


def count_steps(steps: int) -> str:
    """`T steps`, `10 steps`, `1 step`."""
    return f"{number(steps)} steps" if is_open(steps) else plural(steps, "step")


def each_step(shape: Shape) -> str:
    """What is added to a count of a sequence of any length."""
    return " a time step" if any(is_open(size) for size in shape) else ""


def coming(shape: Shape) -> str:
    """What arrives, in a sentence: `3×8×8 arrives`, `10 values arrive`."""
    if len(shape) > 1:
        return f"{times(shape)} arrives"
    return f"{plural(shape[0], 'value')} {'arrives' if shape[0] == 1 else 'arrive'}"


def removal() -> Fix:
    """The last resort."""
    return Fix("Remove this layer", remove=True)


def earlier(shape: Shape) -> str:
    """What helps a layer for maps where none are left."""
    return "Set an image as the input, or remove it" if is_open(shape[0]) else "Put it before Flatten, or remove it"


def divisor(whole: int, near: int) -> int:
    """The divisor of `whole` nearest to `near` (both at least 1), the smaller of two; 1 if none is in the vicinity."""
    for away in range(10_000):
        if near - away >= 1 and whole % (near - away) == 0:
            return near - away
        if near + away <= whole and whole % (near + away) == 0:
            return near + away
    return 1
