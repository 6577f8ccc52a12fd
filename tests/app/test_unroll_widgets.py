"""The pictures of recurrent networks: the chain over time, the inside of a cell, and the heat maps."""

from __future__ import annotations

from time import perf_counter
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from explorer.app import theme
from explorer.app.theme import look
from explorer.app.unroll import chainpaint
from explorer.app.unroll.celldiagram import CellDiagram
from explorer.app.unroll.celllayout import Diagram, diagram_of
from explorer.app.unroll.chain import Chain
from explorer.app.unroll.chainlayout import WIRINGS, ChainShape, Label, Places, Spot, Wiring, rows, wiring
from explorer.app.unroll.chainpaint import wire_colour
from explorer.app.unroll.heat import Heat, Heats, Hit
from explorer.app.unroll.heatview import painted
from explorer.app.unroll.ink import distance, halves, readable
from explorer.app.widgets.scale import CONTRAST, ScaleBar, contrast
from explorer.explain.recurrent.cell import ORDER, Cell, Kind, run

KINDS: tuple[Kind, ...] = get_args(Kind)


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def kept(signal: object) -> list[object]:
    found: list[object] = []
    signal.connect(lambda *args: found.append(args[0] if len(args) == 1 else args))  # type: ignore[attr-defined]
    return found


def alike(one: QColor, two: QColor, by: int = 2) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one.getRgb(), two.getRgb(), strict=True))  # type: ignore[arg-type]


def shown(qtbot: QtBot, widget: QWidget, size: tuple[int, int]) -> None:
    qtbot.addWidget(widget)
    widget.resize(*size)
    widget.show()


# The chain.


def chain(qtbot: QtBot, shape: ChainShape, size: tuple[int, int] = (960, 260)) -> Chain:
    made = Chain()
    made.motion = False
    made.show_shape(shape)
    shown(qtbot, made, size)
    return made


def parts(shape: ChainShape, part: str) -> set[tuple[int, int]]:
    places = Places(shape, 900, 300)
    return {(spot.step, spot.row) for spot, _ in places.spots(range(shape.steps)) if spot.part == part}


@pytest.mark.parametrize(
    ("which", "inputs", "outputs", "feedback"),
    [
        ("one-to-one", {0}, {0}, set()),
        ("one-to-many", {0, 1, 2}, {0, 1, 2}, {0, 1}),
        ("many-to-one", {0, 1, 2}, {2}, set()),
        ("many-to-many", {0, 1, 2}, {0, 1, 2}, set()),
        ("delayed", {0, 1, 2, 4}, {3, 4}, {3}),
    ],
)
def test_wirings(which: Wiring, inputs: set[int], outputs: set[int], feedback: set[int]) -> None:
    shape = wiring(which, "LSTM", 3, 2)
    assert {step for step, _ in parts(shape, "x")} == inputs
    assert {step for step, _ in parts(shape, "y")} == outputs
    assert {step for step, _ in parts(shape, "feedback")} == feedback
    assert bool(parts(shape, "h")) == (which != "one-to-one")


def test_two_ways_and_layers() -> None:
    both = wiring("bidirectional", "LSTM", 3)
    assert [row.backward for row in both.rows] == [False, True]
    assert both.levels == ((0, 1),)
    # Forwards the state before the first step enters; backwards the one after the last.
    assert {step for step, row in parts(both, "h") if row == 0} == {-1, 0, 1, 2}
    assert {step for step, row in parts(both, "c") if row == 1} == {0, 1, 2, 3}
    stacked = wiring("stacked", "GRU", 3)
    assert stacked.levels == ((0,), (1,))
    assert parts(stacked, "x") == {(step, row) for step in range(3) for row in range(2)}
    assert not parts(stacked, "c")


