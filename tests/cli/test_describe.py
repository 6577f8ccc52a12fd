"""`list` and `summary` for all known networks: groups, and sizes that are not fixed."""

from __future__ import annotations

import json

import pytest

from explorer.arch.zoo import zoo_groups
from explorer.cli import main

Captured = pytest.CaptureFixture[str]


def document(arguments: list[str], capsys: Captured) -> dict[str, list[dict[str, object]]]:
    assert main(arguments) == 0
    found: dict[str, list[dict[str, object]]] = json.loads(capsys.readouterr().out)
    return found


def test_list_has_every_network_in_its_order(capsys: Captured) -> None:
    networks = document(["list", "--json"], capsys)["networks"]
    assert [one["name"] for one in networks] == [name for _, names in zoo_groups() for name in names]
    named = {one["name"]: one for one in networks}
    assert set(named["resnet18"]) == {"name", "title", "about", "input", "parameters", "year", "family"}
    assert (named["resnet18"]["year"], named["resnet18"]["family"]) == (2015, "ResNet")
    assert named["names-rnn"]["input"] == ["T", 57]
    assert named["digits-cnn"]["year"] is None


def test_the_list_has_headings_and_aligned_columns(capsys: Captured) -> None:
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.split("\n\n")[0].splitlines()
    headings = [heading for heading, _ in zoo_groups()]
    assert [line for line in lines[1:] if not line.startswith("  ")] == headings
    rows = [line for line in lines if line not in headings]
    assert len({len(line) for line in rows}) == 1
    assert max(len(line) for line in lines) <= 100
    assert "  resnet18 " in "\n".join(rows)


def test_a_summary_writes_the_open_number_of_steps_as_t(capsys: Captured) -> None:
    summary = document(["summary", "names-rnn", "--json"], capsys)
    assert summary["input"] == ["T", 57]
    assert [row["output"] for row in summary["rows"]] == [["T", 57], ["T", 18], ["T", 18], [18]]
    assert main(["summary", "names-rnn"]) == 0
    out = capsys.readouterr().out
    assert "input T×57" in out
    assert "for each time step" in out


def test_a_summary_tells_the_main_path_from_the_side(capsys: Captured) -> None:
    totals = document(["summary", "googlenet-auxiliaries", "--json"], capsys)["totals"]
    assert isinstance(totals, dict)
    assert (totals["parameters"], totals["main_path"]) == (13_378_280, 6_998_552)
    assert main(["summary", "googlenet-auxiliaries"]) == 0
    assert "(6\u2009998\u2009552 on the main path)" in capsys.readouterr().out
    assert main(["summary", "lenet5"]) == 0
    assert "main path" not in capsys.readouterr().out
