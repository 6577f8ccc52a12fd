"""Networks that are too large or too deep, and faults in the later copies of a repeated block."""

from __future__ import annotations

import time

import pytest

from explorer.arch.analysis import Report, analyse
from explorer.arch.document import decode, encode
from explorer.arch.editing import grouped
from explorer.arch.layers import AnyLayer, Conv2d, Flatten, Linear, MaxPool2d, ReLU
from explorer.arch.limits import MOST_LAYERS, running
from explorer.arch.network import Network
from explorer.arch.shape import Shape
from explorer.arch.tree import DEEPEST, Auxiliary, Node, Parallel, Sequence
from explorer.arch.zoo import zoo, zoo_names

PAIR = Parallel((Sequence((Conv2d(4, (1, 1)),)), Sequence((ReLU(),))))


def repeated(node: Node, *times: int) -> Node:
    for repeat in times:
        node = Sequence((node,), repeat=repeat)
    return node


def analysed(network: Network) -> Report:
    """The report with its rows; quickly, however large the network."""
    began = time.perf_counter()
    report = analyse(network)
    assert len(report.rows) <= MOST_LAYERS + len(report.outline)
    assert report.outline[0].at == ()
    assert time.perf_counter() - began < 5
    return report


@pytest.mark.parametrize("name", zoo_names())
def test_what_runs_is_what_the_rows_count(name: str) -> None:
    assert sum(map(running, zoo(name).layers)) == len(analyse(zoo(name)).rows) - 1


@pytest.mark.parametrize(
    ("node", "fix"),
    [
        (repeated(ReLU(), 1000, 1000, 1000), "Set every repeat in it to 1"),
        (repeated(Sequence(), 1000, 1000, 1000), "Set every repeat in it to 1"),
        (repeated(PAIR, 1000, 1000, 1000), "Set every repeat in it to 1"),
        (repeated(ReLU(), 1000, 30), "Set repeat to 19"),
        (repeated(PAIR, 999, 10), "Set repeat to 6"),
        (Parallel((Sequence((repeated(ReLU(), 1000, 1000),)), Sequence())), "Set every repeat in it to 1"),
        (Auxiliary((repeated(ReLU(), 1000, 1000),)), "Set every repeat in it to 1"),
        (Sequence((ReLU(),) * MOST_LAYERS), "Remove this block"),
    ],
)
def test_a_thousand_million_copies_are_refused_at_once(node: Node, fix: str) -> None:
    network = decode(encode(Network((4, 8, 8), (ReLU(), node, Flatten(), Linear(3)))), "x")
    report = analysed(network)
    fault = report.fault
    assert fault is not None
    assert fault.at == (1,)
    assert fault.message.startswith("With this block the network has more than 20\u2009000 layers, all copies counted")
    assert fault.fixes[0].text == fix
    assert report.places[(1, 0)].output is None
    for repair in fault.fixes:
        mended = analysed(network.mend(fault.at, repair))
        assert mended.fault is None or mended.fault.message != fault.message


def test_a_long_list_is_counted_as_a_whole() -> None:
    most = Network((4,), (ReLU(),) * MOST_LAYERS)
    assert analysed(most).fault is None
    fault = analysed(most.insert((0,), Linear(4))).fault
    assert fault is not None
    assert fault.at == (MOST_LAYERS,)
    assert fault.message == "With this layer the network has more than 20\u2009000 layers. Remove this layer."
    blocks = Network((4,), (repeated(ReLU(), 1000),) * 25)
    assert analysed(blocks).fault is not None
    assert analysed(blocks).fault.at == (20,)  # type: ignore[union-attr]


def test_what_does_not_fit_before_is_said_first() -> None:
    fault = analysed(Network((4,), (Conv2d(), repeated(ReLU(), 1000, 1000)))).fault
    assert fault is not None
    assert fault.at == (0,)


def test_nothing_gets_deeper_than_a_file_can_be() -> None:
    network = Network((4,), (repeated(ReLU(), *[1] * DEEPEST),))
    assert decode(encode(network), "x") == network
    deepest = (0,) * (DEEPEST + 1)
    assert network.node(deepest) == ReLU()
    assert network.insert(deepest, Linear(4)) != network
    assert network.insert(deepest, PAIR) == network
    assert network.put(deepest, PAIR) == network
    assert grouped(network, (deepest,)) == network
    wider = network.insert((1,), PAIR)
    assert wider.move((1,), deepest) == wider
    assert grouped(wider, ((1,),)) != wider


@pytest.mark.parametrize(
    ("body", "shape", "fixes"),
    [
        ((Linear(4, in_features=8),), (8,), ["Take as many features as arrive", "Set repeat to 1"]),
        ((Conv2d(8, in_channels=3),), (3, 128, 128), ["Take as many channels as arrive", "Set repeat to 1"]),
        ((Conv2d(8, (5, 5)),), (3, 32, 32), ["Set repeat to 7"]),
        ((Conv2d(8),), (3, 30, 30), ["Pad by 1×1", "Set repeat to 14"]),
        ((MaxPool2d(),), (3, 8, 8), ["Reduce the kernel to 1×1", "Set repeat to 3"]),
        ((Flatten(), Linear(4, in_features=192)), (3, 8, 8), ["Take as many features as arrive", "Set repeat to 1"]),
    ],
)
def test_in_a_later_copy_only_what_helps_all_copies_is_offered(
    body: tuple[AnyLayer, ...], shape: Shape, fixes: list[str]
) -> None:
    network = Network(shape, (ReLU(), Sequence((ReLU(), Sequence(body, repeat=40, name="stage")))))
    fault = analyse(network).fault
    assert fault is not None
    assert [fix.text for fix in fault.fixes] == fixes
    assert fault.message.endswith(f"{fixes[0]}.") or "Make the kernel smaller" in fault.message
    for fix in fault.fixes:
        assert analyse(network.mend(fault.at, fix)).fault is None, fix.text
