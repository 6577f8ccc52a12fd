"""The Pictures page: any filter over any picture, with a lens on the window, and the maps of all filters at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QEvent
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from explorer.app.convolve.bank import Filter, Filtered, Mapper, bank, spec_for
from explorer.app.convolve.bankview import BankView
from explorer.app.convolve.document import Document
from explorer.app.convolve.learned import Learned
from explorer.app.convolve.lens import Lens
from explorer.app.convolve.page import Page
from explorer.app.convolve.place import frame_of, middle_of, nearest, shown_part
from explorer.app.convolve.source import Source
from explorer.app.convolve.view import Frame, PictureView, WithScale, photo_image, signed_image
from explorer.app.opener import Opener
from explorer.app.theme import look
from explorer.app.widgets.formula import FormulaStrip
from explorer.app.widgets.pad import Point, Stroke
from explorer.app.widgets.scale import ScaleBar
from explorer.app.widgets.tabs import Tabs
from explorer.app.widgets.text import Head, column, label, row, scrolled
from explorer.app.workspace import Workspace
from explorer.arch.errors import UsageError
from explorer.arch.text import number, times
from explorer.explain.example import Example
from explorer.explain.scan import Step, step
from explorer.explain.spec import Spec

Place = tuple[int, int]

LOW = 640
"""Height in pixels at scale 1 below which the page leaves out what can be spared."""

PEN = (((0.28, 0.2), (0.26, 0.5), (0.5, 0.55), (0.7, 0.45)), ((0.68, 0.2), (0.64, 0.5), (0.6, 0.84)))
"""What the tour draws."""


class PicturePage(Page):
    """Follows the document's filters and settings. The picture is the page's own."""

    name = "picture"
    title = "On a picture"
    about = (
        "The same arithmetic as in the 6×6 example, on any picture. Values run from 0, black, to 255, white. Of a "
        "colour picture the filter sees red, green and blue, and adds up all three. Stride, padding and dilation are "
        "those of the example."
    )

    def __init__(self, document: Document, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.source, self.learned = Source(workspace, self), Learned(self)
        self.mapper, self.banker = Mapper(self), Mapper(self, longest=360)
        self.views = Tabs({"one": "One filter", "all": "All filters"})
        self.input, self.map = PictureView("Input picture"), PictureView("Feature map")
        self.pad_frame = Frame(self.source.pad)
        self.bank, self.lens = BankView(), Lens()
        self.filters: tuple[Filter, ...] = ()
        self.chosen = ""
        """The name of the filter that is shown."""
        self.found: Filtered | None = None
        self.place: Place = (0, 0)
        """Where the stepping stands: a cell of the feature map."""
        self._seen: Place | None = None
        self._fault, self._said, self._warning = "", "", False
        self._stale_bank = True
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self._take_filters()

    # Parts.

    def _lay_out(self) -> None:
        self.sentence.setProperty("role", "caption")
        self.body.addWidget(row(self.source, self.views, gap=12))
        self.input_head = Head("Input", "Point at the picture, or click to stay there. The frame is the window.")
        self.map_head = Head(
            "Feature map",
            "One value for each window: orange above zero, blue below, and pale where the filter finds nothing.",
        )
        self.scale = ScaleBar()
        self._left = QStackedWidget()
        self._left.addWidget(WithScale(self.input, label("0 is black, 255 is white", "note")))
        self._left.addWidget(self.source.pad)
        stage = QHBoxLayout()
        stage.setSpacing(28)
        stage.setContentsMargins(0, 8, 0, 0)
        stage.addWidget(column(self.input_head, self._left, gap=6), 1)
        stage.addWidget(self.lens)
        stage.addWidget(column(self.map_head, WithScale(self.map, self.scale), gap=6), 1)
        self.formula = FormulaStrip()
        one = QWidget()
        box = QVBoxLayout(one)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(10)
        box.addLayout(stage, 1)
        box.addWidget(self.formula)
        box.addWidget(self.bar)
        self.bank_words = label("", "caption", wrap=True)
        self._pages = QStackedWidget()
        self._pages.addWidget(one)
        self._pages.addWidget(column(self.bank_words, scrolled(self.bank), gap=8, margins=(0, 8, 0, 0)))
        self.body.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.document.changed.connect(lambda _: self._take_filters())
        self.source.changed.connect(self._picture_changed)
        self.source.way_changed.connect(self._way_changed)
        self.source.said.connect(self._say)
        self.learned.ready.connect(self._take_filters)
        self.mapper.mapped.connect(lambda _, found: self._mapped(found))
        self.mapper.failed.connect(self._failed)
        self.banker.mapped.connect(self._bank_mapped)
        self.views.chosen.connect(lambda _: self._show_view())
        self.lens.chosen.connect(self.choose)
        self.lens.taken.connect(self.use_filter)
        self.bank.chosen.connect(self._chosen_in_bank)
        self.input.pointed.connect(lambda cell: self._look(self._behind(cell)))
        self.input.clicked.connect(lambda cell: self.go_to(self._behind(cell)))
        self.map.pointed.connect(self._look)
        self.map.clicked.connect(self.go_to)
        for view in (self.input, self.map):
            view.left.connect(lambda: self._look(None))
        self.bar.moved.connect(self._stepped)

    # The filter.

    @property
    def filter(self) -> Filter:
        """The filter that is shown."""
        return next((one for one in self.filters if one.name == self.chosen), self.filters[0])

    @property
    def spec(self) -> Spec:
        """How it slides."""
        return spec_for(self.document.good, self.filter)

    def choose(self, name: str) -> None:
        """Show another filter of the bank."""
        self.chosen = name
        self._show_names()
        self.bank.show_chosen([one.name for one in self.filters].index(self.filter.name))
        self._compute()

    def use_filter(self) -> None:
        """Make the shown filter the example's first one."""
        after = self.document.example.with_kernel(np.array(self.filter.weights[0]), 0)
        self.document.edit(after, f"Use {self.filter.title}")

    def _chosen_in_bank(self, index: int) -> None:
        self.views.show_chosen("one")
        self._show_view()
        self.choose(self.filters[index].name)
        self.map.setFocus()

    def _take_filters(self) -> None:
        self.filters = bank(self.document.good, self.learned.filters)
        self.chosen = self.filter.name
        self._stale_bank = True
        self._show_names()
        self._compute()

    def _show_names(self) -> None:
        self.lens.show_filters(self.filters, self.filter)
        self._show_use()

    def _show_use(self) -> None:
        """The link is there where it makes sense, and where there is room."""
        other = not self.filter.name.startswith("own") and len(self.document.good.spec.kernel) == 2
        self.lens.use.setVisible(other and self.height() >= look(self).px(LOW))

    # The picture and its map.

    def _picture_changed(self) -> None:
        pixels = self.source.pixels
        self._stale_bank = True
        if pixels is None:
            self.found = None
            self.input.show_image(None, "Open a picture, drop one here, or paste it.")
            self.map.show_image(None, "Its feature map will be here.")
            self._show_step()
            return
        self.input.show_image(photo_image(pixels))
        self.input_head.set_caption(_size(pixels.shape[1:]) + (", 3 channels" if len(pixels) == 3 else ""))
        self._compute()

    def _way_changed(self, way: str) -> None:
        self._left.setCurrentIndex(1 if way == "pad" else 0)
        self._show_step()

    def _compute(self) -> None:
        """Compute what is to be seen; nothing while nobody looks."""
        pixels = self.source.pixels
        if pixels is None or not self.isVisible():
            return
        self._fault = ""
        if self.views.name == "one":
            self.mapper.ask(pixels, (self.filter,), (self.spec,))
        elif self._stale_bank:
            self._ask_bank()

    def _ask_bank(self) -> None:
        pixels = self.source.pixels
        if pixels is None:
            return
        self._stale_bank = False
        number_of = [one.name for one in self.filters].index(self.filter.name)
        self.bank.show_filters(self.filters, (pixels.shape[1], pixels.shape[2]), number_of)
        self.banker.ask(pixels, self.filters, [spec_for(self.document.good, one) for one in self.filters])

    def _bank_mapped(self, index: int, found: Filtered) -> None:
        self.bank.show_map(index, found)
        self._show_words()

    def _mapped(self, found: Filtered) -> None:
        self.found = found
        rows, columns = found.values.shape
        self._draw_map(found)
        self.map_head.set_caption(f"{_size((rows, columns))}, from {_value(found.low)} to {_value(found.high)}")
        self.scale.show_most(found.most)
        self.bar.show_count(rows * columns)
        self.go_to((min(self.place[0], rows - 1), min(self.place[1], columns - 1)))

    def _draw_map(self, found: Filtered) -> None:
        pixels = self.source.pixels
        like = pixels.shape[1:] if pixels is not None else found.values.shape
        # Beside the picture, with pixels of the same size; a stride leaves fewer, and they are then larger.
        like = tuple(-(-n // s) for n, s in zip(like, self.spec.stride, strict=True))
        self.map.show_image(signed_image(found.colours, look(self).theme), like=(like[0], like[1]))

    def _failed(self, why: str) -> None:
        # The last map that there was stays.
        self._fault = why
        self._show_words()

    def _show_view(self) -> None:
        self._pages.setCurrentIndex(0 if self.views.name == "one" else 1)
        self.bar.pause()
        self._compute()
        self._show_words()

    # Where one looks.

    def _behind(self, cell: Place | None) -> Place | None:
        """The cell of the map whose window has its middle nearest to a pixel."""
        if cell is None or self.found is None:
            return None
        return nearest(self.spec, self.found.values.shape, cell)

    def go_to(self, place: Place | None) -> None:
        """Stay at a cell of the map."""
        if place is None or self.found is None:
            return
        self.place, self._seen = place, None
        self.bar.set_index(place[0] * self.found.values.shape[1] + place[1])
        self._show_step()

    def _stepped(self, index: int) -> None:
        if self.found is not None:
            self.go_to(divmod(index, self.found.values.shape[1]))

    def _look(self, place: Place | None) -> None:
        if place != self._seen:
            self._seen = place
            self._show_step()

    @property
    def step(self) -> Step | None:
        """The arithmetic of the cell that is looked at."""
        pixels = self.source.pixels
        if self.found is None or pixels is None:
            return None
        at = self._seen or self.place
        weights = self.filter.over(len(pixels))[None]
        try:
            return step(pixels, weights, np.array([self.filter.bias]), self.spec, (0, *at))  # type: ignore[arg-type]
        except (IndexError, UsageError):  # a map of the settings before, while the new one is under way
            return None

    def _show_step(self) -> None:
        taken, pixels = self.step, self.source.pixels
        if taken is None or pixels is None:
            self.formula.show_step(None)
            for view in (self.input, self.map):
                view.show_frame(None, None)
            self.pad_frame.show_frame(None, (1, 1))
            self._show_words()
            return
        at, spec = (taken.index[1], taken.index[2]), self.spec
        frame = frame_of(spec, at)
        self.input.steps = (spec.stride[0], spec.stride[1])
        self.input.show_frame(frame, middle_of(spec, at))
        self.pad_frame.show_frame(frame, (pixels.shape[1], pixels.shape[2]))
        self.map.show_frame((at[0], at[1], at[0] + 1, at[1] + 1), at)
        self.lens.show_window(pixels, self.filter, spec, at)
        self.lens.fit(self.width(), self.height())
        self.formula.show_step(taken)
        self._show_words()

    def shown(self) -> Example | None:
        """What is shown, as an example: the picture where its numbers can be written down, else its window."""
        pixels, taken = self.source.pixels, self.step
        if pixels is None or taken is None:
            return None
        return shown_part(pixels, self.filter, self.spec, (taken.index[1], taken.index[2]))

    # Words.

    def _say(self, words: str, warning: bool) -> None:
        self._said, self._warning = words, warning
        self._show_words()

    def _show_words(self) -> None:
        if self.views.name == "all":
            known, count = self.bank.known, len(self.filters)
            state = f"{number(known)} of {number(count)} maps." if known < count else f"{number(count)} feature maps."
            self.bank_words.setText(
                f"{state} Each has its own scale, from blue, its most negative value, to orange. "
                "Click one to look at it closely."
            )
        words = self._fault or self._said
        self.sentence.setText(words)
        role = "warning" if self._fault or self._warning else "caption"
        if self.sentence.property("role") != role:
            self.sentence.setProperty("role", role)
            self.sentence.style().unpolish(self.sentence)
            self.sentence.style().polish(self.sentence)

    # The page.

    def hint(self) -> str:
        """Keys that work here."""
        return "Ctrl+O open · Ctrl+V paste · Space step · ← back · P play"

    def stop(self) -> None:
        """Let nothing go on by itself."""
        self.bar.pause()
        self.source.stop()
        self.mapper.stop()
        self.banker.stop()
        self.learned.stop()

    def settle(self) -> None:
        """Let the event loop run until everything is computed."""
        from PySide6.QtCore import QEventLoop, QTimer

        while self.source.busy or self.mapper.busy or self.banker.busy or self.learned.filters is None:
            loop = QEventLoop()
            QTimer.singleShot(10, loop.quit)
            loop.exec()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.learned.ask()
        self.source.start()
        self._compute()

    def hideEvent(self, event: QHideEvent) -> None:
        # What is being read or computed may end: the page will be looked at again.
        self.bar.pause()
        self._stale_bank = True
        QWidget.hideEvent(self, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_use()
        self.lens.fit(self.width(), self.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.found is not None:
            self._draw_map(self.found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Open):
            self.source.ask()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.source.paste()
        elif self.views.name == "one":
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if Opener.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.source.open_mime(event.mimeData())
        event.acceptProposedAction()

    def tour(self) -> Iterator[str]:
        """Bring the page into each state worth a picture, and name it."""
        self.source.choose_way("sample")
        self.choose("sobel_x")
        self.settle()
        self.go_to((10, 15))
        yield "sample"
        self.views.show_chosen("all")
        self._show_view()
        self.settle()
        yield "bank"
        self.views.show_chosen("one")
        self._show_view()
        self.source.choose_way("pad")
        self.source.pad.draw(*(Stroke(tuple(Point(x, y) for x, y in points)) for points in PEN))
        self.choose("edges")
        self.settle()
        yield "drawing"


def _size(shape: tuple[int, ...]) -> str:
    return times(tuple(reversed(shape)))


def _value(value: float) -> str:
    return number(round(value)) if abs(value - round(value)) < 1e-9 else number(value, 1)
