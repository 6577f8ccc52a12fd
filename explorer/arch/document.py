"""Network files: read with checks, written atomically."""

from __future__ import annotations

import codecs
import difflib
import json
import re
from pathlib import Path
from typing import Any

import msgspec

from explorer.arch.errors import DocumentError
from explorer.arch.fields import fields
from explorer.arch.layers import PALETTE
from explorer.arch.network import FORMAT, Network
from explorer.arch.shape import is_sample
from explorer.arch.storage import reason, write_atomic
from explorer.arch.text import number
from explorer.arch.tree import BLOCKS, DEEPEST, depth

MAX_BYTES = 16_000_000
"""A network file beyond this size is refused: the largest real ones take a few hundred kilobytes."""


class _Version(msgspec.Struct):
    format: int


def encode(network: Network) -> bytes:
    """The network as a JSON document, one layer a line, indented by block."""
    fields = plain(network)
    head = "".join(f'  "{key}": {_text(fields[key])},\n' for key in ("format", "name", "about", "input"))
    return f'{{\n{head}  "layers": {_list(fields["layers"], 2)}\n}}\n'.encode()


def plain(network: Network) -> dict[str, Any]:
    """The network as plain lists and dictionaries; what is not named has no name."""
    fields: dict[str, Any] = msgspec.to_builtins(network, enc_hook=str)  # for T, the size that is not fixed
    fields["input"] = [size if type(size) is int else str(size) for size in network.input]

    def nameless(nodes: list[dict[str, Any]]) -> None:
        for node in nodes:
            if not node["name"]:
                del node["name"]
            nameless(node.get("children", []))
            nameless(node.get("branches", []))

    nameless(fields["layers"])
    return fields


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _list(nodes: list[dict[str, Any]], indent: int) -> str:
    if not nodes:
        return "[]"
    space = " " * (indent + 2)
    return "[\n" + ",\n".join(f"{space}{_node(node, indent + 2)}" for node in nodes) + f"\n{' ' * indent}]"


def _node(node: dict[str, Any], indent: int) -> str:
    parts = [
        f"{_text(key)}: {_list(value, indent) if key in ('children', 'branches') else _text(value)}"
        for key, value in node.items()
    ]
    return f"{{{', '.join(parts)}}}"


def decode(data: bytes, where: str) -> Network:
    """The network in a JSON document. `where` names the file in errors. Raises `DocumentError`."""
    data = data.removeprefix(codecs.BOM_UTF8)  # some editors put one in front
    try:
        version = msgspec.json.decode(data, type=_Version).format
        if version > FORMAT:
            raise DocumentError(
                f"{where} was written by a newer version of Neural Net Explorer (format {version}; "
                f"this one reads up to {FORMAT}). Update the program to open it."
            )
        if version < 1:
            raise DocumentError(f"{where}: format {number(version)} does not exist; the first is 1.")
        network = msgspec.json.decode(data, type=Network)
        if not is_sample(network.input):
            raise DocumentError(f"{where}: input is wrong: T comes first, as in T×features, or stands alone.")
        if any(depth(node) > DEEPEST for node in network.layers):
            raise DocumentError(f"{where}: blocks lie within blocks more than {DEEPEST} deep. Make it flatter.")
        return network
    except msgspec.ValidationError as error:
        raise DocumentError(f"{where} is not a network file: {_plain(error, data)}.") from None
    except RecursionError:
        raise DocumentError(f"{where}: too much lies within one another, far beyond {DEEPEST} blocks.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise DocumentError(f"{where} is not a JSON file, or is cut off. Open one saved by this program.") from None


def _plain(error: msgspec.ValidationError, data: bytes) -> str:
    text, _, path = str(error).partition(" - at `$")
    place = path.rstrip("`").lstrip(".")
    said = _choice(data, place) if text.startswith("Invalid enum value") else _words(text, place)
    return f"{place} {said}" if place else f"it {said}"


_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object in braces",
    "null": "nothing",
}
"""What the types of a JSON document are called."""


