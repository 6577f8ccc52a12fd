"""The filters of a trained network's first convolution. Imports no torch: the weights are read as NumPy arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from explorer.arch.analysis import analyse
from explorer.arch.document import read_network
from explorer.arch.errors import RunError
from explorer.arch.layers import Conv2d
from explorer.arch.storage import reason
from explorer.learn.card import NETWORK, WEIGHTS


def first_filters(folder: Path) -> NDArray[np.float64]:
    """The weights of the first Conv2d of the model in `folder`: (filters, channels, rows, columns).

    Raises `RunError` or `DocumentError` in one sentence.
    """
    rows = analyse(read_network(folder / NETWORK)).rows
    name = next((row.path for row in rows if isinstance(row.layer, Conv2d)), None)
    if name is None:
        raise RunError(f"{folder} has no convolution: its filters cannot be shown.")
    path = folder / WEIGHTS
    try:
        with safe_open(str(path), framework="numpy") as file:
            found: NDArray[np.float64] = np.asarray(file.get_tensor(f"{name}.weight"), np.float64)
    except FileNotFoundError:
        raise RunError(f"There are no weights at {path}.") from None
    except OSError as error:
        raise RunError(f"{path} cannot be read: {reason(error)}.") from None
    except (SafetensorError, ValueError):
        raise RunError(f"{path} is damaged: the filters of {name} are not in it.") from None
    if found.ndim != 4 or not np.isfinite(found).all():
        raise RunError(f"{path} is damaged: the filters of {name} are no numbers of an image's filter.")
    return found
