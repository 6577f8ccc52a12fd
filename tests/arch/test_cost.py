"""What a batch costs, and that every reason ends in the number that it explains."""

from __future__ import annotations

import re

import pytest

from explorer.arch.analysis import Report, analyse
from explorer.arch.cost import TERMS, reasons, totals
from explorer.arch.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.arch.tree import Auxiliary, Parallel, Sequence

KEYS = {"output", "parameters", "memory", "macs", "receptive"}


def conv(filters: int, kernel: int = 3, stride: int = 1, bias: bool = True) -> Conv2d:
    pad = kernel // 2
    return Conv2d(filters=filters, kernel=(kernel, kernel), stride=(stride, stride), padding=(pad, pad), bias=bias)


def skip(filters: int) -> Parallel:
    body = Sequence((conv(filters, bias=False), BatchNorm2d(), ReLU(), conv(filters, bias=False), BatchNorm2d()))
    return Parallel((body, Sequence(())), merge="add", name="skip")


@pytest.fixture(scope="module")
def report() -> Report:
    inception = Parallel(
        (
            Sequence((conv(8, 1), ReLU())),
            Sequence((conv(4, 1), ReLU(), conv(6), ReLU())),
            Sequence((MaxPool2d(kernel=(3, 3), stride=(1, 1), padding=(1, 1)), conv(2, 1))),
        ),
        name="inception",
    )
    head = Auxiliary((Flatten(), Linear(units=5)), name="head")
    growing = Sequence((Parallel((Sequence((conv(4, bias=False),)), Sequence(()))),), repeat=3, name="dense")
    layers = (conv(16, 7, 2), Sequence((skip(16), ReLU()), repeat=3, name="stage"), inception, head, growing)
    return analyse(Network((3, 32, 32), (*layers, Flatten(), Dropout(), Linear(units=10))))


def plain(line: str) -> str:
    """Without the thin spaces in numbers."""
    return line.replace("\u2009", "")


def value(line: str) -> int:
    """The last number of a line that is not in brackets."""
    numbers = re.findall(r"\d+", re.sub(r"\(.*?\)$", "", plain(line).removesuffix(" a time step")))
    return int(numbers[-1])


def test_a_small_network_costs_what_one_adds_up_by_hand() -> None:
    cost = totals(analyse(Network((2,), (Linear(units=3),))), 10)
    assert (cost.activations.value, cost.activation_gradients.value) == ((2 + 3) * 4 * 10, (2 + 3) * 4 * 10)
    assert (cost.parameters.value, cost.parameter_gradients.value, cost.optimiser.value) == (36, 36, 72)
    assert (cost.macs.value, cost.backward_macs.value, cost.training_macs.value) == (60, 120, 180)
    assert cost.forward.value == 200 + 36
    assert cost.training.value == 400 + 72 + 72
    assert cost.activations.why == (
        "5 values · 4 bytes = 20 bytes a sample",
        "20 bytes · 10 samples = 200 bytes (200 B)",
    )
    assert cost.training.why == (
        "activations 200 + their gradients 200 + parameters 36 + their gradients 36 + Adam 72 = 544 bytes (544 B)",
    )
    assert cost.training_macs.why == ("forward 60 + backward 120 = 180",)
    assert cost.per == "for 10 samples"


def test_every_total_ends_its_reason(report: Report) -> None:
    cost = totals(report, 32)
    for name in ("activations", "activation_gradients", "parameter_gradients", "optimiser", "forward", "training"):
        amount = getattr(cost, name)
        assert f"{amount.value} bytes" in plain(amount.why[-1])
    assert f"{cost.parameters.value} bytes" in plain(cost.parameters.why[0])
    for name in ("macs", "backward_macs", "training_macs"):
        assert plain(getattr(cost, name).why[-1]).endswith(f"= {getattr(cost, name).value}")


def test_only_activations_and_products_grow_with_the_batch(report: Report) -> None:
    one, many = totals(report, 1), totals(report, 64)
    assert many.activations.value == 64 * one.activations.value
    assert many.training_macs.value == 64 * one.training_macs.value
    assert many.parameters == one.parameters
    assert many.optimiser == one.optimiser


def test_without_a_fixed_length_it_is_the_cost_of_a_time_step() -> None:
    cost = totals(analyse(Network((T, 57), (ReLU(),))), 2)
    assert cost.per == "for 2 samples a time step"
    assert "a time step" in cost.activations.why[0]
    assert cost.activations.value == 2 * 57 * 4 * 2


