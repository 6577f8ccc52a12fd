"""A user's own PyTorch class as a network of our layers, as far as it is a tree of branches within branches.

Nothing is taken on trust: the network that comes out is run with the module's own weights, and must give its numbers.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
import warnings
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from explorer.arch.document import decode, encode
from explorer.arch.errors import ArchitectureError, DocumentError, UsageError
from explorer.arch.network import Network
from explorer.arch.shape import Shape, Symbol
from explorer.arch.text import times
from explorer.learn.tracing.check import check
from explorer.learn.tracing.follow import RefusedError, follow, reason
from explorer.learn.tracing.load import load
from explorer.learn.tracing.naming import nodes
from explorer.learn.tracing.reading import overwriting
from explorer.learn.tracing.series import Step, series

STEPS = 23
"""Time steps of the sample, where their number is T."""


def import_network(word: str, shape: Shape | None) -> Network:
    """The network of a class `package.module:Class`, whose code is run.

    `shape` is that of one sample. Raises `UsageError` (it cannot be found or made, or there is no shape) or
    `ArchitectureError` (it is no network of known layers), each in one sentence that names the place.
    """
    dotted = word.replace(":", ".")
    with _quiet():
        module = load(word)
        if shape is None:
            raise UsageError(f"{dotted} does not say what it takes. Add the shape of one input{_example(module)}.")
        network = network_from_module(module, shape, dotted)
    return network.named(dotted.rpartition(".")[2])


def network_from_module(module: nn.Module, shape: Shape, name: str) -> Network:
    """The network that a module is, for samples of `shape`, as it predicts (in eval mode). The module stays as it is.

    Raises `ArchitectureError` naming the operation, and its line, that is no layer here.
    """
    modes = {part: part.training for part in module.modules()}
    try:
        with _quiet():
            return _network(module.eval(), shape, name)
    except RefusedError as error:
        raise ArchitectureError(f"{name} cannot be shown: {error}.") from None
    finally:
        for part, training in modes.items():
            part.training = training


@torch.no_grad()
def _network(module: nn.Module, shape: Shape, name: str) -> Network:
    _takes_one(module)
    sample = _sample(module, shape)
    try:
        expected = module(sample.clone())  # it may change what it gets
    except Exception as error:
        raise RefusedError(f"it fails for an input of {times(shape)}: {reason(error)}") from None
    if not isinstance(expected, Tensor):
        raise RefusedError(f"it returns {_what(expected)}; a network here has one output")
    if expected.ndim < 2 or expected.shape[0] != sample.shape[0]:
        said = times(expected.shape) or "one number"
        raise RefusedError(f"{len(sample)} samples together give {said}, which is not one output for each")
    output, operations = follow(module, sample.clone())
    layers, steps = nodes(series(output, operations))
    network = Network(shape, layers, name=name, about=f"Traced from {name}.{_unused(module, steps)}")
    try:
        network = decode(encode(network), name)  # settings beyond what a layer may have are found here
    except DocumentError as error:
        words = str(error).removeprefix(name).removeprefix(" is not a network file").removeprefix(": ")
        raise RefusedError(words.rstrip(".")) from None
    check(network, steps, sample, expected, overwriting(operations))
    return network


def _takes_one(module: nn.Module) -> None:
    parameters = inspect.signature(module.forward).parameters.values()
    needed = [p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    if len(needed) > 1:
        count = {2: "two", 3: "three"}.get(len(needed), str(len(needed)))
        raise RefusedError(
            f"it takes {count} inputs ({', '.join(needed[:-1])} and {needed[-1]}); a network here has one input"
        )
    if not list(parameters):
        raise RefusedError("it takes no input")


def _sample(module: nn.Module, shape: Shape) -> Tensor:
    """Two samples, of random numbers or of tokens."""
    sizes = (2, *(STEPS if isinstance(size, Symbol) else size for size in shape))
    first = next(module.parameters(), torch.empty(0))
    words = next((m.num_embeddings for m in module.modules() if isinstance(m, nn.Embedding)), 0)
    random = torch.Generator().manual_seed(0)
    if words and len(shape) == 1:
        return torch.randint(words, sizes, generator=random).to(first.device)
    return torch.rand(sizes, generator=random).to(first.device, first.dtype)


def _what(value: object) -> str:
    if isinstance(value, tuple | list):
        return f"{len(value)} values together"
    if isinstance(value, dict):
        return f"several values ({', '.join(map(str, value))})"
    return f"a value of type {type(value).__name__}"


def _unused(module: nn.Module, steps: list[Step]) -> str:
    """A sentence on the parts that predicting does not use, such as side classifiers."""
    used = {id(p) for step in steps if step.module is not None for p in step.module.parameters()}
    idle = [
        name
        for name, child in module.named_children()
        if (own := [id(p) for p in child.parameters()]) and used.isdisjoint(own)
    ]
    if not idle:
        return ""
    are = "is" if len(idle) == 1 else "are"
    return f" Not used when predicting, and left out, {are}: {', '.join(idle)}."


def _example(module: nn.Module) -> str:
    """How to write the input's shape, guessed from the first layer that has weights."""
    for part in module.modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d):
            side = 28 if part.in_channels == 1 else 32
            return f", such as --input {part.in_channels or 3}x{side}x{side}"
        if isinstance(part, nn.Conv1d):
            return f", such as --input {part.in_channels}x100"
        if isinstance(part, nn.Linear):
            return f", such as --input {part.in_features or 10}"
        if isinstance(part, nn.RNNBase):
            return f", such as --input Tx{part.input_size}"
        if isinstance(part, nn.Embedding):
            return ", such as --input T, for any number of tokens"
    return ", such as --input 3x32x32"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What the user's code prints goes beside our own output; its warnings are not about this."""
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
