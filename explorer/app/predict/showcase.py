"""The states of the page Digits that are worth a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from explorer.app.widgets.pad import Point, Stroke

if TYPE_CHECKING:
    from explorer.app.predict.digits import DigitsPage

FOUR = (
    ((0.31, 0.20), (0.29, 0.29), (0.28, 0.38), (0.30, 0.46), (0.36, 0.51), (0.46, 0.52), (0.56, 0.49), (0.65, 0.44)),
    ((0.67, 0.20), (0.665, 0.32), (0.655, 0.46), (0.645, 0.60), (0.635, 0.72), (0.63, 0.82)),
)
"""A 4 in two strokes."""


def states(panel: DigitsPage) -> Iterator[str]:
    """Bring the panel into each state, and name it."""
    panel.reader.wait()
    panel.pad.clear()
    panel.settle()
    yield "empty"
    panel.pad.draw(*(Stroke(tuple(Point(x, y) for x, y in points)) for points in FOUR))
    panel.settle()
    yield "drawn"
    if panel.answer.bars.best >= 0:
        panel.answer.bars.choose(panel.answer.bars.best)
    if panel.framing is not None:  # a pixel at the edge of a stroke
        grey = np.abs(panel.framing.pixels.astype(int) - 160)
        panel.steps.pixels.point_at(*divmod(int(grey.argmin()), grey.shape[1]))
    panel.settle()
    yield "explained"
    if panel.inside.layers:
        layer = panel.inside.layers[min(1, len(panel.inside.layers) - 1)]
        panel.cells.choose(layer.name, *(size // 2 for size in layer.shape))
        panel.settle()
        yield "cell"
        panel.cells.leave()
        panel.answer.leave_cell()
