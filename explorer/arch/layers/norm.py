"""Normalisation: values brought to a common scale."""

from __future__ import annotations

from math import prod
from typing import Annotated, ClassVar, Literal

from msgspec import Meta
from msgspec.structs import replace

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer, ShapeError
from explorer.arch.layers.base import changed, coming, divisor, is_open, removal, turned
from explorer.arch.layers.embedding import Embedding
from explorer.arch.layers.needs import needs_image, needs_maps, needs_signal
from explorer.arch.layers.reshape import SwapAxes
from explorer.arch.shape import Shape, is_fixed
from explorer.arch.text import number, plural

Epsilon = Annotated[
    Annotated[float, Meta(ge=1e-12, le=1.0)],
    described("ε", "Added to the variance, so that nothing is divided by 0."),
]

Upto1000 = Annotated[float, Meta(ge=0.0, le=1000.0)]


class _Norm(Layer, frozen=True):
    kind: ClassVar[Kind] = "normalisation"
    stem: ClassVar[str] = "norm"

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        return ("by convention, scaling and shifting are not counted: 0",)


class _BatchNorm(_Norm, frozen=True):
    eps: Epsilon = 1e-5
    momentum: Annotated[
        Annotated[float, Meta(ge=0.0, le=1.0)],
        described("Momentum", "Share of a new batch in the running mean and variance."),
    ] = 0.1

    def weights(self, shape: Shape) -> int:
        return shape[0]

    def biases(self, shape: Shape) -> int:
        return shape[0]

    def call(self, shape: Shape) -> Call:
        return Call(self.type, (shape[0],), changed(eps=(self.eps, 1e-5), momentum=(self.momentum, 0.1)))

    def says(self, shape: Shape) -> str:
        each = "each of the features" if len(shape) == 1 else "each map"
        return f"Brings {each} to mean 0 and variance 1 over the batch, then scales and shifts it."

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        what = {1: "features", 2: "channels", 3: "maps"}[len(shape)]
        return (f"(1 scale + 1 shift)·{shape[0]} {what} = {number(2 * shape[0])}",)


class BatchNorm1d(_BatchNorm, frozen=True, tag=True):
    """Batch normalisation of each feature of a vector, or each channel of a signal (Ioffe and Szegedy 2015)."""

    title: ClassVar[str] = "1-D batch norm"
    about: ClassVar[str] = "Brings each feature or channel to mean 0 and variance 1 over the batch."

    def output(self, shape: Shape) -> Shape:
        needs_signal(self, shape, lambda: turned(self, BatchNorm2d), vectors=True)
        return shape


class BatchNorm2d(_BatchNorm, frozen=True, tag=True):
    """Batch normalisation of each map, with a learned scale and shift (Ioffe and Szegedy 2015)."""

    title: ClassVar[str] = "Batch norm"
    about: ClassVar[str] = "Brings each map to mean 0 and variance 1 over the batch, then scales and shifts it."

    def output(self, shape: Shape) -> Shape:
        if len(shape) == 1 and not is_open(shape[0]):
            fix = Fix("Use BatchNorm1d instead", replacement=turned(self, BatchNorm1d))
            raise ShapeError(
                f"BatchNorm2d needs an image (channels × height × width); {coming(shape)}. {fix.text}.",
                fix,
                removal(),
            )
        needs_image(self, shape, lambda: turned(self, BatchNorm1d))
        return shape


class LayerNorm(_Norm, frozen=True, tag=True):
    """Normalisation of each sample by itself, with a learned scale and shift for each value (Ba et al. 2016)."""

    title: ClassVar[str] = "Layer norm"
    about: ClassVar[str] = "Brings each sample, or each step, to mean 0 and variance 1, then scales and shifts it."

    over: Annotated[
        Literal["features", "all"],
        described("Over", "features: each vector, or each step of a sequence; all: the whole sample at once."),
    ] = "features"
    eps: Epsilon = 1e-5

    def _normalised(self, shape: Shape) -> Shape:
        return shape if self.over == "all" else shape[-1:]

    def output(self, shape: Shape) -> Shape:
        if self.over == "features" and len(shape) == 3:
            fix = Fix("Normalise over all", replacement=replace(self, over="all"))
            raise ShapeError(
                f"LayerNorm over features needs a vector or a sequence; {coming(shape)}. {fix.text}.",
                fix,
                removal(),
            )
        if not is_fixed(self._normalised(shape)):
            raise ShapeError(
                f"LayerNorm has a scale for each value; {coming(shape)}, and the number of time steps is not "
                "fixed. Normalise over the features of each step.",
                *self._of_steps(shape),
                removal(),
            )
        return shape

    def _of_steps(self, shape: Shape) -> list[Fix]:
        if len(shape) == 1:
            return [Fix("Insert Embedding", before=(Embedding(),), replacement=replace(self, over="features"))]
        per_step = None if self.over == "features" else replace(self, over="features")
        if is_open(shape[-1]):
            return [Fix("Insert SwapAxes, and normalise each step", before=(SwapAxes(),), replacement=per_step)]
        return [Fix("Normalise over features", replacement=per_step)]

    def sees_all(self, shape: Shape) -> bool:
        return self.over == "all" or len(shape) == 1

    def weights(self, shape: Shape) -> int:
        return prod(self._normalised(shape))

    def biases(self, shape: Shape) -> int:
        return prod(self._normalised(shape))

    def call(self, shape: Shape) -> Call:
        normalised = self._normalised(shape)
        return Call("LayerNorm", (normalised if len(normalised) > 1 else normalised[0],), changed(eps=(self.eps, 1e-5)))

    def detail(self, shape: Shape | None) -> str:
        return f"over {self.over}"

    def says(self, shape: Shape) -> str:
        what = "each step" if self.over == "features" and len(shape) == 2 else "each sample"
        count = number(prod(self._normalised(shape)))
        return f"Brings the {count} values of {what} to mean 0 and variance 1, then scales and shifts each."

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        normalised = self._normalised(shape)
        sizes = "·".join(map(str, normalised))
        return (f"(1 scale + 1 shift)·{sizes} values = {number(2 * prod(normalised))}",)


