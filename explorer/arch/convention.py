"""How shapes and layers are written: as in PyTorch, channels first, or as in Keras, channels last.

Only the writing differs. The network, its counts and its order stay what they are.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal

from explorer.arch.analysis import Report
from explorer.arch.layer import Layer
from explorer.arch.shape import Shape, Symbol
from explorer.arch.text import TIMES, number, times
from explorer.arch.tree import Auxiliary, Node, Parallel, Path, children

Convention = Literal["pytorch", "keras"]
CONVENTIONS: tuple[Convention, ...] = ("pytorch", "keras")

_KERAS = {
    "Conv1d": "Conv1D",
    "Conv2d": "Conv2D",
    "ConvTranspose1d": "Conv1DTranspose",
    "ConvTranspose2d": "Conv2DTranspose",
    "MaxPool1d": "MaxPooling1D",
    "MaxPool2d": "MaxPooling2D",
    "AvgPool1d": "AveragePooling1D",
    "AvgPool2d": "AveragePooling2D",
    "AdaptiveAvgPool1d": "AdaptiveAveragePooling1D",
    "AdaptiveAvgPool2d": "AdaptiveAveragePooling2D",
    "AdaptiveMaxPool1d": "AdaptiveMaxPooling1D",
    "AdaptiveMaxPool2d": "AdaptiveMaxPooling2D",
    "BatchNorm1d": "BatchNormalization",
    "BatchNorm2d": "BatchNormalization",
    "LayerNorm": "LayerNormalization",
    "GroupNorm": "GroupNormalization",
    "LocalResponseNorm": "Lambda",
    "Softplus": "Activation",
    "GELU": "Activation",
    "Sigmoid": "Activation",
    "Tanh": "Activation",
    "ScaledTanh": "Activation",
    "LogSoftmax": "Activation",
    "Dropout1d": "SpatialDropout1D",
    "Dropout2d": "SpatialDropout2D",
    "Linear": "Dense",
    "RNN": "SimpleRNN",
    "LastStep": "Lambda",
    "SwapAxes": "Permute",
    "Upsample": "UpSampling2D",
}
"""PyTorch's names of classes and Keras's; those that are missing here are called the same."""

_SLIDING_1D = re.compile(r"(Conv|ConvTranspose|MaxPool|AvgPool|AdaptiveAvgPool|AdaptiveMaxPool|Dropout)1d")
_STEPS = {"Linear", "Embedding", "RNN", "LSTM", "GRU", "ConcatRNN", "LastStep"}
"""Layers that take two axes as steps × features."""


def written_shape(
    shape: Shape, convention: Convention, batch: bool = False, *, signal: bool = False, spaced: bool = False
) -> str:
    """A shape in words: `64×56×56` in PyTorch, `56 × 56 × 64` in Keras, with `batch` `N×…` and `None × …`.

    Keras has the channels last, and writes `None` for every size that is open: the batch and the time steps. Two
    axes are steps × features and stay in their order, unless they are a `signal`: channels × length. `spaced` puts
    spaces around PyTorch's signs too.
    """
    if convention == "pytorch":
        sign = f" {TIMES} " if spaced else TIMES
        return f"N{sign}{times(shape, spaced)}" if batch else times(shape, spaced)
    turned = len(shape) == 3 or (len(shape) == 2 and (signal or isinstance(shape[1], Symbol)))
    last = (*shape[1:], shape[0]) if turned else shape
    sizes = ["None" if isinstance(size, Symbol) else number(size) for size in last]
    return f" {TIMES} ".join(["None", *sizes] if batch else sizes)


def written_type(node: Node | None, convention: Convention, shape: Shape | None = None) -> str:
    """The class of a layer, of a block's merge, or of the input (`None`), as the convention calls it.

    `shape` is what enters: Keras has a class of its own for each number of axes.
    """
    if convention == "pytorch":
        return "Input" if node is None else node.type
    if node is None:
        return "InputLayer"
    if isinstance(node, Parallel):
        return "Add" if node.merge == "add" else "Concatenate"
    kind = node.type
    if getattr(node, "bidirectional", False):
        return "Bidirectional"
    if kind in ("GlobalAvgPool", "GlobalMaxPool"):
        return f"Global{_POOLS[kind[6:9]]}Pooling{'1D' if shape and len(shape) == 2 else '2D'}"
    if kind.startswith("Adaptive") and getattr(node, "size", None) in (1, (1, 1)):
        return f"Global{_POOLS[kind[8:11]]}Pooling{kind[-2]}D"
    if kind == "Flatten" and (getattr(node, "start", 1), getattr(node, "end", -1)) != (1, -1):
        return "Reshape"
    return _KERAS.get(kind, kind)


_POOLS = {"Avg": "Average", "Max": "Max"}


def written_names(report: Report, convention: Convention) -> dict[Path, str]:
    """What each line of the outline is called: its name in the module, or the one that Keras gives by itself.

    Keras numbers each class in the order in which the layers run, copies of repeated blocks included: `conv2d`,
    `conv2d_1`, …; a block of branches is called as the layer that merges it. Names that were given stay. Blocks that
    Keras does not know keep their own.
    """
    names = {row.at: row.path.rpartition(".")[2] for row in report.outline}
    if convention == "pytorch":
        return names
    seen: Counter[str] = Counter()
    named = set[Path]()
    for row in report.rows:
        node = row.node
        if node is not None and node.name:
            continue
        stem = snake(written_type(node, convention, row.input))
        if row.at not in named:
            named.add(row.at)
            names[row.at] = f"{stem}_{seen[stem]}" if seen[stem] else stem
        seen[stem] += getattr(node, "layers", 1)  # stacked recurrent layers are as many in Keras
    return names


def snake(word: str) -> str:
    """The name that Keras makes of a class: `MaxPooling2D` → `max_pooling2d`, `ReLU` → `re_lu`."""
    word = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", word)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", word).lower()


def written_outputs(report: Report, convention: Convention, batch: bool = False) -> dict[Path, str]:
    """The output of each line of the outline as the convention writes it, with spaces; empty where it is unknown.

    What two axes mean follows from the layers: a 1-D convolution leaves channels × length, an LSTM steps × features.
    """
    signals = _signals(report)
    return {
        row.at: ""
        if row.output is None
        else written_shape(row.output, convention, batch, signal=signals[row.at], spaced=True)
        for row in report.outline
    }


def _signals(report: Report) -> dict[Path, bool]:
    """For each path whether two axes that leave there are channels × length."""
    layers = (row.layer for row in report.outline if row.layer is not None)
    signal = next((said for layer in layers if (said := _takes_signal(layer)) is not None), False)
    found: dict[Path, bool] = {(): signal}
    for index, node in enumerate(report.network.layers):
        signal = _mark(node, (index,), signal, found)
    return found


def _takes_signal(layer: Layer) -> bool | None:
    """Whether a layer takes two axes as channels × length; `None` if it does not matter to it."""
    if _SLIDING_1D.fullmatch(layer.type):
        return True
    return False if layer.type in _STEPS or layer.type == "SwapAxes" else None


def _mark(node: Node, at: Path, signal: bool, found: dict[Path, bool]) -> bool:
    """Write down what leaves a node and all nodes inside when `signal` enters; returns what leaves."""
    if isinstance(node, Layer):
        said = not signal if node.type == "SwapAxes" else _takes_signal(node)
        leaves = signal if said is None else said
    else:
        leaves = signal
        for index, inner in enumerate(children(node)):
            leaves = _mark(inner, (*at, index), signal if isinstance(node, Parallel) else leaves, found)
        if isinstance(node, Auxiliary):
            leaves = signal
    found[at] = leaves
    return leaves
