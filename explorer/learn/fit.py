"""Whether a network fits a data set, and what to change if not. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from explorer.arch.analysis import Report, analyse
from explorer.arch.errors import ArchitectureError
from explorer.arch.layers import (
    GRU,
    LSTM,
    RNN,
    AnyLayer,
    ConcatRNN,
    Embedding,
    Flatten,
    LastStep,
    Linear,
    LogSoftmax,
    Softmax,
)
from explorer.arch.network import Network, before, end_path
from explorer.arch.shape import T
from explorer.arch.text import amount, number, plural, times
from explorer.arch.tree import Auxiliary, Path
from explorer.learn.catalog import Source

MOST_BYTES = 8 * 10**9
"""Weights, gradients, optimiser state and one batch's activations must stay below this many bytes."""


@dataclass(frozen=True)
class Misfit:
    """What does not fit, in one sentence, and the network with that put right (`None`: no obvious repair)."""

    message: str
    text: str = ""
    repaired: Network | None = None


def padding(network: Network, shape: tuple[int, ...]) -> tuple[int, int, int, int] | None:
    """Zeros to add around a (C, H, W) image so that it enters the network: left, right, top, bottom.

    All 0 if it enters as it is; `None` if it cannot. (LeCun's LeNet-5 takes 32×32: MNIST with 2 zeros around.)
    """
    if len(network.input) != len(shape) or network.input[0] != shape[0]:
        return None
    if len(shape) != 3:
        return (0, 0, 0, 0) if network.input == shape else None
    down, across = network.input[1] - shape[1], network.input[2] - shape[2]
    if not (0 <= down <= shape[1] and 0 <= across <= shape[2]):
        return None
    return across // 2, across - across // 2, down // 2, down - down // 2


def misfit(network: Network, source: Source, report: Report | None = None) -> Misfit | None:
    """The first reason why the network cannot be trained on the data set, or `None`."""
    report = report or analyse(network)
    classes = len(source.classes)
    if source.kind == "pictures":
        wrong = _reads_no_pictures(network, report, source)
    else:
        wrong = _reads_no_sequences(network, report, source)
    if wrong is not None:
        return wrong
    if report.fault:
        fix = report.fault.fixes[0] if report.fault.fixes else None
        return Misfit(
            f"{report.fault.path}: {report.fault.message}",
            fix.text if fix else "",
            network.mend(report.fault.at, fix) if fix else None,
        )
    return _end(network, report, source, classes) or _size(report)


def _reads_no_pictures(network: Network, report: Report, source: Source) -> Misfit | None:
    tokens = next((row.path for row in report.outline if isinstance(row.node, Embedding)), None)
    if tokens is not None:
        return Misfit(
            f"{network.name} looks up tokens in {tokens}; {source.title} gives pictures of {times(source.shape)}. "
            "Choose a network that takes pictures."
        )
    if padding(network, source.shape) is None:
        changed = network.with_input(source.shape)
        text = f"Set the input to {times(source.shape)}"
        if len(network.input) == 1 and len(source.shape) == 3:
            changed, text = changed.insert((0,), Flatten()), text + " and flatten it"
        return Misfit(
            f"{network.name} takes {times(network.input)}; {source.title} gives {times(source.shape)}. {text}.",
            text,
            changed,
        )
    return None


def _reads_no_sequences(network: Network, report: Report, source: Source) -> Misfit | None:
    """A network for sequences takes one-hot signs, T × signs, or their numbers, T, which it then looks up."""
    signs = len(source.signs)
    if len(network.input) == 3:
        return Misfit(
            f"{network.name} takes pictures of {times(network.input)}; {source.title} gives {source.unit}s, sign by "
            "sign. Choose a network that reads sequences."
        )
    table = next((row for row in report.outline if isinstance(row.node, Embedding)), None)
    if table is not None and network.input == (T,):
        assert isinstance(table.node, Embedding)
        if table.node.words == signs:
            return None
        text = f"Set {table.path} to {signs} words"
        return Misfit(
            f"{table.path} knows {plural(table.node.words, 'word')}; {source.title} has {number(signs)} signs. {text}.",
            text,
            network.put(table.at, replace(table.node, words=signs)),
        )
    if network.input == (T, signs):
        return None
    wanted = (T,) if table is not None else (T, signs)
    text = f"Set the input to {times(wanted)}"
    return Misfit(
        f"{network.name} takes {times(network.input)}; {source.title} gives sequences of {number(signs)} signs. "
        f"{text}.",
        text,
        network.with_input(wanted),
    )


def _looks_ahead(report: Report) -> Misfit | None:
    """What guesses the next sign must not have seen it."""
    for row in report.outline:
        if isinstance(row.node, RNN | LSTM | GRU) and row.node.bidirectional:
            text = f"Let {row.path} read one way"
            return Misfit(
                f"{row.path} reads backwards too, and sees the signs that are to be guessed. {text}.",
                text,
                report.network.put(row.at, replace(row.node, bidirectional=False)),
            )
    return None