@pytest.mark.parametrize("which", WIRINGS)
@pytest.mark.parametrize("size", [(960, 420), (420, 300)])
def test_what_is_drawn_is_found(qtbot: QtBot, which: Wiring, size: tuple[int, int]) -> None:
    made = chain(qtbot, wiring(which, "LSTM", 4, 3), size)
    places, shape = made.places, made.shape
    for step in range(shape.steps):
        for row in range(len(shape.rows)):
            assert made.spot_at(places.cell(step, row).center()) == Spot(step, "cell", row)
        if shape.has_output(step):
            assert made.spot_at(places.output(step).center()) == Spot(step, "y", len(shape.rows) - 1)
    for spot, line in places.spots(range(shape.steps)):
        if spot.part in ("h", "c") and not (places.gap and spot.step == shape.encoder - 1):
            share = 0.35  # wires that pass by cross it elsewhere
            found = made.spot_at(line[0] + (line[-1] - line[0]) * share)
            assert found is not None
            assert found == spot or found.part in ("y", "x", "feedback")
    if places.gap:
        assert made.spot_at(places.encoding().center()) == Spot(3, "encoding")
    assert made.spot_at(QPointF(2, made.height() - 2)) is None


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 60), st.integers(1, 3), st.booleans(), st.sampled_from(("RNN", "LSTM")),
    st.integers(280, 2400), st.integers(320, 1200), st.sampled_from((1.0, 1.5)),
)  # fmt: skip
def test_nothing_overlaps(
    steps: int, layers: int, both: bool, kind: str, width: int, height: int, scale: float
) -> None:
    shape = ChainShape(steps, rows(kind, layers, both))
    places = Places(shape, width, height, scale)
    boxes = [places.cell(step, row) for step in range(min(steps, 4)) for row in range(len(shape.rows))]
    assert not any(a.intersects(b) for k, a in enumerate(boxes) for b in boxes[:k])
    top, bottom = min(box.top() for box in boxes), max(box.bottom() for box in boxes)
    assert places.output(0).bottom() < top
    assert places.input(0).top() > bottom
    if height >= 110 * scale + 44 * scale * len(shape.rows) + 28 * scale:
        assert places.input(0).bottom() <= height
    assert places.content <= width or places.pitch == pytest.approx(27 * scale)


