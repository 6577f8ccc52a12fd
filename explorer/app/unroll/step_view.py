"""What the page Step looks like: the chain, the cell, the arithmetic beside it, and the maps of all units below.

How it answers to the pointer and to the step bar is in `stepping`.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.app.theme import look, rescale
from explorer.app.unroll import step_values as values
from explorer.app.unroll.celldiagram import CellDiagram
from explorer.app.unroll.chain import Chain
from explorer.app.unroll.chainlayout import ChainShape
from explorer.app.unroll.document import Document
from explorer.app.unroll.heat import Heats
from explorer.app.unroll.page import Page
from explorer.app.unroll.step_side import Explainer, UnitField
from explorer.app.unroll.step_values import Spotlight
from explorer.app.widgets.stepbar import StepBar
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Head, row, style_again
from explorer.app.workspace import Workspace
from explorer.arch.text import number, plural
from explorer.explain.recurrent.cell import ORDER, Kind
from explorer.explain.recurrent.notation import note
from explorer.explain.recurrent.patterns import alike
from explorer.explain.recurrent.study import Unrolled
from explorer.explain.recurrent.whole import SMALL, whole
from explorer.explain.recurrent.words import about

REST = 120
"""Milliseconds without an edit after which the units are sorted anew: while one types, rows must not jump about."""

NARROW = 760
"""Width of the page, in pixels at scale 1, below which the step bar has its most needed parts alone."""

TALL = 700
"""Height of the page, in pixels at scale 1, from which on it has room for its sentence."""

OTHERS = 196
"""Height of all that does not grow with the page: heading, step bar, the head of the maps, and gaps."""

CHAIN, MAPS = (0.25, 132, 220), (0.28, 120, 340)
"""Of the chain and of the maps: the share of the height that grows, least and most."""

SCALES, ROOMY = 32, 300
"""Height of the maps' scales, and the height of cell and equation below which the scales are left out."""

MIDDLE, LEAST, MATRICES = 196, 176, 280
"""Heights that cell and equation need: below the first a model's other layers are left out, below the second the maps,
which have a page of their own. Small cells have matrices there, and need the third.
"""

LAYER, LABELS = 36, 20
"""What each further row of the chain, and a second line of its outputs, adds to its height."""


