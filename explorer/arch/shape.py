"""Shapes: what one sample looks like, without the batch."""

from __future__ import annotations


class Symbol(int):
    """A size that is not fixed, such as the number of time steps.

    It is equal only to itself. Where values are counted it counts as 1: what then comes out is the amount for one
    time step.
    """

    name: str

    def __new__(cls, name: str) -> Symbol:
        """`name` is how it is written."""
        made = super().__new__(cls, 1)
        made.name = name
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbol) and other.name == self.name

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(("size", self.name))

    def __repr__(self) -> str:
        return self.name

    def __format__(self, how: str) -> str:
        return self.name

    __str__ = __repr__


T = Symbol("T")
"""The number of time steps of a sequence of any length."""

Shape = tuple[int, ...]
"""Without the batch: an image is (C, H, W), a vector (F,), a sequence (T, F), tokens (T,), a signal (C, L)."""


def is_fixed(shape: Shape) -> bool:
    """Whether all sizes of the shape are known numbers."""
    return not any(isinstance(size, Symbol) for size in shape)


def is_sample(shape: Shape) -> bool:
    """Whether a sample can have this shape: T stands first, in a sequence or alone."""
    return is_fixed(shape[1:]) and (is_fixed(shape) or len(shape) < 3)
