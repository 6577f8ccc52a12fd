"""Everything that can go wrong, in one tree.

ExplorerError                    one plain sentence with the remedy; `status` is the command line's exit status
├── UsageError                   a word on the command line or in a field that means nothing here
├── ArchitectureError
│   ├── ShapeError               a layer cannot take its input (arch.shapes)
│   └── DocumentError            a file that cannot be read as a network, recipe or card
├── DataError                    a picture or a data set that is missing, broken or too large
│   └── MissingDataError         a data set that is not there and cannot be fetched
├── RunError                     a run or a model that cannot be read, written or continued
│   └── TrainingError            a training that came to no good end
└── DeviceError                  a device that is not there or ran out of memory

The status is 2 where something given was not right: a word, a file, a folder, a device. It is 1 where the work
itself failed: a loss that is no number, or an error in the program.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ExplorerError(Exception):
    """Base of all errors meant for the user: `str(error)` is one plain sentence, never a traceback."""

    status = 2


class UsageError(ExplorerError):
    """A name or a value that means nothing here."""


class ArchitectureError(ExplorerError):
    """A network that cannot be."""


class DocumentError(ArchitectureError):
    """A file that cannot be read as what it claims to be."""


class DataError(ExplorerError):
    """A picture or a data set that is missing, broken or too large."""


class MissingDataError(DataError):
    """A data set that is not there and cannot be fetched: another folder may have it.

    How one names a folder differs between the window and the command line: each adds its own remedy.
    """


class RunError(ExplorerError):
    """A run or a model that cannot be read, written or continued."""


class TrainingError(RunError):
    """A training that came to no good end: its loss is no number."""

    status = 1


class DeviceError(ExplorerError):
    """A device that is not there, or that ran out of memory."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint such as ` Did you mean “lenet5”?`, or the names there are; starts with a space."""
    names = sorted(known)
    close = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.5)
    if close:
        return f" Did you mean “{close[0]}”?"
    return f" There are: {', '.join(names)}." if names else ""
