"""From a network to the PyTorch module that trains: exactly the calls that the layers declare."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer.arch.analysis import Piece, analyse
from explorer.arch.errors import ArchitectureError, DeviceError
from explorer.arch.layer import Layer
from explorer.arch.layers import Conv1d, Conv2d, LogSoftmax, Softmax
from explorer.arch.network import Network, ending
from explorer.arch.tree import Auxiliary, Parallel
from explorer.learn import modules
from explorer.learn.fit import padding

MEAN, STD = 0.1307, 0.3081
"""Of MNIST's training pixels in 0…1; every digit is normalised with them, wherever it comes from."""


def build(network: Network, seed: int | None = None) -> nn.Sequential:
    """The module of a network, with PyTorch's own initial weights (from `seed`, if given).

    Blocks become modules of `learn.modules`; every layer is the very call that it declares.

    Raises `ArchitectureError` for a network with a fault, `DeviceError` if memory does not suffice.
    """
    report = analyse(network)
    if report.fault:
        raise ArchitectureError(f"{report.fault.path}: {report.fault.message}")
    try:
        with torch.random.fork_rng(devices=[]):
            if seed is not None:
                torch.manual_seed(seed)
            return _named(report.root.names, report.root.parts[0])
    except (RuntimeError, MemoryError):
        raise DeviceError(f"There is not enough memory for {network.name}. Make its largest layer smaller.") from None


def _named(names: tuple[str, ...], parts: tuple[Piece, ...]) -> nn.Sequential:
    return nn.Sequential(OrderedDict((name, _module(part)) for name, part in zip(names, parts, strict=True)))


def _module(piece: Piece) -> nn.Module:
    node = piece.node
    if isinstance(node, Layer):
        assert piece.input is not None
        call = node.call(piece.input)
        name = f"Uneven{call.name}" if _is_uneven(node) else call.name
        kind = getattr(modules, name, None) or getattr(nn, name)
        made: nn.Module = kind(*call.args, **dict(call.kwargs))
        return made
    copies = [_named(piece.names, parts) for parts in piece.parts]
    if isinstance(node, Parallel):
        axis = 1 if node.along == "channels" else -1
        return modules.Branches(OrderedDict(copies[0].named_children()), node.merge, axis)
    if isinstance(node, Auxiliary):
        return modules.Side(OrderedDict(copies[0].named_children()))
    if node.repeat == 1:
        return copies[0]
    return nn.Sequential(OrderedDict((str(number), copy) for number, copy in enumerate(copies, 1)))


def _is_uneven(layer: Layer) -> bool:
    """Whether a convolution adds more zeros behind than in front."""
    if not isinstance(layer, Conv1d | Conv2d) or layer.padding_mode != "zeros":
        return False
    return any(front != behind for front, behind in layer.edges)


def prepare(images: Tensor, network: Network) -> Tensor:
    """Samples as the network gets them.

    images: (N, C, H, W) uint8, ink bright. Returns float32 of the network's input shape: zeros added around
    where the network takes a larger image, then (x/255 − MEAN)/STD.

    Of sequences, (N, T) int64 tokens: as they are for a network that takes tokens, else one-hot, (N, T, F) float32.
    """
    if images.ndim == 2:
        if len(network.input) == 1:
            return images
        return functional.one_hot(images, network.input[-1]).to(torch.float32)
    around = padding(network, tuple(images.shape[1:]))
    if around is None:
        raise ArchitectureError(f"{network.name} cannot take images of {tuple(images.shape[1:])}.")
    if any(around):
        images = functional.pad(images, around)
    return images.to(torch.float32).mul_(1 / (255 * STD)).sub_(MEAN / STD)


def log_probabilities(network: Network, outputs: Tensor) -> Tensor:
    """Natural logarithms of the class probabilities, (N, K) or (N, T, K), from what leaves the network.

    A network that ends in Softmax gives probabilities, in LogSoftmax their logarithms, else logits.
    """
    last = ending(network)
    if isinstance(last, LogSoftmax):
        return outputs
    if isinstance(last, Softmax):
        return outputs.clamp_min(LEAST).log()
    return functional.log_softmax(outputs, dim=-1)


LEAST = 1e-12
"""Probabilities below this count as it: the logarithm of 0 is no number."""

SIDE_SHARE = 0.3
"""What the loss of a side classifier counts in training (Szegedy et al. 2014, section 5)."""


def side_losses(module: nn.Module, labels: Tensor) -> list[Tensor]:
    """Mean cross-entropy of each side classifier, weighted; none outside of training."""
    sides = (side for side in module.modules() if isinstance(side, modules.Side))
    return [SIDE_SHARE * _side_loss(side, side.said, labels) for side in sides if side.said is not None]


def _side_loss(side: modules.Side, outputs: Tensor, labels: Tensor) -> Tensor:
    *_, last = side.modules()
    if isinstance(last, nn.Softmax):
        return functional.nll_loss(outputs.clamp_min(LEAST).log(), labels)
    return functional.cross_entropy(outputs, labels)  # of logarithms of probabilities it is the same


def loss_of(network: Network, outputs: Tensor, labels: Tensor, smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy, in nats, of a batch: outputs (N, K), labels (N,); or (N, T, K) and (N, T).

    `smoothing` is the share of the target that is spread evenly over all classes (Szegedy et al. 2016, section 7).
    """
    logs = log_probabilities(network, outputs).flatten(0, -2)
    loss = functional.nll_loss(logs, labels.flatten())
    return loss if not smoothing else (1 - smoothing) * loss - smoothing * logs.mean()
