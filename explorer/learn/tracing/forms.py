"""Operations that give values another form, or pick some of them: flattening, means, axes, the last step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from explorer.arch.layers import AnyLayer, Flatten, GlobalAvgPool, GlobalMaxPool, LastStep, SwapAxes
from explorer.learn.tracing.follow import Operation, RefusedError
from explorer.learn.tracing.kinds import layers_of
from explorer.learn.tracing.operations import Reading, arguments, plain_name, shape_of, source_of, tensors_of


def _reshaped(operation: Operation, source: Operation) -> Reading:
    """Any call that only writes the values in another form: what it does is seen from the shapes."""
    before, after = shape_of(source), shape_of(operation)
    if before == after:
        return Reading((source,))
    if before[0] != after[0]:
        raise RefusedError(f"{operation} mixes the samples of a batch: {_row(before)} becomes {_row(after)}")
    for start in range(1, len(before)):
        for end in range(len(before) - 1, start, -1):
            product = 1
            for size in before[start : end + 1]:
                product *= size
            if (*before[:start], product, *before[end + 1 :]) == after:
                return Reading((source,), (Flatten(start=start, end=-1 if end == len(before) - 1 else end),))
    raise RefusedError(f"{operation} turns {_row(before[1:])} into {_row(after[1:])}; only flattening is known")


def _row(sizes: tuple[int, ...]) -> str:
    return "×".join(map(str, sizes))


def _axes(operation: Operation, name: str = "dim") -> tuple[tuple[int, ...], bool]:
    settings = arguments(operation, f"{name} keepdim")
    given = settings.get("dim", operation.kwargs.get("axis"))
    count = len(shape_of(source_of(operation)))
    if given is None:
        raise RefusedError(f"{operation} takes all values of a batch together")
    axes = given if isinstance(given, tuple | list) else (given,)
    return tuple(sorted(axis % count for axis in axes)), bool(settings.get("keepdim", False))


def _over(layer: AnyLayer, flat: type[nn.Module], image: type[nn.Module]) -> Callable[..., Reading]:
    """A mean or a largest value over all of the image, the signal, or the time steps."""

    def make(operation: Operation, source: Operation) -> Reading:
        axes, kept = _axes(operation)
        count = len(shape_of(source))
        if kept and (count, axes) in ((4, (2, 3)), (3, (2,))):
            kind: Any = image if count == 4 else flat
            return Reading((source,), layers_of(kind(1), shape_of(source), operation.shape))
        if not kept and (count, axes) in ((4, (2, 3)), (3, (2,))):
            return Reading((_before_flatten(source),), (layer,))
        if not kept and (count, axes) == (3, (1,)):
            return Reading((source,), (SwapAxes(), layer))
        raise RefusedError(f"{operation} works along other axes than all of the image's, or the time steps")

    return make


def _before_flatten(source: Operation) -> Operation:
    """The image whose rows were put one behind the other: a mean over both axes is the same."""
    image = source.args[0] if source.args and plain_name(source) in ("flatten", "view", "reshape") else None
    if not isinstance(image, Operation) or image.shape is None or len(image.shape) != 4:
        return source
    n, c, h, w = image.shape
    return image if source.shape == (n, c, h * w) else source


def _largest(operation: Operation, source: Operation) -> Reading:
    return _over(GlobalMaxPool(), nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d)(operation, source)


def _maximum(operation: Operation, source: Operation) -> Reading:
    if len(tensors_of(operation)) > 1:
        raise RefusedError(f"{operation} compares two branches; only adding and joining are known")
    return _largest(operation, source)


def _swapped(operation: Operation, source: Operation) -> Reading:
    count = len(shape_of(source))
    order = list(range(count))
    given = [a for a in (*operation.args[1:], *operation.kwargs.values()) if not isinstance(a, Operation)]
    if given and isinstance(given[0], tuple | list):
        given = list(given[0])
    axes = [axis % count for axis in given if isinstance(axis, int)]
    if plain_name(operation) == "permute":
        order = axes
    elif len(axes) == 2:
        a, b = axes
        order[a], order[b] = b, a
    if order == list(range(count)):
        return Reading((source,))
    if order == [0, 2, 1]:
        return Reading((source,), (SwapAxes(),))
    raise RefusedError(f"{operation} changes the order of axes; only swapping time and features is known")


def _attribute(operation: Operation, source: Operation) -> Reading:
    name = operation.args[1]
    if name == "values" and plain_name(source) == "max":
        return Reading((source,))
    if name == "mT" and len(shape_of(source)) == 3:
        return Reading((source,), (SwapAxes(),))
    if name == "data":
        return Reading((source,))
    place = f" in {operation.place}" if operation.place else ""
    raise RefusedError(f"`.{name}`{place} has no counterpart among the layers here")


def _picked(operation: Operation, source: Operation) -> Reading:
    """`x[…]`: the first result of several, the last time step, or a recurrent layer's last state."""
    index = operation.args[1]
    if source.shape is None:
        if isinstance(source.module, nn.RNNBase) and index != 0:
            raise _of_state(source)
        if source.module is not None or (plain_name(source) == "max" and index == 0):
            return Reading((source,))
        raise RefusedError(f"{source} gives several tensors; one path through a network has one")
    parts = index if isinstance(index, tuple) else (index,)
    rest = [part for part in parts[2:] if part != slice(None) and part is not ...]
    steps = len(shape_of(source)) == 3 and len(parts) >= 2 and parts[0] == slice(None) and not rest
    if steps and (parts[1] == -1 or parts[1] == source.shape[1] - 1):
        return Reading((source,), (LastStep(),))
    if all(part == slice(None) or part is ... for part in parts):
        return Reading((source,))
    raise RefusedError(f"{_indexing(operation)} takes a part out; only the last time step, x[:, -1], is known")


