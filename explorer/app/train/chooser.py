"""Which data: the program's own by kind, a folder of word lists, or a text file; and what is known of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QFileDialog, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.train.called import called, own
from explorer.app.train.described import Described
from explorer.app.widgets.text import Head, button, label
from explorer.arch.text import number
from explorer.learn.catalog import SOURCES, Source, parted, writing
from explorer.learn.lists import files_of

DATA = (
    "What the network learns from. One part is for training, one to watch it while it learns (validation), and one is "
    "kept for the end (test). You can drop a folder of word lists, or a text file, on this page."
)

FOLDER, FILE = "folder…", "file…"

MEGABYTES = {"pictures": 11, "words": 3, "text": 3}
"""What a download of the data takes, by their kind."""


class Chooser(QWidget):
    """Shows a data set. `wanted` carries the name of another one, `folder_chosen` where data sets lie."""

    wanted = Signal(str)
    folder_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = Path()
        self._where_text = ""
        self._source = SOURCES[0]
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(Head("Data", DATA))
        self.data = QComboBox()
        self.data.setAccessibleName("Data set")
        self.data.setMinimumWidth(0)
        self.data.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._fill()
        self.data.activated.connect(self._pick)
        box.addWidget(self.data)
        self.wrong = label("", "warning", wrap=True)
        box.addWidget(self.wrong)
        self._about = label("", "caption", wrap=True)
        box.addWidget(self._about)
        self._split = label("", "number")
        box.addWidget(self._split)
        box.addWidget(label("train · validation · test", "note"))
        self.classes = button("", self._open, "link", "Show or hide every class with its count")
        # However many there are, the column does not get wider.
        self.classes.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.addWidget(self.classes)
        self.listed = label("", "note", wrap=True)
        self.folded, self.notes = label("", "note", wrap=True), label("", "note", wrap=True)
        for part in (self.listed, self.folded, self.notes):
            box.addWidget(part)
        self._where = label("", "note")
        self._where.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        box.addWidget(self._where)
        self.choose = button("Choose a folder", self._ask_data_folder, "link", "Where the files lie on this computer")
        box.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignLeft)
        for empty in (self.wrong, self.classes, self.listed, self.folded, self.notes):
            empty.hide()

    def _fill(self) -> None:
        words = [each for each in SOURCES if each.kind == "words"]
        for head, each in (
            ("Pictures", [each for each in SOURCES if each.kind == "pictures"]),
            ("Words", words),
            ("Texts", [writing(each) for each in words]),
        ):
            self._add_head(head)
            for one in each:
                self.data.addItem(one.title, one.name)
            if head == "Words":
                self.data.addItem("A folder of word lists…", FOLDER)
            elif head == "Texts":
                self.data.addItem("A text file…", FILE)

    def _add_head(self, text: str) -> None:
        self.data.addItem(text)
        items = self.data.model()
        assert isinstance(items, QStandardItemModel)
        item = items.item(self.data.count() - 1)
        item.setEnabled(False)

    def _row(self, name: str) -> int:
        """The row of a data set; one that is new here gets one, before the entry that opens others."""
        if (at := self.data.findData(name)) >= 0:
            return at
        of = called(name)
        alike = [name]
        if of.kind == "words":
            alike += [f"{name}#letters"]
        elif parted(name)[0].lower().endswith(".txt"):
            plain = parted(name)[0]
            alike = [f"{plain}#letters", f"{plain}#words"]
        for each in alike:
            if self.data.findData(each) < 0:
                before = self.data.findData(FOLDER if called(each).kind == "words" else FILE)
                self.data.insertItem(before, called(each).title, each)
                self.data.setItemData(before, parted(each)[0], Qt.ItemDataRole.ToolTipRole)
        return self.data.findData(name)

    # What it shows.

    def show_source(self, chosen: Source) -> None:
        """Show a data set of which nothing but its name is known yet."""
        if chosen.name != self._source.name:
            for part in (self.classes, self.listed, self.folded, self.notes):
                part.hide()
        self._source = chosen
        self.data.setCurrentIndex(self._row(chosen.name))
        self.data.setToolTip(chosen.title)
        self._about.setText(chosen.about)

    def show_described(self, found: Described) -> None:
        """Show what was found on the disk."""
        self.say("")
        self.classes.setText(found.spread)
        self.listed.setText(found.listed)
        self.folded.setText(found.folded)
        self.notes.setText("\n".join(found.notes))
        for part, text in ((self.classes, found.spread), (self.folded, found.folded), (self.notes, self.notes.text())):
            part.setVisible(bool(text))
        self.listed.hide()

    def show_counts(self, counts: tuple[int, int, int], folder: Path) -> None:
        """Show how many samples there are, and where they lie or that they must be fetched."""
        chosen, self._folder = self._source, folder
        there = any(counts)
        self._split.setText(" · ".join(number(count) for count in counts) if there else "–")
        parts = " + ".join(number(count) for count in counts)
        unit = f"{chosen.unit}s"
        self._split.setToolTip(
            f"<p>{unit.capitalize()} for training, for validation and for the test: {parts} = {number(sum(counts))}. "
            f"No {chosen.unit} is in two of them.</p>"
            if there
            else "<p>The counts are known once the data are here.</p>"
        )
        mine = parted(chosen.name)[0] in ("strokes", "names")
        of_user = own(chosen.name) is None
        missing = not mine and not of_user and not chosen.on_disk(folder)
        self.choose.setVisible(missing)
        where = Path(parted(chosen.name)[0]) if of_user else folder
        megabytes = MEGABYTES[chosen.kind]
        self._where_text = f"Not here yet: Train fetches {megabytes} MB to {folder}" if missing else f"On disk: {where}"
        self._where.setVisible(not mine)
        self._where.setToolTip(str(where))
        self._elide()

    def say(self, text: str) -> None:
        """Say what is wrong with data that were wanted; those shown before stay."""
        self.wrong.setText(text)
        self.wrong.setVisible(bool(text))

    def _elide(self) -> None:
        text = self._where_text
        if text.startswith("Not here"):
            self._where.setText(text.partition(" to ")[0] + ".")
        else:
            mode = Qt.TextElideMode.ElideMiddle
            self._where.setText(self._where.fontMetrics().elidedText(text, mode, self._where.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    # What is chosen.

    def _open(self) -> None:
        self.listed.setVisible(self.listed.isHidden())

    def _pick(self, index: int) -> None:
        name = self.data.itemData(index)
        if name in (FOLDER, FILE):
            self.data.setCurrentIndex(self._row(self._source.name))
            path = self._ask(name)
            if path:
                self.want(Path(path))
        elif name is not None:
            self.wanted.emit(name)

    def _ask(self, what: str) -> str:
        if what == FOLDER:
            return QFileDialog.getExistingDirectory(self, "A folder of word lists: one .txt file a class", "")
        return QFileDialog.getOpenFileName(self, "A text to learn to write", "", "Texts (*.txt)")[0]

    def want(self, path: Path) -> None:
        """Take a folder of word lists or a text file as data."""
        self.wanted.emit(f"{path}#letters" if path.suffix.lower() == ".txt" and not path.is_dir() else str(path))

    def _ask_data_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "The folder that holds the data", str(self._folder))
        if chosen:
            self.folder_chosen.emit(data_root(Path(chosen)))


def data_root(chosen: Path) -> Path:
    """The folder that holds `MNIST/raw` or the word lists' folder, also if one of these was chosen."""
    if chosen.name == "raw" and chosen.parent.name == "MNIST":
        return chosen.parent.parent
    if chosen.name in ("names", "names-tutorial") and files_of(chosen):
        return chosen.parent
    return chosen.parent if chosen.name == "MNIST" and (chosen / "raw").is_dir() else chosen
