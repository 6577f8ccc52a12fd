"""The states of the Build panel that are worth a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from explorer.arch.zoo import zoo

if TYPE_CHECKING:
    from explorer.app.build.panel import BuildPanel


def showcase(panel: BuildPanel) -> Iterator[str]:
    """Bring the panel into each state, and name it."""
    workspace, stage = panel.workspace, panel.stage
    before = workspace.network
    workspace.open_network(zoo("lenet5"))
    panel.list.choose((3,))
    yield "lenet5"
    workspace.edit(workspace.network.remove((6,)), "Remove flatten")
    panel.list.choose((6,))
    yield "fault"
    workspace.open_network(zoo("vgg16"))
    panel.list.choose((0,))
    panel._explain((0,), "parameters")
    yield "vgg16"
    workspace.open_network(zoo("googlenet"))
    block = next(row.at for row in workspace.report.outline if row.type == "Parallel")
    panel.list.choose((*block, 1, 0))
    panel.diagram.reveal((*block, 1, 0))
    yield "googlenet"
    workspace.open_network(zoo("resnet50"))
    yield "resnet50"
    stage.show_page("code")
    stage_at = next(row.at for row in workspace.report.outline if row.type == "Parallel")
    panel.list.choose((*stage_at, 0, 0))
    yield "code"
    stage.show_page("compare")
    panel.pages.compare.choose("resnet18")
    yield "compare"
    workspace.open_network(zoo("vgg16"))
    stage.show_page("about")
    yield "about"
    stage.show_page("contest")
    yield "contest"
    stage.show_page("layers")
    workspace.open_network(zoo("names-lstm"))
    panel.list.choose((0,))
    yield "names"
    workspace.open_network(before)
