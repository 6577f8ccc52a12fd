"""Sequences of noise with random labels: the network learns them by heart, and knows nothing of others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.app.widgets.plot import LivePlot
from explorer.app.widgets.text import button, label, row
from explorer.app.worker import Worker
from explorer.app.workspace import Workspace
from explorer.arch.text import number
from explorer.learn.toys import Curve, Epoch, Example

LOSS_INFO = (
    "Cross-entropy, in nats, after each epoch. Who guesses has ln 2 = 0.693. On the sequences that it learns the loss "
    "falls; on those that were held out it rises: the network is sure, and wrong."
)
RIGHT_INFO = (
    "The share of sequences whose label it tells. With two random labels chance is 50 %. The held-out sequences are as "
    "many again, made the same way."
)
TASK = (
    "1 000 sequences of 10 steps with 5 random numbers each, labelled 0 or 1 at random. LSTM(5, 50, 2 layers) and a "
    "Linear on the last step: 31 902 weights. Adam 0.01, batches of 64, 20 epochs. There is nothing to find out."
)


class NoiseView(QWidget):
    """The curves that ship with the app, and those of a training here."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._epochs: list[Epoch] = []
        self._seed = 0
        self._stored: Curve | None = None
        self.worker = Worker(self)
        self.worker.batch.connect(self._arrived)
        self.worker.ended.connect(self._ended)
        self.loss = LivePlot("Loss", LOSS_INFO, "nats", names=("train", "held-out"))
        self.right = LivePlot(
            "Right", RIGHT_INFO, "% of sequences; chance is 50 %", unit=" %", ceiling=100.0, names=("train", "held-out")
        )
        for plot in (self.loss, self.right):
            plot.pointed.connect(self._pointed)
        self.train = button("Train it again here", self.begin, "primary", "20 epochs with another seed, some seconds")
        self.halt = button("Stop", self.stop)
        self.back = button("Show the stored curves", self.show_stored, "quiet")
        self.state = label("", "text", wrap=True)
        curves = QWidget()
        across = QHBoxLayout(curves)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(32)
        across.addWidget(self.loss, 1)
        across.addWidget(self.right, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(10)
        box.addWidget(label(TASK, "caption", wrap=True))
        box.addWidget(curves, 1)
        box.addWidget(self.state)
        box.addWidget(row(self.train, self.halt, self.back, None))
        workspace.torch_changed.connect(self._show_ready)
        self._show_ready()

    @property
    def curve(self) -> Curve | None:
        """What is shown: the curves of the training here, else the stored ones."""
        if not self._epochs:
            return self._stored
        rows = self._epochs
        return Curve(
            tuple(one.loss for one in rows), tuple(one.held_loss for one in rows), tuple(one.accuracy for one in rows),
            tuple(one.held_accuracy for one in rows),
        )  # fmt: skip

    def show_example(self, example: Example) -> None:
        """Show what ships, unless a training here is on or done."""
        if self._stored is None:
            self._stored, self._seed = example.card.curve, example.card.seed
        self._show()

    def show_stored(self) -> None:
        """Back to the curves that ship."""
        if not self.worker.running:
            self._epochs = []
            self._show()

    # Training here.

    def begin(self) -> None:
        """Train with the next seed, on the worker."""
        if self.worker.running or not self._workspace.torch:
            return
        self._seed += 1
        self._epochs = []
        focused = self.train.hasFocus()
        self.worker.start(partial(_learn, self._seed), "train-noise")
        self.halt.show()
        if focused:  # before its button is switched off, which would send the focus anywhere
            self.halt.setFocus()
        self._show_ready()
        self._show()

    def stop(self, wait: bool = False) -> None:
        """End a training; what it gave stays."""
        if self.worker.running:
            self.worker.stop(wait)

    def _arrived(self, epochs: list[Epoch]) -> None:
        self._epochs += epochs
        self._show()

    def _ended(self, error: BaseException | None) -> None:
        focused = self.halt.hasFocus()
        self.train.setEnabled(True)
        if focused:
            self.train.setFocus()
        self._show_ready()
        self._show()
        if error is not None:
            self.state.setText(f"The training ended: {error}. Train it again.")

    def _show_ready(self) -> None:
        running = self.worker.running
        self.train.setEnabled(bool(self._workspace.torch) and not running)
        without = self._workspace.torch_error or "PyTorch is still being loaded."
        self.train.setToolTip("20 epochs with another seed, some seconds" if self._workspace.torch else without)
        self.halt.setVisible(running)

    # Showing.

    def _show(self) -> None:
        curve = self.curve
        self.back.setVisible(bool(self._epochs) and not self.worker.running)
        if curve is None or not curve.loss:
            self.state.setText("Making the sequences." if self.worker.running else "")
            self.loss.show_data()
            self.right.show_data()
            return
        last = max(len(curve.loss) - 1, 20)
        steps = list(range(len(curve.loss)))
        marks = [(k, f"epoch {k}") for k in range(5, last + 1, 5)]
        for plot in (self.loss, self.right):
            plot.set_span(last, marks)
        self.loss.set_guide(0.6931, "guessing")
        self.loss.show_data(smooth=(steps, curve.loss), points=(steps, curve.held_loss))
        self.right.show_data(
            smooth=(steps, [100 * one for one in curve.accuracy]),
            points=(steps, [100 * one for one in curve.held_accuracy]),
        )
        begins = self.worker.running and not self._epochs
        self.state.setText("Making the sequences." if begins else self._said(curve))

    def _said(self, curve: Curve) -> str:
        done = len(curve.loss) - 1
        lead = f"Seed {self._seed}, epoch {done} of 20" if self._epochs else f"After {done} epochs"
        if self._epochs and done < 20 and not self.worker.running:
            lead += ", stopped"
        return (
            f"{lead}: loss {number(curve.loss[-1], 3)}, {number(100 * curve.accuracy[-1], 1)} % of the sequences that "
            f"it learns are right, and {number(100 * curve.held_accuracy[-1], 1)} % of those that were held out."
        )

    def _pointed(self, at: float | None) -> None:
        curve = self.curve
        if at is None or curve is None or not curve.loss:
            self.loss.point(None)
            self.right.point(None)
            return
        k = min(max(round(at), 0), len(curve.loss) - 1)
        lead = f"epoch {k}"
        self.loss.point(k, (lead, f"train    {number(curve.loss[k], 3)}", f"held-out {number(curve.held_loss[k], 3)}"))
        self.right.point(
            k,
            (lead, f"train    {number(100 * curve.accuracy[k], 1)} %",
             f"held-out {number(100 * curve.held_accuracy[k], 1)} %"),
        )  # fmt: skip


def _learn(seed: int) -> Iterator[Epoch]:
    from explorer.learn.toys_train import learn_noise

    return learn_noise(seed)
