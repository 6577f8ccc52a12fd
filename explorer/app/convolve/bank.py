"""A bank of filters, and the feature maps that they make of one picture, computed beside the window.

mapper = Mapper(parent)
mapper.mapped.connect(lambda number, found: ...)     # a `Filtered` for each filter, as they are done
mapper.ask(pixels, filters, spec)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QObject, Signal

from explorer.app.convolve.view import shades
from explorer.app.latest import Latest
from explorer.arch.errors import ExplorerError
from explorer.explain.example import Example
from explorer.explain.kernels import KERNELS
from explorer.explain.scan import Values, convolve
from explorer.explain.spec import Spec

AT_ONCE = 300_000
"""Products up to which a map is computed at once; that takes about 5 ms."""

SMALL = 4096
"""Cells up to which a map's scale ends at its largest value; in a larger one a few bright specks must not rule it."""

THUMB = 360
"""Longest side, in pixels, at which the maps of a bank are kept."""


@dataclass(frozen=True, eq=False)
class Filter:
    """One filter of a bank: weights (C, K, L) for C channels, or (1, K, L) for each channel alike."""

    name: str
    title: str
    about: str
    weights: Values
    bias: float = 0.0

    def over(self, channels: int) -> Values:
        """(channels, K, L): the weights for a picture; a filter of another depth lends its first slice to all."""
        if len(self.weights) == channels:
            return self.weights
        return np.repeat(self.weights[:1], channels, axis=0)


@dataclass(frozen=True, eq=False)
class Filtered:
    """A feature map: values (H, W), its least and largest, the end of its scale, and its colours (`shades`).

    In a bank both arrays are made smaller; the other three are those of the whole map.
    """

    values: Values
    low: float
    high: float
    most: float
    colours: NDArray[np.uint8]


def own_filters(example: Example) -> tuple[Filter, ...]:
    """The filters of the example."""
    several = len(example.filters) > 1
    return tuple(
        Filter(
            f"own{k}",
            f"Your filter {k + 1}" if several else "Your filter",
            "The filter of the example, with its bias: what you change there is changed here.",
            _flat(example.filters[k]),
            float(example.bias[k]),
        )
        for k in range(len(example.filters))
    )


def bank(example: Example, learned: Values | None = None) -> tuple[Filter, ...]:
    """The example's own filters, the kernels one can choose, and those that a network learnt, (F, C, K, L)."""
    named = tuple(Filter(k.name, k.title, k.about, np.asarray(k.values)[None]) for k in KERNELS.values())
    found = () if learned is None else tuple(
        Filter(
            f"learned{k}",
            f"Learnt {k + 1}",
            f"Filter {k + 1} of the first layer of Digits CNN, as training left it, without its bias.",
            weights,
        )
        for k, weights in enumerate(learned)
    )  # fmt: skip
    return (*own_filters(example), *named, *found)


def _flat(weights: Values) -> Values:
    """(C, K, L), also of a filter for signals: that is one row high."""
    return weights if weights.ndim == 3 else weights[:, None]


def spec_for(example: Example, chosen: Filter) -> Spec:
    """How a filter slides over a picture: as in the example, with the filter's own size; a signal's only across."""
    kernel, spec = (int(chosen.weights.shape[1]), int(chosen.weights.shape[2])), example.spec
    stride, padding, dilation = spec.stride, spec.padding, spec.dilation
    if len(spec.kernel) == 1:
        stride, padding, dilation = (1, *stride), ((0, 0), *padding), (1, *dilation)
    return replace(spec, kernel=kernel, stride=stride, padding=padding, dilation=dilation, groups=1, transposed=False)


def filtered(pixels: NDArray[np.uint8], chosen: Filter, spec: Spec, longest: int | None = None) -> Filtered:
    """The feature map of a picture, (C, H, W). With `longest`, it is made smaller to that longest side.

    Raises `UsageError` where the filter does not fit into the picture.
    """
    weights = chosen.over(len(pixels))[None]
    found = convolve(pixels.astype(np.float64), weights, np.array([chosen.bias]), spec)[0]
    most = scale_end(found)
    seen: NDArray[np.floating] = found
    if longest is not None and max(found.shape) > longest:
        share = longest / max(found.shape)
        size = (max(1, round(found.shape[1] * share)), max(1, round(found.shape[0] * share)))
        seen = np.asarray(Image.fromarray(found.astype(np.float32)).resize(size, Image.Resampling.BOX))
    return Filtered(np.asarray(seen, np.float64), float(found.min()), float(found.max()), most, shades(seen, most))


def scale_end(values: Values) -> float:
    """Where the colours of a map end: at its largest value, or in a large one above all but 1 in 200."""
    if values.size <= SMALL:
        return float(np.abs(values).max())
    every = max(1, int((values.size / SMALL) ** 0.5 / 2))
    return float(np.percentile(np.abs(values[::every, ::every]), 99.5)) or float(np.abs(values).max())


class Mapper(QObject):
    """Computes maps; the last question wins. A small one is answered before `ask` returns."""

    mapped = Signal(int, object)
    """The number of the filter among those asked for, and its `Filtered`."""
    failed = Signal(str)
    done = Signal()

    def __init__(self, parent: QObject | None = None, longest: int | None = None) -> None:
        """With `longest`, maps are made smaller to that longest side."""
        super().__init__(parent)
        self._longest = longest
        self._work = Latest("feature-maps", self, "The map cannot be made: {error}.")
        self._work.batch.connect(self._arrived)
        self._work.ended.connect(self._ended)

    @property
    def busy(self) -> bool:
        """Whether maps are under way."""
        return self._work.busy

    def ask(self, pixels: NDArray[np.uint8], filters: Sequence[Filter], specs: Sequence[Spec]) -> None:
        """Compute the map of every filter; earlier questions are dropped."""
        cost = pixels.size * sum(f.weights[0].size for f in filters)
        if cost <= AT_ONCE:
            self._work.forget()
            try:
                for number, (one, spec) in enumerate(zip(filters, specs, strict=True)):
                    self.mapped.emit(number, filtered(pixels, one, spec, self._longest))
            except ExplorerError as error:
                self.failed.emit(str(error))
            self.done.emit()
            return
        question, longest = (pixels, tuple(filters), tuple(specs)), self._longest
        self._work.ask(lambda: _maps(*question, longest))

    def stop(self) -> None:
        """Stop, and wait for it."""
        self._work.stop()

    def _arrived(self, events: list[tuple[int, Filtered]]) -> None:
        for number, found in events:
            self.mapped.emit(number, found)

    def _ended(self, why: str) -> None:
        if why:
            self.failed.emit(why)
        self.done.emit()


def _maps(
    pixels: NDArray[np.uint8], filters: tuple[Filter, ...], specs: tuple[Spec, ...], longest: int | None
) -> Iterator[tuple[int, Filtered]]:
    for number, (one, spec) in enumerate(zip(filters, specs, strict=True)):
        yield number, filtered(pixels, one, spec, longest)
