"""An example to play with: an image, filters and how they slide. Immutable; every edit gives a new one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from explorer.arch.errors import UsageError
from explorer.arch.text import number, plural, times
from explorer.explain.kernels import KERNELS, SIGNAL_KERNELS, Kernel
from explorer.explain.scan import Activation, Step, Values, check_filters, check_index, convolve, step
from explorer.explain.spec import Axes, Spec, causal_padding, same_padding

CHANNELS = 32
"""Most channels, and most filters."""

SIDE = 64
"""Most rows and columns of an image whose numbers are shown."""

WEIGHTS = 225
"""Most weights of one slice of a filter: 15×15."""

AMOUNT = 64
"""The largest stride, padding and dilation."""

LARGEST = 1e6
"""The largest value, either way; sums of products of such values are still exact to many digits."""

IMAGE: Values = np.array(
    [
        [1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 1, 0, 0],
        [1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 1, 0],
    ],
    np.float64,
)
"""The lecture's image."""
IMAGE.flags.writeable = False

SIGNAL: Values = np.array([0, 1, 3, 2, 0, 0, 4, 0, 1, 2, 3, 3], np.float64)
"""A signal with a hill, a peak and a slope."""
SIGNAL.flags.writeable = False

Padding = Literal["valid", "same", "causal"]


