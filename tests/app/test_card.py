"""The card of a known network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from explorer.app.build.card import MARK, CardView, lines
from explorer.arch.analysis import analyse
from explorer.arch.zoo import zoo
from explorer.arch.zoo.cards import card, compare_table
from explorer.arch.zoo.tables import Compared


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[CardView]:
    made = CardView()
    made.resize(640, 800)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.hide()
    made.deleteLater()


def show(view: CardView, name: str) -> None:
    view.show_card(card(name), analyse(zoo(name)))


def words(view: CardView) -> list[str]:
    return [part.text().replace("\u202f", "\u2009") for part in view.findChildren(QLabel) if part.isVisible()]


def test_it_says_who_and_what(view: CardView) -> None:
    show(view, "vgg16")
    said = words(view)
    assert "2014 · Simonyan, Zisserman" in said
    assert card("vgg16").showed in said
    assert all(slip in said for slip in card("vgg16").slips)
    assert all(note in said for note in card("vgg16").notes)


def test_the_printed_figures_stand_beside_the_true_ones(view: CardView) -> None:
    show(view, "vgg16")
    compared = compare_table(card("vgg16"), view_report := analyse(zoo("vgg16")))
    assert view_report.parameters == 138_357_544
    said = words(view)
    for one in compared:
        assert one.printed in said
        assert one.true in said
    differ = [one for one in compared if one.differs]
    assert differ
    shown = [mark for mark in view.marks if mark.toolTip()]
    assert [mark.toolTip() for mark in shown] == [
        f"Printed as {one.printed}; the network has {one.true}." for one in differ
    ]
    assert len(view.marks) == len(differ) + len(card("vgg16").slips)
    assert all(mark.text() == MARK for mark in view.marks)


def test_equal_labels_below_one_another_are_lines_of_their_own() -> None:
    flat = (
        Compared("conv", "1", "1", False, "a"),
        Compared("conv", "2", "2", False, "b"),
        Compared("conv", "3", "4", True, "a"),
        Compared("pool", "5", "5", False, "b"),
        Compared("pool", "6", "6", False, "b"),
    )
    assert [(label, list(columns)) for label, columns in lines(flat)] == [
        ("conv", ["a", "b"]), ("conv", ["a"]), ("pool", ["b"]), ("pool", ["b"]),
    ]  # fmt: skip


def test_buttons_ask_for_the_network_and_the_chart(view: CardView, qtbot: QtBot) -> None:
    show(view, "resnet50")
    assert not view.open_button.isVisible(), "it is open already"
    view.show_card(card("resnet50"), analyse(zoo("resnet50").with_input((3, 64, 64))))
    with qtbot.waitSignal(view.opened, timeout=100) as opened:
        QTest.mouseClick(view.open_button, Qt.MouseButton.LeftButton)
    assert opened.args == ["resnet50"]
    assert view.contest.isVisible()
    with qtbot.waitSignal(view.contest_wanted, timeout=100):
        QTest.keyClick(view.contest, Qt.Key.Key_Space)


def test_another_card_leaves_nothing_of_the_one_before(view: CardView) -> None:
    show(view, "vgg16")
    show(view, "lenet5")
    said = words(view)
    assert card("lenet5").showed in said
    assert not any("VGG" in text or "conv3-64" in text for text in said)
    assert view.marks == []
    assert view.compared == []
    assert not view.contest.isVisible()


def test_a_network_of_nobody_has_no_empty_lines(view: CardView) -> None:
    show(view, "digits-cnn")
    assert not view.made.isVisible()
    assert not view.paper.isVisible()


def test_only_the_table_scrolls_across(view: CardView) -> None:
    show(view, "vgg16")
    least = view.minimumSizeHint().width()
    assert least <= 500
    view.resize(least, 700)
    assert view.area.horizontalScrollBar().maximum() == 0
    (table,) = view.area.widget().findChildren(QScrollArea)
    assert table.horizontalScrollBar().maximum() > 0
    assert table.verticalScrollBar().maximum() == 0
    view.resize(900, 700)
    assert table.horizontalScrollBar().maximum() == 0
