"""Backpropagation through time: walked edge by edge, as a triangle of contributions, and as the sum that they make.

┌ Loss at · class · goes back ────────────────────────────┐
│ the unfolded graph, on which the walk is lit             │
├ one step from inside ─────────┬ triangle of contributions┤
│ the edge's rule and numbers   │ sums, and autograd's     │
└ Step, Play, scrubber ───────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.predict.write.latest import Latest
from explorer.app.theme import look, sized
from explorer.app.unroll.back_controls import Choice, Count
from explorer.app.unroll.back_graph import BackGraph, Graph
from explorer.app.unroll.back_inside import BackInside
from explorer.app.unroll.back_sums import BackSums
from explorer.app.unroll.back_task import (
    Measure,
    Passed,
    Task,
    Walk,
    compared,
    fading,
    low,
    lost,
    origin,
    task_of,
    work,
)
from explorer.app.unroll.back_triangle import At, BackTriangle
from explorer.app.unroll.document import Document
from explorer.app.unroll.page import Page
from explorer.app.widgets.stepbar import StepBar
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Elided, Head, Info, column, label, row, scrolled
from explorer.app.workspace import Workspace
from explorer.arch.errors import ExplorerError
from explorer.arch.text import number, plural
from explorer.explain.recurrent.bptt import Triangle
from explorer.explain.recurrent.edges import Edge, Place

CARDS, LOW = (92, 116), 640
"""Heights of the card with the edge’s numbers, the first one on pages that are lower than this: pixels at scale 1."""

WIDE, ROOMY = 1100, 840
"""From this width there is room for all captions, from this height for the sums below the triangle."""

CUTS = (0, 1, 2, 3, 5, 10, 20, 50, 100)
"""Truncations that can be chosen: how many steps each loss goes back at most."""

ABOUT = (
    "The network is unfolded into one copy of the cell and of its weights for each step. Each loss is sent back through "
    "all steps before it; each copy gets a gradient of its own, and as the copies are one set of weights, they add up "
    "(backpropagation through time; Werbos 1990)."
)
ABOUT_GRAPH = (
    "Each step with a target has a loss E, in nats. The chosen one is sent back: the thicker a wire, the more of it "
    "arrives there (on a logarithmic scale), violet for h and orange for c. Click a loss or a step to go there."
)
ABOUT_INSIDE = (
    "The derivatives of the chosen loss by each number of one step, for the chosen unit, and the edges between them. "
    "a is a gate’s sum before it is squashed. Edges that end in one place add up there. Click an edge to go to it."
)
ABOUT_TRIANGLE = (
    "The cell in row i and column j is what loss i contributes to the gradient at step j: the size (norm) of δ ⊗ h for U, "
    "of δ ⊗ x for W, where δ is the derivative by the gates’ sums. Bars at the right are whole losses, bars below whole "
    "steps. “One weight” shows a single number with its sign. Click a cell to see where its number comes from."
)


@dataclass(frozen=True)
class Asked:
    """What the user chose on this page. `loss` and `chosen` are `None` while the page decides."""

    every: bool = True
    chosen: int | None = None
    cut: int | None = None
    loss: int | None = None
    logarithmic: bool = True
    measure: Measure = Measure()


class BackwardsPage(Page):
    """How each step's loss asks something of each earlier step."""

    name, title, about = "backwards", "Backwards through time", ABOUT

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(document, workspace, parent)
        self.asked = Asked()
        self.passed: Passed | None = None
        """The backward pass that is shown; `None` before the first one, and after one that was refused."""
        self._triangle: Triangle | None = None
        self._walk: Walk | None = None
        self._shown = Measure()
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
        self.body.addWidget(self.refused, 1)
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self._make_settings())
        self.graph = BackGraph()
        self.graph.step_chosen.connect(self._go_to_step)
        self.graph.loss_chosen.connect(self._choose_loss)
        box.addWidget(self.graph, 3)
        across = QHBoxLayout()
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(28)
        across.addWidget(self._make_inside(), 10)
        across.addWidget(self._make_triangle(), 9)
        box.addLayout(across, 8)
        self.bar = StepBar()
        self.bar.moved.connect(lambda _: self._show_edge())
        self.bar.listen_to(self)
        self.content = scrolled(inner, across=True)
        self.content.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(self.content, 1)
        self.body.addWidget(self.bar)

    def _make_settings(self) -> QWidget:
        self.when = Tabs({"last": "The last step", "every": "Every step"}, role="segment")
        self.when.entries["last"].setToolTip("Many to one: only the last step has a loss")
        self.when.entries["every"].setToolTip("Each step has a loss: the next letter, where there are letters")
        self.when.show_chosen("every")
        self.when.chosen.connect(lambda name: self._ask(every=name == "every", loss=None))
        self.about_losses = Info("")
        self.target = Choice("Class that is asked for", 116, "The class whose cross-entropy is the loss")
        self.target.chosen.connect(lambda value: self._ask(chosen=value))
        self.cut = Choice("Truncation", 118, "Truncated backpropagation: how far back each loss goes")
        self.cut.chosen.connect(lambda value: self._ask(cut=value))
        self.target_label = label("Class", "caption")
        self.loss_label = label("Loss", "caption")
        self.loss = Choice("Loss that is sent back", 80, "The loss that is sent back")
        self.loss.chosen.connect(self._choose_loss)
        self.unit = Count("Unit", "The unit whose numbers are written out")
        self.unit.chosen.connect(self.document.set_unit)
        return row(
            label("Loss at", "caption"), self.when, self.about_losses, self.target_label, self.target, 6,
            label("goes back", "caption"), self.cut, None, self.loss_label, self.loss, label("Unit", "caption"),
            self.unit,
            gap=6,
        )  # fmt: skip

    def _make_inside(self) -> QWidget:
        self.inside_head = Head("Inside the step", ABOUT_INSIDE)
        self.inside = BackInside()
        self.inside.chosen.connect(self._go_within)
        self.card = QFrame()
        self.card.setProperty("role", "card")
        self.says, self.rule, self.product = (
            label("", "caption", wrap=True), label("", "number", wrap=True), label("", "number", wrap=True)
        )  # fmt: skip
        for part in (self.says, self.rule, self.product):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        around = QVBoxLayout(self.card)
        around.setContentsMargins(12, 6, 2, 6)
        around.addWidget(_still(self.says, self.rule, self.product))
        made = QWidget()
        box = QVBoxLayout(made)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self.inside_head)
        box.addWidget(self.inside, 1)
        box.addWidget(self.card)
        return made

    def _make_triangle(self) -> QWidget:
        self.weight = Tabs({"u": "U", "w": "W"}, role="segment")
        self.weight.entries["u"].setToolTip("The weights on the state")
        self.weight.entries["w"].setToolTip("The weights on the input")
        self.weight.chosen.connect(lambda name: self._measure(weight=name))
        self.gate = Choice("Gate", 102, "The gate whose weights are measured")
        self.gate.chosen.connect(lambda value: self._measure(gate=value))
        self.what = Choice("Sizes or one weight", 100, "Sizes of whole matrices, or one weight with its sign")
        self.what.chosen.connect(lambda value: self._measure(single=value))
        self.column_label = label("column", "caption")
        self.column = Count("Column of the one weight", "Column of the one weight; its row is the unit")
        self.column.chosen.connect(lambda value: self._measure(column=value))
        self.scale = Choice("Scale", 76, "Logarithmic: each power of ten is a step of colour")
        self.scale.chosen.connect(self._choose_scale)
        self.triangle = BackTriangle()
        self.triangle.pointed.connect(self._pointed)
        self.triangle.clicked.connect(self._clicked)
        self.origin = label("", "number", wrap=True)
        self.origin.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.origin.setAlignment(Qt.AlignmentFlag.AlignTop)
        beneath = _still(self.origin)
        sized(beneath, tall=56)
        self.agrees = label("", "caption")
        self.sums = BackSums()
        self.view = Tabs({"triangle": "Contributions", "sum": "Their sum"})
        self.view.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.view.chosen.connect(lambda _: self._arrange())
        self.measured = Elided("note")
        made = QWidget()
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        box = QVBoxLayout(made)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        self.triangle_head = label("Contributions", "head")
        top = row(self.view, self.triangle_head, Info(ABOUT_TRIANGLE), gap=6)
        inner = top.layout()
        assert isinstance(inner, QHBoxLayout)
        inner.addWidget(self.measured, 1)
        inner.addStretch(0)
        inner.addWidget(self.scale)
        box.addWidget(top)
        self.parts = column(
            row(self.weight, self.gate, self.what, self.column_label, self.column, None, gap=4), self.triangle, beneath,
            self.agrees, gap=6,
        )  # fmt: skip
        under = self.parts.layout()
        assert isinstance(under, QVBoxLayout)
        under.setStretch(1, 1)
        box.addWidget(self.parts, 1)
        box.addWidget(self.sums)
        return made

    def _arrange(self) -> None:
        """Triangle and sums below one another where there is room for both, else one of them."""
        roomy, px = self.height() >= look(self).px(ROOMY), look(self).px
        sized(self.card, tall=CARDS[0] if self.height() < px(LOW) else CARDS[1])
        self.view.setVisible(not roomy)
        self.triangle_head.setVisible(roomy)
        self.sums.setVisible(roomy or self.view.name == "sum")
        self.parts.setVisible(roomy or self.view.name == "triangle")
        self.agrees.setVisible(not roomy)
        self.scale.setVisible(roomy or self.view.name == "triangle")
        self.measured.setVisible(roomy or self.width() >= look(self).px(WIDE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    # What is asked.

    def _ask(self, **changes: Any) -> None:
        """Other losses, or another cut: everything is sent back anew."""
        self.asked = replace(self.asked, **changes)
        self._follow()

    def _measure(self, **changes: Any) -> None:
        """Another measure of the same pass."""
        self.asked = replace(self.asked, measure=replace(self.asked.measure, **changes))
        self._show_measure()

    def _choose_scale(self, logarithmic: object) -> None:
        self.asked = replace(self.asked, logarithmic=bool(logarithmic))
        self.triangle.show_scale(self.asked.logarithmic)

    def _choose_loss(self, loss: object) -> None:
        assert isinstance(loss, int)
        self.asked = replace(self.asked, loss=loss)
        self._show_loss(0)

    def _follow(self) -> None:
        """The study is another one, or other losses are asked for."""
        asked = self.asked
        task = task_of(self.document.unrolled, asked.every, asked.chosen)
        if not task.small:
            self.say("Sending the losses back…", self.sentence.text())
            self.later.ask(lambda: iter([work(task, asked.cut)]))
            return
        self.later.forget()
        try:
            self._arrive(work(task, asked.cut))
        except ExplorerError as error:
            self._refuse(str(error))

    def _compare(self) -> None:
        """Ask autograd, once PyTorch is there."""
        passed = self.passed
        if passed is None or self._compared is passed:
            return
        if self.workspace.torch_error:
            self._tell("PyTorch could not be loaded")
        elif not self.workspace.torch:
            self._tell("loading PyTorch…")
        elif self.isVisible():
            self._compared = passed
            self._tell("asking autograd…")
            self.later.ask(lambda: iter([(passed, compared(passed))]))

    def _came(self, items: list[Any]) -> None:
        for item in items:
            if isinstance(item, Passed):
                self._arrive(item)
            elif item[0] is self.passed:
                if item[1] is None:
                    self._tell("not compared: autograd would take long")
                else:
                    self.sums.show_others(item[1])
                    self._tell(self.sums.status)

    def _tell(self, words: str) -> None:
        """How the sums stand beside autograd’s."""
        self.sums.say(words)
        self.agrees.setText(f"Their sum is the gradient: {words}.".replace("….", "…"))

    def _ended(self, error: str) -> None:
        if error and self._compared is not None and self._compared is self.passed:
            self._tell("autograd gave no answer")
        elif error:
            self._refuse(error)

    def _refuse(self, words: str) -> None:
        self.passed, self._walk = None, None
        self.bar.show_count(0)
        self.refusal.setText(words)
        self.refused.show()
        self.content.hide()
        self.bar.hide()
        self.say(self.title, "")

    # What is shown.

    def _arrive(self, passed: Passed) -> None:
        self.refused.hide()
        self.content.show()
        self.bar.show()
        before = self._walk
        self.passed, self._compared, self._spot = passed, None, None
        task, back = passed.task, passed.back
        losses = {i: float(back.losses[i]) for i in task.losses}
        self.graph.show_graph(
            Graph(task.trace.cell.kind, task.labels, losses, {i: task.target_name(i) for i in task.losses})
        )
        self._show_settings(task)
        self.sums.show_sums(back.gradients)
        self._compare()
        same = before is not None and before.passed.task.trace.cell.kind == task.trace.cell.kind
        place = self._place(before) if same and before is not None and before.loss in losses else None
        self._show_measure()
        self._show_loss(0)
        if place is not None and self._walk is not None and place[0] <= self._walk.loss:
            start = self._walk.start(place[0])
            self.bar.set_index(min(start + place[1], len(self._walk) - 1))
            self._show_edge()

    def _place(self, walk: Walk) -> tuple[int, int]:
        """Step and number of the present edge of a walk."""
        return walk.at(min(self.bar.index, len(walk) - 1))

    def _show_settings(self, task: Task) -> None:
        asked, kind = self.asked, task.trace.cell
        names = [(name.replace(" ", "␣") if name == " " else name, k) for k, name in enumerate(task.classes)]
        self.target.show_choice(names, task.chosen)
        letters = task.every and len(set(task.targets) - {None, task.chosen}) > 0
        self.target.setEnabled(not letters)
        self.target_label.setText("next letter" if letters else "class")
        self.target.setVisible(not letters)
        cuts = [("all the way", None), *((plural(k, "step"), k) for k in CUTS if k < len(task))]
        if asked.cut is not None and asked.cut not in [value for _, value in cuts]:
            cuts.append((plural(asked.cut, "step"), asked.cut))
        self.cut.show_choice(cuts, asked.cut)
        about = f"{ABOUT_GRAPH} {task.says}"
        self.about_losses.setToolTip(f"<p>{about}</p>")
        self.about_losses.setAccessibleDescription(about)
        self.when.show_chosen("every" if asked.every else "last")
        if asked.measure.gate not in {gate.name for gate in kind.gates}:
            self.asked = replace(asked, measure=replace(asked.measure, gate=None))
        gates = [
            ("all gates", None),
            *((f"{gate.title.removesuffix(' gate')} {gate.name}", gate.name) for gate in kind.gates),
        ]
        self.gate.show_choice(gates, self.asked.measure.gate)
        self.gate.setVisible(len(kind.gates) > 1)
        self.scale.show_choice([("log", True), ("linear", False)], asked.logarithmic)

    def _show_measure(self) -> None:
        passed = self.passed
        if passed is None:
            return
        cell = passed.task.trace.cell
        most = cell.hidden if self.asked.measure.weight == "u" else cell.features
        measure = replace(
            self.asked.measure,
            row=min(self.document.unit, cell.hidden - 1),
            column=min(self.asked.measure.column, most - 1),
        )
        if measure.single and measure.gate is None:
            measure = replace(measure, gate=cell.gates[0].name)
        self._shown = measure
        self.weight.show_chosen(measure.weight)
        self.gate.show_choice(
            [(words, value) for words, value in zip([self.gate.itemText(k) for k in range(self.gate.count())],
             self.gate.values, strict=True)],
            measure.gate,
        )  # fmt: skip
        self.what.show_choice([("sizes", False), ("one weight", True)], measure.single)
        self.column.show_value(measure.column, most)
        self.column.setVisible(measure.single)
        self.column_label.setVisible(measure.single)
        self._triangle = triangle = passed.measure(measure)
        self.triangle.show_triangle(
            triangle, passed.task.losses, passed.task.labels, measure.single, passed.back.truncate
        )
        self.triangle.show_scale(self.asked.logarithmic)
        what = f"{measure.name} row {measure.row + 1}, column {measure.column + 1}" if measure.single else measure.name
        self.measured.show_text(f"to {what}: losses down, steps across")
        self._arrange()
        self._say()
        self._explain(self._spot)

    def _say(self) -> None:
        passed, walk = self.passed, self._walk
        if passed is None or self._triangle is None:
            return
        sentence = fading(passed, self._shown, self._triangle)
        loss = walk.loss if walk is not None else 0
        step = self._place(walk)[0] if walk is not None and len(walk) else loss
        title = f"Loss {number(loss + 1)} goes back: step {number(step + 1)} of {number(len(passed.task))}"
        told = "" if passed.task.plain else passed.task.says
        self.say(title, " ".join(part for part in (sentence, lost(passed), told) if part))

    def _show_loss(self, index: int) -> None:
        """Walk from the loss that is asked for, or the last one."""
        passed = self.passed
        if passed is None:
            return
        losses = passed.task.losses
        loss = self.asked.loss if self.asked.loss in losses else losses[-1]
        assert loss is not None
        several = len(losses) > 1
        self.loss.setVisible(several)
        self.loss_label.setVisible(several)
        self.loss.show_choice([(f"E{low(i + 1)}  {passed.task.labels[i]}", i) for i in losses], loss)
        self.unit.show_value(self.document.unit, passed.task.trace.cell.hidden)
        back = passed.back
        with np.errstate(all="ignore"):
            sizes = {name: np.linalg.norm(values[loss], axis=1) for name, values in back.states.items()}
        self.graph.show_flow(loss, sizes["h"], sizes.get("c"), back.truncate)
        self._walk = Walk(passed, loss, min(self.document.unit, passed.task.trace.cell.hidden - 1), self._shown.column)
        self.bar.show_count(len(self._walk))
        self.bar.set_index(min(index, len(self._walk) - 1))
        self._show_edge()

    def _show_unit(self) -> None:
        if self.isVisible():
            index = self.bar.index
            self._show_measure()
            self._show_loss(index)
        else:
            self._stale = True

    @property
    def edge(self) -> Edge:
        """The present edge."""
        assert self._walk is not None
        step, order = self._walk.at(self.bar.index)
        return self._walk.edges(step)[order]

    def _show_edge(self) -> None:
        walk, passed = self._walk, self.passed
        if walk is None or passed is None:
            return
        step, order = walk.at(self.bar.index)
        edges = walk.edges(step)
        edge = edges[order]
        self.says.setText(edge.lines[0])
        self.rule.setText(edge.lines[1])
        self.product.setText(edge.lines[2])
        self.graph.show_edge(edge.source, edge.target)
        self.inside.show_step(passed.task.trace.cell.kind, edges, order, self._enters(walk, step, edges))
        self.inside_head.set_text(f"Inside step {number(step + 1)}")
        self.inside_head.set_caption(f"{_spoken(edge.source)} → {_spoken(edge.target)}")
        self.triangle.show_present((walk.loss, step))
        self._say()
        if self._spot is None:
            self._explain(None)

    def _enters(self, walk: Walk, step: int, edges: tuple[Edge, ...]) -> dict[str, float]:
        """What arrives at a step's states from the step after it."""
        if step == walk.loss:
            return {}
        states = walk.passed.back.states
        found = {"h": float(states["h"][walk.loss, step, walk.unit])}
        if "c" in states:
            own = sum(edge.product for edge in edges if edge.target == (step, "c"))
            found["c"] = float(states["c"][walk.loss, step, walk.unit]) - own
        return found

    # Ways through.

    def _go_within(self, order: int) -> None:
        if self._walk is not None:
            self._go(self._walk.start(self._walk.at(self.bar.index)[0]) + order)

    def _go(self, index: int) -> None:
        self.bar.pause()
        self.bar.set_index(index)
        self._show_edge()

    def _go_to_step(self, step: int) -> None:
        if self._walk is not None:
            self._go(self._walk.start(step))

    def _pointed(self, at: At | None) -> None:
        self.graph.show_path(at)
        self._explain(at if at is not None else self._spot)

    def _clicked(self, at: At) -> None:
        self._spot = at
        self._explain(at)
        loss, step = at
        if loss < 0 or step < 0:
            return
        if self._walk is None or self._walk.loss != loss:
            self._choose_loss(loss)
        if self._walk is not None and self._walk.first <= step:
            gate = self._shown.gate or self.passed.task.trace.cell.gates[0].name  # type: ignore[union-attr]
            self._go(self._walk.find(step, f"{self._shown.weight.upper()} {gate}"))

    def _explain(self, at: At | None) -> None:
        passed, triangle = self.passed, self._triangle
        if passed is None or triangle is None:
            return
        if at is None and self._walk is not None:
            at = self._walk.loss, self._place(self._walk)[0]
        self.origin.setText("" if at is None else origin(passed, self._shown, triangle, *at))

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
        if self.isVisible():
            self.later.stop()
        else:
            if self.later.busy:
                self._stale, self._compared = True, None
            self.later.forget()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._compare()

    def tour(self) -> Iterator[str]:
        self._ask(every=True, cut=None, loss=None)
        yield "backwards"
        if self._walk is not None:
            self._go(self._walk.find(max(self._walk.loss - 2, 0), "c"))
            yield "backwards-edge"
        self._ask(cut=2)
        yield "backwards-truncated"
        self._ask(every=False, cut=None)
        yield "backwards-last"
        self._ask(every=True)


def _still(*lines: QLabel) -> QScrollArea:
    """Text of any length in a place of fixed height: more lines than fit are scrolled to, and nothing else moves."""
    for line in lines:
        line.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        line.setMinimumHeight(1)  # else the area makes room for it as if it were narrow
    made = scrolled(column(*lines, None, gap=2))
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return made


def _spoken(place: Place) -> str:
    """A place of the graph: `h₄`, `a_f₄`, `U_f`."""
    step, part = place
    kind, _, gate = part.rpartition(" ")
    if kind in ("U", "W"):
        return f"{kind}_{gate}"
    return f"a_{gate}{low(step + 1)}" if kind else f"{gate}{low(step + 1)}"
