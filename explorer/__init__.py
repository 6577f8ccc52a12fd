"""Neural Net Explorer: see how neural networks work."""

import os

# NumPy's matrix products are small here: a second thread of them only waits for the first, and takes its core.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
