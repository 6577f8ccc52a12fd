"""Networks as source code: PyTorch and Keras."""

from __future__ import annotations

from explorer.arch.export.code import Code
from explorer.arch.export.keras import keras_code
from explorer.arch.export.pytorch import pytorch_code

__all__ = ["Code", "keras_code", "pytorch_code"]
