"""Two networks side by side, through the real widgets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from explorer.app.build.compare import CompareView, ratio, written
from explorer.app.build.halves import FIGURES, figure_at, halves
from explorer.app.theme import look
from explorer.arch.analysis import analyse
from explorer.arch.document import save_network
from explorer.arch.layers import Conv2d
from explorer.arch.zoo import zoo


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[CompareView]:
    made = CompareView(analyse(zoo("lenet5")))
    made.resize(1192, 724)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.hide()
    made.deleteLater()


def test_it_opens_with_the_open_network_alone(view: CompareView) -> None:
    assert view.list.lines.rowCount() == 13
    assert [shown.text() for shown in view.figures["parameters"]] == ["61\u2009706", ""]
    assert view.chooser.text() == "Choose a network"
    assert not view.only.isEnabled()
    assert view.ratios["parameters"].whole == ""
    assert not view.reasons.sides[1].isVisible()


def test_a_chosen_network_stands_beside_it(view: CompareView) -> None:
    view.choose("cifar10")
    assert [name.whole for name in view.names] == ["LeNet-5", "CIFAR-10 net"]
    assert [shown.text() for shown in view.figures["parameters"]] == ["61\u2009706", "62\u2009006"]
    assert view.ratios["parameters"].whole == "CIFAR-10 net: 300 more"
    assert view.ratios["macs"].whole == "CIFAR-10 net: 1.56 × as many, 235\u2009200 more"
    assert view.count.text() == "8 of 13 lines differ."
    assert view.figures["macs"][0].toolTip().endswith("= 416\u2009520")


def test_the_same_network_has_no_differences(view: CompareView) -> None:
    view.choose("lenet5")
    assert view.count.text() == "All 13 lines are the same."
    assert {said.whole for said in view.ratios.values()} == {"the same"}
    view.only.click()
    assert view.list.lines.rowCount() == 0
    assert view.reasons.differs.whole == ""


def test_only_differences_leaves_those_and_keeps_the_line(view: CompareView) -> None:
    view.choose("cifar10")
    view.list.choose(3)
    chosen = view.list.pair
    view.only.click()
    assert view.list.lines.rowCount() == 8
    assert all(not pair.same for pair in view.list.lines.pairs)
    assert view.list.pair == chosen
    view.only.click()
    assert view.list.lines.rowCount() == 13
    assert view.list.currentIndex().row() == 3


def test_an_edit_of_the_open_network_is_seen_at_once(view: CompareView) -> None:
    view.choose("lenet5")
    view.list.choose(5)
    network = view.left.network.put((0,), Conv2d(filters=7, kernel=(5, 5)))
    view.show_report(analyse(network))
    assert view.figures["parameters"][0].text() == written(view.left.parameters) != "61\u2009706"
    assert view.list.lines.pairs[1].differs[0] == "filters 7 → 6"
    assert view.list.currentIndex().row() == 5
    view.show_report(analyse(network.remove((6,))))
    assert view.figures["parameters"][0].text() == written(view.left.parameters)


def test_an_edit_does_not_scroll_the_list(view: CompareView) -> None:
    view.show_report(analyse(zoo("vgg16")))
    view.choose("vgg19")
    bar = view.list.verticalScrollBar()
    view.list.choose(1)
    bar.setValue(400)
    for network in (zoo("vgg16").remove((0,)), zoo("vgg16").put((0,), Conv2d(filters=32, padding=(1, 1)))):
        view.show_report(analyse(network))
        assert bar.value() == 400
    view.only.click()
    line = view.list.visualRect(view.list.currentIndex())
    assert view.list.viewport().rect().contains(line)


def test_arrows_go_through_lines_and_figures(view: CompareView) -> None:
    view.choose("cifar10")
    view.list.choose(0)
    view.setFocus()
    QTest.keyClick(view.list, Qt.Key.Key_Down)
    assert view.list.currentIndex().row() == 1
    assert view.reasons.differs.whole == "parameters 156 → 456  ·  multiply-adds 117\u2009600 → 352\u2009800"
    left, right = view.reasons.sides
    assert left.text() == "Parameters\n((5·5·1) + 1)·6 = 156"
    assert right.text() == "Parameters\n((5·5·3) + 1)·6 = 456"
    QTest.keyClick(view.list, Qt.Key.Key_Right)
    assert left.text().startswith("Memory\n6·28·28 values")
    QTest.keyClick(view.list, Qt.Key.Key_Left)
    QTest.keyClick(view.list, Qt.Key.Key_Left)
    assert left.text().startswith("Output\n")


def test_a_click_asks_for_a_figure(view: CompareView) -> None:
    view.choose("cifar10")
    place = view.list.visualRect(view.list.lines.index(2))
    sides = halves(look(view.list), view.list.viewport().width(), 1)
    for half in sides:
        for what, where in half.figures.items():
            QTest.mouseClick(
                view.list.viewport(),
                Qt.MouseButton.LeftButton,
                pos=QPoint(where.center().x(), place.center().y()),
            )
            assert view.what == what
            assert view.list.currentIndex().row() == 2
    assert figure_at(view.list, sides[0].name.center().x()) == ""


def test_escape_and_the_button_close(view: CompareView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.closed, timeout=100):
        QTest.keyClick(view.list, Qt.Key.Key_Escape)
    with qtbot.waitSignal(view.closed, timeout=100):
        QTest.keyClick(view, Qt.Key.Key_Escape)


def test_the_menu_offers_every_group_and_a_file(view: CompareView) -> None:
    view.menu.aboutToShow.emit()
    groups = [action.menu() for action in view.menu.actions() if isinstance(action.menu(), QMenu)]
    first = next(action for group in groups for action in group.actions() if action.text() == "LeNet-5")
    first.trigger()
    assert view.right is not None
    assert view.right.network == zoo("lenet5")
    assert view.menu.actions()[-1].text() == "Open a file…"
    count = len(view.menu.actions())
    view.menu.aboutToShow.emit()
    assert len(view.menu.actions()) == count


def test_a_file_is_compared_or_what_is_wrong_is_said(view: CompareView, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    save_network(zoo("cifar10").named("Mine"), path)
    view.open_file(path)
    assert view.names[1].whole == "Mine"
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    view.open_file(broken)
    assert view.said.isVisible()
    assert "broken.json" in view.said.text()
    assert view.names[1].whole == "Mine"
    view.choose("lenet5")
    assert not view.said.isVisible()
    assert [name.whole for name in view.names] == ["LeNet-5, left", "LeNet-5, right"]


def test_differences_are_marked_in_the_accent(view: CompareView) -> None:
    view.choose("cifar10")
    style = look(view.list)
    wash = style.colour("wash").rgb()

    def washed(line: int, what: str, side: int) -> bool:
        where = halves(style, view.list.viewport().width(), 32)[side].figures[what]
        rect = view.list.visualRect(view.list.lines.index(line))
        picture = view.list.viewport().grab().toImage()
        row = rect.top() + 10
        return any(QColor(picture.pixel(x, row)).rgb() == wash for x in range(where.left(), where.right() + 4))

    assert washed(1, "parameters", 0)
    assert washed(1, "parameters", 1)
    assert not washed(1, "output", 0)
    assert not washed(4, "parameters", 1)


@pytest.mark.parametrize("width", [500, 760, 1000, 2400])
def test_columns_do_not_overlap_at_any_width(view: CompareView, width: int) -> None:
    for half in halves(look(view), width, 32):
        edges = [half.name, *(half.figures[name] for name in FIGURES if name in half.figures)]
        assert all(one.right() < two.left() for one, two in pairwise(edges))
        assert half.name.width() >= look(view).px(90)
        assert half.whole.right() < width


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (100, 460, "B: 4.6 × as many, 360 more"),
        (460, 100, "A: 4.6 × as many, 360 more"),
        (0, 5, "B: 5 more"),
        (1000, 1001, "B: 1 more"),
        (7, 7, "the same"),
        (138_357_544, 11_689_512, "A: 11.8 × as many, 126.7M more"),
        (10, 4560, "B: 456 × as many, 4\u2009550 more"),
    ],
)
def test_ratios_in_words(left: int, right: int, words: str) -> None:
    assert ratio(left, right, ("A", "B")) == words


def test_bytes_in_words() -> None:
    assert ratio(2_000_000, 1_000_000, ("A", "B"), size=True) == "A: 2.0 × as much, 1.0 MB more"


def test_without_a_network_nothing_is_shown_until_there_is_one(qtbot: QtBot) -> None:
    made = CompareView()
    qtbot.addWidget(made)
    made.choose("lenet5")
    assert made.list.lines.rowCount() == 0
    made.show_report(analyse(zoo("lenet5")))
    assert made.list.lines.rowCount() == 13
    assert made.count.text() == "All 13 lines are the same."
