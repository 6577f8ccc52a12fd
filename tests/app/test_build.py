"""The Build panel, through its real widgets."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt
from PySide6.QtGui import QFocusEvent, QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from explorer.app.build.model import LAYER_ROW
from explorer.app.build.palette import LAYER_TYPE
from explorer.app.build.panel import BuildPanel
from explorer.app.build.rows import Columns
from explorer.app.theme import look
from explorer.app.workspace import Workspace
from explorer.arch.blocks import TEMPLATES
from explorer.arch.layers import PALETTE, Conv2d, Linear, MaxPool2d, ReLU
from explorer.arch.network import Network
from explorer.arch.tree import Parallel, Sequence
from explorer.arch.zoo import zoo

SAME = Conv2d(filters=4, padding=(1, 1))
BLOCKS = Network(
    (4, 8, 8), (SAME, Parallel((Sequence((SAME, SAME)), Sequence()), merge="add"), ReLU()), name="With blocks"
)


@pytest.fixture
def panel(workspace: Workspace, qtbot: QtBot) -> Iterator[BuildPanel]:
    made = BuildPanel(workspace)
    made.resize(1192, 724)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.hide()
    made.deleteLater()


def editor(panel: BuildPanel, name: str) -> QLineEdit:
    assert panel.inspector.form is not None
    return cast(QLineEdit, panel.inspector.form.editor(name))


def type_into(edit: QLineEdit, text: str) -> None:
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)


def types(panel: BuildPanel) -> list[str]:
    return [layer.type for layer in panel.workspace.network.layers]


def test_it_opens_on_lenet_with_its_numbers(panel: BuildPanel) -> None:
    assert panel.stage.parameters.text == "61\u2009706"
    assert panel.stage.macs.text == "416\u2009520"
    assert panel.stage.parameters.toolTip().endswith("= 61\u2009706")
    assert panel.list.layers.rowCount() == 13


def test_a_click_in_the_palette_adds_below_the_chosen_layer(panel: BuildPanel) -> None:
    panel.list.choose((2,))
    QTest.mouseClick(panel.palette_list.entries["ReLU"], Qt.MouseButton.LeftButton)
    assert types(panel)[3] == "ReLU"
    assert panel.list.at == (3,)
    panel.workspace.undo.undo()
    assert panel.workspace.network == zoo("lenet5")


def test_every_kind_can_be_added_by_the_keyboard(panel: BuildPanel) -> None:
    panel.workspace.open_network(Network((3, 32, 32)))
    for kind in PALETTE:
        entry = panel.palette_list.entries[kind.__name__]
        entry.setFocus()
        QTest.keyClick(entry, Qt.Key.Key_Space)
    assert sorted(types(panel)) == sorted(kind.__name__ for kind in PALETTE)
    for template in TEMPLATES:
        entry = panel.palette_list.entries[template.name]
        entry.setFocus()
        QTest.keyClick(entry, Qt.Key.Key_Space)
    assert {"Parallel", "Sequence", "Auxiliary"} <= set(types(panel))


def test_figures_follow_every_keystroke_and_typing_is_one_undo(panel: BuildPanel) -> None:
    panel.list.choose((0,))
    seen: list[int] = []
    panel.workspace.network_changed.connect(lambda report: seen.append(report.rows[1].output[0]))
    type_into(editor(panel, "filters"), "123")
    assert seen == [1, 12, 123]
    assert cast(Conv2d, panel.workspace.network.layers[0]).filters == 123
    panel.workspace.undo.undo()
    assert panel.workspace.network == zoo("lenet5")
    assert editor(panel, "filters").text() == "6"


@pytest.mark.parametrize("text", ["0", "abc", "-3", "1e9", "99999999999999999999", ""])
def test_wrong_input_is_said_at_the_field_and_changes_nothing(panel: BuildPanel, text: str) -> None:
    panel.list.choose((0,))
    edit = editor(panel, "filters")
    before = panel.workspace.network
    edit.setFocus()
    edit.clear()
    edit.textEdited.emit(text)
    assert panel.workspace.network == before
    assert panel.inspector.form is not None
    wrong = panel.inspector.form.rows["filters"].wrong
    assert wrong.isVisible()
    assert wrong.text().startswith("Filters")


def test_a_fault_is_said_at_its_layer_and_repaired_by_one_click(panel: BuildPanel) -> None:
    panel.workspace.edit(panel.workspace.network.remove((6,)), "Remove Flatten")
    note = panel.list.note
    assert note is not None
    assert "Add Flatten before it" in note.message.text()
    assert panel.workspace.report.rows[6].output == (16, 5, 5)
    assert panel.workspace.report.rows[7].output is None
    QTest.mouseClick(note.buttons[0], Qt.MouseButton.LeftButton)
    assert panel.workspace.network == zoo("lenet5")
    assert panel.list.note is None


def test_keys_remove_and_move(panel: BuildPanel) -> None:
    panel.list.setFocus()
    panel.list.choose((1,))
    QTest.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert types(panel)[:3] == ["Conv2d", "AvgPool2d", "Tanh"]
    assert panel.list.at == (2,)
    QTest.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert types(panel)[:2] == ["Conv2d", "AvgPool2d"]
    panel.list.choose(())
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert len(types(panel)) == 11


def test_layers_can_be_dragged_to_their_place(panel: BuildPanel) -> None:
    data = QMimeData()
    data.setData(LAYER_TYPE, b"MaxPool2d")
    panel.list.layers.dropMimeData(data, Qt.DropAction.CopyAction, 2, 0, QModelIndex())
    assert types(panel)[:3] == ["Conv2d", "MaxPool2d", "Tanh"]
    moved = QMimeData()
    moved.setData(LAYER_ROW, b"1")
    panel.list.layers.dropMimeData(moved, Qt.DropAction.MoveAction, 4, 0, QModelIndex())
    assert types(panel)[:4] == ["Conv2d", "Tanh", "MaxPool2d", "AvgPool2d"]
    back = QMimeData()
    back.setData(LAYER_ROW, b"2")
    panel.list.layers.dropMimeData(back, Qt.DropAction.MoveAction, 1, 0, QModelIndex())
    assert types(panel)[0] == "MaxPool2d"


def test_a_click_on_a_figure_lights_up_its_arithmetic(panel: BuildPanel) -> None:
    panel.list.choose((3,))
    rect = panel.list.visualRect(panel.list.layers.index(4))
    columns = Columns.of(look(panel), panel.list.viewport().width(), 1)
    for name in ("output", "parameters", "memory", "macs"):
        at = QPoint(getattr(columns, name).center().x(), rect.center().y())
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert panel.inspector.sections[name].formula.property("lit") is True
    assert panel.inspector.sections["parameters"].formula.text() == "((5·5·6) + 1)·16 = 2\u202f416"


def test_the_diagram_and_the_list_choose_together(panel: BuildPanel) -> None:
    panel.diagram.chosen.emit((3,))
    assert panel.list.at == (3,)
    assert panel.diagram.at == (3,)
    panel.list.choose((5,))
    assert panel.diagram.at == (5,)


def test_the_input_can_be_edited_and_says_what_is_wrong(panel: BuildPanel) -> None:
    panel.list.choose(())
    type_into(panel.inspector.shape, "1x28x28")
    assert panel.workspace.network.input == (1, 28, 28)
    panel.inspector.shape.textEdited.emit("1x28x")
    assert panel.workspace.network.input == (1, 28, 28)
    type_into(panel.inspector.name, "Mine")
    assert panel.workspace.network.name == "Mine"


def test_an_empty_network_invites(panel: BuildPanel) -> None:
    panel.workspace.open_network(Network((1, 28, 28)))
    assert panel.stage._empty.isVisible()
    panel.edits.add("Linear")
    assert not panel.stage._empty.isVisible()


def test_hundreds_of_random_edits_undo_to_the_start(panel: BuildPanel) -> None:
    choice = random.Random(0)
    start = panel.workspace.network
    for _ in range(300):
        network = panel.workspace.network
        count = len(network.layers)
        kind = choice.choice(("add", "remove", "move", "put"))
        if kind == "add" or count == 0:
            after = network.insert(
                (choice.randint(0, count),), choice.choice((ReLU(), Conv2d(filters=4), MaxPool2d(), Linear(7)))
            )
        elif kind == "remove":
            after = network.remove((choice.randrange(count),))
        elif kind == "move":
            after = network.move((choice.randrange(count),), (choice.randrange(count),))
        else:
            after = network.put((choice.randrange(count),), Linear(choice.randint(1, 99)))
        panel.workspace.edit(after, kind)
        assert panel.list.layers.rowCount() == len(after.layers) + 1
    end = panel.workspace.network
    while panel.workspace.undo.canUndo():
        panel.workspace.undo.undo()
    assert panel.workspace.network == start
    while panel.workspace.undo.canRedo():
        panel.workspace.undo.redo()
    assert panel.workspace.network == end


def test_a_field_left_empty_takes_what_arrives(panel: BuildPanel) -> None:
    panel.list.choose((7,))
    edit = editor(panel, "in_features")
    assert edit.text() == ""
    assert edit.placeholderText() == "400"
    type_into(edit, "401")
    assert panel.list.note is not None
    assert "needs 401 features; 400 arrive" in panel.list.note.message.text()
    panel.edits.repair(0)
    assert cast(Linear, panel.workspace.network.layers[7]).in_features == 400


def test_arrow_keys_step_a_number(panel: BuildPanel) -> None:
    panel.list.choose((0,))
    edit = editor(panel, "kernel")
    edit.focusInEvent(QFocusEvent(QFocusEvent.Type.FocusIn))
    QTest.keyClick(edit, Qt.Key.Key_Up)
    assert cast(Conv2d, panel.workspace.network.layers[0]).kernel == (6, 6)
    QTest.keyClick(edit, Qt.Key.Key_Down)
    assert panel.workspace.network == zoo("lenet5")


def test_the_inputs_figures_explain_themselves(panel: BuildPanel) -> None:
    panel.workspace.open_network(zoo("lenet5"))
    panel._explain((), "memory")
    memory = panel.inspector.sections["memory"]
    assert memory.isVisibleTo(panel)
    assert memory.formula.text().startswith("1·32·32 values · 4 bytes = 4\u202f096 bytes")
    assert memory.formula.property("lit")


def test_the_totals_of_a_broken_network_are_marked_as_parts(panel: BuildPanel) -> None:
    network = zoo("lenet5")
    panel.workspace.open_network(network.remove((6,)))
    assert panel.stage.parameters.text == "2\u2009572+"
    assert panel.stage.parameters.toolTip().endswith("up to the layer that does not fit")
    panel.workspace.open_network(network)
    assert not panel.stage.parameters.text.endswith("+")


def test_a_narrow_panel_gives_way(panel: BuildPanel, qtbot) -> None:
    panel.resize(700, 600)
    assert not panel._left.isVisibleTo(panel)
    qtbot.waitUntil(lambda: panel._right.y() >= panel.stage.geometry().bottom())
    panel.resize(1000, 600)
    qtbot.waitUntil(lambda: panel._right.x() >= panel.stage.geometry().right())
    assert panel._right.width() == 284


def test_huge_figures_stay_short(panel: BuildPanel) -> None:
    name = "A name that is far longer than the room that there is for it"
    panel.workspace.open_network(zoo("cifar10").with_input((10**9, 10**9, 10**9)).named(name))
    assert panel.stage.memory.text == "4.0·10²⁷ B"
    assert panel.stage.heading.whole == name
    assert panel.stage.heading.text().endswith("…")


def test_blocks_open_and_close(panel: BuildPanel) -> None:
    panel.workspace.open_network(BLOCKS)
    model = panel.list.layers
    assert model.rowCount() == 8
    panel.list.choose((1,))
    QTest.keyClick(panel.list, Qt.Key.Key_Left)
    assert model.rowCount() == 4
    QTest.keyClick(panel.list, Qt.Key.Key_Right)
    assert model.rowCount() == 8
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    panel.list.choose((1, 0, 1))
    assert model.rowCount() == 8
    QTest.keyClick(panel.list, Qt.Key.Key_Left)
    assert panel.list.at == (1, 0)


def test_a_fault_in_a_closed_block_opens_it(panel: BuildPanel) -> None:
    panel.workspace.open_network(BLOCKS)
    panel.list.toggle((1,))
    panel.workspace.edit(BLOCKS.put((1, 0, 1), Conv2d(filters=4)), "Kernel")
    note = panel.list.note
    assert note is not None
    assert "Adding needs equal shapes" in note.message.text()
    QTest.mouseClick(note.buttons[0], Qt.MouseButton.LeftButton)
    assert panel.workspace.report.fault is None


def test_layers_are_copied_and_pasted_as_text(panel: BuildPanel) -> None:
    panel.workspace.open_network(BLOCKS)
    panel.list.choose((1,))
    panel.edits.copy()
    panel.list.choose((2,))
    panel.edits.paste()
    assert types(panel) == ["Conv2d", "Parallel", "ReLU", "Parallel"]
    assert panel.workspace.network.layers[1] == panel.workspace.network.layers[3]
    panel.edits.cut()
    assert panel.workspace.network == BLOCKS
    panel.edits.duplicate()
    assert len(types(panel)) == 4


@pytest.mark.parametrize("text", ["", "words", "{}", "[1, 2]", "nnx1:broken", '{"layers": [{"type": "Nothing"}]}'])
def test_what_is_no_network_is_not_pasted(panel: BuildPanel, text: str) -> None:
    said: list[str] = []
    panel.workspace.said.connect(said.append)
    QGuiApplication.clipboard().setText(text)
    before = panel.workspace.network
    panel.edits.paste()
    assert panel.workspace.network == before
    assert len(said) == 1


def test_a_network_is_sent_as_text(panel: BuildPanel) -> None:
    panel.workspace.open_network(BLOCKS)
    panel.edits.share()
    panel.workspace.open_network(zoo("lenet5"))
    panel.edits.paste()
    assert panel.workspace.network == BLOCKS


def test_layers_are_grouped_repeated_and_taken_apart(panel: BuildPanel) -> None:
    panel.workspace.open_network(zoo("cifar10"))
    panel.list.choose((0,))
    QTest.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert panel.list.marked == ((0,), (1,))
    panel.edits.group()
    assert types(panel)[:2] == ["Sequence", "MaxPool2d"]
    panel.edits.ungroup()
    assert panel.workspace.network == zoo("cifar10")
    panel.list.choose((1,))
    panel.edits.add("repeat")
    assert cast(Sequence, panel.workspace.network.layers[1]).repeat == 2
    assert panel.inspector.form is not None
    type_into(editor(panel, "repeat"), "3")
    assert len(panel.workspace.report.rows) == len(panel.workspace.report.outline) - 1 + 2


def test_a_skip_connection_is_built_by_hand(panel: BuildPanel) -> None:
    panel.workspace.open_network(Network((3, 8, 8)))
    panel.edits.add("residual")
    assert panel.workspace.report.fault is None
    panel.edits.add_branch()
    assert panel.list.at == (0, 2)
    panel.edits.add("ReLU")
    assert panel.workspace.network.node((0, 2, 0)) == ReLU()
    panel.edits.step(-1)
    assert types(panel) == ["ReLU", "Parallel"]


def test_a_layer_can_be_named(panel: BuildPanel) -> None:
    panel.list.choose((0,))
    type_into(editor(panel, "name"), "first")
    assert panel.workspace.report.rows[1].path == "first"
    editor(panel, "name").textEdited.emit("1 2")
    assert panel.workspace.report.rows[1].path == "first"


def test_layers_are_found_by_name_kind_and_settings(panel: BuildPanel) -> None:
    find = panel.stage.finder
    type_into(find, "5×5")
    assert panel.list.at == (0,)
    QTest.keyClick(find, Qt.Key.Key_Return)
    assert panel.list.at == (3,)
    type_into(find, "fc3")
    assert panel.list.at == (11,)


def test_the_palette_is_searched(panel: BuildPanel) -> None:
    palette = panel.palette_list
    type_into(palette.search, "batch norm")
    shown = [name for name, entry in palette.entries.items() if entry.isVisibleTo(palette)]
    assert shown[0] == "BatchNorm2d"
    assert "Conv2d" not in shown
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert types(panel)[0] == "BatchNorm2d"
    type_into(palette.search, "xyz")
    assert palette._nothing.isVisibleTo(palette)


def test_totals_follow_the_batch_and_the_passes(panel: BuildPanel) -> None:
    stage = panel.stage
    type_into(stage.batch, "100")
    assert stage.macs.text == "41\u2009652\u2009000"
    QTest.mouseClick(stage.passes.entries["training"], Qt.MouseButton.LeftButton)
    assert stage.macs.text == "124\u2009956\u2009000"
    assert "124\u2009956\u2009000" in stage.macs.toolTip()
    assert stage.parameters.text == "61\u2009706"


def test_shapes_are_written_as_in_keras(panel: BuildPanel) -> None:
    panel.workspace.open_network(zoo("cats-and-dogs"))
    QTest.mouseClick(panel.stage.convention.entries["keras"], Qt.MouseButton.LeftButton)
    model = panel.list.layers
    line = next(row for row in model.lines if row.type == "Conv2d")
    assert model.output(line) == "None × 148 × 148 × 32"
    assert model.name(line) == "conv2d"
    panel.list.choose((0,))
    assert panel.diagram.drawing is not None
    first = next(box for box in panel.diagram.drawing.boxes if box.at == (0,))
    assert first.shape == "148×148×32"
    assert "None × 148 × 148 × 32" in panel.inspector.sections["output"].head.findChildren(QLabel)[0].text()


def test_code_and_layers_light_up_together(panel: BuildPanel) -> None:
    panel.workspace.open_network(zoo("lenet5"))
    QTest.mouseClick(panel.stage.tabs.entries["code"], Qt.MouseButton.LeftButton)
    code = panel.pages.code
    panel.list.choose((3,))
    lines = code.toPlainText().splitlines()
    assert any("nn.Conv2d(6, 16, kernel_size=5)" in lines[line] for line in code.lit)
    there = next(k for k, line in enumerate(lines) if "nn.Linear(400, 120)" in line)
    block = code.document().findBlockByNumber(there)
    code.setTextCursor(QTextCursor(block))
    code.centerCursor()
    at = code.cursorRect(QTextCursor(block)).center()
    QTest.mouseClick(code.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert panel.workspace.network.node(panel.list.at) == Linear(120)


def test_code_of_a_broken_network_says_why_there_is_none(panel: BuildPanel) -> None:
    panel.stage.show_page("code")
    panel.workspace.edit(panel.workspace.network.remove((6,)), "Remove Flatten")
    assert not panel.pages.code.isVisible()
    assert "Add Flatten before it" in panel.pages._note.text()


def test_a_stack_of_thousands_is_shown(panel: BuildPanel) -> None:
    panel.workspace.open_network(Network((8, 16, 16), (Conv2d(filters=8, padding=(1, 1)), ReLU()) * 2500))
    assert panel.list.layers.rowCount() == 5001
    panel.list.choose((4999,))
    panel.edits.remove()
    assert panel.list.layers.rowCount() == 5000


@pytest.mark.parametrize("kind", ["pytorch", "keras", "json", "svg", "png", "pdf"])
def test_each_export_writes_its_file(panel: BuildPanel, kind: str, tmp_path: Path) -> None:
    said: list[str] = []
    panel.workspace.said.connect(said.append)
    panel.exports.write(kind, tmp_path / "made.file")
    assert said == ["Wrote made.file."]
    assert (tmp_path / "made.file").stat().st_size > 500
    panel.exports.write(kind, tmp_path / "no" / "such" / "folder" / "made.file")
    assert "made.file" in said[1]
    panel.workspace.edit(panel.workspace.network.remove((6,)), "Remove Flatten")
    if kind in ("pytorch", "keras"):
        panel.exports.write(kind, tmp_path / "broken.file")
        assert "Add Flatten before it" in said[2]
