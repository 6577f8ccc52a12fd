"""`nn-explorer export`: what it writes, and what it says when it cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from explorer.arch.analysis import analyse
from explorer.arch.document import read_network
from explorer.arch.layers import Linear
from explorer.arch.network import Network
from explorer.arch.share import from_text, to_text
from explorer.arch.zoo import zoo
from explorer.cli import main

Captured = pytest.CaptureFixture[str]


def refused(arguments: list[str], capsys: Captured) -> str:
    assert main(["export", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    return err


def printed(arguments: list[str], capsys: Captured) -> str:
    assert main(["export", *arguments]) == 0
    return capsys.readouterr().out


def test_code_that_is_printed_runs(capsys: Captured) -> None:
    text = printed(["lenet5", "--to", "pytorch"], capsys)
    said = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
    assert said == "output: (2, 10)\nparameters: 61706\n"
    assert "keras.Model(inputs, x" in printed(["lenet5", "--to", "keras"], capsys)


def test_files_are_those_of_the_network(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "x.json"
    assert printed(["lenet5", "--to", "json", "-o", str(path)], capsys) == ""
    assert read_network(path) == zoo("lenet5")
    text = printed([str(path), "--to", "text"], capsys)
    assert from_text(text) == zoo("lenet5")
    assert printed([text.strip(), "--to", "text"], capsys) == text


def test_another_input(capsys: Captured) -> None:
    text = printed(["logistic", "--to", "pytorch", "--input", "3x8x8"], capsys)
    count = analyse(zoo("logistic").with_input((3, 8, 8))).parameters
    assert f"{count:,}".replace(",", " ") + " parameters." in text


def test_onnx(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "x.onnx"
    assert printed(["logistic", "--to", "onnx", "-o", str(path)], capsys) == ""
    assert path.stat().st_size > 30_000


def test_pictures(tmp_path: Path, capsys: Captured) -> None:
    assert "<svg" in printed(["lenet5", "--to", "svg", "--vertical"], capsys)
    for kind, begins in (("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
        path = tmp_path / f"x.{kind}"
        assert printed(["lenet5", "--to", kind, "--theme", "dark", "-o", str(path)], capsys) == ""
        assert path.read_bytes().startswith(begins)


def test_notes_go_to_standard_error(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"format": 2, "name": "x", "input": ["T", 4], "layers": [{"type": "LSTM", "hidden": 3}]}')
    assert main(["export", str(path), "--to", "keras"]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("lstm: Keras has one bias a gate where PyTorch has two, so it has 12 parameters fewer")
    assert "layers.LSTM(3" in out


def test_what_is_wrong_is_one_sentence(tmp_path: Path, capsys: Captured) -> None:
    faulty = to_text(Network((3, 4, 4), (Linear(2),)))
    for kind in ("onnx", "png", "pdf"):
        assert "-o FILE" in refused(["lenet5", "--to", kind], capsys)
    assert "invalid choice" in refused(["lenet5", "--to", "word"], capsys)
    assert "Did you mean “lenet5”" in refused(["lenet", "--to", "json"], capsys)
    assert "cut off" in refused(["nnx1:abc", "--to", "json"], capsys)
    assert "fc1: Linear needs" in refused([faulty, "--to", "pytorch"], capsys)
    assert "does not fit" in refused(["lenet5", "--to", "keras", "--input", "1x4x4"], capsys)
    assert "cannot be written" in refused(["lenet5", "--to", "json", "-o", str(tmp_path / "a" / "x")], capsys)
