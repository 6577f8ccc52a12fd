"""The list of models one can ask."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from explorer.app.predict.models import Choice
from explorer.app.theme import sized

MODELS = 320
"""Width of the list in pixels at scale 1."""


class ModelList(QComboBox):
    """`picked` carries the folder (a `Path`) that the user chose; `cleared` says that the entry `none` was chosen."""

    picked = Signal(object)
    cleared = Signal()

    def __init__(self, name: str, none: str = "", wide: int = MODELS, parent: QWidget | None = None) -> None:
        """`name` is for screen readers; `none`, if any, is a first entry that stands for no model at all."""
        super().__init__(parent)
        self._none = none
        self.setAccessibleName(name)
        sized(self, wide=wide)
        self.activated.connect(self._activated)

    def show_choices(self, choices: Sequence[Choice], chosen: Path | None) -> None:
        """Show these models, with the one in the folder `chosen` marked."""
        self.blockSignals(True)
        self.clear()
        if self._none:
            self.addItem(self._none)
        for one in choices:
            self.addItem(one.title, str(one.folder))
            index = self.count() - 1
            self.setItemData(index, one.about, Qt.ItemDataRole.ToolTipRole)
            if one.folder == chosen:
                self.setCurrentIndex(index)
        if not self.count():
            self.addItem("no trained network yet")
        self.setEnabled(bool(choices))
        self.setToolTip(self.currentText())
        # The list itself is as wide as its longest title, however narrow it is while closed.
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + self.fontMetrics().height())
        self.blockSignals(False)

    def _activated(self, index: int) -> None:
        folder = self.itemData(index)
        if folder is None:
            self.cleared.emit()
        else:
            self.picked.emit(Path(folder))
