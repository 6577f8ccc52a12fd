"""A class of one's own on the command line: `summary`, the window, and one line for what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from explorer.arch.network import Network
from explorer.arch.share import to_text
from explorer.arch.zoo import zoo
from explorer.cli import main
from explorer.cli.networks import is_class, network_of

SOURCE = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4 * 30 * 30, 10)

    def forward(self, x):
        return self.fc(torch.flatten(self.conv(x), 1))


print("a line of the user's own")
"""
numbers = count()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a package's module with a network, in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    package = f"owned{next(numbers)}"
    (tmp_path / package).mkdir()
    (tmp_path / package / "models.py").write_text(SOURCE)
    return f"{package}.models"


Captured = pytest.CaptureFixture[str]


def refused(arguments: list[str], capsys: Captured) -> str:
    """The last line that a refused command says; what the user's code prints may stand before it."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    last = err.strip().splitlines()[-1]
    assert last.startswith("nn-explorer: ")
    return last


def test_summary_of_a_class(module: str, capsys: Captured) -> None:
    assert main(["summary", f"{module}:Net", "--input", "3x32x32", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["network"] == "Net"
    assert [row["path"] for row in summary["rows"]] == ["input", "conv", "flatten", "fc"]
    assert summary["totals"]["parameters"] == 112 + 36010


def test_the_current_folder_is_looked_in(module: str) -> None:
    # As the installed command starts: with its own folder in the path, and not the current one.
    program = "import sys; sys.path.remove(''); from explorer.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "summary", f"{module}:Net", "--input", "3x32x32"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "a line of the user's own\n")
    assert "Net, input 3×32×32" in done.stdout


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda word: ["summary", word], "such as --input 3x32x32"),
        (lambda word: [word], "such as --input 3x32x32"),
        (lambda word: [word, "--input", "3xx"], "is no input shape"),
        (lambda word: [word, "--input", "3x8x8"], "cannot be shown: it fails for an input of 3×8×8"),
        (lambda word: ["summary", f"{word}s", "--input", "3x32x32"], "Did you mean “Net”?"),
        (lambda word: ["summary", f"no{word}", "--input", "3x32x32"], "There is no Python module"),
        (lambda _: ["nomodule:Net", "--input", "4"], "There is no Python module “nomodule”"),
        (lambda _: ["summary", "models.py:Net", "--input", "4"], "without .py: models:Net"),
        (lambda _: ["window", "--input", "4"], "--input needs what it is for"),
        (lambda _: ["nonetwork", "--input", "4"], "There is no command and no file"),
    ],
)
def test_what_is_wrong_is_one_line(make: Callable[[str], list[str]], says: str, module: str, capsys: Captured) -> None:
    assert says in refused(make(f"{module}:Net"), capsys)


def test_the_window_opens_with_the_class(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Network] = []

    def take(file: Path | None, network: Network | None) -> int:
        assert file is None
        assert network is not None
        opened.append(network)
        return 0

    monkeypatch.setattr("explorer.app.main.start", take)
    assert main([f"{module}:Net", "--input", "3x32x32"]) == 0
    assert main(["window", f"{module}:Net", "--input", "3x32x32"]) == 0
    assert main(["window", "lenet5", "--input", "1x32x32"]) == 0
    long = zoo("lenet5").named("".join(map(str, range(300))))  # its text is longer than a file's name can be
    assert main([to_text(long)]) == 0
    assert [(network.name, network.input) for network in opened] == [
        ("Net", (3, 32, 32)), ("Net", (3, 32, 32)), ("LeNet-5", (1, 32, 32)),
        (long.name, (1, 32, 32)),
    ]  # fmt: skip


def test_the_window_shows_the_network(
    module: str, monkeypatch: pytest.MonkeyPatch, qtbot: object, tmp_path: Path
) -> None:
    from PySide6.QtWidgets import QApplication

    titles: list[str] = []

    def run(_: QApplication) -> int:
        for window in QApplication.topLevelWidgets():
            if window.isVisible() and hasattr(window, "workspace"):
                titles.append(window.workspace.network.name)
                window.close()
        return 0

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    monkeypatch.setattr("explorer.app.main.make_application", lambda: application)
    monkeypatch.setattr("explorer.app.window.Window.load_torch", lambda _: None)  # no thread beside the test
    monkeypatch.setattr(QApplication, "exec", run)
    assert main([f"{module}:Net", "--input", "3x32x32"]) == 0
    assert titles == ["Net"]
    assert qtbot is not None
    assert (tmp_path / "store").is_dir()


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        ("models:Net", True), ("a_b.models:Outer.Net", True), ("models.py:Net", True), ("dir/models.py:Net", True),
        ("lenet5", False), ("net.json", False), (r"C:\nets\net.json", False), ("c:net", False), ("nnx1:abc", False),
        ("models:", False), (":Net", False), ("./runs/a:b", False),
    ],
)  # fmt: skip
def test_which_words_name_a_class(word: str, is_one: bool) -> None:
    assert is_class(word) is is_one


def test_a_known_network_needs_no_torch() -> None:
    assert network_of("lenet5").name == "LeNet-5"
    assert network_of("lenet5", "1x40x40").input == (1, 40, 40)
