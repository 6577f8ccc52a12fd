"""The diagram: where things lie, what is hit, and what keys and mouse ask for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from explorer.app import theme
from explorer.app.build.diagram import Diagram
from explorer.app.build.drawing import Box, Drawing, Units
from explorer.app.build.folding import opening, still_collapsed
from explorer.app.build.layout import lay_out
from explorer.app.build.palette import LAYER_TYPE
from explorer.app.build.walk import across, along
from explorer.arch.analysis import analyse
from explorer.arch.layers import BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.arch.tree import Auxiliary, Node, Parallel, Path, Sequence

Area = tuple[float, float, float, float]


def conv(filters: int, side: int = 3) -> tuple[Node, ...]:
    return Conv2d(filters=filters, kernel=(side, side), padding=(side // 2, side // 2)), ReLU()


def residual(filters: int) -> Parallel:
    return Parallel((Sequence((*conv(filters), *conv(filters))), Sequence()), merge="add")


def inception(name: str = "") -> Parallel:
    pool = MaxPool2d(kernel=(3, 3), stride=(1, 1), padding=(1, 1))
    return Parallel((Sequence(conv(8, 1)), Sequence((*conv(4, 1), *conv(8))), Sequence((pool, *conv(8, 1)))), name=name)


def sample() -> Network:
    """Everything at once: 0 conv, 1 relu, 2 inception, 3 head at the side, 4 stage of residual blocks, 5 … 7."""
    stage = Sequence((Sequence((residual(24), ReLU())), Sequence((residual(24), ReLU()), repeat=3)), name="stage")
    head = Auxiliary((Flatten(), Linear(10)), name="aux")
    return Network((3, 32, 32), (*conv(24), inception("mixed"), head, stage, MaxPool2d(), Flatten(), Linear(10)))


def deep(stages: int = 6) -> Network:
    blocks = tuple(Sequence(tuple(Sequence((residual(16), ReLU())) for _ in range(4))) for _ in range(stages))
    return Network((16, 8, 8), (*conv(16), *blocks, Flatten(), Linear(10)), name="Deep")


def drawn(network: Network, collapsed: frozenset[Path] = frozenset(), vertical: bool = False) -> Drawing:
    return lay_out(analyse(network), collapsed, vertical)


def overlap(a: Area, b: Area) -> bool:
    return min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]) > 0.01 and (
        min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]) > 0.01
    )


def area(box: Box) -> Area:
    return box.x, box.y, box.w, box.h


@pytest.fixture
def diagram(qtbot: QtBot) -> Iterator[Diagram]:
    made = Diagram()
    made.resize(1000, 500)
    made.show_report(analyse(sample()))
    with qtbot.waitExposed(made):
        made.show()
    made.expand_all()
    made.setFocus()
    yield made
    made.hide()
    made.deleteLater()


def screen(diagram: Diagram, at: Path) -> QPoint:
    """Where a node's box lies in the widget."""
    assert diagram.drawing is not None
    box = diagram.drawing.boxes[diagram.drawing.places[at]]
    return diagram.view.point(*box.centre).toPoint()


# The layout.


@pytest.mark.parametrize("vertical", [False, True])
def test_every_node_has_its_place(vertical: bool) -> None:
    report = analyse(sample())
    drawing = lay_out(report, vertical=vertical)
    assert {row.at for row in report.outline} == set(drawing.places) | set(drawing.framed)


@pytest.mark.parametrize("vertical", [False, True])
@pytest.mark.parametrize("network", [sample(), deep(2)])
def test_boxes_do_not_overlap_and_lie_in_the_bounds(network: Network, vertical: bool) -> None:
    drawing = drawn(network, vertical=vertical)
    for a, b in combinations(drawing.boxes, 2):
        assert not overlap(area(a), area(b)), (a, b)
    left, top, wide, tall = drawing.bounds
    for x, y, w, h in [area(b) for b in drawing.boxes] + [(f.x, f.y, f.w, f.h) for f in drawing.frames]:
        assert left - 0.01 <= x
        assert x + w <= left + wide + 0.01
        assert top - 0.01 <= y
        assert y + h <= top + tall + 0.01


