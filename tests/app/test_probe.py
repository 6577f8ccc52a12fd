"""What passes through a network with blocks, and where each value comes from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.app.predict.probe import Cell, Probe, why_cell
from explorer.arch.layers import AvgPool2d, BatchNorm2d, Conv2d, Flatten, GlobalAvgPool, Linear, MaxPool2d, ReLU
from explorer.arch.network import Network
from explorer.arch.tree import Auxiliary, Parallel, Sequence
from explorer.learn.build import build
from explorer.learn.model import Model

SAME = Conv2d(filters=8, padding="same", bias=False)
TREE = Network(
    (1, 28, 28),
    (
        Conv2d(filters=8, kernel=(5, 5), stride=(2, 2), padding=(2, 2)),
        Sequence(
            (Parallel((Sequence((SAME, BatchNorm2d(), ReLU(), SAME)), Sequence()), merge="add"), ReLU()),
            repeat=2,
            name="stage",
        ),
        Auxiliary((GlobalAvgPool(), Linear(10))),
        MaxPool2d(kernel=(3, 3), stride=(2, 2), ceil_mode=True),
        Parallel(
            (
                Sequence((Conv2d(filters=4, kernel=(1, 1)),)),
                Sequence((Conv2d(filters=6, padding=(1, 1), groups=2, padding_mode="reflect"),)),
                Sequence((AvgPool2d(kernel=(3, 3), stride=(1, 1), padding=(1, 1), count_include_pad=False),)),
            ),
            name="mix",
        ),
        Sequence((Flatten(), Linear(10)), name="head"),
    ),
    name="Tree",
)


def test_every_map_of_a_network_with_blocks_explains_itself() -> None:
    module = build(TREE, seed=1).eval()
    probe = Probe(Model(Path("nowhere"), None, TREE, module), 0.0)  # type: ignore[arg-type]
    pixels = np.random.default_rng(0).integers(0, 255, (28, 28), dtype=np.uint8)
    reading = probe.read(pixels)
    names = [maps.name for maps in reading.maps]
    assert "stage.2.residual.branch1.conv2" in names
    assert "mix.branch3.pool" in names
    assert not any(name.startswith("aux") for name in names)
    for maps in reading.maps:
        assert maps.values is not None
        last = Cell(maps.name, maps.shape[0] - 1, maps.shape[1] - 1, maps.shape[2] - 1)
        text = why_cell(probe.model, maps, last)[-1]
        shown = float(text.rpartition("=")[2].replace("−", "-").replace("\u2009", ""))
        assert shown == pytest.approx(float(maps.values[last.map, last.row, last.column]), abs=6e-3)
