"""What does not fit a data set is said, and repaired."""

from __future__ import annotations

import pytest

from explorer.arch.analysis import analyse
from explorer.arch.errors import ArchitectureError
from explorer.arch.layers import Conv2d, Flatten, Linear, ReLU, Softmax
from explorer.arch.network import Network
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
