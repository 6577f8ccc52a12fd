"""Weights and checkpoints as safetensors: nothing that is read is ever executed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from explorer.arch.errors import RunError
from explorer.arch.storage import reason, write_atomic
from explorer.arch.text import times
from explorer.learn.card import CHECKPOINT, WEIGHTS
from explorer.learn.train import Progress


def save_weights(module: nn.Module, folder: Path) -> None:
    """Write the module's weights atomically. Raises `OSError`."""
    tensors = {name: value.detach().cpu().contiguous() for name, value in module.state_dict().items()}
    write_atomic(folder / WEIGHTS, safetensors.torch.save(tensors))


def load_weights(module: nn.Module, folder: Path) -> None:
    """Load a folder's weights into `module`. Raises `RunError` naming the file and what does not fit."""
    path = folder / WEIGHTS
    fill(module, _read(path)[0], path)


def fill(module: nn.Module, tensors: dict[str, Tensor], path: Path) -> None:
    """Put `tensors` into `module` if names and shapes agree. Raises `RunError` otherwise."""
    own = module.state_dict()
    for name, value in own.items():
        if name not in tensors:
            raise RunError(f"{path} does not fit the network: it has no {name}.")
        if tensors[name].shape != value.shape:
            theirs, ours = times(tuple(tensors[name].shape)) or "one number", times(tuple(value.shape)) or "one number"
            raise RunError(f"{path} does not fit the network: {name} is {theirs} there and {ours} here.")
    for name in tensors:
        if name not in own:
            raise RunError(f"{path} does not fit the network: it has {name}, which the network lacks.")
    module.load_state_dict(tensors)


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(str(path), framework="pt") as file:
            names = file.keys()
            return {name: file.get_tensor(name) for name in names}, file.metadata() or {}
    except FileNotFoundError:
        raise RunError(f"There are no weights at {path}.") from None
    except OSError as error:
        raise RunError(f"{path} cannot be read: {reason(error)}.") from None
    except (SafetensorError, ValueError, RuntimeError):
        raise RunError(f"{path} is damaged: it is no safetensors file, or is cut off.") from None


def save_checkpoint(folder: Path, module: nn.Module, steps: torch.optim.Optimizer, at: Progress) -> None:
    """Write all that continuing exactly needs, in one file, atomically. Raises `OSError`."""
    tensors = {f"weights.{name}": value for name, value in module.state_dict().items()}
    tensors["random"] = at.random
    plain: dict[str, Any] = {}
    for index, state in steps.state_dict()["state"].items():
        for name, value in state.items():
            if isinstance(value, Tensor):
                tensors[f"steps.{index}.{name}"] = value
            else:
                plain[f"steps.{index}.{name}"] = value
    note = {
        "step": at.step, "seconds": at.seconds, "loss": at.loss, "hits": at.hits, "seen": at.seen,
        "learning_rate": at.learning_rate, "plain": plain,
    }  # fmt: skip
    flat = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    write_atomic(folder / CHECKPOINT, safetensors.torch.save(flat, metadata={"at": json.dumps(note)}))


def load_checkpoint(folder: Path, module: nn.Module, steps: torch.optim.Optimizer) -> Progress:
    """Restore module and optimiser, and say where the run was. Raises `RunError`."""
    path = folder / CHECKPOINT
    tensors, metadata = _read(path)
    try:
        note = json.loads(metadata["at"])
        plain = note.pop("plain")
        fill(module, {k.removeprefix("weights."): v for k, v in tensors.items() if k.startswith("weights.")}, path)
        state: dict[int, dict[str, Any]] = {}
        for key, value in [*tensors.items(), *plain.items()]:
            if key.startswith("steps."):
                _, index, name = key.split(".", 2)
                state.setdefault(int(index), {})[name] = value
        steps.load_state_dict({"state": state, "param_groups": steps.state_dict()["param_groups"]})
        return Progress(**note, random=tensors["random"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise RunError(f"{path} is damaged: the run cannot be continued from it.") from None
