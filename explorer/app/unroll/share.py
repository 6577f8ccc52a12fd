"""The unrolled cell, to take away: as code, as a picture of the page, or as an animation of the stepping."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QWidget

from explorer.app.animation import Frames
from explorer.app.sharing import Sharing
from explorer.app.theme import look, rescale
from explorer.app.unroll.document import Document
from explorer.app.widgets.stepbar import StepBar
from explorer.app.workspace import Workspace
from explorer.arch.text import plural
from explorer.explain.recurrent.code import FILE, arrays, needs_file, numpy_code, torch_code

if TYPE_CHECKING:
    from explorer.app.unroll.panel import UnrollPanel

CODES = {"numpy": ("NumPy", numpy_code), "pytorch": ("PyTorch", torch_code)}

WIDE, HIGH = 1120, 700
"""Size of a frame in pixels at scale 1: what the page Step needs for all its parts."""


class Share(Sharing):
    """Copies and writes what the panel shows, and says in the status line what it did.

    Code computes the states of the document's cell, of a trained model those of the layer that is looked at. An
    animation is that of the page Step, whichever page is shown.
    """

    def __init__(self, document: Document, panel: UnrollPanel) -> None:
        super().__init__(panel, panel.workspace.said.emit, "unrolled")
        self.document, self._panel = document, panel
        self.copies = tuple(
            self.action(f"Copy as {words} code", partial(self.copy, name)) for name, (words, _) in CODES.items()
        )
        self.saves = tuple(
            self.action(f"Save as {words} code…", partial(self.ask_code, name)) for name, (words, _) in CODES.items()
        )
        self.codes: tuple[QAction, ...] = (*self.copies, *self.saves)

    def page(self) -> QWidget:
        return self._panel.page

    def page_name(self) -> str:
        return self._panel.page.name

    def frames(self) -> tuple[Frames, float]:
        return frames_of(self.document, self._panel.workspace, look(self._panel).scale), self._speed()

    def _speed(self) -> float:
        """Steps in a second: those that the page Step plays, if it was looked at."""
        page = self._panel.pages.get("step")
        bar = page.findChild(StepBar) if page is not None else None
        return bar.speed if bar is not None else 1.0

    # Code.

    def code(self, name: str) -> str:
        """What is unrolled as `numpy` or `pytorch` code."""
        unrolled = self.document.unrolled
        return CODES[name][1](unrolled.trace, unrolled.output)

    def copy(self, name: str) -> None:
        """Copy the code. What is loaded from a file must be saved with it: that is said."""
        code, unrolled = self.code(name), self.document.unrolled
        QGuiApplication.clipboard().setText(code)
        text = f"Copied {plural(code.count(chr(10)), 'line')} of {CODES[name][0]} code."
        if needs_file(unrolled.trace, unrolled.output):
            self.say(f"{text} It loads its numbers from {FILE}. Choose “Save as {CODES[name][0]} code…” to have both.")
        else:
            self.say(f"{text} It prints the hidden states of all steps.")

    def ask_code(self, name: str) -> None:
        """Ask for a file, and write the code."""
        path = self.asked("Python", "py", self.document.unrolled.cell.kind.lower())
        if path is not None:
            self.write_code(name, path)

    def write_code(self, name: str, path: Path) -> None:
        """Write the code; numbers that are too many for it stand beside it, in a file called like it."""
        unrolled, code = self.document.unrolled, self.code(name)
        if not needs_file(unrolled.trace, unrolled.output):
            if self.put(path, code.encode()):
                self.say(f"Wrote {path.name}.")
            return
        beside = path.with_suffix(".npz")
        buffer = BytesIO()
        np.savez(buffer, **arrays(unrolled.trace, unrolled.output))  # type: ignore[arg-type]
        # Called like the code: the numbers of another script in the same folder stay.
        code = code.replace(f'np.load("{FILE}")', f"np.load({beside.name!r})")
        if self.put(beside, buffer.getvalue()) and self.put(path, code.encode()):
            self.say(f"Wrote {path.name}, and {beside.name} with its numbers. Run it in their folder.")


def frames_of(document: Document, workspace: Workspace, scale: float) -> Frames:
    """All moves of a study, drawn by a page Step of its own. The study's unit and notation are those that are shown."""
    from explorer.app.unroll.stepping import StepPage  # the pages import the panel's parts, not the other way round

    own = Document(document.unrolled.study)
    own.set_unit(document.unit)
    own.set_notation(document.notation)
    own.set_motion(False)
    page = StepPage(own, workspace)
    own.setParent(page)
    controls = page.bar.parentWidget()  # the step bar and what stands beside it
    if controls is not None and controls is not page:
        controls.hide()
    rescale(page, scale)
    page.resize(round(WIDE * scale), round(HIGH * scale))
    page.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)  # a page that is hidden does not follow its document
    page.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, on=False)
    page.show()
    return Frames(page, len(own.moves), lambda: own.set_index(own.index + 1), page.stop)
