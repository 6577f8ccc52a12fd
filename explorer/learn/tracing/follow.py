"""Follows one sample through a module and notes every operation on its way.

`torch.fx` does the following: it calls `forward` with a stand-in for the input. Ours also carries the values of a real
sample along, so that sizes are plain numbers, and only decisions by the *values* that arrive stop it.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.fx.node import map_aggregate
from torch.fx.proxy import Attribute

from explorer.arch.errors import ArchitectureError
from explorer.arch.layer import Layer
from explorer.arch.layers import PALETTE
from explorer.learn import modules as own

OURS = (f"{Path(torch.__file__).parent}{os.sep}", f"{Path(own.__file__).parents[1]}{os.sep}", "<")
"""How the files begin whose lines are not the user's."""

SIZES = frozenset(
    (
        "size", "dim", "ndimension", "numel", "nelement", "stride", "get_device", "is_floating_point", "is_complex",
        "is_contiguous", "element_size",
    )
)  # fmt: skip
"""Methods of a tensor that tell of its shape and kind, not of its values."""


class RefusedError(ArchitectureError):
    """Why a module cannot be shown, as the end of a sentence: the caller puts the module's name in front."""


@dataclass(frozen=True)
class Place:
    """A line of the user's source."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"line {self.line} of {Path(self.file).name}"


@dataclass(eq=False)
class Operation:
    """One operation on the way. `args` and `kwargs` hold other operations where values came from there.

    `path` leads to the module it happened in (for a leaf: to the leaf itself), without lists of modules, whose name
    goes into that of their member. `shape` is with the batch, and `None` where no single tensor comes out.
    """

    number: int
    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    module: nn.Module | None = None
    constant: bool = False
    path: tuple[str, ...] = ()
    place: Place | None = None
    shape: tuple[int, ...] | None = None
    zero: bool = False
    """Whether a constant is made of zeros that are not learned."""

    @property
    def is_input(self) -> bool:
        """Whether it is the sample itself: nothing comes before it."""
        return self.number == 1

    def __str__(self) -> str:
        if self.module is not None:
            return f"`{'.'.join(self.path) or 'it'}` ({type(self.module).__name__})"
        return f"`{self.name}`" + (f" in {self.place}" if self.place else "")


def _is_ours(code: CodeType) -> bool:
    return code.co_filename.startswith(OURS)


def place_of(error: BaseException) -> Place | None:
    """The last line of the user's own source that an error went through."""
    found, step = None, error.__traceback__
    while step is not None:
        if not _is_ours(step.tb_frame.f_code):
            found = Place(step.tb_frame.f_code.co_filename, step.tb_lineno)
        step = step.tb_next
    return found


def reason(error: BaseException) -> str:
    """An error of the user's code in a few words, with its line: `name 'x' is not defined (line 3 of models.py)`."""
    text = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    place = place_of(error)
    return f"{text[:200]} ({place})" if place else text[:200]


class Value(fx.Proxy):
    """The stand-in for a value, with the value of the sample."""

    sample: Any
    operation: Operation

    @property
    def shape(self) -> Any:
        """The sample's shape."""
        return self.sample.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return int(self.sample.ndim)

    @property
    def dtype(self) -> Any:
        """The kind of number."""
        return self.sample.dtype

    @property
    def device(self) -> Any:
        """Where the sample lies."""
        return self.sample.device

    @property
    def is_cuda(self) -> bool:
        """Whether the sample lies on a graphics card."""
        return bool(self.sample.is_cuda)

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient is kept; never, while following."""
        return False

    def __len__(self) -> int:
        return len(self.sample)

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self.sample, tuple | list):
            return (self[index] for index in range(len(self.sample)))  # type: ignore[index]
        return super().__iter__()


class _DecisionError(Exception):
    """The code decides by values."""


class _Whole(nn.Module):
    """The module as the only part of another: it may then be a leaf itself, and keeps its own default arguments."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.said: Any = None

    def forward(self, x: Tensor) -> Any:
        """x: what the module takes."""
        self.said = self.model(x)
        return self.said


