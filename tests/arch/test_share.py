"""Networks and layers as text to paste."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.arch.errors import DocumentError
from explorer.arch.layers import Conv2d, Linear, ReLU
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.arch.share import from_text, is_text, nodes_from_text, nodes_to_text, to_text
from explorer.arch.tree import Parallel, Sequence

NODES = (Conv2d(filters=6, name="first"), Parallel((Sequence((ReLU(),), repeat=3), Sequence()), merge="add"))
NETWORK = Network((T, 4), (*NODES, Linear(10)), name="Été 网络", about='"quotes"')


def packed(document: bytes) -> str:
    return "nnx1:" + base64.urlsafe_b64encode(zlib.compress(document)).decode()


def test_a_network_survives() -> None:
    text = to_text(NETWORK)
    assert "\n" not in text
    assert is_text(text)
    assert not is_text("lenet5")
    assert from_text(text) == NETWORK
    assert from_text("  " + "\r\n \t".join(text[i : i + 60] for i in range(0, len(text), 60))) == NETWORK


def test_what_is_damaged_is_refused() -> None:
    text = to_text(NETWORK)
    for length in range(5, len(text)):
        with pytest.raises(DocumentError, match="damaged or cut off"):
            from_text(text[:length])
    with pytest.raises(DocumentError, match="damaged"):
        from_text(text + "AAAA")
    for other in ("", "lenet5", text[1:], "nnx2:" + text[5:], "{}"):
        with pytest.raises(DocumentError, match="does not begin with nnx1:"):
            from_text(other)
    with pytest.raises(DocumentError, match="The pasted text is not a network file"):
        from_text(packed(b'{"format": 2, "input": [1], "layers": 3}'))
    with pytest.raises(DocumentError, match="newer version"):
        from_text(packed(b'{"format": 99}'))


def test_a_bomb_is_refused() -> None:
    with pytest.raises(DocumentError, match="over 16 MB"):
        from_text(packed(b" " * 400_000_000))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (from_text, nodes_from_text):
        with pytest.raises(DocumentError):
            read(text)
    with pytest.raises(DocumentError):
        from_text("nnx1:" + text)


def test_layers_survive() -> None:
    text = nodes_to_text(NODES)
    assert nodes_from_text(text) == NODES
    assert json.loads(text)["layers"][0]["name"] == "first"
    assert nodes_from_text(nodes_to_text(())) == ()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"layers": []}', "null", "[" * 5000, '{"what": 1, "layers": []}'])
def test_other_json_is_no_layers(text: str) -> None:
    with pytest.raises(DocumentError, match="holds no layers"):
        nodes_from_text(text)


def test_wrong_layers_are_refused() -> None:
    document = json.loads(nodes_to_text(NODES))
    for key, value in (("layers", None), ("layers", [{"type": "Nothing"}]), ("format", None), ("format", 99)):
        with pytest.raises(DocumentError, match="pasted text"):
            nodes_from_text(json.dumps(document | {key: value}))