def test_weights_are_shared_by_colour(qtbot: QtBot) -> None:
    made = chain(qtbot, wiring("many-to-many", "LSTM", 5))
    made.show_labels("Perez")
    image, style = picture(made), look(made)
    for step in range(5):
        for part, line in (
            ("x", made.places.input_wire(step, 0)),
            ("y", made.places.output_wire(step, 0)),
            ("h", made.places.state(step, 0, "h")),
            ("c", made.places.state(step, 0, "c")),
        ):
            middle = ((line[0] + line[1]) / 2).toPoint()
            around = [image.pixelColor(middle + QPoint(dx, dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
            assert any(alike(colour, wire_colour(style, part), 12) for colour in around), (step, part)


def test_the_present_step_stands_out(qtbot: QtBot) -> None:
    made = chain(qtbot, wiring("many-to-many", "GRU", 5))
    made.show_step(3)
    image = picture(made)
    for step in range(5):
        box = made.places.cell(step, 0)
        inside = image.pixelColor((box.topLeft() + QPointF(10, 10)).toPoint())
        assert alike(inside, QColor(theme.LIGHT.wash if step == 3 else theme.LIGHT.surface))
    assert "Step 4 of 5" in made.accessibleDescription()
    before = picture(made)
    made.show_known(2)
    assert picture(made) != before


def test_keys_and_clicks_tell_what_is_meant(qtbot: QtBot) -> None:
    made = chain(qtbot, wiring("stacked", "LSTM", 6), (960, 400))
    told, pointed = kept(made.clicked), kept(made.pointed)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Up):
        qtbot.keyClick(made, key)
    assert told == [Spot(s, "cell", r) for s, r in ((1, 0), (5, 0), (4, 0), (0, 0), (0, 1))]
    qtbot.keyClick(made, Qt.Key.Key_Return)
    assert told[-1] == Spot(0, "cell", 1)
    line = made.places.state(2, 1, "c")
    at = ((line[0] + line[1]) / 2).toPoint()
    qtbot.mouseMove(made, at)
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=at)
    assert pointed[-1] == told[-1] == Spot(2, "c", 1)
    qtbot.mouseMove(made, QPoint(3, made.height() - 3))
    assert pointed[-1] is None


def test_words(qtbot: QtBot) -> None:
    made = chain(qtbot, wiring("delayed", "LSTM", 2, 2))
    made.show_labels(["I", "am", "<start>", "ich"], [None, None, Label("ich", -0.25), Label("bin")])
    assert made.words(Spot(0, "x")) == "Step 1 of 4: input “I”"
    assert made.words(Spot(2, "y")) == "Step 3 of 4: output ich −0.25"
    assert made.words(Spot(-1, "h")) == "Hidden state h before the first step"
    assert made.words(Spot(2, "feedback")) == "The output of step 3 is the input of step 4"
    made.show_marks({1: "The state overflows here."})
    assert made.words(Spot(1, "cell")).endswith("LSTM cell. The state overflows here.")


def test_five_thousand_steps(qtbot: QtBot) -> None:
    made = chain(qtbot, wiring("many-to-many", "LSTM", 5000))
    made.show_labels("ab" * 2500, [Label("English", -2.0)] * 5000)
    for step in (2500, 4999, 0):
        made.show_step(step)
        seen = made.places.seen()
        assert step in seen
        assert len(seen) < 60
        assert 0 < made.places.x(step) < made.width()
        start = perf_counter()
        picture(made)
        assert perf_counter() - start < 0.1


@pytest.mark.parametrize("steps", [1, 2, 4, 6, 20])
@pytest.mark.parametrize("width", [420, 900, 1500])
def test_copies_use_the_width(steps: int, width: int) -> None:
    places = Places(ChainShape(steps), width, 300)
    first, last = places.cell(0, 0), places.cell(steps - 1, 0)
    if places.content <= width:
        assert first.center().x() + last.center().x() == pytest.approx(width), "in the middle"
    narrow = Places(ChainShape(steps), 420, 300)
    assert first.width() >= narrow.cell(0, 0).width()
    assert first.width() <= 144
    if steps in (4, 6):
        assert last.right() - first.left() > 0.75 * (width - 80)
    assert Places(ChainShape(1), width, 300).cell(0, 0).height() >= first.height()
    assert places.find(last.center()) == Spot(steps - 1, "cell")


def test_outputs_that_do_not_fit_are_left_away(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    real = chainpaint.elided

    def noted(font: QFont, text: str, room: float) -> str:
        drawn.append(real(font, text, room))
        return drawn[-1]

    monkeypatch.setattr(chainpaint, "elided", noted)
    made = chain(qtbot, wiring("many-to-many", "LSTM", 30), (900, 200))
    made.show_labels("a" * 30, [Label("Portuguese", -0.5)] * 30)
    made.show_step(9)
    cut = picture(made)
    assert "Portuguese" in drawn, "the present one is told in full"
    made.show_labels("a" * 30, [Label("Portuguese", -0.5) if k == 9 else None for k in range(30)])
    assert picture(made) == cut


def test_a_space_is_seen(qtbot: QtBot) -> None:
    made = chain(qtbot, wiring("many-to-many", "GRU", 3))
    made.show_labels("a b", [None, Label(" ", -1.0), None])
    assert made.words(Spot(1, "x")) == "Step 2 of 3: input “␣”"
    assert made.words(Spot(1, "y")) == "Step 2 of 3: output ␣ −1.00"
    made.show_step(1)
    assert "input “␣”" in made.accessibleDescription()
    assert str(Label("VERB", -0.001)) == "VERB 0.00"
    with_space = picture(made)
    made.show_labels("ab", [None, None, None])
    assert picture(made) != with_space


def test_the_loop_unrolls(qtbot: QtBot) -> None:
    made = chain(qtbot, wiring("many-to-many", "LSTM", 6))
    ended = kept(made.settled)
    unrolled = picture(made)
    made.fold()
    assert made.folded
    assert len(ended) == 1
    folded = picture(made)
    assert folded != unrolled
    assert made.spot_at(QPointF(made.places.fold_x, made.places.cell(0, 0).center().y())) == Spot(0, "cell")
    made.motion = True
    made.unroll()
    assert made.moving
    assert made.spot_at(made.places.cell(0, 0).center()) is None  # nothing is told of what is on its way
    made.settle()
    assert len(ended) == 2
    assert picture(made) == unrolled
    made.fold()
    made.hide()
    assert not made.moving
    assert made.places.open == 0


def test_motion_comes_to_its_end(qtbot: QtBot) -> None:
    made = chain(qtbot, wiring("bidirectional", "LSTM", 3))
    made.motion, made.duration = True, 40
    with qtbot.waitSignal(made.settled, timeout=5000):
        made.fold()
    assert made.places.open == 0


@pytest.mark.parametrize("shape", [ChainShape(0), wiring("one-to-one", "RNN"), ChainShape(6, rows("LSTM", 3, True))])
@pytest.mark.parametrize("size", [(40, 40), (280, 300), (2400, 900)])
def test_any_size_is_painted(qtbot: QtBot, shape: ChainShape, size: tuple[int, int]) -> None:
    made = chain(qtbot, shape, size)
    made.show_labels(["a very long word"] * 9, [Label("Portuguese", -1.0)] * 9)
    for fold in (False, True):
        made.fold() if fold else made.unroll()
        assert not picture(made).isNull()
    qtbot.keyClick(made, Qt.Key.Key_Right)


def test_names_of_wires_can_be_read(qapp: QApplication) -> None:
    for one in (theme.LIGHT, theme.DARK):
        theme.apply(qapp, one, 1.0)
        style = look(QWidget())
        for part in ("x", "h", "c", "y"):
            for ground in ("paper", "surface"):
                colour = readable(style, wire_colour(style, part), ground)
                assert contrast(colour, style.colour(ground)) >= CONTRAST


def test_symbols() -> None:
    assert halves("h_{t−1}") == ("h", "t−1")
    assert halves("W_xh") == ("W", "xh")
    assert halves("x") == ("x", "")


# The inside of a cell.


def diagrams() -> list[Diagram]:
    return [diagram_of(kind) for kind in KINDS]


@pytest.mark.parametrize("diagram", diagrams(), ids=lambda d: d.kind)
def test_a_diagram_holds_together(diagram: Diagram) -> None:
    assert diagram.order[: len(ORDER[diagram.kind])] == ORDER[diagram.kind]
    wide, tall = diagram.size
    for node in diagram.nodes:
        assert 0 <= node.at[0] <= wide
        assert 0 <= node.at[1] <= tall
        assert node.part in ("", *diagram.order)
    lines = [[QPointF(*point) for point in wire.points] for wire in diagram.wires]
    for k, wire in enumerate(diagram.wires):
        for end in (wire.points[0], wire.points[-1]):
            at = QPointF(*end)
            met = any(distance(line, at) < 0.1 for j, line in enumerate(lines) if j != k)
            touched = any(
                abs(node.at[0] - end[0]) <= node.size[0] / 2 + 1 and abs(node.at[1] - end[1]) <= node.size[1] / 2 + 1
                for node in diagram.nodes
            )
            assert met or touched, (wire.carries, end)
    for part in diagram.order:
        assert any(part in wire.lights for wire in diagram.wires)
        assert diagram.ready(diagram.node(part)) == diagram.order.index(part)
    names = list(diagram.names)
    assert [diagram.ready(diagram.node(name)) for name in names] == sorted(
        diagram.ready(diagram.node(name)) for name in names
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_flows_is_made_before(kind: Kind) -> None:
    """A wire into a part carries what is known by then: no arrow runs backwards in time."""
    diagram = diagram_of(kind)
    for wire in diagram.wires:
        if wire.carries in diagram.names:
            assert diagram.ready(diagram.node(wire.carries)) <= diagram.since(wire)


def cell_diagram(qtbot: QtBot, kind: Kind, part: str | None, **more: object) -> CellDiagram:
    made = CellDiagram()
    made.show_state(kind, part, **more)  # type: ignore[arg-type]
    shown(qtbot, made, (520, 320))
    return made


def test_the_future_is_not_told(qtbot: QtBot) -> None:
    values = {"f": 0.873, "x": 1.0, "h_prev": -0.4, "c_prev": 2.14}
    made = cell_diagram(qtbot, "LSTM", "f", values=values)
    bare = picture(made)
    made.show_state("LSTM", "f", values | {"o": 0.5, "h": 0.4, "fc": 1.87})
    assert picture(made) == bare
    made.show_state("LSTM", "f", values | {"f": 0.5})
    assert picture(made) != bare
    assert made.words("o") == "Output gate: 0 shows nothing of the memory, 1 shows all of it."
    assert made.words("f").endswith("Here 0.5.")


@pytest.mark.parametrize("kind", KINDS)
def test_each_part_has_its_picture(qtbot: QtBot, kind: Kind) -> None:
    made = cell_diagram(qtbot, kind, "")
    found = []
    for part in ("", *made.diagram.order, None):
        made.show_state(kind, part)
        found.append(picture(made))
        assert made.accessibleDescription().startswith(f"{kind} cell.")
    assert all(a != b for k, a in enumerate(found) for b in found[:k])


def test_vectors_are_strips(qtbot: QtBot) -> None:
    made = cell_diagram(qtbot, "GRU", None, values={"z": np.ones(8)})
    full = picture(made)
    colour = QColor(theme.LIGHT.magnitude)
    teal = sum(alike(full.pixelColor(x, y), colour) for x in range(520) for y in range(140, 175))
    made.show_state("GRU", None, {"z": np.zeros(8)})
    empty = picture(made)
    assert teal > sum(alike(empty.pixelColor(x, y), colour) for x in range(520) for y in range(140, 175)) + 100
    made.show_state("GRU", None, {"z": np.array([0.25, 0.5])})
    assert made.words("z").endswith("2 units, 0.25 to 0.5.")


def test_a_held_gate_says_so(qtbot: QtBot) -> None:
    made = cell_diagram(qtbot, "LSTM", "c")
    free = picture(made)
    made.show_state("LSTM", "c", held={"f": 0.0})
    assert picture(made) != free
    assert made.words("f").endswith("Held at 0.")


@pytest.mark.parametrize("kind", KINDS)
def test_nodes_and_wires_are_found(qtbot: QtBot, kind: Kind) -> None:
    made = cell_diagram(qtbot, kind, None)
    pointed, clicked = kept(made.pointed), kept(made.clicked)
    view = made.view
    for node in made.diagram.nodes:
        if node.shape != "port":
            at = view.box(node).center().toPoint()
            qtbot.mouseMove(made, at)
            qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=at)
            assert clicked[-1] == node.name
    assert {node.name for node in made.diagram.nodes if node.shape != "port"} <= set(pointed)
    for wire in made.diagram.wires:
        line = view.line(wire)
        assert view.find((line[0] + line[1]) / 2) is not None
        assert made.words(wire.carries)
    assert view.find(QPointF(1, made.height() - 1)) is None


def test_keys_go_through_the_values(qtbot: QtBot) -> None:
    made = cell_diagram(qtbot, "GRU", "r")
    pointed, clicked = kept(made.pointed), kept(made.clicked)
    qtbot.keyClick(made, Qt.Key.Key_Right)
    qtbot.keyClick(made, Qt.Key.Key_Left)
    qtbot.keyClick(made, Qt.Key.Key_Return)
    qtbot.keyClick(made, Qt.Key.Key_Escape)
    assert pointed == ["z", "r", None]
    assert clicked == ["r"]
    made.pin("z")
    made.show_state("LSTM", "f")
    assert made.pinned is None  # an LSTM has no such value


def test_a_diagram_in_other_words(qtbot: QtBot) -> None:
    made = cell_diagram(qtbot, "RNN", "h")
    usual = picture(made)
    made.show_symbols({"h": "a_t", "h_prev": "a_{t−1}"})
    other = picture(made)
    made.show_state("RNN", "h", squash="relu")
    assert usual != other != picture(made)
    assert diagram_of("RNN", "relu").node("h").squash == "ReLU"


# Heat maps.


VALUES = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.25]])
"""Two steps of three units."""


