"""What does not fit a data set is said, and repaired."""

from __future__ import annotations

import pytest

from explorer.arch.analysis import analyse
from explorer.arch.errors import ArchitectureError
from explorer.arch.layers import LSTM, RNN, ConcatRNN, Conv2d, Flatten, LastStep, Linear, LogSoftmax, ReLU, Softmax
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.arch.zoo import zoo
from explorer.learn.catalog import source
from explorer.learn.fit import adapt, misfit, padding

STROKES = source("strokes")

MISFITS = {
    "another input": zoo("cifar10"),
    "too small an input": zoo("mlp").with_input((1, 20, 20)),
    "a vector": Network((784,), (Linear(10),)),
    "no layer": Network((1, 28, 28)),
    "a fault": zoo("lenet5").remove((6,)),
    "too few classes": Network((1, 28, 28), (Flatten(), Linear(7), Softmax())),
    "no class scores": Network((1, 28, 28), (Conv2d(4), ReLU())),
    "nothing to learn": Network((1, 28, 28), (Flatten(),)),
}


@pytest.mark.parametrize("network", MISFITS.values(), ids=MISFITS)
def test_every_misfit_is_said_and_repaired(network: Network) -> None:
    problem = misfit(network, STROKES)
    assert problem is not None
    assert problem.message.endswith(".")
    assert problem.text
    *_, (last, _) = adapt(network, STROKES)
    assert misfit(last, STROKES) is None
    assert analyse(last).output == (10,)


@pytest.mark.parametrize("name", ["lenet5", "mlp", "logistic"])
def test_what_fits_is_left_alone(name: str) -> None:
    assert misfit(zoo(name), STROKES) is None


def test_lenet_takes_two_zeros_on_each_side() -> None:
    assert padding(zoo("lenet5"), (1, 28, 28)) == (2, 2, 2, 2)


def test_a_network_too_large_to_train_names_the_layer() -> None:
    huge = Network((1, 28, 28), (Flatten(), Linear(10**8), Linear(10)))
    problem = misfit(huge, STROKES)
    assert problem is not None
    assert "fc1" in problem.message
    with pytest.raises(ArchitectureError, match="fc1"):
        list(adapt(huge, STROKES))


def test_a_network_of_tokens_is_not_for_pictures() -> None:
    for name in ("tagger", "char-lm"):
        problem = misfit(zoo(name), STROKES)
        assert problem is not None
        assert "looks up tokens in embedding; Strokes gives pictures of 1×28×28." in problem.message
        assert problem.repaired is None


def test_an_answer_at_each_step_becomes_one() -> None:
    for network in (
        Network((1, 28, 28), (Flatten(1, 2), RNN(16), Linear(10))),
        Network((1, 28, 28), (Flatten(1, 2), RNN(16), Linear(7), LogSoftmax())),
        Network((T, 28), (LSTM(16), Linear(10), LogSoftmax())),
        Network((1, 28, 28), (Flatten(1, 2), ConcatRNN(16, 10), LogSoftmax())),
    ):
        *_, (last, _) = adapt(network, STROKES)
        assert misfit(last, STROKES) is None
        assert isinstance(last.layers[-1], LastStep)


def test_what_is_too_large_says_how_much_memory_it_would_take() -> None:
    huge = Network((1, 28, 28), (Flatten(), Linear(10**9), ReLU(), Linear(10)), name="Huge")
    problem = misfit(huge, STROKES)
    assert problem is not None
    assert problem.message == "Training Huge would take about 14 TB; at most 8.0 GB are used. Make fc1 smaller."
    larger = misfit(huge.insert((2,), Linear(10**9)), STROKES)
    assert larger is not None
    assert "about 1.6·10¹⁹ B" in larger.message
    assert "Make fc2 smaller." in larger.message
