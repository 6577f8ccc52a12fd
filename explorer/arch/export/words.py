"""Words of code: names, values and docstrings that no text in a document can break."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from typing import Any

from explorer.arch.naming import RESERVED
from explorer.arch.shape import Shape

WIDTH = 120
"""Most characters in a line of code."""


def literal(value: Any) -> str:
    """A value as Python code: strings in double quotes, small numbers as one writes them."""
    if isinstance(value, str):
        return '"' + repr(value + "'")[1:-2].replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        inside = ", ".join(map(literal, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, float):
        if value in (float("inf"), float("-inf")):
            return f'float("{value}")'
        return re.sub(r"e-0(\d)$", r"e-\1", repr(value))
    return repr(value)


def attribute(name: str, taken: set[str]) -> str:
    """A name for a layer that no other has, and no module; it is then in `taken`."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", name) or "layer"
    if name.startswith("_") or name[0].isdigit():
        name = f"layer_{name.strip('_')}"
    if keyword.iskeyword(name) or name in RESERVED:
        name += "_"
    first, again = name, 2
    while name in taken:
        name, again = f"{first}_{again}", again + 1
    taken.add(name)
    return name


def class_name(name: str) -> str:
    """A network's name as that of a class: `LeNet-5` → `LeNet5`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    made = "".join(word[0].upper() + word[1:] for word in words)[:60]
    if not made or made[0].isdigit():
        made = f"Network{made}"
    return f"{made}Net" if keyword.iskeyword(made) or hasattr(builtins, made) else made


def snake(name: str) -> str:
    """A class's name as that of a function: `GoogLeNet` → `goog_le_net`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def shape_words(shape: Shape, batch: str = "N") -> str:
    """A shape with its batch: `(N, 3, 32, 32)`."""
    return f"({', '.join([batch, *map(str, shape)])})"


def docstring(*paragraphs: str) -> list[str]:
    """The lines of a docstring, without indentation; its words may be anything."""
    texts = [rows for text in paragraphs if (rows := _wrapped(text))]
    lines = [row for index, rows in enumerate(texts) for row in ([""] if index else []) + rows] or ["A network."]
    if len(lines) == 1 and not lines[0].endswith(('\\"', "\\\\")) and _cells(lines[0]) <= WIDTH - 16:
        return [f'"""{lines[0]}"""']
    return [f'"""{lines[0]}', *lines[1:], '"""']


def _wrapped(text: str) -> list[str]:
    """The words of a text in rows, escaped so that they stand for themselves in a string."""
    words = "".join(sign if sign.isprintable() else " " for sign in text).split()
    rows = [""]
    for word in words:
        escaped = [_escaped(sign) for sign in word]
        row = f"{rows[-1]} " if rows[-1] else ""
        if _cells(row + "".join(escaped)) <= WIDTH - 16:
            rows[-1] = row + "".join(escaped)
            continue
        if row:
            rows.append("")
        for sign in escaped:  # a word may be longer than a line
            if _cells(rows[-1] + sign) > WIDTH - 16:
                rows.append("")
            rows[-1] += sign
    return rows if rows != [""] else []


def _escaped(sign: str) -> str:
    return f"\\{sign}" if sign in '\\"' else sign


def _cells(text: str) -> int:
    """How wide a text is, in columns: signs of East Asia take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