def heat(qtbot: QtBot, values: np.ndarray = VALUES, scale: str = "magnitude") -> Heat:
    made = Heat("forget gate", scale)  # type: ignore[arg-type]
    made.show_values(values)
    shown(qtbot, made, (240, 260))
    return made


def ground(made: Heat, image: QImage, unit: int, step: int) -> QColor:
    return image.pixelColor(made.cell_rect(unit, step).center().toPoint())


def test_cells_have_the_colour_of_their_value(qtbot: QtBot) -> None:
    made = heat(qtbot)
    image = picture(made)
    for step in range(2):
        for unit in range(3):
            expected = theme.blend(theme.LIGHT.zero, theme.LIGHT.magnitude, VALUES[step, unit])
            assert alike(ground(made, image, unit, step), expected)
    signed = heat(qtbot, np.array([[-2.0, 0.0, 1.0]]), "signed")
    image, style = picture(signed), look(signed)
    assert signed.most == 2
    for unit, share in enumerate((-1.0, 0.0, 0.5)):
        assert alike(ground(signed, image, unit, 0), style.signed(share))


def test_an_order_moves_rows(qtbot: QtBot) -> None:
    made = heat(qtbot)
    made.show_order(np.array([2, 0, 1]))
    assert made.cell_rect(2, 0).y() < made.cell_rect(0, 0).y() < made.cell_rect(1, 0).y()
    assert made.cell_at(made.cell_rect(1, 1).center()) == (1, 1)
    assert alike(ground(made, picture(made), 1, 0), QColor(theme.LIGHT.magnitude))
    with pytest.raises(ValueError, match="each of them once"):
        made.show_order(np.array([0, 0, 1]))
    with pytest.raises(ValueError, match="steps, units"):
        made.show_values(np.zeros(3))


