"""The pages around the convolution: as a linear layer, on signals, pooled, and in a whole network."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QAbstractAnimation, QPoint, Qt, QVariantAnimation
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.app import theme
from explorer.app.convolve.document import Document
from explorer.app.convolve.lane import Lane
from explorer.app.convolve.lanes import Lanes
from explorer.app.convolve.network import NetworkPage
from explorer.app.convolve.page import Page
from explorer.app.convolve.pooling import PoolingPage, PoolSettings
from explorer.app.convolve.signal import SignalPage
from explorer.app.convolve.spread import Sliding, lanes
from explorer.app.convolve.wired import WiredView
from explorer.app.convolve.wires import weight_colour
from explorer.app.theme import LIGHT, Look
from explorer.explain.example import lecture, signal

PAGES = (WiredView, SignalPage, PoolingPage, NetworkPage)

P = TypeVar("P", bound=Page)


@pytest.fixture
def document() -> Document:
    made = Document(lecture())
    made.set_motion(False)
    return made


def opened(qtbot: QtBot, page: P, width: int = 1192, height: int = 672) -> P:
    qtbot.addWidget(page)
    page.resize(width, height)
    with qtbot.waitExposed(page):
        page.show()
    page.setFocus()
    return page


def lane(page: SignalPage, name: str) -> Lane:
    return next(made for made in page.lanes.lanes if made.name == name)


# All of them.


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("filters", [1, 2])
def test_the_tour_shows_each_state_and_leaves_nothing_running(
    qtbot: QtBot, kind: type[Page], filters: int, document: Document
) -> None:
    document.edit(lecture(filters), "Filters")
    page = opened(qtbot, kind(document))
    names = []
    for name in page.tour():
        assert not page.grab().isNull()
        names.append(name)
    assert len(set(names)) == len(names) > 2
    assert page.hint()
    assert not page.bar.playing


@pytest.mark.parametrize(
    ("kind", "size"),
    # Beside the wires stands the column of settings.
    [(WiredView, (648, 574)), (SignalPage, (936, 574)), (PoolingPage, (936, 574)), (NetworkPage, (936, 574))],
)
def test_a_page_fits_a_small_window(qtbot: QtBot, kind: type[Page], size: tuple[int, int], document: Document) -> None:
    page = opened(qtbot, kind(document), *size)
    for _ in page.tour():
        QApplication.processEvents()
        assert page.minimumSizeHint().width() <= size[0]
        assert page.minimumSizeHint().height() <= size[1]


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_is_drawn_in_the_dark(qtbot: QtBot, qapp: QApplication, kind: type[Page], document: Document) -> None:
    page = opened(qtbot, kind(document))
    bright = page.grab().toImage().pixelColor(4, 300).lightness()
    theme.apply(qapp, theme.DARK, 1.25)
    QApplication.processEvents()
    assert page.grab().toImage().pixelColor(4, 300).lightness() < 60 < bright


@pytest.mark.parametrize("kind", PAGES)
def test_keys_step_and_play_ends_when_the_page_is_left(qtbot: QtBot, kind: type[Page], document: Document) -> None:
    page = opened(qtbot, kind(document))
    qtbot.keyClick(page, Qt.Key.Key_Space)
    qtbot.keyClick(page, Qt.Key.Key_PageDown)
    assert page.bar.index == 2
    qtbot.keyClick(page, Qt.Key.Key_Left)
    assert page.bar.index == 1
    qtbot.keyClick(page, Qt.Key.Key_P)
    assert page.bar.playing
    page.hide()
    assert not page.bar.playing


@pytest.mark.parametrize("kind", [WiredView, PoolingPage, NetworkPage])
def test_a_hidden_page_catches_up_when_it_is_shown(qtbot: QtBot, kind: type[Page], document: Document) -> None:
    page = opened(qtbot, kind(document))
    page.hide()
    before = page.bar.count
    document.edit(lecture(2), "Two filters")
    assert page.bar.count == before
    page.show()
    assert page.bar.count == 2 * before


# As a fully connected layer.


def test_each_output_has_nine_wires_and_all_the_same_weights(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, WiredView(document))
    assert [source + 1 for _, source, _ in page.wires.lit()] == [1, 2, 3, 7, 8, 9, 13, 14, 15]
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert [source + 1 for _, source, _ in page.wires.lit()] == [2, 3, 4, 8, 9, 10, 14, 15, 16]
    assert [which for _, _, which in page.wires.lit()] == list(range(9))
    assert "9 of 36 wires" in page.sentence.text()
    for figure in ("576", "592", "= 9", "= 10"):
        assert figure in page.counts.text()


def test_pointing_at_an_output_looks_at_it_and_a_click_stays(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, WiredView(document))
    document.set_index(3)
    qtbot.mouseMove(page.wires, page.wires.output_place(9).toPoint())
    assert (document.index, document.reached) == (9, 3)
    assert {output for output, _, _ in page.wires.lit()} == {9}
    qtbot.mouseMove(page.wires, QPoint(page.wires.width() // 2, 5))
    assert document.index == 3
    area = page.matrix.area()
    at = QPoint(int(area.x() + area.width() * 0.5), int(area.y() + area.height() * 5.5 / 16))
    qtbot.mouseMove(page.matrix, at)
    assert document.index == 5
    qtbot.mouseClick(page.matrix, Qt.MouseButton.LeftButton, pos=at)
    assert document.reached == 5


def test_pointing_at_an_input_lights_all_that_it_reaches(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, WiredView(document))
    qtbot.mouseMove(page.wires, page.wires.input_place(0).toPoint())
    assert page.wires.lit() == [(0, 0, 0)]
    qtbot.mouseMove(page.wires, page.wires.input_place(14).toPoint())
    assert len(page.wires.lit()) == 9
    assert "Input 15 reaches 9 outputs" in page.sentence.text()


def test_a_shared_weight_is_on_a_wire_of_every_output(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, WiredView(document))
    page.key.setFocus()
    qtbot.keyClick(page.key, Qt.Key.Key_Right)
    qtbot.keyClick(page.key, Qt.Key.Key_Down)
    assert sorted(output for output, _, _ in page.wires.lit()) == list(range(16))
    assert {which for _, _, which in page.wires.lit()} == {3}
    assert "used on 16 wires" in page.sentence.text()
    qtbot.keyClick(page.key, Qt.Key.Key_Escape)
    assert len(page.wires.lit()) == 9


def test_wires_have_the_colour_of_their_value_or_one_of_their_own(qtbot: QtBot, document: Document) -> None:
    page, style = opened(qtbot, WiredView(document)), Look(LIGHT, 1.0)
    assert page.wiring is not None
    by_value = [weight_colour(style, page.wiring, k, "weight").name() for k in range(9)]
    assert [k for k in range(9) if by_value[k] == by_value[0]] == [0, 4, 8]
    assert len({weight_colour(style, page.wiring, k, "number").name() for k in range(9)}) == 9
    qtbot.keyClick(page, Qt.Key.Key_N)
    assert page.colours.name == "number"
    place = page.matrix.area().topLeft().toPoint() + QPoint(4, 4)
    shown = page.matrix.grab().toImage().pixelColor(place)
    assert shown.name() == weight_colour(style, page.wiring, 0, "number").name()


def test_many_inputs_are_a_matrix_alone_and_very_many_a_sentence(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, WiredView(document))
    assert page.wires.isVisible()
    document.edit(lecture().with_size(9, 9), "Larger")
    assert not page.wires.isVisible()
    assert page.matrix.isVisible()
    assert "81 inputs are too many" in page.too_many.text()
    assert not page.grab().isNull()
    document.edit(lecture().with_size(64, 64), "Very large")
    assert not page.matrix.isVisible()
    assert not page.grab().isNull()
    document.undo.undo()
    document.undo.undo()
    assert page.wires.isVisible()


def test_padding_and_channels_are_told(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, WiredView(document))
    document.edit(lecture().with_padding("same"), "Same")
    assert "4 of 36 wires" in page.sentence.text()
    assert "5 weights meet only padding" in page.sentence.text()
    document.edit(lecture().with_channels(3), "Colour")
    page._choose_channel("2")
    assert page.wiring is not None
    np.testing.assert_array_equal(page.wiring.inputs, document.good.image[2].ravel())
    np.testing.assert_array_equal(page.wiring.weights, document.good.filters[0, 2].ravel())


def test_a_second_filter_has_its_own_outputs(qtbot: QtBot, document: Document) -> None:
    document.edit(lecture(2), "Two filters")
    page = opened(qtbot, WiredView(document))
    document.set_index(16 + 15)
    assert page.wiring is not None
    assert page.wiring.outputs[-1] == 3
    assert {output for output, _, _ in page.wires.lit()} == {15}
    assert "of filter 2" in page.wires_head._caption.text()


# Signals.


def test_a_dot_product_adds_up_product_by_product(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, SignalPage(document))
    page._choose_mode("dot")
    x, w = lane(page, "x").values, lane(page, "w").values
    assert page.bar.count == 3
    qtbot.keyClick(page, Qt.Key.Key_End)
    assert lane(page, "p").values == tuple(a * b for a, b in zip(x, w, strict=True))
    assert lane(page, "s").values == tuple(np.cumsum(lane(page, "p").values))
    assert lane(page, "s").known == 3
    assert page.formula.text().rstrip().endswith("−1")


def test_a_vector_longer_than_the_signal_is_filled_with_zeros() -> None:
    s = Sliding(signal=(1.0, 2.0), kernel=(1.0,) * 5, mode="dot").with_value("x", 3, 4.0)
    assert s.signal == (1.0, 2.0, 0.0, 4.0)
    assert s.output.tolist() == [7.0]


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 0, 1)])
def test_the_lanes_of_a_convolution_add_up(flipped: bool, stride: int, padding: int, dilation: int) -> None:
    s = Sliding(kernel=(1.0, 2.0, -1.0), stride=stride, padding=padding, dilation=dilation, flipped=flipped)
    for index in range(s.count):
        x, w, y = lanes(s, index, index)[0]
        assert y.values[index] == sum(x.values[index * stride + k * dilation] * v for k, v in enumerate(w.values))
        assert x.lit == {index * stride + k * dilation for k in range(3)}
        assert y.known == index + 1
        # The output lies below the middle of its window.
        assert y.at + index * y.pitch == np.mean(sorted(x.lit))


def test_a_causal_output_does_not_know_the_future() -> None:
    s = Sliding(mode="causal", dilation=2)
    assert s.count == len(s.signal)
    later = s.with_value("x", 4 + 6, 99.0)
    np.testing.assert_array_equal(s.output[:6], later.output[:6])
    assert s.output[6] != later.output[6]
    x, _, y = lanes(s, 5, 5)[0]
    assert max(x.lit) == y.at + 5
    assert min(x.pale) == max(x.lit) + 1


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 0, 1), (2, 1, 2), (3, 2, 1)])
def test_copies_of_the_kernel_add_up_to_a_transposed_convolution(stride: int, padding: int, dilation: int) -> None:
    s = Sliding(mode="spread", stride=stride, padding=padding, dilation=dilation)
    whole = np.zeros((len(s.signal) - 1) * stride + 2 * dilation + 1)
    for k, value in enumerate(s.signal):
        for j, weight in enumerate(s.kernel):
            whole[k * stride + j * dilation] += value * weight
    np.testing.assert_allclose(s.output, whole[padding : len(whole) - padding])
    made = lanes(s, 0, 0)[0]
    copies = np.array([one.values for one in made if one.name.startswith("c")])
    np.testing.assert_allclose(copies.sum(axis=0), s.output)


def test_a_transposed_convolution_in_2d_enlarges(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, SignalPage(document))
    page._choose_mode("spread2")
    s = page.sliding
    whole = np.zeros((7, 7))
    for r, c in np.ndindex(3, 3):
        whole[2 * r : 2 * r + 3, 2 * c : 2 * c + 3] += s.image[r][c] * np.array(s.square)
    np.testing.assert_array_equal(page.map.values, whole)
    page.image.edited.emit(0, 0, 5.0)
    assert page.sliding.image[0][0] == 5.0
    assert document.undo.undoText() == "Cell of the input"
    page._look(page._number((6, 6)))
    assert len(page.sliding.step(page._index).terms) == 1
    page._look(None)
    assert page._index == page._reached == 0
    page.image.hovered.emit((1, 1))
    page.image.hovered.emit(None)


def test_values_are_typed_and_stepped_and_taken_back(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, SignalPage(document))
    before = page.sliding
    page.lanes.setFocus()
    qtbot.keyClick(page.lanes, Qt.Key.Key_Return)
    qtbot.keyClick(page.lanes, Qt.Key.Key_Right)
    qtbot.keyClicks(page.lanes, "-2.5")
    assert page.lanes.typed == "-2.5"
    qtbot.keyClick(page.lanes, Qt.Key.Key_Return)
    assert page.sliding.signal[1] == -2.5
    qtbot.keyClick(page.lanes, Qt.Key.Key_Up)
    assert page.sliding.signal[1] == -1.5
    qtbot.keyClick(page.lanes, Qt.Key.Key_Return)  # to the kernel
    assert page.lanes.chosen == ("w", 0)
    qtbot.keyClick(page.lanes, Qt.Key.Key_Down)
    assert page.sliding.kernel[0] == before.kernel[0] - 1
    document.undo.undo()
    document.undo.undo()
    assert page.sliding == before
    document.undo.redo()
    assert page.sliding.signal[1] == -1.5


def test_what_is_no_number_is_said_and_the_value_stays(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, SignalPage(document))
    before = page.sliding
    page.lanes.choose(("x", 0))
    for text in ("--3", ".", "1e999"):
        qtbot.keyClicks(page.lanes, text)
        qtbot.keyClick(page.lanes, Qt.Key.Key_Return)
        assert "is not a number" in page.wrong.text()
        assert page.wrong.isVisible()
    qtbot.keyClicks(page.lanes, "7")
    qtbot.keyClick(page.lanes, Qt.Key.Key_Escape)
    assert page.sliding == before
    qtbot.keyClick(page.lanes, Qt.Key.Key_Escape)
    assert page.lanes.chosen is None


def test_dragging_a_bar_changes_it_in_one_step_back(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, SignalPage(document))
    at = page.lanes.spot_rect(("x", 2)).center().toPoint()
    qtbot.mousePress(page.lanes, Qt.MouseButton.LeftButton, pos=at)
    for up in (12, 24, 36):
        qtbot.mouseMove(page.lanes, at - QPoint(0, up))
    qtbot.mouseRelease(page.lanes, Qt.MouseButton.LeftButton, pos=at - QPoint(0, 36))
    assert page.sliding.signal[2] == Sliding().signal[2] + 3
    assert document.undo.count() == 1


def test_padding_cannot_be_edited_and_a_turned_kernel_can(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, SignalPage(document))
    page.change(replace(page.sliding, padding=1, flipped=True, kernel=(1.0, 2.0, 4.0)), "Padding")
    assert lane(page, "w").values == (4.0, 2.0, 1.0)
    page.lanes.edited.emit("w", 0, 9.0)
    assert page.sliding.kernel == (1.0, 2.0, 9.0)
    page.lanes.edited.emit("x", 1, 8.0)
    assert page.sliding.signal[0] == 8.0
    qtbot.mouseClick(page.lanes, Qt.MouseButton.LeftButton, pos=page.lanes.spot_rect(("x", 0)).center().toPoint())
    assert page.lanes.chosen is None


def test_a_kernel_that_does_not_fit_is_said_in_place(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, SignalPage(document))
    page.length.edited.emit((2,))
    assert len(page.sliding.signal) == 12
    assert "does not fit" in page.length.wrong.text()
    page.taps.edited.emit((5,))
    assert page.sliding.kernel == (-1.0, 2.0, -1.0, 0.0, 0.0)
    assert page.bar.count == 8
    assert "= 8" in page.result.text()


def test_a_mode_in_which_the_padding_would_take_all_away_starts_without(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, SignalPage(document))
    page.change(Sliding(signal=(1.0, 2.0), kernel=(1.0,), padding=4), "Small")
    page._choose_mode("spread")
    assert (page.sliding.mode, page.sliding.padding) == ("spread", 0)


def test_the_kernel_glides_unless_motion_is_off(qtbot: QtBot) -> None:
    document = Document(lecture())
    page = opened(qtbot, SignalPage(document))
    slide = page.lanes.findChild(QVariantAnimation)
    assert slide is not None
    before = page.lanes.spot_rect(("w", 0))
    page.bar.advance()
    assert slide.state() == QAbstractAnimation.State.Running
    assert page.lanes.spot_rect(("w", 0)) == before
    page.hide()
    assert slide.state() == QAbstractAnimation.State.Stopped
    assert page.lanes.spot_rect(("w", 0)).x() > before.x()
    page.show()
    document.set_motion(False)
    page.bar.advance()
    assert slide.state() == QAbstractAnimation.State.Stopped


def test_pointing_at_an_output_of_the_signal_looks_at_it(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, SignalPage(document))
    at = page.lanes.spot_rect(("y", 6)).center().toPoint()
    qtbot.mouseMove(page.lanes, at)
    assert lane(page, "w").at == 6
    assert page.bar.index == 0
    page.lanes.pointed.emit(None)
    assert lane(page, "w").at == 0
    qtbot.mouseClick(page.lanes, Qt.MouseButton.LeftButton, pos=at)
    assert page.bar.index == 6


def test_known_kernels_are_offered(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, SignalPage(document))
    row = page.kernels.findData("difference")
    page.kernels.setCurrentIndex(row)
    page.kernels.activated.emit(row)
    assert page.sliding.kernel == (-1.0, 0.0, 1.0)
    page.lanes.edited.emit("w", 1, 5.0)
    assert page.kernels.currentData() == ""


def test_lanes_can_be_used_alone(qtbot: QtBot) -> None:
    made = Lanes()
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show_lanes((Lane("x", "Signal", (1.0, 2.0), editable=True), Lane("y", "Result", (3.0,), at=0.5)))
    assert not made.grab().isNull()
    assert made.spot_rect(("y", 0)).center().x() == pytest.approx(made.spot_rect(("x", 0)).right())


# Pooling.


def test_max_pooling_of_both_maps(qtbot: QtBot, document: Document) -> None:
    document.edit(lecture(2), "Two filters")
    page = opened(qtbot, PoolingPage(document))
    np.testing.assert_array_equal(page.after.values, [[[3, 0], [3, 1]], [[-1, 1], [0, 3]]])
    assert page.written.lines == ("the largest of 3, −1, −3, 1 = 3",)
    assert page._chosen_cells() == {(0, 0, 0): "•"}
    qtbot.keyClick(page, Qt.Key.Key_End)
    assert len(page._chosen_cells()) == 8
    assert "row 4, column 4" in page.sentence.text()


def test_relu_comes_before_pooling_and_average_takes_the_mean(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, PoolingPage(document))
    assert not page.between.isVisible()
    page.relu.click()
    assert page.between.isVisible()
    assert page.between.values is not None
    assert page.between.values.min() == 0
    page.kinds.chosen.emit("average")
    np.testing.assert_array_equal(page.after.values, [[[1.0, 0.0], [0.75, 0.25]]])
    assert page._chosen_cells() == {}
    document.undo.undo()
    document.undo.undo()
    assert page.settings == PoolSettings()
    assert not page.relu.isChecked()


def test_padding_of_a_maximum_never_wins(qtbot: QtBot, document: Document) -> None:
    document.edit(lecture(2), "Two filters")
    page = opened(qtbot, PoolingPage(document))
    page.padding_row.edited.emit((1,))
    assert page.after.values is not None
    assert page.after.values[1, 0, 0] == -1
    assert not page.grab().isNull()
    page.padding_row.edited.emit((3,))
    assert "half" in page.padding_row.wrong.text()
    assert page.settings.padding == 1


def test_a_window_larger_than_the_maps_is_said_and_smaller_maps_shrink_it(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, PoolingPage(document))
    page.size_row.edited.emit((5,))
    assert "does not fit" in page.size_row.wrong.text()
    assert page.settings.size == 2
    page.size_row.edited.emit((4,))
    assert page.settings.size == 4
    document.edit(lecture().with_spec(stride=(2, 2)), "Stride 2")
    assert page.settings.size == 2
    assert page.bar.count == 1


def test_pointing_at_an_input_looks_at_its_window(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, PoolingPage(document))
    page.before.hovered.emit((0, 3, 2))
    assert page.step.index == (0, 1, 1)
    page.before.hovered.emit(None)
    assert page.step.index == (0, 0, 0)
    page.after.clicked.emit((0, 1, 0))
    assert page.bar.index == 2


# The whole network.


def test_the_stages_follow_one_another(qtbot: QtBot, document: Document) -> None:
    document.edit(lecture(2), "Two filters")
    page = opened(qtbot, NetworkPage(document))
    titles = [tile.title for tile in page.strip.tiles]
    assert titles == ["Image", "Convolution", "ReLU", "Max pooling", "Flatten", "Linear", "Softmax"]
    for number, stage in enumerate(page.stages):
        page.show_stage(number)
        assert page.bar.count == stage.count
        for index in range(stage.count):
            page._step(index)
            assert page.trace.result == pytest.approx(float(stage.output.flat[index]))
            assert not page.grab().isNull()
    assert page.stages[-1].output.sum() == pytest.approx(1.0)


def test_a_value_is_followed_back_to_the_image(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, NetworkPage(document))
    page.show_stage(2)
    image, conv, relu, pool, *later = page.strip.tiles
    assert pool.now == (0, 0, 0)
    assert relu.marked == conv.marked == {(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)}
    assert image.marked == {(0, r, c) for r in range(4) for c in range(4)}
    assert not any(tile.marked or tile.now for tile in later)


def test_signals_go_through_all_stages(qtbot: QtBot) -> None:
    document = Document(signal())
    page = opened(qtbot, NetworkPage(document))
    for number in range(6):
        page.show_stage(number)
        qtbot.keyClick(page, Qt.Key.Key_End)
        assert not page.grab().isNull()
    pooled = opened(qtbot, PoolingPage(document))
    pooled.relu.click()
    assert pooled.after.values is not None
    np.testing.assert_array_equal(pooled.after.values[:, 0], page.stages[2].output)
    wired = opened(qtbot, WiredView(document))
    assert [source for _, source, _ in wired.wires.lit()] == [0, 1, 2]


def test_keys_and_clicks_open_stages_which_keep_their_step(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, NetworkPage(document))
    page._step(7)
    qtbot.keyClick(page, Qt.Key.Key_Down)
    assert (page.open, page.bar.index) == (1, 0)
    qtbot.keyClick(page, Qt.Key.Key_Up)
    assert (page.open, page.bar.index) == (0, 7)
    at = page.strip.tile_rect(6).center().toPoint()
    qtbot.mouseClick(page.strip, Qt.MouseButton.LeftButton, pos=at)
    assert page.stage.name == "softmax"
    assert page.written.isVisible()
    assert not page.formula.isVisible()
    page.strip.setFocus()
    qtbot.keyClick(page.strip, Qt.Key.Key_Up)
    assert page.stage.name == "linear"
    assert page.formula.isVisible()


def test_pointing_shows_where_a_value_comes_from_and_goes_to(qtbot: QtBot, document: Document) -> None:
    page = opened(qtbot, NetworkPage(document))
    page.show_stage(2)
    page.output.hovered.emit((0, 1, 1))
    assert page.trace.index == (0, 1, 1)
    page.output.hovered.emit(None)
    assert page.trace.index == (0, 0, 0)
    page.input.hovered.emit((0, 3, 0))
    assert page.trace.index == (0, 1, 0)
    page.show_stage(4)
    qtbot.mouseMove(page.output.column, page.output.column.cell_rect(1).center().toPoint())
    assert page.trace.index == (1,)
    qtbot.mouseClick(
        page.output.column, Qt.MouseButton.LeftButton, pos=page.output.column.cell_rect(1).center().toPoint()
    )
    assert page.bar.index == 1


def test_a_long_row_of_values_is_a_picture_that_can_be_pointed_at(qtbot: QtBot, document: Document) -> None:
    document.edit(lecture().with_size(28, 28).with_filters(2), "Large")
    page = opened(qtbot, NetworkPage(document))
    page.show_stage(3)
    column = page.output.column
    assert page.stage.count == 338
    for index in (0, 17, 337):
        assert column.rect().contains(column.cell_rect(index).toRect())
        qtbot.mouseMove(column, column.cell_rect(index).center().toPoint())
        assert page.trace.index == (index,)
    assert not page.grab().isNull()


def test_many_filters_stay_in_the_window(qtbot: QtBot, document: Document) -> None:
    document.edit(lecture().with_size(12, 12).with_filters(16), "Many")
    for kind in (NetworkPage, PoolingPage):
        page = opened(qtbot, kind(document), 936, 574)
        assert page.minimumSizeHint().height() <= 574
        assert not page.grab().isNull()
