"""Vanishing and exploding: how the size of the gradient changes on its way back through time.

┌──────────────────────────────────────┬────────────────┐
│ presets                    which size │ settings       │
│ size of the gradient at each step     │                │
│                                       │ eigenvalues    │
├───────────────────────┬───────────────┤ of W           │
│ the product at a point│ clipping      │                │
└───────────────────────┴───────────────┴────────────────┘
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import log10
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.latest import Latest
from explorer.app.theme import look
from explorer.app.unroll.document import Document
from explorer.app.unroll.page import Page
from explorer.app.unroll.van_clip import ClipBars
from explorer.app.unroll.van_dials import DIALS, Dial, named
from explorer.app.unroll.van_plane import EigenPlane
from explorer.app.unroll.van_plot import GradientPlot, Spot
from explorer.app.unroll.van_words import (
    ANY,
    View,
    clips,
    constant,
    eigen_words,
    heading,
    lines,
    notes,
    preset_of,
    reading,
    rule,
)
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Head, Info, button, column, label, row
from explorer.app.workspace import Workspace
from explorer.explain.recurrent.curves import PATHS, PRESETS, Curve, Curves, Preset, Settings, curve, curves, spectrum
from explorer.explain.recurrent.flow import power
from explorer.explain.recurrent.notation import html

LIGHT, SHORT = 20.0, 250.0
"""Milliseconds: what takes longer than the first is made on the worker, and given up there beyond the second."""

PATIENCE = 300
"""Milliseconds after which the page says that it computes."""

COLUMN = 314
"""Least width of the settings in pixels at scale 1."""

WORDS = {
    "vanish": "Vanish",
    "explode": "Explode",
    "constant error carousel": "Constant error carousel",
}
"""The presets' buttons."""

ABOUT_PLOT = (
    "How large a small change of the state at step t still is at the last step T: the norm of the matrix of "
    "derivatives, over that of an identity, so that 1 means “as large as it was”. The LSTM’s state is h and c "
    "together; the dashed line is its cell path alone, from c to c, the constant error carousel. The other view is the "
    "gradient of the loss at each state; the dashed line is then that of c. The identity path is "
    "h_t = h_{t−1} + tanh(W·x_t)."
)
ABOUT_PLANE = (
    "Each step multiplies with the RNN’s recurrent matrix W. Along an eigenvector that is a multiplication with its "
    "eigenvalue λ: inside the unit circle products shrink, outside they grow. Draw the ring to scale W."
)
ABOUT_CLIP = (
    "The gradient of all weights of a cell is taken as one vector. If it is longer than the limit, it is scaled down "
    "to it; its direction stays. Clipping mends what explodes, not what vanishes."
)
ABOUT_PRODUCT = "Point at a line, or click to keep a point: this is the chain rule with its real factors."
ABOUT_SETTINGS = "All four paths read the same random inputs, and their weights come from the same seed."


def cost(settings: Settings) -> float:
    """About how many milliseconds the curves take."""
    return settings.length * (0.2 + 5e-6 * settings.hidden**3)


