"""The names of PyTorch's tutorial on character RNNs (Robertson 2017): fetched with progress and checks."""

from __future__ import annotations

import http.client
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from explorer.arch.errors import MissingDataError
from explorer.arch.storage import make_folder, reason, remove_empty
from explorer.learn.catalog import TUTORIAL
from explorer.learn.events import Progress
from explorer.learn.letters import LANGUAGES, fold

ADDRESS = "https://download.pytorch.org/tutorial/data.zip"

CHUNK = 1 << 16
TIMEOUT = 20
"""Seconds without a byte after which the server is given up."""

MOST_PACKED = 10_000_000
MOST_LIST = 1_000_000
"""Bytes beyond which an archive, or a list in it, is not the tutorial's. No checksum of it is published."""

LEAST_NAMES = 40
"""Each of the tutorial's lists has more names than that."""


def download(folder: Path, address: str = ADDRESS) -> Iterator[Progress]:
    """Fetch the 18 lists into `folder`/names-tutorial; closing the iterator cancels.

    They are unpacked in a temporary folder, checked, and moved into place together: nothing half-written stays.
    Raises `MissingDataError` in one sentence.
    """
    made: list[Path] = []
    try:
        made = make_folder(folder)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch") as temporary:
            archive = Path(temporary, "data.zip")
            yield from _fetch(address, archive)
            lists = Path(temporary, TUTORIAL)
            lists.mkdir()
            _unpack(archive, lists)
            lists.replace(folder / TUTORIAL)
    except OSError as error:
        raise MissingDataError(f"The names cannot be written to {folder}: {reason(error)}.") from None
    finally:
        remove_empty(made)


def _missing(why: str) -> MissingDataError:
    return MissingDataError(
        f"The tutorial's names could not be downloaded: {why}. Train on names, which need no network."
    )


def _fetch(address: str, archive: Path) -> Iterator[Progress]:
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as reply, archive.open("wb") as out:
            total, done = int(reply.headers.get("Content-Length") or 0), 0
            while block := reply.read(CHUNK):
                out.write(block)
                done += len(block)
                if done > MOST_PACKED:
                    raise _missing("what arrived is larger than they are")
                yield Progress("Downloading names", done, total)
    except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.URLError) and isinstance(error.reason, PermissionError):
            raise
        raise _missing("no server answers") from None


def _unpack(archive: Path, lists: Path) -> None:
    """Write the 18 lists of the archive. Only members with their names are read, whatever else it holds."""
    try:
        with zipfile.ZipFile(archive) as packed:
            for language in LANGUAGES:
                entry = packed.getinfo(f"data/names/{language}.txt")
                if entry.file_size > MOST_LIST:
                    raise _missing(f"the list for {language} is larger than it is there")
                text = packed.read(entry).decode("utf-8")
                if sum(bool(fold(line).tokens) for line in text.splitlines()) < LEAST_NAMES:
                    raise _missing(f"the list for {language} is not what it should be")
                (lists / f"{language}.txt").write_text(text, "utf-8")
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, RuntimeError):
        raise _missing("what arrived is not the tutorial's archive") from None