class StepView(Page):
    """Shows where the stepping stands, or what is in the `spotlight`."""

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(document, workspace, parent)
        self.chain, self.cell, self.side = Chain(), CellDiagram(), Explainer()
        self.bar, self.unit = StepBar(), UnitField()
        self.heats: Heats | None = None
        self.layers, self.ways = Tabs({"0": "Layer 1"}), Tabs({"0": "Forwards", "1": "Backwards"})
        self.sorting = Tabs({"alike": "By likeness", "number": "By number"})
        self.over = Head(
            "Over time",
            "All units of the cell, step by step: each row is a unit, each column a step. Gates go from 0 (white) "
            "to 1 (teal); states have a sign. Click a cell to look at that number.",
        )
        self._kind: Kind | None = None
        self._peek: Spotlight | None = None
        self._kept: Spotlight | None = None
        self._class: int | None = None
        self._sorted_for: object = None
        self._where = ""
        self._shown: object = None
        self._drawn: object = None
        self._every = True
        """Whether there is room for all layers of a model in the chain."""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._sort)
        self._lay_out()

    def _lay_out(self) -> None:
        style = look(self)
        self.chain.setMinimumWidth(style.px(280))
        self.cell.setMinimumSize(style.px(220), style.px(150))
        item = self.body.itemAt(0)
        head = item.widget() if item is not None else None
        assert head is not None
        box = head.layout()
        assert isinstance(box, QHBoxLayout)
        box.addWidget(self.layers)
        box.addWidget(self.ways)
        box.addWidget(self.side.notations)
        middle = QHBoxLayout()
        middle.setSpacing(32)
        middle.addWidget(self.cell, 11)
        middle.addWidget(self.side, 12)
        self.strip = QVBoxLayout()
        self.strip.setSpacing(6)
        top = row(self.over, self.sorting)
        top.layout().setStretch(0, 1)  # type: ignore[union-attr]
        self._over_row = top
        self.strip.addWidget(top)
        self.body.addWidget(self.chain)
        self.body.addLayout(middle, 1)
        bar = row(self.bar, self.unit, gap=20)
        bar.layout().setStretch(0, 1)  # type: ignore[union-attr]
        self.body.addWidget(bar)
        self.body.addSpacing(4)
        self.body.addLayout(self.strip)

    # What is shown.

    @property
    def _now(self) -> Unrolled:
        return self.document.unrolled

    @property
    def spotlight(self) -> Spotlight:
        """What is explained: what is pointed at, what was clicked, or where the stepping stands."""
        return self._peek or self.pinned

    @property
    def pinned(self) -> Spotlight:
        """What is explained when nothing is pointed at."""
        if self._kept is not None:
            return self._kept
        move = self.document.move
        return Spotlight(move.step, move.part, self._which(move.step) if move.part == "y" else self.document.unit)

    def _which(self, step: int) -> int:
        """The class whose output is written out: the chosen one, or the most probable."""
        return self._class if self._class is not None else values.top_class(self._now, step)

    def show_study(self) -> None:
        """The study is another one."""
        now = self._now
        self._peek = self._kept = None
        if self._class is not None and self._class >= len(now.classes):
            self._class = None
        kind = now.cell.kind
        if kind != self._kind:
            self._make_maps(kind)
        labels = now.inputs.labels
        self._show_chain()
        assert self.heats is not None
        backwards = values.position(now, 0) > 0
        shown = {part: now.trace.parts[part][::-1] if backwards else now.trace.parts[part] for part in ORDER[kind]}
        self.heats.show_values(shown, labels)
        self._rest.start()
        if self._sorted_for != (kind, now.cell.hidden):
            self._sort()
        self._share_room()
        self.over.set_caption(self._over_words())
        self._show_parts()
        self.bar.show_count(len(self.document.moves))
        self._show_step()

    def _show_chain(self) -> None:
        """The network over time. Most edits change numbers inside the cell: then it is not painted again."""
        now = self._now
        found = values.broken(now)
        marks = {} if found is None else {found[0]: f"{found[1]}."}
        drawn = (values.shape_of(now, self._every), now.inputs.labels, values.output_labels(now), marks)
        if drawn != self._drawn:
            self._drawn, self._shown = drawn, None
            shape, labels, outputs, marks = drawn
            self.chain.show_shape(shape)
            self.chain.show_labels(labels, outputs)
            self.chain.show_marks(marks)

    def _over_words(self) -> str:
        unit, steps = self._now.study.unit, len(self._now)
        return f"{plural(self._now.cell.hidden, 'unit')} × {plural(steps, unit)}"

    def _make_maps(self, kind: Kind) -> None:
        if self.heats is not None:
            self.strip.removeWidget(self.heats)
            self.heats.hide()
            self.heats.deleteLater()
        self._kind, self._shown = kind, None
        self.heats = heats = Heats(values.maps_of(kind))
        if len(heats.maps) > 4:
            across = heats.layout()
            assert across is not None
            across.setSpacing(14)
        for made in heats.maps.values():
            made.setMinimumSize(look(self).px(64), look(self).px(64))
        rescale(heats, look(self).scale)
        self.strip.addWidget(heats)
        self._connect_maps(heats)

    def _connect_maps(self, heats: Heats) -> None:
        """New maps are there: listen to them."""

    def _show_parts(self) -> None:
        """Which layer and direction of a trained model are looked at."""
        done = self._now.done
        layers, ways = (len(done.traces), len(done.traces[0])) if done is not None else (1, 1)
        if len(self.layers.entries) != layers:
            old = self.layers
            self.layers = Tabs({str(k): f"Layer {k + 1}" for k in range(layers)})
            self._connect_layers()
            parent = old.parentWidget()
            assert parent is not None
            box = parent.layout()
            assert box is not None
            box.replaceWidget(old, self.layers)
            old.hide()
            old.deleteLater()
        layer, way = values.place_of(self._now)
        self.layers.show_chosen(str(layer))
        self.ways.show_chosen(str(way))
        self.layers.setVisible(layers > 1)
        self.ways.setVisible(ways > 1)

    def _connect_layers(self) -> None:
        """A new row of layers is there: listen to it."""

    def _show_step(self) -> None:
        document, now = self.document, self._now
        pinned = self.pinned
        at = values.position(now, pinned.step)
        self.bar.set_index(document.index)
        self.chain.motion = self.bar.motion = document.motion
        weights, row, pin = values.weights_of(document.notation), values.row_of(now, self._every), None
        if pinned.part != "y":
            pin = (pinned.unit, at)
        assert self.heats is not None
        if (weights, at, row, pin) != self._shown:  # most moves stay in one step: there is nothing new to paint
            self._shown = (weights, at, row, pin)
            self.chain.show_weights(weights)
            self.chain.show_step(at, row)
            self.heats.show_step(at)
            self.heats.pin(pin)
        self.side.show_notation(document.notation)
        if pinned.part == "y":
            self.unit.show_class(pinned.unit, self._class_names())
        else:
            self.unit.show_unit(pinned.unit, now.cell.hidden)
        self._say_where(at)
        self._show_story()

    def _class_names(self) -> tuple[str, ...]:
        done = self._now.done
        count = done.logits.shape[1] if done is not None and done.logits is not None else len(self._now.classes)
        return self._now.classes or tuple(f"class {k + 1}" for k in range(count))

    def _say_where(self, at: int) -> None:
        now, unit = self._now, self._now.study.unit
        title = about(now.cell.kind, self.pinned.part)[0].lower()
        self.say(
            f"{values.name_of(now)}, {unit} {number(at + 1)} of {number(len(now))}: {title}",
            f"One cell, copied over time. The weights are the same at each {unit}.",
        )
        found, warning = values.broken(now), ""
        if self.document.fault:
            warning = f"{self.document.fault} What is shown is the last that could be unrolled."
        elif found is not None:
            cause = "Make the recurrent scale smaller" if now.study.scale > 1 else "Make the weights smaller"
            warning = f"{found[1]}, and nothing after it can be trusted. {cause}."
        if warning:
            self.sentence.setText(warning)
        role = "warning" if warning else "caption"
        if self.sentence.property("role") != role:
            self.sentence.setProperty("role", role)
            style_again(self.sentence)
            self._share_room()

    def _show_story(self) -> None:
        """Explain what is in the spotlight: cell, equation, numbers."""
        document, now, spot = self.document, self._now, self.spotlight
        trace, kind = now.trace, now.cell.kind
        at = values.position(now, spot.step)
        which = spot.unit if spot.part == "y" else self._which(spot.step)
        # What is pointed at in the cell itself must not change below the pointer.
        self._show_cell(self.pinned if self.cell.underMouse() else spot)
        story = values.story_of(now, spot, document.notation)
        everything = None
        if now.cell.hidden <= SMALL and spot.part in trace.parts:
            everything = whole(trace, spot.part, spot.step, notation=document.notation, labels=now.labels)
        who = self._class_names()[which] if spot.part == "y" else f"unit {number(spot.unit + 1)}"
        kind_of_step = now.study.unit
        where = f"{who} · {kind_of_step} {number(at + 1)}"
        where += f" “{now.inputs.labels[at]}”" if now.study.is_text else ""
        slip = note(kind, spot.part, document.notation) if spot.part in trace.parts else ""
        self._where = where
        units = trace.parts[spot.part][spot.step] if spot.part in trace.parts else None
        named = where if self.width() >= look(self).px(NARROW) else ""
        self.side.show_story(story, named, slip, everything, units)

    def _show_cell(self, spot: Spotlight) -> None:
        """The cell's diagram, with the numbers of one unit."""
        document, now, diagram = self.document, self._now, self.cell
        trace, kind, labels = now.trace, now.cell.kind, now.labels
        which = spot.unit if spot.part == "y" else self._which(spot.step)
        unit = document.unit if spot.part == "y" else spot.unit
        part = spot.part if spot.part in trace.parts or kind == "ConcatRNN" else None
        on_wires = values.wire_values(trace, spot.step, unit, now, which)
        diagram.show_state(kind, part, on_wires, held=trace.frozen, squash=now.cell.squash or "tanh")
        diagram.show_symbols(values.symbols_of(kind, document.notation))
        before = f"after {labels[spot.step - 1]}" if spot.step else "zeros"
        diagram.show_labels(x=labels[spot.step], h_prev=before, c_prev=before)
        diagram.pin(spot.part if spot.part in diagram.diagram.names else None)

    # Units in order.

    def _sort(self) -> None:
        now, heats = self._now, self.heats
        if heats is None:
            return
        self._rest.stop()
        self._sorted_for = (now.cell.kind, now.cell.hidden)
        order = None
        if self.sorting.name == "alike":
            order = np.array(alike(now.trace.parts["c" if now.cell.kind == "LSTM" else "h"][-200:]), dtype=np.intp)
        heats.show_order(order)

    # Room.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "strip"):
            self._share_room()

    def _share_room(self) -> None:
        """Give the height to the three pictures. By shares, not by what they would like: nothing jumps in stepping."""
        style = look(self)
        tall = self.height() / style.scale
        wide = self.width() >= style.px(NARROW)
        self.bar.reset_button.setVisible(wide)
        self.bar.speeds.setVisible(wide)
        self.side.head.set_caption(self._where if wide else "")
        said = tall >= TALL or self.sentence.property("role") == "warning"
        self.sentence.setVisible(said)
        grows = tall - OTHERS - (28 if said else 0)
        every = self._chain_height(grows, values.shape_of(self._now)) + MAPS[1] + MIDDLE - SCALES <= grows
        every = every or values.layers_of(self._now) == 1
        if every != self._every:
            self._every = every
            self._show_chain()
            self.chain.show_step(values.position(self._now, self.pinned.step), values.row_of(self._now, every))
        chain = self._chain_height(grows, self.chain.shape)
        maps = min(max(MAPS[0] * grows, MAPS[1]), MAPS[2])
        # Of small cells the matrices need the room, and their maps are easily read.
        scales = grows - chain - maps >= (2 * MIDDLE if self._now.cell.hidden <= SMALL else ROOMY)
        maps -= 0 if scales else SCALES
        room = grows - chain - maps >= (MATRICES if self._now.cell.hidden <= SMALL else LEAST)
        self._over_row.setVisible(room)
        _fix(self.chain, style.px(chain))
        if self.heats is not None:
            for bar in self.heats.scales.values():
                bar.setVisible(scales)
            _fix(self.heats, style.px(maps))
            self.heats.setVisible(room)

    def _chain_height(self, grows: float, shape: ChainShape) -> float:
        """The height of a chain, in pixels at scale 1, where so much can be shared out."""
        share, least, most = CHAIN
        second = LABELS if self.chain.places.lines > 1 else 0
        return min(max(share * grows, least), most) + LAYER * (len(shape.rows) - 1) + second


def _fix(part: QWidget, tall: int) -> None:
    if part.minimumHeight() != tall or part.maximumHeight() != tall:
        part.setFixedHeight(tall)
