"""The Unroll panel itself: what it begins with, its pages, and its column of settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from explorer.app.unroll import panel as module
from explorer.app.unroll.panel import PAGES, START, UnrollPanel, first
from explorer.app.workspace import Workspace
from explorer.arch.errors import UsageError


@pytest.fixture
def panel(workspace: Workspace, qtbot: QtBot) -> UnrollPanel:
    made = UnrollPanel(workspace)
    qtbot.addWidget(made)
    made.resize(1190, 724)
    made.show()
    return made


def test_it_begins_with_a_trained_model_before_pytorch_is_there(panel: UnrollPanel) -> None:
    assert not panel.workspace.torch
    assert panel.heading() == ("names-lstm", "trained")
    now = panel.document.unrolled
    assert "".join(now.labels) == "Pelaez"
    assert now.logs is not None
    assert now.classes[int(np.argmax(now.logs[-1]))] == "Spanish"
    assert panel.settings.models.list.currentText() == "names-lstm, 67.7 % right"
    assert not panel.document.undo.canUndo()


def test_without_its_model_it_begins_with_random_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Path:
        raise UsageError(f"There is no model or run “{name}”.")

    monkeypatch.setattr(module, "find_model", missing)
    assert first() == START


def test_what_is_unrolled_is_called_by_its_name(panel: UnrollPanel) -> None:
    study = panel.document.study
    panel.document.edit(study.with_kind("ConcatRNN"), "Lecture’s")
    assert panel.heading() == ("Lecture’s cell", "random weights")
    panel.document.undo.undo()
    assert panel.heading() == ("names-lstm", "trained")


def test_each_page_says_what_is_to_be_seen(panel: UnrollPanel) -> None:
    for name in PAGES:
        panel.show_page(name)
        assert panel.page.isVisible()
        assert panel.page.heading.text()
        assert panel.side.isVisible() == (name in module.SET)
        # The bar above must not name a model that is not the one on the page.
        assert (panel.heading()[0] == "names-lstm") == (name in module.SET)
    panel.close_down()


def test_a_narrow_panel_hides_its_settings_at_first(panel: UnrollPanel) -> None:
    assert panel.side.isVisible()
    panel.resize(936, 624)
    assert not panel.side.isVisible()
    panel.more.click()
    assert panel.side.isVisible()
    panel.resize(1190, 724)
    assert panel.side.isVisible()


def test_cells_of_random_weights_beside_a_trained_one_are_told_apart(panel: UnrollPanel) -> None:
    panel.show_page("time")
    page = panel.page
    assert "random" not in page.sentence.text()
    page.cells._choose("three")  # type: ignore[attr-defined]
    assert page.sentence.text().endswith("RNN and GRU have random weights.")
    panel.close_down()
