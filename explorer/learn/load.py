"""Imports PyTorch beside a window that must go on living. Importing this module imports no torch."""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

_LAZY, _GLOBAL = 0x1, 0x100  # dlopen's RTLD_LAZY and RTLD_GLOBAL, on Linux


def import_torch() -> ModuleType:
    """Import torch on a background thread, letting other threads run meanwhile.

    Python holds its lock while it opens a shared library: half a second for torch's gigabyte. A foreign call
    does not, so the libraries are opened by one first; the import then finds them open. And while thousands
    of functions are made, collecting garbage would only walk over them again and again.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        if sys.platform.startswith("linux") and "torch" not in sys.modules:
            _open_libraries()
        return importlib.import_module("torch")
    finally:
        if collecting:
            gc.enable()


def warm_up() -> None:
    """Take one tiny step: the first optimiser makes torch import seconds' worth of its compiler."""
    import torch

    collecting = gc.isenabled()
    gc.disable()
    try:
        weight = torch.zeros(1, requires_grad=True)
        steps = torch.optim.Adam([weight])
        weight.sum().backward()  # type: ignore[no-untyped-call]
        steps.step()
    finally:
        if collecting:
            gc.enable()


def _open_libraries() -> None:
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return
    folder = Path(found.origin).parent / "lib"
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_int]
    # A library that does not open here is opened, or complained about, by the import itself.
    for name, mode in (("libtorch_global_deps.so", _LAZY | _GLOBAL), ("libtorch_python.so", _LAZY)):
        if (folder / name).is_file():
            dlopen(str(folder / name).encode(), mode)