def _end(network: Network, report: Report, source: Source, classes: int) -> Misfit | None:
    """The network, and each of its side classifiers, must end in one number a class, and have something to learn.

    For a text, it must do so at each step.
    """
    assert report.output is not None
    each = source.kind == "text"
    if report.output == ((T, classes) if each else (classes,)) and report.parameters > 0:
        return (_looks_ahead(report) if each else None) or _sides(report, source, classes)
    if each and (at := _last_step(network)) is not None:
        text = "Remove the last-step layer"
        return Misfit(
            f"{network.name} gives one answer; {source.title} needs one at each step. {text}.", text, network.remove(at)
        )
    if each and len(report.output) != 2:
        return Misfit(
            f"{network.name} gives {times(report.output)}; {source.title} needs an answer at each step. "
            "Choose a network that answers at each step, such as Letter model."
        )
    at = end_path(network)
    while at is not None and isinstance(network.node(at), Softmax | LogSoftmax | LastStep):
        at = before(at)
    last = None if at is None else network.node(at)
    if at is not None and isinstance(last, Linear) and last.units != classes:
        return Misfit(
            f"{network.name} ends in {number(last.units)} units; {source.title} has {classes} classes. "
            f"Set the last layer to {classes} units.",
            f"Set the last layer to {classes} units",
            network.put(at, replace(last, units=classes)),
        )
    if at is not None and isinstance(last, ConcatRNN) and last.outputs != classes:
        text = f"Set {report.places[at].path} to {classes} outputs"
        return Misfit(
            f"{network.name} has {plural(last.outputs, 'output')}; {source.title} has {classes} classes. {text}.",
            text,
            network.put(at, replace(last, outputs=classes)),
        )
    if not each and len(report.output) == 2 and report.output[1] == classes and report.parameters:
        return Misfit(
            f"{network.name} gives {times(report.output)}, an answer at each step; {source.title} has one answer for "
            f"each {source.unit}. Keep the last step.",
            "Keep the last step",
            network.insert((len(network.layers),), LastStep()),
        )
    tail = len(network.layers)
    while tail and isinstance(network.layers[tail - 1], Softmax | LogSoftmax):
        tail -= 1
    place = (tail,)
    arrives = report.places[place].input if place in report.places else report.output
    flat: tuple[AnyLayer, ...] = () if len(arrives or ()) == 1 else (Flatten(),)
    added = "Flatten and Linear" if flat else "Linear"
    if source.kind != "pictures" and flat:
        flat, added = ((), "Linear") if each else ((LastStep(),), "Last step and Linear")
    why = f"ends in {times(report.output)}" if report.output != (classes,) else "has nothing to learn"
    return Misfit(
        f"{network.name} {why}; {source.title} has {classes} classes. Add {added} with {classes} units.",
        f"Add {added} with {classes} units",
        network.insert(place, *flat, Linear(classes)),
    )


def _sides(report: Report, source: Source, classes: int) -> Misfit | None:
    for row in report.outline:
        if not isinstance(row.node, Auxiliary) or row.piece is None:
            continue
        output = row.piece.parts[0][-1].output if row.piece.parts[0] else row.input
        last = row.node.children[-1] if row.node.children else None
        if output != (classes,):
            at = (*row.at, len(row.node.children) - 1)
            text = f"Set the last layer of {row.path} to {classes} units"
            fixed = isinstance(last, Linear) and report.network.put(at, replace(last, units=classes))
            return Misfit(
                f"The side classifier {row.path} ends in {times(output or ())}; {source.title} has {classes} classes. "
                f"{text if fixed else 'Let it end in a Linear layer, or remove it'}.",
                text if fixed else "Remove it",
                fixed or report.network.remove(row.at),
            )
    return None


def _last_step(network: Network) -> Path | None:
    at = end_path(network)
    while at is not None and isinstance(network.node(at), Softmax | LogSoftmax | Linear):
        at = before(at)
    return at if at is not None and isinstance(network.node(at), LastStep) else None


def _size(report: Report) -> Misfit | None:
    # Weights, gradients and two moments of Adam, and activations with their gradients for a batch of 64.
    needed = report.parameters * 4 * 4 + report.memory_bytes * 2 * 64
    largest = max(report.rows, key=lambda row: (row.parameters or 0) * 16 + (row.memory_bytes or 0) * 128)
    if needed <= MOST_BYTES:
        return None
    return Misfit(
        f"Training {report.network.name} would take about {amount(needed)}; at most {amount(MOST_BYTES)} are used. "
        f"Make {largest.path} smaller."
    )


def adapt(network: Network, source: Source) -> Iterator[tuple[Network, Misfit]]:
    """Repair the network step by step until it fits; yields each repaired network with what was wrong.

    Raises `ArchitectureError` where no repair is known.
    """
    for _ in range(20):
        problem = misfit(network, source)
        if problem is None:
            return
        if problem.repaired is None:
            break
        network = problem.repaired
        yield network, problem
    raise ArchitectureError(problem.message if problem else "")
