"""How a network is trained: one declaration for the file, the form and the command line. Imports no torch."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from explorer.arch.fields import described

Optimiser = Literal["SGD", "Momentum", "Adam", "AdamW"]
Schedule = Literal["constant", "cosine"]
Device = Literal["auto", "cpu", "cuda", "mps"]


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that, with the network and the data, decides a training run."""

    data: str = "strokes"
    optimiser: Annotated[
        Optimiser, described("Optimiser", "How a gradient becomes a step. Momentum is SGD with momentum 0.9.")
    ] = "Adam"
    learning_rate: Annotated[
        Annotated[float, Meta(ge=1e-6, le=10.0)],
        described(
            "Learning rate",
            "Size of each step, 10⁻⁶…10. Too high explodes, too low learns nothing.",
            logarithmic=True,
        ),
    ] = 0.002
    batch: Annotated[Annotated[int, Meta(ge=1, le=8192)], described("Batch", "Samples a step, 1…8 192.")] = 64
    epochs: Annotated[
        Annotated[int, Meta(ge=1, le=10_000)], described("Epochs", "How often each training sample is seen.")
    ] = 5
    seed: Annotated[
        Annotated[int, Meta(ge=0, le=2**31 - 1)],
        described("Seed", "The same seed gives the same start, the same order and, on the CPU, the same run."),
    ] = 0
    schedule: Annotated[
        Schedule, described("Schedule", "Constant keeps the learning rate; cosine lowers it to 0 over the run.")
    ] = "cosine"
    augment: Annotated[
        bool,
        described(
            "Augment",
            "Images: shift, slant, scale and thicken each at random, anew in every epoch. Words: replace letters.",
        ),
    ] = False
    balanced: Annotated[
        bool, described("Balance classes", "Words: draw each class equally often, however many words it has.")
    ] = False
    smoothing: Annotated[
        Annotated[float, Meta(ge=0.0, le=0.5)],
        described("Label smoothing", "Share of the target that is spread over all classes, 0…0.5."),
    ] = 0.0
    clip: Annotated[
        Annotated[float, Meta(ge=0.0, le=1000.0)],
        described("Clip gradient", "Largest length of the gradient; longer ones are shortened. 0: never."),
    ] = 0.0
    samples: Annotated[
        Annotated[int, Meta(ge=0, le=10**9)],
        described("Samples", "Training ends after so many samples, if the epochs have more. 0: after the epochs."),
    ] = 0
    device: Annotated[Device, described("Device", "Auto takes CUDA, else MPS (Apple), else the CPU.")] = "auto"
