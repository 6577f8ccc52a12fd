"""How fast digits are drawn, on one core.

    uv run python benchmarks/strokes.py

Target: at least 10 000 images/s.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import statistics
import time

from explorer.learn.strokes import strokes

COUNT = 20_000


def main() -> None:
    strokes(1000)
    speeds = []
    for seed in range(5):
        began = time.perf_counter()
        strokes(COUNT, seed)
        speeds.append(COUNT / (time.perf_counter() - began))
    print(f"{statistics.median(speeds):.0f} images/s (target ≥ 10 000)")


if __name__ == "__main__":
    main()
