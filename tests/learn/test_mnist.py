"""MNIST: downloading with checks from a server on this machine, and reading what lies there."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import threading
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest

from explorer.arch.errors import DataError, MissingDataError
from explorer.learn import mnist
from explorer.learn.catalog import MNIST_FILES, source


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    folder = tmp_path / "served"
    folder.mkdir()
    made = HTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=made.serve_forever, name="asyncio-test-server")
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}/", folder
    made.shutdown()
    thread.join()
    made.server_close()


def serve(folder: Path, monkeypatch: pytest.MonkeyPatch, address: str, spoil: str = "") -> None:
    from torchvision.datasets import MNIST

    resources = []
    for name, size in MNIST_FILES.items():
        content = gzip.compress(bytes(size), 1)
        resources.append((f"{name}.gz", hashlib.md5(content, usedforsecurity=False).hexdigest()))
        (folder / f"{name}.gz").write_bytes(content[:-1] + b"x" if name == spoil else content)
    monkeypatch.setattr(MNIST, "resources", resources)
    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/", address])


def test_it_is_fetched_with_progress_checked_and_unpacked(
    server: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(server[1], monkeypatch, server[0])
    events = list(mnist.download(tmp_path / "data"))
    assert events
    assert all(0 < e.done <= e.total for e in events)
    assert source("mnist").on_disk(tmp_path / "data")
    assert sorted(p.name for p in (tmp_path / "data" / "MNIST" / "raw").iterdir()) == sorted(MNIST_FILES)
    assert list(mnist.download(tmp_path / "data")) == []


def test_a_wrong_checksum_leaves_nothing_half_written(
    server: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(server[1], monkeypatch, server[0], spoil="train-images-idx3-ubyte")
    with pytest.raises(DataError, match="checksum"):
        list(mnist.download(tmp_path / "data"))
    assert not (tmp_path / "data").exists()


def test_cancelling_leaves_nothing_half_written(
    server: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(server[1], monkeypatch, server[0])
    events = mnist.download(tmp_path / "data")
    next(iter(events))
    events.close()  # type: ignore[attr-defined]
    assert not (tmp_path / "data").exists()


def test_offline_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.datasets import MNIST

    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(DataError, match=r"no server answers.*strokes"):
        list(mnist.download(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "MNIST").write_text("in the way")
    with pytest.raises(DataError, match="cannot be written"):
        list(mnist.download(tmp_path))


def test_damaged_files_are_said(tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, size in MNIST_FILES.items():
        (raw / name).write_bytes(bytes(size))
    with pytest.raises(DataError, match="damaged"):
        mnist.read(tmp_path)


def idx(sizes: tuple[int, ...], fill: int) -> bytes:
    head = bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)
    return head + bytes([fill]) * int(np.prod(sizes))


@pytest.mark.parametrize(("shape", "label"), [((28, 28), 10), ((14, 56), 3), ((28, 28), 3)])
def test_files_that_hold_something_else_are_said(tmp_path: Path, shape: tuple[int, int], label: int) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in MNIST_FILES:
        (raw / name).write_bytes(idx((20, *shape), 0) if "images" in name else idx((20,), label))
    if (shape, label) == ((28, 28), 3):
        assert mnist.read(tmp_path)[0].x.shape == (20, 1, 28, 28)
        return
    with pytest.raises(DataError, match="damaged"):
        mnist.read(tmp_path)


def test_a_server_that_talks_nonsense_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.datasets import MNIST

    def nonsense(*_: object, **__: object) -> None:
        raise http.client.BadStatusLine("what?")

    monkeypatch.setattr(MNIST, "mirrors", ["http://127.0.0.1:9/"])
    monkeypatch.setattr(mnist.urllib.request, "urlopen", nonsense)
    with pytest.raises(MissingDataError, match="no server answers"):
        list(mnist.download(tmp_path))


def test_the_real_files_are_read(real_data: Path) -> None:
    train, test = mnist.read(real_data)
    assert train.x.shape == (60_000, 1, 28, 28)
    assert test.x.shape == (10_000, 1, 28, 28)
    assert np.bincount(test.y.numpy()).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
