"""The known networks, their cards and groups."""

from __future__ import annotations

import msgspec
import pytest

from explorer.arch.analysis import analyse
from explorer.arch.document import decode, encode, read_network
from explorer.arch.errors import UsageError
from explorer.arch.layers import Linear
from explorer.arch.network import Network
from explorer.arch.resources import resource
from explorer.arch.tree import Auxiliary, Node, Parallel, Sequence
from explorer.arch.zoo import zoo, zoo_groups, zoo_names
from explorer.arch.zoo.cards import card, compare_table
from explorer.arch.zoo.contest import ENTRIES, HUMAN, Entry
from explorer.arch.zoo.tables import Column, Table, TableRow, compare


@pytest.mark.parametrize("name", zoo_names())
def test_every_network_is_whole_and_survives_its_file(name: str) -> None:
    network = zoo(name)
    assert analyse(network).fault is None
    assert decode(encode(network), name) == network
    assert 1 <= network.about.count(".") <= 4
    assert network.name != "Untitled"


def test_a_network_is_built_once() -> None:
    assert zoo("resnet152") is zoo("resnet152")


def test_the_shipped_digit_reader_is_the_digits_cnn() -> None:
    shipped = read_network(resource("models", "digits-cnn", "network.json"))
    assert shipped.layers == zoo("digits-cnn").layers
    assert (shipped.input, shipped.name) == (zoo("digits-cnn").input, zoo("digits-cnn").name)


def test_equal_parts_are_one_object() -> None:
    """Copies that are one object are analysed once."""
    layers = {id(row.node) for row in analyse(zoo("resnet152")).rows}
    assert len(layers) < 200


def test_names_are_sorted_and_each_stands_in_one_group() -> None:
    grouped = [name for _, names in zoo_groups() for name in names]
    assert list(zoo_names()) == sorted(grouped)
    assert len(set(grouped)) == len(grouped)
    assert [heading for heading, _ in zoo_groups()] == [
        "First networks", "Image classification (ImageNet)", "Recurrent networks",
    ]  # fmt: skip
    assert grouped[0] == "linear-regression"
    assert grouped.index("vgg16") < grouped.index("googlenet") < grouped.index("resnet18")


def test_an_unknown_name_has_a_near_one() -> None:
    for find in (zoo, card):
        with pytest.raises(UsageError, match=r"There is no network “resnet-18”\. Did you mean “resnet18”"):
            find("resnet-18")


def test_the_titles_are_different() -> None:
    assert len({zoo(name).name for name in zoo_names()}) == len(zoo_names())


@pytest.mark.parametrize("name", zoo_names())
def test_every_network_has_a_card(name: str) -> None:
    about = card(name)
    assert about.name == name
    assert about.title == zoo(name).name
    assert about.family
    assert about.showed.endswith(".")
    assert all(text.endswith(".") for text in (*about.notes, *about.slips))
    assert (about.year is None) == (name == "digits-cnn")


def test_blocks_have_the_papers_names() -> None:
    assert [node.name for node in zoo("resnet50").layers if node.type == "Sequence"] == [
        "layer1", "layer2", "layer3", "layer4",
    ]  # fmt: skip
    paths = {row.path for row in analyse(zoo("resnet50")).rows}
    assert "layer1.first.residual.shortcut.conv1" in paths
    assert "layer3.blocks.5.residual.body.conv3" in paths
    assert "layer3.blocks.6.residual.body.conv3" not in paths
    names = [row.path for row in analyse(zoo("vgg16")).rows if row.type in ("Conv2d", "Linear")]
    assert names[0] == "conv1_1"
    assert names[-5:] == ["conv5_2", "conv5_3", "fc6", "fc7", "fc8"]


def differing(name: str) -> set[tuple[str, str]]:
    return {(row.label, row.column) for row in compare_table(card(name), analyse(zoo(name))) if row.differs}