class GroupNorm(_Norm, frozen=True, tag=True):
    """Normalisation of groups of channels of each sample (Wu and He 2018)."""

    title: ClassVar[str] = "Group norm"
    about: ClassVar[str] = "Brings groups of maps to mean 0 and variance 1 in each sample; scales and shifts each map."

    groups: Annotated[
        Annotated[int, Meta(ge=1, le=10**9)],
        described("Groups", "Into how many groups the channels are divided; it must divide their number."),
    ] = 1
    eps: Epsilon = 1e-5

    def output(self, shape: Shape) -> Shape:
        needs_maps(self, shape, vectors=True)
        if shape[0] % self.groups:
            near = divisor(shape[0], min(self.groups, shape[0]))
            fix = Fix(f"Set groups to {number(near)}", replacement=replace(self, groups=near))
            raise ShapeError(
                f"GroupNorm divides the channels into {plural(self.groups, 'equal group')}; {coming(shape)}, "
                f"and {number(shape[0])} is not divisible by {number(self.groups)}. {fix.text}.",
                fix,
                removal(),
            )
        return shape

    def sees_all(self, shape: Shape) -> bool:
        return len(shape) > 1 or self.groups == 1

    def weights(self, shape: Shape) -> int:
        return shape[0]

    def biases(self, shape: Shape) -> int:
        return shape[0]

    def call(self, shape: Shape) -> Call:
        return Call("GroupNorm", (self.groups, shape[0]), changed(eps=(self.eps, 1e-5)))

    def detail(self, shape: Shape | None) -> str:
        return plural(self.groups, "group")

    def says(self, shape: Shape) -> str:
        size = plural(shape[0] // self.groups, "channel")
        return f"Brings each of {plural(self.groups, 'group')} of {size} to mean 0 and variance 1."

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        return (f"(1 scale + 1 shift)·{shape[0]} channels = {number(2 * shape[0])}",)


class LocalResponseNorm(_Norm, frozen=True, tag=True):
    """Each value divided by the energy of neighbouring maps at the same place (Krizhevsky et al. 2012)."""

    title: ClassVar[str] = "Local response norm"
    stem: ClassVar[str] = "lrn"
    about: ClassVar[str] = "Divides each value by (k + α/n·Σx²)^β, over the n nearest maps at the same place."

    size: Annotated[
        Annotated[int, Meta(ge=1, le=4096)],
        described("Maps n", "Over how many neighbouring maps the squares are summed."),
    ] = 5
    alpha: Annotated[Upto1000, described("α", "How strongly the neighbours count.")] = 1e-4
    beta: Annotated[Annotated[float, Meta(ge=0.0, le=10.0)], described("β", "The exponent.")] = 0.75
    k: Annotated[Upto1000, described("k", "What is added to the sum.")] = 1.0

    def output(self, shape: Shape) -> Shape:
        needs_maps(self, shape)
        return shape

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        return ("there are no learned weights here: 0",)

    def call(self, shape: Shape) -> Call:
        settings = changed(alpha=(self.alpha, 1e-4), beta=(self.beta, 0.75), k=(self.k, 1.0))
        return Call("LocalResponseNorm", (self.size,), settings)

    def detail(self, shape: Shape | None) -> str:
        return f"over {plural(self.size, 'map')}"

    def says(self, shape: Shape) -> str:
        return f"Divides each value by what the {plural(self.size, 'nearest map')} have at the same place."
