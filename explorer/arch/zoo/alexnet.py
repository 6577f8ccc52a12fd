"""AlexNet: the network that won ImageNet's contest of 2012."""

from __future__ import annotations

from explorer.arch.layers import AdaptiveAvgPool2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from explorer.arch.network import Network


def alexnet() -> Network:
    """AlexNet as torchvision has it: one tower, after Krizhevsky 2014 (arXiv:1404.5997), without the normalisation."""
    pool = MaxPool2d(kernel=(3, 3), stride=(2, 2))
    off = Dropout(p=0.5)
    return Network(
        input=(3, 224, 224),
        layers=(
            *(Conv2d(filters=64, kernel=(11, 11), stride=(4, 4), padding=(2, 2)), ReLU(), pool),
            *(Conv2d(filters=192, kernel=(5, 5), padding=(2, 2)), ReLU(), pool),
            *(Conv2d(filters=384, padding=(1, 1)), ReLU()),
            *(Conv2d(filters=256, padding=(1, 1)), ReLU()),
            *(Conv2d(filters=256, padding=(1, 1)), ReLU(), pool),
            *(AdaptiveAvgPool2d(size=(6, 6), name="avgpool"), Flatten(), off),
            *(Linear(units=4096, name="fc6"), ReLU(), off),
            *(Linear(units=4096, name="fc7"), ReLU(), Linear(units=1000, name="fc8")),
        ),
        name="AlexNet",
        about="Krizhevsky, Sutskever, Hinton 2012. A bigger network and more data, trained on two GPUs, "
        "won ImageNet's contest by far.",
    )
