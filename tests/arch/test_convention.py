"""Shapes and names as PyTorch and as Keras write them."""

from __future__ import annotations

import pytest

from explorer.arch.analysis import analyse
from explorer.arch.convention import snake, written_names, written_outputs, written_shape, written_type
from explorer.arch.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sigmoid
from explorer.arch.network import Network
from explorer.arch.shape import Shape, T
from explorer.arch.tree import Parallel, Sequence


@pytest.mark.parametrize(
    ("shape", "pytorch", "keras"),
    [
        ((64, 56, 56), "64×56×56", "56 × 56 × 64"),
        ((10,), "10", "10"),
        ((T, 57), "T×57", "None × 57"),
        ((57, T), "57×T", "None × 57"),
        ((T,), "T", "None"),
        ((4096,), "4\u2009096", "4\u2009096"),
    ],
)
def test_shapes(shape: Shape, pytorch: str, keras: str) -> None:
    assert written_shape(shape, "pytorch") == pytorch
    assert written_shape(shape, "keras") == keras
    assert written_shape(shape, "pytorch", batch=True) == f"N×{pytorch}"
    assert written_shape(shape, "keras", batch=True) == f"None × {keras}"


def test_two_axes_are_turned_only_in_a_signal() -> None:
    assert written_shape((16, 100), "keras") == "16 × 100"
    assert written_shape((16, 100), "keras", signal=True) == "100 × 16"
    assert written_shape((16, 100), "pytorch", signal=True) == "16×100"
    assert written_shape((16, 100), "pytorch", batch=True, spaced=True) == "N × 16 × 100"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Conv2D", "conv2d"), ("MaxPooling2D", "max_pooling2d"), ("Dense", "dense"), ("ReLU", "re_lu"),
        ("BatchNormalization", "batch_normalization"), ("LSTM", "lstm"), ("SimpleRNN", "simple_rnn"),
        ("Conv2DTranspose", "conv2d_transpose"), ("GlobalAveragePooling2D", "global_average_pooling2d"),
        ("InputLayer", "input_layer"), ("UpSampling2D", "up_sampling2d"), ("LeakyReLU", "leaky_re_lu"),
    ],
)  # fmt: skip
def test_keras_makes_names_of_classes(word: str, name: str) -> None:
    assert snake(word) == name


def test_keras_numbers_each_class() -> None:
    layers = (
        Conv2d(filters=8), BatchNorm2d(), ReLU(), MaxPool2d(), Conv2d(filters=8), MaxPool2d(),
        Flatten(), Dropout(), Linear(units=5), ReLU(), Linear(units=1), Sigmoid(),
    )  # fmt: skip
    report = analyse(Network((3, 32, 32), layers))
    assert list(written_names(report, "keras").values()) == [
        "input_layer", "conv2d", "batch_normalization", "re_lu", "max_pooling2d", "conv2d_1", "max_pooling2d_1",
        "flatten", "dropout", "dense", "re_lu_1", "dense_1", "activation",
    ]  # fmt: skip
    assert list(written_names(report, "pytorch").values())[:4] == ["input", "conv1", "norm", "relu1"]


def test_names_that_were_given_stay_and_copies_count() -> None:
    block = Sequence((Conv2d(filters=4, padding=(1, 1)),), repeat=3, name="stage")
    both = Parallel((Sequence((Conv2d(filters=4, padding=(1, 1)),)), Sequence(())), merge="add")
    layers = (Conv2d(filters=4, name="stem"), block, both, Parallel((Sequence(()), Sequence(()))))
    names = written_names(analyse(Network((3, 8, 8), layers)), "keras")
    assert names[(0,)] == "stem"
    assert names[(1,)] == "stage"
    assert names[(1, 0)] == "conv2d"
    assert names[(2,)] == "add"
    assert names[(2, 0, 0)] == "conv2d_3"
    assert names[(3,)] == "concatenate"


def test_classes() -> None:
    assert written_type(None, "keras") == "InputLayer"
    assert written_type(None, "pytorch") == "Input"
    assert written_type(Linear(units=3), "keras") == "Dense"
    assert written_type(Linear(units=3), "pytorch") == "Linear"
    assert written_type(Parallel(()), "keras") == "Concatenate"
    assert written_type(Flatten(), "keras") == "Flatten"


def test_outputs_of_a_network_and_behind_a_fault() -> None:
    report = analyse(Network((3, 8, 8), (Conv2d(filters=4, kernel=(3, 3)), Linear(units=2))))
    assert list(written_outputs(report, "keras", batch=True).values()) == [
        "None × 8 × 8 × 3", "None × 6 × 6 × 4", "",
    ]  # fmt: skip
    assert list(written_outputs(report, "pytorch").values()) == ["3 × 8 × 8", "4 × 6 × 6", ""]
