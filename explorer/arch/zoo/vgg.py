"""VGG: 3×3 convolutions only, and deeper (Simonyan and Zisserman 2014, arXiv:1409.1556)."""

from __future__ import annotations

from explorer.arch.layers import Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from explorer.arch.network import Network
from explorer.arch.tree import Node

FILTERS = (64, 128, 256, 512, 512)
"""Filters in each of the five groups of convolutions."""

GROUPS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""Convolutions in each group, by the number of layers with weights (columns A, B, D and E of the paper)."""


def vgg(depth: int) -> Network:
    """VGG with `depth` layers that have weights: 11, 13, 16 or 19. The layers have their common names."""
    nodes: list[Node] = []
    for group, (filters, count) in enumerate(zip(FILTERS, GROUPS[depth], strict=True), 1):
        for index in range(1, count + 1):
            nodes += [
                Conv2d(filters=filters, padding=(1, 1), name=f"conv{group}_{index}"),
                ReLU(name=f"relu{group}_{index}"),
            ]
        nodes.append(MaxPool2d(name=f"pool{group}"))
    nodes.append(Flatten())
    for number in (6, 7):
        nodes += [Linear(units=4096, name=f"fc{number}"), ReLU(name=f"relu{number}"), Dropout(name=f"drop{number}")]
    nodes.append(Linear(units=1000, name="fc8"))
    return Network((3, 224, 224), tuple(nodes), f"VGG-{depth}", _ABOUT[depth])


_ABOUT = {
    11: "Simonyan, Zisserman 2014. The shallowest of the VGG family: 8 convolutions of 3×3 and 3 linear layers.",
    13: "Simonyan, Zisserman 2014. Two 3×3 convolutions see as much as one of 5×5, with fewer weights.",
    16: "Simonyan, Zisserman 2014. Small filters and depth took the second place in ImageNet's contest.",
    19: "Simonyan, Zisserman 2014. The deepest of the VGG family, and only a little better than 16 layers.",
}
