"""The left column: which data, and how to train."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.theme import sized
from explorer.app.train.called import own
from explorer.app.train.chooser import Chooser
from explorer.app.train.described import Described, Plan, plan_of
from explorer.app.widgets.form import Form
from explorer.app.widgets.text import Head, button, label, scrolled
from explorer.arch.fields import fields
from explorer.learn.catalog import Kind, Source
from explorer.learn.presets import PRESETS, Preset, changed, default_recipe, nearest, taken
from explorer.learn.recipe import Recipe

WIDE = 256
"""Width in pixels at scale 1."""

RUN = (
    "Everything a run makes is kept in one folder: network, recipe, weights, and what happened. Open it again at any "
    "time; hold the pointer over its name to see where it lies."
)

MAIN: dict[Kind, tuple[str, ...]] = {
    "pictures": ("optimiser", "learning_rate", "batch", "epochs", "seed", "schedule", "augment", "device"),
    "words": ("optimiser", "learning_rate", "schedule", "batch", "epochs", "samples", "balanced", "augment"),
    "text": ("optimiser", "learning_rate", "schedule", "batch", "epochs", "clip"),
}
"""The fields that matter for each kind of data, in their order."""

MORE: dict[Kind, tuple[str, ...]] = {
    "pictures": ("smoothing", "clip", "samples"),
    "words": ("smoothing", "clip", "seed", "device"),
    "text": ("smoothing", "samples", "seed", "device"),
}
"""Those behind “More”; what is in neither does nothing for the kind."""


class Settings(QWidget):
    """Data and recipe. `changed` carries the new recipe, `wanted` a data set's name that must be looked up."""

    changed = Signal(object)
    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recipe = Recipe()
        self._source = self._known(self.recipe.data)
        self.described: Described | None = None
        """What is known of the chosen data, once it was looked up."""
        self._preset = PRESETS["pictures"][0]
        self._pending: Recipe | None = None
        self._awaited = ""
        self.setProperty("role", "side")
        self.setProperty("edge", "right")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        sized(self, wide=WIDE)
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(20, 20, 20, 16)
        box.setSpacing(6)
        self.chooser = Chooser()
        self.chooser.wanted.connect(self.want)
        box.addWidget(self.chooser)
        self.data, self.choose, self.folder_chosen = self.chooser.data, self.chooser.choose, self.chooser.folder_chosen
        box.addSpacing(12)
        self._head = Head("Recipe", "How the network is trained. Hold the pointer over a name to read what it means.")
        box.addWidget(self._head)
        self.preset = QComboBox()
        self.preset.setAccessibleName("Recipe to begin with")
        self.preset.activated.connect(self._pick_preset)
        box.addWidget(self.preset)
        self.about_preset = label("", "caption", wrap=True)
        box.addWidget(self.about_preset)
        self._make_form(box)
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
        self._show(self.recipe, self._source)

    def _make_form(self, box: QVBoxLayout) -> None:
        self.form = Form(Recipe)
        self.form.edited.connect(self._edited)
        box.addWidget(self.form)
        self.more = button("More", self._open_more, "link", "Show or hide the settings that are seldom changed")
        box.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self._more = QWidget()
        rows = QVBoxLayout(self._more)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        self._more.hide()
        box.addWidget(self._more)
        self.marks: dict[str, QLabel] = {}
        for name, row in self.form.rows.items():
            mark = label("", "note")
            mark.setAlignment(Qt.AlignmentFlag.AlignRight)
            mark.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            mark.hide()
            inside = row.layout()
            assert isinstance(inside, QVBoxLayout)
            inside.insertWidget(1, mark)
            self.marks[name] = mark
        self.back = button("", self._take_preset_again, "link")
        self.back.hide()
        box.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)

    # What is chosen.

    @property
    def source(self) -> Source:
        """The data set that is chosen, with its counts where they are known."""
        found = self.described
        return found.source if found is not None and found.source.name == self._source.name else self._source

    @property
    def plan(self) -> Plan:
        """How long a run with these settings will be; no steps while the data are not known."""
        found = self.described
        lengths = found.lengths if found is not None and found.source.name == self._source.name else ()
        return plan_of(self.recipe, self.source.train, lengths)

    @staticmethod
    def _known(name: str) -> Source:
        mine = own(name)
        assert mine is not None
        return mine

    def want(self, name: str, recipe: Recipe | None = None) -> None:
        """Take other data. Those of the program are there at once; what lies elsewhere is first looked up."""
        self._pending = recipe
        mine = own(name)
        if mine is not None:
            self._take_source(mine)
        self._look_up(name)

    def _look_up(self, name: str) -> None:
        mine = own(name)
        self._awaited = name
        if mine is not None and mine.lists is None:
            self.described = Described(mine)  # of pictures all is known
        else:
            self.wanted.emit(name)

    def look_up_again(self) -> None:
        """The data that are chosen may have come."""
        self._look_up(self.recipe.data)

    def _take_source(self, chosen: Source) -> None:
        recipe, self._pending = self._pending, None
        if recipe is None:
            same = chosen.kind == self._source.kind
            recipe = replace(self.recipe, data=chosen.name) if same else default_recipe(chosen)
            recipe = replace(recipe, seed=self.recipe.seed, device=self.recipe.device)
        self.chooser.say("")
        before = self.recipe
        self._show(replace(recipe, data=chosen.name), chosen)
        if self.recipe != before:
            self.changed.emit(self.recipe)

    def take_described(self, name: str, found: Described) -> None:
        """Data that were wanted by this name have been looked up; others may be wanted by now."""
        if name != self._awaited:
            return
        if found.source.name != self._source.name:
            self._take_source(found.source)
        self.described = found
        self.chooser.show_described(found)

    def refuse(self, name: str, text: str) -> None:
        """Data that were wanted by this name are none; those shown before stay."""
        if name != self._awaited:
            return
        self._pending = None
        self.chooser.say(text)

    def show_recipe(self, recipe: Recipe) -> None:
        """Show these settings. Data that are not the program's own are looked up first: see `wanted`."""
        mine = own(recipe.data) or (self._source if recipe.data == self._source.name else None)
        if mine is None:
            self.want(recipe.data, recipe)
        else:
            self._show(recipe, mine)
            self._look_up(recipe.data)

    def _show(self, recipe: Recipe, chosen: Source) -> None:
        kind = chosen.kind
        self.recipe, self._source = recipe, chosen
        self.chooser.show_source(chosen)
        if self.preset.count() == 0 or self._preset not in PRESETS[kind] or changed(recipe, self._preset):
            self._preset = nearest(recipe, kind)
        self.preset.clear()
        self.preset.addItems([preset.name for preset in PRESETS[kind]])
        self._arrange(kind)
        self._show_values()

    def _arrange(self, kind: Kind) -> None:
        main, more = self.form.layout(), self._more.layout()
        assert main is not None
        assert more is not None
        for name, row in self.form.rows.items():
            row.setVisible(name in (*MAIN[kind], *MORE[kind]))
        for names, layout in ((MAIN[kind], main), (MORE[kind], more)):
            for name in names:
                layout.addWidget(self.form.rows[name])

    def _show_values(self) -> None:
        recipe, preset = self.recipe, self._preset
        self.form.show_values(recipe)
        self.preset.setCurrentText(preset.name)
        self.about_preset.setText(preset.about)
        other = changed(recipe, preset)
        for field in fields(Recipe):
            mark = self.marks[field.name]
            was = field.show(getattr(preset.recipe, field.name))
            mark.setText(f"changed from {preset.name}")
            mark.setToolTip(f"<p>{preset.name}: {was}</p>")
            mark.setVisible(field.name in other)
        self.back.setText(f"Back to {preset.name}")
        self.back.setVisible(bool(other))
        hidden = [name for name in other if name in MORE[self._source.kind]]
        if hidden and self._more.isHidden():
            self._open_more()

    def _pick_preset(self, index: int) -> None:
        self._use(PRESETS[self._source.kind][index])

    def _take_preset_again(self) -> None:
        self._use(self._preset)

    def _use(self, preset: Preset) -> None:
        self._preset = preset
        self._take(taken(self.recipe, preset))

    def _edited(self, name: str, value: object) -> None:
        self._take(replace(self.recipe, **{name: value}))

    def _take(self, recipe: Recipe) -> None:
        if recipe != self.recipe:
            self.recipe = recipe
            self._show_values()
            self.changed.emit(recipe)

    def _open_more(self) -> None:
        self._more.setVisible(self._more.isHidden())
        self.more.setText("Less" if not self._more.isHidden() else "More")

    # What it shows beside.

    def show_data(self, counts: tuple[int, int, int], folder: Path) -> None:
        """Show the data set's figures, and where it lies or that it must be fetched."""
        self.chooser.show_counts(counts, folder)

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
        name = Path(self._run_folder.toolTip()).name
        self._run_folder.setText(
            self._run_folder.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, self._run_folder.width())
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()
