"""The command line as one uses it: results, JSON, and one clear line for everything that is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from explorer.cli import main
from explorer.cli.ask import _log as written
from explorer.learn.card import read_card, save_card
from explorer.learn.strokes import strokes

Captured = pytest.CaptureFixture[str]


def refused(arguments: list[str], capsys: Captured, status: int = 2) -> str:
    """The one line that a refused command says."""
    assert main(arguments) == status
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.strip().splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("nn-explorer: ")
    assert "Traceback" not in err
    return lines[0]


def document(arguments: list[str], capsys: Captured) -> object:
    """The JSON that a command prints, and nothing else."""
    assert main(arguments) == 0
    return json.loads(capsys.readouterr().out)


def test_list_names_everything(capsys: Captured) -> None:
    listed = document(["list", "--json"], capsys)
    assert isinstance(listed, dict)
    assert {"lenet5", "cifar10", "mlp", "logistic"} <= {n["name"] for n in listed["networks"]}
    on_disk = {d["name"]: d["on_disk"] for d in listed["datasets"]}
    assert on_disk["strokes"] is True
    assert on_disk["mnist"] is False
    assert all(m["name"].startswith(("digits-", "names-")) for m in listed["models"])
    assert main(["list"]) == 0
    assert "LeNet-5" in capsys.readouterr().out


def test_list_sees_data_that_are_there(real_data: Path, capsys: Captured) -> None:
    listed = document(["list", "--json", "--data-dir", str(real_data)], capsys)
    assert isinstance(listed, dict)
    assert {d["name"]: d["on_disk"] for d in listed["datasets"]}["mnist"] is True


def test_summary_counts(capsys: Captured) -> None:
    summary = document(["summary", "lenet5", "--json"], capsys)
    assert isinstance(summary, dict)
    assert summary["totals"] == {
        "parameters": 61706, "trainable": 61706, "main_path": 61706, "memory_bytes": 62504, "macs": 416520,
    }  # fmt: skip
    for key, total in summary["totals"].items():
        if key in summary["rows"][0]:
            assert sum(row[key] for row in summary["rows"]) == total
    assert summary["rows"][4]["path"] == "conv2"
    assert summary["rows"][4]["output"] == [16, 10, 10]
    assert main(["summary", "lenet5"]) == 0
    assert "61\u2009706 parameters" in capsys.readouterr().out


def test_summary_takes_another_input_and_a_file(tmp_path: Path, capsys: Captured) -> None:
    summary = document(["summary", "cifar10", "--input", "3x64x64", "--json"], capsys)
    assert isinstance(summary, dict)
    assert summary["rows"][1]["output"] == [6, 60, 60]
    path = tmp_path / "net.json"
    path.write_text('{"format": 1, "input": [4], "layers": [{"type": "Linear", "units": 2}]}')
    summary = document(["summary", str(path), "--json"], capsys)
    assert isinstance(summary, dict)
    assert summary["totals"]["parameters"] == 10


def test_summary_imports_neither_torch_nor_qt() -> None:
    program = (
        "import sys; from explorer.cli import main; main(['summary', 'lenet5']); main(['list']);"
        "sys.exit(bool({'torch', 'PySide6', 'torchvision'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["summary", "lenet"], "Did you mean “lenet5”"),
        (["summary", "nowhere.json"], "There is no file nowhere.json"),
        (["summary", "cifar10", "--input", "3xx"], "no input shape"),
        (["summary", "lenet5", "--input", "3x4x4"], "conv1"),
        (["summary"], "NETWORK"),
        (["sumary", "lenet5"], "Did you mean “summary”"),
        (["--nonsense"], "--nonsense"),
        (["train", "lenet5", "--data", "minst"], "Did you mean “mnist”"),
        (["train", "lenet5", "--epochs", "0"], "Epochs lies between 1 and"),
        (["train", "lenet5", "--epochs", "many"], "Epochs is a whole number"),
        (["train", "lenet5", "--optimiser", "Adaam"], "Optimiser is one of"),
        (["train", "cifar10", "--data", "strokes"], "takes 3×32×32; Strokes gives 1×28×28"),
        (["train", "lenet5", "--resume"], "--resume needs --out"),
        (["evaluate", "digits-xyz", "--data", "strokes"], "There is no model or run “digits-xyz”"),
        (["predict", "nothing.png"], "nn-explorer: There is no file nothing.png: check its name and folder."),
        (["predict", "--top", "0", "x.png"], "Top lies between"),
        (["tour", "--out", "x", "--size", "10x10"], "no size between"),
        (["tour", "--out", "x", "--panel", "bild"], "Did you mean “build”"),
        (["nofile"], "There is no command and no file"),
        (["nofile.json"], "There is no file"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: list[str], says: str, capsys: Captured) -> None:
    assert says in refused(arguments, capsys)


def test_a_device_that_is_not_there(tmp_path: Path, capsys: Captured) -> None:
    assert "Choose auto or cpu" in refused(["train", "mlp", "--device", "mps", "--out", str(tmp_path / "r")], capsys)
    assert not (tmp_path / "r").exists()


def test_mnist_without_a_network_says_what_to_do(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torchvision.datasets import MNIST

    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    said = refused(["train", "mlp", "--data", "mnist", "--out", str(tmp_path / "r")], capsys)
    assert "no server answers" in said
    assert "--data-dir" in said
    assert list(tmp_path.iterdir()) == []
    assert "--data-dir" in refused(["evaluate", "digits-cnn", "--data", "mnist"], capsys)


@pytest.fixture
def small_strokes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole set takes seconds to draw; a hundredth of it is enough to see that the commands work."""
    import explorer.learn.data as data

    blocks = data.strokes.blocks
    monkeypatch.setattr(data.strokes, "blocks", lambda count, seed: blocks(max(count // 20, 1), seed))
    monkeypatch.setattr(data, "split", lambda part, _, split=data.split: split(part, 250))


@pytest.mark.usefixtures("small_strokes")
def test_train_evaluate_predict(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "run"
    assert main(["train", "mlp", "--data", "strokes", "--epochs", "2", "--out", str(folder), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["event"] == "started"
    assert lines[-1]["event"] == "finished"
    assert sum(line["event"] == "epoch" for line in lines) == 2
    score = document(["evaluate", str(folder), "--data", "strokes", "--json"], capsys)
    assert isinstance(score, dict)
    assert score["samples"] == sum(map(sum, score["confusion"]))
    assert score["accuracy"] == next(line for line in lines if line["event"] == "tested")["accuracy"]
    assert len(score["precision"]) == len(score["recall"]) == len(score["classes"]) == 10
    images, _ = strokes(2, seed=9)
    paths = []
    for k, image in enumerate(images[:2]):
        paths.append(str(tmp_path / f"{k}.png"))
        Image.fromarray(255 - image).resize((200, 200)).save(paths[-1])
    answers = document(["predict", "--model", str(folder), "--top", "2", "--json", *paths], capsys)
    assert isinstance(answers, list)
    assert [a["input"] for a in answers] == paths
    assert all(len(a["top"]) == 2 and a["top"][0]["log_probability"] >= a["top"][1]["log_probability"] for a in answers)
    assert "already holds a run" in refused(["train", "mlp", "--out", str(folder)], capsys)
    assert main(["train", "cifar10", "--fit", "--epochs", "1", "--out", str(tmp_path / "fitted")]) == 0
    assert "Set the input to 1×28×28" in capsys.readouterr().err


@pytest.mark.usefixtures("small_strokes")
def test_resume_goes_on_as_the_run_began(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "run"
    again = ["train", "--resume", "--out", str(folder)]
    assert "is not a run" in refused(again, capsys)
    assert "NETWORK" in refused(["train", "--out", str(folder)], capsys)
    assert main(["train", "mlp", "--epochs", "2", "--out", str(folder)]) == 0
    capsys.readouterr()
    assert main(again) == 0
    assert capsys.readouterr() == ("", "The run is finished.\n")
    card = read_card(folder)
    save_card(msgspec.structs.replace(card, accuracy=None, steps=card.steps - 1), folder)  # not at its end
    assert "has --epochs 2, not 3" in refused([*again, "--epochs", "3"], capsys)
    assert "has --learning-rate 0.002, not 0.1" in refused([*again, "--learning-rate", "0.1"], capsys)
    assert "has --augment no, not yes" in refused([*again, "--augment"], capsys)
    assert "has --data strokes, not mnist" in refused([*again, "--data", "mnist"], capsys)
    assert "trains another network" in refused(["train", "lenet5", *again[1:]], capsys)
    assert main(["train", "mlp", *again[1:], "--epochs", "2", "--data", "strokes"]) == 0
    assert "Test accuracy" in capsys.readouterr().out
    save_card(msgspec.structs.replace(card, accuracy=None), folder)
    (folder / "checkpoint.safetensors").unlink()
    assert "cannot be continued" in refused(again, capsys)


@pytest.mark.usefixtures("small_strokes")
def test_a_loss_that_is_no_number_is_a_failure(tmp_path: Path, capsys: Captured) -> None:
    deep = tmp_path / "deep.json"
    layers = ", ".join('{"type": "Linear", "units": 64}' for _ in range(4))
    deep.write_text(
        f'{{"format": 1, "input": [1, 28, 28], "layers": [{{"type": "Flatten"}}, {layers}, '
        '{"type": "Linear", "units": 10}]}'
    )
    arguments = ["train", str(deep), "--optimiser", "SGD", "--learning-rate", "10", "--out", str(tmp_path / "r")]
    assert main(arguments) == 1
    assert "no longer a number" in capsys.readouterr().err


def test_an_error_in_the_program_is_one_line_too(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr("explorer.learn.card.shipped", broken)
    said = refused(["list"], capsys, status=1)
    assert said.endswith("“list” stopped because of an error in the program: ZeroDivisionError: division by zero.")
    monkeypatch.setenv("EXPLORER_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["list"])


def test_a_log_probability_of_nothing_has_no_sign() -> None:
    assert [written(v) for v in (-0.0, -0.001, -0.005001, -2.345)] == ["0.00", "0.00", "−0.01", "−2.35"]


def test_an_empty_picture_is_said(tmp_path: Path, capsys: Captured) -> None:
    Image.fromarray(np.full((50, 50), 255, np.uint8)).save(tmp_path / "white.png")
    assert "white.png" in refused(["predict", str(tmp_path / "white.png")], capsys)


def test_the_shipped_model_reads_drawn_digits(tmp_path: Path, capsys: Captured) -> None:
    images, labels = strokes(40, seed=77)
    paths = []
    for k, image in enumerate(images):
        paths.append(str(tmp_path / f"{k}.png"))
        Image.fromarray(255 - image).resize((280, 280), Image.Resampling.BICUBIC).save(paths[-1])
    answers = document(["predict", "--json", *paths], capsys)
    assert isinstance(answers, list)
    right = sum(a["top"][0]["label"] == str(label) for a, label in zip(answers, labels, strict=True))
    assert right >= 38


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can be without a display")
def test_without_a_display_one_line_names_tour() -> None:
    bare = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run([sys.executable, "-m", "explorer"], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "tour" in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are named so on Linux")
def test_a_display_that_does_not_answer_is_said_and_tour_needs_none(tmp_path: Path) -> None:
    dead = {k: v for k, v in os.environ.items() if k not in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")} | {"DISPLAY": ":77"}
    command = [sys.executable, "-m", "explorer"]
    done = subprocess.run(command, env=dead, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "tour" in done.stderr
    toured = [*command, "tour", "--out", str(tmp_path), "--panel", "welcome"]
    assert subprocess.run(toured, env=dead, capture_output=True, check=False).returncode == 0
    assert len(list(tmp_path.glob("*.png"))) == 1
