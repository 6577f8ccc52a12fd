"""Writing files so that nothing is ever half-written."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` to `path` by way of a temporary file beside it and a rename.

    Raises `OSError` (full disk, no permission) and then leaves neither a partial file nor a temporary one;
    what stood at `path` before is still there.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)  # noqa: PTH101  (mkstemp makes private files; a lesson is meant to be shared)
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def make_folder(folder: Path) -> list[Path]:
    """Make `folder` and what is missing above it, and see that files can be written there.

    Returns the folders that were made, the deepest first. Raises `OSError`, having made nothing.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        remove_empty(made)
        raise
    return made


def remove_empty(folders: list[Path]) -> None:
    """Remove those of `folders`, the deepest first, that hold nothing."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def reason(error: OSError) -> str:
    """Why an operation on a file failed, in plain words: “No space left on device”."""
    return error.strerror or str(error)
