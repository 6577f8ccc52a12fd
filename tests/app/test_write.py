from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from explorer.app import theme
from explorer.app.predict.write.odds import candidates
from explorer.app.predict.write.page import WritePage
from explorer.app.predict.write.ranking import Entry, Ranking
from explorer.app.predict.write.reasons import chance, few, perplexity, why_drawn
from explorer.app.predict.write.surprise import MOST_LINES, NAMES, SENTENCES
from explorer.app.workspace import Workspace
from explorer.arch.analysis import analyse
from explorer.arch.document import save_network
from explorer.arch.layers import LSTM, Embedding, Linear, LogSoftmax
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.learn.build import build
from explorer.learn.card import NETWORK, WEIGHTS, Card, save_card
from explorer.learn.corpus import END, UNKNOWN
from explorer.learn.letters import LETTERS
from explorer.learn.recipe import Recipe
from explorer.learn.weights import save_weights

NAME_SIGNS = (*LETTERS, END, "Left", "Right")
TEXT_SIGNS = tuple(sorted("abcdefghijklmnopqrstuvwxyzTI .,;"))
WORD_SIGNS = tuple(sorted([*"abcdefghi", "the", "time", "it", "is", ".", UNKNOWN]))


def make_writer(folder: Path, signs: tuple[str, ...], data: str, seed: int = 0) -> Path:
    """An untrained network that writes, in a folder, as a run leaves it."""
    k = len(signs)
    network = Network(
        (T,), (Embedding(words=k, size=8), LSTM(hidden=8), Linear(units=k), LogSoftmax()), name=folder.name
    )
    folder.mkdir(parents=True, exist_ok=True)
    module = build(network, seed)
    for weight in list(module.children())[2].parameters():
        weight.data *= 3  # speaks up: its probabilities differ
    if END in signs:
        list(module.children())[2].bias.data[signs.index(END)] += 3  # its names are short
    save_network(network, folder / NETWORK)
    save_weights(module, folder)
    card = Card(folder.name, network.name, data, signs, Recipe(data=data), analyse(network).parameters, 9, signs=signs)
    save_card(card, folder)
    return folder.resolve()


@pytest.fixture(autouse=True)
def nothing_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.app.predict.models.shipped", lambda: ())


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "store")
    made.runs_folder = tmp_path / "runs"
    return made


def shown(workspace: Workspace, qtbot: QtBot) -> Iterator[WritePage]:
    made = WritePage(workspace)
    qtbot.addWidget(made, before_close_func=WritePage.close_down)
    made.resize(1192, 724)
    made.show()
    made.settle()
    yield made
    made.close_down()


@pytest.fixture
def page(workspace: Workspace, qtbot: QtBot, tmp_path: Path) -> Iterator[WritePage]:
    """The page with a network that writes names of two classes."""
    lists = tmp_path / "lists"
    lists.mkdir()
    for name in ("Left", "Right"):
        (lists / f"{name}.txt").write_text("\n".join(f"S{a}" for a in LETTERS[:26]), encoding="utf-8")
    make_writer(workspace.runs_folder / "names", NAME_SIGNS, f"{lists}#letters")
    workspace.set_torch("PyTorch")
    yield from shown(workspace, qtbot)


@pytest.fixture
def text_page(workspace: Workspace, qtbot: QtBot) -> Iterator[WritePage]:
    make_writer(workspace.runs_folder / "text", TEXT_SIGNS, "some.txt#letters")
    workspace.set_torch("PyTorch")
    yield from shown(workspace, qtbot)


# Generate.


def test_names_are_written_from_the_seed(page: WritePage, qtbot: QtBot) -> None:
    view = page.generate
    first = view.words
    assert len(first) == view.names.count() == 10
    assert all(word.startswith("S") for word in first)
    assert len(set(first)) > 1
    view.write()
    page.settle()
    assert view.words == first, "the same seed writes the same"
    qtbot.mouseClick(view.controls.another, Qt.MouseButton.LeftButton)
    page.settle()
    assert view.controls.seed.text() == "1"
    assert view.words != first
    view.controls.seed.setText("0")
    page.classes.setCurrentIndex(1)
    page.settle()
    assert view.words != first, "another class, other names"


