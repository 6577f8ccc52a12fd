"""Layers that arrange values anew, and learn nothing: flatten, swapped axes, the last step, upsampling."""

from __future__ import annotations

from math import prod
from typing import Annotated, ClassVar, Literal

from msgspec import Meta
from msgspec.structs import replace

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer, ShapeError, Window
from explorer.arch.layers.base import changed, coming, count_steps, earlier, is_open, removal
from explorer.arch.shape import Shape, is_fixed
from explorer.arch.text import number, plural, times

_AXES = {1: ("features",), 2: ("channels or steps", "length or features"), 3: ("channels", "height", "width")}


class _Reshape(Layer, frozen=True):
    kind: ClassVar[Kind] = "reshape"


class Flatten(_Reshape, frozen=True, tag=True):
    """All values in one row, or some of the axes as one. The axes are PyTorch's: 0 would be the batch."""

    title: ClassVar[str] = "Flatten"
    stem: ClassVar[str] = "flatten"
    about: ClassVar[str] = "Writes all values of all maps into one row."
    view: ClassVar[bool] = True

    start: Annotated[
        Annotated[int, Meta(ge=1, le=3)],
        described("First axis", "The first axis that is flattened. 1 is the first of a sample; 0 is the batch."),
    ] = 1
    end: Annotated[
        Annotated[int, Meta(ge=-3, le=3)],
        described("Last axis", "The last axis that is flattened; −1 is the last there is."),
    ] = -1

    def _axes(self, shape: Shape) -> tuple[int, int]:
        """The first and the last axis of the sample that become one, from 0."""
        axes = len(shape)
        first, last = self.start - 1, self.end - 1 if self.end >= 0 else axes + self.end
        if first >= axes or not 0 <= last < axes or first > last:
            raise ShapeError(
                f"Flatten joins axes {self.start} to {number(self.end)}; {times(shape)} has axes 1 to {axes}. "
                "Flatten all of them.",
                Fix("Flatten all axes", replacement=replace(self, start=1, end=-1)),
                removal(),
            )
        return first, last

    def output(self, shape: Shape) -> Shape:
        first, last = self._axes(shape)
        joined = shape[first : last + 1]
        if len(joined) > 1 and not is_fixed(joined):
            raise ShapeError(
                f"Flatten needs a fixed size; {coming(shape)}, and the number of time steps is not fixed. "
                "Take the last step, or set the number of steps in the input.",
                Fix("Use LastStep instead", replacement=LastStep(name=self.name), before=_steps_first(shape)),
                removal(),
            )
        return (*shape[:first], joined[0] if len(joined) == 1 else prod(joined), *shape[last + 1 :])

    def call(self, shape: Shape) -> Call:
        return Call("Flatten", (), changed(start_dim=(self.start, 1), end_dim=(self.end, -1)))

    def detail(self, shape: Shape | None) -> str:
        return "" if (self.start, self.end) == (1, -1) else f"axes {self.start} to {number(self.end)}"

    def says(self, shape: Shape) -> str:
        first, last = self._axes(shape)
        if first == last:
            return "Nothing changes here: there is only one axis to flatten."
        if first == 0 and last == len(shape) - 1:
            return f"Writes all {number(prod(shape))} values into one row."
        names = _AXES[len(shape)]
        return f"Writes {' and '.join(names[first : last + 1])} as one axis."

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        first, last = self._axes(shape)
        joined, output = shape[first : last + 1], self.output(shape)
        line = f"{'·'.join(map(str, joined))} = {number(output[first])}"
        if len(output) == 1:
            return (line,)
        return (f"axes {first + 1} to {last + 1}: {line}", f"the others stay: {times(output)}")


class SwapAxes(_Reshape, frozen=True, tag=True):
    """Exchanges the two axes of a sequence or signal: steps × features become channels × length, and back."""

    title: ClassVar[str] = "Swap axes"
    stem: ClassVar[str] = "swap"
    about: ClassVar[str] = "Exchanges the two axes: steps × features become channels × length, and back."
    view: ClassVar[bool] = True

    def output(self, shape: Shape) -> Shape:
        if len(shape) != 2:
            raise ShapeError(
                f"SwapAxes needs two axes, such as steps × features; {coming(shape)}. Remove it.", removal()
            )
        return (shape[1], shape[0])

    def applied(self, module: str, values: str) -> str:
        return f"{values}.transpose(1, 2)"

    def says(self, shape: Shape) -> str:
        return f"What was {times(shape)} becomes {times(self.output(shape))}; no value changes."

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return (f"{times(shape)} with its axes exchanged = {times(self.output(shape))}",)


