"""Tokens become vectors."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from explorer.arch.fields import described
from explorer.arch.layer import Call, Kind, Layer, ShapeError
from explorer.arch.layers.base import coming, count_steps, removal
from explorer.arch.shape import Shape
from explorer.arch.text import number, plural, times


class Embedding(Layer, frozen=True, tag=True):
    """A table with one learned vector for each word or token; a token is the number of its row."""

    title: ClassVar[str] = "Embedding"
    kind: ClassVar[Kind] = "recurrent"
    stem: ClassVar[str] = "embedding"
    about: ClassVar[str] = "Looks up a learned vector for each token: tokens T become a sequence T × size."

    words: Annotated[
        Annotated[int, Meta(ge=1, le=10**9)], described("Words", "How many different tokens there are.")
    ] = 1000
    size: Annotated[Annotated[int, Meta(ge=1, le=10**9)], described("Size", "Numbers in the vector of a token.")] = 16

    def output(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ShapeError(
                f"Embedding needs tokens, one number a step; {coming(shape)}. Set the input to T, or remove it.",
                removal(),
            )
        return (shape[0], self.size)

    def weights(self, shape: Shape) -> int:
        return self.words * self.size

    def call(self, shape: Shape) -> Call:
        return Call("Embedding", (self.words, self.size))

    def detail(self, shape: Shape | None) -> str:
        return f"{plural(self.words, 'word')} × {number(self.size)}"

    def says(self, shape: Shape) -> str:
        return (
            f"Each of {count_steps(shape[0])} is one of {plural(self.words, 'token')}, "
            f"and becomes its vector of {plural(self.size, 'number')}."
        )

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return (f"one vector of {number(self.size)} a token: {times(self.output(shape))}",)

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        return (f"{self.words} words · {self.size} numbers = {number(self.words * self.size)}",)

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        return ("a row of the table is looked up, nothing is multiplied: 0",)
