"""What a run's folder tells of its past. Imports no torch, so a run can be shown before PyTorch is loaded."""

from __future__ import annotations

from pathlib import Path

from msgspec import DecodeError

from explorer.learn.card import EVENTS
from explorer.learn.events import Event, decode


def history(folder: Path) -> list[Event]:
    """The events of a run so far, oldest first; a broken last line (a power cut) is left out."""
    events: list[Event] = []
    try:
        with (folder / EVENTS).open("rb") as file:
            for line in file:
                try:
                    events.append(decode(line))
                except DecodeError:
                    break
    except OSError:
        return []
    return events
