"""The rows of the text: bodies written out, and which of its lines belong to which node."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Items
from dataclasses import dataclass, replace
from typing import TypeVar

from explorer.arch.analysis import Report
from explorer.arch.export.code import NEEDED, Arg, Body, Each, Group, Line, Make, Part, Slot, Use
from explorer.arch.export.words import WIDTH, literal
from explorer.arch.layers import Embedding
from explorer.arch.tree import Path

STEPS = 12
"""Time steps of the demonstration's batch, where any number is possible."""

_KEYWORDS_UP_TO = 5
"""Calls with more arguments than this are written without the arguments' names."""


@dataclass(frozen=True)
class Row:
    """One finished line of text."""

    text: str
    at: Path | None


def render(group: Group) -> list[list[Row]]:
    """The rows of each section of a group, not yet indented."""
    taken = iter(group.expressions)
    return [[row for line in section for row in _Writer(taken).line(line)] for section in group.bodies[0].sections]


class _Writer:
    """Writes lines; `taken` gives what stands in the slots, one after the other."""

    def __init__(self, taken: Iterator[tuple[str, bool]]) -> None:
        self.taken = taken

    def line(self, line: Line) -> list[Row]:
        """The rows of one line: more than one where it is long, or a block is written out in place."""
        for index, part in enumerate(line.parts):
            if isinstance(part, Use) and part.body.group.inlined:
                return self._inlined(line, index, part)
        pieces: list[str | tuple[str, list[str]]] = [self._part(part) for part in line.parts]
        space = "    " * line.indent
        whole = space + "".join(p if isinstance(p, str) else f"{p[0]}({', '.join(p[1])})" for p in pieces)
        if len(whole) <= WIDTH - 8:
            with_comment = f"{whole}  # {line.comment}"
            return [Row(with_comment if line.comment and len(with_comment) <= WIDTH - 8 else whole, line.at)]
        return [Row(text, line.at) for text in _exploded(space, pieces)]

    def _part(self, part: Part) -> str | tuple[str, list[str]]:
        if isinstance(part, str):
            return part
        if isinstance(part, Slot):
            return next(self.taken)[0]
        if isinstance(part, Make):
            return part.name, self._args(part.args)
        if isinstance(part, Use):
            return self._use(part.body, part.first)
        return self._each(part)

    def _args(self, args: tuple[Arg, ...]) -> list[str]:
        written = []
        for arg in args:
            text, fixed = next(self.taken)
            if not (fixed and arg.default is not NEEDED and text == literal(arg.default)):
                written.append(f"{arg.key}={text}" if arg.key else text)
        return written

    def _use(self, body: Body, first: str) -> tuple[str, list[str]]:
        group = body.group
        values = [next(self.taken)[0] for _ in group.params]
        if len(values) <= _KEYWORDS_UP_TO:
            values = [f"{name}={value}" for name, value in zip(group.params, values, strict=True)]
        return group.name, [word for word in (first, *values) if word]

    def _each(self, part: Each) -> str:
        group = part.bodies[0].group
        rows = [[next(self.taken)[0] for _ in group.params] for _ in part.bodies]
        words, names, changing = [part.first] if part.first else [], [], []
        for index, name in enumerate(group.params):
            column = [row[index] for row in rows]
            if len(set(column)) == 1:
                words.append(f"{name}={column[0]}")
            else:
                words.append(f"{name}={name}")
                names.append(name)
                changing.append(column)
        values = _listed(changing)
        return part.pattern.format(call=f"{group.name}({', '.join(words)})", names=", ".join(names), values=values)

    def _inlined(self, line: Line, index: int, use: Use) -> list[Row]:
        body = use.body
        before = "".join(str(part) for part in line.parts[:index])
        after = "".join(str(part) for part in line.parts[index + 1 :])
        rows = []
        for inner in body.sections[0]:
            if body.kind == "statements":
                changed = tuple(_renamed(part, use.first.partition(",")[0], before) for part in inner.parts)
                inner = replace(inner, parts=changed, indent=inner.indent + line.indent)
            else:
                inner = replace(inner, indent=inner.indent + line.indent + 1)
            rows += [Row(row.text, line.at + (row.at or ())) for row in self.line(inner)]
        if body.kind == "statements":
            return rows
        space = "    " * line.indent
        return [Row(f"{space}{before}{body.kind}(", line.at), *rows, Row(f"{space}){after}", line.at)]


IN, OUT = "\x01", "\x02"
"""In statements: the variable that enters a block, and the one that leaves it."""


