"""The recurrent cells of a model that PyTorch has loaded, for NumPy to show every gate and state."""

from __future__ import annotations

from explorer.arch.errors import RunError
from explorer.explain.recurrent.layered import Layered
from explorer.learn.cells import cells_of
from explorer.learn.model import Model


def inner(model: Model) -> Layered | None:
    """The recurrent layers of a model in float64, as `cells.cells_of` finds them; `None` where none can be shown."""
    arrays = {name: values.detach().cpu().numpy() for name, values in model.module.state_dict().items()}
    try:
        return cells_of(model.network, arrays, model.card.classes)
    except RunError:  # a projecting LSTM: there is nothing to show then
        return None