def test_first_letters_and_how_many(page: WritePage) -> None:
    view = page.generate
    view.controls.many.setCurrentIndex(1)
    view.controls.first.setText("Żoж")
    page.settle()
    assert len(view.words) == 5
    assert all(word.startswith("Zo") for word in view.words)
    assert "“ж” is not among" in view.remark.text()
    assert view.remark.isVisible()
    view.controls.first.setText("z" * 40)
    page.settle()
    assert "Only the first 30 letters are taken." in view.remark.text()
    view.controls.first.setText("")
    page.settle()
    assert not view.remark.isVisible()
    assert view.odds.given == 0
    assert all(view.words)


def test_a_letter_explains_its_probability(page: WritePage, qtbot: QtBot) -> None:
    view = page.generate
    place = view.odds.place_of(1).center().toPoint()
    qtbot.mouseClick(view.odds, Qt.MouseButton.LeftButton, pos=place)
    drawn = view.texts[0][0]
    heat = 0.8
    powers = np.exp(drawn.logits[: len(LETTERS) + 1] / heat)
    assert drawn.probability == pytest.approx(powers[drawn.token] / powers.sum())
    first, total, die, remark = view.strip.lines
    assert first.endswith(f"= {chance(drawn.probability)}")
    assert "/0.80) / sum = " in first
    top, below = (
        float(part.replace("\u2009", "")) for part in re.findall(r"([\d.\u2009]+) / ([\d.\u2009]+) =", first)[0]
    )
    assert top / below == pytest.approx(drawn.probability, rel=0.01)
    assert f"{len(LETTERS) + 1 - 3} more" in total
    low, high = drawn.stretch
    assert low <= drawn.die <= high
    assert f"{drawn.die:.3f}" in die or f"{drawn.die:.6f}" in die
    assert "Signs of classes are not drawn" in remark
    qtbot.keyClick(view.odds, Qt.Key.Key_Left)
    assert view.odds.index == 0
    assert "given" in view.strip.text()
    qtbot.keyClick(view.odds, Qt.Key.Key_Escape)
    assert view.odds.index == -1
    assert "Click a sign" in view.strip.text()


def test_the_drawn_sign_is_among_the_candidates(page: WritePage) -> None:
    for text in page.generate.texts:
        for drawn in text:
            found = candidates(drawn, 5)
            assert len(found) == len(set(found)) == 5
            assert drawn.token in found
            assert drawn.probabilities[found[0]] == drawn.probabilities.max()


def test_large_logits_and_the_end_before_a_letter(page: WritePage) -> None:
    page.generate.controls.first.setText("")
    page.generate.controls.heat.setValue(1)
    page.settle()
    view = page.generate
    view.odds.choose(0)
    assert any("is taken from every exponent" in line for line in view.strip.lines) == (
        float(view.texts[0][0].logits.max()) / 0.05 > 30
    )
    alphabet = page.writers.model.alphabet if page.writers.model else None
    assert alphabet is not None
    assert f"Signs of classes and {END}" in why_drawn(view.texts[0][0], alphabet, True)[-1]


def test_temperature_zero_writes_one_name(page: WritePage) -> None:
    view = page.generate
    view.controls.heat.setValue(0)
    page.settle()
    assert len(view.words) == 1
    assert "always the likeliest" in view.controls._heat_words.text()
    view.odds.choose(1)
    assert view.strip.lines[0].startswith("T = 0:")
    assert all(drawn.probability == 1 for drawn in view.texts[0])


def test_only_the_last_wish_counts(page: WritePage) -> None:
    view = page.generate
    for value in (5, 10, 25, 30):
        view.controls.heat.setValue(value)
    page.settle()
    assert {drawn.temperature for text in view.texts for drawn in text} == {1.5}
    assert len(view.words) == 10


