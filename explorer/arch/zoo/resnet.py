"""ResNet: skip connections (He, Zhang, Ren, Sun 2015, arXiv:1512.03385)."""

from __future__ import annotations

from explorer.arch.layers import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU
from explorer.arch.network import Network
from explorer.arch.tree import Node, Parallel, Sequence

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
"""Residual blocks in each of the four groups, by the number of layers with weights."""

NARROW = 34
"""Up to this depth a block has two 3×3 convolutions; deeper networks have 1×1, 3×3, 1×1 (a bottleneck)."""


def resnet(depth: int) -> Network:
    """ResNet with `depth` layers that have weights: 18, 34, 50, 101 or 152.

    Bottlenecks halve the size in their 3×3 convolution, as torchvision's do; the paper's do it in the first 1×1.
    Counts are the same.
    """
    nodes: list[Node] = [
        *_conv(64, 7, stride=2),
        ReLU(),
        MaxPool2d(kernel=(3, 3), stride=(2, 2), padding=(1, 1), name="maxpool"),
    ]
    for group, count in enumerate(BLOCKS[depth]):
        nodes.append(_group(depth, group, count))
    nodes += [AdaptiveAvgPool2d(size=(1, 1), name="avgpool"), Flatten(), Linear(units=1000, name="fc")]
    return Network((3, 224, 224), tuple(nodes), f"ResNet-{depth}", _ABOUT[depth])


def _group(depth: int, group: int, count: int) -> Sequence:
    """The blocks of one group. The first one may change the shape; the others are equal, and stand there once."""
    width = 64 * 2**group
    deep = depth > NARROW
    changes = deep or group > 0
    rest = Sequence(children=_block(width, deep), repeat=count - changes, name="blocks")
    if not changes:
        return Sequence(children=(rest,), name=f"layer{group + 1}")
    first = Sequence(children=_block(width, deep, stride=2 if group else 1, project=True), name="first")
    return Sequence(children=(first, rest), name=f"layer{group + 1}")


def _block(width: int, deep: bool, stride: int = 1, project: bool = False) -> tuple[Node, ...]:
    """One residual block: a body and a shortcut, added, then ReLU. `project`: the shortcut changes the shape too."""
    out = 4 * width if deep else width
    body: tuple[Node, ...]
    if deep:
        body = (*_conv(width, 1), ReLU(), *_conv(width, 3, stride), ReLU(), *_conv(out, 1))
    else:
        body = (*_conv(width, 3, stride), ReLU(), *_conv(width, 3))
    shortcut = _conv(out, 1, stride) if project else ()
    branches = (Sequence(children=body, name="body"), Sequence(children=shortcut, name="shortcut"))
    return Parallel(branches=branches, merge="add"), ReLU()


def _conv(filters: int, side: int, stride: int = 1) -> tuple[Node, ...]:
    half = side // 2
    conv = Conv2d(filters=filters, kernel=(side, side), stride=(stride, stride), padding=(half, half), bias=False)
    return conv, BatchNorm2d()


_ABOUT = {
    18: "He, Zhang, Ren, Sun 2015. The smallest ResNet: 17 convolutions with skip connections, and one linear layer.",
    34: "He, Zhang, Ren, Sun 2015. With skip connections 34 layers are better than 18; without them they are worse.",
    50: "He, Zhang, Ren, Sun 2015. Bottlenecks of 1×1, 3×3 and 1×1 convolutions make depth cheap.",
    101: "He, Zhang, Ren, Sun 2015. A hundred layers, with fewer parameters than VGG-16 has.",
    152: "He, Zhang, Ren, Sun 2015. It won ImageNet's contest. A block that has nothing to add passes its input on.",
}
