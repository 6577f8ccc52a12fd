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

from explorer.arch.export.words import literal
from explorer.arch.tree import Path

NEEDED = object()
"""In place of a default: the argument is always written."""

_OUTS = {"out": "out_channels", "filters": "filters", "units": "units"}
"""Hints of what comes out of a layer, and what the one that comes out of the block is called."""


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
                    for body in bodies_of(part):
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


def bodies_of(part: Part) -> tuple[Body, ...]:
    """The bodies that a part uses."""
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
            for used in bodies_of(part):
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
                for body in dict.fromkeys(b.group for b in bodies_of(part)):
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
    columns: dict[tuple[tuple[str, ...], str], list[int]] = {}
    for index, slot in enumerate(rows[0]):
        values = tuple(literal(row[index].value) for row in rows)
        # What comes out of one branch and of another may agree by chance: these stay apart.
        branch = slot.of.partition(".")[0] if "." in slot.of else ""
        if slot.hint not in _OUTS and (values, branch) not in columns:
            branch = ""
        columns.setdefault((values, branch), []).append(index)
    last = max((i for i, slot in enumerate(rows[0]) if slot.hint in _OUTS), default=-1)
    expressions = [(literal(slot.value), True) for slot in rows[0]]
    params: list[str] = []
    picks: list[int] = []
    for (values, _), places in columns.items():
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


_GENERAL = {
    "block", "blocks", "branch", "branches", "first", "group", "layer", "layers", "part", "residual", "rest", "stage",
    "unit",
}  # fmt: skip
"""Names of blocks that say less than what the block holds."""


def _class_name(group: Group) -> str:
    """A name from what the blocks are called, else from what they hold."""
    body = group.bodies[0]
    stems = {re.sub(r"_*\d+_?[a-zA-Z]?$", "", other.given).lower() for other in group.bodies}
    stem = stems.pop() if len(stems) == 1 else ""
    name = stem if stem and (stem not in _GENERAL or body.name in ("Block", "block")) else body.name
    if body.name[:1].isupper():
        name = "".join(word[:1].upper() + word[1:] for word in name.split("_")) or body.name
    return f"{name}_block" if keyword.iskeyword(name) or hasattr(builtins, name) or name[0] == "_" else name
