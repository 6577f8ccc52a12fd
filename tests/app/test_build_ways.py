"""Ways through the Build panel with the mouse and the keyboard: what one clicks or presses has its effect in sight."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from explorer.app.build import pages
from explorer.app.build.edits import TOO_DEEP
from explorer.app.build.model import LAYER_ROW, paths_of, paths_text
from explorer.app.build.panel import BuildPanel
from explorer.app.build.rows import Columns
from explorer.app.build.words import fitted, settings
from explorer.app.theme import look
from explorer.app.workspace import Workspace
from explorer.arch.analysis import analyse
from explorer.arch.layers import Conv2d, Linear, ReLU
from explorer.arch.network import Network
from explorer.arch.tree import DEEPEST, Parallel, Sequence, depth
from explorer.arch.zoo import zoo


@pytest.fixture
def panel(workspace: Workspace, qtbot: QtBot) -> Iterator[BuildPanel]:
    made = BuildPanel(workspace)
    made.resize(1192, 724)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.hide()
    made.deleteLater()


def stack(*units: int) -> Network:
    return Network((4,), tuple(Linear(units=count) for count in units), name="Stack")


def units(panel: BuildPanel) -> list[int]:
    return [layer.units for layer in panel.workspace.network.layers if isinstance(layer, Linear)]


# Numbers explain themselves where one sees it.


def test_a_click_on_a_total_shows_its_sum_after_the_button_is_let_go(panel: BuildPanel) -> None:
    QTest.mouseClick(panel.stage.parameters, Qt.MouseButton.LeftButton)
    assert QToolTip.isVisible()
    assert QToolTip.text() == panel.stage.parameters.toolTip()
    assert "61\u2009706" in QToolTip.text()
    QToolTip.hideText()


def test_the_keyboard_asks_a_total_too(panel: BuildPanel, qtbot: QtBot) -> None:
    panel.stage.macs.setFocus()
    QTest.keyClick(panel.stage.macs, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: QToolTip.text() == panel.stage.macs.toolTip())
    QToolTip.hideText()


def test_the_arithmetic_of_a_clicked_figure_comes_into_view(panel: BuildPanel, qtbot: QtBot) -> None:
    panel.list.choose((3,))
    panel.resize(1192, 500)
    section, area = panel.inspector.sections["macs"], panel._beside
    line = panel.list.visualRect(panel.list.layers.index(4))
    at = QPoint(Columns.of(look(panel), panel.list.viewport().width(), 1).macs.center().x(), line.center().y())

    def seen() -> bool:
        top = section.mapTo(area.viewport(), QPoint(0, 0)).y()
        return top >= 0 and top + section.height() <= area.viewport().height()

    assert not seen()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(seen)


# Several layers at once.


def test_neighbours_move_together_and_stay_chosen(panel: BuildPanel) -> None:
    panel.workspace.open_network(stack(1, 2, 3, 4, 5))
    panel.list.mark(((1,), (2,)))
    QTest.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert units(panel) == [1, 4, 2, 3, 5]
    assert panel.list.marked == ((2,), (3,))
    QTest.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert units(panel) == [1, 4, 5, 2, 3]
    for _ in range(4):
        QTest.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert units(panel) == [2, 3, 1, 4, 5]


def test_layers_that_stand_apart_do_not_move_by_key(panel: BuildPanel, qtbot: QtBot) -> None:
    panel.workspace.open_network(stack(1, 2, 3))
    panel.list.mark(((0,), (2,)))
    with qtbot.waitSignal(panel.workspace.said):
        panel.edits.step(1)
    assert units(panel) == [1, 2, 3]


@pytest.mark.parametrize(
    ("dragged", "line", "expected"),
    [
        (((0,), (1,)), 5, [3, 4, 1, 2, 5]),
        (((0,), (3,)), 3, [2, 1, 4, 3, 5]),
        (((3,), (4,)), 1, [4, 5, 1, 2, 3]),
        (((1,), (2,)), 2, [1, 2, 3, 4, 5]),
    ],
)
def test_all_dragged_rows_are_moved_in_their_order(
    panel: BuildPanel, dragged: tuple[tuple[int, ...], ...], line: int, expected: list[int]
) -> None:
    panel.workspace.open_network(stack(1, 2, 3, 4, 5))
    data = panel.list.layers.mimeData([panel.list.layers.index(at[0] + 1) for at in dragged])
    assert paths_of(bytes(data.data(LAYER_ROW).data())) == dragged
    panel.list.layers.dropMimeData(data, Qt.DropAction.MoveAction, line, 0, QModelIndex())
    assert units(panel) == expected
    panel.workspace.undo.undo()
    assert panel.workspace.network.name == ("Stack" if expected != [1, 2, 3, 4, 5] else "LeNet-5")


def test_rows_go_into_a_block_but_not_into_themselves(panel: BuildPanel) -> None:
    block = Sequence((ReLU(),), name="block")
    panel.workspace.open_network(Network((4,), (Linear(1), block, Linear(2)), name="Blocks"))
    panel.edits.move_all(((0,), (2,)), (1, 1))
    (moved,) = panel.workspace.network.layers
    assert moved == Sequence((ReLU(), Linear(1), Linear(2)), name="block")
    assert panel.list.marked == ((0, 1), (0, 2))
    panel.edits.move_all(((0,),), (0, 1))
    assert panel.workspace.network.layers == (moved,)


def test_what_would_lie_too_deep_stays_out_and_is_said(panel: BuildPanel, qtbot: QtBot) -> None:
    node: Sequence = Sequence((ReLU(),))
    while depth(node) < DEEPEST:
        node = Sequence((node,))
    panel.workspace.open_network(Network((4,), (node, Sequence((ReLU(),))), name="Deep"))
    before = panel.workspace.network
    for edit in (
        lambda: panel.edits.move((1,), (*[0] * DEEPEST, 0)),
        lambda: (panel.list.choose((0,)), panel.edits.group()),
        lambda: panel.edits.insert("residual", (*[0] * DEEPEST, 0)),
    ):
        with qtbot.waitSignal(panel.workspace.said, check_params_cb=lambda text: text == TOO_DEEP):
            edit()
        assert panel.workspace.network == before


# Where the keyboard is.


def test_enter_in_the_search_for_layers_adds_one_and_leads_back_to_the_list(panel: BuildPanel, qtbot: QtBot) -> None:
    search = panel.palette_list.search
    panel.activateWindow()
    search.setFocus()
    QTest.keyClicks(search, "max pool")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert not search.text()
    qtbot.waitUntil(panel.list.hasFocus)


@pytest.mark.parametrize("name", ["palette", "finder"])
def test_escape_leads_from_a_search_to_the_list(panel: BuildPanel, qtbot: QtBot, name: str) -> None:
    field = panel.palette_list.search if name == "palette" else panel.stage.finder
    panel.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    qtbot.waitUntil(panel.list.hasFocus)


def test_the_keyboard_follows_to_the_page_that_is_shown(panel: BuildPanel, qtbot: QtBot) -> None:
    panel.activateWindow()
    panel.list.setFocus()
    qtbot.waitUntil(panel.list.hasFocus)
    for name, holder in (
        ("code", panel.pages.code),
        ("compare", panel.pages.compare.list),
        ("about", panel.pages.card.area),
        ("layers", panel.list),
    ):
        panel.stage.show_page(name)
        assert QApplication.focusWidget() is holder


def test_home_and_end_go_to_the_ends_of_the_diagram(panel: BuildPanel) -> None:
    QTest.keyClick(panel.diagram, Qt.Key.Key_End)
    assert panel.list.at == (len(panel.workspace.network.layers) - 1,)
    QTest.keyClick(panel.diagram, Qt.Key.Key_Home)
    assert panel.list.at == ()


def test_a_search_that_finds_nothing_says_so_until_it_does(panel: BuildPanel) -> None:
    finder = panel.stage.finder
    QTest.keyClicks(finder, "zzz")
    assert finder.property("wrong") is True
    assert QToolTip.text() == "No layer has these words."
    finder.selectAll()
    QTest.keyClicks(finder, "tanh")
    assert not finder.property("wrong")
    assert panel.list.at == (1,)
    panel.workspace.open_network(zoo("mlp"))
    assert not finder.text()
    QToolTip.hideText()


# What is written.


def test_a_block_says_what_it_is_in_little_room() -> None:
    network = Network((4,), (Parallel((Sequence((Linear(4),)), Sequence()), merge="add"),))
    row = analyse(network).places[(0,)]
    metrics = QFontMetrics(QApplication.font())
    assert fitted(settings(row), metrics, 1000) == "2 branches, added"
    assert fitted(settings(row), metrics, metrics.horizontalAdvance("2 branches, added") - 1) == "2 added"


def test_settings_are_left_out_whole_before_one_is_cut() -> None:
    network = Network((3, 32, 32), (Conv2d(filters=64, kernel=(7, 7), stride=(2, 2), padding=(3, 3)),))
    texts = settings(analyse(network).places[(0,)])
    assert texts[-1] == "64 filters 7×7 …"
    metrics = QFontMetrics(QApplication.font())
    assert fitted(texts, metrics, metrics.horizontalAdvance(texts[-1])) == texts[-1]


def test_the_first_network_has_room_for_all_its_names(panel: BuildPanel) -> None:
    diagram, texts = panel.diagram, panel.diagram._prepared()[1]
    assert diagram.drawing is not None
    heads = sorted((box for box in diagram.drawing.boxes if box.head), key=lambda box: box.tx)
    for left, right in pairwise(heads):
        far = (right.tx - left.tx) * diagram.view.zoom
        wide = [max(texts.width(box.label, "label"), texts.width(box.shape, "shape")) for box in (left, right)]
        assert far >= sum(wide) / 2


def test_code_is_the_same_whether_it_is_changed_or_written_anew(panel: BuildPanel) -> None:
    panel.stage.show_page("code")
    view = panel.pages.code
    for at, name in (((1,), "ReLU"), ((), "Conv2d"), ((2,), "residual"), ((9,), "Linear")):
        panel.list.choose(at)
        panel.edits.add(name)
        assert view.toPlainText() == view._code.text
    panel.workspace.open_network(zoo("googlenet"))
    assert view.toPlainText() == view._code.text
    while panel.workspace.undo.canUndo():
        panel.workspace.undo.undo()
        assert view.toPlainText() == view._code.text


def test_the_page_of_a_large_network_waits_for_a_rest(
    panel: BuildPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LARGE", 5)
    panel.stage.show_page("code")
    before = panel.pages.code.toPlainText()
    panel.edits.add("Softplus")
    assert panel.pages.code.toPlainText() == before
    qtbot.waitUntil(lambda: "Softplus" in panel.pages.code.toPlainText())


def test_paths_survive_a_drag() -> None:
    paths = ((0,), (2, 1, 10))
    data = QMimeData()
    data.setData(LAYER_ROW, paths_text(paths))
    assert paths_of(bytes(data.data(LAYER_ROW).data())) == paths
