"""The exact numbers of the lectures."""

from __future__ import annotations

from math import prod

import pytest

from explorer.arch.analysis import Report, analyse
from explorer.arch.layers import Conv2d, MaxPool2d
from explorer.arch.shape import T
from explorer.arch.zoo import zoo, zoo_names

TOTALS = {
    "linear-regression": 2,
    "logistic": 7_850,
    "mlp": 40_480,
    "mlp-dropout": 40_480,
    "lenet5": 61_706,
    "digits-cnn": 78_010,
    "cifar10": 62_006,
    "cats-and-dogs": 3_453_121,
    "alexnet": 61_100_840,
    "vgg11": 132_863_336,
    "vgg13": 133_047_848,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "googlenet": 6_998_552,
    "googlenet-auxiliaries": 13_378_280,
    "googlenet-torchvision": 13_004_888,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "rnn-rows": 21_514,
    "names-rnn": 27_156,
    "names-vanilla": 26_258,
    "names-lstm": 98_066,
    "names-two-way": 172_338,
    "names-gru": 74_130,
    "tagger": 667_025,
    "sequence-lstm": 31_902,
    "char-lm": 95_180,
}


def counts(report: Report) -> list[int]:
    """The parameters of every layer that has some."""
    return [row.parameters for row in report.rows if row.parameters]


@pytest.mark.parametrize("name", zoo_names())
def test_the_known_networks_have_the_published_number_of_parameters(name: str) -> None:
    assert analyse(zoo(name)).parameters == TOTALS[name]


@pytest.mark.parametrize("name", zoo_names())
def test_the_rows_sum_to_the_printed_totals(name: str) -> None:
    report = analyse(zoo(name))
    assert sum(row.parameters or 0 for row in report.rows) == report.parameters
    assert sum(row.memory_bytes or 0 for row in report.rows) == report.memory_bytes
    assert sum(row.macs or 0 for row in report.rows) == report.macs


def test_lenet_layer_by_layer() -> None:
    report = analyse(zoo("lenet5"))
    assert counts(report) == [156, 2_416, 48_120, 10_164, 850]
    assert report.macs == 416_520


def test_the_cifar10_net_layer_by_layer() -> None:
    report = analyse(zoo("cifar10"))
    assert counts(report) == [456, 2_416, 48_120, 10_164, 850]
    assert [row.output for row in report.rows if row.type == "Flatten"] == [(400,)]


def test_the_cats_and_dogs_net_layer_by_layer() -> None:
    """Keras' example, from its table: shapes and counts."""
    report = analyse(zoo("cats-and-dogs"))
    shapes = [row.output for row in report.rows if row.type in ("Conv2d", "MaxPool2d", "Flatten", "Linear")]
    assert shapes == [
        (32, 148, 148), (32, 74, 74), (64, 72, 72), (64, 36, 36), (128, 34, 34), (128, 17, 17), (128, 15, 15),
        (128, 7, 7), (6272,), (512,), (1,),
    ]  # fmt: skip
    assert counts(report) == [896, 18_496, 73_856, 147_584, 3_211_776, 513]


def test_vgg16_layer_by_layer() -> None:
    """Shapes, activations and weights without biases, as in the lecture's table."""
    rows = [row for row in analyse(zoo("vgg16")).rows if row.type in ("Input", "Conv2d", "MaxPool2d", "Linear")]
    assert [(row.output, row.weights) for row in rows] == [
        ((3, 224, 224), 0),
        *(((64, 224, 224), weights) for weights in (1_728, 36_864)),
        ((64, 112, 112), 0),
        *(((128, 112, 112), weights) for weights in (73_728, 147_456)),
        ((128, 56, 56), 0),
        *(((256, 56, 56), weights) for weights in (294_912, 589_824, 589_824)),
        ((256, 28, 28), 0),
        *(((512, 28, 28), weights) for weights in (1_179_648, 2_359_296, 2_359_296)),
        ((512, 14, 14), 0),
        *[((512, 14, 14), 2_359_296)] * 3,
        ((512, 7, 7), 0),
        *(((4096,), 102_760_448), ((4096,), 16_777_216), ((1000,), 4_096_000)),
    ]
    assert sum(prod(row.output or ()) for row in rows) == 15_237_608


def test_vgg16_sums_to_the_true_figures() -> None:
    """The lecture prints 24M activations; its rows sum to 15 237 608, and with the ReLU outputs to 28 793 320."""
    report = analyse(zoo("vgg16"))
    assert sum(row.weights or 0 for row in report.rows) == 138_344_128
    assert report.memory_bytes == 4 * 28_793_320
    assert sum(row.memory_bytes or 0 for row in report.rows if row.type != "ReLU") == 4 * 15_237_608


