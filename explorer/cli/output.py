"""What the commands print: JSON documents, tables, and a progress line."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from explorer.arch.text import duration


def emit(document: Any) -> None:
    """Print one JSON document on one line of standard output."""
    print(json.dumps(document, ensure_ascii=False, allow_nan=False), flush=True)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> None:
    """Print aligned columns; `right` has an `r` for each column that is aligned right."""
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
    for row in [head, *rows]:
        cells = [
            cell.rjust(width) if right[k : k + 1] == "r" else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


class Bar:
    """One line on standard error that shows how far something is; silent where that is no terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._began = time.monotonic()
        self._shown = 0.0
        self._text = ""

    def show(self, text: str, done: float, total: float) -> None:
        """`done` of `total` (0 if unknown), with the time left; at most ten times a second."""
        now = time.monotonic()
        if text != self._text:
            self._text, self._began = text, now
        if not self._live or now - self._shown < 0.1:
            return
        self._shown = now
        share = done / total if total else 0.0
        left = (now - self._began) * (1 - share) / share if share > 0 else 0.0
        filled = "━" * round(24 * share)
        line = f"{text}  {filled:╌<24} {100 * share:3.0f} %  {duration(left)} left" if total else text
        print(f"\r\x1b[2K{line}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._live:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)


def say(sentence: str) -> None:
    """Print a remark to standard error, which is no result."""
    print(sentence, file=sys.stderr, flush=True)
