"""The Convolve panel: its document, stepping, pointing, editing and settings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.app.convolve import words
from explorer.app.convolve.convolution import ConvolutionPage
from explorer.app.convolve.document import Document, index_of, place_of
from explorer.app.convolve.learned import Learned
from explorer.app.convolve.panel import PAGES, ConvolvePanel
from explorer.app.main import panels
from explorer.app.settings import Settings
from explorer.app.window import Window
from explorer.app.workspace import Workspace
from explorer.explain.example import lecture
from explorer.explain.kernels import KERNELS, random_kernel
from explorer.learn.filters import first_filters


@pytest.fixture
def panel(workspace: Workspace, qtbot: QtBot) -> Iterator[ConvolvePanel]:
    made = ConvolvePanel(workspace)
    qtbot.addWidget(made, before_close_func=ConvolvePanel.close_down)
    made.resize(1200, 760)
    made.document.set_motion(False)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close_down()


def page_of(panel: ConvolvePanel) -> ConvolutionPage:
    page = panel.pages["2d"]
    assert isinstance(page, ConvolutionPage)
    return page


def type_into(editor: QWidget, text: str) -> None:
    editor.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(editor, text)


# The document.


def test_places_and_numbers_of_outputs_are_each_others_reverse() -> None:
    shape = (3, 4, 5)
    assert [index_of(place_of(k, shape), shape) for k in range(60)] == list(range(60))
    assert place_of(25, (2, 4, 4)) == (1, 2, 1)


def test_a_fault_keeps_the_last_good_example_and_undo_takes_it_away() -> None:
    document = Document(lecture())
    document.set_index(6)
    broken = document.example.with_kernel_size((7, 7))
    document.edit(broken, "Kernel size")
    assert document.example is broken
    assert document.example.fault
    assert document.good == lecture()
    assert document.place == (0, 1, 2)
    document.undo.undo()
    assert document.example == lecture()
    assert not document.example.fault


def test_edits_with_one_key_are_one_step_back() -> None:
    document = Document(lecture())
    for value in (2.0, 3.0, 4.0):
        document.edit(document.example.with_cell((0, 0, 0), value), "Cell", "stroke 1")
    document.edit(document.example.with_cell((0, 0, 1), 4.0), "Cell", "stroke 2")
    assert document.undo.count() == 2
    document.undo.undo()
    document.undo.undo()
    assert document.example == lecture()


def test_the_stepping_stays_at_its_output_when_the_map_grows() -> None:
    document = Document(lecture())
    document.go_to((0, 2, 1))
    document.edit(document.example.with_padding("same"), "Padding")
    assert document.place == (0, 2, 1)
    document.edit(document.example.with_spec(stride=(4, 4)), "Stride")
    assert document.place == (0, 1, 1)
    document.edit(lecture(2), "Filters")
    document.go_to((1, 3, 3))
    document.edit(lecture(), "Filters")
    assert document.place == (0, 3, 3)


def test_looking_at_an_output_leaves_the_stepping_where_it_is() -> None:
    document, seen = Document(lecture()), []
    document.set_index(3)
    document.stepped.connect(seen.append)
    document.peek((0, 3, 3))
    assert (document.index, document.reached) == (15, 3)
    document.peek(None)
    assert (document.index, document.reached) == (3, 3)
    document.peek((0, 1, 1))
    document.go_to((0, 1, 1))
    assert document.reached == 5
    assert seen == [15, 3, 5, 5]


# Stepping.


def test_it_opens_on_the_lectures_example(panel: ConvolvePanel) -> None:
    page = page_of(panel)
    assert page.heading.text() == "Convolution, step 1 of 16"
    assert page.sentence.text() == (
        "The filter looks at one 3×3 window. Nine products, one sum, one cell of the feature map."
    )
    step = page.formula.step
    assert step is not None
    assert [term.product for term in step.terms] == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert step.result == 3


@pytest.mark.parametrize(("on", "back"), [("Space", "Left"), ("Right", "Left"), ("PageDown", "PageUp")])
def test_keys_step_wherever_the_page_has_the_focus(panel: ConvolvePanel, on: str, back: str) -> None:
    page = page_of(panel)
    page.setFocus()
    for _ in range(5):
        QTest.keyClick(page, getattr(Qt.Key, f"Key_{on}"))
    assert panel.document.place == (0, 1, 1)
    assert page.heading.text() == "Convolution, step 6 of 16"
    QTest.keyClick(page, getattr(Qt.Key, f"Key_{back}"))
    assert panel.document.index == 4
    QTest.keyClick(page, Qt.Key.Key_End)
    assert panel.document.index == 15
    QTest.keyClick(page, Qt.Key.Key_Home)
    assert panel.document.index == 0


def test_outputs_are_covered_until_the_stepping_reaches_them(panel: ConvolvePanel) -> None:
    page = page_of(panel)
    panel.document.set_index(5)
    known = page._known()
    assert known is not None
    assert known.ravel().tolist() == [True] * 6 + [False] * 10
    page._point_output((0, 3, 3))
    known = page._known()
    assert known is not None
    assert known[0, 3, 3]
    assert known.sum() == 7
    panel.settings.reveal.click()
    assert page._known() is None


# Pointing.


def test_pointing_at_an_input_shows_the_output_around_it(panel: ConvolvePanel) -> None:
    page = page_of(panel)
    page._point_input((0, 2, 3))
    assert panel.document.place == (0, 1, 2)
    page._point_input((0, 0, 0))
    assert panel.document.place == (0, 0, 0)
    page._point_input((0, 5, 5))
    assert panel.document.place == (0, 3, 3)
    page._point_input(None)
    assert panel.document.index == 0
    page._pin_input((0, 2, 3))
    page._point_input(None)
    assert panel.document.place == (0, 1, 2)


def test_an_input_that_no_window_reaches_leads_nowhere(panel: ConvolvePanel) -> None:
    panel.document.edit(lecture().with_spec(stride=(2, 2)), "Stride")
    page = page_of(panel)
    page._point_input((0, 5, 5))
    assert panel.document.index == 0
    assert "1 row and 1 column at the end are not reached by any window: hatched." in page.sentence.text()


def test_with_padding_pointing_counts_from_the_padded_corner(panel: ConvolvePanel) -> None:
    panel.document.edit(lecture().with_padding("same"), "Padding")
    page = page_of(panel)
    page._point_input((0, 1, 1))
    assert panel.document.place == (0, 0, 0)
    page._point_input((0, 4, 5))
    assert panel.document.place == (0, 3, 4)
    page._edit_input(0, 1, 1, 7.0)
    assert panel.document.example.image[0, 0, 0] == 7
    page._edit_input(0, 0, 0, 9.0)
    assert panel.document.example.image.max() == 7


def test_with_dilation_the_input_leads_to_an_output_that_sees_it(panel: ConvolvePanel) -> None:
    panel.document.edit(lecture().with_size(9, 9).with_spec(dilation=(2, 2), stride=(3, 3)), "Dilation")
    page = page_of(panel)
    for row in range(9):
        for column in range(9):
            page._point_input((0, row, column))
            seen = {term.source for term in panel.document.step.terms}
            reached = panel.document.good.spec
            every = {
                term.source for k in range(panel.document.count)
                for term in panel.document.good.step(panel.document.good.place(k)).terms
            }  # fmt: skip
            assert ((0, row, column) in seen) == ((0, row, column) in every), reached


def test_pointing_takes_over_from_play(panel: ConvolvePanel) -> None:
    page = page_of(panel)
    page.bar.play()
    assert page.bar.playing
    page._point_output((0, 0, 2))
    assert not page.bar.playing
    assert panel.document.index == 2


def test_a_term_of_the_formula_lights_its_two_operands_and_they_light_it(panel: ConvolvePanel) -> None:
    page = page_of(panel)
    panel.document.set_index(5)
    lit: list[object] = []
    page.formula.show_lit = lit.append  # type: ignore[method-assign]
    page.filter.hovered.emit((0, 1, 2))
    page.filter.hovered.emit(None)
    assert lit == [5, None]
    before = page.input.grab().toImage(), page.filter.grab().toImage()
    page.formula.hovered.emit(5)
    after = page.input.grab().toImage(), page.filter.grab().toImage()
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_a_step_moves_only_where_motion_is_wanted(panel: ConvolvePanel, qtbot: QtBot) -> None:
    page = page_of(panel)
    page.bar.advance()
    assert not page.glide.running
    panel.settings.motion.click()
    assert panel.document.motion
    with qtbot.waitSignal(page.glide.finished):
        page.bar.advance()
        assert page.glide.running
        assert panel.document.index == 2
    page.glide.finish()


# Editing.


def test_typing_in_the_image_and_the_filter_changes_the_map_and_can_be_undone(panel: ConvolvePanel) -> None:
    page, document = page_of(panel), panel.document
    page.input.edited.emit(0, 0, 0, 5.0)
    assert document.example.output is not None
    assert document.example.output[0, 0, 0] == 7
    page.filter.edited.emit(0, 1, 1, 3.0)
    assert document.example.output[0, 0, 0] == 9
    assert panel.undo_stack().undoText() == "Weight"
    document.undo.undo()
    document.undo.undo()
    assert document.example == lecture()


def test_a_fault_is_said_in_place_and_the_map_stays(panel: ConvolvePanel) -> None:
    page = page_of(panel)
    type_into(panel.settings.kernel.editors[0], "7")
    assert "does not fit" in page.sentence.text()
    assert page.sentence.property("role") == "warning"
    assert panel.settings.fault.text() == panel.document.example.fault
    assert page.map.graphicsEffect() is not None
    assert page.formula.isHidden()
    assert page.formula.step is None
    page._point_input((0, 2, 2))
    page._pin_output((0, 2, 2))
    assert panel.document.index == 0
    panel.document.undo.undo()
    assert page.map.graphicsEffect() is None
    assert not page.formula.isHidden()
    assert page.sentence.property("role") == "caption"


# Settings.


def test_the_output_size_formula_follows_the_settings(panel: ConvolvePanel) -> None:
    settings = panel.settings
    assert settings.formula.text() == "height and width: ⌊(6 + 2·0 − 1·(3−1) − 1)/1⌋ + 1 = 4"
    settings.stride.slider.setValue(2)
    assert panel.document.example.spec.stride == (2, 2)
    assert "= 2\n" in settings.formula.text()
    assert "1 row and 1 column unused" in settings.formula.text()
    type_into(settings.stride.editors[1], "1")
    assert panel.document.example.spec.stride == (2, 1)
    assert "width: ⌊(6 + 2·0 − 1·(3−1) − 1)/1⌋ + 1 = 4" in settings.formula.text()


@pytest.mark.parametrize(("text", "said"), [("", "A whole number is needed."), ("x", "A whole number is needed."),
                                        ("0", "From 1 to 9."), ("99", "From 1 to 9.")])  # fmt: skip
def test_wrong_numbers_are_said_below_the_row_and_change_nothing(panel: ConvolvePanel, text: str, said: str) -> None:
    row = panel.settings.stride
    row.editors[0].setText(text)
    row.editors[0].textEdited.emit(text)
    assert row.wrong.text() == said
    assert row.editors[0].property("wrong")
    assert not row.editors[1].property("wrong")
    assert panel.document.example == lecture()
    type_into(row.editors[0], "2")
    assert row.wrong.text() == ""
    assert panel.document.example.spec.stride == (2, 1)


def test_same_padding_of_an_even_kernel_is_said_to_be_uneven(panel: ConvolvePanel) -> None:
    settings = panel.settings
    settings.kernel.slider.setValue(4)
    settings.padding.setCurrentIndex(settings.padding.findData("same"))
    settings.padding.activated.emit(settings.padding.currentIndex())
    assert panel.document.example.spec.padding == ((1, 2), (1, 2))
    assert not settings.uneven.isHidden()
    assert "Above 1, below 2" in settings.uneven.text()
    settings.kernel.slider.setValue(3)
    assert panel.document.example.spec.padding == ((1, 1), (1, 1))
    assert settings.uneven.isHidden()


def test_depthwise_needs_as_many_filters_and_says_so(panel: ConvolvePanel) -> None:
    settings = panel.settings
    type_into(settings.channels.editors[0], "3")
    settings.groups.setCurrentIndex(settings.groups.findData("depthwise"))
    settings.groups.activated.emit(settings.groups.currentIndex())
    assert panel.document.example.depthwise
    assert page_of(panel).heading.text().startswith("Depthwise convolution, step 1 of 48")
    type_into(settings.filters.editors[0], "4")
    assert "depthwise" in settings.filters.wrong.text()
    assert len(panel.document.example.filters) == 3


@pytest.mark.parametrize("name", list(KERNELS))
def test_known_kernels_can_be_chosen_and_are_recognised(panel: ConvolvePanel, name: str) -> None:
    kernels = panel.settings.kernels
    kernels.choose(name)
    assert np.array_equal(panel.document.example.filters[0, 0], KERNELS[name].values)
    assert kernels.kind == name
    assert kernels.about.text() == KERNELS[name].about


def test_random_kernels_follow_their_seed(panel: ConvolvePanel) -> None:
    kernels = panel.settings.kernels
    kernels.choose("random")
    assert np.array_equal(panel.document.example.filters[0, 0], random_kernel((3, 3), 1))
    kernels.seed.slider.setValue(7)
    assert np.array_equal(panel.document.example.filters[0, 0], random_kernel((3, 3), 7))
    assert kernels.kind == "random"
    page_of(panel).filter.edited.emit(0, 0, 0, 9.0)
    assert kernels.kind == "own"


def test_learnt_filters_are_read_without_torch_on_another_thread(panel: ConvolvePanel, qtbot: QtBot) -> None:
    kernels = panel.settings.kernels
    with qtbot.waitSignal(kernels.learned.ready):
        kernels.choose("learned")
    filters = kernels.learned.filters
    assert filters is not None
    assert np.array_equal(panel.document.example.filters[0, 0], np.round(filters[0, 0], 2))
    kernels.which.slider.setValue(5)
    assert np.array_equal(panel.document.example.filters[0, 0], np.round(filters[4, 0], 2))
    assert kernels.kind == "learned"


def test_learnt_filters_that_cannot_be_read_are_said(tmp_path: Path, qtbot: QtBot) -> None:
    learned = Learned(folder=tmp_path)
    with qtbot.waitSignal(learned.failed) as said:
        learned.ask()
    assert said.args is not None
    assert "network.json" in said.args[0]


def test_first_filters_are_those_of_the_shipped_model() -> None:
    from explorer.arch.resources import resource

    filters = first_filters(resource("models", "digits-cnn"))
    assert filters.shape == (16, 1, 3, 3)
    assert 0 < np.abs(filters).max() < 5


def test_the_lectures_example_comes_back_and_can_be_taken_back(panel: ConvolvePanel) -> None:
    document = panel.document
    own = lecture(2).with_padding("same")
    document.edit(own, "Own")
    document.set_index(9)
    panel.settings.reset.click()
    assert document.example == lecture()
    assert document.index == 0
    document.undo.undo()
    assert document.example == own


# Words.


def test_what_is_said_fits_the_example() -> None:
    colour = lecture(2).with_channels(3).with_bias(1, 0.5).with_activation("relu")
    assert words.what_happens(colour, 1) == (
        "Filter 2 looks at one 3×3 window in 3 channels. 27 products, 3 channel sums, one sum, a bias, ReLU, "
        "one cell of map 2."
    )
    assert words.input_caption(colour.with_padding("same")) == "6 × 6 × 3, padded 8 × 8"
    assert words.filter_caption(colour) == "3 × 3 × 3"
    assert words.sliding(lecture().with_spec(stride=(2, 1), dilation=(2, 2))) == "Stride 2×1, padding 0, dilation 2"
    assert words.map_caption(colour) == "4 × 4 × 2"
    assert words.kind(lecture().with_spec(flipped=True)) == "True convolution"


# The panel and the window.


def test_the_settings_give_way_in_a_narrow_window_and_come_back(panel: ConvolvePanel) -> None:
    assert panel.side.isVisible()
    panel.resize(930, 600)
    assert not panel.side.isVisible()
    panel.more.click()
    assert panel.side.isVisible()
    panel.resize(1200, 760)
    assert panel.side.isVisible()
    panel.more.click()
    assert not panel.side.isVisible()
    panel.show_page("pooling")
    assert panel.more.isHidden()


def test_hidden_settings_make_room_for_the_wires(panel: ConvolvePanel, qtbot: QtBot) -> None:
    page = page_of(panel)
    assert not page.aside.isVisible()
    panel.more.click()
    qtbot.waitUntil(page.aside.isVisible)
    assert page.aside.about.text() == "9 of 36 wires, and every output uses the same 9 weights."
    page.aside.more.click()
    assert panel.tabs.name == "wired"
    panel.show_page("2d")
    panel.document.edit(lecture().with_size(9, 9), "Image size")
    assert not page.aside.isVisible()


def test_every_page_can_be_shown_and_left(panel: ConvolvePanel) -> None:
    for name in PAGES:
        panel.show_page(name)
        assert panel.page.isVisible()
        assert panel.hint()
    assert list(panel.pages) == list(PAGES)


def test_undo_goes_through_the_history_of_the_panel_that_is_shown(
    tmp_path: Path, qtbot: QtBot, workspace: Workspace
) -> None:
    window = Window(workspace, panels(), Settings(tmp_path))
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.show_panel("convolve")
    panel = window.panel
    assert isinstance(panel, ConvolvePanel)
    network = workspace.network
    panel.document.edit(lecture(2), "Filters")
    window.show_panel("build")
    undo = next(action for action in window.actions() if action.text().startswith("Undo"))
    assert not undo.isEnabled()
    window.show_panel("convolve")
    assert undo.text() == "Undo Filters"
    undo.trigger()
    assert panel.document.example == lecture()
    assert workspace.network is network
    window.close()


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1920, 1080)])
def test_nothing_sticks_out(tmp_path: Path, qtbot: QtBot, workspace: Workspace, size: tuple[int, int]) -> None:
    window = Window(workspace, (ConvolvePanel,), Settings(tmp_path))
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.show_panel("convolve")
    window.resize(*size)
    panel = window.panel
    assert isinstance(panel, ConvolvePanel)
    for example in (lecture(), lecture(2).with_padding("same"), lecture(4).with_channels(3)):
        panel.document.edit(example, "Example")
        qtbot.wait(1)
        page = page_of(panel)
        for part in (page.input, page.filter, page.map, page.formula, page.bar):
            inside = page.rect().contains(
                part.geometry().translated(part.parentWidget().mapTo(page, part.pos()) - part.pos())
            )
            assert inside, (part, size)
    window.close()


def test_importing_the_panel_loads_no_torch() -> None:
    import subprocess

    code = "import sys, explorer.app.convolve.panel; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
