"""A lecture's table beside the true figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal, NamedTuple

from explorer.arch.analysis import Report, Row
from explorer.arch.text import THIN, number, times

Figure = Literal["output", "activations", "parameters", "weights", "macs"]
"""What a column counts: the output's shape (height×width×channels), its values, parameters, weights without biases,
or multiply-adds."""


@dataclass(frozen=True)
class Column:
    """A column of a table. Its printed K stands for `kilo`, and M for `kilo` squared."""

    title: str
    figure: Figure
    kilo: int = 1000


@dataclass(frozen=True)
class TableRow:
    """A row as it is printed: one text a column, empty where the table has none.

    `paths` are the layers or blocks that it describes, by their paths in a report; none means the whole network.
    """

    label: str
    printed: tuple[str, ...]
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """What a lecture or paper prints of a network."""

    source: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]


class Compared(NamedTuple):
    """One printed figure beside the true one.

    `differs` says that they disagree by more than one unit of the last printed digit.
    """

    label: str
    printed: str
    true: str
    differs: bool
    column: str


def compare(table: Table, report: Report) -> tuple[Compared, ...]:
    """Every printed figure of the table beside that of the report, row by row.

    A layer that the report lacks has the true figure “–”.
    """
    return tuple(
        _compared(row, printed, column, report)
        for row in table.rows
        for column, printed in zip(table.columns, row.printed, strict=True)
        if printed
    )


def _compared(row: TableRow, printed: str, column: Column, report: Report) -> Compared:
    rows = _within(report.rows, row.paths)
    true = _true(column.figure, rows) if rows else None
    if true is None:
        return Compared(row.label, printed, "–", True, column.title)
    text = true if isinstance(true, str) else number(true)
    return Compared(row.label, printed, text, _differs(printed, true, column.kilo), column.title)


def _within(rows: Sequence[Row], paths: tuple[str, ...]) -> list[Row]:
    """The rows of the layers and blocks that the paths name; all rows if there are none."""
    return [row for row in rows if not paths or any(row.path == p or row.path.startswith(f"{p}.") for p in paths)]


def _true(figure: Figure, rows: list[Row]) -> int | str | None:
    if any(row.output is None for row in rows):
        return None
    if figure == "output":
        channels, *sides = rows[-1].output or ()
        return times((*sides, channels))
    if figure == "activations":
        return sum(prod(row.output or ()) for row in rows)
    return sum(getattr(row, figure) or 0 for row in rows)


def _differs(printed: str, true: int | str, kilo: int) -> bool:
    if isinstance(true, str):
        return printed != true
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?([KM]?)", printed.replace(THIN, ""))
    assert match, f"{printed} is no printed number"
    unit = kilo ** ("", "K", "M").index(match[3])
    decimals = match[2] or ""
    scale = 10 ** len(decimals)
    # In whole numbers, so that exactly one unit of the last digit is no difference.
    apart: int = abs(true * scale - int(match[1] + decimals) * unit)
    return apart > (unit if match[3] else 0)