def _indexing(operation: Operation) -> str:
    return "an index" + (f" in {operation.place}" if operation.place else "")


def recurrent_of(operation: Operation) -> Operation | None:
    """The recurrent layer whose last state this is: the second result of it, or the first of an LSTM's two."""
    at, path = operation, []
    while plain_name(at) == "getitem" and len(at.args) == 2 and isinstance(at.args[0], Operation):
        path.append(at.args[1])
        at = at.args[0]
    wanted = [1] if not isinstance(at.module, nn.LSTM) else [0, 1]
    return at if isinstance(at.module, nn.RNNBase) and path == wanted else None


def _of_state(recurrent: Operation) -> RefusedError:
    return RefusedError(
        f"{recurrent} is asked for its last state; only its outputs, or the last state of its top layer, can be shown"
    )


def state(operation: Operation, source: Operation) -> Reading:
    """What is picked out of the last state: of a layer that reads forwards, the last step's output."""
    recurrent = recurrent_of(source)
    assert recurrent is not None
    module: Any = recurrent.module
    name, rest = plain_name(operation), operation.args[1:]
    top = name == "getitem" and rest[0] in (-1, module.num_layers - 1)
    alone = name == "squeeze" and module.num_layers == 1 and rest in ((0,), ()) and not operation.kwargs
    if module.bidirectional or not (top or alone):
        raise _of_state(recurrent)
    return Reading((recurrent,), (LastStep(),))


FORMS: dict[str, Callable[[Operation, Operation], Reading]] = {
    "flatten": _reshaped,
    "view": _reshaped,
    "reshape": _reshaped,
    "squeeze": _reshaped,
    "unsqueeze": _reshaped,
    "view_as": _reshaped,
    "mean": _over(GlobalAvgPool(), nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d),
    "amax": _largest,
    "max": _maximum,
    "transpose": _swapped,
    "swapaxes": _swapped,
    "swapdims": _swapped,
    "permute": _swapped,
    "getattr": _attribute,
    "getitem": _picked,
}
