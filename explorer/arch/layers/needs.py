"""What layers need to arrive, and the repairs where something else does."""

from __future__ import annotations

from collections.abc import Callable

from explorer.arch.layer import Fix, Layer, ShapeError
from explorer.arch.layers.base import coming, earlier, is_open, removal
from explorer.arch.layers.embedding import Embedding
from explorer.arch.layers.reshape import Flatten, SwapAxes
from explorer.arch.shape import Shape

Other = Callable[[], Layer]
"""Makes the sibling of a layer for the other number of axes."""


def wrong(layer: Layer, need: str, shape: Shape, advice: str, *fixes: Fix) -> ShapeError:
    """The error: what was needed, what came, what helps. Removing the layer is always offered, last."""
    return ShapeError(f"{layer.type} needs {need}; {coming(shape)}. {advice}.", *fixes, removal())


def needs_image(layer: Layer, shape: Shape, other: Other | None = None) -> None:
    """Raise `ShapeError` unless an image arrives. `other` makes the layer's kin for signals."""
    if len(shape) == 3:
        return
    need = "an image (channels × height × width)"
    if len(shape) == 2 and other is not None:
        kin = other()
        swap = (SwapAxes(),) if is_open(shape[0]) else ()
        text = f"Use {kin.type} with SwapAxes before it" if swap else f"Use {kin.type} instead"
        raise wrong(layer, need, shape, text, Fix(text, before=swap, replacement=kin))
    raise wrong(layer, need, shape, earlier(shape))


def needs_signal(layer: Layer, shape: Shape, other: Other | None = None, vectors: bool = False) -> None:
    """Raise `ShapeError` unless channels × length arrive (or, with `vectors`, a vector)."""
    fixed = not is_open(shape[0])
    if fixed and (len(shape) == 2 or (vectors and len(shape) == 1)):
        return
    need = "a vector, or channels × length" if vectors else "channels × length"
    if len(shape) == 3:
        fixes = []
        if other is not None:
            kin = other()
            fixes.append(Fix(f"Use {kin.type} instead", replacement=kin))
        fixes.append(Fix("Insert Flatten that makes each map one row", before=(Flatten(start=2),)))
        raise wrong(layer, need, shape, fixes[0].text, *fixes)
    if len(shape) == 2:
        raise wrong(layer, need, shape, "Add SwapAxes before it", Fix("Insert SwapAxes", before=(SwapAxes(),)))
    if not fixed:
        advice = "Add Embedding and SwapAxes before it"
        raise wrong(layer, need, shape, advice, Fix("Insert Embedding and SwapAxes", before=(Embedding(), SwapAxes())))
    raise wrong(layer, need, shape, "Put it before Flatten, or remove it")


def needs_maps(layer: Layer, shape: Shape, vectors: bool = False) -> None:
    """Raise `ShapeError` unless an image or channels × length arrive (or, with `vectors`, a vector)."""
    if len(shape) != 3:
        if len(shape) == 1 and not vectors and not is_open(shape[0]):
            raise wrong(layer, "an image or channels × length", shape, "Put it before Flatten, or remove it")
        needs_signal(layer, shape, vectors=vectors)


def needs_steps(layer: Layer, shape: Shape) -> None:
    """Raise `ShapeError` unless a sequence, steps × features, arrives."""
    if len(shape) == 2 and not is_open(shape[1]):
        return
    need = "a sequence (steps × features)"
    if len(shape) == 3:
        rows = Fix("Insert Flatten that makes each row a step", before=(Flatten(end=2),))
        fixes = [rows]
        if shape[0] > 1:
            pixels = (Flatten(start=2), SwapAxes())
            fixes.append(Fix("Make each pixel a step, its channels the features", before=pixels))
        raise wrong(layer, need, shape, "Make each row a step with Flatten", *fixes)
    if len(shape) == 2:
        raise wrong(layer, need, shape, "Add SwapAxes before it", Fix("Insert SwapAxes", before=(SwapAxes(),)))
    fix = Fix("Insert Embedding", before=(Embedding(),))
    raise wrong(layer, need, shape, "If these are tokens, add Embedding before it", fix)