@pytest.mark.parametrize("vertical", [False, True])
def test_frames_hold_what_is_theirs_and_nothing_else(vertical: bool) -> None:
    drawing = drawn(sample(), vertical=vertical)
    for frame in drawing.frames:
        outer = (frame.x, frame.y, frame.w, frame.h)
        for box in drawing.boxes:
            own = box.at[: len(frame.at)] == frame.at and not (box.form == "tap" and box.at == frame.at)
            within = (
                frame.x <= box.x
                and box.x + box.w <= frame.x + frame.w
                and frame.y <= box.y
                and box.y + box.h <= frame.y + frame.h
            )
            assert within if own else not overlap(outer, area(box)), (frame, box)


def test_at_scale_1_no_texts_overlap() -> None:
    units = Units()
    drawing = drawn(sample())
    texts = [
        (b.tx - len(b.shape) * units.digit / 2, b.ty, len(b.shape) * units.digit, 30.0)
        for b in drawing.boxes
        if b.head and b.label and b.form != "card"
    ]
    for a, b in combinations(texts, 2):
        assert not overlap(a, b)


def test_wires_go_from_the_input_to_the_output_without_a_gap() -> None:
    """From the end of each wire another one begins, or a box does."""
    drawing = drawn(sample())
    starts = {(round(w.x1, 2), round(w.y1, 2)) for w in drawing.wires}
    for wire in drawing.wires:
        end = (round(wire.x2, 2), round(wire.y2, 2))
        boxed = any(b.x - 4 <= wire.x2 <= b.x + b.w + 4 and b.y <= wire.y2 <= b.y + b.h for b in drawing.boxes)
        stop = any(w.x1 == w.x2 == wire.x2 and w.y1 <= wire.y2 <= w.y2 for w in drawing.wires)  # a side classifier's
        assert boxed or stop or end in starts, wire


def test_height_follows_the_side_and_thickness_the_channels() -> None:
    layers = (Conv2d(filters=64, padding=(1, 1)), MaxPool2d(), Conv2d(filters=16, padding=(1, 1)))
    network = Network((4, 32, 32), layers)
    first, wide, pooled, thin = drawn(network).boxes
    assert first.h == wide.h > pooled.h == thin.h
    assert wide.w == pooled.w > thin.w > first.w
    lying = drawn(network, vertical=True).boxes[1]
    assert (lying.w, lying.h) == (wide.h, wide.w)


def test_activations_are_companions_of_their_tensor() -> None:
    drawing = drawn(Network((3, 8, 8), (Conv2d(filters=4), BatchNorm2d(), ReLU(), Flatten())))
    _, tensor, norm, relu, flat = drawing.boxes
    assert [norm.form, relu.form] == ["thin", "thin"]
    assert [norm.head, relu.head, flat.head] == [False, False, True]
    assert norm.x - (tensor.x + tensor.w) == relu.x - (norm.x + norm.w) == 2
    assert tensor.h == norm.h == relu.h
    assert relu.label == "relu"


def test_sequences_have_a_mark_of_time() -> None:
    drawing = drawn(Network((T, 57), (Linear(10),)))
    assert drawing.boxes[0].form == "steps"
    assert drawing.boxes[0].shape == "T×57"


def test_a_shortcut_goes_around_and_the_body_straight_on() -> None:
    drawing = drawn(Network((16, 8, 8), (*conv(16), residual(16))))
    body, around = drawing.boxes[drawing.places[2, 0]], drawing.boxes[drawing.places[2, 1]]
    merge = drawing.boxes[drawing.places[(2,)]]
    assert body.centre[1] == merge.centre[1] == drawing.boxes[0].centre[1]
    assert around.centre[1] < drawing.boxes[drawing.places[2, 0, 0]].y