def test_what_is_no_number_stands_out(qtbot: QtBot) -> None:
    made = heat(qtbot, np.array([[np.nan, np.inf, 0.5]]), "signed")
    image = picture(made)
    for unit in (0, 1):
        assert alike(ground(made, image, unit, 0), QColor(theme.LIGHT.ink))
    assert made.most == 0.5
    assert made.words(Hit(1, 0, np.inf)) == "unit 2, step 1: ∞"


def test_pointing_clicking_and_dragging(qtbot: QtBot) -> None:
    made = heat(qtbot, np.arange(24.0).reshape(6, 4) / 24)
    pointed, clicked, chosen = kept(made.hovered), kept(made.clicked), kept(made.selected)
    places = {(u, s): made.cell_rect(u, s).center().toPoint() for u in range(4) for s in range(6)}
    qtbot.mouseMove(made, places[1, 2])
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=places[1, 2])
    assert pointed[-1] == clicked[-1] == Hit(1, 2, 9 / 24)
    assert made.pinned == (1, 2)
    QTest.mousePress(made, Qt.MouseButton.LeftButton, pos=places[0, 4])
    for step in (3, 1):
        qtbot.mouseMove(made, places[3, step])
    QTest.mouseRelease(made, Qt.MouseButton.LeftButton, pos=places[3, 1])
    assert chosen[-1] == made.selection == (1, 4)
    assert len(clicked) == 1
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=places[0, 0])
    assert chosen[-1] is None
    qtbot.mouseMove(made, QPoint(100, 2))
    assert pointed[-1] is None


