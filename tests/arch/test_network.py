"""The document: edits, files, and what is said of broken ones."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.arch.analysis import analyse
from explorer.arch.document import decode, encode, read_network, save_network
from explorer.arch.errors import DocumentError, UsageError
from explorer.arch.fields import fields, read_shape
from explorer.arch.layers import PALETTE, Conv2d, Embedding, Flatten, LastStep, Linear, ReLU
from explorer.arch.naming import node_names
from explorer.arch.network import FORMAT, Network
from explorer.arch.shape import T
from explorer.arch.tree import DEEPEST, Auxiliary, Node, Parallel, Sequence
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
    assert said(filters=10**12) == "layers[0].filters must be a whole number of at most 1\u2009000\u2009000."
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


WRONG: tuple[object, ...] = (
    None, True, -1, 2.5, 1e308, 10**30, 2**63, "", "0a", "a b", "x" * 41, [], [1], [1, 2, 3], ["T", "T"], [[1]], {},
    {"type": "ReLU"}, [{"type": "ReLU"}], [{"type": 3}], [{}],
)  # fmt: skip
"""Values of all types, of which each field can take few."""

SAMPLES = (
    *(kind(name="a") for kind in PALETTE),
    Sequence((ReLU(),), repeat=2),
    Parallel((Sequence((ReLU(),)), Sequence())),
    Auxiliary((Linear(2),)),
)


@pytest.mark.parametrize("node", SAMPLES, ids=lambda node: node.type)
def test_any_wrong_value_in_any_field_is_said_in_plain_words(node: Node) -> None:
    document = json.loads(encode(Network((T, 4), (node,), name="n")))
    fields_of = [(document, key) for key in document] + [(document["layers"][0], key) for key in document["layers"][0]]
    for holder, key in fields_of:
        right = holder[key]
        for value in WRONG:
            holder[key] = value
            said = refusal(json.dumps(document).encode())
            assert said is None or (said.startswith("x.json") and said.endswith(".")), said
            assert said is None or not re.search(r"Expected|Invalid|regex|enum|`|'|NoneType|\.0\b", said), said
            assert said is None or len(said) < 800
        del holder[key]
        refusal(json.dumps(document).encode())
        holder[key] = right
        holder["more"] = 1
        assert "unknown field “more”" in (refusal(json.dumps(document).encode()) or "")
        del holder["more"]
    assert refusal(json.dumps(document).encode()) is None


def refusal(data: bytes) -> str | None:
    """Why a file is not read; `None` if it is, and survives its file."""
    try:
        network = decode(data, "x.json")
    except DocumentError as error:
        return str(error)
    assert decode(encode(network), "again") == network
    return None


def test_a_file_with_blocks_cut_off_anywhere_is_refused() -> None:
    body = Parallel((Sequence((Linear(4, name="one"), ReLU())), Sequence()), merge="add", name="skip")
    nodes = (Embedding(name="é".encode().hex()), Sequence((body,), repeat=3, name="stage"), Auxiliary((LastStep(),)))
    whole = encode(Network((T,), nodes, name="Ü – 名", about="“…”"))
    assert decode(whole, "x").layers == nodes
    for length in range(len(whole.rstrip())):
        said = refusal(whole[:length])
        assert said is not None
        assert said.startswith("x.json is not a")


def test_numbers_that_are_none_are_refused() -> None:
    head = b'{"format": 2, "input": [1], "layers": [{"type": "Dropout", "p": '
    assert "is not a JSON file" in (refusal(head + b"NaN}]}") or "")
    assert "is not a JSON file" in (refusal(head + b"-Infinity}]}") or "")
    assert "layers[0].p is too large a number" in (refusal(head + b"1e999}]}") or "")
    assert "of at most 0.99" in (refusal(head + b"1}]}") or "")


@pytest.mark.parametrize("levels", [DEEPEST + 1, 300, 10_000])
def test_what_lies_too_deep_is_refused(levels: int) -> None:
    start, end = b'[{"type": "Sequence", "children": ', b"}]"
    said = refusal(b'{"format": 2, "input": [1], "layers": ' + start * levels + b"[]" + end * levels + b"}")
    assert said is not None
    assert "within" in said
    assert refusal(b'{"format": 2, "input": [1], "layers": ' + start * 40 + b"[]" + end * 40 + b"}") is None


def test_a_field_of_a_few_words_says_which() -> None:
    def said(node: dict[str, object]) -> str:
        data = json.dumps({"format": 2, "input": [1], "layers": [{"type": "Auxiliary", "children": [node]}]})
        return (refusal(data.encode()) or "").removeprefix("x.json is not a network file: layers[0].children[0]")

    modes = ".padding_mode must be one of “circular”, “reflect”, “replicate”, “zeros”."
    assert said({"type": "Conv2d", "padding_mode": "mirror"}) == modes
    assert said({"type": "Conv2d", "padding": "full"}) == ".padding must be “same”, or a list of 2."
    assert said({"type": "Conv1d", "padding": "full"}) == ".padding must be “same”, or a whole number."
    assert said({"type": "Parallel", "merge": "sum"}) == ".merge must be one of “add”, “concat”."
    branch = said({"type": "Parallel", "branches": [{"type": "ReLU"}]})
    assert branch == ".branches[0].type must be “Sequence”: each branch is one."


def test_names_are_unique_and_possible_in_a_module() -> None:
    given = ("forward", "train", "train_", "class", "_conv", "__init__", "conv1", "conv1", "x", "", "")
    names = node_names(tuple(Conv2d(name=name) for name in given))
    assert names == (
        "forward_", "train_", "train__2", "class_", "layer_conv", "layer_init", "conv1", "conv1_2", "x_", "conv10",
        "conv11",
    )  # fmt: skip
    assert node_names((Conv2d(), Conv2d(name="conv1"))) == ("conv1_2", "conv1")
    assert len(set(node_names((Linear(2, name="same"),) * 5000))) == 5000