def test_a_side_classifier_lies_below_and_the_main_wire_passes() -> None:
    drawing = drawn(sample())
    frame = drawing.frames[drawing.framed[(3,)]]
    assert frame.y > drawing.frames[drawing.framed[(4,)]].y
    inner = drawing.boxes[drawing.places[(3, 1)]]
    assert inner.y > drawing.boxes[drawing.places[(5,)]].y
    assert drawing.frames[drawing.framed[(4,)]].x < frame.x + frame.w


def test_a_collapsed_block_is_one_card_with_its_figures() -> None:
    report = analyse(sample())
    drawing = lay_out(report, frozenset({(4,), (2,)}))
    card = drawing.boxes[drawing.places[(4,)]]
    assert (card.form, card.label, card.shape) == ("card", "stage", "24×32×32")
    assert card.note.endswith("k parameters")
    assert not [b for b in drawing.boxes if b.at[:1] == (4,) and len(b.at) > 1]
    assert drawing.shown((4, 1, 0)) == (4,)
    repeated = lay_out(report, frozenset({(4, 1)}))
    assert repeated.boxes[repeated.places[4, 1]].label.endswith("×3")
    assert repeated.boxes[repeated.places[4, 1]].stacked
    assert repeated.frames[repeated.framed[(4,)]].note == ""
    assert drawn(sample()).frames[drawn(sample()).framed[(4, 1)]].note == "×3"


def test_up_to_the_fault_all_is_known_and_behind_it_nothing() -> None:
    network = Network((3, 8, 8), (Conv2d(filters=4), Linear(5), ReLU(), Linear(2)))
    boxes = {box.at: box for box in drawn(network).boxes}
    assert [boxes[k].known for k in ((), (0,), (1,), (2,), (3,))] == [True, True, False, False, False]
    assert [k for k, box in boxes.items() if box.fault] == [(1,)]
    assert boxes[(3,)].shape == "?"


def test_a_fault_in_branches_is_marked_at_their_merge() -> None:
    block = Parallel((Sequence(conv(5)), Sequence()), merge="add")
    drawing = drawn(Network((3, 8, 8), (block, Flatten())))
    assert [box.at for box in drawing.boxes if box.fault] == [(0,)]
    assert drawing.boxes[drawing.places[0, 0, 0]].known
    card = drawn(Network((3, 8, 8), (Sequence((block,)), Flatten())), frozenset({(0,)})).boxes[1]
    assert card.form == "card"
    assert card.fault


def test_a_fault_in_a_later_copy_is_shown() -> None:
    network = Network((3, 9, 9), (Sequence((MaxPool2d(),), repeat=5),))
    report = analyse(network)
    assert report.fault is not None
    drawing = lay_out(report)
    assert drawing.boxes[drawing.places[(0, 0)]].fault


def test_there_is_a_place_before_each_node_and_at_the_end_of_each_block() -> None:
    network = sample()
    places = {spot.before for spot in drawn(network).spots}
    for row in analyse(network).outline[1:]:
        inside = network.inside(row.at) if row.node is not None and not hasattr(row.node, "output") else ()
        if not isinstance(network.node(row.at[:-1]) if len(row.at) > 1 else None, Parallel):
            assert row.at in places, row.at
        if inside:
            assert (*row.at, len(inside)) in places, row.at
    assert (4, 0, 0, 1, 0) in places  # into the empty branch
    assert {(2, 0), (2, 1), (2, 2), (2, 3)} <= places  # as a new branch
    assert (len(network.layers),) in places


def test_empty_blocks_and_networks_are_drawn() -> None:
    shortcuts = Parallel((Sequence(), Sequence()), merge="add")
    kinds: tuple[tuple[Node, ...], ...] = ((), (Sequence(),), (Parallel(),), (Auxiliary(),), (shortcuts,))
    for layers in kinds:
        for vertical in (False, True):
            drawing = drawn(Network((3, 8, 8), layers), vertical=vertical)
            assert set(drawing.places) | set(drawing.framed) >= {(), *((k,) for k in range(len(layers)))}
    assert (0, 0) in {spot.before for spot in drawn(Network((3, 8, 8), (Sequence(),))).spots}