def test_a_cursor_of_the_keys(qtbot: QtBot) -> None:
    made = heat(qtbot, np.arange(12.0).reshape(4, 3) / 12)
    made.show_order(np.array([2, 1, 0]))
    pointed, clicked, chosen = kept(made.hovered), kept(made.clicked), kept(made.selected)
    qtbot.keyClick(made, Qt.Key.Key_Up)  # unit 0 is the lowest row
    qtbot.keyClick(made, Qt.Key.Key_Right)
    qtbot.keyClick(made, Qt.Key.Key_Return)
    assert [(hit.unit, hit.step) for hit in pointed] == [(1, 0), (1, 1)]  # type: ignore[attr-defined]
    assert clicked == [Hit(1, 1, 4 / 12)]
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(made, Qt.Key.Key_Right, shift)
    qtbot.keyClick(made, Qt.Key.Key_Right, shift)
    qtbot.keyClick(made, Qt.Key.Key_Left, shift)
    assert chosen == [(1, 2), (1, 3), (1, 2)]
    qtbot.keyClick(made, Qt.Key.Key_Escape)
    assert (made.selection, made.pinned, clicked[-1]) == (None, None, None)
    qtbot.keyClick(made, Qt.Key.Key_End)
    assert pointed[-1] == Hit(1, 3, 10 / 12)


def test_steps_to_come_stay_empty(qtbot: QtBot) -> None:
    made = heat(qtbot)
    made.show_step(0, known=1)
    assert alike(ground(made, picture(made), 0, 1), QColor(theme.LIGHT.line))
    assert made.words(made.hit(0, 1)) == "unit 1, step 2: not known yet"


