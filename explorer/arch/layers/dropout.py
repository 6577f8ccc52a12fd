"""Dropout: values, or whole channels, switched off while training."""

from __future__ import annotations

from typing import Annotated, ClassVar, NoReturn

from msgspec import Meta

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer
from explorer.arch.layers.base import turned
from explorer.arch.layers.needs import needs_image, needs_signal, wrong
from explorer.arch.shape import Shape


class _Dropout(Layer, frozen=True):
    kind: ClassVar[Kind] = "normalisation"
    stem: ClassVar[str] = "dropout"
    view: ClassVar[bool] = True
    what: ClassVar[str]

    p: Annotated[
        Annotated[float, Meta(ge=0.0, le=0.99)],
        described("Probability", "Share that is switched off, 0…0.99."),
    ] = 0.5

    def call(self, shape: Shape) -> Call:
        return Call(self.type, (), (("p", self.p),))

    def detail(self, shape: Shape | None) -> str:
        return f"{100 * self.p:g} %"

    def says(self, shape: Shape) -> str:
        return (
            f"While training, {100 * self.p:g} % of the {self.what} are 0, and the others are multiplied by "
            f"1/(1 − {self.p:g}) = {1 / (1 - self.p):.3g}; when predicting, nothing changes."
        )

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        return ("nothing is done when predicting: 0",)


class Dropout(_Dropout, frozen=True, tag=True):
    """Switches units off at random while training, and scales the rest by 1/(1 − p) (Srivastava et al. 2014)."""

    title: ClassVar[str] = "Dropout"
    about: ClassVar[str] = "Switches values off at random while training; does nothing when predicting."
    what: ClassVar[str] = "values"


class Dropout1d(_Dropout, frozen=True, tag=True):
    """Switches whole channels of a signal off (Tompson et al. 2014)."""

    title: ClassVar[str] = "1-D channel dropout"
    about: ClassVar[str] = "Switches whole channels of a signal off at random while training."
    what: ClassVar[str] = "channels"

    def output(self, shape: Shape) -> Shape:
        if len(shape) == 1:
            _use_dropout(self, "channels × length", shape)
        needs_signal(self, shape, lambda: turned(self, Dropout2d))
        return shape


class Dropout2d(_Dropout, frozen=True, tag=True):
    """Switches whole maps of an image off (Tompson et al. 2014)."""

    title: ClassVar[str] = "Channel dropout"
    about: ClassVar[str] = "Switches whole maps of an image off at random while training."
    what: ClassVar[str] = "maps"

    def output(self, shape: Shape) -> Shape:
        if len(shape) == 1:
            _use_dropout(self, "an image (channels × height × width)", shape)
        needs_image(self, shape, lambda: turned(self, Dropout1d))
        return shape


def _use_dropout(layer: _Dropout, need: str, shape: Shape) -> NoReturn:
    fix = Fix("Use Dropout instead", replacement=turned(layer, Dropout))
    raise wrong(layer, need, shape, fix.text, fix)