def test_a_seed_that_is_none_is_said_in_place(page: WritePage) -> None:
    view = page.generate
    before = view.words
    for wrong in ("", "x", "-1", "99999999999", "²"):
        view.controls.seed.setText(wrong)
        assert view.controls.wish is None
        assert "whole number" in view.controls.problem.text()
        assert view.controls.seed.property("wrong")
    view.controls.seed.setText("0")
    page.settle()
    assert view.controls.problem.text() == ""
    assert view.words == before


def test_names_of_the_training_list_are_marked(page: WritePage) -> None:
    writer = page.writers.model
    assert writer is not None
    view = page.generate
    assert writer.listed
    for _ in range(3):
        view.controls.another.click()
        page.settle()
        for place, word in enumerate(view.words):
            whole = (writer.alphabet.begin(0), *writer.alphabet.read(word).tokens)
            assert view.listed(place) == (whole in writer.listed)
            assert ("training list" in view.names.item(place).text()) == view.listed(place)
    name = sorted(writer.listed)[0]
    view._given = name
    view.texts = [[]]
    view._show_all()
    assert "in the training list" in view.names.item(0).text()


def test_choosing_another_name(page: WritePage, qtbot: QtBot) -> None:
    view = page.generate
    qtbot.keyClick(view.names, Qt.Key.Key_Down)
    assert view.names.currentRow() == 1
    assert view.odds.drawn == tuple(view.texts[1])


def test_a_text_is_written_and_each_letter_can_be_chosen(text_page: WritePage) -> None:
    view = text_page.generate
    assert not text_page.classes.isVisible()
    assert not view.names.isVisible()
    text = view.page.toPlainText()
    # Its first letters stay while others are drawn.
    assert text.startswith("The time")
    assert len(text) == len("The time") + 100
    cursor = view.page.textCursor()
    cursor.setPosition(20, QTextCursor.MoveMode.MoveAnchor)
    view.page.setTextCursor(cursor)
    assert view.odds.index == 20
    assert view.strip.lines[0].startswith(f"P({text[20].replace(' ', '␣')})")
    assert [mark.cursor.selectedText() for mark in view.page.extraSelections()] == [text[20]]
    view.controls.first.setText("")
    text_page.settle()
    assert view.page.toPlainText().startswith(" ")


def test_words_are_written(workspace: Workspace, qtbot: QtBot) -> None:
    make_writer(workspace.runs_folder / "words", WORD_SIGNS, "some.txt#words")
    workspace.set_torch("PyTorch")
    for page in shown(workspace, qtbot):
        view = page.generate
        assert view.page.toPlainText().startswith("the time ")
        assert len(view.texts[0]) == 100
        assert UNKNOWN not in view.page.toPlainText()
        assert page.generate.controls._first_words.text() == "First words"
        page.show_view("surprise")
        page.surprise.field.setPlainText("It is raining a")
        page.settle()
        assert [bar.sign for bar in page.surprise.bars.bars] == ["it", "is", "raining", "a"]
        assert "“raining” is not among" in page.surprise.remark.text()


# Surprise.


def test_texts_are_ranked_by_perplexity(text_page: WritePage) -> None:
    view = text_page.surprise
    text_page.show_view("surprise")
    assert view.lines == SENTENCES
    assert len(view.ranking.entries) == 3
    values = [entry.perplexity for entry in view.ranking.entries]
    assert values == sorted(values)
    for line, found in view.found.items():
        assert len(found.nats) == len(SENTENCES[line]) - 1
        assert found.perplexity == pytest.approx(2 ** float(found.bits.mean()))