@pytest.mark.parametrize("steps", [0, 1, 7, 200, 5000])
@pytest.mark.parametrize("size", [(30, 60), (240, 260), (1200, 700)])
def test_any_number_of_steps_is_painted(qtbot: QtBot, steps: int, size: tuple[int, int]) -> None:
    made = heat(qtbot, np.zeros((steps, 16)))
    made.show_letters("letter" * 2)
    made.resize(*size)
    assert not picture(made).isNull()
    qtbot.keyClick(made, Qt.Key.Key_Right)


def test_fewer_steps_let_go_of_what_is_gone(qtbot: QtBot) -> None:
    made = heat(qtbot, np.zeros((9, 4)))
    made.pin((3, 8))
    made.select((5, 8))
    made.show_values(np.zeros((3, 4)))
    assert (made.pinned, made.selection) == (None, None)
    made.show_values(np.zeros((3, 2)))
    qtbot.keyClick(made, Qt.Key.Key_Down)
    assert made.cell_at(made.cell_rect(1, 2).center()) == (1, 2)


def test_large_maps_are_quick(qtbot: QtBot) -> None:
    made = heat(qtbot)
    values = np.random.default_rng(0).uniform(size=(200, 128))
    image, times = QImage(240, 260, QImage.Format.Format_RGB32), []
    for _ in range(9):
        start = perf_counter()
        made.show_values(values)
        made.render(image, QPoint())
        times.append(perf_counter() - start)
    assert min(times) < 0.005


def test_maps_side_by_side(qtbot: QtBot) -> None:
    made = Heats({"f": ("forget gate f", "magnitude"), "c": ("cell state c", "signed")})
    shown(qtbot, made, (600, 260))
    pointed, clicked, chosen = kept(made.hovered), kept(made.clicked), kept(made.selected)
    made.show_values({"f": VALUES, "c": -4 * VALUES}, "ab")
    made.show_order(np.array([1, 2, 0]))
    assert (made.scales["f"].most, made.scales["c"].most) == (1, 4)
    one, two = made.maps["f"], made.maps["c"]
    at = one.cell_rect(2, 1).center().toPoint()
    qtbot.mouseMove(one, at)
    qtbot.mouseClick(one, Qt.MouseButton.LeftButton, pos=at)
    assert pointed[-1] == clicked[-1] == ("f", Hit(2, 1, 0.25))
    assert two.pinned == (2, 1)
    qtbot.keyClick(two, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(two, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert one.selection == two.selection == chosen[-1]


def test_a_scale_of_magnitudes(qtbot: QtBot) -> None:
    bar = ScaleBar(signed=False)
    shown(qtbot, bar, (220, 30))
    image = picture(bar)
    assert alike(image.pixelColor(212, 4), QColor(theme.LIGHT.magnitude), 12)
    assert alike(image.pixelColor(8, 4), QColor(theme.LIGHT.zero), 12)
    assert bar.accessibleDescription() == "0 without colour, 1 teal"


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
def test_pictures_agree_with_the_scale(units: int, steps: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(units, steps))
    most = float(np.abs(values).max())
    image = painted(theme.DARK, "signed", values, most)
    style = theme.Look(theme.DARK, 1.0)
    for row in range(units):
        for column in range(steps):
            assert alike(image.pixelColor(column, row), style.signed(values[row, column] / most))


# All together, in a few lines.


def test_a_trace_is_shown_by_all_three(qtbot: QtBot) -> None:
    rng = np.random.default_rng(0)
    cell = Cell("LSTM", *(rng.normal(size=size) for size in ((4, 6, 3), (4, 6, 6), (4, 6), (4, 6))))
    trace = run(cell, rng.normal(size=(5, 3)))
    page = QWidget()
    box = QVBoxLayout(page)
    over, inside, map_ = Chain(), CellDiagram(), Heat("forget gate f", "magnitude")
    over.show_shape(wiring("many-to-many", "LSTM", len(trace)))
    inside.show_state("LSTM", "c", {name: values[2] for name, values in trace.parts.items()})
    map_.show_values(trace.parts["f"])
    for widget in (over, inside, map_):
        box.addWidget(widget)
    shown(qtbot, page, (900, 800))
    for one in (theme.LIGHT, theme.DARK):
        theme.apply(QApplication.instance(), one, 1.25)  # type: ignore[arg-type]
        assert not picture(page).isNull()
    assert over.spot_at(over.places.cell(4, 0).center()) == Spot(4, "cell")
