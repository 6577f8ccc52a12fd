"""What happens while data load and a network trains: small frozen values. Imports no torch.

Each can be written as one JSON line (`encode`) and read back (`decode`). A loss that is no number, or infinite,
becomes null there and `None` here.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Confusion = tuple[tuple[int, ...], ...]
"""Counts, row = true class, column = predicted class."""


class _Event(msgspec.Struct, frozen=True, tag_field="event"):
    pass


class Progress(_Event, frozen=True, tag="progress"):
    """Something long is under way: `done` of `total` (0 if unknown)."""

    text: str
    done: int
    total: int


class Started(_Event, frozen=True, tag="started"):
    """Training begins, or goes on at `step`. Counts are of samples; `steps` of all epochs together."""

    network: str
    parameters: int
    data: str
    train: int
    validation: int
    test: int
    classes: tuple[str, ...]
    device: str
    steps_per_epoch: int
    steps: int
    step: int = 0
    note: str = ""


class StepDone(_Event, frozen=True, tag="step"):
    """One optimiser step. `loss` and `accuracy` (0…1) of its batch; `seconds` of training since the start."""

    step: int
    loss: float | None
    accuracy: float
    seconds: float


class Asked(_Event, frozen=True, tag="asked"):
    """A word of the training data, what the network says of it now, and its class, as the lecture prints them.

    `loss` is that of the step's batch, `log_probability` that of the guess.
    """

    step: int
    word: str
    guess: str
    truth: str
    loss: float | None
    log_probability: float


class Validated(_Event, frozen=True, tag="validated"):
    """The network tried on validation data: all of it (`complete`) or a fixed part of it, between epochs."""

    step: int
    samples: int
    loss: float | None
    accuracy: float
    confusion: Confusion
    complete: bool


class EpochDone(_Event, frozen=True, tag="epoch"):
    """One pass over the training data: its mean loss and accuracy, and those of all validation data."""

    epoch: int
    step: int
    train_loss: float | None
    train_accuracy: float
    loss: float | None
    accuracy: float
    seconds: float
    images_per_second: float


class Diverged(_Event, frozen=True, tag="diverged"):
    """The loss was not a number at `step`; the weights are those of `kept`, the last good step.

    Going on continues from there with `learning_rate`, a tenth of the one before.
    """

    step: int
    kept: int
    learning_rate: float
    text: str


class Tested(_Event, frozen=True, tag="tested"):
    """The trained network on the test part."""

    samples: int
    loss: float | None
    accuracy: float
    confusion: Confusion


class Finished(_Event, frozen=True, tag="finished"):
    """The end of a run: after the last epoch (`finished`), or earlier by request (`stopped`)."""

    reason: Literal["finished", "stopped"]
    step: int
    seconds: float


Event = Progress | Started | StepDone | Asked | Validated | EpochDone | Diverged | Tested | Finished

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """One line of JSON, without the line end. Numbers that are not finite become null."""
    return _ENCODER.encode(event)


def decode(line: bytes) -> Event:
    """The event in one line. Raises `msgspec.DecodeError` for a broken line."""
    return _DECODER.decode(line)
