"""Where the arithmetic runs."""

from __future__ import annotations

import os

import torch

from explorer.arch.errors import DeviceError
from explorer.arch.text import plural


def choose(name: str = "auto") -> torch.device:
    """The device called `auto`, `cpu`, `cuda` or `mps`. Raises `DeviceError` if it is not there."""
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if name == "auto":
        return torch.device("cuda" if cuda else "mps" if mps else "cpu")
    if (name == "cuda" and not cuda) or (name == "mps" and not mps):
        raise DeviceError(f"There is no {name.upper()} device here. Choose auto or cpu.")
    return torch.device(name)


def use_threads() -> int:
    """Let torch use a share of the cores and leave one to the window; returns how many threads it has.

    Networks of this size train no faster with more: on two cores a second thread makes it slower, at random.
    """
    threads = max(1, min(4, (os.cpu_count() or 1) - 1))
    torch.set_num_threads(threads)
    return threads


def describe(device: torch.device) -> str:
    """In words: `CPU, 1 of 2 threads`, or the GPU's name."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return f"CPU, {torch.get_num_threads()} of {plural(os.cpu_count() or 1, 'thread')}"
