"""ONNX files run elsewhere and compute the same."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.arch.errors import ArchitectureError, ExplorerError, UsageError
from explorer.arch.layers import (
    GRU,
    LSTM,
    AdaptiveAvgPool2d,
    BatchNorm2d,
    ConcatRNN,
    Conv2d,
    Embedding,
    Flatten,
    GlobalAvgPool,
    LastStep,
    Linear,
    LocalResponseNorm,
    LogSoftmax,
    MaxPool2d,
    ReLU,
    ScaledTanh,
)
from explorer.arch.network import Network
from explorer.arch.shape import Shape, T, is_fixed
from explorer.arch.tree import Auxiliary, Parallel, Sequence
from explorer.arch.zoo import zoo
from explorer.learn.build import build
from explorer.learn.onnx import export_onnx, sample

SAME = Conv2d(filters=6, padding=(1, 1))
BLOCKS = Network(
    (3, 16, 16),
    (
        SAME,
        BatchNorm2d(),
        LocalResponseNorm(size=3),
        MaxPool2d(kernel=(3, 3), stride=(2, 2), ceil_mode=True),
        Sequence((Parallel((Sequence((SAME, ReLU())), Sequence()), merge="add"),), repeat=2),
        Auxiliary((Flatten(), Linear(4))),
        Parallel((Sequence((SAME,)), Sequence((Conv2d(filters=2, kernel=(1, 1)), ScaledTanh())))),
        AdaptiveAvgPool2d(size=(2, 2)),
        GlobalAvgPool(),
        Linear(10),
    ),
    name="Blocks",
)
NAMES = Network(
    (T, 57), (LSTM(hidden=16, layers=2, bidirectional=True), LastStep(), Linear(18), LogSoftmax()), name="LSTM"
)
LECTURE = Network((T, 57), (ConcatRNN(hidden=16), LastStep(), LogSoftmax()), name="Lecture")
TOKENS = Network((T,), (Embedding(words=30, size=5), GRU(hidden=6), LastStep(), Linear(2)), name="Tokens")


def _compare(network: Network, path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    module = build(network, 7)
    module.train()
    export_onnx(network, path, module=module)
    assert module.training
    module.eval()
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    steps = (7,) if is_fixed(network.input) else (7, 12, 1)
    for count, length in ((2, steps[0]), (1, steps[-1]), (5, steps[len(steps) // 2])):
        batch = sample(network, count, length)
        with torch.no_grad():
            wanted = module(batch).numpy()
        (found,) = session.run(["output"], {"input": batch.numpy()})
        np.testing.assert_allclose(found, wanted, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("network", [BLOCKS, NAMES, LECTURE, TOKENS], ids=lambda network: network.name)
def test_the_file_computes_the_same(network: Network, tmp_path: Path) -> None:
    _compare(network, tmp_path / "network.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["network.onnx"]


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("lenet5", (1, 32, 32)),
        ("cifar10", (3, 32, 32)),
        ("names-lstm", (T, 57)),
        ("resnet18", (3, 64, 64)),
        ("googlenet", (3, 224, 224)),
    ],
)
def test_the_zoo_computes_the_same(name: str, shape: Shape, tmp_path: Path) -> None:
    _compare(zoo(name).with_input(shape), tmp_path / "network.onnx")


def test_the_same_seed_is_the_same_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    small = Network((3,), (Linear(4), ReLU(), Linear(2)))
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        export_onnx(small, tmp_path / name, seed)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() != (tmp_path / "c").read_bytes()
    assert capfd.readouterr() == ("", "")


def test_missing_packages_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "onnxscript" else find(name))
    with pytest.raises(ExplorerError, match=r"pip install 'neural-net-explorer\[onnx\]'"):
        export_onnx(BLOCKS, tmp_path / "x.onnx")


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArchitectureError, match=r"^fc1: Linear needs"):
        export_onnx(Network((3, 4, 4), (Linear(2),)), tmp_path / "x.onnx")
    with pytest.raises(ArchitectureError, match="at most 2 GB"):
        export_onnx(Network((30_000,), (Linear(30_000),)), tmp_path / "x.onnx")
    with pytest.raises(UsageError, match="cannot be written"):
        export_onnx(Network((3,), (Linear(2),)), tmp_path / "missing" / "x.onnx")
    assert not list(tmp_path.iterdir())
