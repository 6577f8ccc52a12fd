"""Two networks beside each other."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.arch.analysis import Report, analyse
from explorer.arch.compare import LEFT, RIGHT, Pair, compare, differences
from explorer.arch.layers import AvgPool2d, BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Tanh
from explorer.arch.network import Network
from explorer.arch.tree import Node, Parallel, Sequence


def conv(filters: int, kernel: int = 3, stride: int = 1, name: str = "") -> Conv2d:
    pad = kernel // 2
    return Conv2d(
        filters=filters, kernel=(kernel, kernel), stride=(stride, stride), padding=(pad, pad), bias=False, name=name
    )


def report(*layers: Node, shape: tuple[int, ...] = (3, 16, 16)) -> Report:
    return analyse(Network(shape, layers))


def bottleneck(maps: int, stride: int, project: bool) -> Parallel:
    body = (conv(maps, 1), BatchNorm2d(), ReLU(), conv(maps, 3, stride), BatchNorm2d(), ReLU(), conv(4 * maps, 1))
    side: tuple[Node, ...] = (conv(4 * maps, 1, stride), BatchNorm2d()) if project else ()
    return Parallel((Sequence((*body, BatchNorm2d())), Sequence(side)), merge="add")


def resnet(counts: tuple[int, int, int, int], repeated: bool = True) -> Report:
    layers: list[Node] = [conv(64, 7, 2), BatchNorm2d(), ReLU(), MaxPool2d(kernel=(2, 2))]
    for stage, (count, maps) in enumerate(zip(counts, (64, 128, 256, 512), strict=True)):
        first = (bottleneck(maps, 2 if stage else 1, True), ReLU())
        if repeated:
            rest: tuple[Node, ...] = (Sequence((bottleneck(maps, 1, False), ReLU()), repeat=count - 1),)
        else:
            rest = tuple(one for _ in range(count - 1) for one in (bottleneck(maps, 1, False), ReLU()))
        layers.append(Sequence((*first, *rest), name=f"layer{stage + 1}"))
    return report(*layers, AvgPool2d(kernel=(7, 7)), Flatten(), Linear(units=1000), shape=(3, 224, 224))


def types(pairs: tuple[Pair, ...]) -> list[tuple[str, str]]:
    return [(p.left.type if p.left else "", p.right.type if p.right else "") for p in pairs]


def test_a_network_is_the_same_as_itself_whatever_its_names() -> None:
    pairs = compare(report(conv(4), ReLU(), Flatten()), report(conv(4, name="stem"), ReLU(name="act"), Flatten()))
    assert [pair.same for pair in pairs] == [True] * 4
    assert all(pair.differs == () for pair in pairs)


def test_what_differs_is_said_with_its_numbers() -> None:
    pairs = compare(report(conv(4), ReLU()), report(conv(8, kernel=5), ReLU()))
    assert types(pairs) == [("Input", "Input"), ("Conv2d", "Conv2d"), ("ReLU", "ReLU")]
    assert pairs[0].same
    assert pairs[1].differs == (
        "filters 4 → 8",
        "kernel 3 × 3 → 5 × 5",
        "padding 1 × 1 → 2 × 2",
        "output 4×16×16 → 8×16×16",
        "parameters 108 → 600",
        "memory 4.1 KB → 8.2 KB",
        "multiply-adds 27\u2009648 → 153\u2009600",
    )
    # The same layer, but another input.
    assert pairs[2].differs == ("output 4×16×16 → 8×16×16", "memory 4.1 KB → 8.2 KB")


def test_what_is_left_out_stands_alone() -> None:
    pairs = compare(report(conv(4), ReLU(), Dropout(), conv(4)), report(conv(4), ReLU(), conv(4)))
    assert types(pairs)[3] == ("Dropout", "")
    assert pairs[3].differs == (LEFT,)
    assert [pair.same for pair in pairs] == [True, True, True, False, True]
    pairs = compare(report(ReLU()), report(ReLU(), Flatten()))
    assert types(pairs)[-1] == ("", "Flatten")
    assert pairs[-1].differs == (RIGHT,)


def test_kin_stand_beside_each_other_and_strangers_do_not() -> None:
    pairs = compare(report(Tanh(), AvgPool2d(), Flatten()), report(ReLU(), MaxPool2d(), BatchNorm2d()))
    assert types(pairs)[1:3] == [("Tanh", "ReLU"), ("AvgPool2d", "MaxPool2d")]
    assert pairs[1].differs == ("Tanh → ReLU",)
    assert sorted(types(pairs)[3:]) == [("", "BatchNorm2d"), ("Flatten", "")]


def test_a_deeper_network_has_more_of_the_same() -> None:
    def vgg(counts: tuple[int, ...]) -> Report:
        nodes: list[Node] = []
        for filters, count in zip((64, 128), counts, strict=True):
            nodes += [node for _ in range(count) for node in (conv(filters), ReLU())] + [MaxPool2d()]
        return report(*nodes)

    pairs = compare(vgg((1, 1)), vgg((2, 2)))
    assert sum(pair.same for pair in pairs) == 7
    assert [pair.right.type for pair in pairs if pair.left is None and pair.right] == ["Conv2d", "ReLU"] * 2


def test_blocks_stand_beside_blocks_and_are_compared_inside() -> None:
    left = report(Sequence((conv(4), Sequence((conv(4), ReLU()), repeat=2)), name="a"))
    right = report(Sequence((conv(4), Sequence((conv(4), Tanh()), repeat=5)), name="b"))
    pairs = compare(left, right)
    assert [pair.left.at for pair in pairs if pair.left] == [row.at for row in left.outline]
    assert pairs[1].left is left.places[(0,)]
    assert "repeat 2 → 5" in pairs[3].differs
    assert pairs[4].same
    assert pairs[5].differs == ("ReLU → Tanh",)


def test_blocks_stay_around_what_differs_in_them() -> None:
    def net(p: float) -> Network:
        return Network((4,), (Sequence((Linear(units=4), Dropout(p=p)), name="block"), ReLU()))

    pairs = compare(analyse(net(0.1)), analyse(net(0.2)))
    assert [pair.same for pair in pairs] == [True, True, True, False, True]
    assert [pair.left.path for pair in differences(pairs) if pair.left] == ["block", "block.dropout"]


def test_resnets_differ_in_their_repeats() -> None:
    pairs = compare(resnet((3, 4, 6, 3)), resnet((3, 8, 36, 3)))
    repeats = [pair.differs[0] for pair in pairs if pair.differs and pair.differs[0].startswith("repeat")]
    assert repeats == ["repeat 3 → 7", "repeat 5 → 35"]
    assert all(pair.left and pair.right for pair in pairs)


def test_behind_a_fault_it_is_unknown() -> None:
    pairs = compare(report(conv(4), Flatten(), Linear(units=2)), report(conv(4), Linear(units=2)))
    assert "output 2 → unknown" in pairs[-1].differs
    assert RIGHT not in pairs[-1].differs


@pytest.mark.parametrize("repeated", [True, False])
def test_large_networks_are_compared_at_once(repeated: bool) -> None:
    left, right = resnet((3, 8, 36, 3), repeated), resnet((3, 8, 36, 3))
    assert left.places
    assert right.places
    took = min(_seconds(left, right) for _ in range(3))
    assert took < 0.05


def _seconds(left: Report, right: Report) -> float:
    start = time.perf_counter()
    compare(left, right)
    return time.perf_counter() - start


LAYER = st.sampled_from([ReLU(), Tanh(), conv(4), conv(8), MaxPool2d(), Dropout()])
NODE = st.recursive(LAYER, lambda inner: st.builds(Sequence, st.lists(inner, max_size=3).map(tuple)), max_leaves=6)


@given(st.lists(NODE, max_size=6), st.lists(NODE, max_size=6))
def test_every_line_occurs_once_and_in_its_order(left: list[Node], right: list[Node]) -> None:
    a, b = report(*left), report(*right)
    pairs = compare(a, b)
    assert [pair.left for pair in pairs if pair.left] == list(a.outline)
    assert [pair.right for pair in pairs if pair.right] == list(b.outline)
    assert all(pair.same == (pair.differs == ()) for pair in pairs)