def test_bars_and_their_arithmetic(text_page: WritePage, qtbot: QtBot) -> None:
    view = text_page.surprise
    text_page.show_view("surprise")
    view.field.setPlainText("Te ä€b\n")
    text_page.settle()
    bars = view.bars.bars
    assert [bar.sign for bar in bars] == list("Te ä€b")
    assert [bar.note for bar in bars] == ["given", "", "", "", "not read", ""]
    found = view.found[0]
    assert [bar.bits for bar in bars if bar.bits is not None] == pytest.approx(found.bits)
    assert "“€” is not among" in view.remark.text()
    assert view.strip.lines[0].startswith("PPL = exp(−(1/n) Σ ln p)")
    assert view.strip.lines[0].endswith(f"= {perplexity(found.perplexity)}")
    place = view.bars.place_of(3).center().toPoint()
    qtbot.mouseClick(view.bars, Qt.MouseButton.LeftButton, pos=place)
    assert view.strip.lines[0].endswith(f"= {found.bits[2]:.2f} bits")
    assert "Behind “Te ” it expected" in view.strip.lines[1]
    view.bars.choose(4)
    assert "does not know this sign" in view.strip.text()
    view.bars.choose(0)
    assert "given" in view.strip.text()
    view.bars.choose(5)
    assert "Behind “Te ä”" in view.strip.lines[1]


def test_names_end_with_their_sign(page: WritePage) -> None:
    view = page.surprise
    page.show_view("surprise")
    assert view.lines == NAMES
    left = view.found[0].perplexity
    assert [bar.sign for bar in view.bars.bars] == [*"Smith", END]
    assert all(bar.bits is not None for bar in view.bars.bars)
    page.classes.setCurrentIndex(1)
    page.settle()
    assert view.found[0].perplexity != left


def test_odd_texts(text_page: WritePage) -> None:
    view = text_page.surprise
    text_page.show_view("surprise")
    view.field.setPlainText("")
    text_page.settle()
    assert view.ranking.entries == ()
    assert view.bars.count == 0
    assert "appear here" in view.strip.text()
    view.field.setPlainText("€\nab\n" + "a" * 20_000 + "\n🙂🙂")
    text_page.settle()
    assert sorted(view.found) == [1, 2]
    assert view.ranking.line == 1
    assert "“€” is left out" in view.remark.text()
    view.ranking.choose(2)
    assert "Only the first 400 letters" in view.remark.text()
    assert view.bars.count == 400
    view.field.setPlainText("\n\n".join(f"a{k % 7}b" for k in range(MOST_LINES + 5)))
    text_page.settle()
    assert len(view.found) == MOST_LINES
    assert f"first {MOST_LINES} lines" in view.remark.text()
    view.show_examples()
    text_page.settle()
    assert len(view.found) == 3


def test_the_axis_of_perplexity(qtbot: QtBot) -> None:
    ranking = Ranking()
    qtbot.addWidget(ranking)
    ranking.resize(800, 200)
    ranking.show_entries([Entry("b", float("inf"), 0), Entry("a", 12.0, 1), Entry("c", 1.0, 2)], 76)
    assert [entry.text for entry in ranking.entries] == ["c", "a", "b"]
    places = [ranking.place(value) for value in (1.0, 12.0, 76.0, ranking.most, float("inf"))]
    assert places == sorted(places)
    assert ranking.most == 1000
    assert places[1] - places[0] == pytest.approx((places[3] - places[0]) * np.log10(12) / 3)
    chosen: list[int] = []
    ranking.chosen.connect(chosen.append)
    qtbot.mouseClick(ranking, Qt.MouseButton.LeftButton, pos=QPoint(20, 35))
    qtbot.keyClick(ranking, Qt.Key.Key_Down)
    qtbot.keyClick(ranking, Qt.Key.Key_Up)
    assert chosen == [1, 0, 1]
    assert not ranking.grab().isNull()


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1.00"), (13.468, "13.5"), (17072.3, "17\u202f072"), (4.7e9, "4.7·10⁹"), (float("inf"), "∞")],
)
def test_how_perplexities_are_written(value: float, text: str) -> None:
    assert perplexity(value) == text


def test_how_chances_are_written() -> None:
    assert [chance(p) for p in (0.0, 1.0, 0.4567, 0.00321, 1.2e-7)] == ["0.000", "1.000", "0.457", "0.0032", "1.2·10⁻⁷"]
    assert [few(v) for v in (1985.4, 44.123, 2.5, 0.3914)] == ["1\u2009985", "44.12", "2.500", "0.391"]


