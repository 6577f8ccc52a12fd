"""Which layer a module of `torch.nn` is, and what of its settings no layer has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from torch import nn

from explorer.arch.layers import (
    ELU,
    GELU,
    GRU,
    LSTM,
    RNN,
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AnyLayer,
    AvgPool1d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    ConcatRNN,
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    ConvTranspose2d,
    Dropout,
    Dropout1d,
    Dropout2d,
    Embedding,
    Flatten,
    GlobalAvgPool,
    GlobalMaxPool,
    GroupNorm,
    LastStep,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    LogSoftmax,
    MaxPool1d,
    MaxPool2d,
    ReLU,
    ScaledTanh,
    Sigmoid,
    Softmax,
    Softplus,
    SwapAxes,
    Tanh,
    Upsample,
)
from explorer.learn import modules as own
from explorer.learn.tracing.follow import RefusedError, of_lectures

Shape = tuple[int, ...]


def layers_of(module: nn.Module, shape: Shape, output: Shape | None) -> tuple[AnyLayer, ...]:
    """The layer that a module of PyTorch is; nothing for the identity.

    `shape` enters and `output` leaves, both with the batch. Raises `RefusedError`: words that follow the module's name.
    """
    if of_lectures(module) is not None:
        return _of_lectures(module)
    for kind, make in _KINDS.items():
        ours = type(module).__module__ == own.__name__
        if isinstance(module, kind) and (ours or type(module).forward is kind.forward):
            return make(module, shape, output)
    raise RefusedError("has no counterpart among the layers here")


def _of_lectures(module: Any) -> tuple[AnyLayer, ...]:
    if type(module).__name__ == "ScaledTanh":
        return (ScaledTanh(s=float(module.s)),)
    return (ConcatRNN(hidden=module.hidden, outputs=module.i2o.out_features),)


def _only(module: nn.Module, **wanted: Any) -> None:
    """Refuse a module with other settings than these."""
    for name, value in wanted.items():
        is_there = getattr(module, name)
        if is_there != value:
            shown = bool(is_there) if value is True or value is False else is_there
            raise RefusedError(f"has {name}={shown!r}, which no layer here has")


def _pair(value: Any) -> tuple[int, int]:
    return (int(value[0]), int(value[1])) if isinstance(value, tuple | list) else (int(value), int(value))


def _single(value: Any) -> int:
    return int(value[0]) if isinstance(value, tuple | list) else int(value)


def _padding(module: Any, form: Callable[[Any], Any]) -> Any:
    if module.padding == "same":
        return "same"
    return form(0 if module.padding == "valid" else module.padding)


def _convolution(layer: Any, form: Callable[[Any], Any]) -> Callable[..., tuple[AnyLayer, ...]]:
    def make(m: Any, *_: object) -> tuple[AnyLayer, ...]:
        return (
            layer(
                filters=m.out_channels,
                kernel=form(m.kernel_size),
                stride=form(m.stride),
                padding=_padding(m, form),
                dilation=form(m.dilation),
                groups=m.groups,
                padding_mode=m.padding_mode,
                bias=m.bias is not None,
            ),
        )

    return make


def _transposed(layer: Any, form: Callable[[Any], Any]) -> Callable[..., tuple[AnyLayer, ...]]:
    def make(m: Any, *_: object) -> tuple[AnyLayer, ...]:
        if set(m.dilation) != {1}:
            raise RefusedError(f"has dilation={m.dilation}, which no transposed convolution here has")
        return (
            layer(
                filters=m.out_channels,
                kernel=form(m.kernel_size),
                stride=form(m.stride),
                padding=form(m.padding),
                output_padding=form(m.output_padding),
                groups=m.groups,
                bias=m.bias is not None,
            ),
        )

    return make


def _max_pool(layer: Any, form: Callable[[Any], Any]) -> Callable[..., tuple[AnyLayer, ...]]:
    def make(m: Any, *_: object) -> tuple[AnyLayer, ...]:
        _only(m, return_indices=False)
        kernel, stride = form(m.kernel_size), form(m.kernel_size if m.stride is None else m.stride)
        return (
            layer(
                kernel=kernel,
                stride=None if stride == kernel else stride,
                padding=form(m.padding),
                dilation=form(m.dilation),
                ceil_mode=bool(m.ceil_mode),
            ),
        )

    return make


def _average_pool(layer: Any, form: Callable[[Any], Any]) -> Callable[..., tuple[AnyLayer, ...]]:
    def make(m: Any, *_: object) -> tuple[AnyLayer, ...]:
        if getattr(m, "divisor_override", None) is not None:
            raise RefusedError(f"has divisor_override={m.divisor_override}, which no layer here has")
        kernel, stride = form(m.kernel_size), form(m.kernel_size if m.stride is None else m.stride)
        return (
            layer(
                kernel=kernel,
                stride=None if stride == kernel else stride,
                padding=form(m.padding),
                ceil_mode=bool(m.ceil_mode),
                count_include_pad=bool(m.count_include_pad),
            ),
        )

    return make


def _adaptive(layer: Any, form: Callable[[Any], Any]) -> Callable[..., tuple[AnyLayer, ...]]:
    def make(m: Any, *_: object) -> tuple[AnyLayer, ...]:
        if hasattr(m, "return_indices"):
            _only(m, return_indices=False)
        sizes = m.output_size if isinstance(m.output_size, tuple | list) else (m.output_size,)
        if any(size is None for size in sizes):
            raise RefusedError("keeps one axis as it arrives (None), which no layer here does")
        return (layer(size=form(m.output_size)),)

    return make


def _batch_norm(layer: Any, axes: int) -> Callable[..., tuple[AnyLayer, ...]]:
    def make(m: Any, shape: Shape, *_: object) -> tuple[AnyLayer, ...]:
        _only(m, affine=True, track_running_stats=True)
        if m.momentum is None:
            raise RefusedError("has momentum=None, which no layer here has")
        if len(shape) not in (axes, axes - 1 if axes == 3 else axes):
            raise RefusedError(f"gets values of {len(shape)} axes")
        return (layer(eps=m.eps, momentum=m.momentum),)

    return make


def _layer_norm(m: Any, shape: Shape, *_: object) -> tuple[AnyLayer, ...]:
    _only(m, elementwise_affine=True)
    if m.bias is None:
        raise RefusedError("has bias=False, which no layer here has")
    over: Literal["features", "all"] = "all" if len(m.normalized_shape) == len(shape) - 1 else "features"
    if over == "features" and len(m.normalized_shape) != 1:
        raise RefusedError("takes some axes together; a layer here takes the last one, or all")
    return (LayerNorm(over="features" if len(shape) == 2 else over, eps=m.eps),)


def _group_norm(m: Any, *_: object) -> tuple[AnyLayer, ...]:
    _only(m, affine=True)
    return (GroupNorm(groups=m.num_groups, eps=m.eps),)


def _normaliser(layer: Any) -> Callable[..., tuple[AnyLayer, ...]]:
    def make(m: Any, shape: Shape, *_: object) -> tuple[AnyLayer, ...]:
        # Without an axis, PyTorch takes the second, but the first where there are one or three.
        axis = (0 if len(shape) == 3 else 1) if m.dim is None else m.dim
        if axis % len(shape) != len(shape) - 1 or len(shape) > 3:
            raise RefusedError(
                f"works along axis {axis} of {len(shape)}; here it is the last axis of a vector or sequence"
            )
        return (layer(),)

    return make


def _softplus(m: Any, *_: object) -> tuple[AnyLayer, ...]:
    _only(m, threshold=20)
    return (Softplus(beta=float(m.beta)),)


def _gelu(m: Any, *_: object) -> tuple[AnyLayer, ...]:
    _only(m, approximate="none")
    return (GELU(),)


def _embedding(m: Any, *_: object) -> tuple[AnyLayer, ...]:
    _only(m, max_norm=None, scale_grad_by_freq=False)
    return (Embedding(words=m.num_embeddings, size=m.embedding_dim),)


def _recurrent(layer: Any, **names: str) -> Callable[..., tuple[AnyLayer, ...]]:
    def make(m: Any, *_: object) -> tuple[AnyLayer, ...]:
        if not m.batch_first:
            raise RefusedError("has batch_first=False; set batch_first=True: samples come first, then time")
        own = {ours: getattr(m, theirs) for ours, theirs in names.items()}
        return (
            layer(
                hidden=m.hidden_size,
                layers=m.num_layers,
                bidirectional=m.bidirectional,
                dropout=float(m.dropout),
                bias=m.bias,
                **own,
            ),
        )

    return make


def _upsample(m: Any, shape: Shape, output: Shape | None) -> tuple[AnyLayer, ...]:
    if m.align_corners:
        raise RefusedError("has align_corners=True, which no layer here has")
    if m.mode not in ("nearest", "bilinear" if len(shape) == 4 else "linear"):
        raise RefusedError(f"has mode={m.mode!r}; here values are repeated (nearest), or interpolated between two")
    scales = {b / a for a, b in zip(shape[2:], (output or shape)[2:], strict=True)}
    scale = scales.pop()
    if scales or scale != int(scale):
        raise RefusedError("does not make each axis larger by one whole number")
    return (Upsample(scale=int(scale), mode="nearest" if m.mode == "nearest" else "bilinear"),)


def _flatten(m: Any, shape: Shape, *_: object) -> tuple[AnyLayer, ...]:
    if m.start_dim % len(shape) == 0:
        raise RefusedError("puts the samples of a batch together")
    if m.start_dim % len(shape) >= m.end_dim % len(shape):
        return ()
    return (Flatten(start=m.start_dim, end=m.end_dim),)


def _plain(layer: Any, **names: str) -> Callable[..., tuple[AnyLayer, ...]]:
    """A layer whose settings are attributes of the module: ours=theirs."""

    def make(m: Any, *_: object) -> tuple[AnyLayer, ...]:
        return (layer(**{ours: getattr(m, theirs) for ours, theirs in names.items()}),)

    return make


def _linear(m: Any, *_: object) -> tuple[AnyLayer, ...]:
    return (Linear(units=m.out_features, bias=m.bias is not None),)


def _nothing(*_: object) -> tuple[AnyLayer, ...]:
    return ()


_KINDS: dict[type[nn.Module], Callable[..., tuple[AnyLayer, ...]]] = {
    nn.Conv1d: _convolution(Conv1d, _single),
    nn.Conv2d: _convolution(Conv2d, _pair),
    nn.ConvTranspose1d: _transposed(ConvTranspose1d, _single),
    nn.ConvTranspose2d: _transposed(ConvTranspose2d, _pair),
    nn.MaxPool1d: _max_pool(MaxPool1d, _single),
    nn.MaxPool2d: _max_pool(MaxPool2d, _pair),
    nn.AvgPool1d: _average_pool(AvgPool1d, _single),
    nn.AvgPool2d: _average_pool(AvgPool2d, _pair),
    nn.AdaptiveAvgPool1d: _adaptive(AdaptiveAvgPool1d, _single),
    nn.AdaptiveAvgPool2d: _adaptive(AdaptiveAvgPool2d, _pair),
    nn.AdaptiveMaxPool1d: _adaptive(AdaptiveMaxPool1d, _single),
    nn.AdaptiveMaxPool2d: _adaptive(AdaptiveMaxPool2d, _pair),
    nn.BatchNorm1d: _batch_norm(BatchNorm1d, 3),
    nn.BatchNorm2d: _batch_norm(BatchNorm2d, 4),
    nn.LayerNorm: _layer_norm,
    nn.GroupNorm: _group_norm,
    nn.LocalResponseNorm: _plain(LocalResponseNorm, size="size", alpha="alpha", beta="beta", k="k"),
    nn.ReLU: _plain(ReLU),
    nn.LeakyReLU: _plain(LeakyReLU, slope="negative_slope"),
    nn.ELU: _plain(ELU, alpha="alpha"),
    nn.Softplus: _softplus,
    nn.GELU: _gelu,
    nn.Sigmoid: _plain(Sigmoid),
    nn.Tanh: _plain(Tanh),
    nn.Softmax: _normaliser(Softmax),
    nn.LogSoftmax: _normaliser(LogSoftmax),
    nn.Dropout: _plain(Dropout, p="p"),
    nn.Dropout1d: _plain(Dropout1d, p="p"),
    nn.Dropout2d: _plain(Dropout2d, p="p"),
    nn.Flatten: _flatten,
    nn.Identity: _nothing,
    nn.Linear: _linear,
    nn.Embedding: _embedding,
    nn.RNN: _recurrent(RNN, nonlinearity="nonlinearity"),
    nn.LSTM: _recurrent(LSTM, projection="proj_size"),
    nn.GRU: _recurrent(GRU),
    nn.Upsample: _upsample,
    own.LastStep: _plain(LastStep),
    own.SwapAxes: _plain(SwapAxes),
    own.GlobalAvgPool: _plain(GlobalAvgPool),
    own.GlobalMaxPool: _plain(GlobalMaxPool),
}
