"""The exact numbers of the lectures."""

from __future__ import annotations

import pytest

from explorer.arch.analysis import analyse
from explorer.arch.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sigmoid
from explorer.arch.network import Network
from explorer.arch.zoo import zoo

TOTALS = {"lenet5": 61_706, "cifar10": 62_006, "mlp": 40_480, "logistic": 7_850}


@pytest.mark.parametrize(("name", "total"), TOTALS.items())
def test_the_known_networks_have_the_published_number_of_parameters(name: str, total: int) -> None:
    report = analyse(zoo(name))
    assert report.fault is None
    assert report.parameters == total


def test_the_rows_sum_to_the_printed_totals() -> None:
    report = analyse(zoo("lenet5"))
    assert sum(row.parameters or 0 for row in report.rows) == report.parameters
    assert sum(row.memory_bytes or 0 for row in report.rows) == report.memory_bytes
    assert sum(row.macs or 0 for row in report.rows) == report.macs == 416_520


def test_the_cifar10_net_layer_by_layer() -> None:
    rows = analyse(zoo("cifar10")).rows
    assert [row.parameters for row in rows if row.parameters] == [456, 2_416, 48_120, 10_164, 850]
    assert [row.output for row in rows if row.type == "Flatten"] == [(400,)]


def test_the_cats_and_dogs_net() -> None:
    """Keras' example, from its table: shapes, counts and total."""

    def block(filters: int) -> tuple[Conv2d, ReLU, MaxPool2d]:
        return Conv2d(filters, (3, 3)), ReLU(), MaxPool2d()

    layers = (*block(32), *block(64), *block(128), *block(128), Flatten(), Linear(512), ReLU(), Linear(1), Sigmoid())
    report = analyse(Network((3, 150, 150), layers))
    shapes = [row.output for row in report.rows if row.type in ("Conv2d", "MaxPool2d", "Flatten", "Linear")]
    assert shapes == [
        (32, 148, 148), (32, 74, 74), (64, 72, 72), (64, 36, 36), (128, 34, 34), (128, 17, 17), (128, 15, 15),
        (128, 7, 7), (6272,), (512,), (1,),
    ]  # fmt: skip
    assert [row.parameters for row in report.rows if row.parameters] == [896, 18_496, 73_856, 147_584, 3_211_776, 513]
    assert report.parameters == 3_453_121


def test_vgg16_sums_to_the_true_figures() -> None:
    """The lecture prints 24M activations; its rows sum to 15 237 608, and with the ReLU outputs to 28 793 320."""
    layers: list[object] = []
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            layers += [Conv2d(filters, (3, 3), padding=(1, 1)), ReLU()]
        layers.append(MaxPool2d())
    layers += [Flatten(), Linear(4096), ReLU(), Linear(4096), ReLU(), Linear(1000)]
    report = analyse(Network((3, 224, 224), tuple(layers)))  # type: ignore[arg-type]
    assert report.parameters == 138_357_544
    assert sum(row.weights or 0 for row in report.rows) == 138_344_128
    assert report.memory_bytes == 4 * 28_793_320
    assert sum(row.memory_bytes or 0 for row in report.rows if row.type != "ReLU") == 4 * 15_237_608


def test_the_reasons_end_in_the_numbers() -> None:
    layer = Conv2d(64, (3, 3))
    assert layer.why_parameters((32, 74, 74)) == ("((3·3·32) + 1)·64 = 18\u2009496",)
    assert "⌊(150+2·0−1·(3−1)−1)/1⌋ + 1 = 148" in Conv2d(32, (3, 3)).why_output((3, 150, 150))
    unused = MaxPool2d().why_output((128, 15, 15))
    assert unused[-1] == "the stride of 2 leaves the last 1 row or column unused"


def test_the_receptive_field_of_lenet() -> None:
    fields = {row.path: row.receptive_field for row in analyse(zoo("lenet5")).rows}
    assert (fields["conv1"], fields["pool1"], fields["conv2"], fields["pool2"]) == ((5, 5), (6, 6), (14, 14), (16, 16))
    assert fields["fc1"] == (32, 32)
