"""Grids of numbers: what they show, where their cells are, and how they are edited."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QWheelEvent
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.app import theme
from explorer.app.widgets.celledit import NumberError, read_number
from explorer.app.widgets.cells import Board, grounds, text_inks
from explorer.app.widgets.grid import TensorGrid, between
from explorer.app.widgets.scale import (
    ScaleBar,
    brief,
    colours,
    contrast,
    ink_numbers,
    ink_of_sign,
    ink_on_scale,
    inks,
    luminance,
    shares,
    span,
    tidy,
)
from explorer.app.widgets.stack import SHOWN, GridStack

Values = NDArray[np.float64]


def shown(qtbot: QtBot, values: Values, size: tuple[int, int] = (400, 400), editable: bool = False) -> TensorGrid:
    grid = TensorGrid("Input")
    qtbot.addWidget(grid)
    grid.editable = editable
    grid.show_values(values)
    grid.resize(*size)
    grid.show()
    return grid


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def middle(grid: TensorGrid, cell: tuple[int, int]) -> QPoint:
    return grid.cell_rect(cell).center().toPoint()


def corner_colour(grid: TensorGrid, cell: tuple[int, int]) -> QColor:
    """A pixel of a cell that has neither a frame nor a text."""
    where = grid.cell_rect(cell)
    return picture(grid).pixelColor(round(where.x() + where.width() * 0.2), round(where.y() + where.height() * 0.2))


def alike(one: QColor, two: QColor) -> bool:
    """But for how halves are rounded."""
    return all(abs(a - b) <= 1 for a, b in zip(one.getRgb(), two.getRgb(), strict=True))  # type: ignore[arg-type]


def kept(signal: object) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    signal.connect(lambda *args: found.append(args))  # type: ignore[attr-defined]
    return found


# Numbers as texts, and their colours.


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 3, "0"),
        (-0.0, 3, "0"),
        (-3.0, 3, "−3"),
        (1234.0, 2, "1234"),
        (0.25, 3, "0.25"),
        (-0.12345, 3, "−0.123"),
        (-0.12345, 2, "−0.12"),
        (12.345, 3, "12.3"),
        (12.345, 2, "12"),
        (1234.5, 3, "1234"),
        (0.1 + 0.2, 3, "0.3"),
        (2.9999999999, 3, "3"),
        (1e-5, 3, "1e−5"),
        (-1.26e-7, 3, "−1.3e−7"),
        (2.5e9, 3, "2.5e9"),
        (float("nan"), 3, "NaN"),
        (float("inf"), 3, "∞"),
        (float("-inf"), 3, "−∞"),
    ],
)
def test_values_in_few_characters(value: float, digits: int, text: str) -> None:
    assert tidy(value, digits) == text


def test_small_cells_show_no_false_whole_numbers() -> None:
    values = (0.0, -3.0, 0.25, -0.754, 0.999, -1.04, 12.4, 1e-4, float("nan"), 5e7)
    assert [brief(v) for v in values] == ["0", "−3", ".25", "−.75", "1.0", "−1.0", "12", "≈0", "NaN", "5e7"]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_can_be_read_on_every_colour(name: str) -> None:
    look = theme.Look(theme.THEMES[name], 1.0)
    for share in np.linspace(-1, 1, 401):
        assert contrast(ink_on_scale(look, float(share)), look.signed(float(share))) >= 4.5, share
    # Where the colour allows it the usual ink stays up to 80 %, and turns around beyond.
    assert ink_on_scale(look, 0.3) == QColor(look.theme.ink)
    assert ink_on_scale(look, -1.0) == inks(look.theme)[1]
    assert contrast(ink_of_sign(look, 1), look.colour("surface")) >= 4.5
    assert contrast(ink_of_sign(look, -1), look.colour("surface")) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
def test_padding_and_the_unknown_can_be_read_too(name: str) -> None:
    look = theme.THEMES[name]
    values = np.linspace(-1, 1, 64).reshape(8, 8)
    board = Board(values, 1.0, before=(2, 2), after=(2, 2), known=values < 0.5)
    parts, rgb = grounds(look, board)
    chosen = text_inks(look, board, parts, rgb)
    for row in range(8):
        for column in range(8):
            ground = QColor(*(round(float(part)) for part in rgb[row, column]))
            assert contrast(inks(look)[chosen[row, column]], ground) >= 4.45, (row, column)


def test_colours_are_those_of_the_theme() -> None:
    parts = np.array([-1.0, -0.5, 0.0, 0.25, 1.0])
    for name in ("light", "dark"):
        look = theme.Look(theme.THEMES[name], 1.0)
        for share, rgb in zip(parts, colours(look.theme, parts), strict=True):
            wanted = look.signed(float(share)).getRgb()[:3]  # type: ignore[index]
            assert np.abs(rgb - wanted).max() <= 1
    assert ink_numbers(theme.LIGHT, np.array([-1.0]), colours(theme.LIGHT, np.array([-1.0]))).tolist() == [1]
    assert luminance(np.array([255.0, 255, 255])) == pytest.approx(1)


def test_a_scale_holds_all_values_and_survives_what_is_no_number() -> None:
    assert span(np.array([[1.0, -4.0]])) == 4
    assert span(np.zeros((2, 2))) == 1
    assert span(None) == 1
    assert span(np.array([np.nan, np.inf, -2.0])) == 2
    assert shares(np.array([np.nan, np.inf, -np.inf, 1.0]), 2.0).tolist() == [0, 1, -1, 0.5]


def test_the_scale_bar_says_its_ends(qtbot: QtBot) -> None:
    bar = ScaleBar()
    qtbot.addWidget(bar)
    bar.show_most(3)
    bar.resize(224, 28)
    assert bar.accessibleDescription() == "−3 blue, 0 without colour, 3 orange"
    image = picture(bar)
    assert image.pixelColor(6, 4).blue() > image.pixelColor(6, 4).red()
    assert image.pixelColor(218, 4).red() > image.pixelColor(218, 4).blue()
    assert image.pixelColor(112, 4).lightness() > 240


# What a grid shows.


def test_cells_have_their_colours(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.array([[2.0, -2.0], [0.0, 1.0]]))
    look = theme.Look(theme.LIGHT, 1.0)
    for cell, share in (((0, 0), 1.0), ((0, 1), -1.0), ((1, 0), 0.0), ((1, 1), 0.5)):
        assert alike(corner_colour(grid, cell), look.signed(share))
    grid.show_values(np.array([[2.0, -2.0], [0.0, 1.0]]), most=4)
    assert alike(corner_colour(grid, (0, 0)), look.signed(0.5))


def test_the_dark_theme_has_its_own(qtbot: QtBot, qapp: QApplication) -> None:
    grid = shown(qtbot, np.array([[2.0, 0.0]]))
    before = corner_colour(grid, (0, 1)).lightness()
    theme.apply(qapp, theme.DARK, 1.0)
    assert before > 240
    assert corner_colour(grid, (0, 1)).rgb() == QColor(theme.DARK.zero).rgb()
    assert corner_colour(grid, (0, 0)).rgb() == QColor(theme.DARK.positive).rgb()


def test_only_what_changed_is_painted_and_all_of_it(qtbot: QtBot) -> None:
    values = np.arange(36.0).reshape(6, 6)
    grid = shown(qtbot, values)
    picture(grid)
    values[2, 3] = -35
    values[4, 1] = 7
    grid.show_values(values, 35)
    grid.show_known(20)
    again = shown(qtbot, values)
    again.show_known(20)
    assert picture(grid) == picture(again)
    grid.show_known(None)
    again.show_known(None)
    assert picture(grid) == picture(again)
    grid.show_ring((1, 1), (1, 1))
    again.show_ring((1, 1), (1, 1))
    grid.resize(300, 300)
    again.resize(300, 300)
    assert picture(grid) == picture(again)


@pytest.mark.parametrize(
    "change",
    [
        lambda grid: grid.show_ring((1, 1), (1, 1)),
        lambda grid: grid.show_window([(0, 0), (2, 2)]),
        lambda grid: grid.show_lit((1, 1)),
        lambda grid: grid.show_hatched(1, 0),
        lambda grid: grid.show_hatched(0, 1),
        lambda grid: grid.show_known(3),
        lambda grid: grid.show_known(np.eye(4, dtype=np.bool_)),
        lambda grid: grid.show_marks({(2, 1): "•"}),
        lambda grid: grid.show_marks({(2, 1): "max"}),
        lambda grid: grid.point_at((3, 0)),
    ],
)
def test_every_mark_is_seen_and_goes_again(qtbot: QtBot, change: Callable[[TensorGrid], None]) -> None:
    grid = shown(qtbot, np.zeros((4, 4)))
    before = picture(grid)
    change(grid)
    assert picture(grid) != before
    grid.show_values(np.zeros((1, 1)))
    grid.show_values(np.zeros((4, 4)))  # another shape in between: all marks are gone
    assert picture(grid) == before


def test_marks_outside_do_no_harm(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.zeros((2, 2)))
    before = picture(grid)
    grid.show_window([(-1, 0), (5, 5)])
    grid.show_lit((2, 0))
    grid.show_marks({(9, 9): "•"})
    grid.point_at((7, 7))
    assert picture(grid) == before


def test_padding_is_not_a_real_zero(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.zeros((4, 4)))
    grid.show_ring((1, 1), (1, 1))
    assert corner_colour(grid, (0, 0)).rgb() == QColor(theme.LIGHT.paper).rgb()
    assert corner_colour(grid, (1, 1)).rgb() == QColor(theme.LIGHT.zero).rgb()
    assert grid.words((0, 0)) == "row 1, column 1: 0, padding"


def test_the_window_is_framed_in_the_accent(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.zeros((4, 4)))
    grid.show_window([(1, 1)])
    where = grid.cell_rect((1, 1))
    assert picture(grid).pixelColor(round(where.x()) + 1, round(where.center().y())).rgb() == QColor("#6741D9").rgb()
    grid.veil(None, window=True)
    assert picture(grid).pixelColor(round(where.x()) + 1, round(where.center().y())).rgb() != QColor("#6741D9").rgb()
    grid.veil(None)
    assert picture(grid).pixelColor(round(where.x()) + 1, round(where.center().y())).rgb() == QColor("#6741D9").rgb()


@pytest.mark.parametrize("shape", [(1, 1), (1, 20), (20, 1), (6, 6), (64, 64)])
@pytest.mark.parametrize("size", [(1, 1), (20, 30), (160, 90), (900, 700), (2600, 2000)])
def test_it_fits_every_room(qtbot: QtBot, shape: tuple[int, int], size: tuple[int, int]) -> None:
    grid = shown(qtbot, np.random.default_rng(0).normal(size=shape), size)
    grid.show_window([(0, 0)])
    grid.show_hatched(1, 1)
    picture(grid)
    assert 0 < grid.side <= 64
    if min(size) > 100:
        assert QRect(QPoint(0, 0), grid.size()).contains(grid.cells_rect().toRect())
    assert grid.minimumSizeHint().width() <= 260
    assert grid.minimumSizeHint().height() <= 290


def test_one_row_and_nothing(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.array([1.0, 2.0, 3.0]))
    assert grid.shape == (1, 3)
    grid.show_values(None)
    assert grid.shape == (0, 0)
    assert grid.values is None
    picture(grid)
    grid.show_window([(0, 0)])
    grid.show_known(3)
    assert grid.accessibleDescription() == "Nothing to show yet."
    with pytest.raises(ValueError, match="2×2×2"):
        grid.show_values(np.zeros((2, 2, 2)))


def test_not_a_number_is_shown_as_such(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.array([[np.nan, np.inf, -2.0]]))
    picture(grid)
    assert grid.words((0, 0)) == "row 1, column 1: NaN"
    assert grid.words((0, 2)) == "row 1, column 3: −2"


def test_cells_of_one_side(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.zeros((4, 4)))
    grid.show_side(30)
    assert grid.side == 30
    assert grid.sizeHint().width() == 4 * 30 + 5
    grid.show_side(None)
    assert grid.side == 64


def test_a_file_of_shapes_keeps_cells_and_texts(qtbot: QtBot, tmp_path: object) -> None:
    grid = shown(qtbot, np.array([[1.0, -2.0], [0.5, 0.0]]))
    path = f"{tmp_path}/grid.svg"
    generator = QSvgGenerator()
    generator.setFileName(path)
    generator.setSize(grid.size())
    painter = QPainter(generator)
    grid.render(painter, QPoint(0, 0))
    painter.end()
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        written = file.read()
    assert "−2" in written
    assert not re.search("<image", written)


# Pointing.


def test_hover_and_click_tell_the_cell(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.zeros((3, 3)))
    over, clicks = kept(grid.hovered), kept(grid.clicked)
    qtbot.mouseMove(grid, middle(grid, (1, 2)))
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=middle(grid, (1, 2)))
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=QPoint(grid.width() - 1, grid.height() - 1))
    qtbot.mouseMove(grid, QPoint(grid.width() - 1, grid.height() - 1))
    QApplication.sendEvent(grid, QEvent(QEvent.Type.Leave))
    assert over[0] == ((1, 2),)
    assert over[-1] == (None,)
    assert clicks == [((1, 2),)]


def test_the_tip_says_row_column_and_value(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.array([[0.0, -1.0], [2.0, 3.0]]))
    grid.show_hatched(1, 0)
    grid.show_known(3)
    grid.describe = lambda cell: f"input {cell[1] + 1}"
    where = middle(grid, (0, 1))
    QApplication.sendEvent(grid, QHelpEvent(QEvent.Type.ToolTip, where, grid.mapToGlobal(where)))
    assert QToolTip.text() == "row 1, column 2: −1\ninput 2"
    QToolTip.hideText()
    assert grid.words((1, 0)).startswith("row 2, column 1: 2, no window reaches it")
    assert grid.words((1, 1)).startswith("row 2, column 2: not known yet")


def test_a_click_takes_the_keys_only_where_one_can_type(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.zeros((2, 2)))
    assert not grid.focusPolicy() & Qt.FocusPolicy.ClickFocus
    grid.editable = True
    assert grid.focusPolicy() & Qt.FocusPolicy.ClickFocus


def test_arrow_keys_go_through_the_cells(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.array([[0.0, -1.0], [2.0, 3.0]]))
    over, clicks = kept(grid.hovered), kept(grid.clicked)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(grid, key)
    assert over == [((0, 1),), ((1, 1),)]
    assert clicks == [((1, 1),)]
    assert grid.accessibleName() == "Input"
    assert grid.accessibleDescription() == "2 × 2; row 2, column 2: 3."


def test_the_cursor_is_seen(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.zeros((2, 2)), editable=True)
    without = picture(grid)
    grid.activateWindow()
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus)
    assert picture(grid) != without


# Editing.


def typed(qtbot: QtBot, grid: TensorGrid, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    qtbot.keyClicks(grid, text)
    qtbot.keyClick(grid, end)


def test_typing_changes_a_cell(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.zeros((3, 3)), editable=True)
    edits = kept(grid.edited)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    typed(qtbot, grid, "-2.5")
    assert edits == [(1, 0, -2.5)]
    assert grid.values is not None
    assert grid.values[1, 0] == -2.5
    typed(qtbot, grid, "7", Qt.Key.Key_Tab)  # takes it and goes right
    assert grid.cursor_cell == (1, 1)
    typed(qtbot, grid, "0,5", Qt.Key.Key_Up)  # takes it and goes up
    assert edits[1:] == [(1, 0, 7.0), (1, 1, 0.5)]
    assert grid.cursor_cell == (0, 1)
    assert grid.most == 7


def test_escape_leaves_the_cell_as_it_was(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.ones((2, 2)), editable=True)
    edits = kept(grid.edited)
    typed(qtbot, grid, "5", Qt.Key.Key_Escape)
    assert edits == []
    assert grid.values is not None
    assert grid.values.tolist() == [[1, 1], [1, 1]]


def test_what_is_no_number_is_said_in_place(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.ones((2, 2)), editable=True)
    edits = kept(grid.edited)
    typed(qtbot, grid, "2x")
    assert grid.complaint == "not a number"
    assert edits == []
    qtbot.keyClick(grid, Qt.Key.Key_Backspace)  # going on to type takes the complaint away
    assert grid.complaint == ""
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert edits == [(0, 0, 2.0)]
    typed(qtbot, grid, "-")
    assert grid.complaint == "not a number"
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=middle(grid, (1, 1)))  # forgets it
    assert grid.complaint == ""
    assert len(edits) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty: type a number"),
        ("  ", "empty: type a number"),
        ("abc", "not a number"),
        ("1_0", "not a number"),
        ("1.2.3", "not a number"),
        ("nan", "not a finite number"),
        ("1e999", "not a finite number"),
        ("1e12", "too large"),
    ],
)
def test_bad_numbers(text: str, why: str) -> None:
    with pytest.raises(NumberError, match=why):
        read_number(text)


def test_good_numbers() -> None:
    assert [read_number(t) for t in (" 3 ", "−1", "-1", ".5", "0,25", "1e−3", "+2")] == [3, -1, -1, 0.5, 0.25, 1e-3, 2]
    assert str(read_number("-0")) == "0.0"


def test_leaving_takes_what_was_typed(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.ones((2, 2)), editable=True)
    edits = kept(grid.edited)
    qtbot.keyClicks(grid, "4")
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=middle(grid, (1, 1)))
    assert edits == [(0, 0, 4.0)]
    assert grid.cursor_cell == (1, 1)


def test_dragging_paints_the_last_value(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.zeros((5, 5)), editable=True)
    typed(qtbot, grid, "3")
    edits, clicks, stroke = kept(grid.edited), kept(grid.clicked), grid.stroke
    QTest.mousePress(grid, Qt.MouseButton.LeftButton, pos=middle(grid, (1, 1)))
    QTest.mouseMove(grid, middle(grid, (1, 4)))  # a fast pen
    QTest.mouseMove(grid, middle(grid, (2, 4)))
    QTest.mouseMove(grid, QPoint(-20, -20))
    QTest.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=middle(grid, (2, 4)))
    assert edits == [(1, 1, 3.0), (1, 2, 3.0), (1, 3, 3.0), (1, 4, 3.0), (2, 4, 3.0)]
    assert clicks == []
    assert grid.stroke == stroke + 1
    QTest.mouseMove(grid, middle(grid, (4, 4)))  # without the button: nothing
    assert len(edits) == 5


def test_a_grid_that_only_shows_is_not_changed(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.zeros((3, 3)))
    edits = kept(grid.edited)
    typed(qtbot, grid, "5")
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    QTest.mousePress(grid, Qt.MouseButton.LeftButton, pos=middle(grid, (1, 1)))
    QTest.mouseMove(grid, middle(grid, (2, 2)))
    QTest.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=middle(grid, (2, 2)))
    QTest.mouseDClick(grid, Qt.MouseButton.LeftButton, pos=middle(grid, (1, 1)))
    assert edits == []
    assert not grid.editing


def test_double_click_and_f2_open_a_cell(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.full((3, 3), -1.5), editable=True)
    QTest.mouseDClick(grid, Qt.MouseButton.LeftButton, pos=middle(grid, (1, 1)))
    assert grid.editing
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    qtbot.keyClick(grid, Qt.Key.Key_F2)
    edits = kept(grid.edited)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert edits == []  # the same number
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    assert edits == [(1, 1, 0.0)]


def turn(grid: TensorGrid, cell: tuple[int, int], by: int) -> None:
    at = QPointF(middle(grid, cell))
    QApplication.sendEvent(
        grid,
        QWheelEvent(
            at, QPointF(grid.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, by), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip


def test_wheel_and_control_arrows_change_by_one(qtbot: QtBot) -> None:
    grid = shown(qtbot, np.zeros((3, 3)), editable=True)
    edits = kept(grid.edited)
    turn(grid, (0, 0), 120)
    assert edits == []  # a page that scrolls below the pointer changes nothing
    grid.activateWindow()
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus)
    turn(grid, (0, 0), 120)
    turn(grid, (1, 1), 120)
    qtbot.keyClick(grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert edits == [(0, 0, 1.0), (0, 0, 0.0), (0, 0, -1.0)]


def test_a_line_leaves_no_gaps() -> None:
    assert between((0, 0), (0, 0)) == [(0, 0), (0, 0)]
    way = between((0, 0), (3, 7))
    assert (way[0], way[-1]) == ((0, 0), (3, 7))
    assert all(max(abs(a[0] - b[0]), abs(a[1] - b[1])) == 1 for a, b in pairwise(way))


# Several channels.


def stacked(qtbot: QtBot, values: Values, size: tuple[int, int] = (700, 400)) -> GridStack:
    stack = GridStack()
    qtbot.addWidget(stack)
    stack.show_values(values)
    stack.resize(*size)
    stack.show()
    return stack


def test_channels_share_one_scale(qtbot: QtBot) -> None:
    stack = stacked(qtbot, np.stack([np.ones((3, 3)), np.full((3, 3), -4.0)]))
    assert [grid.most for grid in stack.grids] == [4, 4]
    assert [grid.title for grid in stack.grids] == ["channel 1", "channel 2"]
    stack.show_names(lambda channel: f"filter {channel + 1}")
    assert [grid.title for grid in stack.grids] == ["filter 1", "filter 2"]
    assert len({grid.side for grid in stack.grids}) == 1


def test_marks_and_signals_have_a_channel(qtbot: QtBot) -> None:
    stack = stacked(qtbot, np.zeros((3, 4, 4)))
    over, clicks, edits = kept(stack.hovered), kept(stack.clicked), kept(stack.edited)
    before = [picture(grid) for grid in stack.grids]
    stack.show_lit((1, 2, 2))
    assert [picture(grid) == old for grid, old in zip(stack.grids, before, strict=True)] == [True, False, True]
    stack.show_lit(None)
    stack.show_window([(0, 0, 0), (2, 1, 1)])
    assert [picture(grid) == old for grid, old in zip(stack.grids, before, strict=True)] == [False, True, False]
    stack.show_window([])
    stack.show_known(17)
    assert [picture(grid) == old for grid, old in zip(stack.grids, before, strict=True)] == [True, False, False]
    assert stack.grids[1].words((0, 1)) == "row 1, column 2: not known yet"
    stack.show_known(np.ones((3, 4, 4), dtype=np.bool_))
    stack.show_marks({(2, 0, 0): "•"})
    stack.show_ring((1, 0), (0, 0))
    stack.show_hatched(1, 0)
    stack.point_at((1, 1, 1))
    picture(stack)
    grid = stack.grids[2]
    qtbot.mouseMove(grid, middle(grid, (3, 1)))
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=middle(grid, (3, 1)))
    assert over[-1] == ((2, 3, 1),)
    assert clicks == [((2, 3, 1),)]
    stack.editable = True
    typed(qtbot, grid, "6")
    assert edits == [(2, 3, 1, 6.0)]
    assert stack.values is not None
    assert stack.values[2, 3, 1] == 6
    assert stack.grids[0].pen == 6
    assert stack.cell_rect((2, 3, 1)).center().toPoint() == grid.pos() + middle(grid, (3, 1))


def test_of_many_channels_some_are_shown(qtbot: QtBot) -> None:
    stack = stacked(qtbot, np.zeros((32, 2, 2)))
    assert len(stack.grids) == SHOWN
    assert stack.more == "+ 16 more"
    stack.show_values(np.zeros((2, 2, 2)))
    assert len(stack.grids) == 2
    assert stack.more == ""
    stack.show_values(None)
    assert stack.grids == []
    stack.show_lit((0, 0, 0))
    with pytest.raises(ValueError, match="channels"):
        stack.show_values(np.zeros((2, 2)))


@pytest.mark.parametrize("size", [(5, 5), (200, 800), (800, 200), (2600, 1600)])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 1, 20), (8, 28, 28), (20, 6, 6)])
def test_channels_fit_the_room(qtbot: QtBot, size: tuple[int, int], shape: tuple[int, int, int]) -> None:
    stack = stacked(qtbot, np.random.default_rng(0).normal(size=shape), size)
    picture(stack)
    places = [grid.geometry() for grid in stack.grids]
    assert not any(a.intersects(b) for k, a in enumerate(places) for b in places[:k])
    if size[0] >= 800 and size[1] >= 1600:
        assert all(QRect(0, 0, *size).contains(place) for place in places)


def test_ten_lines_are_enough(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    box = QVBoxLayout(page)
    grid, bar = TensorGrid("Numbers"), ScaleBar()
    grid.show_values(np.arange(6.0).reshape(2, 3) - 2)
    bar.show_most(grid.most)
    box.addWidget(grid)
    box.addWidget(bar)
    page.show()
    assert grid.side >= 14