def _renamed(part: Part, source: str, assigned: str) -> Part:
    """The part with the variables of the place where it now stands; `assigned` ends in ` = `."""
    now = {IN: source, OUT: assigned.removesuffix(" = ")}

    def changed(text: str) -> str:  # all at once, for the names may hold the signs themselves
        return re.sub(f"[{IN}{OUT}]", lambda sign: now[sign[0]], text)

    if isinstance(part, str):
        return changed(part)
    return replace(part, first=changed(part.first)) if isinstance(part, Use | Each) else part


def _listed(columns: list[list[str]]) -> str:
    """The values of a loop's variables: as a range where they are evenly spaced."""
    if len(columns) == 1 and all(re.fullmatch(r"\d+", value) for value in columns[0]):
        numbers = [int(value) for value in columns[0]]
        step = numbers[1] - numbers[0]
        if step > 0 and numbers == list(range(numbers[0], numbers[-1] + 1, step)):
            return f"range({numbers[0]}, {numbers[-1] + step}, {step})"
    rows = [", ".join(row) if len(columns) == 1 else f"({', '.join(row)})" for row in zip(*columns, strict=True)]
    return f"[{', '.join(rows)}]"


def _exploded(space: str, pieces: list[str | tuple[str, list[str]]]) -> list[str]:
    """A line that is too long, with one argument a line."""
    whole = [p if isinstance(p, str) else f"{p[0]}({', '.join(p[1])})" for p in pieces]
    for index, piece in enumerate(pieces):
        if not isinstance(piece, str) and piece[1]:
            name, arguments = piece
            before, after = "".join(whole[:index]), "".join(whole[index + 1 :])
            inner = [f"{space}    {argument}," for argument in arguments]
            return [f"{space}{before}{name}(", *inner, f"{space}){after}"]
    return _broken(space + "".join(whole))


def _broken(text: str) -> list[str]:
    """Text within brackets, broken at its commas."""
    rows, space = [], " " * (len(text) - len(text.lstrip()))
    while len(text) > WIDTH - 8 and ", " in text[len(space) + 4 : WIDTH - 8]:
        cut = text.rindex(", ", 0, WIDTH - 8)
        rows.append(text[: cut + 1])
        text = f"{space}    {text[cut + 2 :]}"
    return [*rows, text]


def owners(main: Body, texts: dict[Group, int], rows: dict[Group, list[Row]]) -> dict[Path, list[int]]:
    """Which lines each node owns: `texts` says where a group's rows begin in the text."""
    found: dict[Path, set[int]] = {}
    seen: set[tuple[int, Path]] = set()

    def walk(body: Body, at: Path) -> None:
        if (body.group.number, at) in seen:
            return
        seen.add((body.group.number, at))
        if not body.group.inlined:
            for index, row in enumerate(rows[body.group]):
                if row.at is not None:
                    own = at + row.at
                    for length in range(1, len(own) + 1):
                        found.setdefault(own[:length], set()).add(texts[body.group] + index)
        for place, used in body.used():
            walk(used, at + place)

    walk(main, ())
    return {path: sorted(lines) for path, lines in found.items()}


def ranges(lines: list[int], main: int) -> tuple[tuple[int, int], ...]:
    """Lines as ranges; those from line `main` on come first: there the node is made."""
    found: list[tuple[int, int]] = []
    for line in lines:
        if found and found[-1][1] == line - 1 and line != main:
            found[-1] = (found[-1][0], line)
        else:
            found.append((line, line))
    return tuple(sorted(found, key=lambda one: (one[0] < main, one[0])))


V = TypeVar("V")


def runs(items: Items[V], key: Callable[[V], object]) -> list[tuple[V, int]]:
    """Items that follow one another with the same key as one, each with how many there are."""
    found: list[tuple[V, int]] = []
    for item in items:
        if found and key(found[-1][0]) == key(item):
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((item, 1))
    return found


def indented(lines: list[str], depth: int = 1) -> list[str]:
    """Lines moved to the right by so many steps."""
    return [f"{'    ' * depth}{line}" if line else "" for line in lines]


def shifted(rows: list[Row], depth: int = 2) -> list[Row]:
    """Rows moved to the right by so many steps."""
    return [replace(row, text=f"{'    ' * depth}{row.text}") for row in rows]


def signature(head: str, words: Items[str], tail: str, depth: int) -> list[str]:
    """The first line of a function, or several if there are many parameters."""
    space = "    " * depth
    line = f"{space}{head}({', '.join(words)}){tail}"
    if len(line) <= 120:
        return [line]
    return [f"{space}{head}(", *(f"{space}    {word}," for word in words), f"{space}){tail}"]


def tokens(report: Report) -> int | None:
    """How many tokens there are where the input is made of them; `None` if it is not."""
    shape = report.network.input
    found = [row.layer.words for row in report.rows if isinstance(row.layer, Embedding) and row.input == shape]
    return min(found) if found else None