class LastStep(_Reshape, frozen=True, tag=True):
    """The features of the last time step; all others are left."""

    title: ClassVar[str] = "Last step"
    stem: ClassVar[str] = "last"
    about: ClassVar[str] = "Keeps what comes out at the last time step: T × F become F."
    view: ClassVar[bool] = True

    def output(self, shape: Shape) -> Shape:
        if len(shape) != 2 or is_open(shape[1]):
            swap = _steps_first(shape)
            fixes = [Fix("Insert SwapAxes", before=swap)] if swap else []
            if len(shape) == 3:
                fixes = [Fix("Insert Flatten that makes each row a step", before=(Flatten(end=2),))]
            advice = {1: "Remove it", 2: "Add SwapAxes before it", 3: "Make each row a step"}[len(shape)]
            raise ShapeError(
                f"LastStep needs a sequence (steps × features); {coming(shape)}. {advice}.",
                *fixes,
                removal(),
            )
        return (shape[1],)

    def applied(self, module: str, values: str) -> str:
        return f"{values}[:, -1]"

    def says(self, shape: Shape) -> str:
        return f"Of {count_steps(shape[0])}, keeps the {plural(shape[1], 'value')} of the last."

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return (f"the features of one step = {number(shape[1])}",)


def _steps_first(shape: Shape) -> tuple[Layer, ...]:
    """What puts the time steps first, where they stand last."""
    return (SwapAxes(),) if len(shape) == 2 and is_open(shape[1]) else ()


class Upsample(_Reshape, frozen=True, tag=True):
    """Makes an image or a signal larger by a whole factor; nothing is learned."""

    title: ClassVar[str] = "Upsample"
    stem: ClassVar[str] = "upsample"
    about: ClassVar[str] = "Makes maps larger: repeats each value, or interpolates between neighbours."

    scale: Annotated[
        Annotated[int, Meta(ge=1, le=1024)], described("Factor", "How many times larger each axis becomes.")
    ] = 2
    mode: Annotated[
        Literal["nearest", "bilinear"],
        described("Mode", "nearest repeats each value; bilinear interpolates between neighbours."),
    ] = "nearest"

    def output(self, shape: Shape) -> Shape:
        if len(shape) == 1:
            raise ShapeError(
                f"Upsample needs an image or a signal; {coming(shape)}. {earlier(shape)}.",
                removal(),
            )
        if not is_fixed(shape):
            first = is_open(shape[0])
            what = (
                "needs channels × length"
                if first
                else f"makes the length {self.scale} times as large, and the number of time steps is not fixed"
            )
            raise ShapeError(
                f"Upsample {what}; {coming(shape)}. Set the number of steps in the input, or remove it.",
                removal(),
            )
        return (shape[0], *(size * self.scale for size in shape[1:]))

    def _taps(self) -> int:
        """How many of the enlarged grid's places one output weighs: of a triangle as wide as two inputs."""
        if self.mode == "nearest":
            return self.scale
        return 2 * self.scale - self.scale % 2

    def window(self, shape: Shape) -> Window:
        axes = len(shape) - 1
        return Window((self._taps(),) * axes, (1,) * axes, (1,) * axes, (self.scale,) * axes)

    def call(self, shape: Shape) -> Call:
        mode = "linear" if self.mode == "bilinear" and len(shape) == 2 else self.mode
        return Call("Upsample", (), (("scale_factor", self.scale), *changed(mode=(mode, "nearest"))))

    def detail(self, shape: Shape | None) -> str:
        return f"×{self.scale} {self.mode}"

    def says(self, shape: Shape) -> str:
        how = "Repeats each value" if self.mode == "nearest" else "Interpolates between neighbours"
        return f"{how}: {times(shape)} become {times(self.output(shape))}."

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        names = ("height", "width") if len(shape) == 3 else ("length",)
        lines = [
            f"{name}: {size}·{self.scale} = {number(size * self.scale)}"
            for name, size in zip(names, shape[1:], strict=True)
        ]
        return (f"channels: as many as arrive = {number(shape[0])}", *lines)