def nodes(depth: int = 3) -> st.SearchStrategy[Node]:
    leaves: st.SearchStrategy[Node] = st.sampled_from((*conv(8), *conv(16, 1), Flatten(), Linear(4), MaxPool2d()))
    if not depth:
        return leaves
    lists = st.lists(nodes(depth - 1), max_size=3).map(tuple)
    merges = st.sampled_from(("add", "concat"))
    return st.one_of(
        leaves,
        st.builds(lambda c, n: Sequence(c, repeat=n), lists, st.integers(1, 3)),
        st.builds(lambda b, m: Parallel(tuple(Sequence(c) for c in b), merge=m), st.lists(lists, max_size=3), merges),
        st.builds(lambda c: Auxiliary(c), lists),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(nodes(), max_size=5).map(tuple), st.booleans())
def test_any_tree_is_laid_out_without_overlaps(layers: tuple[Node, ...], vertical: bool) -> None:
    report = analyse(Network((3, 16, 16), layers))
    drawing = lay_out(report, vertical=vertical)
    assert {row.at for row in report.outline} == set(drawing.places) | set(drawing.framed)
    for a, b in combinations(drawing.boxes, 2):
        assert not overlap(area(a), area(b)), (a, b)


# Which blocks are collapsed.


def test_a_small_network_is_opened_expanded_and_a_large_one_readable() -> None:
    assert opening(analyse(sample())) == frozenset()
    report = analyse(deep())
    collapsed = opening(report)
    assert collapsed
    assert len(lay_out(report, collapsed).boxes) <= 60
    assert len(lay_out(report).boxes) > 150


def test_collapsed_blocks_stay_collapsed_wherever_an_edit_puts_them() -> None:
    before = analyse(sample())
    collapsed = frozenset({(2,), (4, 1)})
    inserted = analyse(before.network.insert((0,), Conv2d(filters=3)), before)
    assert still_collapsed(before, inserted, collapsed) == {(3,), (5, 1)}
    changed = analyse(before.network.put((4, 1, 1), Conv2d(filters=24)), before)
    assert still_collapsed(before, changed, collapsed) == collapsed
    gone = analyse(before.network.remove((2,)), before)
    assert still_collapsed(before, gone, collapsed) == {(3, 1)}
    moved = analyse(before.network.move((2,), (5,)), before)
    assert still_collapsed(before, moved, collapsed) == {(4,), (3, 1)}


def test_another_document_is_opened_anew() -> None:
    before, now = analyse(sample()), analyse(deep())
    assert still_collapsed(before, now, frozenset({(2,)})) == opening(now)


# The arrow keys.


def test_right_goes_through_the_whole_flow_and_left_back() -> None:
    network = sample()
    drawing = drawn(network)
    way: list[Path] = [()]
    while (step := along(network, drawing, way[-1], 1)) is not None:
        assert step not in way
        way.append(step)
    assert way[:4] == [(), (0,), (1,), (2, 0, 0)]
    assert (2,) in way
    assert (4, 0, 0) in way
    assert way[-1] == (7,)
    back = [way[-1]]
    while (step := along(network, drawing, back[-1], -1)) is not None:
        back.append(step)
    assert back == way[::-1]


def test_up_and_down_go_across_branches() -> None:
    network = sample()
    drawing = drawn(network)
    assert across(network, drawing, (2, 0, 0), 1) in {(2, 1, 0), (2, 1, 1)}
    assert across(network, drawing, (2, 1, 0), -1) in {(2, 0, 0), (2, 0, 1)}
    assert across(network, drawing, (4, 0, 0, 0, 0), -1) == (4, 0, 0, 1)
    assert across(network, drawing, (4, 0, 0, 1), 1) is not None
    assert across(network, drawing, (4, 0), -1) == (4,)
    assert across(network, drawing, (4,), 1) == (4, 0, 0, 0, 0)
    assert across(network, drawing, (0,), -1) is None


