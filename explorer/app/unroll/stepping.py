"""The page Step: through a recurrent cell part by part, with the arithmetic of one unit, and all units over time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from explorer.app.unroll import step_values as values
from explorer.app.unroll.chainlayout import Spot
from explorer.app.unroll.document import Document
from explorer.app.unroll.heat import Heats
from explorer.app.unroll.heatview import Hit
from explorer.app.unroll.step_values import Spotlight
from explorer.app.unroll.step_view import StepView
from explorer.app.workspace import Workspace
from explorer.explain.recurrent.cell import ORDER
from explorer.explain.recurrent.words import Place

ABOUT = (
    "One cell reads the sequence step by step and hands its state on to the next step. Each part of a step is shown "
    "with its equation and its numbers. Point at anything to see its operands; a click keeps it."
)


class StepPage(StepView):
    """Step through the cell, part by part. What is pointed at is explained meanwhile; a click goes there."""

    name, title, about = "step", "Step", ABOUT

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(document, workspace, parent)
        self._connect()
        self.show_study()

    def _connect(self) -> None:
        document = self.document
        self.keep_up(self.show_study)
        document.stepped.connect(lambda _: self._moved())
        document.unit_changed.connect(lambda _: self._moved())
        document.notation_changed.connect(lambda _: self._moved())
        document.motion_changed.connect(lambda _: self._moved())
        self.bar.moved.connect(document.set_index)
        self.bar.listen_to(self)
        self.unit.wanted.connect(self._want_unit)
        self.chain.pointed.connect(lambda spot: self._show_peek(self._of_spot(spot)))
        self.chain.clicked.connect(self._clicked_chain)
        self.cell.pointed.connect(lambda name: self._show_peek(self._of_value(name)))
        self.cell.clicked.connect(lambda name: self._go(self._of_value(name)))
        self.side.notation_wanted.connect(document.set_notation)
        self.side.place_wanted.connect(self._go_to_place)
        self.side.weight_edited.connect(self._edit_weight)
        self.side.unit_wanted.connect(document.set_unit)
        self.sorting.chosen.connect(lambda _: self._sort())
        self._connect_layers()
        self.ways.chosen.connect(lambda _: self._choose_part())

    def _connect_maps(self, heats: Heats) -> None:
        heats.hovered.connect(lambda part, hit: self._show_peek(self._of_hit(part, hit)))
        heats.clicked.connect(self._clicked_map)
        heats.selected.connect(lambda _: heats.select(None))

    def _connect_layers(self) -> None:
        self.layers.chosen.connect(lambda _: self._choose_part())

    def _moved(self) -> None:
        """The stepping stands elsewhere, or another unit or notation is wanted."""
        self._peek = self._kept = None
        if self.isVisible():
            self._show_step()
        else:
            self._stale = True

    # Pointing and choosing.

    def _show_peek(self, spot: Spotlight | None) -> None:
        if spot is not None:
            self.bar.pause()
        if spot != self._peek:
            self._peek = spot
            self._show_story()

    def _of_spot(self, spot: Spot | None) -> Spotlight | None:
        """What a place of the chain tells of; only the row that is looked at has numbers here."""
        now = self._now
        if spot is None or not 0 <= spot.step < len(now) or spot.row != max(values.row_of(now, self._every), 0):
            return None
        step = values.position(now, spot.step)
        if spot.part == "y":
            return Spotlight(step, "y", self._which(step)) if now.logs is not None else None
        part = {"h": "h", "c": "c"}.get(spot.part, self.document.move.part)
        if part not in now.trace.parts:
            return None
        return Spotlight(step, part, self.document.unit)

    def _of_value(self, name: str | None) -> Spotlight | None:
        """What a value of the cell tells of, at the step that is shown."""
        pinned, diagram = self.pinned, self.cell.diagram
        if name is None:
            return None
        step, unit = pinned.step, self.document.unit
        if name in ("h_prev", "c_prev"):
            return Spotlight(step - 1, name[0], unit) if step else None
        if name not in diagram.names:
            return None
        part = diagram.node(name).part
        if part == "y":
            return Spotlight(step, "y", self._which(step)) if self._now.logs is not None else None
        return Spotlight(step, part, unit) if part in self._now.trace.parts else None

    def _of_hit(self, part: str, hit: Hit | None) -> Spotlight | None:
        if hit is None or not 0 <= hit.step < len(self._now):
            return None
        return Spotlight(values.position(self._now, hit.step), part, hit.unit)

    def _go(self, spot: Spotlight | None) -> None:
        """Stay with what was clicked."""
        if spot is None:
            return
        self.bar.pause()
        self._peek = None
        self.document.go_to(spot.step, spot.part)
        if spot.part == "y":
            move = self.document.move
            if (move.step, move.part) != (spot.step, "y"):  # two directions give one output: no move of this cell
                self._kept = spot
        else:
            self.document.set_unit(spot.unit)
        self._show_step()

    def _clicked_chain(self, spot: Spot) -> None:
        now = self._now
        if now.done is not None and spot.row != max(values.row_of(now, self._every), 0):
            layer, way = divmod(spot.row, len(now.done.traces[0]))
            layer = layer if self._every else values.place_of(now)[0]
            self._choose(layer, way)
        self._go(self._of_spot(spot))

    def _clicked_map(self, part: str, hit: Hit | None) -> None:
        if hit is None:
            self._peek = None
            self._show_step()
        else:
            self._go(self._of_hit(part, hit))

    def _want_unit(self, unit: int) -> None:
        if self.pinned.part == "y":
            self._class = unit
            self._kept = self._kept._replace(unit=unit) if self._kept is not None else None
            self._show_step()
        else:
            self.document.set_unit(unit)

    def _go_to_place(self, place: Place) -> None:
        """Look at an operand: a value of this step, or of the one before."""
        step, unit = (*place.index, 0)[:2]
        if place.part in self._now.trace.parts and step >= 0:
            if self._kept is not None:  # the output reads the top layer, of two directions the forward one first
                way, unit = divmod(unit, self._now.cell.hidden)
                self._choose(values.layers_of(self._now) - 1, way)
                step = values.position(self._now, step)
            self._go(Spotlight(step, place.part, unit))

    def _edit_weight(self, place: Place, value: float) -> None:
        study = self.document.study
        if place.part in ("w", "u", "b", "d"):
            after = study.change(place.part, place.index, value)  # type: ignore[arg-type]
            self.document.edit(after, "Weight", f"weight {place.part} {place.index}")

    def _choose_part(self) -> None:
        self._choose(int(self.layers.name), int(self.ways.name))

    def _choose(self, layer: int, way: int) -> None:
        study = self.document.study
        if (layer, way) != (study.layer, study.way):  # weights that were changed belong to the other cell
            kept = tuple(change for change in study.changes if change.which == "x")
            self.document.edit(replace(study, layer=layer, way=way, changes=kept), "Layer", "layer")

    # The page.

    def step(self, by: int) -> None:
        self.bar.pause()
        if by > 0:
            self.bar.advance()
        else:
            self.bar.back()

    def hint(self) -> str:
        return "Space step · ← back · P play · click a cell to look at it · Ctrl+Z undo"

    def stop(self) -> None:
        self.bar.pause()
        self._rest.stop()
        self._peek = None

    def tour(self) -> Iterator[str]:
        self.document.go_to(min(2, len(self._now) - 1), ORDER[self._now.cell.kind][0])
        yield "unroll-step"
        self.document.go_to(min(2, len(self._now) - 1), "c" if self._now.cell.kind == "LSTM" else "h")
        yield "unroll-step-state"
