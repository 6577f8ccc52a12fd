"""From operations to a tree: layers in a row, and branches between where they part and where they meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from torch import nn

from explorer.arch.layers import AnyLayer
from explorer.learn.tracing.follow import Operation, RefusedError
from explorer.learn.tracing.operations import Reading
from explorer.learn.tracing.reading import joins, read


@dataclass(frozen=True)
class Step:
    """One layer, the module that it was, and the path of that module or of the code it stood in."""

    layer: AnyLayer
    module: nn.Module | None
    path: tuple[str, ...]


@dataclass(frozen=True)
class Fork:
    """Branches that part and meet again."""

    branches: tuple[tuple[Step | Fork, ...], ...]
    merge: Literal["concat", "add"]
    along: Literal["channels", "features"]
    path: tuple[str, ...]


Item = Step | Fork


def series(output: Operation, operations: list[Operation]) -> tuple[Item, ...]:
    """What lies between the input and `output`, in its order; `operations` is all that ran.

    Raises `RefusedError` where branches do not nest, or an operation is no layer.
    """
    graph = _Graph(output, joins(operations))
    return graph.chain(output, graph.input)


@dataclass
class _Graph:
    output: Operation
    joins: list[Operation]
    readings: dict[int, Reading] = field(default_factory=dict)
    parting: dict[int, Operation] = field(default_factory=dict)
    """For each operation the last one before it that every path to it goes through."""
    done: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        found = self._reachable()
        inputs = [operation for operation in found if operation.is_input]
        if not inputs:
            raise RefusedError("what it returns does not depend on its input")
        self.input = inputs[0]
        for operation in found:  # in the order in which they ran: sources come first
            sources = self.readings[operation.number].sources
            if sources:
                common = sources[0]
                for source in sources[1:]:
                    common = self._common(common, source)
                self.parting[operation.number] = common

    def _reachable(self) -> list[Operation]:
        found: dict[int, Operation] = {}
        ahead = [self.output]
        while ahead:
            operation = ahead.pop()
            if operation.number not in found:
                found[operation.number] = operation
                self.readings[operation.number] = read(operation, self.joins)
                ahead += self.readings[operation.number].sources
        return [found[number] for number in sorted(found)]

    def _common(self, one: Operation, other: Operation) -> Operation:
        while one is not other:
            if one.number > other.number:
                one = self.parting[one.number]
            else:
                other = self.parting[other.number]
        return one

    def chain(self, end: Operation, start: Operation) -> tuple[Item, ...]:
        """What lies behind `start` up to `end`."""
        items: list[Item] = []
        while end is not start:
            reading = self.readings[end.number]
            if end.number in self.done and (reading.layers or reading.merge):
                raise RefusedError(
                    f"the result of {end} goes more than one way, and these do not meet as branches within branches do"
                )
            self.done.add(end.number)
            if reading.merge:
                fork = self.parting[end.number]
                branches = tuple(self.chain(source, fork) for source in reading.sources)
                items.append(_fork(branches, reading, end.path))
                end = fork
            else:
                path = end.path
                items += [Step(layer, end.module, path) for layer in reversed(reading.layers)]
                end = reading.sources[0]
        return tuple(reversed(items))


def _fork(branches: tuple[tuple[Item, ...], ...], reading: Reading, path: tuple[str, ...]) -> Fork:
    assert reading.merge
    if reading.merge == "add":  # a + b + c is one meeting of three
        flat: list[tuple[Item, ...]] = []
        for branch in branches:
            only = branch[0] if len(branch) == 1 else None
            flat += only.branches if isinstance(only, Fork) and only.merge == "add" and only.path == path else (branch,)
        branches = tuple(flat)
    for branch in branches:
        for item in branch:
            path = _shared(path, item.path if isinstance(item, Fork) or item.module is None else item.path[:-1])
    return Fork(branches, reading.merge, reading.along, path)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return one[:same]
