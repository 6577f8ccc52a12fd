"""The present edge of the walk: its step from the inside, and its rule and numbers on a card."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from explorer.app.theme import sized
from explorer.app.unroll.back_controls import still
from explorer.app.unroll.back_inside import BackInside
from explorer.app.unroll.back_task import Walk, low
from explorer.app.widgets.text import Head, label
from explorer.arch.text import number
from explorer.explain.recurrent.edges import Edge, Place, sign

CARDS = (82, 116)
"""Heights of the card, the first one where there is little room: pixels at scale 1."""

ABOUT_INSIDE = (
    "The derivatives of the chosen loss by each number of one step, for the chosen unit, and the edges between them. "
    "a is a gate’s sum before it is squashed. Edges that end in one place add up there. Click an edge to go to it."
)


class EdgePart(QWidget):
    """What an edge does, the local derivative with its operands, and upstream × local = product."""

    chosen = Signal(int)
    """The number of an edge within the present step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = Head("Inside the step", ABOUT_INSIDE)
        self.inside = BackInside()
        self.inside.chosen.connect(self.chosen)
        self.card = QFrame()
        self.card.setProperty("role", "card")
        self.says = label("", "caption", wrap=True)
        self.rule, self.product = label("", "number", wrap=True), label("", "number", wrap=True)
        for part in (self.says, self.rule, self.product):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        around = QVBoxLayout(self.card)
        around.setContentsMargins(12, 6, 2, 6)
        around.addWidget(still(self.says, self.rule, self.product))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        for widget in (self.head, self.inside, self.card):
            box.addWidget(widget, 1 if widget is self.inside else 0)

    def arrange(self, low_page: bool) -> None:
        """More room for the card, or less."""
        sized(self.card, tall=CARDS[0] if low_page else CARDS[1])

    def show_edge(self, walk: Walk, index: int) -> Edge:
        """Show an edge of the walk, and return it."""
        step, order = walk.at(index)
        edges = walk.edges(step)
        edge = edges[order]
        for part, text in zip((self.says, self.rule, self.product), edge.lines, strict=True):
            part.setText(text)
        self.inside.show_step(walk.passed.task.trace.cell.kind, edges, order, walk.enters(step))
        self.head.set_text(f"Inside step {number(step + 1)}")
        self.head.set_caption(f"{spoken(edge.source)} → {spoken(edge.target)}")
        return edge


def spoken(place: Place) -> str:
    """A place of the graph: `h₄`, `a_f₄`, `U_f`."""
    step, part = place
    kind, _, gate = sign(part).rpartition(" ")
    if kind in ("U", "W"):
        return f"{kind}_{gate}"
    return f"a_{gate}{low(step + 1)}" if kind else f"{gate}{low(step + 1)}"
