"""The Pictures page, through its real widgets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from explorer.app import theme
from explorer.app.convolve.bank import AT_ONCE, Filter, bank, filtered, scale_end, spec_for
from explorer.app.convolve.document import Document
from explorer.app.convolve.picture import PicturePage
from explorer.app.convolve.view import STEPS, PictureView, photo_image, shades, signed_image
from explorer.app.widgets.pad import Point, Stroke
from explorer.app.workspace import Workspace
from explorer.arch.errors import UsageError
from explorer.explain.code import numpy_code
from explorer.explain.example import lecture, signal
from explorer.explain.kernels import KERNELS
from explorer.explain.scan import convolve


@pytest.fixture
def document() -> Document:
    return Document(lecture())


@pytest.fixture
def page(document: Document, workspace: Workspace, qtbot: QtBot) -> Iterator[PicturePage]:
    made = PicturePage(document, workspace)
    made.resize(1192, 680)
    with qtbot.waitExposed(made):
        made.show()
    made.settle()
    yield made
    made.stop()
    made.hide()
    made.deleteLater()


def save(path: Path, values: np.ndarray) -> Path:
    Image.fromarray(values.astype(np.uint8)).save(path)
    return path


def colours(height: int = 20, width: int = 30) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3))


def open_picture(page: PicturePage, path: Path) -> None:
    page.source.open_path(path)
    page.settle()


def at(view: PictureView, row: int, column: int) -> QPoint:
    assert view._image is not None
    place = view.place()
    cell = place.width() / view._image.width()
    return QPoint(int(place.x() + (column + 0.5) * cell), int(place.y() + (row + 0.5) * cell))


def test_it_opens_on_a_sample_and_the_examples_own_filter(page: PicturePage) -> None:
    assert page.filter.title == "Your filter"
    pixels = page.source.pixels
    assert pixels is not None
    assert pixels.shape == (1, 28, 28)
    assert page.found is not None
    expected = convolve(pixels.astype(float), lecture().filters, np.zeros(1), lecture().spec)[0]
    assert np.array_equal(page.found.values, expected)
    assert page.sentence.text().startswith("Strokes, test sample 1: a ")


def test_the_lens_shows_the_window_that_is_pointed_at(page: PicturePage) -> None:
    page.choose("sobel_x")
    pixels = page.source.pixels
    assert pixels is not None
    QTest.mouseMove(page.input, at(page.input, 12, 15))
    assert page.step is not None
    assert page.step.index == (0, 11, 14)
    values = page.lens.grids[0].values
    assert values is not None
    assert np.array_equal(values, pixels[0, 11:14, 14:17])
    assert page.formula.step == page.step
    assert page.found is not None
    assert page.step.result == page.found.values[11, 14]


def test_a_click_stays_and_the_pointer_only_peeks(page: PicturePage) -> None:
    QTest.mouseClick(page.map, Qt.MouseButton.LeftButton, pos=at(page.map, 5, 9))
    assert page.place == (5, 9)
    assert page.bar.index == 5 * 26 + 9
    QTest.mouseMove(page.map, at(page.map, 20, 20))
    assert page.step is not None
    assert page.step.index == (0, 20, 20)
    page.map.left.emit()
    assert page.step.index == (0, 5, 9)
    assert page.place == (5, 9)


def test_keys_step_and_go_from_pixel_to_pixel(page: PicturePage) -> None:
    page.go_to((0, 25))
    QTest.keyClick(page, Qt.Key.Key_Space)
    assert page.place == (1, 0)
    page.map.setFocus()
    QTest.keyClick(page.map, Qt.Key.Key_Down)
    QTest.keyClick(page.map, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert page.place == (2, 10)
    page.input.setFocus()
    QTest.keyClick(page.input, Qt.Key.Key_Left)
    assert page.place == (2, 9)


def test_a_colour_picture_sums_three_channels(page: PicturePage, tmp_path: Path) -> None:
    values = colours()
    open_picture(page, save(tmp_path / "colour.png", values))
    page.choose("blur")
    page.settle()
    assert page.source.tones.name == "colour"
    assert page.step is not None
    assert len(page.step.channels) == 3
    assert not any(grid.isHidden() for grid in page.lens.grids)
    assert page.found is not None
    total = values.sum(axis=-1)
    assert page.found.values[4, 7] == pytest.approx(total[4:7, 7:10].mean())
    QTest.mouseClick(page.source.tones.entries["grey"], Qt.MouseButton.LeftButton)
    assert page.source.pixels is not None
    assert page.source.pixels.shape == (1, 20, 30)
    assert len(page.step.channels) == 1


@pytest.mark.parametrize("spoil", ["text", "cut", "nan", "folder"])
def test_what_cannot_be_read_is_said_and_the_last_picture_stays(page: PicturePage, tmp_path: Path, spoil: str) -> None:
    open_picture(page, save(tmp_path / "good.png", colours()))
    before, path = page.source.pixels, tmp_path / "bad.png"
    if spoil == "text":
        path.write_text("no picture")
    elif spoil == "cut":
        path.write_bytes((tmp_path / "good.png").read_bytes()[:80])
    elif spoil == "nan":
        path = tmp_path / "bad.tif"
        Image.fromarray(np.full((3, 3), np.nan, np.float32)).save(path)
    else:
        path.mkdir()
    open_picture(page, path)
    assert page.source.pixels is before
    assert page.sentence.text().endswith("The picture before stays.")
    assert f"“{path.name}”" in page.sentence.text()
    assert page.sentence.property("role") == "warning"
    open_picture(page, tmp_path / "good.png")
    assert page.sentence.property("role") == "caption"


def test_an_animation_says_so(page: PicturePage, tmp_path: Path) -> None:
    frames = [Image.fromarray(np.full((9, 9), v, np.uint8)) for v in (0, 200)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    open_picture(page, tmp_path / "moving.gif")
    assert "The first of the 2 pictures" in page.sentence.text()


def test_pictures_are_dropped_and_pasted(page: PicturePage, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(save(tmp_path / "dropped.png", colours())))])
    page.source.open_mime(mime)
    page.settle()
    assert page.sentence.text().startswith("dropped.png, 30×20 pixels, colour.")
    image = QImage(7, 5, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    QTest.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    page.settle()
    assert page.sentence.text().startswith("Pasted picture, 7×5 pixels, colour.")
    QGuiApplication.clipboard().setText("words")
    QTest.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.sentence.text().startswith("There is no picture on the clipboard.")


def test_a_picture_too_small_for_the_window(page: PicturePage, tmp_path: Path) -> None:
    before = page.found
    open_picture(page, save(tmp_path / "tiny.png", colours(2, 2)))
    assert "does not fit" in page.sentence.text()
    assert page.sentence.property("role") == "warning"
    assert page.found is before
    assert page.step is None


def test_the_map_follows_the_pen(page: PicturePage) -> None:
    QTest.mouseClick(page.source.ways.entries["pad"], Qt.MouseButton.LeftButton)
    assert page.found is not None
    assert page.found.most == 0
    page.source.pad.draw(Stroke((Point(0.2, 0.5), Point(0.8, 0.5))))
    page.settle()
    page.source._follow.timeout.emit()
    assert page.found.most > 0
    assert page.source.pixels is not None
    assert page.source.pixels.shape == (1, 112, 112)


def test_other_samples(page: PicturePage) -> None:
    before = page.source.pixels
    edit = page.source.number.editors[0]
    edit.selectAll()
    QTest.keyClicks(edit, "12")
    page.settle()
    assert "test sample 12" in page.sentence.text()
    assert page.source.pixels is not before


def test_the_page_follows_the_examples_filter_and_settings(page: PicturePage, document: Document) -> None:
    document.edit(lecture().with_spec(stride=(2, 2)).with_weight((0, 0, 1, 1), 5), "Change")
    assert page.found is not None
    assert page.found.values.shape == (13, 13)
    assert page.lens.kernel.values is not None
    assert page.lens.kernel.values[1, 1] == 5
    document.undo.undo()
    assert page.found.values.shape == (26, 26)


def test_a_filter_goes_into_the_example(page: PicturePage, document: Document) -> None:
    page.choose("edges")
    QTest.mouseClick(page.lens.use, Qt.MouseButton.LeftButton)
    assert np.array_equal(document.example.filters[0, 0], KERNELS["edges"].values)
    document.undo.undo()
    assert document.example == lecture()


def test_all_filters_at_once(page: PicturePage) -> None:
    QTest.mouseClick(page.views.entries["all"], Qt.MouseButton.LeftButton)
    page.settle()
    titles = [one.title for one in page.bank.filters]
    assert titles[0] == "Your filter"
    assert {"Edges", "Sharpen", "Emboss", "Identity", "Blur"} <= set(titles)
    assert titles[-1] == "Learnt 16"
    assert page.bank.known == len(titles)
    where = page.bank._cell(titles.index("Emboss")).center().toPoint()
    QTest.mouseClick(page.bank, Qt.MouseButton.LeftButton, pos=where)
    assert page.views.name == "one"
    assert page.filter.title == "Emboss"


def test_the_bank_by_the_keyboard(page: PicturePage) -> None:
    page.views.entries["all"].click()
    page.settle()
    page.bank.setFocus()
    QTest.keyClick(page.bank, Qt.Key.Key_Right)
    QTest.keyClick(page.bank, Qt.Key.Key_Return)
    assert page.filter.title == "Filter 1"


def test_a_large_picture_is_computed_beside_the_window(page: PicturePage, tmp_path: Path) -> None:
    open_picture(page, save(tmp_path / "large.png", colours(300, 400)))
    assert page.source.pixels is not None
    assert page.source.pixels.size * 9 > AT_ONCE
    page.choose("edges")
    assert page.mapper.busy
    page.choose("gauss")
    page.settle()
    assert page.found is not None
    expected = filtered(page.source.pixels, page.filter, page.spec)
    assert np.array_equal(page.found.values, expected.values)


def test_what_is_shown_as_an_example(page: PicturePage, tmp_path: Path) -> None:
    example = page.shown()
    assert example is not None
    assert page.found is not None
    assert example.output is not None
    assert np.array_equal(example.output[0], page.found.values)
    open_picture(page, save(tmp_path / "large.png", colours(300, 400)))
    page.go_to((100, 200))
    part = page.shown()
    assert part is not None
    assert part.output is not None
    assert page.step is not None
    assert part.output.ravel().tolist() == [page.step.result]
    assert len(numpy_code(part)) < 3000


def test_a_hidden_page_computes_nothing(document: Document, workspace: Workspace, qtbot: QtBot) -> None:
    made = PicturePage(document, workspace)
    qtbot.addWidget(made)
    document.edit(lecture(2), "Two")
    assert not made.mapper.busy
    assert not made.source.busy
    assert made.found is None


def test_the_tour(page: PicturePage) -> None:
    assert list(page.tour()) == ["sample", "bank", "drawing"]
    assert "Ctrl+O" in page.hint()


@pytest.mark.parametrize("kernel", [(2, 2), (3, 3), (4, 1)])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_arrow_keys_always_move(page: PicturePage, document: Document, kernel: tuple[int, int], stride: int) -> None:
    document.edit(lecture().with_kernel_size(kernel).with_padding(1).with_spec(stride=(stride, stride)), "Change")
    page.go_to((3, 3))
    page.input.setFocus()
    for key, expected in (("Right", (3, 4)), ("Right", (3, 5)), ("Left", (3, 4)), ("Up", (2, 4)), ("Down", (3, 4))):
        QTest.keyClick(page.input, getattr(Qt.Key, f"Key_{key}"))
        assert page.place == expected


def test_the_lens_says_what_is_padding(page: PicturePage, document: Document) -> None:
    document.edit(lecture().with_padding("same"), "Padding")
    page.go_to((0, 27))
    values = page.lens.grids[0].values
    assert values is not None
    assert values[0].tolist() == [0, 0, 0]
    assert page.lens.head.findChildren(QLabel)[1].text() == "row 1, column 28"
    assert page.lens.grids[0]._board.before == (1, 0)  # type: ignore[union-attr]
    assert page.lens.grids[0]._board.after == (0, 1)  # type: ignore[union-attr]


# The parts.


def test_a_signals_filter_is_one_row_high() -> None:
    filters = bank(signal())
    spec = spec_for(signal(), filters[0])
    assert filters[0].weights.shape == (1, 1, 3)
    assert spec.kernel == (1, 3)
    pixels = np.arange(30, dtype=np.uint8).reshape(1, 5, 6)
    assert filtered(pixels, filters[0], spec).values.shape == (5, 4)


def test_a_filter_of_another_depth_lends_its_first_slice() -> None:
    one = Filter("a", "A", "", np.arange(8.0).reshape(2, 2, 2))
    assert np.array_equal(one.over(2), one.weights)
    assert np.array_equal(one.over(3), np.repeat(one.weights[:1], 3, axis=0))


def test_a_kernel_that_does_not_fit_is_refused() -> None:
    one = Filter("a", "A", "", np.ones((1, 9, 9)))
    with pytest.raises(UsageError, match="does not fit"):
        filtered(np.zeros((1, 4, 4), np.uint8), one, spec_for(lecture(), one))


def test_a_bright_speck_does_not_rule_the_scale() -> None:
    values = np.ones((200, 200))
    values[0, 0] = 1e6
    assert scale_end(values) < 10
    assert scale_end(np.array([[0.0, -7.0]])) == 7
    assert scale_end(np.zeros((90, 90))) == 0


def test_shades_are_the_diverging_scale() -> None:
    numbers = shades(np.array([[-3.0, 0.0, 3.0, 99.0]]), 3.0)
    assert numbers.tolist() == [[0, STEPS, 2 * STEPS, 2 * STEPS]]
    image = signed_image(numbers, theme.LIGHT)
    assert image.pixelColor(0, 0).name() == theme.LIGHT.negative.lower()
    assert image.pixelColor(1, 0).name() == theme.LIGHT.zero.lower()
    assert image.pixelColor(2, 0).name() == theme.LIGHT.positive.lower()
    assert shades(np.zeros((1, 2)), 0.0).tolist() == [[STEPS, STEPS]]


def test_pictures_become_images() -> None:
    values = colours(4, 5).astype(np.uint8)
    image = photo_image(values.transpose(2, 0, 1))
    assert image.pixelColor(3, 2).getRgb()[:3] == tuple(values[2, 3])
    assert photo_image(values[None, :, :, 0]).pixelColor(3, 2).red() == values[2, 3, 0]
