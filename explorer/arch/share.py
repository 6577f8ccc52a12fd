"""Networks and layers as text: to paste into a mail or another window."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterable
from typing import Any

import msgspec

from explorer.arch.document import MAX_BYTES, decode, plain
from explorer.arch.errors import DocumentError
from explorer.arch.network import FORMAT, Network
from explorer.arch.tree import Node

PREFIX = "nnx1:"
"""How the text of a network begins; 1 is the version of the packing, the network in it has its own."""

LAYERS = "neural-net-explorer-layers"
"""The mark of copied layers, so that no other JSON is taken for them."""

_WHERE = "The pasted text"


def to_text(network: Network) -> str:
    """The network as one line of letters, digits and `-_:`, which `from_text` reads."""
    document = json.dumps(plain(network), ensure_ascii=False, separators=(",", ":"))
    return PREFIX + base64.urlsafe_b64encode(zlib.compress(document.encode(), 9)).decode().rstrip("=")


def is_text(word: str) -> bool:
    """Whether a word claims to be a network as text."""
    return word.lstrip().startswith(PREFIX)


def from_text(text: str) -> Network:
    """The network in a text of `to_text`; spaces and line breaks that got into it do not matter.

    Raises `DocumentError` for anything else, and for what unpacks to more than 16 MB.
    """
    packed = "".join(text.split())
    if not packed.startswith(PREFIX):
        raise DocumentError(f"{_WHERE} is no network: it does not begin with {PREFIX} Copy all of it.")
    body = packed.removeprefix(PREFIX)
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        document = unpacker.decompress(data, MAX_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise DocumentError(f"{_WHERE} is damaged or cut off. Copy all of it, from {PREFIX} to its end.") from None
    if len(document) > MAX_BYTES:
        raise DocumentError(f"{_WHERE} holds more than a network can (over {MAX_BYTES // 10**6} MB).")
    if not unpacker.eof or unpacker.unused_data:
        raise DocumentError(f"{_WHERE} is damaged or cut off. Copy all of it, from {PREFIX} to its end.")
    return decode(document, _WHERE)


def nodes_to_text(nodes: Iterable[Node]) -> str:
    """Layers and blocks as JSON, which `nodes_from_text` reads."""
    layers = plain(Network((1,), tuple(nodes)))["layers"]
    return json.dumps({"what": LAYERS, "format": FORMAT, "layers": layers}, ensure_ascii=False)


def nodes_from_text(text: str) -> tuple[Node, ...]:
    """The layers and blocks in a text of `nodes_to_text`. Raises `DocumentError` for anything else."""
    if len(text) > MAX_BYTES:
        raise DocumentError(f"{_WHERE} is too large for layers (over {MAX_BYTES // 10**6} MB).")
    try:
        document: Any = msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("what") != LAYERS:
        raise DocumentError(f"{_WHERE} holds no layers. Copy layers in this program first.")
    fields = {"input": [1], "layers": document.get("layers"), "format": document.get("format")}
    return decode(msgspec.json.encode(fields), _WHERE).layers