@pytest.mark.parametrize("name", ["cifar10", "cats-and-dogs"])
def test_right_tables_agree_everywhere(name: str) -> None:
    assert compare_table(card(name), analyse(zoo(name)))
    assert differing(name) == set()


def test_the_vgg_table_differs_in_its_total_alone() -> None:
    assert differing("vgg16") == {("total", "Activations")}
    rows = {(row.label, row.column): row for row in compare_table(card("vgg16"), analyse(zoo("vgg16")))}
    total = rows["total", "Activations"]
    assert (total.printed, total.true) == ("24M", "15\u2009237\u2009608")
    assert rows["total", "Weights, no biases"].true == "138\u2009344\u2009128"
    assert len(rows) < len(compare_table(card("vgg16"), analyse(zoo("vgg16")))) == 2 * (1 + 13 + 5 + 3 + 1)


@pytest.mark.parametrize("name", ["googlenet", "googlenet-auxiliaries"])
def test_where_the_googlenet_table_differs(name: str) -> None:
    weights, ops = "Params (K = 1024, no biases)", "Ops"
    assert differing(name) == {
        ("convolution 7×7/2", weights),
        ("convolution 7×7/2", ops),
        *((f"inception ({block})", weights) for block in ("4a", "4c", "4d", "4e", "5a", "5b")),
        ("inception (5a)", ops),
    }


def test_an_edited_network_says_what_is_missing() -> None:
    edited = zoo("cifar10").remove((0,))
    rows = compare_table(card("cifar10"), analyse(edited))
    assert rows[1][:4] == ("convolution 5×5, 16 filters", "2\u2009416", "–", True)
    broken = msgspec.structs.replace(zoo("cifar10"), input=(400,))
    assert {row.true for row in compare_table(card("cifar10"), analyse(broken))} == {"–"}


def test_a_network_without_a_table_compares_nothing() -> None:
    assert compare_table(card("lenet5"), analyse(zoo("lenet5"))) == ()


@pytest.mark.parametrize(
    ("printed", "kilo", "differs"),
    [("1500", 1000, False), ("1501", 1000, True), ("1.5K", 1000, False), ("1.4K", 1000, False), ("1.3K", 1000, True),
     ("1K", 1000, False), ("1K", 1024, False), ("3K", 1000, True), ("0M", 1000, False), ("2M", 1000, True)],
)  # fmt: skip
def test_one_unit_of_the_last_digit_is_no_difference(printed: str, kilo: int, differs: bool) -> None:
    report = analyse(Network((1499,), (Linear(units=1),)))
    table = Table("a test", (Column("Parameters", "parameters", kilo),), (TableRow("all", (printed,)),))
    (row,) = compare(table, report)
    assert (row.true, row.differs) == ("1\u2009500", differs)


def test_the_contest_got_better_every_year() -> None:
    errors = [entry.top5 for entry in ENTRIES]
    assert errors == sorted(errors, reverse=True) == [28.2, 25.8, 16.4, 11.7, 7.32, 6.67, 3.57]
    assert [entry.year for entry in ENTRIES] == [2010, 2011, 2012, 2013, 2014, 2014, 2015]
    assert sum(entry.top5 < HUMAN for entry in ENTRIES) == 1
    assert [entry.zoo for entry in ENTRIES if entry.zoo] == ["alexnet", "vgg16", "googlenet", "resnet152"]


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.zoo], ids=lambda entry: entry.network)
def test_the_contests_networks_have_as_many_layers_as_they_say(entry: Entry) -> None:
    assert entry.zoo
    assert card(entry.zoo).year == entry.year
    assert longest(zoo(entry.zoo).layers) == entry.layers


def longest(nodes: tuple[Node, ...]) -> int:
    """Convolutions and linear layers on the longest path."""
    total = 0
    for node in nodes:
        if isinstance(node, Parallel):
            total += max(longest(branch.children) for branch in node.branches)
        elif isinstance(node, Sequence):
            total += node.repeat * longest(node.children)
        elif not isinstance(node, Auxiliary):
            total += node.type in ("Conv2d", "Linear")
    return total