def _choice(data: bytes, place: str) -> str:
    """What a field may be that is one of a few words, or is a number or pair that may also be a word."""
    value: Any = msgspec.json.decode(data)
    *steps, last = re.findall(r"\w+", place)
    for step in steps:
        value = value[int(step)] if step.isdigit() else value[step]
    if not isinstance(value, dict):
        return "must be a whole number, or “T” for any number of time steps"
    kind = next(kind for kind in (*PALETTE, *BLOCKS) if kind.__name__ == value["type"])
    field = next(field for field in fields(kind) if field.name == last)
    if field.word:
        return f"must be “{field.word}”, or {'a list of 2' if field.kind == 'pair' else 'a whole number'}"
    return f"must be one of {', '.join(f'“{choice}”' for choice in field.choices)}"


def _words(text: str, place: str) -> str:
    """Msgspec's reason in plain words: “must be a whole number of at least 1”."""

    def kinds(names: str) -> str:
        return " or ".join(_KINDS.get(name, name) for name in names.split(" | ") if name != "null")

    if match := re.fullmatch(r"Expected `array` of length (>=|<=)? ?(\d+)(, got \d+)?", text):
        bound = {">=": "at least ", "<=": "at most "}.get(match[1], "")
        return f"must be a list of {bound}{match[2]}"
    if match := re.fullmatch(r"Expected `([^`]+)` (>=|<=) (\S+)", text):
        return f"must be {kinds(match[1])} of at {'least' if match[2] == '>=' else 'most'} {_bound(match[3])}"
    if match := re.fullmatch(r"Expected `str` of length <= (\d+)", text):
        return f"must be text of at most {match[1]} characters"
    if text.startswith("Expected `str` matching regex"):
        return "must begin with a letter or _; then letters, digits and _ may follow"
    if text == "Number out of range":
        return "is too large a number"
    if match := re.fullmatch(r"Expected `([^`]+)`(?:, got `([^`]+)`)?", text):
        got = "one with decimals" if match[2] == "float" else _KINDS.get(match[2], match[2])
        return f"must be {kinds(match[1])}" + (f", not {got}" if got else "")
    if match := re.fullmatch(r"Object missing required field `([^`]+)`", text):
        return f"lacks “{match[1]}”"
    if match := re.fullmatch(r"Object contains unknown field `([^`]+)`", text):
        return f"has an unknown field “{match[1]}”"
    if re.search(r"\.branches\[\d+\]\.type$", place):
        return "must be “Sequence”: each branch is one"
    if (match := re.fullmatch(r"Invalid value '(.*)'", text, re.DOTALL)) and place.endswith(".type"):
        return f"names no kind of layer: “{match[1]}”. {_kinds_of_layers(match[1])}"
    return f"is wrong: {text[0].lower()}{text[1:]}"


def _bound(digits: str) -> str:
    return number(int(float(digits))) if float(digits) == int(float(digits)) else digits


def _kinds_of_layers(word: str) -> str:
    """The kinds there are, the nearest to `word` first."""
    names = [kind.__name__ for kind in (*PALETTE, *BLOCKS)]
    close = difflib.get_close_matches(word, names, n=len(names), cutoff=0.5)
    return f"There are: {', '.join([*close, *(name for name in names if name not in close)])}"


def read_network(path: Path) -> Network:
    """Read a network file. Raises `DocumentError` naming the file, the field and the reason."""
    try:
        if path.is_dir():
            raise DocumentError(f"{path} is a folder, not a network file.")
        if path.stat().st_size > MAX_BYTES:
            raise DocumentError(f"{path} is too large for a network file (over {MAX_BYTES // 10**6} MB).")
        data = path.read_bytes()
    except FileNotFoundError:
        raise DocumentError(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "its name is not possible"
        raise DocumentError(f"{path} cannot be read: {why}.") from None
    return decode(data, str(path))


def save_network(network: Network, path: Path) -> None:
    """Write a network file atomically. Raises `DocumentError`; the file before it then stays as it was."""
    try:
        write_atomic(path, encode(network))
    except OSError as error:
        raise DocumentError(f"{path} cannot be written: {reason(error)}. Save it in another place.") from None