class _Tracer(fx.Tracer):
    proxy_buffer_attributes = True

    def __init__(self, sample: Tensor) -> None:
        super().__init__()
        self.sample = sample
        self.operations: list[Operation] = []
        self.running = False
        self.call: Callable[..., Any] | None = None

    # While a value of the sample is computed, modules are called as always.

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if self.running:
            return forward(*args, **kwargs)
        self.call = forward
        return super().call_module(m, forward, args, kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        return attr_val if self.running else super().getattr(attr, attr_val, parameter_proxy_cache)

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:  # noqa: ARG002
        return is_leaf(m)

    def to_bool(self, obj: fx.Proxy) -> bool:  # noqa: ARG002
        raise _DecisionError

    def proxy(self, node: fx.Node) -> Value:
        return Value(node, self)

    def create_proxy(
        self, kind: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any], *rest: Any, **more: Any
    ) -> Any:
        args, kwargs = map_aggregate(args, self.whole), map_aggregate(kwargs, self.whole)
        sample = self._sample(kind, target, _samples(args), _samples(kwargs))
        name = target if isinstance(target, str) else getattr(target, "__name__", str(target))
        if kind in ("call_method", "call_function") and name in SIZES and not isinstance(sample, Tensor):
            return sample
        value = super().create_proxy(kind, target, args, kwargs, *rest, **more)
        assert isinstance(value, Value)
        value.sample = sample
        value.operation = Operation(
            len(self.operations) + 1,
            name,
            map_aggregate(args, _operation),
            dict(map_aggregate(kwargs, _operation)),
            module=self.root.get_submodule(target) if kind == "call_module" else None,
            constant=kind == "get_attr",
            path=self._path(),
            place=_here(),
            shape=tuple(sample.shape) if isinstance(sample, Tensor) else None,
            zero=kind == "get_attr" and isinstance(sample, Tensor) and _is_nought(sample),
        )
        self.operations.append(value.operation)
        return value

    def whole(self, argument: Any) -> Any:
        """The argument; an attribute such as `x.T` becomes a value only when it is used."""
        if isinstance(argument, Attribute):
            return self.create_proxy("call_function", getattr, (argument.root, argument.attr), {})
        return argument

    def _sample(self, kind: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kind == "placeholder":
            return self.sample
        self.running = True
        try:
            if kind == "get_attr":
                at: Any = self.root
                for part in target.split("."):
                    at = getattr(at, part)
                return at
            if kind == "call_module":
                assert self.call is not None
                return self.call(*args, **kwargs)
            call = getattr(args[0], target) if kind == "call_method" else target
            return call(*args[1:], **kwargs) if kind == "call_method" else call(*args, **kwargs)
        finally:
            self.running = False

    def _path(self) -> tuple[str, ...]:
        words, at = [], self.root
        before = ""
        for part in self.scope.module_path.split(".")[1:]:  # without `model`
            at = at.get_submodule("model") if at is self.root else at
            at = at.get_submodule(part)
            if type(at).forward is nn.Module.forward:  # a list of modules, which does nothing itself
                before += f"{part}_"
            else:
                words.append(before + part)
                before = ""
        return tuple(words)


def is_leaf(module: nn.Module) -> bool:
    """Whether a module is one of PyTorch's or ours, whose inside is known; a subclass may not change `forward`."""
    if isinstance(module, nn.Sequential | own.Branches):
        return False
    maker = next(kind for kind in type(module).__mro__ if "forward" in kind.__dict__ or kind is nn.Module)
    known = maker.__module__.startswith("torch.nn.") or maker.__module__ == own.__name__
    return known or of_lectures(module) is not None


def of_lectures(module: nn.Module) -> type[Layer] | None:
    """The layer that PyTorch lacks and the module is: one of ours, or one of exported code, which is the same."""
    kind = type(module)
    layer = next((layer for layer in PALETTE if layer.source and layer.__name__ == kind.__name__), None)
    if layer is None or kind.__module__ == own.__name__:
        return layer
    try:
        return layer if inspect.getsource(kind).strip() == layer.source.strip() else None
    except (OSError, TypeError):
        return None


def _operation(argument: Any) -> Any:
    if isinstance(argument, Tensor):  # made beside the input
        return Operation(0, "tensor", constant=True, place=_here(), zero=_is_nought(argument))
    return argument.operation if isinstance(argument, Value) else argument


def _samples(arguments: Any) -> Any:
    return map_aggregate(arguments, _sample_of)


def _sample_of(argument: Any) -> Any:
    return argument.sample if isinstance(argument, Value) else argument


def _is_nought(tensor: Tensor) -> bool:
    return not isinstance(tensor, nn.Parameter) and not bool(tensor.any())


def _here() -> Place | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (frame.f_code.co_filename, frame.f_code.co_name) != (__file__, "follow"):
        if not _is_ours(frame.f_code):
            return Place(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None


@torch.no_grad()
def follow(module: nn.Module, sample: Tensor) -> tuple[Operation, list[Operation]]:
    """The operation whose result the module returns for `sample` (N, …), and all that ran, in their order.

    Raises `RefusedError` with the line where the code does what cannot be followed.
    """
    whole, tracer = _Whole(module), _Tracer(sample)
    try:
        tracer.trace(whole)
    except (_DecisionError, fx.proxy.TraceError) as error:
        at = place_of(error) or "its forward"
        raise RefusedError(
            f"{at} decides or loops by the values that arrive; only layers whose order is always the same can be shown"
        ) from None
    except Exception as error:
        raise RefusedError(f"its forward cannot be followed: {reason(error)}") from None
    said = tracer.whole(whole.said)
    if not isinstance(said, Value):
        raise RefusedError("what it returns does not depend on its input")
    return said.operation, tracer.operations
