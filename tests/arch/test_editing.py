"""Where edits go in the tree."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.arch.analysis import Row, analyse
from explorer.arch.blocks import TEMPLATES
from explorer.arch.document import decode, encode
from explorer.arch.editing import (
    arriving,
    grouped,
    in_one_run,
    place_after,
    place_inside,
    step_place,
    topmost,
    ungrouped,
    without,
)
from explorer.arch.layers import Conv2d, Flatten, Linear, ReLU
from explorer.arch.network import Network, before, end_path, ending, moved
from explorer.arch.tree import Auxiliary, Parallel, Path, Sequence

CONV = Conv2d(filters=3, padding=(1, 1))
NETWORK = Network(
    (3, 8, 8),
    (
        CONV,
        Parallel((Sequence((CONV, ReLU())), Sequence()), merge="add"),
        Sequence((CONV, Auxiliary((Flatten(), Linear(2))), ReLU()), repeat=2),
        Flatten(),
        Linear(4),
    ),
)
PATHS = tuple(row.at for row in analyse(NETWORK).outline if row.at)


def test_the_outline_reads_from_top_to_bottom() -> None:
    report = analyse(NETWORK)
    assert report.fault is None
    assert [(row.path, row.at) for row in report.outline][:7] == [
        ("input", ()),
        ("conv1", (0,)),
        ("residual", (1,)),
        ("residual.branch1", (1, 0)),
        ("residual.branch1.conv1", (1, 0, 0)),
        ("residual.branch1.relu", (1, 0, 1)),
        ("residual.branch2", (1, 1)),
    ]
    assert [row.path for row in report.rows][2:8] == [
        "residual.branch1.conv1",
        "residual.branch1.relu",
        "residual.add",
        "block.1.conv1",
        "block.1.aux.flatten",
        "block.1.aux.fc1",
    ]


def test_the_columns_sum_to_the_totals() -> None:
    report = analyse(NETWORK)
    assert sum(row.parameters or 0 for row in report.rows) == report.parameters
    assert sum(row.memory_bytes or 0 for row in report.rows) == report.memory_bytes
    assert sum(row.macs or 0 for row in report.rows) == report.macs
    head = 2 * (3 * 8 * 8 + 1)
    assert report.main_path == report.parameters - 2 * head


def test_an_edit_takes_over_what_it_left_alone() -> None:
    first = analyse(NETWORK)
    after = analyse(NETWORK.put((4,), Linear(5)), first)
    assert after.root.parts[0][2] is first.root.parts[0][2]
    fresh = analyse(NETWORK.put((4,), Linear(5)))
    assert after.rows == fresh.rows
    assert after.outline == fresh.outline


@pytest.mark.parametrize(
    ("at", "place"),
    [((), (0,)), ((0,), (1,)), ((1,), (2,)), ((1, 0), (1, 0, 2)), ((1, 1), (1, 1, 0)), ((2, 1, 0), (2, 1, 1))],
)
def test_new_layers_go_below_the_chosen_one_or_into_an_empty_block(at: Path, place: Path) -> None:
    assert place_after(NETWORK, at) == place


def test_the_end_of_a_block_takes_layers() -> None:
    assert place_inside(NETWORK, (2,)) == (2, 3)
    assert place_inside(NETWORK, ()) == (5,)
    assert place_inside(NETWORK, (0,)) == (1,)


@pytest.mark.parametrize(
    ("at", "step", "to"),
    [
        ((0,), -1, None),
        ((0,), 1, (2,)),
        ((4,), 1, None),
        ((2, 0), -1, (2,)),
        ((2, 2), 1, (3,)),
        ((1, 0, 0), -1, (1,)),
        ((1, 0, 1), 1, (2,)),
        ((1, 0), 1, (1, 2)),
        ((1, 1), 1, None),
    ],
)
def test_a_step_leaves_the_block_at_its_end(at: Path, step: int, to: Path | None) -> None:
    assert step_place(NETWORK, at, step) == to


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PATHS), st.sampled_from([*PATHS, (5,), (1, 0, 2), (2, 3)]))
def test_a_moved_node_stands_where_the_path_says_and_nothing_is_lost(at: Path, to: Path) -> None:
    network = NETWORK.move(at, to)
    if to[: len(at)] == at:
        assert network is NETWORK
        return
    node, now = NETWORK.node(at), network.node(moved(at, to))
    assert now == node or now == Sequence((node,))
    rows = [row.type for row in analyse(network).outline if row.type != "Sequence"]
    assert sorted(rows) == sorted(row.type for row in analyse(NETWORK).outline if row.type != "Sequence")


def test_groups_are_made_and_taken_apart() -> None:
    both = ((2, 0), (2, 1))
    assert in_one_run(both)
    assert not in_one_run(((2, 0), (2, 2)))
    made = grouped(NETWORK, both)
    assert made.node((2, 0)) == Sequence((CONV, Auxiliary((Flatten(), Linear(2)))))
    assert ungrouped(made, (2, 0)) == NETWORK
    assert analyse(made).parameters == analyse(NETWORK).parameters
    assert ungrouped(NETWORK, (1,)).layers[1:3] == (CONV, ReLU())


def test_what_lies_inside_another_chosen_node_goes_with_it() -> None:
    assert topmost([(2, 0), (2,), (0,), ()]) == ((0,), (2,))
    assert without(NETWORK, [(2, 0), (2,), (0,)]).layers == (NETWORK.layers[1], *NETWORK.layers[3:])


def test_what_arrives_is_known_at_every_place() -> None:
    report = analyse(NETWORK)
    assert arriving(report, (0,)) == (3, 8, 8)
    assert arriving(report, (1, 1, 0)) == (3, 8, 8)
    assert arriving(report, (5,)) == (4,)
    assert arriving(report, (4,)) == (192,)
    assert arriving(analyse(NETWORK.remove((3,))), (4,)) is None


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
@pytest.mark.parametrize("shape", [(3, 32, 32), (64, 14, 14), (20,), (10, 5)])
def test_a_block_of_the_palette_fits_what_arrives(template, shape: tuple[int, ...]) -> None:
    network = Network(shape, (template.make(shape),))
    report = analyse(network)
    assert report.fault is None
    assert decode(encode(network), "x") == network


def test_the_end_of_a_network_is_found_through_blocks() -> None:
    assert end_path(NETWORK) == (4,)
    nested = Network((3, 8, 8), (Flatten(), Sequence((Linear(3), Sequence((ReLU(),)), Sequence()))))
    assert end_path(nested) == (1, 1, 0)
    assert before((1, 1, 0)) == (1, 0)
    assert before((1, 0)) == (0,)
    assert before((0,)) is None
    assert ending(nested) == ReLU()
    assert ending(Network((3, 8, 8))) is None


def _figures(row: Row) -> tuple[object, ...]:
    return (row.path, row.at, row.output, row.parameters, row.memory_bytes, row.macs, row.receptive_field)


def test_random_edits_keep_reports_right() -> None:
    choice = random.Random(3)
    network, report = NETWORK, analyse(NETWORK)
    for _ in range(300):
        paths = [row.at for row in report.outline if row.at]
        at = choice.choice(paths) if paths else (0,)
        what = choice.randrange(5)
        if not paths or what == 0:
            place = place_after(network, at if paths else ())
            network = network.insert(place, choice.choice(TEMPLATES).make(arriving(report, place)))
        elif what == 1:
            network = network.remove(at)
        elif what == 2:
            network = network.move(at, choice.choice(paths))
        elif what == 3:
            network = network.insert((*at[:-1], at[-1]), choice.choice((ReLU(), CONV, Linear(3), Flatten())))
        else:
            network = ungrouped(network, at) if network.inside(at) else network
        report = analyse(network, report)
        fresh = analyse(network)
        assert [_figures(row) for row in report.outline] == [_figures(row) for row in fresh.outline]
        assert [_figures(row) for row in report.rows] == [_figures(row) for row in fresh.rows]
        assert (report.fault and report.fault.message) == (fresh.fault and fresh.fault.message)
        if len(report.outline) > 60:
            network, report = NETWORK, analyse(NETWORK)