# The page.


def test_before_pytorch_and_without_a_model(workspace: Workspace, qtbot: QtBot) -> None:
    for page in shown(workspace, qtbot):
        assert "Loading PyTorch" in page.nothing.text()
        assert not page.generate.isVisible()
        workspace.set_torch("PyTorch")
        assert "no trained network yet" in page.nothing.text()
        with qtbot.waitSignal(workspace.wanted) as wanted:
            page.nothing.linkActivated.emit("train")
        assert wanted.args == ["train"]
        made = make_writer(workspace.runs_folder / "text", TEXT_SIGNS, "some.txt#letters")
        page.refresh_models()
        page.settle()
        assert page.loader.folder == made
        assert page.generate.isVisible()
        assert not page.nothing.isVisible()
        assert len(page.generate.words) == 1
        workspace.set_torch("", "PyTorch could not be loaded.")
        assert page.generate.isVisible(), "what is there stays"


def test_another_network_and_a_damaged_one(page: WritePage) -> None:
    text = make_writer(page.workspace.runs_folder / "text", TEXT_SIGNS, "some.txt#letters")
    page.choose(text)
    page.settle()
    assert page.generate.page.isVisible()
    assert page.surprise.lines == SENTENCES
    assert page.surprise.found
    bad = make_writer(page.workspace.runs_folder / "bad", TEXT_SIGNS, "some.txt#letters")
    (bad / WEIGHTS).write_bytes(b"nothing")
    page.choose(bad)
    page.settle()
    assert "damaged" in page.notice.text()
    assert page.loader.folder == text
    page.choose(page.workspace.runs_folder / "names")
    page.settle()
    assert page.generate.names.isVisible()
    assert page.surprise.lines == NAMES
    assert page.classes.count() == 2


def test_keys_lead_everywhere(page: WritePage, qtbot: QtBot) -> None:
    assert {action.text(): action.shortcut().toString() for action in page.menu_actions()} == {
        "Write others": "Ctrl+Return", "Generate names or text": "Ctrl+G", "Measure surprise": "Ctrl+U",
    }  # fmt: skip
    actions = {action.text(): action for action in page.menu_actions()}
    actions["Measure surprise"].trigger()
    assert page.surprise.isVisible()
    actions["Generate names or text"].trigger()
    assert page.generate.isVisible()
    odds = page.generate.odds
    qtbot.keyClick(odds, Qt.Key.Key_Right)
    qtbot.keyClick(odds, Qt.Key.Key_Return)
    assert odds.index == 1
    assert "drawn with probability" in odds.accessibleDescription()
    qtbot.keyClick(odds, Qt.Key.Key_End)
    assert odds.index == odds.count - 1
    qtbot.keyClick(odds, Qt.Key.Key_Home)
    assert odds.index == 0
    reached, widget = set(), page.models
    for _ in range(60):
        reached.add(widget)
        widget = widget.nextInFocusChain()
    controls = page.generate.controls
    assert {odds, page.generate.names, controls.heat, controls.seed, controls.another, page.classes} <= reached
    for one in (
        odds,
        page.generate.names,
        page.surprise.field,
        page.surprise.ranking,
        page.surprise.bars,
        controls.heat,
    ):
        assert one.accessibleName()


def test_the_page_paints_in_both_themes_and_all_sizes(page: WritePage, qapp: QApplication) -> None:
    for chosen, scale, size in (
        (theme.DARK, 1.0, (936, 624)),
        (theme.LIGHT, 1.5, (1700, 940)),
        (theme.LIGHT, 1.0, (1832, 1004)),
    ):
        theme.apply(qapp, chosen, scale)
        theme.rescale(page, scale)
        page.resize(*size)
        names = []
        for state in page.tour():
            names.append(state)
            assert not page.grab().isNull()
            view = page.generate if page.generate.isVisible() else page.surprise
            inner = view.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
            assert all(view.rect().contains(w.geometry()) for w in inner if w.isVisible())
            assert page.stage.width() <= size[0]
        assert names == ["write", "write-surprise"]