def test_googlenet_block_by_block() -> None:
    report = analyse(zoo("googlenet"))
    blocks = {row.path: row for row in report.outline if len(row.at) == 1}
    assert {path: row.parameters for path, row in blocks.items() if row.parameters} == {
        "conv1": 9_472,
        "conv2_reduce": 64 * 64 + 64,
        "conv2": 114_944 - 64 * 64 - 64,
        "inception3a": 163_696,
        "inception3b": 388_736,
        "inception4a": 376_176,
        "inception4b": 449_160,
        "inception4c": 510_104,
        "inception4d": 605_376,
        "inception4e": 868_352,
        "inception5a": 1_043_456,
        "inception5b": 1_444_080,
        "fc": 1_025_000,
    }
    shapes = {path: row.output for path, row in blocks.items() if row.type in ("Parallel", "MaxPool2d")}
    assert shapes == {
        "pool1": (64, 56, 56), "pool2": (192, 28, 28), "pool3": (480, 14, 14), "pool4": (832, 7, 7),
        "inception3a": (256, 28, 28), "inception3b": (480, 28, 28),
        "inception4a": (512, 14, 14), "inception4b": (512, 14, 14), "inception4c": (512, 14, 14),
        "inception4d": (528, 14, 14), "inception4e": (832, 14, 14),
        "inception5a": (832, 7, 7), "inception5b": (1024, 7, 7),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "main"),
    [("googlenet", 6_998_552), ("googlenet-auxiliaries", 6_998_552), ("googlenet-torchvision", 6_624_904)],
)
def test_the_main_path_leaves_the_side_classifiers_out(name: str, main: int) -> None:
    assert analyse(zoo(name)).main_path == main


def test_the_side_classifiers_see_what_the_paper_says() -> None:
    rows = {row.path: row for row in analyse(zoo("googlenet-auxiliaries")).rows}
    assert rows["aux1.avgpool"].output == (512, 4, 4)
    assert rows["aux2.avgpool"].output == (528, 4, 4)
    assert [rows[f"aux{n}.fc1"].input for n in (1, 2)] == [(2048,), (2048,)]
    order = [row.path for row in analyse(zoo("googlenet-auxiliaries")).outline if len(row.at) == 1]
    assert order[order.index("aux1") - 1] == "inception4a"
    assert order[order.index("aux2") - 1] == "inception4d"


def test_the_recurrent_networks_layer_by_layer() -> None:
    names = analyse(zoo("names-rnn"))
    assert names.network.input == (T, 57)
    assert [row.output for row in names.rows] == [(T, 57), (T, 18), (T, 18), (18,)]
    assert counts(names) == [23_808 + 3_348]
    assert counts(analyse(zoo("sequence-lstm"))) == [31_800, 102]
    rows = analyse(zoo("rnn-rows"))
    assert [row.output for row in rows.rows] == [(1, 28, 28), (28, 28), (28, 128), (128,), (10,)]
    letters = analyse(zoo("char-lm"))
    assert [row.output for row in letters.rows] == [(T,), (T, 32), (T, 128), (T, 76), (T, 76)]
    assert analyse(zoo("tagger")).output == (T, 17)


@pytest.mark.parametrize("name", ["names-rnn", "names-vanilla", "names-lstm", "names-gru"])
def test_there_are_likelihoods_behind_every_letter(name: str) -> None:
    before, last = analyse(zoo(name)).rows[-2:]
    assert (before.type, before.output) == ("LogSoftmax", (T, 18))
    assert (last.type, last.output) == ("LastStep", (18,))


def test_the_reasons_end_in_the_numbers() -> None:
    layer = Conv2d(filters=64, kernel=(3, 3))
    assert layer.why_parameters((32, 74, 74)) == ("((3·3·32) + 1)·64 = 18\u2009496",)
    assert "⌊(150+2·0−1·(3−1)−1)/1⌋ + 1 = 148" in Conv2d(filters=32, kernel=(3, 3)).why_output((3, 150, 150))
    unused = MaxPool2d().why_output((128, 15, 15))
    assert unused[-1] == "the stride of 2 leaves the last 1 row or column unused"


def test_the_receptive_field_of_lenet() -> None:
    fields = {row.path: row.receptive_field for row in analyse(zoo("lenet5")).rows}
    assert (fields["conv1"], fields["pool1"], fields["conv2"], fields["pool2"]) == ((5, 5), (6, 6), (14, 14), (16, 16))
    assert fields["fc1"] == (32, 32)
