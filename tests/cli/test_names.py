"""Names on the command line: asked, trained on, evaluated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from explorer.cli import main
from explorer.learn.card import read_card, shipped
from explorer.learn.letters import LANGUAGES
from explorer.learn.strokes import strokes

Captured = pytest.CaptureFixture[str]

CLEAR = {"Pelaez": "Spanish", "Lukashenko": "Russian", "Witek": "Polish", "Putin": "Russian"}
"""Names of the lecture that every model must know."""


def answers(arguments: list[str], capsys: Captured) -> list[dict[str, object]]:
    assert main(["predict", "--json", *arguments]) == 0
    out = capsys.readouterr().out
    found = json.loads(out)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("model", [card.name for card in shipped() if card.name.startswith("names-")])
def test_the_clear_names_come_first_with_every_model(model: str, capsys: Captured) -> None:
    found = answers(["--model", model, *CLEAR], capsys)
    assert [one["input"] for one in found] == list(CLEAR)
    for one, language in zip(found, CLEAR.values(), strict=True):
        top = one["top"]
        assert isinstance(top, list)
        assert len(top) == 3
        assert top[0]["label"] == language, one
        logs = [entry["log_probability"] for entry in top]
        assert logs == sorted(logs, reverse=True)
        assert all(log <= 0 for log in logs)


def test_pictures_and_names_are_told_apart(tmp_path: Path, capsys: Captured) -> None:
    images, labels = strokes(1, seed=4)
    Image.fromarray(images[0]).resize((56, 56)).save(tmp_path / "digit.png")
    found = answers([str(tmp_path / "digit.png"), "Kim", "--top", "1"], capsys)
    tops = [one["top"] for one in found]
    assert tops[0][0]["label"] == str(labels[0])  # type: ignore[index]
    assert tops[1][0]["label"] in LANGUAGES  # type: ignore[index]


def test_answers_after_every_letter(capsys: Captured) -> None:
    (found,) = answers(["Pelàez", "--letters"], capsys)
    letters = found["letters"]
    assert isinstance(letters, list)
    assert [row["letter"] for row in letters] == list("Pelaez")
    assert letters[-1]["top"] == found["top"]
    assert main(["predict", "Pelaez", "--letters"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Pelaez: Spanish −")
    assert len(lines) == 7


def test_odd_words_are_said_and_never_dropped_silently(capsys: Captured) -> None:
    assert main(["predict", "Pe-laez"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("Pe-laez: ")
    assert "“-” is not among the 57 letters" in captured.err
    assert main(["predict", "a" * 10_000]) == 0
    captured = capsys.readouterr()
    assert "Only the first 200 letters are read." in captured.err
    assert len(captured.out) < 400  # nor are the others printed again
    for word in ("", "   ", "Жуков", "😀", "Αθήνα"):
        assert main(["predict", word]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert len(captured.err.strip().splitlines()) == 1
        assert "Latin letters" in captured.err


def test_a_folder_of_lists_trains_and_evaluates(tmp_path: Path, capsys: Captured) -> None:
    towns = tmp_path / "towns"
    towns.mkdir()
    (towns / "Many.txt").write_text("\n".join(f"{a}{b}{c}o" for a in "abcdefgh" for b in "aei" for c in "lmn"))
    (towns / "Few.txt").write_text("\n".join(f"{a}{b}{c}ski" for a in "bdg" for b in "uoy" for c in "wzrt"))
    out = tmp_path / "run"
    command = ["train", "names-gru", "--data", str(towns), "--out", str(out)]
    assert main(command) == 2
    assert "18 units" in capsys.readouterr().err
    fast = ["--fit", "--epochs", "3", "--batch", "16", "--no-augment"]
    assert main([*command, *fast]) == 0
    printed = capsys.readouterr().out
    assert "words/s" in printed
    assert "Balanced accuracy" in printed
    recipe = read_card(out).recipe
    assert (recipe.balanced, recipe.augment, recipe.optimiser) == (
        True,
        False,
        "AdamW",
    )
    assert main(["evaluate", str(out), "--data", str(towns), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["classes"] == ["Few", "Many"]
    assert len(found["confusion"]) == 2
    assert main(["evaluate", str(out), "--data", "names"]) == 2
    assert "other classes" in capsys.readouterr().err


def test_the_lectures_recipe_prints_the_lectures_lines(tmp_path: Path, capsys: Captured) -> None:
    command = ["train", "names-rnn", "--preset", "lecture", "--samples", "60", "--out", str(tmp_path / "run")]
    assert main(command) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "% (" in line]
    assert len(lines) == 20
    assert lines[-1].startswith("60 100% (0m ")
    assert all(" / " in line and ("✓" in line or "✗ (" in line) for line in lines)
    recipe = read_card(tmp_path / "run").recipe
    assert (recipe.batch, recipe.optimiser, recipe.learning_rate, recipe.samples) == (1, "SGD", 0.005, 60)
    assert main(["train", "--resume", "--out", str(tmp_path / "run"), "--preset", "fast"]) == 2
    assert "its own recipe" in capsys.readouterr().err
    assert main([*command[:2], "--preset", "quick"]) == 2
    assert "no preset “quick”" in capsys.readouterr().err


def test_data_that_are_none_are_refused_in_one_line(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "Only.txt").write_text("a\nb\n")
    for data, said in (
        (str(tmp_path / "one"), "only Only.txt"),
        (str(tmp_path / "none"), "There is no folder"),
        ("namse", "Did you mean “names”"),
        ("names#words", "There is no data set"),
    ):
        assert main(["train", "names-lstm", "--data", data, "--out", str(tmp_path / "run")]) == 2
        captured = capsys.readouterr()
        assert said in captured.err
        assert len(captured.err.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()
