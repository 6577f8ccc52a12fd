"""What an operation is to a network: layers after one other operation, or branches that meet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from torch import nn

from explorer.learn.tracing.follow import Operation, RefusedError
from explorer.learn.tracing.forms import FORMS, recurrent_of, state
from explorer.learn.tracing.kinds import layers_of
from explorer.learn.tracing.operations import (
    Reading,
    arguments,
    held,
    plain_name,
    refused,
    shape_of,
    source_of,
    tensors_of,
    unknown,
)

SAME = frozenset(("contiguous", "to", "float", "cpu", "cuda", "detach", "clone", "requires_grad", "type_as", "alias"))
"""Methods that leave the numbers as they are."""

FACTORIES = frozenset(("zeros", "zeros_like", "new_zeros"))

DOES = {
    "mul": "multiplies",
    "multiply": "multiplies",
    "sub": "subtracts",
    "subtract": "subtracts",
    "rsub": "subtracts",
    "div": "divides",
    "divide": "divides",
    "truediv": "divides",
    "matmul": "multiplies",
    "bmm": "multiplies",
    "maximum": "compares",
    "minimum": "compares",
}
"""What operations of two tensors do, in words."""

MODULES: dict[str, tuple[type[nn.Module], str]] = {
    "relu": (nn.ReLU, "inplace"),
    "leaky_relu": (nn.LeakyReLU, "negative_slope inplace"),
    "elu": (nn.ELU, "alpha inplace"),
    "softplus": (nn.Softplus, "beta threshold"),
    "gelu": (nn.GELU, "approximate"),
    "sigmoid": (nn.Sigmoid, ""),
    "tanh": (nn.Tanh, ""),
    "softmax": (nn.Softmax, "dim"),
    "log_softmax": (nn.LogSoftmax, "dim"),
    "max_pool1d": (nn.MaxPool1d, "kernel_size stride padding dilation ceil_mode return_indices"),
    "max_pool2d": (nn.MaxPool2d, "kernel_size stride padding dilation ceil_mode return_indices"),
    "avg_pool1d": (nn.AvgPool1d, "kernel_size stride padding ceil_mode count_include_pad"),
    "avg_pool2d": (nn.AvgPool2d, "kernel_size stride padding ceil_mode count_include_pad divisor_override"),
    "adaptive_avg_pool1d": (nn.AdaptiveAvgPool1d, "output_size"),
    "adaptive_avg_pool2d": (nn.AdaptiveAvgPool2d, "output_size"),
    "adaptive_max_pool1d": (nn.AdaptiveMaxPool1d, "output_size return_indices"),
    "adaptive_max_pool2d": (nn.AdaptiveMaxPool2d, "output_size return_indices"),
    "local_response_norm": (nn.LocalResponseNorm, "size alpha beta k"),
    "interpolate": (nn.Upsample, "size scale_factor mode align_corners"),
}
"""Functions and methods with the module that does the same, and the names of its settings in their order."""

SWITCHED: dict[str, type[nn.Module]] = {
    "dropout": nn.Dropout,
    "dropout1d": nn.Dropout1d,
    "dropout2d": nn.Dropout2d,
    "feature_dropout": nn.Dropout2d,
}


def read(operation: Operation, earlier: list[Operation]) -> Reading:
    """What an operation is; `earlier` holds the joins before it. Raises `RefusedError` naming the operation."""
    if operation.is_input:
        return Reading()
    if operation.constant:
        raise held(operation)
    if operation.module is not None:
        return _module(operation)
    for one in tensors_of(operation):
        if one.constant:
            raise held(one)
    name = plain_name(operation)
    if name == "add":
        return _add(operation)
    if name in ("cat", "concat", "concatenate"):
        return _join(operation, earlier)
    source = source_of(operation)
    if recurrent_of(source) is not None:
        return state(operation, source)
    make = FORMS.get(name)
    if make is not None:
        return make(operation, source)
    if name in SAME and source.shape == operation.shape:
        return Reading((source,))
    if name in SWITCHED:
        return _dropout(operation, source, SWITCHED[name])
    if name in MODULES:
        return _as_module(operation, source, *MODULES[name])
    others = [o for o in tensors_of(operation) if o is not source]
    if name in DOES:
        if others:
            raise RefusedError(f"{operation} {DOES[name]} two branches; only adding and joining are known")
        raise RefusedError(f"{operation} calculates with a fixed number; no layer does that")
    raise unknown(operation)


def joins(operations: Iterable[Operation]) -> list[Operation]:
    """Those that join tensors."""
    return [o for o in operations if plain_name(o) in ("cat", "concat", "concatenate")]


def overwriting(operations: list[Operation]) -> Operation | None:
    """The first that changes a value in place which is used again later, if there is one."""
    for operation in operations:
        source = operation.args[0] if operation.args else None
        inplace = operation.kwargs.get("inplace") or getattr(operation.module, "inplace", False)
        if (inplace or re.search(r"[^_]_$", operation.name)) and any(
            source in tensors_of(later) for later in operations[operation.number :]
        ):
            return operation
    return None


def _module(operation: Operation) -> Reading:
    module = operation.module
    assert module is not None
    source = source_of(operation)
    if isinstance(module, nn.RNNBase):
        state = operation.args[1] if len(operation.args) > 1 else operation.kwargs.get("hx")
        if state is not None and not _is_nought(state):
            raise RefusedError(f"{operation} begins with a state of its own; here a recurrent layer begins with zeros")
    elif len(tensors_of(operation)) > 1:
        raise RefusedError(f"{operation} takes several tensors; only adding and joining are known")
    try:
        return Reading((source,), layers_of(module, shape_of(source), operation.shape))
    except RefusedError as error:
        raise refused(operation, error) from None


def _is_nought(value: Any) -> bool:
    """Whether an initial state is made of zeros alone, whatever arrives."""
    if isinstance(value, tuple | list):
        return all(_is_nought(one) for one in value)
    if not isinstance(value, Operation):
        return value is None
    if value.constant:
        return value.zero
    name = plain_name(value)
    return name in FACTORIES or (name in SAME and bool(value.args) and _is_nought(value.args[0]))


def _as_module(operation: Operation, source: Operation, kind: type[nn.Module], names: str) -> Reading:
    """A function as the module that does the same, so that one place knows what layers can do."""
    settings = arguments(operation, names)
    if settings.get("stride", 0) in (None, [], ()):
        del settings["stride"]
    if len(tensors_of(operation)) > 1:
        raise unknown(operation)
    try:
        return Reading((source,), layers_of(kind(**settings), shape_of(source), operation.shape))
    except RefusedError as error:
        raise refused(operation, error) from None


def _dropout(operation: Operation, source: Operation, kind: type[nn.Module]) -> Reading:
    settings = arguments(operation, "p training")
    if settings.get("training", True):
        raise RefusedError(
            f"{operation} also switches values off when predicting; write it with training=self.training, or use "
            f"nn.{kind.__name__}"
        )
    return Reading((source,), layers_of(kind(settings.get("p", 0.5)), shape_of(source), operation.shape))


def _add(operation: Operation) -> Reading:
    if operation.kwargs.get("alpha", 1) != 1:
        raise RefusedError(f"{operation} adds a multiple of a branch; only plain adding is known")
    given = [a for a in (*operation.args, *operation.kwargs.values()) if a is not operation.kwargs.get("alpha")]
    tensors = [a for a in given if isinstance(a, Operation)]
    if len(tensors) == 2:
        return Reading(tuple(tensors), merge="add")
    if len(tensors) == 1 and all(a == 0 for a in given if not isinstance(a, Operation)):
        return Reading((tensors[0],))  # the start of Python's `sum`
    raise RefusedError(f"{operation} adds a number; only branches can be added")


def _join(operation: Operation, earlier: list[Operation]) -> Reading:
    sources, axis = _joined(operation)
    if len(sources) == 1:
        return Reading(sources)
    # A join that begins as an earlier one did goes on from there: so densely joined layers are branches too.
    for length in range(len(sources) - 1, 1, -1):
        same = next(
            (o for o in earlier if o.number < operation.number and _joined(o) == (sources[:length], axis)), None
        )
        if same is not None:
            sources = (same, *sources[length:])
            break
    axes = len(shape_of(operation))
    if axis == 0:
        raise RefusedError(f"{operation} joins along the batch; branches are joined along channels or features")
    if axis not in (1, axes - 1):
        raise RefusedError(f"{operation} joins along axis {axis}; branches are joined along channels or features")
    return Reading(sources, merge="concat", along="channels" if axis == 1 else "features")


def _joined(operation: Operation) -> tuple[tuple[Operation, ...], int]:
    tensors = operation.args[0] if operation.args else operation.kwargs.get("tensors", ())
    settings = arguments(operation, "dim axis")
    axis = settings.get("dim", settings.get("axis", 0))
    if not isinstance(tensors, tuple | list) or not isinstance(axis, int):
        raise unknown(operation)
    sources = tuple(t for t in tensors if isinstance(t, Operation))
    return sources, axis % len(shape_of(operation))
