"""The document: edits, files, and what is said of broken ones."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.arch.analysis import analyse, node_names
from explorer.arch.document import decode, encode, read_network, save_network
from explorer.arch.errors import DocumentError, UsageError
from explorer.arch.fields import fields, read_shape
from explorer.arch.layers import PALETTE, Conv2d, Flatten, Linear, ReLU
from explorer.arch.network import FORMAT, Network
from explorer.arch.zoo import find_network, zoo, zoo_names


@pytest.mark.parametrize("name", zoo_names())
def test_what_is_saved_is_read_back(name: str, tmp_path: Path) -> None:
    save_network(zoo(name), tmp_path / "n.json")
    assert read_network(tmp_path / "n.json") == zoo(name)
    assert [p.name for p in tmp_path.iterdir()] == ["n.json"]


@pytest.mark.parametrize("kind", PALETTE)
def test_every_kind_of_layer_says_what_it_is(kind: type) -> None:
    assert kind.title
    assert kind.about.endswith(".")
    for field in fields(kind):
        assert field.title
        assert field.help.endswith(".")
        assert field.read(field.show(field.default)) == field.default
    assert decode(encode(Network((1, 8, 8), (kind(),))), "x").layers == (kind(),)


def test_a_file_cut_off_anywhere_is_refused_in_one_sentence() -> None:
    whole = encode(zoo("lenet5"))
    end = len(whole.rstrip())
    for length in range(end):
        with pytest.raises(DocumentError) as error:
            decode(whole[:length], "cut.json")
        assert "cut.json" in str(error.value)
        assert "\n" not in str(error.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    try:
        decode(data, "x.json")
    except DocumentError as error:
        said = str(error)
    else:
        said = "x.json"
    assert said.startswith("x.json")


def test_wrong_fields_are_named_with_their_place() -> None:
    document = json.loads(encode(zoo("lenet5")))
    document["layers"][3]["filters"] = "many"
    with pytest.raises(DocumentError, match=r"layers\[3\]\.filters must be a whole number, not text"):
        decode(json.dumps(document).encode(), "x.json")
    document["layers"][3] = {"type": "Convolution2d"}
    with pytest.raises(DocumentError, match=r"layers\[3\]"):
        decode(json.dumps(document).encode(), "x.json")
    document["layers"] = [{"type": "Linear", "unit": 3}]
    with pytest.raises(DocumentError, match="unit"):
        decode(json.dumps(document).encode(), "x.json")


def test_what_is_wrong_in_a_file_is_said_in_plain_words() -> None:
    def said(**changes: object) -> str:
        document = json.loads(encode(zoo("lenet5")))
        document["layers"][0] |= changes
        with pytest.raises(DocumentError) as error:
            decode(json.dumps(document).encode(), "x.json")
        return str(error.value).removeprefix("x.json is not a network file: ")

    assert said(filters=0) == "layers[0].filters must be a whole number of at least 1."
    assert said(filters=10**12) == "layers[0].filters must be a whole number of at most 1000000."
    assert said(filters=2.5) == "layers[0].filters must be a whole number, not one with decimals."
    assert said(kernel=[1, 2, 3]) == "layers[0].kernel must be a list of 2."
    assert said(in_channels="q") == "layers[0].in_channels must be a whole number, not text."
    assert said(bla=1) == "layers[0] has an unknown field “bla”."
    kinds = said(type="Convolution2d")
    assert kinds.startswith("layers[0].type names no kind of layer: “Convolution2d”. There are: Conv2d, ")
    assert all(kind.__name__ in kinds for kind in PALETTE)
    for wrong, words in (
        (b"[]", "it must be an object in braces, not a list"),
        (b'{"format": 1}', "it lacks “input”"),
        (b'{"format": 1, "input": []}', "input must be a list of at least 1"),
    ):
        with pytest.raises(DocumentError, match=words):
            decode(wrong, "x.json")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert decode(b"\xef\xbb\xbf" + encode(zoo("mlp")), "x.json") == zoo("mlp")


def test_a_newer_file_is_refused_politely() -> None:
    document = json.loads(encode(zoo("mlp"))) | {"format": FORMAT + 1, "future": True}
    with pytest.raises(DocumentError, match=r"newer version.*Update the program"):
        decode(json.dumps(document).encode(), "x.json")


def test_unreadable_files_are_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="There is no file"):
        read_network(tmp_path / "none.json")
    with pytest.raises(DocumentError, match="is a folder"):
        read_network(tmp_path)


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_keeps_the_old_file(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DocumentError, match="cannot be written"):
            save_network(zoo("mlp"), tmp_path / "n.json")
    finally:
        tmp_path.chmod(0o700)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "n.json"
    save_network(zoo("mlp"), path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DocumentError, match="No space left on device"):
        save_network(zoo("lenet5"), path)
    assert read_network(path) == zoo("mlp")
    assert [p.name for p in tmp_path.iterdir()] == ["n.json"]


def test_edits_make_new_documents() -> None:
    network = Network((1, 8, 8), (Conv2d(2), ReLU(), Flatten(), Linear(3)))
    assert network.move((0,), (3,)).layers == (ReLU(), Flatten(), Conv2d(2), Linear(3))
    assert network.move((3,), (0,)).layers == (Linear(3), Conv2d(2), ReLU(), Flatten())
    assert network.remove((1,)).insert((1,), ReLU()) == network
    assert node_names(network.layers) == ("conv1", "relu", "flatten", "fc1")


def test_a_missing_flatten_is_repaired_in_one_step() -> None:
    broken = zoo("lenet5").remove((6,))
    fault = analyse(broken).fault
    assert fault is not None
    assert fault.message == "Linear needs a vector of features; 16×5×5 arrives. Add Flatten before it."
    assert broken.mend(fault.at, fault.fixes[0]) == zoo("lenet5")


def test_a_huge_layer_is_counted_and_never_built() -> None:
    report = analyse(Network((10**9,), (Linear(10**9),)))
    assert report.parameters == 10**18 + 10**9


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean “lenet5”"):
        find_network("lenet")
    assert find_network("LeNet5") == zoo("lenet5")


@pytest.mark.parametrize(
    "text", ["", "3x", "x", "3xT", "Tx3x3", "0x3x3", "axbxc", "3x224x224x1", "-1", "1.5", "99999999999"]
)
def test_shapes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_shape(text)


def test_shapes_are_read_as_one_writes_them() -> None:
    assert read_shape("3x224x224") == read_shape("3 × 224 × 224") == (3, 224, 224)
    assert read_shape("784") == (784,)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("filters", "0"),
        ("filters", "nan"),
        ("filters", "1e3"),
        ("filters", "9" * 30),
        ("kernel", "3×3×3"),
        ("kernel", ""),
        ("stride", "-1"),
    ],
)
def test_wrong_input_in_a_field_is_said_not_taken(name: str, text: str) -> None:
    field = next(f for f in fields(Conv2d) if f.name == name)
    with pytest.raises(UsageError, match=field.title):
        field.read(text)


def test_fields_read_what_one_would_type() -> None:
    by_name = {f.name: f for f in fields(Conv2d)}
    assert by_name["kernel"].read("5") == by_name["kernel"].read("5 x 5") == (5, 5)
    assert by_name["kernel"].read("3,7") == (3, 7)
    assert by_name["in_channels"].read("") is None
    assert by_name["bias"].read("no") is False
