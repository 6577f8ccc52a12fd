"""What the page says of a convolution, in sentences."""

from __future__ import annotations

from math import prod

from explorer.arch.text import number, plural, times
from explorer.explain.example import Example

COUNTS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")


def counted(count: int, word: str) -> str:
    """`Nine products`, `27 products`, as a sentence begins."""
    return f"{COUNTS[count]} {word}{'' if count == 1 else 's'}" if count < len(COUNTS) else plural(count, word)


def kind(example: Example) -> str:
    """What this convolution is called."""
    if example.depthwise:
        return "Depthwise convolution"
    if example.spec.flipped:
        return "True convolution"
    return "1×1 convolution" if prod(example.spec.kernel) == 1 else "Convolution"


def what_happens(example: Example, which: int) -> str:
    """One output of the filter `which`, counted from 0, in a sentence or two."""
    depth, kernel = example.filters.shape[1], example.spec.kernel
    several = len(example.filters) > 1
    cell = f"one cell of map {which + 1}" if several else "one cell of the feature map"
    window = f"one {times(kernel)} window" + (f" in {plural(depth, 'channel')}" if depth > 1 else "")
    parts = [counted(depth * prod(kernel), "product"), *([f"{plural(depth, 'channel sum')}"] if depth > 1 else [])]
    sums = [
        "one sum",
        *(["a bias"] if example.bias[which] else []),
        *(["ReLU"] if example.activation == "relu" else []),
    ]
    of = f"Filter {which + 1}" if several else "The filter"
    turned = ", turned by 180°," if example.spec.flipped else ""
    return f"{of}{turned} looks at {window}. {', '.join([*parts, *sums, cell])}."


def unreached(example: Example) -> str:
    """Which rows and columns no window reaches, in a sentence; empty if all are reached."""
    rows, columns = example.spec.unreached(example.size)
    words = [plural(n, what) for n, what in ((rows, "row"), (columns, "column")) if n]
    if not words:
        return ""
    verb = "is" if rows + columns == 1 else "are"
    return f"{' and '.join(words)} at the end {verb} not reached by any window: hatched."


def input_caption(example: Example) -> str:
    """`6 × 6`, and its size with padding."""
    shape = tuple(int(n) for n in (example.size if example.channels == 1 else (*example.size, example.channels)))
    padded = example.spec.padded(example.size)
    after = f", padded {times(padded, spaced=True)}" if padded != example.size else ""
    return times(shape, spaced=True) + after


def filter_caption(example: Example) -> str:
    """`3 × 3`, or `3 × 3 × 3`."""
    depth = example.filters.shape[1]
    return times((*example.spec.kernel, depth) if depth > 1 else example.spec.kernel, spaced=True)


def sliding(example: Example) -> str:
    """`Stride 1, padding 0`, and the dilation if there is one."""
    spec = example.spec

    def each(name: str, values: tuple[int, ...]) -> str:
        return f"{name} {values[0]}" if len(set(values)) == 1 else f"{name} {times(values)}"

    amounts = [f"{a}" if a == b else f"{a}+{b}" for a, b in spec.padding]
    found = [each("Stride", spec.stride)]
    found.append(f"padding {amounts[0]}" if len(set(amounts)) == 1 else f"padding {'×'.join(amounts)}")
    if max(spec.dilation) > 1:
        found.append(each("dilation", spec.dilation))
    return ", ".join(found)


def map_caption(example: Example) -> str:
    """`4 × 4`, or `4 × 4 × 2`."""
    maps, *size = example.shape
    return times((*size, maps) if maps > 1 else size, spaced=True)


def what_filter(example: Example, which: int, about: str) -> str:
    """What stands below the filter: what it finds, how it slides, its bias."""
    bias = float(example.bias[which])
    found = [about, sliding(example) + (f", bias {number(bias)}" if bias else "") + "."]
    return "\n".join(line for line in found if line)