@dataclass(frozen=True, eq=False)
class Example:
    """What is convolved with what, and how. Equal to another with equal values.

    image: (C, H, W), or (C, L) for a signal; filters: (F, C/groups, …); bias: (F,). The arrays are kept as read-only
    copies. Edits return a new example and raise `UsageError` where a limit is passed and `IndexError` for a place that
    is not there. What cannot be computed is not refused: `fault` says why, and `output` is `None`.
    """

    image: Values
    filters: Values
    bias: Values
    spec: Spec
    activation: Activation = "none"
    name: str = ""

    def __post_init__(self) -> None:
        for field in ("image", "filters", "bias"):
            values = np.array(getattr(self, field), np.float64)
            values.flags.writeable = False
            object.__setattr__(self, field, values)
        axes = len(self.spec.kernel)
        if not (self.image.size and self.filters.size):
            raise UsageError("An image and its filters need at least one value.")
        if self.image.ndim != axes + 1 or self.filters.ndim != axes + 2 or self.bias.ndim != 1:
            raise UsageError(f"Image {self.image.shape}, filters {self.filters.shape} and the kernel do not fit.")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Example):
            return NotImplemented
        mine, yours = (
            (e.spec, e.activation, e.name, e.image.shape, e.filters.shape, e.bias.shape) for e in (self, other)
        )
        return mine == yours and all(
            np.array_equal(a, b, equal_nan=True)
            for a, b in ((self.image, other.image), (self.filters, other.filters), (self.bias, other.bias))
        )

    def __hash__(self) -> int:
        return hash((self.spec, self.activation, self.name, self.image.shape, self.filters.shape))

    # What comes out

    @property
    def channels(self) -> int:
        """Channels of the image."""
        return len(self.image)

    @property
    def size(self) -> Axes:
        """The image's spatial size."""
        return self.image.shape[1:]

    @property
    def depthwise(self) -> bool:
        """Whether each filter sees only one of several channels."""
        return 1 < self.spec.groups == self.channels

    @property
    def padding(self) -> Padding | None:
        """The padding's name, or `None` for one that has none."""
        named: tuple[Padding, ...] = ("valid", "same", "causal")
        return next((name for name in named if self.spec.padding == _padding(name, self.spec)), None)

    @cached_property
    def fault(self) -> str:
        """Why there is no output, in one sentence; empty if there is one."""
        if not all(np.isfinite(values).all() for values in (self.image, self.filters, self.bias)):
            return "A value is not a number, or is infinite."
        if max(np.abs(values).max(initial=0.0) for values in (self.image, self.filters, self.bias)) > LARGEST:
            return f"A value is too large. The largest is {number(int(LARGEST))}."
        try:
            check_filters(self.image.shape, self.filters.shape, self.bias.shape, self.spec)
            self.spec.output(self.size)
        except UsageError as error:
            return str(error)
        return ""

    @cached_property
    def output(self) -> Values | None:
        """(F, …), or `None` if there is a fault."""
        if self.fault:
            return None
        made = convolve(self.image, self.filters, self.bias, self.spec, self.activation)
        made.flags.writeable = False
        return made

    @property
    def shape(self) -> Axes:
        """The output's shape, (F, …); empty if there is a fault."""
        return () if self.fault else (len(self.filters), *self.spec.output(self.size))

    @property
    def count(self) -> int:
        """How many outputs there are, and so how many steps; 0 if there is a fault."""
        return prod(self.shape) if self.shape else 0

    def place(self, k: int) -> Axes:
        """The index (filter, …) of the k-th output in reading order. Raises `IndexError` for one not there."""
        if not 0 <= k < self.count:
            raise IndexError(f"there is no output {k}")
        return tuple(int(i) for i in np.unravel_index(k, self.shape))

    def number(self, index: Axes) -> int:
        """The reverse of `place`."""
        check_index(index, self.shape)
        return int(np.ravel_multi_index(index, self.shape))

    def step(self, index: Axes) -> Step:
        """Where the output at index (filter, …) comes from. Raises `UsageError` if there is a fault."""
        if self.fault:
            raise UsageError(self.fault)
        return step(self.image, self.filters, self.bias, self.spec, index, self.activation)

    # Edits

    def with_cell(self, place: Axes, value: float) -> Example:
        """The image's value at (channel, …)."""
        return replace(self, image=_put(self.image, place, value))

    def with_weight(self, place: Axes, value: float) -> Example:
        """The weight at (filter, channel of the group, …)."""
        return replace(self, filters=_put(self.filters, place, value))

    def with_bias(self, filter: int, value: float) -> Example:
        """The bias of one filter."""
        return replace(self, bias=_put(self.bias, (filter,), value))

    def with_activation(self, activation: Activation) -> Example:
        """What is done with each sum."""
        return replace(self, activation=activation)

    def with_image(self, values: ArrayLike) -> Example:
        """Another image: (C, …), or of one channel (…). The filters get as many channels."""
        image = np.array(values, np.float64)
        image = image[None] if image.ndim == len(self.size) else image
        if image.ndim != len(self.size) + 1 or not image.size:
            raise UsageError(f"An image of shape {times(image.shape)} cannot be used here.")
        _limit(max(image.shape[1:]), SIDE, "rows or columns")
        return replace(self._for_channels(len(image)), image=image)

    def with_size(self, *size: int) -> Example:
        """The image's height and width, or a signal's length: cut at the end, or continued by its own pattern."""
        _limit(max(size), SIDE, "rows or columns")
        if len(size) != len(self.size) or min(size) < 1:
            raise UsageError("An image has at least one row and one column.")
        cut = self.image[:, *map(slice, size)]
        around = [(0, 0), *((0, n - m) for n, m in zip(size, cut.shape[1:], strict=True))]
        return replace(self, image=np.pad(cut, around, mode="wrap"))

    def with_channels(self, count: int) -> Example:
        """The number of channels; new ones are mirror images of those there are, and so are the filters' slices."""
        return replace(self._for_channels(count), image=_mirrored(self.image, count))

    def with_filters(self, count: int) -> Example:
        """The number of filters; new ones are well-known kernels that are not there yet."""
        _limit(count, CHANNELS, "filters")
        if self.depthwise and count % self.channels:
            raise UsageError(
                f"A depthwise convolution of {plural(self.channels, 'channel')} needs as many filters, or a multiple."
            )
        return self._for_filters(count)

    def with_kernel_size(self, size: Axes) -> Example:
        """The kernel's size: weights are cut off or zeros added around the centre. Same and causal padding stay so."""
        if len(size) != len(self.size) or min(size) < 1:
            raise UsageError("A kernel has at least one weight on each axis.")
        _limit(prod(size), WEIGHTS, "weights in a kernel")
        made = np.zeros((*self.filters.shape[:2], *size))
        here: list[Any] = []
        there: list[Any] = []
        for old, new in zip(self.spec.kernel, size, strict=True):
            shift = (new - 1) // 2 - (old - 1) // 2
            first, last = max(0, shift), min(new, old + shift)
            here.append(slice(first, last))
            there.append(slice(first - shift, last - shift))
        made[..., *here] = self.filters[..., *there]
        return replace(self, filters=made, spec=self._repadded(replace(self.spec, kernel=tuple(size))))

    def with_kernel(self, kernel: str | ArrayLike, filter: int = 0) -> Example:
        """The weights of one filter: the name of a known kernel, or values (K, L) for all its slices, or (C, K, L).

        A kernel of another size changes the size of all filters.
        """
        check_index((filter,), self.bias.shape)
        values = self._known(kernel).values if isinstance(kernel, str) else np.array(kernel, np.float64)
        axes = len(self.size)
        if values.ndim not in (axes, axes + 1) or (values.ndim > axes and len(values) != self.filters.shape[1]):
            raise UsageError(f"Weights of shape {times(values.shape)} do not fit a filter here.")
        size = values.shape[-axes:]
        sized = self if size == self.spec.kernel else self.with_kernel_size(size)
        filters = sized.filters.copy()
        filters[filter] = values
        return replace(sized, filters=filters)

    def with_spec(self, **changes: Any) -> Example:
        """Any settings of the `Spec`. Same and causal padding stay so unless the padding is among the changes."""
        made = self
        if "groups" in changes:
            made = made.with_groups(changes.pop("groups"))
        if "kernel" in changes:
            made = made.with_kernel_size(changes.pop("kernel"))
        spec = replace(made.spec, **changes)
        for name, most in (("stride", max(spec.stride)), ("dilation", max(spec.dilation))):
            if most > AMOUNT:
                raise UsageError(f"The {name} can be at most {AMOUNT}.")
        if "padding" not in changes:
            spec = made._repadded(spec)
        elif max(map(max, spec.padding)) > AMOUNT:
            raise UsageError(f"The padding can be at most {AMOUNT}.")
        return replace(made, spec=spec)

    def with_padding(self, amount: Padding | int | Iterable[int]) -> Example:
        """How much is added around: a name, one number, or a number for each axis."""
        if isinstance(amount, str):
            return self.with_spec(padding=_padding(amount, self.spec))
        each = (amount,) * len(self.size) if isinstance(amount, int) else tuple(amount)
        return self.with_spec(padding=tuple((n, n) for n in each))

    def with_groups(self, groups: int | Literal["depthwise"]) -> Example:
        """1: each filter sees all channels; `depthwise`: one filter for each channel, which sees only that.

        Slices that are there are kept; where a filter needs more, its own are repeated. Any other number must divide
        the channels and the filters.
        """
        if groups == "depthwise":
            made = self if self.depthwise else self._for_filters(self.channels)
            groups = self.channels
        else:
            made = self
        if groups < 1 or made.channels % groups or len(made.filters) % groups:
            raise UsageError(f"{plural(groups, 'group')} cannot share the channels and the filters equally.")
        each, old = made.channels // groups, made.filters.shape[1]
        # Filter f sees the channels from first on; the slice it had for a channel is the one it keeps.
        firsts = np.arange(len(made.filters)) // (len(made.filters) // groups) * each
        slices = (firsts[:, None] + np.arange(each)) % old
        filters = made.filters[np.arange(len(made.filters))[:, None], slices]
        return replace(made, filters=filters, spec=replace(made.spec, groups=groups))

    def _known(self, name: str) -> Kernel:
        known = KERNELS if len(self.size) == 2 else SIGNAL_KERNELS
        if name not in known:
            raise UsageError(f"There is no kernel “{name}”. There are: {', '.join(known)}.")
        return known[name]

    def _repadded(self, spec: Spec) -> Spec:
        """The settings with the padding that goes by the present name; a kernel of one weight has none to keep."""
        name = self.padding
        return replace(spec, padding=_padding(name, spec)) if name in ("same", "causal") else spec

    def _for_channels(self, count: int) -> Example:
        """The filters and the groups for another number of channels; the image is as it was."""
        _limit(count, CHANNELS, "channels")
        if self.depthwise:
            made = self._for_filters(count * max(1, min(len(self.filters) // self.channels, CHANNELS // count)))
            return replace(made, spec=replace(self.spec, groups=count))
        flat = self if self.spec.groups == 1 else self.with_groups(1)
        slices = np.moveaxis(_mirrored(np.moveaxis(flat.filters, 1, 0), count), 0, 1)
        return replace(flat, filters=slices)

    def _for_filters(self, count: int) -> Example:
        filters = list(self.filters[:count])
        known = KERNELS if len(self.size) == 2 else SIGNAL_KERNELS
        # Known kernels in the middle of a filter of the present size, those that are there already last.
        fresh = [_alike(kernel.values, self.filters.shape[1:]) for kernel in known.values()]
        fresh.sort(key=lambda slices: any(np.array_equal(slices, old) for old in self.filters))
        for k in range(count - len(filters)):
            filters.append(fresh[k % len(fresh)])
        bias = np.concatenate([self.bias, np.zeros(count)])[:count]
        return replace(self, filters=np.array(filters), bias=bias)


def _alike(values: Values, shape: Axes) -> Values:
    """A kernel as all slices of a filter (C, …) of this shape."""
    spec = Spec(values.shape)
    one = Example(np.zeros((1,) * (values.ndim + 1)), values[None, None], np.zeros(1), spec)
    return np.repeat(one.with_kernel_size(shape[1:]).filters[0], shape[0], axis=0)


def _put(values: Values, place: Axes, value: float) -> Values:
    check_index(place, values.shape)
    made = values.copy()
    made[place] = value
    return made


def _limit(count: int, most: int, what: str) -> None:
    if not 1 <= count <= most:
        raise UsageError(f"There can be 1 to {most} {what}.")


def _padding(name: Padding, spec: Spec) -> tuple[tuple[int, int], ...]:
    if name == "valid":
        return ((0, 0),) * len(spec.kernel)
    return (same_padding if name == "same" else causal_padding)(spec.kernel, spec.dilation)


def _mirrored(channels: Values, count: int) -> Values:
    """As many channels of (C, …): the first ones, then those mirrored left to right, then top to bottom, then both."""
    axes = [(), (-1,), (-2,), (-2, -1)] if channels.ndim > 2 else [(), (-1,)]
    n = len(channels)
    made = [channels[k % n] if k < n else np.flip(channels[k % n], axes[k // n % len(axes)]) for k in range(count)]
    return np.array(made)


def lecture(filters: int = 1) -> Example:
    """The lecture's 6×6 image with Filter 1, or with both its filters."""
    made = Example(IMAGE[None], KERNELS["filter1"].values[None, None], np.zeros(1), Spec((3, 3)), name="6×6 example")
    return made.with_filters(filters)


def signal() -> Example:
    """A signal of twelve values with a kernel of three."""
    kernel = SIGNAL_KERNELS["peak"].values
    return Example(SIGNAL[None], kernel[None, None], np.zeros(1), Spec((3,)), name="Signal")