def test_totals_say_where_they_end_at_a_fault() -> None:
    report = analyse(Network((1, 8, 8), (conv(2), Linear(units=3))))
    cost = totals(report, 1)
    assert cost.macs.why[-1] == "counted up to fc1, which does not fit"
    assert cost.macs.value == report.macs > 0


def test_each_row_gives_all_its_reasons(report: Report) -> None:
    for row in (*report.outline, *report.rows):
        said = reasons(row, report)
        assert set(said) == KEYS
        assert all(line for lines in said.values() for line in lines)
        assert all(said.values())
        assert all(len(lines) <= TERMS + 2 for lines in said.values())


def test_each_reason_ends_in_the_number_it_explains(report: Report) -> None:
    for row in (*report.outline, *report.rows):
        said = reasons(row, report)
        assert value(said["parameters"][-1]) == row.parameters, row.path
        assert value(said["macs"][-1]) == row.macs, row.path
        assert value(said["memory"][-1]) == row.memory_bytes, row.path


def test_the_terms_of_a_block_add_up(report: Report) -> None:
    for row in report.outline:
        if row.piece is None or not row.piece.parts:
            continue
        for key in ("parameters", "memory", "macs"):
            for line in reasons(row, report)[key]:
                terms = re.fullmatch(r"(?:.*: )?(.* \d+(?: \+ .* \d+)+) = (\d+).*", plain(line))
                if terms and "·" not in line:
                    added = sum(int(re.findall(r"\d+", term)[-1]) for term in terms[1].split(" + "))
                    assert added == int(terms[2]), line


def test_blocks_say_what_they_are_made_of(report: Report) -> None:
    stage = reasons(report.places[(1,)], report)
    one = 2 * (9 * 16 * 16 + 32)
    assert plain(stage["parameters"][-1]) == f"3 copies · {one} = {3 * one}"
    assert stage["output"] == ("the same shape as the input: 16×16×16",)
    assert stage["receptive"][-1] == f"behind the last copy: {7 + 6 * 4} × {7 + 6 * 4}"

    added = reasons(report.places[(1, 0)], report)
    assert added["output"] == ("both branches give 16×16×16: added value by value",)
    assert plain(added["memory"][0]) == "sum: 16·16·16 values · 4 bytes = 16384 bytes (16 KB)"
    body = reasons(report.places[(1, 0, 0)], report)["parameters"][0]
    assert plain(body) == "conv1 2304 + norm1 32 + conv2 2304 + norm2 32 = 4672"

    joined = reasons(report.places[(2,)], report)
    assert joined["output"] == ("8 + 6 + 2 = 16 channels", "height and width as in every branch: 16×16")
    assert plain(joined["parameters"][0]) == "branch1 136 + branch2 290 + branch3 34 = 460"

    assert reasons(report.places[(3,)], report)["output"] == ("the main path passes untouched: 16×16×16",)
    identity = reasons(report.places[(1, 0, 1)], report)
    assert identity["output"] == ("nothing is done here: what enters leaves, 16×16×16",)
    assert identity["parameters"] == ("nothing to learn inside: 0",)


def test_copies_of_different_size_are_told_apart(report: Report) -> None:
    lines = [plain(line) for line in reasons(report.places[(4,)], report)["parameters"]]
    each = [9 * 4 * channels for channels in (16, 20, 24)]
    assert lines[:3] == [f"copy {n}: all in branches: {count}" for n, count in enumerate(each, 1)]
    assert lines[3] == f"{' + '.join(map(str, each))} = {sum(each)}"


def test_long_sums_are_cut_and_still_add_up() -> None:
    report = analyse(Network((4,), (Sequence(tuple(Linear(units=4) for _ in range(15))),)))
    (line,) = reasons(report.places[(0,)], report)["parameters"]
    assert line == "fc1 20 + fc2 20 + fc3 20 + fc4 20 + fc5 20 + … 10 more 200 = 300"


def test_behind_a_fault_the_reason_is_the_fault() -> None:
    inner = Sequence((conv(2), Linear(units=3)), name="block")
    report = analyse(Network((1, 8, 8), (inner, ReLU())))
    assert reasons(report.places[(0, 1)], report)["output"][0].startswith("not known: Linear needs a vector")
    assert reasons(report.places[(0,)], report)["macs"] == ("not known: block.fc1 inside it does not fit",)
    assert reasons(report.places[(1,)], report)["memory"] == ("not known: block.fc1 before it does not fit",)


def test_the_input_explains_itself(report: Report) -> None:
    said = reasons(report.places[()], report)
    assert said["output"] == ("what enters the network: 3×32×32",)
    assert plain(said["memory"][0]) == "3·32·32 values · 4 bytes = 12288 bytes (12 KB)"
