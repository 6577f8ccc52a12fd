"""How a network is trained: one declaration for the file, the form and the command line. Imports no torch."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


def _about(title: str, description: str, **extra: object) -> Meta:
    return Meta(extra_json_schema={"title": title, "description": description}, extra=dict(extra))


Optimiser = Literal["SGD", "Momentum", "Adam", "AdamW"]
Schedule = Literal["constant", "cosine"]
Device = Literal["auto", "cpu", "cuda", "mps"]


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that, with the network and the data, decides a training run."""

    data: str = "strokes"
    optimiser: Annotated[
        Optimiser, _about("Optimiser", "How a gradient becomes a step. Momentum is SGD with momentum 0.9.")
    ] = "Adam"
    learning_rate: Annotated[
        Annotated[float, Meta(ge=1e-6, le=10.0)],
        _about(
            "Learning rate",
            "Size of each step, 10⁻⁶…10. Too high explodes, too low learns nothing.",
            logarithmic=True,
        ),
    ] = 0.002
    batch: Annotated[Annotated[int, Meta(ge=1, le=8192)], _about("Batch", "Images a step, 1…8 192.")] = 64
    epochs: Annotated[
        Annotated[int, Meta(ge=1, le=10_000)], _about("Epochs", "How often each training image is seen.")
    ] = 5
    seed: Annotated[
        Annotated[int, Meta(ge=0, le=2**31 - 1)],
        _about("Seed", "The same seed gives the same start, the same order and, on the CPU, the same run."),
    ] = 0
    schedule: Annotated[
        Schedule, _about("Schedule", "Constant keeps the learning rate; cosine lowers it to 0 over the run.")
    ] = "cosine"
    augment: Annotated[
        bool, _about("Augment", "Shift, slant, scale and thicken each image at random, anew in every epoch.")
    ] = False
    device: Annotated[Device, _about("Device", "Auto takes CUDA, else MPS (Apple), else the CPU.")] = "auto"
