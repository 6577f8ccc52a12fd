"""The network document: frozen, versioned, read with checks and written atomically."""

from __future__ import annotations

import codecs
import difflib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from explorer.arch.errors import DocumentError
from explorer.arch.layer import Fix, Shape
from explorer.arch.layers import PALETTE, AnyLayer
from explorer.arch.storage import reason, write_atomic

FORMAT = 1
"""Version of the network file that this program writes, and the newest it reads."""

MAX_BYTES = 16_000_000
"""A network file beyond this size is refused: the largest real ones take a few hundred kilobytes."""

Size = Annotated[int, Meta(ge=1, le=10**9)]


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A network: what enters it, and the layers in their order.

    `input` is the shape of one sample without the batch: (channels, height, width) or (features,).
    """

    input: Annotated[tuple[Size, ...], Meta(min_length=1, max_length=3)]
    layers: tuple[AnyLayer, ...] = ()
    name: str = "Untitled"
    about: str = ""
    format: int = FORMAT

    # Edits: each returns a new document.

    def insert(self, index: int, *layers: AnyLayer) -> Network:
        """With `layers` put in front of position `index` (0…number of layers)."""
        return replace(self, layers=(*self.layers[:index], *layers, *self.layers[index:]))

    def remove(self, index: int) -> Network:
        """Without the layer at `index`."""
        return replace(self, layers=(*self.layers[:index], *self.layers[index + 1 :]))

    def put(self, index: int, layer: AnyLayer) -> Network:
        """With the layer at `index` replaced."""
        return replace(self, layers=(*self.layers[:index], layer, *self.layers[index + 1 :]))

    def move(self, index: int, to: int) -> Network:
        """With the layer at `index` moved so that it stands at position `to` afterwards."""
        return self.remove(index).insert(to, self.layers[index])

    def mend(self, index: int, fix: Fix) -> Network:
        """With the repair of a fault at `index` carried out."""
        if fix.remove:
            return self.remove(index)
        network = self.put(index, fix.replacement) if fix.replacement else self  # type: ignore[arg-type]
        return network.insert(index, *fix.before)  # type: ignore[arg-type]

    def with_input(self, shape: Shape) -> Network:
        """With another input shape."""
        return replace(self, input=shape)

    def named(self, name: str) -> Network:
        """With another name."""
        return replace(self, name=name)


def layer_names(network: Network) -> tuple[str, ...]:
    """What each layer is called: `conv1`, `relu1`, `pool1`, …, `fc3`; a kind that occurs once has no number.

    The same names stand in the module, its weights and every table.
    """
    totals = Counter(layer.stem for layer in network.layers)
    seen: Counter[str] = Counter()
    names = []
    for layer in network.layers:
        seen[layer.stem] += 1
        numbered = totals[layer.stem] > 1 or layer.stem in ("conv", "fc")
        names.append(f"{layer.stem}{seen[layer.stem]}" if numbered else layer.stem)
    return tuple(names)


class _Version(msgspec.Struct):
    format: int


def encode(network: Network) -> bytes:
    """The network as a JSON document, one layer a line."""

    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    fields = msgspec.to_builtins(network)
    layers = ",\n    ".join(text(layer) for layer in fields["layers"])
    head = "".join(f'  "{key}": {text(fields[key])},\n' for key in ("format", "name", "about", "input"))
    return f'{{\n{head}  "layers": [\n    {layers}\n  ]\n}}\n'.encode()


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
            raise DocumentError(f"{where}: format {version} does not exist; the first is 1.")
        return msgspec.json.decode(data, type=Network)
    except msgspec.ValidationError as error:
        raise DocumentError(f"{where} is not a network file: {_plain(error)}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DocumentError(f"{where} is not a JSON file, or is cut off. Open one saved by this program.") from None


def _plain(error: msgspec.ValidationError) -> str:
    text, _, path = str(error).partition(" - at `$")
    place = path.rstrip("`").lstrip(".")
    said = _words(text, place)
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


def _words(text: str, place: str) -> str:
    """Msgspec's reason in plain words: “must be a whole number of at least 1”."""

    def kinds(names: str) -> str:
        return " or ".join(_KINDS.get(name, name) for name in names.split(" | ") if name != "null")

    if match := re.fullmatch(r"Expected `array` of length (>=|<=)? ?(\d+)(, got \d+)?", text):
        bound = {">=": "at least ", "<=": "at most "}.get(match[1], "")
        return f"must be a list of {bound}{match[2]}"
    if match := re.fullmatch(r"Expected `([^`]+)` (>=|<=) (\S+)", text):
        return f"must be {kinds(match[1])} of at {'least' if match[2] == '>=' else 'most'} {match[3]}"
    if match := re.fullmatch(r"Expected `([^`]+)`(?:, got `([^`]+)`)?", text):
        got = "one with decimals" if match[2] == "float" else _KINDS.get(match[2], match[2])
        return f"must be {kinds(match[1])}" + (f", not {got}" if got else "")
    if match := re.fullmatch(r"Object missing required field `([^`]+)`", text):
        return f"lacks “{match[1]}”"
    if match := re.fullmatch(r"Object contains unknown field `([^`]+)`", text):
        return f"has an unknown field “{match[1]}”"
    if (match := re.fullmatch(r"Invalid value '(.*)'", text, re.DOTALL)) and place.endswith(".type"):
        return f"names no kind of layer: “{match[1]}”. {_kinds_of_layers(match[1])}"
    return f"is wrong: {text[0].lower()}{text[1:]}"


def _kinds_of_layers(word: str) -> str:
    """The kinds there are, the nearest to `word` first."""
    names = [kind.__name__ for kind in PALETTE]
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
