"""What is shown, to take away: as code, as a picture, or as an animation of the stepping."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from explorer.app.animation import Frames
from explorer.app.convolve.animation import frames_of
from explorer.app.convolve.document import Document
from explorer.app.convolve.network import NetworkPage
from explorer.app.convolve.picture import PicturePage
from explorer.app.convolve.pooling import PoolingPage
from explorer.app.convolve.quiz import QuizPage
from explorer.app.convolve.signal import SignalPage
from explorer.app.sharing import Sharing
from explorer.arch.text import plural
from explorer.explain.code import Classify, Pool, numpy_code, torch_code
from explorer.explain.example import Example
from explorer.explain.scan import Step
from explorer.explain.spec import Spec
from explorer.explain.stages import stages

if TYPE_CHECKING:
    from explorer.app.convolve.panel import ConvolvePanel

CODES = {"numpy": ("NumPy", numpy_code), "pytorch": ("PyTorch", torch_code)}


class Share(Sharing):
    """Copies and writes what the panel shows, and says in the status line what it did."""

    def __init__(self, document: Document, panel: ConvolvePanel) -> None:
        super().__init__(panel, panel.workspace.said.emit, "convolution")
        self._document, self._panel = document, panel
        self.codes = tuple(
            self.action(f"Copy as {words} code", partial(self.copy, name)) for name, (words, _) in CODES.items()
        )

    def page(self) -> QWidget:
        return self._panel.page

    def page_name(self) -> str:
        return self._panel.page.name

    def frames(self) -> tuple[Frames, float]:
        page = self._panel.page
        return frames_of(page, self._document.good), page.bar.speed

    # Code.

    def example(self) -> Example:
        """What the page shows; pages without an example of their own show the document's."""
        page = self._panel.page
        found: Example | None = None
        if isinstance(page, (PicturePage, QuizPage)):
            found = page.shown()
        elif isinstance(page, SignalPage):
            sliding = page.sliding
            found = Example(sliding.input, sliding.filters, np.zeros(1), sliding.spec, name="Signal")
        return self._document.good if found is None else found

    def code(self, name: str) -> str:
        """What is shown as `numpy` or `pytorch` code."""
        page, write = self._panel.page, CODES[name][1]
        if isinstance(page, PoolingPage):
            settings, example = page.settings, self._document.good
            if settings.relu:
                example = example.with_activation("relu")
            return write(example, Pool(settings.kind, settings.spec(len(example.size))))
        if isinstance(page, NetworkPage):
            return write(*_network(self._document.good))
        return write(self.example())

    def copy(self, name: str) -> None:
        """Copy what is shown as code."""
        code = self.code(name)
        QGuiApplication.clipboard().setText(code)
        lines = plural(code.count("\n"), "line")
        self.say(f"Copied {lines} of {CODES[name][0]} code. They print the output that is shown.")


def _network(example: Example) -> tuple[Example, Pool, Classify]:
    """The whole network as its parts."""
    pooled, linear = (next(s for s in stages(example) if s.name == name) for name in ("pool", "linear"))
    steps = [linear.step((k,)).detail for k in range(linear.count)]
    parts = [part for part in steps if isinstance(part, Step)]
    end = Classify(
        np.array([[term.weight for term in part.terms] for part in parts]), np.array([part.bias for part in parts])
    )
    size = tuple(min(2, n) for n in pooled.input.shape[1:])
    return example.with_activation("relu"), Pool("max", Spec(size, size, ((0, 0),) * len(size), (1,) * len(size))), end
