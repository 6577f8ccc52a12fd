"""Code as text that knows which lines are which layer; and what blocks of equal structure share in it.

A block becomes a `Body`: lines in which every number is a `Slot`. Bodies that differ only in their slots are one
function or class of the text. The slots in which they differ are its parameters; slots that always agree with one
another are one parameter.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from explorer.arch.export.words import WIDTH, literal
from explorer.arch.tree import Path

NEEDED = object()
"""In place of a default: the argument is always written."""

_OUTS = {"out": "out_channels", "filters": "filters", "units": "units"}
"""Hints of what comes out of a layer, and what the one that comes out of the block is called."""

_KEYWORDS_UP_TO = 5
"""Calls with more arguments than this are written without the arguments' names."""


@dataclass(frozen=True)
class Code:
    """Source code of a network.

    `lines` says for each node of the document which ranges of lines it takes, 0-based and inclusive: where it is
    made, where it is applied, and the class or function that it shares with others. () is the input.
    `notes` say in a sentence each where the code differs from the network.
    """

    text: str
    lines: dict[Path, tuple[tuple[int, int], ...]]
    notes: tuple[str, ...] = ()

    def at(self, line: int) -> Path | None:
        """The innermost node on a line, the first one if equal blocks share it; `None` if there is none."""
        return self._owners.get(line)

    @cached_property
    def _owners(self) -> dict[int, Path]:
        owners: dict[int, Path] = {}
        for path, ranges in self.lines.items():
            for first, last in ranges:
                for line in range(first, last + 1):
                    if line not in owners or len(path) > len(owners[line]):
                        owners[line] = path
        return owners


@dataclass(frozen=True)
class Slot:
    """A value in the code. `hint` is what it is, `of` the layer that it belongs to, `branch.layer` if in a branch."""

    value: Any
    hint: str = "value"
    of: str = ""


@dataclass(frozen=True)
class Arg:
    """An argument of a call: left out where it is the default, by position where it has no key."""

    key: str
    slot: Slot
    default: Any = NEEDED


@dataclass(frozen=True)
class Make:
    """A call with arguments: a layer is made."""

    name: str
    args: tuple[Arg, ...] = ()


@dataclass(frozen=True)
class Use:
    """A block is made, or applied, by its class or function; `first` are arguments before its parameters.

    `several`: in a loop, or in a list of copies. Then it is never written out in place.
    """

    body: Body
    first: str = ""
    several: bool = False


@dataclass(frozen=True)
class Each:
    """A list with copies that differ: `[block(n) for n in (16, 48, 80)]`."""

    bodies: tuple[Body, ...]
    first: str = ""
    pattern: str = "*[{call} for {names} in {values}]"


Part = str | Slot | Make | Use | Each


@dataclass(frozen=True)
class Line:
    """One line; `at` is the node that it belongs to, from the body's own node on."""

    parts: tuple[Part, ...]
    at: Path = ()
    indent: int = 0
    comment: str = ""


@dataclass(eq=False)
class Body:
    """What a class or function of the text holds. Sections are its methods.

    `kind` belongs to the language. `plain` bodies may be written out in place where they are used only once.
    """

    kind: str
    sections: tuple[tuple[Line, ...], ...]
    name: str
    about: str
    plain: bool = False
    given: str = ""
    flag: bool = False
    group: Group = field(init=False, repr=False)

    @cached_property
    def signature(self) -> tuple[Any, ...]:
        """Equal for bodies whose code is the same, values included."""
        values: list[Any] = [self.group.number]
        for part in self.parts():
            if isinstance(part, Slot):
                values.append(literal(part.value))
            elif isinstance(part, Make):
                values += [literal(arg.slot.value) for arg in part.args]
            elif isinstance(part, Use):
                values.append(part.body.signature)
            elif isinstance(part, Each):
                values += [body.signature for body in part.bodies]
        return tuple(values)

    def parts(self) -> Iterator[Part]:
        """All parts of all lines."""
        for section in self.sections:
            for line in section:
                yield from line.parts

    def used(self) -> Iterator[tuple[Path, Body]]:
        """The bodies that stand in this one, each with where it stands."""
        for section in self.sections:
            for line in section:
                for part in line.parts:
                    for body in _bodies(part):
                        yield line.at, body


@dataclass(eq=False)
class Group:
    """Bodies of one structure: one class or function of the text, or nothing where it is written out in place."""

    number: int
    bodies: list[Body]
    name: str = ""
    uses: int = 0
    several: bool = False
    params: tuple[str, ...] = ()
    expressions: tuple[tuple[str, bool], ...] = ()
    """What stands in each slot, and whether it is a fixed value."""
    picks: tuple[int, ...] = ()
    """For each parameter, the first slot that it fills."""

    @property
    def inlined(self) -> bool:
        """Whether the text shows the lines where they are used."""
        return self.bodies[0].plain and self.uses == 1 and not self.several

    def arguments(self, body: Body) -> tuple[Slot, ...]:
        """The values of the parameters for one of its bodies."""
        slots = tuple(flat(body))
        return tuple(replace(slots[pick], hint=name) for pick, name in zip(self.picks, self.params, strict=True))


