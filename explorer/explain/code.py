"""What is shown, as a short script: NumPy with every loop in sight, or PyTorch with one call.

    print(numpy_code(example))

Either script prints the output that is shown, and leaves it in `output`, (filters, …) float64.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.explain.spec import Spec

if TYPE_CHECKING:
    from explorer.explain.example import Example

_NUMPY = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""What PyTorch's padding modes are called in NumPy."""

_AXES = {1: ("positions",), 2: ("rows", "columns")}
_LETTERS = {1: ("i",), 2: ("r", "c")}


@dataclass(frozen=True)
class Pool:
    """A pooling that follows: `max` or `average`, and how its windows lie over the maps."""

    kind: Literal["max", "average"]
    spec: Spec


@dataclass(frozen=True, eq=False)
class Classify:
    """What may follow at the end: flatten, a linear layer, weights (K, N) and bias (K,), and softmax."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]


def numpy_code(example: Example, pool: Pool | None = None, end: Classify | None = None) -> str:
    """A NumPy script that computes the example's output, one window at a time, and what `pool` and `end` make of it."""
    spec, axes = example.spec, len(example.spec.kernel)
    lines = ["import numpy as np", "", *_data(example, "np.array({}, dtype=float)")]
    kernels = "filters"
    if spec.flipped:
        kernels = "kernels"
        turned = ", ".join(["::-1"] * axes)
        lines += [f"kernels = filters[:, :, {turned}]  # turned around: true convolution"]
    if spec.groups > 1:
        lines += [f"groups = {spec.groups}  # each filter sees {_share(example)} of the channels"]
    body = _numpy_transposed(example, kernels) if spec.transposed else _numpy_gathered(example, kernels)
    lines += ["", *body]
    if example.activation == "relu":
        lines += ["output = np.maximum(output, 0)  # ReLU"]
    if pool is not None:
        lines += ["", *_numpy_pooled(example, pool)]
    if end is not None:
        lines += ["", f"weights = np.array({literal(end.weights)})  # classes, values"]
        lines += [f"scores = weights @ output.ravel() + np.array({literal(end.bias)})"]
        lines += ["powers = np.exp(scores - scores.max())", "output = powers / powers.sum()  # softmax"]
    return "\n".join([*lines, "print(output)", ""])


def torch_code(example: Example, pool: Pool | None = None, end: Classify | None = None) -> str:
    """A PyTorch script that computes the example's output with one call, and what `pool` and `end` make of it."""
    spec, axes = example.spec, len(example.spec.kernel)
    lines = ["import torch", "from torch.nn import functional as F", ""]
    lines += _data(example, "torch.tensor({}, dtype=torch.float64)")
    weights = "filters"
    if spec.flipped:
        weights = "kernels"
        dims = ", ".join(str(2 + a) for a in range(axes))
        lines += [f"kernels = filters.flip({dims})  # turned around: true convolution"]
    lines += [""]
    lines += _torch_transposed(example, weights) if spec.transposed else _torch_gathered(example, weights)
    if example.activation == "relu":
        lines += ["output = output.relu()"]
    if pool is not None:
        lines += [_torch_pooled(pool)]
    if end is not None:
        made = "torch.tensor({}, dtype=torch.float64)"
        lines += ["", f"weights = {made.format(literal(end.weights))}  # classes, values"]
        lines += [f"scores = F.linear(output.flatten(), weights, {made.format(literal(end.bias))})"]
        lines += ["output = scores.softmax(0)"]
    return "\n".join([*lines, "print(output)", ""])


# --- what both begin with


def _data(example: Example, array: str) -> list[str]:
    axes = ", ".join(_AXES[len(example.spec.kernel)])
    lines = []
    for name, values, about in (
        ("image", example.image, f"channels, {axes}"),
        ("filters", example.filters, f"filters, channels, {axes}"),
        ("bias", example.bias, ""),
    ):
        comment = f"  # {about}: {'×'.join(map(str, values.shape))}" if about else ""
        lines += [f"{name} = {array.format(literal(values))}{comment}"]
    return lines


