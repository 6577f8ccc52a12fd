"""How branches come together again: their outputs are added or joined, and what helps where they do not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from explorer.arch.layer import Fix, Layer, ShapeError
from explorer.arch.layers import AdaptiveAvgPool2d, AvgPool2d, Conv1d, Conv2d, Flatten, LastStep, Linear, SwapAxes
from explorer.arch.layers.base import MOST
from explorer.arch.layers.pooling import Pooling
from explorer.arch.shape import Shape
from explorer.arch.text import times

if TYPE_CHECKING:
    from explorer.arch.tree import Parallel

_GONE = Fix("Remove this block", remove=True)
_NTH = ("first", "second", "third")


def merged(block: Parallel, shapes: tuple[Shape, ...]) -> Shape:
    """The shape that outputs of these shapes make together. Raises `ShapeError`."""
    if not shapes:
        raise ShapeError("A block of branches needs at least one branch.", _GONE)
    first = shapes[0]
    said = ", ".join(times(s) for s in shapes)
    if any(len(s) != len(first) for s in shapes):
        done = "added" if block.merge == "add" else "joined"
        raise ShapeError(
            f"The branches give {said}: shapes with different numbers of axes cannot be {done}.",
            *_ended(block, shapes, _flat, "Flatten each branch"),
            *_ended(block, shapes, _last, "Take the last step of each sequence"),
            _GONE,
        )
    if block.merge == "add":
        other = next((k for k, s in enumerate(shapes) if s != first), None)
        if other is None:
            return first
        raise ShapeError(
            f"Adding needs equal shapes; branch 1 gives {times(first)}, branch {other + 1} {times(shapes[other])}.",
            *_padded(block),
            *_swapped(block, shapes),
            *_projected(block, shapes),
            *_pooled(block, shapes),
            *_joined_instead(block),
            _GONE,
        )
    axis = 0 if block.along == "channels" else len(first) - 1
    if all(_rest(s, axis) == _rest(first, axis) for s in shapes):
        return (*first[:axis], sum(s[axis] for s in shapes), *first[axis + 1 :])
    equal = "height and width" if len(first) == 3 and axis == 0 else f"all sizes but the {_NTH[axis]}"
    raise ShapeError(
        f"Joining along {block.along} needs {equal} to be equal; the branches give {said}.",
        *_padded(block),
        *_swapped(block, shapes),
        *_along_the_other(block),
        *_pooled(block, shapes),
        _GONE,
    )


def _rest(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], *shape[axis + 1 :])


def _ended(block: Parallel, shapes: tuple[Shape, ...], end: Callable[[Shape], Layer | None], text: str) -> list[Fix]:
    """The block with a layer put at the end of each branch where `end` makes one for its shape."""
    branches, changed = [], False
    for branch, shape in zip(block.branches, shapes, strict=True):
        layer: Any = end(shape)
        changed = changed or layer is not None
        branches.append(branch if layer is None else replace(branch, children=(*branch.children, layer)))
    return [Fix(text, replacement=replace(block, branches=tuple(branches)))] if changed else []


def _flat(shape: Shape) -> Layer | None:
    return Flatten() if len(shape) > 1 else None


def _last(shape: Shape) -> Layer | None:
    return LastStep() if len(shape) == 2 else None


def _swapped(block: Parallel, shapes: tuple[Shape, ...]) -> list[Fix]:
    """Exchange the axes of the branches that have them the other way round than the first."""
    if len(shapes[0]) != 2:
        return []

    def end(shape: Shape) -> Layer | None:
        return SwapAxes() if shape != shapes[0] and shape[::-1] == shapes[0] else None

    return _ended(block, shapes, end, f"Swap the axes of the branches that differ from {times(shapes[0])}")


def _padded(block: Parallel) -> list[Fix]:
    """Pad each sliding layer of stride 1 so that it keeps the size."""
    changed = tuple(replace(b, children=tuple(_keeping(c) for c in b.children)) for b in block.branches)
    if changed == block.branches:
        return []
    return [Fix("Pad each branch so that it keeps its size", replacement=replace(block, branches=changed))]


def _projected(block: Parallel, shapes: tuple[Shape, ...]) -> list[Fix]:
    """Bring the branches to the shape of one of them by one layer: a shortcut last, it is the one to change."""
    fixes = []
    for wanted in dict.fromkeys(shapes):

        def end(shape: Shape, wanted: Shape = wanted) -> Layer | None:
            return None if shape == wanted else _projection(shape, wanted)

        text = f"Add {_projection_words(wanted)} to the branches that differ from {times(wanted)}"
        fixes += _ended(block, shapes, end, text)
    return fixes


def _projection(shape: Shape, wanted: Shape) -> Layer | None:
    if len(shape) < 3:
        return Linear(wanted[-1])
    if any(size % goal for size, goal in zip(shape[1:], wanted[1:], strict=True)):
        return None
    stride = (shape[1] // wanted[1], shape[2] // wanted[2])
    return Conv2d(filters=wanted[0], kernel=(1, 1), stride=stride, bias=False)


def _projection_words(wanted: Shape) -> str:
    return "a 1×1 convolution" if len(wanted) == 3 else "a Linear layer"


def _pooled(block: Parallel, shapes: tuple[Shape, ...]) -> list[Fix]:
    """Pool the larger images down to the smallest, with windows of one size where they fit."""
    if len(shapes[0]) != 3:
        return []
    least = (min(s[1] for s in shapes), min(s[2] for s in shapes))

    def end(shape: Shape) -> Layer | None:
        if shape[1:] == least:
            return None
        if shape[1] % least[0] or shape[2] % least[1]:
            return AdaptiveAvgPool2d(least) if max(least) <= MOST else None
        return AvgPool2d(kernel=(shape[1] // least[0], shape[2] // least[1]))

    return _ended(block, shapes, end, f"Pool the larger branches to {times(least)}")


def _joined_instead(block: Parallel) -> list[Fix]:
    return [
        Fix("Join the branches instead of adding them", replacement=replace(block, merge="concat", along=along))
        for along in ("channels", "features")
    ]


def _along_the_other(block: Parallel) -> list[Fix]:
    other = "features" if block.along == "channels" else "channels"
    return [Fix(f"Join along {other}", replacement=replace(block, along=other))]


def _keeping(node: Any) -> Any:
    """A sliding layer of stride 1 with the padding that keeps the size; anything else as it is."""
    if not isinstance(node, Conv1d | Conv2d | Pooling) or set(node.steps) != {1}:
        return node
    kept = tuple(d * (k - 1) // 2 for k, d in zip(node.windows, node.spacing, strict=True))
    even = any(d * (k - 1) % 2 for k, d in zip(node.windows, node.spacing, strict=True))
    if isinstance(node, Pooling):
        # Pooling pads both sides alike, and by no more than half the window.
        possible = not even and all(p <= k // 2 for p, k in zip(kept, node.windows, strict=True))
        padding: Any = kept if possible else node.padding
    else:
        padding = "same" if even or max(kept) > MOST else kept
    if isinstance(padding, tuple) and not node.image:
        (padding,) = padding
    changed: dict[str, Any] = {"padding": padding}
    return replace(node, **changed)
