"""Networks as ONNX files, which other programs run.

PyTorch's newer exporter (`dynamo=True`) traces the module with symbolic sizes, so that the batch, and the steps of a
sequence, stay open; the older one, made of TorchScript, is no longer developed. A loop over the steps, which tracing
would unroll, is replaced by PyTorch's `scan`: it becomes ONNX's operator Scan.
"""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch._higher_order_ops.scan import scan

from explorer.arch.analysis import analyse
from explorer.arch.errors import ArchitectureError, DeviceError, ExplorerError, UsageError
from explorer.arch.layer import VALUE_BYTES
from explorer.arch.layers import Embedding
from explorer.arch.network import Network
from explorer.arch.shape import Symbol, is_fixed
from explorer.arch.storage import reason, write_atomic
from explorer.learn.build import build
from explorer.learn.modules import ConcatRNN

OPSET = 18
"""The version of ONNX's operators: the least that the exporter writes without converting."""

_LARGEST = 2_000_000_000
"""Bytes of weights that one file can hold: a limit of its format."""

_STEPS = 7
"""Time steps of the sample that is traced; any number is possible in the file."""


def export_onnx(network: Network, path: Path, seed: int = 0, module: nn.Module | None = None) -> None:
    """Write the network to an ONNX file: its weights are those of `module`, or new ones from `seed`.

    One input `input` and one output `output`, both with an open batch `N`, and open steps `T` where the network's are.
    It is the network as it predicts: dropout and auxiliary heads are not in it. The file is written whole or not at
    all. Raises `ExplorerError` without the packages that this needs, `ArchitectureError` for a network with a fault,
    over 2 GB, or with a layer that ONNX lacks, `UsageError` where the file cannot be written.
    """
    if not all(importlib.util.find_spec(name) for name in ("onnx", "onnxscript")):
        raise ExplorerError("ONNX files need the onnx extra. Install it with pip install 'neural-net-explorer[onnx]'.")
    if VALUE_BYTES * analyse(network).parameters > _LARGEST:
        raise ArchitectureError(f"{network.name} is too large for an ONNX file: at most 2 GB fit. Make it smaller.")
    try:
        given = build(network, seed) if module is None else copy.deepcopy(module)
        data = _converted(_with_scans(given).cpu().eval(), network)
    except MemoryError:
        raise DeviceError(f"There is not enough memory to export {network.name}.") from None
    except torch.onnx.OnnxExporterError:
        steps = "" if is_fixed(network.input) else " Set the number of steps in its input."
        said = f"PyTorch cannot write {network.name} as ONNX: it has a layer without a like there.{steps}"
        raise ArchitectureError(said) from None
    try:
        write_atomic(path, data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {reason(error)}. Choose another place.") from None


def sample(network: Network, count: int = 2, steps: int = _STEPS) -> Tensor:
    """A random batch that the network can take: tokens are whole numbers; `steps` where any number is possible."""
    shape = (count, *(steps if isinstance(size, Symbol) else size for size in network.input))
    words = [
        row.layer.words
        for row in analyse(network).rows
        if isinstance(row.layer, Embedding) and row.input == network.input
    ]
    return torch.randint(min(words), shape) if words else torch.rand(shape)


class _Scanned(nn.Module):
    """The same as `ConcatRNN`, without a loop in Python."""

    def __init__(self, of: ConcatRNN) -> None:
        super().__init__()
        self.i2h, self.i2o, self.hidden = of.i2h, of.i2o, of.hidden

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, T, F). Returns (N, T, outputs)."""
        i2h, i2o = self.i2h, self.i2o

        def step(h: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
            joined = torch.cat((features, h), 1)
            return i2h(joined), i2o(joined)

        start = x.new_zeros(x.shape[0], self.hidden)
        outputs: Tensor = scan(step, start, x.transpose(0, 1), dim=0)[1]
        return outputs.transpose(0, 1)


def _with_scans(module: nn.Module) -> nn.Module:
    """The module with its loops over steps replaced, in place."""
    if isinstance(module, ConcatRNN):
        return _Scanned(module)
    for name, child in list(module.named_children()):
        setattr(module, name, _with_scans(child))
    return module


def _converted(module: nn.Module, network: Network) -> bytes:
    sizes: dict[int, Any] = {0: torch.export.Dim("N", min=1)}
    for axis, size in enumerate(network.input, 1):
        if isinstance(size, Symbol):
            sizes[axis] = torch.export.Dim("T", min=1)
    with _quiet():
        program = torch.onnx.export(
            module,
            (sample(network),),
            dynamo=True,
            dynamic_shapes=(sizes,),
            input_names=["input"],
            output_names=["output"],
            opset_version=OPSET,
            verbose=False,
        )
    assert program is not None
    data: bytes = program.model_proto.SerializeToString()
    return data


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter prints, logs and warns of."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir", "torch.export")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