def literal(values: NDArray[np.float64]) -> str:
    """Values of any shape as nested lists, a row of numbers a line; the numbers read back exactly."""

    def written(part: NDArray[np.float64], depth: int) -> str:
        if part.ndim == 1:
            return f"[{', '.join(_exact(float(v)) for v in part)}]"
        inner = [written(p, depth + 1) for p in part]
        if part.ndim == 2 and len(part) == 1:
            return f"[{inner[0]}]"
        around = "    " * (depth + 1)
        return "[\n" + "".join(f"{around}{text},\n" for text in inner) + "    " * depth + "]"

    return written(values, 0)


def _exact(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _tuple(values: Iterable[int]) -> str:
    entries = [str(v) for v in values]
    return f"({entries[0]},)" if len(entries) == 1 else f"({', '.join(entries)})"


def _share(example: Example) -> str:
    return f"{example.filters.shape[1]} of the {len(example.image)}"


# --- NumPy


def _span(letter: str, stride: int, reach: int, dilation: int) -> str:
    """The slice of one axis that a window covers: `2 * r : 2 * r + 5 : 2`."""
    first = letter if stride == 1 else f"{stride} * {letter}"
    return f"{first} : {first} + {reach}" + (f" : {dilation}" if dilation > 1 else "")


def _window(spec: Spec) -> str:
    letters = _LETTERS[len(spec.kernel)]
    return ", ".join(_span(*four) for four in zip(letters, spec.stride, spec.reach, spec.dilation, strict=True))


def _loops(sizes: Iterable[int], example: Example) -> tuple[list[str], str]:
    """The lines that begin the loops, and the indentation inside."""
    spec = example.spec
    lines = ["for f in range(len(filters)):"]
    indent = "    "
    if spec.groups > 1:
        per = len(example.filters) // spec.groups
        own = example.filters.shape[1]
        group = "f" if per == 1 else f"f // {per}"
        lines += [f"{indent}first = {group if own == 1 else f'{group} * {own}'}  # of this filter's channels"]
    for letter, size in zip(_LETTERS[len(spec.kernel)], sizes, strict=True):
        lines += [f"{indent}for {letter} in range({size}):"]
        indent += "    "
    return lines, indent


def _channels(example: Example) -> str:
    return f"first : first + {example.filters.shape[1]}" if example.spec.groups > 1 else ":"


def _numpy_gathered(example: Example, kernels: str) -> list[str]:
    spec, lines, source = example.spec, [], "image"
    if any(map(any, spec.padding)):
        source = "padded"
        around = ", ".join(f"({before}, {after})" for before, after in spec.padding)
        mode = f', mode="{_NUMPY[spec.mode]}"' if spec.mode != "zeros" else ""
        lines += [f"padded = np.pad(image, ((0, 0), {around}){mode})"]
    out = spec.output(example.image.shape[1:])
    letters = ", ".join(_LETTERS[len(out)])
    lines += [f"output = np.empty(({len(example.filters)}, {', '.join(map(str, out))}))"]
    head, indent = _loops(out, example)
    return [
        *lines,
        *head,
        f"{indent}window = {source}[{_channels(example)}, {_window(spec)}]",
        f"{indent}output[f, {letters}] = (window * {kernels}[f]).sum() + bias[f]",
    ]


def _numpy_transposed(example: Example, kernels: str) -> list[str]:
    spec, size = example.spec, example.image.shape[1:]
    whole = [(n - 1) * s + reach for n, s, reach in zip(size, spec.stride, spec.reach, strict=True)]
    letters = ", ".join(_LETTERS[len(size)])
    head, indent = _loops(size, example)
    values = f"image[{_channels(example)}, {letters}]"
    lines = [
        f"spread = np.zeros(({len(example.filters)}, {', '.join(map(str, whole))}))",
        *head,
        f"{indent}spread[f, {_window(spec)}] += np.tensordot({values}, {kernels}[f], 1)",
    ]
    return [*lines, *_cut(spec, whole, "spread"), f"output = spread + bias[{_new_axes(spec)}]"]


def _cut(spec: Spec, whole: list[int], name: str) -> list[str]:
    """The padding of a transposed convolution, taken away from the edges."""
    if not any(map(any, spec.padding)):
        return []
    kept = ", ".join(f"{before} : {n - after}" for n, (before, after) in zip(whole, spec.padding, strict=True))
    return [f"{name} = {name}[:, {kept}]  # the padding is taken away"]


def _new_axes(spec: Spec) -> str:
    return ", ".join([":", *["None"] * len(spec.kernel)])


def _numpy_pooled(example: Example, pool: Pool) -> list[str]:
    spec, maps, lines = pool.spec, example.shape, []
    source = "output"
    if any(map(any, spec.padding)):
        source = "padded"
        around = ", ".join(f"({before}, {after})" for before, after in spec.padding)
        outside = ", constant_values=-np.inf" if pool.kind == "max" else ""
        lines += [f"padded = np.pad(output, ((0, 0), {around}){outside})"]
    out = spec.output(maps[1:])
    lines += [f"pooled = np.empty(({maps[0]}, {', '.join(map(str, out))}))", f"for f in range({maps[0]}):"]
    indent = "    "
    for letter, size in zip(_LETTERS[len(out)], out, strict=True):
        lines += [f"{indent}for {letter} in range({size}):"]
        indent += "    "
    what = "max" if pool.kind == "max" else "mean"
    lines += [f"{indent}pooled[f, {', '.join(_LETTERS[len(out)])}] = {source}[f, {_window(spec)}].{what}()"]
    return [*lines, "output = pooled"]


# --- PyTorch


def _torch_pooled(pool: Pool) -> str:
    spec, axes = pool.spec, len(pool.spec.kernel)
    settings = [_tuple(spec.kernel), f"stride={_tuple(spec.stride)}"]
    if any(map(any, spec.padding)):
        settings += [f"padding={_tuple(before for before, _ in spec.padding)}"]
    call = f"{'max' if pool.kind == 'max' else 'avg'}_pool{axes}d"
    return f"output = F.{call}(output[None], {', '.join(settings)})[0]"


def _torch_gathered(example: Example, weights: str) -> list[str]:
    spec, axes, lines, source = example.spec, len(example.spec.kernel), [], "image[None]"
    settings = []
    if any(map(any, spec.padding)):
        if spec.mode == "zeros" and all(before == after for before, after in spec.padding):
            settings += [f"padding={_tuple(before for before, _ in spec.padding)}"]
        else:
            # F.pad counts the axes from the last one.
            around = _tuple(n for pair in reversed(spec.padding) for n in pair)
            mode = "constant" if spec.mode == "zeros" else spec.mode
            lines += [f'padded = F.pad(image[None], {around}, mode="{mode}")  # the last axis first']
            source = "padded"
    settings = [*_slides(spec), *settings]
    call = ", ".join([source, weights, "bias", *settings])
    return [*lines, f"output = F.conv{axes}d({call})[0]"]


def _torch_transposed(example: Example, weights: str) -> list[str]:
    spec, axes, lines = example.spec, len(example.spec.kernel), []
    size = example.image.shape[1:]
    shape = example.filters.shape
    if spec.groups > 1:
        per, own = shape[0] // spec.groups, shape[1]
        parts = ", ".join(map(str, (spec.groups, per, own, *shape[2:])))
        merged = ", ".join(map(str, (spec.groups * own, per, *shape[2:])))
        swapped = f"{weights}.reshape({parts}).transpose(1, 2).reshape({merged})"
    else:
        swapped = f"{weights}.transpose(0, 1)"
    lines += [f"weights = {swapped}  # here channels come before filters"]
    settings = _slides(spec)
    even = all(before == after for before, after in spec.padding)
    if even and any(map(any, spec.padding)):
        settings += [f"padding={_tuple(before for before, _ in spec.padding)}"]
    call = ", ".join(["image[None]", "weights", "bias", *settings])
    lines += [f"output = F.conv_transpose{axes}d({call})[0]"]
    if not even:
        whole = [(n - 1) * s + reach for n, s, reach in zip(size, spec.stride, spec.reach, strict=True)]
        lines += _cut(spec, whole, "output")
    return lines


def _slides(spec: Spec) -> list[str]:
    settings = []
    if max(spec.stride) > 1:
        settings += [f"stride={_tuple(spec.stride)}"]
    if max(spec.dilation) > 1:
        settings += [f"dilation={_tuple(spec.dilation)}"]
    if spec.groups > 1:
        settings += [f"groups={spec.groups}"]
    return settings