class VanishingPage(Page):
    """Gradient sizes of the RNN, the LSTM, the GRU and an identity path over the steps; `settings` says for what."""

    name, title = "vanishing", ANY
    about = (
        "Backpropagation through time multiplies one matrix of derivatives for each step. A long product vanishes or "
        "explodes, unless its factors are near 1, as on the path of an LSTM’s cell state."
    )

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(document, workspace, parent)
        self.settings: Settings = PRESETS[0].settings
        self.curves: Curves = curves(self.settings)
        """What is shown: of `settings`, or of those before them while new curves are made."""
        self.view: View = "state"
        self._main = PRESETS[0].path
        self._of: Settings = self.settings
        self._work = Latest("vanishing", self)
        self._work.came.connect(self._receive)
        self._work.ended.connect(self._ended)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(PATIENCE)
        self._late.timeout.connect(lambda: self._wait(True))
        self._lay_out()
        self.setFocusProxy(self.plot)
        self._show_settings()
        self._show_curves()

    # Parts.

    def _lay_out(self) -> None:
        self.presets = {p.name: button(WORDS[p.name], lambda p=p: self.choose(p), "segment") for p in PRESETS}  # type: ignore[misc]
        for made in self.presets.values():
            made.setCheckable(True)
        self.views = Tabs({"state": "of the state", "loss": "of the loss"}, role="tab")
        self.views.chosen.connect(self.show_view)
        self.plot, self.plane, self.bars = GradientPlot(), EigenPlane(), ClipBars()
        self.plot.pointed.connect(lambda _: self._show_product())
        self.plot.pinned.connect(lambda _: self._show_product())
        self.plane.pointed.connect(lambda _: self._show_eigenvalue())
        self.plane.pinned.connect(lambda _: self._show_eigenvalue())
        self.plane.scaled.connect(lambda radius: self.set(radius=radius))
        whole = QHBoxLayout()
        whole.setSpacing(24)
        whole.addWidget(self._left(), 3)
        whole.addWidget(self._right(), 1)
        self.body.addLayout(whole, 1)

    def _left(self) -> QWidget:
        self.what = _rich("note")
        self.what.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.notes = label("", "warning", wrap=True)
        product = QFrame()
        product.setProperty("role", "card")
        inner = QVBoxLayout(product)
        inner.setContentsMargins(10, 6, 10, 6)
        inner.setSpacing(1)
        self.product = [_rich("caption"), _rich(), *(_rich("caption") for _ in range(3))]
        for part in self.product:
            inner.addWidget(part)
        inner.addStretch(1)
        self.point = Head("The product at a point", ABOUT_PRODUCT)
        left = column(self.point, product, gap=6)
        self.clipping = Head("Clipping", ABOUT_CLIP)
        right = column(self.clipping, self.bars, None, gap=6)
        below = QHBoxLayout()
        below.setSpacing(24)
        below.addWidget(left, 5)
        below.addWidget(right, 3)
        made = QWidget()
        box = QVBoxLayout(made)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(row(*self.presets.values(), None, gap=4))
        name = label("Size of the gradient", "head")
        # Where the window is narrow, the formula gives way, not the buttons.
        self.views.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.what.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        sizes = row(name, Info(ABOUT_PLOT), 6, self.views, 6, self.what, gap=6)
        across = sizes.layout()
        assert isinstance(across, QHBoxLayout)
        across.setStretchFactor(self.what, 1)
        box.addWidget(sizes)
        box.addWidget(self.plot, 1)
        box.addWidget(self.notes)
        box.addLayout(below)
        return made

    def _right(self) -> QWidget:
        self.dials: dict[str, Dial] = {}
        for name, (title, scale, about) in DIALS.items():
            self.dials[name] = dial = Dial(title, scale, about)
            dial.edited.connect(lambda value, name=name: self._turned(name, value))
        self.squash = Tabs({"tanh": "tanh", "relu": "ReLU", "none": "linear"}, role="segment")
        self.squash.setToolTip("<p>What the RNN makes of its sums. The gates of LSTM and GRU keep theirs.</p>")
        self.squash.chosen.connect(lambda squash: self.set(squash=squash))
        self.losses = Tabs({"last": "last step", "each": "every step"}, role="segment")
        self.losses.setToolTip("<p>Where there is a loss: it is judged at the last step alone, or at every step.</p>")
        self.losses.chosen.connect(lambda which: self.set(each_step=which == "each"))
        self.eigen = _rich("caption")
        self.eigen.setWordWrap(True)
        self.eigen.setAlignment(Qt.AlignmentFlag.AlignTop)
        made = _Column()
        box = QVBoxLayout(made)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(Head("Settings", ABOUT_SETTINGS))
        for name, dial in self.dials.items():
            box.addWidget(dial)
            if name == "hidden":
                box.addWidget(named("RNN’s activation", self.squash))
                box.addWidget(named("Loss at", self.losses))
        box.addSpacing(8)
        box.addWidget(Head("Eigenvalues of W", ABOUT_PLANE))
        box.addWidget(self.plane, 1)
        box.addWidget(self.eigen)
        return made

    # What the page is asked for.

    def hint(self) -> str:
        return "PgDn next preset · arrows along a line · Enter pin"

    def step(self, by: int) -> None:
        """The next preset, or the one before; from other settings, the first or the last."""
        names = [preset.name for preset in PRESETS]
        now = preset_of(self.settings)
        at = names.index(now) + by if now else (0 if by > 0 else len(names) - 1)
        self.choose(PRESETS[min(max(at, 0), len(names) - 1)])

    def choose(self, preset: Preset) -> None:
        """Show a preset."""
        self._main = preset.path
        self.plot.pin(None)
        self._change(preset.settings)

    def set(self, **values: Any) -> None:
        """Change some of the settings. Raises `UsageError` for what cannot be; the controls ask for no such thing."""
        self._change(replace(self.settings, **values))

    def show_view(self, view: View) -> None:
        """Show the size from state to state, or from the loss to a state."""
        self.view = view
        self.views.show_chosen(view)
        self._show_curves()

    def tour(self) -> Iterator[str]:
        for preset, name in zip(PRESETS, ("vanish", "explode", "carousel"), strict=True):
            self.choose(preset)
            yield f"vanishing-{name}"

    # Curves: at once, or from the worker.

    def _turned(self, name: str, value: float | None) -> None:
        whole = DIALS[name][1].whole
        self.set(**{name: int(value) if whole and value is not None else value})

    def _change(self, settings: Settings) -> None:
        self.settings = settings
        self._show_settings()
        self._compute()

    def _compute(self) -> None:
        """Make the curves of the present settings."""
        if cost(self.settings) <= LIGHT:
            self._work.forget()
            self._receive(curves(self.settings))
        else:
            # What is long is given up; something short comes to its end, so that dragging shows it.
            settings, patient = self.settings, cost(self._of) <= SHORT
            self._work.ask(lambda: _made(settings), patient)
            self._of = settings
        if self.curves.settings != self.settings and not self._late.isActive():
            self._late.start()

    def _ended(self, why: str) -> None:
        if why:
            self._late.stop()
            self.plot.show_waiting(False)
            self.say(ANY, why)

    def _receive(self, found: Curves | None) -> None:
        if found is None:
            return
        self.curves = found
        if found.settings == self.settings:
            self._late.stop()
            self._wait(False)
        self._show_curves()

    def _wait(self, waits: bool) -> None:
        self.plot.show_waiting(waits)
        if waits:
            self.say(ANY, "Computing the curves for these settings.")

    def stop(self) -> None:
        """Give up what is being computed; it is taken up again when the page is shown."""
        self._late.stop()
        self._work.forget()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.curves.settings != self.settings:
            self._compute()

    # What is shown.

    def _show_settings(self) -> None:
        """The controls, and what follows from them at once."""
        for name, dial in self.dials.items():
            dial.show_value(getattr(self.settings, name))
        self.squash.show_chosen(self.settings.squash)
        self.losses.show_chosen("each" if self.settings.each_step else "last")
        now = preset_of(self.settings)
        for name, made in self.presets.items():
            made.setChecked(name == now)
        old = self.curves.settings
        if (old.hidden, old.seed, old.features) == (self.settings.hidden, self.settings.seed, self.settings.features):
            self.plane.show_spectrum(spectrum(self.settings))  # weights that are known are scaled at once
            self._show_eigenvalue()

    def _show_curves(self) -> None:
        found = self.curves
        title, sentence = heading(found, self.view)
        self.say(title, sentence)
        self.setAccessibleDescription(sentence)
        self.plot.show_lines(lines(found, self.view), self._main)
        self.what.setText(html(_caption(self.view)))
        said = notes(found, self.view)
        self.notes.setText(" ".join(said))
        self.notes.setVisible(bool(said))
        if found.settings == self.settings:
            self.plane.show_spectrum(found.spectrum)
        self.bars.show_clips(clips(found))
        limit = found.settings.clip
        self.clipping.set_caption("no limit" if limit is None else f"limit {power(log10(limit))}, direction kept")
        self._show_product()
        self._show_eigenvalue()

    @property
    def spot(self) -> Spot:
        """The point whose product is written out: pointed at, pinned, or the first one of the line to look at."""
        return self.plot.spot or (self._main, self._main == "LSTM", 0)

    def _show_product(self) -> None:
        path, cell, t = self.spot
        line = next(line for line in lines(self.curves, self.view) if line.key == (path, cell))
        found = reading(line, self.view, t, self.curves.settings)
        first = rule(line, self.view, t, self.curves.settings)
        self.point.set_caption(found.where)
        second = f"{found.what} = {found.product or found.size}"
        last = constant(t, self.curves.settings)
        for part, text in zip(self.product, (first, second, found.factors, found.between, last), strict=True):
            part.setText(html(text))
            part.setVisible(bool(text))

    def _show_eigenvalue(self) -> None:
        index, known = self.plane.index, self.plane.spectrum
        words = known.text if index is None else eigen_words(complex(known.values[index]), self.settings.length)
        self.eigen.setText(html(words))


class _Column(QWidget):
    """The settings' column: never too narrow for its buttons."""

    def minimumSizeHint(self) -> QSize:
        return QSize(look(self).px(COLUMN), super().minimumSizeHint().height())


def _made(settings: Settings) -> Iterator[Curves | None]:
    """The curves; nothing after each of them, so that it can be ended between two."""
    found: list[Curve] = []
    for path in PATHS:
        found.append(curve(settings, path))
        yield None
    yield Curves(settings, tuple(found), spectrum(settings))


def _caption(view: View) -> str:
    return "‖∂h_{T}/∂h_{t}‖ at each step t" if view == "state" else "‖∂L/∂h_{t}‖ at each step t"


def _rich(role: str = "text") -> QLabel:
    made = QLabel()
    made.setProperty("role", role)
    made.setTextFormat(Qt.TextFormat.RichText)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return made