def test_collapsed_blocks_are_one_step() -> None:
    network = sample()
    drawing = drawn(network, frozenset({(2,), (4,)}))
    assert along(network, drawing, (1,), 1) == (2,)
    assert along(network, drawing, (5,), -1) == (4,)


# The widget.


def test_it_opens_with_the_whole_network_in_view_and_not_too_large(qtbot: QtBot) -> None:
    for network in (sample(), Network((1, 8, 8), (Conv2d(filters=4),)), deep()):
        made = Diagram()
        qtbot.addWidget(made)
        made.resize(700, 300)
        made.show_report(analyse(network))
        made.show()
        assert made.drawing is not None
        shown = made.view.rect(*made.drawing.bounds)
        assert made.rect().adjusted(-1, -1, 1, 1).contains(shown.toRect())
        assert abs(shown.center().x() - made.width() / 2) < 2
        assert made.view.zoom <= 1.5


def test_a_click_chooses_and_tells_the_path(diagram: Diagram, qtbot: QtBot) -> None:
    for at in ((0,), (), (2,), (2, 1, 2), (4, 0, 0, 1), (7,)):
        with qtbot.waitSignal(diagram.chosen) as caught:
            QTest.mouseClick(diagram, Qt.MouseButton.LeftButton, pos=screen(diagram, at))
        assert caught.args == [at]


def test_thin_companions_can_be_clicked(diagram: Diagram, qtbot: QtBot) -> None:
    diagram.zoom(2)
    diagram.reveal((1,))
    with qtbot.waitSignal(diagram.chosen) as caught:
        QTest.mouseClick(diagram, Qt.MouseButton.LeftButton, pos=screen(diagram, (1,)))
    assert caught.args == [(1,)]


def test_the_glyph_of_a_header_collapses_and_that_of_a_card_expands(diagram: Diagram) -> None:
    diagram.reveal((4,))
    diagram.zoom(1 / diagram.view.zoom)
    diagram.reveal((4,))
    assert diagram.drawing is not None
    frame = diagram.drawing.frames[diagram.drawing.framed[(4,)]]
    QTest.mouseClick(diagram, Qt.MouseButton.LeftButton, pos=diagram.view.point(frame.x + 11, frame.y + 12).toPoint())
    assert diagram.collapsed == {(4,)}
    card = diagram.drawing.boxes[diagram.drawing.places[(4,)]]
    assert (card.x, card.form) != (0, "slab")
    QTest.mouseClick(diagram, Qt.MouseButton.LeftButton, pos=diagram.view.point(card.x + 18, card.y + 12).toPoint())
    assert diagram.collapsed == frozenset()


def test_double_click_and_enter_toggle_a_block(diagram: Diagram, qtbot: QtBot) -> None:
    with qtbot.waitSignal(diagram.toggled) as caught:
        QTest.mouseDClick(diagram, Qt.MouseButton.LeftButton, pos=screen(diagram, (2,)))
    assert caught.args == [(2,)]
    assert diagram.collapsed == {(2,)}
    diagram.show_chosen((2,))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        QTest.keyClick(diagram, key)
    assert diagram.collapsed == {(2,)}
    diagram.show_chosen((0,))
    QTest.keyClick(diagram, Qt.Key.Key_Return)
    assert diagram.collapsed == {(2,)}


def test_arrows_ask_for_the_next_node(diagram: Diagram, qtbot: QtBot) -> None:
    diagram.show_chosen((1,))
    for key, wanted in ((Qt.Key.Key_Right, (2, 0, 0)), (Qt.Key.Key_Left, (0,))):
        with qtbot.waitSignal(diagram.chosen) as caught:
            QTest.keyClick(diagram, key)
        assert caught.args == [wanted]
    diagram.set_vertical(True)
    with qtbot.waitSignal(diagram.chosen) as caught:
        QTest.keyClick(diagram, Qt.Key.Key_Down)
    assert caught.args == [(2, 0, 0)]


