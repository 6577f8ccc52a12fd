"""MNIST: fetched with progress and checks, read through torchvision."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from torch import Tensor

from explorer.arch.errors import DataError, MissingDataError
from explorer.arch.storage import make_folder, reason, remove_empty
from explorer.learn.catalog import MNIST_FILES, source
from explorer.learn.data import Part
from explorer.learn.events import Progress

CHUNK = 1 << 16
TIMEOUT = 20
"""Seconds without a byte after which a server is given up."""

MOST_PACKED = 20_000_000
"""Bytes after which a download is no MNIST file."""


def download(folder: Path) -> Iterator[Progress]:
    """Fetch the files that are missing from `folder`/MNIST/raw; closing the iterator cancels.

    Each file is fetched, checked against torchvision's md5 and unpacked in a temporary folder, and moved into
    place whole: nothing half-written stays, nor an empty folder. Raises `MissingDataError` in one sentence.
    """
    raw = folder / "MNIST" / "raw"
    if source("mnist").on_disk(folder):
        return
    from torchvision.datasets import MNIST

    made: list[Path] = []
    try:
        made = make_folder(raw)
        with tempfile.TemporaryDirectory(dir=raw, prefix=".fetch") as temporary:
            for packed, md5 in MNIST.resources:
                name = packed.removesuffix(".gz")
                target = raw / name
                if target.is_file() and target.stat().st_size == MNIST_FILES[name]:
                    continue
                archive = Path(temporary, packed)
                yield from _fetch([mirror + packed for mirror in MNIST.mirrors], archive, md5)
                unpacked = Path(temporary, name)
                with gzip.open(archive) as source_file, unpacked.open("wb") as out:
                    shutil.copyfileobj(source_file, out)
                unpacked.replace(target)
    except OSError as error:
        raise MissingDataError(f"MNIST cannot be written to {raw}: {reason(error)}.") from None
    finally:
        remove_empty(made)


def _fetch(addresses: list[str], archive: Path, md5: str) -> Iterator[Progress]:
    """Fetch from the first address that gives the right file."""
    wrong = False
    for address in addresses:
        try:
            with urllib.request.urlopen(address, timeout=TIMEOUT) as reply:
                total, done = int(reply.headers.get("Content-Length") or 0), 0
                digest = hashlib.md5(usedforsecurity=False)
                with archive.open("wb") as out:
                    while block := reply.read(CHUNK):
                        out.write(block)
                        digest.update(block)
                        done += len(block)
                        if done > MOST_PACKED:
                            break
                        yield Progress(f"Downloading MNIST, {archive.name}", done, total)
        except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError, http.client.HTTPException) as error:
            if isinstance(error, urllib.error.URLError) and isinstance(error.reason, PermissionError):
                raise
            continue
        if digest.hexdigest() == md5:
            return
        wrong = True
    why = "what arrived is not MNIST (its checksum is wrong)" if wrong else "no server answers"
    raise MissingDataError(f"MNIST could not be downloaded: {why}. Train on strokes, which needs no network.")


def read(folder: Path) -> tuple[Part, Part]:
    """The training and the test part, from `folder`/MNIST/raw. Raises `DataError`."""
    from torchvision.datasets import MNIST

    try:
        train = MNIST(str(folder), train=True, download=False)
        test = MNIST(str(folder), train=False, download=False)
        for part in (train, test):
            _check(part.data, part.targets)
    except (RuntimeError, ValueError, AssertionError, OSError, TypeError, LookupError, ArithmeticError, MemoryError):
        raise DataError(
            f"The MNIST files in {folder / 'MNIST' / 'raw'} are damaged. Delete them and try again."
        ) from None
    return Part(train.data.unsqueeze(1), train.targets), Part(test.data.unsqueeze(1), test.targets)


def _check(images: Tensor, labels: Tensor) -> None:
    """Files of the right sizes may still say anything of themselves. Raises `ValueError`."""
    if images.shape != (len(labels), 28, 28) or not len(labels):
        raise ValueError("not 28×28, or counts differ")
    if int(labels.min()) < 0 or int(labels.max()) > 9:
        raise ValueError("a label that is no digit")
