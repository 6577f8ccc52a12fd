"""The column of settings of the Unroll panel: what is read, which cell reads it, and what would be if."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from explorer.app.unroll.document import Document
from explorer.app.unroll.set_source import read_word
from explorer.app.unroll.settings import Settings
from explorer.app.unroll.weights import NumberTable
from explorer.app.workspace import Workspace
from explorer.arch.analysis import analyse
from explorer.arch.document import save_network
from explorer.arch.errors import RunError
from explorer.arch.layers import LSTM, Embedding, GlobalMaxPool, LastStep, Linear, LogSoftmax, SwapAxes
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.explain.recurrent.study import Study
from explorer.learn.card import NETWORK, WEIGHTS, Card, save_card
from explorer.learn.cells import read_trained
from explorer.learn.letters import LETTERS
from explorer.learn.recipe import Recipe

PELAEZ = Study(text="Pelaez", alphabet=LETTERS, hidden=6)

READS = (LSTM(hidden=5), LastStep(), Linear(units=2), LogSoftmax())
LOOKS = (Embedding(words=57), SwapAxes(), GlobalMaxPool(), Linear(units=2), LogSoftmax())


@pytest.fixture(autouse=True)
def nothing_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.app.predict.models.shipped", lambda: ())


@pytest.fixture
def column(workspace: Workspace, tmp_path: Path, qtbot: QtBot) -> Iterator[Settings]:
    """The settings of a document with a small LSTM, shown."""
    workspace.runs_folder = tmp_path / "runs"
    made = Settings(Document(PELAEZ), workspace)
    made.document.setParent(made)
    qtbot.addWidget(made)
    made.resize(320, 1200)
    made.show()
    yield made
    made.close_down()


def type_into(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    if text:
        QTest.keyClicks(field, text)
    else:
        QTest.keyClick(field, Qt.Key.Key_Delete)


def make_model(folder: Path, network: Network | None = None) -> Path:
    """An untrained reader of names in a folder, as a run leaves it."""
    from explorer.learn.build import build
    from explorer.learn.weights import save_weights

    network = network or Network((T, 57), READS, name="Tiny reader")
    folder.mkdir(parents=True)
    card = Card(
        name=folder.name, network=network.name, data="names-tutorial", classes=("Irish", "Greek"),
        recipe=Recipe(), parameters=analyse(network).parameters, steps=10, signs=tuple(LETTERS),
    )  # fmt: skip
    save_network(network, folder / NETWORK)
    save_card(card, folder)
    save_weights(build(network, 1), folder)
    return folder.resolve()


# What is read.


@pytest.mark.parametrize(
    ("typed", "read", "remark"),
    [
        ("Pelaez", "Pelaez", ""),
        ("Peláez", "Pelaez", "Read as “Pelaez”."),
        ("Großmann", "Grossmann", "Read as “Grossmann”."),
        ("a1b", "ab", "Read as “ab”. “1” is not among the 57 letters; the network does not see it."),
        ("Пётр", "", "“П”, “ё”, “т”, “р” are not among the 57 letters; the network does not see them."),
        ("x" * 5000, "x" * 200, "Only the first 200 letters are read."),
    ],
)
def test_words_are_folded_and_it_is_said(typed: str, read: str, remark: str) -> None:
    assert read_word(PELAEZ, typed) == (read, remark)


def test_typing_a_word_is_one_step_back(column: Settings) -> None:
    type_into(column.source.word, "Ol")
    column.source.word.setText("Olé")  # as an input method writes it
    column.source.word.textEdited.emit("Olé")
    assert column.document.study.text == "Ole"
    assert column.source.word.text() == "Olé"
    assert column.source.said.text() == "Read as “Ole”."
    column.document.undo.undo()
    assert column.document.study == PELAEZ
    assert column.source.word.text() == "Pelaez"
    assert column.source.said.isHidden()


def test_no_word_is_said_in_its_place(column: Settings) -> None:
    type_into(column.source.word, "")
    assert column.document.fault
    assert column.source.fault.text() == "There is nothing to read yet. Type a word."
    assert column.source.word.property("wrong")
    type_into(column.source.word, "a")
    assert column.source.fault.isHidden()


def test_noise_and_sine_have_a_length(column: Settings) -> None:
    column.source._choose("noise")
    field = column.source.steps.editors[0]
    type_into(field, "1000")
    assert len(column.document.unrolled) == 1000
    type_into(field, "0")
    assert column.source.steps.wrong.text() == "From 1 to 1000."
    assert len(column.document.unrolled) == 1000
    column.source._choose("sine")
    type_into(field, "30")
    assert column.document.unrolled.inputs.x.shape == (30, 1)
    assert column.source.word.isHidden()


def test_the_lectures_rnn_has_its_own_sequence(column: Settings) -> None:
    column.source._choose("simple")
    now = column.document.unrolled
    assert now.inputs.x.shape == (100, 32)
    assert (now.cell.kind, now.cell.hidden) == ("RNN", 64)
    assert column.kinds.name == "RNN"
    assert not column.source.simple.isHidden()
    column.kinds._choose("GRU")
    assert (column.document.study.source, column.document.unrolled.cell.kind) == ("word", "GRU")


def test_a_pictures_rows_are_read(column: Settings, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(_: str, __: Path, number: int) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], int]:
        return np.full((1, 28, 28), number, np.uint8), number % 10

    monkeypatch.setattr("explorer.app.unroll.set_source.sample", drawn)
    column.source._choose("rows")
    qtbot.waitUntil(lambda: not column.source.busy)
    assert column.document.unrolled.inputs.x.shape == (28, 28)
    assert column.source.which.text() == "Digit 1: a 0. 28 rows of 28 pixels, one row a step."
    column.source.on.click()
    qtbot.waitUntil(lambda: not column.source.busy)
    assert np.all(column.document.unrolled.inputs.x == 1 / 255)
    column.source.picture.clicked.emit(9)
    assert column.document.move.step == 9
    column.document.undo.undo()
    assert column.document.study == PELAEZ


# The cell and its weights.


def test_the_cell_is_chosen(column: Settings) -> None:
    for kind in ("GRU", "RNN", "ConcatRNN", "LSTM"):
        column.kinds._choose(kind)
        assert column.document.unrolled.cell.kind == kind
    assert tuple(column.what_if.gates) == ("f", "i", "o")


def test_small_whole_numbers_have_few_units_and_random_ones_get_theirs_back(column: Settings) -> None:
    column._choose_weights("blackboard")
    cell = column.document.unrolled.cell
    assert cell.hidden == 4
    assert np.array_equal(cell.u, np.round(cell.u))
    assert column.hidden.isHidden()
    type_into(column.small.editors[0], "2")
    assert column.document.unrolled.cell.hidden == 2
    column._choose_weights("random")
    assert column.document.unrolled.cell.hidden == 6
    type_into(column.hidden.editors[0], "300")
    assert column.hidden.wrong.text() == "From 1 to 128."


def test_another_seed_gives_other_weights(column: Settings) -> None:
    before = column.document.unrolled.cell.w.copy()
    type_into(column.seed.editors[0], "7")
    assert not np.array_equal(column.document.unrolled.cell.w, before)
    type_into(column.seed.editors[0], "0")
    assert np.array_equal(column.document.unrolled.cell.w, before)


# What if.


def test_a_gate_is_held(column: Settings) -> None:
    row = column.what_if.gates["f"]
    row._chosen("one")
    parts = column.document.unrolled.trace.parts
    assert np.all(parts["f"] == 1)
    assert np.allclose(parts["c"], np.cumsum(parts["i"] * parts["g"], axis=0))  # it never forgets
    row._chosen("value")
    type_into(row.field, "0,25")
    assert np.all(column.document.unrolled.trace.parts["f"] == 0.25)
    type_into(row.field, "2")
    assert row.field.wrong.text() == "A number from 0 to 1 is needed."
    assert column.document.study.frozen_at("f") == 0.25
    row._chosen("free")
    assert column.document.study.frozen == ()
    assert row.field.isHidden()


def test_the_forget_bias_replaces_that_of_the_weights(column: Settings) -> None:
    field = column.what_if.bias
    type_into(field, "3")
    assert np.all(column.document.unrolled.cell.b[1] + column.document.unrolled.cell.d[1] == 3)
    type_into(field, "much")
    assert field.wrong.text() == "A number from −10⁹ to 10⁹ is needed."
    type_into(field, "")
    assert column.document.study.forget_bias is None
    assert field.wrong.isHidden()
    column.kinds._choose("GRU")
    assert field.isHidden() or not field.isVisible()


def test_the_recurrent_scale_is_typed_and_slid(column: Settings, qtbot: QtBot) -> None:
    u = column.document.unrolled.cell.u.copy()
    type_into(column.what_if.scale, "2.5")
    assert np.allclose(column.document.unrolled.cell.u, 2.5 * u)
    assert column.what_if.slider.value() == round(40 * np.log10(2.5))
    column.what_if.slider.setValue(-40)
    assert column.document.study.scale == 0.1
    assert column.what_if.scale.text() == "0.1"
    type_into(column.what_if.scale, "-1")
    assert column.what_if.scale.wrong.text() == "A number from 0 to 10⁹ is needed."
    type_into(column.what_if.scale, "1e10")
    assert column.what_if.scale.wrong.text() == "A number from 0 to 10⁹ is needed."
    type_into(column.what_if.scale, "0")
    assert np.all(column.document.unrolled.cell.u == 0)
    qtbot.waitUntil(lambda: not column.what_if.busy)
    assert "forget gate 0.00" in column.what_if.radius.text()


def test_a_scale_that_overflows_is_no_error(column: Settings) -> None:
    column.kinds._choose("ConcatRNN")
    column.source.choose_word("x" * 60)
    type_into(column.what_if.scale, "1e9")
    assert column.document.fault == ""
    assert column.document.unrolled.trace.broken is not None


# Numbers by hand.


def test_a_weight_is_changed_and_put_back(column: Settings) -> None:
    editor = column.numbers
    editor.parts._choose("u")
    editor.table.setFocus()
    QTest.keyClick(editor.table, Qt.Key.Key_Right)
    QTest.keyClicks(editor.table, "9")
    QTest.keyClick(editor.table._edit, Qt.Key.Key_Return)
    gate = 1  # the forget gate is the first in a step, and the second among the weights
    assert column.document.unrolled.cell.u[gate, 0, 1] == 9
    assert editor.table._changed == {(0, 1)}
    assert editor.said.text() == "1 number changed, each with a dot."
    editor.put_back()
    assert column.document.study == PELAEZ
    assert editor.back.isHidden()


def test_text_is_no_weight(column: Settings) -> None:
    table = column.numbers.table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_F2)
    table._edit.setText("one half")
    QTest.keyClick(table._edit, Qt.Key.Key_Return)
    assert table.complaint == "not a number"
    assert table.editing
    QTest.keyClick(table._edit, Qt.Key.Key_Escape)
    assert column.document.study == PELAEZ


def test_an_input_and_a_bias_are_changed(column: Settings) -> None:
    column.numbers.parts._choose("x")
    column.numbers.table.edited.emit(2, 5, 0.5)
    assert column.document.unrolled.inputs.x[2, 5] == 0.5
    column.numbers.parts._choose("b")
    column.numbers.table.edited.emit(3, 1, 4.0)
    assert column.document.unrolled.cell.d[1, 3] == 4
    assert not column.reset.isHidden()
    column.reset.click()
    assert column.document.study == PELAEZ
    assert not column.reset.isEnabled()
    column.document.undo.undo()
    assert len(column.document.study.changes) == 2


def test_a_large_table_paints_what_is_in_sight(qtbot: QtBot) -> None:
    table = NumberTable("Weights")
    qtbot.addWidget(table)
    table.resize(280, 170)
    table.show()
    table.show_numbers(np.arange(256 * 256, dtype=np.float64).reshape(256, 256))
    table.show_row(255)
    assert table.cell_rect(255, 0).bottom() <= table.viewport().height() + 1
    assert table._find(table.cell_rect(255, 2).center()) == (255, 2)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.cell_rect(254, 1).center().toPoint())
    assert table.editing
    assert table._edit.text() == f"{254 * 256 + 1}"


# Trained models.


def test_a_trained_model_is_loaded_without_pytorch(column: Settings, qtbot: QtBot) -> None:
    folder = make_model(column.workspace.runs_folder / "reader")
    column._choose_weights("model")
    assert column.models.list.count() == 2
    column.models.list.picked.emit(folder)
    assert column.models.note.text() == "Loading the model…"
    assert column.document.study == PELAEZ
    column.workspace.set_torch("", "PyTorch is not installed. Install it.")
    qtbot.waitUntil(lambda: not column.models.loader.busy)
    study, now = column.document.study, column.document.unrolled
    assert study.trained is not None
    assert (study.trained.name, now.cell.kind, now.cell.hidden) == ("reader", "LSTM", 5)
    assert now.logs is not None
    assert np.allclose(np.exp(now.logs).sum(axis=1), 1)
    assert column.models.note.text() == "LSTM, 5 units."
    column.kinds._choose("RNN")
    assert column.document.study.weights == "random"
    column.document.undo.undo()
    assert column.document.study.trained is study.trained
    assert column.weights.currentData() == "model"


def test_a_word_comes_with_its_model(column: Settings, qtbot: QtBot) -> None:
    folder = make_model(column.workspace.runs_folder / "reader")
    column.choose_word("Müller", folder)
    qtbot.waitUntil(lambda: not column.models.loader.busy)
    assert column.document.study.text == "Muller"
    first = column.document.study.trained
    assert first is not None
    column.choose_word("Ólafur", folder)  # it is there: at once
    assert column.document.study.text == "Olafur"
    assert column.document.study.trained is first
    column.choose_word("Ana", None)
    assert column.document.study.text == "Ana"


def test_a_model_that_cannot_be_read_is_said_and_leaves_all_as_it_is(column: Settings, qtbot: QtBot) -> None:
    folder = make_model(column.workspace.runs_folder / "reader")
    (folder / WEIGHTS).write_bytes(b"no weights")
    column.choose_word("Ana", folder)
    qtbot.waitUntil(lambda: not column.models.loader.busy)
    assert column.document.study == PELAEZ
    assert column.models.note.property("role") == "warning"
    assert column.models.note.text()


def test_the_model_that_is_unrolled_stays_marked(column: Settings, qtbot: QtBot) -> None:
    folder = make_model(column.workspace.runs_folder / "reader")
    column.choose_word("Ana", folder)
    qtbot.waitUntil(lambda: not column.models.loader.busy)
    make_model(column.workspace.runs_folder / "another")
    column.workspace.run_changed.emit(None)  # a run has ended elsewhere: the list is made anew
    assert column.models.list.count() == 3
    assert column.models.list.currentData() == str(folder)
    assert column.models.list.currentText() == "reader"
    assert column.models.note.text() == "LSTM, 5 units."


def test_a_model_without_recurrent_layers_is_not_offered(column: Settings) -> None:
    runs = column.workspace.runs_folder
    folder = make_model(runs / "looks", Network((T,), LOOKS, name="Looks"))
    column.models.show_models()
    assert column.models.list.count() == 1
    assert column.models.note.text() == "No trained model reads words yet. Train one on names first."
    with pytest.raises(RunError, match="looks has no recurrent layer that can be unrolled"):
        read_trained(folder)
    make_model(runs / "reader")
    column.models.show_models()
    assert column.models.list.count() == 2
    assert column.models.note.isHidden()


def test_a_choice_made_meanwhile_wins(column: Settings, qtbot: QtBot) -> None:
    folder = make_model(column.workspace.runs_folder / "reader")
    column.choose_word("Ana", folder)
    column.kinds._choose("GRU")
    qtbot.waitUntil(lambda: not column.models.loader.busy)
    assert column.document.study == replace(PELAEZ, kind="GRU")
    assert column.weights.currentData() == "random"
