"""`list` and `summary`: what there is, and what a network costs. No torch."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer.arch.analysis import Report, analyse
from explorer.arch.errors import ArchitectureError
from explorer.arch.fields import read_shape
from explorer.arch.text import amount, number, times
from explorer.arch.zoo import find_network, zoo, zoo_names
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
    networks = [(name, zoo(name)) for name in zoo_names()]
    cards = shipped()
    if options.json:
        emit(
            {
                "networks": [
                    {
                        "name": name,
                        "title": network.name,
                        "about": network.about,
                        "input": list(network.input),
                        "parameters": analyse(network).parameters,
                    }
                    for name, network in networks
                ],
                "datasets": [
                    {
                        "name": s.name,
                        "title": s.title,
                        "about": s.about,
                        "on_disk": s.on_disk(folder),
                        "shape": list(s.shape),
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
                        "parameters": c.parameters,
                        "about": c.about,
                    }
                    for c in cards
                ],
            }
        )
        return 0
    table(
        ("Network", "", "Parameters"),
        [(name, network.name, number(analyse(network).parameters)) for name, network in networks],
        "llr",
    )
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


def add_summary(parser: argparse.ArgumentParser) -> None:
    """Declare `summary`."""
    parser.add_argument("network", metavar="NETWORK", help="a network's name, a network file or a run")
    parser.add_argument("--input", metavar="CxHxW", help="another input shape, such as 3x224x224")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=_summary)


def _summary(options: argparse.Namespace) -> int:
    network = find_network(options.network)
    if options.input is not None:
        network = network.with_input(read_shape(options.input))
    report = analyse(network)
    if report.fault:
        place = ".".join(str(index + 1) for index in report.fault.at)
        raise ArchitectureError(f"{options.network}, layer {place} ({report.fault.path}): {report.fault.message}")
    emit(as_json(report)) if options.json else _print(report)
    return 0


def as_json(report: Report) -> dict[str, object]:
    """The report as the command line's JSON document. Memory in bytes for one sample; counts are exact."""
    return {
        "network": report.network.name,
        "input": list(report.network.input),
        "rows": [
            {
                "path": row.path,
                "type": row.type,
                "output": list(row.output or ()),
                "parameters": row.parameters,
                "weights": row.weights,
                "biases": row.biases,
                "memory_bytes": row.memory_bytes,
                "macs": row.macs,
                "receptive_field": list(row.receptive_field or ()),
            }
            for row in report.rows
        ],
        "totals": {
            "parameters": report.parameters,
            "trainable": report.parameters,
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
    print()
    print(
        f"{number(report.parameters)} parameters, {amount(report.memory_bytes)} of activations a sample, "
        f"{number(report.macs)} multiply-adds"
    )
