"""Which losses are sent back, how far, and for which unit: the row of settings above the unfolded graph."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.app.unroll.back_controls import Choice, Count
from explorer.app.unroll.back_task import Measure, Task, low
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Info, label, row
from explorer.arch.text import plural

CUTS = (0, 1, 2, 3, 5, 10, 20, 50, 100)
"""Truncations that can be chosen: how many steps each loss goes back at most."""

ABOUT_GRAPH = (
    "Each step with a target has a loss E, in nats. The chosen one is sent back: the thicker a wire, the more of it "
    "arrives there (on a logarithmic scale), violet for h and orange for c. Click a loss or a step to go there."
)


@dataclass(frozen=True)
class Asked:
    """What the user chose on the page. `loss` and `chosen`, a class, are `None` while the page decides."""

    every: bool = True
    chosen: int | None = None
    cut: int | None = None
    loss: int | None = None
    logarithmic: bool = True
    measure: Measure = Measure()  # noqa: RUF009 (frozen)


class LossRow(QWidget):
    """Where there are losses, the class asked for, truncation, the loss that is sent back, and the unit."""

    asked = Signal(object)
    """A dict of the fields of `Asked` that the user changed."""

    unit_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.when = Tabs({"last": "Last step", "every": "Every step"}, role="segment")
        self.when.entries["last"].setToolTip("Many to one: only the last step has a loss")
        self.when.entries["every"].setToolTip(
            "Each step has a loss: for the next letter where there are letters, for the likeliest class of a word"
        )
        self.when.chosen.connect(lambda name: self.asked.emit({"every": name == "every", "loss": None}))
        self.about = Info("")
        self.target_label = label("for", "caption")
        self.target = Choice("Class that is asked for", 116, "The class whose cross-entropy is the loss")
        self.target.chosen.connect(lambda value: self.asked.emit({"chosen": value}))
        self.cut = Choice("Truncation", 108, "Truncated backpropagation: how far back each loss goes")
        self.cut.chosen.connect(lambda value: self.asked.emit({"cut": value}))
        self.loss_label = label("Loss", "caption")
        self.loss = Choice("Loss that is sent back", 72, "The loss that is sent back")
        self.loss.chosen.connect(lambda value: self.asked.emit({"loss": value}))
        self.unit = Count("Unit", "The unit whose numbers are written out")
        self.unit.chosen.connect(self.unit_chosen)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(
            row(
                label("Loss at", "caption"), self.when, self.about, self.target_label, self.target,
                label("goes back", "caption"), self.cut, None, self.loss_label, self.loss, label("Unit", "caption"),
                self.unit,
                gap=6,
            )
        )  # fmt: skip

    def show_task(self, task: Task, asked: Asked) -> None:
        """Show what can be chosen for a task, and what is."""
        self.when.show_chosen("every" if asked.every else "last")
        self.target.show_choice([("␣" if name == " " else name, k) for k, name in enumerate(task.classes)], task.chosen)
        self.target_label.setText(task.asks or "for")
        self.target.setVisible(not task.asks)
        cuts: list[tuple[str, object]] = [("all the way", None)]
        cuts += [(plural(k, "step"), k) for k in CUTS if k < len(task) or k == asked.cut]
        self.cut.show_choice(cuts, asked.cut)
        about = f"{ABOUT_GRAPH} {task.says}"
        self.about.setToolTip(f"<p>{about}</p>")
        self.about.setAccessibleDescription(about)

    def show_loss(self, task: Task, loss: int, unit: int) -> None:
        """Show the loss that is sent back, and the unit."""
        several = len(task.losses) > 1
        self.loss.setVisible(several)
        self.loss_label.setVisible(several)
        # A word stands below its copy; here is room for a letter.
        short = [label if len(label) == 1 else "" for label in task.labels]
        self.loss.show_choice([(f"E{low(i + 1)} {short[i]}".rstrip(), i) for i in task.losses], loss)
        self.unit.show_value(unit, task.trace.cell.hidden)
