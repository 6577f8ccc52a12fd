"""`list` and `summary`: what there is, and what a network costs. No torch."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer.arch.analysis import Report, analyse
from explorer.arch.errors import ArchitectureError
from explorer.arch.shape import Shape, is_fixed
from explorer.arch.text import amount, number, times
from explorer.arch.zoo import zoo, zoo_groups
from explorer.arch.zoo.cards import card
from explorer.cli.networks import network_of
from explorer.cli.output import emit, table


def add_list(parser: argparse.ArgumentParser) -> None:
    """Declare `list`."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where data sets lie (or EXPLORER_DATA)")
    parser.set_defaults(command=_list)


def _list(options: argparse.Namespace) -> int:
    from explorer.learn.card import shipped
    from explorer.learn.catalog import SOURCES, data_folder

    folder = data_folder(options.data_dir)
    cards = shipped()
    if options.json:
        emit(
            {
                "networks": [_network(name) for _, names in zoo_groups() for name in names],
                "datasets": [
                    {
                        "name": s.name,
                        "title": s.title,
                        "about": s.about,
                        "on_disk": s.on_disk(folder),
                        "kind": s.kind,
                        "shape": _sizes(s.shape),
                        "classes": list(s.classes),
                    }
                    for s in SOURCES
                ],
                "models": [
                    {
                        "name": c.name,
                        "network": c.network,
                        "data": c.data,
                        "accuracy": c.accuracy,
                        "balanced_accuracy": c.balanced_accuracy,
                        "parameters": c.parameters,
                        "about": c.about,
                    }
                    for c in cards
                ],
            }
        )
        return 0
    rows: list[tuple[str, ...]] = []
    for heading, names in zoo_groups():
        rows += [(heading, "", "", "", ""), *(_line(name) for name in names)]
    table(("Network", "", "Year", "Input", "Parameters"), rows, "lllrr")
    print()
    table(
        ("Data set", "", "On disk"),
        [(s.name, s.about, "yes" if s.on_disk(folder) else "no") for s in SOURCES],
    )
    print()
    table(
        ("Model", "Data", "Accuracy"),
        [(c.name, c.data, f"{100 * c.accuracy:.2f} %" if c.accuracy is not None else "–") for c in cards],
        "llr",
    )
    return 0


def _network(name: str) -> dict[str, object]:
    network, about = zoo(name), card(name)
    return {
        "name": name,
        "title": network.name,
        "about": network.about,
        "input": _sizes(network.input),
        "parameters": analyse(network).parameters,
        "year": about.year,
        "family": about.family,
    }


def _line(name: str) -> tuple[str, ...]:
    network, year = zoo(name), card(name).year
    parameters = number(analyse(network).parameters)
    return f"  {name}", network.name, str(year or "–"), times(network.input), parameters


def add_summary(parser: argparse.ArgumentParser) -> None:
    """Declare `summary`."""
    parser.add_argument("network", metavar="NETWORK", help="a network's name, a network file, a run, or module:Class")
    parser.add_argument("--input", metavar="CxHxW", help="another input shape, such as 3x224x224")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=_summary)


def _summary(options: argparse.Namespace) -> int:
    network = network_of(options.network, options.input)
    report = analyse(network)
    if report.fault:
        place = ".".join(str(index + 1) for index in report.fault.at)
        raise ArchitectureError(f"{options.network}, layer {place} ({report.fault.path}): {report.fault.message}")
    emit(as_json(report)) if options.json else _print(report)
    return 0


def as_json(report: Report) -> dict[str, object]:
    """The report as the command line's JSON document. Memory in bytes for one sample; counts are exact.

    The number of time steps is "T" where it is not fixed; memory and multiply-adds are then for one step.
    """
    return {
        "network": report.network.name,
        "input": _sizes(report.network.input),
        "rows": [
            {
                "path": row.path,
                "type": row.type,
                "output": _sizes(row.output or ()),
                "parameters": row.parameters,
                "weights": row.weights,
                "biases": row.biases,
                "memory_bytes": row.memory_bytes,
                "macs": row.macs,
                "receptive_field": _sizes(row.receptive_field or ()),
            }
            for row in report.rows
        ],
        "totals": {
            "parameters": report.parameters,
            "trainable": report.parameters,
            "main_path": report.main_path,
            "memory_bytes": report.memory_bytes,
            "macs": report.macs,
        },
    }


def _print(report: Report) -> None:
    print(f"{report.network.name}, input {times(report.network.input)}")
    print()
    table(
        ("Layer", "Type", "Output", "Parameters", "Memory", "Multiply-adds", "Sees"),
        [
            (
                row.path,
                row.type,
                times(row.output or ()),
                number(row.parameters or 0),
                amount(row.memory_bytes or 0),
                number(row.macs or 0),
                times(row.receptive_field or ()),
            )
            for row in report.rows
        ],
        "lllrrrr",
    )
    main = f" ({number(report.main_path)} on the main path)" if report.main_path != report.parameters else ""
    costs = f"{amount(report.memory_bytes)} of activations", f"{number(report.macs)} multiply-adds"
    print()
    if is_fixed(report.network.input):
        print(f"{number(report.parameters)} parameters{main}, {costs[0]} a sample, {costs[1]}")
    else:
        print(f"{number(report.parameters)} parameters{main}; for each time step {costs[0]}, {costs[1]}")


def _sizes(shape: Shape) -> list[int | str]:
    """The shape for a JSON document, in which a size that is not fixed is its name."""
    return [size if is_fixed((size,)) else str(size) for size in shape]
