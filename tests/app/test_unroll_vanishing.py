"""The page on vanishing and exploding gradients: its numbers, its controls, and what is zero or not finite."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import inf, log10, nan
from time import perf_counter
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from explorer.app import theme
from explorer.app.theme import look
from explorer.app.unroll.document import Document
from explorer.app.unroll.ink import readable
from explorer.app.unroll.van_clip import ClipBars
from explorer.app.unroll.van_dials import Scale
from explorer.app.unroll.van_plane import EigenPlane
from explorer.app.unroll.van_plot import GradientPlot, Spot, bounds, ink_of, spread
from explorer.app.unroll.van_words import (
    Line,
    View,
    clips,
    eigen_words,
    heading,
    lines,
    mean_factor,
    notes,
    preset_of,
    reading,
    rule,
    runs,
)
from explorer.app.unroll.vanishing import LIGHT, VanishingPage, cost
from explorer.app.widgets.celledit import NumberError
from explorer.app.widgets.scale import CONTRAST, contrast
from explorer.app.workspace import Workspace
from explorer.explain.recurrent.curves import PATHS, PRESETS, Curves, Settings, curve, curves, spectrum
from explorer.explain.recurrent.flow import power
from explorer.explain.recurrent.study import Study

SMALL = Settings(length=12, hidden=4, radius=0.5)
BROKEN = Settings(length=200, hidden=2, radius=100.0, squash="none")
DEAD = Settings(length=12, hidden=2, radius=0.1, squash="relu")


@pytest.fixture
def page(qtbot: QtBot, workspace: Workspace) -> VanishingPage:
    made = VanishingPage(Document(Study(text="abc", alphabet="abc")), workspace)
    qtbot.addWidget(made)
    made.resize(1190, 672)
    made.show()
    return made


def by_key(found: Curves, view: View) -> dict[tuple[str, bool], Line]:
    return {line.key: line for line in lines(found, view)}


def texts(page: VanishingPage) -> str:
    return " | ".join(label.text() for label in page.product)


# Words.


@given(st.floats(-1.5, 1.5), st.integers(1, 200), st.floats(-3, 3))
def test_the_mean_factor_as_written_has_the_product_as_its_power(mean: float, count: int, start: float) -> None:
    text, shown = mean_factor(mean * count, count, start)
    typed = float(text.replace("−", "-"))
    assert log10(typed) == pytest.approx(shown, abs=1e-9)
    assert power(start + count * log10(typed)) == power(start + mean * count)


def test_the_product_at_a_point() -> None:
    found = curves(SMALL)
    rnn = by_key(found, "state")["RNN", False]
    at = reading(rnn, "state", 4, SMALL)
    assert at.size == power(float(rnn.logs[4]))
    base, _, rest = at.product.partition("^")
    assert rest == f"{{8}} = {at.size}"
    assert float(base) ** 8 == pytest.approx(10 ** rnn.logs[4], rel=0.06)
    assert at.factors.startswith("8 factors, mean ")
    assert rule(rnn, "state", 4, SMALL) == "∂h_{12}/∂h_{4} = Π ∂h_{k}/∂h_{k−1}, k = 5 … 12"
    assert "no factor" in reading(rnn, "state", 12, SMALL).factors
    same = by_key(found, "state")["identity", False]
    assert reading(same, "state", 0, SMALL).product == "1^{12} = 1"


def test_the_loss_begins_the_product_and_every_step_adds_its_own() -> None:
    found = curves(SMALL)
    gru = by_key(found, "loss")["GRU", False]
    at = reading(gru, "loss", 2, SMALL)
    assert at.product.startswith(power(float(gru.logs[-1])) + " · ")
    assert at.product.endswith(f"^{{10}} = {power(float(gru.logs[2]))}")
    each = replace(SMALL, each_step=True)
    at = reading(by_key(curves(each), "loss")["GRU", False], "loss", 2, each)
    assert not at.product
    assert "each step" in at.factors
    assert rule(gru, "loss", 2, each).startswith("∂L/∂h_{2} = Σ")


def test_the_cell_path_is_a_product_of_forget_gates() -> None:
    cell = by_key(curves(SMALL), "state")["LSTM", True]
    assert "12 forget gates" in reading(cell, "state", 0, SMALL).factors
    assert rule(cell, "state", 0, SMALL).startswith("∂c_{12}/∂c_{0} = Π f_{k}")


@given(st.lists(st.booleans(), max_size=30))
def test_runs_cover_what_is_true(mask: list[bool]) -> None:
    array = np.array(mask, dtype=bool)
    found = list(runs(array))
    covered = {k for first, last in found for k in range(first, last + 1)}
    assert covered == {k for k, on in enumerate(mask) if on}
    assert all(two[0] > one[1] + 1 for one, two in pairwise(found))


def test_exact_zeros_and_values_that_are_not_finite_are_said() -> None:
    dead = notes(curves(DEAD), "state")
    assert any(note.startswith("RNN: exactly 0 from step ") for note in dead)
    found = curves(BROKEN)
    said = " ".join(notes(found, "loss"))
    assert "RNN: not finite at all steps." in said
    assert "RNN: at step 156 a sum of the hidden state h first is no finite number." in said
    assert "RNN no finite number" in heading(found, "loss")[1]
    rnn = by_key(found, "loss")["RNN", False]
    assert reading(rnn, "loss", 0, BROKEN).size == "not finite"
    assert not notes(curves(SMALL), "state")


def test_a_zero_names_the_factor_that_made_it() -> None:
    line = Line("RNN", False, np.array([-inf, -inf, -2.0, 0.0]))
    assert reading(line, "state", 0, replace(SMALL, length=3)).factors == "exactly 0 from step 2 back to 1"
    line = Line("RNN", False, np.array([nan, -1.0, 0.0]))
    assert reading(line, "state", 0, replace(SMALL, length=2)).size == "not finite"


def test_clipping_in_words() -> None:
    found = {clip.path: clip for clip in clips(curves(PRESETS[1].settings))}
    assert found["RNN"].text == "2.2·10⁸ → 1"
    assert found["RNN"].why.endswith("All g are multiplied by 1 / 2.2·10⁸ = 4.6·10⁻⁹.")
    off = clips(curves(replace(SMALL, clip=None)))[0]
    assert "→" not in off.text
    assert off.why.endswith("No limit is set.")
    high = clips(curves(replace(SMALL, clip=1e6)))[0]
    assert "nothing is changed" in high.why
    broken = clips(curves(replace(BROKEN, clip=1.0)))[0]
    assert broken.text == "not finite"
    assert "cannot mend" in broken.why


def test_eigenvalues_in_words() -> None:
    assert eigen_words(0.5 + 0j, 10) == "λ = 0.5, |λ| = 0.5 shrinks: 0.5^{10} = 9.8·10⁻⁴"
    assert eigen_words(-1.2 - 1.6j, 3) == "λ = −1.2 − 1.6i, |λ| = 2 grows: 2^{3} = 8"
    assert "exactly 0" in eigen_words(0j, 10)
    assert "stays" in eigen_words(1j, 10)


def test_one_curve_is_what_all_curves_have() -> None:
    found = curves(SMALL)
    for path in PATHS:
        np.testing.assert_array_equal(curve(SMALL, path).loss, found[path].loss)
    np.testing.assert_array_equal(spectrum(SMALL).values, found.spectrum.values)


# Dials.


def test_scales_go_from_end_to_end() -> None:
    log = Scale(0.1, 10, 0.001, 100, logarithmic=True, off="off")
    assert (log.at(0), log.at(log.notches - 1), log.at(log.notches)) == (0.1, 10, None)
    assert log.notch(None) == log.notches
    assert log.notch(1.0) == 120
    whole = Scale(1, 200, 1, 200, whole=True)
    assert [whole.at(whole.notch(value)) for value in (1, 50, 200)] == [1, 50, 200]
    bias = Scale(-4, 8, -1000, 1000, step=0.1)
    assert (bias.at(0), bias.at(bias.notches)) == (-4, 8)
    assert bias.notch(900) == bias.notches


@pytest.mark.parametrize("text", ["abc", "", "0", "5000", "1.5", "nan", "inf", "1e400", "−3", "1_0"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(NumberError, match="A whole number from 1 to 200"):
        Scale(1, 200, 1, 200, whole=True).read(text)


def test_typed_text_is_checked_in_place(page: VanishingPage) -> None:
    dial, before = page.dials["length"], page.settings
    QTest.keyClicks(dial.field, "x")
    assert dial.complaint == "A whole number from 1 to 200."
    assert dial.field.property("wrong")
    assert page.settings == before
    dial.field.clear()
    QTest.keyClicks(dial.field, "20")
    assert not dial.complaint
    assert page.settings.length == 20
    assert dial.slider.value() == 19
    QTest.keyClick(dial.field, Qt.Key.Key_Up)
    assert (page.settings.length, dial.field.text()) == (21, "21")


def test_each_control_changes_its_setting(page: VanishingPage) -> None:
    page.choose(PRESETS[0])
    for name, notch in (("length", 9), ("radius", 0), ("forget_bias", 0), ("clip", 0), ("hidden", 6), ("seed", 7)):
        page.dials[name].slider.setValue(notch)
    QTest.mouseClick(page.squash.entries["relu"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(page.losses.entries["each"], Qt.MouseButton.LeftButton)
    expected = Settings(10, 8, 8, 0.1, -4.0, 0.1, "relu", True, 7)
    assert page.settings == page.curves.settings == expected
    assert not any(made.isChecked() for made in page.presets.values())
    page.dials["clip"].slider.setValue(page.dials["clip"].slider.maximum())
    assert page.settings.clip is None
    assert page.dials["clip"].field.text() == "off"


# The page.


def test_presets_say_what_to_notice(page: VanishingPage) -> None:
    seen = []
    for name in page.tour():
        seen.append(name)
        assert page.sentence.text() == PRESETS[len(seen) - 1].notice
        assert page.presets[PRESETS[len(seen) - 1].name].isChecked()
    assert seen == ["vanishing-vanish", "vanishing-explode", "vanishing-carousel"]
    page.step(1)
    assert preset_of(page.settings) == "constant error carousel"
    page.step(-1)
    page.step(-1)
    page.step(-1)
    assert preset_of(page.settings) == "vanish"
    page.set(radius=0.7)
    assert page.sentence.text() != PRESETS[0].notice
    page.step(1)
    assert preset_of(page.settings) == "vanish"


def test_the_carousel_shows_the_cell_path(page: VanishingPage) -> None:
    page.choose(PRESETS[2])
    assert page.spot == ("LSTM", True, 0)
    assert "f<sub>k</sub>" in texts(page)
    assert page.curves["LSTM"].cell is not None
    assert abs(page.curves["LSTM"].cell[0]) < 0.1 < abs(page.curves["RNN"].state[0])


def test_pointing_pinning_and_keys(page: VanishingPage) -> None:
    page.choose(PRESETS[1])
    plot = page.plot
    spot: Spot = ("RNN", False, 20)
    QTest.mouseMove(plot, plot.place(spot).toPoint())
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=plot.place(spot).toPoint())
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert plot.spot == spot
    rnn = float(page.curves["RNN"].state[20])
    assert power(rnn) in texts(page)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert plot.spot == ("RNN", False, 19)
    QTest.keyClick(plot, Qt.Key.Key_Down)
    assert plot.spot == ("LSTM", False, 19)
    QTest.keyClick(plot, Qt.Key.Key_Return)
    page.set(length=10)  # the pin stays on its line
    assert plot.spot == ("LSTM", False, 10)
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.spot is None


def test_views(page: VanishingPage) -> None:
    page.set(length=10)
    QTest.mouseClick(page.views.entries["loss"], Qt.MouseButton.LeftButton)
    assert page.view == "loss"
    assert power(float(page.curves["RNN"].loss[0])) in page.sentence.text()
    assert "∂L" in texts(page)


def test_zeros_are_marked_and_said(page: VanishingPage) -> None:
    page.set(length=12, hidden=2, radius=0.1, squash="relu")
    assert page.notes.isVisible()
    assert "exactly 0" in page.notes.text()
    place = page.plot.place(("RNN", False, 0))
    ink = ink_of(look(page.plot), "RNN")
    seen = QColor(page.plot.grab().toImage().pixel(QPoint(round(place.x()), round(place.y()) - 3)))
    assert abs(seen.red() - ink.red()) + abs(seen.green() - ink.green()) + abs(seen.blue() - ink.blue()) < 12
    page.choose(PRESETS[0])
    assert not page.notes.isVisible()


def test_what_is_heavy_is_made_elsewhere_and_the_last_wish_wins(page: VanishingPage, qtbot: QtBot) -> None:
    heavy = replace(page.settings, length=200, hidden=8)
    assert cost(page.settings) <= LIGHT < cost(heavy)
    page.set(length=200, hidden=8)
    assert page.curves.settings != page.settings  # nothing waited for it
    page.set(seed=3)
    page.set(seed=4)
    qtbot.waitUntil(lambda: page.curves.settings == page.settings, timeout=10_000)
    assert page.settings == replace(heavy, seed=4)
    np.testing.assert_array_equal(page.curves["GRU"].state, curve(page.settings, "GRU").state)
    page.set(seed=5)
    page.set(length=10)  # made at once; what comes later from the worker is older
    shown = page.curves
    page._work.wait()
    assert page.curves is shown


def test_it_goes_on_when_shown_again(page: VanishingPage, qtbot: QtBot) -> None:
    page.set(length=200, hidden=2)
    page.hide()
    page._work.wait()
    page.show()
    qtbot.waitUntil(lambda: page.curves.settings == page.settings, timeout=10_000)
    assert page.plot.spot is None


# Pictures.


def test_the_axis_holds_all_lines_and_1() -> None:
    for settings in (SMALL, PRESETS[0].settings, PRESETS[1].settings, BROKEN, DEAD):
        for view in get_args(View):
            found = lines(curves(settings), view)
            low, high, step = bounds(found)
            values = np.concatenate([line.logs[np.isfinite(line.logs)] for line in found])
            assert low <= min(values.min(), 0) <= max(values.max(), 0) <= high
            assert (high - low) / step <= 11


@given(st.lists(st.floats(0, 300), min_size=1, max_size=6))
def test_names_keep_apart(places: list[float]) -> None:
    found = spread(sorted(places), 16.0, 0.0, 300.0)
    assert all(two - one >= 16 - 1e-6 for one, two in pairwise(found))
    assert len(found) == len(places)
    assert all(8 - 1e-6 <= y <= 292 + 1e-6 for y in found)
    assert spread([20.0, 100.0], 16.0, 0.0, 300.0) == [20.0, 100.0]


def test_the_plane_points_pins_and_scales(page: VanishingPage) -> None:
    plane: EigenPlane = page.plane
    at = plane.place(5).toPoint()
    QTest.mouseClick(plane, Qt.MouseButton.LeftButton, pos=at)
    assert plane.index == 5
    assert "λ = " in page.eigen.text()
    ring = plane.rect().center() + QPoint(0, round(plane._scale() * page.settings.radius))
    QTest.mousePress(plane, Qt.MouseButton.LeftButton, pos=ring)
    for away in (6, 12, 30):
        QTest.mouseMove(plane, ring + QPoint(0, away))
    expected = (ring.y() + 30 - plane.height() / 2) / plane._scale()
    QTest.mouseRelease(plane, Qt.MouseButton.LeftButton, pos=ring + QPoint(0, 30))
    assert page.settings.radius == pytest.approx(expected, abs=0.02)
    assert plane.spectrum.radius == pytest.approx(page.settings.radius)
    QTest.keyClicks(plane, "+")
    assert page.settings.radius > expected


def test_eigenvalues_move_before_the_curves_come(page: VanishingPage, qtbot: QtBot) -> None:
    page.set(length=200)
    page.set(radius=2.0)
    assert page.curves.settings != page.settings
    assert page.plane.spectrum.radius == pytest.approx(2.0)
    qtbot.waitUntil(lambda: page.curves.settings == page.settings, timeout=10_000)


def test_bars_explain_themselves(page: VanishingPage) -> None:
    page.choose(PRESETS[1])
    bars: ClipBars = page.bars
    QTest.mouseMove(bars, QPoint(80, 8))
    assert "2.2·10⁸" in bars.toolTip()
    QTest.keyClick(bars, Qt.Key.Key_Down)
    QTest.keyClick(bars, Qt.Key.Key_Return)
    bars.setFocus()
    assert bars.accessibleDescription().startswith(("LSTM", "RNN 2.2"))


def test_everything_fits(page: VanishingPage, qtbot: QtBot) -> None:
    page.dials["length"].field.setFocus()
    QTest.keyClicks(page.dials["length"].field, "x")  # a sentence more
    page.resize(936, 582)
    assert (page.width(), page.height()) == (936, 582)
    page.set(length=200, hidden=2)
    qtbot.waitUntil(lambda: page.curves.settings == page.settings, timeout=10_000)
    for view in get_args(View):
        page.show_view(view)
        for line in lines(page.curves, view):
            page.plot.pin((*line.key, 99))
            page.plot.pointed.emit(None)
            for shown in page.product:
                whole = QLabel(shown.text(), page)
                whole.setProperty("role", shown.property("role"))
                whole.ensurePolished()
                assert whole.sizeHint().width() <= shown.width(), shown.text()
                assert whole.sizeHint().height() <= shown.height(), shown.text()
    assert page.eigen.height() >= page.eigen.heightForWidth(page.eigen.width())


@pytest.mark.parametrize("way", [theme.LIGHT, theme.DARK])
def test_names_can_be_read(page: VanishingPage, qapp: QApplication, way: theme.Theme) -> None:
    theme.apply(qapp, way, 1.0)
    style = look(page)
    for path in PATHS:
        assert contrast(readable(style, ink_of(style, path)), style.colour("paper")) >= CONTRAST


def test_one_move_of_a_slider_is_fast(page: VanishingPage) -> None:
    page.dials["radius"].slider.setValue(100)
    spent = []
    for notch in range(101, 112):
        start = perf_counter()
        page.dials["radius"].slider.setValue(notch)
        page.plot.grab()
        spent.append(perf_counter() - start)
    assert sorted(spent)[1] < 0.2  # a loaded machine; some 25 ms alone


def test_the_plot_alone(qtbot: QtBot) -> None:
    plot = GradientPlot()
    qtbot.addWidget(plot)
    plot.grab()  # nothing to show yet
    plot.show_lines(lines(curves(Settings(length=1, hidden=1)), "state"), "RNN")
    plot.resize(400, 200)
    plot.grab()
    assert plot._near(QPointF(-50, -50)) is None
    assert "At step 0: RNN" in plot.accessibleDescription()
