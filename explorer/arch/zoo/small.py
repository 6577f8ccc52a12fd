"""First networks: regression, perceptrons and small convolutional networks."""

from __future__ import annotations

from explorer.arch.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)
from explorer.arch.network import Network
from explorer.arch.tree import Node

PIXELS = (1, 28, 28)
"""A digit of MNIST."""


def linear_regression() -> Network:
    """The price of a house from its area: ŷ = w·x + b."""
    return Network(
        input=(1,),
        layers=(Linear(units=1),),
        name="Linear regression",
        about="A straight line through points, such as the price of a house by its area. Legendre 1805 fitted such "
        "lines by least squares.",
    )


def logistic() -> Network:
    """Softmax regression on the pixels of a digit."""
    return Network(
        input=PIXELS,
        layers=(Flatten(), Linear(units=10)),
        name="Logistic regression",
        about="One weighted sum of all pixels for each digit: the simplest classifier, and a baseline.",
    )


def mlp() -> Network:
    """Two hidden layers: 784-50-20-10."""
    return Network(
        input=PIXELS,
        layers=(Flatten(), Linear(units=50), ReLU(), Linear(units=20), ReLU(), Linear(units=10)),
        name="MLP 784-50-20-10",
        about="A plain multilayer perceptron: two hidden layers of 50 and 20 units. "
        "It knows nothing of neighbouring pixels.",
    )


def mlp_dropout() -> Network:
    """The same with 40 % of the hidden units switched off in each training step."""
    off = Dropout(p=0.4)
    return Network(
        input=PIXELS,
        layers=(Flatten(), Linear(units=50), ReLU(), off, Linear(units=20), ReLU(), off, Linear(units=10)),
        name="MLP with dropout",
        about="The perceptron 784-50-20-10 with 40 % of its hidden units switched off in each training step. "
        "Hinton and others 2012 showed that this keeps a network from learning its examples by heart.",
    )


def lenet5() -> Network:
    """LeNet-5 with 32×32 inputs; its third convolution (120 filters 5×5) is the same as a linear layer."""
    return Network(
        input=(1, 32, 32),
        layers=(
            *(Conv2d(filters=6, kernel=(5, 5)), Tanh(), AvgPool2d()),
            *(Conv2d(filters=16, kernel=(5, 5)), Tanh(), AvgPool2d()),
            *(Flatten(), Linear(units=120), Tanh(), Linear(units=84), Tanh(), Linear(units=10)),
        ),
        name="LeNet-5",
        about="LeCun, Bottou, Bengio, Haffner 1998. It read the digits on bank cheques.",
    )


def digits_cnn() -> Network:
    """The network of the shipped digit reader."""

    def pair(filters: int, padding: int) -> tuple[Node, ...]:
        one = (Conv2d(filters=filters, padding=(padding, padding)), BatchNorm2d(), ReLU())
        return (*one, *one, MaxPool2d())

    return Network(
        input=PIXELS,
        layers=(*pair(16, 0), *pair(32, 1), *pair(64, 1), Flatten(), Dropout(p=0.25), Linear(units=10)),
        name="Digits CNN",
        about="A relative of LeNet-5 with today’s parts: pairs of 3×3 convolutions, batch normalisation, ReLU and max "
        "pooling; made to read the digits that people draw here.",
    )


def cifar10() -> Network:
    """The network of PyTorch's tutorial “Training a classifier”."""
    return Network(
        input=(3, 32, 32),
        layers=(
            *(Conv2d(filters=6, kernel=(5, 5)), ReLU(), MaxPool2d()),
            *(Conv2d(filters=16, kernel=(5, 5)), ReLU(), MaxPool2d()),
            *(Flatten(), Linear(units=120), ReLU(), Linear(units=84), ReLU(), Linear(units=10)),
        ),
        name="CIFAR-10 net",
        about="The network of PyTorch's first tutorial. Deeper layers have more filters: "
        "there are more patterns to combine.",
    )


def cats_and_dogs() -> Network:
    """Keras' example on photographs; one sigmoid for two classes."""

    def step(filters: int) -> tuple[Node, ...]:
        return Conv2d(filters=filters), ReLU(), MaxPool2d()

    return Network(
        input=(3, 150, 150),
        layers=(
            *(*step(32), *step(64), *step(128), *step(128)),
            *(Flatten(), Linear(units=512), ReLU(), Linear(units=1), Sigmoid()),
        ),
        name="Cats and dogs",
        about="Chollet 2017, an example for Keras. It tells cats from dogs after training on only 2\u2009000 pictures.",
    )
