"""Backpropagation through time: walked edge by edge, as a triangle of contributions, and as the sum that they make.

┌ Loss at · class · goes back ─────────────── Loss · Unit ┐
│ the unfolded graph, on which the walk is lit             │
├ one step from inside ─────────┬ triangle of contributions┤
│ the edge's rule and numbers   │ sums, and autograd's     │
└ Step, Play, scrubber ───────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.app.latest import Latest
from explorer.app.theme import look
from explorer.app.unroll.back_edge import EdgePart
from explorer.app.unroll.back_graph import BackGraph
from explorer.app.unroll.back_graphview import Graph
from explorer.app.unroll.back_losses import Asked, LossRow
from explorer.app.unroll.back_measure import MeasurePart
from explorer.app.unroll.back_task import Measure, Passed, Walk, compared, task_of, work
from explorer.app.unroll.back_triangleview import At
from explorer.app.unroll.back_words import fading, lost
from explorer.app.unroll.document import Document
from explorer.app.unroll.page import Page
from explorer.app.widgets.stepbar import StepBar
from explorer.app.widgets.text import column, label, scrolled
from explorer.app.workspace import Workspace
from explorer.arch.errors import ExplorerError
from explorer.arch.text import number
from explorer.explain.recurrent.edges import Edge

WIDE, ROOMY, LOW = 1100, 840, 640
"""From the first, a width, there is room for all captions; from the second, a height, for the sums below the triangle;
below the last the card of the edge is small: pixels at scale 1."""

ABOUT = (
    "The network is unfolded into one copy of the cell and of its weights for each step. Each loss is sent back "
    "through all steps before it; each copy gets a gradient of its own, and as the copies are one set of weights, "
    "they add up (backpropagation through time; Werbos 1990)."
)


class BackwardsPage(Page):
    """How each step's loss asks something of each earlier step."""

    name, title, about = "backwards", "Backwards through time", ABOUT

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(document, workspace, parent)
        self.asked = Asked()
        self.passed: Passed | None = None
        """The backward pass that is shown; `None` before the first one, and after one that was refused."""
        self.walk: Walk | None = None
        """The edges that are walked."""
        self._leaving = False
        self._shown = Measure()
        self._told = ""
        self._spot: At | None = None
        self._compared: Passed | None = None
        self.later = Latest("backwards", self)
        self.later.batch.connect(self._came)
        self.later.ended.connect(self._ended)
        self._lay_out()
        self.keep_up(self._follow)
        document.unit_changed.connect(lambda _: self._show_unit())
        workspace.torch_changed.connect(self._compare)
        self._follow()

    # Parts.

    def _lay_out(self) -> None:
        self.refusal = label("", "warning", wrap=True)
        self.refused = column(self.refusal, None)
        self.refused.hide()
        self.losses = LossRow()
        self.losses.asked.connect(self._choose)
        self.losses.unit_chosen.connect(self.document.set_unit)
        self.graph = BackGraph()
        self.graph.step_chosen.connect(self._go_to_step)
        self.graph.loss_chosen.connect(lambda loss: self._choose({"loss": loss}))
        self.edges, self.measures = EdgePart(), MeasurePart()
        self.edges.chosen.connect(self._go_within)
        self.measures.asked.connect(self._measure)
        self.measures.scale_chosen.connect(lambda on: self._note(logarithmic=on))
        self.measures.triangle.pointed.connect(self._pointed)
        self.measures.triangle.clicked.connect(self._clicked)
        across = QHBoxLayout()
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(28)
        across.addWidget(self.edges, 10)
        across.addWidget(self.measures, 9)
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.losses)
        box.addWidget(self.graph, 3)
        box.addLayout(across, 8)
        self.content = scrolled(inner, across=True)
        self.content.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bar = StepBar()
        self.bar.moved.connect(lambda _: self._show_edge())
        self.bar.listen_to(self)
        self.body.addWidget(self.refused, 1)
        self.body.addWidget(self.content, 1)
        self.body.addWidget(self.bar)

    def _arrange(self) -> None:
        px = look(self).px
        self.edges.arrange(self.height() < px(LOW))
        self.measures.arrange(self.height() >= px(ROOMY), self.width() >= px(WIDE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    # What is asked.

    def _note(self, **changes: Any) -> None:
        self.asked = replace(self.asked, **changes)

    def _choose(self, changes: dict[str, Any]) -> None:
        """Other losses, or another cut: everything is sent back anew. Another loss to walk from is there already."""
        self._note(**changes)
        if list(changes) == ["loss"]:
            self._show_loss(0)
        else:
            self._follow()

    def _measure(self, changes: dict[str, Any]) -> None:
        """Another measure of the same pass."""
        self._note(measure=replace(self.asked.measure, **changes))
        passed = self.passed
        if passed is None:
            return
        measure = self.asked.measure.fitted(passed.task.trace.cell, self.document.unit)
        if passed.ready(measure):
            self._show_measure()
        else:
            self._begin(lambda: [_measured(passed, measure)])

    def _follow(self) -> None:
        """The study is another one, or other losses are asked for."""
        asked, unit = self.asked, self.document.unit
        task = task_of(self.document.unrolled, asked.every, asked.chosen)
        if task.small:
            self.later.forget()
            try:
                self._arrive(work(task, asked.cut))
            except ExplorerError as error:
                self._refuse(str(error))
            return
        measure = asked.measure.fitted(task.trace.cell, unit)
        self.say("Sending the losses back…", self.sentence.text())
        self._begin(lambda: [_measured(work(task, asked.cut), measure)])

    def _begin(self, job: Any) -> None:
        """Do something on the worker; what it did for the page before is not wanted any more."""
        if self.later.busy:
            self._compared = None
        self.later.ask(job)

    def _compare(self) -> None:
        """Ask autograd, once PyTorch is there."""
        passed = self.passed
        if passed is None or self._compared is passed:
            return
        if self.workspace.torch_error:
            self.measures.tell("PyTorch could not be loaded")
        elif not self.workspace.torch:
            self.measures.tell("loading PyTorch…")
        elif self.isVisible():
            self._begin(lambda: [(passed, compared(passed))])
            self._compared = passed
            self.measures.tell("asking autograd…")

    def _came(self, items: list[Any]) -> None:
        for item in items:
            if isinstance(item, Passed):
                if item is self.passed:
                    self._show_measure()
                    self._compare()
                else:
                    self._arrive(item)
            elif item[0] is self.passed and item[1] is None:
                self.measures.tell("not compared: autograd would take long")
            elif item[0] is self.passed:
                self.measures.show_others(item[1])

    def _ended(self, error: str) -> None:
        if error and self._compared is not None and self._compared is self.passed:
            self.measures.tell("autograd gave no answer")
        elif error:
            self._refuse(error)

    def _refuse(self, words: str) -> None:
        self.passed, self.walk = None, None
        self.bar.show_count(0)
        self.refusal.setText(words)
        self._show_refused(True)
        self.say(self.title, "")

    def _show_refused(self, refused: bool) -> None:
        self.refused.setVisible(refused)
        self.content.setVisible(not refused)
        self.bar.setVisible(not refused)

    # What is shown.

    def _arrive(self, passed: Passed) -> None:
        before, index, task, back = self.walk, self.bar.index, passed.task, passed.back
        self.passed, self._compared, self._spot = passed, None, None
        self._show_refused(False)
        losses = {i: float(back.losses[i]) for i in task.losses}
        targets = {i: task.target_name(i) for i in task.losses}
        kind = "RNN" if task.trace.cell.kind == "ConcatRNN" else task.trace.cell.kind
        self.graph.show_graph(Graph(kind, task.labels, losses, targets))
        self.losses.show_task(task, self.asked)
        self.measures.show_sums(back.gradients)
        self._compare()
        self._show_measure()
        self._show_loss(0)
        # The same edge where there still is one: a longer word must not throw the lesson back.
        if before is not None and self.walk is not None and index < len(before):
            step, order = before.at(index)
            same = before.passed.task.trace.cell.kind == task.trace.cell.kind
            if same and before.loss == self.walk.loss and step >= self.walk.first:
                self._go(self.walk.start(step) + min(order, len(self.walk.edges(step)) - 1))

    def _show_measure(self) -> None:
        passed = self.passed
        if passed is None:
            return
        self._shown = measure = self.asked.measure.fitted(passed.task.trace.cell, self.document.unit)
        triangle = passed.measure(measure)
        self.measures.show_triangle(passed, measure, triangle)
        told = "" if passed.task.plain else passed.task.says
        self._told = " ".join(part for part in (fading(passed, measure, triangle), lost(passed), told) if part)
        self._say()
        self._explain(self._spot)

    def _say(self) -> None:
        if self.walk is not None and self.passed is self.walk.passed:
            step, steps = self.edge.source[0], len(self.walk.passed.task)
            title = f"Loss {number(self.walk.loss + 1)} goes back: step {number(step + 1)} of {number(steps)}"
            self.say(title, self._told)

    def _show_loss(self, index: int) -> None:
        """Walk from the loss that is asked for, or the last one."""
        passed = self.passed
        if passed is None:
            return
        task, back = passed.task, passed.back
        loss = self.asked.loss if self.asked.loss in task.losses else task.losses[-1]
        assert loss is not None
        unit = min(self.document.unit, task.trace.cell.hidden - 1)
        self.losses.show_loss(task, loss, unit)
        with np.errstate(all="ignore"):
            sizes = {name: np.linalg.norm(values[loss], axis=1) for name, values in back.states.items()}
        self.graph.show_flow(loss, sizes["h"], sizes.get("c"), back.truncate)
        self.walk = Walk(passed, loss, unit, min(self.asked.measure.column, task.trace.cell.hidden - 1))
        self.bar.show_count(len(self.walk))
        self.bar.set_index(min(index, len(self.walk) - 1))
        self._show_edge()

    def _show_unit(self) -> None:
        if self.isVisible():
            self._show_measure()
            self._show_loss(self.bar.index)
        else:
            self._stale = True

    @property
    def edge(self) -> Edge:
        """The present edge."""
        assert self.walk is not None
        step, order = self.walk.at(self.bar.index)
        return self.walk.edges(step)[order]

    def _show_edge(self) -> None:
        if self.walk is None:
            return
        edge = self.edges.show_edge(self.walk, self.bar.index)
        self.graph.show_edge(edge.source, edge.target)
        self.measures.triangle.show_present((self.walk.loss, edge.source[0]))
        self._say()
        if self._spot is None:
            self._explain(None)

    # Ways through.

    def _go(self, index: int) -> None:
        self.bar.pause()
        self.bar.set_index(index)
        self._show_edge()

    def _go_within(self, order: int) -> None:
        if self.walk is not None:
            self._go(self.walk.start(self.walk.at(self.bar.index)[0]) + order)

    def _go_to_step(self, step: int) -> None:
        if self.walk is not None:
            self._go(self.walk.start(step))

    def _pointed(self, at: At | None) -> None:
        self.graph.show_path(at)
        self._explain(at if at is not None else self._spot)

    def _clicked(self, at: At) -> None:
        """Explain a number, and walk to the edge at which it arrives."""
        loss, step = self._spot = at
        self._explain(at)
        if self.passed is None or loss < 0 or step < 0:
            return
        if self.walk is None or self.walk.loss != loss:
            self._choose({"loss": loss})
        if self.walk is not None and self.walk.first <= step:
            self._go(self.walk.find(step, f"{self._shown.weight.upper()} {self.passed.gate(self._shown)}"))

    def _explain(self, at: At | None) -> None:
        if at is None and self.walk is not None and self.walk.passed is self.passed:
            at = self.walk.loss, self.edge.source[0]
        if at is not None:
            self.measures.explain(*at)

    # What the panel asks.

    def step(self, by: int) -> None:
        if by > 0:
            self.bar.advance()
        else:
            self.bar.back()

    def hint(self) -> str:
        return "Space step back in time · ← undo the step · P play · Home the loss · End the first step"

    def stop(self) -> None:
        self.bar.pause()
        if self.later.busy:  # what is left undone is done when the page is shown again
            self._stale, self._compared = True, None
            if self._leaving:
                self.later.forget()
            else:
                self.later.stop()

    def hideEvent(self, event: QHideEvent) -> None:
        self._leaving = True  # the next page is not to wait for the worker
        super().hideEvent(event)
        self._leaving = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._compare()

    def tour(self) -> Iterator[str]:
        self._choose({"every": True, "cut": None, "loss": None})
        yield "backwards"
        if self.walk is not None:
            self._go(self.walk.find(max(self.walk.loss - 2, 0), "c"))
            yield "backwards-edge"
        self._choose({"cut": 2})
        yield "backwards-truncated"
        self._choose({"every": False, "cut": None})
        yield "backwards-last"
        self._choose({"every": True})


def _measured(passed: Passed, measure: Measure) -> Passed:
    """With the triangle made, which takes long for many steps."""
    passed.measure(measure)
    return passed
