"""A convolution as a fully connected layer: few wires, and the same weights at all outputs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from explorer.arch.errors import UsageError
from explorer.arch.text import number, plural, times
from explorer.explain.scan import Values, check_filters, sight, turned
from explorer.explain.spec import Axes, Spec

ENTRIES = 1 << 24
"""Most entries of a matrix that is written out."""


@dataclass(frozen=True)
class Counts:
    """The weights of a fully connected layer and of a convolution between the same inputs and outputs.

    wires: how many products the convolution computes; each is a wire that carries one of the shared weights.
    """

    connected: int
    with_biases: int
    weights: int
    with_bias: int
    wires: int
    lines: tuple[str, ...]


def wires(spec: Spec, size: Axes) -> NDArray[np.int16]:
    """Which kernel weight joins which output to which input of one channel: (outputs, inputs).

    Weights are numbered from 0 in reading order, as outputs and inputs are; −1 is no wire. Where padding repeats the
    input, an output may see an input several times: then the weight that lies on its true place is named, else the
    first. Raises `UsageError` where nothing fits or the matrix would be too large.
    """
    _check_entries(prod(spec.output(size)), prod(size))
    found = np.zeros((1, 1), np.int16)
    axes = zip(sight(spec, size), sight(replace(spec, mode="zeros"), size), size, spec.kernel, strict=True)
    for seen, true, n, k in axes:
        joined = np.full((len(seen), n), -1, np.int16)
        # What is set later stays: the true place, before it the first of the others.
        for places in (seen, true):
            for offset in reversed(range(k)):
                rows = np.flatnonzero(places[:, offset] >= 0)
                joined[rows, places[rows, offset]] = k - 1 - offset if spec.flipped else offset
        before, here = found[:, None, :, None], joined[None, :, None, :]
        both = np.where((before >= 0) & (here >= 0), before * np.int16(k) + here, np.int16(-1))
        found = both.reshape(len(found) * len(seen), -1)
    return found


def as_matrix(filters: Values, spec: Spec, size: Axes) -> Values:
    """The convolution as one matrix, (F·outputs, C·inputs): times the flat input it is the flat output, without biases.

    filters: (F, C/groups, …); size: the input's spatial size. Raises `UsageError` where nothing fits or the matrix
    would be too large.
    """
    channels = filters.shape[1] * spec.groups
    check_filters((channels, *size), filters.shape, (len(filters),), spec)
    outputs, inputs = prod(spec.output(size)), prod(size)
    _check_entries(len(filters) * outputs, channels * inputs)
    made = turned(filters, spec)
    for seen, n in zip(sight(spec, size), size, strict=True):
        # From (F, C, K, …) to (F, C, …, outputs, inputs): each weight goes where its place of the window looks.
        looks = (seen[..., None] == np.arange(n)).astype(np.float64)
        made = np.tensordot(made, looks, axes=(2, 1))
    count = len(size)
    order = [2 + 2 * a for a in range(count)], [3 + 2 * a for a in range(count)]
    made = made.transpose(0, *order[0], 1, *order[1])
    made = made.reshape(len(filters), outputs, filters.shape[1], inputs)
    whole = np.zeros((len(filters), outputs, channels, inputs))
    for f, block in enumerate(made):
        first = f // (len(filters) // spec.groups) * filters.shape[1]
        whole[f, :, first : first + filters.shape[1]] = block
    return whole.reshape(len(filters) * outputs, channels * inputs)


def counts(spec: Spec, size: Axes, channels: int = 1, filters: int = 1) -> Counts:
    """What a fully connected layer costs and what the convolution costs. Raises `UsageError` where nothing fits."""
    seen = sight(spec, size)
    inputs, outputs = channels * prod(size), filters * prod(len(axis) for axis in seen)
    connected, each = inputs * outputs, channels // spec.groups
    weights = filters * each * prod(spec.kernel)
    joined = filters * each * prod(int((axis >= 0).sum()) for axis in seen)
    terms = "·".join(map(str, (*spec.kernel, *((each,) if each > 1 else ()), *((filters,) if filters > 1 else ()))))
    lines = (
        f"fully connected: {number(inputs)} inputs · {number(outputs)} outputs = {number(connected)} weights, "
        f"+ {plural(outputs, 'bias', 'biases')} = {number(connected + outputs)}",
        f"convolution: {terms} = {plural(weights, 'weight')}, "
        f"+ {plural(filters, 'bias', 'biases')} = {number(weights + filters)}",
        f"{number(joined)} of {number(connected)} wires, and the same {plural(weights, 'weight')} on all of them",
    )
    return Counts(connected, connected + outputs, weights, weights + filters, joined, lines)


def _check_entries(rows: int, columns: int) -> None:
    if rows * columns > ENTRIES:
        raise UsageError(f"A matrix of {times((rows, columns))} is too large to be written out.")