def test_delete_and_alt_arrows_ask_for_edits(diagram: Diagram, qtbot: QtBot) -> None:
    diagram.show_chosen((5,))
    with qtbot.waitSignal(diagram.removed) as caught:
        QTest.keyClick(diagram, Qt.Key.Key_Delete)
    assert caught.args == [(5,)]
    with qtbot.waitSignal(diagram.moved) as caught:
        QTest.keyClick(diagram, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert caught.args == [(5,), (7,)]
    diagram.show_chosen(())
    with qtbot.assertNotEmitted(diagram.removed):
        QTest.keyClick(diagram, Qt.Key.Key_Delete)


def drag(diagram: Diagram, start: QPoint, end: QPoint, release: bool = True) -> None:
    QTest.mousePress(diagram, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(diagram, start + QPoint(QApplication.startDragDistance() + 2, 0))
    QTest.mouseMove(diagram, end)
    if release:
        QTest.mouseRelease(diagram, Qt.MouseButton.LeftButton, pos=end)


def test_a_node_is_dragged_into_an_empty_branch(diagram: Diagram, qtbot: QtBot) -> None:
    with qtbot.waitSignal(diagram.moved) as caught:
        drag(diagram, screen(diagram, (5,)), screen(diagram, (4, 0, 0, 1)))
    assert caught.args == [(5,), (4, 0, 0, 1, 0)]


def test_escape_cancels_a_drag_and_a_node_dropped_where_it_was_stays(diagram: Diagram, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(diagram.moved), qtbot.assertNotEmitted(diagram.chosen):
        drag(diagram, screen(diagram, (5,)), screen(diagram, (0,)), release=False)
        QTest.keyClick(diagram, Qt.Key.Key_Escape)
        QTest.mouseRelease(diagram, Qt.MouseButton.LeftButton, pos=screen(diagram, (0,)))
        here = screen(diagram, (7,))
        drag(diagram, here, here + QPoint(2, 2))


def test_empty_space_is_dragged_to_pan(diagram: Diagram) -> None:
    before = diagram.view
    drag(diagram, QPoint(5, 480), QPoint(45, 460))
    assert (diagram.view.dx - before.dx, diagram.view.dy - before.dy) == (40, -20)
    assert diagram.view.zoom == before.zoom


def test_layers_are_dropped_from_the_palette(diagram: Diagram, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setData(LAYER_TYPE, b"ReLU")
    at = QPointF(screen(diagram, (4, 1, 0, 1)))
    enter = QDragEnterEvent(
        at.toPoint(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(diagram, enter)
    assert enter.isAccepted()
    drop = QDropEvent(at, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(diagram.inserted) as caught:
        QApplication.sendEvent(diagram, drop)
    assert caught.args == ["ReLU", (4, 1, 0, 1, 0)]


def wheel(diagram: Diagram, at: QPointF, pixels: QPoint, angle: QPoint) -> None:
    event = QWheelEvent(
        at, diagram.mapToGlobal(at), pixels, angle, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(diagram, event)


def test_the_wheel_zooms_around_the_pointer_and_a_trackpad_pans(diagram: Diagram) -> None:
    at = QPointF(300, 200)
    before, under = diagram.view, diagram.view.back(at)
    wheel(diagram, at, QPoint(), QPoint(0, 120))
    assert diagram.view.zoom > before.zoom
    assert diagram.view.back(at) == pytest.approx(under)
    zoomed = diagram.view
    wheel(diagram, at, QPoint(7, -5), QPoint(14, -10))
    assert diagram.view.zoom == zoomed.zoom
    assert (diagram.view.dx - zoomed.dx, diagram.view.dy - zoomed.dy) == (7, -5)


def test_keys_zoom_and_0_shows_all_again(diagram: Diagram) -> None:
    before = diagram.view
    QTest.keyClick(diagram, Qt.Key.Key_Plus)
    QTest.keyClick(diagram, Qt.Key.Key_Plus)
    assert diagram.view.zoom > before.zoom
    QTest.keyClick(diagram, Qt.Key.Key_Minus)
    QTest.keyClick(diagram, Qt.Key.Key_0)
    assert diagram.view == before


def test_an_edit_leaves_the_view_where_it_is(diagram: Diagram) -> None:
    diagram.zoom(1.7)
    before = diagram.view
    diagram.show_report(analyse(sample().put((0,), Conv2d(filters=12, padding=(1, 1)))))
    assert diagram.view == before


def test_a_fault_in_a_collapsed_block_opens_it(diagram: Diagram) -> None:
    diagram.collapse_all()
    diagram.show_report(analyse(sample().put((4, 0, 0, 0, 2), Conv2d(filters=5, padding=(1, 1)))))
    assert diagram.drawing is not None
    assert [box.at for box in diagram.drawing.boxes if box.fault] == [(4, 0, 0)]
    assert (4, 0, 0) in diagram.collapsed
    assert not {(4,), (4, 0)} & diagram.collapsed


def test_reveal_expands_what_hides_a_node_and_brings_it_into_view(diagram: Diagram) -> None:
    diagram.collapse_all()
    assert diagram.drawing is not None
    assert (4, 1, 0, 0, 2) not in diagram.drawing.places
    diagram.reveal((4, 1, 0, 0, 2))
    assert (4, 1, 0, 0, 2) in diagram.drawing.places
    diagram.zoom(3)
    diagram.reveal((7,))
    assert diagram.rect().contains(screen(diagram, (7,)))
    assert diagram.collapsed


def test_the_corner_has_its_buttons(diagram: Diagram) -> None:
    before = diagram.view.zoom
    QTest.mouseClick(diagram.corner.buttons["in"], Qt.MouseButton.LeftButton)
    assert diagram.view.zoom > before
    QTest.mouseClick(diagram.corner.buttons["turn"], Qt.MouseButton.LeftButton)
    assert diagram.vertical
    QTest.mouseClick(diagram.corner.buttons["collapse"], Qt.MouseButton.LeftButton)
    assert {(2,), (3,), (4,)} <= diagram.collapsed
    QTest.mouseClick(diagram.corner.buttons["expand"], Qt.MouseButton.LeftButton)
    assert not diagram.collapsed
    assert all(button.accessibleName() and button.toolTip() for button in diagram.corner.buttons.values())
    diagram.show_report(analyse(Network((3, 8, 8), (Flatten(),))))
    assert not diagram.corner.buttons["expand"].isVisible()


def test_a_tooltip_says_what_lies_there(diagram: Diagram) -> None:
    at = screen(diagram, (0,))
    QApplication.sendEvent(diagram, QHelpEvent(QHelpEvent.Type.ToolTip, at, diagram.mapToGlobal(at)))
    said = QToolTip.text()
    assert "conv1" in said
    assert "3 × 32 × 32 → 24 × 32 × 32" in said
    assert "672 parameters" in said
    QToolTip.hideText()


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK])
@pytest.mark.parametrize("network", [sample(), deep(), Network((3, 8, 8), (Linear(3), residual(8), Flatten()))])
def test_it_paints_at_all_zooms(diagram: Diagram, qapp: QApplication, look: theme.Theme, network: Network) -> None:
    theme.apply(qapp, look, 1.0)
    diagram.show_report(analyse(network))
    diagram.expand_all()
    for vertical in (False, True):
        diagram.set_vertical(vertical)
        for zoom in (0.05, 0.2, 0.5, 1.0, 3.0):
            diagram.zoom(zoom / diagram.view.zoom)
            diagram.reveal((0,))
            diagram.show_chosen((1,))
            image = diagram.grab().toImage()
            colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(60, image.height(), 3)}
            assert len(colours) > 2


def test_the_chosen_and_the_faulty_box_are_marked(diagram: Diagram) -> None:
    network = Network((3, 8, 8), (Conv2d(filters=4), Linear(5), Linear(2)))
    diagram.show_report(analyse(network))
    diagram.fit()
    diagram.show_chosen((0,))
    image = diagram.grab().toImage()
    colours = {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}
    assert {theme.LIGHT.accent, theme.LIGHT.warning} <= colours
