"""A step as a formula."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.app import theme
from explorer.app.widgets.formula import FormulaStrip, colour_of
from explorer.app.widgets.scale import contrast
from explorer.app.widgets.terms import MANY, Piece, lines, sentence
from explorer.explain.scan import Activation, Step, step
from explorer.explain.spec import Spec

IMAGE = np.array(
    [
        [1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 1, 0, 0],
        [1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 1, 0],
    ],
    dtype=np.float64,
)
FILTER = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]], dtype=np.float64)


def lecture(at: tuple[int, int] = (1, 1), bias: float = 0.0, activation: Activation = "none") -> Step:
    return step(IMAGE[None], FILTER[None, None], np.array([bias]), Spec((3, 3)), (0, *at), activation)


def several(channels: int, kernel: int = 3, activation: Activation = "relu", seed: int = 0) -> Step:
    draw = np.random.default_rng(seed)
    x = draw.integers(0, 3, (channels, 6, 6)).astype(np.float64)
    w = draw.integers(-2, 3, (1, channels, kernel, kernel)).astype(np.float64)
    return step(x, w, np.array([0.5]), Spec((kernel, kernel)), (0, 0, 0), activation)


def shown(qtbot: QtBot, what: Step | None, upto: int | None = None, width: int = 900) -> FormulaStrip:
    strip = FormulaStrip()
    qtbot.addWidget(strip)
    strip.show_step(what, upto)
    strip.resize(width, max(20, strip.heightForWidth(width)))
    strip.show()
    return strip


def sums(what: Step, upto: int | None = None) -> list[str]:
    return [token.below for line in lines(what, upto) for token in line.tokens if token.below]


def test_the_lecture_s_numbers(qtbot: QtBot) -> None:
    strip = shown(qtbot, lecture())
    assert strip.text() == "1·1 + 0·−1 + 0·−1 + 0·−1 + 1·1 + 1·−1 + 0·−1 + 0·−1 + 0·1 + bias 0 = 1"
    assert sums(lecture()) == ["1", "1", "1", "1", "2", "1", "1", "1", "1"]
    assert sentence(lecture()) in strip.accessibleDescription()


def test_bias_and_activation_are_terms_of_their_own(qtbot: QtBot) -> None:
    strip = shown(qtbot, lecture(bias=-1.5, activation="relu"))
    assert strip.text().endswith("+ bias −1.5 = −0.5 → ReLU → 0")
    assert sentence(lecture(bias=-1.5, activation="relu")).endswith("+ bias −1.5 = −0.5, ReLU: 0")


def test_the_sum_builds_up(qtbot: QtBot) -> None:
    strip = shown(qtbot, lecture(), 5)
    assert strip.text().endswith("+ bias 0 = …")
    assert sums(lecture(), 5) == ["1", "1", "1", "1", "2"]
    assert sums(lecture(), 0) == []
    present = [token.term for line in lines(lecture(), 5) for token in line.tokens if token.now]
    assert present == [4]
    assert not any(token.now for line in lines(lecture()) for token in line.tokens)
    assert sums(lecture(), 99) == sums(lecture())


@pytest.mark.parametrize("width", [260, 420, 700, 1400])
def test_nothing_jumps_while_it_builds_up(qtbot: QtBot, width: int) -> None:
    what = lecture(bias=0.5, activation="relu")
    strip = shown(qtbot, what, width=width)
    height, places = strip.heightForWidth(width), [strip.term_rect(k) for k in range(9)]
    for upto in range(10):
        strip.show_step(what, upto)
        assert [strip.term_rect(k) for k in range(9)] == places
        assert abs(strip.heightForWidth(width) - height) <= (40 if width == 260 else 0)


def test_tones_say_the_sign_of_the_weight_and_what_is_zero() -> None:
    tokens = lines(lecture())[0].tokens
    assert [piece.tone for piece in tokens[0].pieces] == ["ink", "ink", "positive"]
    assert [piece.tone for piece in tokens[1].pieces] == ["zero", "zero", "negative"]
    pending = lines(lecture(), 0)[0].tokens
    assert {piece.tone for piece in pending[0].pieces} == {"faint"}


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_tone_can_be_read(name: str) -> None:
    style = theme.Look(theme.THEMES[name], 1.0)
    for tone in ("ink", "positive", "negative", "zero", "faint", "word-ink", "word-faint", "word-zero", "present"):
        assert contrast(colour_of(style, Piece("1", tone)), style.colour("surface")) >= 4.5, tone
    assert contrast(colour_of(style, Piece("1", "result")), style.colour("wash")) >= 4.5


def test_several_channels_have_a_sum_each(qtbot: QtBot) -> None:
    what = several(3)
    strip = shown(qtbot, what)
    first, second = strip.text().splitlines()
    assert first.startswith("channel 1: ")
    assert second.startswith("3 channels: ")
    assert second.count(" + ") == 3
    strip.show_channel(2)
    assert strip.text().startswith("channel 3: ")
    strip.show_channel(None)
    strip.show_step(what, 13)  # in the second channel
    assert strip.text().startswith("channel 2: ")
    assert strip.text().splitlines()[1].count("…") == 4  # two sums, the total and the result


def test_a_click_on_a_channel_s_sum_shows_its_products(qtbot: QtBot) -> None:
    strip = shown(qtbot, several(3))
    place = next(p.where for p in strip._layout().placed if p.token.channel == 2)
    qtbot.mouseMove(strip, place.center().toPoint())
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    assert strip.text().startswith("channel 3: ")
    strip.show_step(step(IMAGE[None], FILTER[None, None], np.zeros(1), Spec((3, 3)), (0, 2, 2)))
    strip.show_step(several(3))
    assert strip.text().startswith("channel 1: ")


@pytest.mark.parametrize("upto", [None, 0, 1, 7, 100, 287, 288])
@pytest.mark.parametrize("channels", [1, 2, 12, 13, 32])
def test_many_terms_are_shortened_and_still_add_up(channels: int, upto: int | None) -> None:
    what = several(channels, 5 if channels == 1 else 3)
    made = lines(what, upto)
    for line in made:
        written = [token for token in line.tokens if token.term >= 0]
        assert len(written) <= MANY
        assert len([token for token in line.tokens if token.channel >= 0]) <= MANY
    if upto is None:
        assert [token.below for token in made[0].tokens if token.below][-1] == str(int(what.channels[0])).replace(
            "-", "−"
        )
        if channels > 1:
            last = [token.below for token in made[1].tokens if token.below][-1]
            assert last == str(int(sum(what.channels))).replace("-", "−")
    elif 0 < upto < len(what.terms):
        assert [token.term for line in made for token in line.tokens if token.now] == [upto - 1]


def test_products_that_are_zero_give_way_first() -> None:
    x, w = np.zeros((1, 5, 5)), np.ones((1, 1, 5, 5))
    x[0, 2, 2], x[0, 4, 4] = 3, 4
    what = step(x, w, np.zeros(1), Spec((5, 5)), (0, 0, 0))
    text = " ".join("".join(p.text for p in token.pieces) for token in lines(what)[0].tokens)
    assert text == "⋯ 3·1 ⋯ 4·1 bias 0 = 7"
    assert lines(what)[0].tokens[0].tip.startswith("12 products that are 0: 0·1 + ")


def test_an_output_without_terms_is_its_bias(qtbot: QtBot) -> None:
    strip = shown(qtbot, Step((0, 0, 0), (), 0.5))
    assert strip.text() == "bias 0.5 = 0.5"
    strip.grab()


@pytest.mark.parametrize("width", [1, 90, 160, 320, 640, 1280, 2600])
@pytest.mark.parametrize("channels", [1, 3, 32])
def test_it_fits_every_width(qtbot: QtBot, width: int, channels: int) -> None:
    strip = shown(qtbot, several(channels), 4, width)
    strip.grab()
    if width >= 320:
        inside = QRectF(0, 0, width, strip.heightForWidth(width))
        assert inside.contains(strip.result_rect())
        assert all(inside.contains(rect) for k in range(9) if (rect := strip.term_rect(k)) is not None)
    assert strip.heightForWidth(width) >= 64


def test_long_numbers_wrap(qtbot: QtBot) -> None:
    draw = np.random.default_rng(0)
    what = step(draw.normal(size=(1, 6, 6)), draw.normal(size=(1, 1, 5, 5)), np.zeros(1), Spec((5, 5)), (0, 0, 0))
    strip = shown(qtbot, what, width=600)
    assert strip.heightForWidth(600) > strip.heightForWidth(2000)


def test_hover_tells_the_term_and_the_tip_both_factors(qtbot: QtBot) -> None:
    strip = shown(qtbot, lecture())
    found: list[object] = []
    strip.hovered.connect(found.append)
    place = strip.term_rect(4)
    assert place is not None
    before = strip.grab().toImage()
    qtbot.mouseMove(strip, place.center().toPoint())
    assert strip.grab().toImage() != before
    at = place.center().toPoint()
    QApplication.sendEvent(strip, QHelpEvent(QEvent.Type.ToolTip, at, strip.mapToGlobal(at)))
    assert QToolTip.text() == "input (3, 3) × weight (2, 2) = 1"
    QToolTip.hideText()
    qtbot.mouseMove(strip, QPoint(2, 2))
    qtbot.mouseMove(strip, place.center().toPoint())
    QApplication.sendEvent(strip, QEvent(QEvent.Type.Leave))
    assert found == [4, None, 4, None]
    strip.show_lit(0)
    assert strip.grab().toImage() != before
    strip.show_lit(None)
    assert strip.grab().toImage() == before


def test_padding_is_named() -> None:
    what = step(IMAGE[None], FILTER[None, None], np.zeros(1), Spec((3, 3), padding=((1, 1), (1, 1))), (0, 0, 0))
    assert lines(what)[0].tokens[0].tip == "padding × weight (1, 1) = 0"


def test_empty_and_dark(qtbot: QtBot, qapp: QApplication) -> None:
    strip = shown(qtbot, None)
    assert strip.text() == ""
    assert strip.result_rect() == QRectF(strip.rect())
    theme.apply(qapp, theme.DARK, 1.5)
    strip.show_step(lecture())
    image = strip.grab().toImage()
    assert image.pixelColor(strip.width() // 2, 4).lightness() < 80


def test_a_layout_gives_it_the_height_it_needs(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    box = QVBoxLayout(page)
    strip = FormulaStrip()
    box.addWidget(strip)
    box.addStretch(1)
    strip.show_step(lecture(bias=0.5, activation="relu"))
    page.resize(420, 400)
    page.show()
    qtbot.waitUntil(lambda: strip.height() >= strip.heightForWidth(strip.width()))
    assert QRectF(strip.rect()).contains(strip.result_rect())
    assert strip.childAt(QPointF(1, 1).toPoint()) is None
