"""What a run's folder tells of its past. Imports no torch, so a run can be shown before PyTorch is loaded."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from msgspec import DecodeError

from explorer.learn.card import EVENTS
from explorer.learn.events import Event, decode


def history(folder: Path) -> list[Event]:
    """The events of a run so far, oldest first. Broken lines (a power cut) are left out."""
    events: list[Event] = []
    try:
        with (folder / EVENTS).open("rb") as file:
            for line in file:
                with suppress(DecodeError, UnicodeDecodeError):
                    events.append(decode(line))
    except OSError:
        return []
    return events