@dataclass(frozen=True)
class Row:
    """One finished line of text."""

    text: str
    at: Path | None


def _bodies(part: Part) -> tuple[Body, ...]:
    if isinstance(part, Use):
        return (part.body,)
    return part.bodies if isinstance(part, Each) else ()


def flat(body: Body) -> Iterator[Slot]:
    """All slots of a body in the order of the text, with those of what is written out in place."""
    for part in body.parts():
        if isinstance(part, Slot):
            yield part
        elif isinstance(part, Make):
            for arg in part.args:
                yield arg.slot
        elif isinstance(part, Use) and part.body.group.inlined:
            yield from flat(part.body)
        else:
            for used in _bodies(part):
                yield from used.group.arguments(used)


class Library:
    """Collects the bodies of a network, the inner ones first, and finds what they share."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self._known: dict[Any, Group] = {}

    def add(self, body: Body) -> Body:
        """Put a body into its group. All that stands in it has been added before."""
        key = (body.kind, body.plain, tuple(tuple(map(_key, section)) for section in body.sections))
        group = self._known.get(key)
        if group is None:
            group = self._known[key] = Group(len(self.groups), [])
            self.groups.append(group)
        group.bodies.append(body)
        body.group = group
        return body

    def settle(self, reserved: set[str]) -> list[Group]:
        """Names and parameters for all groups; returns those that are classes or functions of the text."""
        for group in self.groups:
            for part in group.bodies[0].parts():
                for body in dict.fromkeys(b.group for b in _bodies(part)):
                    body.uses += 1
                    body.several = body.several or isinstance(part, Each) or (isinstance(part, Use) and part.several)
        for group in self.groups:
            _settle(group)
        shown = [group for group in self.groups if not group.inlined]
        reserved |= {name for group in self.groups for name in group.params}
        for group in shown:
            first = _class_name(group)
            group.name, again = first, 2
            while group.name in reserved:
                group.name, again = f"{first}{again}", again + 1
            reserved.add(group.name)
        return shown


def _key(line: Line) -> Any:
    def of(part: Part) -> Any:
        if isinstance(part, str):
            return part
        if isinstance(part, Slot):
            return 0
        if isinstance(part, Make):
            return part.name, tuple(arg.key for arg in part.args)
        if isinstance(part, Use):
            return part.body.group.number, part.first, part.several
        return tuple(body.group.number for body in part.bodies), part.first

    return line.indent, line.at, tuple(map(of, line.parts))


def _settle(group: Group) -> None:
    """Find the parameters: slots that always agree are one."""
    rows = [tuple(flat(body)) for body in group.bodies]
    columns: dict[tuple[str, ...], list[int]] = {}
    for index in range(len(rows[0])):
        columns.setdefault(tuple(literal(row[index].value) for row in rows), []).append(index)
    last = max((i for i, slot in enumerate(rows[0]) if slot.hint in _OUTS), default=-1)
    expressions = [(literal(slot.value), True) for slot in rows[0]]
    params: list[str] = []
    picks: list[int] = []
    for values, places in columns.items():
        if len(set(values)) == 1:
            continue
        name = _parameter(rows[0], places, last, set(params))
        params.append(name)
        picks.append(places[0])
        for place in places:
            expressions[place] = (name, False)
    group.params, group.picks, group.expressions = tuple(params), tuple(picks), tuple(expressions)


def _parameter(slots: tuple[Slot, ...], places: list[int], last: int, taken: set[str]) -> str:
    slot = slots[places[0]]
    ends = last in places and "." not in slots[last].of  # one of several branches that are joined is not the end
    of = slot.of.strip(".").replace(".", "_")
    if slot.hint in _OUTS:
        name = _OUTS[slot.hint] if ends else f"{of}_{slot.hint}"
    elif slot.hint == "in_channels" and ends:
        name = "channels"
    else:
        name = slot.hint
    if name in taken and of:
        name = f"{of}_{slot.hint}"
    first, again = name, 2
    while name in taken or name in ("x", "self"):
        name, again = f"{first}{again}", again + 1
    return name


_GENERAL = {"block", "layer", "stage", "unit", "part", "group", "branch", "branches", "residual", "rest", "first"}


def _class_name(group: Group) -> str:
    """A name from what the blocks are called, else from what they hold."""
    body = group.bodies[0]
    stems = {re.sub(r"_*\d+_?[a-zA-Z]?$", "", other.given).lower() for other in group.bodies}
    stem = stems.pop() if len(stems) == 1 else ""
    name = stem if stem and (stem not in _GENERAL or body.name in ("Block", "block")) else body.name
    if body.name[:1].isupper():
        name = "".join(word[:1].upper() + word[1:] for word in name.split("_")) or body.name
    return f"{name}_block" if keyword.iskeyword(name) or hasattr(builtins, name) or name[0] == "_" else name


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
    target = assigned.removesuffix(" = ")
    if isinstance(part, str):
        return part.replace(IN, source).replace(OUT, target)
    if isinstance(part, Use | Each):
        return replace(part, first=part.first.replace(IN, source).replace(OUT, target))
    return part


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
