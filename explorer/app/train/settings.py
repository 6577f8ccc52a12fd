"""The left column: which data, and how to train."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import sized
from explorer.app.widgets.form import Form
from explorer.app.widgets.text import Head, button, label, scrolled
from explorer.arch.text import number
from explorer.learn.catalog import SOURCES, Source, source
from explorer.learn.recipe import Recipe

WIDE = 256
"""Width in pixels at scale 1."""

RUN = (
    "Everything a run makes is kept in one folder: network, recipe, weights, and what happened. Open it again at any "
    "time; hold the pointer over its name to see where it lies."
)


class Settings(QWidget):
    """Data and recipe. `changed` carries the new recipe, `folder_chosen` where data sets lie."""

    changed = Signal(object)
    folder_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recipe = Recipe()
        self._folder = Path()
        self._where_text = ""
        self.setProperty("role", "side")
        self.setProperty("edge", "right")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        sized(self, wide=WIDE)
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(20, 20, 20, 16)
        box.setSpacing(6)
        box.addWidget(Head("Data", "What the network learns from. One part is for training, one to watch it while it "
                           "learns (validation), and one is kept for the end (test)."))  # fmt: skip
        self.data = QComboBox()
        self.data.setAccessibleName("Data set")
        self.data.setMinimumWidth(0)
        for each in SOURCES:
            self.data.addItem(each.title, each.name)
        self.data.activated.connect(self._pick)
        box.addWidget(self.data)
        self._about = label("", "caption", wrap=True)
        box.addWidget(self._about)
        self._split = label("", "number")
        box.addWidget(self._split)
        box.addWidget(label("train · validation · test", "note"))
        self._where = label("", "note")
        self._where.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        box.addWidget(self._where)
        self.choose = button("Choose a folder", self._ask_folder, "link", "Where the MNIST files lie on this computer")
        box.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignLeft)
        box.addSpacing(12)
        self._head = Head("Recipe", "How the network is trained. Hold the pointer over a name to read what it means.")
        box.addWidget(self._head)
        self.form = Form(Recipe)
        self.form.edited.connect(self._edited)
        box.addWidget(self.form)
        box.addSpacing(12)
        self._run_head = Head("This run", RUN)
        box.addWidget(self._run_head)
        self._run = label("", "caption", wrap=True)
        box.addWidget(self._run)
        self._run_folder = label("", "note")
        self._run_folder.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        box.addWidget(self._run_folder)
        self.show_run("", None)
        box.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 1, 0)
        whole.addWidget(scrolled(inner))
        self.show_recipe(self.recipe)

    @property
    def source(self) -> Source:
        """The data set that is chosen."""
        return source(self.recipe.data)

    def show_recipe(self, recipe: Recipe) -> None:
        """Show these settings."""
        self.recipe = recipe
        self.form.show_values(recipe)
        self.data.setCurrentIndex(max(0, self.data.findData(recipe.data)))

    def show_data(self, counts: tuple[int, int, int], folder: Path) -> None:
        """Show the data set's figures, and where it lies or that it must be fetched."""
        chosen = self.source
        self._folder = folder
        self._about.setText(chosen.about)
        self._split.setText(" · ".join(number(count) for count in counts))
        parts = " + ".join(number(count) for count in counts)
        self._split.setToolTip(
            f"<p>Images for training, for validation and for the test: {parts} = {number(sum(counts))}. "
            "No image is in two of them.</p>"
        )
        missing = not chosen.on_disk(folder)
        self.choose.setVisible(missing)
        mine = chosen.name == "strokes"
        self._where_text = f"Not here yet: Train fetches 11 MB to {folder}" if missing else f"On disk: {folder}"
        self._where.setVisible(not mine)
        self._where.setToolTip(str(folder))
        self._elide()

    def show_running(self, running: bool) -> None:
        """While a run goes on, changes are for the next one."""
        self._head.set_caption("for the next run" if running else "")

    def show_run(self, text: str, folder: Path | None) -> None:
        """Say how and where the run that is shown is made; without a folder there is none."""
        for part in (self._run_head, self._run, self._run_folder):
            part.setVisible(folder is not None)
        if self._run.text() != text:
            self._run.setText(text)
        if folder is not None and self._run_folder.toolTip() != str(folder):
            self._run_folder.setToolTip(str(folder))
            self._elide()

    def _elide(self) -> None:
        width = self._where.width()
        name = Path(self._run_folder.toolTip()).name
        self._run_folder.setText(
            self._run_folder.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, self._run_folder.width())
        )
        text = self._where_text
        if missing := text.startswith("Not here"):
            text = text.partition(" to ")[0] + "."
        self._where.setText(
            text if missing else self._where.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width)
        )

    def _pick(self, index: int) -> None:
        self._take(replace(self.recipe, data=self.data.itemData(index)))

    def _edited(self, name: str, value: object) -> None:
        self._take(replace(self.recipe, **{name: value}))

    def _take(self, recipe: Recipe) -> None:
        if recipe != self.recipe:
            self.recipe = recipe
            self.changed.emit(recipe)

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "The folder that holds MNIST", str(self._folder))
        if chosen:
            self.folder_chosen.emit(data_root(Path(chosen)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()


def data_root(chosen: Path) -> Path:
    """The folder that holds `MNIST/raw`, also if one of these two was chosen."""
    if chosen.name == "raw" and chosen.parent.name == "MNIST":
        return chosen.parent.parent
    return chosen.parent if chosen.name == "MNIST" and (chosen / "raw").is_dir() else chosen
