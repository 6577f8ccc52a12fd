"""What one asks of an operation: its plain name, its arguments, and the sentence for one that is no layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from explorer.arch.layers import AnyLayer
from explorer.learn.tracing.follow import Operation, RefusedError


@dataclass(frozen=True)
class Reading:
    """`layers` come after the one source; with `merge`, several sources meet. The input has no source."""

    sources: tuple[Operation, ...] = ()
    layers: tuple[AnyLayer, ...] = ()
    merge: Literal["concat", "add", ""] = ""
    along: Literal["channels", "features"] = "channels"


def plain_name(operation: Operation) -> str:
    """The operation's name without the signs of work in place: `iadd` and `add_` are `add`."""
    name = operation.name.rstrip("_")
    return name[1:] if name in ("iadd", "imul", "isub", "itruediv", "imatmul") else name


def tensors_of(operation: Operation) -> list[Operation]:
    """The operations among the arguments, also inside lists."""
    found: list[Operation] = []

    def look(value: Any) -> None:
        if isinstance(value, Operation):
            found.append(value)
        elif isinstance(value, tuple | list):
            for one in value:
                look(one)

    look(operation.args)
    look(tuple(operation.kwargs.values()))
    return found


def source_of(operation: Operation) -> Operation:
    """The operation that it works on: its first argument. Raises `RefusedError` where there is none."""
    source = operation.args[0] if operation.args else operation.kwargs.get("input")
    if isinstance(source, Operation) and (not source.constant or len(tensors_of(operation)) == 1):
        return source
    inside = tensors_of(operation)
    if not inside:
        raise RefusedError(f"{operation} makes a tensor that does not come from the input")
    return next((o for o in inside if not o.constant), inside[0])


def arguments(operation: Operation, names: str) -> dict[str, Any]:
    """The arguments behind the tensor, by their names; others that were given are left out."""
    words = names.split()
    given = dict(zip(words, operation.args[1:], strict=False))
    return given | {name: value for name, value in operation.kwargs.items() if name in words}


def shape_of(operation: Operation) -> tuple[int, ...]:
    """The shape of the one tensor that comes out, with the batch. Raises `RefusedError` where several do."""
    if operation.shape is None:
        raise unknown(operation)
    return operation.shape


def unknown(operation: Operation) -> RefusedError:
    """The sentence for what no layer does."""
    return RefusedError(f"{operation} has no counterpart among the layers here")


def held(operation: Operation) -> RefusedError:
    """The sentence for a tensor that comes from elsewhere than the input: a parameter, or one that is made."""
    place = f" in {operation.place}" if operation.place else ""
    if operation.name == "tensor":
        return RefusedError(f"a tensor that does not come from the input is used{place}; only layers hold numbers")
    name = operation.name.removeprefix("model.")
    return RefusedError(f"the tensor `{name}` is used directly{place}; only layers hold numbers")


def refused(operation: Operation, error: RefusedError) -> RefusedError:
    """The sentence for what its layer cannot do: `error` follows the operation's name."""
    return RefusedError(f"{operation} {error}")
